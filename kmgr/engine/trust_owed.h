/*
 * What tokens are owed: checkpoints that are committed, and that they do not
 * have yet. A token keeps all that it was ever told, so that what many batches
 * did is told together, now and then and at the end. A run that dies before
 * leaves it to the next one: the store keeps a note of what each token was
 * told, so that no token is asked for nothing.
 */
#ifndef ENGINE_TRUST_OWED_H
#define ENGINE_TRUST_OWED_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

#define TRUST_TELL_S 5		/* a token is not told more often */

/* A CMK whose token is to be told, and why that failed when it was tried. */
struct trust_debt {
	char		 cmk_id[STORE_ID_TEXT];
	struct error	 why;
};

struct trust_owed {
	struct trust_debt	*debts;
	size_t			 n;
	int64_t			 told_ms; /* when some were last tried;
					   * when_elapsed_ms() */
};

/**
 * trust_owe(owed, cmk):
 * The token of ${cmk} is to be told of what was committed.
 *
 * trust_owed_attest(session, owed, err): before that, inside the caller's
 * transaction, trust_attest() of each of them.
 *
 * trust_owed_tell(session, owed, err): settle with all of them under the lock.
 * Where somebody holds that for long, or a token is away, a note says so: who
 * proves the CMK next makes up for it. A CMK that fails is owed still, and
 * keeps no other one from being told; ${err} is why the first of them failed.
 *
 * trust_owed_tell_some(session, owed, err): likewise, unless that was done less
 * than TRUST_TELL_S ago. trust_owed_wait_ms(owed): when it does something; 0:
 * now, INT64_MAX: nothing is owed.
 *
 * trust_owed_why(owed, cmk): why its token could not be told when that was last
 * tried: nothing that was signed or made under ${cmk} is to go out. NULL: it
 * could, or was not yet.
 *
 * trust_owed_end(session, owed, rc, err): trust_owed_tell() for the last time,
 * after something came to ${rc}, with ${err} where it failed; both together.
 * It is to follow in any case: then ${owed} is empty.
 *
 * Errors: as cmk_life_settle().
 */
void trust_owe(struct trust_owed *owed, const struct cmk *cmk);
int trust_owed_attest(struct session *session, const struct trust_owed *owed,
    struct error *err);
int trust_owed_tell(struct session *session, struct trust_owed *owed,
    struct error *err);
int trust_owed_tell_some(struct session *session, struct trust_owed *owed,
    struct error *err);
int64_t trust_owed_wait_ms(const struct trust_owed *owed);
const struct error *trust_owed_why(const struct trust_owed *owed,
    const struct cmk *cmk);
int trust_owed_end(struct session *session, struct trust_owed *owed, int rc,
    struct error *err);

/**
 * trust_owed_note(session, cmk, last, err):
 * The token of ${cmk} has the checkpoint ${last}, and nothing is owed.
 *
 * Errors: ERR_STORE.
 */
int trust_owed_note(struct session *session, const struct cmk *cmk,
    const struct checkpoint *last, struct error *err);

/**
 * trust_owed_settle(session, token, err):
 * trust_prove() each CMK whose token, the one called ${token} or with NULL any,
 * may be owed something, which makes up for it, and note that it is. One that
 * cannot be proved is told to the user, and no error.
 *
 * Errors: ERR_STORE.
 */
int trust_owed_settle(struct session *session, const char *token,
    struct error *err);

#endif
