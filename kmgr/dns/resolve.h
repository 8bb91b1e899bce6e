/*
 * Questions to name servers. The files resolve*.c are all that is on the
 * network; the messages are message.h's, and nothing in them is believed
 * further than a function here says.
 */
#ifndef KMGR_DNS_RESOLVE_H
#define KMGR_DNS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/message.h"
#include "kmgr/dns/name.h"

#define RESOLVE_ADDRESS_MAX 64	/* an IPv6 address, its zone, final 0 */
#define RESOLVE_SERVER_TEXT (RESOLVE_ADDRESS_MAX + 8)
#define RESOLVE_TIMEOUT_MS  5000
#define RESOLVE_RESOLVERS_MAX 8

/* A name server's address. */
struct resolve_server {
	char		 address[RESOLVE_ADDRESS_MAX];	/* numeric; "": it
							 * has none, see why */
	uint16_t	 port;
	struct name	 name;		/* that of an NS record; len 0: none */
	char		 why[128];	/* it has no address */
};

enum resolve_transport {
	RESOLVE_UDP,		/* and TCP where the answer is truncated */
	RESOLVE_TCP
};

struct resolve_query {
	struct name	 name;
	uint16_t	 type;
	unsigned int	 bits;		/* MESSAGE_RD, _CD, _DO */
	enum resolve_transport transport;
	int64_t		 timeout_ms;	/* of all tries; 0: 5 s */
};

/* Who is asked to find names and addresses, and how. */
struct resolve_config {
	struct resolve_server resolvers[RESOLVE_RESOLVERS_MAX];
	size_t		 n_resolvers;
	uint16_t	 port;		/* of the servers found: 53 */
	int64_t		 timeout_ms;	/* of one question */
};

/**
 * resolve_server_init(server, address, port, err):
 * The server at the numeric IPv4 or IPv6 address ${address}.
 *
 * Errors: ERR_CONFIG.
 */
int resolve_server_init(struct resolve_server *server, const char *address,
    uint16_t port, struct error *err);

/**
 * resolve_server_text(server, out):
 * Write "192.0.2.1@53". Returns ${out}.
 */
char *resolve_server_text(const struct resolve_server *server,
    char out[static RESOLVE_SERVER_TEXT]);

/**
 * resolve_ask(server, query, out, used, err):
 * Ask ${server} the one ${query}: over UDP three times within its time, or
 * over TCP. What is no answer to it is not looked at over UDP, and ends a TCP
 * connection. Every RCODE is an answer. *${used}, unless NULL, is how it
 * came.
 *
 * Owner: the caller, message_free().
 * Errors: ERR_NETWORK.
 * Source: RFC 1035 s4.2; RFC 5452 s9; RFC 7766.
 */
int resolve_ask(const struct resolve_server *server,
    const struct resolve_query *query, struct message **out,
    enum resolve_transport *used, struct error *err);

/**
 * resolve_config_system(config, err):
 * Fill in, where ${config} has no resolvers, those of /etc/resolv.conf, or
 * this machine (resolv.conf(5)).
 *
 * Errors: ERR_CONFIG.
 */
int resolve_config_system(struct resolve_config *config, struct error *err);

/**
 * resolve_lookup(config, name, type, bits, out, err):
 * Ask the resolvers for ${name} and ${type} with RD and ${bits}, each in
 * turn until one answers NOERROR or NXDOMAIN.
 *
 * Owner: the caller, message_free().
 * Errors: ERR_NETWORK.
 */
int resolve_lookup(const struct resolve_config *config,
    const struct name *name, uint16_t type, unsigned int bits,
    struct message **out, struct error *err);

#endif
