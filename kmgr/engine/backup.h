/* A copy of the store in a file, and what it covers. */
#ifndef ENGINE_BACKUP_H
#define ENGINE_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/* One that was made. */
struct backup {
	uint8_t	sha256[CRYPTO_SHA256_LEN];	/* of the file */
	int64_t	seq;		/* it has all events up to this one, */
	uint8_t	head[CRYPTO_SHA256_LEN];	/* whose hash this is */
	size_t	n_covered;	/* KSKs that had no backup before and need one
				 * for their DS */
};

/**
 * backup_plan(session, path, plan, err):
 * Append to ${plan} what backup_make() would do. Where that could not be done
 * to the end ${plan} has what would be.
 *
 * Errors: as backup_make(); no PIN is asked for.
 */
int backup_plan(struct session *session, const char *path, struct plan *plan,
    struct error *err);

/**
 * backup_make(session, path, out, err):
 * Write the store to the new file ${path}, and record that the backup ${out}
 * is made: an event that the backup itself does not have. It covers KSKs whose
 * private half is in the store, which cover_wrapped() records, in the backup
 * too: restored, it is what the tokens know.
 *
 * Errors: ERR_STORE, ERR_SYSTEM; those of cover_wrapped(). The file may be
 * there, whole, where the store could not record it; the message says so.
 */
int backup_make(struct session *session, const char *path,
    struct backup *out, struct error *err);

#endif
