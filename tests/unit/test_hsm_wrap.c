/*
 * hsm/wrap.c, attr.c: on SoftHSM, attacked through the module itself by
 * somebody who has the PIN and the blobs
 */
#include "tests/unit/unit.h"

#include "hsm/object.h"
#include "tests/unit/wraps.h"

/* The functions bent here, and how; a module has no place to carry it. */
static struct ck_function_list *real, bent;
static struct {
	ck_attribute_type_t	refused;
	ck_attribute_type_t	dropped;
} how;

#define NOTHING ((ck_attribute_type_t)-1)
#define KWP	0x210bUL

static int
setup(void **state)
{
	struct softhsm_fixture *f = softhsm_fixture_new();

	how.refused = how.dropped = NOTHING;
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

/* The wrapping key, for a test that attacks it. */
static ck_object_handle_t
raw_find(ck_session_handle_t session)
{
	unsigned long class = CKO_SECRET_KEY;
	struct ck_attribute attr = { CKA_CLASS, &class, sizeof(class) };
	ck_object_handle_t object = 0;
	unsigned long n = 0;

	assert_int_equal(real->C_FindObjectsInit(session, &attr, 1), CKR_OK);
	assert_int_equal(real->C_FindObjects(session, &object, 1, &n),
	    CKR_OK);
	assert_int_equal(real->C_FindObjectsFinal(session), CKR_OK);
	assert_int_equal(n, 1);
	return object;
}

/* SoftHSM 2.6.1 cannot wrap Ed25519 keys, and nothing is left of the try. */
static void
test_ed25519(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = wraps_spec(ALG_ED25519);
	struct hsm_wrap_key *wrap = NULL;
	struct error err = ERR_INIT;

	assert_int_equal(hsm_wrap_generate(f->token, &spec, &wrap, &err), -1);
	assert_non_null(strstr(err.hint, "custody: token"));
	unit_fails(-1, &err, ERR_TOKEN, "make wrapping key for ED25519 keys "
	    "in token main: trial: C_WrapKey: CKR_KEY_NOT_WRAPPABLE");
	assert_null(wrap);
	assert_int_equal(wraps_count(), 0);
}

struct attack {
	ck_session_handle_t	session;
	ck_object_handle_t	wrapping;
	struct buf		blob;
};

/* With this template, nothing comes out of the blob. */
static void
unwrap_is_refused(struct attack *a, unsigned long class, unsigned long type,
    const struct ck_attribute *more, size_t n)
{
	struct ck_mechanism m = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	struct ck_attribute attrs[16] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
	};
	ck_object_handle_t back;

	if (n > 0)
		memcpy(attrs + 2, more, n * sizeof(*more));
	assert_int_equal(real->C_UnwrapKey(a->session, &m, a->wrapping,
	    a->blob.data, a->blob.len, attrs, n + 2, &back),
	    CKR_TEMPLATE_INCONSISTENT);
}

static ck_object_handle_t
own_aes(ck_session_handle_t session)
{
	unsigned long len = 32;
	struct ck_attribute attrs[] = {
		wraps_bool(CKA_TOKEN, false), wraps_bool(CKA_EXTRACTABLE, true),
		wraps_bool(CKA_SENSITIVE, false), wraps_bool(CKA_WRAP, true),
		{ CKA_VALUE_LEN, &len, sizeof(len) },
	};
	struct ck_mechanism m = { CKM_AES_KEY_GEN, NULL, 0 };
	ck_object_handle_t key = 0;

	assert_int_equal(real->C_GenerateKey(session, &m, attrs, N_OF(attrs),
	    &key), CKR_OK);
	return key;
}

/* A1, A2, A5 of what a KSK's blob can be unwrapped as; A4, a trojan. */
static void
attack_unwrap(struct attack *a)
{
	struct ck_attribute good[] = {
		wraps_bool(CKA_TOKEN, false), wraps_bool(CKA_PRIVATE, true),
		wraps_bool(CKA_SIGN, true), wraps_bool(CKA_SENSITIVE, true),
		wraps_bool(CKA_EXTRACTABLE, false),
	};
	const struct ck_attribute secret[] = {
		wraps_bool(CKA_TOKEN, false), wraps_bool(CKA_SENSITIVE, false),
		wraps_bool(CKA_EXTRACTABLE, true),
	};
	struct ck_mechanism m = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	unsigned char trojan[64];
	unsigned long len = sizeof(trojan);
	size_t i;

	for (i = 0; i < N_OF(good); i++) {
		const struct ck_attribute kept = good[i];

		good[i] = wraps_bool(kept.type,
		    *(unsigned char *)kept.value == 0);
		unwrap_is_refused(a, CKO_PRIVATE_KEY, CKK_EC, good,
		    N_OF(good));
		good[i] = kept;
	}
	unwrap_is_refused(a, CKO_PRIVATE_KEY, CKK_EC, NULL, 0);
	unwrap_is_refused(a, CKO_PRIVATE_KEY, CKK_RSA, good, N_OF(good));
	unwrap_is_refused(a, CKO_SECRET_KEY, CKK_GENERIC_SECRET, secret, 3);
	unwrap_is_refused(a, CKO_SECRET_KEY, CKK_GENERIC_SECRET, good,
	    N_OF(good));
	assert_int_equal(real->C_WrapKey(a->session, &m, a->wrapping,
	    own_aes(a->session), trojan, &len), CKR_OK);
	buf_free(&a->blob);
	buf_add(&a->blob, trojan, len);
	unwrap_is_refused(a, CKO_SECRET_KEY, CKK_AES, secret, 3);
	unwrap_is_refused(a, CKO_SECRET_KEY, CKK_AES, good, N_OF(good));
}

/* A3: the wrapping key made to do more, or taken out itself. */
static void
attack_wrapping(struct attack *a)
{
	static const ck_attribute_type_t types[] = { CKA_DECRYPT,
		CKA_ENCRYPT, CKA_EXTRACTABLE, CKA_MODIFIABLE, CKA_COPYABLE,
		CKA_DERIVE };
	unsigned char iv[16] = { 0 }, out[128];
	struct ck_mechanism cbc = { CKM_AES_CBC, iv, sizeof(iv) };
	struct ck_mechanism kw = { CKM_AES_KEY_WRAP, NULL, 0 };
	struct ck_mechanism pad = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	struct ck_attribute attr = { CKA_UNWRAP_TEMPLATE, NULL, 0 };
	ck_object_handle_t copy;
	unsigned long len = sizeof(out);
	size_t i;

	for (i = 0; i < N_OF(types); i++) {
		attr = wraps_bool(types[i], true);
		assert_int_not_equal(real->C_SetAttributeValue(a->session,
		    a->wrapping, &attr, 1), CKR_OK);
		assert_int_not_equal(real->C_CopyObject(a->session,
		    a->wrapping, &attr, 1, &copy), CKR_OK);
	}
	attr = (struct ck_attribute) { CKA_UNWRAP_TEMPLATE, NULL, 0 };
	assert_int_not_equal(real->C_SetAttributeValue(a->session,
	    a->wrapping, &attr, 1), CKR_OK);
	assert_int_not_equal(real->C_DecryptInit(a->session, &cbc,
	    a->wrapping), CKR_OK);
	assert_int_not_equal(real->C_EncryptInit(a->session, &cbc,
	    a->wrapping), CKR_OK);
	assert_int_equal(real->C_WrapKey(a->session, &kw, a->wrapping,
	    own_aes(a->session), out, &len), CKR_MECHANISM_INVALID);
	len = sizeof(out);
	assert_int_equal(real->C_WrapKey(a->session, &pad,
	    own_aes(a->session), a->wrapping, out, &len),
	    CKR_KEY_UNEXTRACTABLE);
}

static void
test_attacks(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_wrap_key *wrap = wraps_generate(f, ALG_ECDSAP256SHA256);
	struct attack a = { .blob = BUF_INIT };
	struct buf blob = BUF_INIT;
	struct crypto_key *pub = wraps_create(wrap, ALG_ECDSAP256SHA256, &blob);
	struct hsm_key *key;

	a.session = softhsm_raw_session("kmgr");
	a.wrapping = raw_find(a.session);
	buf_add(&a.blob, blob.data, blob.len);
	attack_unwrap(&a);
	attack_wrapping(&a);
	assert_int_equal(real->C_CloseSession(a.session), CKR_OK);
	/* All the while it does what it is for. */
	key = wraps_open(wrap, pub, &blob);
	wraps_signs(key, pub);
	hsm_key_free(key);
	crypto_key_free(pub);
	buf_free(&a.blob);
	buf_free(&blob);
	hsm_wrap_free(wrap);
}

/* What the token is asked for, less what a test takes out of it. */
static ck_rv_t
bent_generate(ck_session_handle_t session, struct ck_mechanism *mechanism,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *out)
{
	struct ck_attribute kept[32];
	unsigned long i, n_kept = 0;

	for (i = 0; i < n; i++) {
		if (attrs[i].type == how.refused)
			return CKR_ATTRIBUTE_TYPE_INVALID;
		if (attrs[i].type != how.dropped)
			kept[n_kept++] = attrs[i];
	}
	return real->C_GenerateKey(session, mechanism, kept, n_kept, out);
}

static const ck_attribute_type_t needed[] = { CKA_SENSITIVE, CKA_EXTRACTABLE,
	CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY, CKA_DERIVE,
	CKA_MODIFIABLE, CKA_COPYABLE, CKA_ALLOWED_MECHANISMS,
	CKA_UNWRAP_TEMPLATE };

/* Nothing is left out: a token that refuses one cannot have it. */
static void
test_refused(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = wraps_spec(ALG_ECDSAP256SHA256);
	struct hsm_wrap_key *wrap = NULL;
	struct error err = ERR_INIT;
	size_t i;

	bent.C_GenerateKey = bent_generate;
	for (i = 0; i < N_OF(needed); i++) {
		how.refused = needed[i];
		unit_fails(hsm_wrap_generate(f->token, &spec, &wrap, &err),
		    &err, ERR_TOKEN, "CKR_ATTRIBUTE_TYPE_INVALID");
		assert_null(wrap);
	}
	assert_int_equal(wraps_count(), 0);
}

/* Nor what it takes and forgets, where its default is not what was asked. */
static void
test_forgotten(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = wraps_spec(ALG_ECDSAP256SHA256);
	struct hsm_wrap_key *wrap = NULL;
	struct error err = ERR_INIT;
	size_t i, n_forgotten = 0;

	bent.C_GenerateKey = bent_generate;
	for (i = 0; i < N_OF(needed); i++) {
		how.dropped = needed[i];
		if (hsm_wrap_generate(f->token, &spec, &wrap, &err) == 0) {
			size_t left;

			unit_ok(hsm_object_destroy(f->token, spec.id, &left,
			    &err), &err);
			hsm_wrap_free(wrap);
			wrap = NULL;
			continue;
		}
		n_forgotten++;
		unit_fails(-1, &err, ERR_TOKEN,
		    "nothing of it is left in the token: CKA_");
	}
	/* SoftHSM's defaults: what a key may do, mostly. */
	assert_true(n_forgotten >= 6);
	assert_int_equal(wraps_count(), 0);
}

/* A module that has KWP and not the other, by the same algorithm. */
static void
rename_mechanisms(struct ck_attribute *attrs, unsigned long n,
    ck_mechanism_type_t from, ck_mechanism_type_t to)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		if (attrs[i].type == CKA_ALLOWED_MECHANISMS &&
		    attrs[i].value_len == sizeof(from) &&
		    *(unsigned long *)attrs[i].value == from)
			*(unsigned long *)attrs[i].value = to;
}

static ck_rv_t
kwp_generate(ck_session_handle_t session, struct ck_mechanism *mechanism,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *out)
{

	rename_mechanisms(attrs, n, KWP, CKM_AES_KEY_WRAP_PAD);
	return real->C_GenerateKey(session, mechanism, attrs, n, out);
}

static ck_rv_t
kwp_values(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attrs, unsigned long n)
{
	const ck_rv_t rv = real->C_GetAttributeValue(session, object, attrs,
	    n);

	rename_mechanisms(attrs, n, CKM_AES_KEY_WRAP_PAD, KWP);
	return rv;
}

static ck_rv_t
kwp_wrap(ck_session_handle_t session, struct ck_mechanism *mechanism,
    ck_object_handle_t wrapping, ck_object_handle_t key, unsigned char *out,
    unsigned long *len)
{
	struct ck_mechanism pad = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };

	return mechanism->mechanism != KWP ? CKR_MECHANISM_INVALID :
	    real->C_WrapKey(session, &pad, wrapping, key, out, len);
}

static ck_rv_t
kwp_unwrap(ck_session_handle_t session, struct ck_mechanism *mechanism,
    ck_object_handle_t key, unsigned char *blob, unsigned long len,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *out)
{
	struct ck_mechanism pad = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };

	return mechanism->mechanism != KWP ? CKR_MECHANISM_INVALID :
	    real->C_UnwrapKey(session, &pad, key, blob, len, attrs, n, out);
}

static void
test_kwp(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_wrap_key *wrap;
	struct buf blob = BUF_INIT;
	struct crypto_key *pub;

	bent.C_GenerateKey = kwp_generate;
	bent.C_GetAttributeValue = kwp_values;
	bent.C_WrapKey = kwp_wrap;
	bent.C_UnwrapKey = kwp_unwrap;
	wrap = wraps_generate(f, ALG_ECDSAP256SHA256);
	assert_string_equal(hsm_wrap_mechanism(wrap), "CKM_AES_KEY_WRAP_KWP");
	pub = wraps_create(wrap, ALG_ECDSAP256SHA256, &blob);
	hsm_wrap_free(wrap);
	wrap = wraps_find(f, ALG_ECDSAP256SHA256);
	assert_string_equal(hsm_wrap_mechanism(wrap), "CKM_AES_KEY_WRAP_KWP");
	hsm_key_free(wraps_open(wrap, pub, &blob));
	crypto_key_free(pub);
	buf_free(&blob);
	hsm_wrap_free(wrap);
}

static void
test_absent(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = wraps_spec(ALG_RSASHA256);
	struct hsm_wrap_key *wrap = NULL;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;

	assert_null(wraps_find(f, ALG_RSASHA256));
	hsm_token_close(f->token);
	f->token = NULL;
	unit_ok(hsm_token_open(&f->soft->config, &token, &err), &err);
	unit_fails(hsm_wrap_find(token, spec.id, spec.alg, &wrap, &err),
	    &err, ERR_TOKEN, "CKR_USER_NOT_LOGGED_IN");
	hsm_token_close(token);
}

/* An AES key whose value somebody knows, with the id of the wrapping key. */
static void
plant(uint8_t *id)
{
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	unsigned long class = CKO_SECRET_KEY, type = CKK_AES;
	unsigned long mech = CKM_AES_KEY_WRAP_PAD;
	unsigned long inner_class = CKO_PRIVATE_KEY, inner_type = CKK_EC;
	unsigned char value[32] = "the attacker knows this value";
	struct ck_attribute inner[] = {
		{ CKA_CLASS, &inner_class, sizeof(inner_class) },
		{ CKA_KEY_TYPE, &inner_type, sizeof(inner_type) },
		wraps_bool(CKA_TOKEN, false), wraps_bool(CKA_PRIVATE, true),
		wraps_bool(CKA_SIGN, true), wraps_bool(CKA_SENSITIVE, true),
		wraps_bool(CKA_EXTRACTABLE, false),
	};
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_ID, id, HSM_ID_LEN },
		{ CKA_VALUE, value, sizeof(value) },
		{ CKA_ALLOWED_MECHANISMS, &mech, sizeof(mech) },
		wraps_bool(CKA_TOKEN, true), wraps_bool(CKA_PRIVATE, true),
		wraps_bool(CKA_SENSITIVE, true),
		wraps_bool(CKA_EXTRACTABLE, false),
		wraps_bool(CKA_WRAP, true), wraps_bool(CKA_UNWRAP, true),
		wraps_bool(CKA_ENCRYPT, false), wraps_bool(CKA_DECRYPT, false),
		wraps_bool(CKA_SIGN, false), wraps_bool(CKA_VERIFY, false),
		wraps_bool(CKA_DERIVE, false),
		wraps_bool(CKA_MODIFIABLE, false),
		wraps_bool(CKA_COPYABLE, false),
		{ CKA_UNWRAP_TEMPLATE, inner, sizeof(inner) },
	};
	ck_object_handle_t object;

	assert_int_equal(real->C_CreateObject(session, attrs, N_OF(attrs),
	    &object), CKR_OK);
	assert_int_equal(real->C_CloseSession(session), CKR_OK);
}

/* Put in the place of the wrapping key, or beside it, it is not used. */
static void
test_planted(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = wraps_spec(ALG_ECDSAP256SHA256);
	struct hsm_wrap_key *wrap = wraps_generate(f, ALG_ECDSAP256SHA256);
	struct hsm_wrap_key *other;
	struct crypto_key *pub = NULL;
	struct buf blob = BUF_INIT;
	struct error err = ERR_INIT;
	size_t left;

	plant(spec.id);
	unit_fails(hsm_wrap_find(f->token, spec.id, spec.alg, &other, &err),
	    &err, ERR_INTEGRITY, "2 objects of this CKA_ID");
	unit_ok(hsm_object_destroy(f->token, spec.id, &left, &err), &err);
	plant(spec.id);
	unit_fails(hsm_wrap_find(f->token, spec.id, spec.alg, &other, &err),
	    &err, ERR_INTEGRITY, "CKA_LOCAL of the wrapping key is false");
	assert_null(other);
	/* Nor by who had found the true one before. */
	unit_fails(hsm_wrapped_create(wrap, spec.alg, 0, &pub, &blob, &err),
	    &err, ERR_INTEGRITY, "CKA_LOCAL of the wrapping key is false");
	assert_null(pub);
	assert_int_equal(blob.len, 0);
	hsm_wrap_free(wrap);
}

static void
test_undestroyable(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = wraps_spec(ALG_ECDSAP256SHA256);
	struct hsm_wrap_key *wrap = NULL;
	const struct hsm_attr *attrs;
	struct error err = ERR_INIT;
	size_t n, left = 0;

	spec.destroy = HSM_UNDESTROYABLE;
	unit_ok(hsm_wrap_generate(f->token, &spec, &wrap, &err), &err);
	attrs = hsm_wrap_attrs(wrap, &n);
	wraps_held(attrs, n, 20);
	hsm_wrap_free(wrap);
	unit_ok(hsm_object_destroy(f->token, spec.id, &left, &err), &err);
	assert_int_equal(left, 1);
	wrap = wraps_find(f, spec.alg);
	attrs = hsm_wrap_attrs(wrap, &n);
	wraps_held(attrs, n, 20);
	hsm_wrap_free(wrap);
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_ed25519),
		TEST(test_attacks),
		TEST(test_refused),
		TEST(test_forgotten),
		TEST(test_kwp),
		TEST(test_absent),
		TEST(test_planted),
		TEST(test_undestroyable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
