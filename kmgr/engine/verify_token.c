#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/store_intent.h"

#define KSK_LABEL    "kmgr1:ksk:"	/* a KSK's pair begins with that */
#define KEY_NAME_LEN 1200	/* holds a zone's name */

/* The objects of one token, by id. */
struct inventory {
	const char		*token;
	struct hsm_object	*objects;
	size_t			 n;
};

/* What people call a key pair: "KSK example.com./123", "seal key of ...". */
static const char *
name_of(const struct verifier *v, const struct key_row *key,
    char out[static KEY_NAME_LEN])
{
	const struct cmk_row *cmk = verify_cmk(v, key->cmk_id);
	const struct ksk_row *first;
	size_t n;

	first = verify_ksks_of(v, key->id, &n);
	if (n == 1)
		(void)snprintf(out, KEY_NAME_LEN, "KSK %s/%u", first->zone,
		    first->key_tag);
	else if (n > 1)
		(void)snprintf(out, KEY_NAME_LEN, "the KSK %u of %s and %zu "
		    "other zones", first->key_tag, first->zone, n - 1);
	else if (cmk != NULL && strcmp(key->role, "ksk") != 0)
		(void)snprintf(out, KEY_NAME_LEN, "the %s key of CMK %s",
		    strcmp(key->role, "wrap") == 0 ? "wrapping" : key->role,
		    cmk->name);
	else
		(void)snprintf(out, KEY_NAME_LEN, "\"%s\"", key->label);
	return out;
}

static int
compare_ids(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{

	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

static int
compare_objects(const void *a, const void *b)
{
	const struct hsm_object *left = a, *right = b;

	return compare_ids(left->id, left->id_len, right->id, right->id_len);
}

/* The *n objects of inventory with id. */
static const struct hsm_object *
objects_with(const struct inventory *inventory, const uint8_t *id, size_t len,
    size_t *n)
{
	size_t low = 0, high = inventory->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_ids(inventory->objects[middle].id,
		    inventory->objects[middle].id_len, id, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < inventory->n &&
	    compare_ids(inventory->objects[low + *n].id,
	    inventory->objects[low + *n].id_len, id, len) == 0;)
		(*n)++;
	return inventory->objects + low;
}

/* Objects with our label that nobody knows. */
static void
check_objects(struct verifier *v, const struct inventory *inventory)
{
	char id[2 * sizeof(inventory->objects->id) + 1];
	size_t i;

	for (i = 0; i < inventory->n; i++) {
		const struct hsm_object *object = &inventory->objects[i];

		(void)text_hex(object->id, object->id_len, id);
		if (object->class == HSM_CLASS_DATA ||
		    strncmp(object->label, "kmgr1:", 6) != 0 ||
		    verify_key(v, id) != NULL || verify_is_intended(v, id))
			continue;
		verify_add(v, "unknown-object",
		    "token %s: %s \"%s\" with id %s%s", inventory->token,
		    hsm_class_name(object->class), object->label, id,
		    strncmp(object->label, KSK_LABEL, strlen(KSK_LABEL)) == 0 ?
		    "; recover in kmgr(1) says how to adopt it, or what else "
		    "to do" : "");
	}
}

/* A wrapping key is one object, and n have its id. */
static bool
check_secret(struct verifier *v, const char *token, const struct key_row *key,
    const struct hsm_object *objects, size_t n)
{
	char name[KEY_NAME_LEN];
	size_t i, n_secret = 0;

	(void)name_of(v, key, name);
	for (i = 0; i < n; i++) {
		n_secret += objects[i].class == HSM_CLASS_SECRET;
		if (strcmp(objects[i].label, key->label) != 0)
			verify_add(v, "changed-key", "%s: its label was "
			    "\"%s\" and is \"%s\"", name, key->label,
			    objects[i].label);
	}
	if (n_secret == 0)
		verify_add(v, "missing-key", "token %s has nothing of %s "
		    "(CKA_ID %s)", token, name, key->id);
	if (n > 1)
		verify_add(v, "duplicate-object", "token %s has %zu objects "
		    "with the CKA_ID %s of %s", token, n, key->id, name);
	return n_secret == 1 && n == 1;
}

/* The halves of one pair, by a look at all objects. */
static bool
check_halves(struct verifier *v, const struct inventory *inventory,
    const struct key_row *key)
{
	size_t n_private = 0, n_public = 0, n_other, len = 0, i, n;
	const struct hsm_object *objects;
	struct error ignored = ERR_INIT;
	char name[KEY_NAME_LEN];
	uint8_t id[HSM_ID_LEN];

	(void)name_of(v, key, name);
	(void)text_from_hex(key->id, id, sizeof(id), &len, &ignored);
	objects = objects_with(inventory, id, len, &n);
	if (strcmp(key->role, "wrap") == 0)
		return check_secret(v, inventory->token, key, objects, n);
	for (i = 0; i < n; i++) {
		n_private += objects[i].class == HSM_CLASS_PRIVATE;
		n_public += objects[i].class == HSM_CLASS_PUBLIC;
	}
	n_other = n - n_private - n_public;
	if (n_private == 0 || n_public == 0)
		verify_add(v, "missing-key", "token %s has %s of %s "
		    "(CKA_ID %s)", inventory->token, n_private + n_public ==
		    0 ? "nothing" : n_private == 0 ? "no private half" :
		    "no public half", name, key->id);
	if (n_private > 1 || n_public > 1 || n_other > 0)
		verify_add(v, "duplicate-object",
		    "token %s has %zu private, %zu "
		    "public and %zu other objects with the CKA_ID %s of %s",
		    inventory->token, n_private, n_public, n_other, key->id,
		    name);
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

/* The key pair of the record key in its token, with the pinned public half. */
static int
open_key(struct verifier *v, const struct key_row *key, struct hsm_key **out,
    struct error *err)
{
	struct crypto_key *pinned = NULL;
	struct cmk *cmk;
	int rc = -1;

	*out = NULL;
	if (cmk_cache_get(&v->cache, v->store, key->cmk_id, &cmk, err) != 0 ||
	    crypto_key_from_spki(key->spki.data, key->spki.len, &pinned,
	    err) != 0)
		return -1;
	rc = strcmp(key->role, "seal") == 0 ?
	    cmk_open_seal_key(v->session, cmk, out, err) :
	    cmk_open_key(v->session, cmk, key->id, pinned, out, err);
	crypto_key_free(pinned);
	return rc;
}

/* What the token says of the pair now against what was recorded. */
static int
check_key(struct verifier *v, const struct key_row *key, struct error *err)
{
	struct intent_row as_made = { .label = key->label };
	struct hsm_key *hsm_key = NULL;
	struct key_row now = { 0 };
	char name[KEY_NAME_LEN];
	struct cmk *cmk;

	/* What is wrong with its CMK was reported with that. */
	if (cmk_cache_get(&v->cache, v->store, key->cmk_id, &cmk, err) != 0) {
		if (verify_is_failure(err))
			return -1;
		err_clear(err);
		return 0;
	}
	if (strcmp(key->role, "wrap") == 0)
		return verify_wrap_key(v, key, err);
	(void)name_of(v, key, name);
	if (open_key(v, key, &hsm_key, err) != 0) {
		if (verify_is_failure(err))
			return -1;
		verify_add(v, "changed-key", "%s: %s", name, err->msg);
		err_clear(err);
		return 0;
	}
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

/* Of a pair that was destroyed nothing is left; one that stays is no news. */
static bool
is_to_be_there(struct verifier *v, const struct inventory *inventory,
    const struct key_row *key)
{
	const enum verify_end end = verify_end_of(v, key);
	struct error ignored = ERR_INIT;
	char name[KEY_NAME_LEN];
	uint8_t id[HSM_ID_LEN];
	size_t len = 0, n;

	if (end != VERIFY_DESTROYED && end != VERIFY_LOST)
		return end == VERIFY_IN_USE;
	(void)text_from_hex(key->id, id, sizeof(id), &len, &ignored);
	(void)objects_with(inventory, id, len, &n);
	if (n > 0 && end == VERIFY_LOST)
		verify_add(v, "lost-key", "token %s, which was recorded as "
		    "lost, is there and has %s (CKA_ID %s)",
		    inventory->token, name_of(v, key, name), key->id);
	else if (n > 0 && !verify_is_intended(v, key->id))
		verify_add(v, "deleted-key", "token %s has %zu object%s of "
		    "%s (CKA_ID %s)", inventory->token, n, n == 1 ? "" : "s",
		    name_of(v, key, name), key->id);
	return false;
}

static int
check_token(struct verifier *v, const char *name, struct hsm_token *token,
    struct error *err)
{
	struct inventory inventory = { .token = name };
	size_t i;
	int rc = -1;

	if (hsm_object_list(token, &inventory.objects, &inventory.n,
	    err) != 0 || verify_kept_strangers(v, token, name, err) != 0) {
		free(inventory.objects);
		return -1;
	}
	if (inventory.n > 0)
		qsort(inventory.objects, inventory.n,
		    sizeof(*inventory.objects), compare_objects);
	v->report->n_objects += inventory.n;
	check_objects(v, &inventory);
	for (i = 0; i < v->n_keys; i++)
		if (strcmp(verify_token_of(v, &v->keys[i]), name) == 0 &&
		    is_to_be_there(v, &inventory, &v->keys[i]) &&
		    check_halves(v, &inventory, &v->keys[i]) &&
		    check_key(v, &v->keys[i], err) != 0)
			goto out;
	rc = 0;
 out:
	free(inventory.objects);
	return rc;
}

/* Whether err says that the token cannot be looked into, and no more. */
static bool
is_away(const struct error *err)
{

	return err->class == ERR_TOKEN || err->class == ERR_CONFIG;
}

/* A machine for daily signing need not know the token of the seal key. */
static void
check_configured(struct verifier *v, const char *name)
{
	struct error why = ERR_INIT;

	if (config_token(session_config(v->session), name, &why) == NULL)
		verify_skip(v, name, &why);
}

/* Every token that is configured: one that no record names may hold more. */
int
verify_tokens(struct verifier *v, struct error *err)
{
	const struct config *config = session_config(v->session);
	struct hsm_token *token;
	const char *name;
	size_t i;

	for (i = 0; i < v->n_cmks; i++) {
		check_configured(v, v->cmks[i].token);
		check_configured(v, v->cmks[i].seal_token);
	}
	for (i = 0; i < config->n_tokens; i++) {
		name = config->tokens[i].name;
		if (session_token(v->session, name, &token, err) == 0) {
			if (check_token(v, name, token, err) != 0)
				return -1;
			continue;
		}
		if (!is_away(err))
			return -1;
		verify_skip(v, name, err);
		err_clear(err);
	}
	return 0;
}
