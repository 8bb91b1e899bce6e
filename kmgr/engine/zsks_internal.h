/* What the files of zsks share: a request on its way. */
#ifndef ENGINE_ZSKS_INTERNAL_H
#define ENGINE_ZSKS_INTERNAL_H

#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/admission.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zsks.h"
#include "kmgr/store/store_zone.h"
#include "policy/permit.h"

struct zsks {
	struct zonefile		*file;
	struct rules_zsks	 rules;		/* borrows from here */
	struct findings		 findings;
	char			*note;		/* for the user, or NULL */
	int64_t			 newest;	/* signature before it, or -1 */
	struct admissions	 requesters;
	const struct cmk	**cmks;		/* of all the zone's KSKs, in
						 * the set or not */
	size_t			 n_cmks;
	bool			 has_removed;	/* KSKs beside those of life */
	struct zone_life	*life;		/* before this set */
	struct life_zone	 after;		/* and with it */
	struct ksk		*ksks;		/* those that sign, with their
						 * rows in life; revoked last */
	struct judgement	**judgements;	/* of each KSK's policy */
	size_t			 n_ksks;
	size_t			 n_revoked;	/* of them */
	struct dnskey		*ksk_dnskeys;	/* the same, as rules want */
	struct dnskey		*foreign;	/* in the set, too */
	size_t			 n_foreign;
	struct dnskey		*wanted;	/* have a DS, or get one */
	struct zsks_signed	*sets;
	size_t			 n_sets;
	bool			 is_taken;	/* signed before */
	const struct cmk	*failed;	/* zsks_failed() */
	/* What zsks_look() has found, good for its transaction. */
	struct zsk_set_row	 admitted;	/* as it is to be recorded */
	bool			 is_admitted;	/* and is already */
	bool			*is_new_alg;	/* of after.algs */
};

/**
 * zsks_load_ksks(session, cache, actor, zsks, err):
 * Load the zone, let what is due of its DNSKEYs be done beside the records of
 * ${zsks}, and find the KSKs that are in the set then; the CMKs of all, for
 * zsks_prove(): that a KSK need not sign any more is the word of rows, which
 * proves nothing before its CMK is proved; and whether there were others, of
 * which zsks_prove() asks what became of them. The oracle has no objection.
 *
 * Errors: ERR_INPUT (none is there), ERR_POLICY, ERR_NOT_YET (zone data that
 * has to be signed, or to be known, first), ERR_INTEGRITY, ERR_STORE.
 */
int zsks_load_ksks(struct session *session, struct cmk_cache *cache,
    enum zone_life_actor actor, struct zsks *zsks, struct error *err);

/**
 * zsks_load_as_is(session, cache, zsks, err):
 * Likewise, with the KSKs that are in the set by their facts, whatever is due;
 * nobody is asked.
 *
 * Errors: ERR_INPUT, ERR_POLICY (no KSK is in it, or a CMK that is not to be
 * used), ERR_INTEGRITY, ERR_STORE.
 */
int zsks_load_as_is(struct session *session, struct cmk_cache *cache,
    struct zsks *zsks, struct error *err);

/**
 * zsks_add_rrset(zsks, rrset_take, err):
 * An RRset, its signatures laid out but not made.
 *
 * zsks_add_dnskey(zsks, err): the DNSKEY RRset.
 *
 * zsks_add_cds(request, zsks, err):
 * CDS and CDNSKEY: what the parent should have, as ${request} asks for them.
 *
 * Where no DS is to be there yet there are none, and zsks->note says so.
 *
 * Errors: ERR_POLICY (no digest in common; no DS is to be there ever),
 * ERR_INPUT (windows beyond what an RRSIG can say).
 */
int zsks_add_rrset(struct zsks *zsks, struct rrset *rrset_take,
    struct error *err);
int zsks_add_dnskey(struct zsks *zsks, struct error *err);
int zsks_add_cds(const struct zsks_request *request, struct zsks *zsks,
    struct error *err);

/**
 * zsks_find_signed(store, zsks, zone, found, err):
 * Fill in the newest signature of ${zone} by each KSK over each RRset; whether
 * each is there, is good now, verifies, and ends no sooner than the first over
 * the DNSKEY RRset.
 *
 * zsks_take_signed(session, request, zsks, err):
 * Do so; zsks_is_taken() says whether.
 *
 * Errors: ERR_STORE.
 */
int zsks_find_signed(struct store *store, struct zsks *zsks,
    const char *zone, bool *found, struct error *err);
int zsks_take_signed(struct session *session,
    const struct zsks_request *request, struct zsks *zsks,
    struct error *err);

/**
 * zsks_look(session, zsks, n, err):
 * Inside the transaction, before anything is recorded: zsks_check_same() of
 * each, and find out what of its ZSK set and its algorithms the store does not
 * have yet.
 *
 * zsks_check_same(session, zsks, err): whether the zone is still what the set
 * was laid out by. Of two runs that sign one zone the later one does not know
 * what it does where the other has changed facts, or it was to sign only what
 * nobody else has.
 *
 * zsks_check_cmks(session, zsks, n, err): whether the CMKs that sign are; one
 * that was stopped since then signs nothing more.
 *
 * Errors: ERR_STORE, with ZONE_LIFE_CHANGED as its code where it is not.
 */
int zsks_look(struct session *session, struct zsks *const *zsks, size_t n,
    struct error *err);
int zsks_check_same(struct session *session, const struct zsks *zsks,
    struct error *err);
int zsks_check_cmks(struct session *session, struct zsks *const *zsks,
    size_t n, struct error *err);

/**
 * zsks_record_life(session, zsks, did, err):
 * Inside the caller's transaction, after zsks_look(): record what of the life
 * cycle this set does; *${did} becomes true where that is anything.
 *
 * zsks_attest_life(session, zsks, n, did, err): after the last one of ${n} a
 * checkpoint of each CMK that has a part in it.
 *
 * zsks_owe_life(session, zsks, n, did, owed): after the commit, ${owed} has
 * these CMKs.
 *
 * Errors: ERR_STORE; those of trust_attest().
 */
int zsks_record_life(struct session *session, const struct zsks *zsks,
    bool *did, struct error *err);
int zsks_attest_life(struct session *session, struct zsks *const *zsks,
    size_t n, const bool *did, struct error *err);
void zsks_owe_life(struct session *session, struct zsks *const *zsks,
    size_t n, const bool *did, struct trust_owed *owed);

/**
 * zsks_admit(request, cmk, zsks, err):
 * Find out for the rules who asks, if the policy of ${cmk} wants to know, and
 * whether the text of ${request} says for which zone.
 *
 * Errors: ERR_INPUT, ERR_SYSTEM.
 */
int zsks_admit(const struct zsks_request *request, const struct cmk *cmk,
    struct zsks *zsks, struct error *err);

/**
 * zsks_keys_get(session, keys, ksk, out, err):
 * The key pair of ${ksk} in its token, opened at its first use, and under
 * custody wrapped with its CMK's wrapping key, found once. It is good until
 * the next call. Owner: ${keys}.
 *
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int zsks_keys_get(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct signer_key **out, struct error *err);

#endif
