/* What many zones ask of people, in one line. */
#ifndef CMD_CMD_STATUS_SUM_H
#define CMD_CMD_STATUS_SUM_H

#include <stddef.h>

#include "kmgr/cmd/cmd_standing.h"

struct cmd_status_sum {
	size_t	n_of[CMD_STANDING_KINDS];
	size_t	n_unread;	/* zones of which nothing could be told */
};

/**
 * cmd_status_sum_all(sum):
 * The number of all zones.
 */
size_t cmd_status_sum_all(const struct cmd_status_sum *sum);

/**
 * cmd_status_sum_put(sum, json), cmd_status_sum_print(sum, out):
 * Put them as the object "summary"; append them as a line. In that what there
 * is none of is left out.
 */
void cmd_status_sum_put(const struct cmd_status_sum *sum, struct json *json);
void cmd_status_sum_print(const struct cmd_status_sum *sum, struct buf *out);

#endif
