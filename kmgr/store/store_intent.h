/* What was about to change in a token, for whoever finishes or undoes it. */
#ifndef STORE_STORE_INTENT_H
#define STORE_STORE_INTENT_H

#include "kmgr/store/store.h"

/* Written down before it changes. */
struct intent_row {
	int64_t	 id;			/* given by the store */
	char	*kind;			/* "create-cmk", "create-ksk" */
	char	*token;
	char	 key_id[STORE_ID_TEXT];	/* CKA_ID that will be used */
	char	*label;
	char	*payload;		/* JSON: all that finishing it needs */
	char	*state;		/* "open", "done", "undone", "abandoned" */
	int64_t	 created_at;
	int64_t	 resolved_at;		/* 0: open */
};
void intent_row_clear(struct intent_row *row);
void intent_rows_free(struct intent_row *rows, size_t n);

/**
 * store_intent_put(store, row, err):
 * Write down an open intent; row->id gets its number.
 */
int store_intent_put(struct store *store, struct intent_row *row,
    struct error *err);

/**
 * store_intent_resolve(store, id, state, at, err):
 * Close the open intent ${id} with ${state} at ${at}.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where it is not open.
 */
int store_intent_resolve(struct store *store, int64_t id, const char *state,
    int64_t at, struct error *err);

/**
 * store_intent_list(store, state, out, n, err):
 * The intents in ${state}, all where NULL, oldest first.
 */
int store_intent_list(struct store *store, const char *state,
    struct intent_row **out, size_t *n, struct error *err);

#endif
