/*
 * NSEC records (RFC 4034 section 4): a zone's word on the names and types that
 * it does not have. Signatures are for resolve_chain.h: what comes here is
 * verified.
 */
#ifndef KMGR_DNS_NSEC_H
#define KMGR_DNS_NSEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/name.h"
#include "kmgr/dns/rrset.h"

/* The types that a name has; borrowed from the RDATA. */
struct nsec_types {
	const uint8_t	*windows;
	size_t		 len;
};

/**
 * nsec_types_read(p, len, out):
 * Whether the ${len} octets ${p} are a type bitmap: windows in ascending
 * order, of 1 to 32 octets, and nothing behind them. None at all is one, too.
 *
 * Source: RFC 4034 s4.1.2; RFC 5155 s3.2.1.
 */
bool nsec_types_read(const uint8_t *p, size_t len, struct nsec_types *out);

/**
 * nsec_types_has(types, type):
 * Whether the name has ${type}.
 */
bool nsec_types_has(const struct nsec_types *types, uint16_t type);

/**
 * nsec_types_delegate_without(types, type):
 * Whether they are those that the zone above has of a delegation without
 * ${type}: NS, but no SOA, which stands below the zone cut, and no CNAME.
 *
 * Source: RFC 4035 s5.2; RFC 5155 s8.6, s8.9; RFC 6840 s4.3, s4.4.
 */
bool nsec_types_delegate_without(const struct nsec_types *types,
    uint16_t type);

/**
 * nsec_types_end_here(types):
 * Whether the zone has nothing below the name: it is a delegation, or has a
 * DNAME. Then nothing is denied below it.
 *
 * Source: RFC 5155 s8.3; RFC 6840 s4.1.
 */
bool nsec_types_end_here(const struct nsec_types *types);

/**
 * nsec_denies(list, n, zone, owner, type):
 * Whether the ${n} verified NSEC RRsets ${list} of ${zone} prove that
 * ${owner}, below it, has no ${type}: one is of the delegation ${owner} and
 * does not list it, or one says that there is no such name, and they say that
 * no wildcard takes its place.
 *
 * Source: RFC 4035 s5.4; RFC 6840 s4.1.
 */
bool nsec_denies(struct rrset *const *list, size_t n, const struct name *zone,
    const struct name *owner, uint16_t type);

#endif
