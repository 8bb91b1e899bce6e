/* What the files of session.h share. */
#ifndef ENGINE_SESSION_INNER_H
#define ENGINE_SESSION_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "kmgr/engine/session.h"

struct open_token {
	struct hsm_config	 config;
	char			*lock_path;
	struct hsm_token	*token;
};

/* A CMK, and the one that vouches for it; ids. */
struct voucher {
	char	id[STORE_ID_TEXT];
	char	by[STORE_ID_TEXT];
};

/* What the threads of a run use at the same time. */
struct common {
	pthread_mutex_t		 lock;		/* over all that follows */
	struct open_token	*tokens;	/* one a configured token */
	atomic_ulong		*pin_refusals;	/* likewise, in memory that
						 * worker processes share */
	struct cmk_id		*proved;
	size_t			 n_proved;
	struct cmk_id		*doubted;
	size_t			 n_doubted;
};

struct session {
	struct session_options	 options;
	struct config		*config;
	struct json		*actor;
	struct store		*store;
	struct common		*common;
	struct buf		 notes;
	size_t			 n_locks;
	bool			 is_trial;
	struct voucher		*vouchers;
	size_t			 n_vouchers;
};

#endif
