/* Rules on responses: each is broken alone. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/dns/ds.h"
#include "policy/report.h"
#include "tests/unit/ksrmutate.h"

#define DAY  KSRCASE_DAY
#define HOUR INT64_C(3600)

/* A response to the good request, laid out. */
struct skrcase {
	struct ksrcase	 ksr;
	struct ksr	*response;
	struct rules_skr in;
};

static void
init(struct skrcase *s, enum ksr_format format)
{

	memset(s, 0, sizeof(*s));
	ksrcase_init(&s->ksr, format);
	s->response = ksrcase_answer(&s->ksr, s->ksr.request,
	    s->ksr.in.end_at);
	s->in = (struct rules_skr) { .response = s->response,
		.request = s->ksr.request, .previous = s->ksr.previous,
		.ksks = s->ksr.ksks, .n_ksks = 1, .now_at = KSRCASE_NOW,
		.end_at = s->ksr.in.end_at };
}

static void
clear(struct skrcase *s)
{

	ksr_free(s->response);
	ksrcase_clear(&s->ksr);
}

static struct ksr_bundle *
bundle(struct skrcase *s, size_t b)
{

	return &s->response->bundles[b];
}

static void
lay(struct skrcase *s, size_t b)
{

	ksrcase_lay(&s->ksr, s->response, bundle(s, b));
}

static void
add_key(struct skrcase *s, size_t b, enum ksrcase_key which, uint16_t flags)
{
	struct ksr_key key = ksrcase_key(&s->ksr, which, 3600);

	key.dnskey.flags = flags;
	key.stated_tag = dnskey_tag(&key.dnskey);
	ksr_add_key(bundle(s, b), &key);
}

static void
remove_key(struct skrcase *s, size_t b, enum ksrcase_key which)
{
	struct ksr_bundle *from = bundle(s, b);
	struct ksr_key *key = ksrcase_find(&s->ksr, from, which);

	free(key->id);
	from->n_keys--;
	memmove(key, key + 1, (size_t)(from->keys + from->n_keys - key) *
	    sizeof(*key));
}

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
begins_late(struct skrcase *s)
{
	size_t i;

	bundle(s, 0)->inception_at++;
	for (i = 0; i < bundle(s, 0)->n_sigs; i++)
		bundle(s, 0)->sigs[i].rrsig.inception_at++;
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

	unit_ok(name_read("com", &bundle(s, 1)->keys[1].owner, &err), &err);
}

static void
lacks_a_zsk(struct skrcase *s)
{

	remove_key(s, 0, KEY_A);
	lay(s, 0);
}

static void
has_a_zsk_that_nobody_asked_for(struct skrcase *s)
{

	add_key(s, 2, KEY_D, DNSKEY_FLAGS_ZSK);
	lay(s, 2);
}

static void
has_a_broken_signature(struct skrcase *s)
{

	ksrcase_sign(&s->ksr, s->response);
	bundle(s, 1)->sigs[0].rrsig.sig[5] ^= 4;
}

static void
has_a_broken_signature_over_cds(struct skrcase *s)
{
	size_t i;

	ksrcase_sign(&s->ksr, s->response);
	for (i = 0; i < bundle(s, 1)->n_sigs; i++)
		if (bundle(s, 1)->sigs[i].rrsig.type_covered == RRTYPE_CDS)
			bundle(s, 1)->sigs[i].rrsig.sig[5] ^= 4;
}

static void
has_a_wrong_tag(struct skrcase *s)
{

	bundle(s, 1)->keys[0].stated_tag++;
}

static void
has_a_key_twice(struct skrcase *s)
{

	add_key(s, 1, KEY_B, DNSKEY_FLAGS_ZSK);
}

static void
has_a_signature_by_nobody(struct skrcase *s)
{
	struct ksr_sig sig = bundle(s, 1)->sigs[0];

	sig.rrsig.key_tag ^= 0x0101;
	ksr_add_sig(bundle(s, 1), &sig);
}

/* dnssec-ksr writes such a bundle; nobody then signs for the ZSKs either. */
static void
has_an_unsigned_bundle(struct skrcase *s)
{
	struct ksr_bundle *b = bundle(s, 1);

	while (b->n_sigs > 0)
		free(b->sigs[--b->n_sigs].key_id);
}

static void
has_a_ksk_that_only_looks_on(struct skrcase *s)
{
	size_t b;

	for (b = 0; b < s->response->n_bundles; b++)
		add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
}

static void
has_a_ksk_of_another_algorithm(struct skrcase *s)
{

	s->ksr.pairs[KEY_ED25519].dnskey.flags = DNSKEY_FLAGS_KSK;
	add_key(s, 1, KEY_ED25519, DNSKEY_FLAGS_KSK);
	lay(s, 1);
	s->ksr.params->publish_safety_s = s->ksr.params->retire_safety_s = 0;
	s->ksr.policy->rfc5011 = true;
}

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
		add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
		lay(s, b);
	}
	s->ksr.params->publish_safety_s = 0;
}

static void
has_a_ttl_not_of_the_policy(struct skrcase *s)
{

	bundle(s, 1)->keys[1].ttl = 60;
}

static void
has_an_original_ttl_of_its_own(struct skrcase *s)
{

	bundle(s, 1)->sigs[0].rrsig.original_ttl = 60;
}

static void
has_a_cds_with_another_ttl(struct skrcase *s)
{

	bundle(s, 1)->cds->ttl = 60;
	lay(s, 1);
}

static void
has_a_signature_that_begins_late(struct skrcase *s)
{

	bundle(s, 1)->sigs[0].rrsig.inception_at =
	    bundle(s, 1)->inception_at + 1;
}

static void
has_a_signature_that_begins_early(struct skrcase *s)
{

	bundle(s, 1)->sigs[0].rrsig.inception_at -= 1;
}

static void
has_a_signature_that_ends_late(struct skrcase *s)
{

	bundle(s, 1)->sigs[0].rrsig.expiration_at += 1;
}

static void
has_a_signature_that_ends_before_the_next_bundle(struct skrcase *s)
{

	bundle(s, 1)->sigs[0].rrsig.expiration_at =
	    bundle(s, 2)->inception_at - 2;
}

/* ICANN's windows are the bundle's: both must end early. */
static void
leaves_a_gap(struct skrcase *s)
{

	bundle(s, 1)->expiration_at = bundle(s, 2)->inception_at - 2;
	s->ksr.request->bundles[1].expiration_at =
	    bundle(s, 1)->expiration_at;
	lay(s, 1);
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
	struct ksr_bundle second = *bundle(s, 1);

	*bundle(s, 1) = *bundle(s, 2);
	*bundle(s, 2) = second;
}

/* The KSK L instead of K from bundle from on. */
static void
hand_over(struct skrcase *s, size_t from)
{
	size_t b;

	for (b = from; b < s->response->n_bundles; b++) {
		remove_key(s, b, KEY_K);
		add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
		lay(s, b);
	}
	s->ksr.params->publish_safety_s = 0;
	s->ksr.params->retire_safety_s = 0;
}

static void
signs_with_a_ksk_nobody_saw(struct skrcase *s)
{
	size_t b;

	for (b = 0; b < s->response->n_bundles; b++) {
		add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
		lay(s, b);
	}
	s->ksr.params->publish_safety_s = 10 * DAY;
}

static void
drops_its_ksk(struct skrcase *s)
{
	size_t b;

	hand_over(s, 0);
	for (b = 0; b < s->response->n_bundles; b++)
		if (bundle(s, b)->cds != NULL) {
			rrset_free(bundle(s, b)->cds);
			rrset_free(bundle(s, b)->cdnskey);
			bundle(s, b)->cds = bundle(s, b)->cdnskey = NULL;
			lay(s, b);
		}
	s->ksr.params->retire_safety_s = 10 * DAY;
}

static void
revokes(struct skrcase *s, size_t b)
{
	struct ksr_key *key = ksrcase_find(&s->ksr, bundle(s, b), KEY_K);

	key->dnskey.flags |= DNSKEY_REVOKE;
	key->stated_tag = dnskey_tag(&key->dnskey);
	add_key(s, b, KEY_L, DNSKEY_FLAGS_KSK);
	if (bundle(s, b)->cds != NULL) {
		rrset_free(bundle(s, b)->cds);
		rrset_free(bundle(s, b)->cdnskey);
		bundle(s, b)->cds = bundle(s, b)->cdnskey = NULL;
	}
	lay(s, b);
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
	b = bundle(s, s->response->n_bundles - 1);
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
	struct ksr_bundle *b = bundle(s, s->response->n_bundles - 1);

	add_key(s, s->response->n_bundles - 1, KEY_L, DNSKEY_FLAGS_KSK);
	lay(s, s->response->n_bundles - 1);
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
	rrset_add(bundle(s, 1)->cds, rdata.data, rdata.len);
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
	rrset_add(bundle(s, 1)->cds, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
has_a_cdnskey_of_a_zsk(struct skrcase *s)
{
	struct buf rdata = BUF_INIT;

	dnskey_rdata(&s->ksr.pairs[KEY_B].dnskey, &rdata);
	rrset_add(bundle(s, 1)->cdnskey, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
has_a_cds_that_the_policy_does_not_want(struct skrcase *s)
{

	s->ksr.policy->cds = CDS_NONE;
}

static const struct mutation {
	const char	*rule;
	unsigned int	 formats;
	void		(*mutate)(struct skrcase *);
	const char	*also;
} mutations[] = {
	{ "SKR-ANSWER", IN_ALL, is_a_request, NULL },
	{ "SKR-ANSWER", IN_ICANN, has_another_id, NULL },
	/* Text: what begins late does not begin when the request does. */
	{ "SKR-ANSWER", IN_ALL, begins_late, NULL },
	{ "SKR-ZONE", IN_ALL, is_for_a_zone_not_covered, NULL },
	{ "SKR-ZONE", IN_ALL, has_a_key_of_another_zone, NULL },
	{ "SKR-ZSKS", IN_ALL, lacks_a_zsk, NULL },
	{ "SKR-ZSKS", IN_ALL, has_a_zsk_that_nobody_asked_for, NULL },
	{ "SKR-VERIFY", IN_ALL, has_a_broken_signature, NULL },
	{ "SKR-VERIFY", IN_TEXT, has_a_broken_signature_over_cds, NULL },
	{ "SKR-KEYS", IN_ICANN, has_a_wrong_tag, NULL },
	{ "SKR-KEYS", IN_ALL, has_a_key_twice, NULL },
	{ "SKR-SIGNED", IN_ALL, has_a_signature_by_nobody, NULL },
	{ "SKR-COSIGN", IN_TEXT, has_a_ksk_that_only_looks_on, NULL },
	{ "SKR-ALGORITHM-SET", IN_ALL, has_a_ksk_of_another_algorithm,
	    NULL },
	{ "SKR-KEY-COLLISION", IN_ALL, has_two_keys_of_one_tag, NULL },
	{ "SKR-TTL", IN_ALL, has_a_ttl_not_of_the_policy, NULL },
	{ "SKR-TTL", IN_ALL, has_an_original_ttl_of_its_own, NULL },
	{ "SKR-TTL", IN_TEXT, has_a_cds_with_another_ttl, NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_begins_late, NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_begins_early, NULL },
	{ "SKR-WINDOW", IN_ALL, has_a_signature_that_ends_late, NULL },
	{ "SKR-GAP", IN_TEXT,
	    has_a_signature_that_ends_before_the_next_bundle, NULL },
	{ "SKR-GAP", IN_ICANN, leaves_a_gap, NULL },
	{ "SKR-GAP", IN_TEXT, ends_before_the_end, NULL },
	{ "SKR-HORIZON", IN_ALL, goes_beyond_the_horizon, NULL },
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

/* What breaks more than one rule, whoever does it. */
static const struct mutation crude[] = {
	/* Nobody signs: no KSK of the ZSKs' algorithm does either. */
	{ "SKR-SIGNED", IN_ICANN, has_an_unsigned_bundle,
	    "SKR-ALGORITHM-SET" },
	/* The second bundle is not where the request has it. */
	{ "SKR-BUNDLE-ORDER", IN_ICANN, is_out_of_order, "SKR-ANSWER" },
};

static void
run(const struct mutation *row, size_t i, enum ksr_format format)
{
	struct findings findings = FINDINGS_INIT;
	struct skrcase s;
	char where[64];

	init(&s, format);
	row->mutate(&s);
	if (strcmp(row->rule, "SKR-SIGNED") == 0)
		s.ksr.policy->rfc5011 = true;
	rules_check_skr(s.ksr.policy, &s.in, &findings);
	(void)snprintf(where, sizeof(where), "row %zu, %s", i,
	    ksr_format_name(format));
	ksrmutate_expect(&findings, row->rule, row->also, FINDING_FAIL,
	    where);
	findings_clear(&findings);
	clear(&s);
}

static void
run_all(const struct mutation *rows, size_t n)
{
	int format;
	size_t i;

	for (i = 0; i < n; i++)
		for (format = 0; format < KSR_FORMAT_N; format++)
			if ((rows[i].formats & 1U << format) != 0)
				run(&rows[i], i, (enum ksr_format)format);
}

static void
what_kmgr_lays_out_passes(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct skrcase s;
	int format, is_signed;
	size_t i;

	(void)state;
	for (format = 0; format < KSR_FORMAT_N; format++)
		for (is_signed = 0; is_signed < 2; is_signed++) {
			init(&s, (enum ksr_format)format);
			if (is_signed)
				ksrcase_sign(&s.ksr, s.response);
			rules_check_skr(s.ksr.policy, &s.in, &findings);
			for (i = 0; i < findings.n; i++)
				if (findings.items[i].verdict >
				    FINDING_PASS && findings.items[i].verdict
				    != FINDING_OFF)
					fail_msg("%d: %s: %s", format,
					    findings.items[i].rule,
					    findings.items[i].message);
			assert_int_equal(findings.n, rules_skr_n +
			    rules_skr_keys_n + rules_skr_time_n +
			    rules_skr_roll_n);
			findings_clear(&findings);
			clear(&s);
		}
}

static void
large_answers_are_warned_of(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct ksr_key *key;
	struct skrcase s;
	size_t i;

	(void)state;
	init(&s, KSR_KNOT);
	s.in.request = NULL;
	for (i = 0; i < 12; i++) {
		add_key(&s, 1, KEY_D, DNSKEY_FLAGS_ZSK);
		key = &bundle(&s, 1)->keys[bundle(&s, 1)->n_keys - 1];
		key->dnskey.key[30] = (uint8_t)i;
	}
	lay(&s, 1);
	rules_check_skr(s.ksr.policy, &s.in, &findings);
	ksrmutate_expect(&findings, "SKR-SIZE", NULL, FINDING_WARN, "large");
	findings_clear(&findings);
	clear(&s);
}

static void
every_rule_is_broken_alone(void **state)
{

	(void)state;
	run_all(mutations, N_OF(mutations));
	run_all(crude, N_OF(crude));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_kmgr_lays_out_passes),
		cmocka_unit_test(large_answers_are_warned_of),
		cmocka_unit_test(every_rule_is_broken_alone),
	};

	return cmocka_run_group_tests_name("rules on responses", tests, NULL,
	    NULL);
}
