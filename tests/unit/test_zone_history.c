#include "tests/unit/historyhelp.h"

/* Three weeks each, ten days apart, as the root's. */
static struct ksr *
icann_response(int64_t at, const char *const *roles, size_t n)
{
	struct ksr *ksr = ksr_new(KSR_ICANN, KSR_RESPONSE);
	size_t i;

	for (i = 0; i < n; i++, at += 10 * DAY)
		put_bundle(ksr, at, at + 21 * DAY, roles[i], at,
		    at + 21 * DAY);
	return ksr;
}

static void
test_timing(void **state)
{
	const struct policy a = { .zone_propagation_delay_s = 1,
		.parent_ds_ttl_s = 9, .parent_propagation_delay_s = 3,
		.retire_safety_s = 8, .dnskey_ttl_s = 4 * DAY,
		.validity_s = 3 * DAY, .rfc5011 = true };
	const struct policy b = { .zone_propagation_delay_s = 5,
		.parent_ds_ttl_s = 6, .parent_propagation_delay_s = 7,
		.retire_safety_s = 4, .dnskey_ttl_s = 60,
		.validity_s = DAY };
	const struct policy *policies[] = { &a, &b };
	struct zone_history_timing t;

	(void)state;
	zone_history_timing(policies, 2, &t);
	assert_int_equal(t.zone_propagation_delay_s, 5);
	assert_int_equal(t.parent_ds_ttl_s, 9);
	assert_int_equal(t.parent_propagation_delay_s, 7);
	assert_int_equal(t.retire_safety_s, 8);
	assert_int_equal(t.query_interval_s, 36 * HOUR);
	assert_false(t.is_rfc5011);
	zone_history_timing(policies, 1, &t);
	assert_true(t.is_rfc5011);
	zone_history_timing(policies + 1, 1, &t);
	assert_int_equal(t.query_interval_s, HOUR);
}

static void
test_off(void **state)
{
	const char *const roles[] = { "1S" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', 1, 0);
	expect(h, NOW, NOW + DAY, FINDING_OFF, "nothing was ever signed");
	h = begin(false);
	add_ksk(h, '1', 0, 0);
	add(h, text_response(NOW, roles, 1));
	expect(h, NOW, NOW + DAY, FINDING_OFF, "nobody has told of a DS");
}

/* The old KSK stays as long as nobody says that its DS is gone. */
static void
test_late_registrar(void **state)
{
	const char *const keeps[] = { "1S2S", "1S2S", "1S2S", "1S2S" };
	const char *const drops[] = { "1S2S", "1S2S", "2S", "2S" };
	const char *const passive[] = { "1S2S", "1S2S", "1P2S", "1P2S" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add_ksk(h, '2', 0, 0);
	add(h, text_response(NOW, keeps, 4));
	expect(h, NOW, NOW + 28 * DAY, FINDING_PASS, "");
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add(h, text_response(NOW, drops, 4));
	/* Two weeks after 2027-01-15T08:00:00Z; none can validate it. */
	expect(h, NOW, NOW + 28 * DAY, FINDING_FAIL,
	    "from 2027-01-29T08:00:00Z until 2027-02-05T10:00:00Z a resolver "
	    "with the DNSKEY set bundle 3 and the DS set ");
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add(h, text_response(NOW, passive, 4));
	expect(h, NOW, NOW + 28 * DAY, FINDING_FAIL, "no KSK of both has a "
	    "valid signature");
}

/* With both in the DS set the chain holds, and yet nothing may be taken. */
static void
test_withdraw(void **state)
{
	const char *const drops[] = { "1S2S", "2S" };
	const char *const revokes[] = { "1S2S", "1R2S" };
	const char *const never[] = { "1S", "1S" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add_ksk(h, '2', NOW - 90 * DAY, 0);
	add(h, text_response(NOW, drops, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_FAIL, "bundle 2 withdraws");
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add_ksk(h, '2', NOW - 90 * DAY, 0);
	add(h, text_response(NOW, revokes, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_FAIL, "bundle 2 revokes");
	/* A standby that has a DS and was never in the zone. */
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add_ksk(h, '2', NOW - 90 * DAY, 0);
	add(h, text_response(NOW, never, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_PASS, "");
}

/* A confirmed DS change lets the old KSK go when caches have forgotten it. */
static void
test_confirmed(void **state)
{
	const char *const drops[] = { "1S2S", "2S" };
	const int64_t out_at = NOW + 7 * DAY;
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, out_at - OUT);
	add_ksk(h, '2', out_at - OUT, 0);
	add(h, text_response(NOW, drops, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_PASS, "");
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, out_at - OUT + 1);
	add_ksk(h, '2', out_at - OUT + 1, 0);
	add(h, text_response(NOW, drops, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_FAIL,
	    "from 2027-01-22T08:00:00Z until 2027-01-22T08:00:00Z");
}

/* A DS that nobody has seen come was there from the beginning. */
static void
test_gone_unseen(void **state)
{
	const char *const roles[] = { "2S" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', 0, NOW);
	add_ksk(h, '2', NOW, 0);
	add(h, text_response(NOW, roles, 1));
	expect(h, NOW, NOW + DAY, FINDING_FAIL, "bundle 1");
}

static void
test_gaps_and_ends(void **state)
{
	const char *const roles[] = { "1S", "1S" };
	struct zone_history *h = begin(false);
	struct ksr *response = text_response(NOW, roles, 2);

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	/* What was before is not known, and so not judged. */
	zone_history_add_response(h, response, KSR_OPEN);
	expect(h, NOW - 30 * DAY, NOW + 21 * DAY, FINDING_PASS, "");
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	zone_history_add_response(h, response, KSR_OPEN);
	expect(h, NOW, NOW + 21 * DAY + 1, FINDING_FAIL, "nothing is served");
	/* It is to be served longer than it was signed for. */
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	zone_history_add_response(h, response, NOW + 21 * DAY);
	expect(h, NOW, NOW + 21 * DAY + 1, FINDING_FAIL, "let it sign");
	/* A first bundle that is not valid at its own time. */
	response->bundles[0].sigs[0].rrsig.inception_at = NOW + 1;
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	zone_history_add_response(h, response, KSR_OPEN);
	expect(h, NOW, NOW + DAY, FINDING_FAIL,
	    "from 2027-01-15T08:00:00Z until 2027-01-15T08:00:00Z");
	ksr_free(response);
}

/* The response before is served until the new one is everywhere. */
static void
test_previous(void **state)
{
	const char *const before[] = { "1S", "1S", "1S", "1S" };
	const char *const after[] = { "1S2S", "1S2S" };
	const int64_t new_at = NOW + 14 * DAY;
	/* When the last cache has forgotten the third bundle's like. */
	const int64_t known_at = new_at + PROPAGATION + TTL;
	struct zone_history *h = begin(false);

	(void)state;
	add(h, text_response(NOW, before, 4));
	add_ksk(h, '1', NOW - 90 * DAY, known_at);
	add_ksk(h, '2', known_at, 0);
	add(h, text_response(new_at, after, 2));
	expect(h, new_at, new_at + 10 * DAY, FINDING_PASS, "");
	h = begin(false);
	add(h, text_response(NOW, before, 4));
	add_ksk(h, '1', NOW - 90 * DAY, known_at - 1);
	add_ksk(h, '2', known_at - 1, 0);
	add(h, text_response(new_at, after, 2));
	expect(h, new_at, new_at + 10 * DAY, FINDING_FAIL, "DNSKEY set "
	    "bundle 2");
}

/* Sets that were signed one at a time. */
static void
test_signatures(void **state)
{
	const char *const roles[] = { "2S" };
	struct signature_row rows[] = {
		{ .ksk_id = "2", .type_covered = RRTYPE_DNSKEY,
		    .created_at = NOW, .inception_at = NOW - HOUR,
		    .expiration_at = NOW + 14 * DAY },
		{ .ksk_id = "1", .type_covered = RRTYPE_DNSKEY,
		    .created_at = NOW - DAY, .inception_at = NOW - DAY - HOUR,
		    .expiration_at = NOW + 13 * DAY },
		{ .ksk_id = "2", .type_covered = RRTYPE_CDS,
		    .created_at = NOW - DAY, .inception_at = NOW - DAY - HOUR,
		    .expiration_at = NOW + 13 * DAY },
		{ .ksk_id = "9", .type_covered = RRTYPE_DNSKEY,
		    .created_at = NOW + 1, .inception_at = NOW - HOUR,
		    .expiration_at = NOW + 14 * DAY },
	};
	struct zone_history *h;
	int64_t late_s;

	(void)state;
	/* Key 1's set is served until key 2's is everywhere. */
	for (late_s = 0; late_s < 2; late_s++) {
		h = begin(false);
		add_ksk(h, '1', 0, 0);
		add_ksk(h, '2', NOW + PROPAGATION - 1 + late_s, 0);
		zone_history_add_signatures(h, rows, N_OF(rows));
		add(h, text_response(NOW + DAY, roles, 1));
		if (late_s == 0)
			expect(h, NOW, NOW + 2 * DAY, FINDING_FAIL,
			    "signed at 2027-01-14T08:00:00Z");
		else
			expect(h, NOW, NOW + 2 * DAY, FINDING_PASS, "");
	}
}

static const struct signature_row signed_twice[] = {
	{ .ksk_id = "1", .type_covered = RRTYPE_DNSKEY,
	    .created_at = NOW - 12 * DAY, .inception_at = NOW - 12 * DAY,
	    .expiration_at = NOW + DAY },
	{ .ksk_id = "1", .type_covered = RRTYPE_DNSKEY,
	    .created_at = NOW - 5 * DAY, .inception_at = NOW - 5 * DAY,
	    .expiration_at = NOW + 9 * DAY },
};

/* Another provider's key, whose DS alone is at the parent. */
static struct zone_history *
begin_foreign(int64_t in_at, int64_t out_at)
{
	const struct dnskey key = dnskey('2');
	const struct zone_history_facts ds = { .seen_at = NOW - 30 * DAY };
	struct zone_history *h = begin(false);

	add_ksk(h, '1', NOW - 60 * DAY, NOW - 30 * DAY);
	zone_history_add_foreign(h, &key, &ds, in_at, out_at);
	zone_history_add_signatures(h, signed_twice, N_OF(signed_twice));
	return h;
}

/*
 * It came, or went, with the newest set, which was handed over a minute after
 * it was signed.
 */
static void
test_late_foreign(void **state)
{
	const int64_t late_at = NOW - 5 * DAY + 60;

	(void)state;
	expect(begin_foreign(late_at, 0), NOW, NOW + DAY, FINDING_PASS, "");
	expect(begin_foreign(NOW - 12 * DAY, late_at), NOW, NOW + DAY,
	    FINDING_FAIL, "no KSK is in both");
}

/* The set before the one that it came with does not have it yet. */
static void
test_foreign_in_the_set_before(void **state)
{
	const int64_t in_at[] = { NOW - 5 * DAY - 1, NOW - 5 * DAY,
		NOW - 5 * DAY + 60 };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(in_at); i++)
		expect(begin_foreign(in_at[i], 0), NOW - 5 * DAY,
		    NOW - 4 * DAY, i == 0 ? FINDING_PASS : FINDING_FAIL, "");
}

/* The root's schemas: four cycles of nine bundles, ninety days apart. */
static const char *const normal[] = { "1S", "1S", "1S", "1S", "1S", "1S",
	"1S", "1S", "1S" };
static const char *const pre_publish[] = { "1S", "1S2P", "1S2P", "1S2P",
	"1S2P", "1S2P", "1S2P", "1S2P", "1S2P" };
static const char *const roll[] = { "1S2P", "1P2S", "1P2S", "1P2S", "1P2S",
	"1P2S", "1P2S", "1P2S", "1P2S" };
static const char *const revoke[] = { "1P2S", "1R2S", "1R2S", "1R2S", "1R2S",
	"1R2S", "1R2S", "1R2S", "2S" };
static const char *const early[] = { "1S2P", "2S", "2S", "2S", "2S", "2S",
	"2S", "2S", "2S" };

#define CYCLE (90 * DAY)

static void
test_root_cycles(void **state)
{
	const char *const *const cycles[] = { normal, pre_publish, roll,
		revoke };
	struct zone_history *h = begin(true);
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(cycles); i++)
		add(h, icann_response(NOW + (int64_t)i * CYCLE, cycles[i], 9));
	expect(h, NOW, NOW + 3 * CYCLE + 101 * DAY, FINDING_PASS, "");
	/* A roll right after the key was published, for nobody to learn. */
	h = begin(true);
	add(h, icann_response(NOW, normal, 9));
	add(h, icann_response(NOW + CYCLE, early, 9));
	expect(h, NOW, NOW + CYCLE + 101 * DAY, FINDING_FAIL, "no trust "
	    "anchor");
	/* The same zone, where the policy rolls by DS. */
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add(h, icann_response(NOW, pre_publish, 9));
	add(h, icann_response(NOW + CYCLE, roll, 9));
	expect(h, NOW, NOW + CYCLE + 101 * DAY, FINDING_FAIL, "no KSK of both");
	/* And with a DS beside the anchors. */
	h = begin(true);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	for (i = 0; i < N_OF(cycles); i++)
		add(h, icann_response(NOW + (int64_t)i * CYCLE, cycles[i], 9));
	expect(h, NOW, NOW + 3 * CYCLE + 101 * DAY, FINDING_FAIL,
	    "no KSK of both");
}

/* Who rolls by RFC 5011 may revoke; a revoked key is no way in for a DS. */
static void
test_revoked_with_ds(void **state)
{
	const char *const *const cycles[] = { normal, pre_publish, roll,
		revoke };
	const char *const alone[] = { "1S", "1R" };
	struct zone_history *h = begin(true);
	size_t i;

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add_ksk(h, '2', NOW - 90 * DAY, 0);
	for (i = 0; i < N_OF(cycles); i++)
		add(h, icann_response(NOW + (int64_t)i * CYCLE, cycles[i], 9));
	expect(h, NOW, NOW + 3 * CYCLE + 101 * DAY, FINDING_PASS, "");
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add(h, text_response(NOW, alone, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_FAIL, "no KSK is in both");
}

/* The last bundle before is served as long as its window says. */
static void
test_previous_icann(void **state)
{
	const char *const both[] = { "1S2S", "1S2S", "1S2S" };
	const int64_t end_at = NOW + 101 * DAY;
	struct zone_history *h;
	int64_t late_s;

	(void)state;
	for (late_s = 0; late_s < 2; late_s++) {
		h = begin(false);
		add(h, icann_response(NOW, normal, 9));
		add(h, icann_response(NOW + 90 * DAY, both, 3));
		add_ksk(h, '1', NOW - DAY, end_at + late_s);
		add_ksk(h, '2', end_at + late_s, 0);
		if (late_s == 0)
			expect(h, NOW + 90 * DAY, NOW + 120 * DAY,
			    FINDING_FAIL, "DNSKEY set bundle 9");
		else
			expect(h, NOW + 90 * DAY, NOW + 120 * DAY,
			    FINDING_PASS, "");
	}
}

/* One signature, and a tag that two keys have: nobody knows whose it is. */
static void
test_same_tag(void **state)
{
	const char *const one[] = { "1S4P" };
	const char *const two[] = { "1S4S" };
	const struct dnskey a = dnskey('1'), b = dnskey('4');
	struct zone_history *h = begin(false);

	(void)state;
	assert_int_equal(dnskey_tag(&a), dnskey_tag(&b));
	add_ksk(h, '1', NOW - DAY, 0);
	add(h, text_response(NOW, one, 1));
	expect(h, NOW, NOW + DAY, FINDING_FAIL, "no KSK of both");
	h = begin(false);
	add_ksk(h, '1', NOW - DAY, 0);
	add(h, text_response(NOW, two, 1));
	expect(h, NOW, NOW + DAY, FINDING_PASS, "");
}

/* What nobody signed is served all the same. */
static void
test_unsigned(void **state)
{
	const char *const roles[] = { "1P" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', NOW - DAY, 0);
	add(h, text_response(NOW, roles, 1));
	expect(h, NOW, NOW, FINDING_FAIL, "no KSK of both");
	h = begin(true);
	add(h, text_response(NOW, roles, 1));
	expect(h, NOW, NOW, FINDING_FAIL, "no KSK signs bundle 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_late_registrar),
		cmocka_unit_test(test_withdraw),
		cmocka_unit_test(test_confirmed),
		cmocka_unit_test(test_gone_unseen),
		cmocka_unit_test(test_gaps_and_ends),
		cmocka_unit_test(test_previous),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_late_foreign),
		cmocka_unit_test(test_foreign_in_the_set_before),
		cmocka_unit_test(test_root_cycles),
		cmocka_unit_test(test_revoked_with_ds),
		cmocka_unit_test(test_previous_icann),
		cmocka_unit_test(test_same_tag),
		cmocka_unit_test(test_unsigned),
	};

	return cmocka_run_group_tests_name("zone_history", tests, NULL, NULL);
}
