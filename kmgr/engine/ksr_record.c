#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ksr_record.h"

#define ID_SHOWN 12		/* digits of a hash */

static void
put_hash(struct json *json, const char *name, const uint8_t *hash)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	json_put_text(json, name, text_hex(hash, CRYPTO_SHA256_LEN, hex));
}

/* A list that a column holds as text. */
static struct json *
list_of(const char *text)
{
	struct error ignored = ERR_INIT;
	struct json *list = NULL;

	if (json_read(text, strlen(text), &list, &ignored) != 0)
		return json_new_array();
	return list;
}

struct json *
ksr_record_json(const struct ksr_row *row)
{
	struct json *json = json_new_object();

	json_put_text(json, "id", row->id);
	json_put_text(json, "kind", row->kind);
	json_put_text(json, "format", row->format);
	put_hash(json, "request_hash", row->request_hash);
	if (row->request_id != NULL)
		json_put_text(json, "request_id", row->request_id);
	json_put_take(json, "bundle_ids", list_of(row->bundle_ids));
	put_hash(json, "response_hash", row->response_hash);
	put_hash(json, "plan_hash", row->plan_hash);
	json_put_take(json, "ksk_ids", list_of(row->ksk_ids));
	json_put_int(json, "expires_at", row->expires_at);
	return json;
}

static int
get_hash(const struct json *json, const char *name, uint8_t *hash,
    struct error *err)
{
	const char *hex = json_get_text(json, name);
	struct error ignored = ERR_INIT;
	size_t len = 0;

	if (hex != NULL && text_from_hex(hex, hash, CRYPTO_SHA256_LEN, &len,
	    &ignored) == 0 && len == CRYPTO_SHA256_LEN)
		return 0;
	return err_set(err, ERR_INTEGRITY, "a response has no %s", name);
}

static int
get_text(const struct json *json, const char *name, char **out,
    struct error *err)
{
	const char *text = json_get_text(json, name);

	if (text == NULL)
		return err_set(err, ERR_INTEGRITY, "a response has no %s",
		    name);
	*out = mem_strdup(text);
	return 0;
}

static int
get_list(const struct json *json, const char *name, char **out,
    struct error *err)
{
	const struct json *list = json_get(json, name);
	struct buf text = BUF_INIT;

	if (!json_holds_array(list))
		return err_set(err, ERR_INTEGRITY, "a response has no %s",
		    name);
	json_canonical(list, &text);
	*out = buf_take(&text);
	return 0;
}

static int
get_all(const struct json *json, struct ksr_row *row, struct error *err)
{
	const char *id = json_get_text(json, "id");

	if (id == NULL || strlen(id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "a response has no id");
	memcpy(row->id, id, STORE_ID_TEXT);
	row->request_id = mem_strdup(json_get_text(json, "request_id"));
	if (get_text(json, "kind", &row->kind, err) != 0 ||
	    get_text(json, "format", &row->format, err) != 0 ||
	    get_list(json, "bundle_ids", &row->bundle_ids, err) != 0 ||
	    get_list(json, "ksk_ids", &row->ksk_ids, err) != 0 ||
	    get_hash(json, "request_hash", row->request_hash, err) != 0 ||
	    get_hash(json, "response_hash", row->response_hash, err) != 0 ||
	    get_hash(json, "plan_hash", row->plan_hash, err) != 0)
		return -1;
	return json_get_int(json, "expires_at", &row->expires_at) ? 0 :
	    err_set(err, ERR_INTEGRITY, "a response has no end");
}

int
ksr_record_read(const struct json *json, const char *zone,
    const char *cmk_id, int64_t at, struct ksr_row *out, struct error *err)
{

	*out = (struct ksr_row) { .answered_at = at };
	if (strlen(cmk_id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "cmk_id is no id");
	memcpy(out->cmk_id, cmk_id, STORE_ID_TEXT);
	out->zone = mem_strdup(zone);
	if (get_all(json, out, err) == 0)
		return 0;
	ksr_row_clear(out);
	return -1;
}

static bool
has_ksk(const struct ksr_row *row, const char *ksk_id)
{
	struct json *list = list_of(row->ksk_ids);
	const char *id;
	bool has = false;
	size_t i;

	for (i = 0; i < json_len(list) && !has; i++)
		has = (id = json_text(json_at(list, i))) != NULL &&
		    strcmp(id, ksk_id) == 0;
	json_free(list);
	return has;
}

bool
ksr_record_ends(const struct ksr_row *row, const char *zone,
    const char *ksk_id, enum ksr_fact fact, int64_t at)
{

	if (row->superseded_at != 0 || row->expires_at <= at ||
	    strcmp(row->zone, zone) != 0)
		return false;
	if (fact != KSR_DS_SEEN)
		return has_ksk(row, ksk_id);
	/* That a standby is alone in its emergency response was the plan. */
	return strcmp(row->kind, KSR_EMERGENCY) != 0 &&
	    !has_ksk(row, ksk_id);
}

int
ksr_record_supersede(struct session *session, const char *zone,
    const char *ksk_id, enum ksr_fact fact, struct error *err)
{
	const int64_t now_at = session_now(session);
	char hex[2 * CRYPTO_SHA256_LEN + 1], end[WHEN_TEXT_LEN];
	struct ksr_row *rows;
	struct store *store;
	size_t i, n;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_ksr_list(store, zone, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (!ksr_record_ends(&rows[i], zone, ksk_id, fact, now_at))
			continue;
		rc = store_ksr_supersede(store, rows[i].id, now_at, err);
		session_note(session, "the %s response %.*s... of zone %s is "
		    "superseded; its last signature ends at %s",
		    rows[i].kind, ID_SHOWN, text_hex(rows[i].response_hash,
		    CRYPTO_SHA256_LEN, hex), zone,
		    when_rfc3339(rows[i].expires_at, end));
	}
	ksr_rows_free(rows, n);
	return rc;
}
