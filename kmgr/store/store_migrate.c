#include <stdbool.h>
#include <string.h>

#include "kmgr/store/store_copy.h"
#include "kmgr/store/store_migrate.h"

#define LOCK_WAIT_S 30

/* Both stores, and what is held of them. */
struct move {
	struct db *from, *to;
	bool has_from_lock, has_to_lock;
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

/* Nobody is to work with either of them meanwhile. */
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
}

/* Which one is not said: nobody has looked yet whether it has a password. */
static int
refuse_same(struct error *err)
{

	return err_set(err, ERR_USAGE, "a store cannot move to itself");
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
	if (db_open(from, STORE_OPEN, &move.from, err) == 0 &&
	    db_open(to, STORE_CREATE, &move.to, err) == 0 &&
	    check_empty(move.to, err) == 0 &&
	    take_locks(&move, err) == 0 &&
	    db_snapshot(move.from, err) == 0 &&
	    db_begin(move.to, err) == 0 &&
	    check_empty(move.to, err) == 0 &&
	    store_copy_rows(move.from, move.to, out, err) == 0)
		rc = db_commit(move.to, err);
	move_close(&move);
	return rc;
}

static int
look(struct db *from, struct store_content *out, struct error *err)
{
	int rc;

	if (db_snapshot(from, err) != 0)
		return -1;
	rc = store_copy_count(from, out, err);
	db_release(from);
	return rc;
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
	if (driver->is_there(place) &&
	    (db_open(to, STORE_OPEN, &move.to, err) != 0 ||
	    check_empty(move.to, err) != 0))
		goto out;
	rc = look(move.from, out, err);
 out:
	move_close(&move);
	return rc;
}
