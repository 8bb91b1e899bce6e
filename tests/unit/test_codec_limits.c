/* How much of what a request or response may hold. */
#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"
#include "tests/unit/ksrhelp.h"

#define HEADER ";; KeySigningRequest 1.0 1798761600\n"
#define KSR    HEADER ". DNSKEY 256 3 8 AQID\n" \
	       ";; KeySigningRequest 1.0 generated\n"
#define HEAD   (sizeof(HEADER) - 1)

/* header, then n times line, and so m bundles, and a footer. */
static char *
repeated(size_t m, size_t n, const char *line)
{
	struct buf text = BUF_INIT;
	size_t i, j;

	for (i = 0; i < m; i++) {
		buf_printf(&text, ";; SignedKeyResponse 1.0 %zu\n. DNSKEY 256 "
		    "3 8 AQID\n", (size_t)1798761600 + i);
		for (j = 0; j < n; j++)
			buf_printf(&text, "%s\n", line);
	}
	buf_printf(&text, ";; SignedKeyResponse 1.0 generated\n");
	return buf_take(&text);
}

static void
check_limit(size_t m, size_t n, const char *line, const char *why)
{
	char *text = repeated(m, n, line);

	if (why == NULL)
		ksrhelp_goes_round(text);
	else
		ksrhelp_refused(text, strlen(text), why, NULL);
	free(text);
}

static void
test_limits(void **state)
{
	const char *key = ". DNSKEY 256 3 8 AQID";
	const char *sig = ". RRSIG DNSKEY 8 0 0 20270115000000 "
	    "20270101000000 1 . AQID";

	(void)state;
	check_limit(KSR_BUNDLES_MAX, 0, "", NULL);
	check_limit(KSR_BUNDLES_MAX + 1, 0, "",
	    "f:2001: more than 1000 bundles");
	check_limit(1, KSR_KEYS_MAX - 1, key, NULL);
	check_limit(1, KSR_KEYS_MAX, key,
	    "f:66: more than 64 DNSKEY records in a bundle");
	check_limit(1, KSR_SIGS_MAX, sig, NULL);
	check_limit(1, KSR_SIGS_MAX + 1, sig,
	    "more than 192 RRSIG records in a bundle");
	check_limit(KSR_RECORDS_MAX / 50, 49, key, NULL);
	check_limit(KSR_RECORDS_MAX / 50 + 1, 49, key,
	    "f has more than 20000 records");
	check_limit(1, 20000, key, "more than 10000 records");
}

static void
test_too_long(void **state)
{
	char *text = mem_new(KSR_MAX_LEN + 1);

	(void)state;
	memset(text, '\n', KSR_MAX_LEN + 1);
	memcpy(text, KSR, sizeof(KSR) - 1);
	ksrhelp_refused(text, KSR_MAX_LEN + 1,
	    "f is longer than 4194304 bytes", NULL);
	/* Behind the footer blank lines cost nothing but their bytes. */
	ksrhelp_goes_round(KSR);
	text[sizeof(KSR) - 1 + 2000000] = 'x';
	ksrhelp_refused(text, KSR_MAX_LEN, "a record behind the footer", NULL);
	memcpy(text, KSR, HEAD);
	memset(text + HEAD, '\n', KSR_MAX_LEN - HEAD);
	memcpy(text + KSR_MAX_LEN - 40, "\n;; KeySigningRequest 1.0 generated"
	    "\n", 36);
	ksrhelp_refused(text, KSR_MAX_LEN,
	    "a bundle of more than 1048576 bytes", NULL);
	free(text);
}

/* Every CDS of a bundle is sorted in; their number is limited. */
static void
test_many_children(void **state)
{
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	buf_printf(&text, ";; SignedKeyResponse 1.0 20270101000000\n"
	    ". DNSKEY 256 3 8 AQID\n");
	for (i = 0; i < KSR_KEYS_MAX; i++)
		buf_printf(&text, ". CDS %zu 8 99 AQ\n", i);
	ksrhelp_refused(buf_text(&text), text.len, "f:3: field 4", NULL);
	text.len = 0;
	buf_printf(&text, ";; SignedKeyResponse 1.0 20270101000000\n"
	    ". DNSKEY 256 3 8 AQID\n");
	for (i = 0; i < KSR_KEYS_MAX; i++)
		buf_printf(&text, ". CDS %zu 8 99 AA\n", i);
	ksrhelp_goes_round(buf_text(&text));
	buf_printf(&text, ". CDS %zu 8 99 AA\n", i);
	ksrhelp_refused(buf_text(&text), text.len,
	    "f:67: more than 64 CDS records in a bundle", NULL);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_many_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
