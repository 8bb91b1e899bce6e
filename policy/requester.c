#include <string.h>

#include "policy/requester.h"

/* Whoever verified the signature, this list is the sealed one. */
static bool
is_listed(const struct policy *policy, const char *fingerprint)
{
	char print[SSH_KEY_FINGERPRINT_LEN];
	size_t i;

	for (i = 0; i < policy->n_requesters; i++)
		if (strcmp(ssh_key_fingerprint(policy->requesters[i], print),
		    fingerprint) == 0)
			return true;
	return false;
}

void
requester_judge(const struct policy *policy,
    const struct requester *requester, struct report *report)
{

	switch (policy->admission) {
	case ADMISSION_OPERATOR:
		report_off(report, "zsk.admission is operator: who runs the "
		    "command vouches");
		return;
	case ADMISSION_SSH:
		break;
	case ADMISSION_TSIG:
	default:
		if (requester == NULL || requester->tsig == NULL)
			report_fail(report, "zsk.admission is tsig, and this "
			    "did not come, signed by TSIG, from the zone's "
			    "configured source in this very run");
		return;
	}
	if (requester == NULL)
		report_fail(report, "zsk.admission is ssh, and no signature "
		    "of a requester is given");
	else if (requester->fingerprint[0] == '\0')
		report_fail(report, "zsk.admission is ssh, and no requester "
		    "signed it: %s", requester->why);
	else if (!is_listed(policy, requester->fingerprint))
		report_fail(report, "%s signed it, which is not among "
		    "zsk.requesters", requester->fingerprint);
}
