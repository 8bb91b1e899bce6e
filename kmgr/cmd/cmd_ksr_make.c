#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/secret.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/ksr/codec.h"
#include "kmgr/ksr/make.h"

#define ID_LEN 16		/* bytes of an id that nobody gave */
#define ID_TEXT (2 * ID_LEN + 1)

/* A ZSK of --zsk, with what the request borrows from it. */
struct zsk_file {
	struct make_zsk		*zsk;
	char			 id[ID_TEXT];
	struct crypto_private	*private;
};

/*
 * "FILE", "FILE,PUBLISH", "FILE,PUBLISH,REMOVE" or "FILE,,REMOVE"; path is
 * the caller's.
 */
static int
split(const char *text, int64_t now_at, char **path, struct make_zsk *zsk,
    struct error *err)
{
	char *publish, *remove = NULL;
	int rc = 0;

	*path = mem_strdup(text);
	zsk->publish_at = INT64_MIN;
	zsk->remove_at = INT64_MAX;
	if ((publish = strchr(*path, ',')) != NULL) {
		*publish++ = '\0';
		if ((remove = strchr(publish, ',')) != NULL)
			*remove++ = '\0';
	}
	if (publish != NULL && publish[0] != '\0')
		rc = when_read(publish, now_at, &zsk->publish_at, err);
	if (rc == 0 && remove != NULL)
		rc = when_read(remove, now_at, &zsk->remove_at, err);
	if (rc == 0 && zsk->remove_at <= zsk->publish_at)
		rc = err_set(err, ERR_USAGE, "it is removed before it is "
		    "published");
	if (rc == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "--zsk %s", text);
}

static int
read_public(const char *path, const struct name *zone, struct make_zsk *zsk,
    struct error *err)
{
	char owner[NAME_TEXT_MAX], wanted[NAME_TEXT_MAX];
	struct zonefile *file = NULL;
	struct buf text = BUF_INIT;
	int rc = -1;

	if (file_read(path, ZONEFILE_MAX_LEN, &text, err) != 0 ||
	    zonefile_read(buf_text(&text), text.len, path, zone, &file,
	    err) != 0)
		goto out;
	if (file->n_records != 1 || file->records[0].type != RRTYPE_DNSKEY) {
		(void)err_set(err, ERR_INPUT, "%s is not one DNSKEY record",
		    path);
		goto out;
	}
	if (!name_is_same(&file->records[0].owner, zone)) {
		(void)err_set(err, ERR_INPUT, "%s:%zu: the DNSKEY is of %s, "
		    "not of %s", path, file->records[0].line,
		    name_text(&file->records[0].owner, owner),
		    name_text(zone, wanted));
		goto out;
	}
	if (dnskey_from_rdata(file->records[0].rdata,
	    file->records[0].rdata_len, &zsk->dnskey, err) != 0) {
		(void)err_wrap(err, "%s:%zu", path, file->records[0].line);
		goto out;
	}
	rc = 0;
 out:
	zonefile_free(file);
	buf_free(&text);
	return rc;
}

/* The private half lies beside the public one: K....private, K....key. */
static int
read_private(const char *path, struct crypto_private **out,
    struct error *err)
{
	const char *dot = strrchr(path, '.');
	struct buf text = BUF_INIT;
	char *private;
	int rc = -1;

	private = mem_printf("%.*s.private", dot == NULL ?
	    (int)strlen(path) : (int)(dot - path), path);
	if (file_check_private(private, err) == 0 &&
	    file_read(private, CRYPTO_PRIVATE_MAX_LEN, &text, err) == 0)
		rc = crypto_private_read(buf_text(&text), text.len, private,
		    out, err);
	if (rc != 0)
		(void)err_wrap(err, "the proof of possession needs the "
		    "private half of %s", path);
	if (text.len > 0)
		secret_wipe(text.data, text.len);
	buf_free(&text);
	free(private);
	return rc;
}

/* An id that is the same in each request: of what the key is. */
static void
set_id(struct zsk_file *file)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf rdata = BUF_INIT;

	dnskey_rdata(&file->zsk->dnskey, &rdata);
	crypto_sha256(rdata.data, rdata.len, hash);
	buf_free(&rdata);
	file->zsk->id = text_hex(hash, ID_LEN, file->id);
}

static int
read_zsk(struct cmd *cmd, const char *text, const struct make_request *wanted,
    struct zsk_file *file, struct error *err)
{
	char *path;
	int rc = -1;

	if (split(text, cmd->options.now_at, &path, file->zsk, err) != 0 ||
	    read_public(path, &wanted->zone, file->zsk, err) != 0 ||
	    (wanted->format == KSR_ICANN &&
	    read_private(path, &file->private, err) != 0))
		goto out;
	set_id(file);
	file->zsk->private = file->private;
	rc = 0;
 out:
	free(path);
	return rc;
}

static int
read_duration(const struct cmd *cmd, enum opt opt, const char *preset,
    int64_t *out, struct error *err)
{
	const char *text = args_get(cmd->args, opt);

	if (when_duration_read(text == NULL ? preset : text, out, err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "--%s", args_opt(opt)->name);
}

static int
read_number(const struct cmd *cmd, enum opt opt, int64_t min, int64_t max,
    int64_t *out, struct error *err)
{
	const char *text = args_get(cmd->args, opt);

	if (text == NULL || text_to_int(text, min, max, out, err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "--%s", args_opt(opt)->name);
}

/* What the format has no place for would be dropped without a word. */
static int
check_options(const struct cmd *cmd, enum ksr_format format,
    struct error *err)
{
	static const enum opt icann_only[] = { OPT_BUNDLES, OPT_INTERVAL,
		OPT_VALIDITY, OPT_ID, OPT_SERIAL };
	size_t i;

	if (format == KSR_ICANN) {
		if (!args_has(cmd->args, OPT_FINISH))
			return 0;
		(void)err_set(err, ERR_USAGE, "--end is for the text formats; "
		    "in that of icann the number of bundles says it");
		return err_hint(err, "--bundles, --interval and --validity");
	}
	for (i = 0; i < sizeof(icann_only) / sizeof(icann_only[0]); i++)
		if (args_has(cmd->args, icann_only[i]))
			return err_set(err, ERR_USAGE, "--%s is for the "
			    "format of icann; %s has none",
			    args_opt(icann_only[i])->name,
			    ksr_format_name(format));
	if (args_has(cmd->args, OPT_FINISH))
		return 0;
	return err_set(err, ERR_USAGE, "--end is missing: the time up to "
	    "which the zone is to be signed");
}

static int
read_options(struct cmd *cmd, struct make_request *wanted, struct error *err)
{
	const char *format;
	int64_t ttl_s, n = 9;

	if (cmd_option(cmd, OPT_FORMAT, &format, err) != 0)
		return -1;
	if (!ksr_format_find(format, &wanted->format))
		return err_set(err, ERR_USAGE, "--format %s is not icann, "
		    "bind or knot", format);
	if (check_options(cmd, wanted->format, err) != 0)
		return -1;
	if (cmd_time(cmd, OPT_START, cmd->options.now_at, &wanted->start_at,
	    err) != 0 ||
	    cmd_time(cmd, OPT_FINISH, INT64_MIN, &wanted->end_at,
	    err) != 0 ||
	    read_duration(cmd, OPT_TTL, "1h", &ttl_s, err) != 0 ||
	    read_duration(cmd, OPT_INTERVAL, "10d", &wanted->interval_s,
	    err) != 0 ||
	    read_duration(cmd, OPT_VALIDITY, "21d", &wanted->validity_s,
	    err) != 0 ||
	    read_number(cmd, OPT_BUNDLES, 1, KSR_BUNDLES_MAX, &n, err) != 0 ||
	    read_number(cmd, OPT_SERIAL, 0, INT32_MAX, &wanted->serial,
	    err) != 0)
		return -1;
	if (ttl_s > INT32_MAX)
		return err_set(err, ERR_USAGE, "--ttl is more than a TTL can "
		    "be (RFC 2181 s8)");
	wanted->ttl = (uint32_t)ttl_s;
	wanted->n_bundles = (size_t)n;
	return 0;
}

static int
make(struct cmd *cmd, struct make_request *wanted, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1], id[ID_TEXT], at[WHEN_TEXT_LEN];
	uint8_t bytes[CRYPTO_SHA256_LEN];
	struct ksr *ksr;

	if (crypto_random(bytes, ID_LEN, err) != 0)
		return -1;
	wanted->id = args_get(cmd->args, OPT_ID);
	if (wanted->id == NULL)
		wanted->id = text_hex(bytes, ID_LEN, id);
	if (make_request(wanted, &ksr, err) != 0)
		return -1;
	codec_write(ksr, cmd->options.now_at, &cmd->text);
	crypto_sha256(cmd->text.data, cmd->text.len, bytes);
	json_put_text(cmd->json, "format", ksr_format_name(ksr->format));
	json_put_int(cmd->json, "bundles", (int64_t)ksr->n_bundles);
	json_put_text(cmd->json, "request_sha256",
	    text_hex(bytes, sizeof(bytes), hex));
	json_put_text(cmd->json, "request", buf_text(&cmd->text));
	buf_printf(&cmd->notes, "the request has SHA-256 %s: tell it to the "
	    "KSK's operator by another way than the file's\n", hex);
	if (ksr->format == KSR_BIND)
		buf_printf(&cmd->notes, "the format does not say when the "
		    "last bundle ends: check-ksr and sign-ksr take --end %s\n",
		    when_rfc3339(wanted->end_at, at));
	ksr_free(ksr);
	return 0;
}

int
cmd_make_ksr(struct cmd *cmd, struct error *err)
{
	const size_t n = cmd->args->n_values[OPT_ZSK];
	struct make_request wanted = { .n_zsks = n };
	struct zsk_file *files = mem_new((n + 1) * sizeof(*files));
	struct make_zsk *zsks = mem_new((n + 1) * sizeof(*zsks));
	int rc = -1;
	size_t i;

	wanted.zsks = zsks;
	if (cmd_zone(cmd->args->words[0], &wanted.zone, err) != 0 ||
	    read_options(cmd, &wanted, err) != 0)
		goto out;
	if (n == 0) {
		(void)err_set(err, ERR_USAGE, "--zsk is missing: the file of "
		    "a ZSK, as dnssec-keygen writes it");
		goto out;
	}
	for (i = 0; i < n; i++) {
		files[i].zsk = &zsks[i];
		if (read_zsk(cmd, cmd->args->values[OPT_ZSK][i], &wanted,
		    &files[i], err) != 0)
			goto out;
	}
	rc = make(cmd, &wanted, err);
 out:
	for (i = 0; i < n; i++)
		crypto_private_free(files[i].private);
	free(files);
	free(zsks);
	return rc;
}
