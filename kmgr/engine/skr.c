#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/skr_layout.h"
#include "kmgr/ksr/codec.h"

/* The file as data, of the zone that it is to be for. */
static int
read_request(struct skr *skr, struct error *err)
{
	const struct skr_request *asked = skr->asked;

	crypto_sha256(asked->text, asked->len, skr->hash);
	if (codec_read(asked->text, asked->len, asked->what, &skr->request,
	    err) != 0)
		return -1;
	if (skr->request->kind != KSR_REQUEST) {
		(void)err_set(err, ERR_INPUT, "KSR-KIND: %s is a response, "
		    "and no request", asked->what);
		return err_hint(err, "kmgr verify-skr judges responses");
	}
	skr->zone = skr->request->zone;
	if (asked->zone != NULL && name_read(asked->zone, &skr->zone,
	    err) != 0) {
		err->class = ERR_USAGE;
		return -1;
	}
	(void)name_text(&skr->zone, skr->zone_text);
	return 0;
}

/* Who does what in the response, or in the emergency one. */
static int
find_roles(const struct skr *skr, struct skr_half *half, struct error *err)
{
	const struct skr_request *asked = skr->asked;
	const bool is_emergency = strcmp(half->kind, KSR_EMERGENCY) == 0;
	const size_t n_slots = skr->request->n_bundles;
	struct ksr_pair pair;

	if (asked->schema == NULL && !is_emergency) {
		ksr_roles_by_state(skr->signs, skr->n_ksks, n_slots,
		    &half->roles);
		return 0;
	}
	if (ksr_roles_pick(skr->ksks, skr->n_ksks, asked->current_tag,
	    asked->next_tag, &pair, err) != 0)
		return -1;
	if (!is_emergency)
		return ksr_roles_by_schema(asked->schema,
		    skr->request->format, n_slots, skr->n_ksks, &pair,
		    &half->roles, err);
	if (pair.next == skr->n_ksks) {
		(void)err_set(err, ERR_POLICY, "an emergency response is "
		    "signed by the standby KSK, and the zone has none beside "
		    "KSK %u", skr->ksks[pair.current].row.key_tag);
		return err_hint(err, "kmgr create-ksk --another makes one");
	}
	return ksr_roles_by_schema("normal", skr->request->format, n_slots,
	    skr->n_ksks, &(struct ksr_pair) { pair.next, skr->n_ksks },
	    &half->roles, err);
}

/*
 * KSKs, roles and policies: while they are the same, so is the response. Its
 * end is not in it: who asks again says "+60d" of another instant, or nothing.
 */
static void
hash_plan(const struct skr *skr, struct skr_half *half)
{
	struct json *plan = json_new_object();
	struct json *ksks = json_put_array(plan, "ksks"), *row, *slots;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct buf text = BUF_INIT;
	size_t i, k;

	json_put_text(plan, "zone", skr->zone_text);
	json_put_text(plan, "kind", half->kind);
	json_put_text(plan, "format", ksr_format_name(skr->request->format));
	for (i = 0; i < skr->n_ksks; i++) {
		if (!ksr_roles_has(&half->roles, i))
			continue;
		row = json_add_object(ksks);
		json_put_text(row, "id", skr->ksks[i].row.id);
		json_put_text(row, "policy", text_hex(
		    skr->ksks[i].cmk->row.policy_hash, CRYPTO_SHA256_LEN,
		    hex));
		slots = json_put_array(row, "roles");
		for (k = 0; k < half->roles.n_slots; k++)
			json_add_int(slots, ksr_roles_of(&half->roles, k, i));
	}
	slots = skr->n_foreign == 0 ? NULL : json_put_array(plan, "foreign");
	for (i = 0; i < skr->n_foreign; i++)
		json_add_text(slots, skr->foreign_ids[i]);
	json_canonical(plan, &text);
	crypto_sha256(text.data, text.len, half->plan_hash);
	buf_free(&text);
	json_free(plan);
}

static int
lay_out(struct skr *skr, const char *kind, struct error *err)
{
	struct skr_half *half = &skr->halves[skr->n_halves++];
	struct skr_input input = { .request = skr->request,
		.roles = &half->roles, .ksks = skr->ksks,
		.ksk_ids = (const char *const *)(void *)skr->labels,
		.n_ksks = skr->n_ksks, .end_at = skr->asked->end_at,
		.foreign = skr->foreign, .foreign_ids = skr->foreign_ids,
		.n_foreign = skr->n_foreign };

	half->kind = kind;
	if (store_id_new(half->id, err) != 0 ||
	    find_roles(skr, half, err) != 0)
		return -1;
	hash_plan(skr, half);
	half->parent = skr_parent_new(skr, half);
	skr_parent_put(half->parent, &input);
	if (skr_layout(&input, &half->response, err) == 0)
		return 0;
	return err_wrap(err, "%s", skr->asked->what);
}

/*
 * What no response can be laid out for, a rule explains better: with its id,
 * the bundle and what would be allowed.
 */
static int
lay_out_or_explain(struct skr *skr, const char *kind, struct error *err)
{
	struct error why = ERR_INIT;

	if (lay_out(skr, kind, &why) == 0)
		return 0;
	if (skr_judge_request(skr, skr->ksks[0].cmk, NULL, err) != 0)
		return -1;
	if (findings_failed(&skr->findings) == 0) {
		*err = why;
		return -1;
	}
	(void)findings_error(&skr->findings, err);
	return err_wrap(err, "%s", skr->asked->what);
}

/* Without it two weeks of the months that were asked for would be answered. */
static int
check_end(const struct skr *skr, struct error *err)
{
	const struct ksr *request = skr->request;
	char at[WHEN_TEXT_LEN];

	if (request->format != KSR_BIND || skr->asked->end_at != KSR_OPEN)
		return 0;
	(void)err_set(err, ERR_USAGE, "%s: BIND's format does not say when "
	    "the last bundle ends, which begins at %s", skr->asked->what,
	    when_rfc3339(request->bundles[request->n_bundles - 1].
	    inception_at, at));
	return err_hint(err, "--end TIME says until when it is to be signed: "
	    "what whoever made the request gave to dnssec-ksr as -e, or to "
	    "make-ksr as --end");
}

static int
prepare(struct session *session, struct cmk_cache *cache, struct skr *skr,
    struct error *err)
{
	bool found = false;

	if (read_request(skr, err) != 0 ||
	    skr_load_ksks(session, cache, skr, err) != 0 ||
	    skr_load_past(session, skr, INT64_MAX, err) != 0)
		return -1;
	skr_leave_past(session, skr);
	if (lay_out_or_explain(skr, KSR_REGULAR, err) != 0 ||
	    (skr->asked->emergency == SKR_WITH_EMERGENCY &&
	    lay_out(skr, KSR_EMERGENCY, err) != 0) ||
	    skr_find_answer(session, skr, &found, err) != 0)
		return -1;
	skr->is_answered = found;
	if (found)
		return 0;
	return skr_judge(session, skr, err) != 0 ? -1 : check_end(skr, err);
}

int
skr_prepare(struct session *session, struct cmk_cache *cache,
    const struct skr_request *request, struct skr **out, struct error *err)
{
	struct skr *skr = mem_new(sizeof(*skr));

	skr->asked = request;
	skr->now_at = session_now(session);
	*out = skr;
	return prepare(session, cache, skr, err);
}

static int
check(struct session *session, struct cmk_cache *cache, struct skr *skr,
    const struct ksr *previous, struct error *err)
{
	struct store *store;
	struct cmk *cmk = NULL;
	int rc = -1;

	if (read_request(skr, err) != 0 ||
	    cmk_get(session, skr->asked->cmk, &store, &cmk, err) != 0)
		return -1;
	if (skr_list_ksks(session, cache, skr, err) == 0 &&
	    skr_load_past(session, skr, skr->now_at, err) == 0)
		rc = skr_judge_request(skr, cmk, previous, err);
	cmk_free(cmk);
	return rc;
}

int
skr_check(struct session *session, struct cmk_cache *cache,
    const struct skr_request *request, const struct skr_check *terms,
    struct skr **out, struct error *err)
{
	struct skr *skr = mem_new(sizeof(*skr));

	skr->asked = request;
	skr->now_at = terms->as_of;
	*out = skr;
	return check(session, cache, skr, terms->previous, err);
}

bool
skr_is_answered(const struct skr *skr)
{

	return skr->is_answered;
}

static void
plan_bundle(const struct skr *skr, const struct skr_half *half, size_t i,
    struct plan *plan)
{
	const struct ksr_bundle *bundle = &half->response->bundles[i];
	char until[WHEN_TEXT_LEN];
	size_t k;

	for (k = 0; k < bundle->n_sigs; k++) {
		const struct rrsig *rrsig = &bundle->sigs[k].rrsig;

		plan_add(plan, ACTION_SIGN, &skr->zone, "sign %s %s of "
		    "bundle %zu%s with KSK %u until %s", skr->zone_text,
		    rrtype_name(rrsig->type_covered), i + 1,
		    strcmp(half->kind, KSR_EMERGENCY) == 0 ?
		    " of the emergency response" : "", rrsig->key_tag,
		    when_rfc3339(rrsig->expiration_at, until));
	}
}

void
skr_plan(const struct skr *skr, struct plan *plan)
{
	size_t h, i;

	for (h = 0; h < skr->n_halves && !skr->is_answered; h++)
		for (i = 0; i < skr->halves[h].response->n_bundles; i++)
			plan_bundle(skr, &skr->halves[h], i, plan);
}

const char *
skr_zone(const struct skr *skr)
{

	return skr->zone_text;
}

const struct cmk *
skr_cmk(const struct skr *skr)
{
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		if (skr->n_halves > 0 &&
		    ksr_roles_has(&skr->halves[0].roles, i))
			return skr->ksks[i].cmk;
	return NULL;
}

enum ksr_format
skr_format(const struct skr *skr)
{

	return skr->request->format;
}

const struct findings *
skr_findings(const struct skr *skr)
{

	return &skr->findings;
}

const struct ksr *
skr_asked(const struct skr *skr)
{

	return skr->request;
}

const struct admissions *
skr_requesters(const struct skr *skr)
{

	return &skr->requesters;
}

const struct ksr *
skr_response(const struct skr *skr, enum skr_which which)
{

	return (size_t)which < skr->n_halves ?
	    skr->halves[which].response : NULL;
}

const struct buf *
skr_text(const struct skr *skr, enum skr_which which)
{

	return (size_t)which < skr->n_halves ? &skr->halves[which].text :
	    NULL;
}

const uint8_t *
skr_plan_hash(const struct skr *skr)
{

	return skr->halves[0].plan_hash;
}

const uint8_t *
skr_request_hash(const struct skr *skr)
{

	return skr->hash;
}

const uint8_t *
skr_response_hash(const struct skr *skr, enum skr_which which)
{

	return (size_t)which < skr->n_halves ? skr->halves[which].hash : NULL;
}

static void
half_clear(const struct skr *skr, struct skr_half *half)
{
	size_t i, k;

	for (i = 0; half->judgements != NULL && i < skr->n_ksks; i++) {
		/* One judgement for all KSKs of a CMK. */
		for (k = 0; k < i; k++)
			if (half->judgements[k] == half->judgements[i])
				break;
		if (k == i)
			permit_judgement_free(half->judgements[i]);
	}
	free(half->judgements);
	free(half->proofs);
	skr_parent_free(half->parent);
	ksr_roles_clear(&half->roles);
	ksr_free(half->response);
	buf_free(&half->text);
}

void
skr_free(struct skr *skr)
{
	size_t i;

	if (skr == NULL)
		return;
	for (i = 0; i < skr->n_halves; i++)
		half_clear(skr, &skr->halves[i]);
	for (i = 0; skr->labels != NULL && i < skr->n_ksks; i++)
		free(skr->labels[i]);
	free(skr->labels);
	free(skr->dnskeys);
	free(skr->signs);
	free(skr->foreign);
	free(skr->foreign_ids);
	life_zone_clear(&skr->after);
	zone_life_free(skr->life);
	free(skr->algs);
	ksk_list_free(skr->ksks, skr->n_ksks);
	ksr_rows_free(skr->past, skr->n_past);
	ksr_free(skr->previous);
	ksr_free(skr->request);
	admissions_clear(&skr->requesters);
	findings_clear(&skr->findings);
	free(skr);
}
