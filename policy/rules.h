/*
 * Rules: rows { id, summary, explanation, check }. All rules of a subject
 * run and all findings are reported; a rule that the policy turns off is
 * reported as off. The id is public: it stands in messages, the ledger,
 * explain-rule, and names the fixture that must trigger it.
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/zonefile.h"
#include "policy/policy.h"

enum finding_verdict {
	FINDING_PASS,
	FINDING_WARN,		/* reported, and the work goes on */
	FINDING_FAIL,
	FINDING_OFF		/* turned off by policy, or not applicable */
};

struct finding {
	const char		*rule;		/* id */
	enum err_class		 class;		/* of a failure */
	enum finding_verdict	 verdict;
	const char		*message;	/* found, allowed; or "" */
	char			*text;		/* message, where it is owned */
};

struct findings {
	struct finding	*items;
	size_t		 n;
};

#define FINDINGS_INIT { NULL, 0 }

struct rule_info {
	const char	*id;
	const char	*summary;	/* what holds when it passes */
	const char	*explanation;	/* why, and what to do; sources */
};

/**
 * rules_find(id), rules_at(i):
 * The rule with ${id}, either case; the ${i}th of all, NULL behind the last.
 */
const struct rule_info *rules_find(const char *id);
const struct rule_info *rules_at(size_t i);

/**
 * rules_check_policy(policy, findings):
 * Whether the values of ${policy} make sense together; each failure names
 * both values and the formula.
 */
void rules_check_policy(const struct policy *policy,
    struct findings *findings);

/* A KSK that somebody wants for a zone. */
struct rules_new_ksk {
	struct name	zone;
	size_t		n_present;	/* KSKs of the zone in use */
};

/**
 * rules_check_new_ksk(policy, wanted, findings):
 * Whether ${policy} lets a further KSK be made.
 */
void rules_check_new_ksk(const struct policy *policy,
    const struct rules_new_ksk *wanted, struct findings *findings);

struct requester;		/* requester.h */

/* A ZSK set that somebody wants signed. */
struct rules_zsks {
	struct name			 zone;
	const struct zonefile_record	*records;	/* as they were read */
	size_t				 n_records;
	const struct dnskey		*ksks;	/* the zone's published KSKs */
	size_t				 n_ksks;
	bool				 is_shared;	/* custody shared */
	int64_t				 now_at;
	int64_t				 inception_at;
	int64_t				 expiration_at;
	const struct dnskey		*foreign;	/* others sign */
	size_t				 n_foreign;
	const struct dnskey		*wanted;	/* may have CDS, too */
	size_t				 n_wanted;
	bool				 is_leaving;	/* to insecurity */
	/* By number: another policy of the zone admits the algorithm. */
	bool				 is_admitted[256];
	const struct requester		*requester;	/* NULL: nobody */
	/* Of a record that names the zone not in full; 0: there is none. */
	size_t				 unnamed_line;
};

/**
 * rules_check_zsks(policy, zsks, findings):
 * Whether every record of ${zsks} is a ZSK that ${policy} admits for the
 * zone, and the window of the signature is allowed.
 */
void rules_check_zsks(const struct policy *policy,
    const struct rules_zsks *zsks, struct findings *findings);

/**
 * findings_failed(findings):
 * The number of failures.
 */
size_t findings_failed(const struct findings *findings);

/**
 * findings_error(findings, err):
 * Describe the failures in ${err}: class of the first, ids and messages of
 * as many as fit. Always returns -1.
 */
int findings_error(const struct findings *findings, struct error *err);

/**
 * findings_clear(findings):
 * Free what ${findings} holds.
 */
void findings_clear(struct findings *findings);

/**
 * finding_verdict_name(verdict):
 * "pass", "warn", "fail", "off".
 */
const char *finding_verdict_name(enum finding_verdict verdict);

#endif
