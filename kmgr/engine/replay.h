/*
 * The store's rows as the ledger tells them: from events, and from nothing
 * else. What differs in a store was changed behind kmgr's back; what a store
 * has lost is written again.
 *
 * No event says the bytes of a signature or of a ZSK set, only that they were
 * made and until when: these rows come back by no replay.
 */
#ifndef ENGINE_REPLAY_H
#define ENGINE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store.h"

struct replay;

/**
 * replay_new():
 * The rows before the first event: none. Owner: the caller, replay_free().
 */
struct replay *replay_new(void);
void replay_free(struct replay *replay);

/**
 * replay_event(replay, record, err):
 * Let ${record}, which follows those before it, happen. An event that
 * contradicts them leaves the rows as they are.
 *
 * Errors: ERR_INTEGRITY.
 */
int replay_event(struct replay *replay, const struct ledger_record *record,
    struct error *err);

/**
 * replay_ledger(replay, store, from, each, arg, err):
 * replay_event() for all records of ${store} from number ${from} on. What
 * contradicts is given to ${each} as a line and is no error.
 *
 * Errors: ERR_STORE.
 */
int replay_ledger(struct replay *replay, struct store *store, int64_t from,
    void (*each)(void *arg, const char *line), void *arg, struct error *err);

/**
 * replay_cmk(replay, id), replay_key(replay, id), replay_ksk(replay, id):
 * The row with ${id}, or NULL. replay_cmks(replay, n), replay_ksks(replay,
 * n): all *${n}, in the order that they came. Owner: ${replay}.
 */
const struct cmk_row *replay_cmk(const struct replay *replay, const char *id);
const struct key_row *replay_key(const struct replay *replay, const char *id);
const struct ksk_row *replay_ksk(const struct replay *replay, const char *id);
struct cmk_row *const *replay_cmks(const struct replay *replay, size_t *n);
struct ksk_row *const *replay_ksks(const struct replay *replay, size_t *n);

/**
 * replay_ksk_of(replay, zone, tag):
 * The newest KSK of ${zone} with key tag ${tag}, or NULL. Owner: ${replay}.
 */
const struct ksk_row *replay_ksk_of(const struct replay *replay,
    const char *zone, int64_t tag);

/**
 * replay_horizon(replay, ksk_id):
 * The last instant at which a signature by the KSK is valid, 0 where it has
 * signed nothing.
 */
int64_t replay_horizon(const struct replay *replay, const char *ksk_id);

/**
 * replay_is_abandoned(replay, key_id):
 * Whether an event tells that what a step left of the key ${key_id} stays in
 * its token.
 */
bool replay_is_abandoned(const struct replay *replay, const char *key_id);

enum replay_difference {
	REPLAY_CHANGED,		/* a row that says something else */
	REPLAY_REMOVED,		/* one that is not there */
	REPLAY_ADDED		/* one that no event tells of */
};

/**
 * replay_compare(replay, store, each, arg, err):
 * Compare CMKs, keys and KSKs of ${store} with the rows of ${replay} and give
 * each difference to ${each} as a line. Differences are no error.
 *
 * Errors: ERR_STORE.
 */
int replay_compare(const struct replay *replay, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err);

/**
 * replay_check(replay, store, err):
 * Likewise; the first difference is an error.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int replay_check(const struct replay *replay, struct store *store,
    struct error *err);

/**
 * replay_write(replay, store, err):
 * Inside the caller's transaction: write into ${store} what it lacks of the
 * rows of ${replay}. What it has more, or otherwise than events can make it,
 * is an error.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int replay_write(const struct replay *replay, struct store *store,
    struct error *err);

#endif
