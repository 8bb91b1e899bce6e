/* What lies in a token, whoever made it. */
#ifndef HSM_OBJECT_H
#define HSM_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hsm/key.h"
#include "hsm/token.h"
#include "kmgr/base/err.h"

enum hsm_class {
	HSM_CLASS_PRIVATE,
	HSM_CLASS_PUBLIC,
	HSM_CLASS_SECRET,
	HSM_CLASS_DATA,
	HSM_CLASS_OTHER
};

struct hsm_object {
	enum hsm_class	 class;
	size_t		 id_len;
	uint8_t		 id[64];	/* cut where longer */
	char		 label[64];	/* cut; "?": not printable */
	char		 application[64]; /* likewise; "" unless data */
};

/**
 * hsm_class_name(class):
 * "private key", "public key", ...
 */
const char *hsm_class_name(enum hsm_class class);

/**
 * hsm_object_list(token, out, n, err):
 * All objects of the token in one pass.
 *
 * Owner: the caller, free(*${out}).
 * Errors: ERR_TOKEN.
 */
int hsm_object_list(struct hsm_token *token, struct hsm_object **out,
    size_t *n, struct error *err);

/**
 * hsm_object_find(token, id, out, n, err):
 * As hsm_object_list(), only those with CKA_ID ${id}.
 */
int hsm_object_find(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN], struct hsm_object **out, size_t *n,
    struct error *err);

/**
 * hsm_object_destroy(token, id, left, err):
 * Destroy every object with CKA_ID ${id}; *${left} is the number of those
 * that the token would not destroy (CKA_DESTROYABLE false), which is no
 * error.
 *
 * Errors: ERR_TOKEN.
 */
int hsm_object_destroy(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN], size_t *left, struct error *err);

/**
 * hsm_object_undo(token, id, left):
 * As hsm_object_destroy(), after a failure that counts for more: ${left} says
 * what became of the objects. Whether nothing is left.
 */
#define HSM_OBJECT_LEFT_LEN 96
bool hsm_object_undo(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN],
    char left[static HSM_OBJECT_LEFT_LEN]);

/**
 * hsm_object_undo_say(token, id, err):
 * hsm_object_undo(), after what ${err} tells, to which it is added. Always
 * returns -1.
 */
int hsm_object_undo_say(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN], struct error *err);

#endif
