/* KSKs that nothing needs any more: what status says of them. */
#ifndef CMD_CMD_STATUS_END_H
#define CMD_CMD_STATUS_END_H

#include "kmgr/cmd/cmd_life.h"

struct cmd_end {
	size_t	 key;			/* in the zone's */
	int64_t	 at;			/* 0: ever; LIFE_NEVER: somebody has to
					 * tell of its DS first */
};

struct cmd_ends {
	struct cmd_end	*list;
	size_t		 n;
};

/**
 * cmd_ends_find(cmd, zone, plan, out, err):
 * The keys of ${zone} that ${plan} has as done, and from when on they may be
 * deleted.
 *
 * cmd_ends_at(ends, key): that instant; LIFE_NEVER of any other key.
 *
 * Owner: the caller, cmd_ends_clear(ends).
 * Errors: ERR_STORE.
 */
int cmd_ends_find(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct cmd_ends *out, struct error *err);
int64_t cmd_ends_at(const struct cmd_ends *ends, size_t key);
void cmd_ends_clear(struct cmd_ends *ends);

/**
 * cmd_ends_print(ends, zone, before, after, out):
 * Print a sentence for each, ${before} and ${after} around it.
 */
void cmd_ends_print(const struct cmd_ends *ends, const struct zone_life *zone,
    const char *before, const char *after, struct buf *out);

#endif
