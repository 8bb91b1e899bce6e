/* What the files of approval share. */
#ifndef ENGINE_APPROVAL_INNER_H
#define ENGINE_APPROVAL_INNER_H

#include "kmgr/engine/approval.h"

/* The approved plan, and what of it counts. */
struct approval {
	char		 cmk_id[STORE_ID_TEXT];
	const char	*op;			/* all borrowed from text */
	const struct json *arguments;
	const struct json *actions;
};

/* How an approved plan is carried out. */
struct approval_op {
	const char	*op;
	int		(*apply)(struct session *session, const char *cmk_id,
			    const struct approval *approval,
			    const struct json *arguments, struct error *err);
};

/**
 * approval_is_same(a, b):
 * Whether two JSON values have the same canonical form.
 */
bool approval_is_same(const struct json *a, const struct json *b);

/**
 * approval_tell(session, type, row, key, value, err):
 * Append an event of ${type} about the plan ${row}, with one more member
 * ${key}, inside the caller's transaction.
 *
 * Errors: ERR_STORE.
 */
int approval_tell(struct session *session, const char *type,
    const struct plan_row *row, const char *key, const char *value,
    struct error *err);

/**
 * approval_op_find(op):
 * The row for ${op}, or NULL where this version has no such operation.
 */
const struct approval_op *approval_op_find(const char *op);

#endif
