/* Checks that need no network: each fires at its threshold, not before. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/service/health_headline.h"
#include "kmgr/service/health_inner.h"
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

/* Only what was released counts. */
static void
go_offline(void)
{

	while (h.zone.n_servers > 0) {
		struct health_server *server =
		    &h.zone.servers[--h.zone.n_servers];

		free(server->name);
		health_set_clear(&server->dnskey);
		health_set_clear(&server->cds);
		health_set_clear(&server->cdnskey);
	}
	h.zone.no_network = "--no-network";
}

static void
a_good_zone_has_no_findings(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; health_at(i) != NULL; i++)
		assert_int_equal(healthzone_level(&h, health_at(i)->id),
		    HEALTH_OK);
	assert_int_equal(i, 25);
	assert_int_equal(h.report.n_not_made, 0);
	assert_int_equal(h.report.n_zones, 1);
	assert_int_equal(h.report.coverage_s, 9 * DAY);
	assert_int_equal(h.report.served_s, 9 * DAY);
	assert_string_equal(h.report.coverage_zone, "example.com.");
	assert_int_equal(h.report.age_s, 100 * DAY);
	assert_int_equal(health_worst(&h.report), HEALTH_OK);
}

/* At a value the check says nothing, one second on it does. */
struct row {
	const char	*check;
	int64_t		*value;
	int64_t		 good, warning, critical;
};

static void
try_row(const struct row *row)
{

	*row->value = row->good;
	assert_int_equal(healthzone_level(&h, row->check), HEALTH_OK);
	*row->value = row->warning;
	assert_int_equal(healthzone_level(&h, row->check), HEALTH_WARNING);
	assert_int_equal(health_worst(&h.report), HEALTH_WARNING);
	*row->value = row->critical;
	assert_int_equal(healthzone_level(&h, row->check), HEALTH_CRITICAL);
	assert_int_equal(health_worst(&h.report), HEALTH_CRITICAL);
	*row->value = row->good;
}

static void
thresholds_are_met_to_the_second(void **state)
{
	const struct row rows[] = {
		{ "signed-coverage", &h.zone.signed_until_at, NOW + 5 * DAY,
		    NOW + 5 * DAY - 1, NOW + 2 * DAY - 1 },
		{ "ksk-age", &h.zone.keys[0].active_at, NOW - 335 * DAY,
		    NOW - 335 * DAY - 1, NOW - 365 * DAY - 1 },
		{ "operator-wait", &h.zone.waits_since_at, NOW - DAY,
		    NOW - DAY - 1, NOW - 7 * DAY - 1 },
		{ "run-lateness", &h.zone.next_at, NOW - HOUR,
		    NOW - HOUR - 1, NOW - 5 * DAY - 1 },
		{ "run-failure", &h.zone.failing_since_at, NOW - 300,
		    NOW - 301, NOW - 2 * DAY - 1 },
	};
	size_t i;

	(void)state;
	h.zone.failure = mem_strdup("publish by directory: it is not there");
	h.zone.failing_since_at = NOW;
	for (i = 0; i < N_OF(rows); i++)
		try_row(&rows[i]);
}

static void
just_below_critical_is_a_warning(void **state)
{

	(void)state;
	h.zone.signed_until_at = NOW + 2 * DAY;
	assert_int_equal(healthzone_level(&h, "signed-coverage"),
	    HEALTH_WARNING);
	h.zone.signed_until_at = NOW + 9 * DAY;
	h.zone.waits_since_at = NOW - 7 * DAY;
	assert_int_equal(healthzone_level(&h, "operator-wait"),
	    HEALTH_WARNING);
	h.zone.waits_since_at = 0;
	h.zone.next_at = NOW - 5 * DAY;
	assert_int_equal(healthzone_level(&h, "run-lateness"),
	    HEALTH_WARNING);
	h.zone.next_at = LIFE_NEVER;
	assert_int_equal(healthzone_level(&h, "run-lateness"), HEALTH_OK);
}

static void
nothing_signed_is_bad_only_with_a_ds(void **state)
{

	(void)state;
	h.zone.signed_until_at = 0;
	assert_int_equal(healthzone_level(&h, "signed-coverage"),
	    HEALTH_CRITICAL);
	h.zone.keys[0].ds_state = LIFE_HIDDEN;
	assert_int_equal(healthzone_any_level(&h, "signed-coverage"),
	    HEALTH_OK);
	h.zone.keys[0].ds_state = LIFE_OMNIPRESENT;
	h.zone.signed_until_at = NOW;
	assert_int_equal(healthzone_level(&h, "signed-coverage"),
	    HEALTH_CRITICAL);
}

/* What all zones have in common is told once, and of no zone. */
static void
the_database_is_told_of_once(void **state)
{
	char settings[] = "fsync of the server is off", clock[] = "it says";
	const struct health_database database = { settings, clock,
		HEALTH_CRITICAL };
	const struct health_finding *finding;
	size_t i;

	(void)state;
	h.zone.database = &database;
	assert_int_equal(healthzone_any_level(&h, "store-settings"),
	    HEALTH_WARNING);
	assert_int_equal(healthzone_any_level(&h, "store-clock"),
	    HEALTH_CRITICAL);
	i = h.report.n;
	health_judge(&h.zone, &h.limits, &h.report);
	assert_int_equal(h.report.n, i);
	while (i-- > 0) {
		finding = &h.report.findings[i];
		assert_null(finding->zone);
		assert_non_null(strstr(finding->text, "; next: "));
	}
}

/* Nine days are left: it is critical when it lasts longer than eight. */
static void
a_token_may_be_away_for_a_while(void **state)
{

	(void)state;
	(void)err_set(&h.zone.keys[0].trial, ERR_TOKEN, "gone");
	h.zone.token_failing_since_at = NOW - 300;
	assert_int_equal(healthzone_level(&h, "token-signature"), HEALTH_OK);
	/* It is told of all the same, and until when nobody minds. */
	assert_int_equal(h.report.n, 1);
	assert_int_equal(h.report.n_level[HEALTH_OK], 1);
	assert_non_null(strstr(h.report.findings[0].text, "; a warning if it "
	    "lasts longer than 5m; next: "));
	h.zone.token_failing_since_at = NOW - 301;
	assert_int_equal(healthzone_level(&h, "token-signature"),
	    HEALTH_WARNING);
	assert_null(strstr(h.report.findings[0].text, "a warning if"));
	h.zone.token_failing_since_at = NOW - 8 * DAY;
	assert_int_equal(healthzone_level(&h, "token-signature"),
	    HEALTH_WARNING);
	h.zone.token_failing_since_at = NOW - 8 * DAY - 1;
	assert_int_equal(healthzone_level(&h, "token-signature"),
	    HEALTH_CRITICAL);
	/* A spare one is missed by nobody yet. */
	h.zone.keys[0].is_in_set = false;
	assert_int_equal(healthzone_level(&h, "token-signature"),
	    HEALTH_WARNING);
	h.zone.token_failing_since_at = 0;	/* nobody knows */
	assert_int_equal(healthzone_level(&h, "token-signature"),
	    HEALTH_WARNING);
	h.zone.token_failing_since_at = NOW;
	assert_int_equal(healthzone_level(&h, "token-signature"), HEALTH_OK);
	h.zone.keys[0].trial.class = ERR_INTEGRITY;
	assert_int_equal(healthzone_level(&h, "token-signature"),
	    HEALTH_CRITICAL);
	h.zone.no_token = "--no-token";
	assert_int_equal(healthzone_level(&h, "token-signature"), HEALTH_OK);
	assert_int_equal(h.report.n_not_made, 1);
}

static void
age_is_no_matter_where_a_roll_sees_to_it(void **state)
{

	(void)state;
	h.zone.keys[0].active_at = NOW - 365 * DAY;
	assert_int_equal(healthzone_level(&h, "ksk-age"), HEALTH_WARNING);
	h.zone.rolls_by_itself = true;
	assert_int_equal(healthzone_level(&h, "ksk-age"), HEALTH_OK);
	h.zone.keys[0].active_at--;
	assert_int_equal(healthzone_level(&h, "ksk-age"), HEALTH_CRITICAL);
	h.zone.keys[0].is_leaving = true;
	assert_int_equal(healthzone_level(&h, "ksk-age"), HEALTH_OK);
	h.zone.keys[0].is_leaving = false;
	h.zone.keys[0].lifetime_s = 0;
	assert_int_equal(healthzone_level(&h, "ksk-age"), HEALTH_OK);
}

/* A ZSK whose tag is that of the KSK once revoked. */
static void
tags_collide_also_when_revoked(void **state)
{
	struct dnskey *zsk = &h.zone.zsks[0];
	uint32_t i;

	(void)state;
	for (i = 0; i < 65536 && dnskey_tag(zsk) !=
	    dnskey_revoked_tag(&h.zone.keys[0].dnskey); i++) {
		zsk->key[0] = (uint8_t)(i >> 8);
		zsk->key[1] = (uint8_t)i;
	}
	assert_true(i < 65536);
	assert_int_equal(healthzone_any_level(&h, "key-tag"),
	    HEALTH_CRITICAL);
	zsk->key[1] ^= 1;
	assert_int_equal(healthzone_any_level(&h, "key-tag"), HEALTH_OK);
	zsk->alg = ALG_ED25519;
	assert_int_equal(healthzone_any_level(&h, "key-tag"), HEALTH_OK);
}

static void
policy_findings_are_told(void **state)
{
	struct finding *finding;

	(void)state;
	finding = mem_push(&h.zone.policy.items, h.zone.policy.n++,
	    sizeof(*finding));
	*finding = (struct finding) { "POL-X", ERR_POLICY, FINDING_OFF, "y",
		NULL };
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_OK);
	finding->verdict = FINDING_WARN;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_OK);
	finding->verdict = FINDING_FAIL;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_WARNING);
}

static void
nsec3_iterations_are_told(void **state)
{

	(void)state;
	h.zone.servers[0].nsec3_iterations = 0;
	h.zone.servers[1].nsec3_iterations = 1;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_WARNING);
	h.zone.servers[1].nsec3_iterations = 0;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_OK);
}

static void
waits_must_fit_the_lifetime_and_refresh(void **state)
{

	(void)state;
	h.zone.roll_s = 365 * DAY - 1;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_OK);
	h.zone.roll_s++;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_WARNING);
	h.zone.lifetime_s = 0;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_OK);
	h.zone.timing.zone_propagation_delay_s = 5 * DAY - HOUR - 1;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_OK);
	h.zone.timing.zone_propagation_delay_s++;
	assert_int_equal(healthzone_level(&h, "policy"), HEALTH_WARNING);
}

static void
what_cannot_be_looked_at_is_critical(void **state)
{

	(void)state;
	(void)err_set(&h.zone.trouble, ERR_INTEGRITY, "tampering");
	assert_int_equal(healthzone_level(&h, "store"), HEALTH_CRITICAL);
	assert_int_equal(h.report.n, 1);
	assert_int_equal(h.report.n_zones, 1);
	assert_int_equal(h.report.coverage_s, HEALTH_UNKNOWN_S);
}

static void
backups_and_standbys_are_missed(void **state)
{

	(void)state;
	h.zone.keys[0].needs_backup = true;
	assert_int_equal(healthzone_level(&h, "backup"), HEALTH_WARNING);
	h.zone.keys[0].backup_at = NOW - DAY;
	assert_int_equal(healthzone_level(&h, "backup"), HEALTH_OK);
	h.zone.n_standbys_wanted = 1;
	assert_int_equal(healthzone_level(&h, "standby"), HEALTH_WARNING);
	h.zone.keys[0].is_standby = true;
	assert_int_equal(healthzone_level(&h, "standby"), HEALTH_OK);
}

static void
the_oracle_is_heard(void **state)
{

	(void)state;
	h.zone.oracle_next = mem_strdup("a hole");
	assert_int_equal(healthzone_level(&h, "oracle"), HEALTH_CRITICAL);
	free(h.zone.oracle_next);
	h.zone.oracle_next = NULL;
	assert_int_equal(healthzone_level(&h, "oracle"), HEALTH_OK);
	h.zone.oracle_now = mem_strdup("a hole");
	assert_int_equal(healthzone_level(&h, "oracle"), HEALTH_CRITICAL);
}

static void
a_released_signature_must_verify(void **state)
{

	(void)state;
	go_offline();
	h.zone.signed_set.rrsigs[0].sig[7] ^= 1;
	assert_int_equal(healthzone_any_level(&h, "released-signature"),
	    HEALTH_CRITICAL);
	h.zone.signed_set.rrsigs[0].sig[7] ^= 1;
	assert_int_equal(healthzone_any_level(&h, "released-signature"),
	    HEALTH_OK);
	h.zone.signed_set.n_rrsigs = 0;
	assert_int_equal(healthzone_any_level(&h, "released-signature"),
	    HEALTH_CRITICAL);
	h.zone.keys[0].is_in_set = false;
	assert_int_equal(healthzone_any_level(&h, "released-signature"),
	    HEALTH_OK);
}

static void
what_is_critical_comes_first(void **state)
{

	(void)state;
	h.zone.keys[0].needs_backup = true;
	h.zone.waits_since_at = NOW - 2 * DAY;
	h.zone.oracle_now = mem_strdup("a hole");
	(void)healthzone_any_level(&h, "oracle");
	health_sort(&h.report);
	assert_int_equal(h.report.n, 3);
	assert_string_equal(h.report.findings[0].check, "oracle");
	assert_string_equal(h.report.findings[1].check, "operator-wait");
	assert_string_equal(h.report.findings[2].check, "backup");
	assert_int_equal(h.report.wait_s, 2 * DAY);
}

/* One finding of all zones that have it; two KSKs of a zone have two. */
static void
one_cause_is_one_finding(void **state)
{
	const struct error away = { ERR_TOKEN, 0, "it is away", "" };
	static const char *const zones[] = { "a.", "b.", "c." };
	size_t i, n_keys = h.zone.n_keys;

	(void)state;
	assert_true(n_keys >= 1);
	h.zone.keys[0].was_tried = true;
	h.zone.keys[0].trial = away;
	h.zone.keys[0].cmk = "prod";
	for (i = 0; i < 3; i++) {
		h.zone.name = zones[i];
		health_failing_token(&h.zone, &h.limits, &h.report);
	}
	assert_int_equal(h.report.n, 1);
	assert_string_equal(h.report.findings[0].zone, "a.");
	assert_int_equal(h.report.findings[0].n_more, 2);
	assert_string_equal(h.report.findings[0].more[1], "c.");
	assert_int_equal(h.report.n_level[h.report.findings[0].level], 3);
	/* Of another CMK it is another one, and the zone's second, too. */
	health_failing_token(&h.zone, &h.limits, &h.report);
	h.zone.keys[0].cmk = "other";
	h.zone.name = "d.";
	health_failing_token(&h.zone, &h.limits, &h.report);
	assert_int_equal(h.report.n, 3);
	assert_int_equal(h.report.findings[0].n_more, 2);
}

static void
assert_headline(const char *wanted)
{
	struct buf line = BUF_INIT;

	health_headline(&h.report, &line);
	assert_string_equal(buf_text(&line), wanted);
	buf_free(&line);
}

/* The zone again, by another name, of which its servers know nothing. */
static void
judge_as(const char *name)
{
	const size_t n_servers = h.zone.n_servers;
	const size_t n_parents = h.zone.n_parents;

	h.zone.name = name;
	h.zone.n_servers = h.zone.n_parents = 0;
	health_judge(&h.zone, &h.limits, &h.report);
	h.zone.n_servers = n_servers;
	h.zone.n_parents = n_parents;
}

static void
the_headline_is_what_is_worst(void **state)
{

	(void)state;
	(void)healthzone_any_level(&h, "backup");
	assert_headline("9.0 days of signed coverage left (example.com.)");
	h.zone.keys[0].needs_backup = true;
	(void)healthzone_any_level(&h, "backup");
	assert_headline("example.com.: KSK example.com./1 has no backup, and "
	    "gets no DS before; next: kmgr backup FILE, or kmgr "
	    "confirm-backup example.com./1");
	judge_as("example.net.");
	judge_as("example.org.");
	assert_headline("3 zones: no backup; next: kmgr backup FILE");
	/* One that is worse comes before however many. */
	h.zone.oracle_now = mem_strdup("a hole");
	judge_as("example.com.");
	health_sort(&h.report);
	assert_headline("example.com.: a resolver may lose the chain of trust: "
	    "a hole; next: kmgr plan example.com.");
}

static void
of_what_is_as_bad_the_commonest_is_told(void **state)
{

	(void)state;
	h.zone.keys[0].needs_backup = true;
	(void)healthzone_any_level(&h, "backup");
	h.zone.n_standbys_wanted = 1;
	judge_as("example.net.");
	assert_headline("2 zones: no backup; next: kmgr backup FILE");
	h.zone.keys[0].needs_backup = false;
	judge_as("example.org.");
	judge_as("example.edu.");
	assert_headline("3 zones: no standby KSK; next: kmgr plan ZONE");
}

static void
the_coverage_is_told_where_it_is_the_worst(void **state)
{

	(void)state;
	h.zone.keys[0].needs_backup = true;
	h.zone.signed_until_at = NOW - DAY;
	(void)healthzone_any_level(&h, "signed-coverage");
	assert_headline("signatures are expired (example.com.)");
}

static void
each_check_can_be_told_of(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; health_at(i) != NULL; i++)
		assert_non_null(health_fault(health_at(i)->id));
	assert_non_null(health_fault("store"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_zone_has_no_findings),
		TEST(thresholds_are_met_to_the_second),
		TEST(just_below_critical_is_a_warning),
		TEST(nothing_signed_is_bad_only_with_a_ds),
		TEST(the_database_is_told_of_once),
		TEST(a_token_may_be_away_for_a_while),
		TEST(age_is_no_matter_where_a_roll_sees_to_it),
		TEST(tags_collide_also_when_revoked),
		TEST(policy_findings_are_told),
		TEST(nsec3_iterations_are_told),
		TEST(waits_must_fit_the_lifetime_and_refresh),
		TEST(what_cannot_be_looked_at_is_critical),
		TEST(backups_and_standbys_are_missed),
		TEST(the_oracle_is_heard),
		TEST(a_released_signature_must_verify),
		TEST(what_is_critical_comes_first),
		TEST(one_cause_is_one_finding),
		TEST(the_headline_is_what_is_worst),
		TEST(of_what_is_as_bad_the_commonest_is_told),
		TEST(the_coverage_is_told_where_it_is_the_worst),
		TEST(each_check_can_be_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
