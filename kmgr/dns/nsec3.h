/*
 * NSEC3 records (RFC 5155): what NSEC says, of hashed names; and with opt-out
 * a zone says nothing of the delegations that have no DS.
 */
#ifndef KMGR_DNS_NSEC3_H
#define KMGR_DNS_NSEC3_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/name.h"
#include "kmgr/dns/rrset.h"

#define NSEC3_HASH_LEN 20	/* SHA-1: there is no other */
#define NSEC3_ITERATIONS_MAX 100	/* RFC 9276 s3.2: a validator may call
				 * a zone with any insecure; none is as
				 * cheap as it demands of zones, 0 */

/**
 * nsec3_hash(name, salt, salt_len, iterations, out):
 * The hash of ${name}.
 *
 * Source: RFC 5155 s5.
 */
void nsec3_hash(const struct name *name, const uint8_t *salt, size_t salt_len,
    unsigned int iterations, uint8_t out[static NSEC3_HASH_LEN]);

enum nsec3_word {
	NSEC3_SILENT,		/* they prove nothing */
	NSEC3_DENIES,
	NSEC3_TOO_COSTLY	/* more than NSEC3_ITERATIONS_MAX: not looked
				 * at */
};

/**
 * nsec3_denies(list, n, zone, owner, type):
 * Whether the ${n} verified NSEC3 RRsets ${list} of ${zone} prove that
 * ${owner}, below it, has no ${type}: one is of the delegation ${owner} and
 * does not list it; or they prove the closest encloser, and the next closer
 * name is in a span with opt-out (it may be a delegation without DS; ask so of
 * DS only), or is not there, nor a wildcard in its place.
 *
 * Another hash than SHA-1, flags that nobody knows, an owner that is not right
 * below ${zone}: such a record says nothing. Where they differ in salt or
 * iterations, none does.
 *
 * Source: RFC 5155 s8.
 */
enum nsec3_word nsec3_denies(struct rrset *const *list, size_t n,
    const struct name *zone, const struct name *owner, uint16_t type);

#endif
