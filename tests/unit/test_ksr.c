#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/dns/ksr.h"
#include "tests/unit/dnshelp.h"

#define ZSK  "example.com. 3600 DNSKEY 256 3 13 AQID"
#define ZSK2 "example.com. 3600 DNSKEY 256 3 13 AQIE"
#define SIG  "example.com. 3600 RRSIG DNSKEY 13 2 3600 20270115000000 " \
	     "20270101000000 %u example.com. AQID"

static void
add_key(struct ksr_bundle *bundle, const char *id, const char *line)
{
	struct ksr_key key = { .owner = dnshelp_name("example.com."),
		.ttl = 3600, .dnskey = dnshelp_key(line), .line = 7 };
	char *own = mem_strdup(id);

	key.id = own;
	key.stated_tag = dnskey_tag(&key.dnskey);
	ksr_add_key(bundle, &key);
	free(own);
}

static void
add_sig(struct ksr_bundle *bundle, const char *id, uint16_t tag)
{
	struct ksr_sig sig = { .owner = dnshelp_name("example.com."),
		.ttl = 3600, .line = 8 };
	char *line = mem_printf(SIG, tag), *own = mem_strdup(id);

	sig.rrsig = dnshelp_rrsig(line);
	sig.key_id = own;
	ksr_add_sig(bundle, &sig);
	free(line);
	free(own);
}

static struct rrset *
child_of(enum rrtype type, const char *line)
{
	const char *const lines[] = { line };
	struct rrset *rrset = dnshelp_rrset(lines, 1);

	assert_int_equal(rrset->type, type);
	return rrset;
}

/* A document in which every member is set. */
static struct ksr *
full(void)
{
	struct ksr *ksr = ksr_new(KSR_ICANN, KSR_RESPONSE);
	const uint16_t tag = 17;
	struct ksr_bundle *bundle;

	ksr->zone = dnshelp_name("example.com.");
	ksr->id = mem_strdup("id");
	ksr->serial = 4;
	ksr->timestamp_at = 5;
	ksr->zsk = (struct ksr_policy){ .publish_safety_s = 1, .n_algs = 1,
		.algs = { { 8, 2048, 65537 } } };
	ksr->ksk = (struct ksr_policy){ .max_overlap_s = 2 };
	bundle = ksr_add_bundle(ksr, 100, 200);
	bundle->id = mem_strdup("b1");
	*(char **)mem_push(&bundle->signers, 0, sizeof(*bundle->signers)) =
	    mem_strdup("s1");
	bundle->n_signers = 1;
	add_key(bundle, "k1", ZSK);
	add_key(bundle, "k2", ZSK2);
	add_sig(bundle, "k1", tag);
	bundle->cds = child_of(RRTYPE_CDS, "example.com. 0 CDS 1 13 2 "
	    "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f");
	bundle->cdnskey = child_of(RRTYPE_CDNSKEY,
	    "example.com. 0 CDNSKEY 257 3 13 AQID");
	(void)ksr_add_bundle(ksr, 200, KSR_OPEN);
	return ksr;
}

static void
test_new(void **state)
{
	struct ksr *ksr = ksr_new(KSR_KNOT, KSR_REQUEST);

	(void)state;
	assert_int_equal(ksr->format, KSR_KNOT);
	assert_int_equal(ksr->kind, KSR_REQUEST);
	assert_int_equal(ksr->n_bundles, 0);
	/* A name that can be printed and compared. */
	assert_int_equal(ksr->zone.len, 1);
	ksr_free(ksr);
	ksr_free(NULL);
}

static void
test_add(void **state)
{
	struct ksr *ksr = full();
	const struct ksr_bundle *bundle = &ksr->bundles[0];

	(void)state;
	assert_int_equal(ksr->n_bundles, 2);
	assert_int_equal(bundle->inception_at, 100);
	assert_int_equal(bundle->expiration_at, 200);
	assert_int_equal(bundle->n_keys, 2);
	/* Its own copy: the caller's is gone. */
	assert_string_equal(bundle->keys[1].id, "k2");
	assert_int_equal(bundle->keys[1].line, 7);
	assert_string_equal(bundle->sigs[0].key_id, "k1");
	assert_int_equal(bundle->sigs[0].rrsig.key_tag, 17);
	assert_int_equal(ksr->bundles[1].n_keys, 0);
	ksr_free(ksr);
}

static void
test_rrset(void **state)
{
	struct ksr *ksr = full();
	struct rrset *rrset;

	(void)state;
	add_key(&ksr->bundles[0], "again", ZSK);
	rrset = ksr_rrset(ksr, &ksr->bundles[0], RRTYPE_DNSKEY);
	assert_int_equal(rrset->type, RRTYPE_DNSKEY);
	assert_int_equal(rrset->ttl, 3600);
	assert_true(name_is_same(&rrset->owner, &ksr->zone));
	/* RFC 4034 s6.3: what is there twice is signed once. */
	assert_int_equal(rrset->n_rdata, 2);
	rrset_free(rrset);

	rrset = ksr_rrset(ksr, &ksr->bundles[0], RRTYPE_CDS);
	assert_int_equal(rrset->type, RRTYPE_CDS);
	assert_int_equal(rrset->n_rdata, 1);
	assert_ptr_not_equal(rrset, ksr->bundles[0].cds);
	rrset_free(rrset);
	rrset = ksr_rrset(ksr, &ksr->bundles[0], RRTYPE_CDNSKEY);
	assert_int_equal(rrset->type, RRTYPE_CDNSKEY);
	rrset_free(rrset);

	assert_null(ksr_rrset(ksr, &ksr->bundles[1], RRTYPE_DNSKEY));
	assert_null(ksr_rrset(ksr, &ksr->bundles[1], RRTYPE_CDS));
	assert_null(ksr_rrset(ksr, &ksr->bundles[1], RRTYPE_CDNSKEY));
	assert_null(ksr_rrset(ksr, &ksr->bundles[0], RRTYPE_DS));
	ksr_free(ksr);
}

static void
test_key_of(void **state)
{
	struct ksr *ksr = full();
	struct ksr_bundle *bundle = &ksr->bundles[0];
	struct rrsig rrsig = bundle->sigs[0].rrsig;

	(void)state;
	/* By the tag that is computed, whatever is stated. */
	bundle->keys[1].stated_tag = 1;
	rrsig.key_tag = dnskey_tag(&bundle->keys[1].dnskey);
	assert_ptr_equal(ksr_key_of(bundle, &rrsig), &bundle->keys[1]);
	rrsig.alg = 8;
	assert_null(ksr_key_of(bundle, &rrsig));
	rrsig.alg = 13;
	rrsig.key_tag = 1;
	assert_null(ksr_key_of(bundle, &rrsig));
	ksr_free(ksr);
}

/* One change of a full document each; none may go unseen. */
static void
change(struct ksr *ksr, unsigned int which)
{
	struct ksr_bundle *bundle = &ksr->bundles[0];

	switch (which) {
	case 0: ksr->format = KSR_KNOT; break;
	case 1: ksr->kind = KSR_REQUEST; break;
	case 2: ksr->zone = dnshelp_name("example.net."); break;
	case 3: ksr->id[0]++; break;
	case 4: ksr->serial++; break;
	case 5: ksr->timestamp_at++; break;
	case 6: ksr->zsk.publish_safety_s++; break;
	case 7: ksr->zsk.retire_safety_s++; break;
	case 8: ksr->zsk.min_validity_s++; break;
	case 9: ksr->zsk.max_validity_s++; break;
	case 10: ksr->zsk.min_overlap_s++; break;
	case 11: ksr->ksk.max_overlap_s++; break;
	case 12: ksr->ksk.n_algs++; break;
	case 13: ksr->zsk.algs[0].alg++; break;
	case 14: ksr->zsk.algs[0].bits++; break;
	case 15: ksr->zsk.algs[0].exponent++; break;
	case 16: (void)ksr_add_bundle(ksr, 300, KSR_OPEN); break;
	case 17: bundle->id[0]++; break;
	case 18: bundle->inception_at++; break;
	case 19: bundle->expiration_at++; break;
	case 20: bundle->signers[0][0]++; break;
	case 21: bundle->keys[1].id[0]++; break;
	case 22: bundle->keys[1].owner = dnshelp_name("."); break;
	case 23: bundle->keys[1].ttl++; break;
	case 24: bundle->keys[1].stated_tag++; break;
	case 25: bundle->keys[1].dnskey.flags++; break;
	case 26: bundle->keys[1].dnskey.protocol++; break;
	case 27: bundle->keys[1].dnskey.alg++; break;
	case 28: bundle->keys[1].dnskey.key[0]++; break;
	case 29: bundle->sigs[0].key_id[0]++; break;
	case 30: bundle->sigs[0].owner = dnshelp_name("."); break;
	case 31: bundle->sigs[0].ttl++; break;
	case 32: bundle->sigs[0].rrsig.type_covered++; break;
	case 33: bundle->sigs[0].rrsig.alg++; break;
	case 34: bundle->sigs[0].rrsig.labels++; break;
	case 35: bundle->sigs[0].rrsig.original_ttl++; break;
	case 36: bundle->sigs[0].rrsig.expiration_at++; break;
	case 37: bundle->sigs[0].rrsig.inception_at++; break;
	case 38: bundle->sigs[0].rrsig.key_tag++; break;
	case 39: bundle->sigs[0].rrsig.signer = dnshelp_name("."); break;
	case 40: bundle->sigs[0].rrsig.sig_len--; break;
	case 41: bundle->sigs[0].rrsig.sig[2]++; break;
	case 42: bundle->cds->ttl++; break;
	case 43: bundle->cds->rdata[0].bytes[0]++; break;
	case 44: bundle->cdnskey->owner = dnshelp_name("."); break;
	case 45: rrset_free(bundle->cdnskey); bundle->cdnskey = NULL; break;
	case 46: rrset_add(bundle->cds, (const uint8_t *)"12345", 5); break;
	case 47: free(bundle->id); bundle->id = NULL; break;
	case 48: add_key(bundle, "k3", ZSK); break;
	case 49: add_sig(bundle, "k3", 1); break;
	default: fail_msg("no change %u", which);
	}
}

static void
test_is_same(void **state)
{
	struct ksr *a = full(), *b = full();
	unsigned int i;

	(void)state;
	/* Where it stood in a file is no difference. */
	b->bundles[0].line = b->bundles[0].keys[0].line =
	    b->bundles[0].sigs[0].line = 99;
	assert_true(ksr_is_same(a, b));
	for (i = 0; i < 50; i++) {
		ksr_free(b);
		b = full();
		change(b, i);
		if (ksr_is_same(a, b) || ksr_is_same(b, a))
			fail_msg("change %u goes unseen", i);
	}
	ksr_free(a);
	ksr_free(b);
}

static void
test_names(void **state)
{
	enum ksr_format format = KSR_FORMAT_N;

	(void)state;
	assert_string_equal(ksr_format_name(KSR_ICANN), "icann");
	assert_string_equal(ksr_format_name(KSR_BIND), "bind");
	assert_string_equal(ksr_format_name(KSR_KNOT), "knot");
	assert_true(ksr_format_find("knot", &format));
	assert_int_equal(format, KSR_KNOT);
	assert_true(ksr_format_find("icann", &format));
	assert_int_equal(format, KSR_ICANN);
	assert_false(ksr_format_find("Knot", &format));
	assert_int_equal(format, KSR_ICANN);
	assert_string_equal(ksr_kind_name(KSR_REQUEST), "request");
	assert_string_equal(ksr_kind_name(KSR_RESPONSE), "response");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_rrset),
		cmocka_unit_test(test_key_of),
		cmocka_unit_test(test_is_same),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
