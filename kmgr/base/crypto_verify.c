#include <openssl/err.h>
#include <openssl/evp.h>

#include "kmgr/base/crypto_inner.h"

int
crypto_key_verify(const struct crypto_key *key, const uint8_t *tbs, size_t len,
    const uint8_t *sig, size_t sig_len, struct error *err)
{
	const EVP_MD *md = key->kind == CRYPTO_ED25519 ? NULL :
	    key->kind == CRYPTO_P384 ? EVP_sha384() : EVP_sha256();
	const int is_ec = key->kind == CRYPTO_P256 || key->kind == CRYPTO_P384;
	const size_t half = key->kind == CRYPTO_P384 ? 48 : 32;
	struct buf der = BUF_INIT;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -1;

	if (is_ec && sig_len != 2 * half) {
		(void)crypto_fail(ERR_INTEGRITY,
		    "the signature has the wrong length", err);
		goto out;
	}
	if (is_ec) {
		crypto_sig_to_der(sig, sig_len, &der);
		sig = der.data;
		sig_len = der.len;
	}
	if (ctx == NULL ||
	    EVP_DigestVerifyInit(ctx, NULL, md, NULL, key->pkey) != 1) {
		(void)crypto_fail(ERR_INTERNAL, "start a verification", err);
		goto out;
	}
	if (EVP_DigestVerify(ctx, sig, sig_len, tbs, len) != 1) {
		(void)crypto_fail(ERR_INTEGRITY,
		    "the signature does not verify", err);
		goto out;
	}
	rc = 0;
 out:
	EVP_MD_CTX_free(ctx);
	buf_free(&der);
	return rc;
}

void
crypto_key_free(struct crypto_key *key)
{

	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

int
crypto_key_verify_hash(const struct crypto_key *key,
    const uint8_t hash[static CRYPTO_SHA256_LEN], const uint8_t *sig,
    size_t sig_len, bool *known, struct error *err)
{
	EVP_PKEY_CTX *ctx = NULL;
	struct buf der = BUF_INIT;
	int rc = -1;

	*known = key->kind == CRYPTO_RSA || key->kind == CRYPTO_P256;
	if (!*known)
		return 0;
	if (key->kind == CRYPTO_P256 && sig_len != 64)
		return crypto_fail(ERR_INTEGRITY,
		    "the signature has the wrong length", err);
	if (key->kind == CRYPTO_P256) {
		crypto_sig_to_der(sig, sig_len, &der);
		sig = der.data;
		sig_len = der.len;
	}
	ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1)
		(void)crypto_fail(ERR_INTERNAL, "start a verification", err);
	else if (EVP_PKEY_verify(ctx, sig, sig_len, hash,
	    CRYPTO_SHA256_LEN) != 1)
		(void)crypto_fail(ERR_INTEGRITY,
		    "the signature does not verify", err);
	else
		rc = 0;
	EVP_PKEY_CTX_free(ctx);
	buf_free(&der);
	return rc;
}
