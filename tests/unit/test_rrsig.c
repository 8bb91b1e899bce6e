#include "tests/unit/unit.h"

#include "kmgr/dns/alg.h"
#include "tests/unit/dnshelp.h"

/* One of dnskey_sets, taken apart. */
struct sample {
	struct dnskey	 ksk;
	struct rrset	*rrset;
	struct rrsig	 rrsig;
};

static struct sample
sample_new(const struct dnskey_set *set)
{
	const char *const lines[] = { set->ksk, set->zsk };
	struct sample sample;

	sample.ksk = dnshelp_key(set->ksk);
	sample.rrset = dnshelp_rrset(lines, N_OF(lines));
	sample.rrsig = dnshelp_rrsig(set->rrsig);
	return sample;
}

static void
signatures_of_others_verify(void **state)
{
	struct error err = ERR_INIT;
	struct sample s;
	struct rrset *rrset;
	struct rrsig rrsig;
	struct dnskey key;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		s = sample_new(&dnskey_sets[i]);
		unit_ok(rrsig_verify(&s.rrsig, s.rrset, &s.ksk, &err), &err);
		rrset_free(s.rrset);
	}
	for (i = 0; i < N_SIGNED_SETS; i++) {
		key = dnshelp_key(signed_sets[i].key);
		rrsig = dnshelp_rrsig(signed_sets[i].rrsig);
		rrset = dnshelp_rrset(&signed_sets[i].record, 1);
		unit_ok(rrsig_verify(&rrsig, rrset, &key, &err), &err);
		rrset_free(rrset);
	}
}

/* Its key is too small for dnskey_public(), but what is signed is not. */
static void
rfc5702_signs_our_bytes(void **state)
{
	static const char *const line = RFC5702_RECORD;
	const struct dnskey key = dnshelp_key(RFC5702_KEY);
	struct rrsig rrsig = dnshelp_rrsig(RFC5702_RRSIG);
	struct rrset *rrset = dnshelp_rrset(&line, 1);
	struct crypto_key *public;
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;

	(void)state;
	unit_fails(rrsig_verify(&rrsig, rrset, &key, &err), &err,
	    ERR_INTEGRITY, "RSA of 512 bits");
	assert_int_equal(key.key[0], 3);
	unit_ok(crypto_key_from_rsa(key.key + 1, 3, key.key + 4,
	    key.key_len - 4, &public, &err), &err);
	rrsig_tbs(&rrsig, rrset, &tbs);
	unit_ok(crypto_key_verify(public, tbs.data, tbs.len, rrsig.sig,
	    rrsig.sig_len, &err), &err);
	crypto_key_free(public);
	buf_free(&tbs);
	rrset_free(rrset);
}

static void
no_bit_of_the_rrsig_is_free(void **state)
{
	struct error err = ERR_INIT;
	struct buf rdata = BUF_INIT;
	struct rrsig changed;
	struct sample s;
	size_t i, bit;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		s = sample_new(&dnskey_sets[i]);
		rrsig_rdata(&s.rrsig, &rdata);
		for (bit = 0; bit < 8 * rdata.len; bit++) {
			rdata.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (rrsig_from_rdata(rdata.data, rdata.len, &changed,
			    &err) == 0)
				(void)rrsig_verify(&changed, s.rrset, &s.ksk,
				    &err);
			/* A letter's case alone is no change (RFC 4034 s6). */
			if (err.class == ERR_NONE && !name_is_same(
			    &changed.signer, &s.rrsig.signer))
				fail_msg("%s: bit %zu", dnskey_sets[i].from,
				    bit);
			if (err.class == ERR_NONE &&
			    (bit < 18 * 8 || bit >= 8 * (18 +
			    s.rrsig.signer.len)))
				fail_msg("%s: bit %zu", dnskey_sets[i].from,
				    bit);
			err_clear(&err);
			rdata.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		buf_free(&rdata);
		rrset_free(s.rrset);
	}
}

static void
no_bit_of_the_rrset_is_free(void **state)
{
	struct error err = ERR_INIT;
	struct sample s;
	size_t i, j, bit;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		s = sample_new(&dnskey_sets[i]);
		for (j = 0; j < s.rrset->n_rdata; j++)
			for (bit = 0; bit < 8 * s.rrset->rdata[j].len; bit++) {
				uint8_t *p = s.rrset->rdata[j].bytes + bit / 8;
				const uint8_t was = *p;

				*p ^= (uint8_t)(1 << bit % 8);
				unit_fails(rrsig_verify(&s.rrsig, s.rrset,
				    &s.ksk, &err), &err, ERR_INTEGRITY,
				    "RRSIG DNSKEY by key");
				*p = was;
			}
		unit_ok(rrsig_verify(&s.rrsig, s.rrset, &s.ksk, &err), &err);
		rrset_free(s.rrset);
	}
}

static void
records_cannot_be_added_or_left_out(void **state)
{
	struct error err = ERR_INIT;
	struct sample s = sample_new(&dnskey_sets[1]);

	(void)state;
	rrset_add(s.rrset, (const uint8_t *)"\1\0\3\15x", 5);
	unit_fails(rrsig_verify(&s.rrsig, s.rrset, &s.ksk, &err), &err,
	    ERR_INTEGRITY, "does not verify");
	rrset_free(s.rrset);
	s.rrset = dnshelp_rrset(&dnskey_sets[1].ksk, 1);
	unit_fails(rrsig_verify(&s.rrsig, s.rrset, &s.ksk, &err), &err,
	    ERR_INTEGRITY, "does not verify");
	rrset_free(s.rrset);
}

/* What a test changes of a sample before it is refused. */
struct variant {
	struct rrsig	sig;
	struct rrset	set;		/* its RDATA is the sample's */
	struct dnskey	key;
};

/* The variant is refused; afterwards it is the sample again. */
static void
refused(struct variant *v, const struct sample *sample, const char *why)
{
	struct error err = ERR_INIT;

	unit_fails(rrsig_verify(&v->sig, &v->set, &v->key, &err), &err,
	    ERR_INTEGRITY, why);
	*v = (struct variant){ sample->rrsig, *sample->rrset, sample->ksk };
	unit_ok(rrsig_verify(&v->sig, &v->set, &v->key, &err), &err);
}

static void
fields_must_fit(void **state)
{
	struct sample s = sample_new(&dnskey_sets[1]);
	struct variant v = { s.rrsig, *s.rrset, s.ksk };

	(void)state;
	v.set.n_rdata = 0;
	refused(&v, &s, "no records");
	v.set.type = RRTYPE_CDNSKEY;
	refused(&v, &s,
	    "RRSIG CDNSKEY by key 19718 (ECDSAP256SHA256): it covers");
	v.set.owner = dnshelp_name(".");
	refused(&v, &s, "signer is not the owner's zone");
	v.set.owner = dnshelp_name("xcom.");
	refused(&v, &s, "signer is not the owner's zone");
	v.set.owner = dnshelp_name("x.com.");
	refused(&v, &s, "number of labels");
	v.sig.labels = 0;
	refused(&v, &s, "number of labels");
	v.set.ttl = 86399;
	refused(&v, &s, "another TTL");
	v.sig.original_ttl = 1;
	refused(&v, &s, "another TTL");
	v.sig.expiration_at = v.sig.inception_at;
	refused(&v, &s, "valid at no time");
	v.sig.inception_at = v.sig.expiration_at - INT32_MAX - 1;
	refused(&v, &s, "valid at no time");
	v.sig.alg = ALG_ED25519;
	refused(&v, &s, "another algorithm");
	v.sig.key_tag++;
	refused(&v, &s, "another tag");
	v.key.flags = DNSKEY_SEP;
	v.sig.key_tag = dnskey_tag(&v.key);
	refused(&v, &s, "no zone key");
	v.key.protocol = 2;
	v.sig.key_tag = dnskey_tag(&v.key);
	refused(&v, &s, "no zone key");
	v.sig.sig_len = 0;
	refused(&v, &s, "wrong length");
	v.sig.sig_len = 63;
	refused(&v, &s, "wrong length");
	v.key.key[0] ^= 1;
	v.sig.key_tag = dnskey_tag(&v.key);
	refused(&v, &s, "not a point");
	v.key.alg = v.sig.alg = 10;
	v.sig.key_tag = dnskey_tag(&v.key);
	refused(&v, &s, "RSASHA512");
	/* A change of the window alone: all fields fit, the signature not. */
	v.sig.expiration_at++;
	refused(&v, &s, "does not verify");
	v.sig.inception_at--;
	refused(&v, &s, "does not verify");
	rrset_free(s.rrset);
}

static void
another_zones_signature_is_none(void **state)
{
	struct sample com = sample_new(&dnskey_sets[1]);
	const struct name org = dnshelp_name("org.");
	struct error err = ERR_INIT;

	(void)state;
	com.rrset->owner = org;
	com.rrsig.signer = org;
	unit_fails(rrsig_verify(&com.rrsig, com.rrset, &com.ksk, &err), &err,
	    ERR_INTEGRITY, "does not verify");
	rrset_free(com.rrset);
}

static void
init_fills_every_field(void **state)
{
	struct sample s = sample_new(&dnskey_sets[1]);
	struct error err = ERR_INIT;
	struct rrsig made;

	(void)state;
	unit_ok(rrsig_init(&made, s.rrset, &s.ksk, s.rrsig.inception_at,
	    s.rrsig.expiration_at, &err), &err);
	assert_int_equal(made.sig_len, 0);
	/* But for the signature it is what com's signer wrote. */
	made.sig_len = s.rrsig.sig_len;
	memcpy(made.sig, s.rrsig.sig, s.rrsig.sig_len);
	assert_true(name_is_same(&made.signer, &s.rrsig.signer));
	memset(&made.signer, 0, sizeof(made.signer));
	memset(&s.rrsig.signer, 0, sizeof(s.rrsig.signer));
	assert_memory_equal(&made, &s.rrsig, sizeof(made));
	rrset_free(s.rrset);
}

static void
init_refuses_impossible_windows(void **state)
{
	static const struct { int64_t from, to; const char *why; } t[] = {
		{ 0, 1, NULL },
		{ 0, INT32_MAX, NULL },
		{ UINT32_MAX - 1, UINT32_MAX, NULL },
		{ 5, 5, "valid at no time" },
		{ 6, 5, "valid at no time" },
		{ -1, 5, "1970" },
		{ UINT32_MAX, INT64_C(1) << 32, "2106" },
		{ INT64_MIN, INT64_MAX, "1970" },
		{ 0, INT64_C(1) << 31, "2^31" },
		{ 0, UINT32_MAX, "2^31" },
	};
	struct sample s = sample_new(&dnskey_sets[1]);
	const struct name com = dnshelp_name("com.");
	struct rrset *empty = rrset_new(&com, RRTYPE_DNSKEY, 1);
	struct error err = ERR_INIT;
	struct rrsig made = { .labels = 77 };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		made.labels = 77;
		if (t[i].why == NULL) {
			unit_ok(rrsig_init(&made, s.rrset, &s.ksk, t[i].from,
			    t[i].to, &err), &err);
			continue;
		}
		unit_fails(rrsig_init(&made, s.rrset, &s.ksk, t[i].from,
		    t[i].to, &err), &err, ERR_INPUT, t[i].why);
		assert_int_equal(made.labels, 77);
	}
	unit_fails(rrsig_init(&made, empty, &s.ksk, 1, 2, &err), &err,
	    ERR_INPUT, "empty RRset");
	rrset_free(empty);
	rrset_free(s.rrset);
}

static void
tbs_is_rfc4034(void **state)
{
	static const char expected[] =
	    "\0\73\17\1\0\0\16\20\0\0\0\2\0\0\0\1\1\t\4zone\0"
	    "\4zone\0\0\73\0\1\0\0\16\20\0\1a"
	    "\4zone\0\0\73\0\1\0\0\16\20\0\1b";
	const struct name zone = dnshelp_name("ZONE.");
	struct rrset *rrset = rrset_new(&zone, RRTYPE_CDS, 3600);
	struct dnskey key = { .flags = 257, .protocol = 3, .alg = 15,
		.key_len = 2, .key = { 0xfc, 0xf9 } };
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;
	struct rrsig rrsig;

	(void)state;
	rrset_add(rrset, (const uint8_t *)"b", 1);
	rrset_add(rrset, (const uint8_t *)"a", 1);
	unit_ok(rrsig_init(&rrsig, rrset, &key, 1, 2, &err), &err);
	/* 0x0101 + 0x030f + 0xfcf9 = 0x10109, folded 0x010a */
	assert_int_equal(rrsig.key_tag, 0x010a);
	rrsig.key_tag = 0x0109;
	/* What a cache has counted down is signed with the original TTL. */
	rrset->ttl = 7;
	rrsig_tbs(&rrsig, rrset, &tbs);
	assert_int_equal(tbs.len, sizeof(expected) - 1);
	assert_memory_equal(tbs.data, expected, tbs.len);
	buf_free(&tbs);
	rrset_free(rrset);
}

static void
cut_rdata_is_refused(void **state)
{
	const struct rrsig rrsig = dnshelp_rrsig(dnskey_sets[1].rrsig);
	struct error err = ERR_INIT;
	struct buf rdata = BUF_INIT;
	struct rrsig again;
	uint8_t *exact;
	size_t len;

	(void)state;
	rrsig_rdata(&rrsig, &rdata);
	assert_int_equal(rdata.len, 18 + 5 + 64);
	for (len = 0; len < rdata.len; len++) {
		/* So that a sanitizer sees the first octet too many. */
		exact = malloc(len == 0 ? 1 : len);
		assert_non_null(exact);
		memcpy(exact, rdata.data, len);
		if (len < 18 + 5 + 1)
			unit_fails(rrsig_from_rdata(exact, len, &again, &err),
			    &err, ERR_INPUT, len < 18 + 5 ? "cut off" :
			    "0 octets");
		else
			unit_ok(rrsig_from_rdata(exact, len, &again, &err),
			    &err);
		free(exact);
	}
	rdata.data[18] = 0xc0;
	unit_fails(rrsig_from_rdata(rdata.data, rdata.len, &again, &err), &err,
	    ERR_INPUT, "cut off");
	buf_free(&rdata);
	buf_add(&rdata, "\0\60\15\1\0\0\0\1\0\0\0\2\0\0\0\1\0\0\100", 19);
	for (len = 0; len < 64; len++)
		buf_add_u8(&rdata, 'a');
	buf_add(&rdata, "\0sig", 4);
	unit_fails(rrsig_from_rdata(rdata.data, rdata.len, &again, &err), &err,
	    ERR_INPUT, "signer");
	buf_free(&rdata);
}

static void
signatures_have_a_limit(void **state)
{
	struct rrsig rrsig = dnshelp_rrsig(dnskey_sets[1].rrsig), again;
	struct error err = ERR_INIT;
	struct buf rdata = BUF_INIT;

	(void)state;
	rrsig.sig_len = CRYPTO_SIG_MAX;
	rrsig_rdata(&rrsig, &rdata);
	unit_ok(rrsig_from_rdata(rdata.data, rdata.len, &again, &err), &err);
	buf_add_u8(&rdata, 1);
	unit_fails(rrsig_from_rdata(rdata.data, rdata.len, &again, &err), &err,
	    ERR_INPUT, "513 octets");
	buf_free(&rdata);
}

static void
text_is_what_was_read(void **state)
{
	struct buf text = BUF_INIT;
	struct rrsig rrsig;
	struct name owner;
	char *line;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		rrsig = dnshelp_rrsig(dnskey_sets[i].rrsig);
		owner = dnshelp_name(dnskey_sets[i].zone);
		rrsig_text(&rrsig, &owner, &text);
		line = buf_take(&text);
		assert_int_equal(line[strlen(line) - 1], '\n');
		line[strlen(line) - 1] = '\0';
		assert_string_equal(line, dnskey_sets[i].rrsig);
		free(line);
	}
	/* A type that has no name here. */
	rrsig = dnshelp_rrsig(RFC5702_RRSIG);
	rrsig_rdata_text(&rrsig, &text);
	assert_non_null(strstr(buf_text(&text),
	    "TYPE1 8 3 3600 20300101000000 20000101000000 9033 example.net. "));
	buf_free(&text);
}

static void
times_reach_to_2106(void **state)
{
	struct rrsig rrsig = dnshelp_rrsig("a. 1 RRSIG DNSKEY 8 1 1 "
	    "21060207062815 19700101000000 1 a. QQ==");
	const struct name a = dnshelp_name("a.");
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(rrsig.expiration_at, UINT32_MAX);
	assert_int_equal(rrsig.inception_at, 0);
	rrsig_text(&rrsig, &a, &text);
	assert_string_equal(buf_text(&text), "a. 1 IN RRSIG DNSKEY 8 1 1 "
	    "21060207062815 19700101000000 1 a. QQ==\n");
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_of_others_verify),
		cmocka_unit_test(rfc5702_signs_our_bytes),
		cmocka_unit_test(no_bit_of_the_rrsig_is_free),
		cmocka_unit_test(no_bit_of_the_rrset_is_free),
		cmocka_unit_test(records_cannot_be_added_or_left_out),
		cmocka_unit_test(fields_must_fit),
		cmocka_unit_test(another_zones_signature_is_none),
		cmocka_unit_test(init_fills_every_field),
		cmocka_unit_test(init_refuses_impossible_windows),
		cmocka_unit_test(tbs_is_rfc4034),
		cmocka_unit_test(cut_rdata_is_refused),
		cmocka_unit_test(signatures_have_a_limit),
		cmocka_unit_test(text_is_what_was_read),
		cmocka_unit_test(times_reach_to_2106),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
