/* A store in a folder of its own, on each backend that there is. */
#ifndef TESTS_UNIT_STOREHELP_H
#define TESTS_UNIT_STOREHELP_H

#include "tests/unit/unit.h"

#include "kmgr/store/ledger.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_ksr.h"
#include "kmgr/store/store_life.h"
#include "kmgr/store/store_plan.h"
#include "kmgr/store/store_zone.h"

struct storehelp {
	char dir[256];		/* made for the test, gone after it */
	char *url;
	const char *unguard;	/* for storehelp_unguard() */
	struct store *store;	/* open, with the schema and nothing in it */
	size_t n_asked;		/* since storehelp_count() */
	struct error err;
};

/* A test that has a struct storehelp as its state; one that is a matter of
 * SQLite, and is run on no other backend. */
#define STOREHELP_TEST(name) { #name, name, NULL, NULL, NULL }
#define STOREHELP_SQLITE_TEST(name) \
	{ #name, name, NULL, NULL, (void *)(uintptr_t)1 }

/**
 * storehelp_run(tests, n):
 * Run each test on each backend; the exit status of main().
 */
int storehelp_run(const struct CMUnitTest *tests, size_t n);

/**
 * storehelp_run_sqlite(tests, n), storehelp_run_pgsql(tests, n):
 * The same on one of them.
 */
int storehelp_run_sqlite(const struct CMUnitTest *tests, size_t n);
int storehelp_run_pgsql(const struct CMUnitTest *tests, size_t n);

/**
 * storehelp_same_url(help, name), storehelp_other_url(help, name):
 * Where another store could be, on this backend or on the other one.
 * Owner: the caller, free().
 */
char *storehelp_same_url(const struct storehelp *help, const char *name);
char *storehelp_other_url(const struct storehelp *help, const char *name);

/**
 * storehelp_is_sqlite(help):
 * Whether the store that is open is one of SQLite.
 */
bool storehelp_is_sqlite(const struct storehelp *help);

/**
 * storehelp_sql(help, sql):
 * Raw SQL, as somebody with the database in his hands writes it.
 */
int storehelp_sql(struct storehelp *help, const char *sql);

/**
 * storehelp_unguard(help):
 * Take all constraints and triggers from the ledger that would hinder
 * somebody who owns the database.
 */
void storehelp_unguard(struct storehelp *help);

/**
 * storehelp_unguard_all(help):
 * Likewise from every table, as long as the store stays open.
 */
void storehelp_unguard_all(struct storehelp *help);

/**
 * storehelp_count(help), storehelp_count_end(help):
 * From the one to the other count in ${help}->n_asked, from 0 on, the
 * questions that the open store puts to its database.
 */
void storehelp_count(struct storehelp *help);
void storehelp_count_end(struct storehelp *help);

/**
 * storehelp_reopen(help):
 * Close the store and open it again.
 */
void storehelp_reopen(struct storehelp *help);

/**
 * storehelp_cmk(n), storehelp_key(n, cmk, role), storehelp_ksk(n, zone,
 * generation):
 * Rows that every constraint likes; ${n} makes id, name and key tag. The
 * KSK belongs to CMK 1 and key ${n}.
 * Owner: the caller, X_row_clear().
 */
struct cmk_row storehelp_cmk(unsigned int n);
struct key_row storehelp_key(unsigned int n, unsigned int cmk,
    const char *role);
struct ksk_row storehelp_ksk(unsigned int n, const char *zone,
    int64_t generation);

/**
 * storehelp_id(n, out):
 * The id that the rows above have for ${n}. Returns ${out}.
 */
char *storehelp_id(unsigned int n, char out[static STORE_ID_TEXT]);

/**
 * storehelp_fill(help):
 * CMK 1 (a draft) with its seal key 101 and the KSK keys 1, 2 and 3.
 */
void storehelp_fill(struct storehelp *help);

/**
 * storehelp_plan(n):
 * A plan that waits, for CMK 1. Owner: the caller, plan_row_clear().
 */
struct plan_row storehelp_plan(unsigned int n);

/**
 * storehelp_ksr(n, zone):
 * An answered request of CMK 1 for ${zone}, of BIND's format. Owner: the
 * caller, ksr_row_clear().
 */
struct ksr_row storehelp_ksr(unsigned int n, const char *zone);

/**
 * storehelp_foreign(n, zone):
 * A foreign key of ${zone} that nothing has become of yet. Owner: the caller,
 * foreign_key_rows_free() of an array.
 */
struct foreign_key_row storehelp_foreign(unsigned int n, const char *zone);

/**
 * storehelp_seal(cmk), storehelp_retire(ksk):
 * Turn a draft's row into that of a sealed CMK, a KSK's into a removed one's.
 */
void storehelp_seal(struct cmk_row *cmk);
void storehelp_retire(struct ksk_row *ksk);

/**
 * storehelp_begun(state), storehelp_committed(help):
 * The test's store, filled, and with a transaction begun; commit that, and
 * open the store again.
 */
struct storehelp *storehelp_begun(void **state);
void storehelp_committed(struct storehelp *help);

/**
 * storehelp_fill_all(help):
 * As storehelp_fill(), and something in each table: what may still change
 * and what is final.
 */
void storehelp_fill_all(struct storehelp *help);

/**
 * storehelp_event(help, type, payload, actor, at):
 * One record into the ledger, its payload and actor written as JSON.
 */
void storehelp_event(struct storehelp *help, const char *type,
    const char *payload, const char *actor, int64_t at);

/**
 * storehelp_append(help, n):
 * ${n} records into the ledger, a transaction each.
 */
void storehelp_append(struct storehelp *help, size_t n);

/**
 * storehelp_child(help, run):
 * Run ${run} in a process of its own, with a store opened there; its exit
 * status is what ${run} returns. Returns its process id.
 */
pid_t storehelp_child(struct storehelp *help,
    int (*run)(struct store *store, struct error *err));

/**
 * storehelp_wait(pid):
 * The exit status of a child, -1 where a signal ended it.
 */
int storehelp_wait(pid_t pid);

#endif
