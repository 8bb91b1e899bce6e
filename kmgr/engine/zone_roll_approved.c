#include "kmgr/engine/zone_roll_group.h"

struct json *
zone_roll_arguments(const struct zone_roll_request *request)
{
	struct json *arguments = json_new_object();

	json_put_text(arguments, "what", request->what);
	json_put_text(arguments, "cmk", request->cmk);
	json_put_text(arguments, "reason",
	    zone_roll_reason_name(request->reason));
	json_put_bool(arguments, "break_chain",
	    request->chain == ZONE_ROLL_BREAK_CHAIN);
	return arguments;
}

static int
read_arguments(const struct approval *approval, const struct json *arguments,
    struct zone_roll_request *out, struct error *err)
{
	const char *reason = json_get_text(arguments, "reason");
	bool breaks = false;

	*out = (struct zone_roll_request) {
		.what = json_get_text(arguments, "what"),
		.cmk = json_get_text(arguments, "cmk"),
		.approval = approval,
		.arguments = arguments,
	};
	(void)json_get_bool(arguments, "break_chain", &breaks);
	out->chain = breaks ? ZONE_ROLL_BREAK_CHAIN : ZONE_ROLL_KEEP_CHAIN;
	if (out->what == NULL || reason == NULL ||
	    zone_roll_reason_read(reason, &out->reason, err) != 0)
		return err_set(err, ERR_INTEGRITY, "the plan names no zone or "
		    "no reason");
	return 0;
}

int
zone_roll_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct zone_roll_request request;

	if (zone_roll_group_is(arguments))
		return zone_roll_group_approved(session, cmk_id, approval,
		    arguments, err);
	return read_arguments(approval, arguments, &request, err) != 0 ? -1 :
	    zone_roll_apply(session, &request, err);
}

int
zone_roll_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct zone_roll_outlook outlook = { .n = 0 };
	struct zone_roll_request request;
	int rc;

	if (zone_roll_group_is(arguments))
		return zone_roll_group_approved_plan(session, cmk_id,
		    approval, arguments, plan, err);
	if (read_arguments(approval, arguments, &request, err) != 0)
		return -1;
	if ((rc = zone_roll_look(session, &request, &outlook, err)) == 0)
		plan_take(plan, &outlook.plan);
	zone_roll_outlook_clear(&outlook);
	return rc;
}
