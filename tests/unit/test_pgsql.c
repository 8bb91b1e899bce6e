/* What PostgreSQL alone can do wrong: be away, be another, be read only. */
#include "tests/unit/storehelp.h"

#include <malloc.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/store_inner.h"
#include "tests/unit/storeserver.h"

/* What the store says when it is opened under this URL. */
static void
does_not_open(struct storehelp *help, const char *url, enum err_class class,
    const char *why)
{
	struct store *store = NULL;

	unit_fails(store_open(url, STORE_CREATE, &store, &help->err),
	    &help->err, class, why);
	assert_null(store);
}

static void
takes_no_password(void **state)
{
	static const char *const with[] = {
		"postgresql://u:secret@h/d", "postgresql://u:secret@/d?x=y",
		"postgresql://u@h/d?password=secret",
		"postgresql://u@h/d?sslpassword=secret",
		"postgresql://u@h/d?passw%6Frd=secret",
		"postgresql://u:secret@[::1/d", "postgresql:u:secret@h/d",
	};
	struct storehelp *help = *state;
	size_t i;

	for (i = 0; i < N_OF(with); i++) {
		assert_int_equal(store_url_check(with[i], &help->err), -1);
		assert_null(strstr(help->err.msg, "secret"));
		assert_null(strstr(help->err.hint, "secret"));
		unit_fails(-1, &help->err, ERR_CONFIG, "a password in it");
	}
	assert_int_equal(store_url_check("postgres://u:secret@h/d",
	    &help->err), -1);
	assert_null(strstr(help->err.msg, "secret"));
	unit_fails(-1, &help->err, ERR_CONFIG, "unknown URL");
	unit_ok(store_url_check("postgresql://u@h:5/d?passfile=/p&"
	    "sslmode=verify-full&sslrootcert=/ca", &help->err), &help->err);
}

static void
refuses_what_libpq_does(void **state)
{
	static const char *const bad[] = { "postgresql:", "postgresql:h/d",
		"postgresql://h/d?colour=red", "postgresql://[h/d" };
	struct storehelp *help = *state;
	size_t i;

	for (i = 0; i < N_OF(bad); i++)
		unit_fails(store_url_check(bad[i], &help->err), &help->err,
		    ERR_CONFIG, "libpq does not understand");
	does_not_open(help, "postgresql://u@/d?host=/nonexistent", ERR_STORE,
	    "open the store: store postgresql://u@");
}

/* Whoever empties a table gets by what guards its rows. */
static void
guards_whole_tables(void **state)
{
	static const char *const tables[] = { "ledger", "cmk", "key", "ksk",
		"zone", "foreign_key", "ksr", "intent", "plan", "approval" };
	struct storehelp *help = *state;
	char sql[64];
	size_t i;

	storehelp_fill_all(help);
	for (i = 0; i < N_OF(tables); i++) {
		(void)snprintf(sql, sizeof(sql), "TRUNCATE %s CASCADE",
		    tables[i]);
		unit_fails(storehelp_sql(help, sql), &help->err, ERR_STORE,
		    strcmp(tables[i], "ledger") == 0 ? "append-only" :
		    "never ");
	}
}

/* Whatever the server's configuration and the URL say. */
static void
waits_for_the_disk_and_for_nobody_else(void **state)
{
	static const char check[] = "DO $$ BEGIN ASSERT "
	    "current_setting('synchronous_commit') = 'on'; ASSERT "
	    "current_setting('lock_timeout') = '30s'; ASSERT "
	    "current_setting('statement_timeout') = '1min'; ASSERT "
	    "current_setting('idle_in_transaction_session_timeout') = "
	    "'5min'; END $$";
	struct storehelp *help = *state;
	char *url = mem_printf("%s%%20-csynchronous_commit%%3Doff%%20"
	    "-cstatement_timeout%%3D1min", help->url);

	store_close(help->store);
	unit_ok(store_open(url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
	unit_ok(storehelp_sql(help, check), &help->err);
	free(url);
}

static void
refuses_a_standby(void **state)
{
	struct storehelp *help = *state;

	assert_int_equal(storeserver_call("standby", ""), 0);
	does_not_open(help, help->url, ERR_STORE, "a standby in recovery");
	assert_int_equal(storeserver_call("primary", ""), 0);
	storehelp_reopen(help);
	storehelp_append(help, 1);
}

static void
refuses_what_is_not_its_own(void **state)
{
	struct storehelp *help = *state;

	unit_ok(storehelp_sql(help, "UPDATE kmgr_schema SET version = 7"),
	    &help->err);
	does_not_open(help, help->url, ERR_STORE, "its schema is version 7, "
	    "this kmgr knows up to 1");
	unit_ok(storehelp_sql(help, "DROP TABLE kmgr_schema"), &help->err);
	does_not_open(help, help->url, ERR_STORE, "belongs to another "
	    "program");
}

/* It never goes on by itself in the middle of what it has lost half of. */
static void
is_lost_with_its_connection(void **state)
{
	struct storehelp *help = *state;
	size_t n = 0;

	storehelp_append(help, 2);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	assert_int_equal(storeserver_call("restart", "immediate"), 0);
	unit_fails(ledger_verify(help->store, &n, &help->err), &help->err,
	    ERR_STORE, "postgresql://kmgr@");
	unit_fails(store_commit(help->store, &help->err), &help->err,
	    ERR_STORE, "the connection was lost");
	unit_fails(store_begin(help->store, &help->err), &help->err,
	    ERR_STORE, "the connection was lost");
	storehelp_reopen(help);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 2);
	storehelp_append(help, 1);
}

/* A transaction that an error has ended is no lost connection. */
static void
says_that_a_transaction_has_failed(void **state)
{
	static const struct db_question question = { "forget",
		"DELETE FROM observation" };
	struct storehelp *help = *state;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	/* What is prepared already gets as far as its savepoint. */
	unit_ok(db_change(help->store->db, &question, NULL, 0, NULL,
	    &help->err), &help->err);
	assert_int_equal(storehelp_sql(help, "SELECT 1 / 0"), -1);
	err_clear(&help->err);
	unit_fails(db_change(help->store->db, &question, NULL, 0, NULL,
	    &help->err), &help->err, ERR_STORE,
	    "current transaction is aborted");
	assert_null(strstr(help->err.hint, "was lost"));
	store_rollback(help->store);
	storehelp_append(help, 1);
}

static void
does_not_know_what_became_of_a_commit(void **state)
{
	struct storehelp *help = *state;

	storehelp_append(help, 1);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	assert_int_equal(storeserver_call("restart", "immediate"), 0);
	assert_int_equal(store_commit(help->store, &help->err), -1);
	assert_non_null(strstr(help->err.hint, "whether it was written is "
	    "not known"));
	unit_fails(-1, &help->err, ERR_STORE, "commit: ");
}

/* A connection that a transaction was left in would keep all others out. */
static void
ends_what_it_could_not_begin(void **state)
{
	struct storehelp *help = *state;
	struct store *other = NULL;

	unit_ok(store_open(help->url, STORE_OPEN, &other, &help->err),
	    &help->err);
	unit_ok(store_begin(other, &help->err), &help->err);
	unit_ok(storehelp_sql(help, "SET lock_timeout = '50ms'"), &help->err);
	unit_fails(store_begin(help->store, &help->err), &help->err,
	    ERR_STORE, "lock timeout");
	store_rollback(other);
	store_close(other);
	storehelp_append(help, 1);
}

/* Both see the same, and neither waits for the other. */
static void
reads_one_state_while_another_one_writes(void **state)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct storehelp *help = *state;
	struct store *other = NULL;
	int64_t seq = 9;

	unit_ok(store_open(help->url, STORE_OPEN, &other, &help->err),
	    &help->err);
	storehelp_append(help, 1);
	unit_ok(store_snapshot(other, &help->err), &help->err);
	unit_ok(ledger_head(other, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, 1);
	storehelp_append(help, 1);
	unit_ok(ledger_head(other, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, 1);
	store_release(other);
	unit_ok(ledger_head(other, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, 2);
	store_close(other);
}

#define LIST_N	 2000		/* rows of a list, each ... */
#define LIST_LEN 10000		/* ... of so many bytes */

static const struct db_question ask_long = { "read a long list",
	"SELECT x::bigint, repeat('x', 10000) FROM "
	"generate_series(1, 2000) AS x" };
static const struct db_question ask_broken = { "read a list that breaks",
	"SELECT (100 / (50 - x))::bigint, repeat('x', 10000) FROM "
	"generate_series(1, 2000) AS x" };

static struct db_rows *
begin_list(struct storehelp *help, const struct db_question *question)
{
	struct db *db = help->store->db;
	struct db_rows *rows = NULL;

	unit_ok(db->driver->ask(db, question, NULL, 0, &rows, &help->err),
	    &help->err);
	return rows;
}

/* The rows from..to of ask_long come next. */
static void
has_next(struct storehelp *help, struct db_rows *rows, int64_t from,
    int64_t to)
{
	const struct db_driver *driver = rows->db->driver;
	int64_t i;

	for (i = from; i <= to; i++) {
		assert_int_equal(driver->next(rows, &help->err), 1);
		assert_int_equal(driver->get_int(rows, 0), i);
		assert_int_equal(strlen(driver->get_text(rows, 1)), LIST_LEN);
	}
}

static void
has_no_more(struct storehelp *help, struct db_rows *rows)
{

	assert_int_equal(rows->db->driver->next(rows, &help->err), 0);
	assert_int_equal(rows->db->driver->next(rows, &help->err), 0);
	rows->db->driver->done(rows);
}

/* Whoever reads a long list has one row of it. */
static void
keeps_one_row_of_a_list(void **state)
{
	struct storehelp *help = *state;
	struct db_rows *rows = begin_list(help, &ask_long);
	struct mallinfo2 before, after;

	has_next(help, rows, 1, 1);
	before = mallinfo2();
	has_next(help, rows, 2, LIST_N);
	after = mallinfo2();
	assert_true(after.uordblks + after.hblkhd < before.uordblks +
	    before.hblkhd + LIST_N / 20 * LIST_LEN);
	has_no_more(help, rows);
}

/* Two lists at once, a question that writes, and the end of it all. */
static void
answers_others_while_a_list_is_read(void **state)
{
	struct storehelp *help = *state;
	struct db_rows *rows, *inner;
	const char *text;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	rows = begin_list(help, &ask_long);
	has_next(help, rows, 1, 7);
	text = rows->db->driver->get_text(rows, 1);
	inner = begin_list(help, &ask_long);
	has_next(help, inner, 1, 3);
	/* What was borrowed of the current row is still there. */
	assert_ptr_equal(text, rows->db->driver->get_text(rows, 1));
	has_next(help, rows, 8, 9);
	unit_ok(storehelp_sql(help, "CREATE TABLE t (a int)"), &help->err);
	has_next(help, inner, 4, LIST_N);
	has_no_more(help, inner);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	has_next(help, rows, 10, LIST_N);
	has_no_more(help, rows);
	unit_ok(storehelp_sql(help, "DROP TABLE t"), &help->err);
}

/* Nobody has to read what he asked for. */
static void
ends_a_list_before_its_end(void **state)
{
	struct storehelp *help = *state;
	struct db_rows *rows, *aside;

	rows = begin_list(help, &ask_long);
	rows->db->driver->done(rows);
	rows = begin_list(help, &ask_long);
	has_next(help, rows, 1, 2);
	aside = begin_list(help, &ask_long);
	rows->db->driver->done(rows);
	aside->db->driver->done(aside);
	storehelp_append(help, 1);
}

/* What fails in the middle is no end; a list that is put aside fails, too. */
static void
tells_what_breaks_a_list(void **state)
{
	struct storehelp *help = *state;
	struct db_rows *rows, *aside;
	int i;

	rows = begin_list(help, &ask_broken);
	for (i = 1; i < 50; i++)
		assert_int_equal(rows->db->driver->next(rows, &help->err), 1);
	unit_fails(rows->db->driver->next(rows, &help->err), &help->err,
	    ERR_STORE, "division by zero");
	rows->db->driver->done(rows);
	aside = begin_list(help, &ask_broken);
	assert_int_equal(aside->db->driver->next(aside, &help->err), 1);
	storehelp_append(help, 1);
	for (i = 2; i < 50; i++)
		assert_int_equal(aside->db->driver->next(aside, &help->err),
		    1);
	unit_fails(aside->db->driver->next(aside, &help->err), &help->err,
	    ERR_STORE, "division by zero");
	aside->db->driver->done(aside);
	storehelp_append(help, 1);
}

/* A list whose server is gone is not at its end. */
static void
tells_that_a_list_was_cut_off(void **state)
{
	struct storehelp *help = *state;
	struct db_rows *rows = begin_list(help, &ask_long);
	int i, step = 1;

	has_next(help, rows, 1, 2);
	assert_int_equal(storeserver_call("restart", "immediate"), 0);
	for (i = 3; i <= LIST_N && step == 1; i++)
		step = rows->db->driver->next(rows, &help->err);
	unit_fails(step, &help->err, ERR_STORE, "postgresql://kmgr@");
	rows->db->driver->done(rows);
	unit_fails(store_begin(help->store, &help->err), &help->err,
	    ERR_STORE, "the connection was lost");
}

/* The zones a. and b., due. */
static void
two_are_due(struct storehelp *help)
{
	struct ksk_row ksk;
	unsigned int n;

	storehelp_fill(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	for (n = 1; n <= 2; n++) {
		ksk = storehelp_ksk(n, n == 1 ? "a." : "b.", 1);
		unit_ok(store_ksk_put(help->store, &ksk, &help->err),
		    &help->err);
		ksk_row_clear(&ksk);
	}
	unit_ok(store_commit(help->store, &help->err), &help->err);
}

/* Many more zones like a. and b., with a KSK each. */
static const char many_zones[] = "SET session_replication_role = replica; "
    "DO $$ DECLARE t text; c text; BEGIN FOREACH t IN ARRAY "
    "ARRAY['zone', 'ksk'] LOOP SELECT string_agg(CASE column_name "
    "WHEN 'id' THEN 'md5(zone || g)' WHEN 'zone' THEN 'g || zone' "
    "ELSE column_name END, ',' ORDER BY ordinal_position) INTO c "
    "FROM information_schema.columns WHERE table_name = t; "
    "EXECUTE 'INSERT INTO ' || t || ' SELECT ' || c || ' FROM ' || t || "
    "', generate_series(1, 2000) AS g'; END LOOP; END $$; "
    "RESET session_replication_role; ANALYZE";

/* Of those that are wanted, and of no others, it is looked up. */
static void
knows_from_an_index_whether_a_zone_has_a_key(void **state)
{
	static const char *const questions[] = {
		"SELECT zone FROM zone WHERE zone > ''b.'' AND ",
		"SELECT zone FROM zone WHERE next_at <= 9 AND " };
	struct storehelp *help = *state;
	char *sql;
	size_t i;

	two_are_due(help);
	unit_ok(storehelp_sql(help, many_zones), &help->err);
	for (i = 0; i < N_OF(questions); i++) {
		sql = mem_printf("DO $$ DECLARE line text; BEGIN "
		    "FOR line IN EXECUTE 'EXPLAIN %s' || $q$" STORE_ZONE_USED
		    "$q$ || ' ORDER BY zone LIMIT 200' LOOP "
		    "ASSERT line NOT LIKE '%%hashed%%' AND "
		    "line NOT LIKE '%%Seq Scan on ksk%%', line; "
		    "END LOOP; END $$", questions[i]);
		unit_ok(storehelp_sql(help, sql), &help->err);
		free(sql);
	}
}

/* What holder claims now, in a connection of its own; one at most. */
static void
claims(struct storehelp *help, const char *name, const char *want)
{
	const struct store_holder holder = { name, 100 };
	struct store_claim *list;
	struct store *other = NULL;
	size_t n;

	unit_ok(store_open(help->url, STORE_OPEN, &other, &help->err),
	    &help->err);
	unit_ok(other->db->driver->script(other->db,
	    "SET lock_timeout = '100ms'", &help->err), &help->err);
	unit_ok(store_claim_due(other, &holder, 1, 1, &list, &n, &help->err),
	    &help->err);
	assert_string_equal(n == 0 ? "" : list[0].zone, want);
	store_claims_free(list, n);
	store_close(other);
}

/* Neither a writer of facts nor one who claims keeps anybody waiting. */
static void
claims_beside_others(void **state)
{
	struct storehelp *help = *state;

	two_are_due(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	claims(help, "one", "a.");
	store_rollback(help->store);
	unit_ok(storehelp_sql(help, "UPDATE claim SET until_at = 0; "
	    "INSERT INTO claim VALUES ('b.', '', 0, 0)"), &help->err);
	unit_ok(storehelp_sql(help, "BEGIN; SELECT 1 FROM claim "
	    "WHERE zone = 'a.' FOR NO KEY UPDATE"), &help->err);
	claims(help, "two", "b.");
	claims(help, "three", "");
	unit_ok(storehelp_sql(help, "COMMIT"), &help->err);
	claims(help, "three", "a.");
}

/* Between the look at the claim and the commit nobody takes it over. */
static void
holds_its_claim_up_to_the_commit(void **state)
{
	const struct store_holder one = { "one", 100 };
	struct storehelp *help = *state;
	struct store_claim *list;
	size_t n;

	two_are_due(help);
	unit_ok(store_claim_due(help->store, &one, 1, 9, &list, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 2);
	unit_ok(storehelp_sql(help, "UPDATE claim SET until_at = 1"),
	    &help->err);
	store_claim_guard(help->store, &one, list, n);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_claim_check(help->store, &help->err), &help->err);
	claims(help, "two", "");
	unit_ok(store_commit(help->store, &help->err), &help->err);
	claims(help, "two", "a.");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_fails(store_commit(help->store, &help->err), &help->err,
	    ERR_STORE, "another run has taken it over");
	store_claim_guard(help->store, &one, NULL, 0);
	store_claims_free(list, n);
}

/* The machines' clocks differ: that of the server counts. */
static void
leases_by_the_clock_of_the_server(void **state)
{
	static const char check[] = "DO $$ BEGIN ASSERT (SELECT until_at "
	    "BETWEEN extract(epoch FROM now()) + 90 AND "
	    "extract(epoch FROM now()) + 110 FROM claim); END $$";
	struct storehelp *help = *state;
	int64_t now_at = 0;

	two_are_due(help);
	claims(help, "one", "a.");
	unit_ok(storehelp_sql(help, check), &help->err);
	unit_ok(db_clock(help->store->db, &now_at, &help->err), &help->err);
	assert_true(now_at > 1700000000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(takes_no_password),
		STOREHELP_TEST(refuses_what_libpq_does),
		STOREHELP_TEST(guards_whole_tables),
		STOREHELP_TEST(waits_for_the_disk_and_for_nobody_else),
		STOREHELP_TEST(refuses_what_is_not_its_own),
		STOREHELP_TEST(ends_what_it_could_not_begin),
		STOREHELP_TEST(reads_one_state_while_another_one_writes),
		STOREHELP_TEST(keeps_one_row_of_a_list),
		STOREHELP_TEST(answers_others_while_a_list_is_read),
		STOREHELP_TEST(ends_a_list_before_its_end),
		STOREHELP_TEST(tells_what_breaks_a_list),
		STOREHELP_TEST(tells_that_a_list_was_cut_off),
		STOREHELP_TEST(knows_from_an_index_whether_a_zone_has_a_key),
		STOREHELP_TEST(claims_beside_others),
		STOREHELP_TEST(holds_its_claim_up_to_the_commit),
		STOREHELP_TEST(leases_by_the_clock_of_the_server),
		STOREHELP_TEST(refuses_a_standby),
		STOREHELP_TEST(is_lost_with_its_connection),
		STOREHELP_TEST(says_that_a_transaction_has_failed),
		STOREHELP_TEST(does_not_know_what_became_of_a_commit),
	};

	return storehelp_run_pgsql(tests, N_OF(tests));
}
