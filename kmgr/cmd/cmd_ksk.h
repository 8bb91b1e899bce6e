/* What the commands on KSKs share. */
#ifndef CMD_CMD_KSK_H
#define CMD_CMD_KSK_H

#include <stddef.h>

#include "kmgr/cmd/command.h"
#include "kmgr/engine/ksk.h"

/**
 * cmd_ksk_put(json, ksk):
 * Put what there is to know of ${ksk} at a glance into the object ${json}.
 */
void cmd_ksk_put(struct json *json, const struct ksk *ksk);

/**
 * cmd_ksk_list(list, n, cmd):
 * Make the ${n} KSKs ${list} the result: a table, and "ksks" for machines.
 */
void cmd_ksk_list(const struct ksk *list, size_t n, struct cmd *cmd);

/**
 * cmd_ksk_check_pins(cmd, list, n, err):
 * cmd_cmk_check_pins() the CMKs of ${n} KSKs, for what is given away.
 *
 * Errors: ERR_INTEGRITY.
 */
int cmd_ksk_check_pins(struct cmd *cmd, const struct ksk *list, size_t n,
    struct error *err);

#endif
