/* hsm/token.c, module.c, start.c, login.c, pin.c, run.c: on SoftHSM */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hsm/measure.h"
#include "hsm/object.h"
#include "hsm/token.h"
#include "tests/unit/softhsm.h"

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

static void
test_info(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = NULL;
	struct hsm_token_info info;
	struct error err = ERR_INIT;

	unit_ok(hsm_token_open(&soft->config, &token, &err), &err);
	assert_string_equal(hsm_token_name(token), "main");
	unit_ok(hsm_token_info_get(token, &info, &err), &err);
	assert_string_equal(info.label, "kmgr");
	assert_string_equal(info.manufacturer, "SoftHSM project");
	assert_string_equal(info.model, "SoftHSM v2");
	assert_int_equal(strlen(info.serial), 16);
	assert_true(info.is_initialized);
	assert_false(info.has_pin_pad);
	assert_false(info.is_pin_locked);
	assert_int_equal(info.max_sessions, 0);
	assert_true(info.free_memory == UINT64_MAX);
	assert_int_equal(soft->n_logins, 0);
	hsm_token_close(token);
}

static void
test_login_once(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	struct error err = ERR_INIT;

	unit_ok(hsm_token_login(token, &err), &err);
	assert_int_equal(soft->n_logins, 1);
	hsm_token_close(token);
}

/* SoftHSM computes in our process, whatever else the machine does. */
static void
test_computes(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	struct error err = ERR_INIT;
	bool computes = false;

	unit_ok(hsm_token_login(token, &err), &err);
	unit_ok(hsm_token_computes(token, &computes, &err), &err);
	assert_true(computes);
	hsm_token_close(token);
}

/* Opening fails with this class and these words. */
static void
open_fails(struct softhsm *soft, const char *uri, enum err_class class,
    const char *part)
{
	struct hsm_config config = soft->config;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;

	config.uri = uri;
	unit_fails(hsm_token_open(&config, &token, &err), &err, class, part);
	assert_null(token);
}

static void
test_open_failures(void **state)
{
	struct softhsm *soft = *state;
	char uri[512];

	open_fails(soft, "pkcs11:token=kmgr", ERR_CONFIG, "token main: ");
	open_fails(soft, softhsm_uri(soft, uri, sizeof(uri), "other", NULL),
	    ERR_TOKEN, "no token other");
	open_fails(soft, softhsm_uri(soft, uri, sizeof(uri),
	    "kmgr;serial=0000", NULL), ERR_TOKEN, "of serial 0000");
	open_fails(soft, softhsm_uri(soft, uri, sizeof(uri),
	    "kmgr;model=Other", NULL), ERR_TOKEN, "no token kmgr");
	open_fails(soft, "pkcs11:token=kmgr?module-path=/nowhere/m.so",
	    ERR_CONFIG, "/nowhere/m.so: No such file");
	open_fails(soft, "pkcs11:token=kmgr?module-path=/usr/lib",
	    ERR_CONFIG, "is not a file");
	open_fails(soft, "pkcs11:token=kmgr?module-path=/etc/passwd",
	    ERR_TOKEN, "load module: ");
	softhsm_add_token("kmgr");
	open_fails(soft, softhsm_uri(soft, uri, sizeof(uri), "kmgr", NULL),
	    ERR_TOKEN, "2 tokens match");
}

/* A shared library that is no module. */
static void
test_not_a_module(void **state)
{
	struct softhsm *soft = *state;

	open_fails(soft, "pkcs11:token=kmgr?module-path="
	    "/lib/x86_64-linux-gnu/libm.so.6", ERR_TOKEN,
	    access("/lib/x86_64-linux-gnu/libm.so.6", R_OK) == 0 ?
	    "no C_GetFunctionList" : "No such file");
}

/* Whoever may write the module or swap it, gets the PIN. */
static void
test_writable_module(void **state)
{
	struct softhsm *soft = *state;
	const char *path = softhsm_write(soft, "module.so", 0666, "x");
	char uri[512];

	(void)snprintf(uri, sizeof(uri), "pkcs11:token=kmgr?module-path=%s",
	    path);
	open_fails(soft, uri, ERR_CONFIG, "anybody can write");
	(void)softhsm_write(soft, "module.so", 0644, "x");
	assert_int_equal(chmod(soft->dir, 0777), 0);
	open_fails(soft, uri, ERR_CONFIG, "anybody can write");
	assert_int_equal(chmod(soft->dir, 01777), 0);
	open_fails(soft, uri, ERR_TOKEN, "load module");
	assert_int_equal(chmod(soft->dir, 0700), 0);
}

static void
login_fails(struct softhsm *soft, const char *pin_source,
    enum err_class class, unsigned long code, const char *part)
{
	struct hsm_config config = soft->config;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;
	char uri[512];

	config.uri = softhsm_uri(soft, uri, sizeof(uri), "kmgr", pin_source);
	unit_ok(hsm_token_open(&config, &token, &err), &err);
	assert_int_equal(hsm_token_login(token, &err), -1);
	assert_int_equal(err.code, code);
	unit_fails(-1, &err, class, part);
	hsm_token_close(token);
}

static void
test_wrong_pin(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_config config = soft->config;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;
	char uri[512];

	config.uri = softhsm_uri(soft, uri, sizeof(uri), "kmgr",
	    softhsm_write(soft, "wrong", 0600, "99999999"));
	unit_ok(hsm_token_open(&config, &token, &err), &err);
	assert_int_equal(hsm_token_login(token, &err), -1);
	assert_int_equal(err.code, CKR_PIN_INCORRECT);
	assert_non_null(strstr(err.hint, "PIN"));
	unit_fails(-1, &err, ERR_TOKEN,
	    "log in to token main: C_Login: CKR_PIN_INCORRECT (0xa0)");
	/* The token is not asked a second time. */
	unit_fails(hsm_token_login(token, &err), &err, ERR_TOKEN,
	    "CKR_PIN_INCORRECT");
	assert_int_equal(soft->n_logins, 1);
	hsm_token_close(token);
	login_fails(soft, softhsm_write(soft, "short", 0600, "1"), ERR_TOKEN,
	    CKR_PIN_INCORRECT, "C_Login");
}

static void
test_pin_files(void **state)
{
	struct softhsm *soft = *state;

	login_fails(soft, softhsm_write(soft, "p", 0640, SOFTHSM_PIN),
	    ERR_CONFIG, 0, "can be read or written by others");
	login_fails(soft, softhsm_write(soft, "p", 0604, SOFTHSM_PIN),
	    ERR_CONFIG, 0, "can be read or written by others");
	login_fails(soft, softhsm_write(soft, "p", 0600, ""), ERR_CONFIG, 0,
	    "no secret");
	login_fails(soft, softhsm_write(soft, "p", 0600, "1\n2\n"),
	    ERR_CONFIG, 0, "more than one line");
	login_fails(soft, "file:pin", ERR_CONFIG, 0, "not an absolute path");
	login_fails(soft, "file://host/pin", ERR_CONFIG, 0,
	    "not an absolute path");
	login_fails(soft, "file:/nowhere/pin", ERR_CONFIG, 2,
	    "/nowhere/pin");
	login_fails(soft, soft->dir, ERR_CONFIG, 0, "not a regular file");
	assert_int_equal(soft->n_logins, 0);
}

static void
login_works(struct softhsm *soft, const char *pin_source)
{
	struct hsm_config config = soft->config;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;
	char uri[512];

	config.uri = softhsm_uri(soft, uri, sizeof(uri), "kmgr", pin_source);
	unit_ok(hsm_token_open(&config, &token, &err), &err);
	unit_ok(hsm_token_login(token, &err), &err);
	hsm_token_close(token);
}

static void
test_pin_sources(void **state)
{
	struct softhsm *soft = *state;
	char source[256];

	(void)snprintf(source, sizeof(source), "file:%s/pin", soft->dir);
	login_works(soft, source);
	(void)snprintf(source, sizeof(source), "file://%s/pin", soft->dir);
	login_works(soft, source);
	(void)snprintf(source, sizeof(source), "file://localhost%s/pin",
	    soft->dir);
	login_works(soft, source);
	login_works(soft, "%7Cecho%20" SOFTHSM_PIN);
	(void)softhsm_write(soft, "main.pin", 0440, SOFTHSM_PIN "\n");
	(void)setenv("CREDENTIALS_DIRECTORY", soft->dir, 1);
	login_works(soft, NULL);
	(void)softhsm_write(soft, "main.pin", 0444, SOFTHSM_PIN "\n");
	login_fails(soft, NULL, ERR_CONFIG, 0, "main.pin can be read");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
}

/* Whether somebody may be asked for the PIN at login. */
static bool
is_unattended(const struct softhsm *soft, const char *source)
{
	struct hsm_config config = soft->config;
	char uri[512];

	config.uri = softhsm_uri(soft, uri, sizeof(uri), "kmgr", source);
	return hsm_token_is_unattended(&config);
}

static void
test_unattended(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_config config = soft->config;

	assert_true(is_unattended(soft, "file:/etc/pin"));
	assert_false(is_unattended(soft, "%7Cecho%20" SOFTHSM_PIN));
	assert_false(is_unattended(soft, NULL));
	(void)setenv("CREDENTIALS_DIRECTORY", soft->dir, 1);
	assert_false(is_unattended(soft, NULL));
	(void)softhsm_write(soft, "main.pin", 0440, SOFTHSM_PIN "\n");
	assert_true(is_unattended(soft, NULL));
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	config.uri = "no URI";
	assert_false(hsm_token_is_unattended(&config));
}

static void
test_pin_commands(void **state)
{
	struct softhsm *soft = *state;

	login_fails(soft, "%7Cexit%203", ERR_CONFIG, 0, "status 3");
	login_fails(soft, "%7Cecho%20" SOFTHSM_PIN "%3Bfalse", ERR_CONFIG, 0,
	    "status 1");
	login_fails(soft, "%7Ckill%20-9%20$$", ERR_CONFIG, 0, "signal 9");
	login_fails(soft, "%7Ctrue", ERR_CONFIG, 0,
	    "its output holds no secret");
	login_fails(soft, "%7Ccat", ERR_CONFIG, 0, "no secret");
	login_fails(soft, "%7Cseq%2010000%20%3E%26-", ERR_CONFIG, 0, "status");
}

/* Without a source of the PIN and without a terminal: say so, do not wait. */
static void
test_no_pin(void **state)
{
	struct softhsm *soft = *state;
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		(void)setsid();		/* no terminal from here on */
		login_fails(soft, NULL, ERR_CONFIG, 0, "no PIN: ");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A list of objects is only given to who is logged in. */
static void
still_works(struct hsm_token *token)
{
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	size_t n;

	unit_ok(hsm_object_list(token, &objects, &n, &err), &err);
	free(objects);
}

static void
test_lost_sessions(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	struct ck_session_info info;

	assert_int_equal(softhsm_raw()->C_GetSessionInfo(session, &info),
	    CKR_OK);
	assert_int_equal(softhsm_raw()->C_CloseAllSessions(info.slot_id),
	    CKR_OK);
	still_works(token);
	assert_int_equal(soft->n_logins, 2);
	assert_int_equal(soft->n_starts, 1);
	hsm_token_close(token);
}

static void
test_lost_login(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);
	ck_session_handle_t session = softhsm_raw_session("kmgr");

	assert_int_equal(softhsm_raw()->C_Logout(session), CKR_OK);
	still_works(token);
	assert_int_equal(soft->n_logins, 2);
	hsm_token_close(token);
}

static void
test_finalized_behind_us(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = softhsm_open(soft);

	assert_int_equal(softhsm_raw()->C_Finalize(NULL), CKR_OK);
	still_works(token);
	assert_int_equal(soft->n_logins, 2);
	assert_int_equal(soft->n_starts, 2);
	hsm_token_close(token);
}

/* Two tokens of one module do not know each other. */
static void
test_two_tokens(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_config config = soft->config;
	struct hsm_token *first = softhsm_open(soft), *second = NULL;
	struct hsm_token_info *infos = NULL;
	struct error err = ERR_INIT;
	char uri[512], pin[160];
	size_t n = 0;

	softhsm_add_token("seal");
	/* SoftHSM sees a new token when it starts. */
	hsm_token_close(first);
	first = softhsm_open(soft);
	soft->n_logins = 0;
	(void)snprintf(pin, sizeof(pin), "%s/pin", soft->dir);
	config.uri = softhsm_uri(soft, uri, sizeof(uri), "seal", pin);
	unit_ok(hsm_token_open(&config, &second, &err), &err);
	unit_ok(hsm_token_login(second, &err), &err);
	still_works(first);
	still_works(second);
	unit_ok(hsm_module_list(SOFTHSM_MODULE, 0, &infos, &n, &err), &err);
	assert_true(n >= 2);
	free(infos);
	still_works(first);
	assert_int_equal(soft->n_logins, 1);	/* of the second token */
	/* The one that started the module goes first. */
	hsm_token_close(first);
	still_works(second);
	hsm_token_close(second);
}

static void
test_module_list(void **state)
{
	struct hsm_token_info *infos = NULL;
	struct error err = ERR_INIT;
	size_t i, n = 0, n_found = 0;

	(void)state;
	unit_ok(hsm_module_list(SOFTHSM_MODULE, 0, &infos, &n, &err), &err);
	for (i = 0; i < n; i++)
		n_found += strcmp(infos[i].label, "kmgr") == 0;
	assert_int_equal(n_found, 1);
	free(infos);
	unit_fails(hsm_module_list("/nowhere.so", 0, &infos, &n, &err), &err,
	    ERR_CONFIG, "list tokens of /nowhere.so");
}

/* Nobody may begin while another process logs in. */
static void
test_start_lock(void **state)
{
	struct softhsm *soft = *state;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		const int fd = open(soft->lock_path, O_RDWR | O_CREAT, 0600);

		if (flock(fd, LOCK_EX) != 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		(void)usleep(400000);
		_exit(write(ready[1], "x", 1) != 1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	unit_ok(hsm_token_open(&soft->config, &token, &err), &err);
	/* By now the other one has said that it is done. */
	assert_int_equal(poll(&(struct pollfd) { ready[0], POLLIN, 0 }, 1, 0),
	    1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(ready[0]);
	(void)close(ready[1]);
	hsm_token_close(token);
}

#define N_PROCESSES 6
#define N_OPENINGS  8

static void
open_often(struct softhsm *soft)
{
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;
	int i;

	for (i = 0; i < N_OPENINGS; i++) {
		if (hsm_token_open(&soft->config, &token, &err) != 0 ||
		    hsm_token_login(token, &err) != 0) {
			(void)fprintf(stderr, "%s\n", err.msg);
			_exit(1);
		}
		hsm_token_close(token);
	}
	_exit(0);
}

/*
 * SoftHSM 2.6.1 rewrites the token's file at each login; who begins just then
 * sees no token or one without a PIN.
 */
static void
test_start_race(void **state)
{
	struct softhsm *soft = *state;
	pid_t pids[N_PROCESSES];
	int status;
	size_t i;

	for (i = 0; i < N_PROCESSES; i++)
		if ((pids[i] = fork()) == 0)
			open_often(soft);
	for (i = 0; i < N_PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_info, setup, teardown),
		cmocka_unit_test_setup_teardown(test_login_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_computes, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_open_failures, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_not_a_module, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_writable_module, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_wrong_pin, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_pin_files, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_pin_sources, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_unattended, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_pin_commands, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_no_pin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_sessions, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_lost_login, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_finalized_behind_us,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_tokens, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_module_list, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_start_lock, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_start_race, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
