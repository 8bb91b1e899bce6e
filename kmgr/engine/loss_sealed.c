/* A sealed object of a token, taken apart and proved. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/engine/statement.h"
#include "kmgr/store/store_intent.h"

/* The texts of a sealed object that a CMK's row takes over. */
static const struct {
	const char	*name;
	size_t		 offset;
	enum { NEEDED, OPTIONAL } presence;
} texts[] = {
	{ "name", offsetof(struct cmk_row, name), NEEDED },
	{ "token", offsetof(struct cmk_row, token), NEEDED },
	{ "seal_token", offsetof(struct cmk_row, seal_token), NEEDED },
	{ "token_identity", offsetof(struct cmk_row, token_identity), NEEDED },
	{ "policy", offsetof(struct cmk_row, policy), NEEDED },
	{ "seal", offsetof(struct cmk_row, seal), NEEDED },
	{ "seal_signature", offsetof(struct cmk_row, seal_signature), NEEDED },
	{ "seal_key_id", offsetof(struct cmk_row, key_id), NEEDED },
	{ "identity", offsetof(struct cmk_row, identity), OPTIONAL },
	{ "identity_signature", offsetof(struct cmk_row, identity_signature),
	    OPTIONAL },
};
#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

static int
read_texts(const struct json *json, struct cmk_row *row, struct error *err)
{
	const char *id = json_get_text(json, "cmk_id"), *text;
	size_t i;

	if (id == NULL || strlen(id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "it has no cmk_id");
	memcpy(row->id, id, STORE_ID_TEXT);
	for (i = 0; i < N_TEXTS; i++) {
		text = json_get_text(json, texts[i].name);
		if (text == NULL && texts[i].presence == NEEDED)
			return err_set(err, ERR_INTEGRITY, "it has no %s",
			    texts[i].name);
		*(char **)(void *)((char *)row + texts[i].offset) =
		    mem_strdup(text);
	}
	row->state = mem_strdup("enabled");
	row->contact = mem_strdup("");
	row->tags = mem_strdup("{}");
	crypto_sha256(row->policy, strlen(row->policy), row->policy_hash);
	return 0;
}

static int
read_public(const struct json *json, struct crypto_key **out,
    struct error *err)
{
	const char *text = json_get_text(json, "cmk_public_key");
	struct buf spki = BUF_INIT;
	int rc = -1;

	if (text == NULL)
		return err_set(err, ERR_INTEGRITY, "it has no public key");
	if (crypto_base64_read(text, &spki, err) == 0)
		rc = crypto_key_from_spki(spki.data, spki.len, out, err);
	buf_free(&spki);
	return rc;
}

/* The seal is one, of this CMK, for the policy beside it. */
static int
check_seal(struct cmk_row *row, const struct crypto_key *public,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *seal = NULL;
	const char *id, *hash;
	int rc = -1;

	if (statement_verify(STATEMENT_POLICY, row->seal,
	    row->seal_signature, public, err) != 0 ||
	    json_read(row->seal, strlen(row->seal), &seal, err) != 0)
		return -1;
	id = json_get_text(seal, "cmk_id");
	hash = json_get_text(seal, "policy_hash");
	(void)text_hex(row->policy_hash, CRYPTO_SHA256_LEN, hex);
	if (id == NULL || hash == NULL || strcmp(id, row->id) != 0 ||
	    strcmp(hash, hex) != 0 ||
	    !json_get_int(seal, "sealed_at", &row->sealed_at))
		(void)err_set(err, ERR_INTEGRITY,
		    "the seal is of another CMK or policy");
	else
		rc = 0;
	json_free(seal);
	return rc;
}

/* The pair with the CKA_ID id in the token called name, as a record. */
static int
read_pair(struct session *session, const char *name, const char *cmk_id,
    const char *role, const char *id, struct key_row *out, struct error *err)
{
	struct intent_row as_made = { 0 };
	struct hsm_token *token;
	struct hsm_key *key = NULL;
	uint8_t bytes[HSM_ID_LEN];
	char *label;
	size_t len;

	if (text_from_hex(id, bytes, sizeof(bytes), &len, err) != 0 ||
	    len != sizeof(bytes))
		return err_set(err, ERR_INTEGRITY, "its %s key has no CKA_ID",
		    role);
	if (session_token(session, name, &token, err) != 0 ||
	    hsm_key_find(token, bytes, &key, err) != 0)
		return -1;
	if (key == NULL)
		return err_set(err, ERR_INTEGRITY, "token %s has no key with "
		    "the CKA_ID %s of its %s key", name, id, role);
	label = mem_strdup(hsm_key_label(key));
	as_made.label = label;
	memcpy(as_made.key_id, id, STORE_ID_TEXT);
	key_record_init(cmk_id, role, &as_made, key, session_now(session),
	    out);
	free(label);
	hsm_key_free(key);
	return 0;
}

static char *
certified_id(const char *identity)
{
	struct error ignored = ERR_INIT;
	struct json *json;
	char *id;

	if (json_read(identity, strlen(identity), &json, &ignored) != 0)
		return NULL;
	id = mem_strdup(json_get_text(json, "key_id"));
	json_free(json);
	return id;
}

static int
read_keys(struct session *session, struct cmk *cmk, struct error *err)
{
	struct cmk_row *row = &cmk->row;

	if (read_pair(session, row->seal_token, row->id, "seal", row->key_id,
	    &cmk->key, err) != 0)
		return -1;
	if (row->identity == NULL)
		return 0;
	row->identity_key_id = certified_id(row->identity);
	if (row->identity_key_id == NULL || row->identity_signature == NULL)
		return err_set(err, ERR_INTEGRITY,
		    "the identity key's certificate is none");
	if (identity_read(row->id, row->identity, row->identity_signature,
	    cmk->public, &cmk->identity_public, err) != 0)
		return -1;
	return read_pair(session, row->token, row->id, "identity",
	    row->identity_key_id, &cmk->identity_key, err);
}

/* The recorded key is the one that the token holds. */
static int
check_held(const struct key_row *row, const struct crypto_key *public,
    struct error *err)
{
	struct crypto_key *held = NULL;
	int rc = -1;

	if (crypto_key_from_spki(row->spki.data, row->spki.len, &held,
	    err) == 0)
		rc = crypto_key_is_same(held, public) ? 0 : err_set(err,
		    ERR_INTEGRITY, "the %s key in the token is not the one "
		    "that signed", row->role);
	crypto_key_free(held);
	return rc;
}

/* The seal was verified; what it says of a wrapping key needs the policy. */
static int
read_wrap_key(struct cmk *cmk, struct error *err)
{
	struct json *seal = NULL;
	int rc;

	if (json_read(cmk->row.seal, strlen(cmk->row.seal), &seal, err) != 0)
		return -1;
	rc = cmk_read_wrap_key(cmk, seal, err);
	json_free(seal);
	return rc;
}

int
loss_read_sealed(struct loss *loss, const struct json *json, struct cmk *cmk,
    struct error *err)
{
	struct cmk_row *row = &cmk->row;
	char *old;

	if (read_texts(json, row, err) != 0 ||
	    read_public(json, &cmk->public, err) != 0 ||
	    check_seal(row, cmk->public, err) != 0 ||
	    policy_read_json(row->policy, strlen(row->policy), &cmk->policy,
	    err) != 0 || read_wrap_key(cmk, err) != 0)
		return -1;
	cmk->proven = proven_new(cmk->public);
	/* The configuration may call the token by another name now. */
	old = row->token;
	row->token = mem_strdup(loss->request->token);
	if (strcmp(old, row->seal_token) == 0) {
		free(row->seal_token);
		row->seal_token = mem_strdup(row->token);
	}
	free(old);
	if (read_keys(loss->session, cmk, err) != 0 ||
	    check_held(&cmk->key, cmk->public, err) != 0)
		return -1;
	return cmk->identity_public == NULL ? 0 : check_held(
	    &cmk->identity_key, cmk->identity_public, err);
}
