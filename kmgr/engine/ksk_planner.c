#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_endorse.h"
#include "kmgr/engine/ksk_planner.h"
#include "kmgr/engine/ksk_rules.h"
#include "kmgr/engine/ksk_shared.h"

struct ksk_planner {
	struct store			*store;
	const struct cmk		*cmk;
	const struct ksk_request	*request;
	struct cmk_cache		 cache;
	bool				 is_shared;
	bool				 seals;	/* that was planned */
	char				 newest[STORE_ID_TEXT];
	struct dnskey			 dnskey; /* of the newest pair */
	enum action_kind		 kind;
};

#define TO_BE_MADE "-"		/* the newest pair is one of this plan */

/* The CMK's newest shared pair; its id is "" where there is none. */
static int
find_newest(struct ksk_planner *planner, struct error *err)
{
	const struct cmk *cmk = planner->cmk;
	struct crypto_key *public = NULL;
	struct key_row shared = { 0 };
	bool found = false;
	int rc;

	rc = store_key_shared(planner->store, cmk->row.id, &shared, &found,
	    err);
	if (rc == 0 && found) {
		(void)strcpy(planner->newest, shared.id);
		rc = crypto_key_from_spki(shared.spki.data, shared.spki.len,
		    &public, err) != 0 || dnskey_init(&planner->dnskey,
		    DNSKEY_FLAGS_KSK, (uint8_t)cmk->policy->alg, public,
		    err) != 0 ? -1 : 0;
		if (rc != 0)
			err->class = ERR_INTEGRITY;
	}
	crypto_key_free(public);
	key_row_clear(&shared);
	return rc;
}

int
ksk_planner_new(struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, struct ksk_planner **out,
    struct error *err)
{
	struct ksk_planner *planner = mem_new(sizeof(*planner));

	*out = NULL;
	planner->store = store;
	planner->cmk = cmk;
	planner->request = request;
	planner->is_shared = cmk->policy->custody == CUSTODY_SHARED;
	planner->kind = ACTION_MAKE_KSK;
	if (planner->is_shared && find_newest(planner, err) != 0) {
		ksk_planner_free(planner);
		return -1;
	}
	*out = planner;
	return 0;
}

void
ksk_planner_free(struct ksk_planner *planner)
{

	if (planner == NULL)
		return;
	cmk_cache_clear(&planner->cache);
	free(planner);
}

static void
plan_zone(const struct cmk *cmk, const struct name *zone,
    enum action_kind kind, struct plan *plan)
{
	char text[NAME_TEXT_MAX];

	if (kind == ACTION_MAKE_KSK)
		plan_add(plan, ACTION_MAKE_KSK, zone,
		    "make an %s KSK for %s in token %s and endorse it",
		    alg_name(cmk->policy->alg), name_text(zone, text),
		    cmk->row.token);
	else
		plan_add(plan, ACTION_ENDORSE, zone,
		    "endorse the shared KSK of CMK %s for %s",
		    cmk->row.name, name_text(zone, text));
}

/* What the tag of a pair that is still to be made collides with shows then. */
static int
check_tag(const struct ksk_planner *planner, const struct name *zone,
    struct error *err)
{
	bool collides = false;

	if (strcmp(planner->newest, TO_BE_MADE) == 0)
		return 0;
	if (ksk_endorse_collides(planner->store, planner->cmk, zone,
	    &planner->dnskey, &collides, err) != 0)
		return -1;
	return collides ? ksk_shared_refuse(dnskey_tag(&planner->dnskey),
	    zone, err) : 0;
}

/*
 * Under custody shared a zone takes the newest pair of the group; only where
 * it has that, and is to have another one, the group gets a new pair.
 */
static int
choose_pair(struct ksk_planner *planner, const struct name *zone,
    const struct census *census, struct error *err)
{

	if (!planner->is_shared)
		return 0;
	if (census->has_newest || planner->newest[0] == '\0') {
		/* What is made for this zone the next ones take. */
		planner->kind = ACTION_MAKE_KSK;
		(void)strcpy(planner->newest, TO_BE_MADE);
		return 0;
	}
	planner->kind = ACTION_ENDORSE;
	return census->n_kept == 0 ? 0 : check_tag(planner, zone, err);
}

static int
plan_one(struct ksk_planner *planner, const struct name *zone,
    struct plan *plan, struct error *err)
{
	const struct ksk_request *request = planner->request;
	const struct cmk *cmk = planner->cmk;
	struct census census;

	if (ksk_create_count(planner->store, zone, cmk->row.id,
	    planner->newest, &census, err) != 0)
		return -1;
	if (census.n_under_cmk > 0 && request->wish == KSK_IF_MISSING)
		return 0;
	if (planner->is_shared && request->standby != NULL)
		return err_set(err, ERR_POLICY, "custody: shared has no "
		    "standby: a zone's share of CMK %s is in use",
		    cmk->row.name);
	if (ksk_rules_allow(cmk, zone, census.n_present, err) != 0 ||
	    (census.n_present > census.n_under_cmk &&
	    ksk_rules_company(planner->store, &planner->cache, cmk, zone,
	    err) != 0) || choose_pair(planner, zone, &census, err) != 0)
		return -1;
	plan_zone(cmk, zone, planner->kind, plan);
	return 0;
}

/* All of them, without the seal. */
static int
plan_zones(struct ksk_planner *planner, const struct name *zones, size_t n,
    struct plan *plan, struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (plan_one(planner, &zones[i], plan, err) != 0 &&
		    !ksk_create_told(planner->request, &zones[i], err))
			return -1;
	return plan->n > 0 ? cmk_life_check_usable(planner->cmk, err) : 0;
}

/* Move what is in from behind what is in to. */
static void
append(struct plan *to, struct plan *from)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		*(struct action *)mem_push(&to->actions, to->n++,
		    sizeof(*to->actions)) = from->actions[i];
	free(from->actions);
	*from = (struct plan)PLAN_INIT;
}

void
ksk_plan_seal(const struct cmk *cmk, struct plan *plan)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	if (!cmk_is_sealed(cmk))
		plan_add(plan, ACTION_SEAL, NULL,
		    "seal CMK %s: its policy %.16s... can never change again",
		    cmk->row.name, text_hex(cmk->row.policy_hash,
		    CRYPTO_SHA256_LEN, hex));
}

int
ksk_planner_add(struct ksk_planner *planner, const struct name *zones,
    size_t n, struct plan *plan, struct error *err)
{
	struct plan part = PLAN_INIT;
	int rc;

	rc = plan_zones(planner, zones, n, &part, err);
	if (rc == 0 && part.n > 0 && !planner->seals) {
		ksk_plan_seal(planner->cmk, plan);
		planner->seals = true;
	}
	if (rc == 0)
		append(plan, &part);
	plan_clear(&part);
	return rc;
}
