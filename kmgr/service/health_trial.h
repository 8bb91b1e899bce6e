/* Whether KSKs can sign now, for health.h. */
#ifndef SERVICE_HEALTH_TRIAL_H
#define SERVICE_HEALTH_TRIAL_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/service/health.h"

/* Keys that are open, and tokens that are away, over a run. */
struct health_trials;

struct health_trials *health_trials_new(void);
void health_trials_free(struct health_trials *trials);

/**
 * health_trial(trials, session, cache, life, zone):
 * Have the KSKs of ${life} that are in its DNSKEY RRset sign the ZSK set that
 * was admitted last once more, by the same way, rules and permits as
 * sign-zsks, and put into ${zone} how that went and since when it fails. What
 * they signed is verified, and neither recorded nor released. Of a zone
 * without such a set nothing is tried.
 */
void health_trial(struct health_trials *trials, struct session *session,
    struct cmk_cache *cache, const struct zone_life *life,
    struct health_zone *zone);

#endif
