/* What the files of the store share. */
#ifndef STORE_STORE_INNER_H
#define STORE_STORE_INNER_H

#include "kmgr/store/db.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_claim.h"

struct store {
	struct db *db;
	/* Of the transaction; 0: none. */
	int64_t own_seq;	/* first event */
	int64_t head_seq;	/* last event, and its hash */
	uint8_t head[CRYPTO_SHA256_LEN];
	const struct store_holder *holder;
	struct store_claim *claims;	/* of his, that a commit needs */
	size_t n_claims;
};

/**
 * store_claim_check(store, err):
 * Inside a transaction that is about to be committed: whether all claims that
 * store_claim_guard() named are held, which they are up to the commit then.
 *
 * Errors: ERR_STORE.
 */
int store_claim_check(struct store *store, struct error *err);

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

/* The first column as a text, a char * each. */
extern const struct db_shape store_name_shape;

/*
 * In SQL, of a row of table zone: whether it has a key that is not removed. As
 * EXISTS, of which one is to be so, PostgreSQL would make a hash of all keys
 * for each question.
 */
#define STORE_ZONE_USED \
	"((SELECT 1 FROM ksk WHERE ksk.zone = zone.zone " \
	"AND ksk.state <> 'removed' LIMIT 1) IS NOT NULL OR " \
	"(SELECT 1 FROM foreign_key WHERE foreign_key.zone = zone.zone " \
	"AND foreign_key.removed_at IS NULL LIMIT 1) IS NOT NULL)"

/* When it is due after a change: now, or never where it has none. */
#define STORE_ZONE_NEXT \
	"CASE WHEN " STORE_ZONE_USED " THEN 0 ELSE 9223372036854775807 END"

/**
 * store_zone_touch(store, zone, err):
 * Something of ${zone} changed: it has a row, and is due, or never again
 * where it has no key any more.
 *
 * Errors: ERR_STORE.
 */
int store_zone_touch(struct store *store, const char *zone,
    struct error *err);

#define STORE_N(array) (sizeof(array) / sizeof((array)[0]))

#endif
