#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_inner.h"
#include "kmgr/store/pgsql_pq.h"
#include "kmgr/store/pgsql_setup.h"
#include "kmgr/store/pgsql_shut.h"
#include "kmgr/store/store_copy.h"

struct pgsql *
pgsql_of(struct db *db)
{

	return (struct pgsql *)(void *)db;
}

static int
pgsql_script(struct db *base, const char *sql, struct error *err)
{
	struct pgsql *db = pgsql_of(base);
	PGresult *result;
	int rc;

	pgsql_rows_put_aside(db);
	if (pgsql_link_check_lost(&db->link, err) != 0 ||
	    pgsql_later_end(db, err) != 0)
		return -1;
	result = db->link.pq->exec(db->link.conn, sql);
	rc = pgsql_link_judge(&db->link, result, err);
	db->link.pq->clear(result);
	return rc;
}

static enum db_fault
pgsql_fault(const struct db *db)
{

	return ((const struct pgsql *)(const void *)db)->link.fault;
}

static int
pgsql_snapshot(struct db *db, struct error *err)
{

	return pgsql_script(db, "BEGIN ISOLATION LEVEL REPEATABLE READ "
	    "READ ONLY", err) == 0 ? 0 : err_wrap(err, "begin to read");
}

static void
pgsql_rollback(struct db *base)
{
	struct pgsql *db = pgsql_of(base);
	const struct pgsql_pq *pq = db->link.pq;
	struct error ignored = ERR_INIT;

	pgsql_rows_put_aside(db);
	(void)pgsql_later_end(db, &ignored);
	db->is_void = false;
	if (!db->link.is_lost && pq->transactionStatus(db->link.conn) !=
	    PQTRANS_IDLE)
		pq->clear(pq->exec(db->link.conn, "ROLLBACK"));
}

static int
pgsql_begin(struct db *base, struct error *err)
{

	if (pgsql_script(base, pgsql_of(base)->begin, err) == 0)
		return 0;
	pgsql_rollback(base);
	return err_wrap(err, "begin to write");
}

/*
 * What it writes is of no use to anybody after a crash of the server, and so
 * it waits for no disk.
 */
static int
pgsql_begin_beside(struct db *base, struct error *err)
{

	if (pgsql_script(base, "BEGIN ISOLATION LEVEL READ COMMITTED READ "
	    "WRITE; SET LOCAL synchronous_commit = off", err) == 0)
		return 0;
	pgsql_rollback(base);
	return err_wrap(err, "begin to write");
}

/* The answer may be lost where the commit is not. */
static int
fail_commit(struct pgsql *db, const PGresult *result, struct error *err)
{
	struct error why = ERR_INIT;

	(void)pgsql_link_fail(&db->link, result, &why);
	if (db->link.is_lost)
		why.hint[0] = '\0';
	*err = why;
	if (db->link.is_lost)
		(void)err_hint(err, "whether it was written is not known: "
		    "when the server is back, kmgr list-events --last 5 shows "
		    "it, and the command can be run again");
	return err_wrap(err, "commit");
}

/*
 * So it is where somebody has cancelled the wait for a synchronous standby:
 * written on the primary, and lost with it.
 */
static int
refuse_warned(const struct db *base, struct error *err)
{

	(void)err_set(err, ERR_STORE, "store %s: commit: the server warns: it "
	    "is written there, and perhaps on no standby", base->name);
	return err_hint(err, "look into the server's log and at "
	    "pg_stat_replication; kmgr list-events --last 5 shows what was "
	    "written, and the command can be run again");
}

static int
pgsql_commit(struct db *base, struct error *err)
{
	struct pgsql *db = pgsql_of(base);
	const struct pgsql_pq *pq = db->link.pq;
	PGresult *result;
	int rc = 0;

	pgsql_rows_put_aside(db);
	if (pgsql_link_check_lost(&db->link, err) != 0 ||
	    pgsql_later_end(db, err) != 0)
		return err_wrap(err, "commit");
	db->link.has_warned = false;
	result = pq->exec(db->link.conn, "COMMIT");
	if (!pgsql_pq_is_answer(pq, result))
		rc = fail_commit(db, result, err);
	else if (db->link.has_warned)
		rc = refuse_warned(base, err);
	else if (strcmp(pq->cmdStatus(result), "COMMIT") != 0)
		/* PostgreSQL says ROLLBACK to whoever commits a failure. */
		rc = err_set(err, ERR_STORE, "store %s: commit: a question "
		    "before it failed", base->name);
	pq->clear(result);
	return rc;
}

static void
pgsql_close(struct db *base)
{
	struct pgsql *db = pgsql_of(base);

	pgsql_link_close(&db->link);
	free(db->prepared);
	free(db->later);
	free(db->begin);
	free(base->name);
	free(base->lock_base);
	free(db);
}

static int
refuse_missing(struct db *db, struct error *err)
{

	(void)err_set(err, ERR_STORE, "store %s: there is none in this "
	    "database yet", db->name);
	return err_hint(err, "is store: in the configuration right? kmgr init "
	    "makes a first one; one that is lost comes back with kmgr restore "
	    "BACKUP, or after kmgr init with kmgr restore --ledger FILE or "
	    "kmgr recover");
}

static int
refuse_pooler(struct db *db, struct error *err)
{

	(void)err_set(err, ERR_STORE, "store %s: a pooler stands before the "
	    "server", db->name);
	return err_hint(err, "kmgr's locks and settings are those of its "
	    "session, which a pooler may give to others: name the server "
	    "itself in store: of the configuration");
}

static int
set_up(struct pgsql *db, const char *place, enum store_mode mode,
    struct error *err)
{
	enum db_content content;
	int64_t version = 0;
	int rc;

	rc = pgsql_link_open(&db->link, place, err);
	db->base.name = mem_strdup(db->link.name);
	if (rc == 0 && !pgsql_pq_is_direct(db->link.pq, db->link.conn))
		return refuse_pooler(&db->base, err);
	if (rc != 0 || pgsql_setup(&db->base, err) != 0 ||
	    pgsql_setup_content(&db->base, &content, &version, err) != 0)
		return -1;
	return mode == STORE_OPEN && content == DB_EMPTY ?
	    refuse_missing(&db->base, err) : 0;
}

static int
pgsql_open(const char *place, enum store_mode mode, struct db **out,
    struct error *err)
{
	struct pgsql *db = mem_new(sizeof(*db));

	db->base.driver = &pgsql_driver;
	db->base.lock_base = pgsql_link_locks(place);
	if (set_up(db, place, mode, err) != 0) {
		pgsql_close(&db->base);
		return err_wrap(err, "open the store");
	}
	*out = &db->base;
	return 0;
}

/* One that cannot be asked is there: whoever opens it hears why not. */
static bool
pgsql_is_there(const char *place)
{
	struct error ignored = ERR_INIT;
	enum db_content content = DB_KMGR;
	struct db *db = NULL;
	int64_t version;

	if (pgsql_open(place, STORE_CREATE, &db, &ignored) != 0)
		return true;
	(void)pgsql_setup_content(db, &content, &version, &ignored);
	pgsql_close(db);
	return content != DB_EMPTY;
}

const struct db_driver pgsql_driver = {
	.scheme = "postgresql",
	.own = "a database of kmgr's own, or a schema of its own with "
	    "?options=-csearch_path%3DSCHEMA",
	.steps = pgsql_setup_steps,
	.steps_n = PGSQL_SETUP_STEPS,
	.check = pgsql_link_check,
	.is_there = pgsql_is_there,
	.beside = pgsql_link_beside,
	.open = pgsql_open,
	.close = pgsql_close,
	.lock = pgsql_setup_lock,
	.unlock = pgsql_setup_unlock,
	.content = pgsql_setup_content,
	.set_version = pgsql_setup_version,
	.inspect = pgsql_setup_inspect,
	.settings = pgsql_setup_settings,
	.script = pgsql_script,
	.snapshot = pgsql_snapshot,
	.begin = pgsql_begin,
	.begin_beside = pgsql_begin_beside,
	.locks_rows = true,
	.clock = pgsql_setup_clock,
	.commit = pgsql_commit,
	.rollback = pgsql_rollback,
	.copy = store_copy_to_file,
	.renumber = pgsql_setup_renumber,
	.set_aside = pgsql_setup_set_aside,
	.shut = pgsql_shut,
	.reopen = pgsql_shut_reopen,
	.ask_shut = &pgsql_shut_ask,
	.later = pgsql_later,
	.ask = pgsql_rows_ask,
	.next = pgsql_rows_next,
	.changed = pgsql_rows_changed,
	.get_int = pgsql_rows_int,
	.get_text = pgsql_rows_text,
	.get_blob = pgsql_rows_blob,
	.width = pgsql_rows_width,
	.column = pgsql_rows_name,
	.value = pgsql_rows_value,
	.done = pgsql_rows_done,
	.fault = pgsql_fault,
};
