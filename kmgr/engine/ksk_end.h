/*
 * How a KSK ends: its retirement is signed by the seal key and recorded, then
 * its key pair is destroyed where the policy lets it. Of one whose token is
 * lost, and for whose CMK another answers, that one's seal key signs, and that
 * nothing was destroyed is part of what it signs.
 */
#ifndef ENGINE_KSK_END_H
#define ENGINE_KSK_END_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

/* What becomes of the key pair of a KSK that ends. */
enum ksk_fate {
	KSK_FATE_DESTROYED,
	KSK_FATE_SHARED,	/* other zones use it */
	KSK_FATE_WRAPPED,	/* whoever has a copy of it could open it until
				 * its wrapping key is destroyed */
	KSK_FATE_COMPLIANCE,	/* seal: compliance; it stays for ever */
	KSK_FATE_LOST		/* with its token; another CMK answers for it */
};

struct ksk_end_request {
	const char		*ksk;		/* ZONE/KEYTAG or id */
	/* Where the policy demands approvers: theirs, and what they signed. */
	const struct approval	*approval;
	const struct json	*arguments;
};

#define KSK_END_OP "delete-ksk"

/**
 * ksk_end_arguments(ksk):
 * The end of ${ksk} as a plan has it: {"ksk_id"}.
 * Owner: the caller, json_free().
 */
struct json *ksk_end_arguments(const struct ksk *ksk);

/**
 * ksk_end_approved(session, cmk_id, approval, arguments, err):
 * Carry out what was approved.
 *
 * ksk_end_approved_plan(session, cmk_id, approval, arguments, plan, err):
 * What that would do now.
 *
 * Errors: as ksk_end_apply().
 */
int ksk_end_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int ksk_end_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err);

/**
 * ksk_end_plan(session, request, plan, err):
 * What ksk_end_apply() would do; nothing where the KSK is removed already.
 *
 * Errors: ERR_INPUT (no such KSK), ERR_POLICY, ERR_NOT_YET, ERR_INTEGRITY,
 * ERR_STORE.
 */
int ksk_end_plan(struct session *session,
    const struct ksk_end_request *request, struct plan *plan,
    struct error *err);

/**
 * ksk_end_apply(session, request, out, fate, err):
 * Do it, if the approvers whom the policy demands said yes; *${out} is the
 * record of the removed KSK, *${fate} what became of its key pair, which holds
 * although the token may fail to destroy it: then the next run tries again.
 *
 * Owner: the caller, ksk_row_clear().
 * Errors: as ksk_end_plan(); ERR_TOKEN.
 */
int ksk_end_apply(struct session *session,
    const struct ksk_end_request *request, struct ksk_row *out,
    enum ksk_fate *fate, struct error *err);

/**
 * ksk_end_finish(session, intent, err):
 * Destroy the key pair that a run that died has left, if the seal key has
 * signed that its KSK is removed, and no other KSK uses it.
 *
 * Errors: ERR_INTEGRITY (it was never removed), ERR_TOKEN, ERR_STORE.
 */
int ksk_end_finish(struct session *session, const struct intent_row *intent,
    struct error *err);

/**
 * ksk_end_fate(store, cmk, row, out, err):
 * What becomes of the key pair of ${row}, a KSK of ${cmk}, when it ends, or has
 * become of it; of one that has not ended yet that its token is there.
 *
 * Errors: ERR_STORE.
 */
int ksk_end_fate(struct store *store, const struct cmk *cmk,
    const struct ksk_row *row, enum ksk_fate *out, struct error *err);

/**
 * ksk_end_horizon(store, ksk, at, err):
 * Until when a signature by ${ksk} may be valid; 0 where it signed nothing.
 *
 * Errors: ERR_STORE.
 */
int ksk_end_horizon(struct store *store, const struct ksk *ksk, int64_t *at,
    struct error *err);

#endif
