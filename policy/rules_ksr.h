/*
 * Rules on key signing requests and on the responses to them. Ids are those
 * of ICANN's kskm where it has the check; each has the parameters of its
 * format, struct policy_ksr.
 */
#ifndef POLICY_RULES_KSR_H
#define POLICY_RULES_KSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/dns/ksr.h"
#include "policy/policy.h"
#include "policy/rules.h"

/* A request of this zone that was answered before. */
struct rules_ksr_past {
	uint8_t		 digest[CRYPTO_SHA256_LEN];	/* of the file */
	const char	*id;		/* @id, or NULL */
	const char	*const *bundle_ids;
	size_t		 n_bundle_ids;
	int64_t		 answered_at;
};

/* A request that somebody wants signed. */
struct rules_ksr {
	const struct ksr	*request;
	uint8_t			 digest[CRYPTO_SHA256_LEN];
	struct name		 zone;		/* that it is to be for */
	int64_t			 now_at;
	/*
	 * Of the last bundle, where the file leaves it open. KSR_OPEN, or 0:
	 * nobody says; it holds for signatures.validity.
	 */
	int64_t			 end_at;
	/* Our last response for the zone; NULL where nobody knows of one. */
	const struct ksr	*previous;
	bool			 is_genesis;	/* there is to be none */
	/* The whole history, where a store tells it. */
	bool			 knows_past;
	const struct rules_ksr_past *past;
	size_t			 n_past;
	const struct dnskey	*ksks;	/* all of the zone's, not removed */
	size_t			 n_ksks;
	bool			 is_shared;	/* custody shared */
	const struct requester	*requester;	/* NULL: nobody asks */
};

/**
 * rules_ksr_end(policy, request, end_at, i):
 * When bundle ${i} of ${request} ends: as the file says, else at ${end_at},
 * else, where that is KSR_OPEN or 0, signatures.validity of ${policy} after
 * its inception.
 */
int64_t rules_ksr_end(const struct policy *policy, const struct ksr *request,
    int64_t end_at, size_t i);

/**
 * rules_ksr_params(policy, format):
 * The parameters of ${format} in ${policy}.
 */
const struct policy_ksr *rules_ksr_params(const struct policy *policy,
    enum ksr_format format);

/**
 * rules_check_ksr(policy, ksr, findings):
 * Whether ${policy} admits the request. All rules run; what needs a fact that
 * is not given (history, previous response) is reported as off, and why.
 */
void rules_check_ksr(const struct policy *policy, const struct rules_ksr *ksr,
    struct findings *findings);

/* A response that is about to be signed, or was. */
struct rules_skr {
	const struct ksr	*response;	/* signatures laid out */
	const struct ksr	*request;	/* NULL: not known */
	const struct ksr	*previous;	/* as above */
	const struct dnskey	*ksks;		/* of this policy's CMK */
	size_t			 n_ksks;
	/* Other providers' keys, which sign nothing of it; and all keys, in a
	 * bundle or not, whose DS the parent is to have while it is served. */
	const struct dnskey	*foreign;
	size_t			 n_foreign;
	const struct dnskey	*wanted;
	size_t			 n_wanted;
	int64_t			 now_at;
	int64_t			 end_at;	/* as above */
};

/**
 * rules_check_skr(policy, skr, findings):
 * Whether ${policy} lets the response be made: every ZSK of the request and
 * no other, every published key at its time, windows and TTL as the policy
 * says, no gap, KSR-POLICY-SAFETY, revoked keys signed by themselves, nothing
 * revoked or rolled by RFC 5011 unless ksk.rfc5011. Whether a resolver could
 * lose the chain is the oracle's question, and whether signatures verify the
 * signer's.
 */
void rules_check_skr(const struct policy *policy, const struct rules_skr *skr,
    struct findings *findings);

#endif
