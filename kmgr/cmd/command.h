/* Commands: rows of one table. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/base/progress.h"
#include "kmgr/cmd/args.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

#define CMD_ANY_WORDS SIZE_MAX
#define COMMAND_SCHEMA 1		/* of the JSON that commands print */

/* What a command works with and leaves behind. */
struct cmd {
	const struct command	*command;
	const struct args	*args;
	struct session_options	 options;	/* to open the session */
	struct session		*session;	/* NULL where not needed */
	bool			 wants_json;	/* --json was given */
	struct json		*json;		/* the result for machines */
	struct buf		 text;		/* the result for people */
	struct buf		 notes;		/* where there is no session */
	bool			 is_partial;	/* printed on failure too */
	int			 status;	/* exit status of a success;
						 * check's alone is not 0 */
	size_t			 n_rows;	/* given to cmd_row() */
	struct file_out		*rows_file;	/* with the rows of JSON; NULL:
						 * standard output has them */
	bool			 has_written;	/* the output is in its place;
						 * json and text tell of it */
	struct error		 refusal;	/* by policy, of one of many */
	struct progress		*progress;	/* NULL: nobody watches */
	bool			 tells_progress; /* cmd_progress() does */
	size_t			 part_first;	/* session_progress() tells of
						 * a part from here on */
	size_t			 parts_all;	/* of so many; 0: of all */
};

enum cmd_session { CMD_NO_SESSION, CMD_WITH_SESSION };

struct command {
	const char	*name;
	const char	*group;
	const char	*words;		/* "ZONE... --cmk NAME" */
	const char	*summary;	/* one line */
	const char	*help;		/* what else there is to know */
	const enum opt	*opts;		/* ended by OPT_END */
	size_t		 min_words, max_words;
	enum cmd_session session;
	int		(*run)(struct cmd *, struct error *);
};

/**
 * command_find(name), command_at(i):
 * The command called ${name}; the ${i}th, NULL behind the last.
 */
const struct command *command_find(const char *name);
const struct command *command_at(size_t i);

/**
 * command_usage(command, out), command_overview(out):
 * Append how ${command} is used; all commands by group.
 */
void command_usage(const struct command *command, struct buf *out);
void command_overview(struct buf *out);

/**
 * command_need(name, err):
 * As command_find(); a name that nothing has is an error, with the command
 * that may have been meant.
 *
 * Errors: ERR_USAGE.
 */
const struct command *command_need(const char *name, struct error *err);

/**
 * command_status(command, err):
 * The exit status of ${command}, NULL where none was found, that failed with
 * ${err}: its class; of check what says to Nagios that nothing is known.
 */
int command_status(const struct command *command, const struct error *err);

/**
 * command_fills_folder(cmd):
 * Whether -o of ${cmd} names a folder.
 */
bool command_fills_folder(const struct cmd *cmd);

/**
 * cmd_zone(text, zone, err):
 * Read a zone's name from the command line.
 *
 * Errors: ERR_USAGE.
 */
int cmd_zone(const char *text, struct name *zone, struct error *err);

/**
 * cmd_option(cmd, opt, out, err):
 * The value of an option that must be there.
 *
 * Errors: ERR_USAGE.
 */
int cmd_option(const struct cmd *cmd, enum opt opt, const char **out,
    struct error *err);

/**
 * cmd_time(cmd, opt, preset, out, err):
 * The instant that ${opt} names, ${preset} where it was not given.
 *
 * Errors: ERR_USAGE.
 */
int cmd_time(const struct cmd *cmd, enum opt opt, int64_t preset,
    int64_t *out, struct error *err);

/**
 * cmd_progress(cmd, done, all):
 * Show that ${done} of ${all} are behind; what session_progress() tells, of
 * less, is shown no more.
 */
void cmd_progress(struct cmd *cmd, size_t done, size_t all);

/**
 * cmd_output(cmd):
 * The file that --output names, NULL for standard output.
 */
const char *cmd_output(const struct cmd *cmd);

/**
 * cmd_no_folder(path, err):
 * Say that --output names a folder that is not there. Always returns -1.
 */
int cmd_no_folder(const char *path, struct error *err);

/**
 * cmd_check_input(path, err):
 * Refuse what is neither a regular file nor "-", standard input.
 *
 * Errors: ERR_SYSTEM.
 */
int cmd_check_input(const char *path, struct error *err);

/**
 * cmd_public_key(path, out, err):
 * The public key in the PEM file ${path}.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_SYSTEM, ERR_INPUT.
 */
int cmd_public_key(const char *path, struct crypto_key **out,
    struct error *err);

/**
 * cmd_row(cmd, list, row_take, err):
 * One more row of a result that goes to standard output, as soon as there is
 * enough of them: what was added to cmd->text, or where JSON is wanted
 * ${row_take}, else NULL, for the array ${list}. What the result says beside
 * them is put into cmd->json before the first or behind the last row.
 *
 * cmd_row_json(cmd, list, row_take, out): append that row of JSON to ${out},
 * for who writes it himself, and before the first one what stands before it.
 *
 * cmd_row_put(row, depth, is_first, out): append ${row} as it stands ${depth}
 * objects and arrays deep.
 *
 * cmd_rows_end(cmd, out): what stands behind the last row of JSON.
 *
 * Errors: ERR_SYSTEM.
 */
int cmd_row(struct cmd *cmd, const char *list, struct json *row_take,
    struct error *err);
void cmd_row_json(struct cmd *cmd, const char *list, struct json *row_take,
    struct buf *out);
void cmd_row_put(const struct json *row, size_t depth, bool is_first,
    struct buf *out);
void cmd_rows_end(const struct cmd *cmd, struct buf *out);

/**
 * cmd_wrap(text, out):
 * Append ${text} in lines of at most 78 characters.
 */
void cmd_wrap(const char *text, struct buf *out);

/**
 * cmd_plan(cmd, plan):
 * Make ${plan} the command's result, for --dry-run.
 */
void cmd_plan(struct cmd *cmd, const struct plan *plan);

/* One a command, in the file of its noun. */
int cmd_add_foreign_key(struct cmd *cmd, struct error *err);
int cmd_apply_plan(struct cmd *cmd, struct error *err);
int cmd_approve(struct cmd *cmd, struct error *err);
int cmd_backup(struct cmd *cmd, struct error *err);
int cmd_cancel_cmk_deletion(struct cmd *cmd, struct error *err);
int cmd_check(struct cmd *cmd, struct error *err);
int cmd_check_ksr(struct cmd *cmd, struct error *err);
int cmd_check_parent(struct cmd *cmd, struct error *err);
int cmd_check_policy(struct cmd *cmd, struct error *err);
int cmd_confirm_backup(struct cmd *cmd, struct error *err);
int cmd_create_cmk(struct cmd *cmd, struct error *err);
int cmd_create_ksk(struct cmd *cmd, struct error *err);
int cmd_delete_cmk(struct cmd *cmd, struct error *err);
int cmd_delete_ksk(struct cmd *cmd, struct error *err);
int cmd_describe_cmk(struct cmd *cmd, struct error *err);
int cmd_describe_ksk(struct cmd *cmd, struct error *err);
int cmd_disable_cmk(struct cmd *cmd, struct error *err);
int cmd_ds_add(struct cmd *cmd, struct error *err);
int cmd_ds_gone(struct cmd *cmd, struct error *err);
int cmd_ds_remove(struct cmd *cmd, struct error *err);
int cmd_ds_seen(struct cmd *cmd, struct error *err);
int cmd_enable_cmk(struct cmd *cmd, struct error *err);
int cmd_explain_rule(struct cmd *cmd, struct error *err);
int cmd_export_endorsement(struct cmd *cmd, struct error *err);
int cmd_get_ds(struct cmd *cmd, struct error *err);
int cmd_get_policy(struct cmd *cmd, struct error *err);
int cmd_get_zsks(struct cmd *cmd, struct error *err);
int cmd_export_ledger(struct cmd *cmd, struct error *err);
int cmd_export_trust_anchor(struct cmd *cmd, struct error *err);
int cmd_go_insecure(struct cmd *cmd, struct error *err);
int cmd_go_secure(struct cmd *cmd, struct error *err);
int cmd_help(struct cmd *cmd, struct error *err);
int cmd_init(struct cmd *cmd, struct error *err);
int cmd_leave_zone(struct cmd *cmd, struct error *err);
int cmd_life_plan(struct cmd *cmd, struct error *err);
int cmd_list_cmks(struct cmd *cmd, struct error *err);
int cmd_list_events(struct cmd *cmd, struct error *err);
int cmd_list_ksks(struct cmd *cmd, struct error *err);
int cmd_list_plans(struct cmd *cmd, struct error *err);
int cmd_list_tokens(struct cmd *cmd, struct error *err);
int cmd_make_ksr(struct cmd *cmd, struct error *err);
int cmd_metrics(struct cmd *cmd, struct error *err);
int cmd_migrate_store(struct cmd *cmd, struct error *err);
int cmd_probe_token(struct cmd *cmd, struct error *err);
int cmd_remove_foreign_key(struct cmd *cmd, struct error *err);
int cmd_replace_approver(struct cmd *cmd, struct error *err);
int cmd_show_ksr(struct cmd *cmd, struct error *err);
int cmd_show_plan(struct cmd *cmd, struct error *err);
int cmd_recover(struct cmd *cmd, struct error *err);
int cmd_restore(struct cmd *cmd, struct error *err);
int cmd_revoke_ksk(struct cmd *cmd, struct error *err);
int cmd_roll_ksk(struct cmd *cmd, struct error *err);
int cmd_sign_ksr(struct cmd *cmd, struct error *err);
int cmd_sign_zsks(struct cmd *cmd, struct error *err);
int cmd_withdraw_plan(struct cmd *cmd, struct error *err);
int cmd_put_policy(struct cmd *cmd, struct error *err);
int cmd_run(struct cmd *cmd, struct error *err);
int cmd_schedule_cmk_deletion(struct cmd *cmd, struct error *err);
int cmd_sign_zsks(struct cmd *cmd, struct error *err);
int cmd_status(struct cmd *cmd, struct error *err);
int cmd_update_cmk(struct cmd *cmd, struct error *err);
int cmd_verify(struct cmd *cmd, struct error *err);
int cmd_verify_endorsement(struct cmd *cmd, struct error *err);
int cmd_verify_ledger(struct cmd *cmd, struct error *err);
int cmd_verify_skr(struct cmd *cmd, struct error *err);
int cmd_zone_signed(struct cmd *cmd, struct error *err);
int cmd_zone_unsigned(struct cmd *cmd, struct error *err);

#endif
