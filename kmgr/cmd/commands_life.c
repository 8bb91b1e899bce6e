/* What happens to keys as time goes on, and how it is watched. */
#include "kmgr/cmd/commands.h"

static const enum opt plan_opts[] = { OPT_UNTIL, OPT_SVG, OPT_END };

const struct command commands_life[] = {
	{ "plan", GROUP_LIFE, "[ZONE] [--until TIME] [--svg FILE]",
	    "show what happens to a zone's keys, when, and why not now",
	    "Needs no token, and changes nothing.",
	    plan_opts, 0, 1, CMD_WITH_SESSION, cmd_life_plan },
};
const size_t commands_life_n = sizeof(commands_life) / sizeof(commands_life[0]);
