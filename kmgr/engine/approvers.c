#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/approvers.h"

size_t
approvers_needed(const struct policy *policy, const char *op)
{
	enum policy_op known;
	int64_t most = 0;
	int i;

	if (policy_op_find(op, &known))
		return (size_t)policy_approvals(policy, known);
	if (strcmp(op, APPROVERS_REPLACE) != 0)
		return 0;
	for (i = 0; i < POLICY_OP_N; i++)
		if (policy_approvals(policy, (enum policy_op)i) > most)
			most = policy_approvals(policy, (enum policy_op)i);
	return (size_t)most;
}

int
approvers_verify(const struct approvers *approvers, const char *text,
    const char *signature, int64_t at, struct ssh_signer *out,
    struct error *err)
{
	const struct ssh_signers signers = {
		.keys = (const char *const *)approvers->keys,
		.n_keys = approvers->n,
		.authorities = (const char *const *)approvers->authorities,
		.n_authorities = approvers->n_authorities,
		.at = at,
	};

	return ssh_signature_verify(APPROVERS_NAMESPACE, text, strlen(text),
	    signature, &signers, out, err);
}

bool
approvers_voices_has(const struct approvers_voices *voices,
    const struct ssh_signer *signer)
{
	size_t i;

	for (i = 0; i < voices->n; i++)
		if (ssh_signer_is_same(&voices->list[i], signer))
			return true;
	return false;
}

void
approvers_voices_add(struct approvers_voices *voices,
    struct ssh_signer *signer_take)
{
	struct ssh_signer *place;

	if (approvers_voices_has(voices, signer_take))
		return;
	place = mem_push(&voices->list, voices->n++, sizeof(*place));
	*place = *signer_take;
	*signer_take = (struct ssh_signer) { 0 };
}

void
approvers_voices_clear(struct approvers_voices *voices)
{
	size_t i;

	for (i = 0; i < voices->n; i++)
		ssh_signer_clear(&voices->list[i]);
	free(voices->list);
	*voices = (struct approvers_voices) { 0 };
}

/*
 * Whether a signature counts: no is no error, being unable to tell is. When it
 * was made is the store's word only, and a certificate runs out: so it was
 * made while the plan waited, or never.
 */
static int
count_row(const struct approvers *approvers, const struct plan_row *plan,
    const struct approval_row *row, struct approvers_voices *voices,
    struct error *err)
{
	struct ssh_signer signer = { 0 };
	int rc = 0;

	if (row->at < plan->created_at || row->at >= plan->expires_at)
		return 0;
	if (approvers_verify(approvers, plan->text, row->signature, row->at,
	    &signer, err) == 0) {
		if (strcmp(signer.fingerprint, row->fingerprint) == 0)
			approvers_voices_add(voices, &signer);
	} else if (err->class == ERR_INPUT || err->class == ERR_POLICY) {
		err_clear(err);
	} else {
		rc = -1;
	}
	ssh_signer_clear(&signer);
	return rc;
}

int
approvers_count(struct store *store, const struct approvers *approvers,
    const struct plan_row *plan, struct approvers_voices *out,
    struct error *err)
{
	struct approval_row *rows;
	size_t i, n_rows;
	int rc = 0;

	*out = (struct approvers_voices) { 0 };
	if (store_approval_list(store, plan->hash, &rows, &n_rows, err) != 0)
		return -1;
	for (i = 0; rc == 0 && i < n_rows; i++)
		rc = count_row(approvers, plan, &rows[i], out, err);
	approval_rows_free(rows, n_rows);
	if (rc != 0)
		approvers_voices_clear(out);
	return rc;
}
