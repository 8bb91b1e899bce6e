/*
 * What the store tells of a zone's past, for the oracle: its KSKs, removed
 * ones too, the sets that were signed, and responses that were released.
 */
#ifndef ENGINE_ZONE_PAST_H
#define ENGINE_ZONE_PAST_H

#include "kmgr/base/err.h"
#include "kmgr/engine/zone_history.h"
#include "kmgr/store/store_ksr.h"

/**
 * zone_past_ksk(history, row, err):
 * Add the KSK ${row} with its facts.
 *
 * Errors: ERR_INPUT (its DNSKEY cannot be read).
 */
int zone_past_ksk(struct zone_history *history, const struct ksk_row *row,
    struct error *err);

/**
 * zone_past_sets(store, zone, since_at, history, err):
 * Add what was signed one set at a time, if it was valid after ${since_at}.
 *
 * Errors: ERR_STORE.
 */
int zone_past_sets(struct store *store, const char *zone, int64_t since_at,
    struct zone_history *history, struct error *err);

/**
 * zone_past_response(history, row, text, now_at, err):
 * Add the response ${row}, whose text is ${text}; NULL where it is gone, which
 * is no harm once it is served no more.
 *
 * Errors: ERR_INTEGRITY; ERR_INPUT (it cannot be read).
 */
int zone_past_response(struct zone_history *history,
    const struct ksr_row *row, const char *text, int64_t now_at,
    struct error *err);

#endif
