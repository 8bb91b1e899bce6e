/*
 * The subject of these rules is a struct policy. They find approvals that
 * nobody could give, approvers that nobody will ever ask, and the same of
 * requesters.
 */
#include <inttypes.h>

#include "policy/report.h"
#include "policy/ssh_key.h"

static void
check_approvals(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	int op;

	/* An authority can certify as many as it takes. */
	if (p->n_authorities > 0)
		return;
	for (op = 0; op < POLICY_OP_N; op++)
		if (p->approvals[op] > (int64_t)p->n_approvers)
			report_fail(report, "approvals.%s %" PRId64 " is more "
			    "than the %zu keys in approvals.approvers, and "
			    "approvals.authorities is empty",
			    policy_op_name((enum policy_op)op),
			    p->approvals[op], p->n_approvers);
}

static int64_t
highest(const struct policy *p)
{
	int64_t most = 0;
	int op;

	for (op = 0; op < POLICY_OP_N; op++)
		if (p->approvals[op] > most)
			most = p->approvals[op];
	return most;
}

/* Report each approver that is an authority too. */
static void
check_roles(const struct policy *p, struct report *report)
{
	char print[SSH_KEY_FINGERPRINT_LEN];
	size_t i, j;

	for (i = 0; i < p->n_approvers; i++)
		for (j = 0; j < p->n_authorities; j++)
			if (ssh_key_compare(p->approvers[i],
			    p->authorities[j]) == 0)
				report_warn(report, "%s %.64s is in "
				    "approvals.approvers and in "
				    "approvals.authorities",
				    ssh_key_fingerprint(p->approvers[i],
				    print), ssh_key_comment(p->approvers[i]));
}

static void
check_approvers(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	const int64_t most = highest(p), n = (int64_t)p->n_approvers;

	if (most == 0) {
		if (p->n_approvers + p->n_authorities > 0)
			report_warn(report, "approvals names %zu approvers "
			    "and %zu authorities, and no operation needs "
			    "them: each number is 0", p->n_approvers,
			    p->n_authorities);
		else
			report_off(report, "no operation needs approvals");
		return;
	}
	if (p->n_authorities == 0 && most == n)
		report_warn(report, "an operation needs %" PRId64 " of %"
		    PRId64 " approvers: when one key is lost, it can never "
		    "be approved again", most, n);
	if (p->n_authorities > 0 && n > 0 && most > n)
		report_warn(report, "an operation needs %" PRId64
		    " approvers and approvals.approvers has %" PRId64
		    ": without certificates of approvals.authorities it "
		    "cannot be approved", most, n);
	check_roles(p, report);
}

static void
check_requesters(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->admission == ADMISSION_SSH) {
		if (p->n_requesters == 0)
			report_fail(report, "zsk.admission is ssh and "
			    "zsk.requesters is empty: nobody could ever ask");
		if (p->n_requesters == 1)
			report_warn(report, "zsk.requesters has 1 key: when "
			    "it is lost, nobody can ask any more");
	} else if (p->n_requesters > 0) {
		report_warn(report, "zsk.requesters has %zu keys, and "
		    "zsk.admission is not ssh: nobody is asked for their "
		    "signature", p->n_requesters);
	} else {
		report_off(report, "zsk.admission is not ssh");
	}
}

const struct rule rules_policy_approvals[] = {
	{ { "POLICY-APPROVALS",
	    "there are as many approvers as an operation needs",
	    "An operation that needs more approvals than there are approvers "
	    "can never be done, and a sealed policy does not change. Add "
	    "keys to approvals.approvers, lower the number, or name an SSH "
	    "authority in approvals.authorities: it can certify as many "
	    "approvers as it takes." },
	    ERR_POLICY, check_approvals },
	{ { "POLICY-APPROVERS",
	    "approvers are asked, each in one role, and one may be lost",
	    "Approvers that no operation needs protect nothing, though it "
	    "looks as if they did: set the number of an operation to 1 or "
	    "more, or leave them out. If every approver is needed, one lost "
	    "key stops the operation for as long as the policy lives: list "
	    "more keys than the highest number, or an authority. An "
	    "authority can make approvers as it likes, so its key should "
	    "not be in a daily user's hands: use another one to approve." },
	    ERR_POLICY, check_approvers },
	{ { "POLICY-REQUESTERS",
	    "requesters are there where they are needed, and one may be lost",
	    "Under zsk.admission: ssh nothing is signed unless one of "
	    "zsk.requesters signed the request, and a sealed policy does not "
	    "change: without requesters it could never be used, and with one "
	    "alone a lost key takes a roll to another CMK, during which the "
	    "old policy still asks for it. Name two keys or more. Under "
	    "another admission requesters protect nothing, though it looks "
	    "as if they did: say zsk.admission: ssh, or leave them out." },
	    ERR_POLICY, check_requesters },
};
const size_t rules_policy_approvals_n =
    sizeof(rules_policy_approvals) / sizeof(rules_policy_approvals[0]);
