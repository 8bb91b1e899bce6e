/* A key signing request taken apart for its rules. */
#ifndef POLICY_KSR_CASE_H
#define POLICY_KSR_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/dns/ksr.h"
#include "policy/policy.h"
#include "policy/report.h"
#include "policy/rules_ksr.h"

/* A DNSKEY record that differs from all before it, its TTL and id aside. */
struct ksr_case_key {
	const struct ksr_key	*key;		/* the first of them */
	size_t			 bundle;	/* where that stands, from 1 */
	uint16_t		 tag;
	struct crypto_key	*public;	/* NULL: no key that signs */
};

/* The subject of the rules on requests. */
struct ksr_case {
	const struct policy	*policy;
	const struct policy_ksr	*params;
	const struct rules_ksr	*in;
	const struct ksr	*request;
	bool			 is_text;	/* no ids, no proof */
	struct ksr_case_key	*keys;
	size_t			 n_keys;
	/* For each bundle, for each of its keys: its place among keys. */
	size_t			**place;
};

/**
 * ksr_case_init(c, policy, in):
 * Take the request of ${in} apart.
 */
void ksr_case_init(struct ksr_case *c, const struct policy *policy,
    const struct rules_ksr *in);

/**
 * ksr_case_key(c, b, k):
 * What is known of key ${k} of bundle ${b}, both from 0.
 */
const struct ksr_case_key *ksr_case_key(const struct ksr_case *c, size_t b,
    size_t k);

/**
 * ksr_case_end(c, b):
 * rules_ksr_end() of bundle ${b}, from 0.
 */
int64_t ksr_case_end(const struct ksr_case *c, size_t b);

/**
 * ksr_case_first(c, b, k):
 * Whether no key before ${k} in bundle ${b} is the same record.
 */
bool ksr_case_first(const struct ksr_case *c, size_t b, size_t k);

/**
 * ksr_case_name(c):
 * The word of ${c}'s format in policies: "ksr.NAME.bundle-count".
 */
const char *ksr_case_name(const struct ksr_case *c);

/**
 * ksr_case_exponent(key):
 * The public exponent of ${key}, UINT64_MAX for a
 * larger one; 0 where it is no RSA key.
 */
uint64_t ksr_case_exponent(const struct ksr_case_key *key);

/**
 * ksr_case_is_signer(alg), ksr_case_admits(c, alg):
 * Whether keys of algorithm ${alg} are known here and may sign; whether
 * zsk.algorithms has it.
 */
bool ksr_case_is_signer(uint8_t alg);
bool ksr_case_admits(const struct ksr_case *c, uint8_t alg);

/* Up to two pairs of bounds on a length: the policy's and the request's. */
struct ksr_case_bounds {
	const char	*format;		/* ksr.FORMAT.min-WORD */
	const char	*word;
	int64_t		 min_s, max_s;		/* 0: none */
	bool		 has_own;
	const char	*own_word;		/* MinOWN_WORD of the request */
	int64_t		 own_min_s, own_max_s;
};

/**
 * ksr_case_overlap_bounds(c, out), ksr_case_validity_bounds(c, out):
 * What binds the overlap of neighbouring bundles, and their length.
 */
void ksr_case_overlap_bounds(const struct ksr_case *c,
    struct ksr_case_bounds *out);
void ksr_case_validity_bounds(const struct ksr_case *c,
    struct ksr_case_bounds *out);

/**
 * ksr_case_bounds_ask(bounds):
 * Whether they bind anything.
 */
bool ksr_case_bounds_ask(const struct ksr_case_bounds *bounds);

/**
 * ksr_case_judge(bounds, what, length_s, report):
 * Report a failure where ${length_s} is outside of ${bounds}; ${what} and the
 * length begin the message. An end is the last second: a minimum is met by
 * one second less, as in the root zone's requests of 2016, which end bundles
 * at 23:59:59 and declare whole days.
 */
void ksr_case_judge(const struct ksr_case_bounds *bounds, const char *what,
    int64_t length_s, struct report *report);

/**
 * ksr_case_clear(c):
 * Free what ${c} holds.
 */
void ksr_case_clear(struct ksr_case *c);

#endif
