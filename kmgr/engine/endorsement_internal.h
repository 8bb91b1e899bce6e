/* What the checks of an endorsement file share. */
#ifndef ENGINE_ENDORSEMENT_INTERNAL_H
#define ENGINE_ENDORSEMENT_INTERNAL_H

#include <stdbool.h>

#include "kmgr/engine/outcome.h"

/* The members of a file that are texts. */
enum part {
	PART_ENDORSEMENT,
	PART_ENDORSEMENT_SIGNATURE,
	PART_POLICY,
	PART_SEAL,
	PART_SEAL_SIGNATURE,
	PART_CMK_PUBLIC_KEY,
	PART_N
};

/* What could be read of it; a check says what it needs. */
enum need {
	NEED_STATEMENT = 1 << 0,
	NEED_SEAL = 1 << 1,
	NEED_POLICY = 1 << 2,
	NEED_KEY = 1 << 3,
	NEED_ZONE = 1 << 4,
	NEED_DNSKEY = 1 << 5
};

struct subject {
	const char		*parts[PART_N];
	unsigned int		 has;		/* bits of enum need */
	struct json		*statement;
	struct json		*seal;
	struct policy		*policy;
	struct crypto_key	*key;		/* of the file's PEM */
	struct name		 zone;
	struct dnskey		 dnskey;
	const struct crypto_key	*pinned;	/* or NULL */
	const char		*fingerprint;	/* of key */
};

/* One check: a row of a table. */
struct check {
	const char	*id;
	unsigned int	 needs;		/* bits of enum need */
	void		(*run)(const struct subject *subject,
			    const struct outcome *outcome);
};

/**
 * endorsement_run(checks, n, subject, report):
 * Run ${n} ${checks}; one that needs what could not be read fails.
 */
void endorsement_run(const struct check *checks, size_t n,
    const struct subject *subject, struct endorsement_report *report);

/**
 * endorsement_judge_statements(subject, report):
 * Signatures, the CMK's key, the policy and its seal.
 */
void endorsement_judge_statements(const struct subject *subject,
    struct endorsement_report *report);

/**
 * endorsement_judge_ksk(subject, report):
 * Zone, DNSKEY, key tags, DS and custody against each other and the policy.
 */
void endorsement_judge_ksk(const struct subject *subject,
    struct endorsement_report *report);

/**
 * endorsement_judge_attributes(subject, report):
 * What the token holds of the key pair, as far as it told: a line for each
 * attribute that secrecy hangs on, and for each other one that is not held.
 */
void endorsement_judge_attributes(const struct subject *subject,
    struct endorsement_report *report);

#endif
