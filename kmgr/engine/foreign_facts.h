/*
 * Other providers' keys: what the store has of them, and what events tell. A
 * key that nobody registered, or one that is missing, changes whom resolvers
 * believe; so the ledger has to tell of each, under a CMK of the zone.
 */
#ifndef ENGINE_FOREIGN_FACTS_H
#define ENGINE_FOREIGN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_life.h"

/**
 * foreign_facts_json(row), foreign_facts_read(json, row, err):
 * All instants of ${row} but its birth as an object, which events have as
 * member "life"; those that are 0 are left out. Put what such an object says
 * into ${row}.
 *
 * Owner: the caller, json_free().
 * Errors: ERR_INTEGRITY.
 */
struct json *foreign_facts_json(const struct foreign_key_row *row);
int foreign_facts_read(const struct json *json, struct foreign_key_row *row,
    struct error *err);
bool foreign_facts_are_same(const struct foreign_key_row *a,
    const struct foreign_key_row *b);

/**
 * foreign_facts_row(payload, out, err):
 * The row that the event add-foreign-key with ${payload} tells of.
 *
 * Owner: the caller, foreign_facts_clear().
 * Errors: ERR_INTEGRITY.
 */
int foreign_facts_row(const struct json *payload, struct foreign_key_row *out,
    struct error *err);
void foreign_facts_clear(struct foreign_key_row *row);

/**
 * foreign_facts_add(session, cmk_id, row, err),
 * foreign_facts_record(session, cmk_id, row, step, at, err):
 * Inside the caller's transaction: add ${row} with the event add-foreign-key;
 * write its facts with the event foreign-step that ${step} was done at ${at}.
 * A checkpoint of the CMK, one of those that the zone's KSKs are under,
 * follows; it was proved.
 *
 * foreign_facts_append(session, cmk_id, row, step, at, err): as
 * foreign_facts_record(), without the checkpoint: the caller's trust_attest()
 * of the CMK follows.
 *
 * Errors: ERR_STORE; ERR_INPUT (key tag); those of trust_attest().
 */
int foreign_facts_add(struct session *session, const char *cmk_id,
    const struct foreign_key_row *row, struct error *err);
int foreign_facts_record(struct session *session, const char *cmk_id,
    const struct foreign_key_row *row, const char *step, int64_t at,
    struct error *err);
int foreign_facts_append(struct session *session, const char *cmk_id,
    const struct foreign_key_row *row, const char *step, int64_t at,
    struct error *err);

/**
 * foreign_facts_check(store, zone, rows, n, err):
 * Whether the ${n} foreign keys ${rows} of ${zone}, removed ones too, are
 * those that the ledger tells of, no more and no fewer, with the facts of the
 * newest event about each.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int foreign_facts_check(struct store *store, const char *zone,
    const struct foreign_key_row *rows, size_t n, struct error *err);

#endif
