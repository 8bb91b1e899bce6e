#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/resolve_find.h"

#define DSYNC_NOTIFY 1		/* RFC 9859 s2.3 */
#define DSYNC_TARGETS_MAX 8

int
resolve_zone_above(const struct resolve_config *config,
    const struct name *name, struct name *out, struct error *err)
{
	struct name at = *name;
	struct message *message;
	bool is_zone = false;

	if (name->len == 1)
		return err_set(err, ERR_INPUT, "the root has no parent");
	while (!is_zone && at.len > 1) {
		at = name_above(&at);
		/* RFC 1034 s4.2.1: every zone has a SOA at its top. */
		if (resolve_lookup(config, &at, MESSAGE_SOA, 0, &message,
		    err) != 0)
			return err_wrap(err, "find the parent zone");
		is_zone = message_find(message, MESSAGE_ANSWER, &at,
		    MESSAGE_SOA) != NULL;
		message_free(message);
	}
	if (!is_zone)
		return err_set(err, ERR_NETWORK, "find the parent zone: the "
		    "resolver knows of no zone above, not even the root");
	*out = at;
	return 0;
}

static struct resolve_server *
push(struct resolve_server **list, size_t *n, const struct name *name,
    uint16_t port)
{
	struct resolve_server *server = mem_push(list, *n, sizeof(*server));

	(*n)++;
	server->name = *name;
	server->port = port;
	return server;
}

/* The addresses in one answer; why there are none goes to why. */
static size_t
add_addresses(const struct message *message, const struct name *name,
    uint16_t type, uint16_t port, struct resolve_server **list, size_t *n,
    char why[static 128])
{
	const int family = type == MESSAGE_A ? AF_INET : AF_INET6;
	struct resolve_server *server;
	struct rrset *rrset;
	size_t i, found = 0;

	/* RFC 2181 s10.3 */
	if (message_find(message, MESSAGE_ANSWER, name,
	    MESSAGE_CNAME) != NULL) {
		(void)snprintf(why, 128, "it is an alias (CNAME), which the "
		    "name of a name server must not be");
		return 0;
	}
	rrset = message_rrset(message, MESSAGE_ANSWER, name, type);
	for (i = 0; rrset != NULL && i < rrset->n_rdata &&
	    found < RESOLVE_ADDRESSES_MAX; i++, found++) {
		server = push(list, n, name, port);
		(void)inet_ntop(family, rrset->rdata[i].bytes,
		    server->address, sizeof(server->address));
	}
	rrset_free(rrset);
	return found;
}

int
resolve_addresses(const struct resolve_config *config,
    const struct name *name, uint16_t port, struct resolve_server **out,
    size_t *n, struct error *err)
{
	static const uint16_t types[] = { MESSAGE_A, MESSAGE_AAAA };
	char why[128] = "it has no address";
	struct message *message;
	size_t i, found = 0;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (resolve_lookup(config, name, types[i], 0, &message,
		    err) != 0)
			return -1;
		found += add_addresses(message, name, types[i], port, out, n,
		    why);
		message_free(message);
	}
	if (found == 0)
		(void)snprintf(push(out, n, name, port)->why, sizeof(why),
		    "%s", why);
	return 0;
}

/* A name server whose addresses nobody tells is one that cannot be asked. */
static void
add_server(const struct resolve_config *config, const struct rdata *rdata,
    struct resolve_server **out, size_t *n)
{
	struct error why = ERR_INIT;
	const size_t before = *n;
	struct name name;

	if (name_from_wire(rdata->bytes, rdata->len, &name, &why) != 0 ||
	    resolve_addresses(config, &name, config->port, out, n,
	    &why) == 0)
		return;
	*n = before;
	(void)snprintf(push(out, n, &name, config->port)->why, 128, "%.127s",
	    why.msg);
}

int
resolve_servers(const struct resolve_config *config, const struct name *zone,
    struct resolve_server **out, size_t *n, struct error *err)
{
	char text[NAME_TEXT_MAX];
	struct message *message;
	struct rrset *ns;
	size_t i;

	*out = NULL;
	*n = 0;
	(void)name_text(zone, text);
	if (resolve_lookup(config, zone, MESSAGE_NS, 0, &message, err) != 0)
		return err_wrap(err, "find the name servers of %s", text);
	ns = message_rrset(message, MESSAGE_ANSWER, zone, MESSAGE_NS);
	message_free(message);
	if (ns == NULL)
		return err_set(err, ERR_NETWORK,
		    "%s has no name servers: it is no zone", text);
	if (ns->n_rdata > RESOLVE_NS_MAX) {
		(void)err_set(err, ERR_NETWORK, "%s has %zu name servers; at "
		    "most %d are asked", text, ns->n_rdata, RESOLVE_NS_MAX);
		rrset_free(ns);
		return -1;
	}
	for (i = 0; i < ns->n_rdata && *n <= RESOLVE_SERVERS_MAX; i++)
		add_server(config, &ns->rdata[i], out, n);
	rrset_free(ns);
	if (*n <= RESOLVE_SERVERS_MAX)
		return 0;
	free(*out);
	*out = NULL;
	*n = 0;
	return err_set(err, ERR_NETWORK, "the name servers of %s have more "
	    "than %d addresses", text, RESOLVE_SERVERS_MAX);
}

/* RFC 9859 s4.1: <labels between child and parent>._dsync.<parent> */
static int
dsync_name(const struct name *zone, const struct name *parent,
    struct name *out, struct error *err)
{
	const size_t child = zone->len - parent->len;
	uint8_t wire[NAME_WIRE_MAX + 8];

	memcpy(wire, zone->wire, child);
	memcpy(wire + child, "\6_dsync", 7);
	memcpy(wire + child + 7, parent->wire, parent->len);
	return name_from_wire(wire, zone->len + 7, out, err);
}

/* RFC 9859 s2.1: RRtype, scheme, port, target. */
static void
add_dsync(const struct rdata *rdata, struct resolve_dsync **out, size_t *n)
{
	const uint8_t *p = rdata->bytes;
	struct error ignored = ERR_INIT;
	struct resolve_dsync one;

	if (rdata->len < 6 || (p[0] << 8 | p[1]) != RRTYPE_CDS ||
	    p[2] != DSYNC_NOTIFY || *n == DSYNC_TARGETS_MAX ||
	    name_from_wire(p + 5, rdata->len - 5, &one.target,
	    &ignored) != 0 || one.target.len == 1)
		return;
	one.port = (uint16_t)(p[3] << 8 | p[4]);
	*(struct resolve_dsync *)mem_push(out, *n, sizeof(one)) = one;
	(*n)++;
}

/* The DSYNC RRset that stands at name. */
static int
dsync_at(const struct resolve_config *config, const struct name *name,
    struct resolve_dsync **out, size_t *n, struct error *err)
{
	struct message *message;
	struct rrset *rrset;
	size_t i;

	if (resolve_lookup(config, name, MESSAGE_DSYNC, 0, &message,
	    err) != 0)
		return -1;
	rrset = message_rrset(message, MESSAGE_ANSWER, name, MESSAGE_DSYNC);
	message_free(message);
	for (i = 0; rrset != NULL && i < rrset->n_rdata; i++)
		add_dsync(&rrset->rdata[i], out, n);
	rrset_free(rrset);
	return 0;
}

int
resolve_dsync_find(const struct resolve_config *config,
    const struct name *zone, const struct name *parent,
    struct resolve_dsync **out, size_t *n, struct error *err)
{
	struct name name;

	*out = NULL;
	*n = 0;
	if (!name_is_below(zone, parent))
		return err_set(err, ERR_INPUT,
		    "the zone is not below its parent");
	if (dsync_name(zone, parent, &name, err) != 0 ||
	    dsync_at(config, &name, out, n, err) != 0)
		return err_wrap(err, "find the DSYNC record");
	if (*n > 0)
		return 0;
	/* RFC 9859 s4.1, step 3: else what _dsync.<parent> itself says. */
	if (dsync_name(parent, parent, &name, err) != 0 ||
	    dsync_at(config, &name, out, n, err) != 0)
		return err_wrap(err, "find the DSYNC record");
	return 0;
}
