#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/store_claim.h"
#include "kmgr/store/store_inner.h"

/*
 * Of a row of table claim: its lease is not over. One that were to last for
 * longer than any does was written by a clock that is turned back since.
 */
#define LIVE(now)                                                            \
	"(claim.until_at > " now " AND claim.until_at <= " now " + 86400)"

/* Zones that are due, have a key, and are nobody's nor were ours. */
#define FREE(due, now, holder)                                               \
	"zone.next_at <= " due " AND NOT coalesce(" LIVE(now)                \
	" OR claim.holder = " holder ", false) AND " STORE_ZONE_USED
#define TAKE(skip)                                                           \
	"WITH due AS MATERIALIZED (SELECT claim.zone AS zone FROM zone "     \
	"JOIN claim ON claim.zone = zone.zone WHERE "                        \
	FREE("$1", "$2", "$3") " ORDER BY zone.next_at, zone.zone LIMIT $4"  \
	skip ") UPDATE claim SET holder = $3, epoch = claim.epoch + 1, "     \
	"until_at = $5 FROM due WHERE claim.zone = due.zone "                \
	"RETURNING claim.zone, claim.epoch, (SELECT zone.next_at FROM zone " \
	"WHERE zone.zone = claim.zone)"
#define HOLD(share)                                                          \
	"SELECT count(*) FROM (SELECT 1 FROM claim WHERE zone = $1 AND "     \
	"holder = $2 AND epoch = $3" share ") AS held"

/* A row to lock for each of the next zones; most have one. */
static const struct db_question ask_rows = { "make room for claims",
	"INSERT INTO claim (zone, holder, epoch, until_at) "
	"SELECT next.zone, '', 0, 0 FROM (SELECT zone.zone AS zone, "
	"claim.zone AS has FROM zone LEFT JOIN claim "
	"ON claim.zone = zone.zone WHERE " FREE("$1", "$2", "$3")
	" ORDER BY zone.next_at, zone.zone LIMIT $4) AS next "
	/* In one order, so that no two wait for each other. */
	"WHERE next.has IS NULL ORDER BY next.zone "
	"ON CONFLICT (zone) DO NOTHING" };
static const struct db_question ask_take = { "claim zones", TAKE("") };
static const struct db_question ask_take_locked = { "claim zones",
	TAKE(" FOR UPDATE OF claim SKIP LOCKED") };
static const struct db_question ask_zone = { "claim a zone",
	"INSERT INTO claim (zone, holder, epoch, until_at) "
	"VALUES ($1, $2, 1, $3) ON CONFLICT (zone) DO UPDATE SET "
	"holder = $2, epoch = claim.epoch + 1, until_at = $3 "
	"WHERE NOT " LIVE("$4") " OR claim.holder = $2 "
	"RETURNING zone, epoch" };
static const struct db_question ask_holder = { "find who works on a zone",
	"SELECT holder FROM claim WHERE zone = $1" };
static const struct db_question ask_renew = { "renew claims",
	"UPDATE claim SET until_at = $1 WHERE holder = $2 AND until_at > 0 "
	"RETURNING zone, epoch" };
static const struct db_question ask_release = { "release claims",
	"UPDATE claim SET until_at = 0 WHERE holder = $1 AND until_at > 0" };
static const struct db_question ask_hold = { "look at a claim", HOLD("") };
static const struct db_question ask_hold_locked = { "look at a claim",
	HOLD(" FOR NO KEY UPDATE") };
/* Of all that he has, for who needs many. */
#define HOLD_ALL(share)                                                      \
	"SELECT zone, epoch FROM claim WHERE holder = $1 AND until_at > 0"   \
	share
static const struct db_question ask_all = { "look at claims", HOLD_ALL("") };
static const struct db_question ask_all_locked = { "look at claims",
	HOLD_ALL(" FOR NO KEY UPDATE") };
static const struct db_question ask_n_due = { "count zones that are due",
	"SELECT count(*) FROM zone WHERE next_at <= $1 AND " STORE_ZONE_USED };
static const struct db_question ask_next = { "find when a zone is due",
	"SELECT coalesce((SELECT zone.next_at FROM zone "
	"WHERE NOT EXISTS (SELECT 1 FROM claim WHERE claim.zone = zone.zone "
	"AND " LIVE("$1") ") AND " STORE_ZONE_USED
	" ORDER BY zone.next_at LIMIT 1), 9223372036854775807)" };
#define WAITING "FROM zone WHERE next_at > $1 AND next_at <= $2 " \
	"AND waits_for = $3 AND " STORE_ZONE_USED
static const struct db_question ask_n_waiting = {
	"count zones that wait", "SELECT count(*) " WAITING };
static const struct db_question ask_first_waiting = { "find who waits",
	"SELECT coalesce(min(next_at), 9223372036854775807) " WAITING };

static void
read_claim(const struct db_rows *rows, void *out)
{
	struct store_claim *claim = out;

	claim->zone = db_get_text(rows, 0);
	claim->epoch = db_get_int(rows, 1);
	claim->is_lost = false;
}

static void
clear_claim(void *claim)
{

	free(((struct store_claim *)claim)->zone);
}

static const struct db_shape shape = { sizeof(struct store_claim), read_claim,
	clear_claim };

/* One that is due; the claim is the first member, so that it is freed alike. */
struct due {
	struct store_claim	claim;
	int64_t			at;
};

static void
read_due(const struct db_rows *rows, void *out)
{
	struct due *due = out;

	read_claim(rows, &due->claim);
	due->at = db_get_int(rows, 2);
}

static const struct db_shape due_shape = { sizeof(struct due), read_due,
	clear_claim };

/* Names as both databases sort them: byte by byte. */
static int
compare_due(const void *a, const void *b)
{
	const struct due *left = a, *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return strcmp(left->claim.zone, right->claim.zone);
}

/* A database gives what it has changed in an order of its own. */
static void
sort_due(struct due *list, size_t n, struct store_claim **out)
{
	size_t i;

	if (n == 0)
		return;
	qsort(list, n, sizeof(*list), compare_due);
	*out = mem_new(n * sizeof(**out));
	for (i = 0; i < n; i++)
		(*out)[i] = list[i].claim;
}

void
store_claims_free(struct store_claim *claims, size_t n)
{

	db_list_free(&shape, claims, n);
}

/* The question alone, in a transaction of its own. */
static int
write(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n_args, struct store_claim **out,
    size_t *n, struct error *err)
{

	if (db_begin_beside(db, err) != 0)
		return -1;
	if (db_list(db, question, args, n_args, &shape, out, n, err) == 0) {
		if (db_commit(db, err) == 0)
			return 0;
		store_claims_free(*out, *n);
		*out = NULL;
		*n = 0;
	}
	db_rollback(db);
	return -1;
}

int
store_claim_due(struct store *store, const struct store_holder *holder,
    int64_t due_at, size_t max, struct store_claim **out, size_t *n,
    struct error *err)
{
	struct db_value args[] = { db_int(due_at), db_int(0),
		db_text(holder->name), db_int((int64_t)max), db_int(0) };
	struct db *db = store->db;
	struct due *list = NULL;

	*out = NULL;
	*n = 0;
	if (db_clock(db, &args[1].i, err) != 0 ||
	    db_begin_beside(db, err) != 0)
		return -1;
	args[4].i = args[1].i + holder->lease_s;
	if (db_change(db, &ask_rows, args, 4, NULL, err) == 0 &&
	    db_list(db, db->driver->locks_rows ? &ask_take_locked : &ask_take,
	    args, STORE_N(args), &due_shape, &list, n, err) == 0 &&
	    db_commit(db, err) == 0) {
		sort_due(list, *n, out);
		free(list);		/* the names are out's now */
		return 0;
	}
	db_rollback(db);
	db_list_free(&due_shape, list, *n);
	*n = 0;
	return -1;
}

int
store_claim_zone(struct store *store, const struct store_holder *holder,
    const char *zone, struct store_claim **out, size_t *n, char **other,
    struct error *err)
{
	struct db_value args[] = { db_text(zone), db_text(holder->name),
		db_int(0), db_int(0) };
	bool found = false;

	*out = NULL;
	*other = NULL;
	*n = 0;
	if (db_clock(store->db, &args[3].i, err) != 0)
		return -1;
	args[2].i = args[3].i + holder->lease_s;
	if (write(store->db, &ask_zone, args, STORE_N(args), out, n, err) !=
	    0)
		return -1;
	return *n > 0 ? 0 : db_one(store->db, &ask_holder, args, 1,
	    &store_name_shape, other, &found, err);
}

static bool
has(const struct store_claim *held, size_t n, const struct store_claim *claim)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (held[i].epoch == claim->epoch &&
		    strcmp(held[i].zone, claim->zone) == 0)
			return true;
	return false;
}

int
store_claim_renew(struct store *store, const struct store_holder *holder,
    struct store_claim *claims, size_t n, struct error *err)
{
	struct db_value args[] = { db_int(0), db_text(holder->name) };
	struct store_claim *held = NULL;
	size_t i, n_held = 0;

	if (db_clock(store->db, &args[0].i, err) != 0)
		return -1;
	args[0].i += holder->lease_s;
	if (write(store->db, &ask_renew, args, STORE_N(args), &held, &n_held,
	    err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (!has(held, n_held, &claims[i]))
			claims[i].is_lost = true;
	store_claims_free(held, n_held);
	return 0;
}

int
store_claim_release(struct store *store, const char *name, struct error *err)
{
	const struct db_value args[] = { db_text(name) };

	if (db_begin_beside(store->db, err) != 0)
		return -1;
	if (db_change(store->db, &ask_release, args, STORE_N(args), NULL,
	    err) == 0 && db_commit(store->db, err) == 0)
		return 0;
	db_rollback(store->db);
	return -1;
}

void
store_claim_guard(struct store *store, const struct store_holder *holder,
    struct store_claim *claims, size_t n)
{

	store->holder = holder;
	store->claims = claims;
	store->n_claims = n;
}

static int
refuse_lost(struct store_claim *claim, struct error *err)
{

	claim->is_lost = true;
	(void)err_set(err, ERR_STORE, "zone %s: another run has taken it over",
	    claim->zone);
	err->code = STORE_CLAIM_LOST;
	return err_hint(err, "this one did not answer for longer than its "
	    "claim lasts; nothing of it was written or released");
}

static int
check_one(struct store *store, struct error *err)
{
	const struct db_question *ask = store->db->driver->locks_rows ?
	    &ask_hold_locked : &ask_hold;
	const struct db_value args[] = {
		db_text(store->claims[0].zone),
		db_text(store->holder->name),
		db_int(store->claims[0].epoch) };
	int64_t held;

	if (db_number(store->db, ask, args, STORE_N(args), &held, err) != 0)
		return -1;
	return held == 0 ? refuse_lost(&store->claims[0], err) : 0;
}

static int
check_all(struct store *store, struct error *err)
{
	const struct db_question *ask = store->db->driver->locks_rows ?
	    &ask_all_locked : &ask_all;
	const struct db_value args[] = { db_text(store->holder->name) };
	struct store_claim *held = NULL;
	size_t i, n = 0;
	int rc = 0;

	if (db_list(store->db, ask, args, STORE_N(args), &shape, &held, &n,
	    err) != 0)
		return -1;
	for (i = 0; i < store->n_claims && rc == 0; i++)
		if (!has(held, n, &store->claims[i]))
			rc = refuse_lost(&store->claims[i], err);
	store_claims_free(held, n);
	return rc;
}

/*
 * The rows stay locked until the commit: who would take a zone over between
 * this look and that passes it over.
 */
int
store_claim_check(struct store *store, struct error *err)
{

	if (store->n_claims == 0)
		return 0;
	return store->n_claims == 1 ? check_one(store, err) :
	    check_all(store, err);
}

int
store_claim_next(struct store *store, int64_t *next_at, struct error *err)
{
	struct db_value now = { .kind = DB_INT };

	return db_clock(store->db, &now.i, err) != 0 ? -1 :
	    db_number(store->db, &ask_next, &now, 1, next_at, err);
}

int
store_claim_n_due(struct store *store, int64_t due_at, size_t *n,
    struct error *err)
{
	const struct db_value args[] = { db_int(due_at) };
	int64_t count;

	if (db_number(store->db, &ask_n_due, args, STORE_N(args), &count,
	    err) != 0)
		return -1;
	*n = (size_t)count;
	return 0;
}

int
store_claim_n_waiting(struct store *store, const char *waits_for,
    int64_t after_at, int64_t max_s, size_t *n, int64_t *next_at,
    struct error *err)
{
	const struct db_value args[] = { db_int(after_at),
		db_int(after_at + max_s), db_text(waits_for) };
	int64_t count;

	if (db_number(store->db, &ask_n_waiting, args, STORE_N(args), &count,
	    err) != 0 || db_number(store->db, &ask_first_waiting, args,
	    STORE_N(args), next_at, err) != 0)
		return -1;
	*n = (size_t)count;
	return 0;
}
