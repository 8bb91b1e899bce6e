/*
 * A key pair whose DNSKEY has a chosen key tag. A fitting private key is
 * sought in software and then fed to the real module as the random number from
 * which it makes its next P-256 key, so that the token makes, keeps and
 * describes the key as any other. That works with a module that shares this
 * process's OpenSSL, as SoftHSM does; the result is checked.
 */

#define OPENSSL_SUPPRESS_DEPRECATED 1

#include "tests/fault/p11shim.h"

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

#define KEY_LEN         32
#define POINT_LEN       (2 * KEY_LEN)
#define FLAGS_KSK       257
#define PROTOCOL_DNSSEC 3
/* One key in 65536 fits: none in so many has a chance of exp(-30). */
#define TRIES_MAX 2000000

static const struct ck_function_list *real;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool done;
static unsigned char key[KEY_LEN]; /* wiped when it has been given out */
static bool armed;

/* RFC 4034 appendix B over the rdata of a DNSKEY with a P-256 key. */
static uint16_t
key_tag(const unsigned char point[static POINT_LEN])
{
	uint32_t sum = FLAGS_KSK;
	size_t i;

	sum += (uint32_t)PROTOCOL_DNSSEC << 8 | shim_conf()->tag_alg;
	for (i = 0; i < POINT_LEN; i += 2)
		sum += (uint32_t)point[i] << 8 | point[i + 1];
	sum += sum >> 16;
	return (uint16_t)sum;
}

/* Whether the public key d * G has the tag. */
static bool
fits(const EC_GROUP *group, const EC_POINT *point, BN_CTX *ctx)
{
	unsigned char text[1 + POINT_LEN]; /* 4, x, y: SEC 1 s2.3.3 */

	return EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED,
		   text, sizeof(text), ctx) == sizeof(text) &&
	       key_tag(text + 1) == shim_conf()->tag;
}

/*
 * From a random d on, d + 1, d + 2, ...: one addition a try. d has 255 bits,
 * so that it stays below the order of the group.
 */
static bool
walk(const EC_GROUP *group, EC_POINT *point, BIGNUM *d, BN_CTX *ctx)
{
	unsigned long i;

	if (BN_rand(d, 255, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
	    EC_POINT_mul(group, point, d, NULL, NULL, ctx) != 1)
		return false;
	for (i = 0; i < TRIES_MAX; i++) {
		if (fits(group, point, ctx))
			return true;
		if (BN_add_word(d, 1) != 1 ||
		    EC_POINT_add(group, point, point,
			EC_GROUP_get0_generator(group), ctx) != 1)
			return false;
	}
	return false;
}

static void
find_key(void)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = EC_POINT_new(group);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *d = BN_new();

	if (!walk(group, point, d, ctx) ||
	    BN_bn2binpad(d, key, KEY_LEN) != KEY_LEN)
		shim_die("found no key with key tag %d", shim_conf()->tag);
	BN_clear_free(d);
	BN_CTX_free(ctx);
	EC_POINT_free(point);
	EC_GROUP_free(group);
}

/* The source of random numbers while the real module makes its key. */
static int
random_bytes(unsigned char *out, int len)
{

	if (!armed || len != KEY_LEN)
		return RAND_OpenSSL()->bytes(out, len);
	memcpy(out, key, KEY_LEN);
	memset(key, 0, KEY_LEN);
	armed = false;
	return 1;
}

static int
random_status(void)
{

	return 1;
}

static void
check_tag(ck_session_handle_t session, ck_object_handle_t pub)
{
	/* OCTET STRING, its length 65, and 4 for an uncompressed point. */
	static const unsigned char head[] = { 0x04, 0x41, 0x04 };
	unsigned char value[sizeof(head) + POINT_LEN];
	struct ck_attribute attr = { CKA_EC_POINT, value, sizeof(value) };

	if (real->C_GetAttributeValue(session, pub, &attr, 1) != CKR_OK ||
	    attr.value_len != sizeof(value) ||
	    memcmp(value, head, sizeof(head)) != 0)
		shim_die("the real module gives no P-256 point");
	if (key_tag(value + sizeof(head)) != shim_conf()->tag)
		shim_die("the real module does not take KMGR_SHIM_TAG's key");
}

static bool
is_p256(const struct ck_mechanism *mech, const struct ck_attribute *pub,
    unsigned long n)
{
	/* 1.2.840.10045.3.1.7, RFC 5480 s2.1.1.1 */
	static const unsigned char oid[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	unsigned long i;

	if (mech->mechanism != CKM_EC_KEY_PAIR_GEN)
		return false;
	for (i = 0; i < n; i++)
		if (pub[i].type == CKA_EC_PARAMS)
			return pub[i].value_len == sizeof(oid) &&
			       memcmp(pub[i].value, oid, sizeof(oid)) == 0;
	return false;
}

/* Whether this is the call that shall be bent; from now on none is. */
static bool
take_turn(void)
{
	const char *file = shim_conf()->tag_once_file;
	bool mine;

	pthread_mutex_lock(&lock);
	mine = !done;
	done = true;
	pthread_mutex_unlock(&lock);
	return mine && (file == NULL || faults_first(file));
}

static ck_rv_t
generate_key_pair(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *pub, unsigned long pub_n, struct ck_attribute *priv,
    unsigned long priv_n, ck_object_handle_t *pub_key,
    ck_object_handle_t *priv_key)
{
	static const RAND_METHOD method = {
		.bytes = random_bytes,
		.pseudorand = random_bytes,
		.status = random_status,
	};
	bool bend = is_p256(mech, pub, pub_n) && take_turn();
	ck_rv_t rv;

	if (bend) {
		find_key();
		armed = true;
		RAND_set_rand_method(&method);
	}
	rv = real->C_GenerateKeyPair(
	    session, mech, pub, pub_n, priv, priv_n, pub_key, priv_key);
	if (bend) {
		RAND_set_rand_method(NULL);
		armed = false;
		if (rv == CKR_OK)
			check_tag(session, *pub_key);
	}
	return rv;
}

void
tag_install(struct ck_function_list *list, const struct ck_function_list *below)
{

	real = below;
	if (shim_conf()->tag_wanted)
		list->C_GenerateKeyPair = generate_key_pair;
}
