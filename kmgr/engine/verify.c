#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/verify.h"
#include "kmgr/store/ledger.h"

/* All records of the store, and what is found to be wrong with them. */
struct verifier {
	struct session		*session;
	struct store		*store;
	struct verify_report	*report;
	struct cmk_cache	 cache;
	struct cmk_row		*cmks;
	size_t			 n_cmks;
	struct key_row		*keys;
	size_t			 n_keys;
	struct ksk_row		*ksks;
	size_t			 n_ksks;
	struct intent_row	*intents;
	size_t			 n_intents;
};

static const struct {
	const char	*kind;
	const char	*meaning;
} meanings[] = {
	{ "ledger", "an event was changed, removed or put in behind kmgr's "
	    "back; compare with a backup or an outside copy" },
	{ "cmk", "the record of the CMK or its sealed policy was changed "
	    "behind kmgr's back; restore the store from a backup" },
	{ "ksk", "the record of the KSK was changed behind kmgr's back; "
	    "restore the store from a backup" },
	{ "unfinished", "a run was interrupted; the next create-cmk or "
	    "create-ksk on this token finishes or undoes it" },
	{ "missing-key", "the token has lost the key, or is another token; "
	    "kmgr never makes a lost key again by itself" },
	{ "duplicate-object", "somebody put another object under the id of a "
	    "key into the token; find out who holds the PIN" },
	{ "changed-key", "the token's key is not the one that was recorded, "
	    "or its attributes changed; do not use this token" },
	{ "unknown-object", "an object with kmgr's label that this store does "
	    "not know: of another store, or made behind kmgr's back" },
};

static void
problem(struct verifier *v, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
problem(struct verifier *v, const char *kind, const char *fmt, ...)
{
	struct verify_problem *p;
	char text[1200];
	size_t i;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p = mem_push(&v->report->problems, v->report->n_problems++,
	    sizeof(*p));
	p->kind = kind;
	p->text = mem_strdup(text);
	p->meaning = "";
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].kind, kind) == 0)
			p->meaning = meanings[i].meaning;
}

static int
load_all(struct verifier *v, struct error *err)
{

	if (session_store(v->session, &v->store, err) != 0 ||
	    store_cmk_list(v->store, &v->cmks, &v->n_cmks, err) != 0 ||
	    store_key_list(v->store, &v->keys, &v->n_keys, err) != 0 ||
	    store_ksk_list(v->store, NULL, NULL, &v->ksks, &v->n_ksks,
	    err) != 0 || store_intent_list(v->store, NULL, &v->intents,
	    &v->n_intents, err) != 0)
		return -1;
	v->report->n_cmks = v->n_cmks;
	v->report->n_keys = v->n_keys;
	v->report->n_ksks = v->n_ksks;
	return 0;
}

static int
check_ledger(struct verifier *v, struct error *err)
{

	if (ledger_verify(v->store, &v->report->n_events, err) == 0)
		return 0;
	if (err->class != ERR_INTEGRITY)
		return -1;
	problem(v, "ledger", "%s", err->msg);
	err_clear(err);
	return 0;
}

/* The records against their signatures. */
static int
check_records(struct verifier *v, struct error *err)
{
	struct cmk *cmk;
	struct ksk ksk;
	size_t i;

	for (i = 0; i < v->n_cmks; i++) {
		if (cmk_cache_get(&v->cache, v->store, v->cmks[i].id, &cmk,
		    err) == 0)
			continue;
		if (err->class != ERR_INTEGRITY)
			return -1;
		problem(v, "cmk", "%s", err->msg);
		err_clear(err);
	}
	for (i = 0; i < v->n_ksks; i++) {
		if (cmk_cache_get(&v->cache, v->store, v->ksks[i].cmk_id,
		    &cmk, err) == 0 &&
		    ksk_check(cmk, &v->ksks[i], &ksk, err) == 0)
			continue;
		if (err->class != ERR_INTEGRITY)
			return -1;
		problem(v, "ksk", "%s", err->msg);
		err_clear(err);
	}
	for (i = 0; i < v->n_intents; i++)
		if (strcmp(v->intents[i].state, "abandoned") == 0)
			v->report->n_abandoned++;
		else if (strcmp(v->intents[i].state, "open") == 0)
			problem(v, "unfinished", "%s of \"%s\" in token %s",
			    v->intents[i].kind, v->intents[i].label,
			    v->intents[i].token);
	return 0;
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
		problem(v, "unknown-object", "token %s: %s \"%s\" with id %s",
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
	uint8_t id[HSM_ID_LEN];

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
		problem(v, "missing-key", "token %s has %s of \"%s\" (id %s)",
		    token, n_private + n_public == 0 ? "nothing" :
		    n_private == 0 ? "no private half" : "no public half",
		    key->label, key->id);
	if (n_private > 1 || n_public > 1 || n_other > 0)
		problem(v, "duplicate-object", "token %s has %zu private, %zu "
		    "public and %zu other objects with id %s of \"%s\"",
		    token, n_private, n_public, n_other, key->id, key->label);
	return n_private == 1 && n_public == 1;
}

/*
 * Whether the token holds of both halves what it held. Why it holds what was
 * not asked for (the attribute was refused and left out, or taken and
 * ignored) is known only when the key is made.
 */
static bool
is_held_as_before(const char *then, const char *now)
{
	struct json *a = NULL, *b = NULL;
	struct error ignored = ERR_INIT;
	bool same;

	same = json_read(then, strlen(then), &a, &ignored) == 0 &&
	    json_read(now, strlen(now), &b, &ignored) == 0 &&
	    json_same(json_get(a, "private"), json_get(b, "private")) &&
	    json_same(json_get(a, "public"), json_get(b, "public"));
	json_free(a);
	json_free(b);
	return same;
}

/* What the token says of the pair now against what was recorded. */
static int
check_key(struct verifier *v, const struct key_row *key, struct error *err)
{
	struct intent_row as_made = { .label = key->label };
	struct crypto_key *pinned = NULL;
	struct hsm_key *hsm_key = NULL;
	struct key_row now = { 0 };
	struct cmk *cmk;

	if (cmk_cache_get(&v->cache, v->store, key->cmk_id, &cmk, err) != 0 ||
	    crypto_key_from_spki(key->spki.data, key->spki.len, &pinned,
	    err) != 0 || cmk_open_key(v->session, cmk, key->id, pinned,
	    &hsm_key, err) != 0) {
		crypto_key_free(pinned);
		if (err->class == ERR_TOKEN || err->class == ERR_STORE)
			return -1;
		problem(v, "changed-key", "%s", err->msg);
		err_clear(err);
		return 0;
	}
	crypto_key_free(pinned);
	cmk_key_row(key->cmk_id, key->role, &as_made, hsm_key, 0, &now);
	if (strcmp(hsm_key_label(hsm_key), key->label) != 0)
		problem(v, "changed-key", "the label of \"%s\" is now \"%s\"",
		    key->label, hsm_key_label(hsm_key));
	if (!is_held_as_before(key->attributes, now.attributes))
		problem(v, "changed-key", "the attributes of \"%s\" differ "
		    "from those recorded: %.400s", key->label,
		    now.attributes);
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
static int
check_tokens(struct verifier *v, struct error *err)
{
	size_t i, k;

	for (i = 0; i < v->n_cmks; i++)
		if (!is_seen(v, i) && check_token(v, v->cmks[i].token,
		    err) != 0)
			return -1;
	for (i = 0; i < v->n_intents; i++) {
		const char *name = v->intents[i].token;

		for (k = 0; k < i; k++)
			if (strcmp(v->intents[k].token, name) == 0)
				break;
		if (k == i && !is_of_cmk(v, name) &&
		    check_token(v, name, err) != 0)
			return -1;
	}
	return 0;
}

int
verify_run(struct session *session, struct verify_report *report,
    struct error *err)
{
	struct verifier v = { .session = session, .report = report };
	int rc = -1;

	if (load_all(&v, err) == 0 && check_ledger(&v, err) == 0 &&
	    check_records(&v, err) == 0)
		rc = check_tokens(&v, err);
	cmk_cache_clear(&v.cache);
	cmk_rows_free(v.cmks, v.n_cmks);
	key_rows_free(v.keys, v.n_keys);
	ksk_rows_free(v.ksks, v.n_ksks);
	intent_rows_free(v.intents, v.n_intents);
	return rc;
}

void
verify_report_clear(struct verify_report *report)
{
	size_t i;

	for (i = 0; i < report->n_problems; i++)
		free(report->problems[i].text);
	free(report->problems);
	*report = (struct verify_report)VERIFY_REPORT_INIT;
}
