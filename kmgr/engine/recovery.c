#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "hsm/wreck.h"
#include "kmgr/engine/claim.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/cmk_end.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/ksk_endorse.h"
#include "kmgr/engine/recovery.h"
#include "kmgr/engine/tokens.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/store_intent.h"

/* How a whole pair that was found after a crash becomes what was wanted. */
static const struct intent_kind {
	const char	*kind;
	int		(*finish)(struct session *, const struct intent_row *,
			    struct hsm_key *, struct error *);
} kinds[] = {
	{ INTENT_CREATE_CMK, cmk_create_finish },
	{ INTENT_CREATE_KSK, ksk_endorse_finish },
	{ INTENT_CREATE_IDENTITY, identity_finish },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* What was to be destroyed; each proves that it was, or leaves it alone. */
static const struct intent_end_kind {
	const char	*kind;
	int		(*finish)(struct session *, const struct intent_row *,
			    struct error *);
} end_kinds[] = {
	{ INTENT_DELETE_CMK, cmk_end_finish },
	{ INTENT_DELETE_KSK, ksk_end_finish },
};
#define N_END_KINDS (sizeof(end_kinds) / sizeof(end_kinds[0]))

/*
 * As intent_undo(), after a crash: what the token had begun to write may not
 * bear the id yet.
 */
static int
undo_crashed(struct session *session, const struct intent_row *intent,
    const char *why, struct error *err)
{
	struct hsm_wrecks wrecks;
	struct hsm_token *token;
	size_t left;

	if (session_token(session, intent->token, &token, err) != 0 ||
	    hsm_wreck_destroy(token, &wrecks, err) != 0 ||
	    intent_destroy(session, intent, &left, err) != 0)
		return -1;
	if (wrecks.n_destroyed > 0)
		session_note(session, "destroyed %zu half-written object%s "
		    "without name in token %s", wrecks.n_destroyed,
		    wrecks.n_destroyed == 1 ? "" : "s", intent->token);
	if (wrecks.n_left > 0)
		session_note(session, "token %s does not destroy %zu "
		    "half-written object%s without name", intent->token,
		    wrecks.n_left, wrecks.n_left == 1 ? "" : "s");
	return intent_close(session, intent,
	    left + wrecks.n_left > 0 ? "abandoned" : "undone", why, err);
}

/* Close intent and leave what the token holds for it. */
static int
abandon(struct session *session, const struct intent_row *intent,
    const char *why, struct error *err)
{

	session_note(session, "what token %s holds for \"%s\" (id %s) stays "
	    "there, of no use, recorded as abandoned: %s", intent->token,
	    intent->label, intent->key_id, why);
	return intent_close(session, intent, "abandoned", why, err);
}

/*
 * A wrapping key that may have wrapped something is never destroyed; one of a
 * CMK that is a draft has not, and the next first use makes another.
 */
static int
undo_secret(struct session *session, const struct intent_row *intent,
    const char *why, struct error *err)
{
	bool is_spare;

	if (wrapkey_is_spare(session, intent, &is_spare, err) != 0)
		return -1;
	return is_spare ? undo_crashed(session, intent, why, err) :
	    abandon(session, intent, "it is a wrapping key, and not that of a "
	    "draft", err);
}

/*
 * The record of a key and the end of its intent are one transaction. An open
 * intent for a recorded key was put there to have the key destroyed, or
 * endorsed for another zone.
 */
static int
check_unclaimed(struct session *session, const struct intent_row *intent,
    struct error *err)
{
	bool has_key = false, has_ksk = false;
	struct key_row key = { 0 };
	struct ksk_row ksk = { 0 };
	struct store *store;

	if (session_store(session, &store, err) != 0 || store_key_find(store,
	    intent->key_id, &key, &has_key, err) != 0)
		return -1;
	key_row_clear(&key);
	if (store_ksk_of_key(store, intent->key_id, &ksk, &has_ksk,
	    err) != 0)
		return -1;
	ksk_row_clear(&ksk);
	if (!has_key && !has_ksk && claim_find(store, intent->key_id,
	    &has_key, err) != 0)
		return -1;
	if (!has_key && !has_ksk)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "intent %lld is open for the key "
	    "%s, which is in use", (long long)intent->id, intent->key_id);
	return err_hint(err, "the store was changed behind kmgr's back; no "
	    "key was touched; kmgr verify lists every difference");
}

/* Whether every object was made for intent; a token may keep no label. */
static bool
is_labelled_so(const struct hsm_object *objects, size_t n,
    const struct intent_row *intent)
{
	size_t i;

	if (strncmp(intent->label, "kmgr1:", 6) != 0)
		return false;
	for (i = 0; i < n; i++)
		if (objects[i].label[0] != '\0' &&
		    strcmp(objects[i].label, intent->label) != 0)
			return false;
	return true;
}

/* A secret key, whole as far as it can be seen: it has its label. */
static bool
has_secret(const struct hsm_object *objects, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (objects[i].class == HSM_CLASS_SECRET &&
		    objects[i].label[0] != '\0')
			return true;
	return false;
}

static bool
is_whole_pair(const struct hsm_object *objects, size_t n)
{

	return n == 2 && objects[0].class != objects[1].class &&
	    (objects[0].class == HSM_CLASS_PRIVATE ||
	    objects[0].class == HSM_CLASS_PUBLIC) &&
	    (objects[1].class == HSM_CLASS_PRIVATE ||
	    objects[1].class == HSM_CLASS_PUBLIC);
}

static int
finish(struct session *session, const struct intent_row *intent,
    struct hsm_key *key, struct error *err)
{
	size_t i;

	for (i = 0; i < N_KINDS; i++)
		if (strcmp(intent->kind, kinds[i].kind) == 0)
			return kinds[i].finish(session, intent, key, err);
	return err_set(err, ERR_INTEGRITY, "an intent of unknown kind %s",
	    intent->kind);
}

/* What an interrupted generation left in the token. */
enum remains {
	REMAINS_PAIR,		/* it came to its end */
	REMAINS_PART,		/* nothing, or what cannot prove itself */
	REMAINS_SECRET,		/* a secret key */
	REMAINS_FOREIGN		/* what was not made for the intent */
};

/*
 * What is there for intent: the pair, or NULL and why not. A key that nobody
 * has seen yet is no loss, so one that cannot prove itself goes, whatever the
 * reason.
 */
static int
find_remains(struct hsm_token *token, const struct intent_row *intent,
    enum remains *out, struct hsm_key **pair, const char **why,
    struct error *err)
{
	struct error unproved = ERR_INIT;
	struct hsm_object *objects = NULL;
	uint8_t id[HSM_ID_LEN];
	struct hsm_key *key = NULL;
	size_t n = 0;

	*pair = NULL;
	*out = REMAINS_PART;
	if (intent_key_id(intent, id, err) != 0 ||
	    hsm_object_find(token, id, &objects, &n, err) != 0)
		return -1;
	*why = n == 0 ? "interrupted before the token made the key" :
	    "interrupted while the token made the key";
	if (!is_labelled_so(objects, n, intent)) {
		*out = REMAINS_FOREIGN;
		*why = "its label is another one";
	} else if (has_secret(objects, n)) {
		*out = REMAINS_SECRET;
		*why = "interrupted before the CMK was sealed";
	} else if (is_whole_pair(objects, n) &&
	    hsm_key_find(token, id, &key, &unproved) == 0 && key != NULL &&
	    hsm_key_prove(key, &unproved) == 0) {
		*out = REMAINS_PAIR;
		*pair = key;
		key = NULL;
	}
	hsm_key_free(key);
	free(objects);
	return 0;
}

/*
 * Finish intent with the pair key. Where token or store fails, the next run
 * tries again. What is refused will never be recorded: the pair is left alone,
 * since a whole pair is never destroyed on the store's word, and the intent
 * must not stand in the way of all that comes after it.
 */
static int
finish_or_abandon(struct session *session, const struct intent_row *intent,
    struct hsm_key *key, struct error *err)
{
	struct error refused = ERR_INIT;

	if (finish(session, intent, key, &refused) == 0) {
		session_note(session, "finished what an interrupted %s had "
		    "begun (%s)", intent->kind, intent->label);
		return 0;
	}
	if (refused.class == ERR_INPUT || refused.class == ERR_POLICY)
		return abandon(session, intent, refused.msg, err);
	*err = refused;
	return -1;
}

/*
 * Whether the token calls itself otherwise than when intent was written, as
 * far as intent says: what was made for it is then not to be looked for here.
 * (For a CMK that the store knows its key has answered by now.)
 */
static int
is_other_token(struct hsm_token *token, const struct intent_row *intent,
    bool *out, struct error *err)
{
	struct json *payload, *now;
	struct hsm_token_info info;
	const char *name;

	*out = false;
	if (intent_payload(intent, &payload, err) != 0)
		return -1;
	name = json_get_text(payload, "token");
	if (json_get(payload, "token_identity") == NULL || name == NULL ||
	    strcmp(name, intent->token) != 0) {
		json_free(payload);
		return 0;
	}
	if (hsm_token_info_get(token, &info, err) != 0) {
		json_free(payload);
		return -1;
	}
	now = tokens_identity_json(&info);
	*out = !json_same(json_get(payload, "token_identity"), now);
	json_free(now);
	json_free(payload);
	return 0;
}

static int
resume_one(struct session *session, struct hsm_token *token,
    const struct intent_row *intent, struct error *err)
{
	struct hsm_key *key = NULL;
	enum remains remains;
	const char *why;
	bool is_other;
	size_t i;
	int rc = -1;

	for (i = 0; i < N_END_KINDS; i++)
		if (strcmp(end_kinds[i].kind, intent->kind) == 0)
			return end_kinds[i].finish(session, intent, err);
	if (check_unclaimed(session, intent, err) != 0 ||
	    is_other_token(token, intent, &is_other, err) != 0)
		return -1;
	if (is_other)
		return abandon(session, intent, "the token is another one "
		    "than it was begun in", err);
	if (find_remains(token, intent, &remains, &key, &why, err) != 0)
		return -1;
	switch (remains) {
	case REMAINS_PAIR:
		rc = finish_or_abandon(session, intent, key, err);
		break;
	case REMAINS_PART:
		rc = undo_crashed(session, intent, why, err);
		break;
	case REMAINS_SECRET:
		rc = undo_secret(session, intent, why, err);
		break;
	case REMAINS_FOREIGN:
		rc = abandon(session, intent, why, err);
		break;
	}
	hsm_key_free(key);
	return rc;
}

/*
 * One that the store does not take now keeps no other one from being resumed;
 * it stays open. Of all that fail, the last tells why.
 */
static int
resume_all(struct session *session, const char *token_name,
    const struct intent_row *intents, size_t n, struct error *err)
{
	struct error failed = ERR_INIT;
	struct hsm_token *token;
	size_t i;

	if (session_token(session, token_name, &token, err) != 0)
		return -1;
	for (i = 0; i < n && (failed.class == ERR_NONE ||
	    failed.class == ERR_STORE); i++)
		if (strcmp(intents[i].token, token_name) == 0 &&
		    resume_one(session, token, &intents[i], &failed) != 0)
			(void)err_wrap(&failed, "resume %s",
			    intents[i].label);
	if (failed.class == ERR_NONE)
		return 0;
	*err = failed;
	return -1;
}

/* What was finished is told to the token, whatever stays open. */
static int
resume(struct session *session, const char *token_name,
    const struct intent_row *intents, size_t n, struct error *err)
{
	struct error second = ERR_INIT;
	int rc;

	/* In another token nothing would be found, and all taken for undone. */
	if (trust_prove_token(session, token_name, err) != 0)
		return -1;
	rc = resume_all(session, token_name, intents, n, err);
	if (rc != 0 && err->class != ERR_STORE)
		return -1;
	return trust_settle_token(session, token_name, rc == 0 ? err :
	    &second) == 0 ? rc : -1;
}

int
recovery_run(struct session *session, const char *token_name,
    struct error *err)
{
	struct intent_row *intents = NULL;
	struct store *store;
	size_t i, n = 0, n_here = 0;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_intent_list(store, "open", &intents, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		n_here += strcmp(intents[i].token, token_name) == 0;
	if (n_here > 0)
		rc = resume(session, token_name, intents, n, err);
	intent_rows_free(intents, n);
	return rc;
}
