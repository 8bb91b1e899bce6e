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
ledger_batch_take(struct ledger_batch *batch,
    const struct ledger_record *record, const char *proof, struct error *err)
{
	uint8_t signature[CRYPTO_SHA256_LEN];
	size_t index, n;
	int rc = 0;

	if (batch_proof_place(proof, &index, &n, signature, err) != 0)
		return -1;
	if (index == 0) {
		rc = ledger_batch_end(batch, err);
		*batch = (struct ledger_batch) { .seq = record->seq - 1,
			.next = 1, .n = n };
		memcpy(batch->head, record->prev, sizeof(batch->head));
		memcpy(batch->signature, signature, sizeof(signature));
		return rc;
	}
	/* One of another batch at this head, that was undone, is no part. */
	if (index == batch->next && n == batch->n &&
	    memcmp(signature, batch->signature, sizeof(signature)) == 0 &&
	    record->seq == batch->seq + 1 + (int64_t)index) {
		batch->next++;
		return 0;
	}
	return err_set(err, ERR_INTEGRITY, "it is KSK %zu of %zu that were "
	    "endorsed together, and does not stand behind the one before it",
	    index + 1, n);
}
