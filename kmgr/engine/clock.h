/*
 * The wall clock against the ledger: signatures say from when to when they
 * are valid, so a clock that somebody has turned is noticed before anything is
 * signed by it.
 */
#ifndef ENGINE_CLOCK_H
#define ENGINE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "policy/policy.h"

enum clock_verdict { CLOCK_FINE, CLOCK_BEHIND, CLOCK_AHEAD };

/**
 * clock_judge(policy, last_at, now_at):
 * Whether ${now_at} is further behind ${last_at}, when an event was written by
 * a good clock, than clock.tolerance of ${policy}, or further ahead than
 * clock.max-jump.
 */
enum clock_verdict clock_judge(const struct policy *policy, int64_t last_at,
    int64_t now_at);

/**
 * clock_is_stale(policy, signed_at, now_at):
 * Whether a checkpoint of ${signed_at} is of another time than ${now_at}: a
 * quarter of clock.max-jump old, or of the future. Then another one is due, so
 * that what the clock is judged by is never far away.
 */
bool clock_is_stale(const struct policy *policy, int64_t signed_at,
    int64_t now_at);

/* So far apart are clocks of which nothing is wrong, whatever a policy says. */
#define CLOCK_APART_MIN_S 10

/* The most that a policy may have as its clock.tolerance. */
#define CLOCK_APART_MAX_S 3600

/**
 * clock_check_store(session, tolerance_s, err):
 * Whether the clock of this machine is no further than ${tolerance_s} from that
 * of the database, which the machines that use it have in common. Nobody can
 * answer for both: --accept-time-jump changes nothing here.
 *
 * Errors: ERR_POLICY, with both times; ERR_STORE.
 */
int clock_check_store(struct session *session, int64_t tolerance_s,
    struct error *err);

/**
 * clock_check(session, policy, signed_at, jumps, err):
 * Judge the clock of this run by ${signed_at}, when the CMK's last checkpoint
 * was signed (0: it has none yet), and, whether it is behind, also by the
 * ledger's last event of those that are only written when the clock was good:
 * checkpoints, signatures, accepted jumps. (A refusal is recorded with the
 * clock as it was.) Such an event excuses no jump ahead: who can write to the
 * store can append one. Where the operator answers for it (--accept-time-jump)
 * a jump either way is no error but *${jumps}, and clock_record_jump() and a
 * checkpoint are to follow. clock_check_store() comes first.
 *
 * Errors: ERR_POLICY, with both times; ERR_STORE.
 */
int clock_check(struct session *session, const struct policy *policy,
    int64_t signed_at, bool *jumps, struct error *err);

/**
 * clock_record_jump(session, err):
 * Put the jump into the ledger, so that the next run counts from now on.
 *
 * Errors: ERR_STORE.
 */
int clock_record_jump(struct session *session, struct error *err);

#endif
