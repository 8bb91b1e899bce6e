/* Plans that wait for approvers, and what these signed. */
#ifndef STORE_STORE_PLAN_H
#define STORE_STORE_PLAN_H

#include "kmgr/store/store.h"

/* A plan that waits, or waited, for approvers. */
struct plan_row {
	char	 hash[2 * CRYPTO_SHA256_LEN + 1]; /* of text, in hex */
	char	 cmk_id[STORE_ID_TEXT];
	char	*op;			/* "delete-ksk", ... */
	char	*text;			/* canonical JSON: what is signed */
	char	*state;		/* "waiting", "applied", "expired",
				 * "withdrawn" */
	int64_t	 created_at;
	int64_t	 expires_at;
	int64_t	 resolved_at;		/* 0: waiting */
};
void plan_row_clear(struct plan_row *row);
void plan_rows_free(struct plan_row *rows, size_t n);

/**
 * store_plan_put(store, row, err), store_plan_find(store, hash, out, found,
 * err), store_plan_list(store, state, out, n, err):
 * Add a waiting plan; the one whose hash begins with ${hash} (found only
 * where that is one alone); those in ${state}, all where NULL, oldest first.
 *
 * Errors: ERR_STORE; ERR_INPUT where a plan of this hash is there already.
 */
int store_plan_put(struct store *store, const struct plan_row *row,
    struct error *err);
int store_plan_find(struct store *store, const char *hash,
    struct plan_row *out, bool *found, struct error *err);
int store_plan_list(struct store *store, const char *state,
    struct plan_row **out, size_t *n, struct error *err);

/**
 * store_plan_resolve(store, hash, state, at, err):
 * End the waiting plan ${hash} with ${state}.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where it waits no more.
 */
int store_plan_resolve(struct store *store, const char *hash,
    const char *state, int64_t at, struct error *err);

/* One approver's signature under a plan. */
struct approval_row {
	char	 plan_hash[2 * CRYPTO_SHA256_LEN + 1];
	char	*fingerprint;		/* "SHA256:..." of the SSH key */
	char	*who;			/* key's comment, certificate's id */
	char	*signature;		/* armoured, as ssh-keygen wrote it */
	int64_t	 at;
};
void approval_rows_free(struct approval_row *rows, size_t n);

/**
 * store_approval_put(store, row, err):
 * Add an approval of a plan that waits.
 *
 * Errors: ERR_STORE; ERR_INPUT where this approver has signed it already.
 */
int store_approval_put(struct store *store, const struct approval_row *row,
    struct error *err);

/**
 * store_approval_list(store, plan_hash, out, n, err):
 * The approvals of a plan by time. Owner: the caller, approval_rows_free().
 */
int store_approval_list(struct store *store, const char *plan_hash,
    struct approval_row **out, size_t *n, struct error *err);

#endif
