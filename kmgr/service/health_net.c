#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/resolve.h"
#include "kmgr/dns/resolve_find.h"
#include "kmgr/service/health_net.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/peer.h"

struct health_net {
	const struct config	*config;
	struct resolve_config	 resolve;
	char			**dead;		/* "192.0.2.1@53" */
	size_t			 n_dead;
};

int
health_net_new(const struct config *config, struct health_net **out,
    struct error *err)
{
	struct health_net *net = mem_new(sizeof(*net));

	*out = NULL;
	net->config = config;
	if (peer_config(config, &net->resolve, err) != 0) {
		health_net_free(net);
		return -1;
	}
	*out = net;
	return 0;
}

void
health_net_free(struct health_net *net)
{
	size_t i;

	if (net == NULL)
		return;
	for (i = 0; i < net->n_dead; i++)
		free(net->dead[i]);
	free(net->dead);
	free(net);
}

/* The servers that the configuration names. */
static int
use_configured(const struct config_server *from, size_t n,
    struct resolve_server **out, size_t *n_out, struct error *err)
{
	size_t i;

	*out = mem_new(n * sizeof(**out));
	for (i = 0; i < n; i++)
		if (peer_server(&from[i], &(*out)[i], err) != 0)
			return -1;
	*n_out = n;
	return 0;
}

/* One line of what cannot be asked at all. */
static void
add_trouble(const char *what, const struct name *zone,
    const struct error *why, struct health_server **out, size_t *n)
{
	struct health_server *server;
	char text[NAME_TEXT_MAX];

	server = mem_push(out, (*n)++, sizeof(*server));
	*server = (struct health_server) {
		.name = mem_printf("%s of %s", what, name_text(zone, text)),
		.trouble = *why };
}

/* How people know the server. */
static char *
describe(const struct resolve_server *server)
{
	char address[RESOLVE_SERVER_TEXT], name[NAME_TEXT_MAX];

	if (server->name.len == 0)
		return mem_strdup(resolve_server_text(server, address));
	if (server->address[0] == '\0')
		return mem_strdup(name_text(&server->name, name));
	return mem_printf("%s (%s)", name_text(&server->name, name),
	    resolve_server_text(server, address));
}

static bool
is_dead(const struct health_net *net, const char *address)
{
	size_t i;

	for (i = 0; i < net->n_dead; i++)
		if (strcmp(net->dead[i], address) == 0)
			return true;
	return false;
}

/* One question; an answer that says nothing is an error too. */
static int
ask(struct health_net *net, const struct resolve_server *server,
    const struct resolve_query *query, struct message **out,
    struct error *err)
{
	char address[RESOLVE_SERVER_TEXT];

	*out = NULL;
	if (server->address[0] == '\0')
		return err_set(err, ERR_NETWORK, "%s", server->why);
	(void)resolve_server_text(server, address);
	if (is_dead(net, address))
		return err_set(err, ERR_NETWORK, "it did not answer before");
	if (resolve_ask(server, query, out, NULL, err) == 0)
		return 0;
	*(char **)mem_push(&net->dead, net->n_dead++, sizeof(*net->dead)) =
	    mem_strdup(address);
	return -1;
}

/* Likewise of a server that has to know. */
static int
ask_authority(struct health_net *net, const struct resolve_server *server,
    const struct name *zone, uint16_t type, struct message **out,
    struct error *err)
{
	const struct resolve_query query = { .name = *zone, .type = type,
		.bits = MESSAGE_DO, .timeout_ms = net->resolve.timeout_ms };

	if (ask(net, server, &query, out, err) != 0)
		return -1;
	if ((*out)->rcode != MESSAGE_NOERROR &&
	    (*out)->rcode != MESSAGE_NXDOMAIN)
		(void)err_set(err, ERR_NETWORK, "it says %s",
		    message_rcode_name((*out)->rcode));
	else if (!(*out)->is_authoritative)
		(void)err_set(err, ERR_NETWORK, "its answer is not "
		    "authoritative");
	else
		return 0;
	message_free(*out);
	*out = NULL;
	return -1;
}

/* The RRset of a type in the answer, and its signatures. */
static void
take_set(const struct message *message, const struct name *zone,
    uint16_t type, struct health_set *out)
{
	struct error ignored = ERR_INIT;
	const struct message_record *record;
	struct rrsig rrsig;
	size_t i;

	out->rrset = message_rrset(message, MESSAGE_ANSWER, zone, type);
	for (i = 0; out->rrset != NULL && i < message->n; i++) {
		record = &message->records[i];
		if (record->section != MESSAGE_ANSWER ||
		    record->type != RRTYPE_RRSIG ||
		    !name_is_same(&record->owner, zone) ||
		    rrsig_from_rdata(record->rdata, record->rdata_len,
		    &rrsig, &ignored) != 0 || rrsig.type_covered != type)
			continue;
		*(struct rrsig *)mem_push(&out->rrsigs, out->n_rrsigs++,
		    sizeof(*out->rrsigs)) = rrsig;
	}
}

static void
ask_set(struct health_net *net, const struct resolve_server *server,
    const struct name *zone, uint16_t type, struct health_set *set,
    struct health_server *out)
{
	struct message *message;

	if (out->trouble.class != ERR_NONE || ask_authority(net, server,
	    zone, type, &message, &out->trouble) != 0)
		return;
	take_set(message, zone, type, set);
	message_free(message);
}

/* By which algorithms the SOA is signed: all data is, or none. */
static void
take_algs(const struct message *message, const struct name *zone,
    struct health_server *out)
{
	struct error ignored = ERR_INIT;
	const struct message_record *record;
	struct rrsig rrsig;
	size_t i;

	for (i = 0; i < message->n; i++) {
		record = &message->records[i];
		if (record->section == MESSAGE_ANSWER &&
		    record->type == RRTYPE_RRSIG &&
		    name_is_same(&record->owner, zone) &&
		    rrsig_from_rdata(record->rdata, record->rdata_len,
		    &rrsig, &ignored) == 0 &&
		    rrsig.type_covered == MESSAGE_SOA)
			out->soa_algs[rrsig.alg] = true;
	}
}

static void
ask_soa(struct health_net *net, const struct resolve_server *server,
    const struct name *zone, struct health_server *out)
{
	const struct message_record *soa;
	struct message *message;

	if (out->trouble.class != ERR_NONE || ask_authority(net, server,
	    zone, MESSAGE_SOA, &message, &out->trouble) != 0)
		return;
	soa = message_find(message, MESSAGE_ANSWER, zone, MESSAGE_SOA);
	if (soa != NULL)
		out->soa_ttl_s = soa->ttl;
	take_algs(message, zone, out);
	message_free(message);
}

/* RFC 5155 s4.2: algorithm, flags, two octets of iterations. */
static void
ask_nsec3(struct health_net *net, const struct resolve_server *server,
    const struct name *zone, struct health_server *out)
{
	const struct message_record *record;
	struct message *message;

	if (out->trouble.class != ERR_NONE || ask_authority(net, server,
	    zone, MESSAGE_NSEC3PARAM, &message, &out->trouble) != 0)
		return;
	record = message_find(message, MESSAGE_ANSWER, zone,
	    MESSAGE_NSEC3PARAM);
	if (record != NULL && record->rdata_len > 4)
		out->nsec3_iterations = (unsigned int)record->rdata[2] << 8 |
		    record->rdata[3];
	message_free(message);
}

/* The name servers, as configured or as the delegation has them. */
static int
find_servers(struct health_net *net, const struct name *name,
    const struct config_zone *config, struct resolve_server **out, size_t *n,
    struct error *err)
{

	*out = NULL;
	*n = 0;
	return config != NULL && config->n_servers > 0 ? use_configured(
	    config->servers, config->n_servers, out, n, err) :
	    resolve_servers(&net->resolve, name, out, n, err);
}

static void
ask_servers(struct health_net *net, const struct name *name,
    const struct config_zone *config, struct health_zone *zone)
{
	struct resolve_server *list;
	struct error err = ERR_INIT;
	struct health_server *server;
	size_t i, n;

	if (find_servers(net, name, config, &list, &n, &err) != 0)
		add_trouble("name servers", name, &err, &zone->servers,
		    &zone->n_servers);
	for (i = 0; i < n; i++) {
		server = mem_push(&zone->servers, zone->n_servers++,
		    sizeof(*server));
		*server = (struct health_server) {
			.name = describe(&list[i]) };
		ask_set(net, &list[i], name, RRTYPE_DNSKEY, &server->dnskey,
		    server);
		ask_set(net, &list[i], name, RRTYPE_CDS, &server->cds,
		    server);
		ask_set(net, &list[i], name, RRTYPE_CDNSKEY,
		    &server->cdnskey, server);
		ask_soa(net, &list[i], name, server);
		ask_nsec3(net, &list[i], name, server);
	}
	free(list);
}

static void
take_parent(struct parent_server *from, struct health_server *to)
{

	*to = (struct health_server) { .name = describe(&from->server),
		.trouble = from->trouble,
		.ds = { from->ds, from->rrsigs, from->n_rrsigs } };
	from->ds = NULL;
	from->rrsigs = NULL;
	from->n_rrsigs = 0;
}

static void
ask_parents(struct health_net *net, const struct name *name,
    struct health_zone *zone)
{
	struct parent_view *view = NULL;
	struct error err = ERR_INIT;
	size_t i;

	if (parent_ask(net->config, name, zone->now_at, &view, &err) != 0) {
		add_trouble("servers of the parent", name, &err,
		    &zone->parents, &zone->n_parents);
		return;
	}
	for (i = 0; i < view->n; i++)
		take_parent(&view->servers[i], mem_push(&zone->parents,
		    zone->n_parents++, sizeof(*zone->parents)));
	parent_view_free(view);
}

/* Once as everybody asks, once without validation. */
static void
ask_resolver(struct health_net *net, const struct resolve_server *server,
    const struct name *name, struct health_resolver *out)
{
	struct resolve_query query = { .name = *name, .type = MESSAGE_SOA,
		.bits = MESSAGE_RD | MESSAGE_DO,
		.timeout_ms = net->resolve.timeout_ms };
	struct message *message;

	if (ask(net, server, &query, &message, &out->trouble) != 0)
		return;
	out->is_servfail = message->rcode == MESSAGE_SERVFAIL;
	out->is_secure = message->is_authentic;
	message_free(message);
	query.bits |= MESSAGE_CD;
	if (!out->is_servfail ||
	    ask(net, server, &query, &message, &out->trouble) != 0)
		return;
	out->is_servfail_cd = message->rcode == MESSAGE_SERVFAIL;
	message_free(message);
}

void
health_net_ask(struct health_net *net, const struct name *name,
    struct health_zone *zone)
{
	const struct config_zone *config = config_zone(net->config,
	    zone->name);
	struct health_resolver *resolver;
	size_t i;

	ask_servers(net, name, config, zone);
	ask_parents(net, name, zone);
	/* Those of the machine may validate or not: nobody said so. */
	if (net->config->resolver.n_servers == 0)
		return;
	for (i = 0; i < net->resolve.n_resolvers; i++) {
		resolver = mem_push(&zone->resolvers, zone->n_resolvers++,
		    sizeof(*resolver));
		*resolver = (struct health_resolver) {
			.name = describe(&net->resolve.resolvers[i]),
			.trouble = ERR_INIT };
		ask_resolver(net, &net->resolve.resolvers[i], name,
		    resolver);
	}
}
