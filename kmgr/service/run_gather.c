/* The ZSK sets that are to be signed, of as many zones at once as want it. */
#include <string.h>

#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/service/source.h"
#include "kmgr/store/store_zone.h"

/* Whether half of the time to sign anew is gone already. */
static bool
is_pressing(const struct run_zone *z)
{
	const struct life_zone *life = &z->zone->life;

	return life->signed_until_at != 0 && session_now(z->run->session) >
	    life->signed_until_at - life->timing.refresh_s / 2;
}

/* Those of them that want to be signed, and do not any more. */
static struct run_zones
take_wanting(const struct run_zones *zones)
{
	struct run_zones some = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++) {
		if (zones->list[i]->wants_signing)
			run_zones_add(&some, zones->list[i]);
		zones->list[i]->wants_signing = false;
	}
	return some;
}

/* One that does not answer takes its time. */
void
run_source_ask_all(const struct run_zones *zones)
{
	struct run_zones list = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		if (publish_is_configured(z->config) &&
		    z->config->source.primary != NULL)
			run_zones_add(&list, z);
	}
	run_ask_all(&list, run_source_ask);
	run_zones_clear(&list);
}

/* Whether there is a way to whom the records are for; it is waited for else. */
static bool
has_taker(struct run_zone *z)
{

	if (publish_is_configured(z->config))
		return true;
	run_tell(z, RUN_WAITS, "publish", NULL, "nobody is named who gets the "
	    "signed records: configure publish for %s in the section zones, "
	    "or kmgr sign-zsks %s FILE -o FILE", z->text, z->text);
	run_get_stuck(z);
	return false;
}

/* What is no question to the store. */
static int
ask(struct run_zone *z, struct error *err)
{

	if (!has_taker(z))
		return 0;
	if (source_is_configured(z->config) && !z->is_asked) {
		if (run_keep(z, err) != 0)
			return -1;
		run_source_ask(z);
	}
	z->wants_signing = true;
	return 0;
}

static int
take_admitted(struct run_zone *z, struct error *err)
{
	struct zsk_set_row row = { 0 };
	struct store *store;
	bool found = false;

	z->zsks_from = "the last admitted ZSK set";
	if (session_store(z->run->session, &store, err) != 0 ||
	    store_zsk_set_last(store, z->text, &row, &found, err) != 0)
		return -1;
	if (found)
		buf_add_text(&z->zsks, row.text);
	zsk_set_row_clear(&row);
	if (z->zsks.len == 0) {
		run_tell(z, RUN_WAITS, "zsk-set", NULL, "no ZSK set was "
		    "admitted yet: kmgr sign-zsks %s FILE, or configure "
		    "zones.%s.source", z->text, z->text);
		run_get_stuck(z);
	}
	return 0;
}

int
run_gather_foresee(struct run_zone *z, bool *is_there, struct error *err)
{
	const bool has_source = source_is_configured(z->config);

	*is_there = false;
	if (!has_taker(z))
		return 0;
	if (!has_source && take_admitted(z, err) != 0)
		return -1;
	*is_there = has_source || z->zsks.len > 0;
	return 0;
}

/* Of its source, else the set that was admitted last. */
static int
take(struct run_zone *z, struct error *err)
{
	struct error why = ERR_INIT;

	if (!source_is_configured(z->config))
		return take_admitted(z, err);
	z->zsks_from = "the configured source";
	if (run_source_take(z, &z->zsks, &why) == 0)
		return 0;
	if (!is_pressing(z)) {
		*err = why;
		return -1;
	}
	run_tell(z, RUN_WARNS, "source", &why, "signed with the ZSK set that "
	    "was admitted last, before signatures expire: %s", why.msg);
	return take_admitted(z, err);
}

static int
put_ttls(struct run_zone *z, struct error *err)
{

	return source_put(z->run->session, z->text, &z->source, err);
}

/* Waits may be longer by them. */
static void
ttls_put(struct run_zone *z)
{

	z->is_stale = true;
	source_set_clear(&z->source);
}

void
run_source_record(const struct run_zones *zones)
{
	static const struct run_write write = { NULL, put_ttls, NULL,
		ttls_put };
	struct run_zones some = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->source.dnskey_ttl_s != 0)
			run_zones_add(&some, zones->list[i]);
	run_zones_commit(&some, &write);
	for (i = 0; i < zones->n; i++) {
		zones->list[i]->is_asked = false;
		/* What waits may rest on is to be known before it is signed. */
		if (zones->list[i]->source.dnskey_ttl_s != 0)
			zones->list[i]->zsks.len = 0;
		source_set_clear(&zones->list[i]->source);
	}
	run_zones_clear(&some);
}

struct run_zones
run_gather(const struct run_zones *zones)
{
	struct run_zones all = take_wanting(zones), some;
	struct run_zones ready = { NULL, 0 };
	size_t i;

	run_source_ask_all(&all);
	for (i = 0; i < all.n; i++) {
		all.list[i]->is_tried = true;
		all.list[i]->zsks.len = 0;
		run_zone_act(all.list[i], ask);
	}
	some = take_wanting(&all);
	run_zones_read(&some, take);
	run_source_record(&all);
	for (i = 0; i < all.n; i++)
		if (all.list[i]->zsks.len > 0)
			run_zones_add(&ready, all.list[i]);
	run_zones_clear(&some);
	run_zones_clear(&all);
	return ready;
}
