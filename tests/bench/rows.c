/*
 * rows FILE SQL...
 *
 * What a store costs without kmgr: open it, ask each question, read every
 * column of every row. Nothing of kmgr is in it. Prints how many rows.
 */
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

static void __attribute__((noreturn))
die(const char *what, sqlite3 *db)
{

	(void)fprintf(stderr, "rows: %s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static long
read_all(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	long n = 0;
	int i, rc;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		die(sql, db);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(stmt); i++)
			(void)sqlite3_column_blob(stmt, i);
		n++;
	}
	if (rc != SQLITE_DONE)
		die(sql, db);
	(void)sqlite3_finalize(stmt);
	return n;
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	long n = 0;
	int i;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: rows FILE SQL...\n");
		return 2;
	}
	if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY,
	    NULL) != SQLITE_OK)
		die(argv[1], db);
	for (i = 2; i < argc; i++)
		n += read_all(db, argv[i]);
	(void)sqlite3_close(db);
	(void)printf("%ld\n", n);
	return 0;
}
