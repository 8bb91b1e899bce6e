#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmgr/base/secret.h"

static void
keeps_bytes(void **state)
{
	char text[SECRET_MAX + 1];
	struct error err = ERR_INIT;
	struct secret *secret;

	(void)state;
	unit_ok(secret_new("12\0" "34x", 5, &secret, &err), &err);
	assert_int_equal(secret_len(secret), 5);
	assert_memory_equal(secret_bytes(secret), "12\0" "34", 6);
	secret_free(secret);
	memset(text, 'x', sizeof(text));
	unit_ok(secret_new(text, SECRET_MAX, &secret, &err), &err);
	assert_int_equal(secret_len(secret), SECRET_MAX);
	assert_int_equal(strlen(secret_bytes(secret)), SECRET_MAX);
	secret_free(secret);
	unit_fails(secret_new(text, SECRET_MAX + 1, &secret, &err), &err,
	    ERR_INPUT, "257 bytes");
	assert_null(secret);
	unit_fails(secret_new(text, 0, &secret, &err), &err, ERR_INPUT,
	    "0 bytes");
	secret_free(NULL);
}

/* What secret_read_fd() makes of a file of these bytes. */
static int
read_bytes(const char *bytes, size_t len, struct secret **out,
    struct error *err)
{
	int ends[2], rc;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, len), (ssize_t)len);
	(void)close(ends[1]);
	rc = secret_read_fd(ends[0], "pin", out, err);
	(void)close(ends[0]);
	return rc;
}

static void
reads_one_line(void **state)
{
	static const char *const good[] = { "1234", "1234\n", "1234\r\n",
		"1234\r" };
	struct error err = ERR_INIT;
	struct secret *secret;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(read_bytes(good[i], strlen(good[i]), &secret, &err),
		    &err);
		assert_string_equal(secret_bytes(secret), "1234");
		assert_int_equal(secret_len(secret), 4);
		secret_free(secret);
	}
	unit_ok(read_bytes(" 1 2 \n", 6, &secret, &err), &err);
	assert_string_equal(secret_bytes(secret), " 1 2 ");
	secret_free(secret);
}

static void
refuses_other_files(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "", "pin holds no secret" },
		{ "\n", "pin holds no secret" },
		{ "\r\n", "pin holds no secret" },
		{ "1234\n5678", "more than one line" },
		{ "1234\n5678\n", "more than one line" },
		{ "1234\n\n", "more than one line" },
		{ "\n1234\n", "more than one line" },
	};
	struct error err = ERR_INIT;
	struct secret *secret;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(read_bytes(bad[i].text, strlen(bad[i].text),
		    &secret, &err), &err, ERR_CONFIG, bad[i].why);
		assert_null(secret);
	}
	unit_fails(secret_read_fd(-1, "pin", &secret, &err), &err, ERR_SYSTEM,
	    "read the secret from pin: Bad file");
}

static void
reads_up_to_the_limit(void **state)
{
	static const char *const ends[] = { "", "\n", "\r\n" };
	static const char *const more[] = { "\nx", "\r\nx", "\n\n", "\r\n\n" };
	char text[SECRET_MAX + 16];
	struct error err = ERR_INIT;
	struct secret *secret;
	size_t i;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (i = 0; i < N_OF(ends); i++) {
		(void)strcpy(text + SECRET_MAX, ends[i]);
		unit_ok(read_bytes(text, strlen(text), &secret, &err), &err);
		assert_int_equal(secret_len(secret), SECRET_MAX);
		assert_int_equal(strlen(secret_bytes(secret)), SECRET_MAX);
		secret_free(secret);
		text[SECRET_MAX] = 'x';
		(void)strcpy(text + SECRET_MAX + 1, ends[i]);
		unit_fails(read_bytes(text, strlen(text), &secret, &err), &err,
		    ERR_CONFIG, "too long a secret");
	}
	for (i = 0; i < N_OF(more); i++) {
		(void)strcpy(text + SECRET_MAX, more[i]);
		unit_fails(read_bytes(text, strlen(text), &secret, &err), &err,
		    ERR_CONFIG, "more than one line");
	}
	memset(text, 'x', sizeof(text));
	unit_fails(read_bytes(text, sizeof(text), &secret, &err), &err,
	    ERR_CONFIG, "too long a secret");
}

/* A person ends a line, not the file. */
static void
a_terminal_gives_one_line(void **state)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct error err = ERR_INIT;
	struct secret *secret;
	int slave;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master) + unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(write(master, "1234\n", 5), 5);
	(void)alarm(10);	/* rather a failure than a wait for ever */
	unit_ok(secret_read_fd(slave, "the terminal", &secret, &err), &err);
	(void)alarm(0);
	assert_string_equal(secret_bytes(secret), "1234");
	secret_free(secret);
	(void)close(slave);
	(void)close(master);
}

static void
wipes(void **state)
{
	char text[] = "1234";

	(void)state;
	secret_wipe(text, 3);
	assert_memory_equal(text, "\0\0\0" "4", 5);
}

/* In a child: a process that cannot be traced cannot be checked for leaks. */
static void
leaves_no_core(void **state)
{
	struct rlimit core;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		secret_disable_dumps();
		_exit(getrlimit(RLIMIT_CORE, &core) == 0 &&
		    core.rlim_cur == 0 && core.rlim_max == 0 &&
		    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A file that others could have read, or written, keeps no secret. */
static void
file_must_be_private(void **state)
{
	char folder[] = "/tmp/test_secret.XXXXXX", path[64];
	struct error err = ERR_INIT;
	struct secret *secret;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	assert_int_equal(secret_read_file(path, "the key", &secret, &err), -1);
	assert_string_equal(err.hint, "write the key into it, one line, mode "
	    "0600");
	unit_fails(-1, &err, ERR_CONFIG, "No such file");
	assert_non_null(file = fopen(path, "w"));
	assert_true(fputs("c2VjcmV0\n", file) >= 0 && fclose(file) == 0);
	assert_int_equal(chmod(path, 0640), 0);
	unit_fails(secret_read_file(path, "the key", &secret, &err), &err,
	    ERR_CONFIG, "can be read or written by others (mode 0640)");
	assert_null(secret);
	assert_int_equal(chmod(path, 0600), 0);
	unit_ok(secret_read_file(path, "the key", &secret, &err), &err);
	assert_string_equal(secret_bytes(secret), "c2VjcmV0");
	secret_free(secret);
	assert_int_equal(unlink(path), 0);
	/* Nobody writes to it: to wait for that would be for ever. */
	assert_int_equal(mkfifo(path, 0600), 0);
	unit_fails(secret_read_file(path, "the key", &secret, &err), &err,
	    ERR_CONFIG, "is not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_bytes),
		cmocka_unit_test(reads_one_line),
		cmocka_unit_test(refuses_other_files),
		cmocka_unit_test(file_must_be_private),
		cmocka_unit_test(reads_up_to_the_limit),
		cmocka_unit_test(a_terminal_gives_one_line),
		cmocka_unit_test(wipes),
		cmocka_unit_test(leaves_no_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
