/*
 * What is believed of a zone: the same as what is proved of it, where it is
 * quiet, without a question to the store where others of its page were read.
 */
#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/store/store_inner.h"

#define HOUR	INT64_C(3600)
#define DAY	INT64_C(86400)
#define NOW	ZONESTORE_NOW

static const struct life_key fresh = { .dnskey_in_at = NOW - HOUR };
static const struct life_key used = { .dnskey_in_at = NOW - 200 * DAY,
	.ds_add_at = NOW - 198 * DAY, .ds_seen_at = NOW - 197 * DAY };
static const struct life_key next = { .dnskey_in_at = NOW - HOUR };
static const struct life_key asked = { .dnskey_in_at = NOW - 20 * DAY,
	.ds_add_at = NOW - 2 * HOUR };
static const struct life_key standby = { .standby = LIFE_STANDBY_DS,
	.ds_add_at = NOW - 90 * DAY, .ds_seen_at = NOW - 89 * DAY };
static const struct life_key ahead = { .dnskey_in_at = NOW + 5 };
static const struct life_key lost = { .dnskey_in_at = NOW - 200 * DAY,
	.ds_seen_at = NOW - 197 * DAY, .retire_at = NOW - DAY,
	.is_compromised = true };
static const struct life_key revoked = { .dnskey_in_at = NOW - 200 * DAY,
	.ds_seen_at = NOW - 197 * DAY, .retire_at = NOW - 9 * DAY,
	.revoke_at = NOW - DAY };

/* Signed by the first KSK, and a ZSK of the same algorithm admitted. */
static void
sign(struct zonestore *zs, int64_t at, int64_t until_at)
{
	struct storehelp *help = zs->help;
	struct error *err = &help->err;
	char zone[] = ZONESTORE_ZONE;
	struct signature_row row = { .zone = zone, .type_covered = 48,
		.inception_at = at - 1, .expiration_at = until_at,
		.created_at = at };
	struct zsk_set_row set = { .zone = zone, .admitted_at = at };
	struct dnskey zsk = { .flags = 256, .protocol = 3, .alg = 13,
		.key_len = 64 };
	struct buf text = BUF_INIT;

	(void)strcpy(row.ksk_id, zs->ksks[0]->ksk.row.id);
	buf_add(&row.rrsig, "what an RRSIG is like", 21);
	dnskey_text(&zsk, &text);
	set.text = mem_printf("%s 3600 IN DNSKEY %s\n", zone,
	    buf_text(&text));
	unit_ok(store_begin(help->store, err), err);
	unit_ok(store_signature_put(help->store, &row, err), err);
	unit_ok(store_zsk_set_put(help->store, &set, err), err);
	unit_ok(store_commit(help->store, err), err);
	buf_free(&row.rrsig);
	buf_free(&text);
	free(set.text);
}

static struct zone_life *
believed(struct zonestore *zs)
{
	struct error *err = &zs->help->err;
	struct zone_life *zone;
	struct name name;

	unit_ok(name_read(ZONESTORE_ZONE, &name, err), err);
	unit_ok(zone_life_read(zs->session, &zs->cache, &name, &zone, err),
	    err);
	return zone;
}

static bool
is_quiet(struct zonestore *zs)
{
	struct zone_life *zone = believed(zs);
	struct life_plan plan;
	bool yes;

	life_plan(&zone->life, NOW, &plan);
	yes = zone_life_is_quiet(zone, &plan, NOW);
	life_plan_clear(&plan);
	zone_life_free(zone);
	return yes;
}

static void
tell_instants(const int64_t *at, size_t n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(out, " %lld", (long long)at[i]);
	buf_printf(out, "\n");
}

static void
tell_key(const struct life_key *key, struct buf *out)
{
	const int64_t at[] = { key->lifetime_s, key->backup_at, key->made_at,
		key->pair_at, key->dnskey_in_at, key->dnskey_out_at,
		key->ds_add_at, key->ds_seen_at, key->ds_remove_at,
		key->ds_gone_at, key->retire_at, key->revoke_at };

	buf_printf(out, "%s %u %u %d%d%d%d%d%d [%s]", key->name, key->alg,
	    key->key_tag, key->is_foreign, (int)key->standby,
	    key->needs_backup, key->lacks_approval, key->is_compromised,
	    key->is_usable, key->stopped_by == NULL ? "" : key->stopped_by);
	tell_instants(at, N_OF(at), out);
}

/* All that plans are made of. */
static char *
text_of(const struct zone_life *zone)
{
	const struct life_zone *life = &zone->life;
	const struct timing *t = &life->timing;
	const int64_t at[] = { zone->signed_at, life->goal_at,
		life->lifetime_s, life->first_signed_at,
		life->signed_until_at, t->dnskey_ttl_s,
		t->zone_propagation_delay_s, t->publish_safety_s,
		t->retire_safety_s, t->max_zone_ttl_s, t->parent_ds_ttl_s,
		t->parent_propagation_delay_s,
		t->parent_registration_delay_s, t->validity_s, t->refresh_s,
		t->query_interval_s };
	struct buf out = BUF_INIT;
	size_t i;

	buf_printf(&out, "%s %d%d%d%d%d%d %u %u %zu", life->name,
	    (int)life->goal, (int)life->roll, (int)life->standby,
	    life->needs_backup, life->has_response, t->is_rfc5011, life->alg,
	    life->automation, zone->n_ksks);
	tell_instants(at, N_OF(at), &out);
	for (i = 0; i < life->n_keys; i++)
		tell_key(&life->keys[i], &out);
	for (i = 0; i < life->n_algs; i++)
		buf_printf(&out, "%u %lld %d\n", life->algs[i].alg,
		    (long long)life->algs[i].signed_at,
		    life->algs[i].has_zsk);
	return buf_take(&out);
}

static void
same_lives(const struct zone_life *a, const struct zone_life *b)
{
	char *left = text_of(a), *right = text_of(b);

	assert_string_equal(left, right);
	free(left);
	free(right);
}

/* A world: a policy, keys, and what makes it what it is. */
struct world {
	const char		*policy;
	const struct life_key	*keys[3];
	bool			 is_quiet;
};

static const struct world worlds[] = {
	{ "", { &fresh }, true },
	{ "", { &used }, true },
	{ "", { &used, &next }, true },
	{ "", { &asked }, true },
	{ "", { &used, &standby }, true },
	{ "ksk: { automation: [] }\n", { &used }, true },
	{ "custody: shared\nksk: { lifetime: 600d }\n", { &used, &next },
	    true },
	{ "ksk: { lifetime: 100d }\n", { &used }, false },
	{ "ksk: { rfc5011: true }\n", { &used }, false },
	{ "", { NULL }, false },
	{ "", { &ahead }, false },
	{ "", { &used, &lost }, false },
	{ "", { &used, &revoked }, false },
};

static void
make(struct zonestore *zs, struct storehelp *help, const struct world *world)
{
	size_t i;

	zonestore_open(zs, help, "");
	(void)zonestore_cmk(zs, world->policy);
	(void)zonestore_ksk(zs, 0, world->keys[0]);
	for (i = 1; i < N_OF(world->keys) && world->keys[i] != NULL; i++)
		(void)zonestore_ksk(zs, 0, world->keys[i]);
	sign(zs, NOW - HOUR, NOW + 13 * DAY);
}

static void
judge(struct zonestore *zs, size_t i)
{
	struct zone_life *zone;

	if (is_quiet(zs) != worlds[i].is_quiet)
		fail_msg("world %zu is %squiet", i, worlds[i].is_quiet ?
		    "not " : "");
	if (!worlds[i].is_quiet)
		return;
	zone = believed(zs);
	unit_ok(zonestore_load(zs), &zs->help->err);
	assert_int_equal(session_now(zs->session), NOW);
	same_lives(zone, zs->zone);
	zone_life_free(zone);
}

/* Each in a store of its own. */
static void
a_quiet_zone_is_what_is_proved_of_it(void **state)
{
	struct storehelp *help = *state;
	struct store *own = help->store;
	struct zonestore zs;
	char name[16], *url;
	size_t i;

	for (i = 0; i < N_OF(worlds); i++) {
		(void)snprintf(name, sizeof(name), "world%zu", i);
		url = storehelp_same_url(help, name);
		unit_ok(store_open(url, STORE_CREATE, &help->store,
		    &help->err), &help->err);
		make(&zs, help, &worlds[i]);
		judge(&zs, i);
		zonestore_close(&zs);
		store_close(help->store);
		help->store = own;
		free(url);
	}
}

/* What was signed is over, or is to be renewed. */
static void
a_zone_that_is_to_be_signed_is_not_quiet(void **state)
{
	struct zonestore zs;

	make(&zs, *state, &worlds[1]);
	assert_true(is_quiet(&zs));
	sign(&zs, NOW - 60, NOW + 2 * DAY);
	assert_false(is_quiet(&zs));
	sign(&zs, NOW - 50, NOW - 1);
	assert_false(is_quiet(&zs));
	zonestore_close(&zs);
}

static void
a_foreign_key_a_goal_and_a_cmk_that_is_off_are_not_quiet(void **state)
{
	struct zone_row row = { .goal_at = NOW - 5 };
	struct storehelp *help = *state;
	struct foreign_key_row foreign;
	struct zonestore zs;

	make(&zs, help, &worlds[1]);
	assert_true(is_quiet(&zs));
	unit_ok(storehelp_sql(help, "UPDATE cmk SET state = 'disabled'"),
	    &help->err);
	cmk_cache_clear(&zs.cache);
	assert_false(is_quiet(&zs));
	unit_ok(storehelp_sql(help, "UPDATE cmk SET state = 'enabled'"),
	    &help->err);
	cmk_cache_clear(&zs.cache);
	assert_true(is_quiet(&zs));
	row.zone = mem_strdup(ZONESTORE_ZONE);
	row.goal = mem_strdup("insecure");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	assert_false(is_quiet(&zs));
	row.goal_at = 0;
	(void)strcpy(row.goal, "secure");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	assert_true(is_quiet(&zs));
	foreign = zonestore_foreign(&zs, 1, &used);
	assert_false(is_quiet(&zs));
	foreign.removed_at = NOW - 1;
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_foreign_set(help->store, &foreign, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	assert_false(is_quiet(&zs));
	foreign_facts_clear(&foreign);
	zone_row_clear(&row);
	zonestore_close(&zs);
}

/* The second time all of it is there, CMKs from the cache. */
static void
what_was_read_ahead_is_all_that_is_asked_for(void **state)
{
	struct storehelp *help = *state;
	struct zone_life *zone;
	struct zonestore zs;
	struct name name;
	size_t n_first;

	make(&zs, help, &worlds[1]);
	unit_ok(name_read(ZONESTORE_ZONE, &name, &help->err), &help->err);
	unit_ok(store_snapshot(help->store, &help->err), &help->err);
	store_ahead(help->store, "", ZONESTORE_ZONE);
	storehelp_count(help);
	zone_life_free(believed(&zs));
	n_first = help->n_asked;
	assert_true(n_first > 5);
	zone_life_free(believed(&zs));
	assert_int_equal(help->n_asked, n_first);
	unit_ok(zone_life_load(zs.session, &zs.cache, &name, &zone,
	    &help->err), &help->err);
	zone_life_free(zone);
	assert_true(help->n_asked > n_first + 5);
	n_first = help->n_asked;
	unit_ok(zone_life_load(zs.session, &zs.cache, &name, &zone,
	    &help->err), &help->err);
	zone_life_free(zone);
	assert_int_equal(help->n_asked, n_first);
	storehelp_count_end(help);
	store_release(help->store);
	zonestore_close(&zs);
}

static const struct CMUnitTest tests[] = {
	STOREHELP_SQLITE_TEST(a_quiet_zone_is_what_is_proved_of_it),
	STOREHELP_SQLITE_TEST(a_zone_that_is_to_be_signed_is_not_quiet),
	STOREHELP_SQLITE_TEST(
	    a_foreign_key_a_goal_and_a_cmk_that_is_off_are_not_quiet),
	STOREHELP_TEST(what_was_read_ahead_is_all_that_is_asked_for),
};

int
main(void)
{

	return storehelp_run(tests, N_OF(tests));
}
