/* What create-ksk would do, zone by zone. */
#include <string.h>

#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_planner.h"
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
		if (strcmp(rows[i].state, "removed") == 0)
			continue;
		out->n_kept++;
		out->has_newest = out->has_newest ||
		    strcmp(rows[i].key_id, newest) == 0;
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

bool
ksk_create_is_of_zone(const struct ksk_request *request,
    const struct error *err)
{

	return request->refused != NULL && (err->class == ERR_INPUT ||
	    err->class == ERR_POLICY || err->class == ERR_NOT_YET ||
	    err->class == ERR_INTEGRITY);
}

bool
ksk_create_told(const struct ksk_request *request, const struct name *zone,
    struct error *err)
{

	if (!ksk_create_is_of_zone(request, err))
		return false;
	request->refused(request->arg, zone, err);
	err_clear(err);
	return true;
}

int
ksk_create_plan_for(struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, struct plan *plan, struct error *err)
{
	struct ksk_planner *planner;
	int rc;

	if (ksk_planner_new(store, cmk, request, &planner, err) != 0)
		return -1;
	rc = ksk_planner_add(planner, request->zones, request->n_zones, plan,
	    err);
	ksk_planner_free(planner);
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
