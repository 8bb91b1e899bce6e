/* Events in words: one line each, for people. */
#ifndef ENGINE_EVENT_TEXT_H
#define ENGINE_EVENT_TEXT_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store.h"

/**
 * event_text(record, cmks, n, out):
 * Append what happened in ${record}, without time and actor. A CMK is called
 * by its name where it is among the ${n} ${cmks}, else by its id. An event
 * that this version does not know is its payload, cut.
 */
void event_text(const struct ledger_record *record,
    const struct cmk_row *cmks, size_t n, struct buf *out);

/**
 * event_actor(record, out):
 * Append who did it: "user@host", with the uid where the user has no name.
 */
void event_actor(const struct ledger_record *record, struct buf *out);

#endif
