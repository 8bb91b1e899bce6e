/*
 * Changes that go over with what follows them (libpq's pipeline mode): each
 * costs no round trip of its own. What one fails of is told by who speaks to
 * the server next.
 */
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_inner.h"
#include "kmgr/store/pgsql_pq.h"
#include "kmgr/store/pgsql_question.h"

#define LATER_MAX 256		/* answers that the server has to keep */

static int
send(struct pgsql *db, struct pgsql_sent sent, const char *name,
    const struct db_value *args, size_t n, struct error *err)
{
	const struct pgsql_pq *pq = db->link.pq;
	struct pgsql_arguments a;

	pgsql_question_bind(&a, args, n);
	if ((db->later_n == 0 && pq->enterPipelineMode(db->link.conn) != 1) ||
	    pq->sendQueryPrepared(db->link.conn, name, a.n, a.values, a.lengths,
	    a.formats, 1) != 1)
		return pgsql_link_fail(&db->link, NULL, err);
	*(struct pgsql_sent *)mem_push(&db->later, db->later_n++,
	    sizeof(sent)) = sent;
	return db->later_n < LATER_MAX ? 0 : pgsql_later_end(db, err);
}

int
pgsql_later(struct db *base, const struct db_question *question,
    const char *none, const struct db_value *args, size_t n,
    struct error *err)
{
	const struct pgsql_sent sent = { question, none };
	struct pgsql *db = pgsql_of(base);
	char name[PGSQL_QUESTION_NAME];

	pgsql_rows_put_aside(db);
	db->link.fault = DB_FAULT_NONE;
	if (pgsql_link_check_lost(&db->link, err) != 0)
		return -1;
	/* What is prepared is waited for, which a pipeline cannot. */
	if (!pgsql_question_is_ready(db, question->sql) &&
	    pgsql_later_end(db, err) != 0)
		return -1;
	return pgsql_question_prepare(db, question->sql, name, err) != 0 ?
	    -1 : send(db, sent, name, args, n, err);
}

/* It did what it was to do. */
static bool
is_done(const struct pgsql_pq *pq, const struct pgsql_sent *sent,
    PGresult *result)
{

	return sent->none == NULL || strcmp(pq->cmdTuples(result), "1") == 0;
}

/* The answer to one of them, with its end; behind one that failed is none. */
static int
take_one(struct pgsql *db, const struct pgsql_sent *sent, struct error *err)
{
	const struct pgsql_pq *pq = db->link.pq;
	PGresult *result = pq->getResult(db->link.conn);
	const bool is_answer = pgsql_pq_is_answer(pq, result);
	int rc = 0;

	if (is_answer && !is_done(pq, sent, result)) {
		/* The server would go on, and commit. */
		db->is_void = true;
		rc = err_set(err, ERR_STORE, "%s", sent->none);
	} else if (!is_answer &&
	    pq->resultStatus(result) != PGRES_PIPELINE_ABORTED) {
		rc = pgsql_link_fail(&db->link, result, err);
	}
	if (rc != 0) {
		/* Not what is asked now. */
		db->link.fault = DB_FAULT_OTHER;
		(void)err_wrap(err, "%s", sent->question->what);
	}
	if (result != NULL)
		pq->clear(pq->getResult(db->link.conn));
	pq->clear(result);
	return rc;
}

int
pgsql_later_end(struct pgsql *db, struct error *err)
{
	struct pgsql_sent *list = db->later;
	const size_t n = db->later_n;
	const struct pgsql_pq *pq = db->link.pq;
	PGconn *conn = db->link.conn;
	struct error ignored = ERR_INIT;
	int rc = 0;
	size_t i;

	db->later = NULL;
	db->later_n = 0;
	if (db->is_void)
		rc = err_set(err, ERR_STORE, "store %s: a question before it "
		    "failed", db->base.name);
	if (n > 0 && pq->pipelineSync(conn) != 1)
		rc = pgsql_link_fail(&db->link, NULL, err);
	for (i = 0; i < n && !db->link.is_lost; i++)
		if (take_one(db, &list[i], rc == 0 ? err : &ignored) != 0)
			rc = -1;
	free(list);
	if (n > 0 && !db->link.is_lost) {
		pq->clear(pq->getResult(conn));	/* that of the sync */
		(void)pq->exitPipelineMode(conn);
	}
	return rc;
}
