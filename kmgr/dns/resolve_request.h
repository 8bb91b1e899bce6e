/* The inside of resolve_primary.h: one request, and messages back. */
#ifndef KMGR_DNS_RESOLVE_REQUEST_H
#define KMGR_DNS_RESOLVE_REQUEST_H

#include "kmgr/dns/resolve_primary.h"

/* A connection with one request on its way. */
struct resolve_request {
	const struct resolve_peer *peer;
	int		 fd;
	uint16_t	 id;
	struct tsig	 tsig;
	struct buf	 wire;		/* of the message that came last */
};

/**
 * resolve_request_open(request, peer, wire, err):
 * Connect to ${peer}, give the request ${wire}, which has no id yet, a random
 * one and a TSIG, and send it.
 *
 * Owner: the caller, resolve_request_close(), also where it fails.
 * Errors: ERR_NETWORK.
 */
int resolve_request_open(struct resolve_request *request,
    const struct resolve_peer *peer, struct buf *wire, struct error *err);

/**
 * resolve_request_next(request, out, err):
 * Wait for the next message with the request's id, verified as far as its
 * TSIG goes.
 *
 * Owner: the caller, message_free().
 * Errors: ERR_NETWORK, ERR_INTEGRITY.
 */
int resolve_request_next(struct resolve_request *request,
    struct message **out, struct error *err);

/**
 * resolve_request_end(request, err):
 * Whether all that came was verified, where there is a key.
 *
 * Errors: ERR_INTEGRITY.
 */
int resolve_request_end(const struct resolve_request *request,
    struct error *err);
void resolve_request_close(struct resolve_request *request);

#endif
