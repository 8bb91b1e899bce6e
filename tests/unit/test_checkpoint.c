#include "tests/unit/storehelp.h"

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/checkpoint.h"

#define CMK   "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"

/* A good statement, as an object. */
static struct json *
good(int64_t seq, const char *head)
{
	char zeros[2 * CRYPTO_SHA256_LEN + 1];
	struct json *json = json_new_object();

	memset(zeros, '0', sizeof(zeros) - 1);
	zeros[sizeof(zeros) - 1] = '\0';
	json_put_text(json, "cmk_id", CMK);
	json_put_text(json, "name", "prod");
	json_put_text(json, "approvers_hash", zeros);
	json_put_int(json, "epoch", 2);
	json_put_int(json, "ledger_seq", seq);
	json_put_text(json, "ledger_head", head == NULL ? zeros : head);
	json_put_int(json, "at", 1800000000);
	json_put_text(json, "policy_hash", zeros);
	json_put_bool(json, "sealed", true);
	json_put_text(json, "state", "enabled");
	json_put_int(json, "deletion_at", 0);
	json_put_int(json, "horizon_at", 1900000000);
	return json;
}

static char *
text_of(const struct json *json)
{
	struct buf text = BUF_INIT;

	json_canonical(json, &text);
	return buf_take(&text);
}

/* What comes of reading json. */
static int
try_read(const struct json *json, const char *cmk_id, struct error *err)
{
	struct checkpoint checkpoint;
	char *text = text_of(json);
	const int rc = checkpoint_read(cmk_id, text, "AAAA", &checkpoint, err);

	if (rc != 0)
		assert_null(checkpoint.statement);
	checkpoint_clear(&checkpoint);
	free(text);
	return rc;
}

static void
test_read(void **state)
{
	struct json *json = good(7, NULL);
	struct checkpoint checkpoint;
	struct error err = ERR_INIT;
	char *text = text_of(json);

	(void)state;
	unit_ok(checkpoint_read(CMK, text, "AAAA", &checkpoint, &err), &err);
	assert_string_equal(checkpoint.statement, text);
	assert_string_equal(checkpoint.signature, "AAAA");
	assert_string_equal(checkpoint.state, "enabled");
	assert_string_equal(checkpoint.name, "prod");
	assert_int_equal(checkpoint.epoch, 2);
	assert_int_equal(checkpoint.seq, 7);
	assert_int_equal(checkpoint.at, 1800000000);
	assert_int_equal(checkpoint.horizon_at, 1900000000);
	assert_true(checkpoint.is_sealed);
	checkpoint_clear(&checkpoint);
	checkpoint_clear(&checkpoint);
	free(text);
	json_free(json);
}

static void
test_read_other(void **state)
{
	struct json *json = good(7, NULL);
	struct checkpoint checkpoint;
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(try_read(json, OTHER, &err), &err, ERR_INTEGRITY,
	    "no checkpoint of this CMK");
	json_free(json);
	unit_fails(checkpoint_read(CMK, NULL, "AAAA", &checkpoint, &err),
	    &err, ERR_INTEGRITY, "no checkpoint");
	unit_fails(checkpoint_read(CMK, "{}", NULL, &checkpoint, &err), &err,
	    ERR_INTEGRITY, "no checkpoint");
	unit_fails(checkpoint_read(CMK, "[", "AAAA", &checkpoint, &err), &err,
	    ERR_INTEGRITY, "no checkpoint");
}

/* Each member is needed, and of its type. */
static void
test_read_members(void **state)
{
	struct json *all = good(7, NULL), *one;
	struct error err = ERR_INIT;
	const char *key = NULL;

	(void)state;
	while ((key = json_next_key(all, key)) != NULL) {
		one = json_copy_of(all);
		json_put_text(one, key, NULL);
		unit_fails(try_read(one, CMK, &err), &err, ERR_INTEGRITY,
		    "no checkpoint");
		json_put_take(one, key, json_new_array());
		unit_fails(try_read(one, CMK, &err), &err, ERR_INTEGRITY,
		    "no checkpoint");
		json_free(one);
	}
	json_put_text(all, "ledger_head", "00");
	unit_fails(try_read(all, CMK, &err), &err, ERR_INTEGRITY,
	    "no checkpoint");
	json_free(all);
}

static void
test_read_seq(void **state)
{
	static const int64_t bad[] = { 0, -1, INT64_MIN, INT64_MAX };
	struct error err = ERR_INIT;
	struct json *json;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		json = good(bad[i], NULL);
		unit_fails(try_read(json, CMK, &err), &err, ERR_INTEGRITY,
		    "no checkpoint");
		json_free(json);
	}
}

static void
test_compare(void **state)
{
	const struct checkpoint a = { .epoch = 0, .seq = 9 },
	    b = { .epoch = 0, .seq = 10 }, c = { .epoch = 1, .seq = 1 };

	(void)state;
	assert_true(checkpoint_compare(&a, &b) < 0);
	assert_true(checkpoint_compare(&b, &a) > 0);
	assert_int_equal(checkpoint_compare(&b, &b), 0);
	/* What came after an accepted loss is newer, whatever its number. */
	assert_true(checkpoint_compare(&c, &b) > 0);
	assert_true(checkpoint_compare(&b, &c) < 0);
}

static void
append(struct storehelp *help, const char *type, struct json *payload_take)
{
	char *text = text_of(payload_take);

	storehelp_event(help, type, text, "{}", 1800000000);
	json_free(payload_take);
	free(text);
}

/* An event, and the checkpoint of it, which is returned. */
static struct checkpoint
append_both(struct storehelp *help, const char *type)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *statement, *payload = json_new_object();
	struct checkpoint checkpoint;
	int64_t seq;
	char *text;

	json_put_text(payload, "cmk_id", CMK);
	append(help, type, payload);
	unit_ok(ledger_head(help->store, &seq, head, &help->err), &help->err);
	statement = good(seq, text_hex(head, sizeof(head), hex));
	text = text_of(statement);
	unit_ok(checkpoint_read(CMK, text, "AAAA", &checkpoint, &help->err),
	    &help->err);
	payload = json_new_object();
	json_put_text(payload, "cmk_id", CMK);
	json_put_text(payload, "statement", text);
	json_put_text(payload, "signature", "AAAA");
	append(help, "checkpoint", payload);
	json_free(statement);
	free(text);
	return checkpoint;
}

static void
assert_known(struct storehelp *help, const struct checkpoint *checkpoint,
    bool wanted)
{
	bool known = !wanted;

	unit_ok(checkpoint_is_known(help->store, checkpoint, &known,
	    &help->err), &help->err);
	assert_int_equal(known, wanted);
}

static void
test_is_known(void **state)
{
	struct storehelp *help = *state;
	struct checkpoint one = append_both(help, "create-cmk");
	struct checkpoint two = append_both(help, "create-ksk");

	assert_known(help, &one, true);
	assert_known(help, &two, true);
	two.seq = 4;
	assert_known(help, &two, false);
	two.seq = 40;
	assert_known(help, &two, false);
	two.seq = 3;
	two.head[0] ^= 1;
	assert_known(help, &two, false);
	two.head[0] ^= 1;
	two.statement[10] ^= 1;
	assert_known(help, &two, false);
	two.statement[10] ^= 1;
	assert_known(help, &two, true);
	/* Neither event may have become another one under its hash. */
	storehelp_unguard(help);
	assert_int_equal(storehelp_sql(help,
	    "UPDATE ledger SET at = at + 1 WHERE seq = 3"), 0);
	assert_known(help, &two, false);
	assert_known(help, &one, true);
	assert_int_equal(storehelp_sql(help,
	    "UPDATE ledger SET type = 'x' WHERE seq = 2"), 0);
	assert_known(help, &one, false);
	checkpoint_clear(&one);
	checkpoint_clear(&two);
}

static void
assert_due(struct storehelp *help, const char *cmk_id,
    const struct checkpoint *last, bool wanted)
{
	bool due = !wanted;

	unit_ok(checkpoint_is_due(help->store, cmk_id, last, &due,
	    &help->err), &help->err);
	assert_int_equal(due, wanted);
}

static void
test_is_due(void **state)
{
	struct storehelp *help = *state;
	struct checkpoint last = append_both(help, "create-cmk");
	struct json *payload;

	assert_due(help, CMK, &last, false);
	payload = json_new_object();
	json_put_text(payload, "cmk_id", CMK);
	append(help, "sign-zsks", payload);
	assert_due(help, CMK, &last, false);
	payload = json_new_object();
	json_put_text(payload, "cmk_id", CMK);
	append(help, "create-ksk", payload);
	assert_due(help, CMK, &last, true);
	assert_due(help, OTHER, &last, false);
	checkpoint_clear(&last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(test_read),
		STOREHELP_TEST(test_read_other),
		STOREHELP_TEST(test_read_members),
		STOREHELP_TEST(test_read_seq),
		STOREHELP_TEST(test_compare),
		STOREHELP_TEST(test_is_known),
		STOREHELP_TEST(test_is_due),
	};

	return storehelp_run_sqlite(tests, N_OF(tests));
}
