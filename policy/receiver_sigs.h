/* The signatures of a response, verified once for all rules. */
#ifndef POLICY_RECEIVER_SIGS_H
#define POLICY_RECEIVER_SIGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/ksr.h"
#include "policy/rules_receiver.h"

/* What is signed in a bundle. */
#define RECEIVER_TYPES 3
extern const enum rrtype receiver_types[RECEIVER_TYPES];

/*
 * So many verifications may fail, of all keys that have the tag of a signature
 * together: many keys with one tag and many signatures by it would take their
 * product in time (CVE-2023-50387).
 */
#define RECEIVER_FAILURES_MAX 64

/* The subject of the receiver's rules. */
struct receiver_sigs {
	const struct rules_receiver *in;
	size_t			 n_failed;	/* verifications */
	/* By bundle, by signature: the key in it that made it, or NULL. */
	const struct dnskey	***made_by;
};

/**
 * receiver_sigs_init(sigs, in), receiver_sigs_clear(sigs):
 * Verify every signature of ${in}'s response; free what that took.
 */
void receiver_sigs_init(struct receiver_sigs *sigs,
    const struct rules_receiver *in);
void receiver_sigs_clear(struct receiver_sigs *sigs);

/**
 * receiver_sigs_has(bundle, type):
 * Whether ${bundle} has an RRset of ${type}.
 */
bool receiver_sigs_has(const struct ksr_bundle *bundle, enum rrtype type);

/**
 * receiver_sigs_by(sigs, b, key, type):
 * The good signature over the RRset of ${type} in bundle ${b} that ${key}
 * made; NULL where there is none.
 */
const struct rrsig *receiver_sigs_by(const struct receiver_sigs *sigs,
    size_t b, const struct dnskey *key, enum rrtype type);

/**
 * receiver_sigs_end(sigs, b):
 * Until when bundle ${b} is to be served: to its end, or, where the file
 * states none, to the first end of a signature.
 */
int64_t receiver_sigs_end(const struct receiver_sigs *sigs, size_t b);

#endif
