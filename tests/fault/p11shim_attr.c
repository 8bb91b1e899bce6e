/*
 * Attributes that a token does not know (refuse), takes and forgets (ignore),
 * takes for another value (CKA_TOKEN of a pair, which all processes are shown
 * then), or writes in another form (EC points, RSA numbers).
 */

#include "tests/fault/p11shim.h"

#include <stdlib.h>
#include <string.h>

#define TEMPLATE_MAX 64

/* What the real module is given in place of the caller's template. */
struct bent {
	struct ck_attribute attrs[TEMPLATE_MAX];
	unsigned long n;
};

static const struct ck_function_list *real;

static bool
attr_in(ck_attribute_type_t type, const struct shim_attrs *set)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (set->type[i] == type)
			return true;
	return false;
}

static ck_rv_t
refuse(const struct ck_attribute *attrs, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		if (attr_in(attrs[i].type, &shim_conf()->refuse))
			return CKR_ATTRIBUTE_TYPE_INVALID;
	return CKR_OK;
}

/*
 * The template of a new object: without what the token ignores, except that a
 * key which ignores SENSITIVE or EXTRACTABLE must really be able to leave,
 * whatever the real module's default is.
 */
static ck_rv_t
bend(struct bent *bent, const struct ck_attribute *attrs, unsigned long n)
{
	static unsigned char yes = 1, no = 0;
	unsigned long i;

	bent->n = 0;
	if (n > TEMPLATE_MAX)
		shim_die("a template of %lu attributes is too long", n);
	if (refuse(attrs, n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	for (i = 0; i < n; i++) {
		struct ck_attribute attr = attrs[i];

		if (attr_in(attr.type, &shim_conf()->ignore)) {
			if (attr.type != CKA_SENSITIVE &&
			    attr.type != CKA_EXTRACTABLE)
				continue;
			attr.value = attr.type == CKA_SENSITIVE ? &no : &yes;
			attr.value_len = 1;
		}
		bent->attrs[bent->n++] = attr;
	}
	return CKR_OK;
}

static bool
has(const struct bent *bent, ck_attribute_type_t type)
{
	unsigned long i;

	for (i = 0; i < bent->n; i++)
		if (bent->attrs[i].type == type)
			return true;
	return false;
}

/* One that nobody could destroy ends with its session all the same. */
static void
put_into_token(struct bent *bent)
{
	static unsigned char yes = 1;
	unsigned long i;

	for (i = 0; i < bent->n; i++)
		if (bent->attrs[i].type == CKA_TOKEN &&
		    !has(bent, CKA_DESTROYABLE))
			bent->attrs[i].value = &yes;
}

static ck_rv_t
generate_key_pair(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *pub, unsigned long pub_n, struct ck_attribute *priv,
    unsigned long priv_n, ck_object_handle_t *pub_key,
    ck_object_handle_t *priv_key)
{
	struct bent a, b;

	if (bend(&a, pub, pub_n) != CKR_OK || bend(&b, priv, priv_n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (shim_conf()->shares_sessions) {
		put_into_token(&a);
		put_into_token(&b);
	}
	return real->C_GenerateKeyPair(
	    session, mech, a.attrs, a.n, b.attrs, b.n, pub_key, priv_key);
}

static ck_rv_t
generate_key(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *key)
{
	struct bent bent;

	if (bend(&bent, attrs, n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return real->C_GenerateKey(session, mech, bent.attrs, bent.n, key);
}

static ck_rv_t
create_object(ck_session_handle_t session, struct ck_attribute *attrs,
    unsigned long n, ck_object_handle_t *object)
{
	struct bent bent;

	if (bend(&bent, attrs, n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return real->C_CreateObject(session, bent.attrs, bent.n, object);
}

static ck_rv_t
unwrap_key(ck_session_handle_t session, struct ck_mechanism *mech,
    ck_object_handle_t with, unsigned char *in, unsigned long in_len,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *key)
{
	struct bent bent;

	if (bend(&bent, attrs, n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return real->C_UnwrapKey(
	    session, mech, with, in, in_len, bent.attrs, bent.n, key);
}

static ck_rv_t
copy_object(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *copy)
{

	if (refuse(attrs, n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return real->C_CopyObject(session, object, attrs, n, copy);
}

static ck_rv_t
set_attribute_value(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attrs, unsigned long n)
{

	if (refuse(attrs, n) != CKR_OK)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return real->C_SetAttributeValue(session, object, attrs, n);
}

/*
 * C_GetAttributeValue's answer for one attribute whose value is really the
 * ${len} bytes ${value}.
 */
static ck_rv_t
answer(struct ck_attribute *attr, const unsigned char *value, unsigned long len)
{

	if (attr->value == NULL) {
		attr->value_len = len;
		return CKR_OK;
	}
	if (attr->value_len < len) {
		attr->value_len = (unsigned long)-1;
		return CKR_BUFFER_TOO_SMALL;
	}
	memcpy(attr->value, value, len);
	attr->value_len = len;
	return CKR_OK;
}

/* X.690 s8.7: the contents of a DER OCTET STRING of less than 256 bytes. */
static ck_rv_t
answer_contents(
    struct ck_attribute *attr, const unsigned char *value, unsigned long len)
{
	unsigned long head = len > 2 && value[1] == 0x81 ? 3 : 2;

	if (len <= head || value[0] != 0x04 || value[head - 1] != len - head)
		shim_die("CKA_EC_POINT of the real module is no OCTET STRING");
	return answer(attr, value + head, len - head);
}

static ck_rv_t
get_one(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attr)
{
	const struct shim_conf *conf = shim_conf();
	unsigned char value[1024] = { 0 };
	struct ck_attribute whole = { attr->type, value + 1,
		sizeof(value) - 1 };
	bool is_point = attr->type == CKA_EC_POINT && conf->ec_point_raw;
	bool is_rsa = conf->rsa_zero && (attr->type == CKA_MODULUS ||
					    attr->type == CKA_PUBLIC_EXPONENT);
	ck_rv_t rv;

	if (attr_in(attr->type, &conf->refuse)) {
		attr->value_len = (unsigned long)-1;
		return CKR_ATTRIBUTE_TYPE_INVALID;
	}
	if (!is_point && !is_rsa)
		return real->C_GetAttributeValue(session, object, attr, 1);

	rv = real->C_GetAttributeValue(session, object, &whole, 1);
	if (rv != CKR_OK) {
		attr->value_len = (unsigned long)-1;
		return rv;
	}
	if (is_point)
		return answer_contents(attr, value + 1, whole.value_len);
	return answer(attr, value, whole.value_len + 1);
}

/* One at a time; the first error is the call's, as Cryptoki allows. */
static ck_rv_t
get_attribute_value(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attrs, unsigned long n)
{
	unsigned long i;
	ck_rv_t rv, first = CKR_OK;

	for (i = 0; i < n; i++) {
		rv = get_one(session, object, &attrs[i]);
		if (first == CKR_OK)
			first = rv;
	}
	return first;
}

void
attr_install(
    struct ck_function_list *list, const struct ck_function_list *below)
{
	const struct shim_conf *conf = shim_conf();

	real = below;
	if (conf->refuse.n != 0 || conf->ignore.n != 0 ||
	    conf->shares_sessions)
		list->C_GenerateKeyPair = generate_key_pair;
	if (conf->refuse.n != 0 || conf->ignore.n != 0) {
		list->C_GenerateKey = generate_key;
		list->C_CreateObject = create_object;
		list->C_UnwrapKey = unwrap_key;
		list->C_CopyObject = copy_object;
		list->C_SetAttributeValue = set_attribute_value;
	}
	if (conf->refuse.n != 0 || conf->ec_point_raw || conf->rsa_zero)
		list->C_GetAttributeValue = get_attribute_value;
}
