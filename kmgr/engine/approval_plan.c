#include <stdlib.h>
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/engine/approval_inner.h"
#include "kmgr/store/ledger.h"

#define PAGE 100		/* events that are read at a time */

/* Whether the row says when the plan ends as its text does. */
static bool
has_its_times(const struct plan_row *row, const struct json *text)
{
	int64_t created_at = 0, expires_at = 0;

	return json_get_int(text, "created_at", &created_at) &&
	    json_get_int(text, "expires_at", &expires_at) &&
	    row->created_at == created_at && row->expires_at == expires_at;
}

/*
 * The plan's text must hash to its name and be of its CMK and operation: it is
 * what the approvers sign, and the row beside it is only how it is found.
 */
int
approval_check_text(struct approval_status *status, struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const char *op, *cmk_id;

	crypto_sha256(status->row.text, strlen(status->row.text), hash);
	if (strcmp(text_hex(hash, sizeof(hash), hex), status->row.hash) != 0)
		return err_set(err, ERR_INTEGRITY,
		    "the plan was changed in the store");
	if (json_read(status->row.text, strlen(status->row.text),
	    &status->text, err) != 0)
		return -1;
	op = json_get_text(status->text, "op");
	cmk_id = json_get_text(status->text, "cmk_id");
	if (op == NULL || cmk_id == NULL ||
	    strcmp(op, status->row.op) != 0 ||
	    strcmp(cmk_id, status->row.cmk_id) != 0 ||
	    !has_its_times(&status->row, status->text))
		return err_set(err, ERR_INTEGRITY,
		    "the plan is not what the store says");
	return 0;
}

/*
 * The plan is of the policy that the CMK has, a draft's too, and lasts as long
 * as that lets it: who was an approver once signs nothing with an old date.
 */
static int
check_policy(const struct cmk *cmk, const struct approval_status *status,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const char *hash = json_get_text(status->text, "policy_hash");

	if (hash == NULL || strcmp(hash, text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, hex)) != 0) {
		(void)err_set(err, ERR_POLICY, "it was made under another "
		    "policy than CMK %s has now", cmk->row.name);
		return err_hint(err, "ask for a new plan: run the command "
		    "again");
	}
	if (status->row.expires_at - status->row.created_at ==
	    cmk->policy->plan_valid_for_s)
		return 0;
	return err_set(err, ERR_INTEGRITY, "it lasts longer or shorter than "
	    "the policy of CMK %s lets a plan last", cmk->row.name);
}

static bool
is_of_plan(const struct ledger_record *record, const char *hash)
{
	struct error ignored = ERR_INIT;
	struct json *event = NULL;
	const char *told;
	bool is;

	if (json_read(record->payload, strlen(record->payload), &event,
	    &ignored) != 0)
		return false;
	told = json_get_text(event, "plan_hash");
	is = told != NULL && strcmp(told, hash) == 0;
	json_free(event);
	return is;
}

int
approval_event(struct store *store, const char *cmk_id, const char *type,
    const char *hash, int64_t *seq, struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t from = 1;

	*seq = 0;
	while (n == PAGE && *seq == 0) {
		if (ledger_of_cmk(store, cmk_id, type, from, PAGE, &records,
		    &n, err) != 0)
			return -1;
		for (i = 0; i < n && *seq == 0; i++)
			if (is_of_plan(&records[i], hash))
				*seq = records[i].seq;
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return 0;
}

int
approval_check_current(struct store *store,
    const struct approval_status *status, struct error *err)
{
	const struct plan_row *row = &status->row;
	struct cmk *cmk;
	int64_t ended;
	int rc;

	/* What the ledger says counts: a plan that has ended is over. */
	if (approval_event(store, row->cmk_id, "plan-end", row->hash, &ended,
	    err) != 0)
		return -1;
	if (ended != 0) {
		(void)err_set(err, ERR_INTEGRITY, "the store says that plan "
		    "%.16s waits, and event %lld tells of its end", row->hash,
		    (long long)ended);
		return err_hint(err, "the store was changed behind kmgr's "
		    "back; kmgr verify lists every difference");
	}
	if (cmk_load(store, row->cmk_id, &cmk, err) != 0)
		return -1;
	rc = check_policy(cmk, status, err);
	cmk_free(cmk);
	return rc == 0 ? 0 : err_wrap(err, "plan %.16s", row->hash);
}

/* Whether the event says that a plan for op was carried out, and which. */
static bool
is_applied(const struct ledger_record *record, const char *op,
    char hash[static 2 * CRYPTO_SHA256_LEN + 1])
{
	struct error ignored = ERR_INIT;
	struct json *event = NULL;
	const char *told, *state, *plan;
	bool is;

	if (json_read(record->payload, strlen(record->payload), &event,
	    &ignored) != 0)
		return false;
	told = json_get_text(event, "op");
	state = json_get_text(event, "state");
	plan = json_get_text(event, "plan_hash");
	is = told != NULL && strcmp(told, op) == 0 &&
	    state != NULL && strcmp(state, "applied") == 0 &&
	    plan != NULL && strlen(plan) == 2 * CRYPTO_SHA256_LEN;
	if (is)
		(void)strcpy(hash, plan);
	json_free(event);
	return is;
}

/* Whether enough approvers signed the plan, and its argument is the value. */
static int
is_given(struct session *session, const char *hash, const char *argument,
    const char *value, bool *given, struct error *err)
{
	struct approval_status status;
	const char *told;

	if (approval_find(session, hash, &status, err) != 0)
		return -1;
	told = json_get_text(json_get(status.text, "arguments"), argument);
	*given = told != NULL && strcmp(told, value) == 0 &&
	    status.n_valid >= status.n_needed;
	approval_status_clear(&status);
	return 0;
}

int
approval_was_given(struct session *session, const struct cmk *cmk,
    const char *op, const char *argument, const char *value, bool *given,
    struct error *err)
{
	char hash[2 * CRYPTO_SHA256_LEN + 1];
	struct ledger_record *records;
	struct store *store;
	size_t i, n = PAGE;
	int64_t from = 1;
	int rc = 0;

	*given = false;
	if (session_store(session, &store, err) != 0)
		return -1;
	while (n == PAGE && !*given && rc == 0) {
		if (ledger_of_cmk(store, cmk->row.id, "plan-end", from, PAGE,
		    &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n && !*given && rc == 0; i++)
			if (is_applied(&records[i], op, hash))
				rc = is_given(session, hash, argument, value,
				    given, err);
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return rc;
}
