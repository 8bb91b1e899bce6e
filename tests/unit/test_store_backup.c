/* A backup: whole or not there, of one state, and a store of its own. */
#include "tests/unit/storehelp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"

#define AT 1800000000

/* Linked with --wrap: the errno of a rename, 0 for the true one; what else
 * takes the new name just before it; how often it was asked for. */
static int rename_errno;
static const char *meanwhile;
static int renames;
int __real_renameat2(int from_dir, const char *from, int to_dir,
    const char *to, unsigned int flags);
int __wrap_renameat2(int from_dir, const char *from, int to_dir,
    const char *to, unsigned int flags);

int
__wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to,
    unsigned int flags)
{
	struct error err = ERR_INIT;

	renames++;
	if (meanwhile != NULL)
		unit_ok(file_write(to, 0644, meanwhile, strlen(meanwhile),
		    &err), &err);
	if (rename_errno == 0)
		return __real_renameat2(from_dir, from, to_dir, to, flags);
	errno = rename_errno;
	return -1;
}

static char *
path_in(const struct storehelp *help, const char *name)
{

	return mem_printf("%s/%s", help->dir, name);
}

/* How many files and folders the test's folder has. */
static int
files(const struct storehelp *help)
{
	DIR *dir = opendir(help->dir);
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2;		/* . and .. */
}

/* What is in the backup: whole, with so many events, and a CMK or not. */
static void
holds(struct storehelp *help, const char *path, size_t events)
{
	char *url = mem_printf("sqlite:%s", path);
	struct store *copy = NULL;
	struct cmk_row cmk = { 0 };
	bool found = false;
	size_t n = 0;

	unit_ok(store_open(url, STORE_OPEN, &copy, &help->err), &help->err);
	unit_ok(ledger_verify(copy, &n, &help->err), &help->err);
	assert_int_equal(n, events);
	unit_ok(store_cmk_find(copy, "cmk-1", &cmk, &found, &help->err),
	    &help->err);
	assert_true(found);
	cmk_row_clear(&cmk);
	store_close(copy);
	free(url);
}

static void
is_a_store_of_its_own(void **state)
{
	struct storehelp *help = *state;
	char *path = path_in(help, "copy.db");
	struct stat st;

	storehelp_fill_all(help);
	unit_ok(storehelp_sql(help, "INSERT INTO claim VALUES ('a.', 'me', "
	    "7, 99)"), &help->err);
	(void)umask(0);
	unit_ok(store_backup(help->store, path, &help->err), &help->err);
	assert_int_equal(files(help), 2);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	storehelp_append(help, 3);
	holds(help, path, 2);
	/* It has the guards of a store, and can itself be backed up. */
	store_close(help->store);
	free(help->url);
	help->url = mem_printf("sqlite:%s", path);
	unit_ok(store_open(help->url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
	unit_fails(storehelp_sql(help, "DELETE FROM ledger"), &help->err,
	    ERR_STORE, "append-only");
	/* Nobody works there, nor did. */
	unit_ok(storehelp_sql(help, "INSERT INTO claim VALUES ('a.', '', 0, "
	    "0)"), &help->err);
	storehelp_append(help, 1);
	free(path);
	path = path_in(help, "again.db");
	unit_ok(store_backup(help->store, path, &help->err), &help->err);
	holds(help, path, 3);
	free(path);
}

/* What was written there first is there still, and nothing beside it. */
static void
is_untouched(struct storehelp *help, const char *path)
{
	struct buf text = BUF_INIT;

	unit_fails(store_backup(help->store, path, &help->err), &help->err,
	    ERR_SYSTEM, "there is there already");
	unit_ok(file_read(path, 100, &text, &help->err), &help->err);
	assert_string_equal(buf_text(&text), "mine");
	assert_int_equal(files(help), 2);
	buf_free(&text);
}

static void
takes_nobodys_place(void **state)
{
	struct storehelp *help = *state;
	char *path = path_in(help, "there");

	storehelp_fill(help);
	/* It comes only while the copy is written; then, as on NFS. */
	meanwhile = "mine";
	is_untouched(help, path);
	assert_int_equal(unlink(path), 0);
	rename_errno = EINVAL;
	is_untouched(help, path);
	rename_errno = 0;
	meanwhile = NULL;
	/* Nothing is copied for a name that is taken, be it by a link. */
	renames = 0;
	is_untouched(help, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	unit_fails(store_backup(help->store, path, &help->err), &help->err,
	    ERR_SYSTEM, "there is there already");
	assert_int_equal(renames, 0);
	free(path);
}

/* As NFS, which knows no rename that takes nobody's place. */
static void
works_without_that_rename(void **state)
{
	struct storehelp *help = *state;
	char *path = path_in(help, "copy.db");

	storehelp_fill_all(help);
	rename_errno = EINVAL;
	unit_ok(store_backup(help->store, path, &help->err), &help->err);
	assert_int_equal(files(help), 2);
	rename_errno = EIO;
	free(path);
	path = path_in(help, "other.db");
	unit_fails(store_backup(help->store, path, &help->err), &help->err,
	    ERR_SYSTEM, "Input/output error");
	rename_errno = 0;
	assert_int_equal(files(help), 2);
	free(path);
	path = path_in(help, "copy.db");
	holds(help, path, 2);
	free(path);
}

static void
says_where_it_cannot_write(void **state)
{
	struct storehelp *help = *state;

	unit_fails(store_backup(help->store, "/nowhere/at/all", &help->err),
	    &help->err, ERR_SYSTEM, "back the store up: write "
	    "/nowhere/at/all: No such file");
	unit_fails(store_backup(help->store, "", &help->err), &help->err,
	    ERR_SYSTEM, "back the store up");
	assert_int_equal(files(help), 1);
}

/* A full disk is that of the backup, and leaves nothing there. */
static void
leaves_no_half_of_itself(void **state)
{
	struct storehelp *help = *state;
	char *path = path_in(help, "copy.db");
	struct rlimit before, small;

	storehelp_fill_all(help);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 20000;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(store_backup(help->store, path, &help->err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	if (strstr(help->err.hint, "make room on the disk of") == NULL ||
	    strstr(help->err.hint, path) == NULL)
		fail_msg("%s", help->err.hint);
	unit_fails(-1, &help->err, ERR_STORE, "back the store up: ");
	assert_int_equal(files(help), 1);
	unit_ok(store_backup(help->store, path, &help->err), &help->err);
	holds(help, path, 2);
	free(path);
}

/* Two rows always, or none: what one transaction wrote. */
static int
append_pairs(struct store *store, struct error *err)
{
	struct json *nothing = json_new_object();
	int i, k, rc = 0;

	for (i = 0; rc == 0 && i < 400; i++) {
		rc = store_begin(store, err);
		for (k = 0; rc == 0 && k < 2; k++)
			rc = ledger_append(store, "test", nothing, nothing,
			    AT, err);
		if (rc == 0)
			rc = store_commit(store, err);
	}
	json_free(nothing);
	return rc == 0 ? 0 : 1;
}

static void
is_of_one_state_while_others_write(void **state)
{
	struct storehelp *help = *state;
	struct store *copy = NULL;
	char *path, *url;
	size_t i, n = 0, all = 0, before = 0;
	pid_t pid;

	pid = storehelp_child(help, append_pairs);
	for (i = 0; i < 12; i++) {
		path = mem_printf("%s/%zu.db", help->dir, i);
		url = mem_printf("sqlite:%s", path);
		unit_ok(store_backup(help->store, path, &help->err),
		    &help->err);
		unit_ok(store_open(url, STORE_OPEN, &copy, &help->err),
		    &help->err);
		unit_ok(ledger_verify(copy, &n, &help->err), &help->err);
		store_close(copy);
		assert_int_equal(n % 2, 0);
		assert_true(n >= before);
		before = n;
		free(path);
		free(url);
	}
	/* It kept nobody from writing. */
	assert_int_equal(storehelp_wait(pid), 0);
	unit_ok(ledger_verify(help->store, &all, &help->err), &help->err);
	assert_int_equal(all, 800);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(is_a_store_of_its_own),
		STOREHELP_TEST(takes_nobodys_place),
		STOREHELP_TEST(works_without_that_rename),
		STOREHELP_TEST(says_where_it_cannot_write),
		STOREHELP_TEST(leaves_no_half_of_itself),
		STOREHELP_TEST(is_of_one_state_while_others_write),
	};

	return storehelp_run(tests, N_OF(tests));
}
