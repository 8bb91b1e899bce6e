/* What the files of the store share. */
#ifndef STORE_STORE_INNER_H
#define STORE_STORE_INNER_H

#include "kmgr/store/db.h"
#include "kmgr/store/store.h"

struct store {
	struct db *db;
};

/* A question that changes one row, and what it means that it changed none. */
struct store_change {
	struct db_question ask;
	const char *noun;		/* "CMK" */
	enum err_class class;
	const char *why;		/* "it is sealed already or gone" */
};

/**
 * store_change(store, change, args, n, id, err):
 * Ask it of the row ${id}.
 *
 * Errors: ERR_STORE, where db_fault() says more; change->class with "CMK ID:
 * WHY" where no row was as the question wants it.
 */
int store_change(struct store *store, const struct store_change *change,
    const struct db_value *args, size_t n, const char *id, struct error *err);

#define STORE_N(array) (sizeof(array) / sizeof((array)[0]))

#endif
