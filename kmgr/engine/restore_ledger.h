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

/**
 * restore_ledger_extend(session, path, out, err):
 * In one transaction: append to the store in use those events of the file
 * ${path} that follow its last one, and write the rows that they tell of. Each
 * KSK that signed meanwhile gets the end of its signatures as its horizon,
 * since the signatures themselves stand in no ledger.
 *
 * Errors: ERR_INPUT (no such file, or nothing that the store lacks),
 * ERR_INTEGRITY (the file is damaged, or of another history), ERR_STORE,
 * ERR_SYSTEM.
 */
int restore_ledger_extend(struct session *session, const char *path,
    struct restore_gain *out, struct error *err);

#endif
