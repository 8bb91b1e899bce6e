/*
 * Who may approve for a CMK whose store is lost: those of its sealed policy,
 * unless the token knows that some were replaced. It has the hash of the list
 * only; the list comes from an exported ledger or a file.
 */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/loss_internal.h"

#define LIST_MAX 65536		/* bytes of a file */

/* Whether the token's newest record signs these; one with none signs all. */
static bool
are_signed(const struct loss_cmk *lost, const struct approvers *approvers)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	approvers_digest(approvers, hash);
	return lost->last.seq == 0 ||
	    memcmp(hash, lost->last.approvers_hash, sizeof(hash)) == 0;
}

/* The list in a file is that of each CMK whose record has its hash. */
static int
take_list(struct loss *loss, const char *path, struct error *err)
{
	struct approvers list = { 0 };
	struct buf text = BUF_INIT;
	struct loss_cmk *lost;
	bool is_used = false;
	size_t i;
	int rc = -1;

	if (file_read(path, LIST_MAX, &text, err) == 0)
		rc = approvers_read(buf_text(&text), &list, err);
	for (i = 0; rc == 0 && i < loss->n_cmks; i++) {
		lost = &loss->cmks[i];
		list.authorities = lost->approvers.authorities;
		list.n_authorities = lost->approvers.n_authorities;
		if (lost->last.seq == 0 || !are_signed(lost, &list))
			continue;
		is_used = true;
		approvers_clear(&lost->approvers);
		rc = approvers_read(buf_text(&text), &lost->approvers, err);
		lost->approvers.authorities = list.authorities;
		lost->approvers.n_authorities = list.n_authorities;
	}
	if (rc == 0 && !is_used) {
		rc = err_set(err, ERR_INPUT, "it is not the list of approvers "
		    "of any CMK that is lost");
		(void)err_hint(err, "a line for each approver that there was "
		    "last, as it was in the policy or handed to "
		    "replace-approver, with its comment");
	}
	approvers_clear(&list);
	buf_free(&text);
	return rc == 0 ? 0 : err_wrap(err, "%s", path);
}

static int
check_list(struct loss *loss, const struct loss_cmk *lost, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const struct policy *policy = lost->cmk->policy;

	if (!are_signed(lost, &lost->approvers)) {
		(void)err_set(err, ERR_POLICY, "approvers of CMK %s were "
		    "replaced, and who counts now is not in the token: it has "
		    "the hash of the list only, %s", lost->cmk->row.name,
		    text_hex(lost->last.approvers_hash, CRYPTO_SHA256_LEN,
		    hex));
		return err_hint(err, "give an exported ledger that tells of "
		    "it (--ledger FILE), or all that count, an SSH public key "
		    "with its comment a line (--approvers FILE)");
	}
	if (lost->last.seq == 0 && policy->n_approvers > 0)
		buf_printf(&loss->report->lost, "whether approvers of CMK %s "
		    "were replaced: the token keeps no record of it, and "
		    "those of the %s count\n", lost->cmk->row.name,
		    lost->is_known ? "store" : "sealed policy");
	return 0;
}

int
loss_read_approvers(struct loss *loss, struct error *err)
{
	const struct loss_request *request = loss->request;
	struct loss_cmk *lost;
	size_t i;

	for (i = 0; i < loss->n_cmks; i++) {
		lost = &loss->cmks[i];
		if (approvers_load(loss->store, lost->cmk, &lost->approvers,
		    err) != 0)
			return -1;
	}
	for (i = 0; i < request->n_lists; i++)
		if (take_list(loss, request->lists[i], err) != 0)
			return -1;
	for (i = 0; i < loss->n_cmks; i++)
		if (check_list(loss, &loss->cmks[i], err) != 0)
			return -1;
	return 0;
}
