/*
 * What a database has to do for the store. One backend is one file with a
 * struct db_driver; no type of its library appears here. SQL is written so
 * that SQLite and PostgreSQL read it alike: parameters are $1, $2, ... in
 * order of first appearance, numbers come from RETURNING.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/store/place.h"
#include "kmgr/store/store.h"

struct db;			/* an open database */
struct db_rows;			/* the rows of an answer, one at a time */
struct db_ahead;		/* what was read before it is asked for */

/* A question: what it does, for messages, and how. Both texts are constants:
 * a backend may keep what it prepared for an address. */
struct db_question {
	const char *what;	/* "add a CMK" */
	const char *sql;
};

enum db_kind {
	DB_NULL,
	DB_INT,
	DB_TEXT,
	DB_BLOB
};

/* An argument of a question; it borrows what it points to. */
struct db_value {
	enum db_kind kind;
	int64_t	     i;
	const void  *p;
	size_t	     len;
};

/* Why a question failed, as far as a caller can care. */
enum db_fault {
	DB_FAULT_NONE,
	DB_FAULT_TAKEN,		/* a UNIQUE constraint */
	DB_FAULT_GUARD,		/* another constraint, or a trigger */
	DB_FAULT_OTHER
};

enum db_content {
	DB_EMPTY,		/* no table at all */
	DB_KMGR,		/* a store of kmgr */
	DB_FOREIGN		/* somebody else's */
};

/* The functions of a backend, called through the wrappers below. */
struct db_driver {
	const char *scheme;	/* of the URL: "sqlite" */
	const char *own;	/* what to name instead of somebody else's */

	/* Version n + 1 is version n after steps[n]; the first one creates. */
	const char *const *steps;
	int64_t		   steps_n;

	int (*check)(const char *place, struct error *err);
	/* Whether a store may be there; the path, free(), that files of this
	 * machine about it begin with. */
	bool (*is_there)(const char *place);
	char *(*beside)(const char *place);
	int (*open)(const char *place, enum store_mode mode, struct db **out,
	    struct error *err);
	void (*close)(struct db *db);
	int (*lock)(struct db *db, int64_t wait_s, struct error *err);
	void (*unlock)(struct db *db);
	int (*content)(struct db *db, enum db_content *content,
	    int64_t *version, struct error *err);
	int (*set_version)(struct db *db, int64_t version, struct error *err);
	int (*inspect)(struct db *db, void (*each)(void *arg, const char *line),
	    void *arg, struct error *err);
	/* What of a server's settings loses what was committed; or NULL. */
	int (*settings)(struct db *db, void (*each)(void *arg,
	    const char *line), void *arg, struct error *err);
	int (*script)(struct db *db, const char *sql, struct error *err);
	int (*snapshot)(struct db *db, struct error *err);
	int (*begin)(struct db *db, struct error *err);
	/* As begin, beside another writer: of what it changes, the rows that
	 * matter are locked one by one (SQL), where locks_rows says so. */
	int (*begin_beside)(struct db *db, struct error *err);
	bool locks_rows;
	/* The clock that all who use the database have in common. */
	int (*clock)(struct db *db, int64_t *now_at, struct error *err);
	int (*commit)(struct db *db, struct error *err);
	void (*rollback)(struct db *db);
	/* All of it as it is now, into the empty file path. */
	int (*copy)(struct db *db, const char *path, struct error *err);
	/* In a transaction; each NULL where there is no need: numbers that
	 * come next follow those that were copied; all that is there goes to
	 * another place, named by the suffix, which is *kept, free(). */
	int (*renumber)(struct db *db, struct error *err);
	int (*set_aside)(struct db *db, const char *suffix, char **kept,
	    struct error *err);
	/* In a transaction: each change of a row is refused from now on, with
	 * what the literal says (db_shut.h); it is taken back; what it says. */
	int (*shut)(struct db *db, const char *literal, struct error *err);
	int (*reopen)(struct db *db, struct error *err);
	const struct db_question *ask_shut;
	/* NULL: a change costs no more at once. As db_change_one_later(); none
	 * is NULL where any number of rows will do. */
	int (*later)(struct db *db, const struct db_question *question,
	    const char *none, const struct db_value *args, size_t n,
	    struct error *err);
	int (*ask)(struct db *db, const struct db_question *question,
	    const struct db_value *args, size_t n, struct db_rows **out,
	    struct error *err);
	int (*next)(struct db_rows *rows, struct error *err);
	int64_t (*changed)(const struct db_rows *rows);
	int64_t (*get_int)(const struct db_rows *rows, int column);
	const char *(*get_text)(const struct db_rows *rows, int column);
	const uint8_t *(*get_blob)(const struct db_rows *rows, int column,
	    size_t *len);
	int (*width)(const struct db_rows *rows);
	const char *(*column)(const struct db_rows *rows, int column);
	struct db_value (*value)(const struct db_rows *rows, int column);
	void (*done)(struct db_rows *rows);
	enum db_fault (*fault)(const struct db *db);
};

/* Every struct db of a backend begins with this. */
struct db {
	const struct db_driver *driver;
	char *name;		/* for messages */
	struct place_id file;	/* that was opened, where it is a file */
	char *lock_base;	/* path that lock files stand beside */
	bool is_writing;	/* inside a transaction */
	bool is_snapshot;	/* inside one that only reads */
	struct lock *lock;	/* of lock_base, where that is what is locked */
	char **kept;		/* SQL, free() each, that must live as long */
	size_t kept_n;
	bool is_bulk;		/* whose failures are not survived: a question
				 * that fails may take all others with it */
	struct db_ahead *ahead;	/* in a snapshot, or NULL */
};

/* Every struct db_rows of a backend begins with this. */
struct db_rows {
	struct db *db;
};

extern const struct db_driver pgsql_driver;
extern const struct db_driver sqlite_driver;

/**
 * db_find_driver(url, place, err):
 * The backend of ${url}; *${place} is what follows "scheme:".
 *
 * Errors: NULL and ERR_CONFIG where there is none or it refuses the place.
 */
const struct db_driver *db_find_driver(const char *url, const char **place,
    struct error *err);

/**
 * db_open(url, mode, out, err), db_close(db):
 * Open the database and bring its schema up to date.
 *
 * Owner: the caller, db_close().
 * Errors: ERR_STORE, ERR_CONFIG.
 */
int db_open(const char *url, enum store_mode mode, struct db **out,
    struct error *err);
void db_close(struct db *db);

/**
 * db_snapshot(db, err), db_release(db):
 * Let all questions up to db_release() see the database as it is at the first
 * of them. db_release() without a snapshot does nothing.
 *
 * Errors: ERR_STORE.
 */
int db_snapshot(struct db *db, struct error *err);
void db_release(struct db *db);

/**
 * db_begin(db, err), db_commit(db, err), db_rollback(db):
 * A transaction that writes, the only one of all: who begins another waits,
 * and sees what this one wrote. Where it cannot be committed it is undone.
 * db_rollback() without a transaction does nothing.
 *
 * Errors: ERR_STORE.
 */
int db_begin(struct db *db, struct error *err);
int db_commit(struct db *db, struct error *err);
void db_rollback(struct db *db);

/**
 * db_begin_beside(db, err):
 * As db_begin(), for what changes no fact: it waits for no other writer where
 * rows can be locked one by one, and what it reads may be changed by others
 * before it is committed.
 *
 * db_clock(db, now_at, err): what time it is for all who use the database.
 *
 * Errors: ERR_STORE.
 */
int db_begin_beside(struct db *db, struct error *err);
int db_clock(struct db *db, int64_t *now_at, struct error *err);

/**
 * db_int(v), db_time(at), db_text(s), db_blob(p, len), db_buf(buf):
 * An argument; db_time() is NULL for 0, db_text() for NULL.
 */
struct db_value db_int(int64_t v);
struct db_value db_time(int64_t at);
struct db_value db_text(const char *s);
struct db_value db_blob(const void *p, size_t len);
struct db_value db_buf(const struct buf *buf);

/**
 * db_change(db, question, args, n, changed, err):
 * Ask a question that writes, inside a transaction; *${changed}, if not NULL,
 * is the number of rows it wrote.
 *
 * Errors: ERR_STORE; db_fault() says more.
 */
int db_change(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, int64_t *changed,
    struct error *err);

/**
 * db_change_later(db, question, args, n, err):
 * As db_change(), for what nobody goes on from, whatever becomes of it: a
 * backend may send it with what follows. It may be then that the next question
 * fails of it, or the commit; nothing of the transaction is left in any case.
 */
int db_change_later(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, struct error *err);

/**
 * db_change_one_later(db, question, none, args, n, err):
 * Likewise, for what has to write one row: else it fails of ${none}, a
 * constant, which says what it means that there is no such row.
 */
int db_change_one_later(struct db *db, const struct db_question *question,
    const char *none, const struct db_value *args, size_t n,
    struct error *err);

/**
 * db_insert(db, question, args, n, id, err):
 * As db_change() for INSERT ... RETURNING a number, which goes to *${id}.
 */
int db_insert(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, int64_t *id, struct error *err);

/* What rows of an answer become. */
struct db_shape {
	size_t size;		/* of the struct that a row is read into */
	void (*read)(const struct db_rows *rows, void *row);
	void (*clear)(void *row);	/* NULL: it owns nothing */
};

/**
 * db_list(db, question, args, n, shape, out, out_n, err):
 * All rows of the answer as the array *${out} of structs of ${shape}; ${out}
 * is the address of a pointer to them.
 *
 * Owner: the caller, db_list_free().
 * Errors: ERR_STORE.
 */
int db_list(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, size_t *out_n, struct error *err);
void db_list_free(const struct db_shape *shape, void *rows, size_t n);

/**
 * db_one(db, question, args, n, shape, out, found, err):
 * The first row of the answer into ${out}, where there is one.
 *
 * Errors: ERR_STORE.
 */
int db_one(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, bool *found, struct error *err);

/**
 * db_number(db, question, args, n, out, err):
 * The number that answers the question; 0 where it is NULL or there is none.
 *
 * Errors: ERR_STORE.
 */
int db_number(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, int64_t *out, struct error *err);

/**
 * db_fault(db):
 * Why the last question failed.
 */
enum db_fault db_fault(const struct db *db);

/**
 * db_get_int(rows, column), db_get_text(rows, column),
 * db_get_text_or_null(rows, column):
 * A column of the current row, the first is 0; where it is NULL, 0, "" or
 * NULL. The text is a copy. Owner: the caller, free().
 */
int64_t db_get_int(const struct db_rows *rows, int column);
char *db_get_text(const struct db_rows *rows, int column);
char *db_get_text_or_null(const struct db_rows *rows, int column);

/**
 * db_get_buf(rows, column, out), db_get_fixed(rows, column, out, len),
 * db_get_id(rows, column, out):
 * Append a blob; copy a blob of ${len} bytes; copy an id. One of another
 * length becomes zeroes or "", which no check of it accepts.
 */
void db_get_buf(const struct db_rows *rows, int column, struct buf *out);
void db_get_fixed(const struct db_rows *rows, int column, uint8_t *out,
    size_t len);
void db_get_id(const struct db_rows *rows, int column,
    char out[static STORE_ID_TEXT]);

#endif
