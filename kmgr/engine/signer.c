#include <string.h>

#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"

int
signer_sign(const struct permit *permit, struct hsm_key *key,
    const struct rrset *rrset, struct rrsig *rrsig, struct error *err)
{
	struct rrsig signed_one = *rrsig;
	struct buf tbs = BUF_INIT;
	int rc = -1;

	rrsig_tbs(rrsig, rrset, &tbs);
	/* What we sign must be, byte for byte, what the policy approved. */
	if (!permit_covers(permit, tbs.data, tbs.len)) {
		(void)err_set(err, ERR_POLICY,
		    "the RRset differs from the approved one");
		goto out;
	}
	/* No signature leaves this function unless software verified it. */
	if (hsm_key_sign(key, tbs.data, tbs.len, signed_one.sig,
	    &signed_one.sig_len, err) != 0 ||
	    rrsig_verify(&signed_one, rrset, permit_key(permit), err) != 0)
		goto out;
	*rrsig = signed_one;
	rc = 0;
 out:
	if (rc != 0) {
		char owner[NAME_TEXT_MAX];

		(void)err_wrap(err, "sign %s %s",
		    name_text(&rrset->owner, owner),
		    rrtype_name(rrset->type));
	}
	buf_free(&tbs);
	return rc;
}

int
signer_attest(struct hsm_key *key, const struct crypto_key *public,
    const char *tag, const char *text, char **out, struct error *err)
{
	uint8_t sig[HSM_SIG_MAX];
	struct buf tbs = BUF_INIT;
	size_t sig_len = 0;
	int rc = -1;

	*out = NULL;
	statement_tbs(tag, text, &tbs);
	if (hsm_key_sign(key, tbs.data, tbs.len, sig, &sig_len, err) != 0 ||
	    crypto_key_verify(public, tbs.data, tbs.len, sig, sig_len,
	    err) != 0)
		(void)err_wrap(err, "sign a statement with the seal key");
	else {
		*out = statement_encode(public, sig, sig_len);
		rc = 0;
	}
	buf_free(&tbs);
	return rc;
}
