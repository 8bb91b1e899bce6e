/* Zones on their way together. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/spread.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/service/run_inner.h"

void
run_zones_add(struct run_zones *zones, struct run_zone *z)
{

	*(struct run_zone **)mem_push(&zones->list, zones->n++,
	    sizeof(struct run_zone *)) = z;
}

static struct run_zones
copy(const struct run_zones *zones)
{

	return (struct run_zones) { mem_dup(zones->list,
	    zones->n * sizeof(*zones->list)), zones->n };
}

void
run_zones_clear(struct run_zones *zones)
{

	free(zones->list);
	*zones = (struct run_zones) { NULL, 0 };
}

/* Take out those that are another run's. */
static void
drop_lost(struct run_zones *zones, struct run_claims *claims)
{
	struct error err = ERR_INIT;
	size_t i, n = 0;

	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		if (run_claims_keep(claims, z->claim, &err) == 0)
			zones->list[n++] = z;
		else
			run_zone_fail(z, &err);
		err_clear(&err);
	}
	zones->n = n;
}

int
run_zones_guard(struct run_zones *zones, struct error *err)
{
	struct run_claims *claims = &zones->list[0]->pass->claims;
	size_t *list = mem_new(zones->n * sizeof(*list));
	size_t i;
	int rc;

	drop_lost(zones, claims);
	for (i = 0; i < zones->n; i++)
		list[i] = zones->list[i]->claim;
	rc = run_claims_enter(claims, list, zones->n, err);
	free(list);
	return rc;
}

struct asking {
	const struct run_zones	*zones;
	void			(*ask)(struct run_zone *z);
};

static void
ask_one(void *arg, size_t i)
{
	const struct asking *asking = arg;

	if (stop_signal() == 0)
		asking->ask(asking->zones->list[i]);
}

static void
ask_some(struct run_zones *zones, void (*ask)(struct run_zone *z))
{
	struct asking asking = { zones, ask };
	struct error err = ERR_INIT;
	size_t i;

	if (run_zones_guard(zones, &err) == 0)
		spread(zones->n, ask_one, &asking);
	for (i = 0; i < zones->n && err.class != ERR_NONE; i++)
		run_zone_fail(zones->list[i], &err);
}

/* So many that leases, which are renewed between them, outlast who is slow. */
void
run_ask_all(const struct run_zones *zones, void (*ask)(struct run_zone *z))
{
	size_t i;

	for (i = 0; i < zones->n; i += SPREAD_MAX) {
		const struct run_zones share = { zones->list + i,
			zones->n - i < SPREAD_MAX ? zones->n - i : SPREAD_MAX };
		struct run_zones ours = copy(&share);

		ask_some(&ours, ask);
		run_zones_clear(&ours);
	}
	if (zones->n > 0)
		run_claims_leave(&zones->list[0]->pass->claims);
}

/* What zones stand together the store can give at once. */
static void
read_ahead(struct store *store, const struct run_zones *zones,
    bool (*is_known)(const struct run_zone *z))
{
	const char **names = mem_new((zones->n + 1) * sizeof(*names));
	size_t i, n = 0;

	for (i = 0; i < zones->n; i++)
		if (is_known == NULL || !is_known(zones->list[i]))
			names[n++] = zones->list[i]->text;
	if (n > 1)
		store_ahead_of(store, names, n);
	free(names);
}

void
run_zones_ahead(const struct run_zones *zones, struct store *store)
{

	read_ahead(store, zones, NULL);
}

static int
write_all(struct store *store, const struct run_zones *zones,
    const struct run_write *write, struct error *err)
{
	size_t i;

	/* Up to the first change what was read ahead is so. */
	run_zones_ahead(zones, store);
	for (i = 0; i < zones->n && write->check != NULL; i++)
		if (write->check(zones->list[i], err) != 0)
			return -1;
	for (i = 0; i < zones->n; i++)
		if (write->in(zones->list[i], err) != 0)
			return -1;
	return write->end == NULL ? 0 : write->end(zones, err);
}

static int
commit(struct run_zones *zones, const struct run_write *write,
    struct error *err)
{
	struct store *store;
	size_t i;

	if (session_store(zones->list[0]->run->session, &store, err) != 0 ||
	    run_zones_guard(zones, err) != 0 || store_begin(store, err) != 0)
		return -1;
	if (write_all(store, zones, write, err) != 0 ||
	    store_commit(store, err) != 0) {
		store_rollback(store);
		return -1;
	}
	for (i = 0; i < zones->n; i++)
		write->done(zones->list[i]);
	return 0;
}

static void
commit_one(struct run_zone *z, const struct run_write *write)
{
	struct run_zones one = { &z, 1 };
	struct error err = ERR_INIT;

	if (commit(&one, write, &err) != 0)
		run_zone_fail(z, &err);
}

/* One that cannot be written keeps no other one from being. */
void
run_zones_commit(const struct run_zones *zones,
    const struct run_write *write)
{
	struct run_zones all = copy(zones);
	struct error ignored = ERR_INIT;
	size_t i;
	int rc = -1;

	if (zones->n > 1)
		rc = commit(&all, write, &ignored);
	for (i = 0; i < zones->n && rc != 0; i++)
		commit_one(zones->list[i], write);
	if (zones->n > 0)
		run_claims_leave(&zones->list[0]->pass->claims);
	run_zones_clear(&all);
}

/* NULL: there is no snapshot. Then each zone says what is wrong. */
static struct store *
begin_to_read(const struct run_zones *zones,
    bool (*is_known)(const struct run_zone *z))
{
	struct error ignored = ERR_INIT;
	struct store *store = NULL;

	if (zones->n <= 1 || session_store(zones->list[0]->run->session,
	    &store, &ignored) != 0 || store_snapshot(store, &ignored) != 0)
		return NULL;
	read_ahead(store, zones, is_known);
	return store;
}

void
run_zones_look(const struct run_zones *zones)
{
	struct store *store = begin_to_read(zones, run_zone_is_loaded);
	size_t i;

	for (i = 0; i < zones->n; i++) {
		struct error err = ERR_INIT;

		if (!run_is_overtaken(&zones->list[i]->err) &&
		    run_zone_look(zones->list[i], &err) != 0)
			run_zone_fail(zones->list[i], &err);
	}
	if (store != NULL)
		store_release(store);
}

void
run_zones_read(const struct run_zones *zones,
    int (*read)(struct run_zone *z, struct error *err))
{
	struct run_zones ours = copy(zones);
	struct store *store;
	size_t i;

	if (ours.n > 0) {
		drop_lost(&ours, &ours.list[0]->pass->claims);
		zones->list[0]->pass->read_ms = when_elapsed_ms();
	}
	store = begin_to_read(&ours, NULL);
	for (i = 0; i < ours.n; i++)
		run_zone_try(ours.list[i], read);
	if (store != NULL)
		store_release(store);
	run_zones_clear(&ours);
}
