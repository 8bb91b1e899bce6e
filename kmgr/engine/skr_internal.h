/* What the files of skr share. */
#ifndef ENGINE_SKR_INTERNAL_H
#define ENGINE_SKR_INTERNAL_H

#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/ksr_roles.h"
#include "kmgr/engine/skr.h"
#include "kmgr/engine/skr_layout.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_ksr.h"
#include "policy/permit.h"

/* A signature that software verified: KSK, bytes signed, signature. */
struct skr_proof {
	uint8_t			 hash[CRYPTO_SHA256_LEN];
};

/* What the parent should have while a half is served. */
struct skr_parent;

/* One response on its way. */
struct skr_half {
	const char		*kind;		/* KSR_REGULAR, ... */
	char			 id[STORE_ID_TEXT];
	struct ksr_roles	 roles;
	struct skr_parent	*parent;
	struct ksr		*response;
	uint8_t			 plan_hash[CRYPTO_SHA256_LEN];
	struct judgement	**judgements;	/* by KSK; NULL: no part */
	struct skr_proof	*proofs;	/* in the order of signing */
	size_t			 n_proofs;
	struct buf		 text;
	uint8_t			 hash[CRYPTO_SHA256_LEN];
};

struct skr {
	const struct skr_request *asked;
	struct ksr		*request;
	uint8_t			 hash[CRYPTO_SHA256_LEN];
	struct name		 zone;
	char			 zone_text[NAME_TEXT_MAX];
	int64_t			 now_at;
	struct ksk		*ksks;		/* the zone's, not removed */
	char			**labels;	/* of each */
	struct dnskey		*dnskeys;	/* of each */
	bool			*signs;		/* now in the DNSKEY RRset */
	size_t			 n_ksks;
	struct zone_life	*life;		/* before this response */
	struct life_zone	 after;		/* with what is due now */
	struct dnskey		*foreign;	/* in the set, too */
	const char		**foreign_ids;	/* rows of each; life's */
	size_t			 n_foreign;
	uint8_t			*algs;		/* the zone is signed with
						 * them from now on */
	size_t			 n_algs;
	bool			 is_shared;
	struct ksr_row		*past;		/* what was answered */
	size_t			 n_past;
	struct ksr		*previous;	/* our last response */
	struct skr_half		 halves[2];
	size_t			 n_halves;
	struct admissions	 requesters;
	struct findings		 findings;
	bool			 is_answered;
};

/**
 * skr_list_ksks(session, cache, skr, err):
 * The zone's KSKs, if there are any.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int skr_list_ksks(struct session *session, struct cmk_cache *cache,
    struct skr *skr, struct error *err);

/**
 * skr_load_ksks(session, cache, skr, err):
 * The zone's KSKs, and what they are there for now.
 *
 * Errors: ERR_INPUT (none), ERR_POLICY, ERR_INTEGRITY, ERR_STORE.
 */
int skr_load_ksks(struct session *session, struct cmk_cache *cache,
    struct skr *skr, struct error *err);

/**
 * skr_parent_new(skr, half):
 * What the life cycle will say of DS if ${half}, whose roles are known, is
 * served: its KSKs come and go with the bundles. In an emergency response it
 * is the KSKs of that alone. Both must outlive it.
 * Owner: the caller, skr_parent_free().
 *
 * skr_parent_put(parent, input): let the layout of ${input} ask for that.
 *
 * skr_parent_wanted(parent, response, n): the *${n} keys whose DS the parent
 * should have in any bundle of ${response}. Owner: the caller, free().
 */
struct skr_parent *skr_parent_new(const struct skr *skr,
    const struct skr_half *half);
void skr_parent_free(struct skr_parent *parent);
void skr_parent_put(const struct skr_parent *parent, struct skr_input *input);
struct dnskey *skr_parent_wanted(const struct skr_parent *parent,
    const struct ksr *response, size_t *n);

/**
 * skr_load_past(session, skr, until_at, err):
 * What was answered for the zone until ${until_at}, and the last response of
 * that; whoever signs leaves nothing out, INT64_MAX.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int skr_load_past(struct session *session, struct skr *skr, int64_t until_at,
    struct error *err);

/**
 * skr_leave_past(session, skr):
 * Where another request was answered in this second wait for the next one:
 * two answers of one second have no order, and it would be left to chance
 * which of them is served.
 */
void skr_leave_past(struct session *session, struct skr *skr);

/**
 * skr_find_answer(session, skr, found, err):
 * Whether the request was answered; then the texts of the answer are put into
 * ${skr}, where it is what would be made now, each signature verified.
 *
 * Errors: ERR_POLICY with what has changed, ERR_INTEGRITY, ERR_STORE.
 */
int skr_find_answer(struct session *session, struct skr *skr, bool *found,
    struct error *err);

/**
 * skr_judge(session, skr, err):
 * Let rules and oracle judge each half; afterwards there are judgements.
 *
 * Errors: ERR_INPUT, ERR_POLICY, ERR_STORE.
 */
int skr_judge(struct session *session, struct skr *skr, struct error *err);

/**
 * skr_judge_request(skr, cmk, previous, err):
 * Let the rules on requests of the policy of ${cmk} judge, by all that was
 * loaded; it continues ${previous}, unless that is NULL.
 *
 * Errors: ERR_SYSTEM (whoever asks cannot be found out).
 */
int skr_judge_request(struct skr *skr, const struct cmk *cmk,
    const struct ksr *previous, struct error *err);

/**
 * skr_judge_chain(session, skr, half, err):
 * SKR-DS-CHAIN: ask the oracle whether every resolver can still build the
 * chain of trust while the half is served; after what was and is served, or,
 * for the emergency response, where the parent has the standby's DS alone.
 *
 * Errors: ERR_POLICY, ERR_STORE, ERR_INTEGRITY.
 */
int skr_judge_chain(struct session *session, struct skr *skr,
    const struct skr_half *half, struct error *err);

/**
 * skr_demand(session, skr, subject, approval, err):
 * approval_demand_each() of the CMKs that take part in ${skr}.
 *
 * Errors: as that.
 */
int skr_demand(struct session *session, const struct skr *skr,
    const struct approval_subject *subject, const struct approval *approval,
    struct error *err);

/**
 * skr_fetch(session, skr, row, out, err):
 * The text of the response ${row}, as it was released; NULL where the store
 * was restored without it and nobody has given it. Owner: the caller, free().
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int skr_fetch(struct session *session, const struct skr *skr,
    const struct ksr_row *row, char **out, struct error *err);

/**
 * skr_verify(skr, half, response, what, err):
 * Whether every signature in ${response}, which was read from ${what}, is
 * valid and by a KSK of the zone, and each bundle's DNSKEY RRset is signed.
 * What ${half} has a proof of, the same bytes and the same signature by the
 * same KSK, was verified when it was made, and is not again; ${half} may be
 * NULL.
 *
 * Errors: ERR_INTEGRITY.
 */
int skr_verify(const struct skr *skr, const struct skr_half *half,
    const struct ksr *response, const char *what, struct error *err);

/**
 * skr_record(session, skr, err):
 * Record every half in one transaction.
 *
 * Errors: ERR_STORE, ERR_TOKEN.
 */
int skr_record(struct session *session, struct skr *skr, struct error *err);

/**
 * skr_record_life(session, skr, err):
 * Inside the caller's transaction: record since when, and until when, the
 * regular response has each KSK in the DNSKEY RRset, and what the zone is
 * signed with. Checkpoints of the CMKs follow.
 *
 * skr_changes_life(session, skr, i): whether anything of that is new of the
 * ${i}th KSK, and someone can answer for it.
 *
 * Errors: ERR_STORE.
 */
int skr_record_life(struct session *session, const struct skr *skr,
    struct error *err);
bool skr_changes_life(struct session *session, const struct skr *skr,
    size_t i);

/**
 * skr_has_part(skr, i):
 * Whether the ${i}th KSK is in one of the responses.
 */
bool skr_has_part(const struct skr *skr, size_t i);

/**
 * skr_ksk_of(skr, bundle, rrsig):
 * The index of the KSK that ${rrsig} in ${bundle} is by; n_ksks for none.
 */
size_t skr_ksk_of(const struct skr *skr, const struct ksr_bundle *bundle,
    const struct rrsig *rrsig);

#endif
