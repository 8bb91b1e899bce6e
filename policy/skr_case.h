/* A response and what it answers, as its rules look at it. */
#ifndef POLICY_SKR_CASE_H
#define POLICY_SKR_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/ksr.h"
#include "policy/policy.h"
#include "policy/report.h"
#include "policy/rules_ksr.h"

/* The subject of the rules on responses. */
struct skr_case {
	const struct policy	*policy;
	const struct policy_ksr	*params;
	const struct rules_skr	*in;
	const struct ksr	*response;
	bool			 is_text;
};

/**
 * skr_case_is_ksk(key), skr_case_is_revoked(key):
 * What the flags of ${key} say.
 */
bool skr_case_is_ksk(const struct ksr_key *key);
bool skr_case_is_revoked(const struct ksr_key *key);

/**
 * skr_case_asked(c, b):
 * The bundle of the request that bundle ${b} answers: the same one in ICANN's
 * format, the one that holds when it begins in others; NULL where none is.
 */
const struct ksr_bundle *skr_case_asked(const struct skr_case *c, size_t b);

/**
 * skr_case_signs(bundle, key, type):
 * Whether a signature of ${bundle} over ${type} says it is by ${key}.
 */
bool skr_case_signs(const struct ksr_bundle *bundle,
    const struct ksr_key *key, enum rrtype type);

/**
 * skr_case_find(bundle, key):
 * The record of the key ${key} in ${bundle}, whatever its flags, or NULL.
 */
const struct ksr_key *skr_case_find(const struct ksr_bundle *bundle,
    const struct dnskey *key);

/**
 * skr_case_at(c, at):
 * The bundle, of the response or the previous one, that holds at ${at}; NULL
 * before the first.
 */
const struct ksr_bundle *skr_case_at(const struct skr_case *c, int64_t at);

/**
 * skr_case_before(c, b):
 * The bundle that holds before bundle ${b}: of the response, or, before its
 * first, of the previous one; NULL where there is none.
 */
const struct ksr_bundle *skr_case_before(const struct skr_case *c, size_t b);

/**
 * skr_case_verify(c, report):
 * Report a failure for each signature that does not verify.
 */
void skr_case_verify(const struct skr_case *c, struct report *report);

#endif
