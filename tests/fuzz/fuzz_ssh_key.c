/*
 * SSH public keys, as a line and as a blob behind the type that it names:
 * what is accepted is in canonical form after one reading.
 */
#include "tests/fuzz/fuzz.h"

#include "kmgr/base/crypto.h"
#include "policy/ssh_key.h"

static void
check_line(const char *text)
{
	char print[SSH_KEY_FINGERPRINT_LEN];
	struct error err = ERR_INIT;
	char *line, *again;
	int rc;

	rc = ssh_key_read(text, &line, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (line != NULL));
	if (rc != 0)
		return;
	rc = ssh_key_read(line, &again, &err);
	assert(rc == 0 && strcmp(line, again) == 0);
	assert(ssh_key_compare(line, again) == 0);
	assert(strlen(ssh_key_fingerprint(line, print)) == sizeof(print) - 1);
	assert(strlen(ssh_key_comment(line)) <= SSH_KEY_COMMENT_MAX);
	free(line);
	free(again);
}

static void
check_blob(const uint8_t *data, size_t len)
{
	const size_t n = len < 4 ? 0 : data[3];
	char *base64 = crypto_base64(data, len);
	struct buf line = BUF_INIT;

	/* The word in front must be the blob's own, or all are refused. */
	if (n > 0 && n + 4 <= len) {
		buf_add(&line, data + 4, n);
		buf_printf(&line, " %s", base64);
		check_line(buf_text(&line));
	}
	buf_free(&line);
	free(base64);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);

	check_line(text);
	check_blob(data, len);
	free(text);
	return 0;
}
