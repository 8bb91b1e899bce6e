/*
 * How many worker processes are of use: one, where a token makes its
 * signatures elsewhere; as many as there are processors, where this process
 * computes them.
 */
#ifndef ENGINE_CREW_H
#define ENGINE_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

/**
 * crew_size(session, n_items, is_sure):
 * So many workers at most for ${n_items} zones: what the configuration says
 * (performance: workers:), else one a processor where that is worth its
 * beginning. *${is_sure} is false where the first one has to find out whether
 * others are of use, crew_helps(). One where somebody is asked for a PIN:
 * nobody is asked twice.
 */
size_t crew_size(struct session *session, size_t n_items, bool *is_sure);

/**
 * crew_helps(session, helps, err):
 * Whether this machine computes the signatures of every token that CMKs in
 * use have their KSKs in. The tokens are opened; one that cannot be does not
 * count.
 *
 * Errors: ERR_STORE, ERR_TOKEN.
 */
int crew_helps(struct session *session, bool *helps, struct error *err);

#endif
