#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json_members.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/instants.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_life.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The instants among the facts. */
static const struct instants_field instants[] = {
	{ "dnskey_in_at", offsetof(struct ksk_row, dnskey_in_at) },
	{ "dnskey_out_at", offsetof(struct ksk_row, dnskey_out_at) },
	{ "ds_add_at", offsetof(struct ksk_row, ds_add_at) },
	{ "ds_seen_at", offsetof(struct ksk_row, ds_seen_at) },
	{ "ds_remove_at", offsetof(struct ksk_row, ds_remove_at) },
	{ "ds_gone_at", offsetof(struct ksk_row, ds_gone_at) },
	{ "retire_at", offsetof(struct ksk_row, retire_at) },
	{ "revoke_at", offsetof(struct ksk_row, revoke_at) },
	{ "compromised_at", offsetof(struct ksk_row, compromised_at) },
	{ "backup_at", offsetof(struct ksk_row, backup_at) },
};

static const char *
standby(const struct ksk_row *row)
{

	return row->standby == NULL ? "none" : row->standby;
}

struct json *
ksk_facts_json(const struct ksk_row *row)
{
	struct json *json = json_new_object();

	json_put_text(json, "state", row->state);
	json_put_text(json, "standby", standby(row));
	instants_put(instants, N(instants), row, json);
	return json;
}

int
ksk_facts_read(const struct json *json, struct ksk_row *row,
    struct error *err)
{
	const char *state = json_get_text(json, "state");
	const char *ready = json_get_text(json, "standby");

	if (state == NULL || ready == NULL)
		return err_set(err, ERR_INTEGRITY, "it has no state or no "
		    "standby");
	if (instants_read(instants, N(instants), json, row, err) != 0)
		return -1;
	free(row->state);
	row->state = mem_strdup(state);
	free(row->standby);
	row->standby = mem_strdup(ready);
	return 0;
}

bool
ksk_facts_are_same(const struct ksk_row *a, const struct ksk_row *b)
{

	return instants_are_same(instants, N(instants), a, b) &&
	    strcmp(standby(a), standby(b)) == 0;
}

struct json *
ksk_facts_event(const struct ksk_row *row)
{
	struct json *event = json_new_object();

	json_put_text(event, "cmk_id", row->cmk_id);
	json_put_text(event, "ksk_id", row->id);
	json_put_text(event, "zone", row->zone);
	json_put_int(event, "key_tag", row->key_tag);
	json_put_take(event, "life", ksk_facts_json(row));
	return event;
}

int
ksk_facts_append(struct session *session, const struct ksk_row *row,
    const char *type, const char *step, int64_t at, struct error *err)
{
	struct json *event = ksk_facts_event(row);
	struct store *store;
	int rc = -1;

	json_put_text(event, "step", step);
	json_put_int(event, "at", at);
	if (session_store(session, &store, err) == 0 &&
	    store_ksk_set_life(store, row, err) == 0 &&
	    vouch_put(session, row->cmk_id, type, event, err) == 0)
		rc = event_append(session, type, event, err);
	json_free(event);
	return rc;
}

int
ksk_facts_record(struct session *session, const struct ksk_row *row,
    const char *step, int64_t at, struct error *err)
{

	if (ksk_facts_append(session, row, "ksk-step", step, at, err) != 0)
		return -1;
	return trust_attest(session, row->cmk_id, err);
}

/* What an event says, where it is one about the KSK. */
static bool
take_event(const struct ledger_row *event, const struct ksk_row *row,
    struct ksk_row *told, struct error *err)
{
	static const char *const names[] = { "cmk_id", "ds_gone_at",
		"ds_seen_at", "ksk_id", "life", "zone" };
	struct json *payload = NULL;
	const char *id, *cmk_id, *zone;
	bool is_of = false;

	if (json_members_read(event->record.payload, names, N(names),
	    &payload, err) != 0) {
		err_clear(err);
		return false;
	}
	id = json_get_text(payload, "ksk_id");
	cmk_id = json_get_text(payload, "cmk_id");
	zone = json_get_text(payload, "zone");
	is_of = id != NULL && cmk_id != NULL && zone != NULL &&
	    strcmp(id, row->id) == 0 && strcmp(cmk_id, row->cmk_id) == 0 &&
	    strcmp(zone, row->zone) == 0 && event->cmk_id != NULL &&
	    strcmp(event->cmk_id, row->cmk_id) == 0;
	if (is_of && (json_get(payload, "life") == NULL ||
	    ksk_facts_read(json_get(payload, "life"), told, err) != 0)) {
		err_clear(err);
		(void)json_get_int(payload, "ds_seen_at", &told->ds_seen_at);
		(void)json_get_int(payload, "ds_gone_at", &told->ds_gone_at);
	}
	json_free(payload);
	return is_of;
}

/* What is found, and how far it was looked for. */
struct finding_newest {
	const struct ksk_row	*row;
	int64_t			 below;	/* events that were not looked at */
	int64_t			 seq;	/* of the one that tells, 0: none */
	struct ksk_row		 told;
};

/* Whether nothing below the event is of use. */
static bool
look_at(struct finding_newest *find, int64_t above,
    const struct ledger_row *event)
{
	struct error ignored = ERR_INIT;

	find->below = event->record.seq;
	if (event->record.seq <= above)
		return true;
	if (!take_event(event, find->row, &find->told, &ignored))
		return false;
	find->seq = event->record.seq;
	return true;
}

/* Those of a zone that has had few keys are read with those of others. */
static int
look_at_few(struct store *store, struct finding_newest *find,
    const char *type, int64_t above, bool *is_over, struct error *err)
{
	struct ledger_row *rows;
	size_t i, n;

	if (ledger_last_few(store, find->row->zone, type, &rows, &n,
	    err) != 0)
		return -1;
	*is_over = n < LEDGER_FEW;
	for (i = 0; i < n; i++)
		if (look_at(find, above, &rows[i])) {
			*is_over = true;
			break;
		}
	ledger_row_list_free(rows, n);
	return 0;
}

static int
look_further(struct store *store, struct finding_newest *find,
    const char *type, int64_t above, struct error *err)
{
	struct ledger_row event = { 0 };
	bool found = true, is_over = false;

	while (!is_over) {
		if (ledger_before(store, find->row->zone, type, find->below,
		    &event, &found, err) != 0)
			return -1;
		is_over = !found || look_at(find, above, &event);
		ledger_row_clear(&event);
	}
	return 0;
}

/* The newest event of type about the KSK, where it is newer than *seq. */
static int
find_newest(struct store *store, const struct ksk_row *row, const char *type,
    int64_t *seq, struct ksk_row *told, struct error *err)
{
	struct finding_newest find = { .row = row, .below = INT64_MAX };
	bool is_over = false;
	int64_t last = 0;

	if (ledger_seq_of_zone(store, row->zone, type, &last, err) != 0)
		return -1;
	if (last <= *seq)
		return 0;
	if (look_at_few(store, &find, type, *seq, &is_over, err) != 0 ||
	    (!is_over && look_further(store, &find, type, *seq, err) != 0))
		return -1;
	if (find.seq == 0)
		return 0;
	*seq = find.seq;
	ksk_row_clear(told);
	*told = find.told;
	return 0;
}

int
ksk_facts_check(struct store *store, const struct ksk_row *row,
    struct error *err)
{
	static const char *const types[] = { "ksk-step", "confirm-backup",
		"ds-seen", "ds-gone", "create-ksk", "adopt-ksk" };
	struct ksk_row told = { .standby = NULL };
	int64_t seq = 0;
	bool is_same;
	size_t i;

	for (i = 0; i < N(types); i++)
		if (find_newest(store, row, types[i], &seq, &told, err) != 0) {
			ksk_row_clear(&told);
			return -1;
		}
	is_same = ksk_facts_are_same(row, &told);
	ksk_row_clear(&told);
	if (is_same)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "KSK %s/%u: the store says of its "
	    "life cycle what the ledger does not", row->zone, row->key_tag);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}
