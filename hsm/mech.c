#include <string.h>

#include "hsm/mech.h"

/* RFC 5480 s2.1.1.1 */
static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x03, 0x01, 0x07 };
static const uint8_t p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
/* PKCS #11 3.0 s2.3.5: a PrintableString, or the OID of RFC 8410 s3 */
static const uint8_t ed25519_name[] = { 0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
	'd', 's', '2', '5', '5', '1', '9' };
static const uint8_t ed25519_oid[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };

#define DER(bytes) { bytes, sizeof(bytes) }

static const struct mech table[] = {
	{ ALG_RSASHA256, "CKM_RSA_PKCS", CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN,
	    CKM_RSA_PKCS, 0, 0, { { NULL, 0 } } },
	{ ALG_ECDSAP256SHA256, "CKM_ECDSA", CKK_EC, CKM_EC_KEY_PAIR_GEN,
	    CKM_ECDSA, 64, 1, { DER(p256) } },
	{ ALG_ECDSAP384SHA384, "CKM_ECDSA", CKK_EC, CKM_EC_KEY_PAIR_GEN,
	    CKM_ECDSA, 96, 1, { DER(p384) } },
	{ ALG_ED25519, "CKM_EDDSA", CKK_EC_EDWARDS, CKM_EC_EDWARDS_KEY_PAIR_GEN,
	    CKM_EDDSA, 32, 2, { DER(ed25519_name), DER(ed25519_oid) } },
};

#define N_MECHS (sizeof(table) / sizeof(table[0]))

/* CBC is not among them: tokens take blobs that were tampered with. */
static const struct mech_wrap wraps[] = {
	{ CKM_AES_KEY_WRAP_KWP, "CKM_AES_KEY_WRAP_KWP" },
	{ CKM_AES_KEY_WRAP_PAD, "CKM_AES_KEY_WRAP_PAD" },
};

#define N_WRAPS (sizeof(wraps) / sizeof(wraps[0]))

const struct mech_wrap *
mech_wrap_at(size_t i)
{

	return i < N_WRAPS ? &wraps[i] : NULL;
}

const struct mech_wrap *
mech_wrap_find(ck_mechanism_type_t type)
{
	size_t i;

	for (i = 0; i < N_WRAPS; i++)
		if (wraps[i].type == type)
			return &wraps[i];
	return NULL;
}

const struct mech *
mech_of_key(enum crypto_kind kind)
{
	size_t i = 0;

	while (alg_find(table[i].alg)->kind != kind)
		i++;
	return &table[i];
}

const struct mech *
mech_find(enum alg alg)
{
	size_t i;

	for (i = 0; i < N_MECHS; i++)
		if (table[i].alg == alg)
			return &table[i];
	return NULL;
}

const struct mech *
mech_at(size_t i)
{

	return i < N_MECHS ? &table[i] : NULL;
}

size_t
mech_index(const struct mech *mech)
{

	return (size_t)(mech - table);
}

int
mech_check(enum alg alg, unsigned int bits, struct error *err)
{

	if (mech_find(alg) == NULL)
		return err_set(err, ERR_TOKEN, "keys of algorithm %d are not "
		    "made", (int)alg);
	if (alg == ALG_RSASHA256 && (bits < 2048 || bits > 4096))
		return err_set(err, ERR_TOKEN,
		    "RSA keys of %u bits are not made", bits);
	return 0;
}

static bool
has_params(const struct mech *mech, const uint8_t *params, size_t len)
{
	size_t i;

	for (i = 0; i < mech->n_params; i++)
		if (mech->params[i].len == len &&
		    memcmp(mech->params[i].der, params, len) == 0)
			return true;
	return mech->n_params == 0;
}

const struct mech *
mech_detect(ck_key_type_t key_type, const uint8_t *params, size_t len)
{
	size_t i;

	for (i = 0; i < N_MECHS; i++)
		if (table[i].key_type == key_type &&
		    has_params(&table[i], params, len))
			return &table[i];
	return NULL;
}

const uint8_t *
mech_point(const struct mech *mech, const uint8_t *value, size_t len)
{
	/* SEC 1 s2.3.3: an uncompressed point begins with 4 */
	const size_t lead = mech->key_type == CKK_EC ? 1 : 0;
	const size_t raw = lead + mech->point_len;

	/* Shorter than 128 bytes each, so DER has one byte of length. */
	if (len == raw + 2 && value[0] == 0x04 && value[1] == raw)
		value += 2;
	else if (len == raw + 3 && value[0] == 0x03 && value[1] == raw + 1 &&
	    value[2] == 0)
		value += 3;
	else if (len != raw)
		return NULL;
	if (lead == 1 && value[0] != 0x04)
		return NULL;
	return value + lead;
}

size_t
mech_tbs(const struct mech *mech, const void *data, size_t len,
    uint8_t out[static MECH_TBS_MAX])
{
	static const uint8_t sha256_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0x04, 0x20 };

	switch (mech->alg) {
	case ALG_RSASHA256:
		memcpy(out, sha256_info, sizeof(sha256_info));
		crypto_sha256(data, len, out + sizeof(sha256_info));
		return sizeof(sha256_info) + CRYPTO_SHA256_LEN;
	case ALG_ECDSAP256SHA256:
		crypto_sha256(data, len, out);
		return CRYPTO_SHA256_LEN;
	case ALG_ECDSAP384SHA384:
		crypto_sha384(data, len, out);
		return CRYPTO_SHA384_LEN;
	default:
		return 0;
	}
}
