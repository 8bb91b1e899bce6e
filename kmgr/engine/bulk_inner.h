/*
 * The inside of bulk.h. Batches of zones go down a line: one thread prepares
 * them, the caller's proves their CMKs, signers sign one zone each, and the
 * caller's records them, in order. Each batch is in one hand at a time; only
 * so many are on the line at once, in a ring.
 */
#ifndef ENGINE_BULK_INNER_H
#define ENGINE_BULK_INNER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/engine/bulk.h"
#include "kmgr/engine/config.h"
#include "kmgr/engine/pace.h"

#define BULK_BATCH BULK_SHARE
#define BULK_FIRST 16		/* of many, that others begin soon */
#define BULK_GROUP 4		/* batches in one transaction, if they wait */

enum bulk_state {
	BULK_LEFT,		/* not begun */
	BULK_PREPARED,
	BULK_SIGNED,
	BULK_REFUSED		/* with its error */
};

/* One zone on its way. */
struct bulk_job {
	enum bulk_state	 state;
	struct zsks	*zsks;		/* prepared or signed */
	struct error	 err;
};

struct bulk_batch {
	size_t		 first;		/* zone */
	size_t		 n;
	size_t		 n_done;	/* signed or refused */
	size_t		 n_busy;	/* in the hands of signers */
	int64_t		 now_at;	/* when it was prepared */
	struct bulk_job	 jobs[BULK_BATCH];
};

struct bulk_line;

struct bulk_signer {
	struct bulk_line	*line;
	size_t			 number;	/* of the signers */
	pthread_t		 thread;
};

struct bulk_line {
	struct session		*session;
	struct session		*reader;	/* of who prepares */
	const struct bulk	*bulk;
	struct cmk_cache	 cache;		/* likewise */
	struct cmk_cache	*old;		/* that batches may still use */
	size_t			 n_old;
	struct zsks_keys	*keys;		/* beside it those of signers */
	struct trust_owed	*owed;
	struct trust_owed	 own;		/* unless the caller has one */
	struct bulk_failures	 own_failures;	/* likewise */
	size_t			 n_ring;
	struct bulk_batch	*ring;		/* batch i is at i % n_ring */

	pthread_mutex_t		 lock;		/* over all that follows */
	pthread_cond_t		 for_caller;
	pthread_cond_t		 for_prepare;
	pthread_cond_t		 for_signers;
	/* Batches: all of them, as far as is known, and those so far. */
	size_t			 n_all;
	size_t			 n_prepared;
	size_t			 n_proved;
	size_t			 n_taken;	/* all, by signers */
	size_t			 n_recorded;
	size_t			 next;		/* zone of batch n_taken */
	bool			 is_ending;	/* no more are begun */
	bool			 is_stale;	/* what is in the cache */
	struct error		 failure;	/* of which all would fail */
	struct bulk_failures	*failures;	/* of CMKs */
	struct pace		 pace;
	struct bulk_signer	 signers[CONFIG_SESSIONS_MAX];
	size_t			 n_signers;
};

/**
 * bulk_at(line, i):
 * Where batch ${i} is.
 */
struct bulk_batch *bulk_at(struct bulk_line *line, size_t i);

/**
 * bulk_end(line, why):
 * The lock is held: begin no more zones; ${why} they would all fail, or NULL.
 */
void bulk_end(struct bulk_line *line, const struct error *why);

/**
 * bulk_stops_all(err):
 * Whether every zone, or where it is of a CMK each of that one, would fail with
 * ${err}.
 */
bool bulk_stops_all(const struct error *err);

/**
 * bulk_cmk_failed(line, job):
 * The lock is held: refuse the zone of ${job} where a CMK that signs for it has
 * failed; whether it is so.
 */
bool bulk_cmk_failed(struct bulk_line *line, struct bulk_job *job);

/**
 * bulk_fails(line, job, prefix):
 * The lock is held, and zsks_prove(), or with what stops all zsks_sign() or
 * zsks_record(), has failed for ${job}: its CMK is not tried again; other zones
 * of it are told the same, with ${prefix} before it, or NULL. Whether no other
 * CMK is left, or it was no CMK that failed, and every zone would.
 */
bool bulk_fails(struct bulk_line *line, const struct bulk_job *job,
    const char *prefix);

/**
 * bulk_prove(line):
 * Prove the CMKs of the next batch, and let signers have it.
 */
void bulk_prove(struct bulk_line *line);

/**
 * bulk_record(line, n_batches, err):
 * Record what is signed of the next ${n_batches}, at most BULK_GROUP, in one
 * transaction. Zones that cannot be, and are to blame for it or have a CMK that
 * is, are refused.
 *
 * Errors: as zsks_record(): nobody's zones are recorded any more.
 */
int bulk_record(struct bulk_line *line, size_t n_batches, struct error *err);

/**
 * bulk_prepare(line):
 * The thread that prepares all batches; a struct bulk_line.
 */
void *bulk_prepare(void *line);

/**
 * bulk_signers_start(line, err), bulk_signers_join(line):
 * Have the first signers begin; wait until all have ended, which they do when
 * all zones are taken, or none is begun any more.
 *
 * Errors: ERR_SYSTEM.
 */
int bulk_signers_start(struct bulk_line *line, struct error *err);
void bulk_signers_join(struct bulk_line *line);

/**
 * bulk_room(pace):
 * How many batches may be on the line while ${pace} is what it is.
 */
size_t bulk_room(const struct pace *pace);

#endif
