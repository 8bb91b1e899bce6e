/* Name servers and TSIG keys as the configuration names them. */
#ifndef SERVICE_PEER_H
#define SERVICE_PEER_H

#include "kmgr/base/err.h"
#include "kmgr/dns/resolve.h"
#include "kmgr/dns/resolve_find.h"
#include "kmgr/dns/resolve_primary.h"
#include "kmgr/dns/tsig.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/config.h"
#include "kmgr/engine/session.h"

#define PEER_CHECK_INTERVAL_S 60	/* where no zone says otherwise */

/**
 * peer_config(config, out, err):
 * Who is asked for names and addresses: the section resolver, or else
 * /etc/resolv.conf.
 *
 * Errors: ERR_CONFIG.
 */
int peer_config(const struct config *config, struct resolve_config *out,
    struct error *err);

/**
 * peer_anchors(config, out, err):
 * The trust anchors that the section resolver names; *${out} is NULL where it
 * names none.
 *
 * Owner: the caller, zonefile_free().
 * Errors: ERR_CONFIG, ERR_SYSTEM.
 */
int peer_anchors(const struct config *config, struct zonefile **out,
    struct error *err);

/**
 * peer_server(server, out, err), peer_server_read(text, out, err):
 * The server that the configuration, or ${text}, "ADDRESS[@PORT]", names.
 *
 * Errors: ERR_CONFIG; ERR_USAGE.
 */
int peer_server(const struct config_server *server,
    struct resolve_server *out, struct error *err);
int peer_server_read(const char *text, struct resolve_server *out,
    struct error *err);

/* A zone's primary, and the key that we share. */
struct peer {
	struct resolve_peer	peer;
	struct tsig_key		key;	/* that peer.key points to, if any */
};

/**
 * peer_init(peer, session, server, tsig, err):
 * The primary at ${server}, spoken to with the TSIG key called ${tsig}, or
 * with none where it is NULL. ${peer} must not be moved.
 *
 * Owner: the caller, peer_clear().
 * Errors: ERR_CONFIG, ERR_SYSTEM: the secret is read from its file, which
 * nobody else may read.
 */
int peer_init(struct peer *peer, const struct session *session,
    const struct config_server *server, const char *tsig, struct error *err);
void peer_clear(struct peer *peer);

#endif
