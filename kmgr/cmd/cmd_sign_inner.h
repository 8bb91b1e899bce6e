/* What the files of sign-zsks --zones-from share: many zones on their way. */
#ifndef CMD_CMD_SIGN_INNER_H
#define CMD_CMD_SIGN_INNER_H

#include <stdatomic.h>

#include "kmgr/cmd/sign_entry.h"
#include "kmgr/cmd/sign_result.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/engine/bulk.h"

struct sign_workers;

struct many {
	struct cmd		*cmd;
	struct zsks_request	 request;	/* what the options say */
	struct sign_entry	*entries;
	size_t			 n;
	size_t			 first;		/* of those at hand */
	const char		*folder;	/* cmd_sign_folder() */
	size_t			 n_ksks;	/* that were left out */
	struct stream		 stream;
	struct tally		 tally;
	/* What came of a zone goes here; owner: whoever called. */
	void			(*give)(struct many *many,
				    struct sign_result *result);
	struct sign_workers	*workers;	/* NULL: there are none */
	atomic_bool		 is_unheard;	/* nobody takes results */
};

/**
 * many_bulk(many, out, err):
 * How bulk_sign() is to sign the zones at hand.
 *
 * Errors: ERR_STORE.
 */
int many_bulk(struct many *many, struct bulk *out, struct error *err);

/**
 * many_deliver(many, result):
 * Hand out what came of a zone, and count it.
 */
void many_deliver(struct many *many, struct sign_result *result);

/**
 * many_sign_in_workers(many, n, is_sure, err):
 * Sign all zones in at most ${n} worker processes; crew_size() has said so, and
 * whether it ${is_sure}. Results are delivered in the order of the zones.
 *
 * Errors: as workers_run() and bulk_sign().
 */
int many_sign_in_workers(struct many *many, size_t n, bool is_sure,
    struct error *err);

#endif
