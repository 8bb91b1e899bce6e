#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"

static void
memory_is_zeroed(void **state)
{
	static const char zeroes[64];
	char *p = mem_new(sizeof(zeroes));

	(void)state;
	assert_memory_equal(p, zeroes, sizeof(zeroes));
	free(p);
	p = mem_new(0);
	assert_non_null(p);
	free(p);
}

/* What was somebody else's a moment ago, small and large. */
static void
used_memory_is_zeroed(void **state)
{
	static const char zeroes[5000];
	size_t len;
	char *p;

	(void)state;
	for (len = 1; len <= sizeof(zeroes); len++) {
		p = mem_new(len);
		assert_memory_equal(p, zeroes, len);
		memset(p, 0xff, len);
		/* Or the compiler knows that nobody reads it any more. */
		__asm__ volatile ("" : : "r"(p) : "memory");
		free(p);
	}
}

static void
copies(void **state)
{
	char text[] = "abc", *copy;

	(void)state;
	copy = mem_dup(text, 2);
	assert_memory_equal(copy, "ab", 2);
	free(copy);
	copy = mem_dup(NULL, 0);
	assert_non_null(copy);
	free(copy);
	copy = mem_strdup(text);
	text[0] = 'x';
	assert_string_equal(copy, "abc");
	free(copy);
	assert_null(mem_strdup(NULL));
	copy = mem_printf("%s-%d", text, 7);
	assert_string_equal(copy, "xbc-7");
	free(copy);
	copy = mem_printf("%s", "");
	assert_string_equal(copy, "");
	free(copy);
}

static void
arrays_grow(void **state)
{
	size_t *array = NULL, n, i;

	(void)state;
	for (n = 0; n < 1000; n++) {
		size_t *new = mem_push(&array, n, sizeof(*array));

		assert_ptr_equal(new, array + n);
		assert_int_equal(*new, 0);
		*new = n;
	}
	for (i = 0; i < n; i++)
		assert_int_equal(array[i], i);
	free(array);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed),
		cmocka_unit_test(used_memory_is_zeroed),
		cmocka_unit_test(copies),
		cmocka_unit_test(arrays_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
