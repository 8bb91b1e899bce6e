/* Who may approve: the list, and how it came to be. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/store/ledger.h"
#include "policy/ssh_key.h"

#define PAGE 100		/* events that are read at a time */

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

static void
add_key(struct approvers *approvers, const char *line)
{

	*(char **)mem_push(&approvers->keys, approvers->n++, sizeof(char *)) =
	    mem_strdup(line);
}

/*
 * The policy's approvers, or those who were found to count when a loss was
 * accepted, and the event from which on they may have been replaced.
 */
static int
begin(struct store *store, const struct cmk *cmk, struct approvers *out,
    int64_t *from, struct error *err)
{
	struct ledger_record record = { 0 };
	const struct json *told;
	struct json *event = NULL;
	bool found;
	size_t i;

	*from = 1;
	*out = (struct approvers) { .authorities = cmk->policy->authorities,
		.n_authorities = cmk->policy->n_authorities };
	if (ledger_last(store, cmk->row.id, "recover", &record, &found,
	    err) != 0 || (found && json_read(record.payload,
	    strlen(record.payload), &event, err) != 0)) {
		ledger_record_clear(&record);
		return -1;
	}
	told = json_get(event, "approvers");
	for (i = 0; i < json_len(told); i++)
		if (json_text(json_at(told, i)) != NULL)
			add_key(out, json_text(json_at(told, i)));
	if (told != NULL)
		*from = record.seq + 1;
	for (i = 0; told == NULL && i < cmk->policy->n_approvers; i++)
		add_key(out, cmk->policy->approvers[i]);
	json_free(event);
	ledger_record_clear(&record);
	return 0;
}

/* The approvers that there were, and what the ledger tells of them since. */
static int
list(struct store *store, const struct cmk *cmk, enum belief belief,
    struct approvers *out, struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t from;
	int rc = 0;

	if (begin(store, cmk, out, &from, err) != 0)
		return -1;
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
approvers_told(struct store *store, const struct cmk *cmk,
    struct approvers *out, struct error *err)
{

	return list(store, cmk, BELIEF_TOLD, out, err);
}

void
approvers_digest(const struct approvers *approvers,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	struct json *json = json_new_object();
	struct buf text = BUF_INIT;

	put_sorted(json, "approvers", approvers->keys, approvers->n);
	put_sorted(json, "authorities", approvers->authorities,
	    approvers->n_authorities);
	json_canonical(json, &text);
	crypto_sha256(text.data, text.len, out);
	json_free(json);
	buf_free(&text);
}

int
approvers_hash(struct store *store, const struct cmk *cmk,
    uint8_t out[static CRYPTO_SHA256_LEN], struct error *err)
{
	struct approvers approvers;

	if (approvers_told(store, cmk, &approvers, err) != 0)
		return -1;
	approvers_digest(&approvers, out);
	approvers_clear(&approvers);
	return 0;
}

int
approvers_read(const char *text, struct approvers *out, struct error *err)
{
	size_t len, n = 0;
	char *line, *key;
	int rc = 0;

	*out = (struct approvers) { 0 };
	for (; *text != '\0' && rc == 0; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		n++;
		if (text[0] == '#' || strspn(text, " \t\r") >= len)
			continue;
		line = mem_printf("%.*s", (int)len, text);
		if ((rc = ssh_key_read(line, &key, err)) == 0) {
			add_key(out, key);
			free(key);
		} else {
			(void)err_wrap(err, "line %zu", n);
		}
		free(line);
	}
	if (rc != 0)
		approvers_clear(out);
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
