/* What a run that died left in a token: finished, undone, or left alone. */
#ifndef ENGINE_RECOVERY_H
#define ENGINE_RECOVERY_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

/**
 * recovery_run(session, token, err):
 * Finish or undo every open intent of ${token}: a whole pair is recorded as
 * its command would have done, half a pair is destroyed or abandoned. A whole
 * pair that may not be recorded, and objects with another label, are abandoned
 * and left as they are; an intent for a key in use is ERR_INTEGRITY. A recorded
 * pair is destroyed only where a signed statement says that it has ended. An
 * intent that the store does not take now stays open, and keeps no other one
 * from its end.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int recovery_run(struct session *session, const char *token,
    struct error *err);

#endif
