/*
 * Instants and durations: int64_t seconds, instants since 1970 in UTC. "Now"
 * is read once, in main(), and passed down.
 */
#ifndef KMGR_BASE_WHEN_H
#define KMGR_BASE_WHEN_H

#include <stdint.h>

#include "kmgr/base/err.h"

/* 9999-12-31T23:59:59Z, the last instant that can be written. */
#define WHEN_MAX INT64_C(253402300799)

#define WHEN_TEXT_LEN 32	/* room for every form below */

/**
 * when_now():
 * The system's clock.
 */
int64_t when_now(void);

/**
 * when_elapsed_ms(), when_elapsed_us():
 * Milliseconds and microseconds of a clock that nobody sets and that goes on
 * while the machine sleeps; only differences mean something.
 */
int64_t when_elapsed_ms(void);
int64_t when_elapsed_us(void);

/**
 * when_rfc3339(at, out), when_dns(at, out):
 * Write ${at} as 2027-03-01T04:00:00Z (RFC 3339) or 20270301040000 (RFC 4034
 * section 3.2). Returns ${out}.
 */
char *when_rfc3339(int64_t at, char out[static WHEN_TEXT_LEN]);
char *when_dns(int64_t at, char out[static WHEN_TEXT_LEN]);

/**
 * when_read(text, now_at, out, err):
 * Read an instant: RFC 3339 in UTC (2027-03-01T04:00:00Z), a date
 * (2027-03-01), 14 digits (20270301040000), "now", or +DURATION and
 * -DURATION from ${now_at}. Bare seconds are refused: nobody can tell them
 * from a cut 14-digit time.
 *
 * Errors: ERR_INPUT.
 */
int when_read(const char *text, int64_t now_at, int64_t *out,
    struct error *err);

/**
 * when_duration_read(text, out, err):
 * Read a duration in seconds: 1w2d3h4m5s (each unit once, in this order),
 * ISO 8601 PnWnDTnHnMnS, or bare decimal seconds. Years and months have no
 * length and are refused.
 *
 * Errors: ERR_INPUT.
 */
int when_duration_read(const char *text, int64_t *out, struct error *err);

/**
 * when_duration(s, out):
 * Write ${s} seconds as whole weeks (2w) or as 9d3h4m5s, "0s" for none.
 * Returns ${out}.
 */
char *when_duration(int64_t s, char out[static WHEN_TEXT_LEN]);

#endif
