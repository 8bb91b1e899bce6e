/*
 * Who asks for ZSKs to be signed, where zsk.admission says that a sealed
 * requester does: the fact, which somebody else found out, and what a policy
 * makes of it.
 */
#ifndef POLICY_REQUESTER_H
#define POLICY_REQUESTER_H

#include "policy/policy.h"
#include "policy/report.h"
#include "policy/ssh_key.h"

struct requester {
	/* Of the key that signed the very bytes; "" where none did. */
	char	fingerprint[SSH_KEY_FINGERPRINT_LEN];
	char	name[SSH_KEY_COMMENT_MAX + 1];	/* sealed with the key */
	char	why[200];		/* there is none */
	/* The TSIG key with which the zone's configured source signed the set
	 * in this very run; NULL: it did not come that way. Borrowed. */
	const char *tsig;
};

/**
 * requester_judge(policy, requester, report):
 * Report a failure unless ${policy} lets ${requester}, NULL for nobody, ask;
 * off where it asks for no requester.
 */
void requester_judge(const struct policy *policy,
    const struct requester *requester, struct report *report);

#endif
