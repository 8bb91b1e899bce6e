/* The inside of a key: its two objects, and where they are now. */
#ifndef HSM_PAIR_H
#define HSM_PAIR_H

#include <pthread.h>

#include "hsm/attr.h"
#include "hsm/key.h"
#include "hsm/mech.h"
#include "hsm/run.h"

struct wrapped;

struct hsm_key {
	struct hsm_token	*token;
	struct wrapped		*wrapped;	/* NULL: it is in the token */
	uint8_t			 id[HSM_ID_LEN];
	char			 label[HSM_LABEL_MAX + 1];
	struct attr_want	 want;
	struct crypto_key	*pub;
	struct hsm_attr		 attrs[ATTR_REPORT_MAX];
	size_t			 n_attrs;

	pthread_mutex_t		 lock;		/* over all that follows */
	unsigned long		 epoch;		/* of the handles; 0: none */
	ck_object_handle_t	 private;
	ck_object_handle_t	 public;
};

/**
 * pair_new(token, id):
 * A key with this CKA_ID that has not been looked for. hsm_key_free() frees
 * it.
 */
struct hsm_key *pair_new(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN]);

/**
 * pair_locate(key, session, found, err):
 * Find the two objects of ${key} by CKA_ID; *${found} is false when there is
 * none.
 *
 * Errors: ERR_TOKEN; ERR_INTEGRITY for half a pair or more than one.
 */
int pair_locate(struct hsm_key *key, ck_session_handle_t session, bool *found,
    struct error *err);

/**
 * pair_read(key, session, err):
 * Read what the token holds of the located ${key}: label, public key,
 * attributes.
 *
 * Errors: ERR_TOKEN.
 */
int pair_read(struct hsm_key *key, ck_session_handle_t session,
    struct error *err);

/**
 * pair_private(key, session, out, err):
 * The handle of the private half. After the token was reopened, or
 * pair_forget(), it is found again and must have the same public key, or is
 * unwrapped again.
 *
 * Errors: ERR_TOKEN (it is gone), ERR_INTEGRITY.
 */
int pair_private(struct hsm_key *key, ck_session_handle_t session,
    ck_object_handle_t *out, struct error *err);

/**
 * pair_forget(key):
 * The handles are stale; ${key} is a struct hsm_key, for run.h.
 */
void pair_forget(void *key);

#endif
