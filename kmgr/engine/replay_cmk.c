/* What events do to CMKs and their keys. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"

static void
set_policy(struct cmk_row *row, const char *policy)
{

	replay_replace(&row->policy, policy);
	crypto_sha256(policy, strlen(policy), row->policy_hash);
}

static int
fill_cmk(const struct replay_happening *h, struct cmk_row *row,
    struct error *err)
{
	const char *id, *name, *token, *seal_token, *identity, *probe, *policy;

	if (replay_need(h, "cmk_id", &id, err) != 0 ||
	    replay_need(h, "name", &name, err) != 0 ||
	    replay_need(h, "token", &token, err) != 0 ||
	    replay_need(h, "seal_token", &seal_token, err) != 0 ||
	    replay_need(h, "token_identity", &identity, err) != 0 ||
	    replay_need(h, "probe", &probe, err) != 0 ||
	    replay_need(h, "policy", &policy, err) != 0)
		return -1;
	if (strlen(id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "cmk_id is no id");
	memcpy(row->id, id, STORE_ID_TEXT);
	row->name = mem_strdup(name);
	row->token = mem_strdup(token);
	row->seal_token = mem_strdup(seal_token);
	row->token_identity = mem_strdup(identity);
	row->probe = mem_strdup(probe);
	row->state = mem_strdup("draft");
	row->contact = mem_strdup("");
	row->tags = mem_strdup("{}");
	row->created_at = h->record->at;
	set_policy(row, policy);
	return 0;
}

int
replay_on_create_cmk(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct cmk_row *row = mem_new(sizeof(*row));
	struct key_row *key;

	if (fill_cmk(h, row, err) == 0 &&
	    replay_add_key(r, h, &key, err) == 0) {
		row->key_id = mem_strdup(key->id);
		if (replay_rows_add(&r->cmks, row, err) == 0)
			return 0;
	}
	cmk_row_clear(row);
	free(row);
	return -1;
}

int
replay_on_identity(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const char *identity, *signature;
	struct cmk_row *cmk;
	struct key_row *key;

	if (replay_find_cmk(r, h, &cmk, err) != 0 ||
	    replay_need(h, "identity", &identity, err) != 0 ||
	    replay_need(h, "identity_signature", &signature, err) != 0)
		return -1;
	if (cmk->identity != NULL)
		return err_set(err, ERR_INTEGRITY,
		    "CMK %s has an identity key already", cmk->name);
	if (replay_add_key(r, h, &key, err) != 0)
		return -1;
	cmk->identity_key_id = mem_strdup(key->id);
	cmk->identity = mem_strdup(identity);
	cmk->identity_signature = mem_strdup(signature);
	return 0;
}

int
replay_on_put_policy(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const char *policy;
	struct cmk_row *cmk;

	if (replay_find_cmk(r, h, &cmk, err) != 0 ||
	    replay_need(h, "policy", &policy, err) != 0)
		return -1;
	if (cmk->seal != NULL)
		return err_set(err, ERR_INTEGRITY, "CMK %s is sealed",
		    cmk->name);
	set_policy(cmk, policy);
	return 0;
}

int
replay_on_seal(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	const char *seal, *signature;
	struct json *json = NULL;
	struct key_row *wrap_key;
	struct cmk_row *cmk;
	int64_t at = 0;

	if (replay_find_cmk(r, h, &cmk, err) != 0 ||
	    replay_need(h, "seal", &seal, err) != 0 ||
	    replay_need(h, "signature", &signature, err) != 0)
		return -1;
	if (cmk->seal != NULL)
		return err_set(err, ERR_INTEGRITY, "CMK %s is sealed already",
		    cmk->name);
	/* Under custody wrapped the wrapping key is made with the seal. */
	if ((json_get(h->payload, "key") != NULL &&
	    replay_add_key(r, h, &wrap_key, err) != 0) ||
	    json_read(seal, strlen(seal), &json, err) != 0)
		return -1;
	(void)json_get_int(json, "sealed_at", &at);
	json_free(json);
	cmk->sealed_at = at;
	cmk->seal = mem_strdup(seal);
	cmk->seal_signature = mem_strdup(signature);
	replay_replace(&cmk->state, "enabled");
	return 0;
}

/* Tags are JSON, as text or as they are. */
static void
set_tags(struct cmk_row *cmk, const struct json *tags)
{
	struct buf text = BUF_INIT;

	if (json_holds_object(tags)) {
		json_canonical(tags, &text);
		replay_replace(&cmk->tags, buf_text(&text));
		buf_free(&text);
	} else {
		replay_replace(&cmk->tags, json_text(tags));
	}
}

int
replay_on_update_cmk(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct cmk_row *cmk;

	if (replay_find_cmk(r, h, &cmk, err) != 0)
		return -1;
	replay_replace(&cmk->name, json_get_text(h->payload, "name"));
	replay_replace(&cmk->contact, json_get_text(h->payload, "contact"));
	set_tags(cmk, json_get(h->payload, "tags"));
	return 0;
}

int
replay_on_cmk_state(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct cmk_row *cmk;
	const char *state;

	if (replay_find_cmk(r, h, &cmk, err) != 0 ||
	    replay_need(h, "to", &state, err) != 0)
		return -1;
	replay_replace(&cmk->state, state);
	cmk->deletion_at = 0;
	(void)json_get_int(h->payload, "deletion_at", &cmk->deletion_at);
	return 0;
}
