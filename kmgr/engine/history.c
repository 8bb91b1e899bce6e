#include <string.h>

#include "kmgr/engine/cmk.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/replay.h"
#include "kmgr/store/ledger.h"

#define PAGE 1000		/* events that are read at a time */

static int
check_page(struct replay *replay, struct ledger_signed *ledger,
    const struct ledger_record *records, size_t n, struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (replay_event(replay, &records[i], err) != 0 ||
		    ledger_signed_check(ledger, &records[i], err) != 0)
			return -1;
	return 0;
}

static int
check_events(struct store *store, struct replay *replay, struct error *err)
{
	struct ledger_signed *ledger = ledger_signed_new(replay);
	struct ledger_record *records;
	int64_t seq = 1;
	size_t n = PAGE;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		rc = ledger_list(store, seq, PAGE, &records, &n, err);
		if (rc != 0)
			break;
		rc = check_page(replay, ledger, records, n, err);
		seq += (int64_t)n;
		ledger_records_free(records, n);
	}
	if (rc == 0)
		rc = ledger_signed_end(ledger, err);
	ledger_signed_free(ledger);
	return rc;
}

static int
check_proofs(struct store *store, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct cmk_row *cmks = NULL;
	struct ksk_row *ksks = NULL;
	size_t i, n_cmks = 0, n_ksks = 0;
	struct cmk *cmk;
	struct ksk ksk;
	int rc = -1;

	if (store_cmk_list(store, &cmks, &n_cmks, err) != 0 ||
	    store_ksk_list(store, NULL, NULL, &ksks, &n_ksks, err) != 0)
		goto out;
	for (i = 0; i < n_cmks; i++)
		if (cmk_cache_get(&cache, store, cmks[i].id, &cmk, err) != 0)
			goto out;
	for (i = 0; i < n_ksks; i++)
		if (cmk_cache_get(&cache, store, ksks[i].cmk_id, &cmk,
		    err) != 0 || ksk_check(cmk, &ksks[i], &ksk, err) != 0)
			goto out;
	rc = 0;
 out:
	cmk_cache_clear(&cache);
	cmk_rows_free(cmks, n_cmks);
	ksk_rows_free(ksks, n_ksks);
	return rc;
}

int
history_check(struct store *store, struct error *err)
{
	struct replay *replay = replay_new();
	size_t n;
	int rc = -1;

	if (ledger_verify(store, &n, err) == 0 &&
	    check_events(store, replay, err) == 0 &&
	    replay_check(replay, store, err) == 0)
		rc = check_proofs(store, err);
	replay_free(replay);
	/* What cannot be read as it must be was changed. */
	if (rc != 0 && err->class != ERR_STORE)
		err->class = ERR_INTEGRITY;
	return rc;
}
