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

int
zone_roll_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	const char *reason = json_get_text(arguments, "reason");
	struct zone_roll_request request = {
		.what = json_get_text(arguments, "what"),
		.cmk = json_get_text(arguments, "cmk"),
		.approval = approval,
		.arguments = arguments,
	};
	bool breaks = false;

	if (zone_roll_group_is(arguments))
		return zone_roll_group_approved(session, cmk_id, approval,
		    arguments, err);
	(void)json_get_bool(arguments, "break_chain", &breaks);
	request.chain = breaks ? ZONE_ROLL_BREAK_CHAIN : ZONE_ROLL_KEEP_CHAIN;
	if (request.what == NULL || reason == NULL ||
	    zone_roll_reason_read(reason, &request.reason, err) != 0)
		return err_set(err, ERR_INTEGRITY, "the plan names no zone or "
		    "no reason");
	return zone_roll_apply(session, &request, err);
}
