#include <stdlib.h>
#include <string.h>

#include "hsm/data.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/ratchet.h"
#include "kmgr/engine/sealed.h"
#include "kmgr/engine/trust_judge.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/ledger.h"

#define KEPT_ID_DIGITS 16	/* of the CMK, in an object's name */
#define PAGE 1000		/* checkpoints that are read at a time */

/* Every checkpoint in the ledger is signed, and follows what it signs. */
static int
check_checkpoint(struct verifier *v, const struct cmk *cmk,
    const struct ledger_record *record, struct error *err)
{
	struct checkpoint checkpoint = { 0 };
	struct error wrong = ERR_INIT;
	struct json *json = NULL;
	bool known = false;
	int rc = 0;

	if (json_read(record->payload, strlen(record->payload), &json,
	    &wrong) == 0 && checkpoint_read(cmk->row.id, json_get_text(json,
	    "statement"), json_get_text(json, "signature"), &checkpoint,
	    &wrong) == 0 && checkpoint_verify(cmk, &checkpoint, &wrong) == 0)
		rc = checkpoint_is_known(v->store, &checkpoint, &known, err);
	if (rc == 0 && !known)
		verify_add(v, "checkpoint", "event %lld, a checkpoint of CMK "
		    "%s: %s", (long long)record->seq, cmk->row.name,
		    wrong.class != ERR_NONE ? wrong.msg :
		    "it does not follow the event that it signs");
	checkpoint_clear(&checkpoint);
	json_free(json);
	return rc;
}

static int
check_checkpoints(struct verifier *v, const struct cmk *cmk,
    struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t from = 1;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		if (ledger_of_cmk(v->store, cmk->row.id, "checkpoint", from,
		    PAGE, &records, &n, err) != 0)
			return -1;
		for (i = 0; rc == 0 && i < n; i++)
			rc = check_checkpoint(v, cmk, &records[i], err);
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return rc;
}

/* Every record in the token is one that a key of the CMK signed. */
static void
check_records(struct verifier *v, const struct cmk *cmk,
    const struct evidence *evidence)
{
	struct error wrong = ERR_INIT;
	size_t i;

	for (i = 0; i < evidence->n_records; i++) {
		if (checkpoint_verify(cmk, &evidence->records[i],
		    &wrong) == 0)
			continue;
		verify_add(v, "planted-record", "token %s has a record of "
		    "event %lld that no key of CMK %s signed",
		    cmk->row.token, (long long)evidence->records[i].seq,
		    cmk->row.name);
		err_clear(&wrong);
	}
}

static int
judge(struct verifier *v, const struct cmk *cmk,
    const struct evidence *evidence, bool *owes, struct error *err)
{
	int64_t signed_at;

	if (trust_judge(v->store, cmk, evidence, owes, &signed_at, err) == 0)
		return 0;
	*owes = false;
	if (verify_is_failure(err))
		return -1;
	verify_add(v, "rollback", "CMK %s: %s", cmk->row.name, err->msg);
	err_clear(err);
	return 0;
}

/* The store by itself, where the token is away. */
static int
check_alone(struct verifier *v, const struct cmk *cmk, struct error *err)
{
	struct evidence evidence = { 0 };
	char *voucher = NULL;
	bool owes;
	int rc;

	if (trust_vouch_find(v->store, cmk, &voucher, err) != 0) {
		if (verify_is_failure(err))
			return -1;
		err_clear(err);		/* reported with the checkpoint */
		return 0;
	}
	evidence.voucher = voucher;
	rc = judge(v, cmk, &evidence, &owes, err);
	free(voucher);
	return rc;
}

/* The store against what its token keeps, as before every signature. */
static int
check_evidence(struct verifier *v, const struct cmk *cmk,
    struct hsm_token *token, struct error *err)
{
	struct evidence evidence;
	bool owes;
	int rc;

	if (evidence_read(token, cmk, &evidence, err) != 0)
		return -1;
	check_records(v, cmk, &evidence);
	rc = judge(v, cmk, &evidence, &owes, err);
	if (owes)
		verify_add(v, "unfinished", "token %s is behind the ledger "
		    "of CMK %s", cmk->row.token, cmk->row.name);
	if (!ratchet_is_held(cmk))
		session_note(v->session, "CMK %s is tamper-evident only: token "
		    "%s keeps no records (kmgr probe-token %s says why)",
		    cmk->row.name, cmk->row.token, cmk->row.token);
	evidence_clear(&evidence);
	return rc;
}

static int
compare_start(const void *start, const void *cmk)
{
	const struct cmk_row *row = cmk;

	return strncmp(start, row->id, KEPT_ID_DIGITS);
}

/* Whether data is of a CMK that the store knows; CMKs are sorted by id. */
static bool
is_of_cmk(const struct verifier *v, const struct hsm_data *data)
{
	static const char *const prefixes[] = { RATCHET_PREFIX,
		SEALED_PREFIX };
	const char *name = data->application;
	size_t i, len;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		len = strlen(prefixes[i]);
		if (strncmp(name, prefixes[i], len) == 0 &&
		    strlen(name) == len + KEPT_ID_DIGITS)
			return v->n_cmks > 0 && bsearch(name + len, v->cmks,
			    v->n_cmks, sizeof(*v->cmks), compare_start) !=
			    NULL;
	}
	return false;
}

int
verify_kept_strangers(struct verifier *v, struct hsm_token *token,
    const char *name, struct error *err)
{
	struct hsm_data *list;
	size_t i, n;

	if (hsm_data_list_prefix(token, KEPT_PREFIX, &list, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (!list[i].is_private)
			verify_add(v, "planted-record", "token %s: a public "
			    "data object \"%s\", which can be made without "
			    "the PIN", name, list[i].application);
		else if (!is_of_cmk(v, &list[i]))
			verify_add(v, "unknown-object", "token %s: a record "
			    "\"%s\" of a CMK that the store does not know",
			    name, list[i].application);
	hsm_data_list_free(list, n);
	return 0;
}

int
verify_kept(struct verifier *v, struct error *err)
{
	struct hsm_token *token;
	struct cmk *cmk;
	size_t i;

	for (i = 0; i < v->n_cmks; i++) {
		/* What cannot be loaded is reported with its record. */
		if (cmk_cache_get(&v->cache, v->store, v->cmks[i].id, &cmk,
		    err) != 0) {
			if (verify_is_failure(err))
				return -1;
			err_clear(err);
			continue;
		}
		if (check_checkpoints(v, cmk, err) != 0)
			return -1;
		if (strcmp(cmk->row.state, "deleted") == 0)
			continue;
		if (verify_is_skipped(v, cmk->row.token) ?
		    check_alone(v, cmk, err) != 0 :
		    session_token(v->session, cmk->row.token, &token,
		    err) != 0 || check_evidence(v, cmk, token, err) != 0)
			return -1;
	}
	return 0;
}
