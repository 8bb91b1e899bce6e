/* The wire: datagrams and connections, with an end in time. */
#ifndef KMGR_DNS_RESOLVE_SOCKET_H
#define KMGR_DNS_RESOLVE_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/resolve.h"

/**
 * resolve_socket_open(server, transport, until_ms, err):
 * A socket that is connected to ${server}, until ${until_ms} at the latest.
 *
 * Owner: the caller, close().
 * Errors: ERR_NETWORK. Returns -1 then.
 */
int resolve_socket_open(const struct resolve_server *server,
    enum resolve_transport transport, int64_t until_ms, struct error *err);

/**
 * resolve_datagram_send(fd, wire, len, err):
 * Send a datagram of ${len} octets.
 *
 * resolve_datagram_receive(fd, until_ms, out, err):
 * Wait for one and put it into ${out}. Returns 1, or 0 when there is none at
 * ${until_ms}.
 *
 * Errors: ERR_NETWORK.
 */
int resolve_datagram_send(int fd, const uint8_t *wire, size_t len,
    struct error *err);
int resolve_datagram_receive(int fd, int64_t until_ms, struct buf *out,
    struct error *err);

/**
 * resolve_stream_send(fd, wire, len, until_ms, err),
 * resolve_stream_receive(fd, until_ms, out, err):
 * Send, and read into ${out}, one message behind its two octets of length.
 *
 * Errors: ERR_NETWORK.
 * Source: RFC 1035 s4.2.2.
 */
int resolve_stream_send(int fd, const uint8_t *wire, size_t len,
    int64_t until_ms, struct error *err);
int resolve_stream_receive(int fd, int64_t until_ms, struct buf *out,
    struct error *err);

#endif
