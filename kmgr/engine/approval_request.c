#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/approval_inner.h"
#include "kmgr/engine/approvers.h"

/* What the approvers sign: canonical JSON that stands for itself. */
static int
plan_new(struct session *session, const struct cmk *cmk,
    const struct approval_subject *subject, struct plan_row *row,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1], nonce[STORE_ID_TEXT];
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct json *json;
	struct buf text = BUF_INIT;

	if (store_id_new(nonce, err) != 0)
		return -1;
	*row = (struct plan_row) { .created_at = session_now(session) };
	row->expires_at = row->created_at + cmk->policy->plan_valid_for_s;
	memcpy(row->cmk_id, cmk->row.id, sizeof(row->cmk_id));
	row->op = mem_strdup(subject->op);
	row->state = mem_strdup("waiting");
	json = json_new_object();
	json_put_text(json, "format", "kmgr-plan");
	json_put_int(json, "version", 1);
	json_put_text(json, "op", subject->op);
	json_put_text(json, "cmk", cmk->row.name);
	json_put_text(json, "cmk_id", cmk->row.id);
	json_put_text(json, "policy_hash", text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_take(json, "arguments", json_copy_of(subject->arguments));
	json_put_take(json, "actions", plan_json(subject->plan));
	json_put_int(json, "approvers_needed",
	    (int64_t)approvers_needed(cmk->policy, subject->op));
	json_put_take(json, "requested_by",
	    json_copy_of(session_actor(session)));
	json_put_int(json, "created_at", row->created_at);
	json_put_int(json, "expires_at", row->expires_at);
	json_put_text(json, "nonce", nonce);
	json_canonical(json, &text);
	json_free(json);
	crypto_sha256(text.data, text.len, hash);
	(void)text_hex(hash, sizeof(hash), row->hash);
	row->text = buf_take(&text);
	return 0;
}

/* Whether the waiting row is for the same, and time is left. */
static bool
is_for(const struct plan_row *row, const struct cmk *cmk,
    const struct approval_subject *subject, int64_t now_at)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL, *actions;
	bool same = false;

	if (strcmp(row->cmk_id, cmk->row.id) != 0 ||
	    strcmp(row->op, subject->op) != 0 || row->expires_at <= now_at ||
	    json_read(row->text, strlen(row->text), &json, &ignored) != 0)
		return false;
	actions = plan_json(subject->plan);
	same = approval_is_same(json_get(json, "arguments"),
	    subject->arguments) &&
	    approval_is_same(json_get(json, "actions"), actions);
	json_free(actions);
	json_free(json);
	return same;
}

int
approval_find_waiting(struct session *session, struct store *store,
    const struct cmk *cmk, const struct approval_subject *subject,
    struct plan_row *out, bool *found, struct error *err)
{
	struct plan_row *rows;
	size_t i, n;

	*found = false;
	if (store_plan_list(store, "waiting", &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && !*found; i++)
		if (is_for(&rows[i], cmk, subject, session_now(session))) {
			*out = rows[i];
			rows[i] = (struct plan_row) { 0 };
			*found = true;
		}
	plan_rows_free(rows, n);
	return 0;
}

int
approval_request(struct session *session, const struct cmk *cmk,
    const struct approval_subject *subject, struct plan_row *out,
    struct error *err)
{
	struct store *store;
	bool found;

	*out = (struct plan_row) { 0 };
	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (approval_find_waiting(session, store, cmk, subject, out, &found,
	    err) == 0) {
		if (found) {
			store_rollback(store);
			return 0;
		}
		if (plan_new(session, cmk, subject, out, err) == 0 &&
		    store_plan_put(store, out, err) == 0 &&
		    approval_tell(session, "plan", out, "plan", out->text,
		    err) == 0 &&
		    store_commit(store, err) == 0)
			return 0;
	}
	store_rollback(store);
	plan_row_clear(out);
	return -1;
}
