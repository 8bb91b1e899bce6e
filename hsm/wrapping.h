/* The inside of custody wrapped: where a wrapping key is, and its blobs. */
#ifndef HSM_WRAPPING_H
#define HSM_WRAPPING_H

#include <pthread.h>

#include "hsm/pair.h"
#include "hsm/wrap.h"

struct hsm_wrap_key {
	struct hsm_token	*token;
	uint8_t			 id[HSM_ID_LEN];
	struct attr_want	 want;
	struct hsm_attr		 attrs[ATTR_REPORT_MAX];
	size_t			 n_attrs;

	pthread_mutex_t		 lock;		/* over all that follows */
	unsigned long		 epoch;		/* of the handle; 0: none */
	ck_object_handle_t	 object;
};

/* What a struct hsm_key has besides that was unwrapped. */
struct wrapped {
	struct hsm_wrap_key	*wrap;
	struct buf		 blob;
};

/**
 * wrapping_object(wrap, session, out, err):
 * The handle of the wrapping key. After the token was reopened, or
 * wrapping_forget(), it is found again and every attribute read.
 *
 * Errors: ERR_TOKEN (it is gone), ERR_INTEGRITY.
 */
int wrapping_object(struct hsm_wrap_key *wrap, ck_session_handle_t session,
    ck_object_handle_t *out, struct error *err);

/**
 * wrapping_forget(wrap):
 * The handle is stale.
 */
void wrapping_forget(struct hsm_wrap_key *wrap);

/**
 * wrapped_unwrap(key, session, err):
 * Make a session object of the blob of ${key}, whose lock is held.
 *
 * Errors: as hsm_wrapped_open().
 */
int wrapped_unwrap(struct hsm_key *key, ck_session_handle_t session,
    struct error *err);

/**
 * wrapped_close(key):
 * Destroy the session object of ${key}, and free what it has besides.
 */
void wrapped_close(struct hsm_key *key);

#endif
