#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/file.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/resolve.h"
#include "kmgr/dns/resolve_socket.h"

#define TRIES 3
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_MAX (1 << 16)

int
resolve_server_init(struct resolve_server *server, const char *address,
    uint16_t port, struct error *err)
{
	struct in6_addr bytes;

	memset(server, 0, sizeof(*server));
	if (strlen(address) >= sizeof(server->address) ||
	    (inet_pton(AF_INET, address, &bytes) != 1 &&
	    inet_pton(AF_INET6, address, &bytes) != 1))
		return err_set(err, ERR_CONFIG, "\"%.64s\" is neither an IPv4 "
		    "nor an IPv6 address", address);
	(void)snprintf(server->address, sizeof(server->address), "%s",
	    address);
	server->port = port;
	return 0;
}

char *
resolve_server_text(const struct resolve_server *server,
    char out[static RESOLVE_SERVER_TEXT])
{

	(void)snprintf(out, RESOLVE_SERVER_TEXT, "%s@%u", server->address,
	    server->port);
	return out;
}

static int
question(const struct resolve_query *query, uint16_t *id, struct buf *out,
    struct error *err)
{
	uint8_t random[2];

	/* RFC 5452 s9.2; the port is the kernel's, and random, too. */
	if (crypto_random(random, sizeof(random), err) != 0)
		return -1;
	*id = (uint16_t)(random[0] << 8 | random[1]);
	message_begin(out, *id, MESSAGE_QUERY, query->bits, &query->name,
	    query->type);
	return 0;
}

/* 1: an answer in *out; 0: none in time. */
static int
listen_for(int fd, uint16_t id, const struct resolve_query *query,
    int64_t until_ms, struct message **out, struct error *err)
{
	struct error ignored = ERR_INIT;
	struct buf wire = BUF_INIT;
	struct message *message;
	int rc;

	while ((rc = resolve_datagram_receive(fd, until_ms, &wire,
	    err)) == 1) {
		if (message_read(wire.data, wire.len, &message,
		    &ignored) != 0)
			continue;
		if (message_answers(message, id, MESSAGE_QUERY, &query->name,
		    query->type)) {
			*out = message;
			break;
		}
		message_free(message);
	}
	buf_free(&wire);
	return rc;
}

static int
ask_udp(const struct resolve_server *server,
    const struct resolve_query *query, int64_t from_ms, int64_t timeout_ms,
    struct message **out, struct error *err)
{
	struct buf wire = BUF_INIT;
	int64_t until_ms;
	uint16_t id = 0;
	int fd = -1, i, rc = 0;

	for (i = 1; i <= TRIES && rc == 0; i++) {
		until_ms = from_ms + timeout_ms * i / TRIES;
		buf_free(&wire);
		/* Another socket is another port. */
		if (fd >= 0)
			(void)close(fd);
		fd = resolve_socket_open(server, RESOLVE_UDP, until_ms, err);
		rc = fd < 0 || question(query, &id, &wire, err) != 0 ||
		    resolve_datagram_send(fd, wire.data, wire.len,
		    err) != 0 ? -1 : listen_for(fd, id, query, until_ms, out,
		    err);
	}
	if (fd >= 0)
		(void)close(fd);
	buf_free(&wire);
	if (rc == 0)
		return err_set(err, ERR_NETWORK, "no answer within %lld ms",
		    (long long)timeout_ms);
	return rc < 0 ? -1 : 0;
}

static int
exchange_tcp(int fd, const struct resolve_query *query, int64_t until_ms,
    struct message **out, struct error *err)
{
	struct message *message = NULL;
	struct buf wire = BUF_INIT;
	uint16_t id = 0;
	int rc = -1;

	if (question(query, &id, &wire, err) != 0 ||
	    resolve_stream_send(fd, wire.data, wire.len, until_ms, err) != 0 ||
	    resolve_stream_receive(fd, until_ms, &wire, err) != 0)
		goto out;
	if (message_read(wire.data, wire.len, &message, err) != 0) {
		err->class = ERR_NETWORK;
		goto out;
	}
	if (!message_answers(message, id, MESSAGE_QUERY, &query->name,
	    query->type)) {
		(void)err_set(err, ERR_NETWORK, "what came is no answer to "
		    "the question");
		goto out;
	}
	if (message->is_truncated) {
		(void)err_set(err, ERR_NETWORK, "an answer over TCP that is "
		    "truncated");
		goto out;
	}
	*out = message;
	message = NULL;
	rc = 0;
 out:
	message_free(message);
	buf_free(&wire);
	return rc;
}

static int
ask_tcp(const struct resolve_server *server,
    const struct resolve_query *query, int64_t until_ms,
    struct message **out, struct error *err)
{
	const int fd = resolve_socket_open(server, RESOLVE_TCP, until_ms, err);
	int rc;

	if (fd < 0)
		return err_wrap(err, "over TCP");
	rc = exchange_tcp(fd, query, until_ms, out, err);
	(void)close(fd);
	return rc == 0 ? 0 : err_wrap(err, "over TCP");
}

int
resolve_ask(const struct resolve_server *server,
    const struct resolve_query *query, struct message **out,
    enum resolve_transport *used, struct error *err)
{
	const int64_t timeout_ms = query->timeout_ms > 0 ? query->timeout_ms :
	    RESOLVE_TIMEOUT_MS;
	const int64_t from_ms = when_elapsed_ms();
	enum resolve_transport transport = query->transport;
	char text[RESOLVE_SERVER_TEXT];
	int rc = 0;

	*out = NULL;
	if (server->address[0] == '\0')
		return err_set(err, ERR_NETWORK, "%s", server->why);
	if (transport == RESOLVE_UDP)
		rc = ask_udp(server, query, from_ms, timeout_ms, out, err);
	/* RFC 7766 s5; TCP has its own time. */
	if (rc == 0 && *out != NULL && (*out)->is_truncated) {
		message_free(*out);
		*out = NULL;
		transport = RESOLVE_TCP;
	}
	if (rc == 0 && *out == NULL)
		rc = ask_tcp(server, query, when_elapsed_ms() + timeout_ms,
		    out, err);
	if (used != NULL)
		*used = transport;
	return rc == 0 ? 0 : err_wrap(err, "%s",
	    resolve_server_text(server, text));
}

static void
add_system(struct resolve_config *config, const char *text)
{
	struct error ignored = ERR_INIT;
	const char *line, *next;
	char address[RESOLVE_ADDRESS_MAX];

	for (line = text; line != NULL && config->n_resolvers <
	    RESOLVE_RESOLVERS_MAX; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			next++;
		if (sscanf(line, "nameserver %63s", address) == 1 &&
		    resolve_server_init(&config->resolvers[
		    config->n_resolvers], address, 53, &ignored) == 0)
			config->n_resolvers++;
	}
}

int
resolve_config_system(struct resolve_config *config, struct error *err)
{
	struct buf text = BUF_INIT;

	if (config->n_resolvers > 0)
		return 0;
	if (file_read(RESOLV_CONF, RESOLV_CONF_MAX, &text, err) != 0) {
		err->class = ERR_CONFIG;
		return err_hint(err, "name the resolver in the configuration: "
		    "resolver: { servers: [ADDRESS] }");
	}
	add_system(config, buf_text(&text));
	buf_free(&text);
	if (config->n_resolvers == 0)
		return resolve_server_init(&config->resolvers[
		    config->n_resolvers++], "127.0.0.1", 53, err);
	return 0;
}

int
resolve_lookup(const struct resolve_config *config, const struct name *name,
    uint16_t type, unsigned int bits, struct message **out,
    struct error *err)
{
	const struct resolve_query query = { .name = *name, .type = type,
		.bits = MESSAGE_RD | bits, .timeout_ms = config->timeout_ms };
	struct error failed = ERR_INIT;
	char text[NAME_TEXT_MAX], server[RESOLVE_SERVER_TEXT];
	size_t i;

	*out = NULL;
	(void)err_set(&failed, ERR_NETWORK, "there is no resolver");
	for (i = 0; i < config->n_resolvers; i++) {
		err_clear(&failed);
		if (resolve_ask(&config->resolvers[i], &query, out, NULL,
		    &failed) != 0)
			continue;
		if ((*out)->rcode == MESSAGE_NOERROR ||
		    (*out)->rcode == MESSAGE_NXDOMAIN)
			return 0;
		(void)err_set(&failed, ERR_NETWORK, "%s: %s",
		    resolve_server_text(&config->resolvers[i], server),
		    message_rcode_name((*out)->rcode));
		message_free(*out);
		*out = NULL;
	}
	*err = failed;
	return err_wrap(err, "look up %s", name_text(name, text));
}
