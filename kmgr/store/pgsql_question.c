#include <assert.h>
#include <endian.h>
#include <stdio.h>

#include <libpq-fe.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_inner.h"
#include "kmgr/store/pgsql_pq.h"
#include "kmgr/store/pgsql_question.h"

static size_t
find(const struct pgsql *db, const char *sql)
{
	size_t i;

	for (i = 0; i < db->prepared_n && db->prepared[i] != sql; i++)
		continue;
	return i;
}

bool
pgsql_question_is_ready(const struct pgsql *db, const char *sql)
{

	return find(db, sql) < db->prepared_n;
}

/* Of types that PostgreSQL finds itself: those of the columns. */
int
pgsql_question_prepare(struct pgsql *db, const char *sql,
    char name[static PGSQL_QUESTION_NAME], struct error *err)
{
	const size_t i = find(db, sql);
	PGresult *result;
	int rc;

	(void)snprintf(name, PGSQL_QUESTION_NAME, "q%zu", i);
	if (i < db->prepared_n)
		return 0;
	result = db->link.pq->prepare(db->link.conn, name, sql, 0, NULL);
	rc = pgsql_link_judge(&db->link, result, err);
	db->link.pq->clear(result);
	if (rc != 0)
		return -1;
	*(const char **)mem_push(&db->prepared, db->prepared_n++,
	    sizeof(*db->prepared)) = sql;
	return 0;
}

void
pgsql_question_bind(struct pgsql_arguments *to, const struct db_value *args,
    size_t n)
{
	size_t i;

	assert(n <= PGSQL_ARGUMENTS_MAX);
	to->n = (int)n;
	for (i = 0; i < n; i++) {
		to->formats[i] = 1;
		to->values[i] = args[i].p;
		to->lengths[i] = (int)args[i].len;
		if (args[i].kind == DB_INT) {
			to->numbers[i] = htobe64((uint64_t)args[i].i);
			to->values[i] = (const char *)&to->numbers[i];
			to->lengths[i] = (int)sizeof(to->numbers[i]);
		} else if (args[i].kind == DB_NULL) {
			to->values[i] = NULL;
		} else if (args[i].p == NULL) {
			to->values[i] = "";	/* of no bytes is not NULL */
		}
	}
}
