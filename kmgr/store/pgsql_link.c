#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/store/db_shut.h"
#include "kmgr/store/pgsql_link.h"
#include "kmgr/store/pgsql_pq.h"

#define SCHEME	 "postgresql:"
#define N_HASHED 8		/* bytes of the hash in a file's name */

static int
refuse_password(struct error *err)
{

	(void)err_set(err, ERR_CONFIG, "store: the URL has a password in it, "
	    "which whoever sees it could use");
	return err_hint(err, "put it into a file of mode 0600 as libpq reads "
	    "it (host:port:database:user:password) and name that file: "
	    "postgresql://user@host/db?passfile=/etc/kmgr/pgpass; or use "
	    "~/.pgpass, a client certificate or peer authentication");
}

/* user:password@ between the slashes; libpq's messages could show it. */
static bool
has_user_password(const char *place)
{
	const char *from = place + strspn(place, "/");
	const char *at = memchr(from, '@', strcspn(from, "/?#"));

	return at != NULL && memchr(from, ':', (size_t)(at - from)) != NULL;
}

static bool
is_secret(const char *keyword)
{

	return strcmp(keyword, "password") == 0 ||
	    strcmp(keyword, "sslpassword") == 0;
}

static int
refuse_url(const char *why, struct error *err)
{

	(void)err_set(err, ERR_CONFIG, "store: libpq does not understand the "
	    "URL: %s", why);
	return err_hint(err, "write it as postgresql://user@host:5432/database"
	    "?sslmode=verify-full");
}

int
pgsql_link_check(const char *place, struct error *err)
{
	PQconninfoOption *options, *o;
	char *why = NULL, *url;
	struct pgsql_pq *pq;
	int rc = 0;

	if (has_user_password(place) || strstr(place, "password=") != NULL)
		return refuse_password(err);
	if (strncmp(place, "//", 2) != 0)
		return refuse_url("no // after postgresql:", err);
	if (pgsql_pq_load(&pq, err) != 0)
		return -1;
	url = mem_printf(SCHEME "%s", place);
	options = pq->conninfoParse(url, &why);
	free(url);
	if (options == NULL) {
		if (why != NULL)
			why[strcspn(why, "\n")] = '\0';
		rc = refuse_url(why == NULL ? "" : why, err);
		pq->freemem(why);
	}
	for (o = options; rc == 0 && o->keyword != NULL; o++)
		if (is_secret(o->keyword) && o->val != NULL)
			rc = refuse_password(err);
	pq->conninfoFree(options);
	free(pq);
	return rc;
}

/* kmgr speaks for itself. pgsql_commit() asks whether there was a warning. */
static void
hear_notice(void *arg, const PGresult *notice)
{
	struct pgsql_link *link = arg;
	const char *what = link->pq->resultErrorField(notice,
	    PG_DIAG_SEVERITY_NONLOCALIZED);

	link->has_warned |= what != NULL && strcmp(what, "WARNING") == 0;
}

/* How others know who holds a lock; PostgreSQL cuts it at 63 bytes. */
static char *
own_name(void)
{
	char host[256] = "";

	(void)gethostname(host, sizeof(host) - 1);
	return mem_printf("kmgr process %ld on %s", (long)getpid(), host);
}

static char *
link_name(const struct pgsql_pq *pq, const PGconn *conn)
{

	return mem_printf(SCHEME "//%s@%s:%s/%s", pq->user(conn),
	    pq->host(conn), pq->port(conn), pq->db(conn));
}

static void
hint_connect(const struct pgsql_link *link, struct error *err)
{

	if (link->pq->connectionNeedsPassword(link->conn))
		(void)err_hint(err, "libpq takes the password from the file "
		    "that passfile= in the URL or PGPASSFILE names, or from "
		    "~/.pgpass; the file must be of mode 0600");
	else if (link->pq->connectionUsedPassword(link->conn))
		(void)err_hint(err, "is the password in the file that "
		    "passfile= in the URL or PGPASSFILE names, or in "
		    "~/.pgpass, that of this user?");
	else
		(void)err_hint(err, "is the server up, and store: in the "
		    "configuration right? nothing was changed");
}

/* What the URL says counts more than what stands before it. */
static PGconn *
make_link(const struct pgsql_pq *pq, const char *place)
{
	char *url = mem_printf(SCHEME "%s", place), *self = own_name();
	const char *const keywords[] = { "connect_timeout", "tcp_user_timeout",
		"keepalives_idle", "dbname", "client_encoding",
		"application_name", NULL };
	const char *const values[] = { "10", "30000", "30", url, "UTF8", self,
		NULL };
	PGconn *conn = pq->connectdbParams(keywords, values, 1);

	free(url);
	free(self);
	if (conn == NULL)
		abort();		/* as mem_new() */
	return conn;
}

int
pgsql_link_open(struct pgsql_link *link, const char *place, struct error *err)
{

	if (pgsql_pq_load(&link->pq, err) != 0)
		return -1;
	link->conn = make_link(link->pq, place);
	(void)link->pq->setNoticeReceiver(link->conn, hear_notice, link);
	link->name = link_name(link->pq, link->conn);
	link->is_open = link->pq->status(link->conn) == CONNECTION_OK;
	if (link->is_open)
		return 0;
	(void)pgsql_link_fail(link, NULL, err);
	hint_connect(link, err);
	return -1;
}

void
pgsql_link_close(struct pgsql_link *link)
{

	if (link->pq != NULL)
		link->pq->finish(link->conn);
	free(link->pq);
	free(link->name);
	*link = (struct pgsql_link){ 0 };
}

static enum db_fault
fault_of(const char *state)
{

	if (strncmp(state, "23", 2) != 0)
		return DB_FAULT_OTHER;
	return strcmp(state, "23505") == 0 ? DB_FAULT_TAKEN : DB_FAULT_GUARD;
}

/* SQLSTATEs (PostgreSQL, appendix A) that the user can do something about. */
static const struct {
	const char *state, *hint;
} hints[] = {
	{ "53100", "make room on the disk of the PostgreSQL server" },
	{ "53300", "the server has no connection left: raise its "
	  "max_connections, or end what uses them" },
	{ "55P03", "another kmgr is writing for long; wait for it or end it, "
	  "then run the command again" },
	{ "57014", "it took longer than statement_timeout allows" },
	{ "25006", "the server takes no writes: is it a standby, or the "
	  "database set to read only?" },
	{ "42501", "the user of the store must own its tables: kmgr init as "
	  "that user makes them" },
	{ "25P02", "an earlier question of this transaction failed" },
};

static void
hint_state(const char *state, struct error *err)
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(hints[i].state, state) == 0)
			(void)err_hint(err, "%s", hints[i].hint);
}

/* In the words that SQLite has for it, so that one is like the other. */
static char *
constraint_text(const struct pgsql_pq *pq, const PGresult *result,
    const char *state)
{
	const char *table = pq->resultErrorField(result, PG_DIAG_TABLE_NAME);
	const char *column = pq->resultErrorField(result, PG_DIAG_COLUMN_NAME);
	const char *name = pq->resultErrorField(result,
	    PG_DIAG_CONSTRAINT_NAME);

	if (table == NULL)
		return NULL;
	if (strcmp(state, "23502") == 0 && column != NULL)
		return mem_printf("NOT NULL constraint failed: %s.%s", table,
		    column);
	if (name == NULL)
		return NULL;
	if (strcmp(state, "23503") == 0)
		return mem_printf("FOREIGN KEY constraint failed: %s", name);
	if (strcmp(state, "23505") == 0)
		return mem_printf("UNIQUE constraint failed: %s", name);
	if (strcmp(state, "23514") == 0)
		return mem_printf("CHECK constraint failed: %s: %s", table,
		    name);
	return NULL;
}

/*
 * What libpq says itself. Of a lost connection only the first line: the others
 * guess. Of one that was never made all: each is of another host.
 */
static void
set_link_text(const struct pgsql_link *link, struct error *err)
{
	char *text = mem_strdup(link->pq->errorMessage(link->conn)), *p;

	if (link->is_open)
		text[strcspn(text, "\n")] = '\0';
	for (p = text; (p = strpbrk(p, "\n\t")) != NULL; p++)
		*p = p[1] == '\0' ? '\0' : ' ';
	(void)err_set(err, ERR_STORE, "store %s: %s", link->name, text);
	free(text);
}

/* Its last words may be read before its end is seen. */
static bool
is_farewell(const struct pgsql_pq *pq, const PGresult *result)
{
	const char *severity = pq->resultErrorField(result,
	    PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity != NULL && (strcmp(severity, "FATAL") == 0 ||
	    strcmp(severity, "PANIC") == 0);
}

int
pgsql_link_fail(struct pgsql_link *link, const struct pg_result *result,
    struct error *err)
{
	const struct pgsql_pq *pq = link->pq;
	const char *state = NULL, *said = NULL;
	char *text = NULL;

	if (result != NULL) {
		state = pq->resultErrorField(result, PG_DIAG_SQLSTATE);
		said = pq->resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	}
	link->fault = state == NULL ? DB_FAULT_OTHER : fault_of(state);
	/* What has no SQLSTATE is libpq's own: it could not send or read. */
	link->is_lost = state == NULL || is_farewell(pq, result) ||
	    pq->status(link->conn) != CONNECTION_OK;
	if (state != NULL && said != NULL) {
		text = constraint_text(pq, result, state);
		(void)err_set(err, ERR_STORE, "store %s: %s", link->name,
		    text != NULL ? text : said);
		db_shut_hint(said, err);
		hint_state(state, err);
	} else {
		set_link_text(link, err);
	}
	free(text);
	if (link->is_lost && link->is_open)
		(void)err_hint(err, "the connection to the server was lost, "
		    "and what was not committed is undone; when the server is "
		    "back, run the command again");
	return -1;
}

int
pgsql_link_judge(struct pgsql_link *link, const struct pg_result *result,
    struct error *err)
{

	return pgsql_pq_is_answer(link->pq, result) ? 0 :
	    pgsql_link_fail(link, result, err);
}

int
pgsql_link_check_lost(const struct pgsql_link *link, struct error *err)
{

	if (!link->is_lost)
		return 0;
	(void)err_set(err, ERR_STORE, "store %s: the connection was lost",
	    link->name);
	return err_hint(err, "when the server is back, run the command again");
}

/* A folder that is ours alone, whoever else may write where it stands. */
static bool
is_own_folder(const char *path)
{
	struct stat st;

	(void)mkdir(path, 0700);
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* In a folder below top that is this user's own; NULL: there is none. */
static char *
path_below(const char *top, const char *place)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	char hex[2 * N_HASHED + 1];
	char *folder, *path = NULL;

	folder = mem_printf("%s/kmgr-%lu", top, (unsigned long)geteuid());
	crypto_sha256(place, strlen(place), hash);
	if (is_own_folder(folder))
		path = mem_printf("%s/%s", folder,
		    text_hex(hash, N_HASHED, hex));
	free(folder);
	return path;
}

/* The first of these variables that names a folder. */
static const char *
folder_of(const char *const *names)
{
	const char *value;

	for (; *names != NULL; names++)
		if ((value = getenv(*names)) != NULL && value[0] == '/')
			return value;
	return NULL;
}

/* Where nothing is ever opened: whoever tries says why. */
static char *
or_nowhere(char *path, const char *top)
{

	return path != NULL ? path : mem_printf("/dev/null%s/kmgr-%lu-is-not-"
	    "ours-alone", top, (unsigned long)geteuid());
}

char *
pgsql_link_beside(const char *place)
{
	static const char *const names[] = { "XDG_RUNTIME_DIR", "TMPDIR",
		NULL };
	const char *top = folder_of(names);

	top = top != NULL ? top : "/tmp";
	return or_nowhere(path_below(top, place), top);
}

char *
pgsql_link_locks(const char *place)
{
	static const char *const names[] = { "KMGR_LOCK_DIR", NULL };
	const char *top = folder_of(names);
	char *path;

	if (top != NULL)
		return or_nowhere(path_below(top, place), top);
	path = path_below("/run/lock", place);
	return path != NULL ? path : pgsql_link_beside(place);
}
