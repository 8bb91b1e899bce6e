/* The inside of crypto.h. */
#ifndef BASE_CRYPTO_INNER_H
#define BASE_CRYPTO_INNER_H

#include "kmgr/base/crypto.h"

#define CRYPTO_POINT_MAX 96	/* of P-384, x and y */

struct crypto_key {
	struct evp_pkey_st *pkey;	/* EVP_PKEY */
	enum crypto_kind kind;
	size_t point_len;		/* 0: of RSA, or not known */
	uint8_t point[CRYPTO_POINT_MAX];
};

/**
 * crypto_fail(class, what, err):
 * Set ${err}; OpenSSL forgets what it noted. Returns -1.
 */
int crypto_fail(enum err_class class, const char *what, struct error *err);

#endif
