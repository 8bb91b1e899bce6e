/* sign-ksr: a request shown, confirmed, answered. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksr_note.h"
#include "kmgr/cmd/cmd_ksr_record.h"
#include "kmgr/cmd/cmd_ksr_show.h"
#include "kmgr/cmd/cmd_ksr_sign.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/cmd_requester.h"
#include "kmgr/cmd/cmd_tty.h"
#include "kmgr/engine/ksr_roles.h"
#include "kmgr/engine/skr.h"

static int
read_tag(const struct cmd *cmd, enum opt opt, int32_t *out,
    struct error *err)
{
	const char *text = args_get(cmd->args, opt);
	int64_t tag;

	*out = KSR_TAG_BY_GENERATION;
	if (text == NULL)
		return 0;
	if (text_to_int(text, 0, UINT16_MAX, &tag, err) != 0) {
		err->class = ERR_USAGE;
		return err_wrap(err, "--%s", args_opt(opt)->name);
	}
	*out = (int32_t)tag;
	return 0;
}

/* Each file that is to be written is another one, and can be. */
static int
check_files(const struct cmd *cmd, struct error *err)
{
	const char *paths[] = { cmd_output(cmd),
		args_get(cmd->args, OPT_EMERGENCY_SKR),
		args_get(cmd->args, OPT_RECORD) };
	size_t i, k;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		for (k = 0; k < i && paths[i] != NULL; k++)
			if (paths[k] != NULL &&
			    strcmp(paths[k], paths[i]) == 0)
				return err_set(err, ERR_USAGE, "%s is to be "
				    "written twice", paths[i]);
		if (paths[i] != NULL &&
		    file_check_writable(paths[i], err) != 0)
			return -1;
	}
	return 0;
}

int
cmd_ksr_options(struct cmd *cmd, struct skr_request *request,
    struct error *err)
{
	const char *end = args_get(cmd->args, OPT_FINISH);
	const bool is_emergency = args_has(cmd->args, OPT_EMERGENCY_SKR);

	*request = (struct skr_request) {
		.what = cmd->args->words[0],
		.zone = args_get(cmd->args, OPT_ZONE),
		.cmk = args_get(cmd->args, OPT_CMK),
		.schema = args_get(cmd->args, OPT_SCHEMA),
		.chain = args_has(cmd->args, OPT_GENESIS) ? SKR_GENESIS :
		    SKR_CONTINUES,
		.end_at = KSR_OPEN,
		.emergency = is_emergency ? SKR_WITH_EMERGENCY :
		    SKR_WITHOUT_EMERGENCY,
	};
	if (request->schema == NULL && !is_emergency &&
	    (args_has(cmd->args, OPT_CURRENT) ||
	    args_has(cmd->args, OPT_NEXT)))
		return err_set(err, ERR_USAGE, "--current and --next name the "
		    "KSKs of --schema or --emergency-skr");
	if (end != NULL && when_read(end, session_now(cmd->session),
	    &request->end_at, err) != 0) {
		err->class = ERR_USAGE;
		return err_wrap(err, "--end");
	}
	return read_tag(cmd, OPT_CURRENT, &request->current_tag, err) != 0 ?
	    -1 : read_tag(cmd, OPT_NEXT, &request->next_tag, err);
}

/*
 * Who answers for the ZSKs of a request says so: exactly "Yes", to the
 * digest that the other side read out (zsk.admission: operator).
 */
static int
confirm(const struct skr *skr, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	cmd_ksr_head(skr, &text);
	cmd_ksr_table(skr_response(skr, SKR_RESPONSE), &text);
	buf_printf(&text, "\n");
	rc = cmd_tty_confirm(&(struct cmd_question) { buf_text(&text),
	    "Sign it? Type Yes, exactly: ", "Yes",
	    "compare the digest, and add --yes" }, err);
	buf_free(&text);
	if (rc != 0 && err->class == ERR_POLICY)
		(void)err_hint(err, "nothing was signed; where the digest is "
		    "the one that the other side read out, run the command "
		    "again");
	return rc == 0 ? 0 : err_wrap(err, "is it the right request");
}

/* All files, after all of it is in the store; then what is told of them. */
static int
release(const struct cmd_ksr_task *task, const struct skr *skr,
    struct error *err)
{
	struct cmd *cmd = task->cmd;
	const char *emergency = args_get(cmd->args, OPT_EMERGENCY_SKR);
	const char *record = args_get(cmd->args, OPT_RECORD);
	const struct buf *text = skr_text(skr, SKR_RESPONSE);
	const char *output = cmd_output(cmd);
	struct buf written = BUF_INIT;
	int rc = -1;

	if (skr_is_answered(skr))
		session_note(cmd->session, "this request was answered before; "
		    "the response is the same");
	if (emergency != NULL && file_write(emergency, 0644,
	    skr_text(skr, SKR_EMERGENCY_RESPONSE)->data,
	    skr_text(skr, SKR_EMERGENCY_RESPONSE)->len, err) != 0)
		goto out;
	if (output != NULL && file_write(output, 0644, text->data, text->len,
	    err) != 0)
		goto out;
	cmd_ksr_result(cmd, skr);
	if (record != NULL) {
		if (cmd_ksr_record(cmd, skr, &written, err) != 0 ||
		    file_write(record, 0644, written.data, written.len,
		    err) != 0)
			goto out;
	}
	if (output == NULL) {
		cmd->text.len = 0;
		buf_add(&cmd->text, text->data, text->len);
	}
	cmd->has_written = output != NULL;
	rc = 0;
 out:
	buf_free(&written);
	return rc;
}

/* What was shown and confirmed, before the lock was taken, is what it is. */
static int
check_unchanged(const struct skr *skr, const uint8_t *shown_hash,
    struct error *err)
{

	if (memcmp(skr_plan_hash(skr), shown_hash, CRYPTO_SHA256_LEN) == 0)
		return 0;
	(void)err_set(err, ERR_STORE, "the KSKs of zone %s, or their policies, "
	    "were changed by another run since the response was shown",
	    skr_zone(skr));
	return err_hint(err, "run the command again");
}

/* The CMKs that want to be asked. Owner: the caller, free(). */
static const struct cmk **
approving(const struct skr *skr, size_t *n)
{
	const struct cmk **cmks = skr_cmks(skr, n);
	size_t i, k = 0;

	for (i = 0; i < *n; i++)
		if (approval_is_needed(cmks[i], SKR_OP))
			cmks[k++] = cmks[i];
	*n = k;
	return cmks;
}

/* The policies of these demand approvers: write down what they are to sign. */
static int
ask(struct cmd *cmd, const struct skr *skr,
    const struct skr_request *request, struct error *err)
{
	struct json *arguments = skr_arguments(request);
	struct plan plan = PLAN_INIT;
	const struct cmk **cmks;
	size_t n;
	int rc;

	cmks = approving(skr, &n);
	skr_plan(skr, &plan);
	rc = cmd_plan_ask_each(cmd, cmks, n,
	    &(struct approval_subject) { SKR_OP, arguments, &plan }, err);
	plan_clear(&plan);
	json_free(arguments);
	free(cmks);
	return rc;
}

static bool
needs_approval(const struct skr *skr)
{
	const struct cmk **cmks;
	size_t n;

	cmks = approving(skr, &n);
	free(cmks);
	return !skr_is_answered(skr) && n > 0;
}

/*
 * With the lock held, so that nothing it was judged by changes meanwhile, and
 * as somebody saw it, unless shown_hash is NULL.
 */
static int
answer(const struct cmd_ksr_task *task, const uint8_t *shown_hash,
    struct error *err)
{
	const struct skr_request *request = task->request;
	struct cmd *cmd = task->cmd;
	struct cmk_cache cache = { 0 };
	struct skr *skr = NULL;
	bool is_asked = false;
	int rc;

	if (session_lock(cmd->session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = skr_prepare(cmd->session, &cache, request, &skr, err);
	if (args_has(cmd->args, OPT_YES))
		cmd_ksr_note(cmd, skr, rc);
	if (rc == 0 && shown_hash != NULL)
		rc = check_unchanged(skr, shown_hash, err);
	if (rc == 0) {
		is_asked = needs_approval(skr);
		if (!is_asked)
			rc = skr_apply(cmd->session, skr, NULL, NULL, err);
	}
	session_unlock(cmd->session);
	if (rc == 0)
		rc = is_asked ? ask(cmd, skr, request, err) :
		    task->release(task, skr, err);
	skr_free(skr);
	cmk_cache_clear(&cache);
	return rc;
}

/* What nobody is asked about is judged once, when it is answered. */
int
cmd_ksr_answer(const struct cmd_ksr_task *task, struct error *err)
{
	const struct skr_request *request = task->request;
	struct cmd *cmd = task->cmd;
	const bool is_dry = args_has(cmd->args, OPT_DRY_RUN);
	struct cmk_cache cache = { 0 };
	uint8_t plan_hash[CRYPTO_SHA256_LEN] = { 0 };
	struct skr *skr = NULL;
	bool is_asked = false;
	int rc;

	if (!is_dry && args_has(cmd->args, OPT_YES))
		return answer(task, NULL, err);
	rc = skr_prepare(cmd->session, &cache, request, &skr, err);
	cmd_ksr_note(cmd, skr, rc);
	if (rc != 0)
		goto out;
	memcpy(plan_hash, skr_plan_hash(skr), sizeof(plan_hash));
	if (is_dry) {
		skr_plan(skr, task->plan);
	} else if (!skr_is_answered(skr)) {
		if ((rc = confirm(skr, err)) != 0)
			goto out;
		is_asked = needs_approval(skr);
	}
	rc = is_asked ? ask(cmd, skr, request, err) : 0;
 out:
	skr_free(skr);
	cmk_cache_clear(&cache);
	return rc != 0 || is_dry || is_asked ? rc :
	    answer(task, plan_hash, err);
}

/* Files of --previous-skr; list is the caller's, with n texts. */
static int
read_kept(struct cmd *cmd, char **list, size_t *n, struct error *err)
{
	struct buf text = BUF_INIT;
	const char *path;
	size_t i;
	int rc = 0;

	for (i = 0; i < cmd->args->n_values[OPT_PREVIOUS_SKR] && rc == 0;
	    i++) {
		path = cmd->args->values[OPT_PREVIOUS_SKR][i];
		if (cmd_check_input(path, err) != 0 ||
		    file_read(path, KSR_MAX_LEN, &text, err) != 0)
			rc = -1;
		else
			list[(*n)++] = mem_strdup(buf_text(&text));
		buf_free(&text);
	}
	return rc;
}

static int
answer_one(struct cmd *cmd, const struct skr_request *request,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	const struct cmd_ksr_task task = { .cmd = cmd, .request = request,
		.plan = &plan, .release = release };
	int rc;

	if (strlen(request->text) != request->len)
		return err_set(err, ERR_INPUT, "%s: a byte 0 in it",
		    request->what);
	rc = cmd_ksr_answer(&task, err);
	if (rc == 0 && args_has(cmd->args, OPT_DRY_RUN))
		cmd_plan(cmd, &plan);
	plan_clear(&plan);
	return rc;
}

static int
sign_one(struct cmd *cmd, struct error *err)
{
	const char *path = cmd->args->words[0];
	char **kept = mem_new((cmd->args->n_values[OPT_PREVIOUS_SKR] + 1) *
	    sizeof(*kept));
	struct cmd_requester requester = { 0 };
	struct skr_request request;
	struct buf text = BUF_INIT;
	size_t n = 0;
	int rc = -1;

	if (cmd_ksr_options(cmd, &request, err) == 0 &&
	    check_files(cmd, err) == 0 && cmd_check_input(path, err) == 0 &&
	    file_read(path, KSR_MAX_LEN, &text, err) == 0 &&
	    read_kept(cmd, kept, &n, err) == 0 &&
	    cmd_requester_read(cmd, path, &requester, err) == 0) {
		request.kept = (const char *const *)kept;
		request.n_kept = n;
		request.signatures = cmd_requester_list(&requester);
		request.n_signatures = requester.n;
		request.text = buf_text(&text);
		request.len = text.len;
		if (strcmp(path, "-") == 0)
			request.what = "standard input";
		rc = answer_one(cmd, &request, err);
	}
	while (n > 0)
		free(kept[--n]);
	free(kept);
	cmd_requester_clear(&requester);
	buf_free(&text);
	return rc;
}

int
cmd_sign_ksr(struct cmd *cmd, struct error *err)
{

	return cmd_ksr_is_many(cmd->args) ? cmd_ksr_sign_many(cmd, err) :
	    sign_one(cmd, err);
}
