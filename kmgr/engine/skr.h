/*
 * Answering a key signing request: read, judged by rules and oracle, laid out,
 * signed, read again and recorded; all of it or nothing.
 */
#ifndef ENGINE_SKR_H
#define ENGINE_SKR_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/ksr.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/admission.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zsks.h"
#include "policy/rules.h"

#define SKR_OP "sign-ksr"

enum skr_chain { SKR_CONTINUES, SKR_GENESIS };

/* A second response, signed by the standby KSK alone. */
enum skr_emergency { SKR_WITHOUT_EMERGENCY, SKR_WITH_EMERGENCY };

struct skr_request {
	const char		*text;
	size_t			 len;
	const char		*what;		/* where it came from */
	const char		*zone;		/* NULL: the request's own */
	const char		*cmk;		/* name or id, or NULL */
	const char		*schema;	/* NULL: by the zone's state */
	int32_t			 current_tag;	/* KSR_TAG_BY_GENERATION */
	int32_t			 next_tag;
	enum skr_chain		 chain;
	int64_t			 end_at;	/* KSR_OPEN */
	enum skr_emergency	 emergency;
	/* Texts of released responses, for a store that lacks them. */
	const char *const	*kept;
	size_t			 n_kept;
	const char *const	*signatures;	/* of requesters */
	size_t			 n_signatures;
};

/* One of the responses of a run. */
enum skr_which { SKR_RESPONSE, SKR_EMERGENCY_RESPONSE };

/* How a request is judged that is not to be answered. */
struct skr_check {
	int64_t			 as_of;
	const struct ksr	*previous;	/* NULL: the store's */
};

/* A request taken apart, judged and laid out. */
struct skr;

/**
 * skr_prepare(session, cache, request, out, err):
 * Read the request, load the zone's KSKs and its history, lay the response
 * out, and let the rules of every CMK's policy and the oracle judge it. A
 * request that was answered before, while KSKs and plan are what they were,
 * has its old response: nothing is judged or signed again. ${cache} must
 * outlive the result, and so must what ${request} points to.
 *
 * Owner: the caller, skr_free(), also after an error: then it has what was
 * found out until then, or is NULL.
 * Errors: ERR_INPUT, ERR_POLICY, ERR_USAGE, ERR_INTEGRITY, ERR_STORE.
 */
int skr_prepare(struct session *session, struct cmk_cache *cache,
    const struct skr_request *request, struct skr **out, struct error *err);

/**
 * skr_check(session, cache, request, terms, out, err):
 * Let the rules on requests judge ${request}, under the policy of its CMK, by
 * what the store has of the zone: its KSKs of now, what was answered until
 * the instant of ${terms}, and the last response of that, or the one of
 * ${terms} instead. skr_findings() tells what they found; nothing is laid out.
 * The zone may have no KSK yet.
 *
 * Owner: the caller, skr_free(), also after an error.
 * Errors: ERR_INPUT, ERR_USAGE, ERR_INTEGRITY, ERR_STORE.
 */
int skr_check(struct session *session, struct cmk_cache *cache,
    const struct skr_request *request, const struct skr_check *terms,
    struct skr **out, struct error *err);

/**
 * skr_is_answered(skr):
 * Whether the response is an old one.
 */
bool skr_is_answered(const struct skr *skr);

/**
 * skr_plan_hash(skr):
 * SHA-256 of what decides the response: KSKs, what each does in each bundle,
 * and policies. While it is the same, so is the response. Owner: ${skr}.
 */
const uint8_t *skr_plan_hash(const struct skr *skr);

/**
 * skr_plan(skr, plan):
 * What skr_apply() would do: an action for each signature; nothing where the
 * response is an old one.
 */
void skr_plan(const struct skr *skr, struct plan *plan);

/**
 * skr_zone(skr), skr_cmk(skr), skr_format(skr), skr_findings(skr):
 * The zone's name, the CMK of its oldest KSK in the response, the format, and
 * what the rules said. Owner: ${skr}.
 */
const char *skr_zone(const struct skr *skr);
const struct cmk *skr_cmk(const struct skr *skr);
enum ksr_format skr_format(const struct skr *skr);
const struct findings *skr_findings(const struct skr *skr);

/**
 * skr_cmks(skr, n):
 * The CMKs of the KSKs that take part, each once. Owner: of the list the
 * caller, free().
 */
const struct cmk **skr_cmks(const struct skr *skr, size_t *n);

/**
 * skr_without_ds(skr):
 * The KSK of the emergency response whose DS is not at the parent, for all
 * that was told: nobody believes the response then. NULL for none.
 * Owner: ${skr}.
 */
const struct ksk_row *skr_without_ds(const struct skr *skr);

/**
 * skr_asked(skr):
 * The request. Owner: ${skr}.
 */
const struct ksr *skr_asked(const struct skr *skr);

/**
 * skr_requesters(skr):
 * Who asked, as far as a policy wants to know. Owner: ${skr}.
 */
const struct admissions *skr_requesters(const struct skr *skr);

/**
 * skr_response(skr, which), skr_text(skr, which):
 * The response, laid out, and signed after skr_apply(); its file. NULL where
 * there is none. Owner: ${skr}.
 */
const struct ksr *skr_response(const struct skr *skr, enum skr_which which);
const struct buf *skr_text(const struct skr *skr, enum skr_which which);

/**
 * skr_request_hash(skr), skr_response_hash(skr, which):
 * SHA-256 of the files. Owner: ${skr}.
 */
const uint8_t *skr_request_hash(const struct skr *skr);
const uint8_t *skr_response_hash(const struct skr *skr,
    enum skr_which which);

/**
 * skr_apply(session, skr, subject_arguments, approval, err):
 * Demand the approval that the policy wants, prove every CMK of the zone, make
 * each signature under its permit, write the files, read them again and verify
 * what was read, and record all of it in one transaction. Called under
 * session_lock(), with a ${skr} that was prepared under it.
 *
 * Errors: ERR_POLICY, ERR_TOKEN, ERR_INTEGRITY, ERR_STORE.
 */
int skr_apply(struct session *session, struct skr *skr,
    const struct json *arguments, const struct approval *approval,
    struct error *err);

/**
 * skr_arguments(request):
 * ${request} as a plan for approvers keeps it. Owner: the caller.
 * skr_approved(): carry out such a plan; the response is then in the store.
 * skr_approved_plan(): what that would do now, and whether the approvers of all
 * CMKs have signed.
 */
struct json *skr_arguments(const struct skr_request *request);
int skr_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int skr_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err);

/**
 * skr_free(skr):
 * Free ${skr}.
 */
void skr_free(struct skr *skr);

#endif
