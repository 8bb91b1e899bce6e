/* Who must agree to a recovery, and has. */
#include <stdlib.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/loss_internal.h"
#include "kmgr/engine/ssh_armor.h"

#define OP "recover"

static size_t
needed_for(const struct loss_cmk *lost)
{

	return approvers_needed(lost->cmk->policy, OP);
}

/*
 * What approvers sign: one act, whosever CMKs come back by it. There is no
 * store that it could wait in: it is the same whenever it is asked for, until
 * the loss is accepted, as the epoch is.
 */
static char *
plan_text_of(const struct loss *loss)
{
	struct json *json = json_new_object(), *list, *entry;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const struct loss_cmk *lost;
	struct buf text = BUF_INIT;
	size_t i;

	json_put_text(json, "format", "kmgr-plan");
	json_put_int(json, "version", 1);
	json_put_text(json, "op", OP);
	json_put_text(json, "token", loss->request->token);
	list = json_put_array(json, "cmks");
	for (i = 0; i < loss->n_cmks; i++) {
		lost = &loss->cmks[i];
		entry = json_add_object(list);
		json_put_text(entry, "cmk", lost->cmk->row.name);
		json_put_text(entry, "cmk_id", lost->cmk->row.id);
		json_put_int(entry, "epoch", lost->epoch);
		json_put_text(entry, "last_record", lost->last.statement);
		json_put_text(entry, "policy_hash", text_hex(
		    lost->cmk->row.policy_hash, CRYPTO_SHA256_LEN, hex));
		json_put_int(entry, "approvers", (int64_t)needed_for(lost));
	}
	json_put_take(json, "actions", plan_json(&loss->report->plan));
	json_canonical(json, &text);
	json_free(json);
	return buf_take(&text);
}

/* A signature that was handed in. */
struct handed {
	const char	*path;
	struct buf	 text;
	bool		 counts;	/* for one CMK at least */
	struct error	 why;		/* it does not, for the last one */
};

static void
clear_handed(struct handed *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_free(&list[i].text);
	free(list);
}

static int
read_handed(const struct loss_request *request, struct handed **out,
    struct error *err)
{
	const size_t n = request->n_approvals;
	struct handed *list = mem_new((n + 1) * sizeof(*list));
	size_t i;

	for (i = 0; i < n; i++) {
		list[i].path = request->approvals[i];
		if (file_read(list[i].path, SSH_ARMOR_MAX, &list[i].text,
		    err) != 0) {
			clear_handed(list, n);
			return -1;
		}
	}
	*out = list;
	return 0;
}

/* Count one signature for one CMK: the other CMK's approver is nobody here. */
static int
count_one(struct loss *loss, struct loss_cmk *lost, struct handed *handed,
    struct approvers_voices *voices, struct error *err)
{
	struct ssh_signer signer = { 0 };
	struct json *row;

	err_clear(&handed->why);
	if (approvers_verify(&lost->approvers, loss->report->text,
	    buf_text(&handed->text), session_now(loss->session), &signer,
	    &handed->why) != 0) {
		if (handed->why.class == ERR_POLICY)
			return 0;
		*err = handed->why;
		return err_wrap(err, "%s", handed->path);
	}
	handed->counts = true;
	if (!approvers_voices_has(voices, &signer)) {
		row = json_add_object(lost->approvals);
		json_put_text(row, "who", signer.who);
		json_put_text(row, "fingerprint", signer.fingerprint);
		json_put_text(row, "signature", buf_text(&handed->text));
	}
	approvers_voices_add(voices, &signer);
	ssh_signer_clear(&signer);
	return 0;
}

/* What the CMK's own approvers have signed, and how many still owe it. */
static int
count_cmk(struct loss *loss, struct loss_cmk *lost, struct handed *handed,
    struct error *err)
{
	const size_t needed = needed_for(lost);
	struct approvers_voices voices = { 0 };
	size_t i;
	int rc = 0;

	if (needed == 0)
		return 0;
	lost->approvals = json_new_array();
	for (i = 0; i < loss->request->n_approvals && rc == 0; i++)
		rc = count_one(loss, lost, &handed[i], &voices, err);
	if (rc == 0 && voices.n < needed) {
		loss->report->n_missing += needed - voices.n;
		buf_printf(&loss->report->waiting, "%s%zu more approver%s of "
		    "CMK %s", loss->report->waiting.len > 0 ? " and " : "",
		    needed - voices.n, needed - voices.n == 1 ? "" : "s",
		    lost->cmk->row.name);
	}
	approvers_voices_clear(&voices);
	return rc;
}

/* Whoever hands in what counts for nothing is to know. */
static int
check_counts(const struct loss *loss, const struct handed *handed,
    struct error *err)
{
	size_t i;

	for (i = 0; i < loss->request->n_approvals; i++)
		if (!handed[i].counts) {
			*err = handed[i].why;
			return err_wrap(err, "%s", handed[i].path);
		}
	return 0;
}

int
loss_demand(struct loss *loss, struct error *err)
{
	struct handed *handed = NULL;
	bool is_needed = false;
	size_t i;
	int rc = 0;

	for (i = 0; i < loss->n_cmks; i++)
		is_needed |= needed_for(&loss->cmks[i]) > 0;
	if (!is_needed)
		return 0;
	loss->report->text = plan_text_of(loss);
	if (read_handed(loss->request, &handed, err) != 0)
		return -1;
	for (i = 0; i < loss->n_cmks && rc == 0; i++)
		rc = count_cmk(loss, &loss->cmks[i], handed, err);
	if (rc == 0)
		rc = check_counts(loss, handed, err);
	clear_handed(handed, loss->request->n_approvals);
	return rc;
}
