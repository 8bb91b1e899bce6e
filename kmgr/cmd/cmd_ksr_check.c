/* check-ksr: a request judged by every rule, with a store or without one. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_findings.h"
#include "kmgr/cmd/cmd_policy.h"
#include "kmgr/cmd/cmd_requester.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/skr.h"
#include "kmgr/ksr/codec.h"
#include "policy/rules_ksr.h"

/* What a request is judged by, and what was found. */
struct judge {
	struct skr_request	 asked;
	struct skr_check	 terms;
	struct buf		 text;
	struct cmd_requester	 given;		/* signatures */
	struct ksr		*previous;	/* of --previous-skr */
	/* With --policy: */
	struct ksr		*request;
	struct policy		*policy;
	struct findings		 findings;
	/* With --cmk: */
	struct session		*session;
	struct cmk_cache	 cache;
	struct skr		*skr;
};

static void
judge_clear(struct judge *judge)
{

	ksr_free(judge->request);
	ksr_free(judge->previous);
	policy_free(judge->policy);
	findings_clear(&judge->findings);
	skr_free(judge->skr);
	cmk_cache_clear(&judge->cache);
	session_close(judge->session);
	cmd_requester_clear(&judge->given);
	buf_free(&judge->text);
}

static int
read_times(const struct cmd *cmd, struct judge *judge, struct error *err)
{

	return cmd_time(cmd, OPT_AS_OF, cmd->options.now_at,
	    &judge->terms.as_of, err) != 0 ? -1 :
	    cmd_time(cmd, OPT_FINISH, KSR_OPEN, &judge->asked.end_at, err);
}

static int
read_previous(const char *path, struct judge *judge, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	if (cmd_check_input(path, err) == 0 &&
	    file_read(path, KSR_MAX_LEN, &text, err) == 0 &&
	    codec_read(buf_text(&text), text.len, path, &judge->previous,
	    err) == 0)
		rc = judge->previous->kind == KSR_RESPONSE ? 0 :
		    err_set(err, ERR_INPUT, "%s is a request, and no "
		    "response", path);
	judge->terms.previous = judge->previous;
	buf_free(&text);
	return rc == 0 ? 0 : err_wrap(err, "--previous-skr");
}

static int
read_files(const struct cmd *cmd, struct judge *judge, struct error *err)
{
	const char *previous = args_get(cmd->args, OPT_PREVIOUS_SKR);
	const char *path = cmd->args->words[0];

	if (cmd_check_input(path, err) != 0 ||
	    file_read(path, KSR_MAX_LEN, &judge->text, err) != 0 ||
	    cmd_requester_read(cmd, path, &judge->given, err) != 0)
		return -1;
	judge->asked.signatures = cmd_requester_list(&judge->given);
	judge->asked.n_signatures = judge->given.n;
	judge->asked.text = buf_text(&judge->text);
	judge->asked.len = judge->text.len;
	judge->asked.what = strcmp(path, "-") == 0 ? "standard input" : path;
	judge->asked.zone = args_get(cmd->args, OPT_ZONE);
	judge->asked.cmk = args_get(cmd->args, OPT_CMK);
	judge->asked.chain = args_has(cmd->args, OPT_GENESIS) ? SKR_GENESIS :
	    SKR_CONTINUES;
	return previous == NULL ? 0 : read_previous(previous, judge, err);
}

/* Who asks, if the policy wants to know. */
static int
find_requester(const struct judge *judge, struct requester *out,
    struct rules_ksr *subject, struct error *err)
{
	const struct skr_request *asked = &judge->asked;
	const struct admission admission = { ADMISSION_KSR, asked->text,
		asked->len, asked->signatures, asked->n_signatures,
		judge->terms.as_of, NULL };

	if (judge->policy->admission != ADMISSION_SSH)
		return 0;
	subject->requester = out;
	return admission_judge(judge->policy, &admission, out, err);
}

/* By a policy alone: what the store would know is off. */
static int
judge_by_file(const char *path, struct judge *judge, struct error *err)
{
	const struct skr_request *asked = &judge->asked;
	struct rules_ksr subject = { .now_at = judge->terms.as_of,
		.end_at = asked->end_at, .previous = judge->previous,
		.is_genesis = asked->chain == SKR_GENESIS };
	struct requester requester;

	if (codec_read(asked->text, asked->len, asked->what, &judge->request,
	    err) != 0)
		return -1;
	if (judge->request->kind != KSR_REQUEST)
		return err_set(err, ERR_INPUT, "KSR-KIND: %s is a response, "
		    "and no request", asked->what);
	subject.request = judge->request;
	subject.zone = judge->request->zone;
	if ((asked->zone != NULL && cmd_zone(asked->zone, &subject.zone,
	    err) != 0) || cmd_policy_read(path, &judge->policy, err) != 0 ||
	    find_requester(judge, &requester, &subject, err) != 0)
		return -1;
	crypto_sha256(asked->text, asked->len, subject.digest);
	subject.is_shared = judge->policy->custody == CUSTODY_SHARED;
	rules_check_ksr(judge->policy, &subject, &judge->findings);
	return 0;
}

static int
judge_by_store(const struct cmd *cmd, struct judge *judge, struct error *err)
{

	return session_open(&cmd->options, &judge->session, err) != 0 ? -1 :
	    skr_check(judge->session, &judge->cache, &judge->asked,
	    &judge->terms, &judge->skr, err);
}

static int
judge_it(const struct cmd *cmd, struct judge *judge, struct error *err)
{
	const char *path = args_get(cmd->args, OPT_POLICY);

	if ((path == NULL) == (judge->asked.cmk == NULL)) {
		(void)err_set(err, ERR_USAGE, "check-ksr takes --policy FILE "
		    "or --cmk CMK");
		return err_hint(err, "usage: kmgr check-ksr %s",
		    cmd->command->words);
	}
	return path != NULL ? judge_by_file(path, judge, err) :
	    judge_by_store(cmd, judge, err);
}

static void
print_head(struct cmd *cmd, const struct judge *judge)
{
	const struct ksr *request = judge->skr == NULL ? judge->request :
	    skr_asked(judge->skr);
	char hex[2 * CRYPTO_SHA256_LEN + 1], zone[NAME_TEXT_MAX];
	uint8_t digest[CRYPTO_SHA256_LEN];
	char at[WHEN_TEXT_LEN];

	crypto_sha256(judge->text.data, judge->text.len, digest);
	(void)text_hex(digest, CRYPTO_SHA256_LEN, hex);
	(void)name_text(&request->zone, zone);
	(void)when_rfc3339(judge->terms.as_of, at);
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

int
cmd_check_ksr(struct cmd *cmd, struct error *err)
{
	struct judge judge = { .text = BUF_INIT, .findings = FINDINGS_INIT };
	int rc = -1;

	if (read_times(cmd, &judge, err) == 0 &&
	    read_files(cmd, &judge, err) == 0 &&
	    judge_it(cmd, &judge, err) == 0) {
		print_head(cmd, &judge);
		rc = cmd_findings(cmd, judge.skr == NULL ? &judge.findings :
		    skr_findings(judge.skr), err);
		if (rc != 0)
			(void)err_wrap(err, "%s", judge.asked.what);
	}
	judge_clear(&judge);
	return rc;
}
