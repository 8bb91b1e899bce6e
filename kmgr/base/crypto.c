#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"

#define RANDOM_MAX 256		/* bytes that getentropy() gives at once */

/* Fetched once: to hash 65 bytes takes half the time then. */
static EVP_MD *fetched;

static void
fetch(void)
{

	fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void
crypto_sha256(const void *p, size_t len, uint8_t out[static CRYPTO_SHA256_LEN])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int ok;

	(void)pthread_once(&once, fetch);
	ok = EVP_Digest(p, len, out, NULL, fetched, NULL);
	assert(ok == 1);
}

void
crypto_sha384(const void *p, size_t len, uint8_t out[static CRYPTO_SHA384_LEN])
{
	const int ok = EVP_Digest(p, len, out, NULL, EVP_sha384(), NULL);

	assert(ok == 1);
}

int
crypto_sha256_file(const char *path, uint8_t out[static CRYPTO_SHA256_LEN],
    struct error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	FILE *file = fopen(path, "re");
	uint8_t chunk[16384];
	int ok, rc = 0;
	size_t n;

	ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	while (file != NULL && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		ok &= EVP_DigestUpdate(ctx, chunk, n);
	if (file == NULL || ferror(file))
		rc = err_set_errno(err, "read %s", path);
	ok &= EVP_DigestFinal_ex(ctx, out, NULL);
	assert(ok == 1);
	EVP_MD_CTX_free(ctx);
	if (file != NULL)
		(void)fclose(file);
	return rc;
}

/*
 * The kernel's: OpenSSL seeds its own from there, too, and to set that up is a
 * sixth of what `run` does where nothing is due.
 */
int
crypto_random(uint8_t *p, size_t len, struct error *err)
{
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < RANDOM_MAX ? len : RANDOM_MAX;
		if (getentropy(p, n) != 0)
			return err_set_errno(err, "no random bytes");
	}
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

/* One PEM block: its type, and the bytes in it. */
struct block {
	char		*type;
	char		*header;
	unsigned char	*der;
	long		 len;
};

static bool
block_next(BIO *bio, struct block *block)
{
	const bool is_there = PEM_read_bio(bio, &block->type, &block->header,
	    &block->der, &block->len) == 1;

	ERR_clear_error();
	return is_there;
}

/* What was given by mistake can be a private key. */
static void
block_clear(struct block *block)
{

	OPENSSL_free(block->type);
	OPENSSL_free(block->header);
	OPENSSL_clear_free(block->der, (size_t)block->len);
	*block = (struct block) { 0 };
}

int
crypto_key_from_pem(const char *text, size_t len, struct crypto_key **out,
    struct error *err)
{
	BIO *bio = len > INT32_MAX ? NULL : BIO_new_mem_buf(text, (int)len);
	struct block block = { 0 }, more = { 0 };
	int rc = -1;

	*out = NULL;
	if (bio == NULL || !block_next(bio, &block))
		(void)err_set(err, ERR_INPUT, "no PEM block");
	else if (strcmp(block.type, "PUBLIC KEY") != 0)
		(void)err_set(err, ERR_INPUT, "a PEM block %.32s where a "
		    "PUBLIC KEY is wanted", block.type);
	else if (block_next(bio, &more))
		(void)err_set(err, ERR_INPUT, "more than one PEM block");
	else
		rc = crypto_key_from_spki(block.der, (size_t)block.len, out,
		    err);
	block_clear(&block);
	block_clear(&more);
	BIO_free(bio);
	return rc;
}
