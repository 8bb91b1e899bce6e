/* Custody wrapped: whether the tokens open what the copy of a store has. */
#include <string.h>

#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/replace.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/store_group.h"

static int
refuse_other(const struct cmk *cmk, const struct ksk_row *row,
    struct error *err)
{

	(void)err_wrap(err, "token %s holds another wrapping key than the one "
	    "of CMK %s: it does not open KSK %s/%u", cmk->row.token,
	    cmk->row.name, row->zone, row->key_tag);
	err->hint[0] = '\0';
	return err_hint(err, "nothing was changed; what is wrapped is opened "
	    "by the token that wrapped it, or by one that got its wrapping "
	    "key by the HSM's own backup or cloning: name that one in tokens: "
	    "of the configuration");
}

/* One pair of the CMK is opened and signs; any of them does. */
static int
try_first(struct session *session, struct store *store, struct cmk *cmk,
    const struct ksk_row *row, struct error *err)
{
	struct hsm_wrap_key *wrap = NULL;
	struct hsm_key *key = NULL;
	struct ksk ksk = { 0 };
	int rc = -1;

	if (ksk_check(cmk, row, &ksk, err) != 0)
		return -1;
	ksk.row = *row;			/* borrows texts */
	if (ksk_wrapped_fetch(store, &ksk, err) != 0)
		goto out;
	if (wrapkey_open(session, cmk, &wrap, err) == 0 &&
	    ksk_wrapped_open(&ksk, wrap, &key, err) == 0 &&
	    hsm_key_prove(key, err) == 0)
		rc = 0;
	else if (err->class == ERR_INTEGRITY)
		(void)refuse_other(cmk, row, err);
 out:
	hsm_key_free(key);
	hsm_wrap_free(wrap);
	buf_free(&ksk.blob);
	return rc;
}

int
replace_try_wrapped(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct error why = ERR_INIT;
	struct ksk_row row = { 0 };
	struct cmk *own = NULL;
	struct store *store;
	bool found = false;
	int rc = 0;

	if (cmk->wrap_key_id[0] == '\0')
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    store_group_first(store, cmk->row.id, &row, &found, err) != 0)
		return -1;
	if (found && (rc = cmk_load(store, cmk->row.id, &own, err)) == 0 &&
	    try_first(session, store, own, &row, &why) != 0) {
		/* One that is away, or lost, is no other one. */
		if (why.class == ERR_TOKEN)
			session_note(session, "no KSK of CMK %s can sign with "
			    "this token: %s", cmk->row.name, why.msg);
		else
			*err = why;
		rc = why.class == ERR_TOKEN ? 0 : -1;
	}
	cmk_free(own);
	ksk_row_clear(&row);
	return rc;
}
