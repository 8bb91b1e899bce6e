/* What was signed last, put together once more. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zsks_internal.h"

/* The newest signature by the ith KSK over the RRset that is good now. */
static bool
find_rrsig(const struct zsks *zsks, const struct signature_row *rows,
    size_t n, size_t i, const struct rrset *rrset, struct rrsig *out)
{
	const int64_t now_at = zsks->rules.now_at;
	struct error ignored = ERR_INIT;
	struct rrsig rrsig;
	size_t k;

	for (k = 0; k < n; k++) {
		if (rows[k].type_covered != rrset->type ||
		    rows[k].inception_at > now_at ||
		    rows[k].expiration_at <= now_at ||
		    strcmp(rows[k].ksk_id, zsks->ksks[i].row.id) != 0)
			continue;
		/* An older one is of another set, or ends sooner. */
		if (rrsig_from_rdata(rows[k].rrsig.data, rows[k].rrsig.len,
		    &rrsig, &ignored) != 0 || rrsig_verify(&rrsig, rrset,
		    &zsks->ksks[i].dnskey, &ignored) != 0)
			return false;
		*out = rrsig;
		return true;
	}
	return false;
}

/*
 * When all is signed anew follows from the DNSKEY RRset, which is the first:
 * no other one may end before it.
 */
static bool
find_all(struct zsks *zsks, const struct signature_row *rows, size_t n)
{
	const struct zsks_signed *first = &zsks->sets[0];
	size_t i, k;

	for (i = 0; i < zsks->n_sets; i++)
		for (k = 0; k < zsks->sets[i].n_rrsigs; k++)
			if (!find_rrsig(zsks, rows, n, k,
			    zsks->sets[i].rrset, &zsks->sets[i].rrsigs[k]) ||
			    zsks->sets[i].rrsigs[k].expiration_at <
			    first->rrsigs[0].expiration_at)
				return false;
	return true;
}

/* Most are among the newest, which are read with those of other zones. */
int
zsks_find_signed(struct store *store, struct zsks *zsks, const char *zone,
    bool *found, struct error *err)
{
	struct signature_row *rows;
	bool is_all;
	size_t n;

	if (store_signature_few(store, zone, &rows, &n, err) != 0)
		return -1;
	is_all = n < STORE_SIGNATURE_FEW;
	*found = find_all(zsks, rows, n);
	signature_rows_free(rows, n);
	if (*found || is_all)
		return 0;
	if (store_signature_list(store, zone, &rows, &n, err) != 0)
		return -1;
	*found = find_all(zsks, rows, n);
	signature_rows_free(rows, n);
	return 0;
}

/* The set as facts have it, signatures laid out but not there. */
static int
lay_out(struct session *session, struct cmk_cache *cache,
    const struct zsk_set_row *row, struct zsks *zsks, struct error *err)
{
	const struct zsks_request request = { .zone = zsks->rules.zone,
		.parent_records = ZSKS_CDS_BY_POLICY };

	zsks->rules.inception_at = zsks->rules.now_at;
	zsks->rules.expiration_at = zsks->rules.now_at + 1;
	if (zonefile_read(row->text, strlen(row->text),
	    "the admitted ZSK set", &request.zone, &zsks->file, err) != 0)
		return -1;
	zsks->rules.records = zsks->file->records;
	zsks->rules.n_records = zsks->file->n_records;
	return zsks_load_as_is(session, cache, zsks, err) != 0 ||
	    zsks_add_dnskey(zsks, err) != 0 ||
	    zsks_add_cds(&request, zsks, err) != 0 ? -1 : 0;
}

/* What keeps a set from being laid out keeps nobody from signing a new one. */
static bool
is_harmless(const struct error *why)
{

	return why->class != ERR_STORE && why->class != ERR_INTEGRITY &&
	    why->class != ERR_INTERNAL;
}

int
zsks_again(struct session *session, struct cmk_cache *cache,
    const struct name *zone, struct zsks **out, struct error *err)
{
	struct zsks *zsks = mem_new(sizeof(*zsks));
	struct zsk_set_row row = { 0 };
	struct error why = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct store *store;
	bool found = false;
	int rc = -1;

	*out = NULL;
	(void)name_text(zone, text);
	zsks->rules.zone = *zone;
	zsks->rules.now_at = session_now(session);
	if (session_store(session, &store, err) != 0 ||
	    store_zsk_set_last(store, text, &row, &found, err) != 0)
		goto out;
	if (found && lay_out(session, cache, &row, zsks, &why) != 0) {
		if (!is_harmless(&why)) {
			*err = why;
			goto out;
		}
		found = false;
	}
	if (found && zsks_find_signed(store, zsks, text, &found, err) != 0)
		goto out;
	if (found) {
		*out = zsks;
		zsks = NULL;
	}
	rc = 0;
 out:
	zsk_set_row_clear(&row);
	zsks_free(zsks);
	return rc;
}
