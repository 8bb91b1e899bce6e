/*
 * The life cycle of a zone from what the store says of it, and what changes
 * it: facts, each with its event in the ledger.
 */
#ifndef ENGINE_ZONE_LIFE_H
#define ENGINE_ZONE_LIFE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/session.h"
#include "kmgr/life/life.h"
#include "kmgr/store/store_life.h"

/* Who does what is due: the automation of the policy binds run alone. */
enum zone_life_actor { ZONE_LIFE_BY_HAND, ZONE_LIFE_BY_ITSELF };

/* A zone, its keys in the order ours by generation, then foreign ones. */
struct zone_life {
	struct name		 name;
	char			 text[NAME_TEXT_MAX];
	struct zone_row		 row;		/* zeroes without one */
	struct life_zone	 life;
	int64_t			 signed_at;	/* last; 0: never */
	enum zone_life_actor	 actor;		/* by hand, unless set */
	struct ksk		*ksks;		/* life.keys[0 .. n_ksks - 1] */
	size_t			 n_ksks;
	struct foreign_key_row	*foreign;	/* those after them */
	struct dnskey		*foreign_dnskeys;
	size_t			 n_foreign;	/* in use; behind them those */
	size_t			 n_foreign_rows;	/* that are removed */
	char			**names;	/* as life.keys has them */
};

/**
 * zone_life_load(session, cache, zone, out, err):
 * Load the KSKs of ${zone} that are not removed, checked as ksk_load() does,
 * their facts, which the ledger must tell of too, foreign keys, and timing:
 * of all CMKs' policies, of the zone's configuration and of what was observed
 * each number the largest; roll-type, standby, lifetime and automation are
 * those of the CMK that new KSKs come from, that of the newest KSK which is no
 * standby. session_now() is no less than the newest fact from then on, if that
 * is ahead by no more than clock.tolerance.
 *
 * Owner: the caller, zone_life_free(), before ${cache}.
 * Errors: ERR_INPUT (a zone without KSK and without foreign keys),
 * ERR_INTEGRITY, ERR_STORE.
 */
int zone_life_load(struct session *session, struct cmk_cache *cache,
    const struct name *zone, struct zone_life **out, struct error *err);
void zone_life_free(struct zone_life *zone);

/**
 * zone_life_read(session, cache, zone, out, err):
 * Likewise, but the rows are believed: no endorsement, retirement or event is
 * looked at, and zone_life_dnskey() is for foreign keys alone. For who shows
 * very many zones; nothing is decided by it.
 *
 * zone_life_is_quiet(zone, plan, now_at):
 * Whether ${zone}, as zone_life_read() has it, with its ${plan}, is like most
 * zones most of the time: no step is due, what was signed holds, all KSKs are
 * ours and usable, none is compromised or revoked, it is secure and to stay
 * so, and nothing is of a moment ahead. What zone_life_load() has of any other
 * zone may differ.
 */
int zone_life_read(struct session *session, struct cmk_cache *cache,
    const struct name *zone, struct zone_life **out, struct error *err);
bool zone_life_is_quiet(const struct zone_life *zone,
    const struct life_plan *plan, int64_t now_at);

/**
 * zone_life_dnskey(zone, i):
 * The DNSKEY of the ${i}th key, without REVOKE. Owner: ${zone}.
 *
 * zone_life_find(zone, id): the key with the row's ${id}, or LIFE_NONE.
 *
 * zone_life_key(from, name, key): the facts of the row ${from} as life has
 * them; ${name} is borrowed.
 */
const struct dnskey *zone_life_dnskey(const struct zone_life *zone, size_t i);
size_t zone_life_find(const struct zone_life *zone, const char *id);
void zone_life_key(const struct ksk *from, const char *name,
    struct life_key *key);

/**
 * zone_life_admit(zone, algs, n, now_at):
 * Let the ZSK set be one of the ${n} ${algs}. As long as no DS leads to the
 * zone it is signed with what it publishes, from ${now_at} on.
 *
 * zone_life_is_new(zone, alg, now_at): whether ${alg} would be such a one.
 */
bool zone_life_is_new(const struct zone_life *zone, uint8_t alg,
    int64_t now_at);
void zone_life_admit(struct zone_life *zone, const uint8_t *algs, size_t n,
    int64_t now_at);

/**
 * zone_life_after(zone, now_at, after), zone_life_after_dnskeys(zone, now_at,
 * after):
 * The zone after all steps that are due at ${now_at}, by hand or by itself as
 * zone->actor says, and begin no roll: of DNSKEY and DS, or of DNSKEY alone.
 *
 * Owner: the caller, life_zone_clear().
 */
void zone_life_after(const struct zone_life *zone, int64_t now_at,
    struct life_zone *after);
void zone_life_after_dnskeys(const struct zone_life *zone, int64_t now_at,
    struct life_zone *after);

/**
 * zone_life_is_in(life, i):
 * Whether the ${i}th key is in the DNSKEY RRset, by its facts.
 */
bool zone_life_is_in(const struct life_zone *life, size_t i);

/**
 * zone_life_in_set(zone, i, now_at):
 * Whether the ${i}th key is in the DNSKEY RRset that is signed at ${now_at}:
 * it is published, or due to be, and not due to be withdrawn.
 */
bool zone_life_in_set(const struct zone_life *zone, size_t i,
    int64_t now_at);

/**
 * zone_life_rests_on_foreign(zone, now_at):
 * Whether caches may have a DS of another provider's KSK, and some has none of
 * a KSK of ours that signs: served in the place of that provider's our DNSKEY
 * RRset would be bogus.
 */
bool zone_life_rests_on_foreign(const struct zone_life *zone,
    int64_t now_at);

/**
 * zone_life_ends(zone, now_at):
 * Whether none of our KSKs is to be in the DNSKEY RRset from ${now_at} on: the
 * zone gets insecure, or is left to other providers. We sign no such set.
 */
bool zone_life_ends(const struct zone_life *zone, int64_t now_at);

/**
 * zone_life_wants_ds(zone, i, now_at):
 * Whether the DS RRset that the parent should have now has its DS: what
 * get-ds, CDS and CDNSKEY show. Foreign keys too.
 *
 * zone_life_has_ds_of(life, i, now_at): whether it has it in ${life}, as
 * zone_life_after() makes it: for who asks of all keys.
 */
bool zone_life_wants_ds(const struct zone_life *zone, size_t i,
    int64_t now_at);
bool zone_life_has_ds_of(const struct life_zone *life, size_t i,
    int64_t now_at);

/* A step that is to be recorded, or is, and what its zone is with it. */
struct zone_life_change {
	struct life_step step;
	struct life_zone after;
	int64_t		 at;		/* when it is done */
	int64_t		 changes;	/* of the zone's row, this one too */
};

/**
 * What is done when ${step}, one of RETIRE, PROMOTE, ADD_DS, REMOVE_DS and, of
 * a zone that is to be insecure, WITHDRAW_DNSKEY, is done now:
 *
 * zone_life_step_judge(session, zone, step, out, err): before the transaction,
 * which may be that of many zones, ask the oracle, with the step done. Owner of
 * ${out}: the caller, zone_life_change_clear(), in any case.
 *
 * zone_life_step_append(session, zone, change, err): inside it, after
 * zone_life_check_same(), facts and event, as zone_life_append(). After those
 * of all zones ${change}->changes is what store_zone_changes() says.
 *
 * zone_life_step_take(zone, change): after the commit, ${zone} is what it was
 * recorded to be. ${change} is empty then.
 *
 * zone_life_append(session, zone, i, key, step, at, err): inside the caller's
 * transaction, that the facts of the ${i}th key are those of ${key} since the
 * step called ${step}, done at ${at}. Nobody is asked. The caller calls
 * trust_attest() for the CMK that zone_guarantor_of() names, which was proved,
 * after the last one of them.
 *
 * zone_life_facts(key, row): put the facts of ${key} into ${row}, which owns
 * its texts.
 *
 * Errors: ERR_POLICY (the oracle: the two cached sets and when), ERR_STORE,
 * ERR_TOKEN, ERR_INTEGRITY.
 */
int zone_life_step_judge(struct session *session,
    const struct zone_life *zone, const struct life_step *step,
    struct zone_life_change *out, struct error *err);
int zone_life_step_append(struct session *session,
    const struct zone_life *zone, const struct zone_life_change *change,
    struct error *err);
void zone_life_step_take(struct zone_life *zone,
    struct zone_life_change *change);
void zone_life_change_clear(struct zone_life_change *change);
int zone_life_append(struct session *session, const struct zone_life *zone,
    size_t i, const struct life_key *key, const char *step, int64_t at,
    struct error *err);
void zone_life_facts(const struct life_key *key, struct ksk_row *row);

/**
 * zone_life_check_same(session, zone, err):
 * Inside a transaction that records what was decided by what ${zone} says:
 * whether the facts are still those. Other runs may have changed them since
 * they were loaded; whoever did not see that must not write over it.
 *
 * Errors: ERR_STORE, with ZONE_LIFE_CHANGED as its code where they are not.
 */
#define ZONE_LIFE_CHANGED ESTALE
int zone_life_check_same(struct session *session,
    const struct zone_life *zone, struct error *err);

/**
 * zone_life_judge(session, zone, after, err):
 * Ask the oracle whether every resolver keeps the chain of trust if from now
 * on keys and DS are as ${after} has them, and the parent does at any time
 * what it was asked for. What ${zone} is broken by already may be healed.
 *
 * zone_life_judge_now(session, zone, err): whether it keeps it if all stays as
 * it is.
 *
 * Errors: ERR_POLICY, ERR_STORE, ERR_INTEGRITY.
 */
int zone_life_judge(struct session *session, const struct zone_life *zone,
    const struct life_zone *after, struct error *err);
int zone_life_judge_now(struct session *session, const struct zone_life *zone,
    struct error *err);

#endif
