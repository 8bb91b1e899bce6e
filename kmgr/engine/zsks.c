#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/zsks.h"
#include "kmgr/engine/zsks_internal.h"

/* The window asked for, or the shortest of the policies'. */
static void
set_window(const struct zsks_request *request, struct zsks *zsks)
{
	int64_t offset_s = INT64_MAX, validity_s = INT64_MAX;
	struct rules_zsks *rules = &zsks->rules;
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++) {
		const struct policy *policy = zsks->ksks[i].cmk->policy;

		if (policy->inception_offset_s < offset_s)
			offset_s = policy->inception_offset_s;
		if (policy->validity_s < validity_s)
			validity_s = policy->validity_s;
	}
	if (request->validity_s != ZSKS_WINDOW_BY_POLICY)
		validity_s = request->validity_s;
	rules->inception_at = request->inception_at != ZSKS_WINDOW_BY_POLICY ?
	    request->inception_at : rules->now_at - offset_s;
	rules->expiration_at =
	    request->expiration_at != ZSKS_WINDOW_BY_POLICY ?
	    request->expiration_at : rules->now_at + validity_s;
}

/* The judgement by the policy of an earlier KSK's CMK, if it is the same. */
static struct judgement *
judged_before(const struct zsks *zsks, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (zsks->ksks[k].cmk == zsks->ksks[i].cmk)
			return zsks->judgements[k];
	return NULL;
}

/* Let the policy of every CMK that has a KSK in the zone judge the set. */
static int
judge(const struct zsks_request *request, struct zsks *zsks,
    struct error *err)
{
	size_t i;

	zsks->judgements = mem_new(zsks->n_ksks * sizeof(struct judgement *));
	for (i = 0; i < zsks->n_ksks; i++) {
		zsks->judgements[i] = judged_before(zsks, i);
		if (zsks->judgements[i] == NULL &&
		    (zsks_admit(request, zsks->ksks[i].cmk, zsks, err) != 0 ||
		    permit_judge(zsks->ksks[i].cmk->policy, &zsks->rules,
		    &zsks->findings, &zsks->judgements[i], err) != 0))
			return -1;
	}
	return 0;
}

static void
free_judgements(struct zsks *zsks)
{
	size_t i;

	for (i = 0; zsks->judgements != NULL && i < zsks->n_ksks; i++)
		if (judged_before(zsks, i) == NULL)
			permit_judgement_free(zsks->judgements[i]);
	free(zsks->judgements);
}

int
zsks_add_rrset(struct zsks *zsks, struct rrset *rrset_take,
    struct error *err)
{
	struct zsks_signed *set = mem_push(&zsks->sets, zsks->n_sets++,
	    sizeof(*set));
	size_t i;

	set->rrset = rrset_take;
	/* A revoked key vouches for no key but itself (RFC 5011 s2.1). */
	set->n_rrsigs = rrset_take->type == RRTYPE_DNSKEY ? zsks->n_ksks :
	    zsks->n_ksks - zsks->n_revoked;
	set->rrsigs = mem_new(zsks->n_ksks * sizeof(*set->rrsigs));
	for (i = 0; i < set->n_rrsigs; i++)
		if (rrsig_init(&set->rrsigs[i], rrset_take,
		    &zsks->ksks[i].dnskey, zsks->rules.inception_at,
		    zsks->rules.expiration_at, err) != 0)
			return -1;
	return 0;
}

int
zsks_add_dnskey(struct zsks *zsks, struct error *err)
{
	/* The policies agree on the TTL: ksk_rules_ttl() saw each of them. */
	struct rrset *rrset = rrset_new(&zsks->rules.zone, RRTYPE_DNSKEY,
	    (uint32_t)zsks->ksks[0].cmk->policy->dnskey_ttl_s);
	struct buf rdata = BUF_INIT;
	size_t i;

	for (i = 0; i < zsks->n_ksks + zsks->n_foreign; i++) {
		dnskey_rdata(i < zsks->n_ksks ? &zsks->ksks[i].dnskey :
		    &zsks->foreign[i - zsks->n_ksks], &rdata);
		rrset_add(rrset, rdata.data, rdata.len);
		rdata.len = 0;
	}
	for (i = 0; i < zsks->rules.n_records; i++)
		rrset_add(rrset, zsks->rules.records[i].rdata,
		    zsks->rules.records[i].rdata_len);
	buf_free(&rdata);
	return zsks_add_rrset(zsks, rrset, err);
}

/*
 * PowerDNS prints the zone's name without its final dot, which in a zone file
 * makes it a name below itself. No zone signer has a key there.
 */
static void
undouble_owners(struct zonefile *file, const struct name *zone)
{
	char text[NAME_TEXT_MAX], doubled[2 * NAME_TEXT_MAX];
	struct error ignored = ERR_INIT;
	struct name name;
	size_t i;

	(void)name_text(zone, text);
	(void)snprintf(doubled, sizeof(doubled), "%s%s", text, text);
	if (name_read(doubled, &name, &ignored) != 0)
		return;
	for (i = 0; i < file->n_records; i++)
		if (name_is_same(&file->records[i].owner, &name))
			file->records[i].owner = *zone;
}

int
zsks_prepare(struct session *session, struct cmk_cache *cache,
    const struct zsks_request *request, struct zsks **out, struct error *err)
{
	struct zsks *zsks = mem_new(sizeof(*zsks));
	int rc = -1;

	*out = NULL;
	zsks->newest = request->newest == NULL ? -1 : *request->newest;
	zsks->rules.zone = request->zone;
	zsks->rules.now_at = session_now(session);
	if (zonefile_read(request->text, request->len, request->what,
	    &request->zone, &zsks->file, err) != 0)
		goto out;
	undouble_owners(zsks->file, &request->zone);
	zsks->rules.records = zsks->file->records;
	zsks->rules.n_records = zsks->file->n_records;
	if (zsks_load_ksks(session, cache, request->actor, zsks, err) != 0)
		goto out;
	set_window(request, zsks);
	if (judge(request, zsks, err) != 0) {
		(void)err_wrap(err, "%s", request->what);
		goto out;
	}
	if (zsks_add_dnskey(zsks, err) != 0 ||
	    (request->parent_records != ZSKS_DNSKEY_ONLY &&
	    zsks_add_cds(request, zsks, err) != 0) ||
	    (request->renewal == ZSKS_TAKE_SIGNED &&
	    zsks_take_signed(session, request, zsks, err) != 0))
		goto out;
	*out = zsks;
	zsks = NULL;
	rc = 0;
 out:
	zsks_free(zsks);
	return rc;
}

void
zsks_plan(const struct zsks *zsks, struct plan *plan)
{
	char zone[NAME_TEXT_MAX], until[WHEN_TEXT_LEN];
	size_t i, k;

	(void)name_text(&zsks->rules.zone, zone);
	(void)when_rfc3339(zsks->rules.expiration_at, until);
	for (i = 0; i < zsks->n_sets && !zsks->is_taken; i++)
		for (k = 0; k < zsks->sets[i].n_rrsigs; k++)
			plan_add(plan, ACTION_SIGN, &zsks->rules.zone,
			    "sign %s %s (%zu records) with KSK %u until %s",
			    zone, rrtype_name(zsks->sets[i].rrset->type),
			    zsks->sets[i].rrset->n_rdata,
			    zsks->ksks[k].row.key_tag, until);
}

const struct findings *
zsks_findings(const struct zsks *zsks)
{

	return &zsks->findings;
}

const char *
zsks_rests_on_foreign(const struct zsks *zsks)
{

	return zone_life_rests_on_foreign(zsks->life, zsks->rules.now_at) ?
	    zsks->life->text : NULL;
}

const char *
zsks_note(const struct zsks *zsks)
{

	return zsks->note;
}

const struct zsks_signed *
zsks_signed(const struct zsks *zsks, size_t *n)
{

	*n = zsks->n_sets;
	return zsks->sets;
}

void
zsks_text(const struct zsks *zsks, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < zsks->n_sets; i++) {
		rrset_text(zsks->sets[i].rrset, out);
		for (k = 0; k < zsks->sets[i].n_rrsigs; k++)
			rrsig_text(&zsks->sets[i].rrsigs[k],
			    &zsks->rules.zone, out);
	}
}

struct json *
zsks_json(const struct zsks *zsks)
{
	struct json *json = json_new_object();
	char text[NAME_TEXT_MAX];
	struct json *list;
	struct buf records = BUF_INIT;
	size_t i;

	json_put_text(json, "zone", name_text(&zsks->rules.zone, text));
	json_put_text(json, "inception",
	    when_rfc3339(zsks->rules.inception_at, text));
	json_put_text(json, "expiration",
	    when_rfc3339(zsks->rules.expiration_at, text));
	list = json_put_array(json, "signing_key_tags");
	for (i = 0; i < zsks->n_ksks; i++)
		json_add_int(list, zsks->ksks[i].row.key_tag);
	zsks_text(zsks, &records);
	json_put_text(json, "records", buf_text(&records));
	buf_free(&records);
	json_put_take(json, "requesters", admissions_json(&zsks->requesters));
	list = json_put_array(json, "findings");
	for (i = 0; i < zsks->findings.n; i++) {
		const struct finding *finding = &zsks->findings.items[i];
		struct json *row = json_add_object(list);

		json_put_text(row, "rule", finding->rule);
		json_put_text(row, "verdict",
		    finding_verdict_name(finding->verdict));
		json_put_text(row, "message", finding->message);
	}
	return json;
}

void
zsks_free(struct zsks *zsks)
{
	size_t i;

	if (zsks == NULL)
		return;
	for (i = 0; i < zsks->n_sets; i++) {
		rrset_free(zsks->sets[i].rrset);
		free(zsks->sets[i].rrsigs);
	}
	free(zsks->sets);
	free_judgements(zsks);
	free(zsks->ksk_dnskeys);
	free(zsks->cmks);
	for (i = 0; i < zsks->n_ksks; i++)
		buf_free(&zsks->ksks[i].blob);
	free(zsks->ksks);
	free(zsks->foreign);
	free(zsks->wanted);
	life_zone_clear(&zsks->after);
	zone_life_free(zsks->life);
	admissions_clear(&zsks->requesters);
	findings_clear(&zsks->findings);
	free(zsks->note);
	free(zsks->is_new_alg);
	zsk_set_row_clear(&zsks->admitted);
	zonefile_free(zsks->file);
	free(zsks);
}
