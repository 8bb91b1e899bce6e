#include "kmgr/base/when.h"
#include "kmgr/engine/clock.h"
#include "kmgr/engine/event.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_server.h"

enum clock_verdict
clock_judge(const struct policy *policy, int64_t last_at, int64_t now_at)
{

	/* Nothing that kmgr wrote lies outside, and so nothing overflows. */
	if (last_at < 0)
		last_at = 0;
	if (last_at > WHEN_MAX)
		last_at = WHEN_MAX;
	if (now_at < last_at - policy->clock_tolerance_s)
		return CLOCK_BEHIND;
	return now_at > last_at + policy->clock_max_jump_s ? CLOCK_AHEAD :
	    CLOCK_FINE;
}

bool
clock_is_stale(const struct policy *policy, int64_t signed_at, int64_t now_at)
{

	return clock_judge(policy, signed_at, now_at) == CLOCK_BEHIND ||
	    now_at - signed_at > policy->clock_max_jump_s / 4;
}

/*
 * The last event of which the clock was good; seq is 0 where there is none.
 * Nobody has signed it, so it can only make the clock look worse.
 */
static int
last_event(struct store *store, int64_t *seq, int64_t *at, struct error *err)
{
	static const char *const types[] = { "checkpoint", "sign-zsks",
		"time-jump" };
	struct ledger_record record = { 0 };
	bool found;
	size_t i;

	*seq = 0;
	*at = 0;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		found = false;
		if (ledger_newest(store, types[i], &record, &found, err) != 0)
			return -1;
		if (found && record.seq > *seq) {
			*seq = record.seq;
			*at = record.at;
		}
		ledger_record_clear(&record);
	}
	return 0;
}

static int
refuse(const struct policy *policy, enum clock_verdict verdict,
    int64_t last_at, int64_t now_at, struct error *err)
{
	char now[WHEN_TEXT_LEN], last[WHEN_TEXT_LEN], allowed[WHEN_TEXT_LEN];
	const bool is_behind = verdict == CLOCK_BEHIND;

	(void)err_set(err, ERR_POLICY, "the clock says %s, and the last %s "
	    "was at %s: more than %s %s (%s)", when_rfc3339(now_at, now),
	    is_behind ? "checkpoint or signature" : "checkpoint",
	    when_rfc3339(last_at, last), is_behind ? "clock.tolerance" :
	    "clock.max-jump", is_behind ? "behind" : "ahead",
	    when_duration(is_behind ? policy->clock_tolerance_s :
	    policy->clock_max_jump_s, allowed));
	return err_hint(err, "set the clock right, or, where it is right and "
	    "you answer for it, add --accept-time-jump, which the ledger "
	    "records");
}

int
clock_check_store(struct session *session, int64_t tolerance_s,
    struct error *err)
{
	const int64_t apart_s = tolerance_s > CLOCK_APART_MIN_S ?
	    tolerance_s : CLOCK_APART_MIN_S;
	char here[WHEN_TEXT_LEN], there[WHEN_TEXT_LEN], text[WHEN_TEXT_LEN];
	int64_t from_at, at, to_at;
	struct store *store;

	if (session_store(session, &store, err) != 0)
		return -1;
	/* The answer may have taken its time. */
	from_at = when_now();
	if (store_clock(store, &at, err) != 0)
		return -1;
	to_at = when_now();
	if (at >= from_at - apart_s && at <= to_at + apart_s)
		return 0;
	(void)err_set(err, ERR_POLICY, "the clock of this machine says %s, and "
	    "that of the database %s: more than %s apart",
	    when_rfc3339(to_at, here), when_rfc3339(at, there),
	    when_duration(apart_s, text));
	return err_hint(err, "set the wrong one of the two right; with "
	    "--accept-time-jump, too, nothing is done by clocks that differ");
}

int
clock_check(struct session *session, const struct policy *policy,
    int64_t signed_at, bool *jumps, struct error *err)
{
	const int64_t now_at = session_now(session);
	enum clock_verdict verdict;
	struct store *store;
	int64_t seq, at;

	*jumps = false;
	if (clock_check_store(session, policy->clock_tolerance_s, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    last_event(store, &seq, &at, err) != 0)
		return -1;
	verdict = seq == 0 ? CLOCK_FINE : clock_judge(policy, at, now_at);
	if (signed_at != 0 && verdict != CLOCK_BEHIND) {
		verdict = clock_judge(policy, signed_at, now_at);
		at = signed_at;
	}
	if (verdict == CLOCK_FINE)
		return 0;
	if (!session_accepts_time_jump(session))
		return refuse(policy, verdict, at, now_at, err);
	*jumps = true;
	return 0;
}

int
clock_record_jump(struct session *session, struct error *err)
{
	struct json *payload;
	struct store *store;
	int64_t seq, at;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	payload = json_new_object();
	if (last_event(store, &seq, &at, err) == 0) {
		json_put_int(payload, "last_seq", seq);
		json_put_int(payload, "last_at", at);
		json_put_int(payload, "now_at", session_now(session));
		rc = event_append(session, "time-jump", payload, err);
	}
	if (rc == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	json_free(payload);
	return rc;
}
