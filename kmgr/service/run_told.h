/* Whether hooks were told of what the parent is waited for. */
#ifndef SERVICE_RUN_TOLD_H
#define SERVICE_RUN_TOLD_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/life/life_todo.h"

/**
 * run_told_take(session, zone, todo, broken, err):
 * Where ${todo}, what is to be done next for ${zone}, is to wait for the parent
 * to add or remove a DS, and the hook that asks for that did not end well yet,
 * that is what is to be done instead: to tell what the parent has not done
 * would be untrue. *${broken} is the name of one that has failed, else NULL.
 *
 * Errors: ERR_STORE.
 */
int run_told_take(struct session *session, const struct zone_life *zone,
    struct life_todo *todo, const char **broken, struct error *err);

#endif
