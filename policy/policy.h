/*
 * A key policy: what a CMK allows. YAML comes in, canonical JSON is sealed,
 * and one table (policy_fields.c) knows every key: its type, default and
 * bounds. Values are plain; a policy is const once it is read.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/timing.h"

#define POLICY_VERSION_MAX 1	/* that this kmgr knows */
#define POLICY_MAX_LEN (1 << 16)	/* bytes of a policy file */
#define POLICY_ALGS_MAX 4
#define POLICY_DIGESTS_MAX 2
#define POLICY_SLOTS_MAX 32		/* bundles of which keys are counted */
#define POLICY_CMK_NAME_MAX 64
#define POLICY_APPROVERS_MAX 32
#define POLICY_APPROVALS_MAX 16
#define POLICY_REQUESTERS_MAX 32

enum policy_custody { CUSTODY_TOKEN, CUSTODY_SHARED, CUSTODY_WRAPPED };
enum policy_seal { SEAL_GOVERNANCE, SEAL_COMPLIANCE };
enum policy_roll_type { ROLL_DOUBLE_SIGNATURE, ROLL_DOUBLE_DS,
	ROLL_DOUBLE_RRSET };
enum policy_standby { STANDBY_NONE, STANDBY_DS, STANDBY_DNSKEY };
/* What happens by itself (kmgr/life/life.h). */
enum policy_automation { AUTOMATION_START, AUTOMATION_REPORT,
	AUTOMATION_EXPIRE, AUTOMATION_DONE, AUTOMATION_N };
enum policy_admission { ADMISSION_OPERATOR, ADMISSION_SSH, ADMISSION_TSIG };
enum policy_cds { CDS_NONE, CDS_ROLLOVER, CDS_ALWAYS };

/* What may need approval. */
enum policy_op {
	POLICY_OP_CREATE_KSK,
	POLICY_OP_DELETE_KSK,
	POLICY_OP_SCHEDULE_CMK_DELETION,
	POLICY_OP_REVOKE_KSK,
	POLICY_OP_ROLL_KSK,	/* for compromise */
	POLICY_OP_SIGN_KSR,
	POLICY_OP_RECOVER,
	POLICY_OP_N
};

/* A zone pattern: one name, every name below one, or any name. */
enum policy_scope { SCOPE_EXACT, SCOPE_BELOW, SCOPE_ANY };
struct policy_zone {
	enum policy_scope scope;
	struct name	  name;		/* SCOPE_EXACT, SCOPE_BELOW */
};

/* The checks of one KSR format; 0, false or no element turns a check off. */
struct policy_ksr {
	int64_t	bundle_count;		/* exact */
	int64_t	max_bundles;
	int64_t	min_cycle_s, max_cycle_s; /* first to last inception */
	int64_t	min_interval_s, max_interval_s;
	int64_t	min_overlap_s, max_overlap_s;
	int64_t	min_validity_s, max_validity_s;
	int64_t	horizon_s;
	int64_t	keys_per_bundle[POLICY_SLOTS_MAX];	/* exact, by bundle */
	size_t	n_keys_per_bundle;
	int64_t	max_keys_per_bundle;
	int64_t	max_distinct_keys;
	int64_t	rsa_exponent;
	int64_t	publish_safety_s, retire_safety_s;
	bool	require_proof_of_possession;
	bool	match_request_policy;	/* what the request says of itself */
	bool	check_chain;
};

struct policy {
	int64_t			version;
	struct policy_zone	*zones;		/* sorted by their text */
	size_t			n_zones;
	enum policy_custody	custody;
	enum policy_seal	seal;
	/* ksk: */
	enum alg		alg;
	int64_t			rsa_bits;	/* where alg is RSA */
	int64_t			lifetime_s;	/* 0: no scheduled roll */
	int64_t			max_per_zone;
	enum policy_roll_type	roll_type;
	bool			rfc5011;
	enum policy_standby	standby;
	char			*standby_cmk;	/* NULL: the same CMK */
	bool			require_backup;
	enum policy_automation	automation[AUTOMATION_N];	/* ascending */
	size_t			n_automation;
	/* zsk: */
	enum alg		zsk_algs[POLICY_ALGS_MAX]; /* ascending */
	size_t			n_zsk_algs;
	int64_t			zsk_max_keys;
	int64_t			zsk_min_rsa_bits;
	enum policy_admission	admission;
	char			**requesters;	/* ssh_key.h, sorted by key */
	size_t			n_requesters;
	/* signatures: */
	int64_t			dnskey_ttl_s;
	int64_t			validity_s;
	int64_t			refresh_s;
	int64_t			inception_offset_s;
	int64_t			max_horizon_s;
	/* timing: */
	int64_t			publish_safety_s;
	int64_t			retire_safety_s;
	int64_t			zone_propagation_delay_s;
	int64_t			max_zone_ttl_s;
	int64_t			parent_ds_ttl_s;
	int64_t			parent_propagation_delay_s;
	int64_t			parent_registration_delay_s;
	/* ds: */
	enum digest		digests[POLICY_DIGESTS_MAX]; /* ascending */
	size_t			n_digests;
	enum policy_cds		cds;
	/* ksr: */
	struct policy_ksr	ksr_icann, ksr_bind, ksr_knot;
	/* deletion: */
	int64_t			pending_window_s;
	/* approvals: */
	int64_t			approvals[POLICY_OP_N];	/* 0: none */
	char			**approvers;	/* ssh_key.h, sorted by key */
	size_t			n_approvers;
	char			**authorities;	/* of certificates, likewise */
	size_t			n_authorities;
	int64_t			plan_valid_for_s;
	/* clock: */
	int64_t			clock_tolerance_s;
	int64_t			clock_max_jump_s;
};

/**
 * policy_read_yaml(text, len, what, out, err):
 * Read a policy that a person wrote; ${what} is its file name. Unknown keys,
 * wrong types and values out of bounds are refused; absent ones get their
 * default. Whether the values make sense together is rules_check_policy().
 *
 * Owner: the caller, policy_free().
 * Errors: ERR_CONFIG, with ${what} and line.
 */
int policy_read_yaml(const char *text, size_t len, const char *what,
    struct policy **out, struct error *err);

/**
 * policy_read_json(text, len, out, err):
 * Read the canonical form that policy_canonical() wrote.
 *
 * Owner: the caller, policy_free().
 * Errors: ERR_INTEGRITY where it is not in canonical form.
 */
int policy_read_json(const char *text, size_t len, struct policy **out,
    struct error *err);

/**
 * policy_json(policy):
 * ${policy} with every default written out, durations in seconds, sets
 * sorted. Owner: the caller, json_free().
 */
struct json *policy_json(const struct policy *policy);

/**
 * policy_canonical(policy, out):
 * Append the canonical form: policy_json() as json_canonical() writes it.
 */
void policy_canonical(const struct policy *policy, struct buf *out);

/**
 * policy_hash(policy, hash):
 * SHA-256 of the canonical form: the identity of a policy.
 */
void policy_hash(const struct policy *policy,
    uint8_t hash[static CRYPTO_SHA256_LEN]);

/**
 * policy_yaml(policy, out):
 * Append ${policy} as YAML that policy_read_yaml() reads back to the same
 * hash, every default written out, durations as 1w2d.
 */
void policy_yaml(const struct policy *policy, struct buf *out);

/**
 * policy_example(out):
 * Append a policy for example.com as YAML with every key, its default, and a
 * comment that says what it means: the reference of the format.
 */
void policy_example(struct buf *out);

/* One key in which two policies differ; texts as policy_yaml() writes them. */
struct policy_difference {
	char	 key[64];		/* "signatures.validity" */
	char	*old_value;
	char	*new_value;
};

/**
 * policy_compare(old, new, out, n):
 * The *${n} keys in which ${new} differs from ${old}, in the table's order.
 *
 * Owner: the caller, policy_differences_free().
 */
void policy_compare(const struct policy *old, const struct policy *new,
    struct policy_difference **out, size_t *n);
void policy_differences_free(struct policy_difference *list, size_t n);

/**
 * policy_allows_zone(policy, zone):
 * Whether one of its patterns covers ${zone}.
 */
bool policy_allows_zone(const struct policy *policy, const struct name *zone);

/**
 * policy_has_digest(policy, digest):
 * Whether ${digest} is one of ds.digest-types.
 */
bool policy_has_digest(const struct policy *policy, enum digest digest);

/**
 * policy_custody_name(custody), policy_seal_name(seal):
 * The policy's words.
 */
const char *policy_custody_name(enum policy_custody custody);
const char *policy_seal_name(enum policy_seal seal);

/**
 * policy_automates(policy, step):
 * Whether ${step} happens by itself.
 */
bool policy_automates(const struct policy *policy,
    enum policy_automation step);

/**
 * policy_op_name(op):
 * The word of ${op} in policies, which is the command's: "delete-ksk".
 */
const char *policy_op_name(enum policy_op op);

/**
 * policy_op_find(name, out):
 * Find the operation called ${name}; false where there is none.
 */
bool policy_op_find(const char *name, enum policy_op *out);

/**
 * policy_approvals(policy, op):
 * How many approvers must sign a plan of ${op}; 0 for none.
 */
int64_t policy_approvals(const struct policy *policy, enum policy_op op);

/**
 * policy_timing(policy, out):
 * The numbers that the waits of a roll follow from (kmgr/dns/timing.h).
 */
void policy_timing(const struct policy *policy, struct timing *out);

/**
 * policy_roll_s(policy):
 * How long a roll of a KSK takes, from the first change to the last wait,
 * when the parent needs parent-registration-delay for each change.
 *
 * Source: RFC 7583 s3.3.
 */
int64_t policy_roll_s(const struct policy *policy);

/**
 * policy_free(policy):
 * Free ${policy}.
 */
void policy_free(struct policy *policy);

#endif
