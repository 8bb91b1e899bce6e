/*
 * What a zone's primary is asked and told, over TCP, signed by a TSIG key
 * where there is one: the zone, a query, an update, a notification.
 */
#ifndef KMGR_DNS_RESOLVE_PRIMARY_H
#define KMGR_DNS_RESOLVE_PRIMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/resolve.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/dns/tsig.h"

/* The other side: a server, and the key that we share. */
struct resolve_peer {
	struct resolve_server	 server;
	const struct tsig_key	*key;		/* NULL: unsigned */
	int64_t			 now_at;
	int64_t			 timeout_ms;	/* of each message; 0: 5 s */
};

/**
 * resolve_ask_peer(peer, name, type, out, err):
 * Ask for ${name} and ${type}, with DO. An answer other than NOERROR is an
 * error.
 *
 * Owner: the caller, message_free().
 * Errors: ERR_NETWORK; ERR_INTEGRITY (TSIG).
 */
int resolve_ask_peer(const struct resolve_peer *peer,
    const struct name *name, uint16_t type, struct message **out,
    struct error *err);

#define RESOLVE_TRANSFER_MAX ((size_t)1 << 30)	/* octets of a zone */
#define RESOLVE_TRANSFER_S   600		/* the whole of it */

/* What is kept of a zone that was transferred. */
struct resolve_transfer {
	struct rrset	*dnskey;	/* of the apex; NULL: none */
	struct rrset	*rrsig;		/* likewise, over all its types */
	uint32_t	 serial;
	uint32_t	 max_ttl;	/* of all its records */
	uint32_t	 dnskey_ttl;	/* the highest of dnskey's */
	size_t		 n_records;	/* without the second SOA */
};

/**
 * resolve_transfer(peer, zone, out, err):
 * Take all of ${zone} by AXFR. With a key, every message of it is verified.
 *
 * Owner: the caller, resolve_transfer_clear().
 * Errors: ERR_NETWORK (refused, malformed, larger or longer than the limits
 * above); ERR_INTEGRITY (TSIG).
 * Source: RFC 5936 s2.2; RFC 8945 s5.3.1.
 */
int resolve_transfer(const struct resolve_peer *peer,
    const struct name *zone, struct resolve_transfer *out,
    struct error *err);
void resolve_transfer_clear(struct resolve_transfer *transfer);

/* An RRset that a zone is to have, and its signatures. */
struct resolve_set {
	const struct rrset	*rrset;		/* empty: it is to go */
	const struct rrsig	*rrsigs;
	size_t			 n_rrsigs;
};

/**
 * resolve_update(peer, zone, sets, n, err):
 * Let the primary of ${zone} have the ${n} ${sets} in place of those of the
 * same owner and type, and in place of their signatures; signatures of other
 * types stay. One UPDATE, which is done whole or not at all.
 *
 * Errors: ERR_NETWORK (also refused); ERR_INTEGRITY (TSIG).
 * Source: RFC 2136 s2.5, s3.4.
 */
int resolve_update(const struct resolve_peer *peer, const struct name *zone,
    const struct resolve_set *sets, size_t n, struct error *err);

/**
 * resolve_notify(server, timeout_ms, zone, type, err):
 * Tell ${server} over UDP that the ${type} RRset of ${zone} has changed, and
 * wait until it says that it knows.
 *
 * Errors: ERR_NETWORK (also an RCODE other than NOERROR).
 * Source: RFC 1996 s3; RFC 9859 s4.2.
 */
int resolve_notify(const struct resolve_server *server, int64_t timeout_ms,
    const struct name *zone, uint16_t type, struct error *err);

#endif
