#include "tests/unit/unit.h"

#include "kmgr/base/json_head.h"
#include "kmgr/base/mem.h"

/* However often it is read, and whatever before: as json_read() has it. */
static void
check_same(struct json_head *head, const char *text)
{
	struct error err = ERR_INIT, expected_err = ERR_INIT;
	struct json *json, *expected;
	int i, rc;

	rc = json_read(text, strlen(text), &expected, &expected_err);
	for (i = 0; i < 3; i++) {
		assert_int_equal(json_head_read(head, text, &json, &err), rc);
		assert_string_equal(err.msg, expected_err.msg);
		assert_int_equal(err.class, expected_err.class);
		assert_int_equal(json == NULL, expected == NULL);
		assert_true(json == NULL || json_same(json, expected));
		json_free(json);
	}
	json_free(expected);
}

static const char *const texts[] = {
	/* Canonical ones, that begin alike. */
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":2,\"d\":{}}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"cc\":null}",
	/* A member comes twice, before or behind the end of what is known. */
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1,\"a\":7}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1,\"c\":1}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"b\":\"one\"}",
	/* Nothing, or no member, follows the comma. */
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\"}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",1}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\"}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1}}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1} x",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1.5}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":\"\xff\"}",
	/* White space, and members that are not in their order. */
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\", \"c\":1}",
	"{ \"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1}",
	"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"aa\":1}",
	"{\"c\":1,\"b\":\"one\",\"a\":{\"x\":[1,2]}}",
	/* Others. */
	"{\"a\":{\"x\":[1,3]},\"b\":\"one\",\"c\":1}",
	"{\"a\":1,\"c\":1}",
	"{\"b\":1}",
	"{\"c\":1}",
	"{}",
	"[1,2]",
	"\"a\"",
	"",
	"{",
	"{,\"c\":1}",
};

static void
reads_what_json_read_reads(void **state)
{
	struct json_head *head;
	size_t i;

	(void)state;
	/* Each behind each other one, and all behind all. */
	for (i = 0; i < N_OF(texts) * N_OF(texts); i++) {
		head = json_head_new("b");
		check_same(head, texts[i / N_OF(texts)]);
		check_same(head, texts[i % N_OF(texts)]);
		json_head_free(head);
	}
	head = json_head_new("b");
	for (i = 0; i < N_OF(texts) * N_OF(texts); i++) {
		check_same(head, texts[i / N_OF(texts)]);
		check_same(head, texts[i % N_OF(texts)]);
	}
	json_head_free(head);
	check_same(NULL, texts[0]);
	check_same(NULL, texts[3]);
	json_head_free(NULL);
}

static struct json *
read_one(struct json_head *head, const char *text)
{
	struct error err = ERR_INIT;
	struct json *json;

	unit_ok(json_head_read(head, text, &json, &err), &err);
	return json;
}

/* What is known is the same value, and outlives whoever knew it first. */
static void
shares_what_is_known(void **state)
{
	struct json_head *head = json_head_new("b");
	struct json *first = read_one(head, texts[0]);
	struct json *second = read_one(head, texts[1]);
	const struct json *shared = json_get(second, "a");

	(void)state;
	assert_ptr_equal(json_get(first, "a"), shared);
	assert_ptr_equal(json_get(first, "b"), json_get(second, "b"));
	json_head_free(head);
	json_free(first);
	assert_int_equal(json_len(json_get(shared, "x")), 2);
	assert_string_equal(json_get_text(second, "b"), "one");
	json_free(second);
}

/* Texts that all begin otherwise are learnt ever more seldom. */
static void
learns_what_comes_often(void **state)
{
	struct json_head *head = json_head_new("b");
	struct json *json, *again;
	char *text;
	int i;

	(void)state;
	for (i = 0; i < 63; i++) {
		text = mem_printf("{\"a\":%d,\"c\":1}", i);
		json_free(read_one(head, text));
		free(text);
	}
	/* The 64th. */
	json = read_one(head, texts[0]);
	again = read_one(head, texts[1]);
	assert_ptr_equal(json_get(json, "a"), json_get(again, "a"));
	json_free(json);
	json_free(again);
	json_head_free(head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_json_read_reads),
		cmocka_unit_test(shares_what_is_known),
		cmocka_unit_test(learns_what_comes_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
