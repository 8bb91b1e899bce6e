/* Key signing requests and signed key responses. */
#include "kmgr/cmd/commands.h"

static const enum opt none[] = { OPT_END };
static const enum opt make_ksr_opts[] = { OPT_FORMAT, OPT_ZSK, OPT_START,
	OPT_FINISH, OPT_TTL, OPT_BUNDLES, OPT_INTERVAL, OPT_VALIDITY, OPT_ID,
	OPT_SERIAL, OPT_OUTPUT, OPT_END };
static const enum opt sign_ksr_opts[] = { OPT_CMK, OPT_ZONE, OPT_SCHEMA,
	OPT_CURRENT, OPT_NEXT, OPT_GENESIS, OPT_PREVIOUS_SKR, OPT_FINISH,
	OPT_YES, OPT_REQUESTER_SIGNATURE, OPT_EMERGENCY_SKR, OPT_RECORD,
	OPT_OUTPUT, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt verify_skr_opts[] = { OPT_KSR, OPT_DS, OPT_AS_OF,
	OPT_END };
static const enum opt check_ksr_opts[] = { OPT_POLICY, OPT_CMK, OPT_ZONE,
	OPT_PREVIOUS_SKR, OPT_GENESIS, OPT_FINISH, OPT_AS_OF,
	OPT_REQUESTER_SIGNATURE, OPT_END };

const struct command commands_ksr[] = {
	{ "show-ksr", GROUP_KSR, "FILE|-",
	    "show a key signing request or a signed key response",
	    "A row a bundle, with the tags of its ZSKs and KSKs: P is "
	    "published, S signs, R is revoked. The format is recognised by "
	    "what the file holds. Nothing is verified. --json has every "
	    "field. Needs neither token nor store nor configuration.",
	    none, 1, 1, CMD_NO_SESSION, cmd_show_ksr },
	{ "check-ksr", GROUP_KSR, "FILE|- --policy FILE | --cmk CMK",
	    "judge a key signing request by every rule",
	    "A line a rule: pass, fail with the bundle and what was found, "
	    "warn, or off and why. With --policy needs neither configuration "
	    "nor store; with --cmk it takes the CMK's policy and, of the "
	    "zone, KSKs, answered requests and the last response from the "
	    "store, as sign-ksr does. Never needs the token. Exit 5 where a "
	    "rule fails, 4 where the file cannot be read.",
	    check_ksr_opts, 1, 1, CMD_NO_SESSION, cmd_check_ksr },
	{ "make-ksr", GROUP_KSR, "ZONE --format icann|bind|knot --zsk FILE... "
	    "[-o FILE]",
	    "make a key signing request from ZSK files",
	    "For zone operators without a generator. FILE is a DNSKEY record "
	    "as dnssec-keygen writes it; FROM and UNTIL say when it is in "
	    "the zone's DNSKEY RRset. In the format of ICANN each ZSK signs "
	    "each bundle, and its private half lies beside it as *.private. "
	    "Needs neither configuration nor token.",
	    make_ksr_opts, 1, 1, CMD_NO_SESSION, cmd_make_ksr },
	{ "sign-ksr", GROUP_KSR, "FILE|-|DIR [--schema NAME] [--genesis] "
	    "[--yes] [-o SKR]",
	    "answer a key signing request",
	    "Reads a request in any of the three formats, judges it and the "
	    "response by every rule, asks for Yes, signs every bundle in the "
	    "token, reads the response again, and writes it. Without --schema "
	    "every KSK that the zone needs now is published and signs in "
	    "every bundle. BIND's format needs --end TIME: it does not say "
	    "when the last bundle ends. The same request gets the same "
	    "response again while KSKs and policy are the same. In DIR every "
	    "request is answered, NAME.ksr by NAME.skr and ksr-NAME.xml by "
	    "skr-NAME.xml, beside it or in the folder of -o, which must be "
	    "there; exit 12 where some were refused.",
	    sign_ksr_opts, 1, 1, CMD_WITH_SESSION, cmd_sign_ksr },
	{ "verify-skr", GROUP_KSR, "FILE [--ksr KSR] [--ds FILE]",
	    "judge a signed key response before it is imported",
	    "Whether its signatures verify and cover all the time, its ZSKs "
	    "are those of the request, its KSKs lead to the DS, and the "
	    "importer of its format takes it. Exit 0 says so. Needs neither "
	    "configuration nor token.",
	    verify_skr_opts, 1, 1, CMD_NO_SESSION, cmd_verify_skr },
};
const size_t commands_ksr_n = sizeof(commands_ksr) / sizeof(commands_ksr[0]);
