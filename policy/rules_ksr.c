/*
 * The subject of these rules is a struct ksr_case: the request as a document,
 * whom it is from and whether it was seen before.
 */
#include <inttypes.h>
#include <string.h>

#include "policy/ksr_case.h"
#include "policy/report.h"

static const char no_ids[] = "the format has no ids";

static void
check_kind(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;

	if (c->request->kind != KSR_REQUEST)
		report_fail(report, "it is a signed key response, no request");
}

static void
check_domain(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	char found[NAME_TEXT_MAX], wanted[NAME_TEXT_MAX];

	(void)name_text(&c->request->zone, found);
	if (!name_is_same(&c->request->zone, &c->in->zone))
		report_fail(report, "it is for %.100s; %.100s is wanted",
		    found, name_text(&c->in->zone, wanted));
	else if (!policy_allows_zone(c->policy, &c->request->zone))
		report_fail(report, "%.200s is not among the policy's zones",
		    found);
}

static void
judge_owner(const struct ksr_case *c, size_t b, const char *what,
    const struct name *owner, struct report *report)
{
	char found[NAME_TEXT_MAX], wanted[NAME_TEXT_MAX];

	if (!name_is_same(owner, &c->request->zone))
		report_fail(report, "bundle %zu: %s %.80s; the zone is %.80s",
		    b + 1, what, name_text(owner, found),
		    name_text(&c->request->zone, wanted));
}

static void
check_owner(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_bundle *bundle;
	size_t b, i;

	for (b = 0; b < c->request->n_bundles; b++) {
		bundle = &c->request->bundles[b];
		for (i = 0; i < bundle->n_keys; i++)
			judge_owner(c, b, "a key of", &bundle->keys[i].owner,
			    report);
		for (i = 0; i < bundle->n_sigs; i++) {
			judge_owner(c, b, "a signature of",
			    &bundle->sigs[i].owner, report);
			judge_owner(c, b, "a signature by",
			    &bundle->sigs[i].rrsig.signer, report);
		}
	}
}

static bool
is_same_id(const char *a, const char *b)
{

	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void
check_id(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const char *id = c->request->id;
	size_t i;

	if (c->is_text) {
		report_off(report, "%s", no_ids);
		return;
	}
	if (id == NULL || id[0] == '\0') {
		report_fail(report, "the request has no id");
		return;
	}
	if (c->in->previous != NULL && is_same_id(id, c->in->previous->id))
		report_fail(report, "%.100s is the id of the previous "
		    "response", id);
	for (i = 0; i < c->in->n_past; i++)
		if (is_same_id(id, c->in->past[i].id))
			report_fail(report, "%.100s was answered at %s", id,
			    REPORT_TIME(c->in->past[i].answered_at));
}

static void
check_replay(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t i;

	if (!c->in->knows_past) {
		report_off(report, "no history is at hand");
		return;
	}
	for (i = 0; i < c->in->n_past; i++)
		if (memcmp(c->in->digest, c->in->past[i].digest,
		    sizeof(c->in->digest)) == 0)
			report_fail(report, "this very file was answered at "
			    "%s", REPORT_TIME(c->in->past[i].answered_at));
}

static void
check_genesis(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const bool has_past = c->in->previous != NULL || c->in->n_past > 0;

	if (c->in->is_genesis && has_past)
		report_fail(report, "--genesis is given, and a request of the "
		    "zone was answered before");
	else if (!c->in->is_genesis && has_past && c->in->previous == NULL)
		report_fail(report, "a request of the zone was answered "
		    "before, and that response is not at hand");
	else if (!c->in->is_genesis && !has_past && c->in->knows_past)
		report_fail(report, "no request of the zone was answered "
		    "before, and --genesis is not given");
	else if (!c->in->is_genesis && !has_past)
		report_off(report, "neither a previous response nor --genesis "
		    "is given");
}

/* Whether the id of bundle b stands before it, or in what is behind us. */
static const char *
where_used(const struct ksr_case *c, size_t b)
{
	const struct ksr *previous = c->in->previous;
	const char *id = c->request->bundles[b].id;
	size_t i, k;

	for (i = 0; i < b; i++)
		if (is_same_id(id, c->request->bundles[i].id))
			return "in this request too";
	for (i = 0; previous != NULL && i < previous->n_bundles; i++)
		if (is_same_id(id, previous->bundles[i].id))
			return "in the previous response";
	for (i = 0; i < c->in->n_past; i++)
		for (k = 0; k < c->in->past[i].n_bundle_ids; k++)
			if (is_same_id(id, c->in->past[i].bundle_ids[k]))
				return "in a request answered before";
	return NULL;
}

static void
check_unique(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const char *id, *where;
	size_t b;

	if (c->is_text) {
		report_off(report, "%s", no_ids);
		return;
	}
	for (b = 0; b < c->request->n_bundles; b++) {
		id = c->request->bundles[b].id;
		if (id == NULL || id[0] == '\0')
			report_fail(report, "bundle %zu has no id", b + 1);
		else if ((where = where_used(c, b)) != NULL)
			report_fail(report, "bundle %zu: id %.100s is %s",
			    b + 1, id, where);
	}
}

static void
check_count(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const size_t n = c->request->n_bundles;
	const struct policy_ksr *k = c->params;

	if (n == 0)
		report_fail(report, "no bundle; at least one is needed");
	else if (k->bundle_count != 0 && (uint64_t)k->bundle_count != n)
		report_fail(report, "%zu bundles; ksr.%s.bundle-count is %"
		    PRId64, n, ksr_case_name(c), k->bundle_count);
	else if (k->max_bundles != 0 && n > (uint64_t)k->max_bundles)
		report_fail(report, "%zu bundles; ksr.%s.max-bundles is %"
		    PRId64, n, ksr_case_name(c), k->max_bundles);
}

static void
check_signer(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t b;

	if (c->is_text) {
		report_off(report, "the format names no signers");
		return;
	}
	for (b = 0; b < c->request->n_bundles; b++)
		if (c->request->bundles[b].n_signers > 0)
			report_warn(report, "bundle %zu asks for the signer "
			    "%.100s; which KSKs sign is not the request's to "
			    "say", b + 1, c->request->bundles[b].signers[0]);
}

const struct rule rules_ksr[] = {
	{ { "KSR-KIND",
	    "the file is a request",
	    "A signed key response is what answers a request. verify-skr "
	    "judges responses." },
	    ERR_POLICY, check_kind },
	{ { "KSR-DOMAIN",
	    "it is for the zone that is meant, and the policy covers that",
	    "A CMK's KSKs sign only for the zones that its sealed policy "
	    "names, and a request for another zone than the one that is "
	    "being dealt with has gone astray. kskm has this check." },
	    ERR_POLICY, check_domain },
	{ { "KSR-OWNER",
	    "every record is of the zone",
	    "In the text formats each record has an owner, and keymgr signs "
	    "under its own zone's name what was meant for another. Owner of "
	    "keys, owner and signer of proofs must be the request's zone." },
	    ERR_POLICY, check_owner },
	{ { "KSR-ID",
	    "its id was never answered before",
	    "The id names one request for ever; a second one with the same id "
	    "is a copy or an altered copy. kskm compares with the last "
	    "response only, here all that were answered count. Make a new "
	    "request." },
	    ERR_POLICY, check_id },
	{ { "KSR-REPLAY",
	    "this file was never answered before",
	    "Files are told apart by their SHA-256. An old request would "
	    "bring back ZSKs that may have been stolen since. Needs the "
	    "history in the store." },
	    ERR_POLICY, check_replay },
	{ { "KSR-GENESIS",
	    "a first request is called one, and no other is",
	    "Each request continues the last response; the first one of a "
	    "zone cannot, so somebody must say with --genesis that it is the "
	    "first. Where something was answered before --genesis would leave "
	    "out the chain, and is refused." },
	    ERR_POLICY, check_genesis },
	{ { "KSR-BUNDLE-UNIQUE",
	    "no bundle's id was used before",
	    "Bundle ids are unique in the request and in all that was "
	    "answered, so that a bundle cannot be taken for another. kskm has "
	    "this check for the last response." },
	    ERR_POLICY, check_unique },
	{ { "KSR-BUNDLE-COUNT",
	    "it has as many bundles as the policy says",
	    "ksr.FORMAT.bundle-count is the exact number, max-bundles the "
	    "highest: each bundle is signatures that cannot be taken back. "
	    "ICANN's requests have nine. Ask for a shorter time, or count the "
	    "slots of the schedule. kskm has this check." },
	    ERR_POLICY, check_count },
	{ { "KSR-SIGNER",
	    "it does not ask for signers by name",
	    "The schema of ICANN's requests has Signer elements. kskm ignores "
	    "them and so does kmgr: its plan says which KSKs sign. A "
	    "warning." },
	    ERR_POLICY, check_signer },
};
const size_t rules_ksr_n = sizeof(rules_ksr) / sizeof(rules_ksr[0]);

void
rules_check_ksr(const struct policy *policy, const struct rules_ksr *ksr,
    struct findings *findings)
{
	struct ksr_case c;

	ksr_case_init(&c, policy, ksr);
	report_run(rules_ksr, rules_ksr_n, &c, findings);
	report_run(rules_ksr_keys, rules_ksr_keys_n, &c, findings);
	report_run(rules_ksr_sets, rules_ksr_sets_n, &c, findings);
	report_run(rules_ksr_proof, rules_ksr_proof_n, &c, findings);
	report_run(rules_ksr_time, rules_ksr_time_n, &c, findings);
	report_run(rules_ksr_chain, rules_ksr_chain_n, &c, findings);
	ksr_case_clear(&c);
}
