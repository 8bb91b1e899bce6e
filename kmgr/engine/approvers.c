#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/store/ledger.h"
#include "policy/ssh_key.h"

#define PAGE 100		/* events that are read at a time */

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
		.approvers = (const char *const *)approvers->keys,
		.n_approvers = approvers->n,
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

static size_t
find_key(const struct approvers *approvers, const char *fingerprint)
{
	char text[SSH_KEY_FINGERPRINT_LEN];
	size_t i;

	for (i = 0; i < approvers->n; i++)
		if (strcmp(ssh_key_fingerprint(approvers->keys[i], text),
		    fingerprint) == 0)
			break;
	return i;
}

int
approvers_replace(struct approvers *approvers, const char *gone,
    const char *new, struct error *err)
{
	const size_t at = find_key(approvers, gone);
	char text[SSH_KEY_FINGERPRINT_LEN], *line;

	if (at == approvers->n)
		return err_set(err, ERR_INPUT, "%s is no approver", gone);
	if (ssh_key_read(new, &line, err) != 0)
		return -1;
	if (find_key(approvers, ssh_key_fingerprint(line, text)) <
	    approvers->n) {
		free(line);
		return err_set(err, ERR_INPUT, "%s is an approver already",
		    text);
	}
	free(approvers->keys[at]);
	approvers->keys[at] = line;
	return 0;
}

/* The signed plan must say what the event says; its times are its text's. */
static int
check_plan(const struct cmk *cmk, struct plan_row *plan, const char *gone,
    const char *new, struct error *err)
{
	struct json *json = NULL, *arguments;
	const char *op, *cmk_id, *remove, *add;
	bool is_same;

	if (json_read(plan->text, strlen(plan->text), &json, err) != 0)
		return -1;
	arguments = json_get(json, "arguments");
	op = json_get_text(json, "op");
	cmk_id = json_get_text(json, "cmk_id");
	remove = json_get_text(arguments, "remove");
	add = json_get_text(arguments, "add");
	is_same = op != NULL && cmk_id != NULL && remove != NULL &&
	    add != NULL && strcmp(op, APPROVERS_REPLACE) == 0 &&
	    strcmp(cmk_id, cmk->row.id) == 0 && strcmp(remove, gone) == 0 &&
	    strcmp(add, new) == 0 &&
	    json_get_int(json, "created_at", &plan->created_at) &&
	    json_get_int(json, "expires_at", &plan->expires_at) &&
	    plan->expires_at - plan->created_at ==
	    cmk->policy->plan_valid_for_s;
	json_free(json);
	return is_same ? 0 : err_set(err, ERR_INTEGRITY,
	    "its plan says something else");
}

/* The plan of an event, signed by enough of those who were approvers then. */
static int
prove(struct store *store, const struct cmk *cmk,
    const struct approvers *approvers, const struct json *event,
    struct error *err)
{
	const char *hash = json_get_text(event, "plan_hash");
	const size_t needed = approvers_needed(cmk->policy,
	    APPROVERS_REPLACE);
	struct plan_row plan = { 0 };
	struct approvers_voices voices = { 0 };
	bool found = false;
	int rc = -1;

	if (hash == NULL || strlen(hash) != sizeof(plan.hash) - 1 ||
	    store_plan_find(store, hash, &plan, &found, err) != 0 || !found)
		return err->class == ERR_STORE ? -1 : err_set(err,
		    ERR_INTEGRITY, "its plan is gone");
	if (check_plan(cmk, &plan, json_get_text(event, "remove"),
	    json_get_text(event, "add"), err) == 0 &&
	    approvers_count(store, approvers, &plan, &voices, err) == 0)
		rc = voices.n >= needed && needed > 0 ? 0 : err_set(err,
		    ERR_INTEGRITY, "%zu of %zu approvers signed it", voices.n,
		    needed);
	approvers_voices_clear(&voices);
	plan_row_clear(&plan);
	return rc;
}

/* Whether the ledger is asked for the proof of what it tells. */
enum belief { BELIEF_PROVED, BELIEF_TOLD };

/* One replacement, as the ledger tells of it. */
static int
replay(struct store *store, const struct cmk *cmk,
    struct approvers *approvers, const struct ledger_record *record,
    enum belief belief, struct error *err)
{
	struct json *event = NULL;
	int rc = -1;

	if (json_read(record->payload, strlen(record->payload), &event,
	    err) == 0) {
		if (json_get_text(event, "remove") == NULL ||
		    json_get_text(event, "add") == NULL)
			(void)err_set(err, ERR_INTEGRITY, "it is damaged");
		else if (belief == BELIEF_TOLD ||
		    prove(store, cmk, approvers, event, err) == 0)
			rc = approvers_replace(approvers,
			    json_get_text(event, "remove"),
			    json_get_text(event, "add"), err);
	}
	json_free(event);
	if (rc == 0)
		return 0;
	if (err->class != ERR_STORE && err->class != ERR_SYSTEM)
		err->class = ERR_INTEGRITY;
	return err_wrap(err, "event %lld, an approver of CMK %s replaced",
	    (long long)record->seq, cmk->row.name);
}

/* The policy's approvers, and what the ledger tells of them since. */
static int
list(struct store *store, const struct cmk *cmk, enum belief belief,
    struct approvers *out, struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t from = 1;
	int rc = 0;

	*out = (struct approvers) { .authorities = cmk->policy->authorities,
		.n_authorities = cmk->policy->n_authorities };
	for (i = 0; i < cmk->policy->n_approvers; i++)
		*(char **)mem_push(&out->keys, out->n++, sizeof(char *)) =
		    mem_strdup(cmk->policy->approvers[i]);
	while (rc == 0 && n == PAGE) {
		if (ledger_of_cmk(store, cmk->row.id, "approvers", from, PAGE,
		    &records, &n, err) != 0) {
			rc = -1;
			break;
		}
		for (i = 0; rc == 0 && i < n; i++)
			rc = replay(store, cmk, out, &records[i], belief,
			    err);
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	if (rc != 0)
		approvers_clear(out);
	return rc;
}

int
approvers_load(struct store *store, const struct cmk *cmk,
    struct approvers *out, struct error *err)
{
	size_t n;

	/*
	 * A replacement that the ledger does not tell of any more lets the key
	 * that was lost approve again. So nothing of it may be gone, changed,
	 * or hidden from whoever looks for a CMK's events.
	 */
	if (ledger_verify(store, &n, err) != 0)
		return err_hint(err, "the store was changed behind kmgr's "
		    "back; kmgr verify lists every difference");
	return list(store, cmk, BELIEF_PROVED, out, err);
}

static int
compare_lines(const void *a, const void *b)
{

	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
put_sorted(struct json *json, const char *key, char *const *lines, size_t n)
{
	struct json *array = json_put_array(json, key);
	char **sorted = mem_new((n + 1) * sizeof(*sorted));
	size_t i;

	for (i = 0; i < n; i++)
		sorted[i] = lines[i];
	qsort(sorted, n, sizeof(*sorted), compare_lines);
	for (i = 0; i < n; i++)
		json_add_text(array, sorted[i]);
	free(sorted);
}

int
approvers_hash(struct store *store, const struct cmk *cmk,
    uint8_t out[static CRYPTO_SHA256_LEN], struct error *err)
{
	struct json *json = json_new_object();
	struct buf text = BUF_INIT;
	struct approvers approvers;
	int rc;

	rc = list(store, cmk, BELIEF_TOLD, &approvers, err);
	if (rc == 0) {
		put_sorted(json, "approvers", approvers.keys, approvers.n);
		put_sorted(json, "authorities", approvers.authorities,
		    approvers.n_authorities);
		json_canonical(json, &text);
		crypto_sha256(text.data, text.len, out);
		approvers_clear(&approvers);
	}
	json_free(json);
	buf_free(&text);
	return rc;
}

void
approvers_clear(struct approvers *approvers)
{
	size_t i;

	for (i = 0; i < approvers->n; i++)
		free(approvers->keys[i]);
	free(approvers->keys);
	*approvers = (struct approvers) { 0 };
}
