/* Whether KSKs can sign now, for health.h. */
#ifndef SERVICE_HEALTH_TRIAL_H
#define SERVICE_HEALTH_TRIAL_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/service/health.h"

/* Keys that are open, and CMKs whose token is away, over a run. */
struct health_trials;

struct health_trials *health_trials_new(void);
void health_trials_free(struct health_trials *trials);

/**
 * health_trial(trials, session, life, zone):
 * Have each KSK of ${life} sign, whether or not it is in the DNSKEY RRset, and
 * put into ${zone} how that went and since when it fails. Whoever vouches for
 * ZSK sets is not asked: what they sign is of no use to anybody, verified, and
 * neither recorded nor released. Their CMKs are proved before. Those that have
 * left for good, or were lost with their token, are not tried; of a pair that
 * zones share one trial is for all that follow.
 */
void health_trial(struct health_trials *trials, struct session *session,
    const struct zone_life *life, struct health_zone *zone);

#endif
