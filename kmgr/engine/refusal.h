/* What policy refused, in the ledger: who tried what, and why not. */
#ifndef ENGINE_REFUSAL_H
#define ENGINE_REFUSAL_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"

/* A command that changes something, as it was given. */
struct refusal {
	const char		*command;
	const char *const	*words;		/* its arguments */
	size_t			 n_words;
	const char		*cmk;		/* name or id, or NULL */
	const char		*zone;		/* or NULL: words say it */
	const struct json	*zones;		/* many, or NULL */
};

/**
 * refusal_record(session, refusal, why):
 * Append an event for ${refusal}, which failed with ${why}, where that is the
 * policy's word (ERR_POLICY) and the store could be opened; not of what makes
 * the store anew. The same refusal
 * twice in a row is one event. A failure here is a note: the command has
 * failed already.
 */
void refusal_record(struct session *session, const struct refusal *refusal,
    const struct error *why);

#endif
