#include <stdio.h>
#include <string.h>

#include "kmgr/cmd/command.h"

#define GROUP_SETUP	"Set-up"
#define GROUP_POLICY	"Policy"
#define GROUP_CMK	"Customer master key"
#define GROUP_KSK	"Key-signing keys"
#define GROUP_SIGN	"Signing"
#define GROUP_PARENT	"Parent"
#define GROUP_TRUST	"Trust"
#define GROUP_APPROVE	"Approvals"
#define GROUP_STORE	"Store"
#define GROUP_HELP	"Help"

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
static const enum opt ds_fact_opts[] = { OPT_AT, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt create_ksk_opts[] = { OPT_CMK, OPT_ZONES_FROM,
	OPT_ANOTHER, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt list_ksks_opts[] = { OPT_CMK, OPT_END };
static const enum opt sign_zsks_opts[] = { OPT_CDS, OPT_INCEPTION,
	OPT_EXPIRATION, OPT_VALIDITY, OPT_ZONES_FROM, OPT_OUTPUT,
	OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt make_ksr_opts[] = { OPT_FORMAT, OPT_ZSK, OPT_START,
	OPT_FINISH, OPT_TTL, OPT_BUNDLES, OPT_INTERVAL, OPT_VALIDITY, OPT_ID,
	OPT_SERIAL, OPT_OUTPUT, OPT_END };
static const enum opt verify_skr_opts[] = { OPT_KSR, OPT_DS, OPT_AS_OF,
	OPT_END };
static const enum opt list_events_opts[] = { OPT_CMK, OPT_ZONE, OPT_TYPE,
	OPT_SINCE, OPT_UNTIL, OPT_LAST, OPT_END };
static const enum opt get_ds_opts[] = { OPT_FORMAT, OPT_OUTPUT, OPT_END };
static const enum opt trust_anchor_opts[] = { OPT_SOURCE, OPT_OUTPUT,
	OPT_END };
static const enum opt export_endorsement_opts[] = { OPT_OUTPUT, OPT_END };
static const enum opt export_ledger_opts[] = { OPT_OUTPUT, OPT_END };
static const enum opt restore_opts[] = { OPT_LEDGER, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt recover_opts[] = { OPT_ACCEPT_LOSS, OPT_TOKEN,
	OPT_ENDORSEMENT, OPT_KEYS, OPT_LEDGER, OPT_APPROVERS, OPT_SIGNATURE,
	OPT_OUTPUT, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt verify_ledger_opts[] = { OPT_ANCHOR, OPT_CMK_PUBLIC_KEY,
	OPT_END };
static const enum opt verify_endorsement_opts[] = { OPT_CMK_PUBLIC_KEY,
	OPT_END };

static const enum opt show_plan_opts[] = { OPT_OUTPUT, OPT_END };
static const enum opt approve_opts[] = { OPT_SIGNATURE, OPT_END };
static const enum opt replace_approver_opts[] = { OPT_REMOVE, OPT_ADD,
	OPT_DRY_RUN, OPT_END };

static const struct command commands[] = {
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
	    "exit 6.",
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
	    "Rules are what policies, new KSKs, ZSK sets and signatures "
	    "are judged by; a refusal names the id.",
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
	{ "create-ksk", GROUP_KSK, "ZONE... --cmk CMK",
	    "make key-signing keys for zones",
	    "Each zone gets a KSK under the CMK unless it has one; "
	    "--another makes a further one. The first KSK of a CMK "
	    "seals its policy. --zones-from FILE takes zones from a "
	    "file, one a line, # begins a comment.",
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
	{ "sign-zsks", GROUP_SIGN, "ZONE [FILE|-] [--cds] [-o FILE]",
	    "sign a zone signer's ZSK set",
	    "Reads DNSKEY records with flags 256 in zone-file form and "
	    "prints the zone's DNSKEY RRset, its KSKs put in, with an "
	    "RRSIG of every KSK. TIME is 2027-03-01T04:00:00Z, "
	    "20270301040000, or +14d; DURATION is 1w2d, 36h, or ISO "
	    "8601. With --zones-from DIR, every file DIR/ZONE.zone is "
	    "signed in one go.",
	    sign_zsks_opts, 0, 2, CMD_WITH_SESSION, cmd_sign_zsks },
	{ "verify-skr", GROUP_SIGN, "FILE [--ksr KSR] [--ds FILE]",
	    "judge a signed key response before it is imported",
	    "Whether its signatures verify and cover all the time, its ZSKs "
	    "are those of the request, its KSKs lead to the DS, and the "
	    "importer of its format takes it. Exit 0 says so. Needs neither "
	    "configuration nor token.",
	    verify_skr_opts, 1, 1, CMD_NO_SESSION, cmd_verify_skr },
	{ "make-ksr", GROUP_SIGN, "ZONE --format icann|bind|knot --zsk FILE... "
	    "[-o FILE]",
	    "make a key signing request from ZSK files",
	    "For zone operators without a generator. FILE is a DNSKEY record "
	    "as dnssec-keygen writes it; FROM and UNTIL say when it is in "
	    "the zone's DNSKEY RRset. In the format of ICANN each ZSK signs "
	    "each bundle, and its private half lies beside it as *.private. "
	    "Needs neither configuration nor token.",
	    make_ksr_opts, 1, 1, CMD_NO_SESSION, cmd_make_ksr },
	{ "show-ksr", GROUP_SIGN, "FILE|-",
	    "show a key signing request or a signed key response",
	    "A row a bundle, with the tags of its ZSKs and KSKs: P is "
	    "published, S signs, R is revoked. The format is recognised by "
	    "what the file holds. Nothing is verified. --json has every "
	    "field. Needs neither token nor store nor configuration.",
	    none, 1, 1, CMD_NO_SESSION, cmd_show_ksr },

	{ "get-ds", GROUP_PARENT, "ZONE[/KEYTAG] [--format FORMAT] [-o FILE]",
	    "print the DS for the parent or registrar",
	    "FORMAT is zone (default), json, form, epp-ds, epp-key, cds "
	    "or nsupdate. Needs no token.",
	    get_ds_opts, 1, 1, CMD_WITH_SESSION, cmd_get_ds },
	{ "export-trust-anchor", GROUP_PARENT,
	    "ZONE[/KEYTAG] [--source URL] [-o FILE]",
	    "write the trust anchors of a zone as validators read them",
	    "XML as IANA publishes it for the root zone (RFC 9718), which "
	    "readers of RFC 7958 take too.",
	    trust_anchor_opts, 1, 1, CMD_WITH_SESSION,
	    cmd_export_trust_anchor },
	{ "ds-seen", GROUP_PARENT, "ZONE/KEYTAG|ID [--at TIME]",
	    "tell that the parent has the DS of a KSK",
	    "The KSK is active then. TIME is as for sign-zsks, not in the "
	    "future and not before what is known.",
	    ds_fact_opts, 1, 1, CMD_WITH_SESSION, cmd_ds_seen },
	{ "ds-gone", GROUP_PARENT, "ZONE/KEYTAG|ID [--at TIME]",
	    "tell that the parent has its DS no more",
	    "The KSK is retired then: get-ds, CDS and CDNSKEY show it no "
	    "more, and once no cache has its DS it leaves the DNSKEY RRset, "
	    "if another KSK is active. TIME as for ds-seen; a later one than "
	    "is known makes the wait longer.",
	    ds_fact_opts, 1, 1, CMD_WITH_SESSION, cmd_ds_gone },
	{ "verify", GROUP_TRUST, "",
	    "compare store, ledger and tokens, and name every difference",
	    "A token that is away is named as not checked, and the rest is "
	    "compared. Exit 10 where something differs; else 6 or 3 where a "
	    "token with KSKs was not checked; else 0, also without the token "
	    "of a seal key.",
	    none, 0, 0, CMD_WITH_SESSION, cmd_verify },
	{ "export-ledger", GROUP_TRUST, "[-o FILE]",
	    "write the ledger into one file",
	    "JSON lines: the CMKs' public keys and seals, then every event. "
	    "restore --ledger brings a store up to it. Needs no token.",
	    export_ledger_opts, 0, 0, CMD_WITH_SESSION, cmd_export_ledger },
	{ "verify-ledger", GROUP_TRUST,
	    "FILE|- [--anchor HASH]... [--cmk-public-key PEM]...",
	    "judge such a file, with nothing else at hand",
	    "Checks the chain from the first event on, every checkpoint, "
	    "seal, certificate, endorsement and retirement by the key of "
	    "its CMK, and that the file has each head that a witness kept. "
	    "Without --cmk-public-key the file vouches for its own keys. "
	    "Exit 0 where all is well, 10 where not, 4 for what is no such "
	    "file. Needs neither token nor store nor configuration.",
	    verify_ledger_opts, 1, 1, CMD_NO_SESSION, cmd_verify_ledger },
	{ "export-endorsement", GROUP_TRUST, "ZONE/KEYTAG|ID [-o FILE]",
	    "write all that proves a KSK into one file",
	    "The file holds the KSK's endorsement, its CMK's policy, seal "
	    "and public key. Needs no token.",
	    export_endorsement_opts, 1, 1, CMD_WITH_SESSION,
	    cmd_export_endorsement },
	{ "verify-endorsement", GROUP_TRUST, "FILE|- [--cmk-public-key PEM]",
	    "judge such a file, with nothing else at hand",
	    "Says of each check what was found: pass, fail; not-pinned, when "
	    "no --cmk-public-key was given and the file vouches for its own "
	    "key; not-told and not-held, what the token did not tell or "
	    "enforce and secrecy does not hang on. Exit 0 where none fails, "
	    "10 where one does, 4 for what is no such file. Needs neither "
	    "token nor store nor configuration.",
	    verify_endorsement_opts, 1, 1, CMD_NO_SESSION,
	    cmd_verify_endorsement },
	{ "list-events", GROUP_TRUST, "[--cmk CMK] [--zone ZONE] "
	    "[--type TYPE] [--since TIME] [--until TIME] [--last N]",
	    "show what happened, who did it and when",
	    "Events of the ledger, oldest first. --json has the whole "
	    "records: payload, hash and the hash before it. TIME is "
	    "2027-03-01T04:00:00Z, 2027-03-01, or -7d.",
	    list_events_opts, 0, 0, CMD_WITH_SESSION, cmd_list_events },
	{ "list-plans", GROUP_APPROVE, "",
	    "list the plans that wait, or waited, for approvers", "",
	    none, 0, 0, CMD_WITH_SESSION, cmd_list_plans },
	{ "show-plan", GROUP_APPROVE, "HASH [-o FILE]",
	    "show a plan, or write the bytes that approvers sign",
	    "A policy can demand approvers for a command. The command then "
	    "prints a plan and exits 11, and nothing is done yet. With -o "
	    "the file gets exactly what an approver signs: ssh-keygen -Y "
	    "sign -n kmgr-plan -f KEY FILE. HASH may be shortened as long "
	    "as it is one plan's.",
	    show_plan_opts, 1, 1, CMD_WITH_SESSION, cmd_show_plan },
	{ "approve", GROUP_APPROVE, "HASH --signature FILE",
	    "record an approver's signature; the last one applies the plan",
	    "The signature is verified with ssh-keygen and counts if its key "
	    "is an approver's, or certified by an authority of the policy. "
	    "When enough approvers have signed, exactly that plan is applied, "
	    "unless what it would do has changed since.",
	    approve_opts, 1, 1, CMD_WITH_SESSION, cmd_approve },
	{ "apply-plan", GROUP_APPROVE, "HASH",
	    "apply a plan that enough approvers have signed",
	    "For a plan whose token was away when the last approver signed.",
	    none, 1, 1, CMD_WITH_SESSION, cmd_apply_plan },
	{ "withdraw-plan", GROUP_APPROVE, "HASH",
	    "end a plan that waits; nothing of it is ever done", "",
	    none, 1, 1, CMD_WITH_SESSION, cmd_withdraw_plan },
	{ "replace-approver", GROUP_APPROVE,
	    "CMK --remove FINGERPRINT --add FILE",
	    "ask for another key in the place of a lost approver's",
	    "Takes as many approvers as any plan under the CMK does, and "
	    "never fewer; the sealed policy stays as it is, the ledger tells "
	    "of the change.",
	    replace_approver_opts, 1, 1, CMD_WITH_SESSION,
	    cmd_replace_approver },
	{ "backup", GROUP_STORE, "FILE", "write a copy of the store",
	    "FILE must not be there yet. It has all that the store has, and "
	    "no private key. Prints its SHA-256 and the ledger's head. Needs "
	    "no token.",
	    none, 1, 1, CMD_WITH_SESSION, cmd_backup },
	{ "restore", GROUP_STORE, "FILE | --ledger FILE",
	    "bring the store back from a backup or an exported ledger",
	    "What is put into the store's place must agree with itself and "
	    "with every token, and be newer than a store that does so too. "
	    "The old store is kept beside it. With --ledger the events that "
	    "the store lacks happen in it; an empty one (kmgr init) lacks "
	    "all.",
	    restore_opts, 0, 1, CMD_WITH_SESSION, cmd_restore },
	{ "recover", GROUP_STORE, "--accept-loss --token TOKEN "
	    "[--endorsement FILE]... [--keys ZONE=FILE]... [--ledger FILE]",
	    "make a lost store anew from what a token keeps",
	    "The last resort, into an empty store or an old one. CMKs come "
	    "back from their sealed policies, KSKs with their endorsement "
	    "files or, where none is left, by the DNSKEY records of their "
	    "zone; what is lost is named. Where approvers were replaced, "
	    "--approvers FILE lists those who count. Where the policy demands "
	    "approvers, "
	    "prints the plan that they sign and exits 11 until --signature "
	    "FILE has been given for each.",
	    recover_opts, 0, 0, CMD_WITH_SESSION, cmd_recover },
	{ "help", GROUP_HELP, "[COMMAND]", "say how a command is used", "",
	    none, 0, 1, CMD_NO_SESSION, cmd_help },
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *
command_at(size_t i)
{

	return i < N_COMMANDS ? &commands[i] : NULL;
}

const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}
