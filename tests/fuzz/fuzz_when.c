/* Instants and durations: what is written is what was read. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/base/when.h"

/* An absolute instant has one form of each length; no day is carried. */
static void
check_form(const char *text, int64_t at)
{
	char again[WHEN_TEXT_LEN];

	if (text[0] < '0' || text[0] > '9')
		return;
	if (strlen(text) == 14)
		assert(strcmp(when_dns(at, again), text) == 0);
	else
		assert(strncmp(when_rfc3339(at, again), text, 10) == 0);
	if (strlen(text) == 20)
		assert(strcmp(again, text) == 0);
}

static void
check_instant(int64_t at)
{
	struct error err = ERR_INIT;
	char text[WHEN_TEXT_LEN];
	int64_t again;

	assert(at >= 0 && at <= WHEN_MAX);
	assert(when_read(when_rfc3339(at, text), 0, &again, &err) == 0);
	assert(again == at);
	assert(when_read(when_dns(at, text), 0, &again, &err) == 0);
	assert(again == at);
}

static void
check_duration(int64_t s)
{
	struct error err = ERR_INIT;
	char text[WHEN_TEXT_LEN];
	int64_t again;

	assert(s >= 0 && s <= WHEN_MAX);
	assert(when_duration_read(when_duration(s, text), &again, &err) == 0);
	assert(again == s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);
	struct error err = ERR_INIT;
	int64_t v;
	int rc;

	rc = when_read(text, INT64_C(1800000000), &v, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0) {
		check_instant(v);
		check_form(text, v);
	}
	err_clear(&err);
	rc = when_duration_read(text, &v, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0)
		check_duration(v);
	free(text);
	return 0;
}
