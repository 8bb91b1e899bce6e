/* What the files of the PostgreSQL backend share. */
#ifndef STORE_PGSQL_INNER_H
#define STORE_PGSQL_INNER_H

#include <stddef.h>

#include "kmgr/store/pgsql_link.h"

/* A change that was sent. */
struct pgsql_sent {
	const struct db_question *question;
	const char *none;		/* it is to write one row, or NULL */
};

struct pgsql {
	struct db base;
	struct pgsql_link link;
	const char **prepared;		/* SQL that "q0", "q1", ... stand for */
	size_t prepared_n;
	int64_t schema;			/* the number of that of the store */
	char *begin;			/* SQL that begins to write */
	struct pgsql_rows *reading;	/* a list that still comes over */
	struct pgsql_sent *later;	/* unanswered */
	size_t later_n;
	bool is_void;			/* one wrote no row, and is to be
					 * undone with all beside it */
};

/**
 * pgsql_of(db):
 * The backend's own part of ${db}.
 */
struct pgsql *pgsql_of(struct db *db);

/**
 * pgsql_rows_put_aside(db):
 * Take what comes over to its end, for a list that goes on later: before any
 * other word to the server. What fails in it that list tells.
 */
void pgsql_rows_put_aside(struct pgsql *db);

/**
 * pgsql_later(db, question, none, args, n, err):
 * Send a change whose answer is read later. That of the driver.
 *
 * pgsql_later_end(db, err): read all answers, before any other word to the
 * server. Behind one that fails the transaction can only be undone.
 *
 * Errors: ERR_STORE, of the first that fails.
 */
int pgsql_later(struct db *db, const struct db_question *question,
    const char *none, const struct db_value *args, size_t n,
    struct error *err);
int pgsql_later_end(struct pgsql *db, struct error *err);

/* What struct db_driver asks of rows. */
int pgsql_rows_ask(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, struct db_rows **out,
    struct error *err);
int pgsql_rows_next(struct db_rows *rows, struct error *err);
void pgsql_rows_done(struct db_rows *rows);
int64_t pgsql_rows_changed(const struct db_rows *rows);
int64_t pgsql_rows_int(const struct db_rows *rows, int column);
const char *pgsql_rows_text(const struct db_rows *rows, int column);
const uint8_t *pgsql_rows_blob(const struct db_rows *rows, int column,
    size_t *len);
int pgsql_rows_width(const struct db_rows *rows);
const char *pgsql_rows_name(const struct db_rows *rows, int column);
struct db_value pgsql_rows_value(const struct db_rows *rows, int column);

#endif
