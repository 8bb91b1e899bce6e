#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/neighbours.h"
#include "kmgr/engine/trust_judge.h"
#include "kmgr/engine/trust_tail.h"

/*
 * So many of the newest records that the CMK's keys signed must be known to
 * the store. One shows a rollback; a few more show that two stores, each
 * behind the other's back, use the token. kmgr verify looks at all.
 */
#define N_LOOKED_AT 8

int
evidence_read(struct hsm_token *token, const struct cmk *cmk,
    struct evidence *out, struct error *err)
{
	struct hsm_data *objects;
	size_t n;

	*out = (struct evidence){ 0 };
	/* In one pass: each search has a token look at all that it holds. */
	if (hsm_data_list_prefix(token, KEPT_PREFIX, &objects, &n, err) != 0)
		return -1;
	sealed_list(objects, n, cmk, &out->seals, &out->n_seals);
	ratchet_take(objects, n, &out->ratchet);
	ratchet_list(&out->ratchet, cmk->row.id, &out->records,
	    &out->n_records);
	return 0;
}

void
evidence_clear(struct evidence *evidence)
{

	ratchet_list_free(evidence->records, evidence->n_records);
	ratchet_clear(&evidence->ratchet);
	free(evidence->seals);
	*evidence = (struct evidence){ 0 };
}

/* What store and token agree on last; NULL where there is none. */
static const struct checkpoint *
last_common(struct store *store, const struct evidence *evidence)
{
	struct error ignored = ERR_INIT;
	bool known;
	size_t i;

	for (i = 0; i < evidence->n_records; i++)
		if (checkpoint_is_known(store, &evidence->records[i], &known,
		    &ignored) == 0 && known)
			return &evidence->records[i];
	return NULL;
}

/* The token has signed for an event that the store does not have. */
static int
refuse_rollback(struct store *store, const struct cmk *cmk,
    const struct evidence *evidence, const struct checkpoint *record,
    struct error *err)
{
	const struct checkpoint *common = last_common(store, evidence);
	char at[WHEN_TEXT_LEN], until[64 + WHEN_TEXT_LEN] = "nothing of it";
	uint8_t head[CRYPTO_SHA256_LEN];
	int64_t seq;

	if (ledger_head(store, &seq, head, err) != 0)
		return -1;
	if (common != NULL)
		(void)snprintf(until, sizeof(until), "event %lld of %s",
		    (long long)common->seq + 1, when_rfc3339(common->at, at));
	(void)when_rfc3339(record->at, at);
	if (seq <= record->seq)
		(void)err_set(err, ERR_INTEGRITY, "the store was rolled back: "
		    "it ends with event %lld, and token %s has the record of "
		    "event %lld of %s; what is between is missing, %lld "
		    "events (last known to both: %s)", (long long)seq,
		    cmk->row.token, (long long)record->seq + 1, at,
		    (long long)(record->seq + 1 - seq), until);
	else
		(void)err_set(err, ERR_INTEGRITY, "the store is not the one "
		    "that token %s knows: its event %lld is not the one that "
		    "was recorded there at %s (last known to both: %s)",
		    cmk->row.token, (long long)record->seq + 1, at, until);
	return err_hint(err, "nothing is signed; bring back what is missing "
	    "with kmgr restore FILE, of a newer backup, or kmgr restore "
	    "--ledger FILE, of an exported ledger; as a last resort kmgr "
	    "recover --accept-loss");
}

int
trust_judge_records(struct store *store, const struct cmk *cmk,
    const struct evidence *evidence, const struct checkpoint *last,
    const struct checkpoint **newest, struct error *err)
{
	const struct checkpoint *record;
	struct error ignored = ERR_INIT;
	size_t i, n_valid = 0;
	bool known;

	*newest = NULL;
	for (i = 0; i < evidence->n_records && n_valid < N_LOOKED_AT; i++) {
		record = &evidence->records[i];
		/* From before a loss of the store that was accepted. */
		if (record->epoch < last->epoch)
			break;
		if (checkpoint_is_known(store, record, &known, err) != 0)
			return -1;
		/* Behind the first, what the store knows needs no proof. */
		if ((!known || n_valid == 0) &&
		    checkpoint_verify(cmk, record, &ignored) != 0)
			continue;
		if (!known)
			return refuse_rollback(store, cmk, evidence, record,
			    err);
		if (n_valid++ == 0)
			*newest = record;
	}
	if (*newest == NULL || checkpoint_compare(last, *newest) >= 0)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "the ledger hides event %lld, a "
	    "checkpoint of CMK %s", (long long)(*newest)->seq + 1,
	    cmk->row.name);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

/* There is one seal for one CMK, and the store has it. */
static int
judge_seals(const struct cmk *cmk, const struct cmk_row *row,
    const struct evidence *evidence, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1], own[2 * CRYPTO_SHA256_LEN + 1];
	size_t i;

	(void)text_hex(row->policy_hash, CRYPTO_SHA256_LEN, own);
	for (i = 0; i < evidence->n_seals; i++) {
		if (row->sealed_at != 0 &&
		    memcmp(evidence->seals[i].policy_hash, row->policy_hash,
		    CRYPTO_SHA256_LEN) == 0)
			continue;
		(void)text_hex(evidence->seals[i].policy_hash,
		    CRYPTO_SHA256_LEN, hex);
		if (row->sealed_at == 0)
			(void)err_set(err, ERR_INTEGRITY, "token %s holds a "
			    "seal of CMK %s, for policy %.16s..., and the "
			    "store says that it is a draft", row->token,
			    cmk->row.name, hex);
		else
			(void)err_set(err, ERR_INTEGRITY, "CMK %s has two "
			    "seals: token %s holds one for policy %.16s..., "
			    "the store one for %.16s...", cmk->row.name,
			    row->token, hex, own);
		return err_hint(err, "somebody used the seal key outside of "
		    "kmgr, or the store is an old one; nothing is signed "
		    "under this CMK");
	}
	return 0;
}

static int
refuse_row(const struct cmk *cmk, const char *what, const char *is,
    const char *was, struct error *err)
{

	(void)err_set(err, ERR_INTEGRITY, "the store says of CMK %s that %s "
	    "is %s, and the ledger tells of %s", cmk->row.name, what, is,
	    was);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

/* What the newest event of type says, where it is newer than last; or NULL. */
static int
told_since(struct store *store, const struct cmk *cmk, const char *type,
    const struct checkpoint *last, struct json **out, struct error *err)
{
	struct ledger_record record = { 0 };
	bool found = false;
	int rc = 0;

	*out = NULL;
	if (ledger_last(store, cmk->row.id, type, &record, &found, err) != 0)
		return -1;
	if (found && record.seq > last->seq)
		rc = json_read(record.payload, strlen(record.payload), out,
		    err);
	ledger_record_clear(&record);
	return rc;
}

/* Whether an event of type, behind the tail, is our own and tells of cmk. */
static int
is_our_own(struct store *store, const struct cmk *cmk, const char *type,
    const struct trust_tail *tail, bool *is, struct error *err)
{
	struct ledger_record record = { 0 };
	bool found = false;

	*is = false;
	if (tail->before == 0)
		return 0;
	if (ledger_last(store, cmk->row.id, type, &record, &found, err) != 0)
		return -1;
	*is = found && record.seq >= tail->before;
	ledger_record_clear(&record);
	return 0;
}

/* The state is the one that was signed last; a seal since is itself signed. */
static int
judge_state(struct store *store, const struct cmk *cmk,
    const struct cmk_row *row, const struct trust_tail *tail,
    const struct checkpoint *last, struct error *err)
{
	const char *state = last->state;
	int64_t deletion_at = last->deletion_at;
	struct json *seal = NULL;
	bool stops, is_ours;

	if (told_since(store, cmk, "seal", last, &seal, err) != 0 ||
	    trust_tail_judge(store, cmk, tail, &stops, err) != 0 ||
	    is_our_own(store, cmk, "cmk-state", tail, &is_ours, err) != 0) {
		json_free(seal);
		return -1;
	}
	if (seal != NULL && !last->is_sealed)
		state = "enabled";
	json_free(seal);
	if (is_ours)
		return 0;
	if (stops) {
		state = "disabled";
		deletion_at = 0;
	}
	if (strcmp(row->state, state) != 0)
		return refuse_row(cmk, "its state", row->state, state, err);
	return row->deletion_at == deletion_at ? 0 : refuse_row(cmk,
	    "the end of its wait", "another one", "an earlier or a later one",
	    err);
}

/* Both are as they were signed; a draft's policy is signed when it is put. */
static int
judge_policy(struct store *store, const struct cmk *cmk,
    const struct cmk_row *row, const struct trust_tail *tail,
    const struct checkpoint *last, struct error *err)
{
	bool is_ours;
	char own[2 * CRYPTO_SHA256_LEN + 1], old[2 * CRYPTO_SHA256_LEN + 1];

	if (last->is_sealed && row->sealed_at == 0)
		return refuse_row(cmk, "it", "a draft", "its seal", err);
	if (row->horizon_at < last->horizon_at)
		return refuse_row(cmk, "its horizon", "an earlier one",
		    "signatures that live longer", err);
	if (is_our_own(store, cmk, "put-policy", tail, &is_ours, err) != 0)
		return -1;
	if (is_ours)
		return 0;
	(void)text_hex(row->policy_hash, CRYPTO_SHA256_LEN, own);
	(void)text_hex(last->policy_hash, CRYPTO_SHA256_LEN, old);
	return strcmp(own, old) == 0 ? 0 :
	    refuse_row(cmk, "its policy", own, old, err);
}

/*
 * Who means a CMK says its name, and approvers decide what is done under it:
 * both are as they were signed, since each change of them is.
 */
static int
judge_people(struct store *store, const struct cmk *cmk,
    const struct cmk_row *row, const struct trust_tail *tail,
    const struct checkpoint *last, struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	bool renames, replaces, puts;

	/* The approvers of a draft are those of the policy that is put. */
	if (is_our_own(store, cmk, "update-cmk", tail, &renames, err) != 0 ||
	    is_our_own(store, cmk, "approvers", tail, &replaces, err) != 0 ||
	    is_our_own(store, cmk, "put-policy", tail, &puts, err) != 0)
		return -1;
	if (!renames && strcmp(row->name, last->name) != 0)
		return refuse_row(cmk, "its name", row->name, last->name, err);
	if (replaces || puts)
		return 0;
	if (approvers_hash(store, cmk, hash, err) != 0)
		return -1;
	return memcmp(hash, last->approvers_hash, sizeof(hash)) == 0 ? 0 :
	    refuse_row(cmk, "the list of its approvers", "another one",
	    "approvers that its key signed", err);
}

/* All that the store says of a CMK, after its checkpoint last. */
static int
judge_said(struct store *store, const struct cmk *cmk,
    const struct cmk_row *row, const struct trust_tail *tail,
    const struct checkpoint *last, struct error *err)
{

	return judge_state(store, cmk, row, tail, last, err) == 0 &&
	    judge_policy(store, cmk, row, tail, last, err) == 0 &&
	    judge_people(store, cmk, row, tail, last, err) == 0 ? 0 : -1;
}

/* What was loaded before the token was asked is still what is there. */
static int
check_unchanged(const struct cmk *cmk, const struct cmk_row *row,
    struct error *err)
{

	if (strcmp(row->state, cmk->row.state) == 0 &&
	    strcmp(row->name, cmk->row.name) == 0 &&
	    strcmp(row->key_id, cmk->row.key_id) == 0 &&
	    row->sealed_at == cmk->row.sealed_at &&
	    memcmp(row->policy_hash, cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN) == 0)
		return 0;
	(void)err_set(err, ERR_STORE, "CMK %s was changed by another run just "
	    "now", cmk->row.name);
	return err_hint(err, "run the command again");
}

static int
judge_row(struct store *store, const struct cmk *cmk,
    const struct cmk_row *row, const struct evidence *evidence, bool *owes,
    int64_t *signed_at, struct error *err)
{
	const struct checkpoint *newest = NULL;
	struct trust_tail tail = { .voucher = evidence->voucher };
	struct checkpoint last = { 0 };
	bool is_due = false;
	int rc = -1;

	if (check_unchanged(cmk, row, err) != 0 ||
	    checkpoint_last(store, cmk, &last, err) != 0)
		return -1;
	tail.after = last.seq;
	if (trust_judge_records(store, cmk, evidence, &last, &newest,
	    err) == 0 &&
	    judge_seals(cmk, row, evidence, err) == 0 &&
	    judge_said(store, cmk, row, &tail, &last, err) == 0 &&
	    checkpoint_is_due(store, row->id, &last, &is_due, err) == 0)
		rc = 0;
	*owes = is_due;
	*signed_at = last.at;
	/* A token that keeps nothing is owed nothing. */
	if (rc == 0 && !is_due && (newest != NULL || ratchet_is_held(cmk)))
		*owes = newest == NULL ||
		    checkpoint_compare(&last, newest) > 0 ||
		    (row->sealed_at != 0 && evidence->n_seals == 0);
	checkpoint_clear(&last);
	return rc;
}

int
trust_judge(struct store *store, const struct cmk *cmk,
    const struct evidence *evidence, bool *owes, int64_t *signed_at,
    struct error *err)
{
	struct cmk_row row;
	int rc;

	*owes = false;
	*signed_at = 0;
	if (cmk_reread(store, cmk, &row, err) != 0)
		return -1;
	rc = judge_row(store, cmk, &row, evidence, owes, signed_at, err);
	cmk_row_clear(&row);
	return rc != 0 ? -1 : neighbours_judge(store, cmk, &evidence->ratchet,
	    err);
}

int
trust_judge_again(struct store *store, const struct cmk *cmk,
    const struct checkpoint *last, struct error *err)
{
	const struct trust_tail tail = { .after = last->seq,
		.before = ledger_own(store) };

	return judge_said(store, cmk, &cmk->row, &tail, last, err);
}
