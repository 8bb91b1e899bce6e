/*
 * The ways back where there is still a copy: a backup of the store, or an
 * exported ledger, from which the rows are written again.
 */
#ifndef ENGINE_RESTORE_H
#define ENGINE_RESTORE_H

#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

enum restore_source {
	RESTORE_BACKUP,		/* a file that kmgr backup wrote */
	RESTORE_LEDGER		/* one that kmgr export-ledger wrote */
};

struct restore_request {
	const char		*file;
	enum restore_source	 source;
};

/**
 * restore_plan(session, request, plan, err):
 * What restore_apply() would do. All is tried out beside the store.
 *
 * Errors: as restore_apply().
 */
int restore_plan(struct session *session,
    const struct restore_request *request, struct plan *plan,
    struct error *err);

/**
 * restore_apply(session, request, plan, err):
 * Put the backup into the place of the store, or let the events of the ledger
 * that the store lacks happen in it; ${plan} says what was done. What is put
 * there agrees with itself and with every token. A sound store gives way to
 * nothing older.
 *
 * Errors: ERR_INPUT (no such file; nothing in it that the store lacks),
 * ERR_INTEGRITY (it does not agree), ERR_TOKEN, ERR_STORE, ERR_SYSTEM.
 */
int restore_apply(struct session *session,
    const struct restore_request *request, struct plan *plan,
    struct error *err);

#endif
