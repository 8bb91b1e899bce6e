#include "tests/unit/unit.h"

#include "kmgr/base/json.h"

static struct json *
read_json(const char *text)
{
	struct error err = ERR_INIT;
	struct json *json;

	unit_ok(json_read(text, strlen(text), &json, &err), &err);
	return json;
}

static void
check_canonical(const struct json *json, const char *expected)
{
	struct buf out = BUF_INIT;

	json_canonical(json, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static void
builds_documents(void **state)
{
	struct json *json = json_new_object(), *list, *item;

	(void)state;
	json_put_text(json, "z", "last");
	json_put_text(json, "none", NULL);
	json_put_int(json, "max", INT64_MAX);
	json_put_int(json, "min", INT64_MIN);
	json_put_bool(json, "yes", true);
	json_put_bool(json, "no", false);
	item = json_put_object(json, "object");
	json_put_int(item, "a", 1);
	list = json_put_array(json, "array");
	json_add_text(list, "x");
	json_add_int(list, -1);
	item = json_add_object(list);
	json_put_int(item, "b", 2);
	json_add_take(list, json_new_array());
	json_put_take(json, "taken", json_new_object());
	check_canonical(json, "{\"array\":[\"x\",-1,{\"b\":2},[]],"
	    "\"max\":9223372036854775807,\"min\":-9223372036854775808,"
	    "\"no\":false,\"none\":null,\"object\":{\"a\":1},\"taken\":{},"
	    "\"yes\":true,\"z\":\"last\"}");
	json_put_int(json, "z", 7);
	assert_int_equal(json_len(json), 9);
	json_free(json);
	json_free(NULL);
}

static void
canonical_bytes_are_sorted_and_plain(void **state)
{
	struct json *json;

	(void)state;
	/* By code point: upper case first, then _, then what is beyond. */
	json = read_json("{ \"b\": 1, \"a\": 2, \"B\": 3, \"_\": 4,\n"
	    "\"\xc3\xbc\": 5, \"aa\": 6, \"\": 7, \"\xf0\x9f\x94\x91\": 8,"
	    "\"\xef\xbd\xa1\": 9 }");
	check_canonical(json, "{\"\":7,\"B\":3,\"_\":4,\"a\":2,\"aa\":6,"
	    "\"b\":1,\"\xc3\xbc\":5,\"\xef\xbd\xa1\":9,"
	    "\"\xf0\x9f\x94\x91\":8}");
	json_free(json);
	/* Only what must be escaped is, whatever the reader was given. */
	json = read_json("[\"\\u0041\\/\\u00fc\\ud83d\\udd11\\u007f\","
	    "\"\\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u001F\"]");
	check_canonical(json, "[\"A/\xc3\xbc\xf0\x9f\x94\x91\x7f\","
	    "\"\\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u001F\"]");
	json_free(json);
	json = read_json(" [ -0 , 10 , { } , [ ] , true , null ] ");
	check_canonical(json, "[0,10,{},[],true,null]");
	json_free(json);
	check_canonical(NULL, "");
}

static void
canonical_form_is_its_own(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"\\u0001\xc3\xbc\"}]}";
	struct json *json = read_json(text);

	(void)state;
	check_canonical(json, text);
	json_free(json);
}

static void
pretty_form_is_for_people(void **state)
{
	struct json *json = read_json("{\"b\":1,\"a\":[true,{}],\"c\":[]}");
	struct buf out = BUF_INIT;

	(void)state;
	json_pretty(json, &out);
	assert_string_equal(buf_text(&out), "{\n  \"b\": 1,\n  \"a\": [\n"
	    "    true,\n    {}\n  ],\n  \"c\": []\n}\n");
	assert_int_equal(out.len, strlen(buf_text(&out)));
	buf_free(&out);
	json_free(json);
}

static void
members_are_found(void **state)
{
	struct json *json = read_json("{\"t\":\"x\",\"i\":5,\"b\":true,"
	    "\"n\":null,\"o\":{\"k\":1},\"a\":[\"p\",6,false]}");
	const struct json *list = json_get(json, "a");
	int64_t i = 77;
	bool b = false;

	(void)state;
	assert_string_equal(json_get_text(json, "t"), "x");
	assert_null(json_get_text(json, "i"));
	assert_null(json_get_text(json, "n"));
	assert_null(json_get_text(json, "absent"));
	assert_true(json_get_int(json, "i", &i));
	assert_int_equal(i, 5);
	i = 77;
	assert_false(json_get_int(json, "t", &i));
	assert_false(json_get_int(json, "absent", &i));
	assert_int_equal(i, 77);
	assert_true(json_get_bool(json, "b", &b));
	assert_true(b);
	assert_false(json_get_bool(json, "i", &b));
	assert_true(json_holds_object(json));
	assert_false(json_holds_array(json));
	assert_true(json_holds_array(list));
	assert_false(json_holds_object(NULL));
	assert_false(json_holds_array(NULL));
	assert_int_equal(json_len(json), 6);
	assert_int_equal(json_len(list), 3);
	assert_int_equal(json_len(json_get(json, "t")), 0);
	assert_string_equal(json_text(json_at(list, 0)), "p");
	assert_true(json_int(json_at(list, 1), &i));
	assert_int_equal(i, 6);
	assert_true(json_bool(json_at(list, 2), &b));
	assert_false(b);
	assert_null(json_at(list, 3));
	assert_null(json_at(json, 0));
	assert_null(json_get(list, "a"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_text(NULL));
	json_free(json);
}

static void
keys_come_in_order(void **state)
{
	struct json *json = json_new_object(), *list = json_new_array();
	char key[16], expected[16];
	const char *next = NULL;
	size_t i;

	(void)state;
	assert_null(json_next_key(json, NULL));
	for (i = 0; i < 200; i++) {
		(void)snprintf(key, sizeof(key), "k%zu", (i * 73) % 200);
		json_put_int(json, key, 1);
	}
	for (i = 0; i < 200; i++) {
		(void)snprintf(expected, sizeof(expected), "k%zu",
		    (i * 73) % 200);
		next = json_next_key(json, next);
		assert_string_equal(next, expected);
	}
	assert_null(json_next_key(json, next));
	assert_null(json_next_key(list, NULL));
	json_free(json);
	json_free(list);
}

static void
copies_are_whole(void **state)
{
	struct json *json = read_json("{\"a\":[1,{\"b\":2}],\"c\":\"x\"}");
	struct json *copy = json_copy_of(json);
	struct json *other = read_json("{\"c\":\"x\",\"a\":[1,{\"b\":2}]}");
	struct json *wrong = read_json("{\"c\":\"x\",\"a\":[{\"b\":2},1]}");

	(void)state;
	assert_true(json_same(json, copy));
	assert_true(json_same(json, other));
	assert_false(json_same(json, wrong));
	json_put_int(json_at(json_get(copy, "a"), 1), "b", 3);
	assert_false(json_same(json, copy));
	check_canonical(json, "{\"a\":[1,{\"b\":2}],\"c\":\"x\"}");
	json_free(json);
	json_free(copy);
	json_free(other);
	json_free(wrong);
}

static void
refuses_what_is_no_document(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "", "line 1" },
		{ " ", "line 1" },
		{ "{", "line 1" },
		{ "{\"a\":1,}", "JSON" },
		{ "[1 2]", "JSON" },
		{ "{\"a\":1,\"a\":2}", "duplicate" },
		{ "{\"a\":{\"b\":1,\"b\":1}}", "duplicate" },
		{ "{\"a\":1,\"\\u0061\":2}", "duplicate" },
		{ "[1.5]", "fraction" },
		{ "[1.0]", "fraction" },
		{ "{\"a\":[1e3]}", "fraction" },
		{ "[1]x", "JSON" },
		{ "[1] [2]", "JSON" },
		{ "[9223372036854775808]", "JSON" },
		{ "[01]", "JSON" },
		{ "[+1]", "JSON" },
		{ "['a']", "JSON" },
		{ "[\"a\nb\"]", "JSON" },
		{ "[\"\\u0000\"]", "JSON" },
		{ "[\"\\ud800\"]", "JSON" },
		{ "[\"\xff\"]", "JSON" },
		{ "[\"\xc0\x80\"]", "JSON" },
		{ "[NaN]", "JSON" },
		{ "{a:1}", "JSON" },
		{ "[1] // no", "JSON" },
		{ "\xef\xbb\xbf[1]", "JSON" },
		{ "5", "JSON" },
		{ "{\n\n \"a\" 1}", "line 3" },
	};
	struct error err = ERR_INIT;
	struct json *json;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(json_read(bad[i].text, strlen(bad[i].text), &json,
		    &err), &err, ERR_INPUT, bad[i].why);
		assert_null(json);
	}
	unit_fails(json_read("[1]\0", 4, &json, &err), &err, ERR_INPUT,
	    "JSON");
	unit_fails(json_read("[1]", 2, &json, &err), &err, ERR_INPUT, "JSON");
}

/* Levels of arrays, with a number inside. */
static int
read_nested(size_t levels, struct json **out, struct error *err)
{
	struct buf text = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < levels; i++)
		buf_printf(&text, i % 2 == 0 ? "[" : "{\"a\":");
	buf_printf(&text, "1");
	while (i-- > 0)
		buf_printf(&text, i % 2 == 0 ? "]" : "}");
	rc = json_read(buf_text(&text), text.len, out, err);
	buf_free(&text);
	return rc;
}

static void
depth_has_a_limit(void **state)
{
	struct error err = ERR_INIT;
	struct json *json;

	(void)state;
	unit_ok(read_nested(32, &json, &err), &err);
	json_free(json);
	unit_fails(read_nested(33, &json, &err), &err, ERR_INPUT, "32 levels");
	unit_fails(read_nested(10000, &json, &err), &err, ERR_INPUT, "JSON");
	unit_fails(read_nested(1000000, &json, &err), &err, ERR_INPUT, "JSON");
}

static void
text_that_is_no_utf8_shows(void **state)
{
	struct json *json = json_new_array();

	(void)state;
	json_add_text(json, "\xff");
	check_canonical(json, "[\"(not UTF-8)\"]");
	json_free(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_documents),
		cmocka_unit_test(canonical_bytes_are_sorted_and_plain),
		cmocka_unit_test(canonical_form_is_its_own),
		cmocka_unit_test(pretty_form_is_for_people),
		cmocka_unit_test(members_are_found),
		cmocka_unit_test(keys_come_in_order),
		cmocka_unit_test(copies_are_whole),
		cmocka_unit_test(refuses_what_is_no_document),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(text_that_is_no_utf8_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
