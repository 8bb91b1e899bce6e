/*
 * libpq, loaded when a store is in PostgreSQL: it brings some twenty libraries,
 * which no other run of the program has any use for. <libpq-fe.h> stands before
 * this header.
 */
#ifndef STORE_PGSQL_PQ_H
#define STORE_PGSQL_PQ_H

#include <stdbool.h>

#include "kmgr/base/err.h"

/* What is called of it; each name begins with PQ there. */
#define PGSQL_PQ_EACH(f)						\
	f(backendPID) f(clear) f(cmdStatus) f(cmdTuples)		\
	f(connectdbParams)						\
	f(connectionNeedsPassword) f(connectionUsedPassword)		\
	f(conninfoFree) f(conninfoParse) f(copyResult) f(db)		\
	f(enterPipelineMode) f(errorMessage) f(exec) f(execPrepared)	\
	f(exitPipelineMode) f(finish) f(fname) f(freemem) f(ftype)	\
	f(getResult) f(getisnull) f(getlength) f(getvalue) f(host)	\
	f(makeEmptyPGresult) f(nfields) f(ntuples) f(pipelineSync)	\
	f(port) f(prepare) f(resultErrorField) f(resultStatus)		\
	f(sendQueryParams) f(sendQueryPrepared) f(setNoticeReceiver)	\
	f(setSingleRowMode) f(setvalue) f(status) f(transactionStatus)	\
	f(user)

#define PGSQL_PQ_MEMBER(name) __typeof__(PQ##name) *name;
struct pgsql_pq {
	PGSQL_PQ_EACH(PGSQL_PQ_MEMBER)
};
#undef PGSQL_PQ_MEMBER

/**
 * pgsql_pq_load(out, err):
 * libpq, from where the system has its libraries. It stays in the process.
 *
 * Owner: the caller, free().
 * Errors: ERR_SYSTEM.
 */
int pgsql_pq_load(struct pgsql_pq **out, struct error *err);

/**
 * pgsql_pq_is_direct(pq, conn):
 * Whether who answers is who was connected to, and no pooler between, which
 * may give each transaction another session.
 */
bool pgsql_pq_is_direct(const struct pgsql_pq *pq, PGconn *conn);

/**
 * pgsql_pq_is_answer(pq, result):
 * Whether the server did what it was asked for.
 */
bool pgsql_pq_is_answer(const struct pgsql_pq *pq, const PGresult *result);

#endif
