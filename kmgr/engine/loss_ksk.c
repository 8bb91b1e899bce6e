/* KSKs that a token holds, adopted. */
#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/endorsement.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/ksk_record.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/store/store_intent.h"

/* --- what is there ------------------------------------------------------- */

static int
add_pair(struct loss *loss, struct hsm_token *token,
    const struct hsm_object *object, struct error *err)
{
	struct loss_pair *pair;
	char id[STORE_ID_TEXT];
	struct key_row row = { 0 };
	struct error why = ERR_INIT;
	bool found = false;

	if (object->class != HSM_CLASS_PRIVATE ||
	    object->id_len != HSM_ID_LEN ||
	    strncmp(object->label, LOSS_LABEL, strlen(LOSS_LABEL)) != 0)
		return 0;
	(void)text_hex(object->id, HSM_ID_LEN, id);
	if (store_key_find(loss->store, id, &row, &found, err) != 0)
		return -1;
	key_row_clear(&row);
	if (found)
		return 0;
	pair = mem_push(&loss->pairs, loss->n_pairs++, sizeof(*pair));
	memcpy(pair->id, id, sizeof(pair->id));
	if (hsm_key_find(token, object->id, &pair->key, &why) == 0 &&
	    pair->key != NULL)
		return 0;
	pair->why = mem_strdup(why.class == ERR_NONE ? "it is gone" :
	    why.msg);
	return 0;
}

int
loss_read_pairs(struct loss *loss, struct error *err)
{
	struct hsm_object *objects;
	struct hsm_token *token;
	size_t i, n;
	int rc = 0;

	if (session_token(loss->session, loss->request->token, &token,
	    err) != 0 || hsm_object_list(token, &objects, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = add_pair(loss, token, &objects[i], err);
	free(objects);
	return rc;
}

void
loss_clear_pairs(struct loss *loss)
{
	struct loss_pair *pair;
	size_t i, k;

	for (i = 0; i < loss->n_pairs; i++) {
		pair = &loss->pairs[i];
		hsm_key_free(pair->key);
		key_row_clear(&pair->row);
		for (k = 0; k < pair->n_ksks; k++)
			ksk_row_clear(&pair->ksks[k]);
		free(pair->ksks);
		free(pair->why);
	}
	free(loss->pairs);
}

/* --- what speaks for it -------------------------------------------------- */

/* The pair becomes a KSK of the CMK, unless it cannot prove itself. */
int
loss_adopt_pair(struct loss *loss, struct loss_pair *pair, struct loss_cmk *cmk,
    struct ksk_row *row_take, struct error *err)
{
	struct intent_row as_made = { 0 };
	struct ksk_row *place;
	char *label;

	if (pair->cmk != NULL && pair->cmk != cmk)
		return err_set(err, ERR_INPUT, "two CMKs claim the pair %s",
		    pair->id);
	if (pair->cmk == NULL) {
		if (hsm_key_prove(pair->key, err) != 0)
			return err_wrap(err, "the pair %s", pair->id);
		label = mem_strdup(hsm_key_label(pair->key));
		as_made.label = label;
		memcpy(as_made.key_id, pair->id, sizeof(as_made.key_id));
		key_record_init(cmk->cmk->row.id, "ksk", &as_made, pair->key,
		    session_now(loss->session), &pair->row);
		pair->row.is_shared =
		    cmk->cmk->policy->custody == CUSTODY_SHARED;
		free(label);
		pair->cmk = cmk;
	}
	/* Nobody knows whether it is in use; that it is not, is a guess. */
	free(row_take->state);
	row_take->state = mem_strdup("published");
	/* Nor whether the parent has its DS: a wait too long harms nobody. */
	row_take->dnskey_in_at = row_take->created_at;
	row_take->ds_add_at = row_take->created_at;
	row_take->ds_seen_at = row_take->created_at;
	place = mem_push(&pair->ksks, pair->n_ksks++, sizeof(*place));
	*place = *row_take;
	*row_take = (struct ksk_row) { 0 };
	return 0;
}

/* The pair with public key public; of that CKA_ID where id is not NULL. */
struct loss_pair *
loss_find_pair(const struct loss *loss, const char *id,
    const struct crypto_key *public)
{
	size_t i;

	for (i = 0; i < loss->n_pairs; i++)
		if (loss->pairs[i].key != NULL && (id == NULL ||
		    strcmp(loss->pairs[i].id, id) == 0) && crypto_key_is_same(
		    hsm_key_public(loss->pairs[i].key), public))
			return &loss->pairs[i];
	return NULL;
}

static int
public_of(const struct ksk_row *row, struct crypto_key **out,
    struct error *err)
{
	struct dnskey dnskey;

	return dnskey_from_rdata(row->dnskey.data, row->dnskey.len, &dnskey,
	    err) != 0 ? -1 : dnskey_public(&dnskey, out, err);
}

/* Its endorsement tells what it was, and has nothing to sign with. */
static int
name_wrapped(struct loss *loss, const struct loss_cmk *cmk,
    const struct ksk_row *row)
{

	buf_printf(&loss->report->lost, "KSK %s/%u of CMK %s, wrapped: gone "
	    "with the store\n", row->zone, row->key_tag, cmk->cmk->row.name);
	return 0;
}

/* A KSK as its endorsement, proved, tells of it. */
static int
take_endorsed(struct loss *loss, struct ksk_row *row, struct error *err)
{
	struct loss_cmk *cmk = loss_find_cmk(loss, row->cmk_id);
	struct crypto_key *public = NULL;
	struct loss_pair *pair;
	struct ksk_row known = { 0 };
	bool found = false;
	int rc = -1;

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "it is of CMK %s, which is not "
		    "lost", row->cmk_id);
	if (store_ksk_find(loss->store, row->id, &known, &found, err) != 0 ||
	    public_of(row, &public, err) != 0)
		goto out;
	pair = loss_find_pair(loss, row->key_id, public);
	if (found)
		(void)err_set(err, ERR_INPUT, "the store knows KSK %s/%u",
		    row->zone, row->key_tag);
	else if (cmk->cmk->policy->custody == CUSTODY_WRAPPED)
		rc = name_wrapped(loss, cmk, row);
	else if (pair == NULL)
		(void)err_set(err, ERR_INPUT, "token %s has no pair for KSK "
		    "%s/%u (CKA_ID %s)", loss->request->token, row->zone,
		    row->key_tag, row->key_id);
	else
		rc = loss_adopt_pair(loss, pair, cmk, row, err);
 out:
	crypto_key_free(public);
	ksk_row_clear(&known);
	return rc;
}

/* What failed first, NULL where all passed under the CMK's own key. */
static int
check_endorsement(struct loss *loss, const struct buf *text,
    const char *cmk_id, struct error *err)
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	struct loss_cmk *cmk = loss_find_cmk(loss, cmk_id);
	size_t i;
	int rc;

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "it is of CMK %.32s, which is "
		    "not lost", cmk_id);
	rc = endorsement_verify(buf_text(text), text->len, cmk->cmk->public,
	    &report, err);
	for (i = 0; rc == 0 && i < report.n; i++)
		if (report.checks[i].verdict == ENDORSEMENT_FAIL)
			rc = err_set(err, ERR_INTEGRITY, "%s: %s",
			    report.checks[i].id, report.checks[i].detail);
	endorsement_report_clear(&report);
	return rc;
}

static int
take_file(struct loss *loss, const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	struct json *file = NULL;
	struct ksk_row row = { 0 };
	int rc = -1;

	if (file_read(path, ENDORSEMENT_MAX_LEN, &text, err) == 0 &&
	    json_read(buf_text(&text), text.len, &file, err) == 0 &&
	    ksk_record_read(json_get_text(file, "endorsement"),
	    json_get_text(file, "endorsement_signature"), &row, err) == 0 &&
	    check_endorsement(loss, &text, row.cmk_id, err) == 0)
		rc = take_endorsed(loss, &row, err);
	ksk_row_clear(&row);
	json_free(file);
	buf_free(&text);
	return rc == 0 ? 0 : err_wrap(err, "%s", path);
}

int
loss_adopt(struct loss *loss, struct error *err)
{
	const struct loss_request *request = loss->request;
	size_t i;

	for (i = 0; i < request->n_endorsements; i++)
		if (take_file(loss, request->endorsements[i], err) != 0)
			return -1;
	for (i = 0; i < request->n_zones; i++)
		if (loss_take_zone(loss, &request->zones[i], err) != 0)
			return -1;
	for (i = 0; i < loss->n_pairs; i++)
		if (loss->pairs[i].cmk == NULL && loss->pairs[i].why == NULL)
			loss->pairs[i].why = mem_strdup("no endorsement and "
			    "no zone speaks for it");
	return 0;
}
