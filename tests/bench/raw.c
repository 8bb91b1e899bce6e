#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "tests/bench/raw.h"

/* Names of p11-kit that came late. */
#define MECH_EC_EDWARDS_KEY_PAIR_GEN 0x00001055UL
#define MECH_EDDSA		     0x00001057UL
#define KEY_EC_EDWARDS		     0x00000040UL

/* RFC 5480 section 2.1.1.1; RFC 8410 by its name, as SoftHSM has it. */
static const uint8_t p256_params[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
	0x3d, 0x03, 0x01, 0x07 };
static const uint8_t p384_params[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
	0x22 };
static const uint8_t ed25519_params[] = { 0x13, 0x0c, 0x65, 0x64, 0x77, 0x61,
	0x72, 0x64, 0x73, 0x32, 0x35, 0x35, 0x31, 0x39 };

static const struct raw_alg algs[] = {
	{ "p256", CKM_ECDSA, CKM_EC_KEY_PAIR_GEN, CKK_EC, "SHA256",
	    "prime256v1", 32, p256_params, sizeof(p256_params) },
	{ "p384", CKM_ECDSA, CKM_EC_KEY_PAIR_GEN, CKK_EC, "SHA384",
	    "secp384r1", 48, p384_params, sizeof(p384_params) },
	{ "ed25519", MECH_EDDSA, MECH_EC_EDWARDS_KEY_PAIR_GEN, KEY_EC_EDWARDS,
	    NULL, NULL, 0, ed25519_params, sizeof(ed25519_params) },
	{ "rsa", CKM_RSA_PKCS, CKM_RSA_PKCS_KEY_PAIR_GEN, CKK_RSA, "SHA256",
	    NULL, 0, NULL, 0 },
};

/* RFC 8017 section 9.2: DigestInfo of SHA-256. */
static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

void
raw_die(const char *what, unsigned long code)
{

	(void)fprintf(stderr, "floor: %s (0x%lx)\n", what, code);
	ERR_print_errors_fp(stderr);
	exit(1);
}

void
raw_must(const char *what, CK_RV rv)
{

	if (rv != CKR_OK)
		raw_die(what, rv);
}

void
raw_need(const char *what, bool ok)
{

	if (!ok)
		raw_die(what, 0);
}

const struct raw_alg *
raw_alg_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (strcmp(name, algs[i].name) == 0)
			return &algs[i];
	return NULL;
}

static CK_FUNCTION_LIST_PTR
load(const char *path)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_FUNCTION_LIST_PTR p11 = NULL;
	CK_C_GetFunctionList get = NULL;
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol;

	raw_need("dlopen", module != NULL);
	symbol = dlsym(module, "C_GetFunctionList");
	raw_need("dlsym", symbol != NULL);
	/* POSIX lets a void pointer be a function; ISO C does not. */
	memcpy(&get, &symbol, sizeof(get));
	raw_must("C_GetFunctionList", get(&p11));
	raw_must("C_Initialize", p11->C_Initialize(&args));
	return p11;
}

static CK_SLOT_ID
find_slot(CK_FUNCTION_LIST_PTR p11, const char *label)
{
	CK_SLOT_ID slots[64];
	CK_ULONG i, n = sizeof(slots) / sizeof(slots[0]);
	CK_TOKEN_INFO info;
	char padded[33];

	(void)snprintf(padded, sizeof(padded), "%-32s", label);
	raw_must("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &n));
	for (i = 0; i < n; i++)
		if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    memcmp(info.label, padded, 32) == 0)
			return slots[i];
	raw_die("no token of this label", 0);
}

static void
log_in(struct raw *raw, CK_SLOT_ID slot, FILE *pin_file)
{
	char pin[256] = "";

	raw_need("read the PIN file", fgets(pin, sizeof(pin), pin_file) !=
	    NULL);
	pin[strcspn(pin, "\r\n")] = '\0';
	raw_must("C_OpenSession", raw->p11->C_OpenSession(slot,
	    CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &raw->session));
	raw_must("C_Login", raw->p11->C_Login(raw->session, CKU_USER,
	    (CK_UTF8CHAR_PTR)pin, strlen(pin)));
	OPENSSL_cleanse(pin, sizeof(pin));
}

/* A key of parameters, or what of it selection says. */
static EVP_PKEY *
from_params(const char *type, int selection, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *pub = NULL;

	raw_need("public key", EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pub, selection, params) == 1);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pub;
}

/* OpenSSL takes longer to set up a curve than to give a key its point. */
static EVP_PKEY *
curve_make(const char *group)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY *curve;

	raw_need("curve", OSSL_PARAM_BLD_push_utf8_string(bld,
	    OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1);
	curve = from_params("EC", EVP_PKEY_KEY_PARAMETERS, bld);
	OSSL_PARAM_BLD_free(bld);
	return curve;
}

void
raw_open(struct raw *raw, const struct raw_alg *alg, const char *module,
    const char *token, const char *pin_file)
{
	FILE *f = fopen(pin_file, "re");

	memset(raw, 0, sizeof(*raw));
	raw->alg = alg;
	raw_need("open the PIN file", f != NULL);
	raw_need("lock the PIN file", flock(fileno(f), LOCK_EX) == 0);
	raw->p11 = load(module);
	log_in(raw, find_slot(raw->p11, token), f);
	(void)fclose(f);
	if (alg->hash != NULL)
		raw->md = EVP_MD_fetch(NULL, alg->hash, NULL);
	if (alg->group != NULL)
		raw->curve = curve_make(alg->group);
}

void
raw_close(struct raw *raw)
{

	EVP_PKEY_free(raw->curve);
	EVP_MD_free(raw->md);
	raw_must("C_Finalize", raw->p11->C_Finalize(NULL));
}

CK_OBJECT_HANDLE
raw_find(const struct raw *raw, CK_OBJECT_CLASS class, const uint8_t *id,
    size_t id_len)
{
	CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, (void *)(uintptr_t)id, id_len },
	};
	CK_ULONG n = 0;

	raw_must("C_FindObjectsInit", raw->p11->C_FindObjectsInit(
	    raw->session, want, 2));
	raw_must("C_FindObjects", raw->p11->C_FindObjects(raw->session,
	    &found, 1, &n));
	raw_must("C_FindObjectsFinal", raw->p11->C_FindObjectsFinal(
	    raw->session));
	raw_need("no key with this CKA_ID", n == 1);
	return found;
}

CK_OBJECT_HANDLE *
raw_find_all(const struct raw *raw, CK_OBJECT_CLASS class, size_t *n)
{
	CK_ATTRIBUTE want = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE *list = NULL;
	CK_ULONG got = 1;
	size_t room = 0;

	*n = 0;
	raw_must("C_FindObjectsInit", raw->p11->C_FindObjectsInit(
	    raw->session, &want, 1));
	while (got > 0) {
		if (room - *n < 1024) {
			room = 2 * room + 1024;
			list = realloc(list, room * sizeof(*list));
			raw_need("memory", list != NULL);
		}
		raw_must("C_FindObjects", raw->p11->C_FindObjects(
		    raw->session, list + *n, room - *n, &got));
		*n += got;
	}
	raw_must("C_FindObjectsFinal", raw->p11->C_FindObjectsFinal(
	    raw->session));
	return list;
}

size_t
raw_get(const struct raw *raw, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, void *out, size_t room)
{
	CK_ATTRIBUTE attribute = { type, out, room };

	raw_must("C_GetAttributeValue", raw->p11->C_GetAttributeValue(
	    raw->session, object, &attribute, 1));
	return attribute.ulValueLen;
}

size_t
raw_public_read(const struct raw *raw, CK_OBJECT_HANDLE object,
    uint8_t out[static RAW_PUBLIC_MAX])
{
	size_t len;

	if (raw->alg->key_type == CKK_RSA)
		return raw_get(raw, object, CKA_MODULUS, out, RAW_PUBLIC_MAX);
	len = raw_get(raw, object, CKA_EC_POINT, out, RAW_PUBLIC_MAX);
	/* The point is wrapped in an OCTET STRING, by most modules. */
	if (len > 2 && out[0] == 0x04 && out[1] == len - 2) {
		len -= 2;
		memmove(out, out + 2, len);
	}
	return len;
}

static EVP_PKEY *
public_rsa(const uint8_t *modulus, size_t len)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, (int)len, NULL), *e = BN_new();
	EVP_PKEY *pub;

	raw_need("public key", BN_set_word(e, 65537) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1);
	pub = from_params("RSA", EVP_PKEY_PUBLIC_KEY, bld);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(bld);
	return pub;
}

EVP_PKEY *
raw_public_make(const struct raw *raw, const uint8_t *value, size_t len)
{
	EVP_PKEY *pub;

	if (raw->alg->key_type == CKK_RSA)
		return public_rsa(value, len);
	if (raw->curve == NULL)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
		    value, len);
	pub = EVP_PKEY_dup(raw->curve);
	raw_need("public key", pub != NULL &&
	    EVP_PKEY_set1_encoded_public_key(pub, value, len) == 1);
	return pub;
}

/* What C_Sign gets for a message. */
static size_t
to_be_signed(const struct raw *raw, const uint8_t *message, size_t len,
    uint8_t *out)
{
	unsigned int hash_len = 0;
	size_t at = 0;

	if (raw->alg->key_type == CKK_RSA) {
		memcpy(out, digest_info, sizeof(digest_info));
		at = sizeof(digest_info);
	}
	raw_need("digest", EVP_Digest(message, len, out + at, &hash_len,
	    raw->md, NULL) == 1);
	return at + hash_len;
}

/* OpenSSL reads ECDSA signatures in DER. */
static size_t
for_openssl(const struct raw *raw, uint8_t *sig, size_t len)
{
	const size_t half = raw->alg->half;
	uint8_t *end = sig;
	ECDSA_SIG *ecdsa;
	int der_len;

	if (half == 0)
		return len;
	raw_need("length of the signature", len == 2 * half);
	ecdsa = ECDSA_SIG_new();
	raw_need("ECDSA_SIG", ECDSA_SIG_set0(ecdsa,
	    BN_bin2bn(sig, (int)half, NULL),
	    BN_bin2bn(sig + half, (int)half, NULL)) == 1);
	der_len = i2d_ECDSA_SIG(ecdsa, &end);
	ECDSA_SIG_free(ecdsa);
	raw_need("DER", der_len > 0);
	return (size_t)der_len;
}

void
raw_sign(const struct raw *raw, CK_OBJECT_HANDLE key, EVP_PKEY *pub,
    const uint8_t *message, size_t len)
{
	CK_MECHANISM mechanism = { raw->alg->mechanism, NULL, 0 };
	uint8_t digest[sizeof(digest_info) + EVP_MAX_MD_SIZE];
	/* Cryptoki takes the message without const. */
	uint8_t *tbs = (uint8_t *)(uintptr_t)message, sig[RAW_SIG_MAX];
	CK_ULONG tbs_len = len, sig_len = sizeof(sig);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (raw->md != NULL) {
		tbs = digest;
		tbs_len = to_be_signed(raw, message, len, digest);
	}
	raw_must("C_SignInit", raw->p11->C_SignInit(raw->session, &mechanism,
	    key));
	raw_must("C_Sign", raw->p11->C_Sign(raw->session, tbs, tbs_len, sig,
	    &sig_len));
	sig_len = for_openssl(raw, sig, sig_len);
	raw_need("signature does not verify", EVP_DigestVerifyInit(ctx, NULL,
	    raw->md, NULL, pub) == 1 &&
	    EVP_DigestVerify(ctx, sig, sig_len, message, len) == 1);
	EVP_MD_CTX_free(ctx);
}
