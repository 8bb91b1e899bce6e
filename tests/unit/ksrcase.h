/*
 * A request that every rule lets pass, in each format, with all that it is
 * judged by; and what it takes to spoil it: its keys are real, so that proofs
 * and signatures can be made anew.
 */
#ifndef TESTS_UNIT_KSRCASE_H
#define TESTS_UNIT_KSRCASE_H

#include "kmgr/base/crypto_private.h"
#include "kmgr/dns/ksr.h"
#include "policy/policy.h"
#include "policy/rules_ksr.h"

#define KSRCASE_NOW   INT64_C(1795305600)	/* 2026-11-22T00:00:00Z */
#define KSRCASE_DAY   INT64_C(86400)
#define KSRCASE_START (KSRCASE_NOW + 20 * KSRCASE_DAY)

/* The pairs in tests/fixtures/ksr-keys. */
enum ksrcase_key {
	KEY_A,			/* P-256: leaves with the first bundle */
	KEY_B,			/* is there all the time */
	KEY_C,			/* comes with the last one */
	KEY_D,			/* of no request */
	KEY_K,			/* the zone's KSK */
	KEY_L,			/* of no response */
	KEY_ED25519,
	KEY_RSA_1024,
	KEY_RSA_2048,
	KEY_RSA_E3,
	KEY_N
};

struct ksrcase_pair {
	struct dnskey		 dnskey;	/* flags 256; 257 of KSKs */
	struct crypto_key	*public;
	struct crypto_private	*private;
};

/* What the defaults are, and what leaves requests more freedom. */
enum ksrcase_policy { POLICY_PLAIN, POLICY_LOOSE };

struct ksrcase_world {
	enum ksr_format		 format;
	enum ksrcase_policy	 policy;
	const char		*zone;
	int64_t			 now_at;
};

struct ksrcase {
	int64_t			 now_at, start_at;	/* of the request */
	struct ksrcase_pair	 pairs[KEY_N];
	struct policy		*policy;
	struct policy_ksr	*params;	/* of the format, in policy */
	struct ksr		*request;
	struct ksr		*before;	/* what previous answers */
	struct ksr		*long_ago;	/* what before continues */
	struct ksr		*previous;
	struct dnskey		 ksks[4];
	struct rules_ksr_past	 past[1];
	struct rules_ksr	 in;
};

/**
 * ksrcase_init(c, format):
 * Make the request in ${format}, its policy, history and previous response.
 */
void ksrcase_init(struct ksrcase *c, enum ksr_format format);

/**
 * ksrcase_init_in(c, world):
 * The same in another world.
 */
void ksrcase_init_in(struct ksrcase *c, const struct ksrcase_world *world);

/**
 * ksrcase_yaml(policy, zones, out):
 * The policy file of ${policy} for ${zones}, a list of YAML. Owner of *${out}:
 * the caller.
 */
void ksrcase_yaml(enum ksrcase_policy policy, const char *zones,
    struct buf *out);

/**
 * ksrcase_key(c, key, ttl):
 * The record of ${key} as the request has it. Owner of its id: nobody.
 */
struct ksr_key ksrcase_key(const struct ksrcase *c, enum ksrcase_key key,
    uint32_t ttl);

/**
 * ksrcase_replace(c, bundle, old, new):
 * Put ${new} in the place of ${old} in ${bundle}.
 */
void ksrcase_replace(struct ksrcase *c, struct ksr_bundle *bundle,
    enum ksrcase_key old, enum ksrcase_key new);

/**
 * ksrcase_find(c, bundle, key):
 * The record of ${key} in ${bundle}; the test fails where there is none.
 */
struct ksr_key *ksrcase_find(const struct ksrcase *c,
    const struct ksr_bundle *bundle, enum ksrcase_key key);

/**
 * ksrcase_prove(c, request):
 * Every key of every bundle of ${request}, if that is ICANN's, signs it.
 */
void ksrcase_prove(const struct ksrcase *c, struct ksr *request);

/**
 * ksrcase_answer(c, request, end_at):
 * The response to ${request}, as kmgr lays it out: with the KSK, CDS and
 * CDNSKEY in the text formats, and nothing signed. ${end_at} as in struct
 * rules_ksr. Owner: the caller.
 */
struct ksr *ksrcase_answer(const struct ksrcase *c,
    const struct ksr *request, int64_t end_at);

/**
 * ksrcase_lay(c, response, bundle):
 * Lay the signatures of ${bundle} out anew: each KSK in it over each RRset.
 */
void ksrcase_lay(const struct ksrcase *c, const struct ksr *response,
    struct ksr_bundle *bundle);

/**
 * ksrcase_sign(c, response):
 * Make all signatures that are laid out.
 */
void ksrcase_sign(const struct ksrcase *c, struct ksr *response);

/**
 * ksrcase_clear(c):
 * Free what ${c} holds.
 */
void ksrcase_clear(struct ksrcase *c);

#endif
