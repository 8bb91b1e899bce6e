/* A permit that nobody asked for: a KSK shows that it can sign. */
#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "policy/permit_inner.h"

/*
 * RFC 4034 s3.1.5: valid in the first second of 1970, and in none of our
 * days. The set has no ZSK and a TTL of 0: nobody could use it then either.
 */
#define TRIAL_INCEPTION_AT  0
#define TRIAL_EXPIRATION_AT 1

int
permit_trial(const struct name *zone, const struct dnskey *key,
    struct rrset **rrset, struct rrsig *rrsig, struct permit **out,
    struct error *err)
{
	struct rrset *set = rrset_new(zone, RRTYPE_DNSKEY, 0);
	struct buf bytes = BUF_INIT;

	*rrset = NULL;
	*out = NULL;
	dnskey_rdata(key, &bytes);
	rrset_add(set, bytes.data, bytes.len);
	bytes.len = 0;
	if (rrsig_init(rrsig, set, key, TRIAL_INCEPTION_AT,
	    TRIAL_EXPIRATION_AT, err) != 0) {
		rrset_free(set);
		buf_free(&bytes);
		return -1;
	}
	rrsig_tbs(rrsig, set, &bytes);
	*out = mem_new(sizeof(**out));
	(*out)->key = *key;
	crypto_sha256(bytes.data, bytes.len, (*out)->tbs_hash);
	buf_free(&bytes);
	*rrset = set;
	return 0;
}
