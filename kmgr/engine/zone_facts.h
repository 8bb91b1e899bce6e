/*
 * The facts of a zone beside those of its keys: its goal, and what its zone
 * signer signs with. Each change is an event under a CMK of the zone.
 */
#ifndef ENGINE_ZONE_FACTS_H
#define ENGINE_ZONE_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_life.h"

/**
 * zone_facts_set_goal(session, cmk_id, row, err):
 * Inside the caller's transaction: write ${row}, with the event zone-goal of
 * its goal and goal_at. The CMK, one of those that the zone's KSKs are under,
 * was proved; the caller calls trust_attest() after the last one.
 *
 * zone_facts_set_alg(session, cmk_id, row, err), zone_facts_drop_alg(session,
 * cmk_id, zone, alg, err): likewise, with the event alg-signed, that all data
 * of the zone is signed with an algorithm since ${row}->signed_at, or that it
 * is signed with ${alg} no more.
 *
 * Errors: ERR_STORE.
 */
int zone_facts_set_goal(struct session *session, const char *cmk_id,
    const struct zone_row *row, struct error *err);
int zone_facts_set_alg(struct session *session, const char *cmk_id,
    const struct zone_alg_row *row, struct error *err);
int zone_facts_drop_alg(struct session *session, const char *cmk_id,
    const char *zone, uint8_t alg, struct error *err);

/**
 * zone_facts_each(store, zone, type, take, arg, err):
 * Give the payloads of all events of ${type} that tell of ${zone} to ${take},
 * in their order: those that are filed under the CMK that they tell of, which
 * has a KSK of the zone, or had one. Others were not looked at when the
 * events of the zone's CMKs were judged (trust_prove()).
 *
 * Errors: ERR_STORE; those of ${take}.
 */
int zone_facts_each(struct store *store, const char *zone, const char *type,
    int (*take)(void *arg, const struct json *payload, struct error *err),
    void *arg, struct error *err);

/**
 * zone_facts_check(store, zone, err):
 * Whether the store says of the goal, the algorithms and the foreign keys of
 * ${zone} what the ledger tells. What is known of when it is due, and what
 * was published, are no facts: they are made anew.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int zone_facts_check(struct store *store, const char *zone,
    struct error *err);

#endif
