#include <assert.h>
#include <string.h>

#include "kmgr/base/spki.h"

static const struct form {
	enum crypto_kind kind;
	size_t		 point_len;
	size_t		 head_len;
	uint8_t		 head[27];
} forms[] = {
	/* ecPublicKey, prime256v1, BIT STRING 04 || x || y */
	{ CRYPTO_P256, 64, 27, { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
	    0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
	    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 } },
	/* ecPublicKey, secp384r1, BIT STRING 04 || x || y */
	{ CRYPTO_P384, 96, 24, { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a,
	    0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04,
	    0x00, 0x22, 0x03, 0x62, 0x00, 0x04 } },
	/* id-Ed25519, BIT STRING */
	{ CRYPTO_ED25519, 32, 12, { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b,
	    0x65, 0x70, 0x03, 0x21, 0x00 } },
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

const uint8_t *
spki_find_point(const uint8_t *der, size_t len, enum crypto_kind *kind,
    size_t *point_len)
{
	size_t i;

	for (i = 0; i < N_FORMS; i++) {
		if (len != forms[i].head_len + forms[i].point_len ||
		    memcmp(der, forms[i].head, forms[i].head_len) != 0)
			continue;
		*kind = forms[i].kind;
		*point_len = forms[i].point_len;
		return der + forms[i].head_len;
	}
	return NULL;
}

void
spki_add_point(enum crypto_kind kind, const uint8_t *point, struct buf *out)
{
	size_t i;

	for (i = 0; i < N_FORMS && forms[i].kind != kind; i++)
		;
	assert(i < N_FORMS);
	buf_add(out, forms[i].head, forms[i].head_len);
	buf_add(out, point, forms[i].point_len);
}
