#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/db_shut.h"
#include "kmgr/store/store_copy.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_migrate.h"

#define LOCK_WAIT_S 30
#define MOVED	    "it has moved to "

/*
 * One of the two can be written, or neither. The copy is committed shut; then
 * the original is, and only then is the copy opened. What a crash leaves is
 * told by why each is shut, and who asks again goes on from there. A move is
 * taken back in the same way, as long as both have the same rows.
 */

/* Both stores, what is held of them, and why they are shut, or NULL. */
struct move {
	struct db *from, *to;
	bool has_from_lock, has_to_lock;
	char *from_why, *to_why;
	char *moved;		/* why that of from is, when all is done */
};

static int
refuse_full(const struct db *to, const struct store_content *content,
    struct error *err)
{

	(void)err_set(err, ERR_INPUT, "store %s is not empty: its ledger has "
	    "%lld event%s", to->name, (long long)content->seq,
	    content->seq == 1 ? "" : "s");
	return err_hint(err, "name one that is not there yet, or that kmgr "
	    "init has just made; nothing was written to it");
}

static int
check_empty(struct db *to, struct error *err)
{
	struct store_content content = { 0 };

	if (store_copy_count(to, &content, err) != 0)
		return -1;
	return store_copy_is_empty(&content) ? 0 :
	    refuse_full(to, &content, err);
}

/* No operator is to work with either of them meanwhile. */
static int
take_locks(struct move *move, struct error *err)
{

	if (move->from->driver->lock(move->from, LOCK_WAIT_S, err) != 0)
		return -1;
	move->has_from_lock = true;
	if (move->to->driver->lock(move->to, LOCK_WAIT_S, err) != 0)
		return -1;
	move->has_to_lock = true;
	return 0;
}

static void
move_close(struct move *move)
{

	if (move->has_to_lock)
		move->to->driver->unlock(move->to);
	if (move->has_from_lock)
		move->from->driver->unlock(move->from);
	db_close(move->to);
	db_close(move->from);
	free(move->from_why);
	free(move->to_why);
	free(move->moved);
}

/* Which one is not said: nobody has looked yet whether it has a password. */
static int
refuse_same(struct error *err)
{

	return err_set(err, ERR_USAGE, "a store cannot move to itself");
}

static char *
moved_to(const struct db *db)
{

	return mem_printf(MOVED "%s", db->name);
}

static char *
not_moved(const struct db *db)
{

	return mem_printf("the move to it from %s has not ended", db->name);
}

/* Whether to was shut by a move between these two. */
static bool
is_of_both(const struct move *move)
{
	char *back = moved_to(move->from), *half = not_moved(move->from);
	bool yes = move->to_why != NULL && (strcmp(move->to_why, back) == 0 ||
	    strcmp(move->to_why, half) == 0);

	free(back);
	free(half);
	return yes;
}

static int
refuse_shut(const struct move *move, struct error *err)
{

	(void)err_set(err, ERR_INPUT, "store %s is shut: %s",
	    move->from->name, move->from_why);
	if (strncmp(move->from_why, MOVED, strlen(MOVED)) == 0)
		return err_hint(err, "there is nothing to move any more; "
		    "kmgr migrate-store from there to here takes it back, as "
		    "long as nothing was written there");
	return err_hint(err, "run that kmgr migrate-store again: it says what "
	    "is left to do");
}

/* from may only be shut for the same move, which then did not end. */
static int
check_shut(struct move *move, struct error *err)
{

	free(move->from_why);
	free(move->to_why);
	move->from_why = move->to_why = NULL;
	if (db_shut_why(move->from, &move->from_why, err) != 0 ||
	    (move->to != NULL &&
	    db_shut_why(move->to, &move->to_why, err) != 0))
		return -1;
	if (move->from_why == NULL || (move->to != NULL && is_of_both(move) &&
	    strcmp(move->from_why, move->moved) == 0))
		return 0;
	return refuse_shut(move, err);
}

/* Whether there is anything to do, and to may be written. */
static int
check(struct move *move, struct error *err)
{

	if (check_shut(move, err) != 0)
		return -1;
	return move->to == NULL || is_of_both(move) ? 0 :
	    check_empty(move->to, err);
}

/* What to has of an earlier move between them is what from has. */
static int
compare(struct move *move, struct store_content *out, struct error *err)
{

	if (store_copy_compare(move->from, move->to, out, err) == 0)
		return 0;
	err->class = ERR_INPUT;
	(void)err_hint(err, "%s is in use and has more: name an empty store, "
	    "or make that one empty: nothing in it is missing in %s",
	    move->from->name, move->from->name);
	return err_wrap(err, "store %s is shut: %s", move->to->name,
	    move->to_why);
}

/* Into to, which stays shut for now. */
static int
copy(struct move *move, struct store_content *out, struct error *err)
{
	char *why = not_moved(move->from);
	int rc = -1;

	if (store_copy_rows(move->from, move->to, out, err) == 0 &&
	    db_shut(move->to, why, err) == 0)
		rc = db_commit(move->to, err);
	free(why);
	return rc;
}

static int
hand_over(struct move *move, struct error *err)
{

	if (move->from_why == NULL &&
	    db_shut(move->from, move->moved, err) != 0)
		return -1;
	if (db_commit(move->from, err) != 0 || db_begin(move->to, err) != 0 ||
	    db_reopen(move->to, err) != 0)
		return -1;
	return db_commit(move->to, err);
}

/* Inside a transaction of each: nobody else writes into either. */
static int
carry_out(struct move *move, struct store_content *out, struct error *err)
{
	int rc;

	if (check(move, err) != 0)
		return -1;
	if (!is_of_both(move))
		rc = copy(move, out, err);
	else if ((rc = compare(move, out, err)) == 0)
		db_rollback(move->to);
	return rc == 0 ? hand_over(move, err) : -1;
}

int
store_migrate(const char *from, const char *to, struct store_content *out,
    struct error *err)
{
	struct move move = { 0 };
	int rc = -1;

	*out = (struct store_content){ 0 };
	if (strcmp(from, to) == 0)
		return refuse_same(err);
	if (db_open(from, STORE_OPEN, &move.from, err) != 0 ||
	    db_open(to, STORE_CREATE, &move.to, err) != 0)
		goto out;
	move.moved = moved_to(move.to);
	if (check(&move, err) == 0 &&
	    take_locks(&move, err) == 0 &&
	    db_begin(move.from, err) == 0 &&
	    db_begin(move.to, err) == 0)
		rc = carry_out(&move, out, err);
 out:
	move_close(&move);
	return rc;
}

/* As carry_out(), of what is there now. */
static int
look(struct move *move, struct store_content *out, struct error *err)
{

	if (db_snapshot(move->from, err) != 0 ||
	    (move->to != NULL && db_snapshot(move->to, err) != 0) ||
	    check(move, err) != 0)
		return -1;
	if (move->to != NULL && is_of_both(move))
		return compare(move, out, err);
	return store_copy_count(move->from, out, err);
}

int
store_migrate_look(const char *from, const char *to,
    struct store_content *out, struct error *err)
{
	const struct db_driver *driver;
	const char *place = NULL;
	struct move move = { 0 };
	int rc = -1;

	*out = (struct store_content){ 0 };
	if (strcmp(from, to) == 0)
		return refuse_same(err);
	if ((driver = db_find_driver(to, &place, err)) == NULL ||
	    db_open(from, STORE_OPEN, &move.from, err) != 0)
		goto out;
	if (driver->is_there(place)) {
		if (db_open(to, STORE_OPEN, &move.to, err) != 0)
			goto out;
		move.moved = moved_to(move.to);
	}
	rc = look(&move, out, err);
 out:
	move_close(&move);
	return rc;
}

int
store_migrate_shut(struct store *store, char **why, struct error *err)
{

	return db_shut_why(store->db, why, err);
}
