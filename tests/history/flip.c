/*
 * flip DIR SEED STRIDE TABLE...
 *
 * What verify and sign-zsks say when one bit of the store is another one. DIR
 * holds kmgr.yaml, tokens/, and pristine.db, a store without its guards, which
 * becomes DIR/kmgr.db for each try. Of every value of these tables each byte is
 * flipped in turn; where STRIDE is more than 1, each STRIDEth of some values
 * of each column. SEED says which, and which bit. A number is eight bytes, and
 * what is not there becomes something. A line for each:
 *
 *	COLUMN ROW BYTE BIT USE VERIFY SIGN
 *
 * USE is "needed" where sign-zsks has to rely on the row, else "idle". VERIFY
 * is "detected", "silent", or "failed-N" where the comparison could not be
 * made, with the exit status. SIGN is of a zone that the row concerns, or of
 * some zone: "refused-N", "same" where the records are those of the pristine
 * store, "OTHER" where they are not, "untried" for most bytes of rows that are
 * idle; and "+" behind it where a token has got an object, which is taken away
 * again. The last line of a try that does not come back is its first half.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/verify.h"
#include "kmgr/engine/zsks.h"

#define PATIENCE_S 60
#define VALUES 4		/* one in so many is tried in a sample */
#define IDLE 8			/* bytes of idle rows to a signature */
#define DB_MAX (64 << 20)
#define ZSK " 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau" \
	"8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==\n"

/* A zone that a row concerns. */
#define ZONE_OF(id) "(SELECT zone FROM ksk AS k WHERE k.state <> 'removed' " \
	"AND k.cmk_id = " id " ORDER BY zone LIMIT 1)"

/* That of the row, if it has a KSK to sign with. */
#define ZONE_IN_USE "(SELECT k.zone FROM ksk AS k WHERE k.zone = t.zone " \
	"AND k.state <> 'removed' LIMIT 1)"

static const struct table {
	const char	*name;
	const char	*zone;		/* of a row t, SQL */
	const char	*is_needed;	/* for signing that zone, SQL */
} tables[] = {
	{ "cmk", ZONE_OF("t.id"), ZONE_OF("t.id") " IS NOT NULL" },
	{ "key", ZONE_OF("t.cmk_id"), "t.role = 'seal' AND "
	    ZONE_OF("t.cmk_id") " IS NOT NULL" },
	{ "foreign_key", "t.zone", "0" },
	{ "ksk", "coalesce((SELECT zone FROM ksk AS k WHERE k.zone = t.zone "
	    "AND k.state <> 'removed'), " ZONE_OF("t.cmk_id") ")",
	    "t.state <> 'removed'" },
	{ "ledger", ZONE_OF("t.cmk_id"), "t.seq = (SELECT max(seq) FROM "
	    "ledger AS l WHERE l.cmk_id = t.cmk_id AND l.type = "
	    "'checkpoint') AND " ZONE_OF("t.cmk_id") " IS NOT NULL" },
	{ "ksr", "t.zone", "0" },
	{ "observation", ZONE_IN_USE, "0" },
	{ "plan", ZONE_OF("t.cmk_id"), "0" },
	{ "signature", "t.zone", "0" },
	{ "zone", ZONE_IN_USE, "0" },
	{ "zone_alg", ZONE_IN_USE, "0" },
	{ "zsk_set", "t.zone", "0" },
};
static const struct table other_table = { "", "NULL", "0" };

/* One value of the pristine store. */
struct value {
	sqlite3_int64	 row;
	int		 type;		/* what is written: SQLITE_TEXT, ... */
	uint8_t		*bytes;
	size_t		 len;
	char		*zone;
	bool		 is_needed;
};

/* What sign-zsks makes of a zone in the pristine store. */
struct wanted {
	char		*zone;
	struct buf	 records;
};

struct flipper {
	struct wanted	*wanted;
	size_t		 n_wanted;
	char		*config, *live;
	char		**tokens;	/* their folders */
	size_t		 n_tokens;
	char		**objects;	/* files there, sorted */
	size_t		 n_objects;
	struct buf	 pristine;
	uint64_t	 seed;
	size_t		 stride;
	int64_t		 now_at;
};

static void __attribute__((noreturn))
die(const char *what, const char *why)
{

	(void)fprintf(stderr, "flip: %s: %s\n", what, why);
	exit(2);
}

static void
must(int rc, const char *what, const struct error *err)
{

	if (rc != 0)
		die(what, err->msg);
}

/* splitmix64: the same tries for the same seed, everywhere. */
static uint64_t
next_random(struct flipper *f)
{
	uint64_t z = f->seed += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* --- the store, without kmgr -------------------------------------------- */

static void
restore(const struct flipper *f)
{
	static const char *const beside[] = { "-wal", "-shm" };
	FILE *file = fopen(f->live, "w");
	char *path;
	size_t i;

	if (file == NULL || fwrite(f->pristine.data, 1, f->pristine.len,
	    file) != f->pristine.len || fclose(file) != 0)
		die(f->live, "cannot be written");
	for (i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		path = mem_printf("%s%s", f->live, beside[i]);
		(void)unlink(path);
		free(path);
	}
}

static sqlite3 *
open_live(const struct flipper *f)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(f->live, &db) != SQLITE_OK || sqlite3_exec(db,
	    "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;"
	    "PRAGMA ignore_check_constraints = ON", NULL, NULL,
	    NULL) != SQLITE_OK)
		die(f->live, sqlite3_errmsg(db));
	return db;
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		die(sql, sqlite3_errmsg(db));
	return stmt;
}

/* Write value; false where the schema cannot hold it (two rows, one id). */
static bool
put(const struct flipper *f, const char *table, const char *column,
    const struct value *value)
{
	sqlite3 *db = open_live(f);
	char *sql = mem_printf("UPDATE %s SET \"%s\" = ?1 WHERE rowid = ?2",
	    table, column);
	sqlite3_stmt *stmt = prepare(db, sql);
	int64_t number = 0;
	int rc;

	if (value->type == SQLITE_INTEGER) {
		memcpy(&number, value->bytes, sizeof(number));
		(void)sqlite3_bind_int64(stmt, 1, number);
	} else if (value->type == SQLITE_TEXT) {
		(void)sqlite3_bind_text(stmt, 1, (const char *)value->bytes,
		    (int)value->len, SQLITE_STATIC);
	} else {
		(void)sqlite3_bind_blob(stmt, 1, value->bytes,
		    (int)value->len, SQLITE_STATIC);
	}
	(void)sqlite3_bind_int64(stmt, 2, value->row);
	rc = sqlite3_step(stmt);
	if (rc != SQLITE_DONE && rc != SQLITE_CONSTRAINT)
		die(sql, sqlite3_errmsg(db));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	free(sql);
	return rc == SQLITE_DONE;
}

static int
type_of(const char *declared)
{

	return strcmp(declared, "INTEGER") == 0 ? SQLITE_INTEGER :
	    strcmp(declared, "TEXT") == 0 ? SQLITE_TEXT : SQLITE_BLOB;
}

/* What is not there is an empty value. */
static void
read_value(sqlite3_stmt *stmt, int type, struct value *out)
{
	int64_t number = sqlite3_column_int64(stmt, 1);
	const void *bytes = &number;

	out->row = sqlite3_column_int64(stmt, 0);
	out->type = type;
	out->len = sizeof(number);
	if (type != SQLITE_INTEGER) {
		bytes = sqlite3_column_blob(stmt, 1);
		out->len = (size_t)sqlite3_column_bytes(stmt, 1);
	} else if (sqlite3_column_type(stmt, 1) == SQLITE_NULL) {
		out->len = 0;
	}
	out->bytes = mem_new(out->len + 8);
	if (out->len > 0)
		memcpy(out->bytes, bytes, out->len);
	out->zone = mem_strdup((const char *)sqlite3_column_text(stmt, 2));
	out->is_needed = sqlite3_column_int(stmt, 3) != 0;
}

/* --- SoftHSM ------------------------------------------------------------ */

static int
compare_names(const void *a, const void *b)
{

	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in dir that do not begin with a dot, whole and in order. */
static void
list_folder(const char *dir, char ***out, size_t *n)
{
	struct dirent **names;
	int i, n_names;

	n_names = scandir(dir, &names, NULL, alphasort);
	if (n_names < 0)
		die(dir, "cannot be opened");
	for (i = 0; i < n_names; i++) {
		if (names[i]->d_name[0] != '.')
			*(char **)mem_push(out, (*n)++, sizeof(char *)) =
			    mem_printf("%s/%s", dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static void
free_list(char **list, size_t n)
{

	while (n > 0)
		free(list[--n]);
	free(list);
}

static void
read_tokens(struct flipper *f, const char *dir)
{
	size_t i;

	list_folder(dir, &f->tokens, &f->n_tokens);
	for (i = 0; i < f->n_tokens; i++)
		list_folder(f->tokens[i], &f->objects, &f->n_objects);
	qsort(f->objects, f->n_objects, sizeof(*f->objects), compare_names);
}

/* Whether there were files that the tokens did not have; they go. */
static bool
clean_tokens(const struct flipper *f)
{
	bool has_changed = false;
	char **files = NULL;
	size_t i, n = 0;

	for (i = 0; i < f->n_tokens; i++)
		list_folder(f->tokens[i], &files, &n);
	for (i = 0; i < n; i++) {
		if (bsearch(&files[i], f->objects, f->n_objects,
		    sizeof(*f->objects), compare_names) != NULL)
			continue;
		(void)unlink(files[i]);
		has_changed = true;
	}
	free_list(files, n);
	return has_changed;
}

/* --- kmgr --------------------------------------------------------------- */

static struct session *
open_session(const struct flipper *f)
{
	const struct session_options options = {
		.config_path = f->config,
		.now_at = f->now_at,
	};
	struct error err = ERR_INIT;
	struct session *session;

	must(session_open(&options, &session, &err), "open", &err);
	return session;
}

static void
say_verify(const struct flipper *f)
{
	struct verify_report report = VERIFY_REPORT_INIT;
	struct session *session = open_session(f);
	struct error err = ERR_INIT;

	if (verify_run(session, &report, &err) != 0)
		(void)printf(" failed-%d", (int)err.class);
	else
		(void)printf(report.n_problems > 0 ? " detected" : " silent");
	(void)fflush(stdout);
	verify_report_clear(&report);
	session_close(session);
}

/* The records without what the signatures are: ECDSA has others each time. */
static void
append_records(const struct zsks *zsks, struct buf *out)
{
	struct buf text = BUF_INIT;
	char *line, *rest, *end;

	zsks_text(zsks, &text);
	rest = mem_strdup(buf_text(&text));
	for (line = strtok_r(rest, "\n", &end); line != NULL;
	    line = strtok_r(NULL, "\n", &end)) {
		if (strstr(line, " RRSIG ") != NULL)
			*strrchr(line, ' ') = '\0';
		buf_printf(out, "%s\n", line);
	}
	free(rest);
	buf_free(&text);
}

/* What cmd_sign_zsks() does with one zone. */
static int
sign(const struct flipper *f, const char *zone, struct buf *out,
    struct error *err)
{
	struct zsks_request request = {
		.what = "-",
		.parent_records = ZSKS_CDS_BY_POLICY,
		.inception_at = ZSKS_WINDOW_BY_POLICY,
		.expiration_at = ZSKS_WINDOW_BY_POLICY,
		.validity_s = ZSKS_WINDOW_BY_POLICY,
	};
	struct session *session = open_session(f);
	struct zsks_keys *keys = zsks_keys_new();
	struct cmk_cache cache = { 0 };
	char *text = mem_printf("%s" ZSK, zone);
	struct trust_owed owed = { NULL, 0, 0 };
	struct zsks *zsks = NULL;
	int rc = -1;

	request.text = text;
	request.len = strlen(text);
	must(name_read(zone, &request.zone, err), zone, err);
	if (zsks_prepare(session, &cache, &request, &zsks, err) == 0 &&
	    zsks_prove(session, zsks, err) == 0 &&
	    zsks_sign(session, keys, zsks, err) == 0 &&
	    zsks_record(session, &zsks, 1, &owed, err) == 0 &&
	    trust_owed_end(session, &owed, 0, err) == 0) {
		append_records(zsks, out);
		rc = 0;
	}
	zsks_free(zsks);
	zsks_keys_free(keys);
	cmk_cache_clear(&cache);
	session_close(session);
	free(text);
	return rc;
}

static const char *
wanted_of(struct flipper *f, const char *zone)
{
	struct error err = ERR_INIT;
	struct wanted *wanted;
	size_t i;

	for (i = 0; i < f->n_wanted; i++)
		if (strcmp(f->wanted[i].zone, zone) == 0)
			return buf_text(&f->wanted[i].records);
	wanted = mem_push(&f->wanted, f->n_wanted++, sizeof(*wanted));
	wanted->zone = mem_strdup(zone);
	restore(f);
	must(sign(f, zone, &wanted->records, &err), zone, &err);
	return buf_text(&wanted->records);
}

static void
say_sign(const struct flipper *f, const char *zone, const char *wanted)
{
	struct error err = ERR_INIT;
	struct buf is = BUF_INIT;

	if (sign(f, zone, &is, &err) != 0)
		(void)printf(" refused-%d", (int)err.class);
	else
		(void)printf(strcmp(buf_text(&is), wanted) == 0 ? " same" :
		    " OTHER");
	(void)printf(clean_tokens(f) ? "+\n" : "\n");
	(void)fflush(stdout);
	buf_free(&is);
}

/* --- flips -------------------------------------------------------------- */

static void
try(struct flipper *f, const char *table, const char *column,
    const struct value *value, size_t offset, const char *wanted)
{
	const unsigned int bit = (unsigned int)(next_random(f) % 8);
	struct value other = *value;

	other.bytes = mem_new(value->len + 8);
	if (value->len == 0) {
		other.len = other.type == SQLITE_INTEGER ? 8 : 1;
		other.bytes[0] = other.type == SQLITE_TEXT ? 'x' : 1;
	} else {
		memcpy(other.bytes, value->bytes, value->len);
		other.bytes[offset] ^= (uint8_t)(1U << bit);
	}
	restore(f);
	if (put(f, table, column, &other)) {
		(void)alarm(PATIENCE_S);
		(void)printf("%s.%s %lld %zu %u %s", table, column,
		    (long long)value->row, offset, bit,
		    value->is_needed ? "needed" : "idle");
		(void)fflush(stdout);
		say_verify(f);
		if (value->is_needed || offset % IDLE == 0)
			say_sign(f, value->zone, wanted);
		else
			(void)printf(" untried\n");
	}
	free(other.bytes);
}

static void
flip_value(struct flipper *f, const char *table, const char *column,
    const struct value *value)
{
	const char *wanted = wanted_of(f, value->zone);
	size_t offset = 0;

	if (value->len > f->stride)
		offset = next_random(f) % f->stride;
	else if (value->len > 0)
		offset = next_random(f) % value->len;
	do {
		try(f, table, column, value, offset, wanted);
		offset += f->stride;
	} while (offset < value->len);
}

static const struct table *
find_table(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return &other_table;
}

/* All values of a column are read before the first is flipped. */
static void
flip_column(struct flipper *f, const char *table, const char *column,
    const char *declared)
{
	char *sql = mem_printf("SELECT rowid, \"%s\", coalesce(%s, (SELECT "
	    "min(zone) FROM ksk WHERE state <> 'removed')), %s FROM %s AS t",
	    column, find_table(table)->zone, find_table(table)->is_needed,
	    table);
	struct value *values = NULL;
	sqlite3_stmt *stmt;
	size_t i, chosen, n = 0;
	sqlite3 *db;

	restore(f);
	db = open_live(f);
	stmt = prepare(db, sql);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		read_value(stmt, type_of(declared), mem_push(&values, n++,
		    sizeof(*values)));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	chosen = n == 0 ? 0 : next_random(f) % n;
	for (i = 0; i < n; i++) {
		if (i == chosen || f->stride == 1 ||
		    next_random(f) % VALUES == 0)
			flip_value(f, table, column, &values[i]);
		free(values[i].bytes);
		free(values[i].zone);
	}
	free(values);
	free(sql);
}

static void
flip_table(struct flipper *f, const char *table)
{
	struct { char *name, *declared; } *columns = NULL;
	sqlite3_stmt *stmt;
	size_t i, n = 0;
	sqlite3 *db;

	restore(f);
	db = open_live(f);
	stmt = prepare(db, "SELECT name, type FROM pragma_table_info(?1)");
	(void)sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
		(void)mem_push(&columns, n, sizeof(*columns));
		columns[n].name = mem_strdup((const char *)
		    sqlite3_column_text(stmt, 0));
		columns[n].declared = mem_strdup((const char *)
		    sqlite3_column_text(stmt, 1));
	}
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	if (n == 0)
		die(table, "no such table");
	for (i = 0; i < n; i++) {
		flip_column(f, table, columns[i].name, columns[i].declared);
		free(columns[i].name);
		free(columns[i].declared);
	}
	free(columns);
}

int
main(int argc, char **argv)
{
	struct flipper f = { .now_at = when_now() };
	struct error err = ERR_INIT;
	char *path;
	size_t k;
	int i;

	if (argc < 5)
		die("usage", "flip DIR SEED STRIDE TABLE...");
	f.config = mem_printf("%s/kmgr.yaml", argv[1]);
	f.live = mem_printf("%s/kmgr.db", argv[1]);
	f.seed = strtoull(argv[2], NULL, 10);
	f.stride = strtoul(argv[3], NULL, 10);
	if (f.stride == 0)
		die("usage", "STRIDE is 1 or more");
	path = mem_printf("%s/pristine.db", argv[1]);
	must(file_read(path, DB_MAX, &f.pristine, &err), path, &err);
	free(path);
	path = mem_printf("%s/tokens", argv[1]);
	read_tokens(&f, path);
	for (i = 4; i < argc; i++)
		flip_table(&f, argv[i]);
	restore(&f);
	for (k = 0; k < f.n_wanted; k++) {
		free(f.wanted[k].zone);
		buf_free(&f.wanted[k].records);
	}
	free_list(f.objects, f.n_objects);
	free_list(f.tokens, f.n_tokens);
	free(f.wanted);
	buf_free(&f.pristine);
	free(f.config);
	free(f.live);
	free(path);
	return 0;
}
