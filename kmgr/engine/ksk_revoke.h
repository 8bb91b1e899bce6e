/*
 * A KSK is revoked (RFC 5011 s2.1): whoever follows trust anchors believes it
 * no more, for ever. The DNSKEY RRset that is signed next publishes that.
 */
#ifndef ENGINE_KSK_REVOKE_H
#define ENGINE_KSK_REVOKE_H

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

#define KSK_REVOKE_OP "revoke-ksk"

struct ksk_revoke_request {
	const char		*ksk;	/* ZONE/KEYTAG or id */
	/* Where the policy demands approvers: theirs, and what they signed. */
	const struct approval	*approval;
	const struct json	*arguments;
};

/**
 * ksk_revoke_plan(session, request, cmk_id, plan, err):
 * What ksk_revoke_apply() would do; ${cmk_id} gets the CMK whose approvers are
 * asked. Nothing where it is done.
 *
 * ksk_revoke_apply(session, request, err): do it.
 *
 * Errors: ERR_POLICY (rfc5011 is false; its DS is at the parent; the oracle:
 * followers would be left without an anchor), ERR_NOT_YET (a cache may have
 * its DS, or who follows does not trust another key yet; until when),
 * ERR_INPUT (no such KSK, or not published), ERR_STORE, ERR_TOKEN,
 * ERR_INTEGRITY.
 */
int ksk_revoke_plan(struct session *session,
    const struct ksk_revoke_request *request, char cmk_id[static 33],
    struct plan *plan, struct error *err);
int ksk_revoke_apply(struct session *session,
    const struct ksk_revoke_request *request, struct error *err);

/**
 * ksk_revoke_arguments(request), ksk_revoke_approved(session, cmk_id,
 * approval, arguments, err):
 * As a plan has it, which the caller frees; carry out what was approved.
 *
 * Errors: as ksk_revoke_apply().
 */
struct json *ksk_revoke_arguments(const struct ksk_revoke_request *request);
int ksk_revoke_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);

#endif
