#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_end.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/trust.h"

/* What a step makes of a state, and what else is to be said of it. */
static const struct step {
	const char	*from[2];	/* states that it is for */
	const char	*to;
	const char	*what;		/* "disable" */
} steps[] = {
	[CMK_DISABLE] = { { "enabled", NULL }, "disabled", "disable" },
	[CMK_ENABLE] = { { "disabled", NULL }, "enabled", "enable" },
	[CMK_SCHEDULE_DELETION] = { { "enabled", "disabled" },
	    "pending-deletion", "schedule the deletion of" },
	[CMK_CANCEL_DELETION] = { { "pending-deletion", NULL }, "disabled",
	    "cancel the deletion of" },
};

/* What to do where a CMK in state is not to be used. */
static int
hint_state(const struct cmk *cmk, struct error *err)
{
	const char *name = cmk->row.name;

	if (strcmp(cmk->row.state, "disabled") == 0)
		return err_hint(err, "kmgr enable-cmk %s lets it be used "
		    "again", name);
	if (strcmp(cmk->row.state, "pending-deletion") == 0)
		return err_hint(err, "kmgr cancel-cmk-deletion %s, then kmgr "
		    "enable-cmk %s, let it be used again", name, name);
	if (strcmp(cmk->row.state, "deleted") == 0)
		return err_hint(err, "it is gone for ever; kmgr create-cmk "
		    "makes another one");
	if (strcmp(cmk->row.state, "draft") == 0)
		return err_hint(err, "nothing was made under a draft yet; "
		    "kmgr delete-cmk %s deletes it at once", name);
	return -1;
}

int
cmk_life_check_usable(const struct cmk *cmk, struct error *err)
{

	if (strcmp(cmk->row.state, "enabled") == 0 ||
	    strcmp(cmk->row.state, "draft") == 0)
		return 0;
	(void)err_set(err, ERR_POLICY, "CMK %s is %s", cmk->row.name,
	    cmk->row.state);
	return hint_state(cmk, err);
}

int
cmk_life_record(struct session *session, const struct cmk *cmk,
    const char *state, int64_t deletion_at, struct json *event_take,
    struct error *err)
{
	struct json *event = event_take != NULL ? event_take :
	    json_new_object();
	struct cmk_row row = cmk->row;	/* borrows its texts */
	char *copy = mem_strdup(state);
	struct store *store;
	int rc = -1;

	row.state = copy;
	row.deletion_at = deletion_at;
	json_put_text(event, "cmk_id", cmk->row.id);
	json_put_text(event, "from", cmk->row.state);
	json_put_text(event, "to", state);
	json_put_int(event, "deletion_at", deletion_at);
	if (session_store(session, &store, err) == 0 &&
	    store_cmk_set_state(store, &row, err) == 0)
		rc = event_append(session, "cmk-state", event, err);
	json_free(event);
	free(copy);
	return rc;
}

int
cmk_life_settle(struct session *session, const struct cmk *cmk,
    struct error *err)
{

	if (trust_settle(session, cmk, err) == 0)
		return 0;
	if (err->class != ERR_TOKEN && err->class != ERR_CONFIG)
		return -1;
	session_note(session, "it is done and recorded; what token %s is to "
	    "keep of it follows in the next run (%s)", cmk->row.token,
	    err->msg);
	err_clear(err);
	return 0;
}

static int64_t
window_of(const struct cmk *cmk, const struct cmk_life_request *request)
{

	return request->window_s == CMK_WINDOW_BY_POLICY ?
	    cmk->policy->pending_window_s : request->window_s;
}

/* When the deletion is due; 0 for another step. */
static int
find_due(struct session *session, const struct cmk *cmk,
    const struct cmk_life_request *request, int64_t *due_at,
    struct error *err)
{
	const int64_t least_s = cmk->policy->pending_window_s;
	/* The policy's own is in range, however long. */
	const int64_t most_s = least_s > CMK_WINDOW_MAX_S ? least_s :
	    CMK_WINDOW_MAX_S;
	char least[WHEN_TEXT_LEN], most[WHEN_TEXT_LEN], asked[WHEN_TEXT_LEN];
	const int64_t window_s = window_of(cmk, request);

	*due_at = 0;
	if (request->step != CMK_SCHEDULE_DELETION)
		return 0;
	if (request->window_s != CMK_WINDOW_BY_POLICY &&
	    (window_s < CMK_WINDOW_MIN_S || window_s > most_s))
		return err_set(err, ERR_USAGE, "--pending-window is %s: %s to "
		    "%s", when_duration(window_s, asked),
		    when_duration(least_s, least),
		    when_duration(most_s, most));
	if (window_s < least_s)
		return err_set(err, ERR_POLICY, "--pending-window %s is "
		    "shorter than deletion.pending-window %s of the sealed "
		    "policy", when_duration(window_s, asked),
		    when_duration(least_s, least));
	*due_at = session_now(session) + window_s;
	return 0;
}

static int
refuse_state(const struct cmk *cmk, const struct step *step,
    struct error *err)
{

	(void)err_set(err, ERR_POLICY, "cannot %s CMK %s: it is %s",
	    step->what, cmk->row.name, cmk->row.state);
	return hint_state(cmk, err);
}

/* Whether request changes something, and may; *due_at as find_due(). */
static int
judge(struct session *session, const struct cmk *cmk,
    const struct cmk_life_request *request, bool *changes, int64_t *due_at,
    struct error *err)
{
	const struct step *step = &steps[request->step];
	const char *state = cmk->row.state;

	*changes = false;
	if (find_due(session, cmk, request, due_at, err) != 0)
		return -1;
	/* A deletion that is cancelled twice was not pending. */
	if (strcmp(state, step->to) == 0 &&
	    request->step != CMK_CANCEL_DELETION &&
	    request->window_s == CMK_WINDOW_BY_POLICY)
		return 0;
	if (strcmp(state, step->from[0]) != 0 && (step->from[1] == NULL ||
	    strcmp(state, step->from[1]) != 0))
		return refuse_state(cmk, step, err);
	*changes = true;
	return request->step == CMK_SCHEDULE_DELETION ?
	    cmk_end_allowed(session, cmk, err) : 0;
}

static void
plan_step(const struct cmk *cmk, const struct cmk_life_request *request,
    struct plan *plan)
{
	char window[WHEN_TEXT_LEN];

	/* No instant: the window begins when the plan is carried out. */
	if (request->step == CMK_SCHEDULE_DELETION)
		plan_add(plan, ACTION_SET_STATE, NULL, "make CMK %s pending "
		    "deletion; %s later kmgr delete-cmk may delete it",
		    cmk->row.name, when_duration(window_of(cmk, request),
		    window));
	else
		plan_add(plan, ACTION_SET_STATE, NULL, "make CMK %s %s",
		    cmk->row.name, steps[request->step].to);
}

int
cmk_life_plan(struct session *session, const struct cmk_life_request *request,
    struct plan *plan, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int64_t due_at;
	bool changes;
	int rc = -1;

	if (cmk_get(session, request->cmk, &store, &cmk, err) != 0)
		return -1;
	if (judge(session, cmk, request, &changes, &due_at, err) == 0) {
		if (changes)
			plan_step(cmk, request, plan);
		rc = 0;
	}
	cmk_free(cmk);
	return rc;
}

static int
demand(const struct cmk *cmk, const struct cmk_life_request *request,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	if (request->step != CMK_SCHEDULE_DELETION)
		return 0;
	plan_step(cmk, request, &plan);
	rc = approval_demand(cmk, &(struct approval_subject) {
	    CMK_LIFE_DELETION_OP, request->arguments, &plan },
	    request->approval, err);
	plan_clear(&plan);
	return rc;
}

static int
change(struct session *session, struct store *store, const struct cmk *cmk,
    const struct cmk_life_request *request, int64_t due_at, struct error *err)
{

	/* To disable is what one wants to do when nothing else works. */
	if ((request->step != CMK_DISABLE &&
	    trust_prove(session, cmk, err) != 0) ||
	    store_begin(store, err) != 0)
		return -1;
	/* To stop a CMK takes no token; all else its key has to sign. */
	if (cmk_life_record(session, cmk, steps[request->step].to, due_at,
	    NULL, err) == 0 && (request->step == CMK_DISABLE ||
	    trust_attest(session, cmk->row.id, err) == 0) &&
	    store_commit(store, err) == 0)
		return cmk_life_settle(session, cmk, err);
	store_rollback(store);
	return -1;
}

int
cmk_life_apply(struct session *session,
    const struct cmk_life_request *request, struct error *err)
{
	struct cmk *cmk = NULL;
	struct store *store;
	bool changes = false;
	int64_t due_at;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (cmk_load(store, request->cmk, &cmk, err) != 0 ||
	    judge(session, cmk, request, &changes, &due_at, err) != 0)
		goto out;
	if (!changes)
		session_note(session, "CMK %s is %s already; nothing to do",
		    cmk->row.name, cmk->row.state);
	else if (demand(cmk, request, err) != 0 ||
	    change(session, store, cmk, request, due_at, err) != 0)
		goto out;
	rc = 0;
 out:
	session_unlock(session);
	cmk_free(cmk);
	return rc;
}

struct json *
cmk_life_arguments(const struct cmk_life_request *request)
{
	struct json *arguments = json_new_object();

	json_put_int(arguments, "pending_window", request->window_s);
	return arguments;
}

static int
read_arguments(const char *cmk_id, const struct approval *approval,
    const struct json *arguments, struct cmk_life_request *out,
    struct error *err)
{

	*out = (struct cmk_life_request) {
		.cmk = cmk_id,
		.step = CMK_SCHEDULE_DELETION,
		.approval = approval,
		.arguments = arguments,
	};
	return json_get_int(arguments, "pending_window", &out->window_s) ? 0 :
	    err_set(err, ERR_INTEGRITY, "the plan has no window");
}

int
cmk_life_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct cmk_life_request request;

	return read_arguments(cmk_id, approval, arguments, &request,
	    err) != 0 ? -1 : cmk_life_apply(session, &request, err);
}

int
cmk_life_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct cmk_life_request request;

	return read_arguments(cmk_id, approval, arguments, &request,
	    err) != 0 ? -1 : cmk_life_plan(session, &request, plan, err);
}

int
cmk_life_count(struct session *session, size_t *n, struct error *err)
{
	struct cmk_row *rows;
	struct store *store;
	size_t i, n_rows;

	*n = 0;
	if (session_store(session, &store, err) != 0 ||
	    store_cmk_list(store, &rows, &n_rows, err) != 0)
		return -1;
	for (i = 0; i < n_rows; i++)
		*n += rows[i].sealed_at != 0 &&
		    strcmp(rows[i].state, "deleted") != 0;
	cmk_rows_free(rows, n_rows);
	return 0;
}
