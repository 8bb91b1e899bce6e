#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/key_record.h"

/*
 * The attributes that the token holds for key, for store and endorsement:
 * {"private": {name: value}, "public": {name: value}}, and "not_held" for
 * those that are not as they were asked for.
 */
static char *
attributes_text(const struct hsm_key *key)
{
	struct json *attributes = json_new_object(), *row;
	struct json *private = json_put_object(attributes, "private");
	struct json *public = json_put_object(attributes, "public");
	struct json *not_held = json_put_array(attributes, "not_held");
	struct buf text = BUF_INIT;
	const struct hsm_attr *attrs;
	size_t i, n;

	attrs = hsm_key_attrs(key, &n);
	for (i = 0; i < n; i++) {
		if (attrs[i].got[0] != '\0')
			json_put_text(strcmp(attrs[i].half, "private") == 0 ?
			    private : public, attrs[i].name, attrs[i].got);
		if (attrs[i].verdict == HSM_ATTR_HELD)
			continue;
		row = json_add_object(not_held);
		json_put_text(row, "half", attrs[i].half);
		json_put_text(row, "name", attrs[i].name);
		json_put_text(row, "asked", attrs[i].asked);
		json_put_text(row, "verdict",
		    hsm_attr_verdict_name(attrs[i].verdict));
	}
	json_canonical(attributes, &text);
	json_free(attributes);
	return buf_take(&text);
}

void
key_record_init(const char *cmk_id, const char *role,
    const struct intent_row *intent, const struct hsm_key *key, int64_t at,
    struct key_row *out)
{

	*out = (struct key_row) { .created_at = at };
	memcpy(out->id, intent->key_id, sizeof(out->id));
	(void)strncpy(out->cmk_id, cmk_id, sizeof(out->cmk_id) - 1);
	out->role = mem_strdup(role);
	out->label = mem_strdup(intent->label);
	out->alg = (uint8_t)hsm_key_alg(key);
	out->bits = crypto_key_bits(hsm_key_public(key));
	crypto_key_spki(hsm_key_public(key), &out->spki);
	out->attributes = attributes_text(key);
}

struct json *
key_record_json(const struct key_row *key)
{
	struct json *json = json_new_object();
	char *text;

	json_put_text(json, "id", key->id);
	json_put_text(json, "cmk_id", key->cmk_id);
	json_put_text(json, "role", key->role);
	json_put_text(json, "label", key->label);
	json_put_int(json, "alg", key->alg);
	json_put_int(json, "bits", key->bits);
	text = crypto_base64(key->spki.data, key->spki.len);
	json_put_text(json, "spki", text);
	free(text);
	json_put_text(json, "attributes", key->attributes);
	json_put_bool(json, "is_shared", key->is_shared);
	if (key->wrap_key_id != NULL) {
		text = crypto_base64(key->blob.data, key->blob.len);
		json_put_text(json, "blob", text);
		free(text);
		json_put_text(json, "wrap_key_id", key->wrap_key_id);
	}
	json_put_int(json, "created_at", key->created_at);
	return json;
}

/* Append what the base64 text called name stands for. */
static int
read_bytes(const struct json *json, const char *name, struct buf *out,
    struct error *err)
{
	const char *text = json_get_text(json, name);

	if (text == NULL)
		return err_set(err, ERR_INTEGRITY, "has no %s", name);
	return crypto_base64_read(text, out, err);
}

/* Copy the id called name. */
static int
read_id(const struct json *json, const char *name,
    char out[static STORE_ID_TEXT], struct error *err)
{
	const char *text = json_get_text(json, name);

	if (text == NULL || strlen(text) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "%s is no id", name);
	memcpy(out, text, STORE_ID_TEXT);
	return 0;
}

static int
read_numbers(const struct json *json, struct key_row *out, struct error *err)
{
	int64_t alg, bits;

	if (!json_get_int(json, "alg", &alg) || alg < 0 || alg > UINT8_MAX ||
	    !json_get_int(json, "bits", &bits) || bits < 1 ||
	    bits > UINT16_MAX ||
	    !json_get_int(json, "created_at", &out->created_at) ||
	    !json_get_bool(json, "is_shared", &out->is_shared))
		return err_set(err, ERR_INTEGRITY, "a number is missing");
	out->alg = (uint8_t)alg;
	out->bits = (unsigned int)bits;
	return 0;
}

int
key_record_read(const struct json *json, struct key_row *out,
    struct error *err)
{
	const char *wrap_key_id = json_get_text(json, "wrap_key_id");
	const char *role = json_get_text(json, "role");
	const char *label = json_get_text(json, "label");
	const char *attributes = json_get_text(json, "attributes");

	*out = (struct key_row) { 0 };
	if (role == NULL || label == NULL || attributes == NULL) {
		(void)err_set(err, ERR_INTEGRITY, "a text is missing");
		goto fail;
	}
	out->role = mem_strdup(role);
	out->label = mem_strdup(label);
	out->attributes = mem_strdup(attributes);
	if (read_id(json, "id", out->id, err) != 0 ||
	    read_id(json, "cmk_id", out->cmk_id, err) != 0 ||
	    read_numbers(json, out, err) != 0 ||
	    read_bytes(json, "spki", &out->spki, err) != 0)
		goto fail;
	if (wrap_key_id == NULL)
		return 0;
	out->wrap_key_id = mem_strdup(wrap_key_id);
	if (read_bytes(json, "blob", &out->blob, err) == 0)
		return 0;
 fail:
	err->class = ERR_INTEGRITY;
	key_row_clear(out);
	return err_wrap(err, "the record of a key");
}
