/* Signed responses for tests, signed in earnest, by keys in software. */
#ifndef TESTS_UNIT_RECEIVER_H
#define TESTS_UNIT_RECEIVER_H

#include "kmgr/base/crypto_private.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/ksr.h"
#include "policy/rules_receiver.h"

#define RECEIVER_START	INT64_C(1798761600)	/* 2027-01-01T00:00:00Z */
#define RECEIVER_STEP_S (10 * 86400)		/* bundle to bundle */
#define RECEIVER_TTL	3600

enum receiver_key {
	RECEIVER_KSK,
	RECEIVER_NEXT,
	RECEIVER_TWIN,	/* another key with the tag of RECEIVER_KSK */
	RECEIVER_ZSK,
	RECEIVER_RSA,
	RECEIVER_KEYS
};

struct receiver {
	struct dnskey		 keys[RECEIVER_KEYS];
	struct crypto_private	*privates[RECEIVER_KEYS];
	struct crypto_key	*publics[RECEIVER_KEYS];
	struct ksr		*response, *request;
	struct ds		 ds[2];
	struct rules_receiver	 in;
};

/**
 * receiver_init(r, format), receiver_clear(r):
 * A good response of four bundles, its request, and the DS of the KSK that
 * signs. BIND and Knot: KSK, NEXT and ZSK of example.com, CDS and CDNSKEY of
 * both KSKs, all signed by both. ICANN: RSA as the root's KSK, and a ZSK.
 * ${r}->in asks about the second day.
 */
void receiver_init(struct receiver *r, enum ksr_format format);
void receiver_clear(struct receiver *r);

/**
 * receiver_add(r, ksr, b, which, flags):
 * Add the key ${which} to bundle ${b} of ${ksr}.
 */
void receiver_add(const struct receiver *r, struct ksr *ksr, size_t b,
    enum receiver_key which, uint16_t flags);

/**
 * receiver_sign(r, b):
 * Sign bundle ${b} of the response anew: everything, by every key that has
 * the SEP flag, but RSA in either role.
 */
void receiver_sign(struct receiver *r, size_t b);

/**
 * receiver_sign_all(r, b, inception_at, expiration_at):
 * The same with this window.
 */
void receiver_sign_all(struct receiver *r, size_t b, int64_t inception_at,
    int64_t expiration_at);

/**
 * receiver_drop_sig(bundle, i), receiver_drop_bundle(ksr, b):
 * Remove it.
 */
void receiver_drop_sig(struct ksr_bundle *bundle, size_t i);
void receiver_drop_bundle(struct ksr *ksr, size_t b);

#endif
