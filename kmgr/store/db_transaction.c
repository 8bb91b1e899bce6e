/* One state of a database, and changes of it that are one. */
#include <assert.h>

#include "kmgr/store/db.h"
#include "kmgr/store/db_ahead.h"

int
db_snapshot(struct db *db, struct error *err)
{

	assert(!db->is_writing && !db->is_snapshot);
	if (db->driver->snapshot(db, err) != 0)
		return -1;
	db->is_snapshot = true;
	return 0;
}

void
db_release(struct db *db)
{

	db_ahead_end(db);
	if (db->is_snapshot)
		db->driver->rollback(db);
	db->is_snapshot = false;
}

int
db_begin(struct db *db, struct error *err)
{

	assert(!db->is_writing && !db->is_snapshot);
	if (db->driver->begin(db, err) != 0)
		return -1;
	db->is_writing = true;
	return 0;
}

int
db_begin_beside(struct db *db, struct error *err)
{

	assert(!db->is_writing && !db->is_snapshot);
	if (db->driver->begin_beside(db, err) != 0)
		return -1;
	db->is_writing = true;
	return 0;
}

int
db_clock(struct db *db, int64_t *now_at, struct error *err)
{

	return db->driver->clock(db, now_at, err);
}

int
db_commit(struct db *db, struct error *err)
{

	assert(db->is_writing);
	db_ahead_end(db);
	if (db->driver->commit(db, err) != 0) {
		db_rollback(db);
		return err_hint(err, "nothing of it was written");
	}
	db->is_writing = false;
	return 0;
}

void
db_rollback(struct db *db)
{

	db_ahead_end(db);
	if (db->is_writing)
		db->driver->rollback(db);
	db->is_writing = false;
}
