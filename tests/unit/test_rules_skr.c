/* Rules on responses: each is broken alone. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/report.h"
#include "tests/unit/skrcase.h"

#define DAY  KSRCASE_DAY
#define HOUR INT64_C(3600)

static void
is_a_request(struct skrcase *s)
{

	s->response->kind = KSR_REQUEST;
}

static void
has_another_id(struct skrcase *s)
{

	free(s->response->id);
	s->response->id = mem_strdup("that");
}

static void
has_no_bundle(struct skrcase *s)
{

	ksr_free(s->response);
	s->response = ksr_new(s->ksr.request->format, KSR_RESPONSE);
	s->response->zone = s->ksr.request->zone;
	s->in.response = s->response;
}

/* The tenth is as good as the nine that were asked for. */
static void
has_a_bundle_more(struct skrcase *s)
{
	const struct ksr_bundle *ninth = skrcase_bundle(s, 8);
	struct ksr_bundle *tenth;
	size_t i;

	tenth = ksr_add_bundle(s->response, ninth->inception_at + 10 * DAY,
	    ninth->expiration_at + 10 * DAY);
	for (i = 0; i < skrcase_bundle(s, 8)->n_keys; i++)
		ksr_add_key(tenth, &skrcase_bundle(s, 8)->keys[i]);
	skrcase_lay(s, 9);
}

/* With the ZSKs of the response before. */
static void
begins_before_it_was_asked_to(struct skrcase *s)
{
	struct ksr_bundle *first, *added;
	struct ksr_bundle moved;
	size_t i;

	added = ksr_add_bundle(s->response, KSRCASE_START - 9 * DAY,
	    KSRCASE_START);
	first = skrcase_bundle(s, 0);
	for (i = 0; i < first->n_keys; i++)
		ksr_add_key(added, &first->keys[i]);
	skrcase_lay(s, s->response->n_bundles - 1);
	moved = *added;
	memmove(first + 1, first, (s->response->n_bundles - 1) *
	    sizeof(*first));
	*first = moved;
}

static void
begins_late(struct skrcase *s)
{
	size_t i;

	skrcase_bundle(s, 0)->inception_at++;
	for (i = 0; i < skrcase_bundle(s, 0)->n_sigs; i++)
		skrcase_bundle(s, 0)->sigs[i].rrsig.inception_at++;
}

static void
is_for_a_zone_not_covered(struct skrcase *s)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("example.org", &s->ksr.policy->zones[0].name, &err),
	    &err);
}

static void
has_a_key_of_another_zone(struct skrcase *s)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("com", &skrcase_bundle(s, 1)->keys[1].owner, &err),
	    &err);
}

static void
has_a_signature_of_another_zone(struct skrcase *s)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("com",
	    &skrcase_bundle(s, 1)->sigs[0].rrsig.signer, &err), &err);
}

static void
lacks_a_zsk(struct skrcase *s)
{

	skrcase_remove_key(s, 0, KEY_A);
	skrcase_lay(s, 0);
}

static void
has_a_zsk_that_nobody_asked_for(struct skrcase *s)
{

	skrcase_add_key(s, 2, KEY_D, DNSKEY_FLAGS_ZSK);
	skrcase_lay(s, 2);
}

static void
has_a_broken_signature(struct skrcase *s)
{

	ksrcase_sign(&s->ksr, s->response);
	skrcase_bundle(s, 1)->sigs[0].rrsig.sig[5] ^= 4;
}

static void
has_a_broken_signature_over_cds(struct skrcase *s)
{
	size_t i;

	ksrcase_sign(&s->ksr, s->response);
	for (i = 0; i < skrcase_bundle(s, 1)->n_sigs; i++)
		if (skrcase_bundle(s, 1)->sigs[i].rrsig.type_covered ==
		    RRTYPE_CDS)
			skrcase_bundle(s, 1)->sigs[i].rrsig.sig[5] ^= 4;
}

static void
has_a_wrong_tag(struct skrcase *s)
{

	skrcase_bundle(s, 1)->keys[0].stated_tag++;
}

static void
has_a_zsk_with_other_flags(struct skrcase *s)
{
	struct ksr_key *key = ksrcase_find(&s->ksr,
	    skrcase_bundle(s, 1), KEY_B);

	s->in.request = NULL;
	key->dnskey.flags = 256 | 2;
	key->stated_tag = dnskey_tag(&key->dnskey);
	skrcase_lay(s, 1);
}

static void
has_a_zsk_with_another_protocol(struct skrcase *s)
{
	struct ksr_key *key = ksrcase_find(&s->ksr,
	    skrcase_bundle(s, 1), KEY_B);

	s->in.request = NULL;
	key->dnskey.protocol = 4;
	key->stated_tag = dnskey_tag(&key->dnskey);
	skrcase_lay(s, 1);
}

static void
has_a_signature_over_what_is_not_there(struct skrcase *s)
{
	struct ksr_sig sig = skrcase_bundle(s, 1)->sigs[0];

	sig.rrsig.type_covered = s->response->format == KSR_ICANN ?
	    RRTYPE_CDS : RRTYPE_DS;
	ksr_add_sig(skrcase_bundle(s, 1), &sig);
}

static void
has_a_key_twice(struct skrcase *s)
{

	skrcase_add_key(s, 1, KEY_B, DNSKEY_FLAGS_ZSK);
}

static void
has_a_signature_by_nobody(struct skrcase *s)
{
	struct ksr_sig sig = skrcase_bundle(s, 1)->sigs[0];

	sig.rrsig.key_tag ^= 0x0101;
	ksr_add_sig(skrcase_bundle(s, 1), &sig);
}

/* dnssec-ksr writes such a bundle; nobody then signs for the ZSKs either. */
static void
has_an_unsigned_bundle(struct skrcase *s)
{
	struct ksr_bundle *b = skrcase_bundle(s, 1);

	while (b->n_sigs > 0)
		free(b->sigs[--b->n_sigs].key_id);
}

static void
has_a_ksk_that_only_looks_on(struct skrcase *s)
{
	size_t b;

	for (b = 0; b < s->response->n_bundles; b++)
		skrcase_add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
}

static void
has_a_ksk_of_another_algorithm(struct skrcase *s)
{

	s->ksr.pairs[KEY_ED25519].dnskey.flags = DNSKEY_FLAGS_KSK;
	skrcase_add_key(s, 1, KEY_ED25519, DNSKEY_FLAGS_KSK);
	skrcase_lay(s, 1);
	s->ksr.params->publish_safety_s = s->ksr.params->retire_safety_s = 0;
	s->ksr.policy->rfc5011 = true;
}

/* Its only KSK is gone, and so is who signs: three rules say so. */
static void
has_no_ksk(struct skrcase *s)
{

	skrcase_remove_key(s, 1, KEY_K);
	skrcase_lay(s, 1);
	s->ksr.params->retire_safety_s = 0;
}

static void
has_an_unsigned_cds(struct skrcase *s)
{
	struct ksr_bundle *b = skrcase_bundle(s, 1);
	size_t i, n = 0;

	for (i = 0; i < b->n_sigs; i++)
		if (b->sigs[i].rrsig.type_covered == RRTYPE_CDS)
			free(b->sigs[i].key_id);
		else
			b->sigs[n++] = b->sigs[i];
	b->n_sigs = n;
}

static void
has_a_cds_without_the_ttl_of_its_signature(struct skrcase *s)
{

	skrcase_bundle(s, 1)->cds->ttl = 60;
}

static void
has_a_signature_that_is_never_valid(struct skrcase *s)
{

	skrcase_bundle(s, 1)->sigs[0].rrsig.inception_at =
	    skrcase_bundle(s, 1)->sigs[0].rrsig.expiration_at;
}

static void
has_a_ttl_not_of_the_policy(struct skrcase *s)
{

	skrcase_bundle(s, 1)->keys[1].ttl = 60;
}

static void
has_an_original_ttl_of_its_own(struct skrcase *s)
{

	skrcase_bundle(s, 1)->sigs[0].rrsig.original_ttl = 60;
}

static void
has_a_cds_with_another_ttl(struct skrcase *s)
{

	skrcase_bundle(s, 1)->cds->ttl = 60;
	skrcase_lay(s, 1);
}

static void
has_a_signature_that_begins_late(struct skrcase *s)
{

	skrcase_bundle(s, 1)->sigs[0].rrsig.inception_at =
	    skrcase_bundle(s, 1)->inception_at + 1;
}

static void
has_a_signature_that_begins_early(struct skrcase *s)
{

	skrcase_bundle(s, 1)->sigs[0].rrsig.inception_at -= 1;
}

static void
has_a_signature_that_ends_late(struct skrcase *s)
{

	skrcase_bundle(s, 1)->sigs[0].rrsig.expiration_at += 1;
}

static void
has_a_signature_that_ends_before_the_next_bundle(struct skrcase *s)
{

	skrcase_bundle(s, 1)->sigs[0].rrsig.expiration_at =
	    skrcase_bundle(s, 2)->inception_at - 2;
}

/* ICANN's windows are the bundle's: both must end early. */
static void
leaves_a_gap(struct skrcase *s)
{

	skrcase_bundle(s, 1)->expiration_at =
	    skrcase_bundle(s, 2)->inception_at - 2;
	s->ksr.request->bundles[1].expiration_at =
	    skrcase_bundle(s, 1)->expiration_at;
	skrcase_lay(s, 1);
}

static void
ends_before_the_end(struct skrcase *s)
{

	s->in.end_at = KSRCASE_START + 200 * DAY;
}

static void
goes_beyond_the_horizon(struct skrcase *s)
{

	s->ksr.policy->max_horizon_s = 90 * DAY;
}

static void
is_out_of_order(struct skrcase *s)
{
	struct ksr_bundle second = *skrcase_bundle(s, 1);

	*skrcase_bundle(s, 1) = *skrcase_bundle(s, 2);
	*skrcase_bundle(s, 2) = second;
}

static const struct skrmutation mutations[] = {
	{ "SKR-ANSWER", IN_ALL, is_a_request, NULL },
	{ "SKR-ANSWER", IN_ICANN, has_another_id, NULL },
	/* Text: what begins late does not begin when the request does. */
	{ "SKR-ANSWER", IN_ALL, begins_late, NULL },
	{ "SKR-ANSWER", IN_ALL, has_no_bundle, NULL },
	{ "SKR-ANSWER", IN_ICANN, has_a_bundle_more, NULL },
	{ "SKR-ANSWER", IN_TEXT, begins_before_it_was_asked_to, NULL },
	{ "SKR-ZONE", IN_ALL, is_for_a_zone_not_covered, NULL },
	{ "SKR-ZONE", IN_ALL, has_a_signature_of_another_zone, NULL },
	{ "SKR-ZONE", IN_ALL, has_a_key_of_another_zone, NULL },
	{ "SKR-ZSKS", IN_ALL, lacks_a_zsk, NULL },
	{ "SKR-ZSKS", IN_ALL, has_a_zsk_that_nobody_asked_for, NULL },
	{ "SKR-VERIFY", IN_ALL, has_a_broken_signature, NULL },
	{ "SKR-VERIFY", IN_TEXT, has_a_broken_signature_over_cds, NULL },
	{ "SKR-KEYS", IN_ICANN, has_a_wrong_tag, NULL },
	{ "SKR-KEYS", IN_ALL, has_a_key_twice, NULL },
	{ "SKR-KEYS", IN_ALL, has_a_zsk_with_other_flags, NULL },
	{ "SKR-KEYS", IN_ALL, has_a_zsk_with_another_protocol, NULL },
	{ "SKR-SIGNED", IN_ALL, has_a_signature_by_nobody, NULL },
	{ "SKR-SIGNED", IN_ALL, has_a_signature_over_what_is_not_there,
	    NULL },
	{ "SKR-COSIGN", IN_TEXT, has_a_ksk_that_only_looks_on, NULL },
	{ "SKR-ALGORITHM-SET", IN_ALL, has_a_ksk_of_another_algorithm,
	    NULL },
	{ "SKR-TTL", IN_ALL, has_a_ttl_not_of_the_policy, NULL },
	{ "SKR-TTL", IN_ALL, has_an_original_ttl_of_its_own, NULL },
	{ "SKR-TTL", IN_TEXT, has_a_cds_with_another_ttl, NULL },
	{ "SKR-TTL", IN_TEXT, has_a_cds_without_the_ttl_of_its_signature,
	    NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_is_never_valid, NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_begins_late, NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_begins_early, NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_ends_late, NULL },
	{ "SKR-GAP", IN_TEXT,
	    has_a_signature_that_ends_before_the_next_bundle, NULL },
	{ "SKR-GAP", IN_ICANN, leaves_a_gap, NULL },
	{ "SKR-GAP", IN_TEXT, ends_before_the_end, NULL },
	{ "SKR-HORIZON", IN_ALL, goes_beyond_the_horizon, NULL },
};

/* What breaks more than one rule, whoever does it. */
static const struct skrmutation crude[] = {
	/* Nobody signs: no KSK of the ZSKs' algorithm does either. */
	{ "SKR-SIGNED", IN_ICANN, has_an_unsigned_bundle,
	    "SKR-ALGORITHM-SET" },
	/* named refuses that, too. */
	{ "SKR-SIGNED", IN_TEXT, has_an_unsigned_cds, "SKR-COSIGN" },
	/* The second bundle is not where the request has it. */
	{ "SKR-BUNDLE-ORDER", IN_ICANN, is_out_of_order, "SKR-ANSWER" },
};

static void
judge(struct skrcase *s, struct findings *findings)
{

	findings_clear(findings);
	rules_check_skr(s->ksr.policy, &s->in, findings);
}

/* Every rule leaves one finding, and nothing is wrong. */
static void
expect_order(const struct findings *findings)
{
	const struct finding *finding;
	size_t i;

	assert_int_equal(findings->n, rules_skr_n + rules_skr_keys_n +
	    rules_skr_time_n + rules_skr_roll_n);
	for (i = 0; i < findings->n; i++) {
		finding = &findings->items[i];
		if (finding->verdict != FINDING_PASS &&
		    finding->verdict != FINDING_OFF)
			fail_msg("%s: %s", finding->rule, finding->message);
	}
}

static void
what_kmgr_lays_out_passes(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct skrcase s;
	int format;

	(void)state;
	for (format = 0; format < KSR_FORMAT_N; format++) {
		skrcase_init(&s, (enum ksr_format)format);
		judge(&s, &findings);
		expect_order(&findings);
		ksrcase_sign(&s.ksr, s.response);
		judge(&s, &findings);
		expect_order(&findings);
		findings_clear(&findings);
		skrcase_clear(&s);
	}
}

static bool
says(const struct findings *findings, const char *rule, const char *part,
    enum finding_verdict verdict)
{
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == verdict &&
		    strcmp(findings->items[i].rule, rule) == 0 &&
		    strstr(findings->items[i].message, part) != NULL)
			return true;
	return false;
}

static void
a_bundle_needs_a_ksk(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct skrcase s;

	(void)state;
	skrcase_init(&s, KSR_ICANN);
	has_no_ksk(&s);
	judge(&s, &findings);
	assert_true(says(&findings, "SKR-KEYS", "bundle 2 has no KSK",
	    FINDING_FAIL));
	findings_clear(&findings);
	skrcase_clear(&s);
}

static void
every_rule_is_broken_alone(void **state)
{

	(void)state;
	skrcase_run(mutations, N_OF(mutations));
	skrcase_run(crude, N_OF(crude));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_kmgr_lays_out_passes),
		cmocka_unit_test(a_bundle_needs_a_ksk),
		cmocka_unit_test(every_rule_is_broken_alone),
	};

	return cmocka_run_group_tests_name("rules on responses", tests, NULL,
	    NULL);
}
