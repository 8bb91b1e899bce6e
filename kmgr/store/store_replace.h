/*
 * Another store in the place of the one that is there: it is made ready
 * beside it, looked at, and then put in its place in one step.
 */
#ifndef STORE_STORE_REPLACE_H
#define STORE_STORE_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/**
 * store_stage(url, path, out, err):
 * Open a copy, beside the store ${url}, of the file ${path}, which is a
 * backup of a store, or, where ${path} is NULL, of the store ${url} itself.
 * It shares the locks of ${url}. The copy must be sound as a database.
 *
 * Owner: the caller, store_stage_discard().
 * Errors: ERR_STORE, ERR_SYSTEM.
 */
int store_stage(const char *url, const char *path, struct store **out,
    struct error *err);

/**
 * store_stage_discard(staged):
 * Close ${staged} and remove its file.
 */
void store_stage_discard(struct store *staged);

/**
 * store_install(staged_take, url, last_seq, at, kept, err):
 * Put ${staged_take}, whose lock the caller holds, into the place of the store
 * ${url}, which nobody else may have open, and whose ledger must still end
 * with ${last_seq}, unless that is negative. A damaged one or none may be
 * there.
 * *${kept} is the file, or the schema, that keeps the old one, named by the
 * instant ${at}, or NULL where there was none. ${staged_take} is closed, its
 * lock given up.
 *
 * Owner: the caller, free().
 * Errors: ERR_STORE, ERR_SYSTEM; the old store is then where it was.
 */
int store_install(struct store *staged_take, const char *url,
    int64_t last_seq, int64_t at, char **kept, struct error *err);

/**
 * store_is_there(url):
 * Whether there is anything in the place of the store ${url}, or that cannot
 * be told.
 */
bool store_is_there(const char *url);

/**
 * store_is_damage(err):
 * Whether ${err} is that the database is damaged, or none at all, and not that
 * it could not be reached.
 */
bool store_is_damage(const struct error *err);

#endif
