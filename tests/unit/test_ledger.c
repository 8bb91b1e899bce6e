/* The chain: whole, or the first record that is wrong. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/text.h"
#include "kmgr/store/store_inner.h"

#define AT	  1800000000
#define PROCESSES 4
#define APPENDS	  50

/* The hashes were made by another program from ledger.h's words alone. */
static void
hashes_as_documented(void **state)
{
	static const char *const want[] = {
		"175d704474684a8e48646f96638f6b3e"
		"656823251449a1596fe728a377626dae",
		"67533d91fe6110726dd99c0b72e8a21a"
		"83b05c1e02d72f611629418b04210c28",
	};
	struct storehelp *help = *state;
	struct ledger_record *records = NULL;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t head[CRYPTO_SHA256_LEN];
	int64_t seq = 9;
	size_t n = 0;

	unit_ok(ledger_head(help->store, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, 0);
	text_hex(head, sizeof(head), hex);
	assert_int_equal(strspn(hex, "0"), 64);
	storehelp_event(help, "create-cmk", "{\"name\": \"a\\\"b\", \"n\": -5}",
	    "{\"user\":\"root\",\"uid\":0,\"host\":\"\\u00e4\"}", AT);
	storehelp_event(help, "seal", "{}", "{\"uid\":0}", AT + 1);

	unit_ok(ledger_list(help->store, 1, 10, &records, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	assert_int_equal(records[0].seq, 1);
	assert_string_equal(records[0].type, "create-cmk");
	assert_string_equal(records[0].payload,
	    "{\"n\":-5,\"name\":\"a\\\"b\"}");
	assert_string_equal(records[0].actor,
	    "{\"host\":\"\303\244\",\"uid\":0,\"user\":\"root\"}");
	assert_int_equal(records[0].at, AT);
	assert_string_equal(text_hex(records[0].hash, 32, hex), want[0]);
	assert_memory_equal(records[1].prev, records[0].hash, 32);
	assert_string_equal(text_hex(records[1].hash, 32, hex), want[1]);
	unit_ok(ledger_head(help->store, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, 2);
	assert_memory_equal(head, records[1].hash, 32);
	ledger_records_free(records, n);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 2);
}

/* What is signed as its head is what was written, whatever became of it. */
static void
knows_what_it_has_appended_itself(void **state)
{
	uint8_t own[CRYPTO_SHA256_LEN], head[CRYPTO_SHA256_LEN];
	struct storehelp *help = *state;
	struct json *nothing = json_new_object();
	int64_t seq = 0;

	storehelp_append(help, 2);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(ledger_append(help->store, "seal", nothing, nothing, AT,
	    &help->err), &help->err);
	json_free(nothing);
	unit_ok(ledger_head(help->store, &seq, own, &help->err), &help->err);
	assert_int_equal(seq, 3);
	unit_ok(storehelp_sql(help, "DROP TRIGGER ledger_update"), &help->err);
	unit_ok(storehelp_sql(help, "UPDATE ledger SET hash = zeroblob(32) "
	    "WHERE seq = 3"), &help->err);
	unit_ok(ledger_head(help->store, &seq, head, &help->err), &help->err);
	assert_memory_equal(head, own, sizeof(own));
	store_rollback(help->store);
	unit_ok(ledger_head(help->store, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, 2);
	assert_memory_not_equal(head, own, sizeof(own));
}

static void
lists_a_page_at_a_time(void **state)
{
	struct storehelp *help = *state;
	struct ledger_record *records = NULL;
	size_t n = 9;

	unit_ok(ledger_list(help->store, 1, 10, &records, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 0);
	ledger_records_free(records, n);
	storehelp_append(help, 5);
	unit_ok(ledger_list(help->store, 2, 3, &records, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 3);
	assert_int_equal(records[0].seq, 2);
	assert_int_equal(records[2].seq, 4);
	ledger_records_free(records, n);
	unit_ok(ledger_list(help->store, 6, SIZE_MAX, &records, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 0);
	ledger_records_free(records, n);
}

static void
refuses_a_type_that_needs_escapes(void **state)
{
	struct storehelp *help = *state;
	struct json *nothing = json_new_object();

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_fails(ledger_append(help->store, "a\"b", nothing, nothing, AT,
	    &help->err), &help->err, ERR_INTERNAL, "no type");
	unit_fails(ledger_append(help->store, "", nothing, nothing, AT,
	    &help->err), &help->err, ERR_INTERNAL, "no type");
	json_free(nothing);
}

/* Many records in one transaction, more than one page of the verification. */
static void
verifies_a_long_ledger(void **state)
{
	struct storehelp *help = *state;
	struct json *nothing = json_new_object();
	size_t i, n = 0;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	for (i = 0; i < 2000; i++)
		unit_ok(ledger_append(help->store, "test", nothing, nothing,
		    AT, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	json_free(nothing);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 2000);
	storehelp_append(help, 1);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 2001);
}

/* Each column of a record, by somebody who owns the database. */
static const struct {
	const char *sql;
	const char *why;
} bad[] = {
	{ "UPDATE ledger SET type = 'tesT' WHERE seq = 3",
	    "record 3 (tesT) does not match its hash" },
	{ "UPDATE ledger SET type = 'te\"st' WHERE seq = 3",
	    "record 3 (te\"st) has a type" },
	{ "UPDATE ledger SET payload = '{\"n\":3}' WHERE seq = 3",
	    "record 3 (test) does not match its hash" },
	{ "UPDATE ledger SET payload = '{\"n\": 2}' WHERE seq = 3",
	    "record 3 (test) is not canonical JSON" },
	{ "UPDATE ledger SET payload = '' WHERE seq = 5",
	    "record 5 (test) is not canonical JSON" },
	{ "UPDATE ledger SET actor = '{\"uid\":1}' WHERE seq = 1",
	    "record 1 (test) does not match its hash" },
	{ "UPDATE ledger SET at = at + 1 WHERE seq = 5",
	    "record 5 (test) does not match its hash" },
	{ "UPDATE ledger SET cmk_id = '' WHERE seq = 3",
	    "record 3 (test) is filed under another CMK or zone" },
	{ "UPDATE ledger SET zone = 'a.' WHERE seq = 3",
	    "record 3 (test) is filed under another CMK or zone" },
	{ "UPDATE ledger SET prev = zeroblob(32) WHERE seq = 2",
	    "record 2 (test) does not follow" },
	{ "UPDATE ledger SET prev = zeroblob(31) WHERE seq = 2",
	    "record 2 (test) does not follow" },
	{ "UPDATE ledger SET hash = zeroblob(32) WHERE seq = 2",
	    "record 2 (test) does not match its hash" },
	{ "UPDATE ledger SET hash = zeroblob(32) WHERE seq = 5",
	    "record 5 (test) does not match its hash" },
	{ "UPDATE ledger SET seq = 6 WHERE seq = 5",
	    "record 6 stands where 5" },
	{ "DELETE FROM ledger WHERE seq = 1",
	    "record 2 stands where 1" },
	{ "DELETE FROM ledger WHERE seq = 3",
	    "record 4 stands where 3" },
	{ "DELETE FROM ledger WHERE seq = 3; "
	  "UPDATE ledger SET seq = seq - 1 WHERE seq > 3",
	    "record 3 (test) does not follow" },
	{ "UPDATE ledger SET seq = 9 WHERE seq = 3; UPDATE ledger "
	  "SET seq = 3 WHERE seq = 4; "
	  "UPDATE ledger SET seq = 4 WHERE seq = 9",
	    "record 3 (test) does not follow" },
	{ "INSERT INTO ledger SELECT -1, prev, hash, type, payload, "
	  "actor, at, NULL, NULL FROM ledger WHERE seq = 1",
	    "record -1 stands where 1" },
	{ "INSERT INTO ledger SELECT 7, hash, hash, type, payload, "
	  "actor, at, NULL, NULL FROM ledger WHERE seq = 5",
	    "record 7 stands where 6" },
};

static void
finds_what_was_tampered_with(void **state)
{
	struct storehelp *help = *state;
	size_t i, n;

	storehelp_append(help, 5);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	storehelp_unguard(help);
	for (i = 0; i < N_OF(bad); i++) {
		unit_ok(storehelp_sql(help, "BEGIN"), &help->err);
		unit_ok(storehelp_sql(help, bad[i].sql), &help->err);
		if (ledger_verify(help->store, &n, &help->err) == 0)
			fail_msg("not found: %s", bad[i].sql);
		unit_fails(-1, &help->err, ERR_INTEGRITY, bad[i].why);
		unit_ok(storehelp_sql(help, "ROLLBACK"), &help->err);
	}
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 5);
}

/* Columns that tell of one CMK or zone, and what may stand there instead. */
static void
finds_what_was_filed_elsewhere(void **state)
{
	static const char *const moved[] = {
		"cmk_id = 'd'", "cmk_id = NULL", "zone = 'b.'", "zone = NULL",
		"zone = 'A.'", "cmk_id = zone, zone = cmk_id",
	};
	struct storehelp *help = *state;
	char sql[80];
	size_t i, n = 0;

	storehelp_event(help, "test", "{\"cmk_id\":\"c\",\"zone\":\"a.\"}",
	    "{}", AT);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	storehelp_unguard(help);
	for (i = 0; i < N_OF(moved); i++) {
		(void)snprintf(sql, sizeof(sql), "BEGIN; UPDATE ledger SET %s",
		    moved[i]);
		unit_ok(storehelp_sql(help, sql), &help->err);
		if (ledger_verify(help->store, &n, &help->err) == 0)
			fail_msg("not found: %s", moved[i]);
		unit_fails(-1, &help->err, ERR_INTEGRITY, "record 1 (test) is "
		    "filed under another CMK or zone than it tells of");
		unit_ok(storehelp_sql(help, "ROLLBACK"), &help->err);
	}
}

/* Only a text of the payload itself says what a record tells of. */
static void
files_by_texts_alone(void **state)
{
	static const char *const payloads[] = { "{\"zone\":1}",
		"[\"zone\"]",
		"{\"zone\":null}", "{\"zones\":[{\"zone\":\"a.\"}]}" };
	struct storehelp *help = *state;
	int64_t count = 9;
	size_t i, n = 0;

	for (i = 0; i < N_OF(payloads); i++)
		storehelp_event(help, "test", payloads[i], "{}", AT);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, N_OF(payloads));
	unit_ok(ledger_count_of_zone(help->store, "a.", "test", &count,
	    &help->err), &help->err);
	assert_int_equal(count, 0);
}

/* A record as it is exported. */
static struct ledger_record
only_record(struct storehelp *help, int64_t seq)
{
	struct ledger_record *records = NULL, record;
	size_t n = 0;

	unit_ok(ledger_list(help->store, seq, 1, &records, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 1);
	record = records[0];
	free(records);		/* the array; its strings are ours now */
	return record;
}

static void
checks_one_record(void **state)
{
	struct storehelp *help = *state;
	struct ledger_record one, two;
	const uint8_t none[CRYPTO_SHA256_LEN] = { 0 };

	storehelp_append(help, 2);
	one = only_record(help, 1);
	two = only_record(help, 2);
	unit_ok(ledger_record_check(&one, 1, none, &help->err), &help->err);
	unit_ok(ledger_record_check(&two, 2, one.hash, &help->err),
	    &help->err);
	unit_fails(ledger_record_check(&two, 3, one.hash, &help->err),
	    &help->err, ERR_INTEGRITY, "record 2 stands where 3 should be");
	unit_fails(ledger_record_check(&two, 2, none, &help->err), &help->err,
	    ERR_INTEGRITY, "record 2 (test) does not follow");
	two.at++;
	unit_fails(ledger_record_check(&two, 2, one.hash, &help->err),
	    &help->err, ERR_INTEGRITY, "record 2 (test) does not match");
	two.actor[0] = ' ';
	unit_fails(ledger_record_check(&two, 2, one.hash, &help->err),
	    &help->err, ERR_INTEGRITY, "record 2 (test) is not canonical");
	ledger_record_clear(&one);
	ledger_record_clear(&two);
	assert_null(two.type);
}

/* What one store exported, another one takes, in its order and whole. */
static void
takes_exported_records(void **state)
{
	struct storehelp *help = *state;
	struct ledger_record one, two;
	int64_t count = 0;
	size_t n = 9;

	storehelp_append(help, 1);
	storehelp_event(help, "test", "{\"cmk_id\":\"c\",\"zone\":\"a.\"}",
	    "{}", AT);
	one = only_record(help, 1);
	two = only_record(help, 2);
	storehelp_unguard(help);
	unit_ok(storehelp_sql(help, "DELETE FROM ledger"), &help->err);

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_fails(ledger_append_record(help->store, &two, &help->err),
	    &help->err, ERR_INTEGRITY, "record 2 stands where 1 should be");
	unit_ok(ledger_append_record(help->store, &one, &help->err),
	    &help->err);
	unit_fails(ledger_append_record(help->store, &one, &help->err),
	    &help->err, ERR_INTEGRITY, "record 1 stands where 2 should be");
	two.payload[11] = 'd';
	unit_fails(ledger_append_record(help->store, &two, &help->err),
	    &help->err, ERR_INTEGRITY, "does not match its hash");
	two.payload[11] = 'c';
	unit_ok(ledger_append_record(help->store, &two, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 2);
	unit_ok(ledger_count_of_zone(help->store, "a.", "test", &count,
	    &help->err), &help->err);
	assert_int_equal(count, 1);
	ledger_record_clear(&one);
	ledger_record_clear(&two);
}

/* The same bytes are hashed, but other columns hold them. */
static void
finds_bytes_that_moved(void **state)
{
	struct storehelp *help = *state;
	size_t n = 0;

	storehelp_event(help, "test", "{\"aa\":0,\"at\":7,\"payload\":{}}",
	    "{}", AT);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	storehelp_unguard(help);
	unit_ok(storehelp_sql(help, "UPDATE ledger SET at = 7, "
	    "payload = '{}}', actor = '{},\"at\":1800000000,\"payload\":"
	    "{\"aa\":0'"), &help->err);
	unit_fails(ledger_verify(help->store, &n, &help->err), &help->err,
	    ERR_INTEGRITY, "record 1 (test) is not canonical JSON");
}

static int
append_many(struct store *store, struct error *err)
{
	struct json *nothing = json_new_object();
	int i, rc = 0;

	for (i = 0; rc == 0 && i < APPENDS; i++)
		if (store_begin(store, err) != 0 ||
		    ledger_append(store, "test", nothing, nothing, AT, err) !=
		    0 || store_commit(store, err) != 0)
			rc = 1;
	json_free(nothing);
	return rc;
}

static void
has_no_gap_after_a_race(void **state)
{
	struct storehelp *help = *state;
	uint8_t head[CRYPTO_SHA256_LEN];
	pid_t pids[PROCESSES];
	int64_t seq = 0;
	size_t i, n = 0;

	for (i = 0; i < PROCESSES; i++)
		pids[i] = storehelp_child(help, append_many);
	for (i = 0; i < PROCESSES; i++)
		assert_int_equal(storehelp_wait(pids[i]), 0);
	unit_ok(ledger_head(help->store, &seq, head, &help->err), &help->err);
	assert_int_equal(seq, PROCESSES * APPENDS);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, PROCESSES * APPENDS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(hashes_as_documented),
		STOREHELP_SQLITE_TEST(knows_what_it_has_appended_itself),
		STOREHELP_TEST(lists_a_page_at_a_time),
		STOREHELP_TEST(refuses_a_type_that_needs_escapes),
		STOREHELP_TEST(verifies_a_long_ledger),
		STOREHELP_TEST(finds_what_was_tampered_with),
		STOREHELP_TEST(finds_what_was_filed_elsewhere),
		STOREHELP_TEST(files_by_texts_alone),
		STOREHELP_TEST(checks_one_record),
		STOREHELP_TEST(takes_exported_records),
		STOREHELP_TEST(finds_bytes_that_moved),
		STOREHELP_TEST(has_no_gap_after_a_race),
	};

	return storehelp_run(tests, N_OF(tests));
}
