#include "kmgr/base/text.h"
#include "kmgr/engine/seal.h"
#include "kmgr/engine/wrapkey.h"

/* A draft has no KSK: one that has was sealed, and somebody broke the seal. */
static int
check_never_sealed(struct store *store, const struct cmk *cmk,
    struct error *err)
{
	struct ksk_row *rows;
	size_t n;

	if (store_ksk_list(store, NULL, cmk->row.id, &rows, &n, err) != 0)
		return -1;
	ksk_rows_free(rows, n);
	if (n == 0)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "it has KSKs, and its seal is gone");
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

/* One transaction: the wrapping key's record, where there is one, the seal. */
static int
record(struct session *session, struct store *store, struct cmk *cmk,
    struct hsm_key *seal_key, const struct wrapkey *wrapkey,
    struct error *err)
{

	if (store_begin(store, err) != 0)
		return -1;
	if ((wrapkey == NULL ||
	    wrapkey_record(session, wrapkey, err) == 0) && cmk_seal(session,
	    cmk, seal_key, wrapkey == NULL ? NULL : &wrapkey->row,
	    err) == 0 && store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

int
seal_first_use(struct session *session, struct cmk *cmk,
    struct hsm_key *seal_key, struct error *err)
{
	const bool is_wrapped = cmk->policy->custody == CUSTODY_WRAPPED;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct wrapkey wrapkey = { 0 };
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) == 0 &&
	    check_never_sealed(store, cmk, err) == 0 && (!is_wrapped ||
	    wrapkey_make(session, cmk, &wrapkey, err) == 0))
		rc = record(session, store, cmk, seal_key, is_wrapped ?
		    &wrapkey : NULL, err);
	wrapkey_clear(&wrapkey);
	if (rc != 0)
		return err_wrap(err, "seal CMK %s", cmk->row.name);
	session_note(session, "the policy of CMK %s is sealed: SHA-256 %s",
	    cmk->row.name, text_hex(cmk->row.policy_hash, CRYPTO_SHA256_LEN,
	    hex));
	return 0;
}
