/* CMKs as a token keeps them. */
#include <stdlib.h>
#include <string.h>

#include "hsm/data.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/engine/ratchet.h"
#include "kmgr/engine/sealed.h"
#include "kmgr/engine/wrapkey.h"

struct loss_cmk *
loss_find_cmk(const struct loss *loss, const char *id)
{
	size_t i;

	for (i = 0; i < loss->n_cmks; i++)
		if (strcmp(loss->cmks[i].cmk->row.id, id) == 0)
			return &loss->cmks[i];
	return NULL;
}

/* The CMK of an object; whoever has the PIN can have planted one. */
static int
take_object(struct loss *loss, const struct hsm_data *object,
    struct error *err)
{
	struct cmk *cmk = mem_new(sizeof(*cmk));
	struct error why = ERR_INIT;
	struct json *json = NULL;
	struct loss_cmk *other;

	if (json_read(buf_text(&object->value), object->value.len, &json,
	    &why) != 0 || loss_read_sealed(loss, json, cmk, &why) != 0) {
		json_free(json);
		cmk_free(cmk);
		if (why.class == ERR_TOKEN || why.class == ERR_CONFIG) {
			*err = why;
			return -1;
		}
		buf_printf(&loss->report->lost, "%s in token %s proves "
		    "nothing: %s\n", object->application,
		    loss->request->token, why.msg);
		return 0;
	}
	json_free(json);
	if ((other = loss_find_cmk(loss, cmk->row.id)) == NULL) {
		((struct loss_cmk *)mem_push(&loss->cmks, loss->n_cmks++,
		    sizeof(*loss->cmks)))->cmk = cmk;
		return 0;
	}
	if (strcmp(other->cmk->row.policy, cmk->row.policy) != 0 ||
	    !crypto_key_is_same(other->cmk->public, cmk->public))
		(void)err_set(err, ERR_INTEGRITY, "token %s holds two seals "
		    "of CMK %s that differ", loss->request->token,
		    cmk->row.name);
	cmk_free(cmk);
	return err->class == ERR_NONE ? 0 : -1;
}

static int
take_objects(struct loss *loss, struct hsm_token *token, struct error *err)
{
	struct hsm_data *names, *objects;
	size_t i, k, n_names, n;
	int rc = 0;

	if (hsm_data_list_prefix(token, SEALED_PREFIX, &names, &n_names,
	    err) != 0)
		return -1;
	for (i = 0; i < n_names && rc == 0; i++) {
		for (k = 0; k < i; k++)
			if (strcmp(names[k].application,
			    names[i].application) == 0)
				break;
		if (k < i)
			continue;
		if ((rc = hsm_data_list(token, names[i].application, &objects,
		    &n, err)) != 0)
			break;
		for (k = 0; k < n && rc == 0; k++)
			rc = take_object(loss, &objects[k], err);
		hsm_data_list_free(objects, n);
	}
	hsm_data_list_free(names, n_names);
	return rc;
}

/* The newest record in the token that the CMK's keys signed. */
static void
read_last(struct loss_cmk *lost, const struct ratchet *ratchet)
{
	struct error ignored = ERR_INIT;
	struct checkpoint *list;
	size_t i, n;

	ratchet_list(ratchet, lost->cmk->row.id, &list, &n);
	for (i = 0; i < n; i++)
		if (checkpoint_verify(lost->cmk, &list[i], &ignored) == 0)
			break;
	if (i < n) {
		lost->last = list[i];
		list[i] = (struct checkpoint) { 0 };
	}
	ratchet_list_free(list, n);
}

/* What the store knows of the CMK. */
static int
compare(struct loss *loss, struct loss_cmk *lost, struct error *err)
{
	const int64_t bound_at = session_now(loss->session) +
	    lost->cmk->policy->max_horizon_s;
	struct cmk_row row = { 0 };
	struct cmk *known;

	if (store_cmk_find(loss->store, lost->cmk->row.id, &row,
	    &lost->is_known, err) != 0)
		return -1;
	/* What the store takes for a draft the token has the seal of. */
	lost->is_known = lost->is_known && row.sealed_at != 0;
	cmk_row_clear(&row);
	if (lost->is_known) {
		if (cmk_load(loss->store, lost->cmk->row.id, &known,
		    err) != 0)
			return -1;
		cmk_free(lost->cmk);
		lost->cmk = known;
		lost->is_whole = true;
	}
	if (lost->is_known && lost->last.seq > 0 && checkpoint_is_known(
	    loss->store, &lost->last, &lost->is_whole, err) != 0)
		return -1;
	if (checkpoint_epoch(loss->store, lost->cmk->row.id, &lost->epoch,
	    err) != 0)
		return -1;
	if (lost->epoch < lost->last.epoch)
		lost->epoch = lost->last.epoch;
	lost->cmk->epoch = ++lost->epoch;
	/* It may have got another name since, or since the seal. */
	if (lost->last.seq > 0) {
		free(lost->cmk->row.name);
		lost->cmk->row.name = mem_strdup(lost->last.name);
	}
	/* Of what was signed since the record nobody knows any more. */
	lost->horizon_at = lost->last.horizon_at > bound_at ?
	    lost->last.horizon_at : bound_at;
	if (lost->is_whole)
		lost->horizon_at = lost->cmk->row.horizon_at;
	return 0;
}

static void
clear_cmk(struct loss_cmk *lost)
{

	approvers_clear(&lost->approvers);
	cmk_free(lost->cmk);
	json_free(lost->approvals);
	checkpoint_clear(&lost->last);
}

/* Records of CMKs that have no seal: drafts, which nothing brings back. */
static int
name_drafts(struct loss *loss, struct hsm_token *token, struct error *err)
{
	const size_t len = strlen(RATCHET_PREFIX);
	struct hsm_data *names;
	struct cmk_row *rows;
	size_t i, k, n, n_rows;
	bool is_told;

	if (store_cmk_list(loss->store, &rows, &n_rows, err) != 0)
		return -1;
	if (hsm_data_list_prefix(token, RATCHET_PREFIX, &names, &n,
	    err) != 0) {
		cmk_rows_free(rows, n_rows);
		return -1;
	}
	for (i = 0; i < n; i++) {
		is_told = !names[i].is_private;
		for (k = 0; k < i; k++)
			is_told |= strcmp(names[k].application,
			    names[i].application) == 0;
		for (k = 0; k < loss->n_cmks; k++)
			is_told |= strncmp(names[i].application + len,
			    loss->cmks[k].cmk->row.id, 16) == 0;
		for (k = 0; k < n_rows; k++)
			is_told |= strncmp(names[i].application + len,
			    rows[k].id, 16) == 0;
		if (!is_told)
			buf_printf(&loss->report->lost, "the CMK %s..., a "
			    "draft that never had a KSK, or one whose seal "
			    "proves nothing\n", names[i].application + len);
	}
	hsm_data_list_free(names, n);
	cmk_rows_free(rows, n_rows);
	return 0;
}

/* Without it the CMK makes no KSK any more; that is no reason to stop. */
static int
try_wrap_key(struct loss *loss, const struct cmk *cmk, struct error *err)
{
	struct hsm_wrap_key *wrap = NULL;
	struct error why = ERR_INIT;

	if (cmk->wrap_key_id[0] == '\0' ||
	    wrapkey_open(loss->session, cmk, &wrap, &why) == 0) {
		hsm_wrap_free(wrap);
		return 0;
	}
	if (why.class == ERR_TOKEN && why.code != 0) {
		*err = why;
		return -1;
	}
	buf_printf(&loss->report->lost, "%s\n", why.msg);
	return 0;
}

/* A pair that an earlier recovery left may speak for itself now. */
static bool
may_adopt(const struct loss *loss, const struct loss_cmk *lost)
{

	return lost->epoch > 1 &&
	    loss->request->n_endorsements + loss->request->n_zones > 0;
}

/* Leave only those that are lost. */
static int
sort_out(struct loss *loss, const struct ratchet *ratchet, struct error *err)
{
	size_t i, n = 0;
	int rc = 0;

	for (i = 0; i < loss->n_cmks; i++) {
		read_last(&loss->cmks[i], ratchet);
		if (rc == 0)
			rc = compare(loss, &loss->cmks[i], err);
		if (rc == 0 && loss->cmks[i].is_whole &&
		    !may_adopt(loss, &loss->cmks[i])) {
			clear_cmk(&loss->cmks[i]);
			continue;
		}
		if (rc == 0 && !loss->cmks[i].is_whole)
			rc = try_wrap_key(loss, loss->cmks[i].cmk, err);
		loss->cmks[n++] = loss->cmks[i];
	}
	loss->n_cmks = n;
	return rc;
}

static int
refuse_nothing(const struct loss *loss, struct error *err)
{

	(void)err_set(err, ERR_INPUT, "nothing is lost that token %s keeps: "
	    "it has the seal of no CMK that the store does not know, or not "
	    "all of", loss->request->token);
	return err_hint(err, "kmgr verify shows what differs");
}

int
loss_read_cmks(struct loss *loss, struct error *err)
{
	struct ratchet ratchet = { 0 };
	struct hsm_token *token;
	int rc;

	if (session_token(loss->session, loss->request->token, &token,
	    err) != 0 || take_objects(loss, token, err) != 0 ||
	    ratchet_read(token, &ratchet, err) != 0)
		return -1;
	rc = sort_out(loss, &ratchet, err);
	ratchet_clear(&ratchet);
	if (rc != 0)
		return -1;
	return loss->n_cmks > 0 ? name_drafts(loss, token, err) :
	    refuse_nothing(loss, err);
}

static bool
is_adopting(const struct loss *loss, const struct loss_cmk *cmk)
{
	size_t i;

	for (i = 0; i < loss->n_pairs; i++)
		if (loss->pairs[i].cmk == cmk)
			return true;
	return false;
}

int
loss_drop_whole(struct loss *loss, struct error *err)
{
	struct loss_cmk *cmk, *place;
	size_t i, k, n = 0;

	for (i = 0; i < loss->n_cmks; i++) {
		cmk = &loss->cmks[i];
		if (cmk->is_whole && !is_adopting(loss, cmk)) {
			clear_cmk(cmk);
			continue;
		}
		place = &loss->cmks[n++];
		for (k = 0; k < loss->n_pairs; k++)
			if (loss->pairs[k].cmk == cmk)
				loss->pairs[k].cmk = place;
		*place = *cmk;
	}
	loss->n_cmks = n;
	return n > 0 ? 0 : refuse_nothing(loss, err);
}

void
loss_clear_cmks(struct loss *loss)
{
	size_t i;

	for (i = 0; i < loss->n_cmks; i++)
		clear_cmk(&loss->cmks[i]);
	free(loss->cmks);
}
