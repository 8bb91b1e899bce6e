#include <string.h>

#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_ksr.h"

static bool
is_of(const char *text, const uint8_t hash[static CRYPTO_SHA256_LEN])
{
	uint8_t found[CRYPTO_SHA256_LEN];

	crypto_sha256(text, strlen(text), found);
	return memcmp(found, hash, sizeof(found)) == 0;
}

/* Only what came back from a ledger has no texts. */
static int
check_absence(struct verifier *v, const struct ksr_row *row,
    struct error *err)
{
	struct ledger_record record = { 0 };
	bool found = false;

	if (ledger_newest(v->store, "restore", &record, &found, err) != 0)
		return -1;
	if (!found || record.at < row->answered_at)
		verify_add(v, "response", "response %s of zone %s: its text "
		    "is gone", row->id, row->zone);
	ledger_record_clear(&record);
	return 0;
}

static int
check_ksr(struct verifier *v, const char *id, struct error *err)
{
	struct ksr_row row = { 0 };
	bool found;
	int rc = 0;

	if (store_ksr_get(v->store, id, &row, &found, err) != 0)
		return -1;
	if (found && row.response == NULL)
		rc = check_absence(v, &row, err);
	else if (found && !is_of(row.request, row.request_hash))
		verify_add(v, "response", "response %s of zone %s: the text "
		    "of its request is not what was answered", id, row.zone);
	else if (found && !is_of(row.response, row.response_hash))
		verify_add(v, "response", "response %s of zone %s: its text "
		    "is not what was released", id, row.zone);
	ksr_row_clear(&row);
	return rc;
}

int
verify_ksrs(struct verifier *v, struct error *err)
{
	struct ksr_row *rows;
	size_t i, n;
	int rc = 0;

	if (store_ksr_list(v->store, NULL, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = check_ksr(v, rows[i].id, err);
	ksr_rows_free(rows, n);
	return rc;
}
