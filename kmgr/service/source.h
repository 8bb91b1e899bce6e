/*
 * Where the ZSK set of a zone comes from: the zone's primary, a file or a
 * command, as the configuration says.
 */
#ifndef SERVICE_SOURCE_H
#define SERVICE_SOURCE_H

#include <stdbool.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

/**
 * source_is_configured(zone):
 * Whether ${zone}, which may be NULL, has a source.
 */
bool source_is_configured(const struct config_zone *zone);

/**
 * source_read(session, zone, out, err):
 * Fetch the ZSK set of ${zone}, which has a source, and append it to ${out} as
 * zsks_prepare() reads it: the DNSKEY records at the zone's name, without
 * those of KSKs that kmgr has or had for the zone, and of registered foreign
 * ones. Other records are left out; a KSK that nobody knows stays in, for the
 * rules to refuse.
 *
 * Errors: ERR_SYSTEM (file, command), ERR_NETWORK and ERR_INTEGRITY (primary),
 * ERR_CONFIG (TSIG), ERR_INPUT (no records, or no ZSK), ERR_STORE.
 */
int source_read(struct session *session, const struct config_zone *zone,
    struct buf *out, struct error *err);

#endif
