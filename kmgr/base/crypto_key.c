#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "kmgr/base/crypto_inner.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/spki.h"

int
crypto_fail(enum err_class class, const char *what, struct error *err)
{

	ERR_clear_error();
	return err_set(err, class, "%s", what);
}

static struct crypto_key *
wrap(EVP_PKEY *pkey, enum crypto_kind kind)
{
	struct crypto_key *key = mem_new(sizeof(*key));

	key->pkey = pkey;
	key->kind = kind;
	return key;
}

/* A key, or what of it selection says; NULL if it is none. */
static EVP_PKEY *
from_params(const char *type, int selection, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

int
crypto_key_from_rsa(const uint8_t *e, size_t e_len, const uint8_t *n,
    size_t n_len, struct crypto_key **out, struct error *err)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn_e = BN_bin2bn(e, (int)e_len, NULL);
	BIGNUM *bn_n = BN_bin2bn(n, (int)n_len, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	*out = NULL;
	if (bld != NULL && bn_e != NULL && bn_n != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn_n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, bn_e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(bld)) != NULL)
		pkey = from_params("RSA", EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(bn_e);
	BN_free(bn_n);
	if (pkey == NULL)
		return crypto_fail(ERR_INPUT, "not an RSA public key", err);
	*out = wrap(pkey, CRYPTO_RSA);
	return 0;
}

/* A curve without a point, made once: OpenSSL takes long to set one up. */
struct curve {
	const char	*group;
	EVP_PKEY	*params;
};

static struct curve p256 = { "P-256", NULL }, p384 = { "P-384", NULL };

static void
curve_make(struct curve *curve)
{
	OSSL_PARAM params[2];
	char name[16];

	(void)snprintf(name, sizeof(name), "%s", curve->group);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	params[1] = OSSL_PARAM_construct_end();
	curve->params = from_params("EC", EVP_PKEY_KEY_PARAMETERS, params);
}

static void
curves_make(void)
{

	curve_make(&p256);
	curve_make(&p384);
}

static EVP_PKEY *
from_ec_point(const struct curve *curve, const uint8_t *xy, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint8_t point[1 + CRYPTO_POINT_MAX];
	EVP_PKEY *pkey;

	assert(len < sizeof(point));
	(void)pthread_once(&once, curves_make);
	assert(curve->params != NULL);
	point[0] = 4;		/* uncompressed, SEC 1 section 2.3.3 */
	memcpy(point + 1, xy, len);
	pkey = EVP_PKEY_dup(curve->params);
	/* This is where a point that is not on the curve is refused. */
	if (pkey != NULL && EVP_PKEY_set1_encoded_public_key(pkey, point,
	    len + 1) == 1)
		return pkey;
	EVP_PKEY_free(pkey);
	return NULL;
}

int
crypto_key_from_point(enum crypto_kind kind, const uint8_t *point, size_t len,
    struct crypto_key **out, struct error *err)
{
	EVP_PKEY *pkey = NULL;

	*out = NULL;
	if (kind == CRYPTO_P256 && len == 64)
		pkey = from_ec_point(&p256, point, len);
	else if (kind == CRYPTO_P384 && len == 96)
		pkey = from_ec_point(&p384, point, len);
	else if (kind == CRYPTO_ED25519 &&
	    crypto_point_check(kind, point, len, err) == 0)
		pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
		    point, len);
	if (pkey == NULL)
		return crypto_fail(ERR_INPUT, "not a point of the curve", err);
	*out = wrap(pkey, kind);
	memcpy((*out)->point, point, len);
	(*out)->point_len = len;
	return 0;
}

/* Other curves have 256 and 384 bits too. */
static bool
is_group(const EVP_PKEY *pkey, const char *group)
{
	char name[32];

	return EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) == 1 &&
	    strcmp(name, group) == 0;
}

static int
kind_of(const EVP_PKEY *pkey, enum crypto_kind *kind)
{

	if (EVP_PKEY_is_a(pkey, "RSA"))
		*kind = CRYPTO_RSA;
	else if (EVP_PKEY_is_a(pkey, "ED25519"))
		*kind = CRYPTO_ED25519;
	else if (EVP_PKEY_is_a(pkey, "EC") && is_group(pkey, "prime256v1"))
		*kind = CRYPTO_P256;
	else if (EVP_PKEY_is_a(pkey, "EC") && is_group(pkey, "secp384r1"))
		*kind = CRYPTO_P384;
	else
		return -1;
	return 0;
}

/* RSA, and curves in a form that is not the usual one. */
static int
from_spki_decoded(const uint8_t *der, size_t len, struct crypto_key **out,
    struct error *err)
{
	const unsigned char *p = der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)len);
	struct crypto_key *key;
	struct buf point = BUF_INIT;
	enum crypto_kind kind;
	int rc;

	if (pkey == NULL || p != der + len || kind_of(pkey, &kind) != 0) {
		EVP_PKEY_free(pkey);
		return crypto_fail(ERR_INPUT,
		    "not a SubjectPublicKeyInfo of RSA, P-256, P-384 or "
		    "Ed25519", err);
	}
	key = wrap(pkey, kind);
	if (kind == CRYPTO_RSA) {
		*out = key;
		return 0;
	}
	/* A compressed point, or a curve spelt out: one key, one form. */
	crypto_key_point(key, &point);
	rc = crypto_key_from_point(kind, point.data, point.len, out, err);
	buf_free(&point);
	crypto_key_free(key);
	return rc;
}

int
crypto_key_from_spki(const uint8_t *der, size_t len, struct crypto_key **out,
    struct error *err)
{
	const uint8_t *point;
	enum crypto_kind kind;
	size_t point_len;

	*out = NULL;
	point = spki_find_point(der, len, &kind, &point_len);
	if (point != NULL)
		return crypto_key_from_point(kind, point, point_len, out,
		    err);
	return from_spki_decoded(der, len, out, err);
}

struct crypto_key *
crypto_key_copy(const struct crypto_key *key)
{
	struct crypto_key *copy = wrap(key->pkey, key->kind);
	int ok;

	/* What OpenSSL has of it nobody changes: both hold it. */
	ok = EVP_PKEY_up_ref(key->pkey);
	assert(ok == 1);
	memcpy(copy->point, key->point, sizeof(copy->point));
	copy->point_len = key->point_len;
	return copy;
}

bool
crypto_key_is_same(const struct crypto_key *a, const struct crypto_key *b)
{

	return a->kind == b->kind && EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

enum crypto_kind
crypto_key_kind(const struct crypto_key *key)
{

	return key->kind;
}

unsigned int
crypto_key_bits(const struct crypto_key *key)
{

	/* OpenSSL counts the bits of Ed25519's group order: 253. */
	return key->kind == CRYPTO_ED25519 ? 256 :
	    (unsigned int)EVP_PKEY_get_bits(key->pkey);
}

/* Append the number called name, with leading zeroes up to len bytes. */
static void
add_number(const struct crypto_key *key, const char *name, size_t len,
    struct buf *out)
{
	BIGNUM *bn = NULL;
	const int known = EVP_PKEY_get_bn_param(key->pkey, name, &bn);
	uint8_t *bytes;
	int n;

	assert(known == 1);
	if (len == 0)
		len = (size_t)BN_num_bytes(bn);
	bytes = mem_new(len);
	n = BN_bn2binpad(bn, bytes, (int)len);
	assert(n >= 0);
	buf_add(out, bytes, (size_t)n);
	free(bytes);
	BN_free(bn);
}

void
crypto_key_point(const struct crypto_key *key, struct buf *out)
{
	const size_t half = key->kind == CRYPTO_P384 ? 48 : 32;
	uint8_t raw[32];
	size_t len = sizeof(raw);
	int ok;

	assert(key->kind != CRYPTO_RSA);
	/* What it was made of: OpenSSL would have to reckon it out again. */
	if (key->point_len > 0) {
		buf_add(out, key->point, key->point_len);
		return;
	}
	if (key->kind == CRYPTO_ED25519) {
		ok = EVP_PKEY_get_raw_public_key(key->pkey, raw, &len);
		assert(ok == 1);
		buf_add(out, raw, len);
		return;
	}
	add_number(key, OSSL_PKEY_PARAM_EC_PUB_X, half, out);
	add_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, half, out);
}

void
crypto_key_rsa(const struct crypto_key *key, struct buf *e, struct buf *n)
{

	assert(key->kind == CRYPTO_RSA);
	add_number(key, OSSL_PKEY_PARAM_RSA_E, 0, e);
	add_number(key, OSSL_PKEY_PARAM_RSA_N, 0, n);
}

void
crypto_key_spki(const struct crypto_key *key, struct buf *out)
{
	struct buf point = BUF_INIT;
	unsigned char *der = NULL;
	int len;

	if (key->kind != CRYPTO_RSA) {
		crypto_key_point(key, &point);
		spki_add_point(key->kind, point.data, out);
		buf_free(&point);
		return;
	}
	len = i2d_PUBKEY(key->pkey, &der);
	assert(len > 0);
	buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
}

void
crypto_key_pem(const struct crypto_key *key, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	if (bio != NULL && PEM_write_bio_PUBKEY(bio, key->pkey) == 1 &&
	    (len = BIO_get_mem_data(bio, &text)) > 0)
		buf_add(out, text, (size_t)len);
	BIO_free(bio);
}
