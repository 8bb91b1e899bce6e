/* Each test on each backend, with a store of its own. */
#include "tests/unit/storehelp.h"

#include <ftw.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/store_inner.h"
#include "tests/unit/storeserver.h"

/* A backend: where its store for a test is, how its guards are dropped. */
struct backend {
	const char *name;
	char *(*url)(const char *dir);
	const char *unguard;
};

static char *
sqlite_url(const char *dir)
{

	return mem_printf("sqlite:%s/store/kmgr.db", dir);
}

static struct backend backends[] = {
	{ "sqlite", sqlite_url, "DROP TRIGGER ledger_gap; "
	    "DROP TRIGGER ledger_update; DROP TRIGGER ledger_delete; "
	    "PRAGMA ignore_check_constraints = ON" },
	{ "postgresql", storeserver_url, "DROP FUNCTION ledger_gap(), "
	    "ledger_update(), ledger_delete() CASCADE; "
	    "DO $$ DECLARE c name; BEGIN FOR c IN SELECT conname "
	    "FROM pg_constraint WHERE conrelid = 'ledger'::regclass "
	    "AND contype = 'c' LOOP EXECUTE format("
	    "'ALTER TABLE ledger DROP CONSTRAINT %I', c); END LOOP; END $$" },
};

static int
set_up(void **state)
{
	const struct backend *backend = *state;
	const char *tmp = getenv("TMPDIR");
	struct storehelp *help = mem_new(sizeof(*help));

	help->unguard = backend->unguard;
	(void)snprintf(help->dir, sizeof(help->dir), "%s/kmgr-store-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(help->dir) == NULL)
		return -1;
	help->url = backend->url(help->dir);
	*state = help;
	if (store_open(help->url, STORE_CREATE, &help->store, &help->err) == 0)
		return 0;
	print_error("%s\n", help->err.msg);
	return -1;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{

	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int
tear_down(void **state)
{
	struct storehelp *help = *state;

	store_close(help->store);
	if (strncmp(help->url, "postgresql:", 11) == 0)
		storeserver_drop();
	(void)nftw(help->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(help->url);
	free(help);
	return 0;
}

/* On n_backends of them from the first on. */
static int
run_on(const struct CMUnitTest *tests, size_t n, struct backend *first,
    size_t n_backends)
{
	const bool needs_server = first + n_backends == backends +
	    N_OF(backends);
	struct CMUnitTest *all = mem_new(n * n_backends * sizeof(*all));
	size_t i, total = 0;
	int rc;

	for (i = 0; i < n * n_backends; i++) {
		const struct CMUnitTest *test = &tests[i % n];
		struct backend *backend = &first[i / n];

		if (test->initial_state != NULL && backend != &backends[0])
			continue;
		all[total++] = (struct CMUnitTest){ mem_printf("%s: %s",
		    backend->name, test->name), test->test_func, set_up,
			tear_down, backend };
	}
	/* One group: a test program has one plan. */
	rc = _cmocka_run_group_tests("store", all, total,
	    needs_server ? storeserver_start : NULL,
	    needs_server ? storeserver_stop : NULL);
	for (i = 0; i < total; i++)
		free((void *)(uintptr_t)all[i].name);
	free(all);
	return rc;
}

int
storehelp_run(const struct CMUnitTest *tests, size_t n)
{

	return run_on(tests, n, backends, N_OF(backends));
}

int
storehelp_run_sqlite(const struct CMUnitTest *tests, size_t n)
{

	return run_on(tests, n, &backends[0], 1);
}

int
storehelp_run_pgsql(const struct CMUnitTest *tests, size_t n)
{

	return run_on(tests, n, &backends[1], 1);
}

bool
storehelp_is_sqlite(const struct storehelp *help)
{

	return help->store->db->driver == &sqlite_driver;
}

char *
storehelp_same_url(const struct storehelp *help, const char *name)
{

	return storehelp_is_sqlite(help) ? mem_printf("sqlite:%s/%s.db",
	    help->dir, name) : storeserver_url(help->dir);
}

char *
storehelp_other_url(const struct storehelp *help, const char *name)
{

	return storehelp_is_sqlite(help) ? storeserver_url(help->dir) :
	    mem_printf("sqlite:%s/%s.db", help->dir, name);
}

int
storehelp_sql(struct storehelp *help, const char *sql)
{
	static const char drop[] = "DROP TRIGGER ";
	struct db *db = help->store->db;
	char *other;
	int rc;

	if (storehelp_is_sqlite(help) ||
	    strncmp(sql, drop, sizeof(drop) - 1) != 0)
		return db->driver->script(db, sql, &help->err);
	/* A trigger there has a function of its name. */
	other = mem_printf("DROP FUNCTION %s() CASCADE",
	    sql + sizeof(drop) - 1);
	rc = db->driver->script(db, other, &help->err);
	free(other);
	return rc;
}

void
storehelp_unguard(struct storehelp *help)
{

	unit_ok(storehelp_sql(help, help->unguard), &help->err);
}

/* The driver of the store that is counted, as it is and as it counts. */
static struct storehelp *counted;
static const struct db_driver *real;
static struct db_driver counting;

static int
ask_and_count(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, struct db_rows **out,
    struct error *err)
{

	counted->n_asked++;
	return real->ask(db, question, args, n, out, err);
}

void
storehelp_count(struct storehelp *help)
{

	counted = help;
	real = help->store->db->driver;
	counting = *real;
	counting.ask = ask_and_count;
	help->store->db->driver = &counting;
	help->n_asked = 0;
}

void
storehelp_count_end(struct storehelp *help)
{

	help->store->db->driver = real;
}

static void
read_name(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
clear_name(void *row)
{

	free(*(char **)row);
}

static const struct db_shape names = { sizeof(char *), read_name,
	clear_name };
static const struct db_question ask_triggers = { "list triggers",
	"SELECT name FROM sqlite_master WHERE type = 'trigger'" };
static const char unguard_pgsql[] = "SET session_replication_role = replica; "
	"DO $$ DECLARE r record; BEGIN FOR r IN SELECT "
	"conrelid::regclass AS t, conname FROM pg_constraint "
	"WHERE contype = 'c' AND connamespace = current_schema()::regnamespace "
	"LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, "
	"r.conname); END LOOP; END $$";

void
storehelp_unguard_all(struct storehelp *help)
{
	char **triggers = NULL, *sql;
	size_t i, n = 0;

	if (!storehelp_is_sqlite(help)) {
		unit_ok(help->store->db->driver->script(help->store->db,
		    unguard_pgsql, &help->err), &help->err);
		return;
	}
	unit_ok(db_list(help->store->db, &ask_triggers, NULL, 0, &names,
	    &triggers, &n, &help->err), &help->err);
	for (i = 0; i < n; i++) {
		sql = mem_printf("DROP TRIGGER %s", triggers[i]);
		unit_ok(storehelp_sql(help, sql), &help->err);
		free(sql);
	}
	db_list_free(&names, triggers, n);
	unit_ok(storehelp_sql(help, "PRAGMA foreign_keys = OFF; "
	    "PRAGMA ignore_check_constraints = ON"), &help->err);
}
