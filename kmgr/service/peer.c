#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/secret.h"
#include "kmgr/base/text.h"
#include "kmgr/service/peer.h"

#define PORT_DNS 53

int
peer_config(const struct config *config, struct resolve_config *out,
    struct error *err)
{
	const struct config_resolver *resolver = &config->resolver;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->port = resolver->port != 0 ? resolver->port : PORT_DNS;
	out->timeout_ms = resolver->timeout_s * 1000;
	if (resolver->n_servers > RESOLVE_RESOLVERS_MAX)
		return err_set(err, ERR_CONFIG, "resolver.servers: %zu of "
		    "them; at most %d are used", resolver->n_servers,
		    RESOLVE_RESOLVERS_MAX);
	for (i = 0; i < resolver->n_servers; i++)
		if (peer_server(&resolver->servers[i],
		    &out->resolvers[out->n_resolvers++], err) != 0)
			return err_wrap(err, "resolver.servers");
	return resolve_config_system(out, err);
}

int
peer_anchors(const struct config *config, struct zonefile **out,
    struct error *err)
{
	const char *path = config->resolver.trust_anchor;
	const struct name root = { .len = 1 };
	struct buf text = BUF_INIT;
	int rc;

	*out = NULL;
	if (path == NULL)
		return 0;
	rc = file_read(path, ZONEFILE_MAX_LEN, &text, err);
	if (rc == 0 && zonefile_read(buf_text(&text), text.len, path, &root,
	    out, err) != 0) {
		err->class = ERR_CONFIG;
		rc = -1;
	}
	buf_free(&text);
	return rc == 0 ? 0 : err_wrap(err, "resolver.trust-anchor");
}

int
peer_server(const struct config_server *server, struct resolve_server *out,
    struct error *err)
{

	return resolve_server_init(out, server->address, server->port, err);
}

int
peer_server_read(const char *text, struct resolve_server *out,
    struct error *err)
{
	char address[RESOLVE_ADDRESS_MAX];
	const char *at = strchr(text, '@');
	const size_t len = at == NULL ? strlen(text) : (size_t)(at - text);
	int64_t port = PORT_DNS;

	if (len >= sizeof(address) || (at != NULL && text_to_int(at + 1, 1,
	    UINT16_MAX, &port, err) != 0)) {
		err_clear(err);
		(void)err_set(err, ERR_USAGE,
		    "\"%.64s\" is no address of a name server", text);
		return err_hint(err, "write ADDRESS or ADDRESS@PORT: "
		    "192.0.2.1@5300, 2001:db8::1");
	}
	memcpy(address, text, len);
	address[len] = '\0';
	if (resolve_server_init(out, address, (uint16_t)port, err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return -1;
}

/* The secret is in a file that nobody else may read. */
static int
read_key(const struct config *config, const char *name, struct tsig_key *out,
    struct error *err)
{
	const struct config_tsig *tsig = config_tsig(config, name);
	struct secret *secret = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	if (tsig == NULL) {
		(void)err_set(err, ERR_CONFIG, "no TSIG key is called "
		    "\"%.64s\"", name);
		return err_hint(err, "name it in the section tsig: { NAME: { "
		    "algorithm: hmac-sha256, secret-file: /PATH } }");
	}
	rc = secret_read_file(tsig->secret_file, "the key's secret in base64",
	    &secret, err);
	if (rc == 0)
		rc = tsig_key_init(out, tsig->name, tsig->algorithm,
		    secret_bytes(secret), err);
	secret_free(secret);
	return rc == 0 ? 0 : err_wrap(err, "tsig.%s", tsig->name);
}

int
peer_init(struct peer *peer, const struct session *session,
    const struct config_server *server, const char *tsig, struct error *err)
{
	const struct config *config = session_config(session);

	*peer = (struct peer){ .peer = {
		.now_at = session_now(session),
		.timeout_ms = config->resolver.timeout_s * 1000,
	} };
	if (peer_server(server, &peer->peer.server, err) != 0)
		return -1;
	if (tsig == NULL)
		return 0;
	if (read_key(config, tsig, &peer->key, err) != 0)
		return -1;
	peer->peer.key = &peer->key;
	return 0;
}

void
peer_clear(struct peer *peer)
{

	if (peer->peer.key != NULL)
		tsig_key_clear(&peer->key);
	peer->peer.key = NULL;
}
