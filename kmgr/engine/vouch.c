#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"
#include "kmgr/engine/vouch.h"

#define TEXT	  "voucher"
#define SIGNATURE "voucher_signature"
#define HEX_LEN	  (2 * CRYPTO_SHA256_LEN + 1)

/* Facts of a KSK; whatever else a CMK does is its own keys' alone. */
static const char *const types[] = { "ksk-step", "ds-seen", "ds-gone",
	"delete-ksk" };
#define N_TYPES (sizeof(types) / sizeof(types[0]))

const char *
vouch_type_at(size_t i)
{

	return i < N_TYPES ? types[i] : NULL;
}

static bool
is_of_type(const char *type)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

/* The SHA-256 of the event without what is signed over it. */
static const char *
event_hash(const struct json *event, char hex[static HEX_LEN])
{
	struct json *bare = json_new_object();
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf text = BUF_INIT;
	const char *key = NULL;

	while ((key = json_next_key(event, key)) != NULL)
		if (strcmp(key, TEXT) != 0 && strcmp(key, SIGNATURE) != 0)
			json_put_take(bare, key,
			    json_copy_of(json_get(event, key)));
	json_canonical(bare, &text);
	crypto_sha256(text.data, text.len, hash);
	buf_free(&text);
	json_free(bare);
	(void)text_hex(hash, sizeof(hash), hex);
	return hex;
}

static int
write_statement(struct store *store, const char *voucher_id, const char *type,
    const struct json *event, struct buf *out, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct json *json;
	char hex[HEX_LEN];
	int64_t seq;

	if (ledger_head(store, &seq, head, err) != 0)
		return -1;
	json = json_new_object();
	json_put_text(json, "cmk_id", voucher_id);
	json_put_text(json, "type", type);
	json_put_text(json, "event", event_hash(event, hex));
	json_put_int(json, "ledger_seq", seq);
	json_put_text(json, "ledger_head", text_hex(head, sizeof(head), hex));
	json_canonical(json, out);
	json_free(json);
	return 0;
}

static int
sign_event(struct session *session, struct store *store,
    const struct cmk *voucher, const char *type, struct json *event,
    struct error *err)
{
	struct hsm_key *key = NULL;
	struct buf text = BUF_INIT;
	char *signature = NULL;
	int rc = -1;

	if (write_statement(store, voucher->row.id, type, event, &text,
	    err) == 0 && cmk_open_attestor(session, voucher, &key,
	    err) == 0 && signer_attest(key, cmk_attestor_public(voucher),
	    STATEMENT_VOUCHER, buf_text(&text), &signature, err) == 0) {
		json_put_text(event, TEXT, buf_text(&text));
		json_put_text(event, SIGNATURE, signature);
		rc = 0;
	}
	free(signature);
	hsm_key_free(key);
	buf_free(&text);
	return rc;
}

/*
 * Who has nothing to do with a zone tells nothing of it: the seal key of the
 * voucher must have endorsed a KSK of it, which may be removed by now.
 */
int
vouch_has_zone(struct store *store, struct cmk *voucher, const char *zone,
    struct error *err)
{
	struct ksk_row *rows = NULL;
	bool is_among = false;
	struct ksk ksk;
	size_t i, n = 0;
	int rc = 0;

	if (store_ksk_list(store, zone, voucher->row.id, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0 && !is_among; i++) {
		rc = ksk_check(voucher, &rows[i], &ksk, err);
		is_among = rc == 0;
		if (rc == 0)
			buf_free(&ksk.blob);
	}
	ksk_rows_free(rows, n);
	if (rc != 0 || is_among)
		return rc;
	(void)err_set(err, ERR_POLICY, "CMK %s has no KSK in zone %s, and "
	    "vouches for nothing there", voucher->row.name, zone);
	return err_hint(err, "kmgr create-ksk %s --another --cmk %s makes one",
	    zone, voucher->row.name);
}

int
vouch_check_zone(struct session *session, const char *voucher_id,
    const char *zone, struct error *err)
{
	struct cmk *voucher = NULL;
	struct store *store;
	int rc;

	if (cmk_get(session, voucher_id, &store, &voucher, err) != 0)
		return -1;
	rc = vouch_has_zone(store, voucher, zone, err);
	cmk_free(voucher);
	return rc;
}

static int
check_and_sign(struct session *session, struct store *store,
    struct cmk *voucher, const char *type, struct json *event,
    struct error *err)
{
	const char *zone = json_get_text(event, "zone");

	if (zone == NULL)
		return err_set(err, ERR_INTERNAL, "an event to vouch for is "
		    "of no zone");
	return vouch_has_zone(store, voucher, zone, err) != 0 ? -1 :
	    sign_event(session, store, voucher, type, event, err);
}

int
vouch_put(struct session *session, const char *cmk_id, const char *type,
    struct json *event, struct error *err)
{
	const char *id = session_voucher(session, cmk_id);
	struct cmk *voucher = NULL;
	struct store *store;
	int rc;

	if (id == NULL || !is_of_type(type))
		return 0;
	if (cmk_get(session, id, &store, &voucher, err) != 0)
		return -1;
	rc = check_and_sign(session, store, voucher, type, event, err);
	cmk_free(voucher);
	return rc;
}

/* Payload and statement of an event; NULL of one without. */
static struct json *
read_event(const struct ledger_record *record, struct json **statement)
{
	struct error ignored = ERR_INIT;
	struct json *event = NULL;
	const char *text;

	*statement = NULL;
	if (!is_of_type(record->type) ||
	    strstr(record->payload, "\"" TEXT "\"") == NULL || json_read(
	    record->payload, strlen(record->payload), &event, &ignored) != 0)
		return NULL;
	text = json_get_text(event, TEXT);
	if (text != NULL && json_read(text, strlen(text), statement,
	    &ignored) == 0 && json_get_text(*statement, "cmk_id") != NULL)
		return event;
	json_free(*statement);
	*statement = NULL;
	json_free(event);
	return NULL;
}

char *
vouch_by(const struct ledger_record *record)
{
	struct json *statement, *event = read_event(record, &statement);
	char *id = event == NULL ? NULL :
	    mem_strdup(json_get_text(statement, "cmk_id"));

	json_free(statement);
	json_free(event);
	return id;
}

static bool
says(const struct json *statement, const char *name, const char *wanted)
{
	const char *text = json_get_text(statement, name);

	return text != NULL && strcmp(text, wanted) == 0;
}

/* That it speaks of this event at this place of this ledger. */
static bool
is_about(const struct json *statement, const struct json *event,
    const struct ledger_record *record)
{
	char hash[HEX_LEN], head[HEX_LEN];
	int64_t seq = -1;

	(void)text_hex(record->prev, CRYPTO_SHA256_LEN, head);
	return says(statement, "type", record->type) &&
	    says(statement, "event", event_hash(event, hash)) &&
	    json_get_int(statement, "ledger_seq", &seq) &&
	    seq == record->seq - 1 && says(statement, "ledger_head", head);
}

static bool
is_signed(const struct json *event, const struct crypto_key *seal,
    const struct crypto_key *identity)
{
	const char *text = json_get_text(event, TEXT);
	const char *signature = json_get_text(event, SIGNATURE);
	struct error ignored = ERR_INIT;

	return signature != NULL && ((identity != NULL && statement_verify(
	    STATEMENT_VOUCHER, text, signature, identity, &ignored) == 0) ||
	    statement_verify(STATEMENT_VOUCHER, text, signature, seal,
	    &ignored) == 0);
}

/* What the endorsement of its KSK there says was checked by the policy. */
static bool
is_of_zone(struct store *store, struct cmk *voucher,
    const struct json *event)
{
	const char *zone = json_get_text(event, "zone");
	struct error ignored = ERR_INIT;

	return zone != NULL && vouch_has_zone(store, voucher, zone,
	    &ignored) == 0;
}

int
vouch_check(struct store *store, struct cmk *voucher,
    const struct ledger_record *record, struct error *err)
{
	struct json *statement, *event = read_event(record, &statement);
	bool is_right;

	is_right = event != NULL &&
	    says(statement, "cmk_id", voucher->row.id) &&
	    is_about(statement, event, record) &&
	    is_signed(event, voucher->public, voucher->identity_public) &&
	    is_of_zone(store, voucher, event);
	json_free(statement);
	json_free(event);
	return is_right ? 0 : err_set(err, ERR_INTEGRITY, "event %lld (%s): "
	    "CMK %s does not vouch for it", (long long)record->seq,
	    record->type, voucher->row.name);
}

static int
check_signature(const struct replay *replay, const struct json *event,
    const char *id, struct error *err)
{
	const struct cmk_row *row = replay_cmk(replay, id);
	struct crypto_key *seal = NULL, *identity = NULL;
	int rc = -1;

	if (ledger_signed_key(replay, id, &seal, err) != 0)
		return -1;
	if (row->identity == NULL || identity_read(id, row->identity,
	    row->identity_signature, seal, &identity, err) == 0)
		rc = is_signed(event, seal, identity) ? 0 : err_set(err,
		    ERR_INTEGRITY, "no key of CMK %s signed it", row->name);
	crypto_key_free(identity);
	crypto_key_free(seal);
	return rc;
}

/* Whether a KSK of the zone was made under the CMK before, or adopted. */
static bool
has_ksk(const struct replay *replay, const char *id, const char *zone)
{
	struct ksk_row *const *ksks;
	size_t i, n;

	ksks = replay_ksks(replay, &n);
	for (i = 0; zone != NULL && i < n; i++)
		if (strcmp(ksks[i]->cmk_id, id) == 0 &&
		    strcmp(ksks[i]->zone, zone) == 0)
			return true;
	return false;
}

static int
check_replayed(const struct replay *replay, const struct json *event,
    const char *id, struct error *err)
{

	if (check_signature(replay, event, id, err) != 0)
		return -1;
	return has_ksk(replay, id, json_get_text(event, "zone")) ? 0 :
	    err_set(err, ERR_INTEGRITY, "CMK %s had no KSK in the zone",
	    replay_cmk(replay, id)->name);
}

int
vouch_check_replayed(const struct replay *replay,
    const struct ledger_record *record, struct error *err)
{
	struct json *statement, *event = read_event(record, &statement);
	int rc;

	if (event == NULL)
		return 0;
	rc = !is_about(statement, event, record) ? err_set(err,
	    ERR_INTEGRITY, "it speaks of another event") :
	    check_replayed(replay, event,
	    json_get_text(statement, "cmk_id"), err);
	json_free(statement);
	json_free(event);
	return rc == 0 ? 0 : err_wrap(err, "event %lld (%s): the voucher",
	    (long long)record->seq, record->type);
}
