/* Key pairs that are made, wrapped and unwrapped. */
#include <string.h>

#include "tests/bench/raw.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Cryptoki takes what it only reads without const. */
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

CK_MECHANISM_TYPE
raw_wrap_mechanism(const struct raw *raw, CK_OBJECT_HANDLE wrapping)
{
	CK_MECHANISM_TYPE type = 0;

	raw_need("CKA_ALLOWED_MECHANISMS is not one", raw_get(raw, wrapping,
	    CKA_ALLOWED_MECHANISMS, &type, sizeof(type)) == sizeof(type));
	return type;
}

CK_OBJECT_HANDLE
raw_unwrap(const struct raw *raw, CK_OBJECT_HANDLE wrapping,
    CK_MECHANISM_TYPE type, uint8_t *blob, size_t len)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE key_type = raw->alg->key_type;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &key_type, sizeof(key_type) },
		{ CKA_TOKEN, &no, sizeof(no) },
		{ CKA_PRIVATE, &yes, sizeof(yes) },
		{ CKA_SIGN, &yes, sizeof(yes) },
		{ CKA_SENSITIVE, &yes, sizeof(yes) },
		{ CKA_EXTRACTABLE, &no, sizeof(no) },
	};
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

	raw_must("C_UnwrapKey", raw->p11->C_UnwrapKey(raw->session,
	    &mechanism, wrapping, blob, len, template, N(template), &key));
	return key;
}

/* The last attribute of a public key says which one: a curve, or a size. */
static void
of_kind(const struct raw_alg *alg, CK_ATTRIBUTE *list, CK_ULONG *n)
{
	static CK_ULONG bits = 2048;
	static uint8_t exponent[] = { 1, 0, 1 };

	if (alg->key_type != CKK_RSA) {
		list[(*n)++] = (CK_ATTRIBUTE){ CKA_EC_PARAMS,
			(void *)(uintptr_t)alg->params, alg->params_len };
		return;
	}
	list[(*n)++] = (CK_ATTRIBUTE){ CKA_MODULUS_BITS, &bits,
		sizeof(bits) };
	list[(*n)++] = (CK_ATTRIBUTE){ CKA_PUBLIC_EXPONENT, exponent,
		sizeof(exponent) };
}

void
raw_generate(const struct raw *raw, enum raw_home home, uint8_t *id,
    size_t id_len, CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private)
{
	CK_MECHANISM mechanism = { raw->alg->generate, NULL, 0 };
	CK_BBOOL is_token = home == RAW_TOKEN, can_leave = !is_token;
	CK_ATTRIBUTE of_public[8] = {
		{ CKA_TOKEN, &is_token, sizeof(is_token) },
		{ CKA_PRIVATE, &no, sizeof(no) },
		{ CKA_VERIFY, &yes, sizeof(yes) },
		{ CKA_ID, id, id_len },
	};
	CK_ATTRIBUTE of_private[] = {
		{ CKA_TOKEN, &is_token, sizeof(is_token) },
		{ CKA_PRIVATE, &yes, sizeof(yes) },
		{ CKA_SENSITIVE, &yes, sizeof(yes) },
		{ CKA_EXTRACTABLE, &can_leave, sizeof(can_leave) },
		{ CKA_SIGN, &yes, sizeof(yes) },
		{ CKA_ID, id, id_len },
	};
	CK_ULONG n = 4;

	of_kind(raw->alg, of_public, &n);
	raw_must("C_GenerateKeyPair", raw->p11->C_GenerateKeyPair(
	    raw->session, &mechanism, of_public, n, of_private,
	    N(of_private), public, private));
}

void
raw_wrap(const struct raw *raw, CK_OBJECT_HANDLE wrapping,
    CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	uint8_t blob[RAW_BLOB_MAX];
	CK_ULONG len = sizeof(blob);

	raw_must("C_WrapKey", raw->p11->C_WrapKey(raw->session, &mechanism,
	    wrapping, key, blob, &len));
}

void
raw_destroy(const struct raw *raw, CK_OBJECT_HANDLE object)
{

	raw_must("C_DestroyObject", raw->p11->C_DestroyObject(raw->session,
	    object));
}
