#include <stdlib.h>
#include <string.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_life.h"

#define COLUMNS                                                           \
	"id, cmk_id, key_id, zone, generation, alg, key_tag, revoked_tag, " \
	"dnskey, state, created_at, endorsement, endorsement_signature, " \
	"ds_seen_at, ds_gone_at, horizon_at, retirement, " \
	"retirement_signature, standby, dnskey_in_at, dnskey_out_at, " \
	"ds_add_at, ds_remove_at, retire_at, revoke_at, compromised_at, " \
	"backup_at"
#define BY_ZONE " ORDER BY zone, generation"

static const struct db_question ask_put = { "add a KSK",
	"INSERT INTO ksk (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, "
	"$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
	"$19, $20, $21, $22, $23, $24, $25, $26, $27)" };
static const struct db_question ask_find = { "find a KSK",
	"SELECT " COLUMNS " FROM ksk WHERE id = $1" };
static const struct db_question ask_of_key = { "find a key's first KSK",
	"SELECT " COLUMNS " FROM ksk WHERE key_id = $1 "
	"ORDER BY created_at, id LIMIT 1" };
static const struct db_question ask_using = { "find who uses a key",
	"SELECT " COLUMNS " FROM ksk WHERE key_id = $1 AND id <> $2 "
	"AND state <> 'removed' ORDER BY created_at, id LIMIT 1" };
static const struct db_question ask_touch = { "make a KSK's zone due",
	"UPDATE zone SET next_at = " STORE_ZONE_NEXT
	", changes = changes + 1 "
	"WHERE zone = (SELECT zone FROM ksk WHERE id = $1)" };
static const struct store_change set_state = { { "write the state of a KSK",
	"UPDATE ksk SET state = $1 WHERE id = $2" },
	"KSK", ERR_STORE, "the store has no KSK of this id" };
static const struct db_question set_life = {
	"write the life cycle of a KSK",
	"UPDATE ksk SET state = $1, ds_seen_at = $2, ds_gone_at = $3, "
	"standby = $4, dnskey_in_at = $5, dnskey_out_at = $6, "
	"ds_add_at = $7, ds_remove_at = $8, retire_at = $9, revoke_at = $10, "
	"compromised_at = $11, backup_at = $12 WHERE id = $13" };
static const struct store_change raise_horizon = {
	{ "raise the horizon of a KSK",
	"UPDATE ksk SET horizon_at = CASE WHEN horizon_at > $1 "
	"THEN horizon_at ELSE $1 END WHERE id = $2" },
	"KSK", ERR_STORE, "the store has no KSK of this id" };
static const struct store_change retire = { { "retire a KSK",
	"UPDATE ksk SET state = 'removed', retirement = $1, "
	"retirement_signature = $2 WHERE id = $3 AND state <> 'removed'" },
	"KSK", ERR_INTEGRITY, "it is removed already or gone" };

/* One question each, so that each is answered from an index. */
static const struct db_question ask_all = { "list KSKs",
	"SELECT " COLUMNS " FROM ksk" BY_ZONE };
static const struct db_of_zone ask_zone = { { "list a zone's KSKs",
	"SELECT " COLUMNS " FROM ksk WHERE zone = $1" BY_ZONE },
	"SELECT zone, " COLUMNS " FROM ksk WHERE zone > $1 AND zone <= $2"
	BY_ZONE };
/* Shorter by most of a row. */
#define FACTS \
	"id, cmk_id, key_id, zone, generation, alg, key_tag, revoked_tag, " \
	"NULL, state, created_at, NULL, NULL, ds_seen_at, ds_gone_at, " \
	"horizon_at, NULL, NULL, standby, dnskey_in_at, dnskey_out_at, " \
	"ds_add_at, ds_remove_at, retire_at, revoke_at, compromised_at, " \
	"backup_at FROM ksk WHERE state <> 'removed' AND "
static const struct db_of_zone ask_facts = { { "list a zone's KSKs in use",
	"SELECT " FACTS "zone = $1" BY_ZONE },
	"SELECT zone, " FACTS "zone > $1 AND zone <= $2" BY_ZONE };
static const struct db_question ask_removed = {
	"list a zone's removed KSKs",
	"SELECT " COLUMNS " FROM ksk WHERE zone = $1 AND state = 'removed'"
	BY_ZONE };
static const struct db_question ask_cmk = { "list a CMK's KSKs",
	"SELECT " COLUMNS " FROM ksk WHERE cmk_id = $1" BY_ZONE };
static const struct db_question ask_both = { "list a CMK's KSKs in a zone",
	"SELECT " COLUMNS " FROM ksk WHERE zone = $1 AND cmk_id = $2" BY_ZONE
};

void
ksk_row_clear(struct ksk_row *row)
{

	free(row->zone);
	buf_free(&row->dnskey);
	free(row->state);
	free(row->endorsement);
	free(row->endorsement_signature);
	free(row->retirement);
	free(row->retirement_signature);
	free(row->standby);
	*row = (struct ksk_row){ 0 };
}

static void
clear_row(void *row)
{

	ksk_row_clear(row);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct ksk_row *ksk = out;

	db_get_id(rows, 0, ksk->id);
	db_get_id(rows, 1, ksk->cmk_id);
	db_get_id(rows, 2, ksk->key_id);
	ksk->zone = db_get_text(rows, 3);
	ksk->generation = db_get_int(rows, 4);
	ksk->alg = (uint8_t)db_get_int(rows, 5);
	ksk->key_tag = (uint16_t)db_get_int(rows, 6);
	ksk->revoked_tag = (uint16_t)db_get_int(rows, 7);
	db_get_buf(rows, 8, &ksk->dnskey);
	ksk->state = db_get_text(rows, 9);
	ksk->created_at = db_get_int(rows, 10);
	ksk->endorsement = db_get_text(rows, 11);
	ksk->endorsement_signature = db_get_text(rows, 12);
	ksk->ds_seen_at = db_get_int(rows, 13);
	ksk->ds_gone_at = db_get_int(rows, 14);
	ksk->horizon_at = db_get_int(rows, 15);
	ksk->retirement = db_get_text_or_null(rows, 16);
	ksk->retirement_signature = db_get_text_or_null(rows, 17);
	ksk->standby = db_get_text(rows, 18);
	ksk->dnskey_in_at = db_get_int(rows, 19);
	ksk->dnskey_out_at = db_get_int(rows, 20);
	ksk->ds_add_at = db_get_int(rows, 21);
	ksk->ds_remove_at = db_get_int(rows, 22);
	ksk->retire_at = db_get_int(rows, 23);
	ksk->revoke_at = db_get_int(rows, 24);
	ksk->compromised_at = db_get_int(rows, 25);
	ksk->backup_at = db_get_int(rows, 26);
}

static const struct db_shape shape = { sizeof(struct ksk_row), read_row,
	clear_row };

void
ksk_rows_free(struct ksk_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

static struct db_value
standby_of(const struct ksk_row *ksk)
{

	return db_text(ksk->standby == NULL ? "none" : ksk->standby);
}

int
store_ksk_put(struct store *store, const struct ksk_row *ksk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(ksk->id),
		db_text(ksk->cmk_id),
		db_text(ksk->key_id),
		db_text(ksk->zone),
		db_int(ksk->generation),
		db_int(ksk->alg),
		db_int(ksk->key_tag),
		db_int(ksk->revoked_tag),
		db_buf(&ksk->dnskey),
		db_text(ksk->state),
		db_int(ksk->created_at),
		db_text(ksk->endorsement),
		db_text(ksk->endorsement_signature),
		db_time(ksk->ds_seen_at),
		db_time(ksk->ds_gone_at),
		db_time(ksk->horizon_at),
		db_text(ksk->retirement),
		db_text(ksk->retirement_signature),
		standby_of(ksk),
		db_time(ksk->dnskey_in_at),
		db_time(ksk->dnskey_out_at),
		db_time(ksk->ds_add_at),
		db_time(ksk->ds_remove_at),
		db_time(ksk->retire_at),
		db_time(ksk->revoke_at),
		db_time(ksk->compromised_at),
		db_time(ksk->backup_at),
	};

	if (db_change(store->db, &ask_put, args, STORE_N(args), NULL, err) ==
	    0)
		return store_zone_touch(store, ksk->zone, err);
	if (db_fault(store->db) != DB_FAULT_TAKEN)
		return -1;
	return err_set(err, ERR_INPUT, "zone %s has a KSK of generation %lld, "
	    "key tag %u or revoked key tag %u already", ksk->zone,
	    (long long)ksk->generation, (unsigned int)ksk->key_tag,
	    (unsigned int)ksk->revoked_tag);
}

int
store_ksk_list(struct store *store, const char *zone, const char *cmk_id,
    struct ksk_row **out, size_t *n, struct error *err)
{
	const struct db_question *ask = &ask_all;
	struct db_value args[2];
	size_t args_n = 0;

	if (zone != NULL)
		args[args_n++] = db_text(zone);
	if (cmk_id != NULL)
		args[args_n++] = db_text(cmk_id);
	*out = NULL;
	*n = 0;
	if (zone != NULL && cmk_id == NULL)
		return db_zone_list(store->db, &ask_zone, args, args_n,
		    &shape, out, n, err);
	if (args_n > 0)
		ask = zone != NULL ? &ask_both : &ask_cmk;
	return db_list(store->db, ask, args, args_n, &shape, out, n, err);
}

int
store_ksk_facts(struct store *store, const char *zone, struct ksk_row **out,
    size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_facts, args, STORE_N(args),
	    &shape, out, n, err);
}

int
store_ksk_removed(struct store *store, const char *zone, struct ksk_row **out,
    size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_removed, args, STORE_N(args), &shape,
	    out, n, err);
}

static void
read_is_removed(const struct db_rows *rows, void *out)
{
	char *state = db_get_text(rows, 9);

	*(bool *)out = strcmp(state, "removed") == 0;
	free(state);
}

/* Of all of them, which were read ahead where what is asked next was. */
int
store_ksk_has_removed(struct store *store, const char *zone, bool *has,
    struct error *err)
{
	static const struct db_shape is_removed = { sizeof(bool),
		read_is_removed, NULL };
	const struct db_value args[] = { db_text(zone) };
	bool *list = NULL;
	size_t i, n = 0;

	*has = false;
	if (db_zone_list(store->db, &ask_zone, args, STORE_N(args),
	    &is_removed, &list, &n, err) != 0)
		return -1;
	for (i = 0; i < n && !*has; i++)
		*has = list[i];
	free(list);
	return 0;
}

static void
read_cmk(const struct db_rows *rows, void *out)
{

	db_get_id(rows, 1, out);
}

int
store_ksk_cmks(struct store *store, const char *zone,
    char (**out)[STORE_ID_TEXT], size_t *n, struct error *err)
{
	static const struct db_shape cmk = { STORE_ID_TEXT, read_cmk, NULL };
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_zone, args, STORE_N(args), &cmk,
	    out, n, err);
}

int
store_ksk_find(struct store *store, const char *id, struct ksk_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(id) };

	return db_one(store->db, &ask_find, args, STORE_N(args), &shape, out,
	    found, err);
}

int
store_ksk_of_key(struct store *store, const char *key_id, struct ksk_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(key_id) };

	return db_one(store->db, &ask_of_key, args, STORE_N(args), &shape, out,
	    found, err);
}

int
store_ksk_using(struct store *store, const char *key_id, const char *not_id,
    struct ksk_row *out, bool *found, struct error *err)
{
	const struct db_value args[] = {
		db_text(key_id),
		db_text(not_id == NULL ? "" : not_id),
	};

	return db_one(store->db, &ask_using, args, STORE_N(args), &shape, out,
	    found, err);
}

int
store_ksk_set_state(struct store *store, const char *id, const char *state,
    struct error *err)
{
	const struct db_value args[] = { db_text(state), db_text(id) };

	return store_change(store, &set_state, args, STORE_N(args), id, err);
}

/* What its run knew of the zone is no longer so. */
static int
touch_zone(struct store *store, const char *id, struct error *err)
{
	const struct db_value args[] = { db_text(id) };

	return db_change_later(store->db, &ask_touch, args,
	    STORE_N(args), err);
}

int
store_ksk_set_life(struct store *store, const struct ksk_row *ksk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(ksk->state),
		db_time(ksk->ds_seen_at),
		db_time(ksk->ds_gone_at),
		standby_of(ksk),
		db_time(ksk->dnskey_in_at),
		db_time(ksk->dnskey_out_at),
		db_time(ksk->ds_add_at),
		db_time(ksk->ds_remove_at),
		db_time(ksk->retire_at),
		db_time(ksk->revoke_at),
		db_time(ksk->compromised_at),
		db_time(ksk->backup_at),
		db_text(ksk->id),
	};

	if (db_change_one_later(store->db, &set_life,
	    "the store has no KSK of this id", args, STORE_N(args), err) != 0)
		return -1;
	return touch_zone(store, ksk->id, err);
}

int
store_ksk_raise_horizon(struct store *store, const char *id, int64_t at,
    struct error *err)
{
	const struct db_value args[] = { db_int(at), db_text(id) };

	return store_change(store, &raise_horizon, args, STORE_N(args), id,
	    err);
}

int
store_ksk_retire(struct store *store, const struct ksk_row *ksk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(ksk->retirement),
		db_text(ksk->retirement_signature),
		db_text(ksk->id),
	};

	if (store_change(store, &retire, args, STORE_N(args), ksk->id,
	    err) != 0)
		return -1;
	return touch_zone(store, ksk->id, err);
}
