#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"

void
crypto_sha256(const void *p, size_t len, uint8_t out[static CRYPTO_SHA256_LEN])
{
	const int ok = EVP_Digest(p, len, out, NULL, EVP_sha256(), NULL);

	assert(ok == 1);
}

void
crypto_sha384(const void *p, size_t len, uint8_t out[static CRYPTO_SHA384_LEN])
{
	const int ok = EVP_Digest(p, len, out, NULL, EVP_sha384(), NULL);

	assert(ok == 1);
}

int
crypto_random(uint8_t *p, size_t len, struct error *err)
{

	if (RAND_bytes(p, (int)len) != 1)
		return err_set(err, ERR_INTERNAL, "no random bytes");
	return 0;
}

char *
crypto_base64(const uint8_t *p, size_t len)
{
	char *text = mem_new((len + 2) / 3 * 4 + 1);

	(void)EVP_EncodeBlock((unsigned char *)text, p, (int)len);
	return text;
}

int
crypto_base64_read(const char *text, struct buf *out, struct error *err)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const size_t len = strlen(text);
	const size_t body = strspn(text, set);
	size_t pad = len - body;
	uint8_t *bytes;
	char *again;
	int n, same;

	if (len % 4 != 0 || pad > 2 || strspn(text + body, "=") != pad ||
	    len > INT32_MAX)
		return err_set(err, ERR_INPUT, "not base64");
	bytes = mem_new(len / 4 * 3 + 1);
	n = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len);
	if (n < 0 || (size_t)n < pad) {
		free(bytes);
		return err_set(err, ERR_INPUT, "not base64");
	}
	/* One text for one value: unused bits must be 0. */
	again = crypto_base64(bytes, (size_t)n - pad);
	same = strcmp(again, text) == 0;
	if (same)
		buf_add(out, bytes, (size_t)n - pad);
	free(again);
	free(bytes);
	return same ? 0 : err_set(err, ERR_INPUT, "not base64");
}
