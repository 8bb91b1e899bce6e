#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/store/db_ahead.h"
#include "kmgr/store/db_shut.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_server.h"

int
store_open(const char *url, enum store_mode mode, struct store **out,
    struct error *err)
{
	struct db *db = NULL;

	*out = NULL;
	if (db_open(url, mode, &db, err) != 0)
		return -1;
	*out = mem_new(sizeof(**out));
	(*out)->db = db;
	return 0;
}

void
store_close(struct store *store)
{

	if (store == NULL)
		return;
	db_close(store->db);
	free(store);
}

int
store_url_check(const char *url, struct error *err)
{
	const char *place = NULL;

	return db_find_driver(url, &place, err) != NULL ? 0 : -1;
}

char *
store_token_lock_path(const struct store *store, const char *token)
{

	return mem_printf("%s.%s.lock", store->db->lock_base, token);
}

int
store_check(struct store *store, void (*each)(void *arg, const char *line),
    void *arg, struct error *err)
{
	char *why = NULL, *line;

	if (store->db->driver->inspect(store->db, each, arg, err) != 0 ||
	    store_settings(store, each, arg, err) != 0 ||
	    db_shut_why(store->db, &why, err) != 0)
		return -1;
	if (why == NULL)
		return 0;
	line = mem_printf(DB_SHUT "%s", why);
	each(arg, line);
	free(line);
	free(why);
	return 0;
}

int
store_snapshot(struct store *store, struct error *err)
{

	return db_snapshot(store->db, err);
}

void
store_release(struct store *store)
{

	db_release(store->db);
}

void
store_ahead(struct store *store, const char *after, const char *last)
{

	db_ahead(store->db, after, last);
}

bool
store_is_steady(const struct store *store)
{

	return store->db->is_snapshot || store->db->is_writing;
}

int
store_begin(struct store *store, struct error *err)
{

	store->own_seq = store->head_seq = 0;
	return db_begin(store->db, err);
}

int
store_commit(struct store *store, struct error *err)
{

	if (store_claim_check(store, err) == 0)
		return db_commit(store->db, err);
	db_rollback(store->db);
	return -1;
}

int
store_commit_anyway(struct store *store, struct error *err)
{

	return db_commit(store->db, err);
}

void
store_rollback(struct store *store)
{

	db_rollback(store->db);
}

int
store_lock(struct store *store, int64_t wait_s, struct error *err)
{

	return store->db->driver->lock(store->db, wait_s, err);
}

void
store_unlock(struct store *store)
{

	store->db->driver->unlock(store->db);
}

int
store_id_new(char out[static STORE_ID_TEXT], struct error *err)
{
	uint8_t id[STORE_ID_LEN];

	if (crypto_random(id, sizeof(id), err) != 0)
		return err_wrap(err, "make an id");
	(void)text_hex(id, sizeof(id), out);
	return 0;
}

int
store_change(struct store *store, const struct store_change *change,
    const struct db_value *args, size_t n, const char *id, struct error *err)
{
	int64_t changed = 0;

	if (db_change(store->db, &change->ask, args, n, &changed, err) != 0)
		return -1;
	if (changed == 1)
		return 0;
	return err_set(err, change->class, "%s %s: %s", change->noun, id,
	    change->why);
}
