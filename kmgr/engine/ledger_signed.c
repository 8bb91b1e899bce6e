#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/ledger_signers.h"
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
	enum { ALONE, BATCH } proof;
} parts[] = {
	{ "seal", "seal", "signature", STATEMENT_POLICY, ALWAYS,
	    HERE, ALONE },
	{ "identity", "identity", "identity_signature", STATEMENT_IDENTITY,
	    ALWAYS, HERE, ALONE },
	{ "create-ksk", "endorsement", "endorsement_signature",
	    STATEMENT_ENDORSEMENT, ALWAYS, HERE, BATCH },
	/* It may have been endorsed in a ledger that is lost. */
	{ "adopt-ksk", "endorsement", "endorsement_signature",
	    STATEMENT_ENDORSEMENT, ALWAYS, ANYWHERE, BATCH },
	{ "delete-ksk", "retirement", "retirement_signature",
	    STATEMENT_RETIREMENT, ALWAYS, HERE, ALONE },
	{ "cmk-state", "deletion", "deletion_signature", STATEMENT_DELETION,
	    SOMETIMES, HERE, ALONE },
	{ "checkpoint", "statement", "signature", STATEMENT_CHECKPOINT,
	    ALWAYS, HERE, ALONE },
};
#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

struct ledger_signed {
	const struct replay	*replay;
	struct ledger_signers	*signers;
	struct ledger_batch	 batch;
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

struct ledger_signed *
ledger_signed_new(const struct replay *replay)
{
	struct ledger_signed *s = mem_new(sizeof(*s));

	s->replay = replay;
	s->signers = ledger_signers_new(replay);
	return s;
}

void
ledger_signed_free(struct ledger_signed *s)
{

	if (s == NULL)
		return;
	ledger_signers_free(s->signers);
	free(s);
}

/* Before there was an identity key the seal key signed checkpoints. */
static int
verify(const struct ledger_signer *s, const struct part *part, const char *text,
    const char *signature, struct error *err)
{
	struct error ignored = ERR_INIT;

	if (part->proof == BATCH)
		return batch_proof_verify(signature, part->tag, text,
		    s->cmk->id, s->proven, err);
	if (strcmp(part->tag, STATEMENT_CHECKPOINT) == 0 &&
	    s->identity != NULL && statement_verify(part->tag, text,
	    signature, s->identity, &ignored) == 0)
		return 0;
	return statement_verify(part->tag, text, signature, s->seal, err);
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
    const struct cmk_row *cmk, const struct ledger_batch *at,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	int64_t seq = -1;

	(void)text_hex(at->head, CRYPTO_SHA256_LEN, hex);
	if (!says(statement, "cmk_id", cmk->id))
		return err_set(err, ERR_INTEGRITY, "it is of another CMK");
	if (part->place == ANYWHERE)
		return 0;
	if (!json_get_int(statement, "ledger_seq", &seq) || seq != at->seq ||
	    !says(statement, "ledger_head", hex))
		return err_set(err, ERR_INTEGRITY, "it was signed at another "
		    "point of another ledger (event %lld)", (long long)seq);
	return 0;
}

static bool
is_in_batch(const struct part *part)
{

	return part != NULL && part->proof == BATCH && part->place == HERE;
}

/* The head that the statement must name: before it, or before its batch. */
static int
find_place(const struct part *part, const struct json *payload,
    const struct ledger_record *record, struct ledger_batch *batch,
    struct ledger_batch *out, struct error *err)
{
	const char *proof = json_get_text(payload, part->signature);

	if (is_in_batch(part)) {
		if (ledger_batch_take(batch, record, proof, err) != 0)
			return -1;
		*out = *batch;
		return 0;
	}
	*out = (struct ledger_batch) { .seq = record->seq - 1 };
	memcpy(out->head, record->prev, sizeof(out->head));
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
check_part(const struct ledger_signer *s, const struct part *part,
    const struct json *payload, const struct ledger_batch *at,
    struct error *err)
{
	const char *text = json_get_text(payload, part->text);
	struct json *statement = NULL;
	int rc = -1;

	if (text == NULL && part->presence == SOMETIMES)
		return 0;
	if (verify(s, part, text, json_get_text(payload, part->signature),
	    err) == 0 && json_read(text, strlen(text), &statement,
	    err) == 0 &&
	    check_place(part, statement, s->cmk, at, err) == 0)
		rc = check_cmk(statement, s->cmk, err);
	json_free(statement);
	return rc == 0 ? 0 : err_wrap(err, "the %s", part->text);
}

/* The seal was signed for a ledger that is lost, and names a head of it. */
static int
check_recovered(const struct ledger_signer *s, const struct json *payload,
    struct error *err)
{

	if (json_get(payload, "cmk") == NULL || statement_verify(
	    STATEMENT_POLICY, s->cmk->seal, s->cmk->seal_signature, s->seal,
	    err) == 0)
		return 0;
	return err_wrap(err, "the seal");
}

static int
check_event(struct ledger_signed *s, const struct part *part,
    const struct json *payload, const struct ledger_record *record,
    struct error *err)
{
	struct ledger_batch at;
	struct ledger_signer signer;

	if (ledger_signers_find(s->signers, payload, &signer, err) != 0)
		return -1;
	if (part == NULL)
		return check_recovered(&signer, payload, err);
	return find_place(part, payload, record, &s->batch, &at, err) == 0 ?
	    check_part(&signer, part, payload, &at, err) : -1;
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

static int
wrap(const struct ledger_record *record, struct error *err)
{

	err->class = ERR_INTEGRITY;
	return err_wrap(err, "event %lld (%s)", (long long)record->seq,
	    record->type);
}

/*
 * What this process has written, byte for byte, it has had signed and verified
 * then; only whether all of its batch is still there has to be seen.
 */
static bool
is_own(const struct cmk *cmk, const struct ledger_record *record,
    struct proven_event *out)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	ledger_record_hash(record, hash);
	return proven_knows(cmk->proven, record->seq, hash, out);
}

int
ledger_signed_judge(const struct cmk *cmk, const struct ledger_record *record,
    struct ledger_batch *batch, bool *vouched, struct error *err)
{
	const struct ledger_signer signer = { &cmk->row, cmk->public,
		cmk->proven, cmk->identity_public };
	const struct part *part = find_part(record->type);
	struct json *payload = NULL;
	struct proven_event own;
	struct ledger_batch at;
	int rc = -1;

	*vouched = part != NULL && part->presence == ALWAYS &&
	    part->place == HERE;
	if (!*vouched)
		return 0;
	if (is_in_batch(part) && is_own(cmk, record, &own))
		rc = ledger_batch_go_on(batch, record, &own, err);
	else if (json_read(record->payload, strlen(record->payload), &payload,
	    err) == 0 &&
	    find_place(part, payload, record, batch, &at, err) == 0)
		rc = check_part(&signer, part, payload, &at, err);
	json_free(payload);
	return rc == 0 ? 0 : wrap(record, err);
}

/* What is signed in the event, where there is something. */
static int
check_signed(struct ledger_signed *s, const struct ledger_record *record,
    struct error *err)
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
		return vouch_check_replayed(s->replay, record, err);
	if (json_read(record->payload, strlen(record->payload), &payload,
	    err) == 0)
		rc = check_event(s, part, payload, record, err);
	json_free(payload);
	return rc == 0 ? 0 : wrap(record, err);
}

int
ledger_signed_check(struct ledger_signed *s,
    const struct ledger_record *record, struct error *err)
{

	if (!is_in_batch(find_part(record->type)) &&
	    ledger_batch_end(&s->batch, err) != 0)
		return wrap(record, err);
	return check_signed(s, record, err);
}

int
ledger_signed_end(struct ledger_signed *s, struct error *err)
{

	return ledger_batch_end(&s->batch, err);
}
