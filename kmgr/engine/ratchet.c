#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/data.h"
#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/ratchet.h"

static int
compare(const void *a, const void *b)
{

	return checkpoint_compare(b, a);	/* newest first */
}

/* What one object says, where it is a checkpoint of the CMK. */
static bool
read_object(const char *cmk_id, const struct hsm_data *data,
    struct checkpoint *out)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	bool is_one;

	if (data->value.len == 0 || json_read(buf_text(&data->value),
	    data->value.len, &json, &ignored) != 0)
		return false;
	is_one = checkpoint_read(cmk_id, json_get_text(json, "statement"),
	    json_get_text(json, "signature"), out, &ignored) == 0;
	json_free(json);
	return is_one;
}

int
ratchet_read(struct hsm_token *token, struct ratchet *out, struct error *err)
{

	*out = (struct ratchet){ NULL, 0 };
	return hsm_data_list_prefix(token, RATCHET_PREFIX, &out->objects,
	    &out->n, err);
}

void
ratchet_take(struct hsm_data *objects_take, size_t n, struct ratchet *out)
{
	size_t i;

	*out = (struct ratchet){ objects_take, 0 };
	for (i = 0; i < n; i++)
		if (strncmp(objects_take[i].application, RATCHET_PREFIX,
		    strlen(RATCHET_PREFIX)) == 0)
			objects_take[out->n++] = objects_take[i];
		else
			buf_free(&objects_take[i].value);
}

void
ratchet_clear(struct ratchet *ratchet)
{

	hsm_data_list_free(ratchet->objects, ratchet->n);
	*ratchet = (struct ratchet){ NULL, 0 };
}

void
ratchet_list(const struct ratchet *ratchet, const char *cmk_id,
    struct checkpoint **out, size_t *n)
{
	struct checkpoint *list = mem_new((ratchet->n + 1) * sizeof(*list));
	char application[HSM_DATA_NAME_MAX + 1];
	const struct hsm_data *object;
	size_t i;

	*n = 0;
	(void)kept_application(RATCHET_PREFIX, cmk_id, application);
	for (i = 0; i < ratchet->n; i++) {
		object = &ratchet->objects[i];
		if (object->is_private &&
		    strcmp(object->application, application) == 0 &&
		    read_object(cmk_id, object, &list[*n]))
			(*n)++;
	}
	qsort(list, *n, sizeof(*list), compare);
	*out = list;
}

void
ratchet_list_free(struct checkpoint *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		checkpoint_clear(&list[i]);
	free(list);
}

int
ratchet_put(struct session *session, struct hsm_token *token,
    const char *cmk_id, const struct checkpoint *checkpoint,
    struct error *err)
{
	char application[HSM_DATA_NAME_MAX + 1], label[32];
	struct json *json = json_new_object();
	int rc;

	(void)snprintf(label, sizeof(label), "%lld",
	    (long long)checkpoint->seq);
	json_put_text(json, "statement", checkpoint->statement);
	json_put_text(json, "signature", checkpoint->signature);
	rc = kept_put(session, token, kept_application(RATCHET_PREFIX, cmk_id,
	    application), label, json, err);
	json_free(json);
	return rc;
}

bool
ratchet_is_held(const struct cmk *cmk)
{
	struct error ignored = ERR_INIT;
	const char *id, *verdict;
	struct json *rows = NULL;
	bool is_held = false;
	size_t i;

	if (json_read(cmk->row.probe, strlen(cmk->row.probe), &rows,
	    &ignored) != 0)
		return false;
	for (i = 0; i < json_len(rows) && !is_held; i++) {
		id = json_get_text(json_at(rows, i), "id");
		verdict = json_get_text(json_at(rows, i), "verdict");
		is_held = id != NULL && verdict != NULL &&
		    strncmp(id, "data-object-", 12) == 0 &&
		    (strcmp(verdict, "enforced") == 0 ||
		    strcmp(verdict, "ignored") == 0);
	}
	json_free(rows);
	return is_held;
}

/* Whether one of the n CMKs has the object's record. */
static bool
is_known(const struct hsm_data *object, const struct cmk_row *rows, size_t n)
{
	char application[HSM_DATA_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(object->application, kept_application(
		    RATCHET_PREFIX, rows[i].id, application)) == 0)
			return true;
	return false;
}

static int
refuse_stranger(const char *token_name, const struct hsm_data *object,
    struct error *err)
{

	(void)err_set(err, ERR_INTEGRITY, "token %s keeps a record of a CMK "
	    "that the store does not know (%s, event %s): the store is older "
	    "than the token, or the token belongs to another store",
	    token_name, object->application + strlen(RATCHET_PREFIX),
	    object->label);
	return err_hint(err, "is this the right store? kmgr restore FILE "
	    "brings back a newer backup, kmgr recover makes a lost store anew "
	    "from the token; --beside-others makes a CMK beside those of "
	    "another store");
}

int
ratchet_check_strangers(struct session *session, const char *token_name,
    struct error *err)
{
	struct ratchet ratchet = { NULL, 0 };
	struct cmk_row *rows = NULL;
	size_t i, n_rows = 0;
	struct hsm_token *token;
	struct store *store;
	int rc = -1;

	/* The token first: what a run elsewhere makes, its store has before. */
	if (session_token(session, token_name, &token, err) != 0 ||
	    ratchet_read(token, &ratchet, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    store_cmk_list(store, &rows, &n_rows, err) != 0)
		goto out;
	rc = 0;
	for (i = 0; i < ratchet.n && rc == 0; i++)
		/* Public ones can be planted by whoever has no PIN. */
		if (ratchet.objects[i].is_private &&
		    !is_known(&ratchet.objects[i], rows, n_rows))
			rc = refuse_stranger(token_name, &ratchet.objects[i],
			    err);
 out:
	ratchet_clear(&ratchet);
	cmk_rows_free(rows, n_rows);
	return rc;
}
