#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/cmk_info.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/trust.h"

#define ID_LEN (STORE_ID_TEXT - 1)

/* What a CMK is to be called, beside what it is called. */
struct info {
	const char	*name;
	const char	*contact;
	struct json	*tags;
};

int
cmk_info_check_name(const char *name, struct error *err)
{

	if (!text_is_label(name, CMK_NAME_MAX))
		return err_set(err, ERR_USAGE, "\"%.80s\" is no name for a "
		    "CMK: 1 to %d letters, digits and . _ -, a letter or "
		    "digit first", name, CMK_NAME_MAX);
	/* A CMK is found by its name or its id, and so a name must be no id. */
	if (strlen(name) == ID_LEN &&
	    strspn(name, "0123456789abcdef") == ID_LEN)
		return err_set(err, ERR_INPUT, "\"%s\" looks like the id of "
		    "a CMK; choose another name", name);
	return 0;
}

/* Text for people: UTF-8 of one line. */
static int
check_text(const char *what, const char *text, size_t max, struct error *err)
{
	const size_t len = strlen(text);
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			break;
	if (len > max || i < len || !text_is_utf8(text, len))
		return err_set(err, ERR_USAGE, "%s: at most %zu bytes of "
		    "UTF-8 without control characters", what, max);
	return 0;
}

/* One "KEY=VALUE" into tags. */
static int
put_tag(struct json *tags, const char *text, struct error *err)
{
	const char *equals = strchr(text, '=');
	char key[CMK_NAME_MAX + 1];
	size_t len;

	if (equals == NULL)
		return err_set(err, ERR_USAGE, "--tag %.80s: KEY=VALUE is "
		    "wanted", text);
	len = (size_t)(equals - text);
	if (len < sizeof(key)) {
		memcpy(key, text, len);
		key[len] = '\0';
	}
	if (len >= sizeof(key) || !text_is_label(key, CMK_NAME_MAX))
		return err_set(err, ERR_USAGE, "--tag %.80s: KEY is 1 to %d "
		    "letters, digits and . _ -, a letter or digit first",
		    text, CMK_NAME_MAX);
	if (check_text("--tag", equals + 1, CMK_INFO_TAG_MAX, err) != 0)
		return -1;
	json_put_text(tags, key, equals + 1);
	return 0;
}

static bool
is_untagged(const struct cmk_info_request *request, const char *key)
{
	size_t i;

	for (i = 0; i < request->n_untags; i++)
		if (strcmp(request->untags[i], key) == 0)
			return true;
	return false;
}

/* The tags of cmk without those that go, and with those that come. */
static int
make_tags(const struct cmk *cmk, const struct cmk_info_request *request,
    struct json **out, struct error *err)
{
	struct json *old = NULL, *tags;
	const char *key = NULL;
	size_t i;

	if (json_read(cmk->row.tags, strlen(cmk->row.tags), &old, err) != 0) {
		err->class = ERR_INTEGRITY;
		return err_wrap(err, "tags of CMK %s", cmk->row.name);
	}
	tags = json_new_object();
	while ((key = json_next_key(old, key)) != NULL)
		if (!is_untagged(request, key))
			json_put_text(tags, key, json_get_text(old, key));
	json_free(old);
	for (i = 0; i < request->n_tags; i++)
		if (put_tag(tags, request->tags[i], err) != 0)
			goto fail;
	if (json_len(tags) <= CMK_INFO_TAGS_MAX) {
		*out = tags;
		return 0;
	}
	(void)err_set(err, ERR_USAGE, "%zu tags: %d at most", json_len(tags),
	    CMK_INFO_TAGS_MAX);
 fail:
	json_free(tags);
	return -1;
}

/* Another CMK that has the name is found before anything is planned. */
static int
check_free(struct store *store, const struct cmk *cmk, const char *name,
    struct error *err)
{
	struct cmk_row other = { 0 };
	bool found = false, is_same;

	if (cmk_info_check_name(name, err) != 0 ||
	    store_cmk_find(store, name, &other, &found, err) != 0)
		return -1;
	is_same = !found || strcmp(other.id, cmk->row.id) == 0;
	cmk_row_clear(&other);
	return is_same ? 0 : err_set(err, ERR_INPUT, "there is a CMK \"%s\" "
	    "already", name);
}

static int
judge(struct store *store, const struct cmk *cmk,
    const struct cmk_info_request *request, struct info *out,
    struct error *err)
{

	*out = (struct info) { cmk->row.name, cmk->row.contact, NULL };
	if (request->name != NULL)
		out->name = request->name;
	if (request->contact != NULL)
		out->contact = request->contact;
	if (check_free(store, cmk, out->name, err) != 0 ||
	    check_text("--contact", out->contact, CMK_INFO_CONTACT_MAX,
	    err) != 0)
		return -1;
	return make_tags(cmk, request, &out->tags, err);
}

/* Texts of what changes, for the plan; nothing changes where it is empty. */
static void
plan_info(const struct cmk *cmk, const struct info *info, struct plan *plan)
{
	const char *name = cmk->row.name;
	struct buf tags = BUF_INIT;

	if (strcmp(info->name, name) != 0)
		plan_add(plan, ACTION_UPDATE_CMK, NULL, "rename CMK %s to %s",
		    name, info->name);
	if (strcmp(info->contact, cmk->row.contact) != 0)
		plan_add(plan, ACTION_UPDATE_CMK, NULL, "change the contact "
		    "of CMK %s from \"%s\" to \"%s\"", name,
		    cmk->row.contact, info->contact);
	json_canonical(info->tags, &tags);
	if (strcmp(buf_text(&tags), cmk->row.tags) != 0)
		plan_add(plan, ACTION_UPDATE_CMK, NULL, "change the tags of "
		    "CMK %s from %s to %s", name, cmk->row.tags,
		    buf_text(&tags));
	buf_free(&tags);
}

int
cmk_info_plan(struct session *session, const struct cmk_info_request *request,
    struct plan *plan, struct error *err)
{
	struct info info = { 0 };
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, request->cmk, &store, &cmk, err) != 0)
		return -1;
	if ((rc = judge(store, cmk, request, &info, err)) == 0)
		plan_info(cmk, &info, plan);
	json_free(info.tags);
	cmk_free(cmk);
	return rc;
}

/*
 * A name is signed: whoever says --cmk NAME is to get the CMK that he means.
 * What is deleted has no key any more, and there is nothing to get.
 */
static bool
needs_key(const struct cmk *cmk, const struct info *info)
{

	return strcmp(info->name, cmk->row.name) != 0 &&
	    strcmp(cmk->row.state, "deleted") != 0;
}

static int
record(struct session *session, struct store *store, const struct cmk *cmk,
    const struct info *info, struct error *err)
{
	struct cmk_row row = cmk->row;	/* borrows its texts */
	struct buf tags = BUF_INIT;
	struct json *event;
	int rc = -1;

	json_canonical(info->tags, &tags);
	row.name = mem_strdup(info->name);
	row.contact = mem_strdup(info->contact);
	row.tags = buf_take(&tags);
	event = json_new_object();
	json_put_text(event, "cmk_id", row.id);
	json_put_text(event, "was_named", cmk->row.name);
	json_put_text(event, "name", row.name);
	json_put_text(event, "contact", row.contact);
	json_put_text(event, "tags", row.tags);
	if (store_begin(store, err) == 0) {
		if (store_cmk_set_info(store, &row, err) == 0 &&
		    event_append(session, "update-cmk", event, err) == 0 &&
		    (!needs_key(cmk, info) ||
		    trust_attest(session, row.id, err) == 0))
			rc = store_commit(store, err);
		if (rc != 0)
			store_rollback(store);
	}
	json_free(event);
	free(row.name);
	free(row.contact);
	free(row.tags);
	return rc;
}

static int
change(struct session *session, struct store *store, const struct cmk *cmk,
    const struct info *info, struct error *err)
{

	if (!needs_key(cmk, info))
		return record(session, store, cmk, info, err);
	return trust_prove(session, cmk, err) == 0 &&
	    record(session, store, cmk, info, err) == 0 ?
	    cmk_life_settle(session, cmk, err) : -1;
}

int
cmk_info_apply(struct session *session,
    const struct cmk_info_request *request, struct error *err)
{
	struct plan plan = PLAN_INIT;
	struct info info = { 0 };
	struct cmk *cmk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (cmk_load(store, request->cmk, &cmk, err) != 0 ||
	    judge(store, cmk, request, &info, err) != 0)
		goto out;
	plan_info(cmk, &info, &plan);
	if (plan.n == 0)
		session_note(session, "CMK %s is as wanted already; nothing "
		    "to do", cmk->row.name);
	else if (change(session, store, cmk, &info, err) != 0)
		goto out;
	rc = 0;
 out:
	session_unlock(session);
	plan_clear(&plan);
	json_free(info.tags);
	cmk_free(cmk);
	return rc;
}
