#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_endorse.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_record.h"
#include "kmgr/engine/ksk_rules.h"
#include "kmgr/engine/ksk_sign.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_zone.h"
#include "kmgr/store/store_intent.h"

static void
add_tag(uint16_t **tags, size_t *n, uint16_t tag)
{

	*(uint16_t *)mem_push(tags, (*n)++, sizeof(**tags)) = tag;
}

/* The tags of the ZSKs that were last admitted for the zone. */
static int
add_zsk_tags(struct store *store, const struct name *zone, uint16_t **tags,
    size_t *n, struct error *err)
{
	struct zsk_set_row last = { 0 };
	struct zonefile *file = NULL;
	char text[NAME_TEXT_MAX];
	struct dnskey dnskey;
	bool found = false;
	size_t i;
	int rc = -1;

	if (store_zsk_set_last(store, name_text(zone, text), &last, &found,
	    err) != 0)
		return -1;
	if (!found)
		return 0;
	if (zonefile_read(last.text, strlen(last.text), "the last ZSK set",
	    zone, &file, err) != 0)
		goto out;
	for (i = 0; i < file->n_records; i++)
		if (dnskey_from_rdata(file->records[i].rdata,
		    file->records[i].rdata_len, &dnskey, err) != 0)
			goto out;
		else
			add_tag(tags, n, dnskey_tag(&dnskey));
	rc = 0;
 out:
	zonefile_free(file);
	zsk_set_row_clear(&last);
	return rc;
}

/*
 * Whether a validator could take dnskey for another key of the zone: its tag
 * or its revoked twin's is in use. Under custody shared the operator of the
 * zone rolls a colliding ZSK; the group's key stays.
 */
int
ksk_endorse_collides(struct store *store, const struct cmk *cmk,
    const struct name *zone, const struct dnskey *dnskey, bool *collides,
    struct error *err)
{
	char text[NAME_TEXT_MAX];
	struct ksk_row *rows = NULL;
	uint16_t *tags = NULL;
	size_t i, n_rows = 0, n = 0;
	int rc = -1;

	if (store_ksk_list(store, name_text(zone, text), NULL, &rows, &n_rows,
	    err) != 0)
		return -1;
	for (i = 0; i < n_rows; i++) {
		if (strcmp(rows[i].state, "removed") == 0)
			continue;
		add_tag(&tags, &n, rows[i].key_tag);
		add_tag(&tags, &n, rows[i].revoked_tag);
	}
	if (cmk->policy->custody == CUSTODY_SHARED ||
	    add_zsk_tags(store, zone, &tags, &n, err) == 0) {
		*collides = dnskey_collides(dnskey, tags, n);
		rc = 0;
	}
	free(tags);
	ksk_rows_free(rows, n_rows);
	return rc;
}

/* The row of a KSK, all but its endorsement. */
static int
ksk_row_init(struct store *store, const struct cmk *cmk,
    const struct ksk_birth *birth, const struct dnskey *dnskey,
    struct ksk_row *row, struct error *err)
{
	const struct key_row *key = birth->key;
	char text[NAME_TEXT_MAX];
	struct ksk_row *rows;
	size_t n;

	*row = (struct ksk_row) { .alg = dnskey->alg,
		.created_at = key->created_at };
	if (store_ksk_list(store, name_text(birth->zone, text), NULL, &rows,
	    &n, err) != 0)
		return -1;
	row->generation = n == 0 ? 1 : rows[n - 1].generation + 1;
	ksk_rows_free(rows, n);
	(void)strncpy(row->id, birth->ksk_id, sizeof(row->id) - 1);
	memcpy(row->cmk_id, cmk->row.id, sizeof(row->cmk_id));
	memcpy(row->key_id, key->id, sizeof(row->key_id));
	row->zone = mem_strdup(text);
	row->key_tag = dnskey_tag(dnskey);
	row->revoked_tag = dnskey_revoked_tag(dnskey);
	dnskey_rdata(dnskey, &row->dnskey);
	row->state = mem_strdup("generated");
	row->standby = mem_strdup(birth->standby == NULL ? "none" :
	    birth->standby);
	return 0;
}

/* KSKs that are endorsed together. */
struct batch {
	struct session		*session;
	struct store		*store;
	const struct cmk	*cmk;
	int64_t			 seq;		/* the ledger's head before */
	uint8_t			 head[CRYPTO_SHA256_LEN];
	struct ksk_birth	**births;	/* without those left out */
	struct ksk_row		*rows;
	size_t			 n;
};

/* What the KSK is, and what is to be signed of it. */
static int
add(struct batch *batch, struct ksk_birth *birth, struct error *err)
{
	struct ksk_row *row = &batch->rows[batch->n];
	const struct cmk *cmk = batch->cmk;
	struct dnskey dnskey;

	if (dnskey_init(&dnskey, DNSKEY_FLAGS_KSK, (uint8_t)cmk->policy->alg,
	    birth->public, err) != 0 || ksk_endorse_collides(batch->store,
	    cmk, birth->zone, &dnskey, &birth->is_taken, err) != 0)
		return -1;
	if (birth->is_taken)
		return 0;
	if (ksk_row_init(batch->store, cmk, birth, &dnskey, row, err) != 0)
		return -1;
	row->endorsement = ksk_endorsement(cmk, birth->key, row, batch->seq,
	    batch->head);
	batch->births[batch->n++] = birth;
	return 0;
}

/* A shared pair is, which was made for another zone. */
static bool
is_recorded(const struct ksk_birth *birth)
{

	return birth->intent == NULL && birth->key->wrap_key_id == NULL;
}

/*
 * The pair's row and the closed intent, where the pair is new, and the zone's
 * KSK.
 */
static int
put(struct batch *batch, const struct ksk_birth *birth, struct ksk_row *row,
    struct error *err)
{
	struct json *event;
	int rc;

	if ((!is_recorded(birth) &&
	    store_key_put(batch->store, birth->key, err) != 0) ||
	    (birth->intent != NULL && store_intent_resolve(batch->store,
	    birth->intent->id, "done", row->created_at, err) != 0) ||
	    store_ksk_put(batch->store, row, err) != 0)
		return -1;
	event = ksk_facts_event(row);
	json_put_text(event, "key_id", row->key_id);
	json_put_text(event, "endorsement", row->endorsement);
	json_put_text(event, "endorsement_signature",
	    row->endorsement_signature);
	json_put_take(event, "key", key_record_json(birth->key));
	rc = event_append(batch->session, "create-ksk", event, err);
	json_free(event);
	return rc;
}

/* What was just appended is not to be judged as if it were somebody else's. */
static int
note(const struct batch *batch, const struct ksk_row *row, struct error *err)
{
	struct proven_event event;

	if (batch_proof_place(row->endorsement_signature, &event.index,
	    &event.n, event.signature, err) != 0 ||
	    ledger_head(batch->store, &event.seq, event.hash, err) != 0)
		return -1;
	proven_note(batch->cmk->proven, &event);
	return 0;
}

static int
blame(struct ksk_birth *birth, struct error *err)
{
	char zone[NAME_TEXT_MAX];

	birth->is_to_blame = true;
	return err_wrap(err, "create KSK for %s", name_text(birth->zone,
	    zone));
}

/* All events stand directly behind the head that the endorsements name. */
static int
endorse(struct batch *batch, struct hsm_key *seal_key,
    struct ksk_birth *births, size_t n, struct error *err)
{
	size_t i;

	if (ledger_head(batch->store, &batch->seq, batch->head, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (add(batch, &births[i], err) != 0)
			return blame(&births[i], err);
	if (batch->n > 0 && ksk_sign_rows(batch->cmk, seal_key,
	    batch->rows, batch->n, err) != 0)
		return -1;
	for (i = 0; i < batch->n; i++)
		if (put(batch, batch->births[i], &batch->rows[i], err) != 0 ||
		    note(batch, &batch->rows[i], err) != 0)
			return blame(batch->births[i], err);
	return 0;
}

/* What the payload of a create-ksk intent says. */
static int
read_payload(const struct intent_row *intent, struct store *store,
    struct cmk **cmk, char ksk_id[static STORE_ID_TEXT], struct name *zone,
    const char **standby, struct error *err)
{
	struct json *payload = NULL;
	const char *cmk_text, *ksk_text, *zone_text;
	int rc = -1;

	if (intent_payload(intent, &payload, err) != 0)
		return -1;
	cmk_text = json_get_text(payload, "cmk_id");
	ksk_text = json_get_text(payload, "ksk_id");
	zone_text = json_get_text(payload, "zone");
	*standby = ksk_record_standby(json_get_text(payload, "standby"));
	if (cmk_text == NULL || ksk_text == NULL || zone_text == NULL ||
	    strlen(ksk_text) >= STORE_ID_TEXT) {
		(void)err_set(err, ERR_INTEGRITY, "intent %lld is damaged",
		    (long long)intent->id);
		goto out;
	}
	(void)strcpy(ksk_id, ksk_text);
	if (name_read(zone_text, zone, err) == 0 &&
	    cmk_load(store, cmk_text, cmk, err) == 0)
		rc = 0;
 out:
	json_free(payload);
	return rc;
}

int
ksk_endorse_in(struct session *session, const struct cmk *cmk,
    struct hsm_key *seal_key, struct ksk_birth *births, size_t n,
    struct error *err)
{
	struct batch batch = { .session = session, .cmk = cmk };
	size_t i;
	int rc;

	if (session_store(session, &batch.store, err) != 0)
		return -1;
	batch.births = mem_new(n * sizeof(struct ksk_birth *));
	batch.rows = mem_new(n * sizeof(struct ksk_row));
	rc = endorse(&batch, seal_key, births, n, err);
	for (i = 0; i < n; i++)
		ksk_row_clear(&batch.rows[i]);
	free(batch.rows);
	free(batch.births);
	return rc;
}

/* In a transaction of its own. */
static int
endorse_new(struct session *session, const struct cmk *cmk,
    struct hsm_key *seal_key, struct ksk_birth *birth,
    const struct hsm_key *pair, struct error *err)
{
	struct key_row key = { 0 };
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	key_record_init(cmk->row.id, "ksk", birth->intent, pair,
	    session_now(session), &key);
	key.is_shared = cmk->policy->custody == CUSTODY_SHARED;
	birth->key = &key;
	birth->public = hsm_key_public(pair);
	if (ksk_endorse_in(session, cmk, seal_key, birth, 1, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	birth->key = NULL;
	key_row_clear(&key);
	return rc;
}

/*
 * What was checked before the intent was written. The intent is the store's
 * word only, and time has passed.
 */
static int
check_birth(struct store *store, const struct cmk *cmk,
    const struct ksk_birth *birth, const struct hsm_key *pair,
    struct error *err)
{
	char zone[NAME_TEXT_MAX];
	size_t i, n, n_present = 0;
	struct ksk_row *rows;

	if (!cmk_is_sealed(cmk) ||
	    strcmp(cmk->row.token, birth->intent->token) != 0 ||
	    hsm_key_alg(pair) != cmk->policy->alg)
		return err_set(err, ERR_INTEGRITY, "intent %lld is none of "
		    "CMK %s", (long long)birth->intent->id, cmk->row.name);
	if (cmk_life_check_usable(cmk, err) != 0 || store_ksk_list(store,
	    name_text(birth->zone, zone), NULL, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		n_present += ksk_rules_counts(&rows[i]);
	ksk_rows_free(rows, n);
	return ksk_rules_allow(cmk, birth->zone, n_present, err);
}

int
ksk_endorse_finish(struct session *session, const struct intent_row *intent,
    struct hsm_key *key, struct error *err)
{
	struct ksk_birth birth = { .intent = intent };
	struct hsm_key *seal_key = NULL;
	char ksk_id[STORE_ID_TEXT], zone_text[NAME_TEXT_MAX];
	struct cmk *cmk = NULL;
	struct store *store;
	struct name zone;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    read_payload(intent, store, &cmk, ksk_id, &zone, &birth.standby,
	    err) != 0)
		return -1;
	birth.ksk_id = ksk_id;
	birth.zone = &zone;
	if (check_birth(store, cmk, &birth, key, err) == 0 &&
	    cmk_open_seal_key(session, cmk, &seal_key, err) == 0)
		rc = endorse_new(session, cmk, seal_key, &birth, key, err);
	if (rc == 0 && birth.is_taken)
		rc = err_set(err, ERR_POLICY, "its key tag is in use in zone "
		    "%s", name_text(&zone, zone_text));
	hsm_key_free(seal_key);
	cmk_free(cmk);
	return rc;
}
