#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/nsec3.h"
#include "kmgr/dns/resolve_chain.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/peer.h"

#define RRSIGS_MAX 16		/* kept of one RRset */

/* What all servers are asked with. */
struct asking {
	const struct config_parent *own;	/* NULL: nothing configured */
	struct resolve_config	 resolve;
	struct resolve_chain	 chain;
	int64_t			 now_at;
	int64_t			 begun_ms;	/* of when_elapsed_ms() */
	struct parent_view	*view;
};

static int64_t
asked_at(const struct asking *asking)
{

	return asking->now_at + (when_elapsed_ms() - asking->begun_ms) / 1000;
}

/* Ask one server; anything but an authoritative answer is its trouble. */
static int
ask_one(const struct asking *asking, struct parent_server *server,
    const struct name *name, uint16_t type, struct message **out)
{
	const struct resolve_query query = { .name = *name, .type = type,
		.bits = MESSAGE_DO, .timeout_ms = asking->resolve.timeout_ms };
	struct error *err = &server->trouble;

	if (resolve_ask(&server->server, &query, out, &server->transport,
	    err) != 0)
		return -1;
	if ((*out)->rcode != MESSAGE_NOERROR &&
	    (*out)->rcode != MESSAGE_NXDOMAIN)
		(void)err_set(err, ERR_NETWORK, "it answers %s",
		    message_rcode_name((*out)->rcode));
	else if (!(*out)->is_authoritative)
		(void)err_set(err, ERR_NETWORK, "it answers without "
		    "authority (AA): it does not serve the parent zone");
	if (err->class == ERR_NONE)
		return 0;
	message_free(*out);
	*out = NULL;
	return -1;
}

static int
ask_soa(const struct asking *asking, struct parent_server *server)
{
	const struct name *parent = &asking->view->parent;
	const struct message_record *soa;
	struct message *message;

	if (ask_one(asking, server, parent, MESSAGE_SOA, &message) != 0)
		return -1;
	soa = message_find(message, MESSAGE_ANSWER, parent, MESSAGE_SOA);
	if (soa == NULL || !message_soa_serial(soa, &server->serial))
		(void)err_set(&server->trouble, ERR_NETWORK,
		    "it does not serve the parent zone");
	message_free(message);
	return server->trouble.class == ERR_NONE ? 0 : -1;
}

/* The signatures over the DS, and what caches take as its TTL. */
static void
take_rrsigs(const struct message *message, struct parent_server *server)
{
	struct rrset *rrset = message_rrset(message, MESSAGE_ANSWER,
	    &server->ds->owner, RRTYPE_RRSIG);
	struct error ignored = ERR_INIT;
	struct rrsig rrsig;
	size_t i;

	for (i = 0; rrset != NULL && i < rrset->n_rdata &&
	    server->n_rrsigs < RRSIGS_MAX; i++) {
		if (rrsig_from_rdata(rrset->rdata[i].bytes,
		    rrset->rdata[i].len, &rrsig, &ignored) != 0 ||
		    rrsig.type_covered != RRTYPE_DS)
			continue;
		*(struct rrsig *)mem_push(&server->rrsigs, server->n_rrsigs,
		    sizeof(rrsig)) = rrsig;
		server->n_rrsigs++;
		if (rrsig.original_ttl > server->ttl_s &&
		    rrsig.original_ttl <= INT32_MAX)
			server->ttl_s = rrsig.original_ttl;
	}
	rrset_free(rrset);
}

/* What it said counts for nothing. */
static void
forget(struct parent_server *server)
{

	rrset_free(server->ds);
	server->ds = NULL;
	free(server->rrsigs);
	server->rrsigs = NULL;
	server->n_rrsigs = 0;
	server->ttl_s = 0;
}

/* Whether it is the parent's word, where anybody can know. */
static void
prove(const struct asking *asking, const struct message *message,
    struct parent_server *server)
{
	struct parent_view *view = asking->view;

	switch (resolve_chain_proof(&asking->chain, message, &view->zone,
	    RRTYPE_DS, asking->now_at)) {
	case RESOLVE_PROVED:
		server->is_valid = true;
		break;
	case RESOLVE_UNPROVED:
		/* A resolver would call it bogus: somebody else's word. */
		(void)err_set(&server->trouble, ERR_INTEGRITY, "neither a DS "
		    "nor that there is none is signed by the parent, as "
		    "resolver.trust-anchor demands");
		forget(server);
		break;
	case RESOLVE_TOO_COSTLY:
		/* RFC 9276 s3.2: insecure, which is no error. */
		if (view->unvalidated == NULL)
			view->unvalidated = mem_printf("its NSEC3 records "
			    "have more than %d iterations (RFC 9276)",
			    NSEC3_ITERATIONS_MAX);
		break;
	case RESOLVE_NO_ANCHOR:
		break;
	}
}

static void
ask_ds(const struct asking *asking, struct parent_server *server)
{
	const struct parent_view *view = asking->view;
	const struct message_record *soa;
	struct message *message;

	if (ask_one(asking, server, &view->zone, RRTYPE_DS, &message) != 0)
		return;
	server->ds = message_rrset(message, MESSAGE_ANSWER, &view->zone,
	    RRTYPE_DS);
	soa = message_find(message, MESSAGE_AUTHORITY, NULL, MESSAGE_SOA);
	/* RFC 4035 s3.1.4.1: the child's own servers say there is none. */
	if (server->ds == NULL && soa != NULL &&
	    !name_is_same(&soa->owner, &view->parent))
		(void)err_set(&server->trouble, ERR_NETWORK,
		    "it answers for another zone than the parent");
	if (server->ds != NULL) {
		server->ttl_s = server->ds->ttl;
		take_rrsigs(message, server);
	}
	if (server->trouble.class == ERR_NONE)
		prove(asking, message, server);
	message_free(message);
}

/* The nearest name above the zone for which a named server has authority. */
static int
find_at(const struct asking *asking, const struct resolve_server *server)
{
	struct parent_server one = { .server = *server };
	struct name at = asking->view->zone;

	while (at.len > 1) {
		at = name_above(&at);
		asking->view->parent = at;
		memset(&one.trouble, 0, sizeof(one.trouble));
		if (ask_soa(asking, &one) == 0)
			return 0;
	}
	return -1;
}

static int
push_configured(struct asking *asking, struct resolve_server **list,
    size_t *n, struct error *err)
{
	size_t i;

	for (i = 0; i < asking->own->n_servers; i++)
		if (peer_server(&asking->own->servers[i], mem_push(list, *n,
		    sizeof(**list)), err) != 0)
			return -1;
		else
			(*n)++;
	if (asking->own->zone != NULL)
		return name_read(asking->own->zone, &asking->view->parent,
		    err);
	for (i = 0; i < *n; i++)
		if (find_at(asking, &(*list)[i]) == 0)
			return 0;
	return err_set(err, ERR_NETWORK, "none of the servers that the "
	    "configuration names serves a zone above");
}

static int
find_servers(struct asking *asking, struct resolve_server **list, size_t *n,
    struct error *err)
{
	struct parent_view *view = asking->view;

	if (asking->own != NULL && asking->own->n_servers > 0)
		return push_configured(asking, list, n, err);
	if (resolve_zone_above(&asking->resolve, &view->zone, &view->parent,
	    err) != 0)
		return -1;
	return resolve_servers(&asking->resolve, &view->parent, list, n, err);
}

/* Whether a trust anchor reaches the parent. */
static int
find_chain(const struct config *config, struct asking *asking,
    struct error *err)
{
	struct parent_view *view = asking->view;
	struct zonefile *anchors = NULL;

	if (peer_anchors(config, &anchors, err) != 0)
		return -1;
	if (anchors == NULL)
		view->unvalidated = mem_strdup("resolver.trust-anchor is not "
		    "configured");
	else
		resolve_chain_find(&asking->resolve, anchors, &view->parent,
		    asking->now_at, &asking->chain);
	if (anchors != NULL && asking->chain.n == 0)
		view->unvalidated = mem_strdup(asking->chain.why);
	zonefile_free(anchors);
	return 0;
}

static void
ask_all(struct asking *asking, const struct resolve_server *list, size_t n)
{
	struct parent_view *view = asking->view;
	struct parent_server *server;
	size_t i;

	for (i = 0; i < n; i++) {
		server = mem_push(&view->servers, view->n++, sizeof(*server));
		server->server = list[i];
		if (ask_soa(asking, server) == 0)
			ask_ds(asking, server);
		server->asked_at = asked_at(asking);
		if (server->ttl_s > view->ttl_s)
			view->ttl_s = server->ttl_s;
	}
}

int
parent_ask(const struct config *config, const struct name *zone,
    int64_t now_at, struct parent_view **out, struct error *err)
{
	struct asking asking = { .now_at = now_at,
		.begun_ms = when_elapsed_ms() };
	const struct config_zone *own;
	struct resolve_server *list = NULL;
	char text[NAME_TEXT_MAX];
	size_t n = 0;
	int rc = -1;

	*out = NULL;
	own = config_zone(config, name_text(zone, text));
	asking.own = own == NULL ? NULL : &own->parent;
	asking.view = mem_new(sizeof(*asking.view));
	asking.view->zone = *zone;
	if (peer_config(config, &asking.resolve, err) == 0 &&
	    find_servers(&asking, &list, &n, err) == 0 &&
	    find_chain(config, &asking, err) == 0) {
		ask_all(&asking, list, n);
		*out = asking.view;
		asking.view = NULL;
		rc = 0;
	}
	parent_view_free(asking.view);
	resolve_chain_clear(&asking.chain);
	free(list);
	return rc;
}

void
parent_view_free(struct parent_view *view)
{
	size_t i;

	if (view == NULL)
		return;
	for (i = 0; i < view->n; i++) {
		rrset_free(view->servers[i].ds);
		free(view->servers[i].rrsigs);
	}
	free(view->servers);
	free(view->unvalidated);
	free(view);
}

/* All targets of one DSYNC record, until one of them confirms. */
static int
notify_target(const struct resolve_config *resolve, const struct name *zone,
    const struct resolve_dsync *dsync, struct error *err)
{
	struct resolve_server *list = NULL;
	size_t n = 0, i;
	int rc;

	rc = resolve_addresses(resolve, &dsync->target, dsync->port, &list,
	    &n, err);
	if (rc == 0)
		rc = -1;
	else
		n = 0;
	for (i = 0; i < n && rc != 0; i++) {
		err_clear(err);
		rc = resolve_notify(&list[i], resolve->timeout_ms, zone,
		    RRTYPE_CDS, err);
	}
	free(list);
	return rc;
}

int
parent_notify(const struct config *config, const struct name *zone,
    size_t *told, struct error *err)
{
	struct error failed = ERR_INIT, why = ERR_INIT;
	struct resolve_dsync *list = NULL;
	struct resolve_config resolve;
	struct name parent;
	size_t n = 0, i;

	*told = 0;
	if (peer_config(config, &resolve, err) != 0 ||
	    resolve_zone_above(&resolve, zone, &parent, err) != 0 ||
	    resolve_dsync_find(&resolve, zone, &parent, &list, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		err_clear(&why);
		if (notify_target(&resolve, zone, &list[i], &why) == 0)
			(*told)++;
		else
			failed = why;
	}
	free(list);
	if (n == 0 || *told > 0)
		return 0;
	*err = failed;
	return -1;
}
