/* What the files of loss share: a recovery under way. */
#ifndef ENGINE_LOSS_INTERNAL_H
#define ENGINE_LOSS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hsm/key.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/loss.h"
#include "kmgr/engine/restore_ledger.h"

#define LOSS_LABEL "kmgr1:ksk:"	/* a KSK's pair begins with that */

/* A CMK of which the store knows less than the token. */
struct loss_cmk {
	struct cmk		*cmk;	/* as the store has it, or the token */
	bool			 is_known;	/* to the store, sealed */
	bool			 is_whole;	/* as the token: of it there
						 * are pairs to adopt only */
	struct checkpoint	 last;	/* newest record in the token; seq 0:
					 * it keeps none */
	int64_t			 epoch;		/* the one that begins */
	int64_t			 horizon_at;
	struct approvers	 approvers;	/* who may approve */
	struct json		*approvals;	/* by its own approvers, or
						 * NULL: it demands none */
};

/* A KSK's pair in the token that the store does not know. */
struct loss_pair {
	char		 id[STORE_ID_TEXT];
	struct hsm_key	*key;
	struct loss_cmk	*cmk;		/* that it is adopted under, or NULL */
	struct key_row	 row;		/* where it is */
	struct ksk_row	*ksks;		/* and for which zones */
	size_t		 n_ksks;
	char		*why;		/* it is not */
};

struct loss {
	struct session			*session;
	struct store			*store;
	const struct loss_request	*request;
	struct loss_report		*report;
	struct loss_cmk			*cmks;
	size_t				 n_cmks;
	struct loss_pair		*pairs;
	size_t				 n_pairs;
	int64_t				 seq;	/* the store's last event */
	struct restore_ledger		*ledger; /* that it was extended by */
};

/**
 * loss_read_sealed(loss, json, cmk, err):
 * Fill the empty ${cmk} from the sealed object ${json} of the token and from
 * the key pairs that it names: its seal is by the key that is there.
 *
 * Errors: ERR_INTEGRITY, ERR_TOKEN, ERR_CONFIG (its seal token is not
 * configured).
 */
int loss_read_sealed(struct loss *loss, const struct json *json,
    struct cmk *cmk, struct error *err);

/**
 * loss_read_cmks(loss, err), loss_clear_cmks(loss):
 * Find the CMKs that are lost: each that the token keeps a seal of, by the
 * key that is there, and that the store does not know, or not all of. One
 * that was recovered before is kept, too, where there may be a pair to adopt.
 *
 * Errors: ERR_INPUT (none is), ERR_INTEGRITY, ERR_TOKEN, ERR_STORE.
 */
int loss_read_cmks(struct loss *loss, struct error *err);
void loss_clear_cmks(struct loss *loss);

/**
 * loss_drop_whole(loss, err):
 * After loss_adopt(): forget the CMKs of which nothing is lost, and of which
 * no pair was adopted.
 *
 * Errors: ERR_INPUT (no other is left).
 */
int loss_drop_whole(struct loss *loss, struct error *err);

/**
 * loss_find_cmk(loss, id):
 * The lost CMK with ${id}, or NULL.
 */
struct loss_cmk *loss_find_cmk(const struct loss *loss, const char *id);

/**
 * loss_read_pairs(loss, err), loss_clear_pairs(loss):
 * Find the pairs of KSKs that the store does not know.
 *
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int loss_read_pairs(struct loss *loss, struct error *err);
void loss_clear_pairs(struct loss *loss);

/**
 * loss_adopt(loss, err):
 * Adopt those that the endorsement files of the request, or the DNSKEY records
 * of its zones, speak for. What is new is endorsed by the seal key.
 *
 * Errors: ERR_INPUT (a file of another kind, or for no pair), ERR_POLICY,
 * ERR_TOKEN, ERR_STORE, ERR_SYSTEM.
 */
int loss_adopt(struct loss *loss, struct error *err);

/**
 * loss_adopt_pair(loss, pair, cmk, row_take, err):
 * Let ${pair}, which must prove itself, be the KSK ${row_take} of ${cmk}. What
 * has no endorsement gets one by loss_tell().
 *
 * Errors: ERR_INPUT (another CMK has it), ERR_TOKEN.
 */
int loss_adopt_pair(struct loss *loss, struct loss_pair *pair,
    struct loss_cmk *cmk, struct ksk_row *row_take, struct error *err);

/**
 * loss_find_pair(loss, id, public):
 * The pair with public key ${public}, of that CKA_ID unless ${id} is NULL.
 */
struct loss_pair *loss_find_pair(const struct loss *loss, const char *id,
    const struct crypto_key *public);

/**
 * loss_take_zone(loss, wanted, err):
 * Adopt the KSKs that the zone ${wanted} publishes.
 *
 * Errors: as loss_adopt().
 */
int loss_take_zone(struct loss *loss, const struct loss_zone *wanted,
    struct error *err);

/**
 * loss_read_approvers(loss, err):
 * Find out who may approve for each CMK that is lost: the list must be the
 * one whose hash the token's newest record has.
 *
 * Errors: ERR_POLICY (no such list is known), ERR_INPUT (a file is none, or
 * of no CMK), ERR_INTEGRITY, ERR_STORE, ERR_SYSTEM.
 */
int loss_read_approvers(struct loss *loss, struct error *err);

/**
 * loss_demand(loss, err):
 * Count for each CMK that demands approvers what its own have signed. All sign
 * the same plan, for it is done as one.
 *
 * Errors: ERR_INPUT (what is no signature under the plan), ERR_POLICY (by
 * nobody who counts for any of the CMKs), ERR_INTEGRITY, ERR_STORE,
 * ERR_SYSTEM.
 */
int loss_demand(struct loss *loss, struct error *err);

/**
 * loss_tell(loss, err):
 * Write it all down, in one transaction: an event of each CMK, the rows that
 * it tells of, and a checkpoint behind it.
 *
 * Errors: ERR_INTEGRITY, ERR_TOKEN, ERR_STORE.
 */
int loss_tell(struct loss *loss, struct error *err);

#endif
