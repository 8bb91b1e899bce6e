/* The TTLs that servers were seen to serve, for waits of later. */
#include "kmgr/engine/zone_ttl.h"
#include "kmgr/service/health_facts.h"

static void
raise_to(uint32_t *ttl_s, uint32_t value)
{

	if (value > *ttl_s)
		*ttl_s = value;
}

/* Of what the servers of the parent have, as of what its signatures say. */
static uint32_t
ds_ttl(const struct health_zone *zone)
{
	const struct health_set *set;
	uint32_t ttl_s = 0;
	size_t i, k;

	for (i = 0; i < zone->n_parents; i++) {
		set = &zone->parents[i].ds;
		if (set->rrset == NULL)
			continue;
		raise_to(&ttl_s, set->rrset->ttl);
		for (k = 0; k < set->n_rrsigs; k++)
			raise_to(&ttl_s, set->rrsigs[k].original_ttl);
	}
	return ttl_s;
}

static uint32_t
dnskey_ttl(const struct health_zone *zone)
{
	uint32_t ttl_s = 0;
	size_t i;

	for (i = 0; i < zone->n_servers; i++)
		if (zone->servers[i].dnskey.rrset != NULL)
			raise_to(&ttl_s, zone->servers[i].dnskey.rrset->ttl);
	return ttl_s;
}

static int
record(struct session *session, const struct health_zone *zone,
    uint32_t ds_s, uint32_t dnskey_s, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (zone_ttl_record(session, zone->name, ZONE_TTL_DS, ds_s,
	    zone->now_at, err) == 0 &&
	    zone_ttl_record(session, zone->name, ZONE_TTL_DNSKEY, dnskey_s,
	    zone->now_at, err) == 0 && store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

void
health_seen(struct session *session, const struct health_zone *zone)
{
	const uint32_t ds_s = ds_ttl(zone), dnskey_s = dnskey_ttl(zone);
	struct error why = ERR_INIT;

	if ((ds_s != 0 || dnskey_s != 0) &&
	    record(session, zone, ds_s, dnskey_s, &why) != 0)
		session_note(session, "%s: the TTLs that were seen are not "
		    "remembered: %s", zone->name, why.msg);
}
