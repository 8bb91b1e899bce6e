/* Custody wrapped: what lies in the store, and the key that opens it. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/store_intent.h"

void
verify_wrapped_cmk(struct verifier *v, const struct cmk *cmk)
{
	const struct key_row *key;

	if (cmk->wrap_key_id[0] == '\0')
		return;
	key = verify_key(v, cmk->wrap_key_id);
	if (key == NULL || strcmp(key->role, "wrap") != 0 ||
	    strcmp(key->cmk_id, cmk->row.id) != 0)
		verify_add(v, "removed-record", "the store has no record of "
		    "the wrapping key %s, which the seal of CMK %s names",
		    cmk->wrap_key_id, cmk->row.name);
}

void
verify_wrapped_ksk(struct verifier *v, const struct ksk *ksk,
    const struct ksk_row *row)
{
	const struct key_row *key = verify_key(v, row->key_id);
	struct error why = ERR_INIT;

	if (ksk->cmk->policy->custody != CUSTODY_WRAPPED)
		return;
	if (key == NULL)
		(void)err_set(&why, ERR_INTEGRITY, "the store has lost its "
		    "wrapped key");
	if (key == NULL || ksk_wrapped_check(ksk, key, &why) != 0)
		verify_add(v, "ksk", "KSK %s/%u: %s", row->zone, row->key_tag,
		    why.msg);
	if (ksk_wrapped_outlives(ksk, row))
		v->report->n_unprovable++;
}

/* The attributes are those of the record, and of the seal. */
static void
compare(struct verifier *v, const struct cmk *cmk, const struct key_row *key,
    const struct hsm_wrap_key *wrap)
{
	struct intent_row as_made = { .label = key->label };
	struct json *seal = NULL, *held = NULL;
	struct error ignored = ERR_INIT;
	struct key_row now;

	key_record_wrap_init(cmk->row.id, &as_made, wrap, cmk->policy->alg, 0,
	    &now);
	if (strcmp(now.attributes, key->attributes) != 0)
		verify_add(v, "changed-key", "the recorded attributes of the "
		    "wrapping key of CMK %s are not those that the token has",
		    cmk->row.name);
	if (json_read(cmk->row.seal, strlen(cmk->row.seal), &seal,
	    &ignored) == 0 && json_read(now.attributes,
	    strlen(now.attributes), &held, &ignored) == 0 &&
	    !json_same(json_get(wrapkey_of(seal), "attributes"), held))
		verify_add(v, "changed-key", "the attributes of the wrapping "
		    "key of CMK %s are not those that were sealed",
		    cmk->row.name);
	json_free(seal);
	json_free(held);
	key_row_clear(&now);
}

/* A KSK of the CMK whose blob is the endorsed one. */
static const struct ksk_row *
find_sound(struct verifier *v, struct cmk *cmk, struct ksk *out)
{
	struct error ignored = ERR_INIT;
	const struct key_row *key;
	size_t i;

	for (i = 0; i < v->n_ksks; i++) {
		if (strcmp(v->ksks[i].cmk_id, cmk->row.id) != 0 ||
		    strcmp(v->ksks[i].state, "removed") == 0 ||
		    (key = verify_key(v, v->ksks[i].key_id)) == NULL ||
		    ksk_check(cmk, &v->ksks[i], out, &ignored) != 0 ||
		    ksk_wrapped_check(out, key, &ignored) != 0)
			continue;
		buf_add(&out->blob, key->blob.data, key->blob.len);
		memcpy(out->row.key_id, key->id, sizeof(out->row.key_id));
		return &v->ksks[i];
	}
	return NULL;
}

/* What it wrapped it opens again, to a key that signs. */
static int
try_one(struct verifier *v, struct cmk *cmk, struct hsm_wrap_key *wrap,
    struct error *err)
{
	struct hsm_key *key = NULL;
	const struct ksk_row *row;
	struct ksk ksk = { 0 };
	int rc = 0;

	if ((row = find_sound(v, cmk, &ksk)) != NULL &&
	    (ksk_wrapped_open(&ksk, wrap, &key, err) != 0 ||
	    hsm_key_prove(key, err) != 0)) {
		rc = err->class == ERR_INTEGRITY ? 0 : -1;
		if (rc == 0) {
			verify_add(v, "changed-key", "KSK %s/%u: %s",
			    row->zone, row->key_tag, err->msg);
			err_clear(err);
		}
	}
	hsm_key_free(key);
	buf_free(&ksk.blob);
	return rc;
}

int
verify_wrap_key(struct verifier *v, const struct key_row *key,
    struct error *err)
{
	struct hsm_wrap_key *wrap = NULL;
	struct cmk *cmk;
	int rc = 0;

	if (cmk_cache_get(&v->cache, v->store, key->cmk_id, &cmk, err) == 0 &&
	    strcmp(cmk->wrap_key_id, key->id) != 0)
		verify_add(v, "changed-key", "the store has a wrapping key %s "
		    "of CMK %s, which its seal does not name", key->id,
		    cmk->row.name);
	else if (err->class == ERR_NONE &&
	    wrapkey_open(v->session, cmk, &wrap, err) == 0) {
		compare(v, cmk, key, wrap);
		rc = try_one(v, cmk, wrap, err);
	}
	hsm_wrap_free(wrap);
	if (rc != 0 || err->class == ERR_NONE)
		return rc;
	if (verify_is_failure(err))
		return -1;
	verify_add(v, "changed-key", "%s", err->msg);
	err_clear(err);
	return 0;
}
