/* Whether a zone may have a further KSK, and its KSKs one RRset. */
#ifndef ENGINE_KSK_RULES_H
#define ENGINE_KSK_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/store/store.h"

/**
 * ksk_rules_allow(cmk, zone, n_present, err):
 * Whether the policy of ${cmk} lets a further KSK be made for ${zone}, which
 * has ${n_present} that are not removed.
 *
 * Errors: ERR_POLICY: findings_error().
 */
int ksk_rules_allow(const struct cmk *cmk, const struct name *zone,
    size_t n_present, struct error *err);

/**
 * ksk_rules_counts(row):
 * Whether the KSK ${row} counts for ksk.max-per-zone: it is in use or may get
 * into use. One that is retired, out of the DNSKEY RRset and without a DS only
 * waits for delete-ksk.
 */
bool ksk_rules_counts(const struct ksk_row *row);

/**
 * ksk_rules_company(store, cache, cmk, zone, err):
 * Whether a ZSK set is possible that the policy of ${cmk} and those of the
 * CMKs that ${zone} has KSKs under would all let pass.
 *
 * Errors: ERR_POLICY, ERR_INTEGRITY, ERR_STORE.
 */
int ksk_rules_company(struct store *store, struct cmk_cache *cache,
    const struct cmk *cmk, const struct name *zone, struct error *err);

/**
 * ksk_rules_ttl(ksks, n, err):
 * Whether the policies of the ${n} ${ksks}, which stand in one RRset, have one
 * signatures.dnskey-ttl.
 *
 * Errors: ERR_POLICY.
 * Source: RFC 2181 s5.2.
 */
int ksk_rules_ttl(const struct ksk *ksks, size_t n, struct error *err);

#endif
