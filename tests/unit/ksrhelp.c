#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/ksr/codec.h"
#include "tests/unit/ksrhelp.h"

#define GENERATED_AT INT64_C(1798797600)	/* 2027-01-01T10:00:00Z */

struct ksr *
ksrhelp_read(const char *text)
{
	struct error err = ERR_INIT;
	struct ksr *ksr = NULL;

	unit_ok(codec_read(text, strlen(text), "f", &ksr, &err), &err);
	return ksr;
}

char *
ksrhelp_written(const struct ksr *ksr)
{
	struct buf out = BUF_INIT;

	codec_write(ksr, GENERATED_AT, &out);
	return buf_take(&out);
}

void
ksrhelp_goes_round(const char *text)
{
	struct ksr *ksr = ksrhelp_read(text), *again;
	char *out = ksrhelp_written(ksr);

	again = ksrhelp_read(out);
	assert_true(ksr_is_same(ksr, again));
	ksr_free(ksr);
	ksr_free(again);
	free(out);
}

void
ksrhelp_refused(const char *text, size_t len, const char *why,
    const char *hint)
{
	struct error err = ERR_INIT;
	struct ksr *ksr = NULL;
	int rc;

	rc = codec_read(text, len, "f", &ksr, &err);
	if (rc == 0)
		fail_msg("accepted where \"%s\" was to be said", why);
	if (hint != NULL && strstr(err.hint, hint) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", hint, err.hint);
	unit_fails(rc, &err, ERR_INPUT, why);
	assert_null(ksr);
}
