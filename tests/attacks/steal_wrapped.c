/* Wrapped keys: what comes out of a blob, and what can be put in its place. */

#include "tests/attacks/steal.h"

#include <stdio.h>
#include <string.h>

static unsigned char yes = 1, no = 0;
static unsigned char digest[32] = "thirty-two bytes to be signed..";
static ck_object_class_t private_class = CKO_PRIVATE_KEY;
static ck_object_class_t secret_class = CKO_SECRET_KEY;
static ck_key_type_t ec = CKK_EC, aes = CKK_AES, generic = CKK_GENERIC_SECRET;
static unsigned char p256[] = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
static struct ck_mechanism pad = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };

#define ATTR(type, value) { type, &(value), sizeof(value) }
#define P256_PARAMS { CKA_EC_PARAMS, p256, sizeof(p256) - 1 }
#define POINT_LEN 67		/* 04 41 04 x y */

struct blob {
	unsigned char	data[STEAL_MAX];
	unsigned long	len;
};

/* --- making -------------------------------------------------------------- */

void
steal_make_wrapping(struct thief *thief)
{
	struct ck_mechanism mech = { CKM_AES_KEY_GEN, NULL, 0 };
	unsigned long len = 32;
	struct ck_attribute attrs[] = {
		ATTR(CKA_TOKEN, yes), ATTR(CKA_PRIVATE, yes),
		ATTR(CKA_SENSITIVE, yes), ATTR(CKA_EXTRACTABLE, no),
		ATTR(CKA_WRAP, yes), ATTR(CKA_UNWRAP, yes),
		ATTR(CKA_DECRYPT, no), ATTR(CKA_MODIFIABLE, yes),
		ATTR(CKA_VALUE_LEN, len),
		{ CKA_ID, thief->id, thief->id_len },
	};

	steal_must("make a wrapping key", thief->p11->C_GenerateKey(
	    thief->session, &mech, attrs, N(attrs), &thief->wrapping));
}

/* A P-256 pair of the session that may leave; of a value he knows then. */
static ck_object_handle_t
make_pair(struct thief *thief, ck_object_handle_t *pub)
{
	struct ck_mechanism mech = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	struct ck_attribute pub_attrs[] = { ATTR(CKA_TOKEN, no), P256_PARAMS };
	struct ck_attribute attrs[] = {
		ATTR(CKA_TOKEN, no), ATTR(CKA_SENSITIVE, no),
		ATTR(CKA_EXTRACTABLE, yes), ATTR(CKA_SIGN, yes),
	};
	ck_object_handle_t priv = 0;

	steal_must("make a key", thief->p11->C_GenerateKeyPair(thief->session,
	    &mech, pub_attrs, N(pub_attrs), attrs, N(attrs), pub, &priv));
	return priv;
}

static ck_object_handle_t
make_aes(struct thief *thief)
{
	unsigned char value[32] = "a wrapping key that he knows...";
	struct ck_attribute attrs[] = {
		ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, aes),
		ATTR(CKA_TOKEN, no), ATTR(CKA_EXTRACTABLE, yes),
		ATTR(CKA_WRAP, yes), ATTR(CKA_VALUE, value),
	};
	ck_object_handle_t key = 0;

	steal_must("make an AES key", thief->p11->C_CreateObject(
	    thief->session, attrs, N(attrs), &key));
	return key;
}

static ck_rv_t
wrap_under(struct thief *thief, ck_object_handle_t wrapping,
    ck_object_handle_t key, struct blob *blob)
{

	blob->len = sizeof(blob->data);
	return thief->p11->C_WrapKey(thief->session, &pad, wrapping, key,
	    blob->data, &blob->len);
}

void
steal_wrap(struct thief *thief, const char *path)
{
	static struct blob blob;
	ck_object_handle_t pub = 0;

	steal_must("wrap a key", wrap_under(thief, thief->wrapping,
	    make_pair(thief, &pub), &blob));
	steal_write(path, blob.data, blob.len);
}

/* --- what comes out ------------------------------------------------------ */

#define EC_KEY(sensitive, extractable) { \
	ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, ec), \
	ATTR(CKA_TOKEN, no), ATTR(CKA_PRIVATE, yes), ATTR(CKA_SIGN, yes), \
	ATTR(CKA_SENSITIVE, sensitive), ATTR(CKA_EXTRACTABLE, extractable) }
#define SECRET(type, token) { \
	ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, type), \
	ATTR(CKA_TOKEN, token), ATTR(CKA_PRIVATE, yes), ATTR(CKA_WRAP, yes), \
	ATTR(CKA_SENSITIVE, no), ATTR(CKA_EXTRACTABLE, yes) }
#define TEMPLATE_N 7

/* Says whether something came out, and what. */
static ck_object_handle_t
unwrap(struct thief *thief, const char *what, struct blob *blob,
    const struct ck_attribute template[static TEMPLATE_N])
{
	struct ck_attribute attrs[TEMPLATE_N];
	ck_object_handle_t key = 0;
	ck_rv_t rv;

	memcpy(attrs, template, sizeof(attrs));
	rv = thief->p11->C_UnwrapKey(thief->session, &pad, thief->wrapping,
	    blob->data, blob->len, attrs, N(attrs), &key);
	steal_say("unwrap", what, rv);
	return rv == CKR_OK ? key : 0;
}

static void
try_value(struct thief *thief, const char *what, ck_object_handle_t key)
{
	unsigned char value[STEAL_MAX];
	struct ck_attribute attr = { CKA_VALUE, value, sizeof(value) };

	if (key != 0)
		steal_say("read", what, thief->p11->C_GetAttributeValue(
		    thief->session, key, &attr, 1));
}

static void
try_out(struct thief *thief, struct blob *blob)
{
	const struct ck_attribute open[] = EC_KEY(no, yes);
	const struct ck_attribute extractable[] = EC_KEY(yes, yes);
	const struct ck_attribute exact[] = EC_KEY(yes, no);
	const struct ck_attribute secret[] = SECRET(generic, no);
	struct ck_mechanism ecdsa = { CKM_ECDSA, NULL, 0 };
	unsigned char sig[64];
	unsigned long len = sizeof(sig);
	static struct blob again;
	ck_object_handle_t key;
	ck_rv_t rv;

	try_value(thief, "open", unwrap(thief, "open", blob, open));
	key = unwrap(thief, "extractable", blob, extractable);
	if (key != 0)
		steal_say("rewrap", "extractable", wrap_under(thief,
		    make_aes(thief), key, &again));
	try_value(thief, "as-secret", unwrap(thief, "as-secret", blob,
	    secret));
	key = unwrap(thief, "exact", blob, exact);
	if (key == 0)
		return;
	rv = thief->p11->C_SignInit(thief->session, &ecdsa, key);
	steal_say("sign", "exact", rv != CKR_OK ? rv : thief->p11->C_Sign(
	    thief->session, digest, sizeof(digest), sig, &len));
}

/* --- the wrapping key itself --------------------------------------------- */

static const struct {
	const char		*name;
	ck_attribute_type_t	 type;
} grants[] = {
	{ "CKA_DECRYPT", CKA_DECRYPT },
	{ "CKA_ENCRYPT", CKA_ENCRYPT },
	{ "CKA_EXTRACTABLE", CKA_EXTRACTABLE },
	{ "CKA_MODIFIABLE", CKA_MODIFIABLE },
	{ "CKA_COPYABLE", CKA_COPYABLE },
};

/* With ECB decryption every key wrap can be undone by hand. */
static void
try_decrypt(struct thief *thief, const char *what, ck_object_handle_t key)
{
	struct ck_mechanism ecb = { CKM_AES_ECB, NULL, 0 };
	unsigned char out[sizeof(digest)];
	unsigned long len = sizeof(out);
	ck_rv_t rv = thief->p11->C_DecryptInit(thief->session, &ecb, key);

	steal_say("decrypt", what, rv != CKR_OK ? rv : thief->p11->C_Decrypt(
	    thief->session, digest, sizeof(digest), out, &len));
}

static void
try_grants(struct thief *thief)
{
	struct ck_attribute attr;
	ck_object_handle_t copy = 0;
	size_t i;
	ck_rv_t rv;

	try_decrypt(thief, "as-it-is", thief->wrapping);
	for (i = 0; i < N(grants); i++) {
		attr = (struct ck_attribute){ grants[i].type, &yes, 1 };
		rv = thief->p11->C_CopyObject(thief->session, thief->wrapping,
		    &attr, 1, &copy);
		steal_say("copy", grants[i].name, rv);
		if (rv == CKR_OK && grants[i].type == CKA_DECRYPT)
			try_decrypt(thief, "by-copy", copy);
		attr = (struct ck_attribute){ grants[i].type, &yes, 1 };
		steal_say("set", grants[i].name,
		    thief->p11->C_SetAttributeValue(thief->session,
		    thief->wrapping, &attr, 1));
	}
	try_decrypt(thief, "by-set", thief->wrapping);
}

static void
try_mechanism(struct thief *thief)
{
	struct ck_mechanism kw = { CKM_AES_KEY_WRAP, NULL, 0 };
	unsigned char out[64];
	unsigned long len = sizeof(out);

	steal_say("mechanism", "CKM_AES_KEY_WRAP", thief->p11->C_WrapKey(
	    thief->session, &kw, thief->wrapping, make_aes(thief), out, &len));
}

/* --- what can be put in its place ---------------------------------------- */

/* A wrapping key whose value he knows, as one of the token. */
static void
try_trojan(struct thief *thief)
{
	const struct ck_attribute trojan[] = SECRET(aes, yes);
	static struct blob blob;

	steal_must("wrap the trojan", wrap_under(thief, thief->wrapping,
	    make_aes(thief), &blob));
	(void)unwrap(thief, "trojan", &blob, trojan);
}

/* The public half of pub, in DER, into the file path. */
static void
write_public(struct thief *thief, ck_object_handle_t pub, const char *path)
{
	unsigned char der[128] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
		0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };
	unsigned char point[POINT_LEN];
	struct ck_attribute attr = { CKA_EC_POINT, point, sizeof(point) };

	steal_must("read the public key", thief->p11->C_GetAttributeValue(
	    thief->session, pub, &attr, 1));
	steal_must("read the public key", attr.value_len == POINT_LEN ?
	    CKR_OK : CKR_GENERAL_ERROR);
	memcpy(der + 26, point + 2, POINT_LEN - 2);
	steal_write(path, der, 26 + POINT_LEN - 2);
}

/* A private key that he knows, wrapped as if the token had made it. */
static void
try_own(struct thief *thief, const char *path)
{
	const struct ck_attribute exact[] = EC_KEY(yes, no);
	ck_object_handle_t pub = 0, priv = make_pair(thief, &pub);
	static struct blob blob;
	char name[512];
	ck_rv_t rv;

	try_value(thief, "own", priv);
	rv = wrap_under(thief, thief->wrapping, priv, &blob);
	steal_say("wrap", "own", rv);
	if (rv != CKR_OK)
		return;
	(void)unwrap(thief, "own", &blob, exact);
	(void)snprintf(name, sizeof(name), "%s.own", path);
	steal_write(name, blob.data, blob.len);
	(void)snprintf(name, sizeof(name), "%s.pub", path);
	write_public(thief, pub, name);
}

void
steal_unwrap(struct thief *thief, const char *path)
{
	static struct blob blob;

	blob.len = steal_read(path, blob.data, sizeof(blob.data));
	try_out(thief, &blob);
	try_own(thief, path);
	try_trojan(thief);
	try_mechanism(thief);
	try_grants(thief);
}
