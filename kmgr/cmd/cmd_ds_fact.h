/* ds-seen and ds-gone of many zones. */
#ifndef CMD_CMD_DS_FACT_H
#define CMD_CMD_DS_FACT_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/ds_fact.h"

/**
 * cmd_ds_fact_many(cmd, request, err):
 * --zones-from: tell what ${request} says of each KSK, or zone, in the list.
 *
 * Errors: as ds_fact_apply(), zone_list_read() and tally_end().
 */
int cmd_ds_fact_many(struct cmd *cmd, const struct ds_fact_request *request,
    struct error *err);

#endif
