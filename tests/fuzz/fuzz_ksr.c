/*
 * Requests and responses in any format: what is read, written and read again
 * says the same.
 */
#include "tests/fuzz/fuzz.h"

#include "kmgr/ksr/codec.h"

#define GENERATED_AT 1798797600

static void
check_limits(const struct ksr *ksr)
{
	size_t i, n = 0;

	assert(ksr->n_bundles > 0 && ksr->n_bundles <= KSR_BUNDLES_MAX);
	for (i = 0; i < ksr->n_bundles; i++) {
		assert(ksr->bundles[i].n_keys <= KSR_KEYS_MAX);
		assert(ksr->bundles[i].n_sigs <= KSR_SIGS_MAX);
		/* XML needs no lines. */
		assert(i == 0 || ksr->bundles[i].line >=
		    ksr->bundles[i - 1].line + (ksr->format != KSR_ICANN));
		n += ksr->bundles[i].n_keys + ksr->bundles[i].n_sigs;
	}
	assert(n <= KSR_RECORDS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct ksr *ksr, *again;
	struct buf text = BUF_INIT;
	int rc;

	rc = codec_read((const char *)data, len, "input", &ksr, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (ksr != NULL));
	if (rc != 0)
		return 0;
	check_limits(ksr);
	codec_write(ksr, GENERATED_AT, &text);
	assert(codec_read(buf_text(&text), text.len, "again", &again,
	    &err) == 0);
	assert(ksr_is_same(ksr, again));
	ksr_free(again);
	ksr_free(ksr);
	buf_free(&text);
	return 0;
}
