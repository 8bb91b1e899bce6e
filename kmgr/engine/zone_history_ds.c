#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_history_inner.h"

/* What is known of a DS at an instant. */
enum presence { ABSENT, UNCERTAIN, PRESENT };

/*
 * When the DS was there for sure; before all, where nobody told. One that was
 * gone was there for a second at least.
 */
static int64_t
came_at(const struct history_ksk *ksk)
{

	if (ksk->ds.seen_at != 0)
		return ksk->ds.seen_at;
	return ksk->ds.gone_at != 0 && ksk->ds.add_at == 0 ? INT64_MIN :
	    ORACLE_FOR_EVER;
}

static int64_t
went_at(const struct history_ksk *ksk)
{
	const int64_t at = came_at(ksk);

	if (ksk->ds.gone_at == 0)
		return ORACLE_FOR_EVER;
	return at == ORACLE_FOR_EVER || ksk->ds.gone_at > at ?
	    ksk->ds.gone_at : at + 1;
}

/* From when on it may have been there, and may have been taken away. */
static int64_t
may_come_at(const struct history_ksk *ksk)
{

	if (ksk->ds.may_at != 0 && ksk->ds.add_at == 0 &&
	    ksk->ds.seen_at == 0 && ksk->ds.gone_at == 0)
		return ksk->ds.may_at;
	return ksk->ds.add_at != 0 && ksk->ds.add_at < came_at(ksk) ?
	    ksk->ds.add_at : came_at(ksk);
}

static int64_t
may_go_at(const struct history_ksk *ksk)
{

	return ksk->ds.remove_at != 0 && ksk->ds.remove_at < went_at(ksk) ?
	    ksk->ds.remove_at : went_at(ksk);
}

static enum presence
presence_at(const struct history_ksk *ksk, int64_t at)
{

	if (at < may_come_at(ksk) || at >= went_at(ksk))
		return ABSENT;
	return came_at(ksk) <= at && at < may_go_at(ksk) ? PRESENT :
	    UNCERTAIN;
}

int64_t
zone_history_ds_out_at(const struct zone_history *history,
    const struct history_ksk *ksk)
{
	const struct zone_history_timing *t = &history->timing;

	if (may_come_at(ksk) == ORACLE_FOR_EVER)
		return INT64_MIN;
	if (ksk->ds.gone_at == 0)
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

#define NOBODY	 SIZE_MAX	/* none of the uncertain ones */
#define EVERYONE (SIZE_MAX - 1)

/* What the parent has if of the uncertain ones it has only this. */
static void
add_set(const struct zone_history *history, int64_t at, size_t only,
    struct history_ds **out, size_t *n)
{
	struct history_ds *set = mem_push(out, *n, sizeof(*set));
	enum presence presence;
	size_t i;

	(*n)++;
	set->from_at = at;
	set->until_at = ORACLE_FOR_EVER;
	for (i = 0; i < history->n_ksks; i++) {
		presence = presence_at(&history->ksks[i], at);
		if (presence == PRESENT || (presence == UNCERTAIN &&
		    (only == EVERYONE || only == i)))
			add_ds_key(set, &history->ksks[i].key);
	}
	if (set->n_keys == 0)
		(void)snprintf(set->what, sizeof(set->what), "none");
}

/*
 * The sets that the parent may have from an instant on. Whether a DNSKEY set
 * has a key of each algorithm that the DS set names, the certain ones with one
 * uncertain one at a time tell as well as all combinations do; all of them
 * together let a cache keep longest what it validated.
 */
static void
add_sets(const struct zone_history *history, int64_t at,
    struct history_ds **out, size_t *n)
{
	size_t i, n_uncertain = 0;

	add_set(history, at, NOBODY, out, n);
	for (i = 0; i < history->n_ksks; i++) {
		if (presence_at(&history->ksks[i], at) != UNCERTAIN)
			continue;
		add_set(history, at, i, out, n);
		n_uncertain++;
	}
	if (n_uncertain > 1)
		add_set(history, at, EVERYONE, out, n);
}

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* All instants at which something changes, in order. */
static int64_t *
changes(const struct zone_history *history, size_t *n)
{
	int64_t *at = mem_new((4 * history->n_ksks + 1) * sizeof(*at));
	const struct history_ksk *ksk;
	size_t i;

	*n = 0;
	at[(*n)++] = INT64_MIN;
	for (i = 0; i < history->n_ksks; i++) {
		ksk = &history->ksks[i];
		at[(*n)++] = may_come_at(ksk);
		at[(*n)++] = came_at(ksk);
		at[(*n)++] = may_go_at(ksk);
		at[(*n)++] = went_at(ksk);
	}
	qsort(at, *n, sizeof(*at), compare_times);
	return at;
}

void
zone_history_ds(const struct zone_history *history, struct history_ds **out,
    size_t *n)
{
	const struct zone_history_timing *t = &history->timing;
	size_t i, k, n_at, begin = 0;
	int64_t *at = changes(history, &n_at);

	*out = NULL;
	*n = 0;
	for (i = 0; i < n_at && at[i] != ORACLE_FOR_EVER; i++) {
		if (i > 0 && at[i] == at[i - 1])
			continue;
		/* Those before live on at the parent's secondaries. */
		for (k = begin; k < *n; k++)
			(*out)[k].until_at = at[i] - 1 +
			    t->parent_propagation_delay_s +
			    t->retire_safety_s;
		begin = *n;
		add_sets(history, at[i], out, n);
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
