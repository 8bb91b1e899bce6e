/* Checks of what servers said: each fires at its threshold, not before. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/healthzone.h"

#define DAY  HEALTHZONE_DAY
#define HOUR HEALTHZONE_HOUR
#define NOW  HEALTHZONE_NOW

static struct healthzone h;

static int
setup(void **state)
{

	(void)state;
	healthzone_init(&h);
	return 0;
}

static int
teardown(void **state)
{

	(void)state;
	healthzone_clear(&h);
	return 0;
}

/* The first server has this signature, by the KSK, over the set it has. */
static void
resign(int64_t from_at, int64_t until_at)
{
	struct health_set *set = &h.zone.servers[0].dnskey;

	set->n_rrsigs = 0;
	healthzone_sign(&h, set, KEY_K, from_at, until_at);
}

static void
signed_until(int64_t until_at, enum health_level level)
{

	resign(NOW - HOUR, until_at);
	assert_int_equal(healthzone_any_level(&h, "served-signature"), level);
	assert_int_equal(h.report.served_s, until_at - NOW);
}

static void
the_shortest_served_signature_counts(void **state)
{

	(void)state;
	signed_until(NOW + 3 * DAY, HEALTH_OK);
	signed_until(NOW + 3 * DAY - 1, HEALTH_WARNING);
	signed_until(NOW + DAY, HEALTH_WARNING);
	signed_until(NOW + DAY - 1, HEALTH_CRITICAL);
	h.limits.rrsig_critical_s = h.limits.rrsig_warning_s = 0;
	signed_until(NOW, HEALTH_CRITICAL);
}

/* A set that nobody signed is no set of which nothing is known. */
static void
unsigned_where_a_ds_may_be_is_critical(void **state)
{

	(void)state;
	h.zone.servers[1].dnskey.n_rrsigs = 0;
	assert_int_equal(healthzone_any_level(&h, "served-signature"),
	    HEALTH_CRITICAL);
	h.zone.keys[0].ds_state = LIFE_HIDDEN;
	assert_int_equal(healthzone_any_level(&h, "served-signature"),
	    HEALTH_OK);
}

static void
begins_at(int64_t from_at, enum health_level level)
{

	resign(from_at, NOW + 9 * DAY);
	assert_int_equal(healthzone_any_level(&h, "inception"), level);
}

static void
a_signature_does_not_begin_in_the_future(void **state)
{

	(void)state;
	begins_at(NOW + 60, HEALTH_OK);
	begins_at(NOW + 61, HEALTH_WARNING);
	begins_at(NOW + HOUR, HEALTH_WARNING);
	begins_at(NOW + HOUR + 1, HEALTH_CRITICAL);
}

/* So long the first server lags behind. */
static void
lags(int64_t s, enum health_level level)
{

	h.zone.signed_at = NOW - s;
	assert_int_equal(healthzone_level(&h, "served-set"), level);
}

static void
a_server_may_lag(void **state)
{

	(void)state;
	resign(NOW - 2 * HOUR, NOW + 8 * DAY);
	lags(HOUR, HEALTH_OK);
	lags(HOUR + 1, HEALTH_WARNING);
	lags(2 * HOUR, HEALTH_WARNING);
	lags(2 * HOUR + 1, HEALTH_CRITICAL);
}

static void
another_set_is_no_lag_only_by_its_signature(void **state)
{
	static const enum ksrcase_key lone[] = { KEY_K };

	(void)state;
	healthzone_dnskeys(&h, lone, 1, &h.zone.servers[0].dnskey);
	resign(NOW - HOUR, NOW + 9 * DAY);
	assert_int_equal(healthzone_level(&h, "served-set"),
	    HEALTH_CRITICAL);
}

static void
a_dead_server_is_told(void **state)
{

	(void)state;
	(void)err_set(&h.zone.servers[1].trouble, ERR_NETWORK, "timeout");
	assert_int_equal(healthzone_level(&h, "served-set"), HEALTH_WARNING);
	h.zone.servers[1].trouble.class = ERR_NONE;
	(void)err_set(&h.zone.parents[1].trouble, ERR_NETWORK, "timeout");
	assert_int_equal(healthzone_level(&h, "ds-match"), HEALTH_WARNING);
}

static void
ttls_are_those_reckoned_with(void **state)
{

	(void)state;
	h.zone.servers[0].soa_ttl_s = DAY;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_OK);
	h.zone.servers[0].soa_ttl_s = DAY + 1;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_WARNING);
	h.zone.is_rolling = true;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_CRITICAL);
	h.zone.servers[0].soa_ttl_s = HOUR;
	h.zone.servers[0].dnskey.rrset->ttl = 3601;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_CRITICAL);
}

/* A transfer, and what no server says any more. */
static void
ttls_that_were_seen_are_those_reckoned_with(void **state)
{

	(void)state;
	h.zone.max_zone_ttl_seen_s = DAY;
	h.zone.dnskey_ttl_seen_s = HOUR;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_OK);
	h.zone.max_zone_ttl_seen_s = DAY + 1;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_WARNING);
	h.zone.max_zone_ttl_seen_s = 0;
	h.zone.dnskey_ttl_seen_s = HOUR + 1;
	assert_int_equal(healthzone_level(&h, "child-ttl"), HEALTH_WARNING);
}

static void
the_parents_ttl_is_the_one_reckoned_with(void **state)
{

	(void)state;
	h.zone.parents[1].ds.rrset->ttl = DAY;
	assert_int_equal(healthzone_level(&h, "parent-ds-ttl"), HEALTH_OK);
	h.zone.parents[1].ds.rrset->ttl = DAY + 1;
	assert_int_equal(healthzone_level(&h, "parent-ds-ttl"),
	    HEALTH_WARNING);
	h.zone.is_rolling = true;
	assert_int_equal(healthzone_level(&h, "parent-ds-ttl"),
	    HEALTH_CRITICAL);
	h.zone.parents[1].ds.rrset->ttl = HOUR;
	assert_int_equal(healthzone_level(&h, "parent-ds-ttl"), HEALTH_OK);
	h.zone.parent_ds_ttl_before_s = 2 * HOUR;
	assert_int_equal(healthzone_level(&h, "parent-ds-ttl"),
	    HEALTH_WARNING);
	/* The parent signed another TTL than it serves. */
	h.zone.parent_ds_ttl_before_s = 0;
	h.zone.parents[1].ds.rrset->ttl = 2 * DAY;
	healthzone_sign(&h, &h.zone.parents[1].ds, KEY_D, NOW, NOW + DAY);
	h.zone.parents[1].ds.rrset->ttl = HOUR;
	assert_int_equal(healthzone_level(&h, "parent-ds-ttl"),
	    HEALTH_CRITICAL);
}

static void
a_ds_leads_to_a_key_that_signs(void **state)
{

	(void)state;
	/* One server has no signature: for its clients there is no way. */
	h.zone.servers[0].dnskey.n_rrsigs = 0;
	assert_int_equal(healthzone_any_level(&h, "ds-match"),
	    HEALTH_CRITICAL);
	resign(NOW - DAY, NOW - 1);
	assert_int_equal(healthzone_any_level(&h, "ds-match"),
	    HEALTH_CRITICAL);
	resign(NOW - DAY, NOW);
	assert_int_equal(healthzone_any_level(&h, "ds-match"), HEALTH_OK);
}

static void
a_stale_ds_is_told(void **state)
{

	(void)state;
	h.zone.keys[0].dnskey_state = LIFE_UNRETENTIVE;
	assert_int_equal(healthzone_level(&h, "ds-match"), HEALTH_OK);
	h.zone.keys[0].wants_ds = false;
	assert_int_equal(healthzone_any_level(&h, "ds-match"),
	    HEALTH_WARNING);
	h.zone.keys[0].dnskey_state = LIFE_OMNIPRESENT;
	assert_int_equal(healthzone_any_level(&h, "ds-match"), HEALTH_OK);
}

static void
unknown_records_are_told(void **state)
{
	static const enum ksrcase_key set[] = { KEY_A, KEY_K, KEY_L };

	(void)state;
	healthzone_dnskeys(&h, set, 3, &h.zone.servers[0].dnskey);
	resign(NOW - HOUR, NOW + 9 * DAY);
	assert_int_equal(healthzone_any_level(&h, "unknown-record"),
	    HEALTH_WARNING);
	healthzone_sign(&h, &h.zone.servers[0].dnskey, KEY_L, NOW - HOUR,
	    NOW + 9 * DAY);
	assert_int_equal(healthzone_any_level(&h, "unknown-record"),
	    HEALTH_CRITICAL);
	healthzone_copy(&h.zone.signed_set, &h.zone.servers[0].dnskey);
	assert_int_equal(healthzone_level(&h, "unknown-record"), HEALTH_OK);
	healthzone_add_ds(&h, &h.zone.parents[0].ds, RRTYPE_DS, KEY_L);
	assert_int_equal(healthzone_level(&h, "unknown-record"),
	    HEALTH_WARNING);
}

/* The first server has just this CDS, signed by the KSK. */
static void
serve_cds(enum ksrcase_key which)
{
	struct health_set *set = &h.zone.servers[0].cds;

	health_set_clear(set);
	healthzone_add_ds(&h, set, RRTYPE_CDS, which);
	healthzone_sign(&h, set, KEY_K, NOW - HOUR, NOW + DAY);
}

static void
cds_tell_what_is_wanted(void **state)
{

	(void)state;
	serve_cds(KEY_L);
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_WARNING);
	serve_cds(KEY_K);
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_OK);
	h.zone.servers[0].cds.n_rrsigs = 0;
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_WARNING);
	health_set_clear(&h.zone.servers[0].cds);
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_WARNING);
	h.zone.cds = CDS_ROLLOVER;
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_OK);
}

/* No CDS since the parent was asked, so long ago. */
static void
absent_for(int64_t s, enum policy_cds cds, enum health_level level)
{

	h.zone.cds = cds;
	h.zone.keys[0].awaited_since_at = NOW - s;
	assert_int_equal(healthzone_level(&h, "cds"), level);
}

static void
cds_are_there_while_a_ds_is_waited_for(void **state)
{

	(void)state;
	health_set_clear(&h.zone.servers[1].cds);
	absent_for(HOUR, CDS_ROLLOVER, HEALTH_OK);
	absent_for(HOUR + 1, CDS_ROLLOVER, HEALTH_WARNING);
	absent_for(HOUR + 1, CDS_NONE, HEALTH_OK);
	absent_for(HOUR + 1, CDS_ALWAYS, HEALTH_WARNING);
	absent_for(NOW, CDS_ROLLOVER, HEALTH_OK);
	/* The first DS of all, and the last one, are waited for as well. */
	h.zone.keys[0].ds_state = LIFE_RUMOURED;
	absent_for(HOUR + 1, CDS_ROLLOVER, HEALTH_WARNING);
	h.zone.goal = LIFE_INSECURE;
	assert_int_equal(healthzone_any_level(&h, "cds"), HEALTH_WARNING);
}

static void
to_delete_the_ds_is_an_alarm(void **state)
{
	static const uint8_t record[] = { 0, 0, 3, 0, 0 };
	struct health_set *set = &h.zone.servers[0].cdnskey;

	(void)state;
	health_set_clear(set);
	set->rrset = rrset_new(&h.zone.signed_set.rrset->owner,
	    RRTYPE_CDNSKEY, 3600);
	rrset_add(set->rrset, record, sizeof(record));
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_CRITICAL);
	h.zone.goal = LIFE_INSECURE;
	assert_int_equal(healthzone_level(&h, "cds"), HEALTH_OK);
}

static void
all_algorithms_of_the_ds_sign(void **state)
{

	(void)state;
	h.zone.n_zone_algs = 0;
	assert_int_equal(healthzone_level(&h, "algorithms"),
	    HEALTH_CRITICAL);
	assert_int_equal(h.report.n, 1);
	h.zone.keys[0].ds_state = LIFE_HIDDEN;
	assert_int_equal(healthzone_any_level(&h, "algorithms"), HEALTH_OK);
}

static void
the_data_of_every_server_has_those_algorithms(void **state)
{
	const uint8_t alg = h.zone.zone_algs[0];

	(void)state;
	h.zone.servers[1].soa_algs[alg] = false;
	assert_int_equal(healthzone_level(&h, "algorithms"),
	    HEALTH_CRITICAL);
	(void)err_set(&h.zone.servers[1].trouble, ERR_NETWORK, "gone");
	assert_int_equal(healthzone_any_level(&h, "algorithms"), HEALTH_OK);
	err_clear(&h.zone.servers[1].trouble);
	h.zone.goal = LIFE_INSECURE;
	assert_int_equal(healthzone_level(&h, "algorithms"), HEALTH_OK);
}

static void
one_resolver_is_a_warning_two_are_not(void **state)
{

	(void)state;
	h.zone.resolvers[0].is_servfail = true;
	assert_int_equal(healthzone_level(&h, "validation"), HEALTH_WARNING);
	h.zone.resolvers[1].is_servfail = true;
	assert_int_equal(healthzone_level(&h, "validation"),
	    HEALTH_CRITICAL);
	/* Without validation they fail as well: that is not ours. */
	h.zone.resolvers[1].is_servfail_cd = true;
	assert_int_equal(healthzone_level(&h, "validation"), HEALTH_WARNING);
	h.zone.resolvers[0].is_servfail = false;
	h.zone.resolvers[1].is_servfail = false;
	assert_int_equal(healthzone_level(&h, "validation"), HEALTH_OK);
	h.zone.resolvers[0].is_secure = false;
	assert_int_equal(healthzone_level(&h, "validation"), HEALTH_WARNING);
}

static void
the_parent_has_what_was_told(void **state)
{

	(void)state;
	rrset_free(h.zone.parents[1].ds.rrset);
	h.zone.parents[1].ds.rrset = NULL;
	assert_int_equal(healthzone_level(&h, "drift"), HEALTH_WARNING);
	assert_int_equal(h.report.n, 1);
	h.zone.keys[0].ds_state = LIFE_RUMOURED;
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_OK);
	h.zone.keys[0].ds_state = LIFE_HIDDEN;
	h.zone.keys[0].wants_ds = false;
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_WARNING);
	h.zone.keys[0].wants_ds = true;
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_OK);
}

static void
drop_ds(size_t i)
{

	rrset_free(h.zone.parents[i].ds.rrset);
	h.zone.parents[i].ds.rrset = NULL;
}

/* To resolvers the zone is insecure, and none of them says so. */
static void
a_zone_that_lost_all_ds_is_critical(void **state)
{

	(void)state;
	h.zone.keys[0].ds_seen_at = NOW - 30 * DAY;
	drop_ds(0);
	assert_int_equal(healthzone_level(&h, "drift"), HEALTH_WARNING);
	drop_ds(1);
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_CRITICAL);
	assert_int_equal(h.report.n, 1);
	/* Likewise where one went, and its successor never came. */
	h.zone.keys[0].ds_state = LIFE_UNRETENTIVE;
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_CRITICAL);
	/* One that is to be insecure, or was never secure, has none. */
	h.zone.goal = LIFE_INSECURE;
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_OK);
	h.zone.goal = LIFE_SECURE;
	h.zone.keys[0].ds_seen_at = 0;
	h.zone.keys[0].ds_state = LIFE_RUMOURED;
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_OK);
}

static void
who_does_not_answer_has_not_lost_the_ds(void **state)
{
	size_t i;

	(void)state;
	h.zone.keys[0].ds_seen_at = NOW - 30 * DAY;
	for (i = 0; i < h.zone.n_parents; i++) {
		drop_ds(i);
		(void)err_set(&h.zone.parents[i].trouble, ERR_NETWORK,
		    "timeout");
	}
	assert_int_equal(healthzone_any_level(&h, "drift"), HEALTH_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_shortest_served_signature_counts),
		TEST(unsigned_where_a_ds_may_be_is_critical),
		TEST(a_signature_does_not_begin_in_the_future),
		TEST(a_server_may_lag),
		TEST(another_set_is_no_lag_only_by_its_signature),
		TEST(a_dead_server_is_told),
		TEST(ttls_are_those_reckoned_with),
		TEST(ttls_that_were_seen_are_those_reckoned_with),
		TEST(the_parents_ttl_is_the_one_reckoned_with),
		TEST(a_ds_leads_to_a_key_that_signs),
		TEST(a_stale_ds_is_told),
		TEST(unknown_records_are_told),
		TEST(cds_tell_what_is_wanted),
		TEST(cds_are_there_while_a_ds_is_waited_for),
		TEST(to_delete_the_ds_is_an_alarm),
		TEST(all_algorithms_of_the_ds_sign),
		TEST(the_data_of_every_server_has_those_algorithms),
		TEST(one_resolver_is_a_warning_two_are_not),
		TEST(the_parent_has_what_was_told),
		TEST(a_zone_that_lost_all_ds_is_critical),
		TEST(who_does_not_answer_has_not_lost_the_ds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
