/* What the files of run do for each other. */
#ifndef SERVICE_RUN_INNER_H
#define SERVICE_RUN_INNER_H

#include "kmgr/service/publish.h"
#include "kmgr/service/run_zone.h"

/**
 * run_batch(pass, err):
 * Go over the zones that are claimed, together: each step of one is a
 * transaction of its own, or one with the same step of others; sets are signed
 * together. Tokens are told now and then; pass->owed is what they are not
 * yet. Where another run has changed a zone meanwhile it is gone over again,
 * up to some times.
 *
 * Errors: ERR_STORE, ERR_INTERNAL: nothing more can be done.
 */
int run_batch(struct run_pass *pass, struct error *err);

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
 * run_advance(z, err):
 * Begin it. It is done for many zones together: by run_steps(), or where
 * z->wants_key or z->wants_signing say so. After that z->is_going, and it is
 * called again.
 *
 * run_keep_signed(z, err):
 * z->wants_signing where the zone has to be signed even if a step fails.
 *
 * Errors: as run_step().
 */
const struct life_step *run_first_due(const struct run_zone *z);
int run_advance(struct run_zone *z, struct error *err);
int run_keep_signed(struct run_zone *z, struct error *err);

/**
 * run_schedule(z, err):
 * Inside the caller's transaction, write when the zone is due again, and what
 * for; at once where another run has changed it.
 *
 * run_schedule_check(z, err): before that, in the same one: whether it has.
 *
 * Errors: ERR_STORE; as run_zone_load().
 */
int run_schedule_check(struct run_zone *z, struct error *err);
int run_schedule(struct run_zone *z, struct error *err);

/**
 * run_tell(z, event, what, err, fmt, ...):
 * Tell whoever listens; ${err} is NULL unless something failed.
 */
void run_tell(const struct run_zone *z, enum run_event event,
    const char *what, const struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/**
 * run_tell_waits(z), run_tell_failed(z), run_count(z):
 * Tell what waits for somebody else; that, and why, the zone failed, which is
 * counted; that it is behind.
 */
void run_tell_waits(const struct run_zone *z);
void run_tell_failed(const struct run_zone *z);
void run_count(const struct run_zone *z);

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
 * Begin ${step}, which is due, no signature, and makes no key: z->is_stepping.
 * z->is_stuck where something from outside is missing; that was told.
 *
 * run_steps(zones): do what was begun of ${zones}, in one transaction with one
 * checkpoint a CMK. One that cannot be done keeps no other one from being. What
 * is done was told, and its zone is going.
 *
 * run_step_signs(z, step): whether it is done by signing.
 *
 * run_step_makes(step): whether a KSK is made.
 *
 * Errors: those of what is done.
 */
int run_step(struct run_zone *z, const struct life_step *step,
    struct error *err);
void run_steps(const struct run_zones *zones);
bool run_step_signs(const struct run_zone *z, const struct life_step *step);
bool run_step_makes(const struct life_step *step);

/**
 * run_make_all(zones):
 * Make the KSKs of those ${zones} that want one, under one lock, and of each
 * CMK together. One that has got its KSK is going; one that cannot get any has
 * failed, or is stuck where approvers have to sign, and that was told. After a
 * signal no more begin. Returns whether any wanted one.
 */
bool run_make_all(const struct run_zones *zones);

/**
 * run_sign_all(zones):
 * Sign the DNSKEY RRsets of those ${zones} that want it as they should be now,
 * with CDS and CDNSKEY: of the configured source, else of the last admitted ZSK
 * set. A zone that is signed is stale, and going; one for which something from
 * outside is missing is stuck, and that was told.
 */
void run_sign_all(const struct run_zones *zones);

/**
 * run_ask_all(zones, ask):
 * Call ${ask} for each of the ${zones}, many at once, with their claims good
 * for long; it writes z->is_asked, z->answer, and one of the answers, and
 * nothing else.
 */
void run_ask_all(const struct run_zones *zones,
    void (*ask)(struct run_zone *z));

/**
 * run_gather(zones):
 * Before that: of those ${zones} that want to be signed those of which there is
 * a ZSK set, from their sources, else the last that was admitted: z->zsks. The
 * TTLs that it came with are recorded. Owner: the caller, run_zones_clear().
 *
 * run_gather_foresee(z, is_there, err): for a trial, whether there will be one,
 * if its source has it; what is missing was told.
 *
 * run_get_stuck(z): somebody else has to do something first.
 */
struct run_zones run_gather(const struct run_zones *zones);
int run_gather_foresee(struct run_zone *z, bool *is_there, struct error *err);
void run_get_stuck(struct run_zone *z);

/**
 * run_source_ask(z), run_source_ask_all(zones):
 * Ask the configured source; the primaries among the sources of ${zones}, many
 * at once. Not inside a transaction.
 *
 * run_source_take(z, out, err): after that, append its ZSK set to ${out}.
 *
 * run_source_record(zones): after that, record with which TTLs the sets of
 * ${zones} came. Where that fails z->zsks is empty.
 *
 * Errors: as source_fetch(), source_take().
 */
void run_source_ask_all(const struct run_zones *zones);
void run_source_record(const struct run_zones *zones);
void run_source_ask(struct run_zone *z);
int run_source_take(struct run_zone *z, struct buf *out, struct error *err);

/**
 * run_take_records(z, zsks, at):
 * What ${zsks} signed at ${at} is what the zone signer is to have.
 *
 * run_take_signed(z, err): what is signed already, and good, by this pass or
 * another one; z->records is empty where something of it is not.
 *
 * run_has_records(z): whether he is to have any.
 *
 * Errors: as zsks_again().
 */
void run_take_records(struct run_zone *z, const struct zsks *zsks, int64_t at);
int run_take_signed(struct run_zone *z, struct error *err);
bool run_has_records(const struct run_zone *z);

enum run_which { RUN_WELL, RUN_ALL };

/**
 * run_hand_over(zones, which):
 * Give the zone signer what is signed where it does not have it yet: of those
 * ${zones} that are well, or also of those where something failed.
 *
 * run_is_to_give(z): whether he does not have it, and there is a way to him.
 *
 * run_given_text(z): what he is given, in words.
 *
 * run_unpublish(z): what it has may be old; it is handed over once more.
 */
void run_hand_over(const struct run_zones *zones, enum run_which which);
bool run_is_to_give(const struct run_zone *z);
const char *run_given_text(const struct run_zone *z);
void run_unpublish(struct run_zone *z);

/**
 * run_tell_tokens(zones):
 * Before something is handed over of ${zones}: tokens are told of what was
 * signed, if not just now. A zone of whose CMKs one cannot be told fails.
 *
 * run_untold_of(z): why a token does not know, and cannot be told, what was
 * done of ${z}, or NULL.
 *
 * run_given(z):
 * What is handed over, and how old it is.
 *
 * run_give_check(z, err):
 * Right before anything is handed over: that it is still what is to be, and
 * the zone ours.
 *
 * run_update_all(zones):
 * Of those ${zones} of which something is to be handed over, update the
 * primaries that the configuration names, many at once; z->is_asked, and
 * z->answer is what came of it. The rest of the hand-over is done a zone at a
 * time.
 *
 * Errors: ERR_STORE, with ZONE_LIFE_CHANGED as its code where it is another;
 * as trust_prove(), run_keep().
 */
void run_tell_tokens(const struct run_zones *zones);
const struct error *run_untold_of(const struct run_zone *z);
struct publish_given run_given(const struct run_zone *z);
int run_give_check(struct run_zone *z, struct error *err);
void run_update_all(const struct run_zones *zones);

/**
 * run_late_read(z, out, err):
 * Which DNSKEYs, of ours and of foreign keys, were put in, taken out or
 * revoked since the last hand-over: what the ledger says at the moment at which
 * the zone was loaded, or after it.
 *
 * run_late_find(z, late): those of them for which that was in a second before
 * this one: their waits count from now on. The zone was not loaded since
 * run_late_read().
 *
 * run_late_prove(z, late, err): before the transaction, prove the CMKs that
 * answer for it.
 *
 * run_late_record(z, late, err): inside the caller's transaction, record it.
 *
 * run_late_attest(zones, err): after that, and still inside, have the CMKs that
 * answer for it in all ${zones} attest it, once each. cmk_life_settle() of the
 * zones' CMKs follows.
 *
 * run_late_is_decided(z, is, err): whether anything was decided since then.
 *
 * Owner: the caller, run_late_clear(), also where it fails.
 * Errors: ERR_STORE; as trust_prove(); as zone_life_record().
 */
int run_late_read(struct run_zone *z, struct run_late *out,
    struct error *err);
void run_late_find(struct run_zone *z, struct run_late *late);
int run_late_prove(struct run_zone *z, const struct run_late *late,
    struct error *err);
int run_late_record(struct run_zone *z, const struct run_late *late,
    struct error *err);
int run_late_attest(const struct run_zones *zones, struct error *err);
int run_late_is_decided(struct run_zone *z, bool *is, struct error *err);
void run_late_clear(struct run_late *late);

/**
 * run_fact_add(z, i, what):
 * The parent is sure to have done what was asked of the ${i}th key.
 *
 * run_facts(zones): record that of ${zones}, in one transaction with one
 * checkpoint a CMK. One that cannot be recorded keeps no other one from being.
 *
 * run_facts_clear(z): forget what was added.
 */
void run_fact_add(struct run_zone *z, size_t i, enum ds_fact what);
void run_facts(const struct run_zones *zones);
void run_facts_clear(struct run_zone *z);

/**
 * run_parents(zones):
 * Ask the parents of those ${zones} that are well about what is awaited of
 * them, if that is automatic and the time for it has come, and record what is
 * sure.
 *
 * run_notify(zones): tell parents that want it of new CDS (RFC 9859): a hint
 * that makes them look sooner.
 *
 * run_parent_due(z): it is to be asked again soon, for what is awaited now.
 *
 * Errors: ERR_NETWORK, ERR_STORE, ERR_TOKEN, ERR_INTEGRITY.
 */
void run_parents(const struct run_zones *zones);
void run_notify(const struct run_zones *zones);
void run_parent_due(struct run_zone *z);

/**
 * run_check_interval_s(z):
 * The time between two looks at what others are waited for.
 */
int64_t run_check_interval_s(const struct run_zone *z);

/**
 * run_signers(zones):
 * Of those ${zones} that are well, where the plan waits for the zone signer,
 * look at the configured source; z->wants_signing where that has begun or
 * ceased to have ZSKs of an algorithm.
 */
void run_signers(const struct run_zones *zones);

/**
 * run_hooks(z, err):
 * Run the hooks for the DS changes that are awaited, unless they have been
 * since those were asked for, and remind from time to time: for what is to be
 * removed once those for all that is to be added ended well.
 *
 * Errors: ERR_SYSTEM, ERR_STORE.
 */
int run_hooks(struct run_zone *z, struct error *err);

#endif
