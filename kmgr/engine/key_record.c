#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/store/store_intent.h"

#define WRAP_BITS 256	/* AES, hsm_wrap_generate() */

/* What of attrs is of half: {name: value}, as far as the token told. */
static void
put_half(struct json *attributes, const char *half,
    const struct hsm_attr *attrs, size_t n)
{
	struct json *held = json_put_object(attributes, half);
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(attrs[i].half, half) == 0 &&
		    attrs[i].got[0] != '\0')
			json_put_text(held, attrs[i].name, attrs[i].got);
}

/* What is not as it was asked for. */
static void
add_exceptions(struct json *not_held, const struct hsm_attr *attrs, size_t n)
{
	struct json *row;
	size_t i;

	for (i = 0; i < n; i++) {
		if (attrs[i].verdict == HSM_ATTR_HELD)
			continue;
		row = json_add_object(not_held);
		json_put_text(row, "half", attrs[i].half);
		json_put_text(row, "name", attrs[i].name);
		json_put_text(row, "asked", attrs[i].asked);
		json_put_text(row, "verdict",
		    hsm_attr_verdict_name(attrs[i].verdict));
	}
}

char *
key_record_attributes(const struct hsm_key *key,
    const struct hsm_wrap_key *wrap)
{
	struct json *attributes = json_new_object();
	struct json *not_held = json_put_array(attributes, "not_held");
	struct buf text = BUF_INIT;
	const struct hsm_attr *attrs;
	size_t n;

	if (key != NULL) {
		attrs = hsm_key_attrs(key, &n);
		put_half(attributes, "private", attrs, n);
		if (wrap == NULL)
			put_half(attributes, "public", attrs, n);
		add_exceptions(not_held, attrs, n);
	}
	if (wrap != NULL) {
		attrs = hsm_wrap_attrs(wrap, &n);
		put_half(attributes, "secret", attrs, n);
		add_exceptions(not_held, attrs, n);
	}
	json_canonical(attributes, &text);
	json_free(attributes);
	return buf_take(&text);
}

/* All but the public key and the attributes. */
static void
row_init(const char *cmk_id, const char *role, const char *id,
    const char *label, int64_t at, struct key_row *out)
{

	*out = (struct key_row) { .created_at = at };
	(void)strncpy(out->id, id, sizeof(out->id) - 1);
	(void)strncpy(out->cmk_id, cmk_id, sizeof(out->cmk_id) - 1);
	out->role = mem_strdup(role);
	out->label = mem_strdup(label);
}

void
key_record_init(const char *cmk_id, const char *role,
    const struct intent_row *intent, const struct hsm_key *key, int64_t at,
    struct key_row *out)
{

	row_init(cmk_id, role, intent->key_id, intent->label, at, out);
	out->alg = (uint8_t)hsm_key_alg(key);
	out->bits = crypto_key_bits(hsm_key_public(key));
	crypto_key_spki(hsm_key_public(key), &out->spki);
	out->attributes = key_record_attributes(key, NULL);
}

void
key_record_wrap_init(const char *cmk_id, const struct intent_row *intent,
    const struct hsm_wrap_key *wrap, enum alg alg, int64_t at,
    struct key_row *out)
{

	row_init(cmk_id, "wrap", intent->key_id, intent->label, at, out);
	out->alg = (uint8_t)alg;
	out->bits = WRAP_BITS;
	out->attributes = key_record_attributes(NULL, wrap);
}

void
key_record_sealed_init(const char *cmk_id, const struct intent_row *intent,
    const struct json *attributes, enum alg alg, int64_t at,
    struct key_row *out)
{
	struct buf text = BUF_INIT;

	row_init(cmk_id, "wrap", intent->key_id, intent->label, at, out);
	out->alg = (uint8_t)alg;
	out->bits = WRAP_BITS;
	json_canonical(attributes, &text);
	out->attributes = buf_take(&text);
}

void
key_record_wrapped_init(const struct key_record_names *names,
    const char *attributes, const struct crypto_key *public,
    const struct buf *blob, int64_t at, struct key_row *out)
{

	row_init(names->cmk_id, "ksk", names->id, names->label, at, out);
	out->alg = (uint8_t)names->alg;
	out->bits = crypto_key_bits(public);
	crypto_key_spki(public, &out->spki);
	out->attributes = mem_strdup(attributes);
	out->wrap_key_id = mem_strdup(names->wrap_key_id);
	buf_add(&out->blob, blob->data, blob->len);
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
