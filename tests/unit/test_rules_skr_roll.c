/* Rules on how the KSKs of a response change, and on what names them. */
#include "tests/unit/unit.h"

#include "kmgr/dns/ds.h"
#include "tests/unit/skrcase.h"

#define DAY KSRCASE_DAY

static void
has_two_keys_of_one_tag(struct skrcase *s)
{
	const uint16_t tag = dnskey_tag(&s->ksr.pairs[KEY_K].dnskey);
	struct dnskey *twin = &s->ksr.pairs[KEY_L].dnskey;
	unsigned int i;
	size_t b;

	for (i = 0; i <= UINT16_MAX && dnskey_tag(twin) != tag; i++) {
		twin->key[10] = (uint8_t)(i >> 8);
		twin->key[11] = (uint8_t)i;
	}
	for (b = 0; b < s->response->n_bundles; b++) {
		skrcase_add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
		skrcase_lay(s, b);
	}
	s->ksr.params->publish_safety_s = 0;
}

/* The KSK L instead of K from bundle from on. */
static void
hand_over(struct skrcase *s, size_t from)
{
	size_t b;

	for (b = from; b < s->response->n_bundles; b++) {
		skrcase_remove_key(s, b, KEY_K);
		skrcase_add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
		skrcase_lay(s, b);
	}
	s->ksr.params->publish_safety_s = 0;
	s->ksr.params->retire_safety_s = 0;
}

static void
signs_with_a_ksk_nobody_saw(struct skrcase *s)
{
	size_t b;

	for (b = 0; b < s->response->n_bundles; b++) {
		skrcase_add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
		skrcase_lay(s, b);
	}
	s->ksr.params->publish_safety_s = 10 * DAY;
}

static void
drops_its_ksk(struct skrcase *s)
{
	size_t b;

	hand_over(s, 0);
	for (b = 0; b < s->response->n_bundles; b++)
		if (skrcase_bundle(s, b)->cds != NULL) {
			rrset_free(skrcase_bundle(s, b)->cds);
			rrset_free(skrcase_bundle(s, b)->cdnskey);
			skrcase_bundle(s, b)->cds = NULL;
			skrcase_bundle(s, b)->cdnskey = NULL;
			skrcase_lay(s, b);
		}
	s->ksr.params->retire_safety_s = 10 * DAY;
	s->ksr.policy->rfc5011 = true;
}

static void
revokes(struct skrcase *s, size_t b)
{
	struct ksr_key *key = ksrcase_find(&s->ksr,
	    skrcase_bundle(s, b), KEY_K);

	key->dnskey.flags |= DNSKEY_REVOKE;
	key->stated_tag = dnskey_tag(&key->dnskey);
	skrcase_add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
	if (skrcase_bundle(s, b)->cds != NULL) {
		rrset_free(skrcase_bundle(s, b)->cds);
		rrset_free(skrcase_bundle(s, b)->cdnskey);
		skrcase_bundle(s, b)->cds = NULL;
		skrcase_bundle(s, b)->cdnskey = NULL;
	}
	skrcase_lay(s, b);
	s->ksr.params->publish_safety_s = 0;
}

static void
revokes_a_ksk(struct skrcase *s)
{

	revokes(s, s->response->n_bundles - 1);
}

/* Its KSK is revoked and does not sign that, in ICANN's format. */
static void
has_a_revoked_key_that_does_not_sign(struct skrcase *s)
{
	struct ksr_bundle *b;
	uint16_t tag;
	size_t i;

	s->ksr.policy->rfc5011 = true;
	revokes(s, s->response->n_bundles - 1);
	b = skrcase_bundle(s, s->response->n_bundles - 1);
	tag = dnskey_tag(&s->ksr.pairs[KEY_L].dnskey);
	for (i = 0; i < b->n_sigs; i++)
		if (b->sigs[i].rrsig.key_tag != tag) {
			free(b->sigs[i].key_id);
			b->sigs[i] = b->sigs[--b->n_sigs];
		}
}

/* The schema "rollover" of kskm: K stands by while L signs. */
static void
rolls_as_rfc5011_does(struct skrcase *s)
{
	struct ksr_bundle *b = skrcase_bundle(s, s->response->n_bundles - 1);

	skrcase_add_key(s, s->response->n_bundles - 1, KEY_L, DNSKEY_FLAGS_KSK);
	skrcase_lay(s, s->response->n_bundles - 1);
	free(b->sigs[0].key_id);
	b->sigs[0] = b->sigs[--b->n_sigs];
	s->ksr.params->publish_safety_s = 0;
}

static void
has_a_cds_of_nobody(struct skrcase *s)
{
	struct buf rdata = BUF_INIT;
	struct ds ds;

	ds_init(&ds, &s->response->zone, &s->ksr.pairs[KEY_L].dnskey,
	    DIGEST_SHA256);
	ds_rdata(&ds, &rdata);
	rrset_add(skrcase_bundle(s, 1)->cds, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
has_a_cds_of_another_digest(struct skrcase *s)
{
	struct buf rdata = BUF_INIT;
	struct ds ds;

	ds_init(&ds, &s->response->zone, &s->ksr.pairs[KEY_K].dnskey,
	    DIGEST_SHA384);
	ds_rdata(&ds, &rdata);
	rrset_add(skrcase_bundle(s, 1)->cds, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
has_a_cdnskey_of_a_zsk(struct skrcase *s)
{
	struct buf rdata = BUF_INIT;

	dnskey_rdata(&s->ksr.pairs[KEY_B].dnskey, &rdata);
	rrset_add(skrcase_bundle(s, 1)->cdnskey, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
has_a_cds_that_the_policy_does_not_want(struct skrcase *s)
{

	s->ksr.policy->cds = CDS_NONE;
}

static const struct skrmutation mutations[] = {
	{ "SKR-KEY-COLLISION", IN_ALL, has_two_keys_of_one_tag, NULL },
	{ "KSR-POLICY-SAFETY", IN_ALL, signs_with_a_ksk_nobody_saw, NULL },
	{ "KSR-POLICY-SAFETY", IN_ALL, drops_its_ksk, NULL },
	{ "SKR-RFC5011", IN_ALL, revokes_a_ksk, NULL },
	{ "SKR-RFC5011", IN_ICANN, rolls_as_rfc5011_does, NULL },
	{ "SKR-REVOKED", IN_ICANN, has_a_revoked_key_that_does_not_sign,
	    NULL },
	{ "SKR-CDS", IN_TEXT, has_a_cds_of_nobody, NULL },
	{ "SKR-CDS", IN_TEXT, has_a_cds_of_another_digest, NULL },
	{ "SKR-CDS", IN_TEXT, has_a_cdnskey_of_a_zsk, NULL },
	{ "SKR-CDS", IN_TEXT, has_a_cds_that_the_policy_does_not_want,
	    NULL },
};

static void
every_rule_is_broken_alone(void **state)
{

	(void)state;
	skrcase_run(mutations, N_OF(mutations));
}

static void
judge(struct skrcase *s, struct findings *findings)
{

	findings_clear(findings);
	rules_check_skr(s->ksr.policy, &s->in, findings);
}

static void
collisions_of_shared_ksks_are_warned_of(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct skrcase s;

	(void)state;
	skrcase_init(&s, KSR_KNOT);
	has_two_keys_of_one_tag(&s);
	s.ksr.policy->custody = CUSTODY_SHARED;
	judge(&s, &findings);
	ksrmutate_expect(&findings, "SKR-KEY-COLLISION", NULL, FINDING_WARN,
	    "shared");
	findings_clear(&findings);
	skrcase_clear(&s);
}

static void
large_answers_are_warned_of(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct ksr_key *key;
	struct skrcase s;
	size_t i;

	(void)state;
	skrcase_init(&s, KSR_KNOT);
	s.in.request = NULL;
	for (i = 0; i < 12; i++) {
		skrcase_add_key(&s, 1, KEY_D, DNSKEY_FLAGS_ZSK);
		key = skrcase_bundle(&s, 1)->keys +
		    skrcase_bundle(&s, 1)->n_keys - 1;
		key->dnskey.key[30] = (uint8_t)i;
	}
	skrcase_lay(&s, 1);
	rules_check_skr(s.ksr.policy, &s.in, &findings);
	ksrmutate_expect(&findings, "SKR-SIZE", NULL, FINDING_WARN, "large");
	findings_clear(&findings);
	skrcase_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_broken_alone),
		cmocka_unit_test(collisions_of_shared_ksks_are_warned_of),
		cmocka_unit_test(large_answers_are_warned_of),
	};

	return cmocka_run_group_tests_name("rules on responses' KSKs", tests,
	    NULL, NULL);
}
