/* Requests and responses that must be read, or must not. */
#ifndef TESTS_UNIT_KSRHELP_H
#define TESTS_UNIT_KSRHELP_H

#include "kmgr/dns/ksr.h"

/**
 * ksrhelp_read(text):
 * What the file "f" of the content ${text} says. Owner: the caller.
 */
struct ksr *ksrhelp_read(const char *text);

/**
 * ksrhelp_written(ksr):
 * ${ksr} as written at 2027-01-01T10:00:00Z. Owner: the caller.
 */
char *ksrhelp_written(const struct ksr *ksr);

/**
 * ksrhelp_goes_round(text):
 * What is read, written and read again is the same.
 */
void ksrhelp_goes_round(const char *text);

/**
 * ksrhelp_refused(text, len, why, hint):
 * The file "f" is refused with ${why} in the message and ${hint}, where it is
 * not NULL, in the hint.
 */
void ksrhelp_refused(const char *text, size_t len, const char *why,
    const char *hint);

#endif
