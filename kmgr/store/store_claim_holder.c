#include <stdlib.h>

#include "kmgr/store/store_claim.h"
#include "kmgr/store/store_claim_holder.h"
#include "kmgr/store/store_inner.h"

static const struct db_question ask_all = { "list who works",
	"SELECT DISTINCT holder FROM claim WHERE until_at > 0" };
static const struct db_question ask_one = { "find who works on a zone",
	"SELECT holder, until_at FROM claim WHERE zone = $1 "
	"AND until_at > $2 AND until_at <= $3" };

static void
read_holder(const struct db_rows *rows, void *out)
{
	struct store_claim_holder *holder = out;

	holder->name = db_get_text(rows, 0);
	holder->until_at = db_get_int(rows, 1);
}

static void
clear(void *holder)
{

	store_claim_holder_clear(holder);
}

static const struct db_shape shape = { sizeof(struct store_claim_holder),
	read_holder, clear };

int
store_claim_holder_of(struct store *store, const char *zone,
    struct store_claim_holder *out, struct error *err)
{
	struct db_value args[] = { db_text(zone), db_int(0), db_int(0) };
	bool found = false;

	*out = (struct store_claim_holder) { NULL, 0 };
	if (db_clock(store->db, &args[1].i, err) != 0)
		return -1;
	/* What is to last for longer another clock has written. */
	args[2].i = args[1].i + STORE_CLAIM_LEASE_MAX_S;
	return db_one(store->db, &ask_one, args, STORE_N(args), &shape, out,
	    &found, err);
}

void
store_claim_holder_clear(struct store_claim_holder *holder)
{

	free(holder->name);
	*holder = (struct store_claim_holder) { NULL, 0 };
}

int
store_claim_holder_list(struct store *store, char ***out, size_t *n,
    struct error *err)
{

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_all, NULL, 0, &store_name_shape, out,
	    n, err);
}
