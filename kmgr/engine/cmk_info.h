/* What stays mutable of a CMK, sealed or not: name, contact, tags. */
#ifndef ENGINE_CMK_INFO_H
#define ENGINE_CMK_INFO_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

#define CMK_INFO_CONTACT_MAX 256	/* bytes */
#define CMK_INFO_TAG_MAX     256	/* bytes of a value */
#define CMK_INFO_TAGS_MAX    50

struct cmk_info_request {
	const char		*cmk;		/* name or id */
	const char		*name;		/* NULL: as it is */
	const char		*contact;	/* NULL: as it is */
	const char *const	*tags;		/* "KEY=VALUE" */
	size_t			 n_tags;
	const char *const	*untags;	/* "KEY" */
	size_t			 n_untags;
};

/**
 * cmk_info_check_name(name, err):
 * Whether a CMK may have this name, which is no id and fits everywhere.
 *
 * Errors: ERR_USAGE, ERR_INPUT (it looks like an id).
 */
int cmk_info_check_name(const char *name, struct error *err);

/**
 * cmk_info_plan(session, request, plan, err):
 * What cmk_info_apply() would do; nothing where all is as wanted.
 *
 * Errors: ERR_USAGE, ERR_INPUT (no such CMK; a name that is taken),
 * ERR_INTEGRITY, ERR_STORE.
 */
int cmk_info_plan(struct session *session,
    const struct cmk_info_request *request, struct plan *plan,
    struct error *err);

/**
 * cmk_info_apply(session, request, err):
 * Do it. Another name is signed in the token; for the rest none is asked.
 *
 * Errors: as cmk_info_plan(); for a name also those of trust_prove().
 */
int cmk_info_apply(struct session *session,
    const struct cmk_info_request *request, struct error *err);

#endif
