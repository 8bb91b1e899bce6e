/*
 * A KSK is revoked (RFC 5011 s2.1): whoever follows trust anchors believes it
 * no more, for ever. The DNSKEY RRset that is signed next publishes that.
 */
#ifndef ENGINE_KSK_REVOKE_H
#define ENGINE_KSK_REVOKE_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

#define KSK_REVOKE_OP "revoke-ksk"

struct ksk_revoke_request {
	const char		*ksk;	/* ZONE/KEYTAG or id */
	/* Where the policy demands approvers: theirs, and what they signed. */
	const struct approval	*approval;
	const struct json	*arguments;
};

/* The KSK, and the CMK whose approvers are asked. */
struct ksk_revoke_ids {
	char	ksk[STORE_ID_TEXT];
	char	cmk[STORE_ID_TEXT];
};

/**
 * ksk_revoke_plan(session, request, ids, plan, err):
 * What ksk_revoke_apply() would do, and to whom. Nothing where it is done, or
 * approved already.
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
    const struct ksk_revoke_request *request, struct ksk_revoke_ids *ids,
    struct plan *plan, struct error *err);
int ksk_revoke_apply(struct session *session,
    const struct ksk_revoke_request *request, struct error *err);

/**
 * ksk_revoke_lacks(session, ksk, lacks, err):
 * Whether the revocation of ${ksk} demands approvers, and was not approved
 * since it is retired: whoever signs, by hand or by itself, waits for that.
 *
 * Errors: as approval_was_given().
 */
int ksk_revoke_lacks(struct session *session, const struct ksk *ksk,
    bool *lacks, struct error *err);

/**
 * ksk_revoke_arguments(ids), ksk_revoke_approved(session, cmk_id,
 * approval, arguments, err):
 * As a plan has it, which the caller frees; carry out what was approved.
 *
 * ksk_revoke_approved_plan(session, cmk_id, approval, arguments, plan, err):
 * What that would do now.
 *
 * Errors: as ksk_revoke_apply().
 */
struct json *ksk_revoke_arguments(const struct ksk_revoke_ids *ids);
int ksk_revoke_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int ksk_revoke_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err);

#endif
