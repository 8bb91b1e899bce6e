/* One data object as a token tells it: hsm_data, and which flags hold. */
#ifndef HSM_RECORD_H
#define HSM_RECORD_H

#include "hsm/data.h"
#include "hsm/module.h"

/* What is asked of each: the bits are places in record_flags. */
enum {
	RECORD_TOKEN = 1 << 0,
	RECORD_PRIVATE = 1 << 1,
	RECORD_COPYABLE = 1 << 2,
	RECORD_DESTROYABLE = 1 << 3,
	RECORD_MODIFIABLE = 1 << 4,
	RECORD_N_FLAGS = 5,
	RECORD_NEEDED = RECORD_TOKEN | RECORD_PRIVATE,
	RECORD_SEAL = RECORD_COPYABLE | RECORD_DESTROYABLE | RECORD_MODIFIABLE
};

struct record_flag {
	ck_attribute_type_t	 type;
	const char		*name;
	bool			 asked;
};

extern const struct record_flag record_flags[RECORD_N_FLAGS];

struct record {
	struct hsm_data	data;
	unsigned int	held;		/* flags that read back as asked */
};

enum record_parts {
	RECORD_HEAD,		/* all but the value */
	RECORD_WHOLE
};

/**
 * record_read(module, session, object, parts, out, err):
 * Read ${object}.
 *
 * Owner: the caller, buf_free(&${out}->data.value).
 * Errors: ERR_TOKEN.
 */
int record_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, enum record_parts parts, struct record *out,
    struct error *err);

#endif
