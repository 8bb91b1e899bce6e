/* A store moves from each backend to each, whole or not at all. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"
#include "kmgr/store/db_shut.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_intent.h"
#include "kmgr/store/store_migrate.h"

#define AT 1800000000

static void
has_moved(struct storehelp *help, const char *to)
{
	struct store_content there = { 0 }, seen = { 0 };
	size_t i, n = 0;

	unit_ok(store_migrate_look(help->url, to, &seen, &help->err),
	    &help->err);
	unit_ok(store_migrate(help->url, to, &there, &help->err), &help->err);
	assert_int_equal(there.n_tables, 14);
	for (i = 0; i < there.n_tables; i++) {
		assert_string_equal(there.tables[i].table,
		    seen.tables[i].table);
		assert_int_equal(there.tables[i].rows, seen.tables[i].rows);
		n += (size_t)there.tables[i].rows;
	}
	assert_int_equal(there.seq, 2);
	assert_memory_equal(there.head, seen.head, sizeof(seen.head));
	/* Every table has something in it: what storehelp_fill_all() makes. */
	assert_true(n > there.n_tables);
}

/* Both kinds of numbers go on: what comes next is no row that is there. */
static void
goes_on(struct storehelp *help, const char *url)
{
	struct intent_row intent = { .kind = "create-ksk", .token = "main",
		.label = "label", .payload = "{}", .created_at = AT };
	struct store *was = help->store;
	struct zsk_set_row set = { 0, "a.", { 2 }, "text", AT };
	size_t n = 0;

	help->store = NULL;
	unit_ok(store_open(url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
	(void)storehelp_id(77, intent.key_id);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_intent_put(help->store, &intent, &help->err),
	    &help->err);
	assert_true(intent.id > 2);
	unit_ok(store_zsk_set_put(help->store, &set, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	/* Nobody works on a zone there, nor did. */
	unit_ok(storehelp_sql(help, "INSERT INTO claim VALUES ('a.', '', 0, "
	    "0)"), &help->err);
	storehelp_append(help, 1);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 3);
	unit_fails(storehelp_sql(help, "DELETE FROM ledger"), &help->err,
	    ERR_STORE, "append-only");
	store_close(help->store);
	help->store = was;
}

static void
moves_to_the_other_backend_and_back(void **state)
{
	struct store_content ignored;
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "one");
	char *same = storehelp_same_url(help, "two");

	storehelp_fill_all(help);
	unit_ok(storehelp_sql(help, "INSERT INTO claim VALUES ('a.', 'me', "
	    "7, 99)"), &help->err);
	has_moved(help, other);
	unit_ok(store_migrate(other, same, &ignored, &help->err), &help->err);
	goes_on(help, same);
	free(other);
	free(same);
}

static void
takes_nobodys_place(void **state)
{
	struct store_content content;
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "one");
	char *same = storehelp_same_url(help, "two");
	struct store *there = NULL;
	size_t n = 9;

	storehelp_fill_all(help);
	/* What kmgr init has made has nothing in it. */
	unit_ok(store_open(other, STORE_CREATE, &there, &help->err),
	    &help->err);
	store_close(there);
	unit_fails(store_migrate(help->url, help->url, &content, &help->err),
	    &help->err, ERR_USAGE, "to itself");
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 2);
	store_close(help->store);
	help->store = NULL;
	unit_ok(store_open(same, STORE_CREATE, &help->store, &help->err),
	    &help->err);
	storehelp_fill_all(help);
	unit_fails(store_migrate(same, other, &content, &help->err),
	    &help->err, ERR_INPUT, "is not empty: its ledger has 2 events");
	unit_fails(store_migrate_look(other, same, &content, &help->err),
	    &help->err, ERR_INPUT, "is not empty");
	free(other);
	free(same);
}

static void
note_line(void *arg, const char *line)
{

	if (strstr(line, "this store is shut: it has moved to ") != NULL)
		(*(size_t *)arg)++;
}

/* Of whoever had it open all the time, too; it can be read. */
static void
is_shut_when_it_has_moved(void **state)
{
	static const char *const changes[] = {
		"UPDATE zone SET zone = zone", "DELETE FROM observation",
		"INSERT INTO claim VALUES ('b.', '', 0, 0)",
		"UPDATE claim SET until_at = 0", "DELETE FROM claim" };
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "it's");
	struct store_content content;
	size_t i, n = 0;

	storehelp_fill_all(help);
	unit_ok(storehelp_sql(help, "INSERT INTO claim VALUES ('a.', 'me', "
	    "7, 99)"), &help->err);
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	for (i = 0; i < N_OF(changes); i++)
		unit_fails(storehelp_sql(help, changes[i]), &help->err,
		    ERR_STORE, "this store is shut: it has moved to ");
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	n = 0;
	unit_ok(store_check(help->store, note_line, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 1);
	unit_fails(store_migrate(help->url, other, &content, &help->err),
	    &help->err, ERR_INPUT, "is shut: it has moved to ");
	unit_fails(store_migrate_look(help->url, other, &content, &help->err),
	    &help->err, ERR_INPUT, "is shut: it has moved to ");
	free(other);
}

static void
comes_back_as_it_was(void **state)
{
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "one");
	struct store_content content;

	storehelp_fill_all(help);
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	unit_ok(store_migrate_look(other, help->url, &content, &help->err),
	    &help->err);
	unit_ok(store_migrate(other, help->url, &content, &help->err),
	    &help->err);
	assert_int_equal(content.seq, 2);
	storehelp_append(help, 1);
	unit_fails(store_migrate(other, help->url, &content, &help->err),
	    &help->err, ERR_INPUT, "is shut: it has moved to ");
	unit_fails(store_migrate(help->url, other, &content, &help->err),
	    &help->err, ERR_INPUT, "the copy of table ledger has");
	free(other);
}

static void
shut(struct store *store, const char *from, struct error *err)
{
	char *why = mem_printf("the move to it from %s has not ended", from);

	unit_ok(db_begin(store->db, err), err);
	unit_ok(db_shut(store->db, why, err), err);
	unit_ok(db_commit(store->db, err), err);
	free(why);
}

/* Between the commits of the copy, of the original, and of the copy again. */
static void
goes_on_with_what_was_interrupted(void **state)
{
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "one");
	struct store_content content;
	struct store *there = NULL;

	storehelp_fill_all(help);
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	unit_ok(store_open(other, STORE_OPEN, &there, &help->err),
	    &help->err);
	shut(there, help->store->db->name, &help->err);
	unit_fails(store_migrate(other, help->url, &content, &help->err),
	    &help->err, ERR_INPUT, "has not ended");
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	shut(there, help->store->db->name, &help->err);
	unit_ok(db_begin(help->store->db, &help->err), &help->err);
	unit_ok(db_reopen(help->store->db, &help->err), &help->err);
	unit_ok(db_commit(help->store->db, &help->err), &help->err);
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	unit_fails(storehelp_sql(help, "DELETE FROM ksk"), &help->err,
	    ERR_STORE, "this store is shut: it has moved to ");
	store_close(there);
	free(other);
}

static void
leaves_behind_what_is_broken(void **state)
{
	struct store_content content;
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "one");
	struct store *there = NULL;
	bool found = true;
	struct cmk_row cmk;

	storehelp_fill_all(help);
	storehelp_unguard(help);
	unit_ok(storehelp_sql(help, "UPDATE ledger SET at = at + 1 "
	    "WHERE seq = 2"), &help->err);
	unit_fails(store_migrate(help->url, other, &content, &help->err),
	    &help->err, ERR_INTEGRITY, "record 2 (test) does not match");
	unit_ok(store_open(other, STORE_OPEN, &there, &help->err),
	    &help->err);
	unit_ok(store_cmk_find(there, "cmk-1", &cmk, &found, &help->err),
	    &help->err);
	assert_false(found);
	store_close(there);
	free(other);
}

/* What the other store makes of a row is compared with what it was given. */
static void
compares_every_row(void **state)
{
	struct store_content content;
	struct storehelp *help = *state;
	char *same = storehelp_same_url(help, "two");
	struct store *from = help->store;

	storehelp_fill_all(help);
	help->store = NULL;
	unit_ok(store_open(same, STORE_CREATE, &help->store, &help->err),
	    &help->err);
	unit_ok(storehelp_sql(help, "CREATE TRIGGER other AFTER INSERT ON "
	    "observation BEGIN UPDATE observation SET value = 77; END"),
	    &help->err);
	store_close(help->store);
	help->store = from;
	unit_fails(store_migrate(help->url, same, &content, &help->err),
	    &help->err, ERR_STORE, "the copy of table observation has");
	free(same);
}

/* More rows than a page has, and no column where the other store has it. */
static void
goes_by_names_of_columns(void **state)
{
	static const char sql[] = "DROP TABLE zsk_set; CREATE TABLE zsk_set ("
	    "text TEXT NOT NULL, admitted_at INTEGER NOT NULL, "
	    "hash BLOB NOT NULL, id INTEGER PRIMARY KEY, zone TEXT NOT NULL); "
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 1500) INSERT INTO zsk_set SELECT 'text ' || i, 9000 - "
	    "i, zeroblob(32), i, 'a.' FROM n";
	struct store_content content;
	struct storehelp *help = *state;
	char *other = storehelp_other_url(help, "one");
	char *same = storehelp_same_url(help, "two");
	struct zsk_set_row set = { 0 };
	struct store *there = NULL;
	bool found = false;

	storehelp_fill_all(help);
	unit_ok(storehelp_sql(help, sql), &help->err);
	unit_ok(store_migrate(help->url, other, &content, &help->err),
	    &help->err);
	unit_ok(store_migrate(other, same, &content, &help->err), &help->err);
	unit_ok(store_open(same, STORE_OPEN, &there, &help->err), &help->err);
	unit_ok(store_zsk_set_last(there, "a.", &set, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_int_equal(set.id, 1500);
	assert_int_equal(set.admitted_at, 7500);
	assert_string_equal(set.text, "text 1500");
	zsk_set_row_clear(&set);
	store_close(there);
	free(other);
	free(same);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(moves_to_the_other_backend_and_back),
		STOREHELP_TEST(takes_nobodys_place),
		STOREHELP_TEST(is_shut_when_it_has_moved),
		STOREHELP_TEST(comes_back_as_it_was),
		STOREHELP_TEST(goes_on_with_what_was_interrupted),
		STOREHELP_TEST(leaves_behind_what_is_broken),
		STOREHELP_SQLITE_TEST(compares_every_row),
		STOREHELP_SQLITE_TEST(goes_by_names_of_columns),
	};

	return storehelp_run(tests, N_OF(tests));
}
