#include <string.h>

#include "policy/policy_fields.h"

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define YEAR   (365 * DAY)

static const char *const custody_words[] = { "token", "shared", "wrapped",
	NULL };
static const char *const seal_words[] = { "governance", "compliance", NULL };
static const char *const roll_words[] = { "double-signature", "double-ds",
	"double-rrset", NULL };
static const char *const standby_words[] = { "none", "ds", "dnskey", NULL };
static const char *const automation_words[] = { "start", "report", "expire",
	"done", NULL };
static const char *const admission_words[] = { "operator", "ssh", "tsig",
	NULL };
static const char *const cds_words[] = { "none", "rollover", "always", NULL };
static const char *const op_words[POLICY_OP_N] = {
	[POLICY_OP_CREATE_KSK] = "create-ksk",
	[POLICY_OP_DELETE_KSK] = "delete-ksk",
	[POLICY_OP_SCHEDULE_CMK_DELETION] = "schedule-cmk-deletion",
	[POLICY_OP_REVOKE_KSK] = "revoke-ksk",
	[POLICY_OP_ROLL_KSK] = "roll-ksk",
	[POLICY_OP_SIGN_KSR] = "sign-ksr",
	[POLICY_OP_RECOVER] = "recover",
};

/* A key that is lost before its DS is up is only annoying; a blob is. */
static const char *
require_backup_preset(const struct policy *policy)
{

	return policy->custody == CUSTODY_WRAPPED ? "true" : "false";
}

/* RFC 4035 s2.2: the ZSKs need the KSK's algorithm at least. */
static const char *
zsk_algorithms_preset(const struct policy *policy)
{

	return alg_find((unsigned int)policy->alg)->word;
}

/* The rows of each kind in version 1; m is the member of struct policy. */
#define AT(m) .since = 1, .offset = offsetof(struct policy, m)
#define LIST(m, n) AT(m), .n_offset = offsetof(struct policy, n)
#define INT(k, m, lo, hi, set, text) { .key = k, .kind = POLICY_INT, \
	AT(m), .min = lo, .max = hi, .preset = set, .doc = text }
#define DURATION(k, m, lo, hi, set, text) { .key = k, \
	.kind = POLICY_DURATION, AT(m), .min = lo, .max = hi, .preset = set, \
	.doc = text }
#define BOOL(k, m, set, text) { .key = k, .kind = POLICY_BOOL, AT(m), \
	.preset = set, .doc = text }
#define WORD(k, m, list, set, text) { .key = k, .kind = POLICY_WORD, AT(m), \
	.words = list, .preset = set, .doc = text }
#define APPROVALS(k, op, text) INT("approvals." k, \
	approvals[POLICY_OP_##op], 0, POLICY_APPROVALS_MAX, "0", text)
#define APPROVALS_DOC "approvers that must sign a plan of it; 0: none"
#define SSH_KEYS(k, m, count, most, text) { .key = k, \
	.kind = POLICY_SSH_KEYS, LIST(m, count), .n_max = most, .preset = "", \
	.doc = text }

/*
 * A quarter of the root zone: ICANN's nine bundles, ten days apart. How many
 * ZSKs each has the root zone alone fixes; others roll theirs when they like.
 */
#define ICANN_BUNDLE_COUNT	  "9"
#define ICANN_MAX_BUNDLES	  "9"
#define ICANN_MIN_CYCLE		  "79d"
#define ICANN_MAX_CYCLE		  "81d"
#define ICANN_MIN_INTERVAL	  "9d"
#define ICANN_MAX_INTERVAL	  "11d"
#define ICANN_MIN_OVERLAP	  "4d"
#define ICANN_MAX_OVERLAP	  "16d"
#define ICANN_MIN_VALIDITY	  "14d"
#define ICANN_MAX_VALIDITY	  "21d"
#define ICANN_HORIZON		  "180d"
#define ICANN_KEYS_PER_BUNDLE	  ""
#define ICANN_MAX_KEYS_PER_BUNDLE "2"
#define ICANN_MAX_DISTINCT_KEYS	  "3"
#define ICANN_SAFETY		  "10d"
#define ICANN_DECLARES		  "true"

/* A year of BIND or Knot: a bundle at each ZSK event, without an end. */
#define TEXT_BUNDLE_COUNT	  "0"
#define TEXT_MAX_BUNDLES	  "400"
#define TEXT_MIN_CYCLE		  "0s"
#define TEXT_MAX_CYCLE		  "400d"
#define TEXT_MIN_INTERVAL	  "0s"
#define TEXT_MAX_INTERVAL	  "0s"
#define TEXT_MIN_OVERLAP	  "0s"
#define TEXT_MAX_OVERLAP	  "0s"
#define TEXT_MIN_VALIDITY	  "0s"
#define TEXT_MAX_VALIDITY	  "0s"
#define TEXT_HORIZON		  "400d"
#define TEXT_KEYS_PER_BUNDLE	  ""
#define TEXT_MAX_KEYS_PER_BUNDLE  "3"
#define TEXT_MAX_DISTINCT_KEYS	  "100"
#define TEXT_SAFETY		  "0s"
#define TEXT_DECLARES		  "false"

/* The keys of the format f, in the member m, with the defaults above. */
#define KSR(f, m, SET) \
	INT("ksr." f ".bundle-count", m.bundle_count, 0, 1000, \
	    SET##_BUNDLE_COUNT, \
	    "bundles in a request, exactly (KSR-BUNDLE-COUNT)"), \
	INT("ksr." f ".max-bundles", m.max_bundles, 0, 1000, \
	    SET##_MAX_BUNDLES, "bundles in a request, at most"), \
	DURATION("ksr." f ".min-cycle", m.min_cycle_s, 0, 10 * YEAR, \
	    SET##_MIN_CYCLE, CYCLE_DOC), \
	DURATION("ksr." f ".max-cycle", m.max_cycle_s, 0, 10 * YEAR, \
	    SET##_MAX_CYCLE, CYCLE_DOC), \
	DURATION("ksr." f ".min-interval", m.min_interval_s, 0, 10 * YEAR, \
	    SET##_MIN_INTERVAL, INTERVAL_DOC), \
	DURATION("ksr." f ".max-interval", m.max_interval_s, 0, 10 * YEAR, \
	    SET##_MAX_INTERVAL, INTERVAL_DOC), \
	DURATION("ksr." f ".min-overlap", m.min_overlap_s, 0, 10 * YEAR, \
	    SET##_MIN_OVERLAP, OVERLAP_DOC), \
	DURATION("ksr." f ".max-overlap", m.max_overlap_s, 0, 10 * YEAR, \
	    SET##_MAX_OVERLAP, OVERLAP_DOC), \
	DURATION("ksr." f ".min-validity", m.min_validity_s, 0, 10 * YEAR, \
	    SET##_MIN_VALIDITY, VALIDITY_DOC), \
	DURATION("ksr." f ".max-validity", m.max_validity_s, 0, 10 * YEAR, \
	    SET##_MAX_VALIDITY, VALIDITY_DOC), \
	DURATION("ksr." f ".horizon", m.horizon_s, 0, 10 * YEAR, \
	    SET##_HORIZON, "now to the last expiration; max-horizon holds " \
	    "too (KSR-POLICY-SIG-HORIZON)"), \
	{ .key = "ksr." f ".keys-per-bundle", .kind = POLICY_INTS, \
	    LIST(m.keys_per_bundle, m.n_keys_per_bundle), \
	    .n_max = POLICY_SLOTS_MAX, .min = 1, .max = 32, \
	    .preset = SET##_KEYS_PER_BUNDLE, \
	    .doc = "ZSKs in each bundle, exactly (KSR-POLICY-KEYS)" }, \
	INT("ksr." f ".max-keys-per-bundle", m.max_keys_per_bundle, 0, 32, \
	    SET##_MAX_KEYS_PER_BUNDLE, \
	    "ZSKs in a bundle, at most (KSR-POLICY-KEYS)"), \
	INT("ksr." f ".max-distinct-keys", m.max_distinct_keys, 0, 1000, \
	    SET##_MAX_DISTINCT_KEYS, \
	    "ZSKs in a request, at most (KSR-POLICY-KEYS)"), \
	INT("ksr." f ".rsa-exponent", m.rsa_exponent, 0, 4294967297, \
	    "65537", "public exponent of RSA ZSKs (KSR-POLICY-ALG)"), \
	DURATION("ksr." f ".publish-safety", m.publish_safety_s, 0, YEAR, \
	    SET##_SAFETY, "a KSK is published so long before it signs " \
	    "(KSR-POLICY-SAFETY)"), \
	DURATION("ksr." f ".retire-safety", m.retire_safety_s, 0, YEAR, \
	    SET##_SAFETY, "a KSK is published so long after it signed " \
	    "(KSR-POLICY-SAFETY)"), \
	BOOL("ksr." f ".require-proof-of-possession", \
	    m.require_proof_of_possession, SET##_DECLARES, \
	    "every ZSK signed its bundle (KSR-BUNDLE-POP)"), \
	BOOL("ksr." f ".match-request-policy", m.match_request_policy, \
	    SET##_DECLARES, "keys and times are as the request declares " \
	    "them (KSR-BUNDLE-KEYS)"), \
	BOOL("ksr." f ".check-chain", m.check_chain, "true", \
	    "it continues the last response (KSR-CHAIN-KEYS, " \
	    "KSR-CHAIN-OVERLAP)")
#define CYCLE_DOC    "first to last inception (KSR-BUNDLE-CYCLE-DURATION)"
#define INTERVAL_DOC "inception to inception (KSR-POLICY-BUNDLE-INTERVALS)"
#define OVERLAP_DOC  "of neighbouring bundles (KSR-POLICY-SIG-OVERLAP)"
#define VALIDITY_DOC "of a bundle (KSR-POLICY-SIG-VALIDITY)"

static const struct policy_field fields[] = {
	INT("version", version, 1, POLICY_VERSION_MAX, NULL,
	    "the format of this file"),
	{ .key = "zones", .kind = POLICY_ZONES, LIST(zones, n_zones),
	    .n_min = 1, .doc = "exact names, \"*.NAME\" for all below NAME, "
	    "\".\" for any zone" },
	WORD("custody", custody, custody_words, "token",
	    "token: a KSK a zone; shared: one for many; wrapped: encrypted "
	    "in the store"),
	WORD("seal", seal, seal_words, "governance",
	    "governance: retired keys may be destroyed; compliance: nothing "
	    "is"),

	{ .key = "ksk.algorithm", .kind = POLICY_ALG, AT(alg),
	    .preset = "ecdsap256sha256",
	    .doc = "rsasha256, ecdsap256sha256, ecdsap384sha384 or ed25519" },
	INT("ksk.rsa-bits", rsa_bits, 2048, 4096, "2048",
	    "modulus of an RSA KSK; of no effect for others"),
	{ .key = "ksk.lifetime", .kind = POLICY_DURATION, AT(lifetime_s),
	    .max = 50 * YEAR, .zero = "unlimited", .preset = "365d",
	    .doc = "a KSK is rolled at this age; unlimited: only by hand" },
	INT("ksk.max-per-zone", max_per_zone, 1, 64, "4",
	    "KSKs of a zone until they are out of use, standby included"),
	WORD("ksk.roll-type", roll_type, roll_words, "double-signature",
	    "double-signature, double-ds or double-rrset (RFC 7583 s2.2)"),
	BOOL("ksk.rfc5011", rfc5011, "false",
	    "true only where resolvers have the KSK as trust anchor"),
	WORD("ksk.standby.kind", standby, standby_words, "none",
	    "what of a spare KSK is published: none, ds or dnskey"),
	{ .key = "ksk.standby.cmk", .kind = POLICY_LABEL, AT(standby_cmk),
	    .preset = "", .max = POLICY_CMK_NAME_MAX,
	    .doc = "CMK of the spare KSK; \"\" is this one" },
	{ .key = "ksk.require-backup", .kind = POLICY_BOOL,
	    AT(require_backup), .derive = require_backup_preset,
	    .doc = "no DS before a backup holds the KSK; default true for "
	    "custody wrapped" },
	{ .key = "ksk.automation", .kind = POLICY_WORDS,
	    LIST(automation, n_automation), .n_max = AUTOMATION_N,
	    .words = automation_words,
	    .preset = "start, report, expire, done",
	    .doc = "what run does by itself: start, report, expire, done" },

	{ .key = "zsk.algorithms", .kind = POLICY_ALGS,
	    LIST(zsk_algs, n_zsk_algs), .n_min = 1, .n_max = POLICY_ALGS_MAX,
	    .derive = zsk_algorithms_preset,
	    .doc = "of the ZSKs that are signed; default the KSK's" },
	INT("zsk.max-keys", zsk_max_keys, 1, 32, "3", "ZSKs in a set"),
	INT("zsk.min-rsa-bits", zsk_min_rsa_bits, 1024, 4096, "2048",
	    "modulus of RSA ZSKs, at least"),
	WORD("zsk.admission", admission, admission_words, "operator",
	    "who vouches for a ZSK set: operator, ssh or tsig"),
	SSH_KEYS("zsk.requesters", requesters, n_requesters,
	    POLICY_REQUESTERS_MAX,
	    "SSH public keys of those who may ask, for admission ssh"),

	DURATION("signatures.dnskey-ttl", dnskey_ttl_s, 1, 30 * DAY, "1h",
	    "TTL of DNSKEY, CDS and CDNSKEY"),
	DURATION("signatures.validity", validity_s, HOUR, 10 * YEAR, "14d",
	    "a signature expires so long after now"),
	DURATION("signatures.refresh", refresh_s, MINUTE, 10 * YEAR, "5d",
	    "it is made anew so long before it expires"),
	DURATION("signatures.inception-offset", inception_offset_s, 0,
	    30 * DAY, "1h", "it begins so long before now, for slow clocks"),
	DURATION("signatures.max-horizon", max_horizon_s, HOUR, 10 * YEAR,
	    "400d", "nothing is signed that expires later than this after "
	    "now"),

	DURATION("timing.publish-safety", publish_safety_s, 0, YEAR, "1h",
	    "margin before a new DNSKEY counts as known everywhere"),
	DURATION("timing.retire-safety", retire_safety_s, 0, YEAR, "1h",
	    "margin before withdrawn data counts as forgotten"),
	DURATION("timing.zone-propagation-delay", zone_propagation_delay_s, 0,
	    YEAR, "1h", "signer to the zone's last secondary"),
	DURATION("timing.max-zone-ttl", max_zone_ttl_s, 1, YEAR, "1d",
	    "highest TTL in the zone"),
	DURATION("timing.parent-ds-ttl", parent_ds_ttl_s, 1, YEAR, "1d",
	    "TTL of the DS set at the parent"),
	DURATION("timing.parent-propagation-delay",
	    parent_propagation_delay_s, 0, YEAR, "1h",
	    "parent's primary to its last secondary"),
	DURATION("timing.parent-registration-delay",
	    parent_registration_delay_s, 0, YEAR, "0s",
	    "request of a DS change to its publication"),

	{ .key = "ds.digest-types", .kind = POLICY_DIGESTS,
	    LIST(digests, n_digests), .n_min = 1,
	    .n_max = POLICY_DIGESTS_MAX, .preset = "sha-256",
	    .doc = "sha-256, sha-384 or both" },
	WORD("ds.cds-cdnskey-publish", cds, cds_words, "rollover",
	    "CDS and CDNSKEY in the zone: none, rollover or always"),

	/* The ids are those of the checks of ICANN's kskm. */
	KSR("icann", ksr_icann, ICANN),
	KSR("bind", ksr_bind, TEXT),
	KSR("knot", ksr_knot, TEXT),

	DURATION("deletion.pending-window", pending_window_s, 7 * DAY,
	    10 * YEAR, "30d", "a CMK waits so long between schedule and end"),

	APPROVALS("create-ksk", CREATE_KSK, APPROVALS_DOC),
	APPROVALS("delete-ksk", DELETE_KSK, APPROVALS_DOC),
	APPROVALS("schedule-cmk-deletion", SCHEDULE_CMK_DELETION,
	    APPROVALS_DOC),
	APPROVALS("revoke-ksk", REVOKE_KSK, APPROVALS_DOC),
	APPROVALS("roll-ksk", ROLL_KSK,
	    "the same, of a roll because of compromise or loss"),
	APPROVALS("sign-ksr", SIGN_KSR, APPROVALS_DOC),
	APPROVALS("recover", RECOVER, APPROVALS_DOC),
	SSH_KEYS("approvals.approvers", approvers, n_approvers,
	    POLICY_APPROVERS_MAX,
	    "SSH public keys, \"ssh-ed25519 AAAA... NAME\""),
	SSH_KEYS("approvals.authorities", authorities, n_authorities,
	    POLICY_APPROVERS_MAX,
	    "SSH keys whose certificates for kmgr-approver make approvers"),
	DURATION("approvals.valid-for", plan_valid_for_s, HOUR, 30 * DAY,
	    "7d", "a plan waits so long for its approvals"),

	DURATION("clock.tolerance", clock_tolerance_s, 0, HOUR, "5m",
	    "the clock may be so far behind the last event"),
	DURATION("clock.max-jump", clock_max_jump_s, DAY, 1000 * DAY, "100d",
	    "the clock may be so far ahead of the last event"),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

const struct policy_table *
policy_fields_table(void)
{
	static const struct policy_table table = { fields, N_FIELDS,
		POLICY_VERSION_MAX };

	return &table;
}

const struct policy_field *
policy_fields_at(size_t i)
{

	return i < N_FIELDS ? &fields[i] : NULL;
}

const struct policy_field *
policy_fields_find(const char *key)
{
	size_t i;

	for (i = 0; i < N_FIELDS; i++)
		if (strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

bool
policy_fields_within(const struct policy_field *field, const char *section)
{
	const size_t n = strlen(section);

	return n == 0 || (strncmp(field->key, section, n) == 0 &&
	    field->key[n] == '.');
}

const char *
policy_custody_name(enum policy_custody custody)
{

	return custody_words[custody];
}

const char *
policy_seal_name(enum policy_seal seal)
{

	return seal_words[seal];
}

const char *
policy_op_name(enum policy_op op)
{

	return op_words[op];
}

bool
policy_op_find(const char *name, enum policy_op *out)
{
	int i;

	for (i = 0; i < POLICY_OP_N; i++)
		if (strcmp(op_words[i], name) == 0) {
			*out = (enum policy_op)i;
			return true;
		}
	return false;
}
