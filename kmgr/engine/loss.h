/*
 * A store that is lost for good: what the token keeps of its CMKs is proved
 * and believed, KSKs that it holds are adopted, and what is gone is named.
 */
#ifndef ENGINE_LOSS_H
#define ENGINE_LOSS_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/* The DNSKEY records that a zone publishes. */
struct loss_zone {
	struct name	 zone;
	const char	*path;
};

struct loss_request {
	const char		*token;
	const char *const	*endorsements;	/* files */
	size_t			 n_endorsements;
	const struct loss_zone	*zones;
	size_t			 n_zones;
	const char		*ledger;	/* an exported one, or NULL */
	const char *const	*approvals;	/* files of signatures */
	size_t			 n_approvals;
	const char *const	*lists;		/* files of approvers' keys */
	size_t			 n_lists;
};

/* What is said to whoever asked. */
struct loss_report {
	struct plan	 plan;		/* what is done */
	struct buf	 lost;		/* what is not brought back, lines */
	char		*text;		/* what approvers sign, or NULL: none
					 * are demanded */
	size_t		 n_missing;	/* of their signatures */
	struct buf	 waiting;	/* of whose, for people */
};

#define LOSS_REPORT_INIT { PLAN_INIT, BUF_INIT, NULL, 0, BUF_INIT }

/**
 * loss_plan(session, request, report, err):
 * What loss_apply() would do.
 *
 * Errors: as loss_apply().
 */
int loss_plan(struct session *session, const struct loss_request *request,
    struct loss_report *report, struct error *err);

/**
 * loss_apply(session, request, report, err):
 * Recover every CMK whose KSKs are in the token and of which the store knows
 * less than the token, adopt the KSKs that an endorsement or their zone's
 * DNSKEY records speak for, and accept that all else is lost. Until the latest
 * instant that a signature can live which nobody knows of any more, no KSK of
 * theirs is deleted. Of a CMK that was recovered before, pairs are adopted that
 * were left then. Where approvers are missing, nothing is done.
 *
 * Errors: ERR_INPUT (nothing is lost; a file is none of its kind),
 * ERR_INTEGRITY (the token does not prove what it keeps; the store is
 * damaged), ERR_POLICY, ERR_TOKEN, ERR_STORE, ERR_SYSTEM.
 */
int loss_apply(struct session *session, const struct loss_request *request,
    struct loss_report *report, struct error *err);

/**
 * loss_report_clear(report):
 * Free what ${report} holds.
 */
void loss_report_clear(struct loss_report *report);

#endif
