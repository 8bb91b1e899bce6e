#include <stdlib.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_findings.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/ksr/codec.h"
#include "policy/rules_receiver.h"

/* Read the file, which must be of this kind; its text is the caller's. */
static int
read_file(const char *path, enum ksr_kind kind, struct buf *text,
    struct ksr **out, struct error *err)
{

	if (cmd_check_input(path, err) != 0 ||
	    file_read(path, KSR_MAX_LEN, text, err) != 0 ||
	    codec_read(buf_text(text), text->len, path, out, err) != 0)
		return -1;
	if ((*out)->kind != kind)
		return err_set(err, ERR_INPUT, "%s is a %s, not a %s", path,
		    ksr_kind_name((*out)->kind), ksr_kind_name(kind));
	return 0;
}

static int
add_ds(const struct zonefile_record *record, const struct name *zone,
    const char *path, struct ds **list, size_t *n, struct error *err)
{
	struct ds ds;

	if (record->type != RRTYPE_DS || !name_is_same(&record->owner, zone))
		return err_set(err, ERR_INPUT, "%s:%zu: not a DS of the "
		    "response's zone", path, record->line);
	if (ds_from_rdata(record->rdata, record->rdata_len, &ds, err) != 0)
		return err_wrap(err, "%s:%zu", path, record->line);
	*(struct ds *)mem_push(list, (*n)++, sizeof(**list)) = ds;
	return 0;
}

/* The DS records of zone in zone-file form. */
static int
read_ds(const char *path, const struct name *zone, struct ds **list,
    size_t *n, struct error *err)
{
	struct zonefile *file = NULL;
	struct buf text = BUF_INIT;
	int rc = -1;
	size_t i;

	if (cmd_check_input(path, err) != 0 ||
	    file_read(path, ZONEFILE_MAX_LEN, &text, err) != 0 ||
	    zonefile_read(buf_text(&text), text.len, path, zone, &file,
	    err) != 0)
		goto out;
	for (i = 0; i < file->n_records; i++)
		if (add_ds(&file->records[i], zone, path, list, n, err) != 0)
			goto out;
	if (*n == 0) {
		(void)err_set(err, ERR_INPUT, "%s holds no DS", path);
		goto out;
	}
	rc = 0;
 out:
	zonefile_free(file);
	buf_free(&text);
	return rc;
}

/* What the file is, and how to compare it with what its maker says. */
static void
describe(struct cmd *cmd, const struct ksr *response, const struct buf *text)
{
	char zone[NAME_TEXT_MAX], hex[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(text->data, text->len, hash);
	(void)text_hex(hash, sizeof(hash), hex);
	(void)name_text(&response->zone, zone);
	buf_printf(&cmd->text, "%s response for %s, %zu bundles, SHA-256 %s"
	    "\n\n", ksr_format_name(response->format), zone,
	    response->n_bundles, hex);
	json_put_text(cmd->json, "format", ksr_format_name(response->format));
	json_put_text(cmd->json, "zone", zone);
	json_put_int(cmd->json, "bundles", (int64_t)response->n_bundles);
	json_put_text(cmd->json, "response_sha256", hex);
}

/* A wrong signature or ZSK is the worst, whatever else is wrong before it. */
static enum err_class
worst_class(const struct findings *findings, enum err_class class)
{
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_FAIL &&
		    findings->items[i].class == ERR_INTEGRITY)
			return ERR_INTEGRITY;
	return class;
}

int
cmd_verify_skr(struct cmd *cmd, struct error *err)
{
	const char *request = args_get(cmd->args, OPT_KSR);
	const char *ds = args_get(cmd->args, OPT_DS);
	struct rules_receiver receiver = { .now_at = cmd->options.now_at };
	struct buf text = BUF_INIT, request_text = BUF_INIT;
	struct ksr *skr = NULL, *ksr = NULL;
	struct findings findings = FINDINGS_INIT;
	struct ds *list = NULL;
	int rc = -1;

	if (cmd_time(cmd, OPT_AS_OF, receiver.now_at, &receiver.now_at,
	    err) != 0 || read_file(cmd->args->words[0], KSR_RESPONSE, &text,
	    &skr, err) != 0 || (request != NULL && read_file(request,
	    KSR_REQUEST, &request_text, &ksr, err) != 0) || (ds != NULL &&
	    read_ds(ds, &skr->zone, &list, &receiver.n_ds, err) != 0))
		goto out;
	receiver.response = skr;
	receiver.len = text.len;
	receiver.request = ksr;
	receiver.ds = list;
	describe(cmd, skr, &text);
	rules_check_receiver(&receiver, &findings);
	rc = cmd_findings(cmd, &findings, err);
	if (rc != 0)
		err->class = worst_class(&findings, err->class);
 out:
	findings_clear(&findings);
	free(list);
	ksr_free(skr);
	ksr_free(ksr);
	buf_free(&text);
	buf_free(&request_text);
	return rc;
}
