/* What the files of permit share. */
#ifndef POLICY_PERMIT_INNER_H
#define POLICY_PERMIT_INNER_H

#include "kmgr/base/crypto.h"
#include "policy/permit.h"

/* A signature that a judged response lays out. */
struct permit_sig {
	uint8_t	tbs_hash[CRYPTO_SHA256_LEN];
	size_t	key;			/* index in ksks */
};

/* What the rules let pass, copied. */
struct judgement {
	const struct policy	*policy;
	struct name		 zone;
	struct dnskey		*ksks;
	size_t			 n_ksks;
	/* Of a ZSK set. */
	int64_t			 inception_at;
	int64_t			 expiration_at;
	struct rrset		*dnskeys;	/* KSKs and ZSKs */
	struct dnskey		*wanted;	/* with KSKs: have a DS */
	size_t			 n_wanted;
	bool			 is_leaving;
	/* Of a response: every signature, by its hash. */
	bool			 is_skr;
	struct permit_sig	*sigs;
	size_t			 n_sigs;
};

struct permit {
	struct dnskey	key;
	uint8_t		tbs_hash[CRYPTO_SHA256_LEN];
};

/**
 * permit_children(policy, zone, type, ksks, n):
 * All that a CDS or CDNSKEY RRset of ${zone} may hold beside the ${n} KSKs.
 * Owner: the caller, rrset_free().
 */
struct rrset *permit_children(const struct policy *policy,
    const struct name *zone, enum rrtype type, const struct dnskey *ksks,
    size_t n);

/**
 * permit_is_subset(rrset, allowed):
 * Whether ${rrset} is not empty and holds nothing that is not in ${allowed},
 * of the same owner and type.
 */
bool permit_is_subset(const struct rrset *rrset, const struct rrset *allowed);

/**
 * permit_of_skr(judgement, rrset, rrsig, out, err):
 * permit_new() of a judgement of permit_judge_skr().
 *
 * Errors: ERR_INTERNAL.
 */
int permit_of_skr(const struct judgement *judgement,
    const struct rrset *rrset, const struct rrsig *rrsig, struct permit **out,
    struct error *err);

#endif
