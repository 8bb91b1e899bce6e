#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/replay.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_zone.h"
#include "kmgr/store/store_intent.h"

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
    struct ledger_signed *ledger, const struct ledger_record *record)
{
	struct error err = ERR_INIT;

	if (replay_event(replay, record, &err) == 0 &&
	    ledger_signed_check(ledger, record, &err) == 0)
		return;
	verify_add(v, "ledger", "%s", err.msg);
}

static int
check_events(struct verifier *v, struct replay *replay, struct error *err)
{
	struct ledger_signed *ledger = ledger_signed_new(replay);
	struct error why = ERR_INIT;
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t seq = 1;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		rc = ledger_list(v->store, seq, PAGE, &records, &n, err);
		if (rc != 0)
			break;
		for (i = 0; i < n; i++)
			check_event(v, replay, ledger, &records[i]);
		seq = n > 0 ? records[n - 1].seq + 1 : seq;
		ledger_records_free(records, n);
	}
	if (rc == 0 && ledger_signed_end(ledger, &why) != 0)
		verify_add(v, "ledger", "%s", why.msg);
	ledger_signed_free(ledger);
	return rc;
}

static void
add_difference(void *arg, enum replay_difference kind, const char *line)
{

	verify_add(arg, kind == REPLAY_CHANGED ? "changed-record" :
	    "removed-record", "%s", line);
}

/* What accounts for objects that nobody knows is not the store's word alone. */
static void
check_abandoned(struct verifier *v, const struct replay *replay)
{
	const struct intent_row *intent;
	size_t i;

	for (i = 0; i < v->n_intents; i++) {
		intent = &v->intents[i];
		if (strcmp(intent->state, "abandoned") == 0 &&
		    !replay_is_abandoned(replay, intent->key_id))
			verify_add(v, "changed-record", "no event tells that "
			    "\"%s\" was abandoned in token %s",
			    intent->label, intent->token);
	}
}

/* Rows of signatures that are gone, or say that they end earlier. */
static int
check_horizons(struct verifier *v, const struct replay *replay,
    struct error *err)
{
	const int64_t now_at = session_now(v->session);
	int64_t told_at, kept_at;
	char at[WHEN_TEXT_LEN];
	size_t i;

	for (i = 0; i < v->n_ksks; i++) {
		told_at = replay_horizon(replay, v->ksks[i].id);
		if (told_at <= now_at || told_at <= v->ksks[i].horizon_at)
			continue;
		if (store_signature_horizon(v->store, v->ksks[i].zone,
		    v->ksks[i].id, &kept_at, err) != 0)
			return -1;
		if (kept_at < told_at)
			verify_add(v, "signature", "KSK %s/%u has signed "
			    "until %s, as the ledger tells, and the store has "
			    "no such signature", v->ksks[i].zone,
			    v->ksks[i].key_tag, when_rfc3339(told_at, at));
	}
	return 0;
}

int
verify_history(struct verifier *v, struct error *err)
{
	struct replay *replay = replay_new();
	int rc = -1;

	if (check_chain(v, err) == 0 && check_events(v, replay, err) == 0) {
		check_abandoned(v, replay);
		rc = check_horizons(v, replay, err);
	}
	if (rc == 0)
		rc = replay_compare(replay, v->store, add_difference, v, err);
	replay_free(replay);
	return rc;
}
