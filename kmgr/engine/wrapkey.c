#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/store_intent.h"

static char *
label_of(const char *cmk_id, char out[static HSM_LABEL_MAX + 1])
{

	(void)snprintf(out, HSM_LABEL_MAX + 1, "kmgr1:wrap:%.16s", cmk_id);
	return out;
}

int
wrapkey_make(struct session *session, const struct cmk *cmk,
    struct wrapkey *out, struct error *err)
{
	struct hsm_key_spec spec = { .alg = cmk->policy->alg,
		.destroy = cmk->policy->seal == SEAL_COMPLIANCE ?
		HSM_UNDESTROYABLE : HSM_DESTROYABLE };
	struct json *payload = json_new_object();
	char label[HSM_LABEL_MAX + 1];
	struct hsm_wrap_key *wrap = NULL;
	int rc = -1;

	*out = (struct wrapkey) { 0 };
	json_put_text(payload, "cmk_id", cmk->row.id);
	if (intent_begin(session, INTENT_CREATE_WRAP, cmk->row.token,
	    label_of(cmk->row.id, label), payload, &out->intent, err) == 0 &&
	    intent_make_wrap_key(session, &out->intent, &spec, &wrap,
	    err) == 0) {
		key_record_wrap_init(cmk->row.id, &out->intent, wrap,
		    spec.alg, session_now(session), &out->row);
		rc = 0;
	}
	hsm_wrap_free(wrap);
	json_free(payload);
	if (rc != 0)
		wrapkey_clear(out);
	return rc;
}

void
wrapkey_clear(struct wrapkey *wrapkey)
{

	intent_row_clear(&wrapkey->intent);
	key_row_clear(&wrapkey->row);
}

int
wrapkey_record(struct session *session, const struct wrapkey *wrapkey,
    struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_key_put(store, &wrapkey->row, err) != 0)
		return -1;
	return store_intent_resolve(store, wrapkey->intent.id, "done",
	    session_now(session), err);
}

void
wrapkey_put(const struct key_row *row, struct json *seal)
{
	struct json *one = json_add_object(json_put_array(seal,
	    "wrapping_keys"));
	struct error ignored = ERR_INIT;
	struct json *attributes;

	json_put_text(one, "key_id", row->id);
	if (json_read(row->attributes, strlen(row->attributes), &attributes,
	    &ignored) == 0)
		json_put_take(one, "attributes", attributes);
}

const struct json *
wrapkey_of(const struct json *seal)
{
	const struct json *list = json_get(seal, "wrapping_keys");
	const char *id = json_get_text(json_at(list, 0), "key_id");

	if (!json_holds_array(list) || json_len(list) != 1 || id == NULL ||
	    strlen(id) != STORE_ID_TEXT - 1)
		return NULL;
	return json_at(list, 0);
}

int
wrapkey_read(const struct cmk *cmk, int64_t at, struct key_row *out,
    struct error *err)
{
	char label[HSM_LABEL_MAX + 1];
	struct intent_row as_made = { .label = label_of(cmk->row.id, label) };
	struct json *seal = NULL;
	const struct json *one;
	int rc = -1;

	if (json_read(cmk->row.seal, strlen(cmk->row.seal), &seal, err) != 0)
		return -1;
	if ((one = wrapkey_of(seal)) == NULL) {
		(void)err_set(err, ERR_INTEGRITY, "the seal of CMK %s names "
		    "no wrapping key", cmk->row.name);
	} else {
		memcpy(as_made.key_id, cmk->wrap_key_id, STORE_ID_TEXT);
		key_record_sealed_init(cmk->row.id, &as_made, json_get(one,
		    "attributes"), cmk->policy->alg, at, out);
		rc = 0;
	}
	json_free(seal);
	return rc;
}

int
wrapkey_open(struct session *session, const struct cmk *cmk,
    struct hsm_wrap_key **out, struct error *err)
{
	struct hsm_token *token;
	uint8_t id[HSM_ID_LEN];
	size_t len;

	*out = NULL;
	if (session_token(session, cmk->row.token, &token, err) != 0 ||
	    text_from_hex(cmk->wrap_key_id, id, sizeof(id), &len,
	    err) != 0 ||
	    hsm_wrap_find(token, id, cmk->policy->alg, out, err) != 0)
		return err_wrap(err, "wrapping key of CMK %s", cmk->row.name);
	if (*out != NULL)
		return 0;
	(void)err_set(err, ERR_TOKEN, "token %s has no wrapping key with "
	    "CKA_ID %s", cmk->row.token, cmk->wrap_key_id);
	(void)err_hint(err, "is this the token that CMK %s was sealed in? What "
	    "a lost wrapping key wrapped is lost with it", cmk->row.name);
	return err_wrap(err, "wrapping key of CMK %s", cmk->row.name);
}

int
wrapkey_is_spare(struct session *session, const struct intent_row *intent,
    bool *spare, struct error *err)
{
	struct error absent = ERR_INIT;
	char label[HSM_LABEL_MAX + 1];
	struct json *payload = NULL;
	struct cmk *cmk = NULL;
	struct store *store;
	const char *id;
	int rc = -1;

	*spare = false;
	if (strcmp(intent->kind, INTENT_CREATE_WRAP) != 0)
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    intent_payload(intent, &payload, err) != 0)
		return -1;
	if ((id = json_get_text(payload, "cmk_id")) == NULL)
		(void)err_set(err, ERR_INTEGRITY, "intent %lld is damaged",
		    (long long)intent->id);
	else if (cmk_load(store, id, &cmk, &absent) == 0 ||
	    absent.class == ERR_INPUT)
		rc = 0;
	else
		*err = absent;
	/* The label is sealed in the token: it says whose the key is. */
	*spare = cmk != NULL && !cmk_is_sealed(cmk) &&
	    strcmp(intent->label, label_of(cmk->row.id, label)) == 0;
	cmk_free(cmk);
	json_free(payload);
	return rc;
}
