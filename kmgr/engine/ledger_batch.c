#include <string.h>

#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/ledger_batch.h"

int
ledger_batch_end(struct ledger_batch *batch, struct error *err)
{
	const struct ledger_batch was = *batch;

	*batch = (struct ledger_batch) { 0 };
	return was.next == was.n ? 0 : err_set(err, ERR_INTEGRITY, "of the %zu "
	    "KSKs that were endorsed together at event %lld the ledger tells "
	    "of %zu", was.n, (long long)was.seq + 1, was.next);
}

int
ledger_batch_go_on(struct ledger_batch *batch,
    const struct ledger_record *record, const struct proven_event *place,
    struct error *err)
{
	int rc = 0;

	if (place->index == 0) {
		rc = ledger_batch_end(batch, err);
		*batch = (struct ledger_batch) { .seq = record->seq - 1,
			.next = 1, .n = place->n };
		memcpy(batch->head, record->prev, sizeof(batch->head));
		memcpy(batch->signature, place->signature,
		    sizeof(batch->signature));
		return rc;
	}
	/* One of another batch at this head, that was undone, is no part. */
	if (place->index == batch->next && place->n == batch->n &&
	    memcmp(place->signature, batch->signature,
	    sizeof(batch->signature)) == 0 &&
	    record->seq == batch->seq + 1 + (int64_t)place->index) {
		batch->next++;
		return 0;
	}
	return err_set(err, ERR_INTEGRITY, "it is KSK %zu of %zu that were "
	    "endorsed together, and does not stand behind the one before it",
	    place->index + 1, place->n);
}

int
ledger_batch_take(struct ledger_batch *batch,
    const struct ledger_record *record, const char *proof, struct error *err)
{
	struct proven_event place = { .seq = record->seq };

	return batch_proof_place(proof, &place.index, &place.n,
	    place.signature, err) != 0 ? -1 :
	    ledger_batch_go_on(batch, record, &place, err);
}
