/* Using a key for what it is not for. */

#include "tests/attacks/steal.h"

#include <stdio.h>
#include <string.h>

static unsigned char yes = 1, no = 0;
static unsigned char iv[16];
static struct ck_rsa_pkcs_oaep_params oaep = { .hash_alg = CKM_SHA_1,
	.mgf = CKG_MGF1_SHA1, .source = CKZ_DATA_SPECIFIED };
static struct ck_gcm_params gcm = { .iv_ptr = iv, .iv_len = 12, .iv_bits = 96,
	.tag_bits = 128 };
static struct ck_aes_ctr_params ctr = { .counter_bits = 128 };

/* CKM_AES_KEY_WRAP_KWP of Cryptoki 3.0. */
#define AES_KEY_WRAP_KWP 0x210bUL

#define AES  offsetof(struct thief, aes)
#define DES  offsetof(struct thief, des)
#define DES3 offsetof(struct thief, des3)
#define RSA  offsetof(struct thief, rsa_pub)

static const struct wrap {
	const char		*name;
	struct ck_mechanism	 mech;
	size_t			 key;	/* where in the thief's bag */
} wraps[] = {
	{ "CKM_AES_KEY_WRAP", { CKM_AES_KEY_WRAP, NULL, 0 }, AES },
	{ "CKM_AES_KEY_WRAP_PAD", { CKM_AES_KEY_WRAP_PAD, NULL, 0 }, AES },
	{ "CKM_AES_KEY_WRAP_KWP", { AES_KEY_WRAP_KWP, NULL, 0 }, AES },
	{ "CKM_AES_CBC_PAD", { CKM_AES_CBC_PAD, iv, 16 }, AES },
	{ "CKM_AES_CBC", { CKM_AES_CBC, iv, 16 }, AES },
	{ "CKM_AES_ECB", { CKM_AES_ECB, NULL, 0 }, AES },
	{ "CKM_AES_CTR", { CKM_AES_CTR, &ctr, sizeof(ctr) }, AES },
	{ "CKM_AES_GCM", { CKM_AES_GCM, &gcm, sizeof(gcm) }, AES },
	{ "CKM_DES_CBC_PAD", { CKM_DES_CBC_PAD, iv, 8 }, DES },
	{ "CKM_DES_CBC", { CKM_DES_CBC, iv, 8 }, DES },
	{ "CKM_DES_ECB", { CKM_DES_ECB, NULL, 0 }, DES },
	{ "CKM_DES3_CBC_PAD", { CKM_DES3_CBC_PAD, iv, 8 }, DES3 },
	{ "CKM_DES3_CBC", { CKM_DES3_CBC, iv, 8 }, DES3 },
	{ "CKM_DES3_ECB", { CKM_DES3_ECB, NULL, 0 }, DES3 },
	{ "CKM_RSA_PKCS", { CKM_RSA_PKCS, NULL, 0 }, RSA },
	{ "CKM_RSA_PKCS_OAEP", { CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep) },
	    RSA },
	{ "CKM_RSA_AES_KEY_WRAP", { CKM_RSA_AES_KEY_WRAP, NULL, 0 }, RSA },
};

#define PSS(hash, mgf, len) \
	&(struct ck_rsa_pkcs_pss_params){ CKM_##hash, CKG_MGF1_##mgf, len }, \
	    sizeof(struct ck_rsa_pkcs_pss_params)
#define PLAIN(type, name)     { #name, CKK_##type, { name, NULL, 0 } }
#define SALTED(type, name, p) { #name, CKK_##type, { name, p } }

/* For each type of key those that sign with it: SoftHSM dies of others. */
static const struct sign {
	const char		*name;
	ck_key_type_t		 type;
	struct ck_mechanism	 mech;
} signs[] = {
	PLAIN(EC_EDWARDS, CKM_EDDSA),
	PLAIN(EC, CKM_ECDSA),
	PLAIN(EC, CKM_ECDSA_SHA1),
	PLAIN(EC, CKM_ECDSA_SHA224),
	PLAIN(EC, CKM_ECDSA_SHA256),
	PLAIN(EC, CKM_ECDSA_SHA384),
	PLAIN(EC, CKM_ECDSA_SHA512),
	PLAIN(RSA, CKM_RSA_PKCS),
	PLAIN(RSA, CKM_RSA_X_509),
	PLAIN(RSA, CKM_MD5_RSA_PKCS),
	PLAIN(RSA, CKM_SHA1_RSA_PKCS),
	PLAIN(RSA, CKM_SHA224_RSA_PKCS),
	PLAIN(RSA, CKM_SHA256_RSA_PKCS),
	PLAIN(RSA, CKM_SHA384_RSA_PKCS),
	PLAIN(RSA, CKM_SHA512_RSA_PKCS),
	SALTED(RSA, CKM_RSA_PKCS_PSS, PSS(SHA256, SHA256, 32)),
	SALTED(RSA, CKM_SHA1_RSA_PKCS_PSS, PSS(SHA_1, SHA1, 20)),
	SALTED(RSA, CKM_SHA224_RSA_PKCS_PSS, PSS(SHA224, SHA224, 28)),
	SALTED(RSA, CKM_SHA256_RSA_PKCS_PSS, PSS(SHA256, SHA256, 32)),
	SALTED(RSA, CKM_SHA384_RSA_PKCS_PSS, PSS(SHA384, SHA384, 48)),
	SALTED(RSA, CKM_SHA512_RSA_PKCS_PSS, PSS(SHA512, SHA512, 64)),
};

/* --- his own keys -------------------------------------------------------- */

static ck_object_handle_t
make_secret(struct thief *thief, ck_mechanism_type_t generate)
{
	struct ck_mechanism mech = { generate, NULL, 0 };
	unsigned long len = 32;
	struct ck_attribute attrs[] = {
		{ CKA_TOKEN, &no, 1 },
		{ CKA_WRAP, &yes, 1 },
		{ CKA_ENCRYPT, &yes, 1 },
		{ CKA_DECRYPT, &yes, 1 },
		{ CKA_EXTRACTABLE, &yes, 1 },
		{ CKA_VALUE_LEN, &len, sizeof(len) },
	};
	ck_object_handle_t key = 0;

	steal_must("make a wrapping key", thief->p11->C_GenerateKey(
	    thief->session, &mech, attrs, generate == CKM_AES_KEY_GEN ?
	    N(attrs) : N(attrs) - 1, &key));
	return key;
}

static ck_object_handle_t
make_rsa(struct thief *thief)
{
	struct ck_mechanism mech = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	unsigned long bits = 1024;
	unsigned char exponent[] = { 1, 0, 1 };
	struct ck_attribute pub[] = {
		{ CKA_TOKEN, &no, 1 },
		{ CKA_WRAP, &yes, 1 },
		{ CKA_MODULUS_BITS, &bits, sizeof(bits) },
		{ CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent) },
	};
	struct ck_attribute priv[] = { { CKA_TOKEN, &no, 1 } };
	ck_object_handle_t key = 0, other;

	steal_must("make an RSA key", thief->p11->C_GenerateKeyPair(
	    thief->session, &mech, pub, N(pub), priv, N(priv), &key, &other));
	return key;
}

/* Anybody can make a public key object of public numbers, for any use. */
static ck_object_handle_t
make_copy(struct thief *thief)
{
	ck_object_class_t class = CKO_PUBLIC_KEY;
	ck_key_type_t type = CKK_RSA;
	unsigned char modulus[STEAL_MAX], exponent[16];
	struct ck_attribute attrs[] = {
		{ CKA_MODULUS, modulus, sizeof(modulus) },
		{ CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent) },
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &no, 1 },
		{ CKA_ENCRYPT, &yes, 1 },
		{ CKA_WRAP, &yes, 1 },
	};
	ck_object_handle_t key = 0;

	if (thief->p11->C_GetAttributeValue(thief->session, thief->pub, attrs,
	    2) != CKR_OK)
		return 0;	/* not RSA */
	steal_must("make a public key", thief->p11->C_CreateObject(
	    thief->session, attrs, N(attrs), &key));
	return key;
}

void
steal_tools(struct thief *thief)
{

	thief->aes = make_secret(thief, CKM_AES_KEY_GEN);
	thief->des = make_secret(thief, CKM_DES_KEY_GEN);
	thief->des3 = make_secret(thief, CKM_DES3_KEY_GEN);
	thief->rsa_pub = make_rsa(thief);
	thief->copy_pub = make_copy(thief);
}

/* --- wrapping ------------------------------------------------------------ */

static ck_rv_t
wrap(struct thief *thief, const struct wrap *how, ck_object_handle_t with,
    ck_object_handle_t key, unsigned char out[static STEAL_MAX],
    unsigned long *len)
{
	struct ck_mechanism mech = how->mech;

	*len = STEAL_MAX;
	return thief->p11->C_WrapKey(thief->session, &mech, with, key, out,
	    len);
}

/* One that the token has and the table lacks would be left untried. */
static void
find_untried(struct thief *thief)
{
	ck_mechanism_type_t list[256];
	struct ck_mechanism_info info;
	unsigned long i, n = N(list);
	size_t j;

	steal_must("list mechanisms", thief->p11->C_GetMechanismList(
	    thief->slot, list, &n));
	for (i = 0; i < n; i++) {
		for (j = 0; j < N(wraps); j++)
			if (wraps[j].mech.mechanism == list[i])
				break;
		if (j == N(wraps) && thief->p11->C_GetMechanismInfo(
		    thief->slot, list[i], &info) == CKR_OK &&
		    (info.flags & CKF_WRAP) != 0)
			printf("untried wrap 0x%lx\n", list[i]);
	}
}

void
steal_by_wrapping(struct thief *thief)
{
	unsigned char out[STEAL_MAX];
	ck_object_handle_t with;
	unsigned long len;
	size_t i;

	for (i = 0; i < N(wraps); i++) {
		memcpy(&with, (char *)thief + wraps[i].key, sizeof(with));
		steal_say("wrap", wraps[i].name, wrap(thief, &wraps[i], with,
		    thief->priv, out, &len));
	}
	find_untried(thief);
}

/* --- signing ------------------------------------------------------------- */

/* With a number short enough for raw RSA where no hash is made of it. */
static ck_rv_t
sign(struct thief *thief, struct ck_mechanism *mech)
{
	unsigned char data[256] = { 0 }, sig[STEAL_MAX];
	unsigned long len = sizeof(sig);
	ck_rv_t rv = thief->p11->C_SignInit(thief->session, mech, thief->priv);

	memset(data + 1, 'x', sizeof(data) - 1);
	if (rv != CKR_OK)
		return rv;
	return thief->p11->C_Sign(thief->session, data,
	    mech->mechanism == CKM_RSA_X_509 ? sizeof(data) : 32, sig, &len);
}

static void
try_sign(struct thief *thief)
{
	ck_key_type_t type = 0;
	struct ck_attribute attr = { CKA_KEY_TYPE, &type, sizeof(type) };
	struct ck_mechanism mech;
	size_t i;

	steal_must("read the key type", thief->p11->C_GetAttributeValue(
	    thief->session, thief->pub, &attr, 1));
	for (i = 0; i < N(signs); i++) {
		mech = signs[i].mech;
		if (signs[i].type == type)
			steal_say("sign", signs[i].name, sign(thief, &mech));
	}
}

/* --- all else ------------------------------------------------------------ */

/* What was encrypted, or wrapped, for the key by anybody. */
static void
try_decrypt(struct thief *thief)
{
	static const struct wrap how = { "", { CKM_RSA_PKCS, NULL, 0 }, 0 };
	struct ck_mechanism mech = how.mech;
	ck_object_class_t class = CKO_SECRET_KEY;
	ck_key_type_t type = CKK_AES;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &no, 1 },
	};
	unsigned char blob[STEAL_MAX], out[STEAL_MAX];
	unsigned long blob_len, len = sizeof(out);
	ck_object_handle_t key;
	ck_rv_t rv;

	if (thief->copy_pub == 0)
		return;
	steal_must("wrap for the key", wrap(thief, &how, thief->copy_pub,
	    thief->aes, blob, &blob_len));
	rv = thief->p11->C_DecryptInit(thief->session, &mech, thief->priv);
	if (rv == CKR_OK)
		rv = thief->p11->C_Decrypt(thief->session, blob, blob_len, out,
		    &len);
	steal_say("use", "decrypt", rv);
	steal_say("use", "unwrap", thief->p11->C_UnwrapKey(thief->session,
	    &mech, thief->priv, blob, blob_len, attrs, N(attrs), &key));
}

static void
try_derive(struct thief *thief)
{
	unsigned char point[STEAL_MAX];
	struct ck_attribute attr = { CKA_EC_POINT, point, sizeof(point) };
	struct ck_ecdh1_derive_params params = { .kdf = CKD_NULL };
	struct ck_mechanism mech = { CKM_ECDH1_DERIVE, &params,
		sizeof(params) };
	ck_object_class_t class = CKO_SECRET_KEY;
	ck_key_type_t type = CKK_GENERIC_SECRET;
	unsigned long len = 32;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &no, 1 },
		{ CKA_VALUE_LEN, &len, sizeof(len) },
	};
	ck_object_handle_t key;

	if (thief->p11->C_GetAttributeValue(thief->session, thief->pub, &attr,
	    1) != CKR_OK)
		return;		/* RSA */
	params.public_data = point;
	params.public_data_len = attr.value_len;
	steal_say("use", "derive", thief->p11->C_DeriveKey(thief->session,
	    &mech, thief->priv, attrs, N(attrs), &key));
}

static void
try_public(struct thief *thief)
{
	static const struct wrap how = { "", { CKM_RSA_PKCS, NULL, 0 }, 0 };
	struct ck_mechanism mech = how.mech;
	struct ck_mechanism raw = { CKM_RSA_X_509, NULL, 0 };
	unsigned char data[32] = { 0 }, out[STEAL_MAX];
	unsigned long len = sizeof(out);
	ck_rv_t rv;

	if (thief->copy_pub == 0)
		return;
	rv = thief->p11->C_EncryptInit(thief->session, &mech, thief->pub);
	if (rv == CKR_OK)
		rv = thief->p11->C_Encrypt(thief->session, data, sizeof(data),
		    out, &len);
	steal_say("public-use", "encrypt", rv);
	steal_say("public-use", "wrap", wrap(thief, &how, thief->pub,
	    thief->aes, out, &len));
	rv = thief->p11->C_VerifyInit(thief->session, &raw, thief->pub);
	steal_say("public-sign", "CKM_RSA_X_509", rv);
	if (rv == CKR_OK)
		(void)thief->p11->C_Verify(thief->session, data, sizeof(data),
		    out, sizeof(data));
}

void
steal_by_using(struct thief *thief)
{

	try_sign(thief);
	try_decrypt(thief);
	try_derive(thief);
	try_public(thief);
}
