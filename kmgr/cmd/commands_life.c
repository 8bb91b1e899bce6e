/* What happens to keys as time goes on, and how it is watched. */
#include "kmgr/cmd/commands.h"

static const enum opt none[] = { OPT_END };
static const enum opt plan_opts[] = { OPT_UNTIL, OPT_SVG, OPT_END };

const struct command commands_life[] = {
	{ "plan", GROUP_LIFE, "[ZONE] [--until TIME] [--svg FILE]",
	    "show what happens to a zone's keys, when, and why not now",
	    "What is due, what waits and until when or for what, and, as if "
	    "everything were done when it is due, all that happens until "
	    "TIME (default: a year from now); at the end what the oracle "
	    "says of that future. Without ZONE all zones. --svg draws it. "
	    "TIME is as for sign-zsks. Needs no token, and changes nothing.",
	    plan_opts, 0, 1, CMD_WITH_SESSION, cmd_life_plan },
	{ "status", GROUP_LIFE, "[ZONE]",
	    "show where zones stand, and the one thing to do next",
	    "A line a zone: its KSKs in words, how long its DNSKEY RRset is "
	    "signed for, what it waits for, since when and until when, and "
	    "the command that comes next. With ZONE all there is to know of "
	    "one. Needs no token.",
	    none, 0, 1, CMD_WITH_SESSION, cmd_status },
};
const size_t commands_life_n = sizeof(commands_life) / sizeof(commands_life[0]);
