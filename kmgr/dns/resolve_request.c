#include <unistd.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/resolve_request.h"
#include "kmgr/dns/resolve_socket.h"

static int64_t
until_ms(const struct resolve_peer *peer)
{

	return when_elapsed_ms() + (peer->timeout_ms > 0 ?
	    peer->timeout_ms : RESOLVE_TIMEOUT_MS);
}

int
resolve_request_open(struct resolve_request *request,
    const struct resolve_peer *peer, struct buf *wire, struct error *err)
{

	*request = (struct resolve_request) { .peer = peer, .fd = -1 };
	if (peer->server.address[0] == '\0')
		return err_set(err, ERR_NETWORK, "%s", peer->server.why);
	if (crypto_random(wire->data, 2, err) != 0)
		return -1;
	request->id = (uint16_t)(wire->data[0] << 8 | wire->data[1]);
	if (peer->key != NULL)
		tsig_sign(&request->tsig, peer->key, wire, peer->now_at);
	if (wire->len > MESSAGE_MAX)
		return err_set(err, ERR_NETWORK, "a request of %zu octets; at "
		    "most %d are possible", wire->len, MESSAGE_MAX);
	request->fd = resolve_socket_open(&peer->server, RESOLVE_TCP,
	    until_ms(peer), err);
	return request->fd < 0 ? -1 : resolve_stream_send(request->fd,
	    wire->data, wire->len, until_ms(peer), err);
}

/* Unsigned, "I do not know you" can come from anybody, but ends it as well. */
static int
verify(struct resolve_request *request, const struct message *message,
    struct error *err)
{

	if (request->peer->key == NULL)
		return 0;
	if (message->tsig_at == 0 && message->rcode != MESSAGE_NOERROR)
		return err_set(err, ERR_NETWORK, "the server answers %s, "
		    "without TSIG", message_rcode_name(message->rcode));
	return tsig_verify(&request->tsig, request->wire.data,
	    request->wire.len, message->tsig_at, request->peer->now_at, err);
}

int
resolve_request_next(struct resolve_request *request, struct message **out,
    struct error *err)
{
	struct message *message;

	*out = NULL;
	if (resolve_stream_receive(request->fd, until_ms(request->peer),
	    &request->wire, err) != 0)
		return -1;
	if (message_read(request->wire.data, request->wire.len, &message,
	    err) != 0) {
		err->class = ERR_NETWORK;
		return -1;
	}
	if (!message->is_response || message->id != request->id) {
		message_free(message);
		return err_set(err, ERR_NETWORK,
		    "what came is no answer to the request");
	}
	if (verify(request, message, err) != 0) {
		message_free(message);
		return -1;
	}
	*out = message;
	return 0;
}

int
resolve_request_end(const struct resolve_request *request, struct error *err)
{

	if (request->peer->key == NULL || tsig_is_complete(&request->tsig))
		return 0;
	return err_set(err, ERR_INTEGRITY,
	    "the last message has no TSIG");
}

void
resolve_request_close(struct resolve_request *request)
{

	if (request->fd >= 0)
		(void)close(request->fd);
	request->fd = -1;
	tsig_clear(&request->tsig);
	buf_free(&request->wire);
}
