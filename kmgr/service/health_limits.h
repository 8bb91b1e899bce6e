/* When the checks of health.h fire. */
#ifndef SERVICE_HEALTH_LIMITS_H
#define SERVICE_HEALTH_LIMITS_H

#include "kmgr/engine/config.h"
#include "kmgr/service/health.h"

/**
 * health_limits(config, zone, out):
 * The thresholds as ${config} has them, and where it leaves them to the policy
 * what follows from the timing of ${zone}.
 */
void health_limits(const struct config *config,
    const struct health_zone *zone, struct health_limits *out);

#endif
