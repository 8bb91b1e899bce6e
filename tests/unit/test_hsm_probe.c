/* hsm/probe*.c, trial.c: on SoftHSM 2.6.1, as attacked by hand */
#include "tests/unit/unit.h"

#include "hsm/object.h"
#include "hsm/probe.h"
#include "tests/unit/softhsm.h"

#define SELF "/proc/self/exe"

/* What is not "enforced" there, nor "works". */
static const struct {
	const char	*id;
	enum hsm_verdict verdict;
	const char	*part;
} others[] = {
	{ "wrap-aes-kwp", HSM_NOT_TRIED, "CKR_MECHANISM_INVALID" },
	{ "wrap-aes-cbc-pad", HSM_NOT_TRIED, "CKR_MECHANISM_INVALID" },
	{ "wrapped-ed25519", HSM_ABSENT, "CKR_KEY_NOT_WRAPPABLE" },
};

static const char *const works[] = { "ecdsap256sha256", "ecdsap384sha384",
	"rsasha256-2048", "ed25519", "wrapped-ecdsap256sha256",
	"wrapped-ecdsap384sha384", "wrapped-rsasha256-2048" };

static bool
is_other(const struct hsm_probe_row *row)
{
	size_t i;

	for (i = 0; i < N_OF(others); i++)
		if (strcmp(row->id, others[i].id) == 0) {
			assert_int_equal(row->verdict, others[i].verdict);
			assert_non_null(strstr(row->detail, others[i].part));
			return true;
		}
	return false;
}

static void
check_row(const struct hsm_probe_row *row)
{
	enum hsm_verdict wanted = HSM_ENFORCED;
	size_t i;

	for (i = 0; i < N_OF(works); i++)
		if (strcmp(row->id, works[i]) == 0)
			wanted = HSM_WORKS;
	assert_true(strlen(row->what) > 5);
	if (is_other(row))
		return;
	if (row->verdict != wanted)
		fail_msg("%s: %s (%s)", row->id,
		    hsm_verdict_name(row->verdict), row->detail);
	if (wanted == HSM_ENFORCED)
		assert_true(row->detail[0] != '\0');
}

static void
test_softhsm(void **state)
{
	struct softhsm *soft = softhsm_new();
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_probe *probe = NULL;
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	size_t i, n = 99;

	(void)state;
	soft->config.onlooker = SELF;
	unit_ok(hsm_probe_run(token, HSM_PROBE_ALL, ALG_NONE, &probe,
	    &err), &err);
	assert_false(probe->uses_token_objects);
	assert_int_equal(probe->n_rows, 43);
	for (i = 0; i < probe->n_rows; i++)
		check_row(&probe->rows[i]);
	assert_null(hsm_probe_leak(probe));
	hsm_probe_free(probe);
	/* Nothing is left, and the token is as usable as before. */
	unit_ok(hsm_object_list(token, &objects, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_int_equal(soft->n_logins, 1);
	free(objects);
	hsm_token_close(token);
	softhsm_free(soft);
}

/* Whether the probe says something of the uses of RSA keys. */
static bool
says_of_rsa(const struct hsm_probe *probe)
{
	size_t i, n = 0;

	for (i = 0; i < probe->n_rows; i++)
		n += strcmp(probe->rows[i].id, "usage-decrypt") == 0 ||
		    strcmp(probe->rows[i].id, "usage-unwrap") == 0;
	assert_true(n == 0 || n == 2);
	return n == 2;
}

/* What a CMK in custody token needs: nothing of wrapping, no RSA. */
static void
test_resident(void **state)
{
	struct softhsm *soft = softhsm_new();
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_probe *probe = NULL;
	struct error err = ERR_INIT;
	size_t i, n_works = 0, n_required = 0;

	(void)state;
	unit_ok(hsm_probe_run(token, HSM_PROBE_RESIDENT, ALG_ED25519, &probe,
	    &err), &err);
	for (i = 0; i < probe->n_rows; i++) {
		check_row(&probe->rows[i]);
		assert_int_not_equal(probe->rows[i].weight, HSM_WRAPPED_ONLY);
		n_works += probe->rows[i].verdict == HSM_WORKS;
		n_required += probe->rows[i].weight == HSM_REQUIRED;
	}
	assert_int_equal(n_works, 2);
	assert_int_equal(n_required, 9);
	assert_false(says_of_rsa(probe));
	hsm_probe_free(probe);
	unit_ok(hsm_probe_run(token, HSM_PROBE_RESIDENT, ALG_RSASHA256,
	    &probe, &err), &err);
	for (i = 0; i < probe->n_rows; i++)
		check_row(&probe->rows[i]);
	assert_true(says_of_rsa(probe));
	hsm_probe_free(probe);
	hsm_token_close(token);
	softhsm_free(soft);
}

static void
test_needs_login(void **state)
{
	struct softhsm *soft = softhsm_new();
	struct hsm_token *token = NULL;
	struct hsm_probe *probe = NULL;
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(hsm_token_open(&soft->config, &token, &err), &err);
	unit_fails(hsm_probe_run(token, HSM_PROBE_ALL, ALG_NONE, &probe,
	    &err), &err, ERR_TOKEN, "CKR_USER_NOT_LOGGED_IN");
	assert_null(probe);
	hsm_token_close(token);
	softhsm_free(soft);
}

/* Remains of a probe that was cut short go away with the next. */
static void
test_sweep(void **state)
{
	struct softhsm *soft = softhsm_new();
	struct hsm_token *token = softhsm_open(soft);
	struct hsm_key_spec spec = { .alg = ALG_ECDSAP256SHA256,
		.label = "kmgr1:probe:" };
	struct hsm_key *key = NULL;
	struct hsm_probe *probe = NULL;
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	size_t n;

	(void)state;
	unit_ok(hsm_key_generate(token, &spec, &key, &err), &err);
	hsm_key_free(key);
	spec.id[0] = 1;
	(void)strcpy(spec.label, "kmgr1:probes:");
	unit_ok(hsm_key_generate(token, &spec, &key, &err), &err);
	hsm_key_free(key);
	unit_ok(hsm_probe_run(token, HSM_PROBE_ALL, ALG_NONE, &probe,
	    &err), &err);
	hsm_probe_free(probe);
	unit_ok(hsm_object_list(token, &objects, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_string_equal(objects[0].label, "kmgr1:probes:");
	free(objects);
	hsm_token_close(token);
	softhsm_free(soft);
}

static struct ck_function_list *real;

/* The probe is done without RSA keys, which take the time. */
static ck_rv_t
generate_no_rsa(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *pub, unsigned long n_pub, struct ck_attribute *priv,
    unsigned long n_priv, ck_object_handle_t *pub_key,
    ck_object_handle_t *priv_key)
{

	return mech->mechanism == CKM_RSA_PKCS_KEY_PAIR_GEN ?
	    CKR_MECHANISM_INVALID : real->C_GenerateKeyPair(session, mech,
	    pub, n_pub, priv, n_priv, pub_key, priv_key);
}

/* What is made in a session all processes are shown. */
static ck_rv_t
generate_shared(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *pub, unsigned long n_pub, struct ck_attribute *priv,
    unsigned long n_priv, ck_object_handle_t *pub_key,
    ck_object_handle_t *priv_key)
{
	unsigned long i;

	for (i = 0; i < n_pub; i++)
		if (pub[i].type == CKA_TOKEN)
			*(unsigned char *)pub[i].value = 1;
	for (i = 0; i < n_priv; i++)
		if (priv[i].type == CKA_TOKEN)
			*(unsigned char *)priv[i].value = 1;
	return generate_no_rsa(session, mech, pub, n_pub, priv, n_priv,
	    pub_key, priv_key);
}

static void
birth_is(struct hsm_token *token, enum hsm_verdict verdict, const char *part)
{
	struct hsm_probe *probe = NULL;
	struct error err = ERR_INIT;
	size_t i, n = 0;

	unit_ok(hsm_probe_run(token, HSM_PROBE_ALL, ALG_NONE, &probe, &err),
	    &err);
	for (i = 0; i < probe->n_rows; i++) {
		const struct hsm_probe_row *row = &probe->rows[i];

		if (strcmp(row->id, "birth-window") != 0)
			continue;
		n++;
		assert_int_equal(row->weight, HSM_WRAPPED_ONLY);
		if (row->verdict != verdict ||
		    strstr(row->detail, part) == NULL)
			fail_msg("%s (%s)", hsm_verdict_name(row->verdict),
			    row->detail);
	}
	assert_int_equal(n, 1);
	hsm_probe_free(probe);
}

/* Attack A8: what another process can do while a pair can leave. */
static void
test_birth(void **state)
{
	struct softhsm_fixture *f = softhsm_fixture_new();
	struct hsm_object *objects = NULL;
	struct ck_function_list bent;
	struct error err = ERR_INIT;
	size_t n = 99;

	(void)state;
	real = softhsm_bend(f, &bent);
	bent.C_GenerateKeyPair = generate_no_rsa;
	/* Who has not looked has seen nothing, which proves nothing. */
	birth_is(f->token, HSM_NOT_TRIED, "no other process looks on");
	f->soft->config.onlooker = "/bin/false";
	birth_is(f->token, HSM_NOT_TRIED, "/bin/false");
	f->soft->config.onlooker = "/bin/echo";
	birth_is(f->token, HSM_NOT_TRIED, "prints more than 3 bytes");
	f->soft->config.onlooker = softhsm_write(f->soft, "blind", 0700,
	    "#!/bin/sh\necho 00\n");
	birth_is(f->token, HSM_NOT_TRIED, "does not even find a token key");
	f->soft->config.onlooker = SELF;
	birth_is(f->token, HSM_ENFORCED, "and not this one");
	unit_ok(hsm_object_list(f->token, &objects, &n, &err), &err);
	assert_int_equal(n, 0);
	bent.C_GenerateKeyPair = generate_shared;
	birth_is(f->token, HSM_IGNORED, "signs by it and wraps it");
	free(objects);
	softhsm_fixture_free(f);
}

static void
test_leak(void **state)
{
	struct hsm_probe_row rows[] = {
		{ .weight = HSM_ADVISORY, .verdict = HSM_IGNORED },
		{ .weight = HSM_WRAPPED_ONLY, .verdict = HSM_IGNORED },
		{ .weight = HSM_REQUIRED, .verdict = HSM_NOT_TRIED },
		{ .weight = HSM_REQUIRED, .verdict = HSM_ENFORCED },
	};
	struct hsm_probe probe = { rows, N_OF(rows), false };

	(void)state;
	assert_null(hsm_probe_leak(&probe));
	rows[3].verdict = HSM_IGNORED;
	assert_ptr_equal(hsm_probe_leak(&probe), &rows[3]);
	assert_string_equal(hsm_verdict_name(HSM_NOT_TRIED), "not-tried");
	assert_string_equal(hsm_weight_name(HSM_WRAPPED_ONLY),
	    "wrapped-only");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_softhsm),
		cmocka_unit_test(test_resident),
		cmocka_unit_test(test_needs_login),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_birth),
		cmocka_unit_test(test_leak),
	};

	/* This program is what looks on, too. */
	if (hsm_onlooker_is_asked(argc, argv))
		return hsm_onlooker_main(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
