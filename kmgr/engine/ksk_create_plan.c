/* What create-ksk would do, zone by zone. */
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_rules.h"

int
ksk_create_count(struct store *store, const struct name *zone,
    const char *cmk_id, const char *newest, struct census *out,
    struct error *err)
{
	char text[NAME_TEXT_MAX];
	struct ksk_row *rows;
	size_t i, n;

	*out = (struct census) { 0 };
	if (store_ksk_list(store, name_text(zone, text), NULL, &rows, &n,
	    err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (strcmp(rows[i].key_id, newest) == 0 &&
		    strcmp(rows[i].state, "removed") != 0)
			out->has_newest = true;
		if (!ksk_rules_counts(&rows[i]))
			continue;
		out->n_present++;
		if (strcmp(rows[i].cmk_id, cmk_id) == 0)
			out->n_under_cmk++;
	}
	ksk_rows_free(rows, n);
	/* What is not found may have been there. */
	return ksk_check_count(store, text, n, err);
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

/* The id of the CMK's newest shared pair; "" where there is none. */
static int
find_newest(struct store *store, const struct cmk *cmk,
    char out[static STORE_ID_TEXT], struct error *err)
{
	struct key_row shared = { 0 };
	bool found = false;
	int rc;

	rc = store_key_shared(store, cmk->row.id, &shared, &found, err);
	(void)strcpy(out, found ? shared.id : "");
	key_row_clear(&shared);
	return rc;
}

bool
ksk_create_told(const struct ksk_request *request, const struct name *zone,
    struct error *err)
{

	if (request->refused == NULL || (err->class != ERR_INPUT &&
	    err->class != ERR_POLICY && err->class != ERR_NOT_YET &&
	    err->class != ERR_INTEGRITY))
		return false;
	request->refused(request->arg, zone, err);
	err_clear(err);
	return true;
}

/* What all zones of a request are planned with. */
struct planning {
	struct store			*store;
	struct cmk_cache		*cache;
	const struct cmk		*cmk;
	const struct ksk_request	*request;
	struct plan			*plan;
	bool				 is_shared;
	char				 newest[STORE_ID_TEXT];
	enum action_kind		 kind;
};

/*
 * Under custody shared a zone takes the newest pair of the group; only where
 * it has that, and is to have another one, the group gets a new pair.
 */
static int
plan_one(struct planning *all, const struct name *zone, struct error *err)
{
	const struct cmk *cmk = all->cmk;
	struct census census;

	if (ksk_create_count(all->store, zone, cmk->row.id, all->newest,
	    &census, err) != 0)
		return -1;
	if (census.n_under_cmk > 0 && all->request->wish == KSK_IF_MISSING)
		return 0;
	if (all->is_shared && all->request->standby != NULL)
		return err_set(err, ERR_POLICY, "custody: shared has no "
		    "standby: a zone's share of CMK %s is in use",
		    cmk->row.name);
	if (ksk_rules_allow(cmk, zone, census.n_present, err) != 0 ||
	    (census.n_present > census.n_under_cmk &&
	    ksk_rules_company(all->store, all->cache, cmk, zone, err) != 0))
		return -1;
	if (all->is_shared && (census.has_newest || all->newest[0] == '\0')) {
		/* What is made for this zone the next ones take. */
		all->kind = ACTION_MAKE_KSK;
		(void)strcpy(all->newest, "-");
	} else if (all->is_shared) {
		all->kind = ACTION_ENDORSE;
	}
	plan_zone(cmk, zone, all->kind, all->plan);
	return 0;
}

static int
plan_zones(struct store *store, struct cmk_cache *cache,
    const struct cmk *cmk, const struct ksk_request *request,
    struct plan *plan, struct error *err)
{
	struct planning all = { store, cache, cmk, request, plan,
		.is_shared = cmk->policy->custody == CUSTODY_SHARED,
		.kind = ACTION_MAKE_KSK };
	size_t i;

	if (all.is_shared && find_newest(store, cmk, all.newest, err) != 0)
		return -1;
	for (i = 0; i < request->n_zones; i++)
		if (plan_one(&all, &request->zones[i], err) != 0 &&
		    !ksk_create_told(request, &request->zones[i], err))
			return -1;
	return plan->n > 0 ? cmk_life_check_usable(cmk, err) : 0;
}

int
ksk_create_plan_for(struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, struct plan *plan, struct error *err)
{
	struct plan zones = PLAN_INIT;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct cmk_cache cache = { 0 };
	size_t i;
	int rc;

	rc = plan_zones(store, &cache, cmk, request, &zones, err);
	cmk_cache_clear(&cache);
	if (rc == 0 && zones.n > 0 && !cmk_is_sealed(cmk))
		plan_add(plan, ACTION_SEAL, NULL,
		    "seal CMK %s: its policy %.16s... can never change again",
		    cmk->row.name, text_hex(cmk->row.policy_hash,
		    CRYPTO_SHA256_LEN, hex));
	for (i = 0; rc == 0 && i < zones.n; i++)
		plan_add(plan, zones.actions[i].kind, &zones.actions[i].zone,
		    "%s", zones.actions[i].text);
	plan_clear(&zones);
	return rc;
}

int
ksk_create_plan(struct session *session, const struct ksk_request *request,
    struct plan *plan, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, request->cmk, &store, &cmk, err) != 0)
		return -1;
	rc = ksk_create_plan_for(store, cmk, request, plan, err);
	cmk_free(cmk);
	return rc;
}
