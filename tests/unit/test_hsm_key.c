/* hsm/keygen.c, key.c, pair.c, sign.c, attr.c, object.c: on SoftHSM */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "hsm/key.h"
#include "hsm/object.h"
#include "tests/unit/softhsm.h"

static const uint8_t tbs[] = "what a KSK signs";

static int
setup(void **state)
{

	*state = softhsm_new();
	return 0;
}

static int
teardown(void **state)
{

	softhsm_free(*state);
	return 0;
}

static struct hsm_key_spec
spec_of(enum alg alg, unsigned int bits, uint8_t id)
{
	struct hsm_key_spec spec = { .alg = alg, .bits = bits };

	memset(spec.id, id, sizeof(spec.id));
	(void)snprintf(spec.label, sizeof(spec.label), "kmgr1:ksk:%d:%u",
	    (int)alg, bits);
	return spec;
}

static struct hsm_key *
generate(struct hsm_token *token, const struct hsm_key_spec *spec)
{
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_key_generate(token, spec, &key, &err), &err);
	assert_non_null(key);
	return key;
}

static struct hsm_key *
find(struct hsm_token *token, const struct hsm_key_spec *spec)
{
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_key_find(token, spec->id, &key, &err), &err);
	return key;
}

static void
signs(struct hsm_key *key, const struct crypto_key *pub, size_t len)
{
	struct error err = ERR_INIT;
	uint8_t sig[HSM_SIG_MAX];
	size_t siglen = 0;

	unit_ok(hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, &err), &err);
	assert_int_equal(siglen, len);
	unit_ok(crypto_key_verify(pub, tbs, sizeof(tbs), sig, siglen, &err),
	    &err);
}

static void
all_held(const struct hsm_key *key, size_t wanted)
{
	const struct hsm_attr *attrs;
	size_t i, n;

	attrs = hsm_key_attrs(key, &n);
	for (i = 0; i < n; i++)
		if (attrs[i].verdict != HSM_ATTR_HELD ||
		    strcmp(attrs[i].asked, attrs[i].got) != 0)
			fail_msg("%s %s asked %s got %s", attrs[i].half,
			    attrs[i].name, attrs[i].asked, attrs[i].got);
	assert_int_equal(n, wanted);
}

/* Made, found by another opening of the token, and both sign for one key. */
static void
round_trip(struct softhsm *soft, const struct hsm_key_spec *spec, size_t len)
{
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_key *made = generate(token, spec), *found;
	struct buf spki = BUF_INIT;
	struct crypto_key *pub = NULL;
	struct error err = ERR_INIT;

	assert_int_equal(hsm_key_alg(made), spec->alg);
	assert_string_equal(hsm_key_label(made), spec->label);
	all_held(made, 25);
	signs(made, hsm_key_public(made), len);
	crypto_key_spki(hsm_key_public(made), &spki);
	unit_ok(crypto_key_from_spki(spki.data, spki.len, &pub, &err), &err);
	if (spec->alg == ALG_RSASHA256)
		assert_int_equal(crypto_key_bits(pub), spec->bits);
	hsm_key_free(made);
	hsm_token_close(token);

	token = softhsm_open(soft);
	found = find(token, spec);
	assert_non_null(found);
	assert_int_equal(hsm_key_alg(found), spec->alg);
	assert_string_equal(hsm_key_label(found), spec->label);
	all_held(found, 25);
	signs(found, pub, len);
	hsm_key_free(found);
	hsm_token_close(token);
	crypto_key_free(pub);
	buf_free(&spki);
}

static void
test_algorithms(void **state)
{
	static const struct {
		enum alg	alg;
		unsigned int	bits;
		size_t		siglen;
	} rows[] = {
		{ ALG_ECDSAP256SHA256, 0, 64 },
		{ ALG_ECDSAP384SHA384, 0, 96 },
		{ ALG_ED25519, 0, 64 },
		{ ALG_RSASHA256, 2048, 256 },
		{ ALG_RSASHA256, 3072, 384 },
		{ ALG_RSASHA256, 4096, 512 },
	};
	struct hsm_key_spec spec;
	size_t i;

	for (i = 0; i < N_OF(rows); i++) {
		spec = spec_of(rows[i].alg, rows[i].bits, (uint8_t)i);
		round_trip(*state, &spec, rows[i].siglen);
	}
}

static void
test_bad_specs(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_RSASHA256, 1024, 1);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_fails(hsm_key_generate(token, &spec, &key, &err), &err, ERR_TOKEN,
	    "1024 bits");
	spec.bits = 8192;
	unit_fails(hsm_key_generate(token, &spec, &key, &err), &err, ERR_TOKEN,
	    "8192 bits");
	spec.alg = (enum alg)16;
	unit_fails(hsm_key_generate(token, &spec, &key, &err), &err, ERR_TOKEN,
	    "algorithm 16");
	assert_null(key);
	hsm_token_close(token);
}

/* Attribute ${name} of ${half} in the report. */
static const struct hsm_attr *
attr(const struct hsm_key *key, const char *half, const char *name)
{
	const struct hsm_attr *attrs;
	size_t i, n;

	attrs = hsm_key_attrs(key, &n);
	for (i = 0; i < n; i++)
		if (strcmp(attrs[i].half, half) == 0 &&
		    strcmp(attrs[i].name, name) == 0)
			return &attrs[i];
	return NULL;
}

static void
test_report(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ED25519, 0, 3);
	struct hsm_key *key = generate(token, &spec);
	const struct hsm_attr *a;

	a = attr(key, "private", "CKA_EXTRACTABLE");
	assert_string_equal(a->asked, "false");
	assert_string_equal(a->got, "false");
	a = attr(key, "public", "CKA_ALLOWED_MECHANISMS");
	assert_string_equal(a->asked, "CKM_EDDSA");
	assert_string_equal(a->got, "CKM_EDDSA");
	assert_non_null(attr(key, "private", "CKA_NEVER_EXTRACTABLE"));
	assert_non_null(attr(key, "private", "CKA_ALWAYS_SENSITIVE"));
	assert_non_null(attr(key, "private", "CKA_LOCAL"));
	assert_null(attr(key, "private", "CKA_DESTROYABLE"));
	assert_string_equal(hsm_attr_verdict_name(HSM_ATTR_LEFT_OUT),
	    "left-out");
	hsm_key_free(key);
	hsm_token_close(token);
}

static void
test_absent(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ED25519, 0, 9);
	size_t left = 99;
	struct error err = ERR_INIT;

	assert_null(find(token, &spec));
	unit_ok(hsm_object_destroy(token, spec.id, &left, &err), &err);
	assert_int_equal(left, 0);
	hsm_token_close(token);
}

/* Without a login the private half is hidden, which is not "absent". */
static void
test_find_needs_login(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = NULL;
	struct hsm_key_spec spec = spec_of(ALG_ED25519, 0, 9);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_token_open(&soft->config, &token, &err), &err);
	unit_fails(hsm_key_find(token, spec.id, &key, &err), &err, ERR_TOKEN,
	    "CKR_USER_NOT_LOGGED_IN");
	assert_int_equal(soft->n_logins, 0);
	hsm_token_close(token);
}

static void
test_duplicates(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 4);
	struct hsm_key *first = generate(token, &spec), *key = NULL;
	struct hsm_key *second = generate(token, &spec);
	struct error err = ERR_INIT;

	unit_fails(hsm_key_find(token, spec.id, &key, &err), &err,
	    ERR_INTEGRITY, "find key 04040404040404040404040404040404 in "
	    "token main: the token holds 2 private and 2 public keys");
	assert_null(key);
	hsm_key_free(first);
	hsm_key_free(second);
	hsm_token_close(token);
}

/* The object of a key pair, for a test that spoils it. */
static ck_object_handle_t
raw_find(ck_session_handle_t session, unsigned long class,
    const struct hsm_key_spec *spec)
{
	struct hsm_key_spec copy = *spec;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, copy.id, sizeof(copy.id) },
	};
	ck_object_handle_t object = 0;
	unsigned long n = 0;
	struct ck_function_list *raw = softhsm_raw();

	assert_int_equal(raw->C_FindObjectsInit(session, attrs, 2), CKR_OK);
	assert_int_equal(raw->C_FindObjects(session, &object, 1, &n), CKR_OK);
	assert_int_equal(raw->C_FindObjectsFinal(session), CKR_OK);
	assert_int_equal(n, 1);
	return object;
}

static void
raw_destroy(unsigned long class, const struct hsm_key_spec *spec)
{
	ck_session_handle_t session = softhsm_raw_session("kmgr");

	assert_int_equal(softhsm_raw()->C_DestroyObject(session,
	    raw_find(session, class, spec)), CKR_OK);
	assert_int_equal(softhsm_raw()->C_CloseSession(session), CKR_OK);
}

static void
test_half_a_pair(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 5);
	struct hsm_key *made = generate(token, &spec), *key = NULL;
	struct error err = ERR_INIT;
	size_t left = 99;

	raw_destroy(CKO_PUBLIC_KEY, &spec);
	unit_fails(hsm_key_find(token, spec.id, &key, &err), &err,
	    ERR_INTEGRITY, "1 private and 0 public");
	unit_ok(hsm_object_destroy(token, spec.id, &left, &err), &err);
	hsm_key_free(made);
	made = generate(token, &spec);
	raw_destroy(CKO_PRIVATE_KEY, &spec);
	unit_fails(hsm_key_find(token, spec.id, &key, &err), &err,
	    ERR_INTEGRITY, "0 private and 1 public");
	hsm_key_free(made);
	hsm_token_close(token);
}

static void
test_destroy(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 6);
	struct hsm_key_spec other = spec_of(ALG_ECDSAP256SHA256, 0, 7);
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	size_t n = 0, left = 99;

	hsm_key_free(generate(token, &spec));
	hsm_key_free(generate(token, &other));
	unit_ok(hsm_object_destroy(token, spec.id, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_null(find(token, &spec));
	unit_ok(hsm_object_find(token, spec.id, &objects, &n, &err), &err);
	assert_int_equal(n, 0);
	free(objects);
	unit_ok(hsm_object_find(token, other.id, &objects, &n, &err), &err);
	assert_int_equal(n, 2);
	free(objects);
	hsm_token_close(token);
}

static void
test_undestroyable(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 8);
	struct hsm_key *key;
	struct error err = ERR_INIT;
	size_t left = 0;

	spec.destroy = HSM_UNDESTROYABLE;
	key = generate(token, &spec);
	all_held(key, 27);
	hsm_key_free(key);
	unit_ok(hsm_object_destroy(token, spec.id, &left, &err), &err);
	assert_int_equal(left, 2);
	/* Whoever finds it sees that, too. */
	key = find(token, &spec);
	all_held(key, 27);
	assert_non_null(attr(key, "public", "CKA_DESTROYABLE"));
	signs(key, hsm_key_public(key), 64);
	hsm_key_free(key);
	hsm_token_close(token);
}

static void
test_list(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ED25519, 0, 1);
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	size_t i, n = 99, n_private = 0, n_public = 0;

	unit_ok(hsm_object_list(token, &objects, &n, &err), &err);
	assert_int_equal(n, 0);
	free(objects);
	/* more than one C_FindObjects gives */
	for (spec.id[0] = 0; spec.id[0] < 33; spec.id[0]++)
		hsm_key_free(generate(token, &spec));
	unit_ok(hsm_object_list(token, &objects, &n, &err), &err);
	assert_int_equal(n, 66);
	for (i = 0; i < n; i++) {
		assert_int_equal(objects[i].id_len, HSM_ID_LEN);
		assert_int_equal(objects[i].id[15], 1);
		assert_string_equal(objects[i].label, spec.label);
		n_private += objects[i].class == HSM_CLASS_PRIVATE;
		n_public += objects[i].class == HSM_CLASS_PUBLIC;
	}
	assert_int_equal(n_private, 33);
	assert_int_equal(n_public, 33);
	assert_string_equal(hsm_class_name(HSM_CLASS_DATA), "data");
	free(objects);
	hsm_token_close(token);
}

/* Everything that can be taken from us while a key is in use. */
static void
test_recovery(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 1);
	struct hsm_key_spec next = spec_of(ALG_ECDSAP256SHA256, 0, 2);
	struct hsm_key *key = generate(token, &spec);
	const struct crypto_key *pub = hsm_key_public(key);
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	struct ck_session_info info;

	assert_int_equal(softhsm_raw()->C_Logout(session), CKR_OK);
	signs(key, pub, 64);
	assert_int_equal(soft->n_logins, 2);
	assert_int_equal(softhsm_raw()->C_GetSessionInfo(session, &info),
	    CKR_OK);
	assert_int_equal(softhsm_raw()->C_CloseAllSessions(info.slot_id),
	    CKR_OK);
	signs(key, pub, 64);
	assert_int_equal(soft->n_logins, 3);
	assert_int_equal(soft->n_starts, 1);
	assert_int_equal(softhsm_raw()->C_Finalize(NULL), CKR_OK);
	signs(key, pub, 64);
	assert_int_equal(soft->n_logins, 4);
	assert_int_equal(soft->n_starts, 2);
	/* A search must not take a lost login for an empty token. */
	session = softhsm_raw_session("kmgr");
	assert_int_equal(softhsm_raw()->C_Logout(session), CKR_OK);
	hsm_key_free(key);
	key = find(token, &spec);
	assert_non_null(key);
	/* Nor is a generation spoiled by it. */
	assert_int_equal(softhsm_raw()->C_Logout(session), CKR_OK);
	hsm_key_free(generate(token, &next));
	assert_int_equal(softhsm_raw()->C_Finalize(NULL), CKR_OK);
	next.id[0]++;
	hsm_key_free(generate(token, &next));
	hsm_key_free(key);
	hsm_token_close(token);
}

static void
test_key_gone(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 1);
	struct hsm_key *key = generate(token, &spec);
	struct error err = ERR_INIT;
	uint8_t sig[HSM_SIG_MAX];
	size_t siglen = 99;

	raw_destroy(CKO_PRIVATE_KEY, &spec);
	raw_destroy(CKO_PUBLIC_KEY, &spec);
	unit_fails(hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, &err),
	    &err, ERR_TOKEN, "the key is no longer in the token");
	assert_int_equal(siglen, 0);
	assert_int_equal(soft->n_generated, 1);
	hsm_key_free(key);
	hsm_token_close(token);
}

/* Another key under the old one's CKA_ID is not taken for it. */
static void
test_key_replaced(void **state)
{
	struct hsm_token *token = softhsm_open(*state);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 1);
	struct hsm_key *key = generate(token, &spec);
	struct error err = ERR_INIT;
	uint8_t sig[HSM_SIG_MAX];
	size_t siglen, left;

	unit_ok(hsm_object_destroy(token, spec.id, &left, &err), &err);
	hsm_key_free(generate(token, &spec));
	unit_fails(hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, &err),
	    &err, ERR_INTEGRITY, "another key has taken the place");
	/* Once more: the handle of the other key is not kept. */
	unit_fails(hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, &err),
	    &err, ERR_INTEGRITY, "another key has taken the place");
	hsm_key_free(key);
	hsm_token_close(token);
}

/* Finding many is one walk over the token, and what it noted is no truth. */
static void
test_find_many(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 0);
	struct hsm_key *key, *made[12];
	struct error err = ERR_INIT;
	size_t left;
	uint8_t i;

	for (i = 0; i < N_OF(made); i++) {
		spec.id[3] = i;
		made[i] = generate(token, &spec);
	}
	soft->n_searches = 0;
	for (i = 0; i < N_OF(made); i++) {
		spec.id[3] = i;
		key = find(token, &spec);
		assert_non_null(key);
		signs(key, hsm_key_public(made[i]), 64);
		hsm_key_free(key);
		hsm_key_free(made[i]);
	}
	assert_int_equal(soft->n_searches, 5);
	/* gone, replaced, half a pair, and new since then */
	spec.id[3] = 1;
	unit_ok(hsm_object_destroy(token, spec.id, &left, &err), &err);
	assert_null(find(token, &spec));
	made[0] = generate(token, &spec);
	key = find(token, &spec);
	signs(key, hsm_key_public(made[0]), 64);
	hsm_key_free(key);
	hsm_key_free(made[0]);
	spec.id[3] = 2;
	raw_destroy(CKO_PUBLIC_KEY, &spec);
	unit_fails(hsm_key_find(token, spec.id, &key, &err), &err,
	    ERR_INTEGRITY, "1 private and 0 public");
	spec.id[3] = 99;
	made[0] = generate(token, &spec);
	key = find(token, &spec);
	signs(key, hsm_key_public(made[0]), 64);
	hsm_key_free(key);
	hsm_key_free(made[0]);
	hsm_token_close(token);
}

#define N_THREADS 4

static void *
sign_many(void *arg)
{
	struct hsm_key *key = arg;
	struct error err = ERR_INIT;
	uint8_t sig[HSM_SIG_MAX];
	size_t siglen;
	int i;

	for (i = 0; i < 100; i++)
		if (hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen,
		    &err) != 0 || crypto_key_verify(hsm_key_public(key), tbs,
		    sizeof(tbs), sig, siglen, &err) != 0)
			return key;
	return NULL;
}

/* One key in several threads, one login for all. */
static void
test_threads(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 0, 1);
	struct hsm_key *key = generate(token, &spec);
	pthread_t threads[N_THREADS];
	void *failed;
	size_t i;

	assert_int_equal(softhsm_raw()->C_Logout(softhsm_raw_session("kmgr")),
	    CKR_OK);
	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_many,
		    key), 0);
	for (i = 0; i < N_THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(soft->n_logins, 2);
	hsm_key_free(key);
	hsm_token_close(token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_algorithms, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_bad_specs, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_report, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_find_needs_login, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_duplicates, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_half_a_pair, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_destroy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undestroyable, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_find_many, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_recovery, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_key_gone, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_key_replaced, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
