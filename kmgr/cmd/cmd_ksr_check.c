/* check-ksr: a request judged by every rule, with a token or without one. */
#include <stdlib.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_policy.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/ksr/codec.h"
#include "policy/rules_ksr.h"

/* What a request is judged by, and who owns it. */
struct judge {
	struct rules_ksr	 subject;
	struct ksr		*request;
	struct ksr		*previous;
	struct policy		*policy;	/* of --policy */
	/* With --cmk: */
	struct session		*session;
	struct cmk_cache	 cache;
	struct cmk		*cmk;
	struct ksk		*ksks;
	size_t			 n_ksks;
	struct dnskey		*dnskeys;
};

static void
judge_clear(struct judge *judge)
{

	ksr_free(judge->request);
	ksr_free(judge->previous);
	policy_free(judge->policy);
	free(judge->dnskeys);
	ksk_list_free(judge->ksks, judge->n_ksks);
	cmk_free(judge->cmk);
	cmk_cache_clear(&judge->cache);
	session_close(judge->session);
}

/* The request or response in path; its digest unless that is NULL. */
static int
read_ksr(const char *path, enum ksr_kind kind, uint8_t *digest,
    struct ksr **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	*out = NULL;
	if (file_read(path, KSR_MAX_LEN, &text, err) != 0 ||
	    codec_read(buf_text(&text), text.len, path, out, err) != 0)
		goto out;
	if ((*out)->kind != kind) {
		(void)err_set(err, ERR_INPUT, "%s is a key signing %s; a %s "
		    "is needed here", path, ksr_kind_name((*out)->kind),
		    ksr_kind_name(kind));
		goto out;
	}
	if (digest != NULL)
		crypto_sha256(text.data, text.len, digest);
	rc = 0;
 out:
	if (rc != 0) {
		ksr_free(*out);
		*out = NULL;
	}
	buf_free(&text);
	return rc;
}

static int
read_times(const struct cmd *cmd, struct rules_ksr *subject,
    struct error *err)
{
	const char *as_of = args_get(cmd->args, OPT_AS_OF);
	const char *end = args_get(cmd->args, OPT_FINISH);

	subject->now_at = cmd->options.now_at;
	subject->end_at = KSR_OPEN;
	if ((as_of != NULL && when_read(as_of, cmd->options.now_at,
	    &subject->now_at, err) != 0) ||
	    (end != NULL && when_read(end, subject->now_at,
	    &subject->end_at, err) != 0)) {
		err->class = ERR_USAGE;
		return -1;
	}
	return 0;
}

static int
read_files(const struct cmd *cmd, struct judge *judge, struct error *err)
{
	const char *previous = args_get(cmd->args, OPT_PREVIOUS_SKR);
	const char *zone = args_get(cmd->args, OPT_ZONE);
	struct rules_ksr *subject = &judge->subject;

	if (read_ksr(cmd->args->words[0], KSR_REQUEST, subject->digest,
	    &judge->request, err) != 0)
		return -1;
	if (previous != NULL && read_ksr(previous, KSR_RESPONSE, NULL,
	    &judge->previous, err) != 0)
		return err_wrap(err, "--previous-skr");
	subject->request = judge->request;
	subject->previous = judge->previous;
	subject->zone = judge->request->zone;
	return zone == NULL ? 0 : cmd_zone(zone, &subject->zone, err);
}

/*
 * What the store knows of the zone: its KSKs and, once it keeps the requests
 * that were answered, the last response and the whole history: subject's
 * previous, where no file was given, past, n_past and knows_past.
 */
static int
load_store(const struct cmd *cmd, struct judge *judge, struct error *err)
{
	struct rules_ksr *subject = &judge->subject;
	struct store *store;
	size_t i;

	if (session_open(&cmd->options, &judge->session, err) != 0 ||
	    session_store(judge->session, &store, err) != 0 ||
	    cmk_load(store, args_get(cmd->args, OPT_CMK), &judge->cmk,
	    err) != 0 || ksk_load(store, &judge->cache, &subject->zone, NULL,
	    &judge->ksks, &judge->n_ksks, err) != 0)
		return -1;
	judge->dnskeys = mem_new((judge->n_ksks + 1) *
	    sizeof(*judge->dnskeys));
	for (i = 0; i < judge->n_ksks; i++)
		judge->dnskeys[i] = judge->ksks[i].dnskey;
	subject->ksks = judge->dnskeys;
	subject->n_ksks = judge->n_ksks;
	return 0;
}

/* The policy that --cmk or --policy names. */
static int
load_policy(const struct cmd *cmd, struct judge *judge,
    const struct policy **out, struct error *err)
{
	const char *path = args_get(cmd->args, OPT_POLICY);

	if ((path == NULL) == (args_get(cmd->args, OPT_CMK) == NULL)) {
		(void)err_set(err, ERR_USAGE, "check-ksr takes --policy FILE "
		    "or --cmk CMK");
		return err_hint(err, "usage: kmgr check-ksr %s",
		    cmd->command->words);
	}
	if (path != NULL) {
		if (cmd_policy_read(path, &judge->policy, err) != 0)
			return -1;
		*out = judge->policy;
	} else {
		if (load_store(cmd, judge, err) != 0)
			return -1;
		*out = judge->cmk->policy;
	}
	judge->subject.is_shared = (*out)->custody == CUSTODY_SHARED;
	return 0;
}

static void
print_head(struct cmd *cmd, const struct judge *judge)
{
	const struct ksr *request = judge->request;
	char hex[2 * CRYPTO_SHA256_LEN + 1], zone[NAME_TEXT_MAX];
	char at[WHEN_TEXT_LEN];

	(void)text_hex(judge->subject.digest, CRYPTO_SHA256_LEN, hex);
	(void)name_text(&request->zone, zone);
	(void)when_rfc3339(judge->subject.now_at, at);
	buf_printf(&cmd->text, "request for %s as %s writes it, %zu bundles, "
	    "judged as of %s\nSHA-256 %s\n\n", zone,
	    ksr_format_name(request->format), request->n_bundles, at, hex);
	json_put_text(cmd->json, "zone", zone);
	json_put_text(cmd->json, "format", ksr_format_name(request->format));
	json_put_text(cmd->json, "id", request->id);
	json_put_int(cmd->json, "n_bundles", (int64_t)request->n_bundles);
	json_put_text(cmd->json, "as_of", at);
	json_put_text(cmd->json, "sha256", hex);
}

static void
print_findings(struct cmd *cmd, const struct findings *findings)
{
	struct json *list = json_put_array(cmd->json, "findings"), *row;
	const struct finding *finding;
	struct table table;
	size_t i;

	json_put_bool(cmd->json, "passed", findings_failed(findings) == 0);
	table_init(&table, 3, "RULE", "VERDICT", "FOUND");
	for (i = 0; i < findings->n; i++) {
		finding = &findings->items[i];
		table_add(&table, finding->rule);
		table_add(&table, finding_verdict_name(finding->verdict));
		table_add(&table, finding->message);
		row = json_add_object(list);
		json_put_text(row, "rule", finding->rule);
		json_put_text(row, "verdict",
		    finding_verdict_name(finding->verdict));
		json_put_text(row, "message", finding->message);
	}
	table_print(&table, &cmd->text);
}

int
cmd_check_ksr(struct cmd *cmd, struct error *err)
{
	struct findings findings = FINDINGS_INIT;
	struct judge judge = { .request = NULL };
	const struct policy *policy = NULL;
	int rc = -1;

	judge.subject.is_genesis = args_has(cmd->args, OPT_GENESIS);
	if (read_times(cmd, &judge.subject, err) != 0 ||
	    read_files(cmd, &judge, err) != 0 ||
	    load_policy(cmd, &judge, &policy, err) != 0)
		goto out;
	rules_check_ksr(policy, &judge.subject, &findings);
	print_head(cmd, &judge);
	print_findings(cmd, &findings);
	if (findings_failed(&findings) > 0) {
		cmd->is_partial = true;
		(void)findings_error(&findings, err);
		(void)err_wrap(err, "%s", cmd->args->words[0]);
		goto out;
	}
	rc = 0;
 out:
	findings_clear(&findings);
	judge_clear(&judge);
	return rc;
}
