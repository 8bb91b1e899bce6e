/*
 * Signing the ZSK sets of many zones: while some are signed, as many at once
 * as the token has use for, the next are read and judged, and those before
 * recorded, some to a transaction.
 */
#ifndef ENGINE_BULK_H
#define ENGINE_BULK_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/engine/zsks.h"

#define BULK_SHARE 64		/* zones; and one transaction */

/* A CMK whose token does not serve any more, and why. */
struct bulk_failure {
	char		 cmk_id[STORE_ID_TEXT];
	struct error	 why;
};

struct bulk_failures {
	struct bulk_failure	*list;
	size_t			 n;
};

/* Where zones come from and where results go. */
struct bulk {
	size_t	 n;			/* zones */
	void	*arg;
	/* Keys that are opened, and stay so; NULL: until it returns. */
	struct zsks_keys *keys;
	/* What tokens are still owed at its end; NULL: nothing is. */
	struct trust_owed *owed;
	/* CMKs that are not tried any more; NULL: until it returns. */
	struct bulk_failures *failures;
	/* Once so many of them have failed, all zones would; 0 is as 1. */
	size_t	 n_cmks;
	bool	 is_part;	/* who calls tells of progress */
	/*
	 * NULL: all of them are done, in order. Else the next ones to do: ${n}
	 * of them, at most BULK_SHARE, from zone ${first} on; false: no more.
	 * Called from one thread, which is not the caller's.
	 */
	bool	(*next)(void *arg, size_t *first, size_t *n);
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
	/* Whether no more zones are to be begun; NULL: never. Called from any
	 * thread, often. */
	bool	(*is_stopped)(void *arg);
};

/**
 * bulk_sign(session, bulk, err):
 * Sign every zone of ${bulk}, and give each to signed_one() or refused(), in
 * order. What a zone itself is to blame for stops no other zone; nor does a
 * token that cannot be told of what was signed: zones with a KSK of its CMK are
 * refused, recorded as they are. A CMK that cannot be proved, or whose token
 * fails while it signs, is not tried again: zones that it signs for are refused
 * with that, and others go on. Where all would fail, or it is stopped, what was
 * signed until then is recorded and released, and zones that were not begun, or
 * failed with that, are given to nobody.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_SYSTEM, ERR_INTERNAL: all zones would
 * fail; without bulk->owed, those of trust_owed_end().
 */
int bulk_sign(struct session *session, const struct bulk *bulk,
    struct error *err);

/**
 * bulk_failures_clear(failures):
 * Forget them.
 */
void bulk_failures_clear(struct bulk_failures *failures);

#endif
