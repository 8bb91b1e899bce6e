/* How SQLite answers the questions that grow with a store: from an index. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"
#include "kmgr/store/store_claim.h"
#include "kmgr/store/store_inner.h"

/* Linked with --wrap: the last question that was prepared. */
struct sqlite3;
struct sqlite3_stmt;
static char *prepared;
int __real_sqlite3_prepare_v3(struct sqlite3 *conn, const char *sql, int len,
    unsigned int flags, struct sqlite3_stmt **out, const char **tail);
int __wrap_sqlite3_prepare_v3(struct sqlite3 *conn, const char *sql, int len,
    unsigned int flags, struct sqlite3_stmt **out, const char **tail);

int
__wrap_sqlite3_prepare_v3(struct sqlite3 *conn, const char *sql, int len,
    unsigned int flags, struct sqlite3_stmt **out, const char **tail)
{

	free(prepared);
	prepared = mem_strdup(sql);
	return __real_sqlite3_prepare_v3(conn, sql, len, flags, out, tail);
}

static void
read_detail(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 3);
}

static void
clear_detail(void *out)
{

	free(*(char **)out);
}

/* What SQLite says it does for the last question, a line a step. */
static char *
explain(struct storehelp *help)
{
	static const struct db_shape shape = { sizeof(char *), read_detail,
		clear_detail };
	/* Kept prepared for its address, and so never freed before. */
	struct db_question question = { "explain",
		mem_printf("EXPLAIN QUERY PLAN %s", prepared) };
	const struct db_value args[] = { db_int(0), db_int(0), db_int(0),
		db_int(0), db_int(0) };
	struct buf text = BUF_INIT;
	char **details = NULL;
	size_t i, n = 0, n_args = 0;

	for (i = 0; prepared[i] != '\0'; i++)
		if (prepared[i] == '$' &&
		    (size_t)(prepared[i + 1] - '0') > n_args)
			n_args = (size_t)(prepared[i + 1] - '0');
	unit_ok(db_list(help->store->db, &question, args, n_args, &shape,
	    &details, &n, &help->err), &help->err);
	for (i = 0; i < n; i++)
		buf_printf(&text, "%s\n", details[i]);
	db_list_free(&shape, details, n);
	storehelp_reopen(help);
	free((void *)(uintptr_t)question.sql);
	return buf_take(&text);
}

/* The last question is answered by this search alone: no sort after it. */
static void
is_answered_by(struct storehelp *help, int rc, const char *want)
{
	char *got;

	unit_ok(rc, &help->err);
	got = explain(help);
	if (strncmp(got, want, strlen(want)) != 0 ||
	    strchr(got, '\n')[1] != '\0')
		fail_msg("not \"%s\": %s", want, got);
	free(got);
}

#define BY_CMK	"SEARCH ledger USING INDEX ledger_cmk (cmk_id=? AND type=?"
#define BY_ZONE "SEARCH ledger USING INDEX ledger_zone (zone=? AND type=?"

static void
finds_events_in_an_index(void **state)
{
	struct storehelp *help = *state;
	struct ledger_record *records = NULL, record = { 0 };
	uint8_t hash[CRYPTO_SHA256_LEN];
	bool found = false;
	int64_t count;
	size_t n;

	is_answered_by(help, ledger_of_cmk(help->store, "c", "t", 1, 9,
	    &records, &n, &help->err), BY_CMK);
	is_answered_by(help, ledger_last(help->store, "c", "t", &record,
	    &found, &help->err), BY_CMK);
	is_answered_by(help, ledger_of_zone(help->store, "a.", "t", 1, 9,
	    &records, &n, &help->err), BY_ZONE);
	is_answered_by(help, ledger_count_of_zone(help->store, "a.", "t",
	    &count, &help->err), "SEARCH ledger USING COVERING INDEX "
	    "ledger_zone (zone=? AND type=?");
	is_answered_by(help, ledger_list(help->store, 1, 9, &records, &n,
	    &help->err), "SEARCH ledger USING INTEGER PRIMARY KEY");
	/* All the way, but backwards, and one step of it. */
	is_answered_by(help, ledger_head(help->store, &count, hash,
	    &help->err), "SCAN ledger");
}

static void
finds_rows_in_an_index(void **state)
{
	struct storehelp *help = *state;
	struct plan_row plan = { 0 }, *plans = NULL;
	struct signature_row *signatures = NULL;
	struct ksk_row *ksks = NULL;
	bool found = false;
	int64_t at;
	size_t n;

	is_answered_by(help, store_signature_horizon(help->store, "a.", "k",
	    &at, &help->err), "SEARCH signature USING INDEX "
	    "signature_zone (zone=?)");
	is_answered_by(help, store_signature_list(help->store, "a.",
	    &signatures, &n, &help->err), "SEARCH signature USING INDEX "
	    "signature_zone (zone=?)");
	is_answered_by(help, store_ksk_list(help->store, NULL, "c", &ksks, &n,
	    &help->err), "SEARCH ksk USING INDEX ksk_cmk (cmk_id=?)");
	is_answered_by(help, store_plan_list(help->store, "waiting", &plans,
	    &n, &help->err), "SEARCH plan USING INDEX plan_state (state=?)");
	is_answered_by(help, store_plan_find(help->store, "ab", &plan, &found,
	    &help->err), "SEARCH plan USING INDEX sqlite_autoindex_plan_1 "
	    "(hash>? AND hash<?)");
}

/* What is due is looked for by its instant, and little is sorted. */
static void
finds_zones_in_an_index(void **state)
{
	static const char *const used[] = {
		"SEARCH zone USING COVERING INDEX zone_due (next_at<?)",
		"SEARCH ksk USING INDEX ksk_revoked_tag (zone=?)",
		"SEARCH foreign_key USING INDEX foreign_key_tag (zone=?)" };
	struct storehelp *help = *state;
	char **names = NULL, *got;
	size_t i, n;

	unit_ok(store_zone_due(help->store, 1, "", 9, &names, &n,
	    &help->err), &help->err);
	got = explain(help);
	for (i = 0; i < N_OF(used); i++)
		if (strstr(got, used[i]) == NULL)
			fail_msg("not \"%s\": %s", used[i], got);
	if (strstr(got, "SCAN") != NULL)
		fail_msg("%s", got);
	free(got);
}

/* In the order of the index, as far as is wanted: what is due is not sorted. */
static void
claims_zones_from_an_index(void **state)
{
	const struct store_holder holder = { "one", 100 };
	struct storehelp *help = *state;
	struct store_claim *claims;
	char *got;
	size_t n;

	unit_ok(store_claim_due(help->store, &holder, 1, 9, &claims, &n,
	    &help->err), &help->err);
	got = explain(help);
	if (strstr(got, "SEARCH zone USING COVERING INDEX zone_due "
	    "(next_at<?)") == NULL || strstr(got, "SCAN zone") != NULL ||
	    strstr(got, "SCAN claim") != NULL ||
	    strstr(got, "ORDER BY") != NULL)
		fail_msg("%s", got);
	free(got);
}

/* As it is put for a page of zones: it looks at nothing but theirs. */
static void
is_read_ahead(struct storehelp *help, int rc)
{
	char *got;

	unit_ok(rc, &help->err);
	assert_non_null(strstr(prepared, "zone <= $2"));
	got = explain(help);
	if (strstr(got, "SCAN") != NULL || strstr(got, "ledger_type") != NULL)
		fail_msg("%s: %s", prepared, got);
	free(got);
	unit_ok(store_snapshot(help->store, &help->err), &help->err);
	store_ahead(help->store, "", "b.");
}

static void
reads_ahead_from_indexes(void **state)
{
	struct storehelp *help = *state;
	struct error *err = &help->err;
	struct ledger_row event = { .cmk_id = NULL }, *events;
	struct foreign_key_row *foreign;
	struct key_age *ages;
	struct zsk_set_row set = { .zone = NULL };
	struct zone_row zone = { .zone = NULL };
	struct observation_row *seen;
	struct signature_row *sets;
	struct zone_alg_row *algs;
	struct ksk_row *ksks;
	struct ksr_row *ksrs;
	int64_t at;
	bool found;
	size_t n;

	unit_ok(store_snapshot(help->store, err), err);
	store_ahead(help->store, "", "b.");
	is_read_ahead(help, ledger_seq_of_zone(help->store, "a.", "t", &at,
	    err));
	is_read_ahead(help, ledger_count_of_zone(help->store, "a.", "t", &at,
	    err));
	is_read_ahead(help, ledger_all_of_zone(help->store, "a.", "t",
	    &events, &n, err));
	is_read_ahead(help, ledger_last_few(help->store, "a.", "t", &events,
	    &n, err));
	is_read_ahead(help, ledger_since(help->store, "a.", "t", "u", &events,
	    &n, err));
	is_read_ahead(help, ledger_before(help->store, "a.", "t", INT64_MAX,
	    &event, &found, err));
	is_read_ahead(help, store_ksk_list(help->store, "a.", NULL, &ksks, &n,
	    err));
	is_read_ahead(help, store_ksk_facts(help->store, "a.", &ksks, &n,
	    err));
	is_read_ahead(help, store_key_ages(help->store, "a.", &ages, &n,
	    err));
	is_read_ahead(help, store_foreign_list(help->store, "a.", &foreign,
	    &n, err));
	is_read_ahead(help, store_zone_find(help->store, "a.", &zone, &found,
	    err));
	is_read_ahead(help, store_zone_alg_list(help->store, "a.", &algs, &n,
	    err));
	is_read_ahead(help, store_observation_list(help->store, "a.", "k", 1,
	    &seen, &n, err));
	is_read_ahead(help, store_ksr_list(help->store, "a.", &ksrs, &n, err));
	is_read_ahead(help, store_zsk_set_last(help->store, "a.", &set,
	    &found, err));
	is_read_ahead(help, store_signature_times(help->store, "a.", &at, &at,
	    err));
	is_read_ahead(help, store_signature_newest(help->store, "a.", &sets,
	    &n, err));
	is_read_ahead(help, store_signature_sets(help->store, "a.", 1, &sets,
	    &n, err));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(reads_ahead_from_indexes),
		STOREHELP_TEST(finds_events_in_an_index),
		STOREHELP_TEST(finds_rows_in_an_index),
		STOREHELP_TEST(finds_zones_in_an_index),
		STOREHELP_TEST(claims_zones_from_an_index),
	};

	return storehelp_run_sqlite(tests, N_OF(tests));
}
