#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/ksk_record.h"
#include "kmgr/engine/zone_roll_group.h"
#include "kmgr/store/ledger.h"

#define PAGE 100		/* KSKs of one zone that are looked at */

struct json *
ksk_create_arguments(const struct ksk_request *request)
{
	struct json *arguments = json_new_object();
	struct json *zones = json_put_array(arguments, "zones");
	char text[NAME_TEXT_MAX];
	size_t i;

	json_put_bool(arguments, "another", request->wish == KSK_ANOTHER);
	if (request->standby != NULL)
		json_put_text(arguments, "standby", request->standby);
	for (i = 0; i < request->n_zones; i++)
		json_add_text(zones, name_text(&request->zones[i], text));
	return arguments;
}

/* Whether the JSON object text says value of its member. */
static bool
says(const char *text, const char *member, const char *value)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	const char *told;
	bool is_same = false;

	if (json_read(text, strlen(text), &json, &ignored) == 0 &&
	    (told = json_get_text(json, member)) != NULL)
		is_same = strcmp(told, value) == 0;
	json_free(json);
	return is_same;
}

/* Whether a KSK of the zone, this one or whichever, was made under plan. */
static int
find_made(struct session *session, const char *zone, const char *ksk_id,
    const char *plan, bool *is, struct error *err)
{
	struct ledger_record *records;
	struct store *store;
	size_t i, n;

	*is = false;
	if (session_store(session, &store, err) != 0 || ledger_of_zone(store,
	    zone, KSK_CREATE_OP, 1, PAGE, &records, &n, err) != 0)
		return -1;
	for (i = 0; i < n && plan != NULL; i++)
		*is = *is || (says(records[i].actor, "plan", plan) &&
		    (ksk_id == NULL ||
		    says(records[i].payload, "ksk_id", ksk_id)));
	ledger_records_free(records, n);
	return 0;
}

/* Others may have been made in the same second. */
static int
was_made(struct session *session, const struct ksk *ksk, const char *plan,
    bool *was, struct error *err)
{

	*was = false;
	return ksk->row.created_at != session_now(session) ? 0 :
	    find_made(session, ksk->row.zone, ksk->row.id, plan, was, err);
}

int
ksk_create_made(struct session *session, const char *plan, struct ksk *list,
    size_t n, size_t *n_made, struct error *err)
{
	struct ksk ksk;
	size_t i;
	bool was;

	*n_made = 0;
	for (i = 0; i < n; i++) {
		if (was_made(session, &list[i], plan, &was, err) != 0)
			return -1;
		if (!was)
			continue;
		ksk = list[i];
		ksk.is_made = true;
		list[i] = list[*n_made];
		list[(*n_made)++] = ksk;
	}
	return 0;
}

/* The zones of arguments that are still to be done. */
static int
read_zones(struct session *session, const struct json *arguments,
    struct name *zones, size_t *n, struct error *err)
{
	/* An interrupted run may have made some of them. */
	const char *plan = json_get_text(session_actor(session), "plan");
	const struct json *list = json_get(arguments, "zones");
	char zone[NAME_TEXT_MAX];
	const char *text;
	bool is_done;
	size_t i;

	for (i = 0; i < json_len(list); i++) {
		text = json_text(json_at(list, i));
		if (text == NULL)
			return err_set(err, ERR_INTEGRITY,
			    "the plan names no zone");
		if (name_read(text, &zones[*n], err) != 0 ||
		    find_made(session, name_text(&zones[*n], zone), NULL,
		    plan, &is_done, err) != 0)
			return -1;
		*n += !is_done;
	}
	return 0;
}

/* Its zones are the caller's, free(), also after an error. */
static int
read_request(struct session *session, const struct json *arguments,
    struct ksk_request *request, struct name **zones, struct error *err)
{
	bool another = false;

	*zones = mem_new(json_len(json_get(arguments, "zones")) *
	    sizeof(**zones));
	(void)json_get_bool(arguments, "another", &another);
	request->wish = another ? KSK_ANOTHER : KSK_IF_MISSING;
	request->standby = ksk_record_standby(json_get_text(arguments,
	    "standby"));
	request->zones = *zones;
	return read_zones(session, arguments, *zones, &request->n_zones, err);
}

int
ksk_create_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct ksk_request request = { .cmk = cmk_id, .approval = approval,
		.arguments = arguments };
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	struct name *zones;
	size_t n = 0;
	int rc;

	if (zone_roll_group_is(arguments))
		return zone_roll_group_approved(session, cmk_id, approval,
		    arguments, err);
	rc = read_request(session, arguments, &request, &zones, err);
	if (rc == 0)
		rc = ksk_create_apply(session, &request, &cache, &list, &n,
		    err);
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	free(zones);
	return rc;
}

int
ksk_create_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct ksk_request request = { .cmk = cmk_id };
	struct name *zones;
	int rc;

	if (zone_roll_group_is(arguments))
		return zone_roll_group_approved_plan(session, cmk_id,
		    approval, arguments, plan, err);
	rc = read_request(session, arguments, &request, &zones, err);
	if (rc == 0)
		rc = ksk_create_plan(session, &request, plan, err);
	free(zones);
	return rc;
}
