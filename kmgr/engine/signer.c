#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"

struct signer_key {
	struct dnskey		 dnskey;
	struct crypto_key	*public;	/* of dnskey */
	struct hsm_key		*key;
};

int
signer_key_new(struct hsm_key *key_take, const struct dnskey *dnskey,
    struct signer_key **out, struct error *err)
{
	struct signer_key *key = mem_new(sizeof(*key));

	*out = NULL;
	key->dnskey = *dnskey;
	key->key = key_take;
	if (dnskey_public(dnskey, &key->public, err) == 0 &&
	    crypto_key_is_same(key->public, hsm_key_public(key_take))) {
		*out = key;
		return 0;
	}
	(void)err_set(err, ERR_INTEGRITY, "the public key of %s in the token "
	    "is not the endorsed one", hsm_key_label(key_take));
	signer_key_free(key);
	return -1;
}

void
signer_key_free(struct signer_key *key)
{

	if (key == NULL)
		return;
	crypto_key_free(key->public);
	hsm_key_free(key->key);
	free(key);
}

int
signer_sign(const struct permit *permit, struct signer_key *key,
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
	if (!dnskey_is_same_key(permit_key(permit), &key->dnskey)) {
		(void)err_set(err, ERR_POLICY,
		    "the key differs from the approved one");
		goto out;
	}
	/* No signature leaves this function unless software verified it. */
	if (hsm_key_sign(key->key, tbs.data, tbs.len, signed_one.sig,
	    &signed_one.sig_len, err) != 0 || rrsig_verify_by(&signed_one,
	    rrset, permit_key(permit), key->public, err) != 0)
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
		(void)err_wrap(err, "sign a statement (%s)", tag);
	else {
		*out = statement_encode(public, sig, sig_len);
		rc = 0;
	}
	buf_free(&tbs);
	return rc;
}
