/* The command line: one table of options, parsed by getopt_long(). */
#ifndef CMD_ARGS_H
#define CMD_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"

enum opt {
	OPT_END = 0,		/* ends a command's list */
	/* before or behind the command's name */
	OPT_CONFIG,
	OPT_JSON,
	OPT_QUIET,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_VERSION,
	/* of commands */
	OPT_ACCEPT_LOSS,
	OPT_ACCEPT_TIME_JUMP,
	OPT_ADD,
	OPT_AGAIN,
	OPT_ALG,
	OPT_ANCHOR,
	OPT_ANOTHER,
	OPT_APPROVERS,
	OPT_AS_OF,
	OPT_AT,
	OPT_BESIDE_OTHERS,
	OPT_BREAK_CHAIN,
	OPT_BUNDLES,
	OPT_CDS,
	OPT_CMK,
	OPT_CMK_PUBLIC_KEY,
	OPT_CONTACT,
	OPT_CURRENT,
	OPT_DIFF,
	OPT_DRY_RUN,
	OPT_DS,
	OPT_EARLY,
	OPT_EMERGENCY_SKR,
	OPT_ENDORSEMENT,
	OPT_EXPIRATION,
	OPT_FETCH,
	OPT_FINISH,		/* --end */
	OPT_FORCE,
	OPT_FORMAT,
	OPT_FROM,
	OPT_GENESIS,
	OPT_ID,
	OPT_INCEPTION,
	OPT_INTERVAL,
	OPT_KEYS,
	OPT_KSR,
	OPT_LAST,
	OPT_LEDGER,
	OPT_MODULE,
	OPT_NAME,
	OPT_NEXT,
	OPT_NO_NETWORK,
	OPT_NO_TOKEN,
	OPT_ONCE,
	OPT_OUTPUT,
	OPT_PENDING_WINDOW,
	OPT_POLICY,
	OPT_PREVIOUS_SKR,
	OPT_REASON,
	OPT_RECORD,
	OPT_REMOVE,
	OPT_REQUESTER_SIGNATURE,
	OPT_SCHEMA,
	OPT_SEAL_TOKEN,
	OPT_SERIAL,
	OPT_SIGNATURE,
	OPT_SINCE,
	OPT_SOURCE,
	OPT_STANDBY,
	OPT_START,
	OPT_STORE,
	OPT_SVG,
	OPT_TAG,
	OPT_TODO,
	OPT_TOKEN,
	OPT_TRANSFER,
	OPT_TSIG,
	OPT_TTL,
	OPT_TYPE,
	OPT_UNTAG,
	OPT_UNTIL,
	OPT_VALIDITY,
	OPT_WATCH,
	OPT_YES,
	OPT_ZONE,
	OPT_ZONES_FROM,
	OPT_ZONES_OF,
	OPT_ZSK,
	OPT_N
};

struct opt_info {
	const char	*name;		/* "dry-run" */
	char		 letter;	/* or 0 */
	const char	*arg;		/* "FILE", or NULL for a switch */
	const char	*help;
};

struct args {
	const char	**values[OPT_N];	/* of each option, in order */
	size_t		  n_values[OPT_N];
	const char	**words;	/* what is no option */
	size_t		  n_words;
};

/**
 * args_opt(opt):
 * The row of ${opt}.
 */
const struct opt_info *args_opt(enum opt opt);

/**
 * args_globals():
 * The options of every command, ended by OPT_END.
 */
const enum opt *args_globals(void);

enum args_stop { ARGS_TO_THE_END, ARGS_STOP_AT_WORD };

/**
 * args_parse(argc, argv, opts, stop, args, used, err):
 * Parse argv[1] up to argv[${argc} - 1] with the global options and ${opts}.
 * Where ${stop} is ARGS_STOP_AT_WORD, parsing ends before the first word;
 * *${used} is the number of arguments behind, argv[0] included. Strings of
 * ${args} point into ${argv}.
 *
 * Owner: the caller, args_clear(), also after an error: then ${args} has what
 * stood before it, so that --json is known to who prints it.
 * Errors: ERR_USAGE.
 */
int args_parse(int argc, char **argv, const enum opt *opts,
    enum args_stop stop, struct args *args, int *used, struct error *err);

/**
 * args_has(args, opt), args_get(args, opt):
 * Whether ${opt} was given; its last value, NULL where it was not.
 */
bool args_has(const struct args *args, enum opt opt);
const char *args_get(const struct args *args, enum opt opt);

/**
 * args_clear(args):
 * Free what ${args} holds.
 */
void args_clear(struct args *args);

#endif
