/*
 * KSKs of other providers that share a zone: registered by their public key,
 * and taken away when nothing needs them.
 */
#ifndef ENGINE_FOREIGN_H
#define ENGINE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

struct foreign_request {
	const struct name	*zone;
	const char		*text;	/* zone file with its DNSKEY records */
	size_t			 len;
	const char		*what;	/* where it comes from */
	int64_t			 ds_at;	/* the parent has their DS since then;
					 * 0: not yet */
};

/**
 * foreign_plan(session, request, plan, err), foreign_apply(session, request,
 * err):
 * Register each key of flags 257 among the records; nothing where it is there
 * already. Other keys among them are left alone. From now on they are in every
 * DNSKEY RRset that is signed, and in what the parent is to have.
 *
 * Errors: ERR_INPUT (the file; no such key in it; it is one of ours, or its
 * key tag is in use; no KSK of ours; an instant in the future), ERR_STORE,
 * ERR_TOKEN, ERR_INTEGRITY.
 */
int foreign_plan(struct session *session,
    const struct foreign_request *request, struct plan *plan,
    struct error *err);
int foreign_apply(struct session *session,
    const struct foreign_request *request, struct error *err);

/**
 * foreign_remove_plan(session, key, plan, err), foreign_remove(session, key,
 * is_gone, err):
 * Let the goal of the foreign ${key}, ZONE/KEYTAG, be to be hidden; where no
 * cache has anything of it, it is gone.
 *
 * Errors: ERR_INPUT (no such key), ERR_NOT_YET (it goes already; what for and
 * until when it waits), ERR_STORE, ERR_TOKEN, ERR_INTEGRITY.
 */
int foreign_remove_plan(struct session *session, const char *key,
    struct plan *plan, struct error *err);
int foreign_remove(struct session *session, const char *key, bool *is_gone,
    struct error *err);

#endif
