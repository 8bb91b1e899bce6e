#include <stdlib.h>

#include "kmgr/store/store_group.h"
#include "kmgr/store/store_inner.h"

static const struct db_question ask_first = { "find a KSK of a CMK",
	"SELECT id FROM ksk WHERE cmk_id = $1 AND state <> 'removed' "
	"ORDER BY zone, generation LIMIT 1" };
static const struct db_question ask_zones = { "list the zones of a CMK",
	"SELECT DISTINCT zone FROM ksk WHERE cmk_id = $1 AND zone > $2 "
	"AND state <> 'removed' AND retire_at IS NULL "
	"ORDER BY zone LIMIT $3" };

static const struct db_question ask_count = { "count the zones of a CMK",
	"SELECT count(DISTINCT zone) FROM ksk WHERE cmk_id = $1 "
	"AND state <> 'removed' AND retire_at IS NULL" };
static const struct db_question ask_pairs = { "count shared keys",
	"SELECT count(*) FROM key WHERE cmk_id = $1 AND is_shared = 1" };
static const struct db_question ask_behind = { "find an older shared key",
	"SELECT 1 FROM ksk WHERE cmk_id = $1 AND key_id <> $2 "
	"AND state <> 'removed' AND retire_at IS NULL LIMIT 1" };

static void
read_text(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
clear_text(void *text)
{

	free(*(char **)text);
}

static const struct db_shape shape = { sizeof(char *), read_text,
	clear_text };

int
store_group_first(struct store *store, const char *cmk_id,
    struct ksk_row *out, bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id) };
	char *id = NULL;
	int rc;

	rc = db_one(store->db, &ask_first, args, STORE_N(args), &shape, &id,
	    found, err);
	if (rc == 0 && *found)
		rc = store_ksk_find(store, id, out, found, err);
	free(id);
	return rc;
}

int
store_group_zones(struct store *store, const char *cmk_id, const char *after,
    size_t max, char ***out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id), db_text(after),
		db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_zones, args, STORE_N(args), &shape,
	    out, n, err);
}

void
store_group_zones_free(char **zones, size_t n)
{

	db_list_free(&shape, zones, n);
}

int
store_group_count(struct store *store, const char *cmk_id, int64_t *n,
    struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id) };

	return db_number(store->db, &ask_count, args, STORE_N(args), n, err);
}

int
store_group_pairs(struct store *store, const char *cmk_id, int64_t *n,
    struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id) };

	return db_number(store->db, &ask_pairs, args, STORE_N(args), n, err);
}

int
store_group_is_behind(struct store *store, const char *cmk_id,
    const char *key_id, bool *behind, struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id), db_text(key_id) };
	int64_t one;

	if (db_number(store->db, &ask_behind, args, STORE_N(args), &one,
	    err) != 0)
		return -1;
	*behind = one != 0;
	return 0;
}
