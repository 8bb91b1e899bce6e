/*
 * floor --module FILE --token LABEL --pin-file FILE --id HEX [--count N]
 *	[--bytes N] [--alg p256|p384|ed25519|rsa]
 *
 * What a token costs without kmgr: load the module, log in, find one private
 * key by CKA_ID and its public half, make N signatures of messages that
 * differ, verify each with OpenSSL. The raw program that kmgr's speed is
 * judged against; nothing of kmgr is in it. Prints seconds and the peak of
 * resident memory.
 */
#include <dlfcn.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <p11-kit/pkcs11.h>

#define SIG_MAX	    512
#define MESSAGE_MAX 65536

struct alg {
	const char *name;
	CK_MECHANISM_TYPE mechanism;
	const char *hash;	/* NULL: the token takes the message */
	const char *group;	/* NULL: no ECDSA */
	size_t half;		/* bytes of r and of s */
};

static const struct alg algs[] = {
	{ "p256", CKM_ECDSA, "SHA256", "prime256v1", 32 },
	{ "p384", CKM_ECDSA, "SHA384", "secp384r1", 48 },
	{ "ed25519", 0x00001057UL /* CKM_EDDSA */, NULL, NULL, 0 },
	{ "rsa", CKM_RSA_PKCS, "SHA256", NULL, 0 },
};

/* RFC 8017 section 9.2: DigestInfo of SHA-256. */
static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

struct options {
	const char *module;
	const char *token;
	const char *pin_file;
	const char *id;
	size_t count;
	size_t bytes;
	const struct alg *alg;
};

struct floor {
	CK_FUNCTION_LIST_PTR p11;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	const struct alg *alg;
	EVP_MD *md;
	EVP_PKEY *pub;
};

static void __attribute__((noreturn))
die(const char *what, unsigned long code)
{

	(void)fprintf(stderr, "floor: %s (0x%lx)\n", what, code);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
must(const char *what, CK_RV rv)
{

	if (rv != CKR_OK)
		die(what, rv);
}

static void
need(const char *what, bool ok)
{

	if (!ok)
		die(what, 0);
}

static CK_FUNCTION_LIST_PTR
load(const char *path)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_FUNCTION_LIST_PTR p11 = NULL;
	CK_C_GetFunctionList get = NULL;
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol;

	need("dlopen", module != NULL);
	symbol = dlsym(module, "C_GetFunctionList");
	need("dlsym", symbol != NULL);
	/* POSIX lets a void pointer be a function; ISO C does not. */
	memcpy(&get, &symbol, sizeof(get));
	must("C_GetFunctionList", get(&p11));
	must("C_Initialize", p11->C_Initialize(&args));
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
	must("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &n));
	for (i = 0; i < n; i++)
		if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    memcmp(info.label, padded, 32) == 0)
			return slots[i];
	die("no token of this label", 0);
}

static void
log_in(struct floor *floor, CK_SLOT_ID slot, const char *pin_file)
{
	char pin[256] = "";
	FILE *f = fopen(pin_file, "re");

	need("open the PIN file", f != NULL);
	need("read the PIN file", fgets(pin, sizeof(pin), f) != NULL);
	(void)fclose(f);
	pin[strcspn(pin, "\r\n")] = '\0';
	must("C_OpenSession", floor->p11->C_OpenSession(slot,
	    CKF_SERIAL_SESSION, NULL, NULL, &floor->session));
	must("C_Login", floor->p11->C_Login(floor->session, CKU_USER,
	    (CK_UTF8CHAR_PTR)pin, strlen(pin)));
	OPENSSL_cleanse(pin, sizeof(pin));
}

static CK_OBJECT_HANDLE
find_key(const struct floor *floor, CK_OBJECT_CLASS class, const char *hex)
{
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
	long len = 0;
	uint8_t *id = OPENSSL_hexstr2buf(hex, &len);
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, id, (CK_ULONG)len },
	};
	CK_ULONG n = 0;

	need("--id", id != NULL);
	must("C_FindObjectsInit", floor->p11->C_FindObjectsInit(
	    floor->session, want, 2));
	must("C_FindObjects", floor->p11->C_FindObjects(floor->session, &key,
	    1, &n));
	must("C_FindObjectsFinal", floor->p11->C_FindObjectsFinal(
	    floor->session));
	need("no key with this CKA_ID", n == 1);
	OPENSSL_free(id);
	return key;
}

static size_t
get(const struct floor *floor, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type,
    uint8_t *out, size_t room)
{
	CK_ATTRIBUTE attribute = { type, out, room };

	must("C_GetAttributeValue", floor->p11->C_GetAttributeValue(
	    floor->session, key, &attribute, 1));
	return attribute.ulValueLen;
}

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *pub = NULL;

	need("public key", EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pub, EVP_PKEY_PUBLIC_KEY, params) == 1);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pub;
}

/* The point is wrapped in an OCTET STRING, by most modules. */
static EVP_PKEY *
public_point(const struct floor *floor, CK_OBJECT_HANDLE key)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	uint8_t value[256], *point = value;
	size_t len = get(floor, key, CKA_EC_POINT, value, sizeof(value));
	EVP_PKEY *pub;

	if (len > 2 && value[0] == 0x04 && value[1] == len - 2) {
		point += 2;
		len -= 2;
	}
	if (floor->alg->group == NULL)
		pub = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
		    point, len);
	else {
		need("public key", OSSL_PARAM_BLD_push_utf8_string(bld,
		    OSSL_PKEY_PARAM_GROUP_NAME, floor->alg->group, 0) == 1 &&
		    OSSL_PARAM_BLD_push_octet_string(bld,
		    OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1);
		pub = from_params("EC", bld);
	}
	OSSL_PARAM_BLD_free(bld);
	return pub;
}

static EVP_PKEY *
public_rsa(const struct floor *floor, CK_OBJECT_HANDLE key)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	uint8_t value[SIG_MAX];
	size_t len = get(floor, key, CKA_MODULUS, value, sizeof(value));
	BIGNUM *n = BN_bin2bn(value, (int)len, NULL), *e;
	EVP_PKEY *pub;

	len = get(floor, key, CKA_PUBLIC_EXPONENT, value, sizeof(value));
	e = BN_bin2bn(value, (int)len, NULL);
	need("public key",
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1);
	pub = from_params("RSA", bld);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(bld);
	return pub;
}

/* What C_Sign gets for a message. */
static size_t
to_be_signed(const struct floor *floor, const uint8_t *message, size_t len,
    uint8_t *out)
{
	unsigned int hash_len = 0;
	size_t at = 0;

	if (floor->alg->hash == NULL) {
		memcpy(out, message, len);
		return len;
	}
	if (floor->alg->mechanism == CKM_RSA_PKCS) {
		memcpy(out, digest_info, sizeof(digest_info));
		at = sizeof(digest_info);
	}
	need("digest", EVP_Digest(message, len, out + at, &hash_len,
	    floor->md, NULL) == 1);
	return at + hash_len;
}

/* OpenSSL reads ECDSA signatures in DER. */
static size_t
for_openssl(const struct floor *floor, uint8_t *sig, size_t len)
{
	const size_t half = floor->alg->half;
	uint8_t *end = sig;
	ECDSA_SIG *ecdsa;
	int der_len;

	if (half == 0)
		return len;
	need("length of the signature", len == 2 * half);
	ecdsa = ECDSA_SIG_new();
	need("ECDSA_SIG", ECDSA_SIG_set0(ecdsa,
	    BN_bin2bn(sig, (int)half, NULL),
	    BN_bin2bn(sig + half, (int)half, NULL)) == 1);
	der_len = i2d_ECDSA_SIG(ecdsa, &end);
	ECDSA_SIG_free(ecdsa);
	need("DER", der_len > 0);
	return (size_t)der_len;
}

static void
sign_one(const struct floor *floor, const uint8_t *message, size_t len)
{
	CK_MECHANISM mechanism = { floor->alg->mechanism, NULL, 0 };
	static uint8_t tbs[MESSAGE_MAX];
	const size_t tbs_len = to_be_signed(floor, message, len, tbs);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[SIG_MAX];
	CK_ULONG sig_len = sizeof(sig);

	must("C_SignInit", floor->p11->C_SignInit(floor->session, &mechanism,
	    floor->key));
	must("C_Sign", floor->p11->C_Sign(floor->session, tbs, tbs_len, sig,
	    &sig_len));
	sig_len = for_openssl(floor, sig, sig_len);
	need("signature does not verify", EVP_DigestVerifyInit_ex(ctx, NULL,
	    floor->alg->hash, NULL, NULL, floor->pub, NULL) == 1 &&
	    EVP_DigestVerify(ctx, sig, sig_len, message, len) == 1);
	EVP_MD_CTX_free(ctx);
}

static void
run(const struct options *options)
{
	struct floor floor = { .alg = options->alg };
	static uint8_t message[MESSAGE_MAX];
	CK_OBJECT_HANDLE pub;
	size_t i;

	floor.p11 = load(options->module);
	log_in(&floor, find_slot(floor.p11, options->token),
	    options->pin_file);
	floor.key = find_key(&floor, CKO_PRIVATE_KEY, options->id);
	pub = find_key(&floor, CKO_PUBLIC_KEY, options->id);
	floor.pub = floor.alg->mechanism == CKM_RSA_PKCS ?
	    public_rsa(&floor, pub) : public_point(&floor, pub);
	if (floor.alg->hash != NULL)
		floor.md = EVP_MD_fetch(NULL, floor.alg->hash, NULL);
	for (i = 0; i < options->count; i++) {
		memcpy(message, &i, sizeof(i));
		sign_one(&floor, message, options->bytes);
	}
	EVP_PKEY_free(floor.pub);
	EVP_MD_free(floor.md);
	must("C_Finalize", floor.p11->C_Finalize(NULL));
}

static void
read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "token", required_argument, NULL, 't' },
		{ "pin-file", required_argument, NULL, 'p' },
		{ "id", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "alg", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	size_t i;
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'm')
			options->module = optarg;
		else if (c == 't')
			options->token = optarg;
		else if (c == 'p')
			options->pin_file = optarg;
		else if (c == 'i')
			options->id = optarg;
		else if (c == 'n')
			options->count = strtoul(optarg, NULL, 10);
		else if (c == 'b')
			options->bytes = strtoul(optarg, NULL, 10);
		else if (c != 'a')
			exit(2);
		for (i = 0; c == 'a' && i < sizeof(algs) / sizeof(algs[0]);
		    i++)
			if (strcmp(optarg, algs[i].name) == 0)
				options->alg = &algs[i];
	}
}

int
main(int argc, char **argv)
{
	struct options options = { .count = 1, .bytes = 256,
		.alg = &algs[0] };
	struct timespec from, to;
	struct rusage usage;

	read_options(argc, argv, &options);
	need("--module, --token, --pin-file and --id are needed",
	    options.module != NULL && options.token != NULL &&
	    options.pin_file != NULL && options.id != NULL);
	need("--bytes", options.bytes >= sizeof(size_t) &&
	    options.bytes <= MESSAGE_MAX);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	run(&options);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("seconds %.6f\nmax_rss_kib %ld\n",
	    (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9, usage.ru_maxrss);
	return 0;
}
