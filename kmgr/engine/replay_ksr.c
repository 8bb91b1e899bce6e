/* What events do to responses. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"

static int
compare_zones(const void *a, const void *b)
{
	const struct replay_ksr *left = a, *right = b;

	return strcmp(left->row.zone, right->row.zone);
}

/* The place of the last one of its zone. */
static struct replay_ksr **
last_of(struct replay *r, struct replay_ksr *ksr)
{
	struct replay_ksr **place = tsearch(ksr, &r->by_ksr_zone,
	    compare_zones);

	if (place == NULL)
		abort();		/* as mem_new() without memory */
	return place;
}

static int
add_row(struct replay *r, struct replay_ksr *ksr_take, struct error *err)
{
	struct replay_ksr **last;

	if (replay_rows_add(&r->ksrs, ksr_take, err) != 0)
		return -1;
	last = last_of(r, ksr_take);
	if (*last != ksr_take) {
		ksr_take->before = *last;
		*last = ksr_take;
	}
	return 0;
}

void
replay_ksrs_forget(struct replay *r)
{
	size_t i;

	for (i = 0; i < r->ksrs.n; i++)
		(void)tdelete(r->ksrs.rows[i], &r->by_ksr_zone,
		    compare_zones);
}

static int
add_response(struct replay *r, const struct replay_happening *h,
    const struct json *entry, struct error *err)
{
	struct replay_ksr *ksr = mem_new(sizeof(*ksr));
	struct ksr_row *row = &ksr->row;
	const char *zone, *cmk_id;

	if (replay_need(h, "zone", &zone, err) == 0 &&
	    replay_need(h, "cmk_id", &cmk_id, err) == 0 &&
	    ksr_record_read(entry, zone, cmk_id, h->record->at, row,
	    err) == 0) {
		if (replay_cmk(r, cmk_id) == NULL)
			(void)err_set(err, ERR_INTEGRITY, "no event tells of "
			    "CMK %.32s", cmk_id);
		else if (add_row(r, ksr, err) == 0)
			return 0;
	}
	ksr_row_clear(row);
	free(ksr);
	return -1;
}

/* Until when a KSK has signed, and that it is published now. */
static int
take_ksk(struct replay *r, const struct json *entry, struct error *err)
{
	const char *id = json_get_text(entry, "ksk_id");
	struct ksk_row *ksk = id == NULL ? NULL :
	    replay_rows_find(&r->ksks, id);
	int64_t at;

	if (ksk == NULL || !json_get_int(entry, "expiration", &at))
		return err_set(err, ERR_INTEGRITY, "it was signed by a KSK "
		    "that no event tells of, or for no time");
	replay_raise(r, ksk, at);
	if (strcmp(ksk->state, "generated") == 0)
		replay_replace(&ksk->state, "published");
	return 0;
}

int
replay_on_sign_ksr(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const struct json *responses = json_get(h->payload, "responses");
	const struct json *ksks = json_get(h->payload, "ksks");
	size_t i;

	for (i = 0; i < json_len(responses); i++)
		if (add_response(r, h, json_at(responses, i), err) != 0)
			return -1;
	for (i = 0; i < json_len(ksks); i++)
		if (take_ksk(r, json_at(ksks, i), err) != 0)
			return -1;
	return 0;
}

void
replay_supersede(struct replay *r, const struct ksk_row *ksk,
    enum ksr_fact fact, int64_t at)
{
	const struct replay_ksr wanted = { .row.zone = ksk->zone };
	struct replay_ksr *const *last = tfind(&wanted, &r->by_ksr_zone,
	    compare_zones);
	struct replay_ksr *ksr;

	for (ksr = last == NULL ? NULL : *last; ksr != NULL; ksr = ksr->before)
		if (ksr_record_ends(&ksr->row, ksk->zone, ksk->id, fact, at))
			ksr->row.superseded_at = at;
}

int
replay_write_ksrs(const struct replay *replay, struct store *store,
    struct error *err)
{
	const struct ksr_row *row;
	struct ksr_row old;
	bool found;
	size_t i;
	int rc = 0;

	for (i = 0; i < replay->ksrs.n && rc == 0; i++) {
		row = replay->ksrs.rows[i];
		old = (struct ksr_row) { 0 };
		if (store_ksr_get(store, row->id, &old, &found, err) != 0)
			return -1;
		if (!found)
			rc = store_ksr_put(store, row, err);
		else if (old.superseded_at == 0 && row->superseded_at != 0)
			rc = store_ksr_supersede(store, row->id,
			    row->superseded_at, err);
		ksr_row_clear(&old);
	}
	return rc;
}
