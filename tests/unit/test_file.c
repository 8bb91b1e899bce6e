#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"

/* Each test runs in a new folder, which is then the working directory. */
static int
enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = mem_printf("%s/kmgr-file-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);

	*state = folder;
	(void)umask(022);
	return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{

	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
leave(void **state)
{
	int rc;

	if (chdir("/") != 0)
		return -1;
	rc = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return rc;
}

static void
put(const char *path, const char *text, mode_t mode)
{
	struct error err = ERR_INIT;

	unit_ok(file_write(path, mode, text, strlen(text), &err), &err);
}

static void
check_content(const char *path, const char *expected)
{
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;

	unit_ok(file_read(path, 1000000, &out, &err), &err);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* How many entries match; no temporary file may be left. */
static size_t
count(const char *pattern)
{
	glob_t found;
	size_t n;

	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

static void
reads_whole_files(void **state)
{
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	put("f", "12345", 0644);
	buf_add(&out, "x", 1);
	unit_ok(file_read("f", 5, &out, &err), &err);
	assert_string_equal(buf_text(&out), "x12345");
	unit_fails(file_read("f", 4, &out, &err), &err, ERR_INPUT,
	    "f is longer than 4 bytes");
	buf_free(&out);
	put("f", "", 0644);
	unit_ok(file_read("f", 0, &out, &err), &err);
	assert_int_equal(out.len, 0);
	unit_fails(file_read("absent", 5, &out, &err), &err, ERR_SYSTEM,
	    "open absent: No such file");
	unit_fails(file_read(".", 5, &out, &err), &err, ERR_SYSTEM,
	    "read .: Is a directory");
	buf_free(&out);
}

static void
reads_standard_input(void **state)
{
	const int was = dup(STDIN_FILENO);
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	(void)close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	(void)close(ends[0]);
	check_content("-", "piped");
	(void)dup2(was, STDIN_FILENO);
	(void)close(was);
}

static void
writes_and_replaces(void **state)
{
	struct buf big = BUF_INIT;
	struct error err = ERR_INIT;

	(void)state;
	put("f", "old", 0644);
	check_content("f", "old");
	assert_int_equal(mode_of("f"), 0644);
	put("f", "", 0600);
	check_content("f", "");
	assert_int_equal(mode_of("f"), 0600);
	while (big.len < 300000)
		buf_printf(&big, "0123456789abcdef");
	unit_ok(file_write("f", 0640, big.data, big.len, &err), &err);
	check_content("f", buf_text(&big));
	assert_int_equal(mode_of("f"), 0640);
	buf_free(&big);
	/* The mode is what was asked for, whatever the umask. */
	(void)umask(077);
	put("g", "x", 0644);
	assert_int_equal(mode_of("g"), 0644);
	(void)umask(0);
	put("h", "x", 0600);
	assert_int_equal(mode_of("h"), 0600);
	assert_int_equal(count("*"), 3);
}

static void
replaces_a_link_not_its_target(void **state)
{
	struct stat st;

	(void)state;
	put("target", "old", 0644);
	assert_int_equal(symlink("target", "link"), 0);
	put("link", "new", 0600);
	check_content("target", "old");
	check_content("link", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void
failure_leaves_the_old_file(void **state)
{
	struct rlimit was, small = { 100, 100 };
	struct error err = ERR_INIT;
	char text[200];
	int rc;

	(void)state;
	memset(text, 'x', sizeof(text));
	put("f", "old", 0644);
	/* A disk that is full after 100 bytes. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = file_write("f", 0600, text, sizeof(text), &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(err.code, EFBIG);
	unit_fails(rc, &err, ERR_SYSTEM, "write f.");
	check_content("f", "old");
	assert_int_equal(mode_of("f"), 0644);

	assert_int_equal(mkdir("d", 0700), 0);
	put("d/inside", "x", 0600);
	unit_fails(file_write("d", 0600, "x", 1, &err), &err, ERR_SYSTEM,
	    "d is not a regular file");
	check_content("d/inside", "x");
	unit_fails(file_write("absent/f", 0600, "x", 1, &err), &err,
	    ERR_SYSTEM, "write absent/f:");
	assert_int_equal(count("*"), 2);
}

static void
private_means_private(void **state)
{
	static const mode_t good[] = { 0600, 0400, 0700 };
	static const mode_t bad[] = { 0644, 0640, 0604, 0620, 0602, 0610,
		0601, 0666 };
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	put("f", "x", 0600);
	for (i = 0; i < N_OF(good); i++) {
		assert_int_equal(chmod("f", good[i]), 0);
		unit_ok(file_check_private("f", &err), &err);
	}
	for (i = 0; i < N_OF(bad); i++) {
		assert_int_equal(chmod("f", bad[i]), 0);
		assert_int_equal(file_check_private("f", &err), -1);
		assert_string_equal(err.hint, "chmod 600 f");
		unit_fails(-1, &err, ERR_CONFIG, "by others (mode 06");
	}
	unit_fails(file_check_private("absent", &err), &err, ERR_SYSTEM,
	    "absent: No such file");
	assert_int_equal(mkdir("d", 0700), 0);
	unit_fails(file_check_private("d", &err), &err, ERR_CONFIG,
	    "not a regular file");
	assert_int_equal(mkfifo("p", 0600), 0);
	unit_fails(file_check_private("p", &err), &err, ERR_CONFIG,
	    "not a regular file");
	if (geteuid() != 0)
		return;		/* only root can give a file away */
	assert_int_equal(chmod("f", 0600), 0);
	assert_int_equal(chown("f", 12345, 0), 0);
	unit_fails(file_check_private("f", &err), &err, ERR_CONFIG,
	    "belongs to another user (uid 12345)");
}

static void
makes_folders(void **state)
{
	struct error err = ERR_INIT;
	char *path;

	unit_ok(file_make_folders("f", &err), &err);
	assert_int_equal(count("*"), 0);
	unit_ok(file_make_folders("a/b//c/f", &err), &err);
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b/c"), 0700);
	assert_int_equal(count("a/b/c/*"), 0);
	/* What is there stays as it is. */
	assert_int_equal(chmod("a", 0755), 0);
	unit_ok(file_make_folders("a/d/f", &err), &err);
	assert_int_equal(mode_of("a"), 0755);
	assert_int_equal(mode_of("a/d"), 0700);
	path = mem_printf("%s/x/y/f", (const char *)*state);
	unit_ok(file_make_folders(path, &err), &err);
	assert_int_equal(mode_of("x/y"), 0700);
	free(path);
	unit_ok(file_make_folders("/f", &err), &err);
	unit_ok(file_make_folders("//tmp/f", &err), &err);
	unit_ok(file_make_folders("", &err), &err);
	unit_ok(file_make_folders("/", &err), &err);
	/* A link to a folder is one. */
	assert_int_equal(symlink("a", "l"), 0);
	unit_ok(file_make_folders("l/e/f", &err), &err);
	assert_int_equal(mode_of("a/e"), 0700);
}

static void
a_file_is_no_folder(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	put("f", "x", 0600);
	unit_fails(file_make_folders("f/x", &err), &err, ERR_SYSTEM,
	    "make folder f: Not a directory");
	unit_fails(file_make_folders("f/x/y", &err), &err, ERR_SYSTEM,
	    "make folder f: Not a directory");
	check_content("f", "x");
	assert_int_equal(symlink("nowhere", "l"), 0);
	unit_fails(file_make_folders("l/x", &err), &err, ERR_SYSTEM,
	    "make folder l: ");
}

static int
append(const char *path, const char *text, struct error *err)
{

	return file_append(path, 0640, text, strlen(text), err);
}

static void
appends_and_makes(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	(void)umask(077);
	unit_ok(append("f", "one\n", &err), &err);
	assert_int_equal(mode_of("f"), 0640);
	unit_ok(append("f", "two\n", &err), &err);
	check_content("f", "one\ntwo\n");
	/* Whoever gave it other permissions meant it. */
	put("g", "x", 0604);
	unit_ok(append("g", "y", &err), &err);
	assert_int_equal(mode_of("g"), 0604);
	check_content("g", "xy");
}

static void
appends_to_files_only(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	assert_int_equal(symlink("target", "l"), 0);
	unit_fails(append("l", "x", &err), &err, ERR_SYSTEM,
	    "l is a symbolic link");
	assert_int_equal(access("target", F_OK), -1);
	put("target", "x", 0600);
	unit_fails(append("l", "x", &err), &err, ERR_SYSTEM,
	    "l is a symbolic link");
	check_content("target", "x");
	assert_int_equal(mkdir("d", 0700), 0);
	unit_fails(append("d", "x", &err), &err, ERR_SYSTEM,
	    "append to d: Is a directory");
	assert_int_equal(mkfifo("p", 0600), 0);
	unit_fails(append("p", "x", &err), &err, ERR_SYSTEM, "append to p");
	unit_fails(append("/dev/null", "x", &err), &err, ERR_SYSTEM,
	    "/dev/null is not a regular file");
	unit_fails(append("none/f", "x", &err), &err, ERR_SYSTEM,
	    "append to none/f: No such file");
}

/* A disk that is full in the middle of a line is no success. */
static void
a_short_write_is_told(void **state)
{
	struct rlimit before, limit;
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(append("f", "12345\n", &err), &err);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 8;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	unit_fails(append("f", "67890\n", &err), &err, ERR_SYSTEM,
	    "append to f: 2 of 6 bytes were written");
	unit_fails(append("f", "67890\n", &err), &err, ERR_SYSTEM,
	    "append to f: File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
}

int
main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(reads_whole_files),
		IN_FOLDER(reads_standard_input),
		IN_FOLDER(writes_and_replaces),
		IN_FOLDER(replaces_a_link_not_its_target),
		IN_FOLDER(failure_leaves_the_old_file),
		IN_FOLDER(private_means_private),
		IN_FOLDER(makes_folders),
		IN_FOLDER(a_file_is_no_folder),
		IN_FOLDER(appends_and_makes),
		IN_FOLDER(appends_to_files_only),
		IN_FOLDER(a_short_write_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
