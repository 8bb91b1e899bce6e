#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/ksk_sign.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"

int
ksk_sign_rows(const struct cmk *cmk, struct hsm_key *seal_key,
    struct ksk_row *rows, size_t n, struct error *err)
{
	const char **texts = mem_new(n * sizeof(*texts));
	char *statement, *signature = NULL;
	struct batch_proof *batch;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		texts[i] = rows[i].endorsement;
	batch = batch_proof_new(STATEMENT_ENDORSEMENT, texts, n);
	statement = batch_proof_statement(batch, cmk->row.id);
	rc = signer_attest(seal_key, cmk->public, STATEMENT_BATCH, statement,
	    &signature, err);
	for (i = 0; rc == 0 && i < n; i++)
		rows[i].endorsement_signature = batch_proof_text(batch, i,
		    signature);
	batch_proof_free(batch);
	free(signature);
	free(statement);
	free(texts);
	return rc;
}
