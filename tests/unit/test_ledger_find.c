/* Events by CMK, zone and type, wherever they stand in the chain. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/buf.h"

#define AT 1800000000

/* Numbers 1 to 12: of CMKs c and d, zones a. and b., three types. */
static void
fill(struct storehelp *help)
{
	static const struct {
		const char *type, *payload;
	} events[] = {
		{ "create-cmk", "{\"cmk_id\":\"c\"}" },
		{ "create-cmk", "{\"cmk_id\":\"d\"}" },
		{ "create-ksk", "{\"cmk_id\":\"c\",\"zone\":\"a.\"}" },
		{ "create-ksk", "{\"cmk_id\":\"c\",\"zone\":\"b.\"}" },
		{ "ds-seen", "{\"cmk_id\":\"c\",\"zone\":\"a.\"}" },
		{ "create-ksk", "{\"cmk_id\":\"d\",\"zone\":\"a.\"}" },
		{ "ds-seen", "{\"zone\":\"a.\"}" },
		{ "create-ksk", "{\"cmk_id\":\"c\",\"zone\":\"a.\"}" },
		{ "test", "{}" },
		{ "create-ksk", "{\"cmk_id\":\"c\",\"zone\":\"a.\"}" },
		{ "create-cmk", "{\"cmk_id\":\"d\",\"zone\":null}" },
		{ "create-ksk", "{\"cmk_id\":\"C\",\"zone\":\"A.\"}" },
	};
	size_t i;

	for (i = 0; i < N_OF(events); i++)
		storehelp_event(help, events[i].type, events[i].payload,
		    "{\"uid\":0}", AT + (int64_t)i);
}

/* The numbers of these records, and the records gone. */
static void
are(struct storehelp *help, int rc, struct ledger_record *records, size_t n,
    const char *want)
{
	struct buf text = BUF_INIT;
	size_t i;

	unit_ok(rc, &help->err);
	for (i = 0; i < n; i++) {
		buf_printf(&text, "%s%d", i == 0 ? "" : " ",
		    (int)records[i].seq);
		assert_int_equal(records[i].at, AT + records[i].seq - 1);
		assert_string_equal(records[i].actor, "{\"uid\":0}");
	}
	assert_string_equal(buf_text(&text), want);
	buf_free(&text);
	ledger_records_free(records, n);
}

static void
lists_the_events_of_a_cmk(void **state)
{
	static const struct {
		const char *cmk, *type;
		int64_t from;
		size_t max;
		const char *want;
	} asked[] = {
		{ "c", "create-ksk", 1, 100, "3 4 8 10" },
		{ "c", "create-ksk", 4, 2, "4 8" },
		{ "c", "create-ksk", 9, SIZE_MAX, "10" },
		{ "c", "create-ksk", 11, 100, "" },
		{ "d", "create-cmk", 0, 100, "2 11" },
		{ "c", "ds-seen", 1, 100, "5" },
		{ "c", "ds-see", 1, 100, "" },
		{ "", "test", 1, 100, "" },
	};
	struct storehelp *help = *state;
	struct ledger_record *records;
	size_t i, n;
	int rc;

	fill(help);
	for (i = 0; i < N_OF(asked); i++) {
		rc = ledger_of_cmk(help->store, asked[i].cmk, asked[i].type,
		    asked[i].from, asked[i].max, &records, &n, &help->err);
		are(help, rc, records, n, asked[i].want);
	}
}

static void
lists_the_events_of_a_zone(void **state)
{
	static const struct {
		const char *zone, *type;
		int64_t from;
		size_t max;
		const char *want;
	} asked[] = {
		{ "a.", "create-ksk", 1, 100, "3 6 8 10" },
		{ "a.", "create-ksk", 4, 2, "6 8" },
		{ "b.", "create-ksk", 1, 100, "4" },
		{ "a.", "ds-seen", 1, 100, "5 7" },
		{ "c.", "create-ksk", 1, 100, "" },
	};
	struct storehelp *help = *state;
	struct ledger_record *records;
	int64_t count;
	size_t i, n;
	int rc;

	fill(help);
	for (i = 0; i < N_OF(asked); i++) {
		rc = ledger_of_zone(help->store, asked[i].zone, asked[i].type,
		    asked[i].from, asked[i].max, &records, &n, &help->err);
		are(help, rc, records, n, asked[i].want);
	}
	unit_ok(ledger_count_of_zone(help->store, "a.", "create-ksk", &count,
	    &help->err), &help->err);
	assert_int_equal(count, 4);
	unit_ok(ledger_count_of_zone(help->store, "a.", "ds-gone", &count,
	    &help->err), &help->err);
	assert_int_equal(count, 0);
}

static int64_t
last(struct storehelp *help, const char *cmk, const char *type)
{
	struct ledger_record record = { 0 };
	bool found = true;
	int64_t seq = 0;

	unit_ok(ledger_last(help->store, cmk, type, &record, &found,
	    &help->err), &help->err);
	if (found) {
		assert_string_equal(record.type, type);
		assert_non_null(strstr(record.payload, "cmk_id"));
		seq = record.seq;
	}
	ledger_record_clear(&record);
	return seq;
}

static void
finds_the_last_event_of_a_cmk(void **state)
{
	struct storehelp *help = *state;

	assert_int_equal(last(help, "c", "create-ksk"), 0);
	fill(help);
	assert_int_equal(last(help, "c", "create-ksk"), 10);
	assert_int_equal(last(help, "d", "create-ksk"), 6);
	assert_int_equal(last(help, "c", "ds-seen"), 5);
	assert_int_equal(last(help, "c", "test"), 0);
	assert_int_equal(last(help, "x", "create-ksk"), 0);
}

static int64_t
newest(struct storehelp *help, const char *type)
{
	struct ledger_record record = { 0 };
	bool found = true;
	int64_t seq = 0;

	unit_ok(ledger_newest(help->store, type, &record, &found, &help->err),
	    &help->err);
	if (found) {
		assert_string_equal(record.type, type);
		seq = record.seq;
	}
	ledger_record_clear(&record);
	return seq;
}

static void
finds_the_newest_event_of_a_type(void **state)
{
	struct storehelp *help = *state;

	assert_int_equal(newest(help, "create-ksk"), 0);
	fill(help);
	assert_int_equal(newest(help, "create-ksk"), 12);
	assert_int_equal(newest(help, "create-cmk"), 11);
	assert_int_equal(newest(help, "test"), 9);
	assert_int_equal(newest(help, "no-such-type"), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(lists_the_events_of_a_cmk),
		STOREHELP_TEST(lists_the_events_of_a_zone),
		STOREHELP_TEST(finds_the_last_event_of_a_cmk),
		STOREHELP_TEST(finds_the_newest_event_of_a_type),
	};

	return storehelp_run(tests, N_OF(tests));
}
