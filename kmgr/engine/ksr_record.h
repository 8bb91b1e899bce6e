/*
 * An answered request as an event tells it and as the store has it: the same
 * members under the same names, so that each can be made from the other.
 */
#ifndef ENGINE_KSR_RECORD_H
#define ENGINE_KSR_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_ksr.h"

#define KSR_REGULAR	"regular"
#define KSR_EMERGENCY	"emergency"

/**
 * ksr_record_json(row):
 * What an event tells of ${row}: all but its texts. Owner: the caller.
 */
struct json *ksr_record_json(const struct ksr_row *row);

/**
 * ksr_record_read(json, zone, cmk_id, at, out, err):
 * The row that ksr_record_json() told of, of ${zone} and the CMK ${cmk_id},
 * answered at ${at}.
 *
 * Owner: the caller, ksr_row_clear().
 * Errors: ERR_INTEGRITY.
 */
int ksr_record_read(const struct json *json, const char *zone,
    const char *cmk_id, int64_t at, struct ksr_row *out, struct error *err);

/* What makes a response one that is not to be served any longer. */
enum ksr_fact {
	KSR_DS_SEEN,	/* of a KSK that it does not have */
	KSR_DS_GONE,	/* of one that it has */
	KSR_DELETED	/* likewise */
};

/**
 * ksr_record_ends(row, zone, ksk_id, fact, at):
 * Whether ${fact} about the KSK ${ksk_id} of ${zone} at ${at} supersedes the
 * response: one that still lasts, and for which what happened was not planned.
 */
bool ksr_record_ends(const struct ksr_row *row, const char *zone,
    const char *ksk_id, enum ksr_fact fact, int64_t at);

/**
 * ksr_record_supersede(session, zone, ksk_id, fact, err):
 * Inside the caller's transaction, beside the event that tells of ${fact}:
 * mark every response that it ends, and say so, with the end of each.
 *
 * Errors: ERR_STORE.
 */
int ksr_record_supersede(struct session *session, const char *zone,
    const char *ksk_id, enum ksr_fact fact, struct error *err);

#endif
