/* The records that are signed, on their way to the zone signer. */
#include "kmgr/engine/zsks.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/store_zone.h"

/* Once the last KSK has gone the zone signer is to have none, too. */
bool
run_has_records(const struct run_zone *z)
{

	return z->zone->life.first_signed_at != 0;
}

static bool
has_cds(const struct zsks *zsks)
{
	const struct zsks_signed *sets;
	size_t i, n;

	sets = zsks_signed(zsks, &n);
	for (i = 0; i < n; i++)
		if (sets[i].rrset->type == RRTYPE_CDS)
			return true;
	return false;
}

void
run_take_records(struct run_zone *z, const struct zsks *zsks, int64_t at)
{

	z->records.len = 0;
	zsks_text(zsks, &z->records);
	z->records_at = at;
	z->has_cds = has_cds(zsks);
}

/*
 * Whether the newest signatures are those of this pass, and nothing else was
 * done to the zone since the look before them: no DNSKEY, CDS or CDNSKEY is
 * another.
 */
static int
is_just_signed(struct run_zone *z, bool *is, struct error *err)
{
	struct store *store;
	int64_t n;

	*is = false;
	if (z->records.len == 0 || z->n_signed == 0 ||
	    z->zone->row.changes != z->signed_changes)
		return 0;
	if (session_store(z->run->session, &store, err) != 0 ||
	    store_signature_since(store, z->text, z->signed_newest, &n,
	    err) != 0)
		return -1;
	*is = n == z->n_signed;
	return 0;
}

/* What is signed already, and good: by this pass or another one. */
int
run_take_signed(struct run_zone *z, struct error *err)
{
	struct zsks *zsks = NULL;
	bool is_just;

	if (is_just_signed(z, &is_just, err) != 0)
		return -1;
	if (is_just)
		return 0;
	if (zsks_again(z->run->session, run_cmks_now(&z->pass->cmks),
	    &z->name, &zsks, err) != 0)
		return -1;
	if (z->zone->signed_at > z->records_at)
		z->records.len = 0;
	if (zsks == NULL)
		return 0;
	run_take_records(z, zsks, z->zone->signed_at);
	zsks_free(zsks);
	return 0;
}
