#include <assert.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "kmgr/base/crypto_hmac.h"

static const EVP_MD *
digest_of(enum crypto_hmac hmac)
{

	switch (hmac) {
	case CRYPTO_HMAC_SHA384:
		return EVP_sha384();
	case CRYPTO_HMAC_SHA512:
		return EVP_sha512();
	default:
		return EVP_sha256();
	}
}

size_t
crypto_hmac_len(enum crypto_hmac hmac)
{

	return (size_t)EVP_MD_get_size(digest_of(hmac));
}

void
crypto_hmac(enum crypto_hmac hmac, const void *key, size_t key_len,
    const void *p, size_t len, uint8_t out[static CRYPTO_HMAC_MAX])
{
	unsigned int out_len = 0;
	const unsigned char *mac = HMAC(digest_of(hmac), key, (int)key_len, p,
	    len, out, &out_len);

	assert(mac != NULL && out_len == crypto_hmac_len(hmac));
}

bool
crypto_is_same_mac(const uint8_t *a, const uint8_t *b, size_t len)
{

	return CRYPTO_memcmp(a, b, len) == 0;
}
