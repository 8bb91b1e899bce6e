#include "tests/unit/storeserver.h"

#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/db.h"

/* The PostgreSQL server of this program's tests. */
static struct {
	char dir[256];
	struct db *db;		/* in schema public, for whoever is in need */
	unsigned int n;		/* schemas made: one a test */
} server;

static void
at_server(const char *sql)
{
	struct error err = ERR_INIT;

	if (server.db->driver->script(server.db, sql, &err) != 0)
		fail_msg("%s", err.msg);
}

char *
storeserver_url(const char *dir)
{
	char *folder = mem_printf("%s/store", dir);
	char sql[48];

	/* A test's folder looks alike on all backends. */
	(void)mkdir(folder, 0700);
	free(folder);
	(void)snprintf(sql, sizeof(sql), "CREATE SCHEMA t%u", ++server.n);
	at_server(sql);
	return mem_printf("postgresql://kmgr@/postgres?host=%s&"
	    "options=-csearch_path%%3Dt%u,public", server.dir, server.n);
}

/* What tests/lib/postgresql prints. */
static int
server_script(const char *arguments, char *out, size_t len)
{
	const char *srcdir = getenv("srcdir");
	char *command = mem_printf("%s/tests/lib/postgresql %s",
	    srcdir != NULL ? srcdir : ".", arguments);
	FILE *f = popen(command, "re");
	int rc = -1;

	free(command);
	if (f == NULL)
		return -1;
	if (fgets(out, (int)len, f) != NULL)
		out[strcspn(out, "\n")] = '\0';
	rc = pclose(f);
	return rc;
}

static int
open_server(void)
{
	struct error err = ERR_INIT;
	char *place = mem_printf("//kmgr@/postgres?host=%s", server.dir);
	const int rc = pgsql_driver.open(place, STORE_CREATE, &server.db,
	    &err);

	free(place);
	if (rc != 0)
		print_error("%s\n", err.msg);
	return rc;
}

int
storeserver_start(void **state)
{
	char *start = mem_printf("start %ld", (long)getpid());
	int rc;

	(void)state;
	rc = server_script(start, server.dir, sizeof(server.dir));
	free(start);
	if (rc != 0 || open_server() != 0)
		return -1;
	at_server("CREATE FUNCTION zeroblob(int) RETURNS bytea LANGUAGE sql "
	    "AS 'SELECT decode(repeat(''00'', $1), ''hex'')'");
	return 0;
}

int
storeserver_stop(void **state)
{
	char *arguments = mem_printf("stop %s", server.dir), nothing[2];
	int rc;

	(void)state;
	db_close(server.db);
	server.db = NULL;
	rc = server_script(arguments, nothing, sizeof(nothing));
	free(arguments);
	return rc;
}

void
storeserver_drop(void)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "DROP SCHEMA IF EXISTS t%u CASCADE",
	    server.n);
	at_server(sql);
}

int
storeserver_call(const char *verb, const char *mode)
{
	char *arguments = mem_printf("%s %s %s", verb, server.dir, mode);
	char nothing[2];
	int rc;

	db_close(server.db);
	server.db = NULL;
	rc = server_script(arguments, nothing, sizeof(nothing));
	free(arguments);
	/* A standby takes no one in who would write. */
	(void)(strcmp(verb, "standby") == 0 ? 0 : open_server());
	return rc;
}
