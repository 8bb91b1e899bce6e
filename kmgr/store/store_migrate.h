/* A store moves from one database to another. */
#ifndef STORE_STORE_MIGRATE_H
#define STORE_STORE_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/* What there is in a store. */
struct store_content {
	struct {
		const char *table;
		int64_t	    rows;
	} tables[14];
	size_t	n_tables;
	int64_t	seq;				/* the last event */
	uint8_t	head[CRYPTO_SHA256_LEN];	/* and its hash */
};

/**
 * store_migrate(from, to, out, err):
 * Write all that is in the store ${from} into the store ${to}, which is made
 * where it is not there and has nothing in it where it is, compare each row,
 * and verify the chain of the ledger. Nobody writes into ${from} meanwhile,
 * and nobody can afterwards: it is shut, and says that it has moved to ${to}.
 * Of the two never more than one can be written. A ${to} that has moved to
 * ${from} takes its place again if it has all that ${from} has; a move that
 * was interrupted is gone on with.
 *
 * Errors: ERR_STORE, ERR_CONFIG (URL), ERR_INTEGRITY (the ledger); ERR_INPUT
 * where ${to} has anything else in it, or ${from} is shut.
 */
int store_migrate(const char *from, const char *to, struct store_content *out,
    struct error *err);

/**
 * store_migrate_look(from, to, out, err):
 * What store_migrate() would write, and whether it would refuse to.
 */
int store_migrate_look(const char *from, const char *to,
    struct store_content *out, struct error *err);

/**
 * store_migrate_shut(store, why, err):
 * Why nothing is written into ${store} any more, as "it has moved to ...":
 * what it says is of then. NULL: it is in use.
 *
 * Owner: the caller, free().
 * Errors: ERR_STORE.
 */
int store_migrate_shut(struct store *store, char **why, struct error *err);

#endif
