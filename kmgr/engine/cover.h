/*
 * Backups of KSKs. Where the policy says ksk.require-backup no KSK gets a DS
 * before its private half is covered: under custody wrapped by a backup of the
 * store, which holds it as ciphertext; else, and where the operator says so, by
 * a backup of the token, which only its vendor's tools make.
 */
#ifndef ENGINE_COVER_H
#define ENGINE_COVER_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/* Of which KSKs the operator says it. One of the two. */
struct cover_request {
	const char	*ksk;		/* "ZONE/KEYTAG" or id, or NULL */
	const char	*cmk;		/* all of this one, or NULL */
};

/**
 * cover_plan(session, request, plan, err), cover_apply(session, request, n,
 * err):
 * Record that a backup covers the KSKs of ${request} since now, each with its
 * event; *${n} of them were not covered before. The others stay as they are.
 * cover_plan() asks for no PIN.
 *
 * Errors: ERR_INPUT (no such KSK or CMK), ERR_TOKEN, ERR_INTEGRITY, ERR_STORE.
 */
int cover_plan(struct session *session, const struct cover_request *request,
    struct plan *plan, struct error *err);
int cover_apply(struct session *session, const struct cover_request *request,
    size_t *n, struct error *err);

/* Who writes the copy of the store that is to cover them. */
struct cover_copy {
	int	(*write)(void *arg, struct error *err);
	void	*arg;
};

/**
 * cover_wrapped_plan(session, plan, err), cover_wrapped(session, copy, n, err):
 * Likewise of every KSK whose policy requires a backup and whose private half
 * is in the store. ${copy} is written once, inside the transaction, before that
 * is committed and a token is told: so it has the events that say what it
 * covers, and is no older than what the token knows. It is not written, and no
 * token asked, where there is none that was not covered before.
 * cover_wrapped() under session_lock().
 *
 * KSKs whose token is not to be had are left out, and that is an error all the
 * same.
 *
 * Errors: as cover_apply(), of ${copy}; after the commit *${n} is not 0.
 */
int cover_wrapped_plan(struct session *session, struct plan *plan,
    struct error *err);
int cover_wrapped(struct session *session, const struct cover_copy *copy,
    size_t *n, struct error *err);

#endif
