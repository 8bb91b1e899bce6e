/* How long a zone waits, and what of it is signed, from what the store has. */
#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"

#define HOUR	INT64_C(3600)
#define DAY	INT64_C(86400)
#define NOW	ZONESTORE_NOW

static struct life_zone *
loaded(struct zonestore *zs)
{

	unit_ok(zonestore_load(zs), &zs->help->err);
	return &zs->zone->life;
}

static void
each_wait_is_the_longest_of_all_policies(void **state)
{
	const struct life_zone *life;
	struct zonestore zs;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "signatures: { dnskey-ttl: 2h, validity: 20d,"
	    " refresh: 6d }\ntiming: { publish-safety: 1h, retire-safety: 9h,"
	    " zone-propagation-delay: 1h, max-zone-ttl: 4d, "
	    "parent-ds-ttl: 1d, parent-propagation-delay: 8h, "
	    "parent-registration-delay: 1d }\n");
	(void)zonestore_cmk(&zs, "signatures: { dnskey-ttl: 1h, validity: 15d,"
	    " refresh: 7d }\ntiming: { publish-safety: 2h, retire-safety: 1h,"
	    " zone-propagation-delay: 5h, max-zone-ttl: 1d, "
	    "parent-ds-ttl: 3d, parent-propagation-delay: 1h, "
	    "parent-registration-delay: 2d }\n");
	(void)zonestore_ksk(&zs, 0, NULL);
	(void)zonestore_ksk(&zs, 1, NULL);
	life = loaded(&zs);
	assert_int_equal(life->timing.dnskey_ttl_s, 2 * HOUR);
	assert_int_equal(life->timing.publish_safety_s, 2 * HOUR);
	assert_int_equal(life->timing.retire_safety_s, 9 * HOUR);
	assert_int_equal(life->timing.zone_propagation_delay_s, 5 * HOUR);
	assert_int_equal(life->timing.max_zone_ttl_s, 4 * DAY);
	assert_int_equal(life->timing.parent_ds_ttl_s, 3 * DAY);
	assert_int_equal(life->timing.parent_propagation_delay_s, 8 * HOUR);
	assert_int_equal(life->timing.parent_registration_delay_s, 2 * DAY);
	/* What is signed must suit every policy. */
	assert_int_equal(life->timing.validity_s, 15 * DAY);
	assert_int_equal(life->timing.refresh_s, 7 * DAY);
	assert_false(life->timing.is_rfc5011);
	/* RFC 5011 s2.3: half of the DNSKEY TTL, and an hour at least. */
	assert_int_equal(life->timing.query_interval_s, HOUR);
	zonestore_close(&zs);
}

/* The configuration lengthens waits, and shortens none. */
static void
a_configuration_only_lengthens(void **state)
{
	const struct life_zone *life;
	struct zonestore zs;

	zonestore_open(&zs, *state, "zones:\n  example.com:\n    timing: { "
	    "dnskey-ttl: 3h, publish-safety: 0s, retire-safety: 10h, "
	    "zone-propagation-delay: 6h, max-zone-ttl: 0s, "
	    "parent-ds-ttl: 2d, parent-propagation-delay: 0s, "
	    "parent-registration-delay: 4d }\n  other.example:\n    timing: "
	    "{ publish-safety: 30d }\n");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	life = loaded(&zs);
	assert_int_equal(life->timing.dnskey_ttl_s, 3 * HOUR);
	assert_int_equal(life->timing.publish_safety_s, HOUR);
	assert_int_equal(life->timing.retire_safety_s, 10 * HOUR);
	assert_int_equal(life->timing.zone_propagation_delay_s, 6 * HOUR);
	assert_int_equal(life->timing.max_zone_ttl_s, DAY);
	assert_int_equal(life->timing.parent_ds_ttl_s, 2 * DAY);
	assert_int_equal(life->timing.parent_propagation_delay_s, HOUR);
	assert_int_equal(life->timing.parent_registration_delay_s, 4 * DAY);
	zonestore_close(&zs);
}

static void
observe(struct storehelp *help, const char *kind, int64_t value,
    int64_t last_at)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql), "INSERT INTO observation (zone, kind,"
	    " value, text, first_at, last_at) VALUES ('" ZONESTORE_ZONE "', "
	    "'%s', %lld, '', 1, %lld)", kind, (long long)value,
	    (long long)last_at);
	unit_ok(storehelp_sql(help, sql), &help->err);
}

/* What servers were seen to serve lengthens a wait, and shortens none. */
static void
what_was_observed_only_lengthens(void **state)
{
	static const struct {
		const char	*kind;
		size_t		 offset;
	} kinds[] = {
		{ "ds-ttl", offsetof(struct life_zone,
		    timing.parent_ds_ttl_s) },
		{ "dnskey-ttl", offsetof(struct life_zone,
		    timing.dnskey_ttl_s) },
		{ "max-zone-ttl", offsetof(struct life_zone,
		    timing.max_zone_ttl_s) } };
	static const int64_t seen[][2] = { { 60, DAY }, { DAY + 1, DAY + 1 },
		{ 2 * DAY, 2 * DAY }, { -5, DAY } };
	struct storehelp *help = *state;
	struct zonestore zs;
	size_t i, k;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "signatures: { dnskey-ttl: 1d }\n");
	(void)zonestore_ksk(&zs, 0, NULL);
	for (k = 0; k < N_OF(kinds); k++)
		for (i = 0; i < N_OF(seen); i++) {
			unit_ok(storehelp_sql(help,
			    "DELETE FROM observation"), &help->err);
			observe(help, kinds[k].kind, seen[i][0], NOW);
			observe(help, "serial", 9 * DAY, NOW);
			assert_int_equal(*(const int64_t *)(const void *)
			    ((const char *)loaded(&zs) + kinds[k].offset),
			    seen[i][1]);
		}
	zonestore_close(&zs);
}

/* Since when one of ours is in the DNSKEY RRset without a break. */
static void
a_break_of_the_dnskey_rrset_begins_it_anew(void **state)
{
	static const struct {
		int64_t in[3], out[3], first;
	} cases[] = {
		{ { 0 }, { 0 }, 0 },
		{ { 100 }, { 0 }, 100 },
		{ { 100 }, { 200 }, 0 },
		{ { 100, 150 }, { 200, 0 }, 100 },
		{ { 150, 100 }, { 0, 200 }, 100 },
		{ { 100, 200 }, { 200, 0 }, 100 },
		{ { 100, 201 }, { 200, 0 }, 201 },
		{ { 100, 300, 350 }, { 200, 400, 0 }, 300 },
		{ { 100, 150, 380 }, { 200, 400, 0 }, 100 },
		{ { 380, 100, 150 }, { 0, 200, 400 }, 100 },
		{ { 100, 300, 0 }, { 200, 400, 0 }, 0 },
		/* Put in again: what came after does not count. */
		{ { 300 }, { 200 }, 300 },
		{ { 300, 100 }, { 200, 250 }, 300 },
	};
	struct foreign_key_row foreign;
	struct life_key key;
	struct zonestore zs;
	size_t i, k;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "");
	key = (struct life_key) { .dnskey_in_at = 50 };
	foreign = zonestore_foreign(&zs, 1, &key);
	foreign_facts_clear(&foreign);
	for (k = 0; k < 3; k++)
		(void)zonestore_ksk(&zs, 0, NULL);
	for (i = 0; i < N_OF(cases); i++) {
		for (k = 0; k < 3; k++) {
			key = (struct life_key) {
				.dnskey_in_at = cases[i].in[k],
				.dnskey_out_at = cases[i].out[k] };
			zonestore_change(&zs, k, &key);
		}
		if (loaded(&zs)->first_signed_at != cases[i].first)
			fail_msg("case %zu: %lld", i, (long long)
			    zs.zone->life.first_signed_at);
	}
	zonestore_close(&zs);
}

static const struct life_alg *
find_alg(const struct life_zone *life, uint8_t alg)
{
	size_t i;

	for (i = 0; i < life->n_algs; i++)
		if (life->algs[i].alg == alg)
			return &life->algs[i];
	return NULL;
}

static void
tell_alg(struct zonestore *zs, uint8_t alg, int64_t signed_at)
{
	struct zone_alg_row row = { mem_strdup(ZONESTORE_ZONE), alg,
		signed_at };
	struct json *event = json_new_object();
	struct storehelp *help = zs->help;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(signed_at == 0 ? store_zone_alg_drop(help->store, row.zone,
	    alg, &help->err) : store_zone_alg_put(help->store, &row,
	    &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	json_put_text(event, "cmk_id", zs->cmks[0]->cmk.row.id);
	json_put_text(event, "zone", row.zone);
	json_put_int(event, "alg", alg);
	json_put_bool(event, "dropped", signed_at == 0);
	if (signed_at != 0)
		json_put_int(event, "signed_at", signed_at);
	zonestore_tell(zs, "alg-signed", event);
	free(row.zone);
}

/* What a DS leads to is signed; nobody has to tell, and once it is gone
 * nobody supposes it any more. */
static void
what_a_ds_leads_to_is_signed(void **state)
{
	struct life_key key = { .dnskey_in_at = NOW - 90 * DAY };
	struct zonestore zs;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, &key);
	assert_null(find_alg(loaded(&zs), 13));
	key.ds_seen_at = key.ds_add_at = NOW - 88 * DAY;
	zonestore_change(&zs, 0, &key);
	assert_int_equal(find_alg(loaded(&zs), 13)->signed_at, 1);
	assert_false(find_alg(loaded(&zs), 13)->has_zsk);
	/* What was told is the truth. */
	tell_alg(&zs, 13, NOW - 80 * DAY);
	assert_int_equal(find_alg(loaded(&zs), 13)->signed_at,
	    NOW - 80 * DAY);
	/* Dropped too early: caches have the DS yet. */
	tell_alg(&zs, 13, 0);
	assert_int_equal(find_alg(loaded(&zs), 13)->signed_at, 1);
	key.retire_at = key.ds_remove_at = NOW - 9 * DAY;
	key.ds_gone_at = NOW - HOUR;
	zonestore_change(&zs, 0, &key);
	assert_int_equal(find_alg(loaded(&zs), 13)->signed_at, 1);
	key.ds_gone_at = NOW - 8 * DAY;
	key.dnskey_out_at = NOW - 5 * DAY;
	zonestore_change(&zs, 0, &key);
	assert_null(find_alg(loaded(&zs), 13));
	zonestore_close(&zs);
}

#define ZSK(alg) ZONESTORE_ZONE " 3600 IN DNSKEY 256 3 " #alg " oJMRESz5E4g" \
	"YzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8" \
	"fGAa2XhSA==\n"

static void
admit(struct storehelp *help, const char *text)
{
	struct zsk_set_row row = { .zone = mem_strdup(ZONESTORE_ZONE),
		.text = mem_strdup(text), .admitted_at = NOW - DAY };

	crypto_sha256(text, strlen(text), row.hash);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zsk_set_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	zsk_set_row_clear(&row);
}

static void
the_admitted_set_says_of_which_algorithm_zsks_are(void **state)
{
	struct storehelp *help = *state;
	struct zonestore zs;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	admit(help, ZSK(13));
	admit(help, ZSK(13) ZSK(14));
	tell_alg(&zs, 8, NOW - DAY);
	loaded(&zs);
	assert_true(find_alg(&zs.zone->life, 13)->has_zsk);
	assert_int_equal(find_alg(&zs.zone->life, 13)->signed_at, 0);
	assert_true(find_alg(&zs.zone->life, 14)->has_zsk);
	assert_false(find_alg(&zs.zone->life, 8)->has_zsk);
	assert_null(find_alg(&zs.zone->life, 15));
	admit(help, "( junk\n");
	assert_int_equal(zonestore_load(&zs), -1);
	err_clear(&help->err);
	zonestore_close(&zs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(each_wait_is_the_longest_of_all_policies),
		STOREHELP_TEST(a_configuration_only_lengthens),
		STOREHELP_TEST(what_was_observed_only_lengthens),
		STOREHELP_TEST(a_break_of_the_dnskey_rrset_begins_it_anew),
		STOREHELP_TEST(what_a_ds_leads_to_is_signed),
		STOREHELP_TEST(
		    the_admitted_set_says_of_which_algorithm_zsks_are),
	};

	return storehelp_run(tests, N_OF(tests));
}
