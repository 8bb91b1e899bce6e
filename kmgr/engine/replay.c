#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/replay_internal.h"
#include "kmgr/store/store_intent.h"

#define PAGE 1000		/* records that are read at a time */

/* A row begins with its id. */
static int
compare_ids(const void *a, const void *b)
{

	return strcmp(a, b);
}

static int
compare_tags(const void *a, const void *b)
{
	const struct ksk_row *left = a, *right = b;
	const int zones = strcmp(left->zone, right->zone);

	return zones != 0 ? zones : left->key_tag - right->key_tag;
}

void *
replay_rows_find(const struct replay_rows *rows, const char *id)
{
	void *const *found = tfind(id, &rows->by_id, compare_ids);

	return found == NULL ? NULL : *found;
}

int
replay_rows_add(struct replay_rows *rows, void *row_take, struct error *err)
{

	if (replay_rows_find(rows, row_take) != NULL)
		return err_set(err, ERR_INTEGRITY, "%s is there already",
		    (const char *)row_take);
	*(void **)mem_push(&rows->rows, rows->n++, sizeof(row_take)) =
	    row_take;
	if (tsearch(row_take, &rows->by_id, compare_ids) == NULL)
		abort();		/* as mem_new() without memory */
	return 0;
}

static void
rows_clear(struct replay_rows *rows, void (*clear)(void *row))
{
	size_t i;

	for (i = 0; i < rows->n; i++) {
		(void)tdelete(rows->rows[i], &rows->by_id, compare_ids);
		clear(rows->rows[i]);
		free(rows->rows[i]);
	}
	free(rows->rows);
}

/* The newest one of the zone that has the tag, or NULL. */
static struct ksk_row *
ksk_tagged(const struct replay *replay, const char *zone, uint16_t tag)
{
	union { const char *in; char *out; } u = { zone };
	const struct ksk_row wanted = { .zone = u.out, .key_tag = tag };
	void *const *found = tfind(&wanted, &replay->by_tag, compare_tags);

	return found == NULL ? NULL : *found;
}

void
replay_ksk_tag(struct replay *replay, struct ksk_row *row)
{
	struct ksk_row **place = tsearch(row, &replay->by_tag, compare_tags);

	if (place == NULL)
		abort();
	*place = row;
}

struct replay *
replay_new(void)
{

	return mem_new(sizeof(struct replay));
}

static void
clear_cmk(void *row)
{

	cmk_row_clear(row);
}

static void
clear_key(void *row)
{

	key_row_clear(row);
}

static void
clear_ksk(void *row)
{

	ksk_row_clear(row);
}

static void
clear_plan(void *row)
{

	plan_row_clear(row);
}

static void
clear_ksr(void *row)
{

	ksr_row_clear(row);
}

static void
clear_foreign(void *row)
{

	foreign_facts_clear(row);
}

static void
clear_abandoned(void *row)
{
	struct replay_abandoned *left = row;

	intent_row_clear(&left->row);
}

static void
clear_horizon(void *row)
{

	(void)row;
}

void
replay_free(struct replay *replay)
{
	size_t i;

	if (replay == NULL)
		return;
	for (i = 0; i < replay->ksks.n; i++)
		(void)tdelete(replay->ksks.rows[i], &replay->by_tag,
		    compare_tags);
	rows_clear(&replay->cmks, clear_cmk);
	rows_clear(&replay->keys, clear_key);
	rows_clear(&replay->ksks, clear_ksk);
	rows_clear(&replay->foreign, clear_foreign);
	replay_zones_clear(replay);
	rows_clear(&replay->horizons, clear_horizon);
	rows_clear(&replay->plans, clear_plan);
	replay_ksrs_forget(replay);
	rows_clear(&replay->ksrs, clear_ksr);
	approval_rows_free(replay->approvals, replay->n_approvals);
	rows_clear(&replay->abandoned, clear_abandoned);
	free(replay);
}

int
replay_ledger(struct replay *replay, struct store *store, int64_t from,
    void (*each)(void *arg, const char *line), void *arg, struct error *err)
{
	struct error why = ERR_INIT;
	struct ledger_record *records;
	size_t i, n = PAGE;

	while (n == PAGE) {
		if (ledger_list(store, from, PAGE, &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n; i++) {
			if (replay_event(replay, &records[i], &why) == 0)
				continue;
			each(arg, why.msg);
			err_clear(&why);
		}
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return 0;
}

const struct cmk_row *
replay_cmk(const struct replay *replay, const char *id)
{

	return replay_rows_find(&replay->cmks, id);
}

const struct key_row *
replay_key(const struct replay *replay, const char *id)
{

	return replay_rows_find(&replay->keys, id);
}

const struct ksk_row *
replay_ksk(const struct replay *replay, const char *id)
{

	return replay_rows_find(&replay->ksks, id);
}

struct cmk_row *const *
replay_cmks(const struct replay *replay, size_t *n)
{

	*n = replay->cmks.n;
	return (struct cmk_row *const *)(void *)replay->cmks.rows;
}

struct ksk_row *const *
replay_ksks(const struct replay *replay, size_t *n)
{

	*n = replay->ksks.n;
	return (struct ksk_row *const *)(void *)replay->ksks.rows;
}

const struct ksk_row *
replay_ksk_of(const struct replay *replay, const char *zone, int64_t tag)
{

	return tag < 0 || tag > UINT16_MAX ? NULL :
	    ksk_tagged(replay, zone, (uint16_t)tag);
}

int64_t
replay_horizon(const struct replay *replay, const char *ksk_id)
{
	const struct replay_horizon *found;

	found = replay_rows_find(&replay->horizons, ksk_id);
	return found == NULL ? 0 : found->at;
}

bool
replay_is_abandoned(const struct replay *replay, const char *key_id)
{

	return replay_rows_find(&replay->abandoned, key_id) != NULL;
}
