/* Whether a KSK may go: pure, facts and policies in, the reason out. */
#ifndef ENGINE_KSK_END_CHECK_H
#define ENGINE_KSK_END_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/ksk.h"

/**
 * ksk_end_check(ksks, n, i, horizon_at, now_at, err):
 * Whether the ${i}th of the ${n} KSKs of a zone, which signed something until
 * ${horizon_at} (0: nothing), may be deleted at ${now_at}: it was never used,
 * or its DS is gone from every cache and no signature by it is valid.
 *
 * Errors: ERR_POLICY, with what to do; ERR_NOT_YET, with the instant.
 */
int ksk_end_check(const struct ksk *ksks, size_t n, size_t i,
    int64_t horizon_at, int64_t now_at, struct error *err);

/**
 * ksk_end_at(ksks, n, i, horizon_at):
 * From when on ksk_end_check() lets it go, for all that is known:
 * KSK_USE_NEVER where somebody has to do something first.
 */
int64_t ksk_end_at(const struct ksk *ksks, size_t n, size_t i,
    int64_t horizon_at);

#endif
