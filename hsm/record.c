#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/record.h"
#include "kmgr/base/mem.h"

const struct record_flag record_flags[RECORD_N_FLAGS] = {
	{ CKA_TOKEN, "CKA_TOKEN", true },
	{ CKA_PRIVATE, "CKA_PRIVATE", true },
	{ CKA_COPYABLE, "CKA_COPYABLE", false },
	{ CKA_DESTROYABLE, "CKA_DESTROYABLE", false },
	{ CKA_MODIFIABLE, "CKA_MODIFIABLE", false },
};

/* What is read besides the flags. */
enum {
	R_APPLICATION = RECORD_N_FLAGS,
	R_LABEL,
	R_VALUE,
	R_N
};

int
record_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, enum record_parts parts, struct record *out,
    struct error *err)
{
	struct ck_attribute attrs[R_N];
	unsigned char bytes[RECORD_N_FLAGS] = { 0 }, names[2][1024];
	uint8_t *value = mem_new(HSM_DATA_MAX);
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < RECORD_N_FLAGS; i++)
		attrs[i] = (struct ck_attribute) { record_flags[i].type,
			&bytes[i], 1 };
	attrs[R_APPLICATION] = (struct ck_attribute) { CKA_APPLICATION,
		names[0], sizeof(names[0]) };
	attrs[R_LABEL] = (struct ck_attribute) { CKA_LABEL, names[1],
		sizeof(names[1]) };
	attrs[R_VALUE] = (struct ck_attribute) { CKA_VALUE, value,
		HSM_DATA_MAX };
	rc = find_values(module, session, object, attrs,
	    parts == RECORD_WHOLE ? R_N : R_VALUE, err);
	for (i = 0; rc == 0 && i < RECORD_N_FLAGS; i++)
		if (attrs[i].value_len == 1 &&
		    (bytes[i] != 0) == record_flags[i].asked)
			out->held |= 1U << i;
	if (rc == 0) {
		find_text(&attrs[R_APPLICATION], out->data.application,
		    sizeof(out->data.application));
		find_text(&attrs[R_LABEL], out->data.label,
		    sizeof(out->data.label));
		out->data.is_private = (out->held & RECORD_PRIVATE) != 0;
		out->data.is_sealed = out->data.is_private &&
		    (out->held & RECORD_SEAL) == RECORD_SEAL;
	}
	if (rc == 0 && parts == RECORD_WHOLE &&
	    attrs[R_VALUE].value_len != CK_UNAVAILABLE_INFORMATION)
		buf_add(&out->data.value, value, attrs[R_VALUE].value_len);
	free(value);
	return rc;
}
