#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/replay_internal.h"
#include "kmgr/store/store_intent.h"

static int
write_seal(struct store *store, const struct cmk_row *row, struct error *err)
{
	struct cmk_row sealed = *row;	/* borrows its texts */
	char state[] = "enabled";

	/* What came after the seal is written after it. */
	sealed.state = state;
	return store_cmk_seal(store, &sealed, err);
}

static int
write_cmk(struct store *store, const struct cmk_row *row,
    const struct cmk_row *old, struct error *err)
{
	const bool seals = old->seal == NULL && row->seal != NULL;
	const char *state = seals ? "enabled" : old->state;

	/* In the order that the store's guards allow. */
	if ((old->seal == NULL && store_cmk_set_policy(store, row,
	    err) != 0) ||
	    (seals && write_seal(store, row, err) != 0) ||
	    (old->identity == NULL && row->identity != NULL &&
	    store_cmk_set_identity(store, row, err) != 0) ||
	    store_cmk_set_info(store, row, err) != 0 ||
	    (row->horizon_at != 0 && store_cmk_raise_horizon(store, row->id,
	    row->horizon_at, err) != 0))
		return -1;
	if (strcmp(state, row->state) == 0 &&
	    old->deletion_at == row->deletion_at)
		return 0;
	return store_cmk_set_state(store, row, err);
}

static int
write_cmks(const struct replay *replay, struct store *store,
    struct error *err)
{
	const struct cmk_row *row;
	struct cmk_row old;
	bool found;
	size_t i;
	int rc = 0;

	for (i = 0; i < replay->cmks.n && rc == 0; i++) {
		row = replay->cmks.rows[i];
		old = (struct cmk_row) { 0 };
		if (store_cmk_find(store, row->id, &old, &found, err) != 0)
			return -1;
		rc = found ? write_cmk(store, row, &old, err) :
		    store_cmk_put(store, row, err);
		cmk_row_clear(&old);
	}
	return rc;
}

static int
write_keys(const struct replay *replay, struct store *store,
    struct error *err)
{
	const struct key_row *row;
	struct key_row old;
	bool found;
	size_t i;

	for (i = 0; i < replay->keys.n; i++) {
		row = replay->keys.rows[i];
		old = (struct key_row) { 0 };
		if (store_key_find(store, row->id, &old, &found, err) != 0)
			return -1;
		key_row_clear(&old);
		if (!found && store_key_put(store, row, err) != 0)
			return -1;
	}
	return 0;
}

static bool
is_same_life(const struct ksk_row *a, const struct ksk_row *b)
{

	return strcmp(a->state, b->state) == 0 && ksk_facts_are_same(a, b);
}

static int
write_ksk(struct store *store, const struct ksk_row *row,
    const struct ksk_row *old, struct error *err)
{
	struct ksk_row alive = *row;	/* borrows its texts */

	/* Removed is what the retirement makes it, after all else. */
	if (row->retirement != NULL)
		alive.state = old->state;
	if (!is_same_life(&alive, old) &&
	    store_ksk_set_life(store, &alive, err) != 0)
		return -1;
	if (row->horizon_at > old->horizon_at && store_ksk_raise_horizon(store,
	    row->id, row->horizon_at, err) != 0)
		return -1;
	if (row->retirement == NULL || old->retirement != NULL)
		return 0;
	return store_ksk_retire(store, row, err);
}

static int
write_ksks(const struct replay *replay, struct store *store,
    struct error *err)
{
	const struct ksk_row *row;
	struct ksk_row old;
	bool found;
	size_t i;
	int rc = 0;

	for (i = 0; i < replay->ksks.n && rc == 0; i++) {
		row = replay->ksks.rows[i];
		old = (struct ksk_row) { 0 };
		if (store_ksk_find(store, row->id, &old, &found, err) != 0)
			return -1;
		rc = found ? write_ksk(store, row, &old, err) :
		    store_ksk_put(store, row, err);
		ksk_row_clear(&old);
	}
	return rc;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct intent_row *left = a, *right = b;

	return strcmp(left->key_id, right->key_id);
}

/* So that what a token keeps for ever is known to be nobody's. */
static int
write_abandoned(const struct replay *replay, struct store *store,
    struct error *err)
{
	const struct replay_abandoned *left;
	struct intent_row *rows, copy;
	size_t i, n;
	int rc = 0;

	if (store_intent_list(store, "abandoned", &rows, &n, err) != 0)
		return -1;
	if (n > 0)
		qsort(rows, n, sizeof(*rows), compare_keys);
	for (i = 0; i < replay->abandoned.n && rc == 0; i++) {
		left = replay->abandoned.rows[i];
		copy = left->row;	/* borrows its texts */
		if (n > 0 && bsearch(&copy, rows, n, sizeof(*rows),
		    compare_keys) != NULL)
			continue;
		if (store_intent_put(store, &copy, err) != 0 ||
		    store_intent_resolve(store, copy.id, "abandoned",
		    copy.resolved_at, err) != 0)
			rc = -1;
	}
	intent_rows_free(rows, n);
	return rc;
}

int
replay_write(const struct replay *replay, struct store *store,
    struct error *err)
{

	return write_cmks(replay, store, err) != 0 ||
	    write_keys(replay, store, err) != 0 ||
	    write_ksks(replay, store, err) != 0 ||
	    replay_write_zones(replay, store, err) != 0 ||
	    replay_write_plans(replay, store, err) != 0 ||
	    replay_write_ksrs(replay, store, err) != 0 ||
	    write_abandoned(replay, store, err) != 0 ||
	    replay_check(replay, store, err) != 0 ? -1 : 0;
}
