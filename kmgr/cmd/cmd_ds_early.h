/* Zones whose DS the parent must not have yet, and what they wait for. */
#ifndef CMD_CMD_DS_EARLY_H
#define CMD_CMD_DS_EARLY_H

#include "kmgr/cmd/cmd_ds.h"

/* Of many zones. */
struct cmd_ds_early {
	size_t	n;
	size_t	n_unpublished;	/* of those */
	size_t	n_unbacked;
	size_t	n_timed;	/* of which it is known from when on */
	int64_t	first_at, last_at;
};

/**
 * cmd_ds_note_early(cmd, set):
 * Say of each KSK of ours in ${set}, a zone that is early, what comes before
 * its DS.
 *
 * cmd_ds_unseen(life, set): of a zone that is not the first KSK of ours whose
 * DS nobody has told to be there; NULL: there is none.
 */
void cmd_ds_note_early(struct cmd *cmd, const struct cmd_ds_set *set);
const char *cmd_ds_unseen(const struct zone_life *life,
    const struct cmd_ds_set *set);

/**
 * cmd_ds_early_add(early, set, err):
 * Count the zone of ${set}, which is early; ${err} says so. Returns -1.
 *
 * Errors: ERR_NOT_YET.
 */
int cmd_ds_early_add(struct cmd_ds_early *early, const struct cmd_ds_set *set,
    struct error *err);

/**
 * cmd_ds_early_note(early, cmd, all):
 * Say what the zones that were counted, of ${all}, wait for.
 */
void cmd_ds_early_note(const struct cmd_ds_early *early, struct cmd *cmd,
    size_t all);

#endif
