#include "tests/unit/unit.h"

#include "kmgr/dns/alg.h"

static void
reads_what_signs(void **state)
{
	static const struct { const char *text; enum alg alg; } good[] = {
		{ "8", ALG_RSASHA256 },
		{ "RSASHA256", ALG_RSASHA256 },
		{ "rsasha256", ALG_RSASHA256 },
		{ "13", ALG_ECDSAP256SHA256 },
		{ "ecdsap256sha256", ALG_ECDSAP256SHA256 },
		{ "EcdsaP256Sha256", ALG_ECDSAP256SHA256 },
		{ "14", ALG_ECDSAP384SHA384 },
		{ "ECDSAP384SHA384", ALG_ECDSAP384SHA384 },
		{ "15", ALG_ED25519 },
		{ "ed25519", ALG_ED25519 },
	};
	struct error err = ERR_INIT;
	enum alg alg;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(alg_read(good[i].text, &alg, &err), &err);
		assert_int_equal(alg, good[i].alg);
	}
}

static void
refuses_the_rest_and_says_why(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "1", "RFC 9904" },
		{ "dsa", "RFC 9904" },
		{ "6", "RFC 9904" },
		{ "5", "RFC 9905" },
		{ "rsasha1", "RFC 9905" },
		{ "RSASHA1-NSEC3-SHA1", "RFC 9905" },
		{ "rsasha512", "not recommended" },
		{ "10", "not recommended" },
		{ "ecc-gost", "RFC 9906" },
		{ "12", "RFC 9906" },
		{ "ed448", "ED448 (16)" },
		{ "0", "DELETE" },
		{ "252", "INDIRECT" },
		{ "254", "PRIVATEOID" },
		{ "4", "not a DNSSEC algorithm" },
		{ "9", "not a DNSSEC algorithm" },
		{ "256", "not a DNSSEC algorithm" },
		{ "269", "not a DNSSEC algorithm" },
		{ "-13", "not a DNSSEC algorithm" },
		{ "013", "not a DNSSEC algorithm" },
		{ "13 ", "not a DNSSEC algorithm" },
		{ "0xd", "not a DNSSEC algorithm" },
		{ "", "not a DNSSEC algorithm" },
		{ "ecdsa", "not a DNSSEC algorithm" },
	};
	struct error err = ERR_INIT;
	enum alg alg = ALG_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		assert_int_equal(alg_read(bad[i].text, &alg, &err), -1);
		assert_non_null(strstr(err.hint, "ecdsap256sha256"));
		unit_fails(-1, &err, ERR_INPUT, bad[i].why);
		assert_int_equal(alg, ALG_NONE);
	}
}

static void
rows_fit(void **state)
{
	const struct alg_info *alg;
	unsigned int i, n = 0;
	char number[16];

	(void)state;
	for (i = 0; i < 300; i++) {
		(void)snprintf(number, sizeof(number), "%u", i);
		alg = alg_find(i);
		assert_ptr_equal(alg_find_name(number), alg);
		if (alg == NULL) {
			assert_string_equal(alg_name(i), "unknown");
			continue;
		}
		n++;
		assert_int_equal(alg->number, i);
		assert_ptr_equal(alg_find_name(alg->mnemonic), alg);
		assert_ptr_equal(alg_find_name(alg->word), alg);
		assert_string_equal(alg_name(i), alg->mnemonic);
	}
	assert_int_equal(n, 19);
	alg = alg_find(ALG_ECDSAP256SHA256);
	assert_int_equal(alg->key_len, 64);
	assert_int_equal(alg->sig_len, 64);
	assert_int_equal(alg->kind, CRYPTO_P256);
	alg = alg_find(ALG_RSASHA256);
	assert_int_equal(alg->key_len, 0);
	assert_int_equal(alg->kind, CRYPTO_RSA);
	assert_string_equal(alg_name(2), "DH");
	assert_string_equal(alg_name(17), "SM2SM3");
	assert_string_equal(alg_name(23), "ECC-GOST12");
	alg = alg_find(ALG_ECDSAP384SHA384);
	assert_int_equal(alg->key_len, 96);
	assert_int_equal(alg->sig_len, 96);
	assert_int_equal(alg->kind, CRYPTO_P384);
	alg = alg_find(ALG_ED25519);
	assert_int_equal(alg->key_len, 32);
	assert_int_equal(alg->sig_len, 64);
	assert_null(alg_find_name("nothing"));
}

static void
reads_digest_types(void **state)
{
	static const struct { const char *text; enum digest digest; } good[] =
	    { { "2", DIGEST_SHA256 }, { "sha-256", DIGEST_SHA256 },
	    { "SHA256", DIGEST_SHA256 }, { "SHA-256", DIGEST_SHA256 },
	    { "4", DIGEST_SHA384 }, { "sha384", DIGEST_SHA384 },
	    { "Sha-384", DIGEST_SHA384 } };
	static const struct { const char *text, *why; } bad[] = {
		{ "1", "RFC 9905" },
		{ "sha1", "RFC 9905" },
		{ "SHA-1", "RFC 9905" },
		{ "3", "RFC 9906" },
		{ "gost", "RFC 9906" },
		{ "0", "not a digest type" },
		{ "5", "not a digest type" },
		{ "", "not a digest type" },
		{ "sha-512", "not a digest type" },
		{ "sha", "not a digest type" },
		{ "02", "not a digest type" },
	};
	struct error err = ERR_INIT;
	enum digest digest;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(digest_read(good[i].text, &digest, &err), &err);
		assert_int_equal(digest, good[i].digest);
	}
	for (i = 0; i < N_OF(bad); i++)
		unit_fails(digest_read(bad[i].text, &digest, &err), &err,
		    ERR_INPUT, bad[i].why);
	assert_string_equal(digest_name(DIGEST_SHA256), "SHA-256");
	assert_string_equal(digest_name(DIGEST_SHA384), "SHA-384");
	assert_int_equal(digest_len(DIGEST_SHA256), 32);
	assert_int_equal(digest_len(DIGEST_SHA384), 48);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_signs),
		cmocka_unit_test(refuses_the_rest_and_says_why),
		cmocka_unit_test(rows_fit),
		cmocka_unit_test(reads_digest_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
