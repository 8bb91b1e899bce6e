/*
 * What the oracle is asked about a zone: the DNSKEY RRsets that were and will
 * be served, from what was signed, and the DS RRsets of the parent, from what
 * was told of it. Pure: facts in, findings out.
 *
 * A set that was signed is served until the next one was, and zone-propagation-
 * delay longer; of a response each bundle until the next one, likewise, but
 * ICANN's, which is served as long as its window is. A DS change takes
 * parent-propagation-delay and retire-safety; one that was asked for may have
 * happened at any time since, and none happens that nobody asked for or told
 * of.
 */
#ifndef ENGINE_ZONE_HISTORY_H
#define ENGINE_ZONE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/ksr.h"
#include "kmgr/engine/oracle.h"
#include "kmgr/life/life.h"
#include "kmgr/store/store_zone.h"
#include "policy/policy.h"
#include "policy/rules.h"

/* Numbers of the policies that judge the zone, the longest of each. */
struct zone_history_timing {
	int64_t	dnskey_ttl_s;		/* at least; 0: as it was signed */
	int64_t	zone_propagation_delay_s;
	int64_t	parent_ds_ttl_s;
	int64_t	parent_propagation_delay_s;
	int64_t	retire_safety_s;
	bool	is_rfc5011;		/* all of them say so */
	int64_t	query_interval_s;	/* of a follower (RFC 5011 s2.3) */
};

/**
 * zone_history_timing(policies, n, out):
 * The numbers of the ${n} ${policies}, at least one.
 */
void zone_history_timing(const struct policy *const *policies, size_t n,
    struct zone_history_timing *out);

/**
 * zone_history_lengthen(timing, life):
 * Make each number of ${timing} as long as that of ${life}, at least.
 */
void zone_history_lengthen(struct zone_history_timing *timing,
    const struct timing *life);

/*
 * What was asked and told of a DS; 0 for what was not. Where nobody told that
 * it came or went, the parent may have it from may_at on, 0: it never has.
 */
struct zone_history_facts {
	int64_t	add_at, seen_at, remove_at, gone_at, may_at;
};

/* A KSK in a set that is to be signed; one of another provider signs it too,
 * which serves the same keys. */
struct zone_history_key {
	const struct dnskey	*dnskey;
	bool			 is_revoked;
};

struct zone_history;

/**
 * zone_history_new(timing), zone_history_free(history):
 * A zone of which nothing is known.
 */
struct zone_history *zone_history_new(
    const struct zone_history_timing *timing);
void zone_history_free(struct zone_history *history);

/**
 * zone_history_add_ksk(history, id, key, ds):
 * A KSK, also a removed one, and when its DS came and went. ${id} is its
 * row's, or NULL. ds-gone without ds-seen, as of a DS that was there before
 * kmgr, is one that was there ever since.
 *
 * zone_history_add_foreign(history, key, ds, in_at, out_at):
 * A KSK of another provider, which was in the sets signed from ${in_at} on,
 * until ${out_at} unless that is 0. Before the signatures are added.
 */
void zone_history_add_ksk(struct zone_history *history, const char *id,
    const struct dnskey *key, const struct zone_history_facts *ds);
void zone_history_add_foreign(struct zone_history *history,
    const struct dnskey *key, const struct zone_history_facts *ds,
    int64_t in_at, int64_t out_at);

/**
 * zone_history_add_signatures(history, rows, n):
 * The sets that were signed one at a time, from their ${rows}, in any order;
 * rows of KSKs that were not added before, and of other types, do not count.
 * Rows of responses are not to be among them.
 */
void zone_history_add_signatures(struct zone_history *history,
    const struct signature_row *rows, size_t n);

/**
 * zone_history_add_response(history, response, end_at):
 * A response, signed or laid out, those before it first. Of the others what
 * would begin at its first bundle or later is not served any more. Its last
 * bundle is served until ${end_at} where it does not say, or, with KSR_OPEN,
 * as long as its signatures are valid.
 */
void zone_history_add_response(struct zone_history *history,
    const struct ksr *response, int64_t end_at);

/**
 * zone_history_add_planned(history, at, until_at, keys, n):
 * A set that is to be signed at ${at}, with signatures by the ${n} ${keys}
 * that are valid until ${until_at}; what was signed before goes.
 */
void zone_history_add_planned(struct zone_history *history, int64_t at,
    int64_t until_at, const struct zone_history_key *keys, size_t n);

/**
 * zone_history_judge(history, from_at, until_at, findings):
 * Ask the oracle about ${from_at} to ${until_at}, from the first set known on,
 * and look whether the last response withdraws or revokes a KSK that has a
 * DS, or one of ours that was published and of whose DS nobody told: findings
 * of the rule SKR-DS-CHAIN, of class ERR_POLICY.
 */
void zone_history_judge(const struct zone_history *history, int64_t from_at,
    int64_t until_at, struct findings *findings);

/**
 * zone_history_compare(before, after, from_at, until_at, findings):
 * Ask the oracle about both from ${from_at} to ${until_at}: findings as of
 * zone_history_judge() for each pair of sets that ${after} loses the chain
 * with, and ${before}, which is NULL or has the same sets in the same order
 * but for the last one, does not. What is broken already may be healed.
 */
void zone_history_compare(const struct zone_history *before,
    const struct zone_history *after, int64_t from_at, int64_t until_at,
    struct findings *findings);

#endif
