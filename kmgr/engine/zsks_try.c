/* Whether a KSK signs in its token, whatever there is to be signed. */
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/zsks_internal.h"
#include "policy/permit.h"

static int
sign(struct session *session, struct zsks_keys *keys, const struct ksk *ksk,
    struct error *err)
{
	struct permit *permit = NULL;
	struct rrset *rrset = NULL;
	struct signer_key *key;
	struct rrsig rrsig;
	int rc = -1;

	if (permit_trial(&ksk->zone, &ksk->dnskey, &rrset, &rrsig, &permit,
	    err) == 0 && zsks_keys_get(session, keys, ksk, &key, err) == 0)
		rc = signer_sign(permit, key, rrset, &rrsig, err);
	permit_free(permit);
	rrset_free(rrset);
	return rc;
}

/* A token that is there, and gave no reason, has the key pair no more. */
static bool
is_missing(struct session *session, const struct ksk *ksk,
    const struct error *err)
{
	struct error ignored = ERR_INIT;

	return err->code == 0 && session_find_token(session,
	    ksk->cmk->row.token, &ignored) == 0;
}

int
zsks_try(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct error *err)
{
	struct ksk tried = *ksk;	/* borrows its row */
	struct store *store;
	int rc = -1;

	if (!session_is_proved(session, ksk->cmk->row.id))
		return err_set(err, ERR_INTERNAL,
		    "a CMK was not proved before a trial");
	tried.blob = (struct buf)BUF_INIT;
	if (cmk_life_check_usable(ksk->cmk, err) == 0 &&
	    session_store(session, &store, err) == 0 &&
	    ksk_wrapped_fetch(store, &tried, err) == 0)
		rc = sign(session, keys, &tried, err);
	if (rc != 0 && err->class == ERR_TOKEN && is_missing(session, ksk,
	    err))
		err->class = ERR_INTEGRITY;
	buf_free(&tried.blob);
	return rc;
}
