#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/service/publish_sets.h"

static const enum rrtype types[PUBLISH_SETS_N] = { RRTYPE_DNSKEY, RRTYPE_CDS,
	RRTYPE_CDNSKEY };

static size_t
index_of(uint16_t type)
{
	size_t i;

	for (i = 0; i < PUBLISH_SETS_N; i++)
		if (types[i] == type)
			break;
	return i;
}

static int
refuse(const struct zonefile_record *record, struct error *err)
{

	return err_set(err, ERR_INPUT, "line %zu is none of the zone's "
	    "DNSKEY, CDS, CDNSKEY and their RRSIG records", record->line);
}

static int
add_rrsig(struct publish_sets *sets, const struct zonefile_record *record,
    struct error *err)
{
	struct rrsig rrsig;
	size_t i;

	if (rrsig_from_rdata(record->rdata, record->rdata_len, &rrsig,
	    err) != 0)
		return -1;
	if ((i = index_of(rrsig.type_covered)) == PUBLISH_SETS_N)
		return refuse(record, err);
	*(struct rrsig *)mem_push(&sets->rrsigs[i], sets->n_rrsigs[i]++,
	    sizeof(rrsig)) = rrsig;
	if (sets->until_at == 0 || rrsig.expiration_at < sets->until_at)
		sets->until_at = rrsig.expiration_at;
	return 0;
}

static int
add_record(struct publish_sets *sets, const struct zonefile_record *record,
    struct error *err)
{
	size_t i;

	if (!name_is_same(&record->owner, &sets->zone))
		return refuse(record, err);
	if (record->type == RRTYPE_RRSIG)
		return add_rrsig(sets, record, err);
	if ((i = index_of(record->type)) == PUBLISH_SETS_N)
		return refuse(record, err);
	sets->rrsets[i]->ttl = record->ttl;
	rrset_add(sets->rrsets[i], record->rdata, record->rdata_len);
	return 0;
}

static int
check_signed(const struct publish_sets *sets, struct error *err)
{
	size_t i;

	for (i = 0; i < PUBLISH_SETS_N; i++)
		if ((sets->rrsets[i]->n_rdata > 0) != (sets->n_rrsigs[i] > 0))
			return err_set(err, ERR_INPUT, "%s records without "
			    "signature, or signatures without records",
			    rrtype_name(types[i]));
	if (sets->rrsets[0]->n_rdata == 0)
		return err_set(err, ERR_INPUT, "no DNSKEY records");
	return 0;
}

int
publish_sets_init(struct publish_sets *sets, const char *zone,
    const struct buf *records, struct error *err)
{
	struct zonefile *file = NULL;
	size_t i;
	int rc;

	*sets = (struct publish_sets){ .until_at = 0 };
	if (name_read(zone, &sets->zone, err) != 0)
		return -1;
	for (i = 0; i < PUBLISH_SETS_N; i++)
		sets->rrsets[i] = rrset_new(&sets->zone, types[i], 0);
	if (records->len == 0)
		return 0;
	rc = zonefile_read(buf_text(records), records->len,
	    "the signed records", &sets->zone, &file, err);
	for (i = 0; rc == 0 && i < file->n_records; i++)
		rc = add_record(sets, &file->records[i], err);
	if (rc == 0)
		rc = check_signed(sets, err);
	zonefile_free(file);
	return rc;
}

void
publish_sets_clear(struct publish_sets *sets)
{
	size_t i;

	for (i = 0; i < PUBLISH_SETS_N; i++) {
		rrset_free(sets->rrsets[i]);
		free(sets->rrsigs[i]);
		sets->rrsets[i] = NULL;
		sets->rrsigs[i] = NULL;
		sets->n_rrsigs[i] = 0;
	}
}

void
publish_sets_view(const struct publish_sets *sets,
    struct resolve_set out[static PUBLISH_SETS_N])
{
	size_t i;

	for (i = 0; i < PUBLISH_SETS_N; i++)
		out[i] = (struct resolve_set){ sets->rrsets[i],
		    sets->rrsigs[i], sets->n_rrsigs[i] };
}
