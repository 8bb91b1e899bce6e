/* What happens to keys as time goes on, and how it is watched. */
#include "kmgr/cmd/commands.h"

static const enum opt status_opts[] = { OPT_TODO, OPT_END };
static const enum opt change_opts[] = { OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN,
	OPT_END };
static const enum opt ds_ask_opts[] = { OPT_ZONES_FROM, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt roll_opts[] = { OPT_CMK, OPT_ZONES_OF, OPT_REASON,
	OPT_BREAK_CHAIN, OPT_YES, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt go_insecure_opts[] = { OPT_YES, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt zone_signed_opts[] = { OPT_ALG, OPT_AT,
	OPT_ZONES_FROM, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt zone_unsigned_opts[] = { OPT_ALG, OPT_FORCE,
	OPT_ZONES_FROM, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt foreign_opts[] = { OPT_AT, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt run_opts[] = { OPT_WATCH, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt plan_opts[] = { OPT_UNTIL, OPT_SVG, OPT_END };
static const enum opt check_opts[] = { OPT_NO_NETWORK, OPT_NO_TOKEN,
	OPT_END };
static const enum opt metrics_opts[] = { OPT_NO_NETWORK, OPT_OUTPUT,
	OPT_END };

const struct command commands_life[] = {
	{ "plan", GROUP_LIFE, "[ZONE] [--until TIME] [--svg FILE]",
	    "show what happens to a zone's keys, when, and why not now",
	    "What is due, what waits and until when or for what, and, as if "
	    "everything were done when it is due, all that happens until "
	    "TIME (default: a year from now); at the end what the oracle "
	    "says of that future. Without ZONE all zones, of more than four a "
	    "line each. --svg draws it. "
	    "TIME is as for sign-zsks. Needs no token, and changes nothing.",
	    plan_opts, 0, 1, CMD_WITH_SESSION, cmd_life_plan },
	{ "status", GROUP_LIFE, "[ZONE|--todo]",
	    "show where zones stand, and the one thing to do next",
	    "A line a zone: its KSKs in words, how long its DNSKEY RRset is "
	    "signed for, what it waits for, since when and until when, and "
	    "the command that comes next; at the end how many fail, are due, "
	    "wait for somebody, or have nothing to do. --todo leaves out the "
	    "last. With ZONE all there is to know of one. Needs no token.",
	    status_opts, 0, 1, CMD_WITH_SESSION, cmd_status },
	{ "run", GROUP_LIFE, "[ZONE]... [--watch]",
	    "do all that is due: sign, publish, ask the parent, roll",
	    "One pass over the zones that are due, or over those that are "
	    "named. What is done already is not done again, and two may run "
	    "at once. What is left to the operator is said. --watch stays, "
	    "and sleeps until something is due.",
	    run_opts, 0, CMD_ANY_WORDS, CMD_WITH_SESSION, cmd_run },
	{ "roll-ksk", GROUP_LIFE, "ZONE[/KEYTAG]|--zones-of CMK [--cmk NEW] "
	    "[--reason REASON] [--break-chain ZONE]",
	    "replace a KSK: on schedule, or in an emergency",
	    "Makes the successor, or lets one that is there, or a standby, "
	    "take over, and retires the KSKs in use, or the one that is "
	    "named; the plan does the rest. --cmk NEW takes the successor "
	    "from another CMK: that is how algorithm and policy change; both "
	    "sign meanwhile, and each wait is the longer of the two. A "
	    "second roll waits for the first (exit 11). With --reason "
	    "compromise or loss none waits, and for how long the old KSK "
	    "can deceive resolvers is shown before: keep the chain (--yes), "
	    "or break it with --break-chain and the zone's name. --zones-of "
	    "CMK rolls all zones that have a KSK under it, as one plan: under "
	    "custody shared to one new key pair. A zone that refuses holds up "
	    "no other, and what was interrupted the same command goes on "
	    "with.",
	    roll_opts, 0, 1, CMD_WITH_SESSION, cmd_roll_ksk },
	{ "go-insecure", GROUP_LIFE, "ZONE [--yes]",
	    "let a zone leave DNSSEC without an outage",
	    "Its DS are removed at the parent first; the DNSKEYs go when no "
	    "cache has one, and the zone signer may stop last. Asks for the "
	    "zone's name, unless --yes is given.",
	    go_insecure_opts, 1, 1, CMD_WITH_SESSION, cmd_go_insecure },
	{ "go-secure", GROUP_LIFE, "ZONE", "take that back", "",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_go_secure },
	{ "leave-zone", GROUP_LIFE, "ZONE",
	    "hand a zone over to the providers whose KSKs are foreign ones",
	    "Retires our KSKs without a successor: their DS go first, then "
	    "their DNSKEYs. Refused before DNSKEY and DS of a foreign KSK are "
	    "in every cache (exit 11). Before it no name server that serves "
	    "our DNSKEY RRset may be in a cache's NS RRset of the zone.",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_leave_zone },
	{ "revoke-ksk", GROUP_LIFE, "ZONE/KEYTAG|ID",
	    "revoke a KSK that is a trust anchor (RFC 5011)",
	    "Only under rfc5011: true, once its DS is gone, and while those "
	    "who follow the zone's KSKs trust another one; else exit 5, or 11 "
	    "with the instant. The DNSKEY RRset that is signed next has it "
	    "revoked.",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_revoke_ksk },
	{ "ds-add", GROUP_LIFE, "ZONE/KEYTAG|ID|--zones-from FILE",
	    "tell that the parent is asked to add a DS",
	    "What run does by itself, by hand: only when the plan has it, "
	    "else exit 11 with what it waits for, or 5 where nobody wants "
	    "it. ds-seen tells that it is there. A line of --zones-from is a "
	    "ZONE/KEYTAG or a ZONE, the one KSK of it whose DS may be asked "
	    "for.",
	    ds_ask_opts, 1, 1, CMD_WITH_SESSION, cmd_ds_add },
	{ "ds-remove", GROUP_LIFE, "ZONE/KEYTAG|ID|--zones-from FILE",
	    "tell that the parent is asked to remove a DS",
	    "As ds-add. ds-gone tells that it is there no more.",
	    ds_ask_opts, 1, 1, CMD_WITH_SESSION, cmd_ds_remove },
	{ "zone-signed", GROUP_LIFE,
	    "ZONE|--zones-from FILE --alg ALG [--at TIME]",
	    "tell that a zone's data is signed with an algorithm",
	    "All of it has RRSIGs of ALG since TIME, which is not in the "
	    "future. No DS of ALG is asked for before that is everywhere. A "
	    "line of --zones-from is a ZONE.",
	    zone_signed_opts, 1, 1, CMD_WITH_SESSION, cmd_zone_signed },
	{ "zone-unsigned", GROUP_LIFE,
	    "ZONE|--zones-from FILE --alg ALG [--force]",
	    "tell that its signer signs with an algorithm no more",
	    "Refused before the plan asks for it: then the zone signer is to "
	    "go on. --force tells that it has stopped all the same. "
	    "--zones-from as for zone-signed.",
	    zone_unsigned_opts, 1, 1, CMD_WITH_SESSION, cmd_zone_unsigned },
	{ "add-foreign-key", GROUP_LIFE, "ZONE FILE|- [--at TIME]",
	    "register the KSK of another provider",
	    "Each DNSKEY record with flags 257 in FILE, a zone file, is from "
	    "now on in every DNSKEY RRset that is signed, in what the parent "
	    "is to have, and in all that is judged. --at tells since when "
	    "the parent has its DS.",
	    foreign_opts, 2, 2, CMD_WITH_SESSION, cmd_add_foreign_key },
	{ "remove-foreign-key", GROUP_LIFE, "ZONE/KEYTAG",
	    "let the KSK of another provider go",
	    "Its DS goes first, then its DNSKEY; once no cache has anything "
	    "of it the same command removes it, and before that exit 11 says "
	    "what it waits for.",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_remove_foreign_key },
	{ "check", GROUP_HEALTH, "[ZONE] [--no-network] [--no-token]",
	    "check zones as monitoring systems want it",
	    "Looks at store and ledger, has every KSK sign in its token what "
	    "is of no use to anybody, asks every name server of the zone and "
	    "of its parent, and the resolvers that are configured. Prints one "
	    "line with performance data, as Nagios plug-ins do, then a line "
	    "a finding. Exit 0 where all is well, 1 for a warning, 2 for "
	    "what is critical, 3 where nothing could be told. Without ZONE "
	    "all zones. Thresholds are in the configuration.",
	    check_opts, 0, 1, CMD_NO_SESSION, cmd_check },
	{ "metrics", GROUP_HEALTH, "[--no-network] [-o FILE]",
	    "write what Prometheus is to know",
	    "In the text format of the node exporter's textfile collector. "
	    "FILE is replaced as a whole.",
	    metrics_opts, 0, 0, CMD_WITH_SESSION, cmd_metrics },
};
const size_t commands_life_n = sizeof(commands_life) / sizeof(commands_life[0]);
