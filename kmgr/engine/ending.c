#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/replay.h"
#include "kmgr/engine/statement.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/store/store_zone.h"

static void
put_head(struct json *s, int64_t seq,
    const uint8_t head[static CRYPTO_SHA256_LEN])
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	json_put_int(s, "ledger_seq", seq);
	json_put_text(s, "ledger_head", text_hex(head, CRYPTO_SHA256_LEN,
	    hex));
}

static char *
text_of(struct json *statement)
{
	struct buf text = BUF_INIT;

	json_canonical(statement, &text);
	json_free(statement);
	return buf_take(&text);
}

char *
ending_of_ksk(const struct ksk_row *row, const struct ending_loss *loss,
    int64_t seq, const uint8_t head[static CRYPTO_SHA256_LEN], int64_t at)
{
	struct json *s = json_new_object();
	char *pair;

	json_put_text(s, "cmk_id", row->cmk_id);
	json_put_text(s, "ksk_id", row->id);
	json_put_text(s, "key_id", row->key_id);
	json_put_text(s, "zone", row->zone);
	json_put_int(s, "key_tag", row->key_tag);
	put_head(s, seq, head);
	json_put_int(s, "retired_at", at);
	if (loss != NULL) {
		pair = mem_printf(ENDING_LOST, loss->token);
		json_put_text(s, "key_pair", pair);
		json_put_text(s, "lost_token", loss->token);
		json_put_text(s, "voucher", loss->voucher);
		free(pair);
	}
	return text_of(s);
}

/* A member of a retirement, whoever signed that. */
static char *
member(const struct ksk_row *row, const char *name)
{
	struct error ignored = ERR_INIT;
	struct json *s = NULL;
	const char *text;
	char *out = NULL;

	if (row->retirement == NULL || json_read(row->retirement,
	    strlen(row->retirement), &s, &ignored) != 0)
		return NULL;
	text = json_get_text(s, name);
	if (text != NULL)
		out = mem_strdup(text);
	json_free(s);
	return out;
}

char *
ending_lost_token(const struct ksk_row *row)
{

	return member(row, "lost_token");
}

char *
ending_of_cmk(const struct cmk *cmk, int64_t seq,
    const uint8_t head[static CRYPTO_SHA256_LEN], int64_t at)
{
	struct json *s = json_new_object();

	json_put_text(s, "cmk_id", cmk->row.id);
	json_put_text(s, "key_id", cmk->row.key_id);
	put_head(s, seq, head);
	json_put_int(s, "deleted_at", at);
	return text_of(s);
}

/* A text that the seal key signed under tag, parsed. */
static int
read_statement(const struct cmk *cmk, const char *tag, const char *text,
    const char *signature, struct json **out, struct error *err)
{

	*out = NULL;
	if (statement_verify(tag, text, signature, cmk->public, err) != 0)
		return -1;
	if (json_read(text, strlen(text), out, err) == 0)
		return 0;
	err->class = ERR_INTEGRITY;
	return -1;
}

static bool
says(const struct json *s, const char *key, const char *expected)
{
	const char *value = json_get_text(s, key);

	return value != NULL && strcmp(value, expected) == 0;
}

/*
 * Who had to sign the retirement, where another CMK answers; else NULL. It
 * answers for what is lost, and nothing else: whoever looks whether the token
 * is there goes by what it says was lost.
 */
static int
load_voucher(struct store *store, const struct ksk_row *row,
    struct cmk **out, struct error *err)
{
	char *id = member(row, "voucher"), *lost = ending_lost_token(row);
	int rc = 0;

	*out = NULL;
	if ((id == NULL) != (lost == NULL))
		rc = err_set(err, ERR_INTEGRITY, "it says who answers for a "
		    "loss, or what was lost, and not both");
	else if (id != NULL && strcmp(id, row->cmk_id) == 0)
		rc = err_set(err, ERR_INTEGRITY, "a CMK answers for itself");
	else if (id != NULL && cmk_load(store, id, out, err) != 0)
		rc = -1;
	else if (id != NULL)
		rc = vouch_has_zone(store, *out, row->zone, err);
	free(lost);
	free(id);
	if (rc != 0 && err->class != ERR_STORE)
		err->class = ERR_INTEGRITY;
	return rc;
}

int
ending_check_ksk(struct store *store, const struct cmk *cmk,
    const struct ksk_row *row, struct error *err)
{
	struct cmk *voucher = NULL;
	struct json *s = NULL;
	int64_t tag = -1;
	int rc = -1;

	if (load_voucher(store, row, &voucher, err) != 0 || read_statement(
	    voucher != NULL ? voucher : cmk, STATEMENT_RETIREMENT,
	    row->retirement, row->retirement_signature, &s, err) != 0)
		goto out;
	(void)json_get_int(s, "key_tag", &tag);
	if (says(s, "cmk_id", row->cmk_id) && says(s, "ksk_id", row->id) &&
	    says(s, "key_id", row->key_id) && says(s, "zone", row->zone) &&
	    tag == row->key_tag)
		rc = 0;
	else
		(void)err_set(err, ERR_INTEGRITY,
		    "the statement is of another KSK");
 out:
	cmk_free(voucher);
	json_free(s);
	if (rc == 0 || err->class == ERR_STORE)
		return rc;
	(void)err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
	return err_wrap(err, "KSK %s/%u: its retirement", row->zone,
	    row->key_tag);
}

int
ending_check_cmk(const struct cmk *cmk, const char *text,
    const char *signature, struct error *err)
{
	struct json *s = NULL;
	int rc = -1;

	if (read_statement(cmk, STATEMENT_DELETION, text, signature, &s,
	    err) != 0)
		goto out;
	if (says(s, "cmk_id", cmk->row.id) &&
	    says(s, "key_id", cmk->row.key_id))
		rc = 0;
	else
		(void)err_set(err, ERR_INTEGRITY,
		    "the statement is of another CMK");
 out:
	json_free(s);
	return rc == 0 ? 0 : err_wrap(err, "CMK %s: its deletion",
	    cmk->row.name);
}

static void
ignore(void *arg, const char *line)
{

	(void)arg;
	(void)line;
}

/* The store remembers of each KSK until when its signatures live. */
static int
check_horizons(struct store *store, const struct replay *replay,
    int64_t now_at, struct error *err)
{
	struct ksk_row *const *ksks;
	int64_t told_at, kept_at;
	char at[WHEN_TEXT_LEN];
	size_t i, n;

	ksks = replay_ksks(replay, &n);
	for (i = 0; i < n; i++) {
		told_at = replay_horizon(replay, ksks[i]->id);
		if (told_at <= now_at || told_at <= ksks[i]->horizon_at)
			continue;
		if (store_signature_horizon(store, ksks[i]->zone, ksks[i]->id,
		    &kept_at, err) != 0)
			return -1;
		if (kept_at < told_at)
			return err_set(err, ERR_INTEGRITY, "KSK %s/%u has "
			    "signed until %s, as the ledger tells, and the "
			    "store has no such signature", ksks[i]->zone,
			    ksks[i]->key_tag, when_rfc3339(told_at, at));
	}
	return 0;
}

/*
 * What was judged before was judged by rows and events that anybody can change
 * or hide who can write to the store; it is destroyed for good. So the whole
 * ledger is read, which takes a while and happens seldom.
 */
static int
check_store(struct session *session, struct store *store, struct error *err)
{
	struct replay *replay = replay_new();
	int rc = -1;

	if (history_check(store, err) == 0 &&
	    replay_ledger(replay, store, 1, ignore, NULL, err) == 0)
		rc = check_horizons(store, replay, session_now(session), err);
	replay_free(replay);
	return rc == 0 || err->class != ERR_INTEGRITY ? rc : err_hint(err,
	    "the store was changed behind kmgr's back; nothing is destroyed; "
	    "kmgr verify lists every difference");
}

int
ending_record(struct session *session, const struct cmk *cmk,
    const struct cmk *by,
    int (*write)(struct session *, struct hsm_key *, void *, struct error *),
    void *arg, struct error *err)
{
	struct hsm_key *seal_key = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    trust_prove(session, cmk, err) != 0 ||
	    cmk_open_seal_key(session, by, &seal_key, err) != 0)
		return -1;
	if (store_begin(store, err) == 0) {
		if (check_store(session, store, err) == 0 &&
		    write(session, seal_key, arg, err) == 0)
			rc = store_commit(store, err);
		if (rc != 0)
			store_rollback(store);
	}
	hsm_key_free(seal_key);
	return rc;
}
