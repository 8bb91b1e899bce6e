#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_history_inner.h"

static bool
has_ds_ever(const struct history_ksk *ksk)
{

	return ksk->ds_seen_at != 0 || ksk->ds_gone_at != 0;
}

/* When the DS came; before all, where nobody told. */
static int64_t
came_at(const struct history_ksk *ksk)
{

	return ksk->ds_seen_at != 0 ? ksk->ds_seen_at : INT64_MIN;
}

/* When it was gone; seen for a second at least. */
static int64_t
went_at(const struct history_ksk *ksk)
{

	if (ksk->ds_gone_at == 0)
		return ORACLE_FOR_EVER;
	return ksk->ds_gone_at > came_at(ksk) ? ksk->ds_gone_at :
	    came_at(ksk) + 1;
}

int64_t
zone_history_ds_out_at(const struct zone_history *history,
    const struct history_ksk *ksk)
{
	const struct zone_history_timing *t = &history->timing;

	if (!has_ds_ever(ksk))
		return INT64_MIN;
	if (ksk->ds_gone_at == 0)
		return ORACLE_FOR_EVER;
	/* RFC 7583 s3.3.1: Iret = DprpP + TTLds, and retire-safety. */
	return went_at(ksk) + t->parent_propagation_delay_s +
	    t->parent_ds_ttl_s + t->retire_safety_s;
}

static void
add_ds_key(struct history_ds *set, const struct oracle_key *key)
{
	struct oracle_key *copy;
	size_t len = strlen(set->what);
	size_t i;

	for (i = 0; i < set->n_keys; i++)
		if (zone_history_same(&set->keys[i], key))
			return;
	(void)snprintf(set->what + len, sizeof(set->what) - len, "%s%u",
	    set->n_keys == 0 ? "" : "+", key->key_tag);
	copy = mem_push(&set->keys, set->n_keys, sizeof(*copy));
	*copy = *key;
	set->n_keys++;
}

/* What the parent has from one change on. */
static void
fill(const struct zone_history *history, struct history_ds *set)
{
	const struct history_ksk *ksk;
	size_t i;

	for (i = 0; i < history->n_ksks; i++) {
		ksk = &history->ksks[i];
		if (has_ds_ever(ksk) && came_at(ksk) <= set->from_at &&
		    set->from_at < went_at(ksk))
			add_ds_key(set, &ksk->key);
	}
	if (set->n_keys == 0)
		(void)snprintf(set->what, sizeof(set->what), "none");
}

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void
zone_history_ds(const struct zone_history *history, struct history_ds **out,
    size_t *n)
{
	const struct zone_history_timing *t = &history->timing;
	int64_t *at = mem_new((2 * history->n_ksks + 1) * sizeof(*at));
	struct history_ds *set;
	size_t i, n_at = 0;

	*out = NULL;
	*n = 0;
	at[n_at++] = INT64_MIN;
	for (i = 0; i < history->n_ksks; i++) {
		if (!has_ds_ever(&history->ksks[i]))
			continue;
		at[n_at++] = came_at(&history->ksks[i]);
		at[n_at++] = went_at(&history->ksks[i]);
	}
	qsort(at, n_at, sizeof(*at), compare_times);
	for (i = 0; i < n_at && at[i] != ORACLE_FOR_EVER; i++) {
		if (i > 0 && at[i] == at[i - 1])
			continue;
		/* The one before lives on at the parent's secondaries. */
		if (*n > 0)
			(*out)[*n - 1].until_at = at[i] +
			    t->parent_propagation_delay_s +
			    t->retire_safety_s;
		set = mem_push(out, *n, sizeof(*set));
		(*n)++;
		set->from_at = at[i];
		set->until_at = ORACLE_FOR_EVER;
		fill(history, set);
	}
	free(at);
}

void
zone_history_ds_free(struct history_ds *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(list[i].keys);
	free(list);
}
