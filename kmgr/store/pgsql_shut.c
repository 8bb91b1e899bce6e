#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_shut.h"

/* What the guards say is the comment of their function. */
const struct db_question pgsql_shut_ask = { "read whether it is shut",
	"SELECT coalesce(obj_description(p.oid, 'pg_proc'), '') "
	"FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace "
	"WHERE n.nspname = current_schema() AND p.proname = 'shut'" };

/* Of statements: what changes no row is refused, too, and early. */
int
pgsql_shut(struct db *db, const char *literal, struct error *err)
{
	char *sql;
	int rc;

	/* A table with constraints to be checked still gets no trigger. */
	sql = mem_printf("SET CONSTRAINTS ALL IMMEDIATE; "
	    "CREATE FUNCTION shut() RETURNS trigger LANGUAGE plpgsql AS $shut$ "
	    "BEGIN RAISE EXCEPTION USING MESSAGE = (SELECT "
	    "obj_description(tgfoid, 'pg_proc') FROM pg_trigger "
	    "WHERE tgrelid = TG_RELID AND tgname = TG_NAME), "
	    "ERRCODE = 'integrity_constraint_violation'; END $shut$; "
	    "COMMENT ON FUNCTION shut() IS %s; "
	    "DO $shut$ DECLARE t regclass; BEGIN FOR t IN SELECT c.oid "
	    "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = "
	    "c.relnamespace WHERE n.nspname = current_schema() AND "
	    "c.relkind = 'r' LOOP EXECUTE format('CREATE TRIGGER shut BEFORE "
	    "INSERT OR UPDATE OR DELETE OR TRUNCATE ON %%s FOR EACH STATEMENT "
	    "EXECUTE FUNCTION shut()', t); END LOOP; END $shut$", literal);
	rc = db->driver->script(db, sql, err);
	free(sql);
	return rc;
}

int
pgsql_shut_reopen(struct db *db, struct error *err)
{

	return db->driver->script(db, "DROP FUNCTION shut() CASCADE", err);
}
