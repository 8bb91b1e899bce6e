#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/rrset.h"
#include "policy/zsk_set.h"

#define LOOKED_AT 256

static bool
is_same_key(const struct zonefile_record *a, const struct zonefile_record *b)
{

	return a->type == b->type && a->class == b->class &&
	    a->rdata_len == b->rdata_len &&
	    memcmp(a->rdata, b->rdata, a->rdata_len) == 0 &&
	    name_is_same(&a->owner, &b->owner);
}

void
zsk_set_init(struct zsk_set *set, const struct policy *policy,
    const struct rules_zsks *zsks)
{
	struct error ignored = ERR_INIT;
	struct zsk *zsk;
	size_t i, j;

	set->policy = policy;
	set->zsks = zsks;
	set->n = zsks->n_records < LOOKED_AT ? zsks->n_records : LOOKED_AT;
	set->list = mem_new(set->n * sizeof(*set->list));
	for (i = 0; i < set->n; i++) {
		zsk = &set->list[i];
		zsk->record = &zsks->records[i];
		zsk->is_dnskey = zsk->record->type == RRTYPE_DNSKEY &&
		    dnskey_from_rdata(zsk->record->rdata,
		    zsk->record->rdata_len, &zsk->key, &ignored) == 0;
		if (zsk->is_dnskey)
			zsk->tag = dnskey_tag(&zsk->key);
		for (j = 0; j < i && zsk->same == NULL; j++)
			if (is_same_key(zsk->record, &zsks->records[j]))
				zsk->same = &zsks->records[j];
	}
}

void
zsk_set_clear(struct zsk_set *set)
{

	free(set->list);
	set->list = NULL;
	set->n = 0;
}
