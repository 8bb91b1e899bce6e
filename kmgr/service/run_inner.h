/* What the files of run share: one zone on its way. */
#ifndef SERVICE_RUN_INNER_H
#define SERVICE_RUN_INNER_H

#include "kmgr/base/buf.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zsks.h"
#include "kmgr/service/run.h"
#include "kmgr/service/run_claim.h"

/* What is recorded, and what tokens are to be told of it; ids of CMKs. */
struct run_debts {
	char	(*cmks)[STORE_ID_TEXT];
	size_t	  n;
};

struct run_zone {
	const struct run	*run;
	struct run_result	*result;
	struct zsks_keys	*keys;		/* of all zones of the pass */
	struct run_claims	*claims;	/* NULL: nothing is changed */
	size_t			 claim;		/* that of the zone */
	struct run_debts	*debts;		/* of the batch */
	const struct name	*name;
	char			 text[NAME_TEXT_MAX];
	const struct config_zone *config;	/* or NULL */
	struct cmk_cache	 cache;		/* of now */
	struct zone_life	*zone;
	struct life_plan	 plan;
	struct buf		 records;	/* not handed over yet */
	int64_t			 records_at;	/* when they were signed */
	bool			 is_changed;	/* since the hand-over */
	bool			 has_failed;
	bool			 has_cds;	/* among them, or handed over */
	bool			 is_tried;	/* to sign, in this pass */
	bool			 is_stuck;	/* others are waited for */
	bool			 is_given;	/* and not recorded */
	int64_t			 newest;	/* signature, when loaded */
	int64_t			 next_at;	/* due again */
};

/**
 * run_zone_load(z, err):
 * What the store says of the zone now, and what is due; the clock is what it
 * is now, so that no fact or wait begins before.
 *
 * Errors: as zone_life_load().
 */
int run_zone_load(struct run_zone *z, struct error *err);
void run_zone_clear(struct run_zone *z);

/**
 * run_lock(z, err):
 * session_lock(), for what only one may do at a time: making keys, and telling
 * a token. All else rests on the claim. session_unlock() gives it up.
 *
 * Errors: as session_lock().
 */
int run_lock(struct run_zone *z, struct error *err);

/**
 * run_keep(z, err):
 * Before something is done outside of the store: the zone is ours, and will be
 * for long enough.
 *
 * Errors: as run_claims_keep().
 */
int run_keep(struct run_zone *z, struct error *err);

/**
 * run_is_overtaken(err):
 * Whether it failed because another run has the zone by now, or has changed
 * it: no failure, but nothing to go on with.
 */
bool run_is_overtaken(const struct error *err);

/**
 * run_first_due(z):
 * The first step that is due, and does more than tell; NULL: there is none.
 *
 * run_advance(z, err): do all that are due, each by what the store says then.
 *
 * run_keep_signed(z, err): sign what has to be even where a step fails.
 *
 * Errors: as run_step().
 */
const struct life_step *run_first_due(const struct run_zone *z);
int run_advance(struct run_zone *z, struct error *err);
int run_keep_signed(struct run_zone *z, struct error *err);

/**
 * run_store_next(z, err):
 * Write when the zone is due again, and what for.
 *
 * Errors: ERR_STORE; as run_zone_load().
 */
int run_store_next(struct run_zone *z, struct error *err);

/**
 * run_tell(z, event, what, err, fmt, ...):
 * Tell whoever listens; ${err} is NULL unless something failed.
 */
void run_tell(const struct run_zone *z, enum run_event event,
    const char *what, const struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/**
 * run_key_name(z, step):
 * What ${step} is about: a key, also one that is not made yet, or the zone.
 */
const char *run_key_name(const struct run_zone *z,
    const struct life_step *step);

/**
 * run_due(z, at):
 * The zone is due again at ${at}, if not before.
 */
void run_due(struct run_zone *z, int64_t at);

/**
 * run_awaits_add(key), run_awaits_remove(key), run_is_awaited(z):
 * Whether the parent was asked for a change that is not known to have
 * happened: of ${key}, of any key of the zone.
 */
bool run_awaits_add(const struct life_key *key);
bool run_awaits_remove(const struct life_key *key);
bool run_is_awaited(const struct run_zone *z);

/**
 * run_step(z, step, err):
 * Do ${step}, which is due, under the lock where it makes a key. *${done} is
 * false where something from outside is missing; that was told.
 *
 * Errors: those of what is done.
 */
int run_step(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err);

/**
 * run_owe(debts, cmk), run_settle(session, debts, err):
 * The token of ${cmk} is to be told of what was committed; tell all tokens
 * once, under the lock, however many steps it was. Where somebody holds that
 * for long, or a token is away, the next run does it.
 *
 * Errors: as cmk_life_settle().
 */
void run_owe(struct run_debts *debts, const struct cmk *cmk);
int run_settle(struct session *session, struct run_debts *debts,
    struct error *err);

/**
 * run_sign(z, done, err):
 * Sign the zone's DNSKEY RRset as it should be now, with CDS and CDNSKEY: of
 * the configured source, else of the last admitted ZSK set. *${done} as in
 * run_step().
 *
 * Errors: as zsks_prepare(), zsks_sign(), zsks_record(); of the source.
 */
int run_sign(struct run_zone *z, bool *done, struct error *err);

/**
 * run_source(z, out, err):
 * Append the ZSK set of the configured source to ${out}, and record with which
 * TTLs it came. Not inside a transaction.
 *
 * Errors: as source_read(), source_record().
 */
int run_source(struct run_zone *z, struct buf *out, struct error *err);

/**
 * run_take_records(z, zsks, at):
 * What ${zsks} signed at ${at} is what the zone signer is to have.
 */
void run_take_records(struct run_zone *z, const struct zsks *zsks, int64_t at);

/**
 * run_hand_over(z, err):
 * Give the zone signer what is signed where it does not have it yet.
 *
 * Errors: as publish_zone().
 */
int run_hand_over(struct run_zone *z, struct error *err);

/* What is handed over now and was decided before. */
struct run_late {
	struct life_zone after;		/* the facts from now on */
	bool		 is_any;	/* one of them is another */
};

/**
 * run_late_find(z, out, err):
 * Which DNSKEYs, of ours and of foreign keys, were put in, taken out or
 * revoked since the last hand-over, and in a second before this one: their
 * waits count from now on.
 *
 * run_late_prove(z, late, err): before the transaction, prove the CMKs that
 * answer for it.
 *
 * run_late_record(z, late, err): inside the caller's transaction, record it.
 * cmk_life_settle() of the zone's CMKs follows.
 *
 * run_late_is_decided(z, is, err): whether anything was decided since then.
 *
 * Owner: the caller, run_late_clear(), also where it fails.
 * Errors: ERR_STORE; as trust_prove(); as zone_life_record().
 */
int run_late_find(struct run_zone *z, struct run_late *out,
    struct error *err);
int run_late_prove(struct run_zone *z, const struct run_late *late,
    struct error *err);
int run_late_record(struct run_zone *z, const struct run_late *late,
    struct error *err);
int run_late_is_decided(struct run_zone *z, bool *is, struct error *err);
void run_late_clear(struct run_late *late);

/**
 * run_parent(z, err):
 * Ask the parent about what is awaited of it, if that is automatic and the
 * time for it has come, and record what is sure.
 *
 * run_parent_due(z): it is to be asked again soon, for what is awaited now.
 *
 * Errors: ERR_NETWORK, ERR_STORE, ERR_TOKEN, ERR_INTEGRITY.
 */
int run_parent(struct run_zone *z, struct error *err);
void run_parent_due(struct run_zone *z);

/**
 * run_check_interval_s(z):
 * The time between two looks at what others are waited for.
 */
int64_t run_check_interval_s(const struct run_zone *z);

/**
 * run_signer(z, err):
 * Where the plan waits for the zone signer, look at the configured source,
 * and sign what has begun or ceased to have ZSKs of an algorithm.
 *
 * Errors: of the source; as run_sign().
 */
int run_signer(struct run_zone *z, struct error *err);

/**
 * run_hooks(z, err):
 * Run the hooks for the DS changes that are awaited, unless they have been
 * since those were asked for, and remind from time to time.
 *
 * Errors: ERR_SYSTEM, ERR_STORE.
 */
int run_hooks(struct run_zone *z, struct error *err);

#endif
