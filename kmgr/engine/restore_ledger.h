/* The events of an exported ledger, let happen in a store that lacks them. */
#ifndef ENGINE_RESTORE_LEDGER_H
#define ENGINE_RESTORE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

/* What came of it. */
struct restore_gain {
	int64_t	from, to;		/* the events that were appended */
	size_t	n_signed;		/* of them, those that signed */
};

/* A store that was extended so. */
struct restore_ledger;

/**
 * restore_ledger_extend(session, path, out, gain, err),
 * restore_ledger_free(ledger):
 * In one transaction: append to the store in use those events of the file
 * ${path} that follow its last one, and write the rows that they tell of.
 *
 * Owner: the caller, restore_ledger_free().
 * Errors: ERR_INPUT (no such file, or nothing that the store lacks),
 * ERR_INTEGRITY (the file is damaged, or of another history), ERR_STORE,
 * ERR_SYSTEM.
 */
int restore_ledger_extend(struct session *session, const char *path,
    struct restore_ledger **out, struct restore_gain *gain,
    struct error *err);
void restore_ledger_free(struct restore_ledger *ledger);

/**
 * restore_ledger_tell(ledger, err):
 * Inside the caller's transaction, in the same store: append for each CMK that
 * it was restored. Each KSK that signed meanwhile gets the end of its
 * signatures as its horizon, since the signatures themselves stand in no
 * ledger.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int restore_ledger_tell(struct restore_ledger *ledger, struct error *err);

#endif
