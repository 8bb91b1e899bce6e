/*
 * Whether an answer is what a zone signed, as far as a trust anchor reaches:
 * a validator of its own for the few RRsets that we ask for, which needs to
 * believe no resolver.
 */
#ifndef KMGR_DNS_RESOLVE_CHAIN_H
#define KMGR_DNS_RESOLVE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/resolve.h"
#include "kmgr/dns/zonefile.h"

/* The keys of a zone that are proved; without any, why not. */
struct resolve_chain {
	struct name	 zone;
	struct dnskey	*keys;
	size_t		 n;		/* 0: no trust anchor reaches it */
	char		 why[256];
};

/**
 * resolve_chain_find(config, anchors, zone, now_at, out):
 * Go from the nearest of ${anchors}, DS and DNSKEY records, down to ${zone},
 * and verify the DS and DNSKEY RRset of every zone on the way with what the
 * resolvers give. What cannot be proved is no error.
 *
 * Owner: the caller, resolve_chain_clear().
 * Source: RFC 4035 s5.
 */
void resolve_chain_find(const struct resolve_config *config,
    const struct zonefile *anchors, const struct name *zone, int64_t now_at,
    struct resolve_chain *out);
void resolve_chain_clear(struct resolve_chain *chain);

enum resolve_proof {
	RESOLVE_NO_ANCHOR,	/* the chain has no keys */
	RESOLVE_UNPROVED,	/* whoever answered is not the zone */
	RESOLVE_TOO_COSTLY,	/* NSEC3 of more than NSEC3_ITERATIONS_MAX:
				 * validators call that insecure */
	RESOLVE_PROVED
};

/**
 * resolve_chain_proof(chain, message, owner, type, now_at):
 * Whether the answer section of ${message} has the RRset of ${owner} and
 * ${type} with a signature by the zone that is good at ${now_at}; or else
 * its authority section has the zone's signed word, NSEC or NSEC3, that
 * ${owner} has no ${type}. A handful of records, signatures and keys is tried.
 *
 * Source: RFC 4035 s5.3, s5.4; RFC 5155 s8; RFC 9276 s3.2.
 */
enum resolve_proof resolve_chain_proof(const struct resolve_chain *chain,
    const struct message *message, const struct name *owner, uint16_t type,
    int64_t now_at);

#endif
