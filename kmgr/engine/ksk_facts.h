/*
 * The facts of a KSK's life cycle: what its row has of them, and what events
 * tell. Waits and what is signed depend on them, and so the store's word is
 * not enough: the newest event about a KSK tells all of its facts.
 */
#ifndef ENGINE_KSK_FACTS_H
#define ENGINE_KSK_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"

/**
 * ksk_facts_json(row), ksk_facts_read(json, row, err):
 * State, standby and all instants of ${row} as an object, which events have
 * as member "life"; instants that are 0 are left out. Put what such an object
 * says into ${row}.
 *
 * Owner: the caller, json_free().
 * Errors: ERR_INTEGRITY.
 */
struct json *ksk_facts_json(const struct ksk_row *row);
int ksk_facts_read(const struct json *json, struct ksk_row *row,
    struct error *err);

/**
 * ksk_facts_are_same(a, b):
 * Whether two rows say the same, their states aside: a state is but a word
 * for facts, and events without facts change it.
 */
bool ksk_facts_are_same(const struct ksk_row *a, const struct ksk_row *b);

/**
 * ksk_facts_event(row):
 * The members that events about a KSK begin with: cmk_id, ksk_id, zone,
 * key_tag, and life.
 *
 * Owner: the caller, json_free().
 */
struct json *ksk_facts_event(const struct ksk_row *row);

/**
 * ksk_facts_append(session, row, type, step, at, err):
 * Inside the caller's transaction: write the facts of ${row} and append the
 * event ${type}, "ksk-step" or "confirm-backup", that ${step}
 * (life_step_name()) was done at ${at}. The caller calls trust_attest() for
 * each CMK after the last one of them.
 *
 * ksk_facts_record(session, row, step, at, err): one "ksk-step", attested.
 *
 * Errors: ERR_STORE; those of trust_attest().
 */
int ksk_facts_append(struct session *session, const struct ksk_row *row,
    const char *type, const char *step, int64_t at, struct error *err);
int ksk_facts_record(struct session *session, const struct ksk_row *row,
    const char *step, int64_t at, struct error *err);

/**
 * ksk_facts_check(store, row, err):
 * Whether the facts of ${row} are those that the newest event about it tells,
 * filed under its zone and its CMK: one that is filed elsewhere was not looked
 * at when the CMK's events were judged (trust_prove()).
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksk_facts_check(struct store *store, const struct ksk_row *row,
    struct error *err);

#endif
