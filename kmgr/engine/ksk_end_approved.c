/* The end of a KSK as a plan that waits for approvers. */
#include "kmgr/engine/ksk_end.h"

struct json *
ksk_end_arguments(const struct ksk *ksk)
{
	struct json *arguments = json_new_object();

	json_put_text(arguments, "ksk_id", ksk->row.id);
	return arguments;
}

static int
read_arguments(const struct approval *approval, const struct json *arguments,
    struct ksk_end_request *out, struct error *err)
{

	*out = (struct ksk_end_request) {
		.ksk = json_get_text(arguments, "ksk_id"),
		.approval = approval,
		.arguments = arguments,
	};
	return out->ksk != NULL ? 0 : err_set(err, ERR_INTEGRITY,
	    "the plan names no KSK");
}

int
ksk_end_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct ksk_end_request request;
	struct ksk_row row;
	enum ksk_fate fate;

	(void)cmk_id;		/* approval_demand() compares it */
	if (read_arguments(approval, arguments, &request, err) != 0 ||
	    ksk_end_apply(session, &request, &row, &fate, err) != 0)
		return -1;
	ksk_row_clear(&row);
	return 0;
}

int
ksk_end_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct ksk_end_request request;

	(void)cmk_id;		/* approval_demand() compares it */
	return read_arguments(approval, arguments, &request, err) != 0 ? -1 :
	    ksk_end_plan(session, &request, plan, err);
}
