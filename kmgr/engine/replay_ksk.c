/* What events do to KSKs. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_record.h"
#include "kmgr/engine/replay_internal.h"

/*
 * The KSK that an event tells of. An event that is filed under another CMK, or
 * zone, was not judged with those of the KSK's.
 */
static int
find_ksk(struct replay *r, const struct replay_happening *h, struct ksk_row
    **out, struct error *err)
{
	const char *id, *cmk_id, *zone;
	struct ksk_row *row;

	if (replay_need(h, "ksk_id", &id, err) != 0 ||
	    replay_need(h, "cmk_id", &cmk_id, err) != 0 ||
	    replay_need(h, "zone", &zone, err) != 0)
		return -1;
	if ((row = replay_rows_find(&r->ksks, id)) == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of KSK "
		    "%.32s", id);
	if (strcmp(row->cmk_id, cmk_id) != 0 || strcmp(row->zone, zone) != 0)
		return err_set(err, ERR_INTEGRITY, "KSK %s/%u is of another "
		    "zone or CMK", row->zone, row->key_tag);
	*out = row;
	return 0;
}

/* One that is still to be changed. */
static int
find_in_use(struct replay *r, const struct replay_happening *h,
    struct ksk_row **out, struct error *err)
{

	if (find_ksk(r, h, out, err) != 0)
		return -1;
	if ((*out)->retirement == NULL)
		return 0;
	return err_set(err, ERR_INTEGRITY, "KSK %s/%u is removed already",
	    (*out)->zone, (*out)->key_tag);
}

int
replay_on_create_ksk(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct ksk_row *row = mem_new(sizeof(*row));
	struct key_row *key;

	if (ksk_record_read(json_get_text(h->payload, "endorsement"),
	    json_get_text(h->payload, "endorsement_signature"), row,
	    err) != 0)
		goto fail;
	if (replay_cmk(r, row->cmk_id) == NULL) {
		(void)err_set(err, ERR_INTEGRITY, "no event tells of CMK %s",
		    row->cmk_id);
		goto fail;
	}
	if (json_get(h->payload, "life") != NULL &&
	    ksk_facts_read(json_get(h->payload, "life"), row, err) != 0)
		goto fail;
	if (replay_add_key(r, h, &key, err) == 0 &&
	    replay_rows_add(&r->ksks, row, err) == 0) {
		replay_ksk_tag(r, row);
		replay_zone_answers(replay_zone(r, row->zone), row->cmk_id);
		return 0;
	}
 fail:
	ksk_row_clear(row);
	free(row);
	return -1;
}

int
replay_on_adopt_ksk(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct ksk_row *ksk;

	if (replay_on_create_ksk(r, h, err) != 0 ||
	    find_ksk(r, h, &ksk, err) != 0)
		return -1;
	replay_replace(&ksk->state, json_get_text(h->payload, "state"));
	(void)json_get_int(h->payload, "horizon_at", &ksk->horizon_at);
	return 0;
}

int
replay_on_delete_ksk(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const char *retirement, *signature;
	struct ksk_row *ksk;

	if (find_in_use(r, h, &ksk, err) != 0 ||
	    replay_need(h, "retirement", &retirement, err) != 0 ||
	    replay_need(h, "retirement_signature", &signature, err) != 0)
		return -1;
	ksk->retirement = mem_strdup(retirement);
	ksk->retirement_signature = mem_strdup(signature);
	replay_replace(&ksk->state, "removed");
	replay_supersede(r, ksk, KSR_DELETED, h->record->at);
	return 0;
}

int
replay_on_ds(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	int64_t seen_at = 0, gone_at = 0;
	struct ksk_row *ksk;
	const char *state;

	if (find_in_use(r, h, &ksk, err) != 0 ||
	    replay_need(h, "to", &state, err) != 0)
		return -1;
	(void)json_get_int(h->payload, "ds_seen_at", &seen_at);
	(void)json_get_int(h->payload, "ds_gone_at", &gone_at);
	if (seen_at <= 0 || gone_at < 0)
		return err_set(err, ERR_INTEGRITY, "it does not say when its "
		    "DS was seen");
	if (json_get(h->payload, "life") != NULL &&
	    ksk_facts_read(json_get(h->payload, "life"), ksk, err) != 0)
		return -1;
	replay_replace(&ksk->state, state);
	ksk->ds_seen_at = seen_at;
	ksk->ds_gone_at = gone_at;
	replay_supersede(r, ksk, ksk->ds_gone_at == 0 ? KSR_DS_SEEN :
	    KSR_DS_GONE, h->record->at);
	return 0;
}

int
replay_on_ksk_step(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct ksk_row *ksk;

	return find_in_use(r, h, &ksk, err) != 0 ? -1 :
	    ksk_facts_read(json_get(h->payload, "life"), ksk, err);
}

static void
raise_of_ksk(struct replay *r, const char *ksk_id, int64_t at)
{
	struct replay_horizon *horizon;
	struct error ignored = ERR_INIT;

	horizon = replay_rows_find(&r->horizons, ksk_id);
	if (horizon == NULL) {
		horizon = mem_new(sizeof(*horizon));
		memcpy(horizon->ksk_id, ksk_id, STORE_ID_TEXT);
		(void)replay_rows_add(&r->horizons, horizon, &ignored);
	}
	if (horizon->at < at)
		horizon->at = at;
}

void
replay_raise(struct replay *r, const struct ksk_row *ksk, int64_t at)
{
	struct cmk_row *cmk = replay_rows_find(&r->cmks, ksk->cmk_id);

	raise_of_ksk(r, ksk->id, at);
	if (cmk != NULL && cmk->horizon_at < at)
		cmk->horizon_at = at;
}

/* Whoever signed until then has that as its horizon at least. */
static void
raise_horizon(struct replay *r, const char *zone, const struct json *tags,
    int64_t at)
{
	const struct ksk_row *ksk;
	int64_t tag;
	size_t i;

	for (i = 0; i < json_len(tags); i++)
		if (json_int(json_at(tags, i), &tag) &&
		    (ksk = replay_ksk_of(r, zone, tag)) != NULL)
			replay_raise(r, ksk, at);
}

int
replay_on_sign_zsks(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const struct json *zones = json_get(h->payload, "zones"), *entry;
	const struct json *published;
	struct ksk_row *ksk;
	const char *zone, *id;
	int64_t at;
	size_t i, k;

	for (i = 0; i < json_len(zones); i++) {
		entry = json_at(zones, i);
		if ((zone = json_get_text(entry, "zone")) == NULL ||
		    !json_get_int(entry, "expiration", &at))
			return err_set(err, ERR_INTEGRITY,
			    "a zone has no name or no expiration");
		raise_horizon(r, zone, json_get(entry, "key_tags"), at);
		published = json_get(entry, "published");
		for (k = 0; k < json_len(published); k++) {
			id = json_text(json_at(published, k));
			ksk = id == NULL ? NULL :
			    replay_rows_find(&r->ksks, id);
			if (ksk != NULL)
				replay_replace(&ksk->state, "published");
		}
	}
	return 0;
}

/* A restored store has not the signatures, only until when they live. */
int
replay_on_restore(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const struct json *list = json_get(h->payload, "horizons"), *entry;
	struct ksk_row *ksk;
	const char *id;
	int64_t at = 0;
	size_t i;

	for (i = 0; i < json_len(list); i++) {
		entry = json_at(list, i);
		id = json_get_text(entry, "ksk_id");
		ksk = id == NULL ? NULL : replay_rows_find(&r->ksks, id);
		if (ksk == NULL || !json_get_int(entry, "horizon_at", &at))
			return err_set(err, ERR_INTEGRITY,
			    "a horizon is of no KSK");
		if (ksk->horizon_at < at)
			ksk->horizon_at = at;
	}
	return 0;
}
