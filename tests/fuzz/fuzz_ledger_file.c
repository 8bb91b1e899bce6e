/*
 * Exported ledgers: bytes as they are, or, where the input begins with "+",
 * lines of "type payload" that are made into a chain, so that what events say
 * is reached too.
 */
#include "tests/fuzz/fuzz.h"

#include "kmgr/base/crypto.h"
#include "kmgr/base/json.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/ledger_check.h"
#include "kmgr/engine/ledger_file.h"

#define HEX_LEN (2 * CRYPTO_SHA256_LEN + 1)

static void
judge(const struct buf *file)
{
	struct ledger_check_report report = LEDGER_CHECK_REPORT_INIT;
	const char *const anchors[] = { "0123456789abcdef" };
	const struct ledger_check_known known = { .anchors = anchors,
		.n_anchors = 1 };
	struct error err = ERR_INIT;
	FILE *stream;
	size_t i;
	int rc;

	if (file->len == 0)
		return;
	stream = fmemopen(file->data, file->len, "r");
	assert(stream != NULL);
	rc = ledger_check_run(stream, &known, &report, &err);
	fuzz_check_error(rc, &err);
	for (i = 0; i < report.n_findings; i++)
		assert(text_is_utf8(report.findings[i],
		    strlen(report.findings[i])));
	/* Nobody has such a head. */
	if (rc == 0)
		assert(report.n_findings > 0 && report.anchor_seqs[0] == 0);
	ledger_check_report_clear(&report);
	(void)fclose(stream);
}

/* Append the record of one line; what is no JSON becomes a text. */
static void
add_record(struct buf *file, const char *line, int64_t seq,
    char prev[static HEX_LEN])
{
	static const char tag[] = "kmgr/ledger/v1";
	const char *space = strchr(line, ' ');
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf payload = BUF_INIT, text = BUF_INIT;
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	int type_len;

	if (space == NULL || json_read(space + 1, strlen(space + 1), &json,
	    &ignored) != 0)
		json = json_new_object();
	json_canonical(json, &payload);
	json_free(json);
	type_len = (int)(space == NULL ? strlen(line) :
	    (size_t)(space - line));
	buf_add(&text, tag, sizeof(tag));
	buf_printf(&text, "{\"actor\":{},\"at\":1800000000,\"payload\":%s,"
	    "\"prev\":\"%s\",\"seq\":%lld,\"type\":\"%.*s\"}",
	    buf_text(&payload), prev, (long long)seq, type_len, line);
	crypto_sha256(text.data, text.len, hash);
	buf_free(&text);
	buf_printf(file, "{\"actor\":{},\"at\":1800000000,\"hash\":\"");
	buf_printf(&text, "%s", prev);
	(void)text_hex(hash, sizeof(hash), prev);
	buf_printf(file, "%s\",\"payload\":%s,\"prev\":\"%s\",\"seq\":%lld,"
	    "\"type\":\"%.*s\"}\n", prev, buf_text(&payload), buf_text(&text),
	    (long long)seq, type_len, line);
	buf_free(&payload);
	buf_free(&text);
}

static void
chain(char *lines)
{
	struct buf file = BUF_INIT;
	char prev[HEX_LEN];
	char *line, *rest = NULL;
	int64_t seq = 1;

	memset(prev, '0', sizeof(prev) - 1);
	prev[sizeof(prev) - 1] = '\0';
	buf_printf(&file, "{\"format\":\"" LEDGER_FILE_FORMAT "\","
	    "\"version\":%d}\n", LEDGER_FILE_VERSION);
	for (line = strtok_r(lines, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		add_record(&file, line, seq++, prev);
	judge(&file);
	buf_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf file = BUF_INIT;
	char *text;

	if (len > 0 && data[0] == '+') {
		text = fuzz_text(data + 1, len - 1);
		chain(text);
		free(text);
		return 0;
	}
	buf_add(&file, data, len);
	judge(&file);
	buf_free(&file);
	return 0;
}
