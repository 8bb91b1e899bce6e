/* The facts that health.h judges, gathered for one zone after another. */
#ifndef SERVICE_HEALTH_RUN_H
#define SERVICE_HEALTH_RUN_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/service/health.h"

enum health_network { HEALTH_ASK_SERVERS, HEALTH_NO_NETWORK };
enum health_token { HEALTH_TRY_KEYS, HEALTH_NO_TOKEN };

/**
 * health_run(session, name, network, token, each, arg, err):
 * Gather all that is known of the zone ${name}, of all zones with KSKs where
 * it is NULL, and give it with its limits to ${each}. KSKs are tried as
 * health_trial() says. A zone that cannot be looked at has its trouble.
 *
 * Errors: ERR_INPUT (no such zone), ERR_CONFIG, ERR_STORE.
 */
int health_run(struct session *session, const char *name,
    enum health_network network, enum health_token token,
    void (*each)(void *arg, const struct health_zone *zone,
    const struct health_limits *limits), void *arg, struct error *err);

#endif
