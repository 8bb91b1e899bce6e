#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/ksr_told.h"
#include "kmgr/engine/zone_response.h"
#include "kmgr/ksr/codec.h"
#include "kmgr/store/store_ksr.h"

/* The oldest come first. */
static const struct ksr_row *
find_served(const struct ksr_row *rows, size_t n, int64_t signed_at,
    int64_t now_at)
{
	size_t i;

	for (i = n; i-- > 0; )
		if (strcmp(rows[i].kind, KSR_REGULAR) == 0)
			return rows[i].expires_at > now_at &&
			    rows[i].answered_at >= signed_at ? &rows[i] :
			    NULL;
	return NULL;
}

static int
read_text(struct store *store, const struct ksr_row *row,
    struct zone_response *out, struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct ksr_row whole = { 0 };
	bool found = false;
	int rc = 0;

	if (store_ksr_get(store, row->id, &whole, &found, err) != 0)
		return -1;
	if (found && whole.response != NULL) {
		crypto_sha256(whole.response, strlen(whole.response), hash);
		rc = memcmp(hash, row->response_hash, sizeof(hash)) == 0 ?
		    codec_read(whole.response, strlen(whole.response),
		    "the response that is served", &out->response, err) :
		    err_set(err, ERR_INTEGRITY, "zone %s: response %s was "
		    "changed in the store", row->zone, row->id);
	}
	ksr_row_clear(&whole);
	return rc;
}

int
zone_response_load(struct store *store, const char *zone, int64_t signed_at,
    int64_t now_at, struct zone_response *out, struct error *err)
{
	const struct ksr_row *served;
	struct ksr_row *rows;
	size_t n;
	int rc = 0;

	*out = (struct zone_response) { .is_served = false };
	if (store_ksr_list(store, zone, &rows, &n, err) != 0)
		return -1;
	if (n > 0)
		rc = ksr_told_check(store, zone, rows, n, err);
	served = rc != 0 ? NULL : find_served(rows, n, signed_at, now_at);
	if (served != NULL) {
		out->is_served = true;
		out->answered_at = served->answered_at;
		rc = read_text(store, served, out, err);
	}
	ksr_rows_free(rows, n);
	return rc;
}

void
zone_response_clear(struct zone_response *response)
{

	ksr_free(response->response);
	*response = (struct zone_response) { .is_served = false };
}

const struct ksr_bundle *
zone_response_bundle(const struct zone_response *response, int64_t now_at)
{
	const struct ksr *ksr = response->response;
	size_t b = ksr == NULL ? 0 : ksr->n_bundles;

	while (b > 0 && ksr->bundles[b - 1].inception_at > now_at)
		b--;
	return b == 0 ? NULL : &ksr->bundles[b - 1];
}
