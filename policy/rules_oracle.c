/* The subject of this rule is a struct rules_oracle. */
#include "policy/report.h"
#include "policy/rules_oracle.h"

static void
check_chain(const void *subject, struct report *report)
{
	const struct rules_oracle *answer = subject;
	size_t i;

	if (answer->why_off != NULL)
		report_off(report, "%s", answer->why_off);
	for (i = 0; i < answer->n_failures; i++)
		report_fail(report, "%s", answer->failures[i]);
}

const struct rule rules_oracle[] = {
	{ { "SKR-DS-CHAIN",
	    "no resolver loses the chain of trust, whatever it has cached",
	    "Bundles are signed months ahead, and nobody knows whether a DS "
	    "will have changed by then. So they rely on what was confirmed "
	    "only: a DS that was seen at the parent stays there, and one that "
	    "is gone stays in caches for parent-propagation-delay, "
	    "parent-ds-ttl and retire-safety. For each DS set and each DNSKEY "
	    "set that a resolver may have at the same time, one key of every "
	    "algorithm of the DS set must be in the DNSKEY set and have a "
	    "valid signature there (RFC 4035 s2.2, s5; RFC 6840 s5.11); no "
	    "bundle withdraws or revokes a KSK that has a DS, or one of ours "
	    "that caches have and of whose DS nobody told: get-ds may have "
	    "printed it, and the parent may have it. A zone whose "
	    "policy sets ksk.rfc5011 is also judged by who follows its trust "
	    "anchors by RFC 5011, and may revoke. Keep the old KSK in the "
	    "bundles, or confirm the change of the DS first (kmgr ds-seen, "
	    "kmgr ds-gone) and wait." },
	    ERR_POLICY, check_chain },
};
const size_t rules_oracle_n = sizeof(rules_oracle) / sizeof(rules_oracle[0]);

void
rules_check_oracle(const struct rules_oracle *answer,
    struct findings *findings)
{

	report_run(rules_oracle, rules_oracle_n, answer, findings);
}
