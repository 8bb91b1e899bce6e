/* JSON: the canonical form of what was read is its own canonical form. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/base/json.h"
#include "kmgr/base/text.h"

/* What was read from the canonical form has its keys in order. */
static void
check_sorted(const struct json *json)
{
	const char *key = NULL, *next;
	size_t i;

	while ((next = json_next_key(json, key)) != NULL) {
		assert(key == NULL || strcmp(key, next) < 0);
		check_sorted(json_get(json, next));
		key = next;
	}
	for (i = 0; json_holds_array(json) && i < json_len(json); i++)
		check_sorted(json_at(json, i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct json *json, *again;
	struct error err = ERR_INIT;
	int rc;

	rc = json_read((const char *)data, len, &json, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (json != NULL));
	if (rc != 0)
		return 0;
	json_canonical(json, &once);
	assert(text_is_utf8(buf_text(&once), once.len));
	assert(memchr(once.data, '\n', once.len) == NULL);
	assert(json_read(buf_text(&once), once.len, &again, &err) == 0);
	assert(json_same(json, again));
	check_sorted(again);
	json_canonical(again, &twice);
	assert(strcmp(buf_text(&once), buf_text(&twice)) == 0);
	json_free(again);
	buf_free(&twice);
	json_pretty(json, &twice);
	assert(json_read(buf_text(&twice), twice.len, &again, &err) == 0);
	assert(json_same(json, again));
	json_free(again);
	again = json_copy_of(json);
	assert(json_same(json, again));
	json_free(again);
	json_free(json);
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
