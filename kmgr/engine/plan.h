/* What would be done, as data: printed by --dry-run, carried out by apply. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/name.h"

enum action_kind {
	ACTION_MAKE_SEAL_KEY,	/* a CMK's key pair in the token */
	ACTION_MAKE_IDENTITY_KEY, /* the one that answers beside the KSKs */
	ACTION_SEAL,		/* the policy becomes immutable */
	ACTION_MAKE_KSK,	/* a KSK's key pair, endorsed for a zone */
	ACTION_ENDORSE,		/* the shared key pair for one more zone */
	ACTION_REPLACE_APPROVER, /* another key signs plans */
	ACTION_RESTORE,		/* a store in the place of another */
	ACTION_RECOVER,		/* a CMK without its store */
	ACTION_ADOPT,		/* a KSK that a token holds */
	ACTION_SIGN,		/* one RRset with one KSK */
	ACTION_REPLACE_POLICY,	/* of a draft */
	ACTION_UPDATE_CMK,	/* name, contact or tags */
	ACTION_SET_STATE,	/* of a CMK */
	ACTION_RECORD_DS,	/* what the parent has */
	ACTION_RECORD_BACKUP,	/* that one covers a KSK */
	ACTION_RETIRE_KSK,	/* a KSK is removed */
	ACTION_DESTROY_KEY,	/* a key pair in its token */
	ACTION_KEEP_KEY,	/* one that stays there for ever */
	ACTION_LIFE_STEP,	/* of a KSK's life cycle */
	ACTION_SET_GOAL,	/* of a zone: secure or insecure */
	ACTION_RECORD_SIGNER,	/* what the zone signer signs with */
	ACTION_FOREIGN_KEY,	/* another provider's comes or goes */
	ACTION_WRITE_BACKUP,	/* of the store, into a file */
	ACTION_APPROVE,		/* an approver's signature is recorded */
	ACTION_END_PLAN,	/* one that waits, as applied or withdrawn */
	ACTION_OBSERVE		/* what servers were seen to serve */
};

struct action {
	enum action_kind kind;
	struct name	 zone;		/* len 0 where no zone is meant */
	char		*text;		/* a sentence for people */
};

struct plan {
	struct action	*actions;
	size_t		 n;
};

#define PLAN_INIT { NULL, 0 }

/**
 * plan_add(plan, kind, zone, fmt, ...):
 * Append an action; ${zone} may be NULL.
 */
void plan_add(struct plan *plan, enum action_kind kind,
    const struct name *zone, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * plan_take(plan, more):
 * Append the actions of ${more}, which has none then.
 */
void plan_take(struct plan *plan, struct plan *more);

/**
 * plan_text(plan, out), plan_json(plan):
 * ${plan} for people, a line an action, and for machines: an array of
 * {"action", "zone", "text"}, which the caller frees with json_free().
 */
void plan_text(const struct plan *plan, struct buf *out);
struct json *plan_json(const struct plan *plan);

/**
 * plan_clear(plan):
 * Free what ${plan} holds.
 */
void plan_clear(struct plan *plan);

#endif
