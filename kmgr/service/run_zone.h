/* What the files of run share: zones on their way, alone and together. */
#ifndef SERVICE_RUN_ZONE_H
#define SERVICE_RUN_ZONE_H

#include "kmgr/base/buf.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ds_fact.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zsks.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/run.h"
#include "kmgr/service/run_claim.h"
#include "kmgr/service/source.h"

/* CMKs as the store had them lately. Zones borrow from all of them. */
struct run_cmks {
	struct cmk_cache	**caches;	/* the last one is current */
	size_t			  n;
	int64_t			  at_ms;	/* since when it is */
};

/* What is shared by all zones of a pass. */
struct run_pass {
	const struct run	*run;
	struct run_result	*result;
	struct zsks_keys	*keys;
	size_t			 n_all;		/* zones at the beginning */
	struct run_claims	 claims;	/* where something is changed */
	struct trust_owed	 owed;		/* by all batches so far */
	struct run_cmks		 cmks;		/* of the batch */
	/* When the store was last read for many, and when a program that is
	 * not ours, which may call this one, ended. */
	int64_t			 read_ms, outside_ms;
};

/* What is handed over now and was decided before. */
struct run_late {
	const struct zone_life	*zone;	/* that it is of */
	struct run_late_key	*keys;	/* as zone->life.keys */
	bool		 is_first;	/* hand-over of all */
	struct life_zone after;		/* the facts from now on */
	bool		 is_any;	/* one of them is another */
};

/* What the parent has by now, of a DS that was asked for. */
struct run_fact {
	char			*ksk;		/* its id, or ZONE/KEYTAG */
	enum ds_fact		 what;
};

struct run_zone {
	struct run_pass		*pass;
	const struct run	*run;		/* of the pass */
	size_t			 claim;		/* that of the zone */
	struct name		 name;
	char			 text[NAME_TEXT_MAX];
	struct config_zone	*config;	/* or NULL */
	struct zone_life	*zone;		/* or NULL */
	const struct cmk_cache	*cmks;		/* those of zone */
	struct life_plan	 plan;
	bool			 is_stale;	/* zone is not as it was */
	/* What another one was asked, with other zones, and said. */
	bool			 is_asked;
	struct error		 answer;	/* none: one of these */
	struct parent_view	*view;
	struct source_set	 source;
	size_t			 n_told;	/* targets of the parent */
	bool			 is_to_notify;	/* them, of CDS */
	struct buf		 zsks;		/* the ZSK set to sign */
	const char		*zsks_from;	/* for messages */
	struct buf		 records;	/* not handed over yet */
	int64_t			 records_at;	/* when they were signed */
	/* Of those that this pass has signed: how many signatures, 0: none;
	 * and the newest, and the zone's changes, before them. */
	int64_t			 n_signed;
	int64_t			 signed_newest;
	int64_t			 signed_changes;
	struct json		*event;		/* of the hand-over, or NULL */
	struct run_late		 late;		/* likewise */
	bool			 is_changed;	/* since the hand-over */
	bool			 has_cds;	/* among them, or handed over */
	bool			 wants_key;	/* run_make_all() is to do it */
	size_t			 n_ksks;	/* before that */
	bool			 wants_signing;	/* run_sign_all() is to do it */
	bool			 is_tried;	/* to sign, in this pass */
	bool			 is_going;	/* more steps may be due */
	bool			 is_stuck;	/* others are waited for */
	bool			 is_giving;	/* something to the signer */
	bool			 is_given;	/* and not recorded */
	bool			 is_published;	/* in this pass */
	bool			 is_dropped;	/* since a signal came */
	size_t			 n_steps;	/* of run_advance() */
	bool			 is_stepping;	/* run_steps() is to do that */
	struct zone_life_change	 change;
	struct run_fact		*facts;		/* run_facts() is to record */
	size_t			 n_facts;
	struct fact		*told;		/* the one at hand, or NULL */
	int64_t			 newest;	/* signature, when loaded */
	int64_t			 checked_ms;	/* that it is so still, or 0 */
	bool			 is_same;	/* likewise, to be scheduled */
	int64_t			 told_at;	/* hooks, in this pass, or 0 */
	int64_t			 next_at;	/* due again */
	struct error		 err;		/* the first; none: well */
};

/* Some of the zones of a batch. */
struct run_zones {
	struct run_zone	**list;
	size_t		  n;
};

/**
 * run_zone_init(z, pass, claim, name), run_zone_clear(z):
 * Nothing is known of the zone yet. What ${pass} has must live longer.
 *
 * run_zone_again(z): nothing is known any more.
 */
void run_zone_init(struct run_zone *z, struct run_pass *pass, size_t claim,
    const struct name *name);
void run_zone_clear(struct run_zone *z);
void run_zone_again(struct run_zone *z);

/**
 * run_zone_load(z, err):
 * What the store says of the zone now, and what is due; the clock is what it
 * is now, so that no fact or wait begins before.
 *
 * run_zone_look(z, err):
 * What is due now. The zone is loaded anew where this run has changed it
 * (z->is_stale), or did so a while ago: run_zone_is_loaded(z) is false. What
 * others change meanwhile is found by who records what was decided by it.
 *
 * run_zone_plan(z, err): likewise, of one that was looked at with others just
 * now: how long they take is no reason to load it anew.
 *
 * run_zones_look(zones): look at all that are nobody else's, together; what
 * fails is the zone's error.
 *
 * run_zones_read(zones, read): call ${read} for each of ${zones} as
 * run_zone_act() does, all at one moment of the store: what one asks it for is
 * read for all. Nothing is written by ${read}, nor done.
 *
 * Errors: as zone_life_load().
 */
int run_zone_load(struct run_zone *z, struct error *err);
int run_zone_look(struct run_zone *z, struct error *err);
int run_zone_plan(struct run_zone *z, struct error *err);
bool run_zone_is_loaded(const struct run_zone *z);
void run_zones_look(const struct run_zones *zones);
void run_zones_read(const struct run_zones *zones,
    int (*read)(struct run_zone *z, struct error *err));

/**
 * run_zone_act(z, act):
 * Do ${act} with the zone guarded by its claim. What fails first is the
 * zone's error; what fails after it is noted. Nothing is done any more with one
 * that is overtaken.
 */
void run_zone_act(struct run_zone *z,
    int (*act)(struct run_zone *z, struct error *err));

/**
 * run_zone_try(z, act):
 * As run_zone_act(), for what writes nothing, and so needs no guard.
 */
void run_zone_try(struct run_zone *z,
    int (*act)(struct run_zone *z, struct error *err));

/**
 * run_zone_fail(z, err):
 * ${err} is the zone's error, or noted, as above.
 *
 * run_is_well(z): nothing has failed.
 */
void run_zone_fail(struct run_zone *z, const struct error *err);
bool run_is_well(const struct run_zone *z);

/**
 * run_zones_guard(zones, err):
 * Until run_claims_leave(), nothing is committed unless all of ${zones}, one at
 * least, are ours. Those that are not have failed, and are taken out.
 *
 * Errors: ERR_STORE.
 */
int run_zones_guard(struct run_zones *zones, struct error *err);

/* What a transaction writes of a zone, and what is so after its commit. */
struct run_write {
	/* Of each, before any is written: nothing is written by it; or NULL. */
	int	(*check)(struct run_zone *z, struct error *err);
	int	(*in)(struct run_zone *z, struct error *err);
	/* Once, after all of them; or NULL. */
	int	(*end)(const struct run_zones *zones, struct error *err);
	void	(*done)(struct run_zone *z);
};

/**
 * run_zones_commit(zones, write):
 * Write all ${zones} in one transaction, guarded. Where that fails, in one
 * each: all but write->done() may be called twice. What fails then is that
 * zone's error.
 */
void run_zones_commit(const struct run_zones *zones,
    const struct run_write *write);

/**
 * run_zones_ahead(zones, store):
 * store_ahead_of() all ${zones}.
 */
void run_zones_ahead(const struct run_zones *zones, struct store *store);

/**
 * run_zones_add(zones, z):
 * One more. run_zones_clear(zones) forgets which they are.
 */
void run_zones_add(struct run_zones *zones, struct run_zone *z);
void run_zones_clear(struct run_zones *zones);

/**
 * run_cmks_now(cmks), run_cmks_clear(cmks):
 * The current cache: an empty one from time to time; free all, after the zones
 * that borrow from them.
 */
struct cmk_cache *run_cmks_now(struct run_cmks *cmks);
void run_cmks_clear(struct run_cmks *cmks);

#endif
