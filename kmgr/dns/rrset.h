/* RRsets of the types that a key manager handles, in canonical form. */
#ifndef KMGR_DNS_RRSET_H
#define KMGR_DNS_RRSET_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"

enum rrtype {
	RRTYPE_DS = 43,
	RRTYPE_RRSIG = 46,
	RRTYPE_DNSKEY = 48,
	RRTYPE_CDS = 59,
	RRTYPE_CDNSKEY = 60
};

struct rdata {
	uint8_t	*bytes;
	size_t	 len;
};

/* Sorted by RDATA as RFC 4034 section 6.3 says, without duplicates. */
struct rrset {
	struct name	 owner;
	uint16_t	 type;
	uint32_t	 ttl;
	struct rdata	*rdata;
	size_t		 n_rdata;
};

/**
 * rrset_new(owner, type, ttl):
 * An empty RRset. Owner: the caller, rrset_free().
 */
struct rrset *rrset_new(const struct name *owner, enum rrtype type,
    uint32_t ttl);

/**
 * rrset_add(rrset, bytes, len):
 * Add a copy of the RDATA ${bytes} at its place; one that is there already
 * is not added again.
 */
void rrset_add(struct rrset *rrset, const uint8_t *bytes, size_t len);

/**
 * rrset_wire(rrset, out):
 * Append the canonical wire form: every RR with owner, type, class IN, TTL
 * and RDATA, in order (RFC 4034 section 6), as signed and as hashed.
 */
void rrset_wire(const struct rrset *rrset, struct buf *out);

/**
 * rrset_text(rrset, out):
 * Append one zone-file line an RR: "owner TTL IN TYPE rdata\n", fields
 * parted by one blank; anything that reads zone files reads it. RDATA that
 * is not of the type's form is written as RFC 3597 writes unknown types.
 */
void rrset_text(const struct rrset *rrset, struct buf *out);

/**
 * rrset_free(rrset):
 * Free ${rrset}.
 */
void rrset_free(struct rrset *rrset);

/**
 * rrtype_name(type):
 * "DNSKEY", ...; "TYPE?" for one that is not in enum rrtype.
 */
const char *rrtype_name(unsigned int type);

/**
 * rrtype_text(type, out):
 * Append the type as zone files have it: "DNSKEY", ...; "TYPE<number>" for
 * one that is not in enum rrtype (RFC 3597 section 5).
 */
void rrtype_text(unsigned int type, struct buf *out);

#endif
