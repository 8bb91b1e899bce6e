#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/sealed.h"
#include "kmgr/engine/statement.h"

#define LABEL "sealed policy"

/* Whether text is a seal of the CMK; for which policy. */
static bool
read_seal(const struct cmk *cmk, const char *text, struct sealed *out)
{
	struct error ignored = ERR_INIT;
	const char *id, *hash;
	struct json *json;
	bool is_one;
	size_t len;

	if (json_read(text, strlen(text), &json, &ignored) != 0)
		return false;
	id = json_get_text(json, "cmk_id");
	hash = json_get_text(json, "policy_hash");
	is_one = id != NULL && hash != NULL && strcmp(id, cmk->row.id) == 0 &&
	    text_from_hex(hash, out->policy_hash, sizeof(out->policy_hash),
	    &len, &ignored) == 0 && len == sizeof(out->policy_hash);
	json_free(json);
	return is_one;
}

static bool
read_object(const struct cmk *cmk, const struct hsm_data *data,
    struct sealed *out)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	const char *seal;
	bool is_one;

	if (data->value.len == 0 || json_read(buf_text(&data->value),
	    data->value.len, &json, &ignored) != 0)
		return false;
	seal = json_get_text(json, "seal");
	is_one = proven_verify(cmk->proven, STATEMENT_POLICY, seal,
	    json_get_text(json, "seal_signature"), &ignored) == 0 &&
	    read_seal(cmk, seal, out);
	json_free(json);
	return is_one;
}

void
sealed_list(const struct hsm_data *objects, size_t n_objects,
    const struct cmk *cmk, struct sealed **out, size_t *n)
{
	char application[HSM_DATA_NAME_MAX + 1];
	size_t i;

	*n = 0;
	*out = mem_new((n_objects + 1) * sizeof(**out));
	(void)kept_application(SEALED_PREFIX, cmk->row.id, application);
	for (i = 0; i < n_objects; i++)
		if (objects[i].is_private &&
		    strcmp(objects[i].application, application) == 0 &&
		    read_object(cmk, &objects[i], &(*out)[*n]))
			(*n)++;
}

int
sealed_put(struct session *session, struct hsm_token *token,
    const struct cmk *cmk, struct error *err)
{
	char application[HSM_DATA_NAME_MAX + 1];
	struct json *json = json_new_object();
	char *spki;
	int rc;

	spki = crypto_base64(cmk->key.spki.data, cmk->key.spki.len);
	json_put_text(json, "cmk_id", cmk->row.id);
	json_put_text(json, "name", cmk->row.name);
	json_put_text(json, "token", cmk->row.token);
	json_put_text(json, "seal_token", cmk->row.seal_token);
	json_put_text(json, "token_identity", cmk->row.token_identity);
	json_put_text(json, "policy", cmk->row.policy);
	json_put_text(json, "seal", cmk->row.seal);
	json_put_text(json, "seal_signature", cmk->row.seal_signature);
	json_put_text(json, "cmk_public_key", spki);
	json_put_text(json, "seal_key_id", cmk->key.id);
	json_put_text(json, "identity", cmk->row.identity);
	json_put_text(json, "identity_signature",
	    cmk->row.identity_signature);
	free(spki);
	rc = kept_put(session, token, kept_application(SEALED_PREFIX,
	    cmk->row.id, application), LABEL, json, err);
	json_free(json);
	return rc;
}
