#include "tests/unit/unit.h"

#include "kmgr/base/json_members.h"
#include "kmgr/base/mem.h"

static const char *const names[] = { "b", "d", "bb", "f", "g", "h", "i" };

/* Of what json_read() has of a text no other members than those. */
static struct json *
cut(struct json *all)
{
	struct json *some = json_new_object();
	size_t i;

	for (i = 0; i < N_OF(names); i++)
		if (json_get(all, names[i]) != NULL)
			json_put_take(some, names[i],
			    json_copy_of(json_get(all, names[i])));
	return some;
}

/* Its members are as json_read() has them; whether there are no others. */
static bool
check_same(const char *text)
{
	struct error err = ERR_INIT, expected_err = ERR_INIT;
	struct json *json, *expected, *some, *again;
	bool is_cut = false;
	int rc;

	rc = json_read(text, strlen(text), &expected, &expected_err);
	assert_int_equal(json_members_read(text, names, N_OF(names), &json,
	    &err), rc);
	assert_string_equal(err.msg, expected_err.msg);
	assert_int_equal(err.class, expected_err.class);
	assert_int_equal(json == NULL, expected == NULL);
	if (json != NULL && json_holds_object(expected)) {
		some = cut(expected);
		again = cut(json);
		assert_true(json_same(again, some));
		is_cut = json_same(json, some);
		assert_true(is_cut || json_same(json, expected));
		json_free(some);
		json_free(again);
	} else {
		assert_true(json == NULL || json_same(json, expected));
	}
	json_free(json);
	json_free(expected);
	return is_cut;
}

static void
takes_what_is_asked_for(void **state)
{
	/* Each has a member that nobody asks for. */
	static const char *const texts[] = {
		"{\"a\":{\"x\":[1,2]},\"b\":\"one\",\"c\":1}",
		"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"b\":\"\"}",
		"{\"a\":[],\"b\":true,\"d\":false,\"f\":null,\"g\":{}}",
		"{\"b\":0,\"d\":-1,\"f\":999999999999999999,\"x\":\"}\"}",
		"{\"b\":{\"x\":{\"y\":[[],{\"z\":\"\\u00e9\"}]}},\"c\":[{}]}",
		"{\"B\":1,\"bb\":2,\"bbb\":3,\"d\":4}",
		"{\"a\":[[[[[[[[1]]]]]]]],\"b\":1}",
		"{\"a\":{},\"h\":[]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(texts); i++)
		/* What is escaped beyond ASCII is read by the other. */
		if (strstr(texts[i], "\\u") != NULL)
			(void)check_same(texts[i]);
		else
			assert_true(check_same(texts[i]));
}

/* json_read() may read them, or refuse them; nobody else does. */
static void
leaves_the_rest_to_json_read(void **state)
{
	static const char *const texts[] = {
		/* In another form. */
		"{\"b\":1,\"a\":1}",
		"{ \"a\":1,\"b\":1}",
		"{\"a\":1,\"b\": 1}",
		"{\"a\":1,\"b\":1} ",
		"{\"a\\n\":1,\"b\":1}",
		"{\"a\":\"\\u0041\",\"b\":1}",
		"{\"a\":\"\xc3\xa9\",\"b\":1}",
		"{\"a\":1,\"b\":\"x\\ny\"}",
		"{\"a\":-0,\"b\":1}",
		"{\"a\":9223372036854775807,\"b\":1}",
		"{\"a\":[[[[[[[[[1]]]]]]]]],\"b\":1}",
		"{}",
		/* A member comes twice, here or within another one. */
		"{\"a\":1,\"a\":1,\"b\":1}",
		"{\"a\":1,\"b\":1,\"b\":2}",
		"{\"a\":{\"x\":1,\"x\":1},\"b\":1}",
		"{\"a\":[{\"x\":1,\"x\":1}],\"b\":1}",
		/* No JSON, or not what we call so. */
		"{\"a\":1.5,\"b\":1}",
		"{\"a\":1e5,\"b\":1}",
		"{\"a\":01,\"b\":1}",
		"{\"a\":-,\"b\":1}",
		"{\"a\":99999999999999999999,\"b\":1}",
		"{\"a\":\"\xff\",\"b\":1}",
		"{\"a\":\"\x01\",\"b\":1}",
		"{\"a\":\"\x7f\",\"b\":1}",
		"{\"a\":\"\\u0000\",\"b\":1}",
		"{\"a\":\"\\x\",\"b\":1}",
		"{\"a\":\"\\",
		"{\"a\":\"x",
		"{\"a\":truE,\"b\":1}",
		"{\"a\":[1,],\"b\":1}",
		"{\"a\":[1 2],\"b\":1}",
		"{\"a\":{,},\"b\":1}",
		"{\"a\":{\"x\"},\"b\":1}",
		"{\"a\":[1},\"b\":1}",
		"{\"b\":1,}",
		"{\"b\":1",
		"{\"b\":1}}",
		"{\"b\":1} x",
		"{\"b\"}",
		"{\"b\":}",
		"{\"b\":nul}",
		"{,\"b\":1}",
		"[1,2]",
		"\"a\"",
		"1",
		"",
		"{",
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(texts); i++)
		(void)check_same(texts[i]);
}

/* Every text that is a byte away from a good one. */
static void
reads_no_text_in_its_own_way(void **state)
{
	static const char good[] = "{\"a\":{\"x\":[1,\"\\n\"]},\"b\":\"one\","
	    "\"c\":[true,{}],\"d\":-12,\"e\":null,\"f\":{\"y\":false}}";
	char text[sizeof(good)];
	size_t i;
	int c;

	(void)state;
	assert_true(check_same(good));
	for (i = 0; i < sizeof(good) - 1; i++) {
		for (c = 1; c < 256; c++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)c;
			(void)check_same(text);
		}
		memmove(text + i, good + i + 1, sizeof(good) - i - 1);
		(void)check_same(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_asked_for),
		cmocka_unit_test(leaves_the_rest_to_json_read),
		cmocka_unit_test(reads_no_text_in_its_own_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
