#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/replay_internal.h"
#include "kmgr/store/store_intent.h"

int
replay_need(const struct replay_happening *h, const char *name, const char
    **out, struct error *err)
{

	if ((*out = json_get_text(h->payload, name)) == NULL)
		return err_set(err, ERR_INTEGRITY, "it has no %s", name);
	return 0;
}

void
replay_replace(char **text, const char *by)
{

	if (by == NULL)
		return;
	free(*text);
	*text = mem_strdup(by);
}

/* The CMK that the event tells of. */
int
replay_find_cmk(struct replay *r, const struct replay_happening *h,
    struct cmk_row **out, struct error *err)
{
	const char *id;

	if (replay_need(h, "cmk_id", &id, err) != 0)
		return -1;
	if ((*out = replay_rows_find(&r->cmks, id)) == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of CMK "
		    "%.32s", id);
	return 0;
}

/* Add the event's key pair unless it is there already, the same. */
int
replay_put_key(struct replay *r, const struct json *json,
    struct key_row **out, struct error *err)
{
	struct key_row *row = mem_new(sizeof(*row)), *known;

	*out = NULL;
	if (key_record_read(json, row, err) != 0) {
		free(row);
		return -1;
	}
	/* A shared pair is told of once a zone. */
	known = replay_rows_find(&r->keys, row->id);
	if (known == NULL && replay_rows_add(&r->keys, row, err) == 0) {
		*out = row;
		return 0;
	}
	if (known != NULL && (known->spki.len != row->spki.len ||
	    memcmp(known->spki.data, row->spki.data, row->spki.len) != 0)) {
		(void)err_set(err, ERR_INTEGRITY, "key %s was another one",
		    row->id);
		known = NULL;
	}
	key_row_clear(row);
	free(row);
	*out = known;
	return known == NULL ? -1 : 0;
}

int
replay_add_key(struct replay *r, const struct replay_happening *h,
    struct key_row **out, struct error *err)
{

	return replay_put_key(r, json_get(h->payload, "key"), out, err);
}

/* What an interrupted step left in a token for ever. */
static int
on_abandoned(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const char *kind, *token, *id, *label;
	struct replay_abandoned *left;
	struct intent_row *row;

	if (replay_need(h, "intent", &kind, err) != 0 ||
	    replay_need(h, "token", &token, err) != 0 ||
	    replay_need(h, "key_id", &id, err) != 0 ||
	    replay_need(h, "label", &label, err) != 0)
		return -1;
	if (strlen(id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "key_id is no id");
	/* It is there, however often it is told of. */
	if (replay_rows_find(&r->abandoned, id) != NULL)
		return 0;
	left = mem_new(sizeof(*left));
	memcpy(left->key_id, id, STORE_ID_TEXT);
	row = &left->row;
	row->kind = mem_strdup(kind);
	row->token = mem_strdup(token);
	memcpy(row->key_id, id, STORE_ID_TEXT);
	row->label = mem_strdup(label);
	row->payload = mem_strdup("{}");
	row->created_at = row->resolved_at = h->record->at;
	return replay_rows_add(&r->abandoned, left, err);
}

static int
on_recover(struct replay *r, const struct replay_happening *h,
    struct error *err)
{

	return replay_recovered(r, h->payload, h->record->at, err);
}

/* Events that write rows; all others tell, and change none. */
static const struct {
	const char	*type;
	int		(*happen)(struct replay *,
			    const struct replay_happening *,
			    struct error *);
} events[] = {
	{ "create-cmk", replay_on_create_cmk },
	{ "identity", replay_on_identity },
	{ "put-policy", replay_on_put_policy },
	{ "seal", replay_on_seal },
	{ "update-cmk", replay_on_update_cmk },
	{ "cmk-state", replay_on_cmk_state },
	{ "create-ksk", replay_on_create_ksk },
	{ "adopt-ksk", replay_on_adopt_ksk },
	{ "delete-ksk", replay_on_delete_ksk },
	{ "ds-seen", replay_on_ds },
	{ "ds-gone", replay_on_ds },
	{ "ksk-step", replay_on_ksk_step },
	{ "confirm-backup", replay_on_ksk_step },
	{ "zone-goal", replay_on_zone_goal },
	{ "alg-signed", replay_on_alg_signed },
	{ "add-foreign-key", replay_on_add_foreign },
	{ "foreign-step", replay_on_foreign_step },
	{ "sign-zsks", replay_on_sign_zsks },
	{ "sign-ksr", replay_on_sign_ksr },
	{ "plan", replay_on_plan },
	{ "approval", replay_on_approval },
	{ "plan-end", replay_on_plan_end },
	{ "abandoned", on_abandoned },
	{ "restore", replay_on_restore },
	{ "recover", on_recover },
};
#define N_EVENTS (sizeof(events) / sizeof(events[0]))

int
replay_event(struct replay *replay, const struct ledger_record *record,
    struct error *err)
{
	struct replay_happening happening = { .record = record };
	size_t i;
	int rc = -1;

	for (i = 0; i < N_EVENTS; i++)
		if (strcmp(events[i].type, record->type) == 0)
			break;
	if (i == N_EVENTS)
		return 0;
	if (json_read(record->payload, strlen(record->payload),
	    &happening.payload, err) == 0)
		rc = events[i].happen(replay, &happening, err);
	json_free(happening.payload);
	if (rc == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return err_wrap(err, "event %lld (%s)", (long long)record->seq,
	    record->type);
}
