/* What the files of create-ksk share. */
#ifndef CMD_CMD_KSK_CREATE_INNER_H
#define CMD_CMD_KSK_CREATE_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/cmd/zone_parts.h"
#include "kmgr/engine/ksk_create.h"

#define CREATION_PART 2000 /* zones of a list that are in memory at once */

/* What is asked for, and what comes of it. */
struct creation {
	struct cmd		*cmd;
	struct ksk_request	 request;
	struct zone_parts	 zones;		/* of the request */
	struct ksk_resumed	 resumed;
	struct tally		 tally;		/* of a list */
	struct cmk_cache	 cache;
	struct cmd_ksk_parts	 ksks;		/* that there are now */
	struct stream		 stream;	/* where those of a list go */
	bool			 has_noted;	/* what is to be done next */
};

/**
 * creation_take(all, max):
 * The next zones of the list, at most ${max}, are those of the request; false:
 * there are no more.
 */
bool creation_take(struct creation *all, size_t max);

/**
 * creation_goes_on(all):
 * Whether nobody wants it to end, and the result can be written.
 */
bool creation_goes_on(const struct creation *all);

/**
 * creation_plan_words(all, err), creation_plan_list(all, err):
 * Print what would be done for the zones that are named, or for those of the
 * list, part by part.
 *
 * Errors: as ksk_create_plan().
 */
int creation_plan_words(struct creation *all, struct error *err);
int creation_plan_list(struct creation *all, struct error *err);

#endif
