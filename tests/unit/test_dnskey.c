#include "tests/unit/unit.h"

#include "kmgr/dns/alg.h"
#include "tests/unit/dnshelp.h"

/* Its tag, 65417, carries when REVOKE is added; ldns-key2ds says so too. */
#define CARRY_KEY "example. IN DNSKEY 257 3 15 " \
	"tTYC20GdPf6at2E/nqD0nXTr2Hgy0YSwSwuk5yVVGmk="

/* As dnskey_public(); dnskey_check() says the same. */
static int
public_of(const struct dnskey *key, struct crypto_key **out,
    struct error *err)
{
	struct error checked = ERR_INIT;
	const int rc = dnskey_public(key, out, err);

	assert_int_equal(dnskey_check(key, &checked), rc);
	assert_string_equal(checked.msg, rc == 0 ? "" : err->msg);
	return rc;
}

static void
tags_are_those_of_others(void **state)
{
	struct dnskey key;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		assert_int_equal(dnskey_tag(&key), dnskey_sets[i].ksk_tag);
		assert_int_equal(dnskey_revoked_tag(&key),
		    dnskey_sets[i].revoked_tag);
		key.flags |= DNSKEY_REVOKE;
		assert_int_equal(dnskey_tag(&key),
		    dnskey_sets[i].revoked_tag);
		assert_int_equal(dnskey_revoked_tag(&key),
		    dnskey_sets[i].revoked_tag);
		key = dnshelp_key(dnskey_sets[i].zsk);
		assert_int_equal(dnskey_tag(&key), dnskey_sets[i].zsk_tag);
	}
	for (i = 0; i < N_SIGNED_SETS; i++) {
		key = dnshelp_key(signed_sets[i].key);
		assert_int_equal(dnskey_tag(&key), signed_sets[i].tag);
	}
	key = dnshelp_key(RFC5702_KEY);
	assert_int_equal(dnskey_tag(&key), 9033);
	key = dnshelp_key(RFC4034_KEY);
	assert_int_equal(dnskey_tag(&key), 60485);
}

static void
revoked_tag_carries(void **state)
{
	const struct dnskey key = dnshelp_key(CARRY_KEY);

	(void)state;
	assert_int_equal(dnskey_tag(&key), 65417);
	assert_int_equal(dnskey_revoked_tag(&key), 10);
}

static void
rsamd5_has_its_own_tag(void **state)
{
	struct dnskey key = { .flags = 256, .protocol = 3, .alg = 1,
		.key_len = 8, .key = { 1, 3, 9, 9, 9, 0x12, 0x34, 0x56 } };

	(void)state;
	assert_int_equal(dnskey_tag(&key), 0x1234);
	assert_int_equal(dnskey_revoked_tag(&key), 0x1234);
	assert_int_equal(dnskey_bits(&key), 44);
	key.key_len = 3;
	assert_int_equal(dnskey_tag(&key), 0x0103);
	key.key_len = 2;
	assert_int_equal(dnskey_tag(&key), 0x0100 + 0x0301 + 0x0103);
}

static void
collisions_are_seen_on_both_sides(void **state)
{
	const struct dnskey key = dnshelp_key(CARRY_KEY);
	const uint16_t none[] = { 9, 11, 65416, 65418, 65545 % 65536 };
	const uint16_t tag[] = { 1, 65417 }, revoked[] = { 10, 1 };

	(void)state;
	assert_false(dnskey_collides(&key, NULL, 0));
	assert_false(dnskey_collides(&key, none, N_OF(none)));
	assert_true(dnskey_collides(&key, tag, N_OF(tag)));
	assert_true(dnskey_collides(&key, revoked, N_OF(revoked)));
	assert_false(dnskey_collides(&key, revoked + 1, 1));
}

static void
rdata_is_read_back(void **state)
{
	struct error err = ERR_INIT;
	struct buf rdata = BUF_INIT;
	struct dnskey key, again;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		dnskey_rdata(&key, &rdata);
		assert_int_equal(rdata.len, key.key_len + 4);
		unit_ok(dnskey_from_rdata(rdata.data, rdata.len, &again,
		    &err), &err);
		assert_memory_equal(&key, &again, sizeof(key));
		buf_free(&rdata);
	}
}

static void
rdata_has_limits(void **state)
{
	uint8_t rdata[DNSKEY_RDATA_MAX + 1] = { 1, 1, 3, 8, 3 };
	struct error err = ERR_INIT;
	struct dnskey key;

	(void)state;
	unit_fails(dnskey_from_rdata(rdata, 0, &key, &err), &err, ERR_INPUT,
	    "0 octets");
	unit_fails(dnskey_from_rdata(rdata, 4, &key, &err), &err, ERR_INPUT,
	    "4 octets");
	unit_ok(dnskey_from_rdata(rdata, 5, &key, &err), &err);
	assert_int_equal(key.flags, 257);
	assert_int_equal(key.protocol, 3);
	assert_int_equal(key.alg, 8);
	assert_int_equal(key.key_len, 1);
	unit_ok(dnskey_from_rdata(rdata, DNSKEY_RDATA_MAX, &key, &err), &err);
	unit_fails(dnskey_from_rdata(rdata, DNSKEY_RDATA_MAX + 1, &key, &err),
	    &err, ERR_INPUT, "1035 octets");
}

static void
public_keys_make_the_same_dnskey(void **state)
{
	struct crypto_key *public;
	struct error err = ERR_INIT;
	struct dnskey key, again;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		unit_ok(public_of(&key, &public, &err), &err);
		assert_int_equal(crypto_key_bits(public), dnskey_sets[i].bits);
		assert_int_equal(dnskey_bits(&key), dnskey_sets[i].bits);
		unit_ok(dnskey_init(&again, key.flags, key.alg, public, &err),
		    &err);
		assert_memory_equal(&key, &again, sizeof(key));
		crypto_key_free(public);
	}
}

static void
init_refuses_other_kinds(void **state)
{
	static const uint8_t algs[] = { 0, 1, 5, 8, 10, 13, 14, 15, 16, 200 };
	struct crypto_key *public;
	struct error err = ERR_INIT;
	struct dnskey key, made = { .alg = 77 };
	size_t i, j;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		unit_ok(public_of(&key, &public, &err), &err);
		for (j = 0; j < N_OF(algs); j++) {
			if (algs[j] == key.alg)
				continue;
			unit_fails(dnskey_init(&made, 257, algs[j], public,
			    &err), &err, ERR_INPUT, "algorithm");
			assert_int_equal(made.alg, 77);
		}
		crypto_key_free(public);
	}
}

/* An RSA key of the numbers e (e_len octets) and n, all else as it must be. */
static struct dnskey
rsa(const uint8_t *e, uint8_t e_len, size_t n_len, uint8_t first, uint8_t last)
{
	struct dnskey key = { .flags = 256, .protocol = 3,
		.alg = ALG_RSASHA256, .key_len = 1 + (size_t)e_len + n_len };

	key.key[0] = e_len;
	memcpy(key.key + 1, e, e_len);
	memset(key.key + 1 + e_len, 0x5a, n_len);
	key.key[1 + e_len] = first;
	key.key[e_len + n_len] = last;
	return key;
}

static void
rsa_is_checked(void **state)
{
	static const uint8_t f4[] = { 1, 0, 1 }, three[] = { 3 }, one[] = { 1 },
	    even[] = { 1, 0, 0 }, padded[] = { 0, 1, 0, 1 };
	const struct { struct dnskey key; const char *why; } t[] = {
		{ rsa(f4, 3, 128, 0x80, 1), NULL },
		{ rsa(three, 1, 512, 0xff, 3), NULL },
		{ rsa(f4, 3, 128, 0x7f, 1), "RSA of 1023 bits" },
		{ rsa(f4, 3, 127, 0xff, 1), "RSA of 1016 bits" },
		{ rsa(f4, 3, 513, 0x01, 1), "RSA of 4097 bits" },
		{ rsa(f4, 3, 129, 0, 1), "leading zero" },
		{ rsa(padded, 4, 128, 0x80, 1), "leading zero" },
		{ rsa(f4, 3, 128, 0x80, 2), "modulus is even" },
		{ rsa(even, 3, 128, 0x80, 1), "even or below 3" },
		{ rsa(one, 1, 128, 0x80, 1), "even or below 3" },
	};
	struct crypto_key *public;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		if (t[i].why == NULL)
			unit_ok(public_of(&t[i].key, &public, &err), &err);
		else
			unit_fails(public_of(&t[i].key, &public, &err),
			    &err, ERR_INPUT, t[i].why);
		assert_int_equal(public != NULL, t[i].why == NULL);
		crypto_key_free(public);
	}
}

static void
rsa_data_must_be_whole(void **state)
{
	static const struct { uint8_t bytes[5]; size_t len; } bad[] = {
		{ { 0 }, 0 },		/* no length */
		{ { 0 }, 1 },
		{ { 0, 0 }, 2 },	/* half of a long one */
		{ { 0, 0, 1 }, 3 },
		{ { 0, 0, 0, 5, 5 }, 5 },
		{ { 1 }, 1 },		/* no exponent */
		{ { 1, 3 }, 2 },	/* no modulus */
		{ { 3, 1, 0, 1 }, 4 },
		{ { 255, 1, 0, 1 }, 4 },
		{ { 0, 255, 255, 1 }, 4 },
	};
	struct dnskey key = { .flags = 256, .protocol = 3,
		.alg = ALG_RSASHA256 };
	struct crypto_key *public;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		memset(key.key, 0xee, sizeof(key.key));
		memcpy(key.key, bad[i].bytes, bad[i].len);
		key.key_len = bad[i].len;
		unit_fails(public_of(&key, &public, &err), &err,
		    ERR_INPUT, "exponent and modulus");
		assert_int_equal(dnskey_bits(&key), 0);
	}
}

/* RFC 3110 s2: a length of three octets is for exponents above 255 only. */
static void
long_exponents(void **state)
{
	struct dnskey key = { .flags = 256, .protocol = 3,
		.alg = ALG_RSASHA256 }, again;
	struct crypto_key *public;
	struct error err = ERR_INIT;

	(void)state;
	memset(key.key, 0x81, sizeof(key.key));
	memcpy(key.key, "\0\0\3\1\0\1", 6);
	key.key_len = 6 + 256;
	unit_fails(public_of(&key, &public, &err), &err, ERR_INPUT,
	    "leading zero");
	assert_int_equal(dnskey_bits(&key), 2048);

	memcpy(key.key, "\0\0\xff", 3);
	key.key[3] = 0x81;
	key.key_len = 3 + 255 + 256;
	unit_fails(public_of(&key, &public, &err), &err, ERR_INPUT,
	    "leading zero");
	key.alg = 10;
	assert_int_equal(dnskey_bits(&key), 2048);
	key.alg = ALG_RSASHA256;

	/* 255 octets have the short form still. */
	memset(key.key, 0x81, sizeof(key.key));
	key.key[0] = 255;
	key.key_len = 1 + 255 + 256;
	unit_ok(public_of(&key, &public, &err), &err);
	unit_ok(dnskey_init(&again, 256, ALG_RSASHA256, public, &err), &err);
	assert_true(dnskey_is_same_key(&key, &again));
	crypto_key_free(public);

	memset(key.key, 0x81, sizeof(key.key));
	memcpy(key.key, "\0\1\0", 3);
	key.key_len = 3 + 256 + 512;
	unit_ok(public_of(&key, &public, &err), &err);
	unit_ok(dnskey_init(&again, 256, ALG_RSASHA256, public, &err), &err);
	assert_true(dnskey_is_same_key(&key, &again));
	crypto_key_free(public);
}

static void
init_refuses_rsa_of_other_sizes(void **state)
{
	static const struct { size_t len; const char *why; } t[] = {
		{ 127, "RSA of 1016 bits" },
		{ 513, "RSA of 4104 bits" },
		{ 1100, "RSA of 8800 bits; at most 4096" },
	};
	struct dnskey made = { .alg = 77 };
	struct crypto_key *public;
	struct error err = ERR_INIT;
	uint8_t n[1100];
	size_t i;

	(void)state;
	memset(n, 0x81, sizeof(n));
	for (i = 0; i < N_OF(t); i++) {
		unit_ok(crypto_key_from_rsa((const uint8_t *)"\1\0\1", 3, n,
		    t[i].len, &public, &err), &err);
		unit_fails(dnskey_init(&made, 257, ALG_RSASHA256, public,
		    &err), &err, ERR_INPUT, t[i].why);
		assert_int_equal(made.alg, 77);
		crypto_key_free(public);
	}
}

static void
points_are_checked(void **state)
{
	struct crypto_key *public;
	struct error err = ERR_INIT;
	struct dnskey key;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		if (key.alg == ALG_RSASHA256)
			continue;
		key.key_len--;
		unit_fails(public_of(&key, &public, &err), &err,
		    ERR_INPUT, "octets where");
		key.key_len += 2;
		unit_fails(public_of(&key, &public, &err), &err,
		    ERR_INPUT, "octets where");
		key.key_len--;
		if (key.alg == ALG_ED25519)
			continue;
		key.key[5] ^= 1;
		unit_fails(public_of(&key, &public, &err), &err,
		    ERR_INPUT, "not a point");
		memset(key.key, 0, sizeof(key.key));
		unit_fails(public_of(&key, &public, &err), &err,
		    ERR_INPUT, "not a point");
	}
}

/* Where one bit or byte is another, also where a coordinate is too large. */
static void
check_agrees_beside_points(void **state)
{
	static const uint8_t changes[] = { 1, 0x10, 0x80, 0xff };
	struct crypto_key *public;
	struct error err = ERR_INIT;
	struct dnskey key;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		for (j = 0; j < key.key_len; j++)
			for (k = 0; k < N_OF(changes); k++) {
				key.key[j] ^= changes[k];
				(void)public_of(&key, &public, &err);
				crypto_key_free(public);
				err_clear(&err);
				key.key[j] ^= changes[k];
			}
		if (key.alg == ALG_RSASHA256)
			continue;
		memset(key.key, 0xff, key.key_len);
		(void)public_of(&key, &public, &err);
		crypto_key_free(public);
		err_clear(&err);
	}
}

static void
other_algorithms_have_no_public_key(void **state)
{
	struct dnskey key = dnshelp_key(RFC4034_KEY);
	struct crypto_key *public;
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(public_of(&key, &public, &err), &err, ERR_INPUT,
	    "RFC 9905");
	assert_int_equal(dnskey_bits(&key), 1024);
	key.alg = 99;
	unit_fails(public_of(&key, &public, &err), &err, ERR_INPUT,
	    "99 is unknown");
	assert_int_equal(dnskey_bits(&key), 0);
	key.alg = 16;
	unit_fails(public_of(&key, &public, &err), &err, ERR_INPUT,
	    "ED448");
	key = dnshelp_key(RFC5702_KEY);
	unit_fails(public_of(&key, &public, &err), &err, ERR_INPUT,
	    "RSA of 512 bits");
	assert_int_equal(dnskey_bits(&key), 512);
}

static void
same_key_is_the_key_alone(void **state)
{
	const struct dnskey a = dnshelp_key(dnskey_sets[0].ksk);
	struct dnskey b = a;

	(void)state;
	assert_true(dnskey_is_same_key(&a, &b));
	b.flags = 0;
	b.protocol = 0;
	assert_true(dnskey_is_same_key(&a, &b));
	b.alg = 10;
	assert_false(dnskey_is_same_key(&a, &b));
	b = a;
	b.key[b.key_len - 1] ^= 1;
	assert_false(dnskey_is_same_key(&a, &b));
	b = a;
	b.key_len--;
	assert_false(dnskey_is_same_key(&a, &b));
}

static void
text_is_what_was_read(void **state)
{
	struct buf text = BUF_INIT;
	struct dnskey key;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		dnskey_text(&key, &text);
		assert_string_equal(buf_text(&text),
		    strstr(dnskey_sets[i].ksk, "257"));
		buf_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_those_of_others),
		cmocka_unit_test(revoked_tag_carries),
		cmocka_unit_test(rsamd5_has_its_own_tag),
		cmocka_unit_test(collisions_are_seen_on_both_sides),
		cmocka_unit_test(rdata_is_read_back),
		cmocka_unit_test(rdata_has_limits),
		cmocka_unit_test(public_keys_make_the_same_dnskey),
		cmocka_unit_test(init_refuses_other_kinds),
		cmocka_unit_test(rsa_is_checked),
		cmocka_unit_test(rsa_data_must_be_whole),
		cmocka_unit_test(long_exponents),
		cmocka_unit_test(init_refuses_rsa_of_other_sizes),
		cmocka_unit_test(points_are_checked),
		cmocka_unit_test(check_agrees_beside_points),
		cmocka_unit_test(other_algorithms_have_no_public_key),
		cmocka_unit_test(same_key_is_the_key_alone),
		cmocka_unit_test(text_is_what_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
