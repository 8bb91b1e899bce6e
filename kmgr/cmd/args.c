#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/args.h"

static const struct opt_info infos[OPT_N] = {
	[OPT_CONFIG] = { "config", 'c', "FILE",
	    "default $KMGR_CONFIG, else " SYSCONFDIR "/kmgr/kmgr.yaml" },
	[OPT_JSON] = { "json", 0, NULL, "print JSON" },
	[OPT_QUIET] = { "quiet", 'q', NULL, "print no notes and no progress" },
	[OPT_VERBOSE] = { "verbose", 'v', NULL,
	    "show each call to the token on standard error" },
	[OPT_HELP] = { "help", 'h', NULL, "say how the command is used" },
	[OPT_VERSION] = { "version", 0, NULL, "print the version" },
	[OPT_ACCEPT_LOSS] = { "accept-loss", 0, NULL,
	    "what the token does not keep is gone for ever" },
	[OPT_ACCEPT_TIME_JUMP] = { "accept-time-jump", 0, NULL,
	    "the clock is right, however far from the last event" },
	[OPT_ADD] = { "add", 0, "FILE", "a file with an SSH public key" },
	[OPT_AGAIN] = { "again", 0, NULL,
	    "sign what is signed for long already, too" },
	[OPT_ALG] = { "alg", 0, "ALG", "a DNSSEC algorithm, name or number" },
	[OPT_ANCHOR] = { "anchor", 0, "HASH",
	    "a head that a witness kept, or its first digits" },
	[OPT_ANOTHER] = { "another", 0, NULL,
	    "make one more where a zone has a KSK already" },
	[OPT_APPROVERS] = { "approvers", 0, "FILE",
	    "the SSH public keys of those who may approve, a line each" },
	[OPT_AS_OF] = { "as-of", 0, "TIME", "judge as if it were then" },
	[OPT_AT] = { "at", 0, "TIME", "when it was (default: now)" },
	[OPT_BESIDE_OTHERS] = { "beside-others", 0, NULL,
	    "the token may keep CMKs that this store does not know" },
	[OPT_BREAK_CHAIN] = { "break-chain", 0, "ZONE",
	    "let resolvers fail until caches are empty; the zone's name" },
	[OPT_BUNDLES] = { "bundles", 0, "N", "bundles in the request" },
	[OPT_CDS] = { "cds", 0, NULL, "add the signed CDS and CDNSKEY RRsets" },
	[OPT_CMK] = { "cmk", 0, "NAME", "the customer master key" },
	[OPT_CMK_PUBLIC_KEY] = { "cmk-public-key", 0, "PEM",
	    "the CMK's public key, from a source you trust" },
	[OPT_CONTACT] = { "contact", 0, "TEXT", "whom to ask about it" },
	[OPT_CURRENT] = { "current", 0, "TAG",
	    "the KSK that the schema replaces (default: the oldest)" },
	[OPT_DIFF] = { "diff", 0, NULL,
	    "what to add, keep and remove at the parent" },
	[OPT_DRY_RUN] = { "dry-run", 'n', NULL,
	    "print what would be done, and change nothing" },
	[OPT_DS] = { "ds", 0, "FILE", "the DS records at the parent" },
	[OPT_EARLY] = { "early", 0, NULL,
	    "also DS that the parent must not have yet" },
	[OPT_EMERGENCY_SKR] = { "emergency-skr", 0, "FILE",
	    "a second response, by the standby KSK alone" },
	[OPT_ENDORSEMENT] = { "endorsement", 0, "FILE",
	    "what export-endorsement wrote of a KSK" },
	[OPT_EXPIRATION] = { "expiration", 0, "TIME",
	    "signature ends (default: now + validity)" },
	[OPT_FETCH] = { "fetch", 0, NULL,
	    "take the ZSK set from the zone's configured source" },
	[OPT_FINISH] = { "end", 0, "TIME", "where the last bundle ends" },
	[OPT_FORCE] = { "force", 0, NULL,
	    "it is so, whatever was asked for; the oracle's verdict is told" },
	[OPT_FORMAT] = { "format", 'f', "FORMAT", "how to print" },
	[OPT_FROM] = { "from", 0, "SERVER",
	    "the name server to ask: ADDRESS[@PORT]" },
	[OPT_ID] = { "id", 0, "TEXT", "the id of the request" },
	[OPT_GENESIS] = { "genesis", 0, NULL,
	    "it is the first request of the zone" },
	[OPT_INCEPTION] = { "inception", 0, "TIME",
	    "signature begins (default: now - inception-offset)" },
	[OPT_INTERVAL] = { "interval", 0, "DURATION",
	    "from one bundle to the next" },
	[OPT_KEYS] = { "keys", 0, "ZONE=FILE",
	    "the DNSKEY records that the zone publishes" },
	[OPT_KSR] = { "ksr", 0, "FILE", "the request" },
	[OPT_LAST] = { "last", 0, "N", "only the newest N" },
	[OPT_LEDGER] = { "ledger", 0, "FILE", "an exported ledger" },
	[OPT_MODULE] = { "module", 0, "PATH",
	    "list what this PKCS#11 module offers" },
	[OPT_NAME] = { "name", 0, "NEW", "the new name" },
	[OPT_NEXT] = { "next", 0, "TAG",
	    "the KSK that replaces it (default: the next younger one)" },
	[OPT_NO_NETWORK] = { "no-network", 0, NULL, "ask no name server" },
	[OPT_NO_TOKEN] = { "no-token", 0, NULL, "try no key, ask for no PIN" },
	[OPT_ONCE] = { "once", 0, NULL,
	    "ask once; an earlier run may confirm it" },
	[OPT_OUTPUT] = { "output", 'o', "FILE",
	    "write to FILE, whole or not at all" },
	[OPT_PENDING_WINDOW] = { "pending-window", 0, "DURATION",
	    "wait so long, up to 30d (default and least: the policy's)" },
	[OPT_POLICY] = { "policy", 0, "FILE", "the policy, in YAML" },
	[OPT_PREVIOUS_SKR] = { "previous-skr", 0, "FILE",
	    "the response before this request" },
	[OPT_REASON] = { "reason", 0, "REASON",
	    "scheduled, compromise or loss" },
	[OPT_RECORD] = { "record", 0, "FILE",
	    "write the record of the ceremony" },
	[OPT_REMOVE] = { "remove", 0, "FINGERPRINT",
	    "of the SSH key, SHA256:..., as ssh-keygen -l prints it" },
	[OPT_REQUESTER_SIGNATURE] = { "requester-signature", 0, "FILE",
	    "who asks signed it (default: the request's name and .sig)" },
	[OPT_SCHEMA] = { "schema", 0, "NAME",
	    "who publishes and signs in which bundle" },
	[OPT_SEAL_TOKEN] = { "seal-token", 0, "NAME",
	    "make the seal key in this token (default: --token)" },
	[OPT_SINCE] = { "since", 0, "TIME", "not what was before" },
	[OPT_SERIAL] = { "serial", 0, "N", "the serial of the request" },
	[OPT_SIGNATURE] = { "signature", 0, "FILE",
	    "what ssh-keygen -Y sign -n kmgr-plan wrote" },
	[OPT_SOURCE] = { "source", 0, "URL", "where the file is to be found" },
	[OPT_STANDBY] = { "standby", 0, NULL,
	    "make one that takes over some day, as the policy says" },
	[OPT_START] = { "start", 0, "TIME", "where the first bundle begins" },
	[OPT_STORE] = { "store", 0, "URL", "where the state is kept" },
	[OPT_SVG] = { "svg", 0, "FILE", "write the time line as a picture" },
	[OPT_TAG] = { "tag", 0, "KEY=VALUE", "set a tag; may be repeated" },
	[OPT_TODO] = { "todo", 0, NULL,
	    "only zones that fail, are due or wait for somebody" },
	[OPT_TOKEN] = { "token", 0, "NAME",
	    "the token, as the configuration calls it" },
	[OPT_TRANSFER] = { "transfer", 0, NULL,
	    "take the whole zone (AXFR), and note its highest TTL" },
	[OPT_TSIG] = { "tsig", 0, "NAME",
	    "the TSIG key that we share with the server" },
	[OPT_TTL] = { "ttl", 0, "DURATION", "the TTL of the DNSKEY RRset" },
	[OPT_TYPE] = { "type", 0, "TYPE", "only events of this type" },
	[OPT_UNTAG] = { "untag", 0, "KEY", "take a tag away; may be repeated" },
	[OPT_UNTIL] = { "until", 0, "TIME", "not what came after" },
	[OPT_VALIDITY] = { "validity", 0, "DURATION",
	    "signature is valid for so long from now on" },
	[OPT_WATCH] = { "watch", 0, NULL,
	    "stay, and sleep until something is due" },
	[OPT_YES] = { "yes", 0, NULL,
	    "what is shown was looked at; do not ask" },
	[OPT_ZONE] = { "zone", 0, "ZONE",
	    "the zone; for list-events only what tells of it" },
	[OPT_ZONES_FROM] = { "zones-from", 0, "PATH",
	    "a file with a zone a line; for sign-zsks or a folder" },
	[OPT_ZONES_OF] = { "zones-of", 0, "CMK",
	    "all zones that have a KSK under this CMK" },
	[OPT_ZSK] = { "zsk", 0, "FILE",
	    "a ZSK's record; FILE,FROM,UNTIL says when it is there" },
};

const struct opt_info *
args_opt(enum opt opt)
{

	return &infos[opt];
}

const enum opt *
args_globals(void)
{
	static const enum opt globals[] = { OPT_CONFIG, OPT_JSON, OPT_QUIET,
		OPT_VERBOSE, OPT_HELP, OPT_VERSION, OPT_END };

	return globals;
}

/* What getopt_long() wants to know, from our table. */
struct spec {
	struct option	 longs[OPT_N + 1];
	char		 shorts[3 + 2 * OPT_N + 1];
	size_t		 n;
};

static void
spec_add(struct spec *spec, const enum opt *opts)
{
	size_t at = strlen(spec->shorts);

	for (; *opts != OPT_END; opts++) {
		const struct opt_info *info = &infos[*opts];
		struct option *option = &spec->longs[spec->n++];

		option->name = info->name;
		option->has_arg = info->arg == NULL ? no_argument :
		    required_argument;
		option->val = (int)*opts + 256;
		if (info->letter == 0)
			continue;
		spec->shorts[at++] = info->letter;
		if (info->arg != NULL)
			spec->shorts[at++] = ':';
	}
}

static void
push(const char ***list, size_t *n, const char *value)
{

	*(const char **)mem_push(list, (*n)++, sizeof(value)) = value;
}

static enum opt
opt_of(int got, const struct spec *spec)
{
	size_t i;

	if (got >= 256)
		return (enum opt)(got - 256);
	for (i = 0; i < spec->n; i++)
		if (infos[spec->longs[i].val - 256].letter == got)
			return (enum opt)(spec->longs[i].val - 256);
	return OPT_END;
}

static int
bad_option(int got, char **argv, const struct spec *spec, struct error *err)
{
	const char *arg = argv[optind > 1 ? optind - 1 : 1];

	if (got == ':')
		return err_set(err, ERR_USAGE, "option %s needs a %s",
		    optopt >= 256 || optopt == 0 ? arg :
		    (const char[]) { '-', (char)optopt, '\0' },
		    infos[opt_of(optopt, spec)].arg == NULL ? "value" :
		    infos[opt_of(optopt, spec)].arg);
	if (optopt >= 256)
		return err_set(err, ERR_USAGE, "option --%s takes no value",
		    infos[optopt - 256].name);
	if (optopt != 0)
		return err_set(err, ERR_USAGE, "no option -%c", optopt);
	return err_set(err, ERR_USAGE, "no option %.80s", arg);
}

/* getopt_long() takes what a name begins with, which may be two's one day. */
static int
check_whole(const char *arg, const struct opt_info *info, struct error *err)
{
	const size_t len = strcspn(arg + 2, "=");

	return len == strlen(info->name) ? 0 : err_set(err, ERR_USAGE,
	    "no option %.80s: options are written whole, as --%s", arg,
	    info->name);
}

int
args_parse(int argc, char **argv, const enum opt *opts, enum args_stop stop,
    struct args *args, int *used, struct error *err)
{
	struct spec spec = { 0 };
	enum opt opt;
	int got, at;

	*args = (struct args) { 0 };
	/* A word goes to its place; '+' ends at the first one. */
	(void)strcpy(spec.shorts, stop == ARGS_STOP_AT_WORD ? "+:" : "-:");
	spec_add(&spec, args_globals());
	if (opts != NULL)
		spec_add(&spec, opts);
	optind = 0;			/* glibc: begin anew */
	opterr = 0;
	while (at = optind > 1 ? optind : 1, (got = getopt_long(argc, argv,
	    spec.shorts, spec.longs, NULL)) != -1) {
		if (got == 1) {
			push(&args->words, &args->n_words, optarg);
			continue;
		}
		if (got == '?' || got == ':')
			return bad_option(got, argv, &spec, err);
		opt = opt_of(got, &spec);
		if (got >= 256 && check_whole(argv[at], &infos[opt], err) != 0)
			return -1;
		push(&args->values[opt], &args->n_values[opt],
		    optarg == NULL ? "" : optarg);
	}
	*used = optind;
	/* Behind "--" all are words. */
	while (stop == ARGS_TO_THE_END && *used < argc)
		push(&args->words, &args->n_words, argv[(*used)++]);
	return 0;
}

bool
args_has(const struct args *args, enum opt opt)
{

	return args->n_values[opt] > 0;
}

const char *
args_get(const struct args *args, enum opt opt)
{

	return args_has(args, opt) ?
	    args->values[opt][args->n_values[opt] - 1] : NULL;
}

void
args_clear(struct args *args)
{
	size_t i;

	for (i = 0; i < OPT_N; i++)
		free(args->values[i]);
	free(args->words);
	*args = (struct args) { 0 };
}
