/* Whether a response may be made: rules of every policy, and the oracle. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/skr_layout.h"
#include "policy/rules_ksr.h"

/* History as rules want it; texts are borrowed from the lists. */
struct past {
	struct rules_ksr_past	*rows;
	struct json		**lists;	/* bundle ids of each */
	const char		***ids;
	size_t			 n;
};

static void
past_init(struct past *past, const struct skr *skr)
{
	struct error ignored = ERR_INIT;
	const struct ksr_row *row;
	size_t i, k, n;

	past->n = skr->n_past;
	past->rows = mem_new((past->n + 1) * sizeof(*past->rows));
	past->lists = mem_new((past->n + 1) * sizeof(*past->lists));
	past->ids = mem_new((past->n + 1) * sizeof(*past->ids));
	for (i = 0; i < past->n; i++) {
		row = &skr->past[i];
		memcpy(past->rows[i].digest, row->request_hash,
		    CRYPTO_SHA256_LEN);
		past->rows[i].id = row->request_id;
		past->rows[i].answered_at = row->answered_at;
		if (json_read(row->bundle_ids, strlen(row->bundle_ids),
		    &past->lists[i], &ignored) != 0)
			continue;
		n = json_len(past->lists[i]);
		past->ids[i] = mem_new((n + 1) * sizeof(char *));
		for (k = 0; k < n; k++)
			if (json_text(json_at(past->lists[i], k)) != NULL)
				past->ids[i][past->rows[i].n_bundle_ids++] =
				    json_text(json_at(past->lists[i], k));
		past->rows[i].bundle_ids = past->ids[i];
	}
}

static void
past_clear(struct past *past)
{
	size_t i;

	for (i = 0; i < past->n; i++) {
		free(past->ids[i]);
		json_free(past->lists[i]);
	}
	free(past->ids);
	free(past->lists);
	free(past->rows);
}

/* The KSKs of the CMK that the ith one is of. */
static struct dnskey *
of_same_cmk(const struct skr *skr, size_t i, size_t *n)
{
	struct dnskey *list = mem_new(skr->n_ksks * sizeof(*list));
	size_t k;

	*n = 0;
	for (k = 0; k < skr->n_ksks; k++)
		if (skr->ksks[k].cmk == skr->ksks[i].cmk)
			list[(*n)++] = skr->dnskeys[k];
	return list;
}

/* Who asks, if the policy of cmk wants to know. */
static int
find_requester(struct skr *skr, const struct cmk *cmk,
    const struct requester **out, struct error *err)
{
	const struct admission admission = { ADMISSION_KSR, skr->asked->text,
		skr->asked->len, skr->asked->signatures,
		skr->asked->n_signatures, skr->now_at, NULL };

	return admissions_find(&skr->requesters, cmk, &admission, out, err);
}

/* The request, and all that it is judged by. */
static int
subject_init(struct skr *skr, const struct cmk *cmk, const struct past *past,
    struct rules_ksr *out, struct error *err)
{
	const struct policy *policy = cmk->policy;

	*out = (struct rules_ksr) {
		.request = skr->request,
		.zone = skr->zone,
		.now_at = skr->now_at,
		.end_at = skr_layout_end(skr->request, skr->asked->end_at,
		    policy->validity_s),
		.previous = skr->previous,
		.is_genesis = skr->asked->chain == SKR_GENESIS,
		.knows_past = true,
		.past = past->rows,
		.n_past = past->n,
		.ksks = skr->dnskeys,
		.n_ksks = skr->n_ksks,
		.is_shared = skr->is_shared ||
		    policy->custody == CUSTODY_SHARED,
	};

	memcpy(out->digest, skr->hash, sizeof(out->digest));
	return find_requester(skr, cmk, &out->requester, err);
}

int
skr_judge_request(struct skr *skr, const struct cmk *cmk,
    const struct ksr *previous, struct error *err)
{
	struct rules_ksr subject;
	struct past past;
	int rc;

	past_init(&past, skr);
	rc = subject_init(skr, cmk, &past, &subject, err);
	if (previous != NULL)
		subject.previous = previous;
	if (rc == 0)
		rules_check_ksr(cmk->policy, &subject, &skr->findings);
	past_clear(&past);
	return rc;
}

/* Let the policy of the ith KSK judge. */
static int
judge_by(struct skr *skr, struct skr_half *half, size_t i,
    const struct past *past, struct error *err)
{
	const bool is_regular = strcmp(half->kind, KSR_REGULAR) == 0;
	struct rules_ksr ksr;
	struct rules_skr rules = {
		.response = half->response,
		.request = skr->request,
		/* What is for emergencies continues nothing. */
		.previous = is_regular ? skr->previous : NULL,
		.now_at = skr->now_at,
		.foreign = skr->foreign,
		.n_foreign = skr->n_foreign,
	};
	struct dnskey *ksks, *wanted;
	int rc;

	if (subject_init(skr, skr->ksks[i].cmk, past, &ksr, err) != 0)
		return -1;
	rules.end_at = ksr.end_at;
	rules.ksks = ksks = of_same_cmk(skr, i, &rules.n_ksks);
	rules.wanted = wanted = skr_parent_wanted(half->parent,
	    half->response, &rules.n_wanted);
	rc = permit_judge_skr(skr->ksks[i].cmk->policy, &ksr, &rules,
	    &skr->findings, &half->judgements[i], err);
	free(ksks);
	free(wanted);
	return rc;
}

static int
judge_half(struct store *store, struct skr *skr, struct skr_half *half,
    const struct past *past, struct error *err)
{
	size_t i, k;

	half->judgements = mem_new(skr->n_ksks * sizeof(struct judgement *));
	for (i = 0; i < skr->n_ksks; i++) {
		if (!ksr_roles_has(&half->roles, i))
			continue;
		if (cmk_life_check_usable(skr->ksks[i].cmk, err) != 0 ||
		    (skr->ksks[i].blob.len == 0 &&
		    ksk_wrapped_fetch(store, &skr->ksks[i], err) != 0))
			return -1;
		for (k = 0; k < i; k++)
			if (skr->ksks[k].cmk == skr->ksks[i].cmk &&
			    half->judgements[k] != NULL)
				half->judgements[i] = half->judgements[k];
		if (half->judgements[i] == NULL &&
		    judge_by(skr, half, i, past, err) != 0)
			return -1;
	}
	return 0;
}

/*
 * Rules and oracle: who is refused by one is told what the other says, too.
 * What stops the rules themselves leaves nothing to ask about.
 */
static int
judge_all(struct session *session, struct store *store, struct skr *skr,
    struct skr_half *half, const struct past *past, struct error *err)
{
	struct error also = ERR_INIT;

	if (judge_half(store, skr, half, past, err) == 0)
		return skr_judge_chain(session, skr, half, err);
	if (findings_failed(&skr->findings) > 0 &&
	    skr_judge_chain(session, skr, half, &also) != 0 &&
	    also.class == ERR_POLICY)
		*err = also;
	return -1;
}

int
skr_judge(struct session *session, struct skr *skr, struct error *err)
{
	struct store *store;
	struct past past;
	size_t i;
	int rc = 0;

	if (session_store(session, &store, err) != 0)
		return -1;
	past_init(&past, skr);
	for (i = 0; i < skr->n_halves && rc == 0; i++)
		rc = judge_all(session, store, skr, &skr->halves[i], &past,
		    err);
	past_clear(&past);
	return rc == 0 ? 0 : err_wrap(err, "%s", skr->asked->what);
}
