/* What breaks rules on keys, one by one and together, and on proofs. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/dns/zonefile.h"
#include "tests/unit/ksrmutants.h"

static struct ksr_bundle *
last(struct ksrcase *c)
{

	return &c->request->bundles[c->request->n_bundles - 1];
}

/* The record of C, which no response has published yet, in each bundle. */
static void
change_c(struct ksrcase *c, void (*change)(struct ksr_key *))
{
	struct ksr_bundle *bundle;
	struct ksr_key *key;
	size_t b, i;

	for (b = 0; b < c->request->n_bundles; b++) {
		bundle = &c->request->bundles[b];
		for (i = 0; i < bundle->n_keys; i++) {
			key = &bundle->keys[i];
			if (!dnskey_is_same_key(&key->dnskey,
			    &c->pairs[KEY_C].dnskey))
				continue;
			change(key);
			key->stated_tag = dnskey_tag(&key->dnskey);
		}
	}
}

/* C makes room for another key, which policy and request know of. */
static void
take(struct ksrcase *c, enum ksrcase_key key)
{
	struct ksr_policy *declared = &c->request->zsk;
	const struct dnskey *dnskey = &c->pairs[key].dnskey;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++)
		if (c->request->bundles[b].inception_at >= c->start_at +
		    80 * KSRCASE_DAY)
			ksrcase_replace(c, &c->request->bundles[b], KEY_C,
			    key);
	declared->algs[declared->n_algs++] = (struct ksr_alg) { dnskey->alg,
		dnskey_bits(dnskey), key < KEY_RSA_1024 ? 0 :
		key == KEY_RSA_E3 ? 3 : 65537 };
	c->policy->zsk_algs[c->policy->n_zsk_algs++] = (enum alg)dnskey->alg;
	c->ksks[c->in.n_ksks] = *dnskey;
	c->ksks[c->in.n_ksks].flags = DNSKEY_FLAGS_KSK;
	c->ksks[c->in.n_ksks++].key[9] ^= 0x20;
}

static void
flags_of_a_ksk(struct ksr_key *key)
{

	key->dnskey.flags = 257;
}

static void
flags_of_a_revoked_ksk(struct ksr_key *key)
{

	key->dnskey.flags = 385;
}

static void
flags_of_a_revoked_key(struct ksr_key *key)
{

	key->dnskey.flags = 384;
}

static void
flags_of_no_zone_key(struct ksr_key *key)
{

	key->dnskey.flags = 0;
}

static void
unknown_flags(struct ksr_key *key)
{

	key->dnskey.flags = 256 | 2;
}

static void
another_protocol(struct ksr_key *key)
{

	key->dnskey.protocol = 4;
}

static void
a_short_key(struct ksr_key *key)
{

	key->dnskey.key_len--;
}

static void
no_point_of_the_curve(struct ksr_key *key)
{

	key->dnskey.key[40] ^= 1;
}

static void
with_ksk_flags(struct ksrcase *c)
{

	change_c(c, flags_of_a_ksk);
}

static void
with_revoked_ksk_flags(struct ksrcase *c)
{

	change_c(c, flags_of_a_revoked_ksk);
}

static void
with_revoked_flags(struct ksrcase *c)
{

	change_c(c, flags_of_a_revoked_key);
}

static void
with_no_zone_flags(struct ksrcase *c)
{

	change_c(c, flags_of_no_zone_key);
}

static void
with_unknown_flags(struct ksrcase *c)
{

	change_c(c, unknown_flags);
}

static void
with_another_protocol(struct ksrcase *c)
{

	change_c(c, another_protocol);
}

static void
with_a_short_key(struct ksrcase *c)
{

	change_c(c, a_short_key);
}

static void
with_no_point(struct ksrcase *c)
{

	change_c(c, no_point_of_the_curve);
}

/* The length of an Ed25519 key is the half of a P-256 key's. */
static void
with_a_key_of_another_algorithm(struct ksrcase *c)
{
	struct ksr_key *key;

	take(c, KEY_ED25519);
	key = ksrcase_find(c, last(c), KEY_ED25519);
	key->dnskey.alg = ALG_ECDSAP256SHA256;
	key->stated_tag = dnskey_tag(&key->dnskey);
	if (c->request->format == KSR_KNOT)
		c->request->bundles[c->request->n_bundles - 2].keys[1].dnskey =
		    key->dnskey;
}

static void
with_a_wrong_tag(struct ksrcase *c)
{

	last(c)->keys[0].stated_tag++;
}

static void
without_ttl(struct ksrcase *c)
{

	last(c)->keys[0].ttl = ZONEFILE_NO_TTL;
}

static void
with_two_ttls(struct ksrcase *c)
{

	last(c)->keys[1].ttl = 60;
}

static void
with_another_ttl_than_the_policy(struct ksrcase *c)
{

	c->policy->dnskey_ttl_s = 7200;
}

static void
with_another_ttl_of_a_proof(struct ksrcase *c)
{

	last(c)->sigs[0].ttl = 60;
}

static void
not_of_the_policys_algorithms(struct ksrcase *c)
{

	c->policy->zsk_algs[0] = ALG_ED25519;
}

static void
with_a_weak_key(struct ksrcase *c)
{

	take(c, KEY_RSA_1024);
}

static void
with_another_exponent(struct ksrcase *c)
{

	take(c, KEY_RSA_E3);
}

static void
that_declares_a_weak_key(struct ksrcase *c)
{

	c->policy->zsk_algs[c->policy->n_zsk_algs++] = ALG_RSASHA256;
	c->request->zsk.algs[c->request->zsk.n_algs++] =
	    (struct ksr_alg) { ALG_RSASHA256, 1024, 65537 };
}

static void
that_declares_another_algorithm(struct ksrcase *c)
{

	c->request->zsk.algs[c->request->zsk.n_algs++] =
	    (struct ksr_alg) { 5, 2048, 65537 };
}

static void
with_the_key_of_a_ksk(struct ksrcase *c)
{

	c->ksks[c->in.n_ksks] = c->pairs[KEY_C].dnskey;
	c->ksks[c->in.n_ksks++].flags = DNSKEY_FLAGS_KSK;
}

/* A KSK with the tag of C, revoked or not. */
static void
collide(struct ksrcase *c, uint16_t (*tag_of)(const struct dnskey *))
{
	const uint16_t tag = dnskey_tag(&c->pairs[KEY_C].dnskey);
	struct dnskey *ksk = &c->ksks[c->in.n_ksks++];
	unsigned int i;

	*ksk = c->pairs[KEY_L].dnskey;
	for (i = 0; i <= UINT16_MAX && tag_of(ksk) != tag; i++) {
		ksk->key[10] = (uint8_t)(i >> 8);
		ksk->key[11] = (uint8_t)i;
	}
	assert_int_equal(tag_of(ksk), tag);
}

static void
with_the_tag_of_a_ksk(struct ksrcase *c)
{

	collide(c, dnskey_tag);
}

static void
with_the_tag_of_a_revoked_ksk(struct ksrcase *c)
{

	collide(c, dnskey_revoked_tag);
}

static void
with_the_tag_of_a_shared_ksk(struct ksrcase *c)
{

	collide(c, dnskey_tag);
	c->in.is_shared = true;
}

/* Where two octets change places with the next two, the sum is the same. */
static void
with_one_tag_for_two(struct ksrcase *c)
{
	struct ksr_key twin;
	uint8_t swap[2];

	take(c, KEY_RSA_2048);
	twin = ksrcase_key(c, KEY_RSA_2048, 3600);
	memcpy(swap, twin.dnskey.key + 20, 2);
	memcpy(twin.dnskey.key + 20, twin.dnskey.key + 22, 2);
	memcpy(twin.dnskey.key + 22, swap, 2);
	assert_int_equal(dnskey_tag(&twin.dnskey), twin.stated_tag);
	ksr_add_key(last(c), &twin);
}

static void
with_an_id_for_two_keys(struct ksrcase *c)
{
	struct ksr_key *key = ksrcase_find(c, last(c), KEY_C);

	free(key->id);
	key->id = mem_strdup("p256-a");
}

static void
with_a_key_not_declared(struct ksrcase *c)
{

	take(c, KEY_ED25519);
	c->request->zsk.n_algs--;
}

static void
with_a_size_not_declared(struct ksrcase *c)
{

	take(c, KEY_RSA_2048);
	c->request->zsk.algs[1].bits = 3072;
}

static void
with_an_exponent_not_declared(struct ksrcase *c)
{

	take(c, KEY_RSA_E3);
	c->params->rsa_exponent = 0;
	c->request->zsk.algs[1].exponent = 65537;
}

static void
with_two_ids_for_a_key(struct ksrcase *c)
{
	struct ksr_key *key;

	key = ksrcase_find(c, &c->request->bundles[4], KEY_B);
	free(key->id);
	key->id = mem_strdup("alias");
}

static void
with_an_empty_key_id(struct ksrcase *c)
{
	struct ksr_key *key = ksrcase_find(c, last(c), KEY_C);

	free(key->id);
	key->id = mem_strdup("");
}

static void
with_a_key_twice(struct ksrcase *c)
{
	struct ksr_key key = *ksrcase_find(c, last(c), KEY_B);

	ksr_add_key(last(c), &key);
}

static void
with_one_key_too_many(struct ksrcase *c)
{
	const struct ksr_key d = ksrcase_key(c, KEY_D, 3600);

	ksr_add_key(&c->request->bundles[1], &d);
	/* Only the exact number of ICANN's minds otherwise. */
	c->params->max_distinct_keys = 4;
	if (c->request->format != KSR_ICANN)
		c->params->max_keys_per_bundle = 1;
}

static void
with_more_keys_than_the_policy(struct ksrcase *c)
{

	c->policy->zsk_max_keys = 1;
}

static void
with_too_many_different_keys(struct ksrcase *c)
{

	c->params->max_distinct_keys = 2;
}

static void
with_an_empty_bundle(struct ksrcase *c)
{
	struct ksr_bundle *bundle = &c->request->bundles[1];

	while (bundle->n_keys > 0)
		free(bundle->keys[--bundle->n_keys].id);
	if (c->request->format == KSR_ICANN)
		c->params->n_keys_per_bundle = 0;
}

static void
without_a_ksk_of_its_algorithm(struct ksrcase *c)
{

	take(c, KEY_ED25519);
	c->in.n_ksks = 1;
}

static void
without_any_ksk_known(struct ksrcase *c)
{

	take(c, KEY_ED25519);
	c->in.n_ksks = 0;
}

static void
with_a_broken_proof(struct ksrcase *c)
{

	last(c)->sigs[1].rrsig.sig[3] ^= 0x10;
}

static void
with_one_proof_missing(struct ksrcase *c)
{

	free(last(c)->sigs[--last(c)->n_sigs].key_id);
}

static void
with_a_proof_of_a_stranger(struct ksrcase *c)
{
	struct ksr_sig sig = last(c)->sigs[0];
	char id[] = "stranger";

	sig.key_id = id;
	ksr_add_sig(last(c), &sig);
}

static void
with_proofs_under_each_others_names(struct ksrcase *c)
{
	struct ksr_sig *sigs = last(c)->sigs;
	char *id = sigs[0].key_id;

	sigs[0].key_id = sigs[1].key_id;
	sigs[1].key_id = id;
}

/* The proofs are good, but over the set without D. */
static void
with_a_key_slipped_in(struct ksrcase *c)
{
	const struct ksr_key d = ksrcase_key(c, KEY_D, 3600);

	ksr_add_key(&c->request->bundles[1], &d);
	c->params->n_keys_per_bundle = 0;
	c->params->max_distinct_keys = 4;
}

static void
with_a_proof_over_another_type(struct ksrcase *c)
{

	last(c)->sigs[0].rrsig.type_covered = RRTYPE_CDS;
}

static void
with_a_proof_with_another_original_ttl(struct ksrcase *c)
{

	last(c)->sigs[0].rrsig.original_ttl = 7200;
}

static const struct ksrmutate keys[] = {
	{ .rule = "KSR-KEY-FLAGS", IN_ALL, with_ksk_flags,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-FLAGS", IN_ALL, with_revoked_ksk_flags,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-FLAGS", IN_ALL, with_revoked_flags,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-FLAGS", IN_ALL, with_no_zone_flags,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-FLAGS", IN_ALL, with_unknown_flags,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-PROTOCOL", IN_ALL, with_another_protocol,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-DATA", IN_ALL, with_a_short_key,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-DATA", IN_ALL, with_no_point,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-DATA", IN_ICANN | IN_BIND,
	    with_a_key_of_another_algorithm,
	    .files = IN_ICANN | IN_BIND, .policy = POLICY_LOOSE },
	{ .rule = "KSR-KEY-TAG", IN_ICANN, with_a_wrong_tag,
	    .files = IN_ICANN },
	{ .rule = "KSR-KEY-TTL", IN_TEXT, without_ttl,
	    .files = IN_TEXT },
	{ .rule = "KSR-KEY-TTL", IN_ALL, with_two_ttls,
	    .files = IN_ALL },
	{ .rule = "KSR-KEY-TTL", IN_ALL, with_another_ttl_than_the_policy },
	{ .rule = "KSR-KEY-TTL", IN_ICANN, with_another_ttl_of_a_proof,
	    PROOF_STAYS,
	    .files = IN_ICANN },
	{ .rule = "KSR-POLICY-ALG", IN_ALL, not_of_the_policys_algorithms },
	{ .rule = "KSR-POLICY-ALG", IN_ALL, with_a_weak_key },
	{ .rule = "KSR-POLICY-ALG", IN_ALL, with_another_exponent },
	{ .rule = "KSR-POLICY-ALG", IN_ICANN, that_declares_a_weak_key,
	    .files = IN_ICANN, .policy = POLICY_LOOSE },
	{ .rule = "KSR-POLICY-ALG", IN_ICANN,
	    that_declares_another_algorithm,
	    .files = IN_ICANN },
	{ .rule = "KSR-KEY-KSK", IN_ALL, with_the_key_of_a_ksk },
	{ .rule = "KSR-KEY-COLLISION", IN_ALL, with_the_tag_of_a_ksk },
	{ .rule = "KSR-KEY-COLLISION", IN_ALL,
	    with_the_tag_of_a_revoked_ksk },
	{ .rule = "KSR-KEY-COLLISION", IN_ALL, with_the_tag_of_a_shared_ksk,
	    .verdict = FINDING_WARN },
	/* In ICANN's format the twin would need its private half. */
	{ .rule = "KSR-KEY-COLLISION", IN_TEXT, with_one_tag_for_two,
	    .verdict = FINDING_WARN },
};

static const struct ksrmutate sets[] = {
	{ .rule = "KSR-BUNDLE-KEYS", IN_ICANN, with_an_id_for_two_keys,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-KEYS", IN_ICANN, with_a_key_not_declared },
	{ .rule = "KSR-BUNDLE-KEYS", IN_ICANN, with_a_size_not_declared },
	{ .rule = "KSR-BUNDLE-KEYS", IN_ICANN,
	    with_an_exponent_not_declared },
	{ .rule = "KSR-KEY-ID", IN_ICANN, with_two_ids_for_a_key,
	    .files = IN_ICANN },
	{ .rule = "KSR-KEY-ID", IN_ICANN, with_an_empty_key_id },
	{ .rule = "KSR-KEY-DUPLICATE", IN_ALL, with_a_key_twice,
	    .files = IN_ALL, .policy = POLICY_LOOSE },
	{ .rule = "KSR-POLICY-KEYS", IN_ALL, with_one_key_too_many },
	{ .rule = "KSR-POLICY-KEYS", IN_ALL, with_more_keys_than_the_policy },
	{ .rule = "KSR-POLICY-KEYS", IN_ALL, with_too_many_different_keys },
	{ .rule = "KSR-POLICY-KEYS", IN_ALL, with_an_empty_bundle,
	    .files = IN_ALL, .policy = POLICY_LOOSE },
	{ .rule = "KSR-ALGORITHM-SET", IN_ALL,
	    without_a_ksk_of_its_algorithm,
	    .files = IN_ALL, .policy = POLICY_LOOSE },
	{ .rule = "KSR-ALGORITHM-SET", IN_ALL, without_any_ksk_known,
	    .verdict = FINDING_WARN },
};

static const struct ksrmutate proof[] = {
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN, with_a_broken_proof,
	    PROOF_STAYS,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN, with_one_proof_missing,
	    PROOF_STAYS,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN, with_a_proof_of_a_stranger,
	    PROOF_STAYS,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN,
	    with_proofs_under_each_others_names, PROOF_STAYS,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN, with_a_key_slipped_in,
	    PROOF_STAYS,
	    .files = IN_ICANN, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN, with_a_proof_over_another_type,
	    PROOF_STAYS },
	{ .rule = "KSR-BUNDLE-POP", IN_ICANN,
	    with_a_proof_with_another_original_ttl, PROOF_STAYS,
	    .files = IN_ICANN },
};

const struct ksrmutants ksrmutants_keys = { keys, N_OF(keys) };
const struct ksrmutants ksrmutants_sets = { sets, N_OF(sets) };
const struct ksrmutants ksrmutants_proof = { proof, N_OF(proof) };
