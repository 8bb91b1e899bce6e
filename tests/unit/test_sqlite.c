/* SQLite's file: who may have it, and what befalls it. */
#include "tests/unit/storehelp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/file.h"
#include "kmgr/store/store_inner.h"

#define NOBODY 65534

/* Linked with --wrap: the magic of a file system, 0 for the true one. */
static unsigned long magic;
int __real_statfs(const char *path, struct statfs *out);
int __wrap_statfs(const char *path, struct statfs *out);

int
__wrap_statfs(const char *path, struct statfs *out)
{
	const int rc = __real_statfs(path, out);

	if (magic != 0)
		out->f_type = (__typeof__(out->f_type))magic;
	return rc;
}

/* Linked with --wrap: nobody waits 30 seconds here. */
struct sqlite3;
static int busy_ms = 10000;
int __real_sqlite3_busy_timeout(struct sqlite3 *conn, int ms);
int __wrap_sqlite3_busy_timeout(struct sqlite3 *conn, int ms);

int
__wrap_sqlite3_busy_timeout(struct sqlite3 *conn, int ms)
{

	assert_int_equal(ms, 30000);
	return __real_sqlite3_busy_timeout(conn, busy_ms);
}

static const char *
path_of(const struct storehelp *help)
{

	return help->url + strlen("sqlite:");
}

static void
shut(struct storehelp *help)
{

	store_close(help->store);
	help->store = NULL;
}

/* Opening fails with these words in message and hint, and makes no store. */
static void
does_not_open(struct storehelp *help, const char *why, const char *hint)
{

	shut(help);
	assert_int_equal(store_open(help->url, STORE_CREATE, &help->store,
	    &help->err), -1);
	assert_null(help->store);
	if (strstr(help->err.hint, hint) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", hint, help->err.hint);
	unit_fails(-1, &help->err, ERR_STORE, why);
}

static void
has_one_form_of_url(void **state)
{
	static const char *const bad[] = { "", "sqlite", "sqlite:",
		"sqlite:kmgr.db", "sqlite:/var/lib/", "sqlite::memory:",
		"/var/lib/kmgr.db", "mysql://localhost/kmgr",
		"sqlitex:/a/b", "SQLITE:/a/b" };
	struct storehelp *help = *state;
	size_t i;

	unit_ok(store_url_check("sqlite:/var/lib/kmgr/kmgr.db", &help->err),
	    &help->err);
	for (i = 0; i < N_OF(bad); i++)
		unit_fails(store_url_check(bad[i], &help->err), &help->err,
		    ERR_CONFIG, "store: ");
	shut(help);
	unit_fails(store_open("sqlite:kmgr.db", STORE_CREATE, &help->store,
	    &help->err), &help->err, ERR_CONFIG, "whole path");
}

static void
is_for_its_owner_alone(void **state)
{
	static const char *const files[] = { "", "-wal", "-shm", ".lock" };
	struct storehelp *help = *state;
	char *path;
	struct stat st;
	size_t i;

	for (i = 0; i < N_OF(files); i++) {
		path = mem_printf("%s%s", path_of(help), files[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		free(path);
	}
	path = mem_printf("%s/store", help->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	free(path);
}

static void
has_its_number(const struct db_rows *rows, void *out)
{

	*(int64_t *)out = db_get_int(rows, 0);
}

static int64_t
ask(struct storehelp *help, const struct db_question *question)
{
	static const struct db_shape shape = { sizeof(int64_t),
		has_its_number, NULL };
	bool found = false;
	int64_t out = -1;

	unit_ok(db_one(help->store->db, question, NULL, 0, &shape, &out,
	    &found, &help->err), &help->err);
	return out;
}

static void
is_durable_and_strict(void **state)
{
	static const struct {
		struct db_question question;
		int64_t want;
	} asked[] = {
		{ { "", "PRAGMA synchronous" }, 2 },
		{ { "", "PRAGMA foreign_keys" }, 1 },
		{ { "", "PRAGMA trusted_schema" }, 0 },
		{ { "", "PRAGMA application_id" }, 0x6b6d6772 },
		{ { "", "PRAGMA user_version" }, 1 },
		{ { "", "SELECT journal_mode = 'wal' "
			"FROM pragma_journal_mode" }, 1 },
		{ { "", "SELECT count(*) FROM sqlite_master WHERE "
			"type = 'table' AND sql NOT LIKE '%STRICT'" }, 0 },
	};
	struct storehelp *help = *state;
	size_t i;

	for (i = 0; i < N_OF(asked); i++)
		assert_int_equal(ask(help, &asked[i].question),
		    asked[i].want);
	/* As a copy without its log comes back. */
	unit_ok(storehelp_sql(help, "PRAGMA journal_mode = DELETE"),
	    &help->err);
	storehelp_reopen(help);
	assert_int_equal(ask(help, &asked[5].question), 1);
}

static void
has_its_text(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
has_its_opcode(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 1);
}

static void
free_text(void *row)
{

	free(*(char **)row);
}

/* Whether SQLite makes a table of its own for a row that is written. */
static bool
makes_a_table(struct storehelp *help, const char *table)
{
	static const struct db_shape opcodes = { sizeof(char *),
		has_its_opcode, free_text };
	struct db *db = help->store->db;
	char **sql = mem_push(&db->kept, db->kept_n++, sizeof(*sql));
	struct db_question question = { .what = "" };
	bool is_made = false;
	char **list = NULL;
	size_t i, n = 0;

	question.sql = *sql = mem_printf("EXPLAIN INSERT INTO \"%s\" "
	    "DEFAULT VALUES", table);
	unit_ok(db_list(db, &question, NULL, 0, &opcodes, &list, &n,
	    &help->err), &help->err);
	assert_true(n > 0);
	for (i = 0; i < n; i++)
		is_made |= strcmp(list[i], "OpenEphemeral") == 0;
	db_list_free(&opcodes, list, n);
	return is_made;
}

static void
writes_a_row_and_no_more(void **state)
{
	static const struct db_question tables = { "",
		"SELECT name FROM sqlite_master WHERE type = 'table'" };
	static const struct db_shape names = { sizeof(char *),
		has_its_text, free_text };
	struct storehelp *help = *state;
	char **list = NULL;
	size_t i, n = 0;

	unit_ok(db_list(help->store->db, &tables, NULL, 0, &names, &list, &n,
	    &help->err), &help->err);
	assert_true(n > 10);
	for (i = 0; i < n; i++)
		if (makes_a_table(help, list[i]))
			fail_msg("%s is checked by a table", list[i]);
	db_list_free(&names, list, n);
}

static void
is_made_where_it_shall_be(void **state)
{
	struct storehelp *help = *state;
	char *path = mem_printf("%s/empty.db", help->dir);
	char *url = mem_printf("sqlite:%s", path);

	shut(help);
	unit_fails(store_open(url, STORE_OPEN, &help->store, &help->err),
	    &help->err, ERR_STORE, "there is none");
	assert_int_equal(access(path, F_OK), -1);
	/* Whoever made the file died before the schema was in it. */
	unit_ok(file_write(path, 0600, "", 0, &help->err), &help->err);
	unit_ok(store_open(url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
	storehelp_append(help, 1);
	free(path);
	free(url);
}

static int
append_one(struct store *store, struct error *err)
{
	struct json *nothing = json_new_object();
	int rc = 1;

	if (store_begin(store, err) == 0 && ledger_append(store, "test",
	    nothing, nothing, 1, err) == 0 && store_commit(store, err) == 0)
		rc = 0;
	json_free(nothing);
	return rc;
}

static void
is_made_once_in_a_race(void **state)
{
	struct storehelp *help = *state;
	size_t i, n = 0, round;
	pid_t pids[6];
	char *made;

	for (round = 0; round < 5; round++) {
		made = help->url;
		help->url = mem_printf("%s.%zu", made, round);
		for (i = 0; i < N_OF(pids); i++) {
			/* Not storehelp_child(): nobody has made it yet. */
			shut(help);
			pids[i] = fork();
			if (pids[i] != 0)
				continue;
			if (store_open(help->url, STORE_CREATE, &help->store,
			    &help->err) != 0) {
				print_error("%s\n", help->err.msg);
				_exit(1);
			}
			_exit(append_one(help->store, &help->err));
		}
		for (i = 0; i < N_OF(pids); i++)
			assert_int_equal(storehelp_wait(pids[i]), 0);
		unit_ok(store_open(help->url, STORE_OPEN, &help->store,
		    &help->err), &help->err);
		unit_ok(ledger_verify(help->store, &n, &help->err),
		    &help->err);
		assert_int_equal(n, N_OF(pids));
		free(help->url);
		help->url = made;
	}
}

static void
leaves_a_newer_schema_alone(void **state)
{
	struct storehelp *help = *state;

	unit_ok(storehelp_sql(help, "PRAGMA user_version = 99"), &help->err);
	does_not_open(help, "its schema is version 99, this kmgr knows up to "
	    "1", "use the newer kmgr");
}

static void
leaves_another_program_alone(void **state)
{
	struct storehelp *help = *state;
	struct buf before = BUF_INIT, after = BUF_INIT;

	unit_ok(storehelp_sql(help, "PRAGMA application_id = 7; "
	    "PRAGMA journal_mode = DELETE"), &help->err);
	shut(help);
	unit_ok(file_read(path_of(help), 1 << 20, &before, &help->err),
	    &help->err);
	does_not_open(help, "belongs to another program", "file of kmgr's");
	unit_ok(file_read(path_of(help), 1 << 20, &after, &help->err),
	    &help->err);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, after.len);
	buf_free(&before);
	buf_free(&after);
}

static void
leaves_a_nameless_database_alone(void **state)
{
	struct storehelp *help = *state;

	unit_ok(storehelp_sql(help, "PRAGMA application_id = 0; "
	    "PRAGMA user_version = 0"), &help->err);
	does_not_open(help, "belongs to another program", "file of kmgr's");
}

static void
says_what_is_no_database(void **state)
{
	static const char text[] = "store: sqlite:/var/lib/kmgr/kmgr.db\n";
	struct storehelp *help = *state;
	char *folder = help->url;

	shut(help);
	unit_ok(file_write(path_of(help), 0600, text, sizeof(text),
	    &help->err), &help->err);
	does_not_open(help, "file is not a database", "is not a store");
	help->url = mem_printf("sqlite:%s", help->dir);
	does_not_open(help, "not a regular file", "");
	free(help->url);
	help->url = folder;
}

/* SQLite's own way round a trigger; recursive_triggers closes it. */
static void
replaces_no_event(void **state)
{
	struct storehelp *help = *state;

	storehelp_append(help, 2);
	unit_fails(storehelp_sql(help, "REPLACE INTO ledger "
	    "SELECT * FROM ledger"), &help->err, ERR_STORE, "is a chain");
}

/* Each page in turn: an error sooner or later, never a crash. */
static void
says_what_is_damaged(void **state)
{
	struct storehelp *help = *state;
	struct buf whole = BUF_INIT;
	size_t at, n, found = 0;

	storehelp_fill(help);
	storehelp_append(help, 3);
	shut(help);
	unit_ok(file_read(path_of(help), 1 << 20, &whole, &help->err),
	    &help->err);
	for (at = 4096; at < whole.len; at += 4096) {
		uint8_t *page = mem_dup(whole.data + at, 4096);

		memset(whole.data + at, 0xa5, 4096);
		unit_ok(file_write(path_of(help), 0600, whole.data, whole.len,
		    &help->err), &help->err);
		if (store_open(help->url, STORE_OPEN, &help->store,
		    &help->err) != 0 ||
		    ledger_verify(help->store, &n, &help->err) != 0) {
			found++;
			assert_non_null(strstr(help->err.hint, "a backup"));
			unit_fails(-1, &help->err, ERR_STORE, "malformed");
		}
		shut(help);
		memcpy(whole.data + at, page, 4096);
		free(page);
	}
	assert_true(found >= 2);	/* the schema and the ledger */
	buf_free(&whole);
}

/* As a user who does not own the store. */
static void
as_nobody(void)
{

	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
}

static void
as_before(void)
{

	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
}

static void
says_what_is_not_permitted(void **state)
{
	struct storehelp *help = *state;
	char *folder = mem_printf("%s/store", help->dir);

	shut(help);
	assert_int_equal(chmod(help->dir, 0755), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(path_of(help), 0444), 0);
	as_nobody();
	does_not_open(help, "Permission denied", "mode 0444");
	as_before();

	/* The log cannot be made beside it. */
	assert_int_equal(chmod(path_of(help), 0666), 0);
	does_not_open(help, "others can write to it", "chmod 600");
	assert_int_equal(chmod(path_of(help), 0600), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path_of(help), NOBODY, NOBODY), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	as_nobody();
	does_not_open(help, "open the store", "to make them in their folder");
	as_before();
	assert_int_equal(chmod(folder, 0755), 0);
	free(folder);
}

static void
refuses_network_file_systems(void **state)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} bad[] = {
		{ 0x6969, "stands on NFS" },
		{ 0x517b, "stands on SMB" },
		{ 0xfe534d42, "stands on SMB" },
		{ 0xff534d42, "stands on CIFS" },
		{ 0x5346414f, "stands on AFS" },
		{ 0x73757245, "stands on Coda" },
	};
	struct storehelp *help = *state;
	size_t i;

	for (i = 0; i < N_OF(bad); i++) {
		magic = bad[i].magic;
		does_not_open(help, bad[i].name, "local disk");
	}
	magic = 0;
	unit_ok(store_open(help->url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
}

static int
stop_while_writing(struct store *store, struct error *err)
{
	struct json *nothing = json_new_object();

	if (store_begin(store, err) == 0 && ledger_append(store, "test",
	    nothing, nothing, 1, err) == 0)
		(void)raise(SIGSTOP);
	json_free(nothing);
	return 0;
}

static void
says_who_is_writing(void **state)
{
	struct storehelp *help = *state;
	char pid_text[24];
	pid_t pid;
	int rc, tries;

	busy_ms = 100;
	pid = storehelp_child(help, stop_while_writing);
	for (tries = 0; tries < 500; tries++) {
		if ((rc = store_begin(help->store, &help->err)) != 0)
			break;
		store_rollback(help->store);
		(void)usleep(20000);
	}
	(void)snprintf(pid_text, sizeof(pid_text), "process %ld ", (long)pid);
	assert_non_null(strstr(help->err.hint, pid_text));
	unit_fails(rc, &help->err, ERR_STORE, "database is locked");
	(void)kill(pid, SIGKILL);
	assert_int_equal(storehelp_wait(pid), -1);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	store_rollback(help->store);
	busy_ms = 10000;
}

static void
survives_a_full_disk(void **state)
{
	struct storehelp *help = *state;
	struct rlimit before, small;
	size_t n = 0, appended = 0;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 600000;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	while (append_one(help->store, &help->err) == 0)
		appended++;
	store_rollback(help->store);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(help->err.hint, "make room on the disk"));
	unit_fails(-1, &help->err, ERR_STORE, "store /");
	assert_true(appended > 10);

	/* What was committed is there, and the store goes on. */
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, appended);
	assert_int_equal(append_one(help->store, &help->err), 0);
	storehelp_reopen(help);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, appended + 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(has_one_form_of_url),
		STOREHELP_TEST(is_for_its_owner_alone),
		STOREHELP_TEST(is_durable_and_strict),
		STOREHELP_TEST(writes_a_row_and_no_more),
		STOREHELP_TEST(is_made_where_it_shall_be),
		STOREHELP_TEST(is_made_once_in_a_race),
		STOREHELP_TEST(leaves_a_newer_schema_alone),
		STOREHELP_TEST(leaves_another_program_alone),
		STOREHELP_TEST(leaves_a_nameless_database_alone),
		STOREHELP_TEST(says_what_is_no_database),
		STOREHELP_TEST(says_what_is_damaged),
		STOREHELP_TEST(says_what_is_not_permitted),
		STOREHELP_TEST(refuses_network_file_systems),
		STOREHELP_TEST(says_who_is_writing),
		STOREHELP_TEST(replaces_no_event),
		STOREHELP_TEST(survives_a_full_disk),
	};

	return storehelp_run_sqlite(tests, N_OF(tests));
}
