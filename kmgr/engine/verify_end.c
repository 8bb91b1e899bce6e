#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/ending.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/verify_internal.h"

/* Whether all KSKs that the pair was made for are removed. */
static bool
is_unused(const struct verifier *v, const struct key_row *key)
{
	const struct ksk_row *ksks;
	size_t i, n;

	ksks = verify_ksks_of(v, key->id, &n);
	for (i = 0; i < n; i++)
		if (strcmp(ksks[i].state, "removed") != 0)
			return false;
	return n > 0;
}

/* Whether one of the KSKs was ended because the token is gone. */
static bool
is_lost(const struct verifier *v, const struct key_row *key)
{
	const struct ksk_row *ksks;
	bool is = false;
	size_t i, n;
	char *token;

	ksks = verify_ksks_of(v, key->id, &n);
	for (i = 0; i < n && !is; i++) {
		token = ending_lost_token(&ksks[i]);
		is = token != NULL;
		free(token);
	}
	return is;
}

enum verify_end
verify_end_of(struct verifier *v, const struct key_row *key)
{
	struct error ignored = ERR_INIT;
	struct cmk *cmk;
	bool has_ended;

	if (cmk_cache_get(&v->cache, v->store, key->cmk_id, &cmk,
	    &ignored) != 0)
		return VERIFY_IN_USE;
	has_ended = strcmp(key->role, "ksk") == 0 ? is_unused(v, key) :
	    strcmp(cmk->row.state, "deleted") == 0;
	if (!has_ended)
		return VERIFY_IN_USE;
	if (is_lost(v, key))
		return VERIFY_LOST;
	return cmk->policy->seal == SEAL_COMPLIANCE ||
	    verify_has_intent(v, key->id, "abandoned") ? VERIFY_KEPT :
	    VERIFY_DESTROYED;
}

static int
check_ksk(struct verifier *v, const struct ksk_row *row, struct error *err)
{
	struct cmk *cmk;

	/* What is wrong with its CMK was reported with that. */
	if (cmk_cache_get(&v->cache, v->store, row->cmk_id, &cmk, err) != 0) {
		if (verify_is_failure(err))
			return -1;
		err_clear(err);
		return 0;
	}
	if (strcmp(row->state, "removed") == 0 &&
	    ending_check_ksk(v->store, cmk, row, err) != 0) {
		verify_add(v, "ksk", "%s", err->msg);
		err_clear(err);
	}
	if (ksk_facts_check(v->store, row, err) == 0)
		return 0;
	if (verify_is_failure(err))
		return -1;
	verify_add(v, "ksk", "%s", err->msg);
	err_clear(err);
	return 0;
}

int
verify_end_records(struct verifier *v, struct error *err)
{
	size_t i;

	for (i = 0; i < v->n_ksks; i++)
		if (check_ksk(v, &v->ksks[i], err) != 0)
			return -1;
	return 0;
}
