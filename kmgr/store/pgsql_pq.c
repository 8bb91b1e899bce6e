#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_pq.h"

/* So the linker writes it where it links with the library: the number is that
 * of what <libpq-fe.h> declares, since PostgreSQL 8.1. */
#define LIBPQ "libpq.so.5"

#define SYMBOL(name) { "PQ" #name, offsetof(struct pgsql_pq, name) },
static const struct {
	const char *name;
	size_t at;		/* in struct pgsql_pq */
} symbols[] = {
	PGSQL_PQ_EACH(SYMBOL)
};

static int
refuse(struct error *err)
{
	const char *why = dlerror();

	(void)err_set(err, ERR_SYSTEM, "store: load libpq: %s",
	    why != NULL ? why : LIBPQ);
	return err_hint(err, "a store in PostgreSQL needs libpq 14 or later "
	    "(Debian: apt install libpq5); one in a file does not");
}

int
pgsql_pq_load(struct pgsql_pq **out, struct error *err)
{
	struct pgsql_pq *pq;
	void *library, *address;
	size_t i;

	*out = NULL;
	/* Not every library that comes with it can be unloaded. */
	library = dlopen(LIBPQ, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library == NULL)
		return refuse(err);
	pq = mem_new(sizeof(*pq));
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		if ((address = dlsym(library, symbols[i].name)) == NULL) {
			free(pq);
			return refuse(err);
		}
		memcpy((char *)pq + symbols[i].at, &address, sizeof(address));
	}
	*out = pq;
	return 0;
}

bool
pgsql_pq_is_answer(const struct pgsql_pq *pq, const PGresult *result)
{
	const ExecStatusType status = pq->resultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* A pooler has to make up the process that a client may cancel. */
bool
pgsql_pq_is_direct(const struct pgsql_pq *pq, PGconn *conn)
{
	PGresult *result = pq->exec(conn, "SELECT pg_backend_pid()");
	bool yes = true;

	/* Whoever asks next hears of a failure. */
	if (pgsql_pq_is_answer(pq, result))
		yes = strtol(pq->getvalue(result, 0, 0), NULL, 10) ==
		    pq->backendPID(conn);
	pq->clear(result);
	return yes;
}
