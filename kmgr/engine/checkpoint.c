#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"

#define EPOCH_MAX 1000000	/* losses that one CMK can live through */

#define TYPE "checkpoint"

void
checkpoint_clear(struct checkpoint *checkpoint)
{

	free(checkpoint->statement);
	free(checkpoint->signature);
	free(checkpoint->state);
	free(checkpoint->name);
	*checkpoint = (struct checkpoint){ 0 };
}

int
checkpoint_epoch(struct store *store, const char *cmk_id, int64_t *epoch,
    struct error *err)
{
	struct ledger_record record = { 0 };
	struct error ignored = ERR_INIT;
	struct json *payload = NULL;
	bool found = false;

	*epoch = 0;
	if (ledger_last(store, cmk_id, "recover", &record, &found, err) != 0)
		return -1;
	if (found && json_read(record.payload, strlen(record.payload),
	    &payload, &ignored) == 0)
		(void)json_get_int(payload, "epoch", epoch);
	/* A forged one is not to be signed into a token for good. */
	if (*epoch < 0 || *epoch > EPOCH_MAX)
		*epoch = 0;
	json_free(payload);
	ledger_record_clear(&record);
	return 0;
}

static int
write_statement(struct session *session, struct store *store,
    const struct cmk *cmk, struct buf *out, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN], approvers[CRYPTO_SHA256_LEN];
	const struct cmk_row *row = &cmk->row;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	int64_t seq, epoch;
	struct json *json;

	if (ledger_head(store, &seq, head, err) != 0 ||
	    checkpoint_epoch(store, row->id, &epoch, err) != 0 ||
	    approvers_hash(store, cmk, approvers, err) != 0)
		return -1;
	json = json_new_object();
	json_put_text(json, "cmk_id", row->id);
	json_put_text(json, "name", row->name);
	json_put_int(json, "epoch", epoch);
	json_put_int(json, "ledger_seq", seq);
	json_put_text(json, "ledger_head", text_hex(head, sizeof(head), hex));
	json_put_int(json, "at", session_now(session));
	json_put_text(json, "policy_hash", text_hex(row->policy_hash,
	    sizeof(row->policy_hash), hex));
	json_put_text(json, "approvers_hash", text_hex(approvers,
	    sizeof(approvers), hex));
	json_put_bool(json, "sealed", row->sealed_at != 0);
	json_put_text(json, "state", row->state);
	json_put_int(json, "deletion_at", row->deletion_at);
	json_put_int(json, "horizon_at", row->horizon_at);
	json_canonical(json, out);
	json_free(json);
	return 0;
}

int
checkpoint_append(struct session *session, const struct cmk *cmk,
    struct hsm_key *key, struct error *err)
{
	struct buf text = BUF_INIT;
	char *signature = NULL;
	struct json *payload;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    write_statement(session, store, cmk, &text, err) != 0)
		return -1;
	payload = json_new_object();
	if (signer_attest(key, cmk_attestor_public(cmk), STATEMENT_CHECKPOINT,
	    buf_text(&text), &signature, err) == 0) {
		json_put_text(payload, "cmk_id", cmk->row.id);
		json_put_text(payload, "statement", buf_text(&text));
		json_put_text(payload, "signature", signature);
		json_put_text(payload, "by", cmk->row.identity == NULL ?
		    "seal" : "identity");
		rc = event_append(session, TYPE, payload, err);
	}
	json_free(payload);
	free(signature);
	buf_free(&text);
	return rc;
}

static bool
read_hash(const struct json *json, const char *key,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	const char *hex = json_get_text(json, key);
	struct error ignored = ERR_INIT;
	size_t len;

	return hex != NULL && text_from_hex(hex, out, CRYPTO_SHA256_LEN, &len,
	    &ignored) == 0 && len == CRYPTO_SHA256_LEN;
}

static bool
read_members(const struct json *json, const char *cmk_id,
    struct checkpoint *out)
{
	const char *id = json_get_text(json, "cmk_id");
	const char *state = json_get_text(json, "state");
	const char *name = json_get_text(json, "name");

	if (id == NULL || strcmp(id, cmk_id) != 0 || state == NULL ||
	    name == NULL)
		return false;
	out->state = mem_strdup(state);
	out->name = mem_strdup(name);
	return json_get_int(json, "epoch", &out->epoch) &&
	    json_get_int(json, "ledger_seq", &out->seq) &&
	    read_hash(json, "ledger_head", out->head) &&
	    json_get_int(json, "at", &out->at) &&
	    read_hash(json, "policy_hash", out->policy_hash) &&
	    read_hash(json, "approvers_hash", out->approvers_hash) &&
	    json_get_bool(json, "sealed", &out->is_sealed) &&
	    json_get_int(json, "deletion_at", &out->deletion_at) &&
	    json_get_int(json, "horizon_at", &out->horizon_at);
}

int
checkpoint_read(const char *cmk_id, const char *statement,
    const char *signature, struct checkpoint *out, struct error *err)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	bool is_read;

	*out = (struct checkpoint){ 0 };
	is_read = statement != NULL && signature != NULL &&
	    json_read(statement, strlen(statement), &json, &ignored) == 0 &&
	    read_members(json, cmk_id, out) && out->seq > 0 &&
	    out->seq < INT64_MAX;
	json_free(json);
	if (!is_read) {
		checkpoint_clear(out);
		return err_set(err, ERR_INTEGRITY,
		    "it is no checkpoint of this CMK");
	}
	out->statement = mem_strdup(statement);
	out->signature = mem_strdup(signature);
	return 0;
}

int
checkpoint_verify(const struct cmk *cmk, const struct checkpoint *checkpoint,
    struct error *err)
{
	struct error ignored = ERR_INIT;

	/* Before there was an identity key the seal key answered. */
	if (cmk_attestor_public(cmk) != cmk->public &&
	    statement_verify(STATEMENT_CHECKPOINT, checkpoint->statement,
	    checkpoint->signature, cmk_attestor_public(cmk), &ignored) == 0)
		return 0;
	return proven_verify(cmk->proven, STATEMENT_CHECKPOINT,
	    checkpoint->statement, checkpoint->signature, err);
}

int
checkpoint_compare(const struct checkpoint *a, const struct checkpoint *b)
{

	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

static int
read_event(const struct cmk *cmk, const struct ledger_record *record,
    struct checkpoint *out, struct error *err)
{
	struct json *payload = NULL;
	int rc = -1;

	if (json_read(record->payload, strlen(record->payload), &payload,
	    err) == 0 && checkpoint_read(cmk->row.id,
	    json_get_text(payload, "statement"),
	    json_get_text(payload, "signature"), out, err) == 0 &&
	    checkpoint_verify(cmk, out, err) == 0)
		rc = 0;
	json_free(payload);
	if (rc == 0 && (record->seq != out->seq + 1 ||
	    memcmp(record->prev, out->head, sizeof(out->head)) != 0))
		rc = err_set(err, ERR_INTEGRITY,
		    "it does not stand behind the event that it signs");
	if (rc == 0)
		return 0;
	checkpoint_clear(out);
	err->class = ERR_INTEGRITY;
	(void)err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
	return err_wrap(err, "the checkpoint that is event %lld",
	    (long long)record->seq);
}

int
checkpoint_last(struct store *store, const struct cmk *cmk,
    struct checkpoint *out, struct error *err)
{
	struct ledger_record record = { 0 };
	bool found = false;
	int rc;

	*out = (struct checkpoint){ 0 };
	if (ledger_last(store, cmk->row.id, TYPE, &record, &found, err) != 0)
		return -1;
	if (found) {
		rc = read_event(cmk, &record, out, err);
	} else {
		rc = err_set(err, ERR_INTEGRITY, "the ledger has no "
		    "checkpoint of CMK %s, and one is made with each CMK",
		    cmk->row.name);
		(void)err_hint(err, "the store was changed behind kmgr's "
		    "back; kmgr verify lists every difference");
	}
	ledger_record_clear(&record);
	return rc;
}

/* Whether the two events are what the checkpoint says of them. */
static bool
is_of(const struct checkpoint *checkpoint, const struct ledger_record *signed_,
    const struct ledger_record *event)
{
	struct error ignored = ERR_INIT;
	struct json *payload = NULL;
	const char *statement;
	bool is_same;

	if (memcmp(signed_->hash, checkpoint->head,
	    sizeof(checkpoint->head)) != 0 ||
	    ledger_record_check(signed_, checkpoint->seq, signed_->prev,
	    &ignored) != 0 || ledger_record_check(event, checkpoint->seq + 1,
	    signed_->hash, &ignored) != 0 ||
	    strcmp(event->type, TYPE) != 0 || json_read(event->payload,
	    strlen(event->payload), &payload, &ignored) != 0)
		return false;
	statement = json_get_text(payload, "statement");
	is_same = statement != NULL &&
	    strcmp(statement, checkpoint->statement) == 0;
	json_free(payload);
	return is_same;
}

int
checkpoint_is_known(struct store *store, const struct checkpoint *checkpoint,
    bool *known, struct error *err)
{
	struct ledger_record *records;
	size_t n;

	*known = false;
	if (ledger_list(store, checkpoint->seq, 2, &records, &n, err) != 0)
		return -1;
	*known = n == 2 && is_of(checkpoint, &records[0], &records[1]);
	ledger_records_free(records, n);
	return 0;
}

int
checkpoint_is_due(struct store *store, const char *cmk_id,
    const struct checkpoint *last, bool *due, struct error *err)
{
	struct ledger_record *records;
	const struct event_type *type;
	size_t i, n;

	*due = false;
	for (i = 0; !*due && (type = event_type_at(i)) != NULL; i++) {
		if (type->class != EVENT_LIFE_CYCLE)
			continue;
		if (ledger_of_cmk(store, cmk_id, type->type, last->seq + 1, 1,
		    &records, &n, err) != 0)
			return -1;
		*due = n > 0;
		ledger_records_free(records, n);
	}
	return 0;
}
