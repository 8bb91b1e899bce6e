#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/verify_internal.h"

#define KEY_NAME_LEN 1200	/* holds a zone's name */

/* What people call a key pair: "KSK example.com./123", "seal key of ...". */
static const char *
name_of(const struct verifier *v, const struct key_row *key,
    char out[static KEY_NAME_LEN])
{
	const struct ksk_row *first = NULL;
	size_t i, n = 0;

	(void)snprintf(out, KEY_NAME_LEN, "\"%s\"", key->label);
	for (i = 0; i < v->n_cmks; i++)
		if (strcmp(v->cmks[i].key_id, key->id) == 0)
			(void)snprintf(out, KEY_NAME_LEN,
			    "the seal key of CMK %s", v->cmks[i].name);
	for (i = 0; i < v->n_ksks; i++)
		if (strcmp(v->ksks[i].key_id, key->id) == 0 && n++ == 0)
			first = &v->ksks[i];
	if (n == 1)
		(void)snprintf(out, KEY_NAME_LEN, "KSK %s/%u", first->zone,
		    first->key_tag);
	else if (n > 1)
		(void)snprintf(out, KEY_NAME_LEN, "the KSK %u of %s and %zu "
		    "other zones", first->key_tag, first->zone, n - 1);
	return out;
}

static const char *
token_of(const struct verifier *v, const struct key_row *key)
{
	size_t i;

	for (i = 0; i < v->n_cmks; i++)
		if (strcmp(v->cmks[i].id, key->cmk_id) == 0)
			return v->cmks[i].token;
	return "";
}

static const struct key_row *
key_with_id(const struct verifier *v, const char *id)
{
	size_t i;

	for (i = 0; i < v->n_keys; i++)
		if (strcmp(v->keys[i].id, id) == 0)
			return &v->keys[i];
	return NULL;
}

/* Whether an intent accounts for an object: open, or left for ever. */
static bool
is_intended(const struct verifier *v, const char *id)
{
	size_t i;

	for (i = 0; i < v->n_intents; i++)
		if (strcmp(v->intents[i].key_id, id) == 0 &&
		    (strcmp(v->intents[i].state, "open") == 0 ||
		    strcmp(v->intents[i].state, "abandoned") == 0))
			return true;
	return false;
}

/* Objects with our label that nobody knows. */
static void
check_objects(struct verifier *v, const char *token,
    const struct hsm_object *objects, size_t n)
{
	char id[2 * sizeof(objects->id) + 1];
	size_t i;

	for (i = 0; i < n; i++) {
		(void)text_hex(objects[i].id, objects[i].id_len, id);
		if (strncmp(objects[i].label, "kmgr1:", 6) != 0 ||
		    key_with_id(v, id) != NULL || is_intended(v, id))
			continue;
		verify_add(v, "unknown-object",
		    "token %s: %s \"%s\" with id %s",
		    token, hsm_class_name(objects[i].class),
		    objects[i].label, id);
	}
}

/* The halves of one pair, by a look at all objects. */
static bool
check_halves(struct verifier *v, const char *token, const struct key_row *key,
    const struct hsm_object *objects, size_t n)
{
	size_t n_private = 0, n_public = 0, n_other = 0, len = 0, i;
	struct error ignored = ERR_INIT;
	char name[KEY_NAME_LEN];
	uint8_t id[HSM_ID_LEN];

	(void)name_of(v, key, name);
	(void)text_from_hex(key->id, id, sizeof(id), &len, &ignored);
	for (i = 0; i < n; i++) {
		if (objects[i].id_len != len ||
		    memcmp(objects[i].id, id, len) != 0)
			continue;
		n_private += objects[i].class == HSM_CLASS_PRIVATE;
		n_public += objects[i].class == HSM_CLASS_PUBLIC;
		n_other += objects[i].class != HSM_CLASS_PRIVATE &&
		    objects[i].class != HSM_CLASS_PUBLIC;
	}
	if (n_private == 0 || n_public == 0)
		verify_add(v, "missing-key", "token %s has %s of %s "
		    "(CKA_ID %s)", token, n_private + n_public == 0 ?
		    "nothing" : n_private == 0 ? "no private half" :
		    "no public half", name, key->id);
	if (n_private > 1 || n_public > 1 || n_other > 0)
		verify_add(v, "duplicate-object",
		    "token %s has %zu private, %zu "
		    "public and %zu other objects with the CKA_ID %s of %s",
		    token, n_private, n_public, n_other, key->id, name);
	return n_private == 1 && n_public == 1;
}

/* Report each attribute of a half that then and now do not agree on. */
static void
compare_half(struct verifier *v, const char *name, const char *half,
    const struct json *then, const struct json *now)
{
	const struct json *a = json_get(then, half), *b = json_get(now, half);
	const char *key = NULL, *was, *is;

	while ((key = json_next_key(a, key)) != NULL) {
		was = json_get_text(a, key);
		is = json_get_text(b, key);
		if (is == NULL || strcmp(was, is) != 0)
			verify_add(v, "changed-key", "%s: %s of its "
			    "%s half was %s and is %s", name, key, half, was,
			    is == NULL ? "unreadable" : is);
	}
	while ((key = json_next_key(b, key)) != NULL)
		if (json_get(a, key) == NULL)
			verify_add(v, "changed-key", "%s: %s of its "
			    "%s half was unreadable and is %s", name, key,
			    half, json_get_text(b, key));
}

/*
 * Whether the token holds of both halves what it held. Why it holds what was
 * not asked for (the attribute was refused and left out, or taken and
 * ignored) is known only when the key is made.
 */
static void
compare_attributes(struct verifier *v, const char *name, const char *then,
    const char *now)
{
	struct json *a = NULL, *b = NULL;
	struct error ignored = ERR_INIT;

	if (json_read(then, strlen(then), &a, &ignored) != 0 ||
	    json_read(now, strlen(now), &b, &ignored) != 0) {
		verify_add(v, "changed-key", "the recorded attributes "
		    "of %s are damaged", name);
	} else {
		compare_half(v, name, "private", a, b);
		compare_half(v, name, "public", a, b);
	}
	json_free(a);
	json_free(b);
}

/* What the token says of the pair now against what was recorded. */
static int
check_key(struct verifier *v, const struct key_row *key, struct error *err)
{
	struct intent_row as_made = { .label = key->label };
	struct crypto_key *pinned = NULL;
	struct hsm_key *hsm_key = NULL;
	struct key_row now = { 0 };
	char name[KEY_NAME_LEN];
	struct cmk *cmk;

	(void)name_of(v, key, name);
	if (cmk_cache_get(&v->cache, v->store, key->cmk_id, &cmk, err) != 0 ||
	    crypto_key_from_spki(key->spki.data, key->spki.len, &pinned,
	    err) != 0 || cmk_open_key(v->session, cmk, key->id, pinned,
	    &hsm_key, err) != 0) {
		crypto_key_free(pinned);
		if (verify_is_failure(err))
			return -1;
		verify_add(v, "changed-key", "%s: %s", name,
		    err->msg);
		err_clear(err);
		return 0;
	}
	crypto_key_free(pinned);
	key_record_init(key->cmk_id, key->role, &as_made, hsm_key, 0, &now);
	if (strcmp(hsm_key_label(hsm_key), key->label) != 0)
		verify_add(v, "changed-key", "%s: its label was \"%s\" "
		    "and is \"%s\"", name, key->label,
		    hsm_key_label(hsm_key));
	compare_attributes(v, name, key->attributes, now.attributes);
	key_row_clear(&now);
	hsm_key_free(hsm_key);
	return 0;
}

static int
check_token(struct verifier *v, const char *name, struct error *err)
{
	struct hsm_object *objects = NULL;
	struct hsm_token *token;
	size_t i, n = 0;
	int rc = -1;

	if (session_token(v->session, name, &token, err) != 0 ||
	    hsm_object_list(token, &objects, &n, err) != 0)
		return -1;
	v->report->n_objects += n;
	check_objects(v, name, objects, n);
	for (i = 0; i < v->n_keys; i++)
		if (strcmp(token_of(v, &v->keys[i]), name) == 0 &&
		    check_halves(v, name, &v->keys[i], objects, n) &&
		    check_key(v, &v->keys[i], err) != 0)
			goto out;
	rc = 0;
 out:
	free(objects);
	return rc;
}

/* Whether a CMK before the ith names the same token. */
static bool
is_seen(const struct verifier *v, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(v->cmks[k].token, v->cmks[i].token) == 0)
			return true;
	return false;
}

/* Whether name is the token of some CMK. */
static bool
is_of_cmk(const struct verifier *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->n_cmks; i++)
		if (strcmp(v->cmks[i].token, name) == 0)
			return true;
	return false;
}

/* Every token that a CMK, or an open intent of a first CMK, names, once. */
int
verify_tokens(struct verifier *v, struct error *err)
{
	size_t i, k;

	for (i = 0; i < v->n_cmks; i++)
		if (!is_seen(v, i) && check_token(v, v->cmks[i].token,
		    err) != 0)
			return -1;
	for (i = 0; i < v->n_intents; i++) {
		const char *name = v->intents[i].token;

		if (strcmp(v->intents[i].state, "open") != 0)
			continue;
		for (k = 0; k < i; k++)
			if (strcmp(v->intents[k].token, name) == 0)
				break;
		if (k == i && !is_of_cmk(v, name) &&
		    check_token(v, name, err) != 0)
			return -1;
	}
	return 0;
}
