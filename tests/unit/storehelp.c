#include "tests/unit/storehelp.h"

#include <ftw.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/store_inner.h"

#define AT 1800000000		/* an instant in 2027 */

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
	(void)nftw(help->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(help->url);
	free(help);
	return 0;
}

int
storehelp_run(const struct CMUnitTest *tests, size_t n)
{
	const size_t total = n * N_OF(backends);
	struct CMUnitTest *all = mem_new(total * sizeof(*all));
	size_t i;
	int rc;

	for (i = 0; i < total; i++) {
		struct backend *backend = &backends[i / n];

		all[i] = (struct CMUnitTest){ mem_printf("%s: %s",
		    backend->name, tests[i % n].name),
			tests[i % n].test_func, set_up, tear_down, backend };
	}
	/* One group: a test program has one plan. */
	rc = _cmocka_run_group_tests("store", all, total, NULL, NULL);
	for (i = 0; i < total; i++)
		free((void *)(uintptr_t)all[i].name);
	free(all);
	return rc;
}

int
storehelp_sql(struct storehelp *help, const char *sql)
{
	struct db *db = help->store->db;

	return db->driver->script(db, sql, &help->err);
}

void
storehelp_unguard(struct storehelp *help)
{

	unit_ok(storehelp_sql(help, help->unguard), &help->err);
}

void
storehelp_reopen(struct storehelp *help)
{

	store_close(help->store);
	unit_ok(store_open(help->url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
}

char *
storehelp_id(unsigned int n, char out[static STORE_ID_TEXT])
{

	(void)snprintf(out, STORE_ID_TEXT, "%032x", n);
	return out;
}

struct cmk_row
storehelp_cmk(unsigned int n)
{
	struct cmk_row row = {
		.name = mem_printf("cmk-%u", n),
		.token = mem_strdup("main"),
		.seal_token = mem_strdup("vault"),
		.state = mem_strdup("draft"),
		.key_id = mem_printf("%032x", n + 100),
		.created_at = AT,
		.token_identity = mem_strdup("{\"label\":\"kmgr\"}"),
		.probe = mem_strdup("[]"),
		.policy = mem_strdup("{\"version\":1}"),
		.contact = mem_strdup(""),
		.tags = mem_strdup("{}"),
	};

	(void)storehelp_id(n, row.id);
	memset(row.policy_hash, 0xab, sizeof(row.policy_hash));
	return row;
}

struct key_row
storehelp_key(unsigned int n, unsigned int cmk, const char *role)
{
	struct key_row row = {
		.role = mem_strdup(role),
		.label = mem_printf("kmgr/%s/%u", role, n),
		.alg = 13,
		.bits = 256,
		.attributes = mem_strdup("{}"),
		.created_at = AT + n,
	};

	(void)storehelp_id(n, row.id);
	(void)storehelp_id(cmk, row.cmk_id);
	buf_add(&row.spki, "\x30\0\xff", 3);
	return row;
}

struct ksk_row
storehelp_ksk(unsigned int n, const char *zone, int64_t generation)
{
	struct ksk_row row = {
		.zone = mem_strdup(zone),
		.generation = generation,
		.alg = 13,
		.key_tag = (uint16_t)(1000 + n),
		.revoked_tag = (uint16_t)(1128 + n),
		.state = mem_strdup("generated"),
		.created_at = AT,
		.endorsement = mem_strdup("{}"),
		.endorsement_signature = mem_strdup("c2ln"),
	};

	(void)storehelp_id(n + 1000, row.id);
	(void)storehelp_id(1, row.cmk_id);
	(void)storehelp_id(n, row.key_id);
	buf_add(&row.dnskey, "\1\1\3\15key", 7);
	return row;
}

void
storehelp_fill(struct storehelp *help)
{
	struct cmk_row cmk = storehelp_cmk(1);
	struct key_row key = storehelp_key(101, 1, "seal");
	unsigned int i;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_cmk_put(help->store, &cmk, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	for (i = 1; i <= 3; i++) {
		key_row_clear(&key);
		key = storehelp_key(i, 1, "ksk");
		unit_ok(store_key_put(help->store, &key, &help->err),
		    &help->err);
	}
	unit_ok(store_commit(help->store, &help->err), &help->err);
	key_row_clear(&key);
	cmk_row_clear(&cmk);
}

void
storehelp_append(struct storehelp *help, size_t n)
{
	struct json *payload = json_new_object();
	struct json *actor = json_new_object();
	size_t i;

	json_put_int(actor, "uid", 0);
	for (i = 0; i < n; i++) {
		json_put_int(payload, "n", (int64_t)i);
		unit_ok(store_begin(help->store, &help->err), &help->err);
		unit_ok(ledger_append(help->store, "test", payload, actor,
		    AT + (int64_t)i, &help->err), &help->err);
		unit_ok(store_commit(help->store, &help->err), &help->err);
	}
	json_free(payload);
	json_free(actor);
}

pid_t
storehelp_child(struct storehelp *help,
    int (*run)(struct store *store, struct error *err))
{
	struct error err = ERR_INIT;
	struct store *store = NULL;
	pid_t pid;
	int status;

	/* SQLite keeps per process what it must not inherit. */
	store_close(help->store);
	help->store = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid != 0) {
		unit_ok(store_open(help->url, STORE_OPEN, &help->store,
		    &help->err), &help->err);
		return pid;
	}
	if (store_open(help->url, STORE_CREATE, &store, &err) != 0)
		status = 100;
	else
		status = run(store, &err);
	if (status != 0)
		print_error("child: %s\n", err.msg);
	store_close(store);
	/* Not exit(): the parent's buffers and tests are the parent's. */
	_exit(status);
}

int
storehelp_wait(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
