/*
 * Exported ledgers. The files in golden/ were written once: what was exported
 * then is whole for ever, and nothing in it can change unseen.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/engine/ledger_check.h"
#include "kmgr/engine/ledger_file.h"
#include "tests/unit/fixtures.h"

#define GOLDEN	  "ledger-v1.jsonl"
#define RECOVERED "ledger-recovered-v1.jsonl"
#define N_SAMPLES 150		/* of bytes, where not all are tried */

static const struct ledger_check_known nothing;

static void
read_golden(const char *name, struct buf *out)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/unit/golden/%s", name);
	fixtures_read(path, out);
}

/* Judge the bytes; ERR_NONE where they could be judged. */
static enum err_class
judge(const void *data, size_t len, const struct ledger_check_known *known,
    struct ledger_check_report *report)
{
	union { const void *in; void *out; } u = { data };
	FILE *stream = fmemopen(u.out, len, "r");
	struct error err = ERR_INIT;

	*report = (struct ledger_check_report)LEDGER_CHECK_REPORT_INIT;
	assert_non_null(stream);
	(void)ledger_check_run(stream, known, report, &err);
	(void)fclose(stream);
	return err.class;
}

/* Whether something is found, or it is no such file any more. */
static bool
is_found_out(const void *data, size_t len)
{
	struct ledger_check_report report;
	const enum err_class class = judge(data, len, &nothing, &report);
	const size_t n = report.n_findings;

	ledger_check_report_clear(&report);
	if (class != ERR_NONE)
		assert_int_equal(class, ERR_INPUT);
	return class != ERR_NONE || n > 0;
}

static void
what_was_exported_stays_whole(void **state)
{
	struct ledger_check_report report;
	struct buf file = BUF_INIT;

	(void)state;
	read_golden(GOLDEN, &file);
	assert_int_equal(judge(file.data, file.len, &nothing, &report),
	    ERR_NONE);
	assert_int_equal(report.n_findings, 0);
	assert_int_equal(report.n_events, 29);
	assert_int_equal(report.covered_seq, 27);
	assert_int_equal(report.n_unsigned, 1);
	assert_int_equal(report.n_cmks, 1);
	assert_string_equal(report.cmks[0].name, "prod");
	assert_int_equal(report.cmks[0].covered_seq, 27);
	assert_false(report.cmks[0].is_pinned);
	assert_int_equal(strlen(report.cmks[0].fingerprint), 64);
	ledger_check_report_clear(&report);
	buf_free(&file);
	read_golden(RECOVERED, &file);
	assert_int_equal(judge(file.data, file.len, &nothing, &report),
	    ERR_NONE);
	assert_int_equal(report.n_findings, 0);
	assert_int_equal(report.n_events, 6);
	assert_int_equal(report.covered_seq, 5);
	ledger_check_report_clear(&report);
	buf_free(&file);
}

static void
flip(const char *name)
{
	const bool is_soak = getenv("KMGR_SOAK") != NULL;
	struct buf file = BUF_INIT;
	size_t i, at;
	uint8_t bit;

	read_golden(name, &file);
	srandom(1);
	for (i = 0; i < (is_soak ? file.len : N_SAMPLES); i++) {
		at = is_soak ? i : (size_t)random() % file.len;
		bit = (uint8_t)(1 << random() % 8);
		file.data[at] ^= bit;
		if (!is_found_out(file.data, file.len))
			fail_msg("%s: byte %zu ^ %02x is not found", name, at,
			    bit);
		file.data[at] ^= bit;
	}
	buf_free(&file);
}

static void
every_byte_counts(void **state)
{

	(void)state;
	flip(GOLDEN);
	flip(RECOVERED);
}

/* The nth line of the file, with its newline. */
static const uint8_t *
line_of(const struct buf *file, size_t n, size_t *len)
{
	const uint8_t *p = file->data, *end = file->data + file->len;
	const uint8_t *newline;

	for (;; p = newline + 1) {
		if (p == end)
			return NULL;
		newline = memchr(p, '\n', (size_t)(end - p));
		assert_non_null(newline);
		if (n-- == 0)
			break;
	}
	*len = (size_t)(newline + 1 - p);
	return p;
}

static void
every_line_counts(void **state)
{
	struct buf file = BUF_INIT, other = BUF_INIT;
	const uint8_t *line, *next;
	size_t i, len, next_len, at;

	(void)state;
	read_golden(GOLDEN, &file);
	for (i = 0; (line = line_of(&file, i, &len)) != NULL; i++) {
		at = (size_t)(line - file.data);
		/* gone */
		buf_add(&other, file.data, at);
		buf_add(&other, line + len, file.len - at - len);
		assert_true(is_found_out(other.data, other.len));
		buf_free(&other);
		/* twice */
		buf_add(&other, file.data, at + len);
		buf_add(&other, line, file.len - at);
		assert_true(is_found_out(other.data, other.len));
		buf_free(&other);
		/* after the next */
		if ((next = line_of(&file, i + 1, &next_len)) == NULL)
			break;
		buf_add(&other, file.data, at);
		buf_add(&other, next, next_len);
		buf_add(&other, line, len);
		buf_add(&other, next + next_len, file.len - at - len -
		    next_len);
		assert_true(is_found_out(other.data, other.len));
		buf_free(&other);
	}
	assert_int_equal(i, 29);
	buf_free(&file);
}

static void
every_cut_counts(void **state)
{
	struct buf file = BUF_INIT;
	size_t len;

	(void)state;
	read_golden(GOLDEN, &file);
	for (len = 1; len < file.len; len += 211)
		assert_true(is_found_out(file.data, len));
	assert_true(is_found_out(file.data, file.len - 1));
	buf_free(&file);
}

/* Two KSKs were made at once; an end between them is told by what it is. */
static void
a_batch_has_an_end(void **state)
{
	struct ledger_check_report report;
	struct buf file = BUF_INIT;
	const uint8_t *line;
	size_t i, len = 0;

	(void)state;
	read_golden(GOLDEN, &file);
	for (i = 0; (line = line_of(&file, i, &len)) != NULL; i++)
		if (memmem(line, len, "\"endorsement_signature\":\"0/2 ", 29) !=
		    NULL)
			break;
	assert_non_null(line);
	assert_int_equal(judge(file.data, (size_t)(line + len - file.data),
	    &nothing, &report), ERR_NONE);
	assert_true(report.n_findings > 0);
	assert_non_null(strstr(report.findings[0], "of the 2 KSKs that were "
	    "endorsed together at event"));
	ledger_check_report_clear(&report);
	buf_free(&file);
}

static void
a_line_has_an_end(void **state)
{
	struct ledger_check_report report;
	struct buf file = BUF_INIT;
	size_t len = 0, i;

	(void)state;
	read_golden(GOLDEN, &file);
	(void)line_of(&file, 0, &len);
	file.len = len;
	for (i = 0; i <= LEDGER_FILE_LINE_MAX / 4; i++)
		buf_add(&file, "[[[[", 4);
	assert_int_equal(judge(file.data, file.len, &nothing, &report),
	    ERR_NONE);
	assert_true(report.n_findings > 0);
	assert_non_null(strstr(report.findings[0], "is longer than"));
	ledger_check_report_clear(&report);
	buf_free(&file);
}

static void
witnesses_know_heads(void **state)
{
	const char *anchors[] = { "0000000000000000", NULL, NULL };
	struct ledger_check_known known = { .anchors = anchors };
	struct ledger_check_report report;
	struct buf file = BUF_INIT;
	char prefix[17];

	(void)state;
	read_golden(GOLDEN, &file);
	assert_int_equal(judge(file.data, file.len, &nothing, &report),
	    ERR_NONE);
	memcpy(prefix, report.head, sizeof(prefix) - 1);
	prefix[sizeof(prefix) - 1] = '\0';
	ledger_check_report_clear(&report);
	anchors[1] = prefix;
	known.n_anchors = 2;
	assert_int_equal(judge(file.data, file.len, &known, &report),
	    ERR_NONE);
	assert_int_equal(report.n_findings, 1);
	assert_int_equal(report.anchor_seqs[0], 0);
	assert_int_equal(report.anchor_seqs[1], 29);
	ledger_check_report_clear(&report);
	/* What is no hash, or too short to be one's. */
	anchors[1] = "0123456789abcde";
	assert_int_equal(judge(file.data, file.len, &known, &report),
	    ERR_USAGE);
	ledger_check_report_clear(&report);
	anchors[1] = "0123456789abcdeg";
	assert_int_equal(judge(file.data, file.len, &known, &report),
	    ERR_USAGE);
	ledger_check_report_clear(&report);
	buf_free(&file);
}

/* An event that says that it has the hash which a witness kept. */
static void
witnesses_believe_no_claim(void **state)
{
	const char *anchors[] = { NULL };
	struct ledger_check_known known = { .anchors = anchors,
		.n_anchors = 1 };
	struct ledger_check_report report;
	struct buf file = BUF_INIT;
	const uint8_t *line;
	uint8_t *claim;
	size_t len = 0;

	(void)state;
	read_golden(GOLDEN, &file);
	line = line_of(&file, 1, &len);
	claim = memmem(line, len, "\"hash\":\"", 8);
	assert_non_null(claim);
	memset(claim + 8, 'd', 16);
	anchors[0] = "dddddddddddddddd";
	assert_int_equal(judge(file.data, file.len, &known, &report),
	    ERR_NONE);
	assert_int_equal(report.anchor_seqs[0], 0);
	assert_non_null(strstr(report.findings[0], "does not match its hash"));
	ledger_check_report_clear(&report);
	buf_free(&file);
}

static void
owners_know_keys(void **state)
{
	struct crypto_key *pins[2] = { NULL, NULL };
	struct ledger_check_known known = { .pins = pins, .n_pins = 1 };
	struct ledger_check_report report;
	struct buf file = BUF_INIT, pem = BUF_INIT;
	struct error err = ERR_INIT;
	uint8_t point[64] = { 0 };

	(void)state;
	read_golden(GOLDEN, &file);
	read_golden("ledger-v1.pem", &pem);
	unit_ok(crypto_key_from_pem(buf_text(&pem), pem.len, &pins[0], &err),
	    &err);
	assert_int_equal(judge(file.data, file.len, &known, &report),
	    ERR_NONE);
	assert_int_equal(report.n_findings, 0);
	assert_true(report.cmks[0].is_pinned);
	ledger_check_report_clear(&report);
	point[0] = 1;
	unit_ok(crypto_key_from_point(CRYPTO_ED25519, point, 32, &pins[1],
	    &err), &err);
	known.n_pins = 2;
	assert_int_equal(judge(file.data, file.len, &known, &report),
	    ERR_NONE);
	assert_int_equal(report.n_findings, 1);
	assert_true(report.cmks[0].is_pinned);
	ledger_check_report_clear(&report);
	crypto_key_free(pins[0]);
	crypto_key_free(pins[1]);
	buf_free(&file);
	buf_free(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_exported_stays_whole),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(every_line_counts),
		cmocka_unit_test(every_cut_counts),
		cmocka_unit_test(a_batch_has_an_end),
		cmocka_unit_test(a_line_has_an_end),
		cmocka_unit_test(witnesses_know_heads),
		cmocka_unit_test(witnesses_believe_no_claim),
		cmocka_unit_test(owners_know_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
