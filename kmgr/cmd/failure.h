/* What a command failed of, for people and for machines. */
#ifndef CMD_FAILURE_H
#define CMD_FAILURE_H

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"

/**
 * failure_put(json, err):
 * Put ${err} into what the command has told so far.
 */
void failure_put(struct json *json, const struct error *err);

/**
 * failure_text(err, out), failure_json(command, notes, err, out):
 * Append ${err} as lines; as an object, with the name of the command or NULL,
 * and a list of notes or NULL.
 */
void failure_text(const struct error *err, struct buf *out);
void failure_json(const char *command, const struct json *notes,
    const struct error *err, struct buf *out);

#endif
