/*
 * The life cycle of a zone's KSKs: what they are in the eyes of resolvers, and
 * what may be done next without any of them losing the chain of trust. Pure:
 * facts in, steps out; time is an argument, seconds since 1970.
 *
 * Facts are instants. One that answers another counts only if it is not older:
 * ds_seen_at not before ds_add_at, ds_gone_at not before ds_remove_at,
 * dnskey_out_at not before dnskey_in_at. Who puts a record in again clears
 * what came after, as life_apply() does.
 *
 * A KSK has two records: K, its DNSKEY and the signature by it, and D, its DS.
 * Facts say when each was put into the world and taken out of it; the state of
 * a record at an instant follows from them and from how long caches keep it.
 *
 * Source: RFC 7583 s3.3; Mekking and Schaeffer, "Flexible and Robust Key
 * Rollover"; RFC 6781 s4.1; RFC 5011 s2.4; RFC 8901 s2.1.2.
 */
#ifndef LIFE_LIFE_H
#define LIFE_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/timing.h"

#define LIFE_NEVER	INT64_MAX
#define LIFE_NONE	SIZE_MAX	/* no key */
#define LIFE_WHY_LEN	400

enum life_state {
	LIFE_HIDDEN,		/* no cache has it */
	LIFE_RUMOURED,		/* put in: some caches have it */
	LIFE_OMNIPRESENT,	/* every cache has it, or will ask for it */
	LIFE_UNRETENTIVE	/* taken out: some caches have it still */
};

/* How a KSK is replaced (ksk.roll-type). */
enum life_roll { LIFE_DOUBLE_SIGNATURE, LIFE_DOUBLE_DS, LIFE_DOUBLE_RRSET };

/* What a KSK is kept ready for (ksk.standby). */
enum life_standby { LIFE_NO_STANDBY, LIFE_STANDBY_DS, LIFE_STANDBY_DNSKEY };

enum life_goal { LIFE_SECURE, LIFE_INSECURE };

/* What happens by itself (ksk.automation); by hand all of it may be done. */
enum life_automation {
	LIFE_AUTO_START  = 1,	/* successors are made and rolls begin */
	LIFE_AUTO_REPORT = 2,	/* the parent is asked for DS seen and gone */
	LIFE_AUTO_EXPIRE = 4,	/* what waits for caches goes on after it */
	LIFE_AUTO_DONE   = 8,	/* the last DNSKEY of a roll is taken out */
	LIFE_AUTO_ALL    = 15
};

/* A KSK; instants are 0 for what did not happen. */
struct life_key {
	const char	*name;		/* "example.com./12345"; borrowed */
	uint8_t		 alg;
	uint16_t	 key_tag;
	bool		 is_foreign;	/* another provider signs with it */
	enum life_standby standby;
	int64_t		 lifetime_s;	/* 0: no end */
	bool		 needs_backup;	/* before it gets a DS */
	int64_t		 backup_at;	/* covered by a backup since */
	int64_t		 made_at;
	int64_t		 pair_at;	/* its lifetime, with that of others
					 * which share its key pair, counts
					 * from here on; 0: from its own use */
	int64_t		 dnskey_in_at;	/* in the signed DNSKEY RRset since */
	int64_t		 dnskey_out_at;	/* and not any more since */
	int64_t		 ds_add_at;	/* the parent was asked to add its DS */
	int64_t		 ds_seen_at;	/* all of the parent had it */
	int64_t		 ds_remove_at;	/* asked to remove it */
	int64_t		 ds_gone_at;	/* none of the parent had it */
	int64_t		 retire_at;	/* its goal is to be hidden */
	int64_t		 revoke_at;	/* published revoked (RFC 5011) */
	bool		 lacks_approval; /* of that, which approvers give */
	bool		 is_compromised; /* or lost: no wait for its sake */
	bool		 is_usable;	/* it can sign: its token is there, and
					 * its CMK enabled */
	const char	*stopped_by;	/* its CMK, where that is not enabled;
					 * borrowed, or NULL */
};

/* What the zone signer does with one algorithm (RFC 6840 s5.11). */
struct life_alg {
	uint8_t		 alg;
	int64_t		 signed_at;	/* all zone data has its RRSIGs */
	bool		 has_zsk;	/* one is in the admitted ZSK set */
};

struct life_zone {
	const char	*name;		/* "example.com."; borrowed */
	enum life_goal	 goal;
	int64_t		 goal_at;	/* since when, 0: ever */
	enum life_roll	 roll;
	enum life_standby standby;	/* to be kept; LIFE_NO_STANDBY: none */
	uint8_t		 alg;		/* of the KSKs to be made */
	int64_t		 lifetime_s;	/* of the KSKs to be made; 0: no end */
	bool		 needs_backup;	/* likewise */
	unsigned int	 automation;	/* enum life_automation, or-ed */
	struct timing timing;
	struct life_key	*keys;		/* all that are not removed; owned,
					 * free() must do */
	size_t		 n_keys;
	struct life_alg	*algs;		/* owned */
	size_t		 n_algs;
	int64_t		 first_signed_at; /* DNSKEY RRset, since when one is
					 * served without a break; 0: none */
	int64_t		 signed_until_at; /* end of what is served; 0 */
	bool		 has_response;	/* an SKR is served: nothing is signed
					 * one set at a time */
};

enum life_step_kind {
	LIFE_MAKE_KSK,		/* a successor; ${key} is its predecessor */
	LIFE_MAKE_STANDBY,
	LIFE_RETIRE,		/* its goal is hidden now: a roll begins */
	LIFE_PROMOTE,		/* a standby becomes the successor, of ${other};
				 * one that is needed at once: LIFE_NONE */
	LIFE_PUBLISH_DNSKEY,	/* K: H->R */
	LIFE_WITHDRAW_DNSKEY,	/* K: R, O->U */
	LIFE_REVOKE_DNSKEY,	/* published with REVOKE (RFC 5011 s2.1) */
	LIFE_ADD_DS,		/* D: H->R */
	LIFE_REMOVE_DS,		/* D: R, O->U */
	LIFE_SIGN,		/* the DNSKEY RRset anew, as it is */
	/* These two are never due: they are asked for until struct life_alg
	 * says that they are done. */
	LIFE_SIGNER_ADD_ALG,	/* the zone signer is to sign with it */
	LIFE_SIGNER_DROP_ALG,	/* and with this one no more */
	LIFE_DONE		/* a KSK is hidden: delete-ksk may end it. Told
				 * behind what is due, and not counted */
};

enum life_wait {
	LIFE_DUE,		/* nothing: do it now */
	LIFE_WAITS_TIME,	/* until ${at} */
	LIFE_WAITS_DS_SEEN,	/* the parent, or ds-seen of ${other} */
	LIFE_WAITS_DS_GONE,
	LIFE_WAITS_SIGNER,	/* the zone signer */
	LIFE_WAITS_BACKUP,
	LIFE_WAITS_ROLL,	/* the one that goes on */
	LIFE_WAITS_OPERATOR,	/* automation is off: by hand */
	LIFE_WAITS_APPROVAL	/* approvers have to sign it */
};

struct life_step {
	enum life_step_kind kind;
	size_t		 key;		/* in the zone's, or LIFE_NONE; behind
					 * them those that MAKE_* made, in the
					 * order in which it did */
	uint8_t		 alg;		/* of SIGNER_*, MAKE_* */
	enum life_wait	 wait;
	size_t		 other;		/* the key whose DS is waited for */
	int64_t		 since_at;	/* when the wait began, 0: unknown */
	int64_t		 at;		/* when it may be done at the earliest,
					 * now for what is due; LIFE_NEVER:
					 * that depends on a fact */
	char		 why[LIFE_WHY_LEN]; /* "until 2027-03-01T04:00:00Z: DS
					 * TTL 1d + parent-propagation-delay
					 * 1h + retire-safety 1h after
					 * ds-seen"; "" where it is due; of
					 * LIFE_DONE the command */
};

struct life_plan {
	struct life_step *steps;	/* those that are due first, in the
					 * order in which they are to be done */
	size_t		 n, room;
	size_t		 n_due;
	int64_t		 next_at;	/* when time alone makes one due */
};

/**
 * life_dnskey_state(zone, i, now_at), life_ds_state(zone, i, now_at):
 * The state of K and D of the ${i}th key.
 *
 * life_dnskey_until(zone, i, now_at), life_ds_until(zone, i, now_at): when R
 * becomes O or U becomes H by time alone; LIFE_NEVER where a fact is missing,
 * and for the states that are certain.
 *
 * life_ds_is_untold(zone, i, now_at): whether the ${i}th key, ours, was
 * published, is to go, and nobody told of its DS. It may be at the parent and
 * may not: D is R, without an end, until that is told or no cache has the
 * DNSKEY.
 *
 * Source: RFC 7583 s3.3.1; see struct timing.
 */
enum life_state life_dnskey_state(const struct life_zone *zone, size_t i,
    int64_t now_at);
enum life_state life_ds_state(const struct life_zone *zone, size_t i,
    int64_t now_at);
int64_t life_dnskey_until(const struct life_zone *zone, size_t i,
    int64_t now_at);
int64_t life_ds_until(const struct life_zone *zone, size_t i,
    int64_t now_at);
bool life_ds_is_untold(const struct life_zone *zone, size_t i,
    int64_t now_at);

/**
 * life_state_name(state), life_step_name(kind), life_wait_name(wait):
 * "omnipresent", "add-ds", "ds-seen".
 */
const char *life_state_name(enum life_state state);
const char *life_step_name(enum life_step_kind kind);
const char *life_wait_name(enum life_wait wait);

/**
 * life_wait_find(name, out):
 * The wait that life_wait_name() calls ${name}; false: none is called so.
 */
bool life_wait_find(const char *name, enum life_wait *out);

/**
 * life_wait_text(wait):
 * Who has to do what, behind "waits for": "the parent to have the DS". What is
 * due is waited for by nobody else than the operator.
 */
const char *life_wait_text(enum life_wait wait);

/**
 * life_word(zone, i, now_at):
 * The state of the ${i}th key in operators' words: "generated", "published",
 * "ready", "active", "retired", "revoked", "standby", "foreign", "dead".
 */
const char *life_word(const struct life_zone *zone, size_t i,
    int64_t now_at);

/**
 * life_roll_s(timing, roll):
 * The length of a whole roll, with parent-registration-delay.
 *
 * Source: RFC 7583 s3.3, as kmgr/dns/timing.h has it.
 */
int64_t life_roll_s(const struct timing *timing, enum life_roll roll);

/**
 * life_allowed(zone, kind, i, now_at):
 * Whether the rules let ${kind}, of a record of the ${i}th key, happen now:
 * each of them that held before holds after. Policy and waits, which
 * life_plan() asks too, are not looked at.
 */
bool life_allowed(const struct life_zone *zone, enum life_step_kind kind,
    size_t i, int64_t now_at);

/**
 * life_plan(zone, now_at, out):
 * What is due at ${now_at}, to the end: also what becomes due once the others
 * are done in the same instant; and for everything that is still to come the
 * next step, with what it waits for. Steps that the zone's automation leaves
 * to the operator wait for LIFE_WAITS_OPERATOR. ADD_DS and REMOVE_DS stay in
 * the plan, and wait for LIFE_WAITS_DS_SEEN and _GONE, until that is said.
 *
 * life_due(zone, now_at, out): only what is due, without what it takes to tell
 * what the rest waits for.
 *
 * Owner: the caller, life_plan_clear().
 */
void life_plan(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out);
void life_due(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out);
void life_plan_clear(struct life_plan *plan);

/**
 * life_due_since(zone, step):
 * Since when ${step}, which is due in the plan of ${zone}, is, as far as the
 * facts tell: not since before the last of them.
 */
int64_t life_due_since(const struct life_zone *zone,
    const struct life_step *step);

/**
 * life_apply(zone, step, at):
 * Put into ${zone} the facts that ${step}, done at ${at}, makes true. MAKE_*
 * appends a key, which moves zone->keys.
 */
void life_apply(struct life_zone *zone, const struct life_step *step,
    int64_t at);

/**
 * life_may_roll(zone, now_at, why):
 * Whether a roll, other than for compromise or loss, may begin: none is under
 * way. Else ${why} says which, and until when.
 */
bool life_may_roll(const struct life_zone *zone, int64_t now_at,
    char why[static LIFE_WHY_LEN]);

/**
 * life_roll_at(zone, i):
 * When the roll of the ${i}th key must begin so that its successor is ready
 * at the end of its lifetime; LIFE_NEVER where it has none, or no start. Those
 * that share a key pair are rolled together: the pair's lifetime counts.
 *
 * Source: RFC 7583 s3.3: Tpub(N+1) = Tact(N) + Lksk - Dreg - IpubC.
 */
int64_t life_roll_at(const struct life_zone *zone, size_t i);

/**
 * life_exposure(zone, i, now_at, margins):
 * For how long, from ${now_at} on, whoever has the private half of the ${i}th
 * key can deceive resolvers, if it is rolled away from now on: until no cache
 * has its DS. ${margins} says whether retire-safety counts at the end; what
 * the steps until then wait for is waited for in any case. LIFE_NEVER if it
 * never comes to that.
 */
enum life_margins { LIFE_WITHOUT_MARGINS, LIFE_WITH_MARGINS };
int64_t life_exposure(const struct life_zone *zone, size_t i,
    int64_t now_at, enum life_margins margins);

/* What a simulation supposes of the world. */
struct life_world {
	int64_t	registration_s;	/* from asking the parent to seen or gone */
	int64_t	signer_s;	/* from telling the zone signer to signed */
	int64_t	backup_s;
};

/* Something that happened in it. */
struct life_moment {
	int64_t		 at;
	bool		 is_step;
	struct life_step step;		/* where it is one */
	/* Else a record whose state changed. */
	size_t		 key;
	char		 record;	/* 'K' or 'D' */
	enum life_state	 state;
};

/**
 * life_simulate(zone, from_at, until_at, world, out, n):
 * Let time go on from ${from_at} to ${until_at}: every step is done when it
 * is due, and the world answers as ${world} says. ${zone} is left as it is at
 * the end; the *${n} moments are in the order of time. Steps that are left to
 * the operator are done, and what approvers have to sign is signed, at once.
 * At most LIFE_MOMENTS_MAX.
 *
 * Owner: the caller, free().
 */
#define LIFE_MOMENTS_MAX 100000
void life_simulate(struct life_zone *zone, int64_t from_at, int64_t until_at,
    const struct life_world *world, struct life_moment **out, size_t *n);

/**
 * life_zone_copy(from, to), life_zone_clear(zone):
 * A copy with its own arrays; free them. Names stay borrowed.
 */
void life_zone_copy(const struct life_zone *from, struct life_zone *to);
void life_zone_clear(struct life_zone *zone);

#endif
