#include "kmgr/engine/ds_fact_inner.h"

static bool
has_ds(const struct life_key *key)
{

	return key->ds_seen_at != 0 && key->ds_seen_at >= key->ds_add_at &&
	    key->ds_gone_at == 0;
}

/* Whether it was asked for, or is due to be. */
static bool
is_awaited(const struct zone_life *zone, const struct life_zone *after,
    size_t i, enum ds_fact what, int64_t now_at)
{
	const struct life_key *key = &zone->life.keys[i];

	if (what == DS_FACT_SEEN)
		return !has_ds(key) && key->ds_remove_at == 0 &&
		    zone_life_has_ds_of(after, i, now_at);
	return key->ds_gone_at == 0 && after->keys[i].ds_remove_at != 0;
}

/* Whether it will be, so that who tells it now is too early. */
static bool
is_coming(const struct zone_life *zone, size_t i, enum ds_fact what,
    int64_t now_at)
{
	const struct life_key *key = &zone->life.keys[i];

	if (what == DS_FACT_GONE)
		return key->retire_at != 0 && key->ds_gone_at == 0;
	return key->retire_at == 0 && !key->is_compromised &&
	    key->standby != LIFE_STANDBY_DNSKEY && key->ds_gone_at == 0 &&
	    life_ds_state(&zone->life, i, now_at) == LIFE_HIDDEN;
}

static bool
is_told(const struct life_key *key, enum ds_fact what)
{

	return what == DS_FACT_SEEN ? has_ds(key) && key->ds_remove_at == 0 :
	    key->ds_gone_at != 0;
}

/* Of which it cannot be told now, or was. */
static size_t
find_other(const struct zone_life *zone, enum ds_fact what, int64_t now_at)
{
	size_t i;

	for (i = zone->life.n_keys; i-- > 0;)
		if (is_coming(zone, i, what, now_at))
			return i;
	for (i = zone->life.n_keys; i-- > 0;)
		if (is_told(&zone->life.keys[i], what))
			return i;
	return zone->life.n_keys == 1 ? 0 : LIFE_NONE;
}

/* How many wait for it, and the last of them. */
static size_t
count(const struct zone_life *zone, enum ds_fact what, int64_t now_at,
    size_t *found)
{
	struct life_zone after;
	size_t i, n = 0;

	zone_life_after(zone, now_at, &after);
	for (i = 0; i < zone->life.n_keys; i++)
		if (is_awaited(zone, &after, i, what, now_at)) {
			*found = i;
			n++;
		}
	life_zone_clear(&after);
	return n;
}

int
ds_fact_locate(struct session *session, struct cmk_cache *cache,
    const struct ds_fact_request *request, struct ds_fact_told *told,
    struct error *err)
{
	const char *what = request->what == DS_FACT_SEEN ? "ds-seen" :
	    "ds-gone";
	const int64_t now_at = session_now(session);
	size_t n;

	if (zone_life_load(session, cache, request->zone, &told->fact.zone,
	    err) != 0)
		return -1;
	n = count(told->fact.zone, request->what, now_at, &told->i);
	if (n == 0)
		told->i = find_other(told->fact.zone, request->what, now_at);
	if (n <= 1 && told->i != LIFE_NONE)
		return 0;
	if (n > 1)
		(void)err_set(err, ERR_INPUT, "zone %s has %zu KSKs that wait "
		    "for %s", told->fact.zone->text, n, what);
	else
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK that waits "
		    "for %s", told->fact.zone->text, what);
	return err_hint(err, "name it as ZONE/KEYTAG; kmgr list-ksks %s shows "
	    "those that there are", told->fact.zone->text);
}
