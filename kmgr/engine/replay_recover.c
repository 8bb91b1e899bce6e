/* A recovery: rows that no event before it tells of. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"

/* A member of a statement that is a text of JSON. */
static char *
text_within(const char *statement, const char *name)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	char *text;

	if (statement == NULL || json_read(statement, strlen(statement), &json,
	    &ignored) != 0)
		return NULL;
	text = mem_strdup(json_get_text(json, name));
	json_free(json);
	return text;
}

static int64_t
instant_within(const char *statement, const char *name)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	int64_t at = 0;

	if (json_read(statement, strlen(statement), &json, &ignored) == 0)
		(void)json_get_int(json, name, &at);
	json_free(json);
	return at;
}

static int
fill_cmk(const struct json *json, const char *id, int64_t at,
    struct cmk_row *row, struct error *err)
{
	static const struct {
		const char	*name;
		size_t		 offset;
	} texts[] = {
		{ "name", offsetof(struct cmk_row, name) },
		{ "token", offsetof(struct cmk_row, token) },
		{ "seal_token", offsetof(struct cmk_row, seal_token) },
		{ "token_identity", offsetof(struct cmk_row, token_identity) },
		{ "probe", offsetof(struct cmk_row, probe) },
		{ "policy", offsetof(struct cmk_row, policy) },
		{ "key_id", offsetof(struct cmk_row, key_id) },
		{ "seal", offsetof(struct cmk_row, seal) },
		{ "seal_signature", offsetof(struct cmk_row, seal_signature) },
	};
	const char *text;
	size_t i;

	if (strlen(id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "cmk_id is no id");
	memcpy(row->id, id, STORE_ID_TEXT);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if ((text = json_get_text(json, texts[i].name)) == NULL)
			return err_set(err, ERR_INTEGRITY,
			    "the CMK has no %s", texts[i].name);
		*(char **)(void *)((char *)row + texts[i].offset) =
		    mem_strdup(text);
	}
	row->identity = mem_strdup(json_get_text(json, "identity"));
	row->identity_signature = mem_strdup(json_get_text(json,
	    "identity_signature"));
	row->identity_key_id = text_within(row->identity, "key_id");
	row->sealed_at = instant_within(row->seal, "sealed_at");
	crypto_sha256(row->policy, strlen(row->policy), row->policy_hash);
	row->state = mem_strdup("enabled");
	row->contact = mem_strdup("");
	row->tags = mem_strdup("{}");
	row->created_at = at;
	return 0;
}

/* What was sealed of a CMK that the events know as a draft. */
static int
seal_draft(struct cmk_row *draft, const struct cmk_row *sealed,
    struct error *err)
{

	if (strcmp(draft->state, "draft") != 0 ||
	    strcmp(draft->key_id, sealed->key_id) != 0)
		return err_set(err, ERR_INTEGRITY, "CMK %s is no draft that "
		    "it could be", draft->name);
	replay_replace(&draft->policy, sealed->policy);
	replay_replace(&draft->state, sealed->state);
	replay_replace(&draft->seal, sealed->seal);
	replay_replace(&draft->seal_signature, sealed->seal_signature);
	memcpy(draft->policy_hash, sealed->policy_hash,
	    sizeof(draft->policy_hash));
	draft->sealed_at = sealed->sealed_at;
	return 0;
}

static int
add_cmk(struct replay *r, const struct json *json, const char *id, int64_t at,
    struct error *err)
{
	struct cmk_row *row = mem_new(sizeof(*row)), *draft;
	int rc = -1;

	draft = replay_rows_find(&r->cmks, id);
	if (fill_cmk(json, id, at, row, err) == 0)
		rc = draft == NULL ? replay_rows_add(&r->cmks, row, err) :
		    seal_draft(draft, row, err);
	if (rc == 0 && draft == NULL)
		return 0;
	cmk_row_clear(row);
	free(row);
	return rc;
}

static int
add_keys(struct replay *r, const struct json *list, struct error *err)
{
	struct key_row *row;
	size_t i;

	/* The seal key of a draft is known. */
	for (i = 0; i < json_len(list); i++)
		if (replay_put_key(r, json_at(list, i), &row, err) != 0)
			return -1;
	return 0;
}

/* What was signed and is forgotten holds all of the CMK's KSKs. */
static void
set_horizons(struct replay *r, const struct cmk_row *cmk, int64_t at)
{
	struct ksk_row *ksk;
	size_t i;

	for (i = 0; i < r->ksks.n; i++) {
		ksk = r->ksks.rows[i];
		if (strcmp(ksk->cmk_id, cmk->id) == 0 &&
		    ksk->retirement == NULL && ksk->horizon_at < at)
			ksk->horizon_at = at;
	}
}

/* What the token says of the CMK, newer than what the store knows. */
static void
set_life(struct cmk_row *cmk, const struct json *payload)
{
	const char *state = json_get_text(payload, "state");
	int64_t at = 0;

	replay_replace(&cmk->name, json_get_text(payload, "name"));
	if (state != NULL) {
		free(cmk->state);
		cmk->state = mem_strdup(state);
		cmk->deletion_at = 0;
		(void)json_get_int(payload, "deletion_at", &cmk->deletion_at);
	}
	at = 0;
	if (json_get_int(payload, "horizon_at", &at) && cmk->horizon_at < at)
		cmk->horizon_at = at;
}

int
replay_recovered(struct replay *replay, const struct json *payload,
    int64_t at, struct error *err)
{
	const char *id = json_get_text(payload, "cmk_id");
	const struct json *cmk = json_get(payload, "cmk");
	int64_t horizon_at = 0;
	struct cmk_row *row;

	if (id == NULL)
		return err_set(err, ERR_INTEGRITY, "it has no cmk_id");
	if (cmk != NULL && add_cmk(replay, cmk, id, at, err) != 0)
		return -1;
	if ((row = replay_rows_find(&replay->cmks, id)) == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of CMK "
		    "%.32s", id);
	set_life(row, payload);
	if (add_keys(replay, json_get(payload, "keys"), err) != 0)
		return -1;
	(void)json_get_int(payload, "horizon_at", &horizon_at);
	set_horizons(replay, row, horizon_at);
	return 0;
}
