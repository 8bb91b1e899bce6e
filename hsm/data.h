/*
 * Records in a token that nobody can change or take away, as far as the token
 * holds what it is asked: data objects. Who knows the PIN can add more of
 * them, so what they say counts only with a signature.
 */
#ifndef HSM_DATA_H
#define HSM_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "hsm/token.h"
#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

#define HSM_DATA_MAX	    65536
#define HSM_DATA_NAME_MAX   63	/* characters of application and label */
#define HSM_DATA_REASON_LEN 160

/* Text as in struct hsm_object: cut, "?" for what is not printable. */
struct hsm_data {
	char		 application[HSM_DATA_NAME_MAX + 1];
	char		 label[HSM_DATA_NAME_MAX + 1];
	struct buf	 value;		/* empty where the token does not tell
					 * it, or beyond HSM_DATA_MAX */
	bool		 is_private;	/* CKA_PRIVATE reads back true */
	bool		 is_sealed;	/* and MODIFIABLE, COPYABLE and
					 * DESTROYABLE read back false */
};

enum hsm_data_seal {
	HSM_DATA_SEALED,	/* every attribute held; see hsm_data_put() */
	HSM_DATA_WEAK,		/* it is there and can be changed or removed */
	HSM_DATA_ABSENT		/* the token keeps no private data objects */
};

/**
 * hsm_data_put(token, application, label, value, len, seal, reason, err):
 * Store ${len} bytes as a private data object that cannot be modified, copied
 * or destroyed; ${application} and ${label} are printable and at most
 * HSM_DATA_NAME_MAX long. Attributes that the token refuses are left out, the
 * fewest that make it accept, but never CKA_TOKEN and CKA_PRIVATE. All are
 * read back, and the token is asked to write the label anew and to destroy
 * the object: *${seal} is HSM_DATA_SEALED only where it will not (an object
 * that was destroyed by this is stored again). ${reason} says what is missing
 * otherwise, "" when nothing is. A token that has no such objects is no error
 * but HSM_DATA_ABSENT, with nothing left in it.
 *
 * After a failure of the device an object that is there already, alike in
 * all but its seal, is not made twice.
 *
 * Errors: ERR_TOKEN; the object may be there all the same.
 */
int hsm_data_put(struct hsm_token *token, const char *application,
    const char *label, const void *value, size_t len,
    enum hsm_data_seal *seal, char reason[static HSM_DATA_REASON_LEN],
    struct error *err);

/**
 * hsm_data_list(token, application, out, n, err):
 * The private data objects of the token whose CKA_APPLICATION is
 * ${application}. Public ones are not among them: whoever has no PIN can
 * plant those. Nothing is tried on them, only read.
 *
 * Owner: the caller, hsm_data_list_free().
 * Errors: ERR_TOKEN.
 */
int hsm_data_list(struct hsm_token *token, const char *application,
    struct hsm_data **out, size_t *n, struct error *err);

/**
 * hsm_data_list_prefix(token, prefix, out, n, err):
 * All data objects whose CKA_APPLICATION begins with ${prefix}, public ones
 * too, in one pass.
 *
 * Owner: the caller, hsm_data_list_free().
 * Errors: ERR_TOKEN.
 */
int hsm_data_list_prefix(struct hsm_token *token, const char *prefix,
    struct hsm_data **out, size_t *n, struct error *err);

/**
 * hsm_data_list_free(list, n):
 * Free the ${n} elements and ${list}.
 */
void hsm_data_list_free(struct hsm_data *list, size_t n);

#endif
