#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_resumed.h"
#include "kmgr/engine/recovery.h"

/* A zone of which an intent tells, and its KSKs before. */
struct begun {
	struct name	zone;
	size_t		n_under_cmk;
};

struct begun_list {
	struct begun	*items;
	size_t		 n;
};

/*
 * A zone that cannot be counted, or an intent that says nothing, is none: who
 * plans for that zone finds out why.
 */
static void
add(struct store *store, const struct cmk *cmk,
    const struct intent_row *intent, struct begun_list *list)
{
	struct error ignored = ERR_INIT;
	struct json *payload = NULL;
	const char *zone, *cmk_id;
	struct begun begun;
	struct census census;

	if (strcmp(intent->kind, INTENT_CREATE_KSK) != 0 ||
	    intent_payload(intent, &payload, &ignored) != 0)
		return;
	zone = json_get_text(payload, "zone");
	cmk_id = json_get_text(payload, "cmk_id");
	if (zone != NULL && cmk_id != NULL &&
	    strcmp(cmk_id, cmk->row.id) == 0 &&
	    name_read(zone, &begun.zone, &ignored) == 0 &&
	    ksk_create_count(store, &begun.zone, cmk->row.id, "", &census,
	    &ignored) == 0) {
		begun.n_under_cmk = census.n_under_cmk;
		*(struct begun *)mem_push(&list->items, list->n++,
		    sizeof(begun)) = begun;
	}
	json_free(payload);
}

static int
list_begun(struct store *store, const struct cmk *cmk,
    struct begun_list *list, struct error *err)
{
	struct intent_row *intents;
	size_t i, n;

	if (store_intent_list(store, "open", &intents, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		add(store, cmk, &intents[i], list);
	intent_rows_free(intents, n);
	return 0;
}

static int
compare(struct store *store, const struct cmk *cmk, const struct begun *begun,
    struct ksk_resumed *resumed, struct error *err)
{
	struct census after;

	if (ksk_create_count(store, &begun->zone, cmk->row.id, "", &after,
	    err) != 0)
		return -1;
	if (after.n_under_cmk != begun->n_under_cmk)
		*(struct name *)mem_push(&resumed->zones, resumed->n++,
		    sizeof(begun->zone)) = begun->zone;
	return 0;
}

/* Whether one of the zones still has a KSK that was begun. */
static int
find_left(struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, bool *is_left, struct error *err)
{
	struct begun_list list = { NULL, 0 };
	size_t i, k;
	int rc;

	*is_left = false;
	rc = list_begun(store, cmk, &list, err);
	for (i = 0; rc == 0 && i < list.n; i++)
		for (k = 0; k < request->n_zones && !*is_left; k++)
			*is_left = name_is_same(&list.items[i].zone,
			    &request->zones[k]);
	free(list.items);
	return rc;
}

/*
 * What the store does not take of another zone stands in the way of that one
 * only: no second key is made for it.
 */
static int
recover(struct session *session, struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, struct error *err)
{
	struct error failed = ERR_INIT;
	bool is_left;

	if (recovery_run(session, cmk->row.token, &failed) == 0 &&
	    recovery_run(session, cmk->row.seal_token, &failed) == 0)
		return 0;
	if (failed.class == ERR_STORE && find_left(store, cmk, request,
	    &is_left, err) != 0)
		return -1;
	if (failed.class != ERR_STORE || is_left) {
		*err = failed;
		return -1;
	}
	session_note(session, "what a run has begun for another zone is still "
	    "to be finished: %s", failed.msg);
	return 0;
}

int
ksk_resumed_run(struct session *session, const struct cmk *cmk,
    const struct ksk_request *request, struct ksk_resumed *resumed,
    struct error *err)
{
	struct begun_list list = { NULL, 0 };
	struct store *store;
	size_t i;
	int rc = -1;

	if (session_store(session, &store, err) == 0 &&
	    list_begun(store, cmk, &list, err) == 0)
		rc = recover(session, store, cmk, request, err);
	for (i = 0; rc == 0 && i < list.n; i++)
		rc = compare(store, cmk, &list.items[i], resumed, err);
	free(list.items);
	return rc;
}

bool
ksk_resumed_has(const struct ksk_resumed *resumed, const struct name *zone)
{
	size_t i;

	for (i = 0; i < resumed->n; i++)
		if (name_is_same(&resumed->zones[i], zone))
			return true;
	return false;
}

void
ksk_resumed_clear(struct ksk_resumed *resumed)
{

	free(resumed->zones);
	*resumed = (struct ksk_resumed) { NULL, 0 };
}
