/* Objects that a token began to write and never came to an end with. */
#ifndef HSM_WRECK_H
#define HSM_WRECK_H

#include <stddef.h>

#include "hsm/token.h"
#include "kmgr/base/err.h"

/* What hsm_wreck_destroy() came upon. */
struct hsm_wrecks {
	size_t	n_destroyed;
	size_t	n_left;		/* the token would not destroy them */
};

/**
 * hsm_wreck_destroy(token, out, err):
 * Destroy the halves of key pairs whose CKA_ID, CKA_LABEL and curve or modulus
 * are empty, secret keys without CKA_ID, CKA_LABEL and length, and data
 * objects without CKA_APPLICATION, CKA_LABEL and CKA_VALUE, if they still are
 * when looked at again: what is left of a call that was cut short before the
 * token wrote the template. They are of use to nobody, and nothing says whose
 * they are. Reads through all keys and data objects of the token, so it is for
 * the clearing up after a crash.
 *
 * Errors: ERR_TOKEN.
 */
int hsm_wreck_destroy(struct hsm_token *token, struct hsm_wrecks *out,
    struct error *err);

#endif
