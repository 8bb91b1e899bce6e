#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "kmgr/dns/ds.h"
#include "kmgr/engine/skr_layout.h"

#define DAY 86400
#define NOW 1795000000

static struct policy policy;
static struct cmk cmk = { .policy = &policy };
static const char *const ids[] = { "Kcur", "Knext" };

/* Two KSKs and what is asked; a test changes what it is about. */
struct world {
	struct ksk		 ksks[2];
	struct ksr		*request;
	struct ksr_roles	 roles;
	struct skr_input	 input;
	struct dnskey		 keys[3];	/* KSKs, and a foreign one */
	bool			 has_ds[3];
	int64_t			 wanted_at[3];	/* since when its DS is */
	struct ksr		*response;
};

static bool
wants_ds(const void *arg, size_t i, int64_t at)
{
	const struct world *w = arg;

	return w->wanted_at[i] <= at;
}

static struct dnskey
dnskey(uint16_t flags, uint8_t seed)
{
	struct dnskey key = { .flags = flags, .protocol = 3, .alg = 13,
		.key_len = 64 };

	memset(key.key, seed, key.key_len);
	return key;
}

static void
begin(struct world *w, enum ksr_format format)
{
	struct error err = ERR_INIT;
	size_t i;

	policy = (struct policy) { .validity_s = 14 * DAY,
		.refresh_s = 5 * DAY, .inception_offset_s = 3600,
		.dnskey_ttl_s = 7200, .cds = CDS_ROLLOVER,
		.digests = { DIGEST_SHA256 }, .n_digests = 1,
		.ksr_icann = { .publish_safety_s = 10 * DAY,
		.max_validity_s = 21 * DAY } };
	*w = (struct world) { .roles = KSR_ROLES_INIT };
	w->request = ksr_new(format, KSR_REQUEST);
	assert_int_equal(name_read("example.com.", &w->request->zone, &err),
	    0);
	for (i = 0; i < 2; i++) {
		w->ksks[i].cmk = &cmk;
		w->ksks[i].zone = w->request->zone;
		w->ksks[i].dnskey = dnskey(257, (uint8_t)(9 - i));
		w->ksks[i].row.generation = (int64_t)i + 1;
	}
	for (i = 0; i < 3; i++)
		w->keys[i] = dnskey(257, (uint8_t)(9 - i));
	w->wanted_at[2] = INT64_MAX;
	w->input = (struct skr_input) { .request = w->request,
		.roles = &w->roles, .ksks = w->ksks, .ksk_ids = ids,
		.n_ksks = 2, .end_at = KSR_OPEN, .keys = w->keys,
		.n_keys = 3, .has_ds = w->has_ds, .wants_ds = wants_ds,
		.arg = w };
}

/* A bundle from day on, in the request, with one ZSK. */
static struct ksr_bundle *
ask(struct world *w, int64_t day, uint8_t seed)
{
	const bool is_icann = w->request->format == KSR_ICANN;
	char id[] = "Zx";
	struct ksr_key key = { .owner = w->request->zone, .ttl = 7200,
		.dnskey = dnskey(256, seed), .line = 7,
		.id = is_icann ? id : NULL };
	struct ksr_bundle *bundle;
	size_t n = w->request->n_bundles;

	id[1] = (char)('a' + seed);
	if (n > 0 && !is_icann)
		w->request->bundles[n - 1].expiration_at = NOW + day * DAY;
	bundle = ksr_add_bundle(w->request, NOW + day * DAY, is_icann ?
	    NOW + (day + 21) * DAY : KSR_OPEN);
	bundle->id = is_icann ? strdup(id) : NULL;
	ksr_add_key(bundle, &key);
	return bundle;
}

static void
schema(struct world *w, const char *name)
{
	const struct ksr_pair pair = { 0, 1 };
	struct error err = ERR_INIT;

	ksr_roles_clear(&w->roles);
	assert_int_equal(ksr_roles_by_schema(name, w->request->format,
	    w->request->n_bundles, 2, &pair, &w->roles, &err), 0);
}

static void
lay_out(struct world *w)
{
	struct error err = ERR_INIT;

	ksr_free(w->response);
	assert_int_equal(skr_layout(&w->input, &w->response, &err), 0);
	assert_int_equal(w->response->kind, KSR_RESPONSE);
	assert_int_equal(w->response->format, w->request->format);
	assert_true(name_is_same(&w->response->zone, &w->request->zone));
}

static void
end(struct world *w)
{

	ksr_free(w->request);
	ksr_free(w->response);
	ksr_roles_clear(&w->roles);
}

/* Bundles begin on these days, without a gap, and are signed as they are. */
static void
days_are(const struct world *w, const int64_t *days, size_t n)
{
	const struct ksr_bundle *b;
	size_t i, k;

	assert_int_equal(w->response->n_bundles, n);
	for (i = 0; i < n; i++) {
		b = &w->response->bundles[i];
		assert_int_equal(b->inception_at, NOW + days[i] * DAY);
		assert_int_equal(b->expiration_at, i + 1 == n ? KSR_OPEN :
		    NOW + days[i + 1] * DAY);
		for (k = 0; k < b->n_sigs; k++) {
			assert_int_equal(b->sigs[k].rrsig.inception_at,
			    b->inception_at - 3600);
			assert_int_equal(b->sigs[k].rrsig.expiration_at,
			    b->inception_at + 14 * DAY);
			assert_int_equal(b->sigs[k].rrsig.sig_len, 0);
		}
	}
}

/* Every 9 days, and up to the next one of the request. */
static void
test_refresh(void **state)
{
	const int64_t days[] = { 0, 9, 18, 20, 29, 30 };
	struct world w;

	(void)state;
	begin(&w, KSR_BIND);
	(void)ask(&w, 0, 1);
	(void)ask(&w, 20, 2);
	(void)ask(&w, 30, 3);
	schema(&w, "normal");
	lay_out(&w);
	days_are(&w, days, 6);
	/* A bundle that begins when the next would be made is made once. */
	w.request->bundles[1].inception_at = NOW + 18 * DAY;
	lay_out(&w);
	days_are(&w, (const int64_t[]) { 0, 9, 18, 27, 30 }, 5);
	end(&w);
}

static void
test_end(void **state)
{
	struct world w;

	(void)state;
	begin(&w, KSR_KNOT);
	(void)ask(&w, 0, 1);
	schema(&w, "normal");
	lay_out(&w);
	days_are(&w, (const int64_t[]) { 0 }, 1);
	assert_int_equal(skr_layout_end(w.request, KSR_OPEN, 14 * DAY),
	    NOW + 14 * DAY);
	w.input.end_at = NOW + 14 * DAY;
	lay_out(&w);
	days_are(&w, (const int64_t[]) { 0 }, 1);
	w.input.end_at = NOW + 14 * DAY + 1;
	lay_out(&w);
	days_are(&w, (const int64_t[]) { 0, 9 }, 2);
	w.input.end_at = NOW + 40 * DAY;
	lay_out(&w);
	days_are(&w, (const int64_t[]) { 0, 9, 18, 27 }, 4);
	end(&w);
}

/* A KSK that signs the RRset of type: its tag. */
static void
signers_are(const struct ksr_bundle *bundle, uint16_t type, size_t n,
    const struct dnskey *a, const struct dnskey *b)
{
	const struct ksr_sig *found[4];
	size_t i, k = 0;

	for (i = 0; i < bundle->n_sigs; i++)
		if (bundle->sigs[i].rrsig.type_covered == type && k < 4)
			found[k++] = &bundle->sigs[i];
	assert_int_equal(k, n);
	if (n > 0)
		assert_int_equal(found[0]->rrsig.key_tag, dnskey_tag(a));
	if (n > 1)
		assert_int_equal(found[1]->rrsig.key_tag, dnskey_tag(b));
}

static void
ttls_are(const struct ksr_bundle *bundle, uint32_t dnskey_ttl,
    uint32_t cds_ttl)
{
	uint32_t ttl;
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		assert_int_equal(bundle->keys[i].ttl, dnskey_ttl);
	for (i = 0; i < bundle->n_sigs; i++) {
		ttl = bundle->sigs[i].rrsig.type_covered == RRTYPE_DNSKEY ?
		    dnskey_ttl : cds_ttl;
		assert_int_equal(bundle->sigs[i].ttl, ttl);
		assert_int_equal(bundle->sigs[i].rrsig.original_ttl, ttl);
	}
}

static const struct ksr_key *
skr_find(const struct ksr_bundle *bundle, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if (dnskey_is_same_key(&bundle->keys[i].dnskey, key))
			return &bundle->keys[i];
	return NULL;
}

/* CDS and CDNSKEY: who signs them, what is in them, and their TTLs. */
static void
test_cds(void **state)
{
	const struct ksr_bundle *b;
	struct world w;

	(void)state;
	begin(&w, KSR_BIND);
	(void)ask(&w, 0, 1);
	schema(&w, "rollover");
	lay_out(&w);
	b = &w.response->bundles[0];
	assert_int_equal(b->n_keys, 3);
	assert_int_equal(b->cds->n_rdata, 2);
	assert_int_equal(b->cdnskey->n_rdata, 2);
	signers_are(b, RRTYPE_DNSKEY, 2, &w.ksks[0].dnskey,
	    &w.ksks[1].dnskey);
	signers_are(b, RRTYPE_CDS, 2, &w.ksks[0].dnskey, &w.ksks[1].dnskey);
	signers_are(b, RRTYPE_CDNSKEY, 2, &w.ksks[0].dnskey,
	    &w.ksks[1].dnskey);
	ttls_are(b, 7200, 7200);
	w.request->format = KSR_KNOT;
	lay_out(&w);
	ttls_are(&w.response->bundles[0], 7200, 0);
	/* One whose DS is gone is not asked for; the other is there. */
	w.wanted_at[0] = INT64_MAX;
	lay_out(&w);
	assert_int_equal(w.response->bundles[0].cds->n_rdata, 1);
	w.has_ds[1] = true;
	lay_out(&w);
	assert_null(w.response->bundles[0].cds);
	assert_null(w.response->bundles[0].cdnskey);
	signers_are(&w.response->bundles[0], RRTYPE_CDS, 0, NULL, NULL);
	policy.cds = CDS_ALWAYS;
	lay_out(&w);
	assert_int_equal(w.response->bundles[0].cds->n_rdata, 1);
	policy.cds = CDS_NONE;
	w.has_ds[1] = false;
	lay_out(&w);
	assert_null(w.response->bundles[0].cds);
	end(&w);
}

/* Each bundle tells what is wanted when it begins. */
static void
test_cds_in_time(void **state)
{
	struct world w;

	(void)state;
	begin(&w, KSR_BIND);
	(void)ask(&w, 0, 1);
	(void)ask(&w, 2, 1);
	schema(&w, "normal");
	w.wanted_at[1] = INT64_MAX;
	w.wanted_at[0] = NOW + DAY;
	lay_out(&w);
	assert_null(w.response->bundles[0].cds);
	assert_int_equal(w.response->bundles[1].cds->n_rdata, 1);
	end(&w);
}

/* Another provider's key is in each bundle, signs none, and gets its DS. */
static void
test_foreign(void **state)
{
	static const char *const foreign_ids[] = { "f00" };
	const struct ksr_bundle *b;
	struct world w;
	int format;

	(void)state;
	for (format = 0; format < KSR_FORMAT_N; format++) {
		begin(&w, (enum ksr_format)format);
		(void)ask(&w, 0, 1);
		(void)ask(&w, 2, 1);
		schema(&w, "normal");
		w.input.foreign = &w.keys[2];
		w.input.foreign_ids = foreign_ids;
		w.input.n_foreign = 1;
		w.wanted_at[1] = INT64_MAX;
		w.wanted_at[2] = NOW;
		lay_out(&w);
		b = &w.response->bundles[1];
		assert_int_equal(b->n_keys, 3);
		assert_non_null(skr_find(b, &w.keys[2]));
		signers_are(b, RRTYPE_DNSKEY, 1, &w.ksks[0].dnskey, NULL);
		if (format == KSR_ICANN)
			assert_string_equal(skr_find(b, &w.keys[2])->id,
			    "f00");
		else
			assert_int_equal(b->cds->n_rdata, 2);
		end(&w);
	}
}

/* RFC 5011: the revoked key with its new tag, by itself, and in no CDS. */
static void
test_revoke(void **state)
{
	struct dnskey revoked;
	const struct ksr_bundle *b;
	struct world w;

	(void)state;
	begin(&w, KSR_BIND);
	(void)ask(&w, 0, 1);
	(void)ask(&w, 1, 1);
	(void)ask(&w, 2, 1);
	schema(&w, "revoke");
	w.wanted_at[0] = INT64_MAX;
	lay_out(&w);
	revoked = w.ksks[0].dnskey;
	revoked.flags |= DNSKEY_REVOKE;
	b = &w.response->bundles[1];
	signers_are(b, RRTYPE_DNSKEY, 2, &revoked, &w.ksks[1].dnskey);
	signers_are(b, RRTYPE_CDS, 2, &revoked, &w.ksks[1].dnskey);
	assert_int_equal(b->cds->n_rdata, 1);
	assert_int_equal(b->cds->rdata[0].bytes[0] << 8 |
	    b->cds->rdata[0].bytes[1], dnskey_tag(&w.ksks[1].dnskey));
	b = &w.response->bundles[2];
	assert_int_equal(b->n_keys, 2);
	signers_are(b, RRTYPE_DNSKEY, 1, &w.ksks[1].dnskey, NULL);
	end(&w);
}

static void
test_icann(void **state)
{
	const struct ksr_bundle *b;
	struct world w;
	size_t i;

	(void)state;
	begin(&w, KSR_ICANN);
	w.request->id = strdup("R1");
	w.request->serial = 4;
	w.request->zsk.max_overlap_s = 5;
	(void)ask(&w, 0, 1);
	(void)ask(&w, 10, 2);
	schema(&w, "pre-publish");
	lay_out(&w);
	assert_string_equal(w.response->id, "R1");
	assert_int_equal(w.response->serial, 4);
	assert_int_equal(w.response->zsk.max_overlap_s, 5);
	assert_int_equal(w.response->ksk.publish_safety_s, 10 * DAY);
	assert_int_equal(w.response->ksk.max_validity_s, 21 * DAY);
	assert_int_equal(w.response->ksk.n_algs, 1);
	assert_int_equal(w.response->ksk.algs[0].alg, 13);
	assert_int_equal(w.response->ksk.algs[0].bits, 256);
	assert_int_equal(w.response->n_bundles, 2);
	b = &w.response->bundles[1];
	assert_string_equal(b->id, "Zc");
	assert_null(b->cds);
	assert_int_equal(b->inception_at, NOW + 10 * DAY);
	assert_int_equal(b->expiration_at, NOW + 31 * DAY);
	assert_int_equal(b->n_keys, 3);
	for (i = 1; i < 3; i++)
		assert_true(dnskey_tag(&b->keys[i - 1].dnskey) <=
		    dnskey_tag(&b->keys[i].dnskey));
	for (i = 0; i < 3; i++)
		assert_int_equal(b->keys[i].line, 0);
	assert_int_equal(b->n_sigs, 1);
	assert_string_equal(b->sigs[0].key_id, "Kcur");
	assert_int_equal(b->sigs[0].rrsig.inception_at, b->inception_at);
	assert_int_equal(b->sigs[0].rrsig.expiration_at, b->expiration_at);
	end(&w);
}

/* Two policies: the shorter window, the fewer signatures of CDS sets. */
static void
test_two_policies(void **state)
{
	struct policy other;
	struct cmk second = { .policy = &other };
	struct error err = ERR_INIT;
	struct ksr *none;
	struct world w;

	(void)state;
	begin(&w, KSR_BIND);
	other = policy;
	other.validity_s = 10 * DAY;
	other.inception_offset_s = 60;
	other.cds = CDS_NONE;
	w.ksks[1].cmk = &second;
	(void)ask(&w, 0, 1);
	(void)ask(&w, 7, 1);
	schema(&w, "rollover");
	lay_out(&w);
	assert_int_equal(w.response->n_bundles, 3);
	assert_int_equal(w.response->bundles[1].inception_at, NOW + 5 * DAY);
	assert_int_equal(w.response->bundles[0].sigs[0].rrsig.inception_at,
	    NOW - 60);
	assert_null(w.response->bundles[0].cds);
	other.cds = CDS_ALWAYS;
	other.digests[0] = DIGEST_SHA384;
	assert_int_equal(skr_layout(&w.input, &none, &err), -1);
	assert_int_equal(err.class, ERR_POLICY);
	assert_null(none);
	/* A policy of a KSK that takes no part says nothing. */
	schema(&w, "normal");
	lay_out(&w);
	assert_int_equal(w.response->n_bundles, 2);
	end(&w);
}

static void
test_too_many(void **state)
{
	struct error err = ERR_INIT;
	struct ksr *none;
	struct world w;

	(void)state;
	begin(&w, KSR_BIND);
	policy.validity_s = policy.refresh_s + 3600;
	(void)ask(&w, 0, 1);
	w.input.end_at = NOW + 60 * DAY;
	schema(&w, "normal");
	assert_int_equal(skr_layout(&w.input, &none, &err), -1);
	assert_int_equal(err.class, ERR_POLICY);
	err_clear(&err);
	w.input.end_at = NOW;
	assert_int_equal(skr_layout(&w.input, &none, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_cds),
		cmocka_unit_test(test_cds_in_time),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_revoke),
		cmocka_unit_test(test_icann),
		cmocka_unit_test(test_two_policies),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
