/* A question on its way to PostgreSQL. */
#ifndef STORE_PGSQL_QUESTION_H
#define STORE_PGSQL_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

#define PGSQL_QUESTION_NAME 24
#define PGSQL_ARGUMENTS_MAX 32

struct pgsql;

/* Arguments as libpq wants them: binary, numbers in network order. */
struct pgsql_arguments {
	const char *values[PGSQL_ARGUMENTS_MAX];
	int lengths[PGSQL_ARGUMENTS_MAX];
	int formats[PGSQL_ARGUMENTS_MAX];
	uint64_t numbers[PGSQL_ARGUMENTS_MAX];
	int n;
};

/**
 * pgsql_question_prepare(db, sql, name, err):
 * The name under which the server knows ${sql}, prepared now if it was not.
 *
 * pgsql_question_is_ready(db, sql): it was.
 *
 * Errors: ERR_STORE.
 */
int pgsql_question_prepare(struct pgsql *db, const char *sql,
    char name[static PGSQL_QUESTION_NAME], struct error *err);
bool pgsql_question_is_ready(const struct pgsql *db, const char *sql);

/**
 * pgsql_question_bind(to, args, n):
 * The ${n} ${args}, which are borrowed, as they go over.
 */
void pgsql_question_bind(struct pgsql_arguments *to,
    const struct db_value *args, size_t n);

#endif
