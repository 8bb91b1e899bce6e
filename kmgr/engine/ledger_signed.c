#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/statement.h"
#include "kmgr/engine/vouch.h"

/* Where statements stand in events. */
static const struct part {
	const char	*type;
	const char	*text;		/* members of the payload */
	const char	*signature;
	const char	*tag;
	enum { ALWAYS, SOMETIMES } presence;
	enum { HERE, ANYWHERE } place;	/* whether its head is the one before */
} parts[] = {
	{ "seal", "seal", "signature", STATEMENT_POLICY, ALWAYS,
	    HERE },
	{ "identity", "identity", "identity_signature", STATEMENT_IDENTITY,
	    ALWAYS, HERE },
	{ "create-ksk", "endorsement", "endorsement_signature",
	    STATEMENT_ENDORSEMENT, ALWAYS, HERE },
	/* It may have been endorsed in a ledger that is lost. */
	{ "adopt-ksk", "endorsement", "endorsement_signature",
	    STATEMENT_ENDORSEMENT, ALWAYS, ANYWHERE },
	{ "delete-ksk", "retirement", "retirement_signature",
	    STATEMENT_RETIREMENT, ALWAYS, HERE },
	{ "cmk-state", "deletion", "deletion_signature", STATEMENT_DELETION,
	    SOMETIMES, HERE },
	{ "checkpoint", "statement", "signature", STATEMENT_CHECKPOINT,
	    ALWAYS, HERE },
};
#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

/* A CMK's row and public keys. */
struct signers {
	const struct cmk_row	*cmk;
	struct crypto_key	*seal;
	struct crypto_key	*identity;	/* NULL without one */
};

int
ledger_signed_key(const struct replay *replay, const char *cmk_id,
    struct crypto_key **out, struct error *err)
{
	const struct cmk_row *cmk = replay_cmk(replay, cmk_id);
	const struct key_row *key = cmk == NULL ? NULL :
	    replay_key(replay, cmk->key_id);

	*out = NULL;
	if (key == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of the "
		    "key of CMK %.32s", cmk_id);
	if (crypto_key_from_spki(key->spki.data, key->spki.len, out,
	    err) == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return -1;
}

static int
signers_init(struct signers *s, const struct replay *replay,
    const struct json *payload, struct error *err)
{
	const char *id = json_get_text(payload, "cmk_id");

	*s = (struct signers) { 0 };
	if (id == NULL || (s->cmk = replay_cmk(replay, id)) == NULL)
		return err_set(err, ERR_INTEGRITY,
		    "it is of no CMK that the ledger tells of");
	if (ledger_signed_key(replay, id, &s->seal, err) != 0)
		return -1;
	return s->cmk->identity == NULL ? 0 : identity_read(id,
	    s->cmk->identity, s->cmk->identity_signature, s->seal,
	    &s->identity, err);
}

static void
signers_clear(struct signers *s)
{

	crypto_key_free(s->seal);
	crypto_key_free(s->identity);
}

/* Before there was an identity key the seal key signed checkpoints. */
static int
verify(const struct signers *s, const char *tag, const char *text,
    const char *signature, struct error *err)
{
	struct error ignored = ERR_INIT;

	if (strcmp(tag, STATEMENT_CHECKPOINT) == 0 && s->identity != NULL &&
	    statement_verify(tag, text, signature, s->identity,
	    &ignored) == 0)
		return 0;
	return statement_verify(tag, text, signature, s->seal, err);
}

static bool
says(const struct json *statement, const char *name, const char *wanted)
{
	const char *text = json_get_text(statement, name);

	return text != NULL && strcmp(text, wanted) == 0;
}

/* Every statement names its CMK and the ledger's head at its time. */
static int
check_place(const struct part *part, const struct json *statement,
    const struct cmk_row *cmk, const struct ledger_record *record,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	int64_t seq = -1;

	(void)text_hex(record->prev, CRYPTO_SHA256_LEN, hex);
	if (!says(statement, "cmk_id", cmk->id))
		return err_set(err, ERR_INTEGRITY, "it is of another CMK");
	if (part->place == ANYWHERE)
		return 0;
	if (!json_get_int(statement, "ledger_seq", &seq) ||
	    seq != record->seq - 1 || !says(statement, "ledger_head", hex))
		return err_set(err, ERR_INTEGRITY, "it was signed at another "
		    "point of another ledger (event %lld)", (long long)seq);
	return 0;
}

/* What seals, endorsements and checkpoints say of the CMK is what is told. */
static int
check_cmk(const struct json *statement, const struct cmk_row *cmk,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	bool is_sealed;

	(void)text_hex(cmk->policy_hash, CRYPTO_SHA256_LEN, hex);
	if (json_get(statement, "name") != NULL &&
	    !says(statement, "name", cmk->name))
		return err_set(err, ERR_INTEGRITY, "the CMK had another name "
		    "than the events tell of");
	if (json_get(statement, "policy_hash") != NULL &&
	    !says(statement, "policy_hash", hex))
		return err_set(err, ERR_INTEGRITY,
		    "it is for another policy than the events tell of");
	if (json_get_bool(statement, "sealed", &is_sealed) &&
	    is_sealed != (cmk->sealed_at != 0))
		return err_set(err, ERR_INTEGRITY,
		    "it says otherwise whether the CMK is sealed");
	if (json_get(statement, "state") != NULL &&
	    !says(statement, "state", cmk->state))
		return err_set(err, ERR_INTEGRITY, "the CMK was in another "
		    "state than the events tell of");
	return 0;
}

static int
check_part(const struct signers *s, const struct part *part,
    const struct json *payload, const struct ledger_record *record,
    struct error *err)
{
	const char *text = json_get_text(payload, part->text);
	struct json *statement = NULL;
	int rc = -1;

	if (text == NULL && part->presence == SOMETIMES)
		return 0;
	if (verify(s, part->tag, text, json_get_text(payload,
	    part->signature), err) == 0 &&
	    json_read(text, strlen(text), &statement, err) == 0 &&
	    check_place(part, statement, s->cmk, record, err) == 0)
		rc = check_cmk(statement, s->cmk, err);
	json_free(statement);
	return rc == 0 ? 0 : err_wrap(err, "the %s", part->text);
}

/* The seal was signed for a ledger that is lost, and names a head of it. */
static int
check_recovered(const struct signers *s, const struct json *payload,
    struct error *err)
{

	if (json_get(payload, "cmk") == NULL || statement_verify(
	    STATEMENT_POLICY, s->cmk->seal, s->cmk->seal_signature, s->seal,
	    err) == 0)
		return 0;
	return err_wrap(err, "the seal");
}

static int
check_event(const struct replay *replay, const struct part *part,
    const struct json *payload, const struct ledger_record *record,
    struct error *err)
{
	struct signers signers;
	int rc = -1;

	if (signers_init(&signers, replay, payload, err) == 0)
		rc = part == NULL ? check_recovered(&signers, payload, err) :
		    check_part(&signers, part, payload, record, err);
	signers_clear(&signers);
	return rc;
}

static const struct part *
find_part(const char *type)
{
	size_t i;

	for (i = 0; i < N_PARTS; i++)
		if (strcmp(parts[i].type, type) == 0)
			return &parts[i];
	return NULL;
}

int
ledger_signed_judge(const struct cmk *cmk, const struct ledger_record *record,
    bool *vouched, struct error *err)
{
	const struct signers signers = { &cmk->row, cmk->public,
		cmk->identity_public };
	const struct part *part = find_part(record->type);
	struct json *payload = NULL;
	int rc = -1;

	*vouched = part != NULL && part->presence == ALWAYS &&
	    part->place == HERE;
	if (!*vouched)
		return 0;
	if (json_read(record->payload, strlen(record->payload), &payload,
	    err) == 0)
		rc = check_part(&signers, part, payload, record, err);
	json_free(payload);
	if (rc == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return err_wrap(err, "event %lld (%s)", (long long)record->seq,
	    record->type);
}

int
ledger_signed_check(const struct replay *replay,
    const struct ledger_record *record, struct error *err)
{
	const struct part *part = find_part(record->type);
	struct json *payload = NULL;
	char *by = vouch_by(record);
	bool is_vouched = by != NULL;
	int rc = -1;

	free(by);
	/* What is signed in it then is checked with the record of its KSK. */
	if (is_vouched ||
	    (part == NULL && strcmp(record->type, "recover") != 0))
		return vouch_check_replayed(replay, record, err);
	if (json_read(record->payload, strlen(record->payload), &payload,
	    err) == 0)
		rc = check_event(replay, part, payload, record, err);
	json_free(payload);
	if (rc == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return err_wrap(err, "event %lld (%s)", (long long)record->seq,
	    record->type);
}
