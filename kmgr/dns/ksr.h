/*
 * Key signing requests and signed key responses as data, whatever their
 * format: many DNSKEY RRsets, one a bundle, in the order of the file. Reading
 * and writing is kmgr/ksr; what of it is allowed, policy/.
 */
#ifndef KMGR_DNS_KSR_H
#define KMGR_DNS_KSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"

#define KSR_MAX_LEN	 (4 << 20)	/* bytes of a file */
#define KSR_BUNDLES_MAX	 1000
#define KSR_KEYS_MAX	 64		/* in a bundle */
#define KSR_SIGS_MAX	 192		/* in a bundle */
#define KSR_RECORDS_MAX	 20000		/* in a file */
#define KSR_ALGS_MAX	 16		/* that a request declares */
#define KSR_ID_MAX	 255		/* bytes of an id */

enum ksr_format {
	KSR_ICANN,	/* XML, as the root zone's ceremonies and kskm */
	KSR_BIND,	/* text, as dnssec-ksr and named */
	KSR_KNOT,	/* text, as keymgr */
	KSR_FORMAT_N
};

enum ksr_kind { KSR_REQUEST, KSR_RESPONSE };

/* A bundle's end that the file does not state. */
#define KSR_OPEN INT64_MAX

/* One DNSKEY record. */
struct ksr_key {
	char		*id;		/* keyIdentifier; NULL but in ICANN's */
	struct name	 owner;
	uint32_t	 ttl;		/* or ZONEFILE_NO_TTL */
	struct dnskey	 dnskey;	/* protocol and flags as written */
	uint16_t	 stated_tag;	/* keyTag, ICANN's only */
	size_t		 line;		/* 0: not from a file */
};

/* One RRSIG record, of a ZSK in a request, of a KSK in a response. */
struct ksr_sig {
	char		*key_id;	/* keyIdentifier; NULL but in ICANN's */
	struct name	 owner;
	uint32_t	 ttl;
	struct rrsig	 rrsig;
	size_t		 line;
};

/* What is to be, or is, published from one instant on. */
struct ksr_bundle {
	char		*id;		/* NULL but in ICANN's */
	/*
	 * ICANN: the bundle's window, which its signatures have too. Text:
	 * the time in the header, and that of the next header, KSR_OPEN in the
	 * last; signatures have windows of their own.
	 */
	int64_t		 inception_at;
	int64_t		 expiration_at;
	char		**signers;	/* Signer/@keyIdentifier, a request's */
	size_t		 n_signers;
	struct ksr_key	*keys;
	size_t		 n_keys;
	struct ksr_sig	*sigs;		/* of DNSKEY, CDS and CDNSKEY */
	size_t		 n_sigs;
	struct rrset	*cds;		/* NULL: none; text responses only */
	struct rrset	*cdnskey;
	size_t		 line;
};

/* An algorithm that an ICANN file declares for its keys. */
struct ksr_alg {
	uint8_t		 alg;
	unsigned int	 bits;
	uint64_t	 exponent;	/* 0 where alg is not RSA */
};

/* RequestPolicy and ResponsePolicy: what a side says of its own keys. */
struct ksr_policy {
	int64_t		 publish_safety_s, retire_safety_s;
	int64_t		 min_validity_s, max_validity_s;
	int64_t		 min_overlap_s, max_overlap_s;
	struct ksr_alg	 algs[KSR_ALGS_MAX];
	size_t		 n_algs;
};

struct ksr {
	enum ksr_format	 format;
	enum ksr_kind	 kind;
	struct name	 zone;		/* @domain, or the first owner */
	struct ksr_bundle *bundles;
	size_t		 n_bundles;
	/* ICANN's only. */
	char		*id;
	int64_t		 serial;
	int64_t		 timestamp_at;	/* 0: none stated */
	struct ksr_policy zsk;		/* of the ZSK operator */
	struct ksr_policy ksk;		/* of the KSK operator; a response's */
};

/**
 * ksr_new(format, kind):
 * A document without bundles. Owner: the caller, ksr_free().
 */
struct ksr *ksr_new(enum ksr_format format, enum ksr_kind kind);

/**
 * ksr_add_bundle(ksr, inception_at, expiration_at):
 * Append an empty bundle. Owner: ${ksr}; good until the next is added.
 */
struct ksr_bundle *ksr_add_bundle(struct ksr *ksr, int64_t inception_at,
    int64_t expiration_at);

/**
 * ksr_add_key(bundle, key), ksr_add_sig(bundle, sig):
 * Append a copy of ${key}, ${sig}; ids are copied too.
 */
void ksr_add_key(struct ksr_bundle *bundle, const struct ksr_key *key);
void ksr_add_sig(struct ksr_bundle *bundle, const struct ksr_sig *sig);

/**
 * ksr_rrset(ksr, bundle, type):
 * The RRset of ${type} in ${bundle}: DNSKEY of all its keys with the TTL of
 * the first, CDS or CDNSKEY; NULL where there is none.
 * Owner: the caller, rrset_free().
 */
struct rrset *ksr_rrset(const struct ksr *ksr, const struct ksr_bundle *bundle,
    enum rrtype type);

/**
 * ksr_key_of(bundle, rrsig):
 * The key in ${bundle} whose algorithm and computed tag ${rrsig} names, the
 * first of several; NULL where there is none.
 */
const struct ksr_key *ksr_key_of(const struct ksr_bundle *bundle,
    const struct rrsig *rrsig);

/**
 * ksr_is_same(a, b):
 * Whether ${a} and ${b} say the same: all members but the lines.
 */
bool ksr_is_same(const struct ksr *a, const struct ksr *b);

/**
 * ksr_format_name(format), ksr_format_find(name, out):
 * "icann", "bind", "knot"; false where ${name} is none of them.
 * ksr_kind_name(kind): "request", "response".
 */
const char *ksr_format_name(enum ksr_format format);
bool ksr_format_find(const char *name, enum ksr_format *out);
const char *ksr_kind_name(enum ksr_kind kind);

/**
 * ksr_free(ksr):
 * Free ${ksr}.
 */
void ksr_free(struct ksr *ksr);

#endif
