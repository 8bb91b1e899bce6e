/*
 * Signing a zone signer's ZSK set: DNSKEY records in, the DNSKEY RRset of
 * the zone's KSKs and these ZSKs out, signed in the token.
 */
#ifndef ENGINE_ZSKS_H
#define ENGINE_ZSKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/engine/zone_life.h"
#include "policy/rules.h"

/* CDS and CDNSKEY: none, asked for, or as ds.cds-cdnskey-publish says. */
enum zsks_parent_records { ZSKS_DNSKEY_ONLY, ZSKS_WITH_CDS,
	ZSKS_CDS_BY_POLICY };

/* What was signed before, in the same way, and is good for long. */
enum zsks_renewal { ZSKS_SIGN_ANEW, ZSKS_TAKE_SIGNED };

#define ZSKS_WINDOW_BY_POLICY INT64_MIN

struct zsks_request {
	struct name			 zone;
	const char			*text;	/* zone-file form */
	size_t				 len;
	const char			*what;	/* where it came from */
	enum zsks_parent_records	 parent_records;
	enum zsks_renewal		 renewal;
	enum zone_life_actor		 actor;
	/* Instants, or ZSKS_WINDOW_BY_POLICY. */
	int64_t				 inception_at;
	int64_t				 expiration_at;
	int64_t				 validity_s;	/* from now on */
	const char *const		*signatures;	/* of requesters */
	size_t				 n_signatures;
	/* The TSIG key with which the zone's configured source signed it in
	 * this very run (admission_tsig()); NULL: it did not come that way. */
	const char			*tsig;
	/* Where another run has signed something of the zone since this was
	 * its newest signature, nothing is recorded; NULL: the later wins. */
	const int64_t			*newest;
};

/* One RRset and its signatures, one a KSK. */
struct zsks_signed {
	struct rrset	*rrset;
	struct rrsig	*rrsigs;
	size_t		 n_rrsigs;
};

/* A request taken apart, judged and, after zsks_sign(), signed. */
struct zsks;

/* KSKs, and their CMKs, found in their tokens; kept for all zones of a run. */
struct zsks_keys;

/**
 * zsks_prepare(session, cache, request, out, err):
 * Read the records, find the KSKs that are in the set now, by the zone's life
 * cycle, let every CMK's policy and the oracle judge the set, and lay out what
 * is to be signed. ${cache} must outlive the result.
 *
 * Owner: the caller, zsks_free().
 * Errors: ERR_INPUT (records; a zone without KSK), ERR_POLICY, ERR_NOT_YET,
 * ERR_INTEGRITY, ERR_STORE.
 */
int zsks_prepare(struct session *session, struct cmk_cache *cache,
    const struct zsks_request *request, struct zsks **out, struct error *err);

/**
 * zsks_again(session, cache, zone, out, err):
 * What was signed for ${zone} last, one set at a time: the admitted ZSK set
 * with the KSKs that are in the DNSKEY RRset by their facts, CDS and CDNSKEY as
 * the policies and the DS that are wanted now ask for, and the recorded
 * signatures, each verified. *${out} is NULL where one of them is missing, or
 * has ended, or ends before the DNSKEY RRset's. No token is asked.
 *
 * Owner: the caller, zsks_free(), before ${cache}.
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int zsks_again(struct session *session, struct cmk_cache *cache,
    const struct name *zone, struct zsks **out, struct error *err);

/**
 * zsks_is_taken(zsks):
 * Whether all of it was signed before, as the request that was prepared with
 * ZSKS_TAKE_SIGNED would have had it then, and is recorded: the same RRsets, by
 * the same KSKs, with the same window counted from the instant of signing; and
 * that instant is less than signatures.refresh ago, and the end further away
 * than that. (Half the validity stands for a refresh that is longer than it.)
 * Such a set has its signatures, each verified: zsks_plan(), zsks_prove(),
 * zsks_sign() and zsks_record() have nothing to do.
 */
bool zsks_is_taken(const struct zsks *zsks);

/**
 * zsks_plan(zsks, plan):
 * What zsks_sign() would do, an action a signature.
 */
void zsks_plan(const struct zsks *zsks, struct plan *plan);

/**
 * zsks_findings(zsks), zsks_note(zsks), zsks_signed(zsks, n):
 * What the rules said; something else that the user should know, or NULL; the
 * RRsets. Owner: ${zsks}.
 */
const char *zsks_note(const struct zsks *zsks);
const struct findings *zsks_findings(const struct zsks *zsks);
const struct zsks_signed *zsks_signed(const struct zsks *zsks, size_t *n);

/**
 * zsks_rests_on_foreign(zsks):
 * The zone, if zone_life_rests_on_foreign() when it was prepared, else NULL.
 * Owner: ${zsks}.
 */
const char *zsks_rests_on_foreign(const struct zsks *zsks);

/**
 * zsks_keys_new(), zsks_keys_free(keys):
 * An empty set of opened keys; freed before the session is closed.
 *
 * zsks_keys_beside(keys): another one, for another thread, freed before
 * ${keys}. The two share wrapping keys, and what room the token has: a thread
 * that finds none waits until another one closes a key.
 *
 * zsks_keys_rest(keys): the thread of ${keys} pauses: close what takes room.
 */
struct zsks_keys *zsks_keys_new(void);
struct zsks_keys *zsks_keys_beside(struct zsks_keys *keys);
void zsks_keys_rest(struct zsks_keys *keys);
void zsks_keys_free(struct zsks_keys *keys);

/**
 * zsks_prove(session, zsks, err):
 * trust_prove() every CMK that has a KSK in the zone, or what the store says of
 * policies, and of KSKs that need not sign, proves nothing. While another
 * thread uses the store this must not run.
 *
 * Errors: as trust_prove().
 */
int zsks_prove(struct session *session, struct zsks *zsks, struct error *err);

/**
 * zsks_failed(zsks):
 * The id of the CMK that zsks_prove(), where it is to sign, zsks_sign() or
 * zsks_record() has failed with; NULL where it was none. Owner: ${zsks}.
 *
 * zsks_signs_with(zsks, cmk_id): whether a KSK of that CMK is to sign it.
 */
const char *zsks_failed(const struct zsks *zsks);
bool zsks_signs_with(const struct zsks *zsks, const char *cmk_id);

/**
 * zsks_sign(session, keys, zsks, err):
 * Make every signature in the token, each under its permit, each verified in
 * software. Every CMK was proved before. Nothing is recorded or released yet.
 *
 * Errors: ERR_POLICY, ERR_TOKEN, ERR_INTEGRITY.
 */
int zsks_sign(struct session *session, struct zsks_keys *keys,
    struct zsks *zsks, struct error *err);

/**
 * zsks_try(session, keys, ksk, err):
 * Have ${ksk} sign in its token what is of no use to anybody, and verify it;
 * no ZSK set, and no requester, is needed for it. Its CMK, which was proved,
 * must be one that signs. Nothing is recorded or released.
 *
 * Errors: ERR_POLICY (a CMK that is stopped), ERR_TOKEN, ERR_INTEGRITY (also
 * where the token, which is there, has the key pair no more), ERR_STORE.
 */
int zsks_try(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct error *err);

/**
 * zsks_record(session, zsks, n, owed, err):
 * Record ${n} signed sets in one transaction: signatures, admitted ZSK sets,
 * KSKs that are published, withdrawn or revoked with them, events in the
 * ledger. Only after that may they be released. ${owed} has whom tokens are to
 * be told of.
 *
 * Errors: ERR_STORE; those of trust_attest().
 */
int zsks_record(struct session *session, struct zsks *const *zsks, size_t n,
    struct trust_owed *owed, struct error *err);

/**
 * zsks_untold(zsks, owed):
 * Why the token of a CMK that has a KSK in the zone could not be told of what
 * was recorded: then the set is not to be released. NULL: all are told, as far
 * as that was tried. Owner: ${owed}.
 */
const struct error *zsks_untold(const struct zsks *zsks,
    const struct trust_owed *owed);

/**
 * zsks_is_overtaken(err):
 * Whether zsks_record() failed because another run has changed a zone, or a
 * CMK that signs in it, since it was prepared. The other zones can be recorded
 * without it.
 */
bool zsks_is_overtaken(const struct error *err);

/**
 * zsks_text(zsks, out), zsks_json(zsks):
 * The signed RRsets in zone-file form; for machines with their windows and
 * the rules' findings, which the caller frees with json_free().
 */
void zsks_text(const struct zsks *zsks, struct buf *out);
struct json *zsks_json(const struct zsks *zsks);

/**
 * zsks_free(zsks):
 * Free ${zsks}.
 */
void zsks_free(struct zsks *zsks);

#endif
