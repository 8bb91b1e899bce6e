/* Requests and responses for people and for machines. */
#ifndef CMD_KSR_SHOW_H
#define CMD_KSR_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/ksr.h"

/**
 * cmd_ksr_table(ksr, out):
 * Append ${ksr} as the table of the ceremonies: a row a bundle with its
 * number, inception, expiration, the tags of its ZSKs, and its KSKs with P
 * for published, S for signing, R for revoked.
 */
void cmd_ksr_table(const struct ksr *ksr, struct buf *out);

/**
 * cmd_ksr_expiration(bundle):
 * When the first signature of ${bundle} expires; KSR_OPEN where none is.
 */
int64_t cmd_ksr_expiration(const struct ksr_bundle *bundle);

/**
 * cmd_ksr_signs(bundle, key):
 * Whether a signature over the DNSKEY RRset of ${bundle} says that it is by
 * ${key}; it is not verified.
 */
bool cmd_ksr_signs(const struct ksr_bundle *bundle, const struct dnskey *key);

/**
 * cmd_ksr_put(ksr, json):
 * Put all that ${ksr} says into the object ${json}.
 */
void cmd_ksr_put(const struct ksr *ksr, struct json *json);

#endif
