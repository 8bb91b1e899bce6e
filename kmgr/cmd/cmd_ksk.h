/* What the commands on KSKs share. */
#ifndef CMD_CMD_KSK_H
#define CMD_CMD_KSK_H

#include <stddef.h>

#include "kmgr/cmd/command.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/zone_life.h"

/**
 * cmd_ksk_put(json, ksk):
 * Put what there is to know of ${ksk} at a glance into the object ${json}.
 */
void cmd_ksk_put(struct json *json, const struct ksk *ksk);

/**
 * cmd_ksk_put_foreign(json, zone, i, now_at):
 * Likewise the ${i}th key of ${zone}, another provider's.
 */
void cmd_ksk_put_foreign(struct json *json, const struct zone_life *zone,
    size_t i, int64_t now_at);

/**
 * cmd_ksk_wait(cmd, zone, i):
 * What the plan says first of the ${i}th key of ${zone}; NULL where it says
 * nothing. Who waits has the word for it in JSON.
 * Owner: the caller, free().
 */
char *cmd_ksk_wait(const struct cmd *cmd, const struct zone_life *zone,
    size_t i);

/**
 * cmd_ksk_foreign(cmd, cache, text, found, err):
 * Show the foreign key ${text}, ZONE/KEYTAG, if there is one.
 *
 * Errors: as zone_life_load().
 */
int cmd_ksk_foreign(struct cmd *cmd, struct cmk_cache *cache,
    const char *text, bool *found, struct error *err);

/**
 * cmd_ksk_list(list, n, cmd):
 * Make the ${n} KSKs ${list} the result: a table, and "ksks" for machines.
 */
void cmd_ksk_list(const struct ksk *list, size_t n, struct cmd *cmd);

/* The same of more KSKs than are in memory at once. */
struct cmd_ksk_parts {
	struct cmd	*cmd;
	struct stream	*stream;	/* that has the rows of JSON, or NULL */
	struct table	 table;		/* empty between parts */
	struct json	*ksks;		/* else: owned by cmd->json */
};

/**
 * cmd_ksk_parts_begin(parts, cmd, stream), cmd_ksk_parts_add(parts, list, n):
 * Begin a table, whose heads the first part has; append the ${n} KSKs ${list}
 * to the result: its text, and where JSON is wanted that, or ${stream}.
 *
 * cmd_ksk_parts_widen(parts, zone_len):
 * Where parts follow whose zones' names have up to ${zone_len} characters: all
 * have the same columns.
 */
void cmd_ksk_parts_begin(struct cmd_ksk_parts *parts, struct cmd *cmd,
    struct stream *stream);
void cmd_ksk_parts_add(struct cmd_ksk_parts *parts, const struct ksk *list,
    size_t n);
void cmd_ksk_parts_widen(struct cmd_ksk_parts *parts, size_t zone_len);

/**
 * cmd_ksk_note_next(list, n, cmd):
 * A note on what the operator does with those of ${n} KSKs that nobody has seen
 * yet; whether there is any.
 */
bool cmd_ksk_note_next(const struct ksk *list, size_t n, struct cmd *cmd);

/**
 * cmd_ksk_check_pins(cmd, list, n, err):
 * cmd_cmk_check_pins() the CMKs of ${n} KSKs, for what is given away.
 *
 * Errors: ERR_INTEGRITY.
 */
int cmd_ksk_check_pins(struct cmd *cmd, const struct ksk *list, size_t n,
    struct error *err);

/**
 * cmd_ksk_load(cmd, cache, text, zone, out, n, err):
 * The KSKs, at least one, of "ZONE", or the one of "ZONE/KEYTAG", to be told
 * to others: their CMKs are those that the configuration pins.
 *
 * Owner: the caller, ksk_list_free(), also after an error.
 * Errors: ERR_USAGE, ERR_INPUT, ERR_INTEGRITY, ERR_STORE.
 */
int cmd_ksk_load(struct cmd *cmd, struct cmk_cache *cache, const char *text,
    struct name *zone, struct ksk **out, size_t *n, struct error *err);

#endif
