#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/store_intent.h"

static int
compare_cmks(const void *a, const void *b)
{
	const struct cmk_row *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct key_row *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static int
compare_ksks(const void *a, const void *b)
{
	const struct ksk_row *left = a, *right = b;

	return strcmp(left->key_id, right->key_id);
}

static int
compare_intents(const void *a, const void *b)
{
	const struct intent_row *left = a, *right = b;

	return strcmp(left->key_id, right->key_id);
}

void
verify_index(struct verifier *v)
{

	if (v->n_cmks > 0)
		qsort(v->cmks, v->n_cmks, sizeof(*v->cmks), compare_cmks);
	if (v->n_keys > 0)
		qsort(v->keys, v->n_keys, sizeof(*v->keys), compare_keys);
	if (v->n_ksks > 0)
		qsort(v->ksks, v->n_ksks, sizeof(*v->ksks), compare_ksks);
	if (v->n_intents > 0)
		qsort(v->intents, v->n_intents, sizeof(*v->intents),
		    compare_intents);
}

static void
copy_id(char out[static STORE_ID_TEXT], const char *id)
{

	memset(out, 0, STORE_ID_TEXT);
	(void)strncpy(out, id, STORE_ID_TEXT - 1);
}

const struct cmk_row *
verify_cmk(const struct verifier *v, const char *id)
{
	struct cmk_row wanted = { 0 };

	copy_id(wanted.id, id);
	return v->n_cmks == 0 ? NULL : bsearch(&wanted, v->cmks, v->n_cmks,
	    sizeof(wanted), compare_cmks);
}

const struct key_row *
verify_key(const struct verifier *v, const char *id)
{
	struct key_row wanted = { 0 };

	copy_id(wanted.id, id);
	return v->n_keys == 0 ? NULL : bsearch(&wanted, v->keys, v->n_keys,
	    sizeof(wanted), compare_keys);
}

const struct ksk_row *
verify_ksks_of(const struct verifier *v, const char *key_id, size_t *n)
{
	const struct ksk_row *first;
	struct ksk_row wanted = { 0 };

	*n = 0;
	copy_id(wanted.key_id, key_id);
	first = v->n_ksks == 0 ? NULL : bsearch(&wanted, v->ksks, v->n_ksks,
	    sizeof(wanted), compare_ksks);
	if (first == NULL)
		return NULL;
	while (first > v->ksks && compare_ksks(first - 1, &wanted) == 0)
		first--;
	while (first + *n < v->ksks + v->n_ksks &&
	    compare_ksks(first + *n, &wanted) == 0)
		(*n)++;
	return first;
}

bool
verify_has_intent(const struct verifier *v, const char *key_id,
    const char *state)
{
	struct intent_row wanted = { 0 };
	const struct intent_row *intent;

	copy_id(wanted.key_id, key_id);
	intent = v->n_intents == 0 ? NULL : bsearch(&wanted, v->intents,
	    v->n_intents, sizeof(wanted), compare_intents);
	if (intent == NULL)
		return false;
	while (intent > v->intents && compare_intents(intent - 1,
	    &wanted) == 0)
		intent--;
	for (; intent < v->intents + v->n_intents && compare_intents(intent,
	    &wanted) == 0; intent++)
		if (strcmp(intent->state, state) == 0)
			return true;
	return false;
}

bool
verify_is_intended(const struct verifier *v, const char *key_id)
{

	return verify_has_intent(v, key_id, "open") ||
	    verify_has_intent(v, key_id, "abandoned");
}

const char *
verify_token_of(const struct verifier *v, const struct key_row *key)
{
	const struct cmk_row *cmk = verify_cmk(v, key->cmk_id);

	/* What is wrapped lies in no token. */
	if (cmk == NULL || key->wrap_key_id != NULL)
		return "";
	return strcmp(key->role, "seal") == 0 ? cmk->seal_token : cmk->token;
}
