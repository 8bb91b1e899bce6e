/* The inside of crypto.h. */
#ifndef BASE_CRYPTO_INNER_H
#define BASE_CRYPTO_INNER_H

#include "kmgr/base/crypto.h"

struct crypto_key {
	struct evp_pkey_st *pkey;	/* EVP_PKEY */
	enum crypto_kind kind;
};

/**
 * crypto_fail(class, what, err):
 * Set ${err}; OpenSSL forgets what it noted. Returns -1.
 */
int crypto_fail(enum err_class class, const char *what, struct error *err);

#endif
