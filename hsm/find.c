#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "kmgr/base/mem.h"

#define FIND_BATCH    64
#define FIND_ATTRS_MAX 32

/* Collect the handles of a search that has begun. */
static ck_rv_t
collect(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t **out, size_t *n)
{
	ck_object_handle_t batch[FIND_BATCH], *place;
	unsigned long i, got;
	ck_rv_t rv;

	do {
		got = 0;
		rv = CALL(module, C_FindObjects,
		    (session, batch, FIND_BATCH, &got));
		for (i = 0; rv == CKR_OK && i < got; i++) {
			place = mem_push(out, *n, sizeof(**out));
			*place = batch[i];
			(*n)++;
		}
	} while (rv == CKR_OK && got > 0);
	return rv;
}

int
find_objects(const struct module *module, ck_session_handle_t session,
    struct ck_attribute *attrs, size_t n_attrs, ck_object_handle_t **out,
    size_t *n, struct error *err)
{
	ck_object_handle_t *found = NULL;
	size_t n_found = 0;
	ck_rv_t rv;

	*out = NULL;
	*n = 0;
	rv = CALL(module, C_FindObjectsInit, (session, attrs, n_attrs));
	if (rv != CKR_OK)
		return ckr_set(err, "C_FindObjectsInit", rv);
	rv = collect(module, session, &found, &n_found);
	(void)CALL(module, C_FindObjectsFinal, (session));
	if (rv != CKR_OK) {
		free(found);
		return ckr_set(err, "C_FindObjects", rv);
	}
	*out = found;
	*n = n_found;
	return 0;
}

int
find_by_id(const struct module *module, ck_session_handle_t session,
    const uint8_t id[static HSM_ID_LEN], ck_object_handle_t **out, size_t *n,
    struct error *err)
{
	uint8_t id_copy[HSM_ID_LEN];
	unsigned char yes = 1;
	struct ck_attribute attrs[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_ID, id_copy, sizeof(id_copy) },
	};

	memcpy(id_copy, id, sizeof(id_copy));
	return find_objects(module, session, attrs, 2, out, n, err);
}

static bool
is_about_attributes(ck_rv_t rv)
{

	return rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_BUFFER_TOO_SMALL ||
	    rv == CKR_ATTRIBUTE_VALUE_INVALID ||
	    rv == CKR_FUNCTION_NOT_SUPPORTED;
}

/*
 * Where one of many cannot be read, modules differ in what they do with the
 * others (PKCS #11 3.0 s5.7.5 has rules); one at a time there is no question.
 */
int
find_values(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct ck_attribute *attrs, size_t n,
    struct error *err)
{
	unsigned long room[FIND_ATTRS_MAX];
	size_t i;
	ck_rv_t rv;

	for (i = 0; i < n; i++)
		room[i] = attrs[i].value_len;
	rv = CALL(module, C_GetAttributeValue, (session, object, attrs, n));
	for (i = 0; is_about_attributes(rv) && i < n; i++) {
		attrs[i].value_len = room[i];
		rv = CALL(module, C_GetAttributeValue,
		    (session, object, &attrs[i], 1));
		if (is_about_attributes(rv))
			attrs[i].value_len = CK_UNAVAILABLE_INFORMATION;
		else if (rv == CKR_OK)
			rv = CKR_ATTRIBUTE_TYPE_INVALID;	/* go on */
	}
	if (rv != CKR_OK && !is_about_attributes(rv))
		return ckr_set(err, "C_GetAttributeValue", rv);
	for (i = 0; i < n; i++)
		if (attrs[i].value_len > room[i])
			attrs[i].value_len = CK_UNAVAILABLE_INFORMATION;
	return 0;
}

void
find_text(const struct ck_attribute *attr, char *out, size_t size)
{
	const unsigned char *text = attr->value;
	size_t i, len = 0;

	if (attr->value_len != CK_UNAVAILABLE_INFORMATION)
		len = attr->value_len < size ? attr->value_len : size - 1;
	for (i = 0; i < len; i++)
		out[i] = text[i] >= ' ' && text[i] < 0x7f ? (char)text[i] :
		    '?';
	out[len] = '\0';
}

static bool
is_gone(const struct error *err)
{

	return err->class == ERR_TOKEN &&
	    (err->code == CKR_OBJECT_HANDLE_INVALID ||
	    err->code == CKR_KEY_HANDLE_INVALID);
}

int
find_each(const struct module *module, ck_session_handle_t session,
    const ck_object_handle_t *objects, size_t n, enum find_gone gone,
    find_fn *each, void *arg, struct error *err)
{
	struct error failed = ERR_INIT;
	size_t i;

	for (i = 0; i < n; i++) {
		if (each(module, session, objects[i], arg, &failed) == 0)
			continue;
		if (gone == FIND_GONE_FAILS || !is_gone(&failed)) {
			*err = failed;
			return -1;
		}
		err_clear(&failed);
	}
	return 0;
}
