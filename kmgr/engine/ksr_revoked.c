#include <string.h>

#include "kmgr/dns/ksr.h"
#include "kmgr/engine/ksr_revoked.h"
#include "kmgr/ksr/codec.h"
#include "kmgr/store/store_ksr.h"

static void
look(const struct ksr *response, const struct dnskey *key, int64_t *at)
{
	size_t b, k;

	for (b = 0; b < response->n_bundles; b++) {
		const struct ksr_bundle *bundle = &response->bundles[b];

		for (k = 0; k < bundle->n_keys; k++)
			if ((bundle->keys[k].dnskey.flags & DNSKEY_REVOKE) !=
			    0 && dnskey_is_same_key(&bundle->keys[k].dnskey,
			    key) && (*at == 0 || bundle->inception_at < *at))
				*at = bundle->inception_at;
	}
}

/* One response; a store that was restored from a ledger has no text of it. */
static int
look_into(struct store *store, const struct ksr_row *row,
    const struct dnskey *key, int64_t *at, struct error *err)
{
	struct ksr_row whole = { 0 };
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct ksr *response = NULL;
	bool found;
	int rc = -1;

	if (store_ksr_get(store, row->id, &whole, &found, err) != 0)
		return -1;
	if (!found || whole.response == NULL) {
		rc = 0;
		goto out;
	}
	crypto_sha256(whole.response, strlen(whole.response), hash);
	if (memcmp(hash, row->response_hash, sizeof(hash)) != 0) {
		(void)err_set(err, ERR_INTEGRITY, "response %s was changed "
		    "in the store", row->id);
		goto out;
	}
	rc = codec_read(whole.response, strlen(whole.response),
	    "the kept response", &response, err);
	if (rc == 0)
		look(response, key, at);
 out:
	ksr_free(response);
	ksr_row_clear(&whole);
	return rc;
}

int
ksr_revoked_at(struct store *store, const struct ksk *ksk, int64_t *at,
    struct error *err)
{
	struct ksr_row *rows;
	size_t i, n;
	int rc = 0;

	*at = 0;
	if (store_ksr_list(store, ksk->row.zone, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (rows[i].superseded_at == 0)
			rc = look_into(store, &rows[i], &ksk->dnskey, at, err);
	ksr_rows_free(rows, n);
	return rc;
}
