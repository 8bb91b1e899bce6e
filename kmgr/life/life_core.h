/* What the files of this folder tell each other. */
#ifndef LIFE_LIFE_CORE_H
#define LIFE_LIFE_CORE_H

#include "kmgr/life/life.h"

/* An instant at which time alone changes something. */
enum life_turn_kind {
	LIFE_TURN_DNSKEY_IN,	/* K: R->O */
	LIFE_TURN_DNSKEY_OUT,	/* K: U->H */
	LIFE_TURN_DS_IN,	/* D: R->O */
	LIFE_TURN_DS_OUT,	/* D: U->H */
	LIFE_TURN_REVOKED,	/* the remove hold-down is over */
	LIFE_TURN_FIRST,	/* no cache has the zone as it was unsigned */
	LIFE_TURN_DATA,		/* zone data signed with ${alg} is everywhere */
	LIFE_TURN_ROLL,		/* the roll of a key begins */
	LIFE_TURN_REFRESH,	/* the DNSKEY RRset is signed anew */
	LIFE_TURN_FORCED,	/* what a lost key signed ends */
	LIFE_TURN_FACT		/* a fact with an instant to come */
};

struct life_turn {
	int64_t		    at;
	enum life_turn_kind kind;
	size_t		    key;
	uint8_t		    alg;
	int64_t		    since_at;
};

/**
 * life_has(at, now_at):
 * Whether what happened ${at}, 0 never, has happened at ${now_at}.
 */
static inline bool
life_has(int64_t at, int64_t now_at)
{

	return at != 0 && at <= now_at;
}

/**
 * life_copy_array(array, n, size):
 * A copy of the ${n} elements of ${size} bytes, with zeroes behind them for
 * one more. Owner: the caller, free().
 */
void *life_copy_array(const void *array, size_t n, size_t size);

/**
 * life_turns(zone, now_at, out, n):
 * The *${n} turns after ${now_at}, for all that is known at it.
 *
 * Owner: the caller, free().
 *
 * life_next(zone, now_at):
 * The first of them; LIFE_NEVER without any.
 */
void life_turns(const struct life_zone *zone, int64_t now_at,
    struct life_turn **out, size_t *n);
int64_t life_next(const struct life_zone *zone, int64_t now_at);

/* Instants that turns and policy share; LIFE_NEVER where a fact is missing. */
int64_t life_first_ds_at(const struct life_zone *zone);
int64_t life_data_at(const struct life_zone *zone, uint8_t alg);
int64_t life_refresh_at(const struct life_zone *zone);
int64_t life_forced_at(const struct life_zone *zone, int64_t now_at);

/**
 * life_alg_find(zone, alg):
 * What the zone signer does with ${alg}; NULL where that is not known.
 */
struct life_alg *life_alg_find(const struct life_zone *zone, uint8_t alg);

/**
 * life_is_out(zone, i, now_at):
 * Whether the goal of the ${i}th key is to be hidden.
 *
 * life_is_hidden(zone, i, now_at): whether no cache has any of it.
 *
 * life_is_put(state): whether the world has it and is to keep it: R or O.
 *
 * life_is_main(zone, i, now_at): it is ours, to be in use, and no standby.
 *
 * life_is_coming(zone, i, now_at): likewise, and not all of it is put yet.
 *
 * life_has_parent(zone): it is not the root.
 */
bool life_is_out(const struct life_zone *zone, size_t i, int64_t now_at);
bool life_is_hidden(const struct life_zone *zone, size_t i, int64_t now_at);
bool life_is_main(const struct life_zone *zone, size_t i, int64_t now_at);
bool life_is_coming(const struct life_zone *zone, size_t i, int64_t now_at);
bool life_has_parent(const struct life_zone *zone);

static inline bool
life_is_put(enum life_state state)
{

	return state == LIFE_RUMOURED || state == LIFE_OMNIPRESENT;
}

/**
 * life_find_roll(zone, now_at):
 * A key that is to be hidden and is not: a roll goes on; or LIFE_NONE.
 */
size_t life_find_roll(const struct life_zone *zone, int64_t now_at);

/**
 * life_has_heir(zone, i, now_at):
 * Whether a key was made once the ${i}th was in use, by hand, and took over
 * from no other: it follows the ${i}th.
 */
bool life_has_heir(const struct life_zone *zone, size_t i, int64_t now_at);

/**
 * life_policy_allows(zone, step, now_at):
 * Whether ${step} is in its turn: what the roll type, backup, first signing
 * and the schedule ask for. life_allowed() is another question.
 */
bool life_policy_allows(const struct life_zone *zone,
    const struct life_step *step, int64_t now_at);

/**
 * life_is_gone(key):
 * Whether nobody waits until ${key} can sign again. A CMK that is disabled may
 * be enabled, unless the key is compromised.
 */
bool life_is_gone(const struct life_key *key);

/**
 * life_find_lost(zone, now_at):
 * A key in the DNSKEY RRset that cannot sign it again and that resolvers may
 * need; or LIFE_NONE.
 */
size_t life_find_lost(const struct life_zone *zone, int64_t now_at);

/**
 * life_want(zone, now_at, out):
 * Append to ${out} the steps that lead to the goals, in the order in which
 * they are tried, due or not.
 */
void life_want(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out);
struct life_step *life_want_push(struct life_plan *out,
    enum life_step_kind kind, size_t key);

/**
 * life_is_due(zone, step, now_at):
 * Whether ${step}, wanted, may be done now, whoever does it.
 *
 * life_run(zone, now_at, out):
 * Do in ${zone} all that is due and automatic until nothing is, and append it
 * to ${out}, if that is not NULL.
 */
bool life_is_due(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at);
void life_run(struct life_zone *zone, int64_t now_at, struct life_plan *out);

/**
 * life_explain(zone, step, now_at):
 * Say in ${step}, which is wanted and not due, what it waits for; whether that
 * is anything but other steps of the zone.
 */
bool life_explain(const struct life_zone *zone, struct life_step *step,
    int64_t now_at);

/**
 * life_why_turn(zone, turn, why):
 * "until 2027-03-01T04:00:00Z: ...": the instant and its formula.
 */
void life_why_turn(const struct life_zone *zone,
    const struct life_turn *turn, char why[static LIFE_WHY_LEN]);

#endif
