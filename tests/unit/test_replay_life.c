/*
 * Events of the life cycle: which of them are believed, what they make of
 * rows, and that a store which says something else in any column is found out.
 */
#include "tests/unit/ledgerhelp.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"
#include "kmgr/store/store_inner.h"

#define NOBODY	"00112233445566778899aabbccddeeff"
#define DNSKEY	"\"dnskey\":\"257 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau" \
	"8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==\""
/* What stands for the ids and names of a ledger of the past. */
#define KSK	"\"cmk_id\":\"@C\",\"ksk_id\":\"@K\",\"zone\":\"@Z\""
#define ZONE	"\"cmk_id\":\"@C\",\"zone\":\"@Z\""
#define FOREIGN	ZONE ",\"foreign_id\":\"" NOBODY "\""
#define ADDED	"{" FOREIGN "," DNSKEY ",\"added_at\":5,\"life\":{}}"
#define LIFE	",\"life\":{\"state\":\"active\",\"standby\":\"none\","

struct world {
	struct replay		*replay;
	const struct ksk_row	*used;
	const struct ksk_row	*removed;
};

static void
begin(struct world *w)
{
	struct error err = ERR_INIT;
	struct ledger_record *records;
	struct ksk_row *const *ksks;
	size_t i, n;

	*w = (struct world) { .replay = replay_new() };
	records = ledgerhelp_read(LEDGERHELP_PAST, &n);
	for (i = 0; i < n; i++)
		unit_ok(replay_event(w->replay, &records[i], &err), &err);
	ledger_records_free(records, n);
	ksks = replay_ksks(w->replay, &n);
	for (i = 0; i < n; i++)
		if (ksks[i]->retirement != NULL)
			w->removed = ksks[i];
	assert_non_null(w->removed);
	for (i = 0; i < n; i++)
		if (ksks[i] != w->removed &&
		    strcmp(ksks[i]->zone, w->removed->zone) == 0)
			w->used = ksks[i];
	assert_non_null(w->used);
}

/* text with the ids of the world in it. Owner: the caller, free(). */
static char *
told(const struct world *w, const char *text)
{
	struct buf out = BUF_INIT;

	for (; *text != '\0'; text++) {
		if (*text != '@') {
			buf_add(&out, text, 1);
			continue;
		}
		switch (*++text) {
		case 'C':
			buf_printf(&out, "%s", w->used->cmk_id);
			break;
		case 'K':
			buf_printf(&out, "%s", w->used->id);
			break;
		case 'R':
			buf_printf(&out, "%s", w->removed->id);
			break;
		default:
			buf_printf(&out, "%s", w->used->zone);
		}
	}
	return buf_take(&out);
}

static int
happen(const struct world *w, const char *type, const char *text,
    struct error *err)
{
	struct ledger_record record = { .seq = 99, .at = 1800000000 };
	int rc;

	record.type = mem_strdup(type);
	record.payload = told(w, text);
	rc = replay_event(w->replay, &record, err);
	ledger_record_clear(&record);
	return rc;
}

/* All that a step may change, as one text. */
static char *
picture(const struct world *w)
{
	const struct ksk_row *k = w->used;
	const struct replay_zone *zone = replay_zone_find(w->replay, k->zone);
	struct buf out = BUF_INIT;
	size_t i;

	buf_printf(&out, "%s %s %lld %lld %lld %lld %lld %lld %lld %lld %lld; "
	    "%s %s;", k->state, k->standby, (long long)k->dnskey_in_at,
	    (long long)k->dnskey_out_at, (long long)k->ds_add_at,
	    (long long)k->ds_seen_at, (long long)k->ds_remove_at,
	    (long long)k->ds_gone_at, (long long)k->retire_at,
	    (long long)k->revoke_at, (long long)k->backup_at,
	    w->removed->state, w->removed->retirement_signature);
	for (i = 0; i < w->replay->foreign.n; i++) {
		const struct foreign_key_row *row =
		    w->replay->foreign.rows[i];

		buf_printf(&out, " %s %u %lld %lld %lld", row->id,
		    row->key_tag, (long long)row->ds_seen_at,
		    (long long)row->retire_at, (long long)row->removed_at);
	}
	buf_printf(&out, " %s %lld", zone->goal, (long long)zone->goal_at);
	for (i = 0; i < zone->n_algs; i++)
		buf_printf(&out, " %u:%lld", zone->algs[i].alg,
		    (long long)zone->algs[i].signed_at);
	buf_printf(&out, " %zu zones", w->replay->n_zones);
	return buf_take(&out);
}

/* What no event says that kmgr wrote, and what is said to it. */
static const char *const hostile[][3] = {
	{ "ksk-step", "{}", "it has no ksk_id" },
	{ "ksk-step", "[]", "it has no ksk_id" },
	{ "ksk-step", "{\"ksk_id\":7}", "it has no ksk_id" },
	{ "ksk-step", "{\"ksk_id\":\"@K\",\"zone\":\"@Z\"" LIFE
	    "\"ds_seen_at\":5}}", "it has no cmk_id" },
	{ "ksk-step", "{\"ksk_id\":\"@K\",\"cmk_id\":\"@C\"" LIFE
	    "\"ds_seen_at\":5}}", "it has no zone" },
	{ "ksk-step", "{" KSK "}", "no state or no standby" },
	{ "ksk-step", "{" KSK ",\"life\":[]}", "no state or no standby" },
	{ "ksk-step", "{" KSK ",\"life\":{\"state\":\"active\"}}",
	    "no state or no standby" },
	{ "ksk-step", "{" KSK ",\"life\":{\"standby\":\"none\",\"state\":1}}",
	    "no state or no standby" },
	{ "ksk-step", "{" KSK LIFE "\"ds_seen_at\":\"5\"}}",
	    "its ds_seen_at is no instant" },
	{ "ksk-step", "{" KSK LIFE "\"dnskey_in_at\":-5}}",
	    "its dnskey_in_at is no instant" },
	{ "ksk-step", "{" KSK LIFE "\"ds_add_at\":5,\"backup_at\":0}}",
	    "its backup_at is no instant" },
	{ "ksk-step", "{" KSK LIFE "\"revoke_at\":null}}",
	    "its revoke_at is no instant" },
	{ "ksk-step", "{" KSK LIFE "\"retire_at\":true}}",
	    "its retire_at is no instant" },
	{ "ksk-step", "{\"cmk_id\":\"@C\",\"zone\":\"@Z\",\"ksk_id\":\""
	    NOBODY "\"" LIFE "\"ds_seen_at\":5}}", "no event tells of KSK" },
	{ "ksk-step", "{\"cmk_id\":\"" NOBODY "\",\"zone\":\"@Z\","
	    "\"ksk_id\":\"@K\"" LIFE "\"ds_seen_at\":5}}",
	    "of another zone or CMK" },
	{ "ksk-step", "{\"cmk_id\":\"@C\",\"zone\":\"x.\",\"ksk_id\":\"@K\""
	    LIFE "\"ds_seen_at\":5}}", "of another zone or CMK" },
	{ "ksk-step", "{\"cmk_id\":\"@C\",\"zone\":\"@Z\",\"ksk_id\":\"@R\""
	    LIFE "\"ds_seen_at\":5}}", "removed already" },
	{ "confirm-backup", "{\"cmk_id\":\"@C\",\"zone\":\"@Z\",\"ksk_id\":"
	    "\"@R\"" LIFE "\"backup_at\":5}}", "removed already" },
	{ "ds-seen", "{\"cmk_id\":\"@C\",\"zone\":\"@Z\",\"ksk_id\":\"@R\","
	    "\"to\":\"active\",\"ds_seen_at\":5}", "removed already" },
	{ "ds-seen", "{" KSK ",\"ds_seen_at\":5}", "it has no to" },
	{ "ds-seen", "{" KSK ",\"to\":\"active\"}", "when its DS was seen" },
	{ "ds-seen", "{" KSK ",\"to\":\"active\",\"ds_seen_at\":-5}",
	    "when its DS was seen" },
	{ "ds-gone", "{" KSK ",\"to\":\"retired\",\"ds_seen_at\":5,"
	    "\"ds_gone_at\":-1}", "when its DS was seen" },
	{ "ds-gone", "{" KSK ",\"to\":\"retired\",\"ds_seen_at\":5,"
	    "\"life\":{}}", "no state or no standby" },
	{ "ds-gone", "{\"cmk_id\":\"@C\",\"zone\":\"x.\",\"ksk_id\":\"@K\","
	    "\"to\":\"retired\",\"ds_seen_at\":5}", "another zone or CMK" },
	{ "delete-ksk", "{\"cmk_id\":\"" NOBODY "\",\"zone\":\"@Z\","
	    "\"ksk_id\":\"@K\",\"retirement\":\"{}\","
	    "\"retirement_signature\":\"x\"}", "another zone or CMK" },
	{ "zone-goal", "{" ZONE ",\"goal_at\":5}", "it has no goal" },
	{ "zone-goal", "{" ZONE ",\"goal\":\"bogus\",\"goal_at\":5}",
	    "\"bogus\" is no goal" },
	{ "zone-goal", "{" ZONE ",\"goal\":\"insecure\"}", "no instant" },
	{ "zone-goal", "{" ZONE ",\"goal\":\"insecure\",\"goal_at\":-1}",
	    "no instant" },
	{ "zone-goal", "{\"cmk_id\":\"@C\",\"zone\":\"x.\",\"goal\":"
	    "\"insecure\",\"goal_at\":5}", "no event tells of a key of zone" },
	{ "zone-goal", "{\"zone\":\"@Z\",\"goal\":\"insecure\",\"goal_at\":5}",
	    "it has no cmk_id" },
	{ "zone-goal", "{\"cmk_id\":\"" NOBODY "\",\"zone\":\"@Z\",\"goal\":"
	    "\"insecure\",\"goal_at\":5}", "has no KSK under CMK" },
	{ "alg-signed", "{" ZONE ",\"signed_at\":5}", "no algorithm" },
	{ "alg-signed", "{" ZONE ",\"alg\":0,\"signed_at\":5}",
	    "no algorithm" },
	{ "alg-signed", "{" ZONE ",\"alg\":256,\"signed_at\":5}",
	    "no algorithm" },
	{ "alg-signed", "{" ZONE ",\"alg\":14}", "no instant" },
	{ "alg-signed", "{" ZONE ",\"alg\":14,\"signed_at\":-5}",
	    "no instant" },
	{ "alg-signed", "{" ZONE ",\"alg\":14,\"dropped\":\"yes\"}",
	    "no instant" },
	{ "alg-signed", "{\"cmk_id\":\"" NOBODY "\",\"zone\":\"@Z\","
	    "\"alg\":14,\"signed_at\":5}", "has no KSK under CMK" },
	{ "add-foreign-key", "{" ZONE "," DNSKEY ",\"added_at\":5,"
	    "\"life\":{}}", "no id, zone, DNSKEY" },
	{ "add-foreign-key", "{" ZONE ",\"foreign_id\":\"short\"," DNSKEY
	    ",\"added_at\":5,\"life\":{}}", "no id, zone, DNSKEY" },
	{ "add-foreign-key", "{" FOREIGN ",\"dnskey\":\"257 3 13 junk=\","
	    "\"added_at\":5,\"life\":{}}", "" },
	{ "add-foreign-key", "{" FOREIGN "," DNSKEY ",\"life\":{}}",
	    "no id, zone, DNSKEY" },
	{ "add-foreign-key", "{" FOREIGN "," DNSKEY ",\"added_at\":5}",
	    "no facts" },
	{ "add-foreign-key", "{\"cmk_id\":\"@C\",\"zone\":\"x.\","
	    "\"foreign_id\":\"" NOBODY "\"," DNSKEY ",\"added_at\":5,"
	    "\"life\":{}}", "no event tells of a key of zone x." },
	{ "add-foreign-key", "{\"cmk_id\":\"" NOBODY "\",\"zone\":\"@Z\","
	    "\"foreign_id\":\"" NOBODY "\"," DNSKEY ",\"added_at\":5,"
	    "\"life\":{}}", "has no KSK under CMK" },
	{ "foreign-step", "{" FOREIGN ",\"life\":{}}",
	    "no event tells of foreign key" },
	{ "foreign-step", "{" ZONE ",\"life\":{}}", "it has no foreign_id" },
};

static void
what_kmgr_never_wrote_is_refused(void **state)
{
	struct error err = ERR_INIT;
	char *before, *after;
	struct world w;
	size_t i;

	(void)state;
	begin(&w);
	for (i = 0; i < N_OF(hostile); i++) {
		before = picture(&w);
		if (happen(&w, hostile[i][0], hostile[i][1], &err) == 0)
			fail_msg("believed: %s %s", hostile[i][0],
			    hostile[i][1]);
		unit_fails(-1, &err, ERR_INTEGRITY, hostile[i][2]);
		after = picture(&w);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
	replay_free(w.replay);
}

/* Another provider's key, once it is there, and once it is removed. */
static void
steps_of_foreign_keys_are_of_their_zone_and_end(void **state)
{
	static const char *const steps[][2] = {
		{ "{" FOREIGN "}", "no facts" },
		{ "{" FOREIGN ",\"life\":[]}", "no facts" },
		{ "{" FOREIGN ",\"life\":{\"removed_at\":-1}}",
		    "its removed_at is no instant" },
		{ "{" FOREIGN ",\"life\":{\"ds_gone_at\":\"\"}}",
		    "its ds_gone_at is no instant" },
		{ "{\"cmk_id\":\"" NOBODY "\",\"zone\":\"@Z\",\"foreign_id\":"
		    "\"" NOBODY "\",\"life\":{}}", "has no KSK under CMK" },
		{ "{" FOREIGN ",\"life\":{\"ds_seen_at\":7}}", NULL },
		/* A fact that goes back: the newest event is what is so. */
		{ "{" FOREIGN ",\"step\":\"no-such-step\",\"at\":-9,"
		    "\"life\":{\"ds_seen_at\":6}}", NULL },
		{ "{" FOREIGN ",\"life\":{\"removed_at\":8}}", NULL },
		{ "{" FOREIGN ",\"life\":{}}", "is removed already" },
	};
	const struct foreign_key_row *row;
	struct error err = ERR_INIT;
	struct world w;
	size_t i;

	(void)state;
	begin(&w);
	unit_ok(happen(&w, "add-foreign-key", ADDED, &err), &err);
	unit_fails(happen(&w, "add-foreign-key", ADDED, &err), &err,
	    ERR_INTEGRITY, "already");
	row = replay_rows_find(&w.replay->foreign, NOBODY);
	assert_int_equal(row->added_at, 5);
	assert_int_equal(row->alg, 13);
	for (i = 0; i < N_OF(steps); i++) {
		const int rc = happen(&w, "foreign-step", steps[i][0], &err);

		if (steps[i][1] == NULL)
			unit_ok(rc, &err);
		else
			unit_fails(rc, &err, ERR_INTEGRITY, steps[i][1]);
	}
	assert_int_equal(row->ds_seen_at, 0);
	assert_int_equal(row->removed_at, 8);
	replay_free(w.replay);
}

/* The newest event tells all facts: what it leaves out is not so any more. */
static void
the_newest_event_is_what_is_so(void **state)
{
	static const char *const steps[][2] = {
		{ "{" KSK LIFE "\"ds_seen_at\":9,\"ds_add_at\":8,"
		    "\"dnskey_in_at\":7}}", "active none 7 0 8 9 0 0 0 0 0;" },
		{ "{" KSK LIFE "\"ds_seen_at\":3}}",
		    "active none 0 0 0 3 0 0 0 0 0;" },
		{ "{" KSK ",\"step\":\"no-such-step\",\"at\":-1,\"life\":{"
		    "\"state\":\"retired\",\"standby\":\"ds\",\"retire_at\":"
		    "9223372036854775807}}", "retired ds 0 0 0 0 0 0 "
		    "9223372036854775807 0 0;" },
	};
	struct error err = ERR_INIT;
	struct world w;
	char *is;
	size_t i;

	(void)state;
	begin(&w);
	for (i = 0; i < N_OF(steps); i++) {
		unit_ok(happen(&w, "ksk-step", steps[i][0], &err), &err);
		is = picture(&w);
		if (strncmp(is, steps[i][1], strlen(steps[i][1])) != 0)
			fail_msg("%s is not %s", is, steps[i][1]);
		free(is);
	}
	replay_free(w.replay);
}

static void
algorithms_come_and_go_in_their_order(void **state)
{
	static const struct {
		unsigned int	alg;
		int64_t		at;
		const char	*is;
	} steps[] = { { 15, 5, " 15:5 " }, { 8, 6, " 8:6 " },
		{ 15, 4, " 15:4 " }, { 14, 7, " 14:7 15:4 " },
		{ 14, 0, " 15:4 " }, { 14, 0, " 15:4 " }, { 8, 0, " 15:4 " } };
	struct error err = ERR_INIT;
	struct world w;
	char *text, *is;
	size_t i;

	(void)state;
	begin(&w);
	for (i = 0; i < N_OF(steps); i++) {
		text = mem_printf("{" ZONE ",\"alg\":%u,\"signed_at\":%lld,"
		    "\"dropped\":%s}", steps[i].alg, (long long)steps[i].at,
		    steps[i].at == 0 ? "true" : "false");
		unit_ok(happen(&w, "alg-signed", text, &err), &err);
		free(text);
		is = picture(&w);
		if (strstr(is, steps[i].is) == NULL ||
		    (steps[i].at == 0 && strstr(is, " 14:") != NULL))
			fail_msg("%s is not in %s", steps[i].is, is);
		free(is);
	}
	replay_free(w.replay);
}

/* --- what a store says --------------------------------------------------- */

struct column {
	char	*name;
	char	*type;
};

static void
read_column(const struct db_rows *rows, void *out)
{
	struct column *column = out;

	column->name = db_get_text(rows, 0);
	column->type = db_get_text(rows, 1);
}

static void
clear_column(void *row)
{
	struct column *column = row;

	free(column->name);
	free(column->type);
}

static const struct db_shape shape = { sizeof(struct column), read_column,
	clear_column };
static const struct db_question ask_columns = { "list columns",
	"SELECT name, type FROM pragma_table_info($1) ORDER BY cid" };

static void
count(void *arg, enum replay_difference kind, const char *line)
{
	size_t *n = arg;

	(void)kind;
	(void)line;
	(*n)++;
}

static size_t
differences(struct storehelp *help, const struct world *w)
{
	size_t n = 0;

	unit_ok(replay_compare(w->replay, help->store, count, &n, &help->err),
	    &help->err);
	return n;
}

/* What run knows for its next pass, and makes anew. */
static bool
is_silent(const char *table, const char *column)
{
	static const char *const silent[] = { "next_at", "waiting_since_at",
		"waits_for", "told_at", "published_hash", "published_at",
		"published_signature", "published_changes", "settings",
		"changes" };
	size_t i;

	for (i = 0; strcmp(table, "zone") == 0 && i < N_OF(silent); i++)
		if (strcmp(column, silent[i]) == 0)
			return true;
	return false;
}

/* One column of one row says something else: by is SQL for what. */
static void
change(struct storehelp *help, const struct world *w, const char *table,
    const char *column, const char *row, const char *by)
{
	char *sql = mem_printf("UPDATE %s SET %s = %s WHERE rowid = (SELECT "
	    "%s(rowid) FROM %s) AND %s IS NOT %s", table, column, by, row,
	    table, column, by);
	size_t n;

	unit_ok(storehelp_sql(help, "SAVEPOINT before"), &help->err);
	unit_ok(storehelp_sql(help, sql), &help->err);
	n = differences(help, w);
	if ((n == 0) != is_silent(table, column))
		fail_msg("%zu differences: %s", n, sql);
	free(sql);
	unit_ok(storehelp_sql(help, "ROLLBACK TO before; RELEASE before"),
	    &help->err);
}

static void
change_table(struct storehelp *help, const struct world *w, const char *table)
{
	const struct db_value args[] = { db_text(table) };
	static const char *const rows[] = { "min", "max" };
	struct column *columns = NULL;
	size_t i, k, n = 0;
	char *by;

	unit_ok(db_list(help->store->db, &ask_columns, args, 1, &shape,
	    &columns, &n, &help->err), &help->err);
	assert_true(n > 2);
	for (i = 0; i < n; i++)
		for (k = 0; k < N_OF(rows); k++) {
			by = strcmp(columns[i].type, "INTEGER") == 0 ?
			    mem_printf("coalesce(%s, 0) + 79",
			    columns[i].name) :
			    strcmp(columns[i].type, "BLOB") == 0 ?
			    mem_strdup("x'000102030405060708090a0b0c0d0e0f"
			    "000102030405060708090a0b0c0d0e0f'") :
			    mem_printf("'f' || substr(coalesce(%s, ''), 2) "
			    "|| 'f'", columns[i].name);
			change(help, w, table, columns[i].name, rows[k], by);
			free(by);
		}
	db_list_free(&shape, columns, n);
}

/* As it was told; each column of the life cycle's tables; a row more, less. */
static void
every_column_is_compared(void **state)
{
	static const char *const tables[] = { "ksk", "zone", "zone_alg",
		"foreign_key" };
	struct storehelp *help = *state;
	struct world w;
	size_t i;
	char *sql;

	begin(&w);
	unit_ok(happen(&w, "add-foreign-key", ADDED, &help->err), &help->err);
	unit_ok(happen(&w, "foreign-step", "{" FOREIGN ",\"life\":{"
	    "\"dnskey_in_at\":6,\"ds_seen_at\":7}}", &help->err), &help->err);
	unit_ok(happen(&w, "zone-goal", "{" ZONE ",\"goal\":\"insecure\","
	    "\"goal_at\":5}", &help->err), &help->err);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(replay_write(w.replay, help->store, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	assert_int_equal(differences(help, &w), 0);
	storehelp_unguard_all(help);
	assert_int_equal(differences(help, &w), 0);
	for (i = 0; i < N_OF(tables); i++) {
		change_table(help, &w, tables[i]);
		sql = mem_printf("DELETE FROM %s WHERE rowid = (SELECT "
		    "min(rowid) FROM %s)", tables[i], tables[i]);
		unit_ok(storehelp_sql(help, "SAVEPOINT before"), &help->err);
		unit_ok(storehelp_sql(help, sql), &help->err);
		assert_true(differences(help, &w) > 0);
		unit_ok(storehelp_sql(help, "ROLLBACK TO before; "
		    "RELEASE before"), &help->err);
		free(sql);
	}
	replay_free(w.replay);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(what_kmgr_never_wrote_is_refused),
		STOREHELP_TEST(
		    steps_of_foreign_keys_are_of_their_zone_and_end),
		STOREHELP_TEST(the_newest_event_is_what_is_so),
		STOREHELP_TEST(algorithms_come_and_go_in_their_order),
		STOREHELP_SQLITE_TEST(every_column_is_compared),
	};

	return storehelp_run(tests, N_OF(tests));
}
