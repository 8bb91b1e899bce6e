#include <string.h>
#include <sys/stat.h>

#include "kmgr/base/file.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_requester.h"
#include "kmgr/cmd/cmd_sign.h"
#include "kmgr/cmd/cmd_zsks.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/zsks.h"

#define TRIES 5

/* What the options say for every zone. */
static int
read_options(struct cmd *cmd, struct zsks_request *request, struct error *err)
{
	const char *inception = args_get(cmd->args, OPT_INCEPTION);
	const char *expiration = args_get(cmd->args, OPT_EXPIRATION);
	const char *validity = args_get(cmd->args, OPT_VALIDITY);
	const int64_t now_at = session_now(cmd->session);

	*request = (struct zsks_request) {
		.inception_at = ZSKS_WINDOW_BY_POLICY,
		.expiration_at = ZSKS_WINDOW_BY_POLICY,
		.validity_s = ZSKS_WINDOW_BY_POLICY,
		.parent_records = args_has(cmd->args, OPT_CDS) ?
		    ZSKS_WITH_CDS : ZSKS_DNSKEY_ONLY,
	};
	if (expiration != NULL && validity != NULL)
		return err_set(err, ERR_USAGE,
		    "--expiration and --validity say the same thing twice");
	/* 14 would be fourteen seconds, and nobody means that. */
	if (validity != NULL &&
	    validity[strspn(validity, "0123456789")] == '\0') {
		(void)err_set(err, ERR_USAGE, "--validity %s has no unit",
		    validity);
		return err_hint(err, "write %sd, %sh or %ss", validity,
		    validity, validity);
	}
	if ((inception != NULL && when_read(inception, now_at,
	    &request->inception_at, err) != 0) ||
	    (expiration != NULL && when_read(expiration, now_at,
	    &request->expiration_at, err) != 0) ||
	    (validity != NULL && when_duration_read(validity,
	    &request->validity_s, err) != 0)) {
		err->class = ERR_USAGE;
		return -1;
	}
	return 0;
}

/* Whether the policy of another CMK has warned of the same. */
static bool
is_said(const struct findings *findings, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(findings->items[k].rule,
		    findings->items[i].rule) == 0 &&
		    strcmp(findings->items[k].message,
		    findings->items[i].message) == 0)
			return true;
	return false;
}

void
cmd_sign_note(struct cmd *cmd, const struct zsks *zsks)
{
	const struct findings *findings = zsks_findings(zsks);
	const char *zone = zsks_rests_on_foreign(zsks);
	size_t i;

	if (zsks_note(zsks) != NULL)
		session_note(cmd->session, "%s", zsks_note(zsks));
	if (zone != NULL)
		session_note(cmd->session, "zone %s: the parent has a DS of "
		    "another provider, and not every cache has one of ours: "
		    "this set must not take the place of the other provider's "
		    "yet; kmgr status %s says when", zone, zone);
	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_WARN &&
		    !is_said(findings, i))
			session_note(cmd->session, "%s: %s", findings->
			    items[i].rule, findings->items[i].message);
}

/* Prepare, sign and record one zone; its records are the command's result. */
static int
try_one(struct cmd *cmd, struct cmk_cache *cache, struct zsks_keys *keys,
    const struct zsks_request *request, struct error *err)
{
	struct trust_owed owed = { NULL, 0, 0 };
	struct plan plan = PLAN_INIT;
	struct zsks *zsks;
	int rc = -1;

	if (zsks_prepare(cmd->session, cache, request, &zsks, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		zsks_plan(zsks, &plan);
		cmd_plan(cmd, &plan);
		plan_clear(&plan);
		rc = 0;
	} else if (zsks_prove(cmd->session, zsks, err) == 0 &&
	    zsks_sign(cmd->session, keys, zsks, err) == 0 &&
	    zsks_record(cmd->session, &zsks, 1, &owed, err) == 0 &&
	    trust_owed_end(cmd->session, &owed, 0, err) == 0) {
		zsks_text(zsks, &cmd->text);
		if (cmd->wants_json)
			json_put_take(cmd->json, "signed", zsks_json(zsks));
		rc = 0;
	}
	if (rc == 0 || !zsks_is_overtaken(err))
		cmd_sign_note(cmd, zsks);
	zsks_free(zsks);
	return rc;
}

/* A pass of run may change the zone meanwhile: then it is looked at anew. */
static int
sign_one(struct cmd *cmd, struct cmk_cache *cache, struct zsks_keys *keys,
    const struct zsks_request *request, struct error *err)
{
	int i, rc = -1;

	for (i = 0; i < TRIES; i++) {
		err_clear(err);
		rc = try_one(cmd, cache, keys, request, err);
		if (rc == 0 || !zsks_is_overtaken(err))
			break;
		cmk_cache_clear(cache);
	}
	return rc;
}

/* A result over its source would be the end of the signer's file. */
static int
check_output(const struct cmd *cmd, const char *input, struct error *err)
{
	const char *output = args_get(cmd->args, OPT_OUTPUT);
	struct stat in, out;

	if (output == NULL || strcmp(input, "-") == 0 ||
	    stat(input, &in) != 0 || stat(output, &out) != 0 ||
	    in.st_dev != out.st_dev || in.st_ino != out.st_ino)
		return 0;
	return err_set(err, ERR_USAGE, "-o %s would overwrite the ZSK set "
	    "that is read", output);
}

/* Whether the first word is a file, where a zone should stand. */
static int
check_zone_word(const struct cmd *cmd, struct error *err)
{
	const char *word = cmd->args->words[0];
	struct stat st;

	if (cmd->args->n_words > 1 || strchr(word, '.') == NULL ||
	    stat(word, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	(void)err_set(err, ERR_USAGE, "%s is a file; the zone stands before "
	    "it", word);
	return err_hint(err, "kmgr sign-zsks ZONE %s", word);
}

static int
sign_fetched(struct cmd *cmd, struct cmk_cache *cache,
    struct zsks_keys *keys, struct zsks_request *request, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (cmd->args->n_words != 1)
		return err_set(err, ERR_USAGE, "--fetch goes with one zone "
		    "and no file");
	rc = cmd_zsks_fetch(cmd, cmd->args->words[0], request, &text, err);
	if (rc == 0)
		rc = sign_one(cmd, cache, keys, request, err);
	buf_free(&text);
	return rc;
}

static int
sign_zone(struct cmd *cmd, struct cmk_cache *cache, struct zsks_keys *keys,
    struct zsks_request *request, struct error *err)
{
	const struct args *args = cmd->args;
	struct cmd_requester requester = { 0 };
	struct buf text = BUF_INIT;
	int rc = -1;

	request->what = args->n_words == 2 ? args->words[1] : "-";
	if (check_zone_word(cmd, err) == 0 &&
	    check_output(cmd, request->what, err) == 0 &&
	    cmd_zone(args->words[0], &request->zone, err) == 0 &&
	    file_read(request->what, ZONEFILE_MAX_LEN, &text, err) == 0 &&
	    cmd_requester_read(cmd, request->what, &requester, err) == 0) {
		request->text = buf_text(&text);
		request->len = text.len;
		request->signatures = cmd_requester_list(&requester);
		request->n_signatures = requester.n;
		if (strcmp(request->what, "-") == 0)
			request->what = "standard input";
		rc = sign_one(cmd, cache, keys, request, err);
	}
	cmd_requester_clear(&requester);
	buf_free(&text);
	return rc;
}

int
cmd_sign_zsks(struct cmd *cmd, struct error *err)
{
	const bool is_bulk = args_has(cmd->args, OPT_ZONES_FROM);
	struct cmk_cache cache = { 0 };
	struct zsks_request request;
	struct zsks_keys *keys;
	int rc;

	if (is_bulk && args_has(cmd->args, OPT_REQUESTER_SIGNATURE)) {
		(void)err_set(err, ERR_USAGE, "--requester-signature is of "
		    "one ZSK set, and --zones-from names many");
		return err_hint(err, "the signature of a FILE is FILE.sig");
	}
	if (is_bulk ? cmd->args->n_words > 0 || args_has(cmd->args,
	    OPT_FETCH) : cmd->args->n_words == 0) {
		(void)err_set(err, ERR_USAGE, "sign-zsks takes a ZONE and a "
		    "FILE, or --zones-from PATH alone");
		return err_hint(err, "usage: kmgr sign-zsks %s",
		    cmd->command->words);
	}
	if (!is_bulk && args_has(cmd->args, OPT_AGAIN))
		return err_set(err, ERR_USAGE, "--again goes with "
		    "--zones-from: one zone is signed in any case");
	if (read_options(cmd, &request, err) != 0)
		return -1;
	if (is_bulk)
		return cmd_sign_many(cmd, &request, err);
	keys = zsks_keys_new();
	rc = (args_has(cmd->args, OPT_FETCH) ? sign_fetched : sign_zone)(cmd,
	    &cache, keys, &request, err);
	zsks_keys_free(keys);
	cmk_cache_clear(&cache);
	return rc;
}
