/* What servers say of a zone, for health.h. */
#ifndef SERVICE_HEALTH_NET_H
#define SERVICE_HEALTH_NET_H

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/config.h"
#include "kmgr/service/health.h"

/* Whom to ask, and who did not answer in this run. */
struct health_net;

/**
 * health_net_new(config, out, err), health_net_free(net):
 * Get ready to ask as ${config}, which must outlive it, says.
 *
 * Owner: the caller.
 * Errors: ERR_CONFIG.
 */
int health_net_new(const struct config *config, struct health_net **out,
    struct error *err);
void health_net_free(struct health_net *net);

/**
 * health_net_ask(net, name, zone):
 * Ask every address of every name server of ${name} for its DNSKEY, CDS and
 * CDNSKEY RRsets and its SOA, every one of its parent for its DS, and the
 * validating resolvers that are configured; put into ${zone} what they said.
 * That one does not answer is no error but a fact. One that did not is not
 * asked again, also not about other zones.
 */
void health_net_ask(struct health_net *net, const struct name *name,
    struct health_zone *zone);

#endif
