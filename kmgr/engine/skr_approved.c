/* A request that waits for approvers, and then is answered. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksr_roles.h"
#include "kmgr/engine/skr_internal.h"

struct json *
skr_arguments(const struct skr_request *request)
{
	struct json *arguments = json_new_object();
	char *text = crypto_base64((const uint8_t *)request->text,
	    request->len);
	struct json *list = NULL;
	size_t i;

	json_put_text(arguments, "request", text);
	if (request->zone != NULL)
		json_put_text(arguments, "zone", request->zone);
	if (request->schema != NULL)
		json_put_text(arguments, "schema", request->schema);
	json_put_int(arguments, "current", request->current_tag);
	json_put_int(arguments, "next", request->next_tag);
	json_put_bool(arguments, "genesis", request->chain == SKR_GENESIS);
	json_put_int(arguments, "end_at", request->end_at);
	json_put_bool(arguments, "emergency",
	    request->emergency == SKR_WITH_EMERGENCY);
	/* Whoever approves sees who asked; it is verified again then. */
	for (i = 0; i < request->n_signatures; i++) {
		if (i == 0)
			list = json_put_array(arguments,
			    "requester_signatures");
		json_add_text(list, request->signatures[i]);
	}
	free(text);
	return arguments;
}

/* Owner: the caller, free(), of the list alone. */
static const char **
read_signatures(const struct json *arguments, size_t *n)
{
	const struct json *list = json_get(arguments,
	    "requester_signatures");
	const char **out;
	size_t i;

	*n = 0;
	if (json_len(list) == 0)
		return NULL;
	out = mem_new(json_len(list) * sizeof(*out));
	for (i = 0; i < json_len(list); i++)
		if (json_text(json_at(list, i)) != NULL)
			out[(*n)++] = json_text(json_at(list, i));
	return out;
}

static int
read_arguments(const struct json *arguments, struct skr_request *out,
    struct buf *text, struct error *err)
{
	const char *request = json_get_text(arguments, "request");
	int64_t current = KSR_TAG_BY_GENERATION, next = current;
	bool is_genesis = false, is_emergency = false;

	if (request == NULL || crypto_base64_read(request, text,
	    err) != 0)
		return err_set(err, ERR_INTEGRITY, "the plan has no request");
	*out = (struct skr_request) {
		.text = buf_text(text),
		.len = text->len,
		.what = "the request",
		.zone = json_get_text(arguments, "zone"),
		.schema = json_get_text(arguments, "schema"),
		.end_at = KSR_OPEN,
	};
	(void)json_get_int(arguments, "current", &current);
	(void)json_get_int(arguments, "next", &next);
	(void)json_get_int(arguments, "end_at", &out->end_at);
	(void)json_get_bool(arguments, "genesis", &is_genesis);
	(void)json_get_bool(arguments, "emergency", &is_emergency);
	out->current_tag = (int32_t)current;
	out->next_tag = (int32_t)next;
	out->chain = is_genesis ? SKR_GENESIS : SKR_CONTINUES;
	out->emergency = is_emergency ? SKR_WITH_EMERGENCY :
	    SKR_WITHOUT_EMERGENCY;
	return 0;
}

/* A plan's request, judged once more, and all that it needs. */
struct judged {
	struct cmk_cache	 cache;
	struct skr_request	 request;
	struct buf		 text;
	const char		**signatures;
	struct skr		*skr;
};

/* Owner: the caller, judged_clear(), also after an error. */
static int
judge(struct session *session, const struct json *arguments,
    struct judged *out, struct error *err)
{

	*out = (struct judged) { .text = BUF_INIT };
	if (read_arguments(arguments, &out->request, &out->text, err) != 0)
		return -1;
	out->request.signatures = out->signatures = read_signatures(arguments,
	    &out->request.n_signatures);
	return skr_prepare(session, &out->cache, &out->request, &out->skr,
	    err);
}

static void
judged_clear(struct judged *judged)
{

	skr_free(judged->skr);
	free(judged->signatures);
	cmk_cache_clear(&judged->cache);
	buf_free(&judged->text);
}

int
skr_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct judged judged;
	int rc;

	(void)cmk_id;		/* approval_demand() compares it */
	rc = judge(session, arguments, &judged, err);
	if (rc == 0)
		rc = skr_apply(session, judged.skr, arguments, approval, err);
	judged_clear(&judged);
	return rc;
}

int
skr_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	const struct approval_subject subject = { SKR_OP, arguments, plan };
	struct judged judged;
	int rc;

	(void)cmk_id;		/* approval_demand() compares it */
	rc = judge(session, arguments, &judged, err);
	if (rc == 0 && !skr_is_answered(judged.skr)) {
		skr_plan(judged.skr, plan);
		rc = skr_demand(session, judged.skr, &subject, approval, err);
	}
	judged_clear(&judged);
	return rc;
}
