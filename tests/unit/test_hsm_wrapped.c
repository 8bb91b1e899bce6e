/* hsm/wrapped.c, pair.c: pairs that are kept as blobs, on SoftHSM */
#include "tests/unit/unit.h"

#include "tests/unit/wraps.h"

static struct ck_function_list *real, bent;

static int
setup(void **state)
{
	struct softhsm_fixture *f = softhsm_fixture_new();

	real = softhsm_bend(f, &bent);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{

	softhsm_fixture_free(*state);
	return 0;
}

/* Made in one opening of the token, used in the next. */
static void
round_trip(struct softhsm_fixture *f, enum alg alg)
{
	struct hsm_wrap_key *wrap = wraps_generate(f, alg);
	const struct hsm_attr *attrs;
	struct buf blob = BUF_INIT;
	struct crypto_key *pub;
	struct hsm_key *key;
	size_t n, before;

	attrs = hsm_wrap_attrs(wrap, &n);
	wraps_held(attrs, n, 19);
	assert_string_equal(hsm_wrap_mechanism(wrap), "CKM_AES_KEY_WRAP_PAD");
	before = wraps_count();
	pub = wraps_create(wrap, alg, &blob);
	assert_int_equal(wraps_count(), before);
	hsm_wrap_free(wrap);
	hsm_token_close(f->token);

	f->token = softhsm_open(f->soft);
	wrap = wraps_find(f, alg);
	assert_non_null(wrap);
	attrs = hsm_wrap_attrs(wrap, &n);
	wraps_held(attrs, n, 19);
	key = wraps_open(wrap, pub, &blob);
	attrs = hsm_key_attrs(key, &n);
	wraps_held(attrs, n, 5);
	assert_int_equal(hsm_key_alg(key), alg);
	wraps_signs(key, pub);
	wraps_signs(key, hsm_key_public(key));
	assert_int_equal(wraps_count(), before + 1);
	hsm_key_free(key);
	assert_int_equal(wraps_count(), before);
	hsm_wrap_free(wrap);
	crypto_key_free(pub);
	buf_free(&blob);
}

static void
test_p256(void **state)
{

	round_trip(*state, ALG_ECDSAP256SHA256);
}

static void
test_p384(void **state)
{

	round_trip(*state, ALG_ECDSAP384SHA384);
}

static void
test_rsa(void **state)
{

	round_trip(*state, ALG_RSASHA256);
}

static void
test_types(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_wrap_key *ec = wraps_generate(f, ALG_ECDSAP256SHA256);
	struct hsm_wrap_key *rsa = wraps_generate(f, ALG_RSASHA256);
	struct buf blob = BUF_INIT, other = BUF_INIT, none = BUF_INIT;
	struct crypto_key *pub = wraps_create(ec, ALG_ECDSAP384SHA384, &blob);
	struct crypto_key *other_pub = wraps_create(rsa, ALG_RSASHA256, &other);
	struct hsm_key *key = NULL;
	struct crypto_key *nothing = NULL;
	struct error err = ERR_INIT;

	unit_fails(hsm_wrapped_open(rsa, wraps_id, pub, blob.data, blob.len,
	    &key, &err), &err, ERR_INTEGRITY, "not for ECDSAP384SHA384 keys");
	/* An RSA blob said to be an EC key, and the other way round. */
	unit_fails(hsm_wrapped_open(ec, wraps_id, pub, other.data, other.len,
	    &key, &err), &err, ERR_INTEGRITY, "C_UnwrapKey");
	unit_fails(hsm_wrapped_open(rsa, wraps_id, other_pub, blob.data,
	    blob.len, &key, &err), &err, ERR_INTEGRITY, "C_UnwrapKey");
	unit_fails(hsm_wrapped_create(ec, ALG_RSASHA256, 2048, &nothing,
	    &none, &err), &err, ERR_INTEGRITY, "not for RSASHA256 keys");
	unit_fails(hsm_wrapped_create(rsa, ALG_RSASHA256, 1024, &nothing,
	    &none, &err), &err, ERR_TOKEN, "1024 bits");
	assert_null(key);
	assert_null(nothing);
	assert_int_equal(none.len, 0);
	crypto_key_free(pub);
	crypto_key_free(other_pub);
	buf_free(&blob);
	buf_free(&other);
	hsm_wrap_free(ec);
	hsm_wrap_free(rsa);
}

/* Any bit of a blob; the module is not started anew for it. */
static void
test_tampered(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_wrap_key *wrap = wraps_generate(f, ALG_ECDSAP256SHA256);
	struct buf blob = BUF_INIT, second = BUF_INIT;
	struct crypto_key *pub = wraps_create(wrap, ALG_ECDSAP256SHA256, &blob);
	struct crypto_key *pub2 = wraps_create(wrap, ALG_ECDSAP256SHA256,
	    &second);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;
	size_t i;

	for (i = 0; i < blob.len; i += 3) {
		blob.data[i] ^= (uint8_t)(1U << i % 8);
		unit_fails(hsm_wrapped_open(wrap, wraps_id, pub, blob.data,
		    blob.len, &key, &err), &err, ERR_INTEGRITY,
		    "was changed outside the token");
		blob.data[i] ^= (uint8_t)(1U << i % 8);
	}
	unit_fails(hsm_wrapped_open(wrap, wraps_id, pub, blob.data,
	    blob.len - 8, &key, &err), &err, ERR_INTEGRITY, "was changed");
	unit_fails(hsm_wrapped_open(wrap, wraps_id, pub, blob.data, 0, &key,
	    &err), &err, ERR_INTEGRITY, "was changed");
	assert_int_equal(f->soft->n_starts, 1);
	wraps_signs(key = wraps_open(wrap, pub, &blob), pub);
	hsm_key_free(key);
	/* Another key's blob is a good one, and does not prove itself. */
	key = wraps_open(wrap, pub, &second);
	unit_fails(hsm_key_prove(key, &err), &err, ERR_TOKEN,
	    "trial signature: the signature does not verify");
	hsm_key_free(key);
	crypto_key_free(pub);
	crypto_key_free(pub2);
	buf_free(&blob);
	buf_free(&second);
	hsm_wrap_free(wrap);
}

/* Everything that can be taken from us while a key is in use. */
static void
test_recovery(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_wrap_key *wrap = wraps_generate(f, ALG_ECDSAP256SHA256);
	struct buf blob = BUF_INIT;
	struct crypto_key *pub = wraps_create(wrap, ALG_ECDSAP256SHA256, &blob);
	struct hsm_key *key = wraps_open(wrap, pub, &blob);
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	struct ck_session_info info;

	assert_int_equal(real->C_Logout(session), CKR_OK);
	wraps_signs(key, pub);
	assert_int_equal(real->C_GetSessionInfo(session, &info), CKR_OK);
	assert_int_equal(real->C_CloseAllSessions(info.slot_id), CKR_OK);
	wraps_signs(key, pub);
	assert_int_equal(real->C_Finalize(NULL), CKR_OK);
	wraps_signs(key, pub);
	hsm_key_free(key);
	assert_int_equal(wraps_count(), 1);
	crypto_key_free(wraps_create(wrap, ALG_ECDSAP384SHA384, &blob));
	assert_int_equal(real->C_Finalize(NULL), CKR_OK);
	crypto_key_free(wraps_create(wrap, ALG_ECDSAP384SHA384, &blob));
	crypto_key_free(pub);
	buf_free(&blob);
	hsm_wrap_free(wrap);
}

static ck_rv_t
bent_values(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attrs, unsigned long n)
{
	const ck_rv_t rv = real->C_GetAttributeValue(session, object, attrs,
	    n);
	unsigned long i;

	for (i = 0; i < n; i++)
		if (attrs[i].type == CKA_EXTRACTABLE)
			*(unsigned char *)attrs[i].value = 1;
	return rv;
}

/* openCryptoki unwraps as extractable whatever it is asked. */
static void
test_unwrapped_open(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_wrap_key *wrap = wraps_generate(f, ALG_ECDSAP256SHA256);
	struct buf blob = BUF_INIT;
	struct crypto_key *pub = wraps_create(wrap, ALG_ECDSAP256SHA256, &blob);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	bent.C_GetAttributeValue = bent_values;
	unit_fails(hsm_wrapped_open(wrap, wraps_id, pub, blob.data, blob.len,
	    &key, &err), &err, ERR_INTEGRITY, "CKA_EXTRACTABLE of the "
	    "unwrapped key is true instead of false");
	assert_int_equal(wraps_count(), 1);
	crypto_key_free(pub);
	buf_free(&blob);
	hsm_wrap_free(wrap);
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_p256),
		TEST(test_p384),
		TEST(test_rsa),
		TEST(test_types),
		TEST(test_tampered),
		TEST(test_recovery),
		TEST(test_unwrapped_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
