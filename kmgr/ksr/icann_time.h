/* Instants and durations as XML Schema writes them. */
#ifndef KMGR_KSR_ICANN_TIME_H
#define KMGR_KSR_ICANN_TIME_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/when.h"

/**
 * icann_time_read(text, out, err):
 * Read the dateTime YYYY-MM-DDTHH:MM:SS in UTC, which "Z", "+00:00" or
 * nothing behind it says; the years are 1970 to 9999.
 *
 * Errors: ERR_INPUT, also for another time zone.
 * Source: XML Schema part 2, s3.2.7.
 */
int icann_time_read(const char *text, int64_t *out, struct error *err);

/**
 * icann_time(at, out):
 * Write ${at} as YYYY-MM-DDTHH:MM:SS+00:00. Returns ${out}.
 */
char *icann_time(int64_t at, char out[static WHEN_TEXT_LEN]);

/**
 * icann_duration_read(text, out, err):
 * Read the duration PnWnDTnHnMnS, whole numbers only, in seconds.
 *
 * Errors: ERR_INPUT, also for years and months, which have no length, and for
 * a negative one.
 * Source: XML Schema part 2, s3.2.6; weeks are ISO 8601's.
 */
int icann_duration_read(const char *text, int64_t *out, struct error *err);

/**
 * icann_duration(s, out):
 * Write ${s} seconds as PnDTnHnMnS, PT0S for none. Returns ${out}.
 */
char *icann_duration(int64_t s, char out[static WHEN_TEXT_LEN]);

#endif
