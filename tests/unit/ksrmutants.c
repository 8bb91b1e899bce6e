/* What breaks rules on the request as a document, and on what was before. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/report.h"
#include "tests/unit/ksrmutants.h"

#define DAY KSRCASE_DAY

static struct ksr_bundle *
last(struct ksrcase *c)
{

	return &c->request->bundles[c->request->n_bundles - 1];
}

static struct ksr_bundle *
last_before(struct ksrcase *c)
{

	return &c->previous->bundles[c->previous->n_bundles - 1];
}

static void
set_text(char **place, const char *text)
{

	free(*place);
	*place = mem_strdup(text);
}

static void
is_a_response(struct ksrcase *c)
{

	c->request->kind = KSR_RESPONSE;
}

static void
another_zone_is_wanted(struct ksrcase *c)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("example.org", &c->in.zone, &err), &err);
}

static void
the_policy_has_another_zone(struct ksrcase *c)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("example.org", &c->policy->zones[0].name, &err),
	    &err);
}

static void
a_key_of_another_zone(struct ksrcase *c)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("a.example.com", &last(c)->keys[1].owner, &err),
	    &err);
}

static void
a_proof_of_another_zone(struct ksrcase *c)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("com", &last(c)->sigs[0].owner, &err), &err);
}

static void
a_proof_by_another_zone(struct ksrcase *c)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("com", &last(c)->sigs[0].rrsig.signer, &err), &err);
}

static void
no_id(struct ksrcase *c)
{

	set_text(&c->request->id, NULL);
}

static void
an_empty_id(struct ksrcase *c)
{

	set_text(&c->request->id, "");
}

static void
the_previous_id(struct ksrcase *c)
{

	set_text(&c->request->id, "previous");
}

static void
an_id_of_long_ago(struct ksrcase *c)
{

	set_text(&c->request->id, "long-ago");
}

static void
the_same_file(struct ksrcase *c)
{

	memcpy(c->in.digest, c->past[0].digest, sizeof(c->in.digest));
}

static void
genesis_beside_a_response(struct ksrcase *c)
{

	c->in.is_genesis = true;
}

static void
genesis_beside_a_history(struct ksrcase *c)
{

	c->in.is_genesis = true;
	c->in.previous = NULL;
}

static void
a_first_request_that_is_not_called_one(struct ksrcase *c)
{

	c->in.previous = NULL;
	c->in.n_past = 0;
}

static void
a_history_without_its_response(struct ksrcase *c)
{

	c->in.previous = NULL;
}

static void
a_bundle_without_id(struct ksrcase *c)
{

	set_text(&c->request->bundles[3].id, NULL);
}

static void
a_bundle_id_twice(struct ksrcase *c)
{

	set_text(&c->request->bundles[3].id, c->request->bundles[1].id);
}

static void
a_bundle_id_of_the_response(struct ksrcase *c)
{

	set_text(&c->request->bundles[3].id, "previous-9");
}

static void
a_bundle_id_of_long_ago(struct ksrcase *c)
{

	set_text(&c->request->bundles[8].id, "long-ago-2");
}

static void
no_bundle(struct ksrcase *c)
{

	while (c->request->n_bundles > 0) {
		struct ksr *rest = ksr_new(c->request->format, KSR_REQUEST);
		struct ksr_bundle *moved;

		moved = ksr_add_bundle(rest, 0, 0);
		*moved = c->request->bundles[--c->request->n_bundles];
		ksr_free(rest);
	}
}

static void
a_signer_by_name(struct ksrcase *c)
{
	struct ksr_bundle *bundle = &c->request->bundles[2];

	*(char **)mem_push(&bundle->signers, bundle->n_signers++,
	    sizeof(char *)) = mem_strdup("Kexample");
}

/* All bundles of the previous response, signed as they are now. */
static void
sign_previous(struct ksrcase *c)
{
	size_t b;

	for (b = 0; b < c->previous->n_bundles; b++)
		ksrcase_lay(c, c->previous, &c->previous->bundles[b]);
	ksrcase_sign(c, c->previous);
}

static void
a_response_that_is_a_request(struct ksrcase *c)
{

	c->previous->kind = KSR_REQUEST;
}

static void
a_response_of_another_zone(struct ksrcase *c)
{
	struct error err = ERR_INIT;

	unit_ok(name_read("example.org", &c->previous->zone, &err), &err);
	sign_previous(c);
}

static void
a_response_with_a_broken_signature(struct ksrcase *c)
{

	c->previous->bundles[1].sigs[0].rrsig.sig[9] ^= 1;
}

static void
a_response_with_an_unsigned_bundle(struct ksrcase *c)
{
	struct ksr_bundle *bundle = &c->previous->bundles[0];

	while (bundle->n_sigs > 0)
		free(bundle->sigs[--bundle->n_sigs].key_id);
}

static void
a_response_signed_by_nobody_in_it(struct ksrcase *c)
{

	c->previous->bundles[0].sigs[0].rrsig.key_tag ^= 1;
}

static void
a_response_by_a_stranger(struct ksrcase *c)
{

	c->ksks[0] = c->pairs[KEY_L].dnskey;
}

static void
replace_before(struct ksrcase *c, enum ksrcase_key old, enum ksrcase_key new)
{
	struct ksr_bundle *bundle;
	size_t b, i;

	for (b = 0; b < c->previous->n_bundles; b++) {
		bundle = &c->previous->bundles[b];
		for (i = 0; i < bundle->n_keys; i++)
			if (dnskey_is_same_key(&bundle->keys[i].dnskey,
			    &c->pairs[old].dnskey))
				ksrcase_replace(c, bundle, old, new);
	}
	sign_previous(c);
}

static void
a_key_that_was_not_published(struct ksrcase *c)
{

	replace_before(c, KEY_A, KEY_D);
}

static void
a_key_that_had_another_id(struct ksrcase *c)
{

	set_text(&ksrcase_find(c, last_before(c), KEY_A)->id, "alias");
}

static void
a_key_that_had_another_ttl(struct ksrcase *c)
{
	size_t b, i;

	for (b = 0; b < c->previous->n_bundles; b++)
		for (i = 0; i < c->previous->bundles[b].n_keys; i++)
			c->previous->bundles[b].keys[i].ttl = 7200;
	sign_previous(c);
}

static void
move_previous(struct ksrcase *c, int64_t by_s)
{
	size_t b;

	for (b = 0; b < c->previous->n_bundles; b++) {
		c->previous->bundles[b].inception_at += by_s;
		if (c->previous->bundles[b].expiration_at != KSR_OPEN)
			c->previous->bundles[b].expiration_at += by_s;
	}
	sign_previous(c);
}

static void
a_gap_behind_the_response(struct ksrcase *c)
{

	move_previous(c, -25 * DAY);
}

static void
too_short_an_overlap(struct ksrcase *c)
{

	move_previous(c, -8 * DAY);
}

static void
too_long_an_overlap(struct ksrcase *c)
{

	move_previous(c, 6 * DAY);
}

/* Its first bundle has A alone, so B comes from nowhere then. */
static void
before_the_response_begins(struct ksrcase *c)
{

	move_previous(c, 91 * DAY);
}

static void
other_keys_than_before(struct ksrcase *c)
{

	replace_before(c, KEY_A, KEY_D);
	replace_before(c, KEY_B, KEY_L);
	c->params->check_chain = false;
}

/* An algorithm leaves and another comes, and nothing stays. */
static void
another_algorithm_at_once(struct ksrcase *c)
{
	const struct ksr_bundle *end = c->request->bundles +
	    c->request->n_bundles;
	struct ksr_bundle *bundle;

	for (bundle = c->request->bundles; bundle < end; bundle++) {
		if (bundle->inception_at < c->start_at + 80 * DAY)
			continue;
		ksrcase_replace(c, bundle, KEY_B, KEY_RSA_2048);
		ksrcase_replace(c, bundle, KEY_C, KEY_ED25519);
	}
	c->params->match_request_policy = false;
	c->params->max_distinct_keys = 4;
	c->policy->zsk_algs[1] = ALG_RSASHA256;
	c->policy->zsk_algs[2] = ALG_ED25519;
	c->policy->n_zsk_algs = 3;
	c->ksks[1] = c->pairs[KEY_RSA_E3].dnskey;
	c->ksks[2] = c->pairs[KEY_ED25519].dnskey;
	c->ksks[2].key[5] ^= 0x44;
	c->in.n_ksks = 3;
}

static void
all_keys_at_once(struct ksrcase *c)
{
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++)
		if (c->request->bundles[b].inception_at >=
		    c->start_at + 80 * DAY)
			ksrcase_replace(c, &c->request->bundles[b], KEY_B,
			    KEY_D);
	c->params->max_distinct_keys = 4;
}

static const struct ksrmutate document[] = {
	{ .rule = "KSR-KIND", IN_ALL, is_a_response,
	    .files = IN_ALL },
	{ .rule = "KSR-DOMAIN", IN_ALL, another_zone_is_wanted },
	{ .rule = "KSR-DOMAIN", IN_ALL, the_policy_has_another_zone },
	{ .rule = "KSR-OWNER", IN_ALL, a_key_of_another_zone,
	    .files = IN_TEXT },
	{ .rule = "KSR-OWNER", IN_ICANN, a_proof_of_another_zone,
	    PROOF_STAYS },
	/* The signer's name is signed, too. */
	{ .rule = "KSR-OWNER", IN_ICANN, a_proof_by_another_zone,
	    PROOF_STAYS, .also = "KSR-BUNDLE-POP",
	    .files = IN_ICANN },
	{ .rule = "KSR-ID", IN_ICANN, no_id },
	{ .rule = "KSR-ID", IN_ICANN, an_empty_id },
	{ .rule = "KSR-ID", IN_ICANN, the_previous_id,
	    .files = IN_ICANN },
	{ .rule = "KSR-ID", IN_ICANN, an_id_of_long_ago,
	    .files = IN_ICANN },
	{ .rule = "KSR-REPLAY", IN_ALL, the_same_file },
	{ .rule = "KSR-GENESIS", IN_ALL, genesis_beside_a_response,
	    .files = IN_ALL },
	{ .rule = "KSR-GENESIS", IN_ALL, genesis_beside_a_history },
	{ .rule = "KSR-GENESIS", IN_ALL,
	    a_first_request_that_is_not_called_one },
	{ .rule = "KSR-GENESIS", IN_ALL, a_history_without_its_response },
	{ .rule = "KSR-BUNDLE-UNIQUE", IN_ICANN, a_bundle_without_id },
	{ .rule = "KSR-BUNDLE-UNIQUE", IN_ICANN, a_bundle_id_twice,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-UNIQUE", IN_ICANN,
	    a_bundle_id_of_the_response,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-UNIQUE", IN_ICANN, a_bundle_id_of_long_ago,
	    .files = IN_ICANN },
	{ .rule = "KSR-BUNDLE-COUNT", IN_ALL, no_bundle,
	    .files = IN_ALL },
	{ .rule = "KSR-SIGNER", IN_ICANN, a_signer_by_name,
	    .verdict = FINDING_WARN },
};

static const struct ksrmutate chain[] = {
	{ .rule = "KSR-CHAIN-RESPONSE", IN_ALL,
	    a_response_that_is_a_request },
	{ .rule = "KSR-CHAIN-RESPONSE", IN_ALL, a_response_of_another_zone },
	{ .rule = "KSR-CHAIN-RESPONSE", IN_ALL,
	    a_response_with_a_broken_signature },
	{ .rule = "KSR-CHAIN-RESPONSE", IN_ALL,
	    a_response_with_an_unsigned_bundle },
	{ .rule = "KSR-CHAIN-RESPONSE", IN_ALL,
	    a_response_signed_by_nobody_in_it },
	{ .rule = "KSR-CHAIN-RESPONSE", IN_ALL, a_response_by_a_stranger },
	{ .rule = "KSR-CHAIN-KEYS", IN_ALL, a_key_that_was_not_published },
	{ .rule = "KSR-CHAIN-KEYS", IN_ICANN, a_key_that_had_another_id },
	{ .rule = "KSR-CHAIN-KEYS", IN_ALL, a_key_that_had_another_ttl },
	{ .rule = "KSR-CHAIN-OVERLAP", IN_ALL, a_gap_behind_the_response },
	{ .rule = "KSR-CHAIN-OVERLAP", IN_ICANN, too_short_an_overlap },
	{ .rule = "KSR-CHAIN-OVERLAP", IN_ICANN, too_long_an_overlap },
	{ .rule = "KSR-CHAIN-OVERLAP", IN_ALL, before_the_response_begins,
	    .also = "KSR-CHAIN-KEYS" },
	{ .rule = "KSR-ZSK-CONTINUITY", IN_ALL, other_keys_than_before },
	{ .rule = "KSR-ZSK-CONTINUITY", IN_ALL, all_keys_at_once,
	    .files = IN_ALL, .policy = POLICY_LOOSE },
	{ .rule = "KSR-ZSK-CONTINUITY", IN_ALL, another_algorithm_at_once },
};

const struct ksrmutants ksrmutants_document = { document, N_OF(document) };
const struct ksrmutants ksrmutants_chain = { chain, N_OF(chain) };

const struct ksrmutants *const ksrmutants_all[] = { &ksrmutants_document,
	&ksrmutants_chain, &ksrmutants_keys, &ksrmutants_sets,
	&ksrmutants_proof, &ksrmutants_times, &ksrmutants_limits };
const size_t ksrmutants_all_n = N_OF(ksrmutants_all);
