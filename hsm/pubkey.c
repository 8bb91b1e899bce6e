#include <string.h>

#include "hsm/find.h"
#include "hsm/pubkey.h"
#include "kmgr/base/buf.h"

enum {
	P_TYPE,
	P_PARAMS,
	P_POINT,
	P_MODULUS,
	P_EXPONENT,
	P_N
};

/* What is read, in its buffers. */
struct parts {
	unsigned long		key_type;
	uint8_t			params[64];
	uint8_t			point[160];
	uint8_t			modulus[CRYPTO_SIG_MAX + 8];
	uint8_t			exponent[64];
	struct ck_attribute	attrs[P_N];
};

static void
part_init(struct ck_attribute *attr, ck_attribute_type_t type, void *value,
    size_t len)
{

	attr->type = type;
	attr->value = value;
	attr->value_len = len;
}

static void
parts_init(struct parts *parts)
{
	struct ck_attribute *a = parts->attrs;

	memset(parts, 0, sizeof(*parts));
	part_init(&a[P_TYPE], CKA_KEY_TYPE, &parts->key_type,
	    sizeof(parts->key_type));
	part_init(&a[P_PARAMS], CKA_EC_PARAMS, parts->params,
	    sizeof(parts->params));
	part_init(&a[P_POINT], CKA_EC_POINT, parts->point,
	    sizeof(parts->point));
	part_init(&a[P_MODULUS], CKA_MODULUS, parts->modulus,
	    sizeof(parts->modulus));
	part_init(&a[P_EXPONENT], CKA_PUBLIC_EXPONENT, parts->exponent,
	    sizeof(parts->exponent));
}

/* The first of the two that a key of this type has. */
static size_t
first_of(unsigned long key_type)
{

	return key_type == CKK_RSA ? P_MODULUS : P_PARAMS;
}

/* The type, those of the type that is expected, and all of also. */
static int
parts_ask(struct parts *parts, const struct mech *expected,
    struct attr_read *also, const struct module *module,
    ck_session_handle_t session, ck_object_handle_t object,
    struct error *err)
{
	const size_t first = expected == NULL ? P_N :
	    first_of(expected->key_type);
	struct ck_attribute *a = parts->attrs;
	const size_t at = attr_read_add(also, &a[P_TYPE]);
	int rc;

	if (first != P_N) {
		(void)attr_read_add(also, &a[first]);
		(void)attr_read_add(also, &a[first + 1]);
	}
	rc = attr_read_do(also, module, session, object, err);
	a[P_TYPE] = also->list[at];
	if (first != P_N) {
		a[first] = also->list[at + 1];
		a[first + 1] = also->list[at + 2];
	}
	/* The buffers of the parts are not for long. */
	also->n = at;
	return rc;
}

/* The attributes of the key type that was read; the others are not asked. */
static int
parts_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, const struct mech *expected,
    struct attr_read *also, struct parts *parts, struct error *err)
{
	struct ck_attribute *a = parts->attrs;
	size_t first;

	parts_init(parts);
	if (parts_ask(parts, expected, also, module, session, object,
	    err) != 0)
		return -1;
	if (a[P_TYPE].value_len != sizeof(parts->key_type))
		return err_set(err, ERR_TOKEN, "the token does not tell "
		    "CKA_KEY_TYPE of the public key");
	first = first_of(parts->key_type);
	if (expected != NULL && first_of(expected->key_type) == first)
		return 0;
	return find_values(module, session, object, &a[first], 2, err);
}

static int
rsa_read(const struct ck_attribute *modulus,
    const struct ck_attribute *exponent, struct crypto_key **out,
    struct error *err)
{
	const uint8_t *n = modulus->value, *e = exponent->value;
	size_t n_len = modulus->value_len, e_len = exponent->value_len;

	if (n_len == CK_UNAVAILABLE_INFORMATION ||
	    e_len == CK_UNAVAILABLE_INFORMATION)
		return err_set(err, ERR_TOKEN, "the token does not tell "
		    "CKA_MODULUS and CKA_PUBLIC_EXPONENT of the public key");
	for (; n_len > 0 && *n == 0; n++)
		n_len--;
	for (; e_len > 0 && *e == 0; e++)
		e_len--;
	return crypto_key_from_rsa(e, e_len, n, n_len, out, err);
}

static int
point_read(const struct mech *mech, const struct ck_attribute *point,
    struct crypto_key **out, struct error *err)
{
	const uint8_t *raw = NULL;

	if (point->value_len != CK_UNAVAILABLE_INFORMATION)
		raw = mech_point(mech, point->value, point->value_len);
	if (raw == NULL)
		return err_set(err, ERR_TOKEN,
		    "CKA_EC_POINT of the public key is no point");
	return crypto_key_from_point(alg_find(mech->alg)->kind, raw,
	    mech->point_len, out, err);
}

int
pubkey_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct attr_read *also,
    const struct mech **mech, struct crypto_key **out, struct error *err)
{
	struct parts parts;
	struct ck_attribute *a = parts.attrs;
	const struct mech *found;
	struct attr_read none;
	int rc;

	*out = NULL;
	if (also == NULL)
		attr_read_init(also = &none);
	if (parts_read(module, session, object, *mech, also, &parts,
	    err) != 0)
		return -1;
	found = mech_detect(parts.key_type, parts.params,
	    a[P_PARAMS].value_len);
	if (found == NULL)
		return err_set(err, ERR_TOKEN, "the key is of a type or curve "
		    "that DNSSEC has no algorithm for (CKA_KEY_TYPE 0x%lx)",
		    parts.key_type);
	*mech = found;
	if (found->key_type == CKK_RSA)
		rc = rsa_read(&a[P_MODULUS], &a[P_EXPONENT], out, err);
	else
		rc = point_read(found, &a[P_POINT], out, err);
	/* What OpenSSL finds wrong, the token told. */
	if (rc != 0)
		err->class = ERR_TOKEN;
	return rc;
}

bool
pubkey_same(const struct crypto_key *a, const struct crypto_key *b)
{
	struct buf spki_a = BUF_INIT, spki_b = BUF_INIT;
	bool is_same;

	crypto_key_spki(a, &spki_a);
	crypto_key_spki(b, &spki_b);
	is_same = spki_a.len == spki_b.len &&
	    memcmp(spki_a.data, spki_b.data, spki_a.len) == 0;
	buf_free(&spki_a);
	buf_free(&spki_b);
	return is_same;
}
