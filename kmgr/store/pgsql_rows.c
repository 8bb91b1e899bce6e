#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_inner.h"
#include "kmgr/store/pgsql_pq.h"
#include "kmgr/store/pgsql_question.h"

/*
 * A list is read as it comes over, row by row (libpq's single-row mode): of a
 * long one only the current row is here. As long as it is read the connection
 * can take no other question; one that comes has the rest put aside first.
 */
struct pgsql_rows {
	struct db_rows base;
	PGresult *result;
	int at, n;			/* rows in it: the current one, all */
	bool is_reading;		/* more of them is to come over */
	PGresult *rest;			/* what was put aside, NULL: nothing */
	PGresult *failed;		/* what it ends with, NULL: nothing */
};

static struct pgsql_rows *
rows_of(struct db_rows *rows)
{

	return (struct pgsql_rows *)(void *)rows;
}

static const struct pgsql_rows *
rows_of_const(const struct db_rows *rows)
{

	return (const struct pgsql_rows *)(const void *)rows;
}

static const struct pgsql_pq *
pq_of(const struct db_rows *rows)
{

	return pgsql_of(rows->db)->link.pq;
}

/* The next result of a pipeline, with the end of its question read. */
static PGresult *
next_of_pipeline(const struct pgsql_pq *pq, PGconn *conn)
{
	PGresult *result = pq->getResult(conn), *end;

	if (result != NULL && pq->resultStatus(result) != PGRES_PIPELINE_SYNC &&
	    (end = pq->getResult(conn)) != NULL)
		pq->clear(end);
	return result;
}

/*
 * A question that fails takes nothing else with it, as in SQLite: it stands
 * between a savepoint and its release. All three go over in one packet.
 */
static PGresult *
ask_in_savepoint(const struct pgsql_link *link, const char *name,
    const struct pgsql_arguments *a)
{
	const struct pgsql_pq *pq = link->pq;
	PGconn *conn = link->conn;
	PGresult *result = NULL, *other;
	int i;

	if (pq->enterPipelineMode(conn) != 1)
		return NULL;
	if (pq->sendQueryParams(conn, "SAVEPOINT q", 0, NULL, NULL, NULL, NULL,
	    0) == 1 && pq->sendQueryPrepared(conn, name, a->n, a->values,
	    a->lengths, a->formats, 1) == 1 && pq->sendQueryParams(conn,
	    "RELEASE SAVEPOINT q", 0, NULL, NULL, NULL, NULL, 0) == 1 &&
	    pq->pipelineSync(conn) == 1) {
		for (i = 0; i < 4; i++) {
			other = next_of_pipeline(pq, conn);
			/* Behind what failed nothing says why. */
			if (i > 1 || (i == 1 &&
			    !pgsql_pq_is_answer(pq, result))) {
				pq->clear(other);
				continue;
			}
			pq->clear(result);
			result = other;
		}
	}
	(void)pq->exitPipelineMode(conn);
	if (result != NULL && !pgsql_pq_is_answer(pq, result))
		pq->clear(pq->exec(conn,
		    "ROLLBACK TO SAVEPOINT q; RELEASE SAVEPOINT q"));
	return result;
}

/* A list: its rows come when they are asked for. */
static int
ask_list(struct pgsql *db, const char *name, const struct pgsql_arguments *a,
    struct pgsql_rows *rows, struct error *err)
{
	const struct pgsql_pq *pq = db->link.pq;

	if (pq->sendQueryPrepared(db->link.conn, name, a->n, a->values,
	    a->lengths, a->formats, 1) != 1 ||
	    pq->setSingleRowMode(db->link.conn) != 1)
		return pgsql_link_fail(&db->link, NULL, err);
	rows->is_reading = true;
	db->reading = rows;
	return 0;
}

static int
ask_change(struct pgsql *db, const char *name, const struct pgsql_arguments *a,
    struct pgsql_rows *rows, struct error *err)
{

	if (db->base.is_writing && !db->base.is_bulk)
		rows->result = ask_in_savepoint(&db->link, name, a);
	else
		rows->result = db->link.pq->execPrepared(db->link.conn, name,
		    a->n, a->values, a->lengths, a->formats, 1);
	rows->n = db->link.pq->ntuples(rows->result);
	return pgsql_link_judge(&db->link, rows->result, err);
}

int
pgsql_rows_ask(struct db *base, const struct db_question *question,
    const struct db_value *args, size_t n, struct db_rows **out,
    struct error *err)
{
	const bool is_list = strncmp(question->sql, "SELECT", 6) == 0;
	struct pgsql *db = pgsql_of(base);
	struct pgsql_rows *rows;
	struct pgsql_arguments bound;
	char name[PGSQL_QUESTION_NAME];

	pgsql_rows_put_aside(db);
	db->link.fault = DB_FAULT_NONE;
	if (pgsql_link_check_lost(&db->link, err) != 0 ||
	    pgsql_later_end(db, err) != 0 ||
	    pgsql_question_prepare(db, question->sql, name, err) != 0)
		return -1;
	pgsql_question_bind(&bound, args, n);
	rows = mem_new(sizeof(*rows));
	rows->base.db = base;
	rows->at = -1;
	if ((is_list ? ask_list : ask_change)(db, name, &bound, rows, err) !=
	    0) {
		pgsql_rows_done(&rows->base);
		return -1;
	}
	*out = &rows->base;
	return 0;
}

/* The next row that comes over; NULL after the last one. */
static PGresult *
receive(struct pgsql_rows *rows)
{
	struct pgsql *db = pgsql_of(rows->base.db);
	const struct pgsql_pq *pq = db->link.pq;
	PGresult *result = pq->getResult(db->link.conn);

	if (result != NULL && pq->resultStatus(result) == PGRES_SINGLE_TUPLE)
		return result;
	rows->is_reading = false;
	db->reading = NULL;
	/* A list that only stops is not at its end. */
	if (result == NULL)
		result = pq->makeEmptyPGresult(db->link.conn,
		    PGRES_FATAL_ERROR);
	if (pgsql_pq_is_answer(pq, result))
		pq->clear(result);
	else
		rows->failed = result;
	while ((result = pq->getResult(db->link.conn)) != NULL)
		pq->clear(result);
	return NULL;
}

static void
copy_row(const struct pgsql_pq *pq, PGresult *to, const PGresult *row)
{
	int i, at = pq->ntuples(to), width = pq->nfields(row);

	for (i = 0; i < width; i++)
		if (pq->setvalue(to, at, i, pq->getvalue(row, 0, i),
		    pq->getisnull(row, 0, i) ? -1 :
		    pq->getlength(row, 0, i)) != 1)
			abort();	/* as mem_new() */
}

void
pgsql_rows_put_aside(struct pgsql *db)
{
	const struct pgsql_pq *pq = db->link.pq;
	struct pgsql_rows *rows = db->reading;
	PGresult *row;

	while (rows != NULL && (row = receive(rows)) != NULL) {
		if (rows->rest == NULL && (rows->rest = pq->copyResult(row,
		    PG_COPYRES_ATTRS)) == NULL)
			abort();	/* as mem_new() */
		copy_row(pq, rows->rest, row);
		pq->clear(row);
	}
}

/* What comes after the last row of result; NULL: nothing. */
static PGresult *
follow(struct pgsql_rows *rows)
{
	PGresult *rest = rows->rest;

	if (rows->is_reading)
		return receive(rows);
	rows->rest = NULL;
	return rest;
}

int
pgsql_rows_next(struct db_rows *base, struct error *err)
{
	struct pgsql_rows *rows = rows_of(base);
	PGresult *next;

	if (++rows->at < rows->n)
		return 1;
	if ((next = follow(rows)) == NULL)
		return rows->failed == NULL ? 0 : pgsql_link_fail(
		    &pgsql_of(base->db)->link, rows->failed, err);
	pq_of(base)->clear(rows->result);
	rows->result = next;
	rows->at = 0;
	rows->n = pq_of(base)->ntuples(next);
	return 1;
}

void
pgsql_rows_done(struct db_rows *base)
{
	struct pgsql_rows *rows = rows_of(base);
	PGresult *row;

	if (rows == NULL)
		return;
	while (rows->is_reading && (row = receive(rows)) != NULL)
		pq_of(base)->clear(row);
	pq_of(base)->clear(rows->result);
	pq_of(base)->clear(rows->rest);
	pq_of(base)->clear(rows->failed);
	free(rows);
}

int64_t
pgsql_rows_changed(const struct db_rows *rows)
{

	return strtoll(pq_of(rows)->cmdTuples(rows_of_const(rows)->result),
	    NULL, 10);
}

static bool
is_null(const struct db_rows *rows, int column)
{
	const struct pgsql_rows *r = rows_of_const(rows);

	return pq_of(rows)->getisnull(r->result, r->at, column) != 0;
}

static const char *
value_of(const struct db_rows *rows, int column, size_t *len)
{
	const struct pgsql_rows *r = rows_of_const(rows);

	*len = (size_t)pq_of(rows)->getlength(r->result, r->at, column);
	return pq_of(rows)->getvalue(r->result, r->at, column);
}

/* Of 1, 2, 4 or 8 bytes in network order: a truth, a count, a number. */
int64_t
pgsql_rows_int(const struct db_rows *rows, int column)
{
	size_t i, len;
	const char *p = value_of(rows, column, &len);
	uint64_t v = 0;

	if (is_null(rows, column) || len == 0 || len > sizeof(v))
		return 0;
	v = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
	for (i = 0; i < len; i++)
		v = v << 8 | (uint8_t)p[i];
	return (int64_t)v;
}

const char *
pgsql_rows_text(const struct db_rows *rows, int column)
{
	size_t len;

	return is_null(rows, column) ? NULL : value_of(rows, column, &len);
}

const uint8_t *
pgsql_rows_blob(const struct db_rows *rows, int column, size_t *len)
{

	return (const uint8_t *)value_of(rows, column, len);
}

int
pgsql_rows_width(const struct db_rows *rows)
{

	return pq_of(rows)->nfields(rows_of_const(rows)->result);
}

const char *
pgsql_rows_name(const struct db_rows *rows, int column)
{

	return pq_of(rows)->fname(rows_of_const(rows)->result, column);
}

/* Numbers of types in pg_type.dat that never change. */
struct db_value
pgsql_rows_value(const struct db_rows *rows, int column)
{
	const Oid type = pq_of(rows)->ftype(rows_of_const(rows)->result,
	    column);
	size_t len;
	const char *p = value_of(rows, column, &len);

	if (is_null(rows, column))
		return db_text(NULL);
	if (type == 20)
		return db_int(pgsql_rows_int(rows, column));
	return (struct db_value){ .kind = type == 17 ? DB_BLOB : DB_TEXT,
		.p = p, .len = len };
}
