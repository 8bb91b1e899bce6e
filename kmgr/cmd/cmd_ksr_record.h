/* What a ceremony shows and leaves behind. */
#ifndef CMD_KSR_RECORD_H
#define CMD_KSR_RECORD_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/skr.h"

/**
 * cmd_ksr_head(skr, out):
 * Append zone, format and the digest of the request in hex and in words, and,
 * where they are there, those of the responses.
 */
void cmd_ksr_head(const struct skr *skr, struct buf *out);

/**
 * cmd_ksr_result(cmd, skr):
 * Make the answer the result of ${cmd}, for people and for machines.
 */
void cmd_ksr_result(struct cmd *cmd, const struct skr *skr);

/**
 * cmd_ksr_record(cmd, skr, out, err):
 * Append the record of the ceremony: who, when, which host, token and program,
 * digests, what the rules said, bundles, and where the ledger stands; as JSON
 * where ${cmd} wants that.
 *
 * Errors: ERR_STORE.
 */
int cmd_ksr_record(const struct cmd *cmd, const struct skr *skr,
    struct buf *out, struct error *err);

#endif
