#include <assert.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "kmgr/base/crypto.h"

void
crypto_sig_to_der(const uint8_t *sig, size_t sig_len, struct buf *out)
{
	const int half = (int)(sig_len / 2);
	ECDSA_SIG *ec = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(sig, half, NULL);
	BIGNUM *s = BN_bin2bn(sig + half, half, NULL);
	unsigned char *der = NULL;
	int len;

	assert(ec != NULL && r != NULL && s != NULL);
	(void)ECDSA_SIG_set0(ec, r, s);		/* ec owns both now */
	len = i2d_ECDSA_SIG(ec, &der);
	assert(len > 0);
	buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
	ECDSA_SIG_free(ec);
}

int
crypto_sig_from_der(const uint8_t *der, size_t len, size_t half, uint8_t *sig,
    struct error *err)
{
	const unsigned char *p = der;
	ECDSA_SIG *ec = d2i_ECDSA_SIG(NULL, &p, (long)len);
	const int ok = ec != NULL && p == der + len &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(ec), sig, (int)half) > 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(ec), sig + half, (int)half) > 0;

	ECDSA_SIG_free(ec);
	ERR_clear_error();
	return ok ? 0 : err_set(err, ERR_INPUT, "not an ECDSA signature");
}
