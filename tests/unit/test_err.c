#include "tests/unit/unit.h"

#include <errno.h>

#include "kmgr/base/err.h"

static void
wraps_outermost_first(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, ERR_TOKEN, "%s: %d", "C_Sign", 7), -1);
	assert_int_equal(err.class, ERR_TOKEN);
	assert_int_equal(err.code, 0);
	assert_int_equal(err_wrap(&err, "sign %s DNSKEY", "example."), -1);
	assert_string_equal(err.msg, "sign example. DNSKEY: C_Sign: 7");
	assert_int_equal(err.class, ERR_TOKEN);
	/* Nothing of a longer message before shows. */
	(void)err_set(&err, ERR_INPUT, "a");
	(void)err_wrap(&err, "b");
	assert_string_equal(err.msg, "b: a");
	err_clear(&err);
	assert_int_equal(err.class, ERR_NONE);
	assert_string_equal(err.msg, "");
}

static void
first_hint_stays(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	(void)err_set(&err, ERR_INPUT, "a");
	assert_int_equal(err_hint(&err, "do %s", "this"), -1);
	assert_int_equal(err_hint(&err, "do that"), -1);
	(void)err_wrap(&err, "b");
	assert_string_equal(err.hint, "do this");
	/* Another failure has another way out. */
	(void)err_set(&err, ERR_INPUT, "c");
	assert_string_equal(err.hint, "");
	(void)err_hint(&err, "x");
	(void)err_hint(&err, "do that");
	assert_string_equal(err.hint, "x");
	errno = EACCES;
	(void)err_set_errno(&err, "d");
	assert_string_equal(err.hint, "");
}

static void
errno_has_its_text(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_set_errno(&err, "open %s", "x"), -1);
	assert_int_equal(err.class, ERR_SYSTEM);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.msg, "open x: No such file or directory");
}

static void
long_messages_are_cut(void **state)
{
	char text[2 * ERR_MSG_LEN];
	struct error err = ERR_INIT;
	size_t n;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	(void)err_set(&err, ERR_INPUT, "%s", text);
	assert_int_equal(strlen(err.msg), ERR_MSG_LEN - 1);
	(void)err_wrap(&err, "outer");
	assert_int_equal(strlen(err.msg), ERR_MSG_LEN - 1);
	assert_memory_equal(err.msg, "outer: xxx", 10);
	(void)err_hint(&err, "%s", text);
	assert_int_equal(strlen(err.hint), ERR_HINT_LEN - 1);
	/* Every length around the end: cut, never beyond it. */
	for (n = ERR_MSG_LEN - 8; n < ERR_MSG_LEN + 2; n++) {
		(void)err_set(&err, ERR_INPUT, "inner");
		(void)err_wrap(&err, "%.*s", (int)n, text);
		assert_true(strlen(err.msg) < ERR_MSG_LEN);
		errno = ENOENT;
		(void)err_set_errno(&err, "%.*s", (int)n, text);
		assert_true(strlen(err.msg) < ERR_MSG_LEN);
	}
}

static void
messages_can_be_shown(void **state)
{
	static const struct { const char *text, *shown; } t[] = {
		{ "plain ~", "plain ~" },
		{ "b\xc3\xbc \xe2\x82\xac \xf0\x9f\x94\x91 \xc2\xa0",
		    "b\xc3\xbc \xe2\x82\xac \xf0\x9f\x94\x91 \xc2\xa0" },
		{ "a\nb\tc\x1b[2J\x7f\x1f", "a?b?c?[2J??" },
		{ "\xc2\x9b" "2J\xc2\x80\xc2\x9f", "??2J????" },
		{ "\xff\xc3", "??" },
		{ "\xe2\x82", "??" },
		{ "\xe2\x82x\xed\xa0\x80\xc0\xaf", "??x?????" },
	};
	struct error err = ERR_INIT;
	char text[ERR_MSG_LEN + 8];
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		(void)err_set(&err, ERR_INPUT, "%s", t[i].text);
		assert_string_equal(err.msg, t[i].shown);
		(void)err_hint(&err, "%s", t[i].text);
		assert_string_equal(err.hint, t[i].shown);
		err_clear(&err);
		(void)err_wrap(&err, "%s", t[i].text);
		assert_memory_equal(err.msg, t[i].shown, strlen(t[i].shown));
		errno = 0;
		(void)err_set_errno(&err, "%s", t[i].text);
		assert_memory_equal(err.msg, t[i].shown, strlen(t[i].shown));
	}
	/* Cut within a character. */
	memset(text, 'x', sizeof(text));
	(void)strcpy(text + ERR_MSG_LEN - 2, "\xc3\xbc");
	(void)err_set(&err, ERR_INPUT, "%s", text);
	assert_int_equal(err.msg[ERR_MSG_LEN - 2], '?');
	assert_int_equal(err.msg[ERR_MSG_LEN - 1], '\0');
}

static void
classes_have_names(void **state)
{
	static const char *const names[] = { "none", "internal", "usage",
		"config", "input", "policy", "token", "store", "network",
		"system", "integrity", "not_yet", "partial" };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(names); i++)
		assert_string_equal(err_class_name((enum err_class)i),
		    names[i]);
	assert_int_equal(ERR_NOT_YET, 11);
	assert_int_equal(ERR_PARTIAL, 12);
	assert_string_equal(err_class_name(ERR_INTERRUPTED), "interrupted");
	assert_string_equal(err_class_name(ERR_TERMINATED), "terminated");
	assert_string_equal(err_class_name((enum err_class)13), "internal");
	assert_string_equal(err_class_name((enum err_class)99), "internal");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wraps_outermost_first),
		cmocka_unit_test(first_hint_stays),
		cmocka_unit_test(errno_has_its_text),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(messages_can_be_shown),
		cmocka_unit_test(classes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
