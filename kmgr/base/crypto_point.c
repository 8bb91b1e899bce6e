#include <assert.h>
#include <pthread.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

#include "kmgr/base/crypto_inner.h"

/* Made once: OpenSSL takes long to set one up. */
static EC_GROUP *p256, *p384;

static void
groups_make(void)
{

	p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	p384 = EC_GROUP_new_by_curve_name(NID_secp384r1);
	assert(p256 != NULL && p384 != NULL);
}

static const EC_GROUP *
group_of(enum crypto_kind kind)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, groups_make);
	return kind == CRYPTO_P384 ? p384 : p256;
}

/* Coordinates below the prime that fulfil the curve's equation. */
static bool
is_ec_point(enum crypto_kind kind, const uint8_t *xy, size_t len)
{
	const EC_GROUP *group = group_of(kind);
	uint8_t octets[1 + CRYPTO_POINT_MAX] = { 4 };	/* SEC 1 s2.3.3 */
	EC_POINT *point = EC_POINT_new(group);
	bool is_one;

	assert(point != NULL && len < sizeof(octets));
	memcpy(octets + 1, xy, len);
	is_one = EC_POINT_oct2point(group, point, octets, len + 1,
	    NULL) == 1;
	EC_POINT_free(point);
	return is_one;
}

/*
 * Whether the key decodes to a point (RFC 8032 s5.1.3), which OpenSSL never
 * asks: x^2 = (y^2 - 1) / (d y^2 + 1) has a root, d = -121665 / 121666. With
 * numerator and denominator multiplied by 121666, u / v is a square exactly
 * where u v is one.
 */
static bool
is_ed25519_point(const uint8_t *key)
{
	uint8_t le[32];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = BN_new(), *y = BN_new(), *u = BN_new(), *v = BN_new();
	int root;

	assert(ctx != NULL && p != NULL && y != NULL && u != NULL && v != NULL);
	memcpy(le, key, sizeof(le));
	le[31] &= 0x7f;
	root = BN_set_bit(p, 255) == 1 && BN_sub_word(p, 19) == 1 &&
	    BN_lebin2bn(le, sizeof(le), y) != NULL && BN_cmp(y, p) < 0 &&
	    BN_mod_sqr(y, y, p, ctx) == 1 && BN_copy(u, y) != NULL &&
	    BN_copy(v, y) != NULL && BN_mul_word(u, 121666) == 1 &&
	    BN_sub_word(u, 121666) == 1 && BN_mul_word(v, 121665) == 1 &&
	    BN_sub_word(v, 121666) == 1 && BN_mod_mul(u, u, v, p, ctx) == 1 ?
	    BN_kronecker(u, p, ctx) : -1;
	/* -(u v) and u v are squares together: -1 is one, as p mod 4 is 1. */
	BN_CTX_free(ctx);
	BN_free(p);
	BN_free(y);
	BN_free(u);
	BN_free(v);
	/* x = 0 has no negative. */
	return root == 1 || (root == 0 && (key[31] & 0x80) == 0);
}

int
crypto_point_check(enum crypto_kind kind, const uint8_t *point, size_t len,
    struct error *err)
{
	const size_t wanted = kind == CRYPTO_P256 ? 64 :
	    kind == CRYPTO_P384 ? 96 : kind == CRYPTO_ED25519 ? 32 : 0;

	if (wanted != 0 && len == wanted && (kind == CRYPTO_ED25519 ?
	    is_ed25519_point(point) : is_ec_point(kind, point, len)))
		return 0;
	return crypto_fail(ERR_INPUT, "not a point of the curve", err);
}
