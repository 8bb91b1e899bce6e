/* hsm/run.c, hsm/fellows.c: two tokens of one module in one process */
#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#include "hsm/fellows.h"
#include "hsm/key.h"
#include "hsm/object.h"
#include "hsm/run.h"
#include "tests/unit/softhsm.h"

/* The token "other" of the same module, open and logged in. */
static struct hsm_token *
open_other(struct softhsm *soft, struct hsm_config *config, char uri[512])
{
	struct error err = ERR_INIT;
	struct hsm_token *token;
	const char *pin;

	softhsm_add_token("other");
	pin = softhsm_write(soft, "pin", 0600, SOFTHSM_PIN "\n");
	*config = soft->config;
	config->uri = softhsm_uri(soft, uri, 512, "other", pin);
	unit_ok(hsm_token_open(config, &token, &err), &err);
	unit_ok(hsm_token_login(token, &err), &err);
	return token;
}

static struct hsm_key *
generate(struct hsm_token *token, uint8_t first)
{
	struct hsm_key_spec spec = { .alg = ALG_ECDSAP256SHA256 };
	struct error err = ERR_INIT;
	struct hsm_key *key;

	memset(spec.id, first, sizeof(spec.id));
	(void)strcpy(spec.label, "kmgr1:ksk:neighbours");
	unit_ok(hsm_key_generate(token, &spec, &key, &err), &err);
	return key;
}

static size_t
count(struct hsm_token *token, uint8_t first)
{
	struct error err = ERR_INIT;
	struct hsm_object *objects;
	uint8_t id[HSM_ID_LEN];
	size_t n;

	memset(id, first, sizeof(id));
	unit_ok(hsm_object_find(token, id, &objects, &n, &err), &err);
	free(objects);
	return n;
}

/*
 * The restart of one token ends the sessions of both, and the first one opened
 * after it bears the number of one that the other token still counts on.
 */
static void
test_generate_after_restart(void **state)
{
	struct softhsm_fixture *f = *state;
	struct error err = ERR_INIT;
	struct hsm_config config;
	struct hsm_token *other;
	char uri[512];

	other = open_other(f->soft, &config, uri);
	hsm_key_free(generate(other, 1));
	hsm_key_free(generate(f->token, 2));
	unit_ok(run_restart(f->token, &err), &err);
	assert_int_equal(count(f->token, 2), 2);
	hsm_key_free(generate(other, 3));
	assert_int_equal(count(f->token, 3), 0);
	assert_int_equal(count(other, 3), 2);
	assert_int_equal(count(other, 1), 2);
	hsm_token_close(other);
}

/*
 * One restart serves both: the other token joins what the first one started,
 * although its own work failed too, and what goes leaves it to who stays.
 */
static void
test_one_restart_serves_both(void **state)
{
	struct softhsm_fixture *f = *state;
	struct error err = ERR_INIT;
	struct hsm_config config;
	struct hsm_token *other;
	unsigned int n_starts;
	char uri[512];

	other = open_other(f->soft, &config, uri);
	hsm_key_free(generate(other, 1));
	hsm_key_free(generate(f->token, 2));
	n_starts = f->soft->n_starts;
	unit_ok(run_restart(other, &err), &err);
	unit_ok(run_restart(f->token, &err), &err);
	assert_int_equal(f->soft->n_starts, n_starts + 1);
	assert_int_equal(other->epoch, 2);
	assert_int_equal(count(other, 1), 2);
	assert_int_equal(count(f->token, 2), 2);
	/* And so in the other direction, without a word to the second. */
	unit_ok(run_restart(f->token, &err), &err);
	assert_int_equal(count(other, 1), 2);
	assert_int_equal(f->soft->n_starts, n_starts + 2);
	hsm_token_close(f->token);
	f->token = NULL;
	assert_int_equal(count(other, 1), 2);
	assert_int_equal(f->soft->n_starts, n_starts + 2);
	assert_int_equal(other->epoch, 3);
	hsm_token_close(other);
}

/* Nothing is loaded: any files do, by their names and by other ones. */
static void
test_one_file_is_one_module(void **state)
{
	struct module a = { .list = NULL }, same = { .list = NULL },
	    other = { .list = NULL }, apart = { .is_instance = true };
	char link[] = "/tmp/kmgr-fellow-XXXXXX";
	int real;

	(void)state;
	assert_true(mkdtemp(link) != NULL && rmdir(link) == 0);
	assert_int_equal(symlink("/bin/sh", link), 0);
	same.ctx = (struct PKCS11_ctx_st *)(void *)&real;
	same.n_slots = 3;
	fellows_join(&same, link);
	fellows_join(&other, "/etc/passwd");
	fellows_join(&apart, "/bin/sh");
	fellows_take(&a, "/bin/sh");
	assert_true(same.is_stale);
	assert_false(other.is_stale || apart.is_stale);
	assert_ptr_equal(a.ctx, &real);
	assert_int_equal(a.n_slots, 3);
	assert_null(same.ctx);
	assert_int_equal(same.n_slots, 0);
	/* What goes takes nothing along that another one could use. */
	fellows_give(&a);
	assert_ptr_equal(same.ctx, &real);
	assert_null(a.ctx);
	/* Nobody is left. */
	fellows_leave(&same);
	same.is_stale = false;
	fellows_take(&a, "/bin/sh");
	assert_false(same.is_stale);
	fellows_leave(&other);
	fellows_leave(&apart);
	assert_int_equal(unlink(link), 0);
}

static int
setup(void **state)
{

	*state = softhsm_fixture_new();
	return 0;
}

static int
teardown(void **state)
{

	softhsm_fixture_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_generate_after_restart,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_restart_serves_both,
		    setup, teardown),
		cmocka_unit_test(test_one_file_is_one_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
