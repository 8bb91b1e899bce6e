#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "kmgr/base/crypto_inner.h"
#include "kmgr/base/crypto_private.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/secret.h"

#define BIND_HEADER "Private-key-format: v1."

struct crypto_private {
	EVP_PKEY		*pkey;
	enum crypto_kind	 kind;
};

/* An algorithm of DNSSEC, and how OpenSSL calls its keys. */
static const struct form {
	unsigned int	 alg;
	enum crypto_kind kind;
	const char	*type;
	const char	*group;		/* of a curve's point, or NULL */
} forms[] = {
	{ 8, CRYPTO_RSA, "RSA", NULL },
	{ 13, CRYPTO_P256, "EC", "prime256v1" },
	{ 14, CRYPTO_P384, "EC", "secp384r1" },
	{ 15, CRYPTO_ED25519, "ED25519", NULL },
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

/* The words of an RSA key's numbers, and OpenSSL's names for them. */
static const struct {
	const char	*word;
	const char	*param;
} rsa_numbers[] = {
	{ "Modulus", OSSL_PKEY_PARAM_RSA_N },
	{ "PublicExponent", OSSL_PKEY_PARAM_RSA_E },
	{ "PrivateExponent", OSSL_PKEY_PARAM_RSA_D },
	{ "Prime1", OSSL_PKEY_PARAM_RSA_FACTOR1 },
	{ "Prime2", OSSL_PKEY_PARAM_RSA_FACTOR2 },
	{ "Exponent1", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
	{ "Exponent2", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
	{ "Coefficient", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
};
#define N_RSA (sizeof(rsa_numbers) / sizeof(rsa_numbers[0]))

/* The text behind "word: " at the beginning of a line; NULL if none has it. */
static char *
value_of(const char *text, size_t len, const char *word)
{
	const char *line = text, *end = text + len, *stop;
	const size_t n = strlen(word);

	for (; line < end; line = stop + 1) {
		if ((stop = memchr(line, '\n', (size_t)(end - line))) == NULL)
			stop = end;
		if ((size_t)(stop - line) < n + 2 ||
		    memcmp(line, word, n) != 0 ||
		    memcmp(line + n, ": ", 2) != 0)
			continue;
		line += n + 2;
		if (stop > line && stop[-1] == '\r')
			stop--;
		return mem_printf("%.*s", (int)(stop - line), line);
	}
	return NULL;
}

static void
wipe_text(char *text)
{

	if (text != NULL)
		secret_wipe(text, strlen(text));
	free(text);
}

static void
wipe_buf(struct buf *buf)
{

	if (buf->len > 0)
		secret_wipe(buf->data, buf->len);
	buf_free(buf);
}

/* The bytes that word's base64 stands for. */
static int
bytes_of(const char *text, size_t len, const char *word, struct buf *out,
    struct error *err)
{
	char *value = value_of(text, len, word);
	int rc;

	rc = value == NULL ? err_set(err, ERR_INPUT, "no line \"%s:\"", word) :
	    crypto_base64_read(value, out, err);
	wipe_text(value);
	return rc;
}

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int
read_rsa(const char *text, size_t len, EVP_PKEY **out, struct error *err)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[N_RSA] = { NULL };
	struct buf bytes = BUF_INIT;
	int rc = 0;
	size_t i;

	for (i = 0; i < N_RSA && rc == 0; i++) {
		rc = bytes_of(text, len, rsa_numbers[i].word, &bytes, err);
		if (rc == 0) {
			numbers[i] = BN_bin2bn(bytes.data, (int)bytes.len,
			    NULL);
			(void)OSSL_PARAM_BLD_push_BN(bld,
			    rsa_numbers[i].param, numbers[i]);
		}
		wipe_buf(&bytes);
	}
	if (rc == 0 && (*out = from_params("RSA", bld)) == NULL)
		rc = crypto_fail(ERR_INPUT, "not an RSA private key", err);
	OSSL_PARAM_BLD_free(bld);
	for (i = 0; i < N_RSA; i++)
		BN_clear_free(numbers[i]);
	return rc;
}

static int
read_scalar(const struct form *form, const char *text, size_t len,
    EVP_PKEY **out, struct error *err)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	struct buf bytes = BUF_INIT;
	BIGNUM *scalar = NULL;
	int rc = -1;

	if (bytes_of(text, len, "PrivateKey", &bytes, err) != 0)
		goto out;
	if (form->group == NULL) {
		*out = EVP_PKEY_new_raw_private_key_ex(NULL, form->type, NULL,
		    bytes.data, bytes.len);
	} else {
		scalar = BN_bin2bn(bytes.data, (int)bytes.len, NULL);
		(void)OSSL_PARAM_BLD_push_utf8_string(bld,
		    OSSL_PKEY_PARAM_GROUP_NAME, form->group, 0);
		(void)OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY,
		    scalar);
		*out = from_params(form->type, bld);
	}
	if (*out == NULL) {
		(void)crypto_fail(ERR_INPUT, "not a private key", err);
		goto out;
	}
	rc = 0;
 out:
	OSSL_PARAM_BLD_free(bld);
	BN_clear_free(scalar);
	wipe_buf(&bytes);
	return rc;
}

static int
read_bind(const char *text, size_t len, EVP_PKEY **pkey,
    enum crypto_kind *kind, struct error *err)
{
	char *alg = value_of(text, len, "Algorithm");
	const unsigned long number = alg == NULL ? 0 : strtoul(alg, NULL, 10);
	size_t i;

	free(alg);
	for (i = 0; i < N_FORMS && forms[i].alg != number; i++)
		;
	if (i == N_FORMS)
		return err_set(err, ERR_INPUT, "algorithm %lu is not one of "
		    "8, 13, 14 and 15", number);
	*kind = forms[i].kind;
	if (*kind == CRYPTO_RSA)
		return read_rsa(text, len, pkey, err);
	return read_scalar(&forms[i], text, len, pkey, err);
}

/* A passphrase is asked of nobody. */
static int
no_passphrase(char *buf, int size, int rwflag, void *arg)
{

	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static int
read_pem(const char *text, size_t len, EVP_PKEY **pkey,
    enum crypto_kind *kind, struct error *err)
{
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	char group[32] = "";
	size_t i;

	*pkey = bio == NULL ? NULL :
	    PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (*pkey == NULL)
		return crypto_fail(ERR_INPUT, "neither a private key of "
		    "dnssec-keygen nor one in PEM without a passphrase", err);
	(void)EVP_PKEY_get_utf8_string_param(*pkey,
	    OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL);
	for (i = 0; i < N_FORMS; i++)
		if (EVP_PKEY_is_a(*pkey, forms[i].type) &&
		    (forms[i].group == NULL ||
		    strcmp(forms[i].group, group) == 0))
			break;
	if (i == N_FORMS)
		return crypto_fail(ERR_INPUT, "a private key of another kind "
		    "than RSA, P-256, P-384 and Ed25519", err);
	*kind = forms[i].kind;
	return 0;
}

int
crypto_private_read(const char *text, size_t len, const char *what,
    struct crypto_private **out, struct error *err)
{
	enum crypto_kind kind = CRYPTO_RSA;
	EVP_PKEY *pkey = NULL;
	int rc;

	*out = NULL;
	if (len >= strlen(BIND_HEADER) &&
	    memcmp(text, BIND_HEADER, strlen(BIND_HEADER)) == 0)
		rc = read_bind(text, len, &pkey, &kind, err);
	else
		rc = read_pem(text, len, &pkey, &kind, err);
	if (rc != 0) {
		EVP_PKEY_free(pkey);
		return err_wrap(err, "%s", what);
	}
	*out = mem_new(sizeof(**out));
	(*out)->pkey = pkey;
	(*out)->kind = kind;
	return 0;
}

/* Sign as OpenSSL does, ECDSA in DER. */
static bool
sign(const struct crypto_private *private, const uint8_t *tbs, size_t len,
    uint8_t *sig, size_t *sig_len)
{
	const EVP_MD *md = private->kind == CRYPTO_ED25519 ? NULL :
	    private->kind == CRYPTO_P384 ? EVP_sha384() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, md, NULL,
	    private->pkey) == 1 &&
	    EVP_DigestSign(ctx, sig, sig_len, tbs, len) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

int
crypto_private_sign(const struct crypto_private *private,
    const struct crypto_key *public, const uint8_t *tbs, size_t len,
    uint8_t sig[static CRYPTO_SIG_MAX], size_t *sig_len, struct error *err)
{
	const size_t half = private->kind == CRYPTO_P384 ? 48 : 32;
	uint8_t der[CRYPTO_SIG_MAX];
	size_t der_len = sizeof(der);

	if (private->kind != public->kind)
		return err_set(err, ERR_INPUT, "the private key is of another "
		    "algorithm than the DNSKEY");
	if (!sign(private, tbs, len, der, &der_len))
		return crypto_fail(ERR_INPUT, "the private key cannot sign",
		    err);
	if (private->kind == CRYPTO_P256 || private->kind == CRYPTO_P384) {
		if (crypto_sig_from_der(der, der_len, half, sig, err) != 0)
			return -1;
		*sig_len = 2 * half;
	} else {
		memcpy(sig, der, der_len);
		*sig_len = der_len;
	}
	if (crypto_key_verify(public, tbs, len, sig, *sig_len, err) != 0)
		return err_set(err, ERR_INPUT, "the private key is not that "
		    "of the DNSKEY");
	return 0;
}

void
crypto_private_free(struct crypto_private *private)
{

	if (private == NULL)
		return;
	EVP_PKEY_free(private->pkey);
	free(private);
}
