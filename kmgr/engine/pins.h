/* The pins of the configuration that no CMK of the store answers to. */
#ifndef ENGINE_PINS_H
#define ENGINE_PINS_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"

/**
 * pins_unmatched(config, rows, n, pin):
 * The first pin of ${config} behind ${pin}, or of all where that is NULL, that
 * is for none of the ${n} CMKs ${rows}, by name or by id; NULL where there is
 * none.
 */
const struct config_pin *pins_unmatched(const struct config *config,
    const struct cmk_row *rows, size_t n, const struct config_pin *pin);

/**
 * pins_note_unmatched(session, err):
 * A note for each pin that is for no CMK of the store, and so guards nothing.
 *
 * Errors: ERR_STORE.
 */
int pins_note_unmatched(struct session *session, struct error *err);

#endif
