/* KSKs as their endorsements tell of them. */
#ifndef ENGINE_KSK_RECORD_H
#define ENGINE_KSK_RECORD_H

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/**
 * ksk_record_read(endorsement, signature, out, err):
 * The row of the KSK that ${endorsement} tells of, in state "generated" and
 * without facts that came later. Whether ${signature} is good, and what the
 * statement says true, is not looked at.
 *
 * Owner: the caller, ksk_row_clear().
 * Errors: ERR_INTEGRITY.
 */
int ksk_record_read(const char *endorsement, const char *signature,
    struct ksk_row *out, struct error *err);

/**
 * ksk_record_standby(text):
 * "ds" or "dnskey" where ${text} is that, else NULL: no standby.
 */
const char *ksk_record_standby(const char *text);

#endif
