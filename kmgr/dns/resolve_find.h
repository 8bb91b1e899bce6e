/*
 * Zones and their servers, found through a resolver: which zone delegates a
 * name, who serves it, at which addresses.
 */
#ifndef KMGR_DNS_RESOLVE_FIND_H
#define KMGR_DNS_RESOLVE_FIND_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/resolve.h"

#define RESOLVE_NS_MAX	     32	/* name servers of a zone */
#define RESOLVE_ADDRESSES_MAX 16 /* of one of them, of either kind */
#define RESOLVE_SERVERS_MAX  128 /* addresses in all */

/**
 * resolve_zone_above(config, name, out, err):
 * The zone in which the delegation of ${name}, which is not the root, stands:
 * the nearest name above it that has a SOA of its own.
 *
 * Errors: ERR_NETWORK; ERR_INPUT for the root.
 */
int resolve_zone_above(const struct resolve_config *config,
    const struct name *name, struct name *out, struct error *err);

/**
 * resolve_servers(config, zone, out, n, err):
 * Every address, IPv4 and IPv6, of every name server of ${zone}, with port
 * ${config}->port. A name server without any (it is an alias, which RFC 2181
 * section 10.3 forbids; nobody knows it; it has too many) is there without an
 * address, and says why.
 *
 * Owner: the caller, free().
 * Errors: ERR_NETWORK (no answer, no NS records, more than RESOLVE_NS_MAX or
 * RESOLVE_SERVERS_MAX).
 */
int resolve_servers(const struct resolve_config *config,
    const struct name *zone, struct resolve_server **out, size_t *n,
    struct error *err);

/* Where a parent wants to be told of new CDS (RFC 9859). */
struct resolve_dsync {
	struct name	 target;
	uint16_t	 port;
};

/**
 * resolve_dsync_find(config, zone, parent, out, n, err):
 * The targets that ${parent} names for NOTIFY(CDS) of its child ${zone}; none
 * is no error.
 *
 * Owner: the caller, free().
 * Errors: ERR_NETWORK.
 * Source: RFC 9859 s2, s4.1.
 */
int resolve_dsync_find(const struct resolve_config *config,
    const struct name *zone, const struct name *parent,
    struct resolve_dsync **out, size_t *n, struct error *err);

/**
 * resolve_addresses(config, name, port, out, n, err):
 * Append the addresses of ${name}, with ${port}, to the *${n} servers *${out};
 * one without address, as resolve_servers() has, where there is none.
 *
 * Errors: ERR_NETWORK.
 */
int resolve_addresses(const struct resolve_config *config,
    const struct name *name, uint16_t port, struct resolve_server **out,
    size_t *n, struct error *err);

#endif
