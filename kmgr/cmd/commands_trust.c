/* What others are told, what is believed, and how it is kept. */
#include "kmgr/cmd/commands.h"

static const enum opt none[] = { OPT_END };
static const enum opt ds_fact_opts[] = { OPT_ZONES_FROM, OPT_AT, OPT_FORCE,
	OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt list_events_opts[] = { OPT_CMK, OPT_ZONE, OPT_TYPE,
	OPT_SINCE, OPT_UNTIL, OPT_LAST, OPT_END };
static const enum opt get_ds_opts[] = { OPT_FORMAT, OPT_DIFF,
	OPT_ZONES_FROM, OPT_EARLY, OPT_OUTPUT, OPT_END };
static const enum opt check_parent_opts[] = { OPT_ONCE, OPT_DRY_RUN, OPT_END };
static const enum opt trust_anchor_opts[] = { OPT_SOURCE, OPT_OUTPUT,
	OPT_END };
static const enum opt export_endorsement_opts[] = { OPT_OUTPUT, OPT_END };
static const enum opt export_ledger_opts[] = { OPT_OUTPUT, OPT_END };
static const enum opt confirm_backup_opts[] = { OPT_CMK,
	OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt restore_opts[] = { OPT_LEDGER, OPT_ACCEPT_TIME_JUMP,
	OPT_DRY_RUN, OPT_END };
static const enum opt store_opts[] = { OPT_DRY_RUN, OPT_END };
static const enum opt recover_opts[] = { OPT_ACCEPT_LOSS, OPT_TOKEN,
	OPT_ENDORSEMENT, OPT_KEYS, OPT_LEDGER, OPT_APPROVERS, OPT_SIGNATURE,
	OPT_OUTPUT, OPT_ACCEPT_TIME_JUMP, OPT_DRY_RUN, OPT_END };
static const enum opt verify_ledger_opts[] = { OPT_ANCHOR, OPT_CMK_PUBLIC_KEY,
	OPT_END };
static const enum opt verify_endorsement_opts[] = { OPT_CMK_PUBLIC_KEY,
	OPT_END };
static const enum opt show_plan_opts[] = { OPT_OUTPUT, OPT_END };
static const enum opt approve_opts[] = { OPT_SIGNATURE, OPT_DRY_RUN, OPT_END };
static const enum opt plan_opts[] = { OPT_DRY_RUN, OPT_END };
static const enum opt replace_approver_opts[] = { OPT_REMOVE, OPT_ADD,
	OPT_DRY_RUN, OPT_END };

const struct command commands_trust[] = {
	{ "get-ds", GROUP_PARENT,
	    "ZONE[/KEYTAG]|--zones-from FILE [--format FORMAT] [--diff] "
	    "[--early] [-o FILE]",
	    "print the DS for the parent or registrar",
	    "FORMAT is zone (default), json, form, epp-ds, epp-key, cds "
	    "or nsupdate. With --diff the parent is asked, and what it should "
	    "add, keep and remove is printed, additions first. With "
	    "--zones-from the DS of all zones in the file are, one a line; "
	    "exit 12 where some have none, or must not have it at the parent "
	    "yet: caches may lack the key. Those are left out, and with "
	    "--json not ready; --early prints them, too. Of one zone a note "
	    "says from when on. Needs no token.",
	    get_ds_opts, 1, 1, CMD_WITH_SESSION, cmd_get_ds },
	{ "export-trust-anchor", GROUP_PARENT,
	    "ZONE[/KEYTAG] [--source URL] [-o FILE]",
	    "write the trust anchors of a zone as validators read them",
	    "XML as IANA publishes it for the root zone (RFC 9718), which "
	    "readers of RFC 7958 take too.",
	    trust_anchor_opts, 1, 1, CMD_WITH_SESSION,
	    cmd_export_trust_anchor },
	{ "check-parent", GROUP_PARENT, "ZONE [--once]",
	    "ask every server of the parent for the zone's DS",
	    "Each address of each name server of the parent is asked, and "
	    "what they have of each KSK counts when all agree twice, "
	    "parent.check-interval (60s) apart: in two passes, or with --once "
	    "in one that an earlier run may confirm. Exit 0 where it is as "
	    "wanted, 11 where it is not yet, 8 where a server gave no answer. "
	    "Records what was seen, and no fact. --dry-run makes one pass and "
	    "records nothing. Needs no token.",
	    check_parent_opts, 1, 1, CMD_WITH_SESSION, cmd_check_parent },
	{ "ds-seen", GROUP_PARENT,
	    "ZONE/KEYTAG|ID|--zones-from FILE [--at TIME] [--force]",
	    "tell that the parent has the DS of a KSK",
	    "It was asked for with ds-add, or may be now; else exit 11 says "
	    "until when to wait. --force records it all the same, with what "
	    "the oracle says to it. TIME is as for sign-zsks, not in the "
	    "future and not before what is known. A line of --zones-from is "
	    "a ZONE, whose one KSK that waits for it is meant, or a "
	    "ZONE/KEYTAG.",
	    ds_fact_opts, 1, 1, CMD_WITH_SESSION, cmd_ds_seen },
	{ "ds-gone", GROUP_PARENT,
	    "ZONE/KEYTAG|ID|--zones-from FILE [--at TIME] [--force]",
	    "tell that the parent has its DS no more",
	    "It was asked for with ds-remove, or may be now. Once no cache "
	    "has its DS the KSK leaves the DNSKEY RRset. --force as for "
	    "ds-seen; a KSK that was not retired is retired then. TIME as "
	    "for ds-seen; a later one than is known makes the wait longer.",
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
	    "unless what it would do has changed since. --dry-run says whose "
	    "signature it is, and what would then be done.",
	    approve_opts, 1, 1, CMD_WITH_SESSION, cmd_approve },
	{ "apply-plan", GROUP_APPROVE, "HASH",
	    "apply a plan that enough approvers have signed",
	    "For a plan whose token was away when the last approver signed. "
	    "--dry-run prints its steps as they are judged now.",
	    plan_opts, 1, 1, CMD_WITH_SESSION, cmd_apply_plan },
	{ "withdraw-plan", GROUP_APPROVE, "HASH",
	    "end a plan that waits; nothing of it is ever done", "",
	    plan_opts, 1, 1, CMD_WITH_SESSION, cmd_withdraw_plan },
	{ "replace-approver", GROUP_APPROVE,
	    "CMK --remove FINGERPRINT --add FILE",
	    "ask for another key in the place of a lost approver's",
	    "Takes as many approvers as any plan under the CMK does, and "
	    "never fewer; the sealed policy stays as it is, the ledger tells "
	    "of the change.",
	    replace_approver_opts, 1, 1, CMD_WITH_SESSION,
	    cmd_replace_approver },
	{ "backup", GROUP_STORE, "FILE", "write a copy of the store",
	    "FILE must not be there yet. It has all that the store has: of "
	    "private keys those in custody wrapped alone, as ciphertext that "
	    "the token alone can open. Prints its SHA-256 and the ledger's "
	    "head. Needs no token, but where it is to cover KSKs in custody "
	    "wrapped. "
	    "--dry-run says whether FILE can be written, and what it covers.",
	    store_opts, 1, 1, CMD_WITH_SESSION, cmd_backup },
	{ "confirm-backup", GROUP_STORE, "ZONE/KEYTAG|ID | --cmk CMK",
	    "tell that a backup of the token has a KSK",
	    "For KSKs whose policy says ksk.require-backup: they get no DS "
	    "before. Whoever runs it has made the backup with the tools of "
	    "the token's vendor; kmgr cannot look. Under custody wrapped "
	    "kmgr backup does it. With --cmk all KSKs of one.",
	    confirm_backup_opts, 0, 1, CMD_WITH_SESSION,
	    cmd_confirm_backup },
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
	{ "migrate-store", GROUP_STORE, "FROM TO",
	    "move a store into another database, row by row",
	    "FROM and TO are written as store: in kmgr.yaml. TO must be "
	    "empty, or not be there yet. Each row is read back and compared, "
	    "and the chain of the ledger is verified, before anything of it "
	    "is committed. Nobody writes meanwhile. FROM is shut then: it can "
	    "be read, and each change of it is refused. The same from TO to "
	    "FROM takes that back, as long as TO has not changed. Needs "
	    "neither token nor configuration.",
	    store_opts, 2, 2, CMD_NO_SESSION, cmd_migrate_store },
	{ "help", GROUP_HELP, "[COMMAND]", "say how a command is used", "",
	    none, 0, 1, CMD_NO_SESSION, cmd_help },
};
const size_t commands_trust_n = sizeof(commands_trust) /
    sizeof(commands_trust[0]);
