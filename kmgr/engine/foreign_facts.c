#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/instants.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_facts.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct instants_field instants[] = {
	{ "dnskey_in_at", offsetof(struct foreign_key_row, dnskey_in_at) },
	{ "dnskey_out_at", offsetof(struct foreign_key_row, dnskey_out_at) },
	{ "ds_add_at", offsetof(struct foreign_key_row, ds_add_at) },
	{ "ds_seen_at", offsetof(struct foreign_key_row, ds_seen_at) },
	{ "ds_remove_at", offsetof(struct foreign_key_row, ds_remove_at) },
	{ "ds_gone_at", offsetof(struct foreign_key_row, ds_gone_at) },
	{ "retire_at", offsetof(struct foreign_key_row, retire_at) },
	{ "removed_at", offsetof(struct foreign_key_row, removed_at) },
};

struct json *
foreign_facts_json(const struct foreign_key_row *row)
{
	struct json *json = json_new_object();

	instants_put(instants, N(instants), row, json);
	return json;
}

int
foreign_facts_read(const struct json *json, struct foreign_key_row *row,
    struct error *err)
{

	if (!json_holds_object(json))
		return err_set(err, ERR_INTEGRITY, "it has no facts");
	return instants_read(instants, N(instants), json, row, err);
}

bool
foreign_facts_are_same(const struct foreign_key_row *a,
    const struct foreign_key_row *b)
{

	return instants_are_same(instants, N(instants), a, b);
}

void
foreign_facts_clear(struct foreign_key_row *row)
{

	free(row->zone);
	buf_free(&row->dnskey);
	*row = (struct foreign_key_row) { 0 };
}

int
foreign_facts_row(const struct json *payload, struct foreign_key_row *out,
    struct error *err)
{
	const char *id = json_get_text(payload, "foreign_id");
	const char *zone = json_get_text(payload, "zone");
	const char *text = json_get_text(payload, "dnskey");
	struct foreign_key_row row = { .zone = NULL };
	struct dnskey dnskey;

	*out = row;
	if (id == NULL || strlen(id) != STORE_ID_TEXT - 1 || zone == NULL ||
	    text == NULL || !json_get_int(payload, "added_at", &row.added_at))
		return err_set(err, ERR_INTEGRITY, "it has no id, zone, "
		    "DNSKEY or instant");
	if (dnskey_from_text(text, &dnskey, err) != 0 || foreign_facts_read(
	    json_get(payload, "life"), &row, err) != 0) {
		err->class = ERR_INTEGRITY;
		return -1;
	}
	memcpy(row.id, id, sizeof(row.id));
	row.zone = mem_strdup(zone);
	row.alg = dnskey.alg;
	row.key_tag = dnskey_tag(&dnskey);
	dnskey_rdata(&dnskey, &row.dnskey);
	*out = row;
	return 0;
}

static struct json *
event_of(const char *cmk_id, const struct foreign_key_row *row)
{
	struct json *event = json_new_object();

	json_put_text(event, "cmk_id", cmk_id);
	json_put_text(event, "foreign_id", row->id);
	json_put_text(event, "zone", row->zone);
	json_put_int(event, "key_tag", row->key_tag);
	json_put_int(event, "alg", row->alg);
	json_put_take(event, "life", foreign_facts_json(row));
	return event;
}

int
foreign_facts_add(struct session *session, const char *cmk_id,
    const struct foreign_key_row *row, struct error *err)
{
	struct buf text = BUF_INIT;
	struct json *event = NULL;
	struct dnskey dnskey;
	struct store *store;
	int rc = -1;

	if (dnskey_from_rdata(row->dnskey.data, row->dnskey.len, &dnskey,
	    err) != 0 || session_store(session, &store, err) != 0 ||
	    store_foreign_put(store, row, err) != 0)
		return -1;
	dnskey_text(&dnskey, &text);
	event = event_of(cmk_id, row);
	json_put_text(event, "dnskey", buf_text(&text));
	json_put_int(event, "added_at", row->added_at);
	if (event_append(session, "add-foreign-key", event, err) == 0)
		rc = trust_attest(session, cmk_id, err);
	json_free(event);
	buf_free(&text);
	return rc;
}

int
foreign_facts_append(struct session *session, const char *cmk_id,
    const struct foreign_key_row *row, const char *step, int64_t at,
    struct error *err)
{
	struct json *event = event_of(cmk_id, row);
	struct store *store;
	int rc = -1;

	json_put_text(event, "step", step);
	json_put_int(event, "at", at);
	if (session_store(session, &store, err) == 0 &&
	    store_foreign_set(store, row, err) == 0)
		rc = event_append(session, "foreign-step", event, err);
	json_free(event);
	return rc;
}

int
foreign_facts_record(struct session *session, const char *cmk_id,
    const struct foreign_key_row *row, const char *step, int64_t at,
    struct error *err)
{

	return foreign_facts_append(session, cmk_id, row, step, at,
	    err) != 0 ? -1 : trust_attest(session, cmk_id, err);
}

/* What the ledger tells of a zone's foreign keys. */
struct told {
	struct foreign_key_row	*rows;
	size_t			 n;
};

static struct foreign_key_row *
find_told(const struct told *told, const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < told->n; i++)
		if (strcmp(told->rows[i].id, id) == 0)
			return &told->rows[i];
	return NULL;
}

static int
take_added(void *arg, const struct json *payload, struct error *err)
{
	struct foreign_key_row row;
	struct told *told = arg;

	if (foreign_facts_row(payload, &row, err) != 0)
		return -1;
	*(struct foreign_key_row *)mem_push(&told->rows, told->n++,
	    sizeof(row)) = row;
	return 0;
}

static int
take_step(void *arg, const struct json *payload, struct error *err)
{
	struct foreign_key_row *row = find_told(arg,
	    json_get_text(payload, "foreign_id"));

	return row == NULL ? err_set(err, ERR_INTEGRITY,
	    "no event tells of its foreign key") :
	    foreign_facts_read(json_get(payload, "life"), row, err);
}

/* The row is the one that is told. */
static bool
is_told(const struct told *told, const struct foreign_key_row *row)
{
	const struct foreign_key_row *was = find_told(told, row->id);

	return was != NULL && strcmp(was->zone, row->zone) == 0 &&
	    was->alg == row->alg && was->key_tag == row->key_tag &&
	    was->added_at == row->added_at &&
	    was->dnskey.len == row->dnskey.len &&
	    memcmp(was->dnskey.data, row->dnskey.data, row->dnskey.len) ==
	    0 && foreign_facts_are_same(was, row);
}

static int
judge(const struct told *told, const char *zone,
    const struct foreign_key_row *rows, size_t n, struct error *err)
{
	size_t i;

	for (i = 0; i < n && is_told(told, &rows[i]); i++)
		continue;
	if (i == n && n == told->n)
		return 0;
	if (i < n)
		(void)err_set(err, ERR_INTEGRITY, "foreign key %s/%u: the "
		    "store says of it what the ledger does not", rows[i].zone,
		    rows[i].key_tag);
	else
		(void)err_set(err, ERR_INTEGRITY, "zone %s: the ledger tells "
		    "of %zu foreign keys, the store of %zu", zone, told->n, n);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

int
foreign_facts_check(struct store *store, const char *zone,
    const struct foreign_key_row *rows, size_t n, struct error *err)
{
	struct told told = { NULL, 0 };
	size_t i;
	int rc = -1;

	if (zone_facts_each(store, zone, "add-foreign-key", take_added, &told,
	    err) == 0 && zone_facts_each(store, zone, "foreign-step",
	    take_step, &told, err) == 0)
		rc = judge(&told, zone, rows, n, err);
	for (i = 0; i < told.n; i++)
		foreign_facts_clear(&told.rows[i]);
	free(told.rows);
	return rc;
}
