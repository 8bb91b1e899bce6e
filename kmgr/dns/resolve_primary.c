#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/resolve_request.h"
#include "kmgr/dns/resolve_socket.h"

#define NOTIFY_TRIES 3

/* Send the request, and take the one message that answers it. */
static int
exchange(const struct resolve_peer *peer, enum message_opcode opcode,
    const struct name *name, uint16_t type, struct buf *wire,
    struct message **out, struct error *err)
{
	struct resolve_request request;
	struct message *message = NULL;
	int rc = -1;

	*out = NULL;
	if (resolve_request_open(&request, peer, wire, err) != 0 ||
	    resolve_request_next(&request, &message, err) != 0 ||
	    resolve_request_end(&request, err) != 0)
		goto out;
	if (!message_answers(message, request.id, opcode, name, type)) {
		(void)err_set(err, ERR_NETWORK,
		    "what came is no answer to the request");
		goto out;
	}
	if (message->rcode != MESSAGE_NOERROR) {
		(void)err_set(err, ERR_NETWORK, "the server answers %s",
		    message_rcode_name(message->rcode));
		goto out;
	}
	*out = message;
	message = NULL;
	rc = 0;
 out:
	message_free(message);
	resolve_request_close(&request);
	return rc;
}

int
resolve_ask_peer(const struct resolve_peer *peer, const struct name *name,
    uint16_t type, struct message **out, struct error *err)
{
	char server[RESOLVE_SERVER_TEXT], text[NAME_TEXT_MAX];
	struct buf wire = BUF_INIT;
	int rc;

	message_begin(&wire, 0, MESSAGE_QUERY, MESSAGE_DO, name, type);
	rc = exchange(peer, MESSAGE_QUERY, name, type, &wire, out, err);
	buf_free(&wire);
	return rc == 0 ? 0 : err_wrap(err, "ask %s for %s",
	    resolve_server_text(&peer->server, server),
	    name_text(name, text));
}

/* Delete those of old that are signatures over set's type. */
static void
drop(const struct rrset *set, const struct rrset *old, struct buf *wire)
{
	struct error ignored = ERR_INIT;
	struct rrsig rrsig;
	size_t i;

	for (i = 0; old != NULL && i < old->n_rdata; i++)
		if (rrsig_from_rdata(old->rdata[i].bytes, old->rdata[i].len,
		    &rrsig, &ignored) == 0 &&
		    rrsig.type_covered == set->type)
			message_add(wire, MESSAGE_AUTHORITY, &set->owner,
			    RRTYPE_RRSIG, MESSAGE_NONE, 0,
			    old->rdata[i].bytes, old->rdata[i].len);
}

/* Likewise those that an answer to asked has. */
static int
drop_seen(const struct resolve_peer *peer, const struct rrset *set,
    uint16_t asked, struct buf *wire, struct error *err)
{
	struct message *message;
	struct rrset *old;

	if (resolve_ask_peer(peer, &set->owner, asked, &message, err) != 0)
		return -1;
	old = message_rrset(message, MESSAGE_ANSWER, &set->owner,
	    RRTYPE_RRSIG);
	message_free(message);
	drop(set, old, wire);
	rrset_free(old);
	return 0;
}

/*
 * The signatures that the primary has of the type now: without their RDATA
 * they could only go together with those of all other types. In a zone that
 * it takes for unsigned a server need not show them all to any question; a
 * transfer has them. Who may not transfer asks.
 */
static int
drop_signatures(const struct resolve_peer *peer, const struct rrset *set,
    struct buf *wire, struct error *err)
{
	struct error ignored = ERR_INIT;
	struct resolve_transfer zone;

	if (resolve_transfer(peer, &set->owner, &zone, &ignored) == 0) {
		drop(set, zone.rrsig, wire);
		resolve_transfer_clear(&zone);
		return 0;
	}
	if (drop_seen(peer, set, set->type, wire, err) != 0)
		return -1;
	return drop_seen(peer, set, RRTYPE_RRSIG, wire, err);
}

/* RFC 2136 s2.5: the old set goes, the new one comes. */
static int
replace(const struct resolve_peer *peer, const struct resolve_set *set,
    struct buf *wire, struct error *err)
{
	const struct rrset *rrset = set->rrset;
	struct buf rdata = BUF_INIT;
	size_t i;

	if (drop_signatures(peer, rrset, wire, err) != 0)
		return -1;
	message_add(wire, MESSAGE_AUTHORITY, &rrset->owner, rrset->type,
	    MESSAGE_CLASS_ANY, 0, NULL, 0);
	for (i = 0; i < rrset->n_rdata; i++)
		message_add(wire, MESSAGE_AUTHORITY, &rrset->owner,
		    rrset->type, MESSAGE_IN, rrset->ttl,
		    rrset->rdata[i].bytes, rrset->rdata[i].len);
	for (i = 0; i < set->n_rrsigs; i++) {
		buf_free(&rdata);
		rrsig_rdata(&set->rrsigs[i], &rdata);
		message_add(wire, MESSAGE_AUTHORITY, &rrset->owner,
		    RRTYPE_RRSIG, MESSAGE_IN, rrset->ttl, rdata.data,
		    rdata.len);
	}
	buf_free(&rdata);
	return 0;
}

int
resolve_update(const struct resolve_peer *peer, const struct name *zone,
    const struct resolve_set *sets, size_t n, struct error *err)
{
	char server[RESOLVE_SERVER_TEXT], text[NAME_TEXT_MAX];
	struct message *message = NULL;
	struct buf wire = BUF_INIT;
	size_t i;
	int rc = 0;

	message_begin(&wire, 0, MESSAGE_UPDATE, 0, zone, MESSAGE_SOA);
	for (i = 0; i < n && rc == 0; i++)
		rc = replace(peer, &sets[i], &wire, err);
	if (rc == 0)
		rc = exchange(peer, MESSAGE_UPDATE, zone, MESSAGE_SOA, &wire,
		    &message, err);
	message_free(message);
	buf_free(&wire);
	return rc == 0 ? 0 : err_wrap(err, "update %s at %s",
	    name_text(zone, text), resolve_server_text(&peer->server,
	    server));
}

/* 1: it knows; 0: nothing came in time. */
static int
notify_once(int fd, const struct buf *wire, const struct name *zone,
    uint16_t type, int64_t until_ms, struct error *err)
{
	const uint16_t id = (uint16_t)(wire->data[0] << 8 | wire->data[1]);
	struct error ignored = ERR_INIT;
	struct buf in = BUF_INIT;
	struct message *message;
	int rc;

	if (resolve_datagram_send(fd, wire->data, wire->len, err) != 0)
		return -1;
	while ((rc = resolve_datagram_receive(fd, until_ms, &in, err)) == 1) {
		if (message_read(in.data, in.len, &message, &ignored) != 0)
			continue;
		if (message_answers(message, id, MESSAGE_NOTIFY, zone,
		    type)) {
			if (message->rcode != MESSAGE_NOERROR)
				rc = err_set(err, ERR_NETWORK, "it answers %s",
				    message_rcode_name(message->rcode));
			message_free(message);
			break;
		}
		message_free(message);
	}
	buf_free(&in);
	return rc;
}

int
resolve_notify(const struct resolve_server *server, int64_t timeout_ms,
    const struct name *zone, uint16_t type, struct error *err)
{
	const int64_t from_ms = when_elapsed_ms();
	char text[RESOLVE_SERVER_TEXT];
	struct buf wire = BUF_INIT;
	int64_t until_ms = from_ms;
	int fd, i, rc = 0;

	if (timeout_ms <= 0)
		timeout_ms = RESOLVE_TIMEOUT_MS;
	if (server->address[0] == '\0')
		return err_set(err, ERR_NETWORK, "%s", server->why);
	message_begin(&wire, 0, MESSAGE_NOTIFY, MESSAGE_AA, zone, type);
	fd = resolve_socket_open(server, RESOLVE_UDP, from_ms + timeout_ms,
	    err);
	if (fd < 0 || crypto_random(wire.data, 2, err) != 0)
		rc = -1;
	for (i = 1; i <= NOTIFY_TRIES && rc == 0; i++) {
		until_ms = from_ms + timeout_ms * i / NOTIFY_TRIES;
		rc = notify_once(fd, &wire, zone, type, until_ms, err);
	}
	if (fd >= 0)
		(void)close(fd);
	buf_free(&wire);
	if (rc == 0)
		(void)err_set(err, ERR_NETWORK, "no answer within %lld ms",
		    (long long)timeout_ms);
	return rc == 1 ? 0 : err_wrap(err, "notify %s",
	    resolve_server_text(server, text));
}
