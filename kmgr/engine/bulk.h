/*
 * Signing the ZSK sets of many zones: while the token signs one batch, the
 * next is read and judged by another thread, and each batch is recorded in
 * one transaction.
 */
#ifndef ENGINE_BULK_H
#define ENGINE_BULK_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zsks.h"

/* Where zones come from and where results go. */
struct bulk {
	size_t	 n;			/* zones */
	void	*arg;
	/*
	 * Fill in the request of zone ${i} and append its records to ${text};
	 * strings must live until bulk_sign() returns. Called in order, from
	 * one thread, which is not the caller's.
	 */
	int	(*load)(void *arg, size_t i, struct zsks_request *request,
		    struct buf *text, struct error *err);
	/* Zone ${i} is signed and recorded. Called from the caller's thread. */
	void	(*signed_one)(void *arg, size_t i, const struct zsks *zsks);
	/* Zone ${i} was refused; the others go on. As above. */
	void	(*refused)(void *arg, size_t i, const struct error *err);
};

/**
 * bulk_sign(session, bulk, err):
 * Sign every zone of ${bulk}. What a zone itself is to blame for stops no
 * other zone; what was recorded before a failure stays recorded and released.
 *
 * Errors: ERR_TOKEN, ERR_STORE: all zones would fail.
 */
int bulk_sign(struct session *session, const struct bulk *bulk,
    struct error *err);

#endif
