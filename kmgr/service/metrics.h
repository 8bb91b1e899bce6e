/*
 * What Prometheus is told, in the text format of its node exporter's textfile
 * collector.
 *
 * Source: Prometheus, "Exposition formats", text-based format 0.0.4.
 */
#ifndef SERVICE_METRICS_H
#define SERVICE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/service/health.h"

struct metrics;

/**
 * metrics_new(), metrics_free(metrics):
 * Nothing is known yet.
 */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/**
 * metrics_add_zone(metrics, zone, limits):
 * Add what is known of ${zone}, and how bad each check finds it.
 */
void metrics_add_zone(struct metrics *metrics,
    const struct health_zone *zone, const struct health_limits *limits);

/**
 * metrics_text(metrics, out):
 * Append all of it, each metric with its HELP and TYPE.
 */
void metrics_text(const struct metrics *metrics, struct buf *out);

/**
 * metrics_add_session(metrics, session, err):
 * Add all tokens of the configuration, and the last run.
 *
 * Errors: ERR_STORE.
 */
int metrics_add_session(struct metrics *metrics, struct session *session,
    struct error *err);

/**
 * metrics_note_run(session, err):
 * Record that `run` is done with a pass.
 *
 * Errors: ERR_STORE.
 */
int metrics_note_run(struct session *session, struct error *err);

#endif
