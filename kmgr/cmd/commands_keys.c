/* Set-up, policies, keys, and signing with them. */
#include "kmgr/cmd/commands.h"

static const enum opt none[] = { OPT_END };
static const enum opt init_opts[] = { OPT_TOKEN, OPT_STORE, OPT_DRY_RUN,
	OPT_END };
static const enum opt list_tokens_opts[] = { OPT_MODULE, OPT_END };
static const enum opt get_policy_opts[] = { OPT_FORMAT, OPT_OUTPUT, OPT_END };
static const enum opt create_cmk_opts[] = { OPT_TOKEN, OPT_SEAL_TOKEN,
	OPT_POLICY, OPT_BESIDE_OTHERS, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN,
	OPT_END };
static const enum opt change_opts[] = { OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN,
	OPT_END };
static const enum opt update_cmk_opts[] = { OPT_NAME, OPT_CONTACT, OPT_TAG,
	OPT_UNTAG, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt schedule_opts[] = { OPT_PENDING_WINDOW,
	OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt create_ksk_opts[] = { OPT_CMK, OPT_ZONES_FROM,
	OPT_ANOTHER, OPT_STANDBY, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt list_ksks_opts[] = { OPT_CMK, OPT_END };
static const enum opt get_zsks_opts[] = { OPT_FROM, OPT_TSIG, OPT_TRANSFER,
	OPT_OUTPUT, OPT_DRY_RUN, OPT_END };
static const enum opt sign_zsks_opts[] = { OPT_CDS, OPT_INCEPTION,
	OPT_EXPIRATION, OPT_VALIDITY, OPT_REQUESTER_SIGNATURE, OPT_FETCH,
	OPT_ZONES_FROM, OPT_AGAIN, OPT_OUTPUT, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };

const struct command commands_keys[] = {
	{ "init", GROUP_SETUP, "--token NAME=URI... [--store URL]",
	    "write the configuration and make the store",
	    "Writes the configuration file (-c FILE) with these tokens "
	    "and this store, unless it is there already, and makes the "
	    "store where it is not. The store is "
	    "sqlite:" LOCALSTATEDIR
	    "/lib/kmgr/kmgr.db unless --store says "
	    "otherwise. Quote the URI: a shell takes its ? and & for "
	    "something else.",
	    init_opts, 0, 0, CMD_NO_SESSION, cmd_init },
	{ "list-tokens", GROUP_SETUP, "[--module PATH]",
	    "show the configured tokens, or those of a module",
	    "Asks for no PIN. With --module, prints a URI for each "
	    "token that the PKCS#11 module offers, to be put into the "
	    "configuration.",
	    list_tokens_opts, 0, 0, CMD_NO_SESSION, cmd_list_tokens },
	{ "probe-token", GROUP_SETUP, "TOKEN",
	    "try what a token really enforces, on throw-away keys",
	    "Each row is an attempt that was made: enforced (the token "
	    "refused it), ignored (it succeeded), unsupported (the "
	    "token does not know the attribute), not-tried (it has "
	    "nothing to try it with), works or absent (algorithms). Only "
	    "a private value that could leave makes a token unfit: "
	    "exit 6. The last line says for which algorithms custody "
	    "wrapped is possible.",
	    none, 1, 1, CMD_WITH_SESSION, cmd_probe_token },
	{ "check-policy", GROUP_POLICY, "FILE",
	    "read a policy, judge it, and show it with every default",
	    "Exit 3 names file, line and key of what cannot be read; "
	    "exit 5 names the rule, both values and the formula of what "
	    "makes no sense. FILE may be - for standard input. Needs "
	    "neither configuration nor token.",
	    none, 1, 1, CMD_NO_SESSION, cmd_check_policy },
	{ "get-policy", GROUP_POLICY, "CMK [--format yaml|json] [-o FILE]",
	    "show the policy of a CMK",
	    "json is the canonical form, whose SHA-256 is the policy's hash.",
	    get_policy_opts, 1, 1, CMD_WITH_SESSION, cmd_get_policy },
	{ "put-policy", GROUP_POLICY, "CMK FILE",
	    "replace the policy of a draft",
	    "Once the first KSK has sealed it a policy never changes: then "
	    "exit 5, with each key that differs, its sealed value and the "
	    "one offered; the way on is a new CMK (create-cmk with the same "
	    "--token, and --seal-token where it has one). A policy that is "
	    "the same in canonical form is no change, sealed or not.",
	    change_opts, 2, 2, CMD_WITH_SESSION, cmd_put_policy },
	{ "explain-rule", GROUP_POLICY, "[ID]",
	    "explain a rule, or list them all",
	    "Rules are what policies, new KSKs, ZSK sets, signatures, key "
	    "signing requests and responses are judged by; a refusal names "
	    "the id.",
	    none, 0, 1, CMD_NO_SESSION, cmd_explain_rule },
	{ "create-cmk", GROUP_CMK, "NAME --token TOKEN --policy FILE",
	    "make a customer master key",
	    "Probes the token, makes the seal key in it, and keeps the "
	    "policy as a draft. The first KSK seals it: from then on it "
	    "never changes. With --seal-token the seal key is made in "
	    "another token, with another PIN; the token of the KSKs gets "
	    "an identity key, and daily signing never needs the seal key. "
	    "A CMK that is there already with the same policy and tokens "
	    "is left as it is.",
	    create_cmk_opts, 1, 1, CMD_WITH_SESSION, cmd_create_cmk },
	{ "list-cmks", GROUP_CMK, "", "list the customer master keys", "",
	    none, 0, 0, CMD_WITH_SESSION, cmd_list_cmks },
	{ "describe-cmk", GROUP_CMK, "CMK",
	    "show a customer master key",
	    "With its public key. --json has also the seal and its "
	    "signature, what the probe of the token found, and the "
	    "attributes of the seal key.",
	    none, 1, 1, CMD_WITH_SESSION, cmd_describe_cmk },
	{ "update-cmk", GROUP_CMK, "CMK [--name NEW] [--contact TEXT] "
	    "[--tag KEY=VALUE]... [--untag KEY]...",
	    "change what is mutable: name, contact, tags",
	    "These are no part of the policy, and may change when it is "
	    "sealed. Another name is signed in the token; for the rest none "
	    "is needed.",
	    update_cmk_opts, 1, 1, CMD_WITH_SESSION, cmd_update_cmk },
	{ "disable-cmk", GROUP_CMK, "CMK",
	    "let nothing be made or signed under a CMK",
	    "Signatures that were made stay valid until they expire. The "
	    "token need not be there.",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_disable_cmk },
	{ "enable-cmk", GROUP_CMK, "CMK", "let a disabled CMK be used again",
	    "",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_enable_cmk },
	{ "schedule-cmk-deletion", GROUP_CMK,
	    "CMK [--pending-window DURATION]",
	    "begin the wait before a CMK can be deleted",
	    "Refused while a KSK of the CMK may have its DS at a parent or "
	    "in caches, or a signature by it is valid: exit 5 with what to "
	    "do, or 11 with the instant. Under seal: compliance refused "
	    "for ever. The window is at least the policy's "
	    "deletion.pending-window.",
	    schedule_opts, 1, 1, CMD_WITH_SESSION,
	    cmd_schedule_cmk_deletion },
	{ "cancel-cmk-deletion", GROUP_CMK, "CMK",
	    "end that wait; the CMK is disabled then", "",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_cancel_cmk_deletion },
	{ "delete-cmk", GROUP_CMK, "CMK",
	    "delete a CMK whose wait is over, or a draft",
	    "All its KSKs must be deleted. Its seal key signs that it is "
	    "deleted and is destroyed. Before the end of the wait exit 11, "
	    "with the instant.",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_delete_cmk },
	{ "create-ksk", GROUP_KSK, "ZONE...|--zones-from FILE --cmk CMK",
	    "make key-signing keys for zones",
	    "Each zone gets a KSK under the CMK unless it has one; "
	    "--another makes a further one, and --standby one that "
	    "takes over some day. The first KSK of a CMK "
	    "seals its policy. Of zones that are named all get one or none. "
	    "With --zones-from those of the file do that can, one a line, # "
	    "begins a comment; exit 12 where some were refused.",
	    create_ksk_opts, 0, CMD_ANY_WORDS, CMD_WITH_SESSION,
	    cmd_create_ksk },
	{ "list-ksks", GROUP_KSK, "[ZONE] [--cmk CMK]",
	    "list the key-signing keys", "",
	    list_ksks_opts, 0, 1, CMD_WITH_SESSION, cmd_list_ksks },
	{ "describe-ksk", GROUP_KSK, "ZONE/KEYTAG|ID",
	    "show a key-signing key",
	    "With its DNSKEY, its DS, the attributes that the token "
	    "holds and the signatures made with it. --json has also the "
	    "endorsement and its signature.",
	    none, 1, 1, CMD_WITH_SESSION, cmd_describe_ksk },
	{ "delete-ksk", GROUP_KSK, "ZONE/KEYTAG|ID",
	    "delete a key-signing key",
	    "One that has never signed, and whose DS was never at the "
	    "parent, goes at once. Any other goes when ds-gone was told, no "
	    "cache has its DS and no signature by it is valid: before that "
	    "exit 11, with the instant. The seal key signs the retirement; "
	    "then the key pair is destroyed, unless other zones share it, "
	    "or seal: compliance lets it stay for ever.",
	    change_opts, 1, 1, CMD_WITH_SESSION, cmd_delete_ksk },
	{ "get-zsks", GROUP_SIGN,
	    "ZONE [--from SERVER [--tsig NAME]] [--transfer] [-o FILE]",
	    "fetch a zone's ZSK set as sign-zsks reads it",
	    "From SERVER, ADDRESS[@PORT], the zone's primary; or from the "
	    "source that the configuration names. KSKs that kmgr knows are "
	    "left out. With --tsig the answer counts only if it is signed by "
	    "the key NAME of the section tsig. With --transfer the whole "
	    "zone is taken, and its highest TTL is waited for from now on. "
	    "With --dry-run what would be noted is printed instead of the "
	    "set. Needs no token.",
	    get_zsks_opts, 1, 1, CMD_WITH_SESSION, cmd_get_zsks },
	{ "sign-zsks", GROUP_SIGN, "ZONE [FILE|-|--fetch] [--cds] [-o FILE]",
	    "sign a zone signer's ZSK set",
	    "Reads DNSKEY records with flags 256 in zone-file form and "
	    "prints the zone's DNSKEY RRset, its KSKs put in, with an "
	    "RRSIG of every KSK. TIME is 2027-03-01T04:00:00Z, "
	    "20270301040000, or +14d; DURATION is 1w2d, 36h, or ISO "
	    "8601. With --fetch the set comes from the source that the "
	    "configuration names. With --zones-from DIR every file "
	    "DIR/ZONE.zone is signed in one go, or the ZSKs of a zone's "
	    "files of dnssec-keygen, with --zones-from FILE every "
	    "zone of a list, one a line: its set comes from the configured "
	    "source, or from a file named behind it. What is signed for long "
	    "already is taken as it is, unless --again is given. -o DIR, a "
	    "folder, has a file DIR/ZONE.dnskey of each. Exit 12 where some "
	    "zones were refused.",
	    sign_zsks_opts, 0, 2, CMD_WITH_SESSION, cmd_sign_zsks },
};
const size_t commands_keys_n = sizeof(commands_keys) / sizeof(commands_keys[0]);
