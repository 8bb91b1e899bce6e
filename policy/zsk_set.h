/* A ZSK set taken apart for its rules. */
#ifndef POLICY_ZSK_SET_H
#define POLICY_ZSK_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/zonefile.h"
#include "policy/policy.h"
#include "policy/rules.h"

/* A record of the set, and what it is. */
struct zsk {
	const struct zonefile_record	*record;
	const struct zonefile_record	*same;	/* an earlier one of this key */
	bool				 is_dnskey;
	struct dnskey			 key;	/* where is_dnskey */
	uint16_t			 tag;
};

/* The subject of the rules on ZSK sets. */
struct zsk_set {
	const struct policy	*policy;
	const struct rules_zsks	*zsks;
	struct zsk		*list;
	size_t			 n;
};

/**
 * zsk_set_init(set, policy, zsks):
 * Take the records of ${zsks} apart. A set that is far too large is refused
 * for its number; of it only the beginning is looked at.
 */
void zsk_set_init(struct zsk_set *set, const struct policy *policy,
    const struct rules_zsks *zsks);

/**
 * zsk_set_clear(set):
 * Free what ${set} holds.
 */
void zsk_set_clear(struct zsk_set *set);

#endif
