/*
 * Another store in the place of the one that is configured: staged beside it,
 * judged by the tokens, then installed.
 */
#ifndef ENGINE_REPLACE_H
#define ENGINE_REPLACE_H

#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

enum replace_state {
	REPLACE_NONE,		/* there is no store */
	REPLACE_DAMAGED,	/* it does not agree with itself */
	REPLACE_BEHIND,		/* it does not agree with a token */
	REPLACE_SOUND
};

/* What is to be known of a store before another one takes its place. */
struct replace_view {
	enum replace_state state;
	char		 why[ERR_MSG_LEN];	/* it is not sound */
	int64_t		 seq;			/* its last event, or 0 */
	uint8_t		 head[CRYPTO_SHA256_LEN];
};

/**
 * replace_look(session, out, err):
 * Look at the configured store, which ${session} has not opened yet, and
 * leave it closed.
 *
 * Errors: ERR_TOKEN, ERR_STORE: it could not be judged.
 */
int replace_look(struct session *session, struct replace_view *out,
    struct error *err);

/**
 * replace_begin(session, path, err), replace_abort(session):
 * Let ${session} use a copy of the file ${path}, or of the configured store
 * where that is NULL, under the lock of that store. Remove the copy again and
 * use the configured store.
 *
 * Errors: ERR_STORE, ERR_SYSTEM, ERR_INPUT; then nothing has begun.
 */
int replace_begin(struct session *session, const char *path,
    struct error *err);
void replace_abort(struct session *session);

/**
 * replace_prove(session, err), replace_prove_whole(session, err):
 * Whether every token agrees with the store in use: trust_prove() for each of
 * its CMKs; and that no token keeps a record of a CMK that it does not know.
 *
 * Errors: as trust_prove().
 */
int replace_prove(struct session *session, struct error *err);
int replace_prove_whole(struct session *session, struct error *err);

/**
 * replace_try(session, err):
 * Whether the tokens open what CMKs of custody wrapped have in the store in
 * use: a KSK of each. Where a wrapping key is not there a note says so.
 *
 * replace_try_wrapped(session, cmk, err): that of one CMK.
 *
 * Errors: ERR_INTEGRITY (another wrapping key has its place), ERR_STORE.
 */
int replace_try(struct session *session, struct error *err);
int replace_try_wrapped(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * replace_commit(session, old, err):
 * Put the copy into the place of the configured store, which must still be as
 * ${old} saw it, use that one, and bring the tokens up to it. A note says where
 * the old store is kept.
 *
 * Errors: ERR_STORE, ERR_SYSTEM: nothing is installed, and nothing has begun;
 * ERR_TOKEN, ERR_INTEGRITY: it is installed, and the next run goes on.
 */
int replace_commit(struct session *session, const struct replace_view *old,
    struct error *err);

#endif
