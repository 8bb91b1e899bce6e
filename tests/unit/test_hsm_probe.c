/* hsm/probe*.c, trial.c: on SoftHSM 2.6.1, as attacked by hand */
#include "tests/unit/unit.h"

#include "hsm/object.h"
#include "hsm/probe.h"
#include "tests/unit/softhsm.h"

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
	unit_ok(hsm_probe_run(token, HSM_PROBE_ALL, ALG_NONE, &probe,
	    &err), &err);
	assert_false(probe->uses_token_objects);
	assert_int_equal(probe->n_rows, 42);
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
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_softhsm),
		cmocka_unit_test(test_resident),
		cmocka_unit_test(test_needs_login),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
