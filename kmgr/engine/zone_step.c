#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/engine/zone_step.h"

/* The zone that text names, and the key tag behind the slash. */
static int
split(const char *text, struct name *zone, int64_t *tag, struct error *err)
{
	const char *slash = strrchr(text, '/');
	char *name = mem_printf("%.*s", (int)(slash - text), text);
	char *end;
	int rc;

	rc = name_read(name, zone, err);
	free(name);
	*tag = strtol(slash + 1, &end, 10);
	if (rc == 0 && (slash[1] < '0' || slash[1] > '9' || *end != '\0' ||
	    *tag > UINT16_MAX))
		rc = err_set(err, ERR_INPUT, "\"%.64s\" is no key tag",
		    slash + 1);
	return rc;
}

static int
find_by_tag(const struct zone_life *zone, int64_t tag, size_t *i,
    struct error *err)
{

	for (*i = 0; *i < zone->life.n_keys; (*i)++)
		if (zone->life.keys[*i].key_tag == tag)
			return 0;
	(void)err_set(err, ERR_INPUT, "zone %s has no KSK with key tag %lld",
	    zone->text, (long long)tag);
	return err_hint(err, "kmgr list-ksks %s shows those that it has",
	    zone->text);
}

static int
find_by_id(const struct zone_life *zone, const char *id, size_t *i,
    struct error *err)
{

	for (*i = 0; *i < zone->n_ksks; (*i)++)
		if (strcmp(zone->ksks[*i].row.id, id) == 0)
			return 0;
	return err_set(err, ERR_INPUT, "zone %s has no KSK %.64s", zone->text,
	    id);
}

int
zone_step_locate(struct session *session, struct cmk_cache *cache,
    const char *text, struct zone_life **out, size_t *i, struct error *err)
{
	struct ksk *ksk = NULL;
	struct store *store;
	struct name name;
	int64_t tag = -1;
	int rc = 0;

	*out = NULL;
	if (session_store(session, &store, err) != 0)
		return -1;
	if (strchr(text, '/') != NULL)
		rc = split(text, &name, &tag, err);
	else if ((rc = ksk_find(store, cache, text, &ksk, err)) == 0)
		name = ksk->zone;
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	if (rc != 0 || zone_life_load(session, cache, &name, out, err) != 0)
		return -1;
	rc = tag >= 0 ? find_by_tag(*out, tag, i, err) :
	    find_by_id(*out, text, i, err);
	if (rc != 0) {
		zone_life_free(*out);
		*out = NULL;
	}
	return rc;
}

static const char *
subject(const struct zone_life *zone, const struct life_step *step)
{

	return step->key < zone->life.n_keys ?
	    zone->life.keys[step->key].name : alg_name(step->alg);
}

static bool
is_wanted(const struct life_step *step, const struct life_step *wanted)
{

	return step->kind == wanted->kind && step->key == wanted->key &&
	    (wanted->alg == 0 || step->alg == wanted->alg);
}

static int
refuse_unwanted(const struct zone_life *zone, const struct life_step *wanted,
    int64_t now_at, struct error *err)
{

	if (wanted->key < zone->life.n_keys)
		(void)err_set(err, ERR_POLICY, "%s of %s is no part of the "
		    "plan: the key is %s, its DNSKEY %s, its DS %s",
		    life_step_name(wanted->kind), subject(zone, wanted),
		    life_word(&zone->life, wanted->key, now_at),
		    life_state_name(life_dnskey_state(&zone->life,
		    wanted->key, now_at)), life_state_name(life_ds_state(
		    &zone->life, wanted->key, now_at)));
	else
		(void)err_set(err, ERR_POLICY, "%s of %s is no part of the "
		    "plan", life_step_name(wanted->kind),
		    subject(zone, wanted));
	if (wanted->kind == LIFE_REMOVE_DS &&
	    !ds_fact_gone_comes(zone, wanted->key))
		return ds_fact_gone_hint(zone, wanted->key, err);
	return err_hint(err, "kmgr plan %s shows what is", zone->text);
}

static int
refuse_early(const struct zone_life *zone, const struct life_step *step,
    struct error *err)
{

	(void)err_set(err, ERR_NOT_YET, "%s of %s waits%s%s%s%s",
	    life_step_name(step->kind), subject(zone, step),
	    step->wait == LIFE_WAITS_TIME ? "" : " for ",
	    step->wait == LIFE_WAITS_TIME ? "" : life_wait_text(step->wait),
	    step->why[0] == '\0' ? "" : step->wait == LIFE_WAITS_TIME ?
	    " " : ", ", step->why);
	return err_hint(err, "kmgr status %s names the next thing to do",
	    zone->text);
}

/* What has to be in the DNSKEY RRset before is published by signing it. */
static int
check_published(const struct zone_life *zone, const struct life_plan *plan,
    size_t s, struct error *err)
{
	size_t i;

	for (i = 0; i < s; i++) {
		if (plan->steps[i].kind != LIFE_PUBLISH_DNSKEY ||
		    plan->steps[i].key != plan->steps[s].key)
			continue;
		(void)err_set(err, ERR_NOT_YET, "%s of %s waits until its "
		    "DNSKEY is published", life_step_name(plan->steps[s].kind),
		    subject(zone, &plan->steps[s]));
		return err_hint(err, "next: kmgr sign-zsks %s FILE",
		    zone->text);
	}
	return 0;
}

int
zone_step_need(const struct zone_life *zone, const struct life_step *wanted,
    int64_t now_at, struct life_step *out, struct error *err)
{
	struct life_plan plan;
	size_t s;
	int rc;

	life_plan(&zone->life, now_at, &plan);
	for (s = 0; s < plan.n; s++)
		if (is_wanted(&plan.steps[s], wanted))
			break;
	if (s == plan.n) {
		rc = refuse_unwanted(zone, wanted, now_at, err);
	} else if (s >= plan.n_due && plan.steps[s].wait !=
	    LIFE_WAITS_OPERATOR) {
		rc = refuse_early(zone, &plan.steps[s], err);
	} else {
		*out = plan.steps[s];
		rc = check_published(zone, &plan, s, err);
	}
	life_plan_clear(&plan);
	return rc;
}

/* The plan has what a zone signer does only once it may be done. */
int
zone_step_asked(const struct zone_life *zone, const struct life_step *wanted,
    int64_t now_at, struct error *err)
{
	struct life_plan plan;
	size_t s;
	int rc = 0;

	life_plan(&zone->life, now_at, &plan);
	for (s = 0; s < plan.n; s++)
		if (is_wanted(&plan.steps[s], wanted))
			break;
	if (s == plan.n)
		rc = refuse_unwanted(zone, wanted, now_at, err);
	life_plan_clear(&plan);
	return rc;
}
