#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_server.h"

int
store_clock(struct store *store, int64_t *now_at, struct error *err)
{

	return db_clock(store->db, now_at, err);
}

int
store_settings(struct store *store, void (*each)(void *arg, const char *line),
    void *arg, struct error *err)
{
	const struct db_driver *driver = store->db->driver;

	return driver->settings == NULL ? 0 :
	    driver->settings(store->db, each, arg, err);
}
