#include <string.h>

#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/replay.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/ledger.h"

#define PAGE 1000		/* events that are read at a time */

static int
check_chain(struct verifier *v, struct error *err)
{

	if (ledger_verify(v->store, &v->report->n_events, err) == 0)
		return 0;
	if (err->class != ERR_INTEGRITY)
		return -1;
	verify_add(v, "ledger", "%s", err->msg);
	err_clear(err);
	return 0;
}

/*
 * What happened, and what was signed when it did. The chain alone can be made
 * anew by whoever can write to the store; what was signed names the head that
 * it stands behind.
 */
static void
check_event(struct verifier *v, struct replay *replay,
    const struct ledger_record *record)
{
	struct error err = ERR_INIT;

	if (replay_event(replay, record, &err) == 0 &&
	    ledger_signed_check(replay, record, &err) == 0)
		return;
	verify_add(v, "ledger", "%s", err.msg);
}

static int
check_events(struct verifier *v, struct replay *replay, struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t seq = 1;

	while (n == PAGE) {
		if (ledger_list(v->store, seq, PAGE, &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n; i++)
			check_event(v, replay, &records[i]);
		seq = n > 0 ? records[n - 1].seq + 1 : seq;
		ledger_records_free(records, n);
	}
	return 0;
}

static void
add_difference(void *arg, enum replay_difference kind, const char *line)
{

	verify_add(arg, kind == REPLAY_CHANGED ? "changed-record" :
	    "removed-record", "%s", line);
}

int
verify_history(struct verifier *v, struct error *err)
{
	struct replay *replay = replay_new();
	int rc = -1;

	if (check_chain(v, err) == 0 && check_events(v, replay, err) == 0)
		rc = replay_compare(replay, v->store, add_difference, v, err);
	replay_free(replay);
	return rc;
}
