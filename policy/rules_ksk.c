/* The subject of these rules is a struct subject. */
#include <inttypes.h>

#include "policy/report.h"

struct subject {
	const struct policy		*policy;
	const struct rules_new_ksk	*wanted;
};

static void
check_zone(const void *subject, struct report *report)
{
	const struct subject *s = subject;
	char zone[NAME_TEXT_MAX];

	if (!policy_allows_zone(s->policy, &s->wanted->zone))
		report_fail(report, "%.200s is not among the policy's zones",
		    name_text(&s->wanted->zone, zone));
}

static void
check_count(const void *subject, struct report *report)
{
	const struct subject *s = subject;

	if ((uint64_t)s->wanted->n_present >=
	    (uint64_t)s->policy->max_per_zone)
		report_fail(report, "the zone has %zu KSKs that are not "
		    "removed; ksk.max-per-zone allows %" PRId64,
		    s->wanted->n_present, s->policy->max_per_zone);
}

const struct rule rules_ksk[] = {
	{ { "KSK-ZONE",
	    "the policy covers the zone",
	    "A CMK makes KSKs only for the zones that its sealed policy "
	    "names: a name, \"*.NAME\" for every zone below NAME (and not "
	    "NAME itself), or \".\" for any zone. Use a CMK whose policy "
	    "names this zone." },
	    ERR_POLICY, check_zone },
	{ { "KSK-COUNT",
	    "the zone has room for a further KSK",
	    "ksk.max-per-zone counts all KSKs of the zone that are not "
	    "removed, those that are retired or stand by included. More "
	    "room takes a CMK whose policy allows it." },
	    ERR_POLICY, check_count },
};
const size_t rules_ksk_n = sizeof(rules_ksk) / sizeof(rules_ksk[0]);

void
rules_check_new_ksk(const struct policy *policy,
    const struct rules_new_ksk *wanted, struct findings *findings)
{
	const struct subject subject = { policy, wanted };

	report_run(rules_ksk, rules_ksk_n, &subject, findings);
}
