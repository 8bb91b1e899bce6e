/* CMKs as commands print them. */
#ifndef CMD_CMK_H
#define CMD_CMK_H

#include "kmgr/base/err.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/cmk.h"

/**
 * cmd_cmk_put(json, cmk), cmd_cmk_print(cmk, out):
 * Put what there is to know of ${cmk} at a glance into the object ${json};
 * append it to ${out} for people.
 */
void cmd_cmk_put(struct json *json, const struct cmk *cmk);
void cmd_cmk_print(const struct cmk *cmk, struct buf *out);

/**
 * cmd_cmk_put_stored(json, key, text):
 * Put the stored JSON ${text} into ${json} as the member ${key}, where it is
 * such a text.
 */
void cmd_cmk_put_stored(struct json *json, const char *key,
    const char *text);

/**
 * cmd_cmk_public_hash(cmk, out):
 * What a configuration pins: the SHA-256 of the seal key's public half.
 * Returns ${out}.
 */
char *cmd_cmk_public_hash(const struct cmk *cmk,
    char out[static 2 * CRYPTO_SHA256_LEN + 1]);

/**
 * cmd_cmk_check_pins(cmd, cmk, err):
 * trust_check_pins(), naming ${cmk}.
 *
 * Errors: ERR_INTEGRITY.
 */
int cmd_cmk_check_pins(struct cmd *cmd, const struct cmk *cmk,
    struct error *err);

/**
 * cmd_cmk_show(cmd, id, err):
 * Make the CMK with name or id ${id} the command's result.
 *
 * Errors: as cmk_load().
 */
int cmd_cmk_show(struct cmd *cmd, const char *id, struct error *err);

#endif
