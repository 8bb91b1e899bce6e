#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/ledger.h"

#define PAGE 1000		/* events that are read at a time */

/* A record that an event must tell of. */
struct expected {
	const char	*id;
	const char	*what;		/* "KSK" */
	bool		 is_told;
};

struct history {
	struct expected	*list;		/* sorted by id */
	size_t		 n;
};

static int
check_chain(struct verifier *v, struct error *err)
{

	if (ledger_verify(v->store, &v->report->n_events, err) == 0)
		return 0;
	if (err->class != ERR_INTEGRITY)
		return -1;
	verify_add(v, "ledger", "%s", err->msg);
	err_clear(err);
	return 0;
}

/*
 * A signed statement names the ledger's head at its time. The chain alone can
 * be made anew by whoever can write to the store; these links cannot.
 */
static int
check_head(struct verifier *v, const char *what, const char *id,
    const char *statement, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1] = "";
	struct ledger_record *records = NULL;
	struct error ignored = ERR_INIT;
	const char *head;
	struct json *json;
	int64_t seq = 0;
	size_t n = 0;

	/* What is no statement is reported with its record. */
	if (statement == NULL || json_read(statement, strlen(statement),
	    &json, &ignored) != 0)
		return 0;
	head = json_get_text(json, "ledger_head");
	if (json_get_int(json, "ledger_seq", &seq) && seq > 0 &&
	    ledger_list(v->store, seq, 1, &records, &n, err) != 0) {
		json_free(json);
		return -1;
	}
	if (n == 1 && records[0].seq == seq)
		(void)text_hex(records[0].hash, CRYPTO_SHA256_LEN, hex);
	if (head == NULL || strcmp(head, hex) != 0)
		verify_add(v, "ledger", "event %lld is not the one that stood "
		    "there when %s %s was signed", (long long)seq, what, id);
	ledger_records_free(records, n);
	json_free(json);
	return 0;
}

static int
check_heads(struct verifier *v, struct error *err)
{
	size_t i;

	for (i = 0; i < v->n_cmks; i++)
		if (check_head(v, "the seal of CMK", v->cmks[i].name,
		    v->cmks[i].seal, err) != 0)
			return -1;
	for (i = 0; i < v->n_ksks; i++)
		if (check_head(v, "the endorsement of KSK", v->ksks[i].id,
		    v->ksks[i].endorsement, err) != 0)
			return -1;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct expected *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static void
history_init(struct history *history, const struct verifier *v)
{
	struct expected *next;
	size_t i;

	history->n = v->n_cmks + v->n_ksks;
	history->list = mem_new(history->n * sizeof(*history->list));
	next = history->list;
	for (i = 0; i < v->n_cmks; i++)
		*next++ = (struct expected) { v->cmks[i].id, "CMK", false };
	for (i = 0; i < v->n_ksks; i++)
		*next++ = (struct expected) { v->ksks[i].id, "KSK", false };
	qsort(history->list, history->n, sizeof(*history->list), compare);
}

/* An event that made a record: the record must be there. */
static void
check_event(struct verifier *v, struct history *history,
    const struct ledger_record *record)
{
	const char *key = strcmp(record->type, "create-cmk") == 0 ? "cmk_id" :
	    strcmp(record->type, "create-ksk") == 0 ? "ksk_id" : NULL;
	struct expected wanted = { NULL, NULL, false }, *found = NULL;
	struct error ignored = ERR_INIT;
	struct json *payload;

	if (key == NULL || json_read(record->payload,
	    strlen(record->payload), &payload, &ignored) != 0)
		return;
	wanted.id = json_get_text(payload, key);
	if (wanted.id != NULL)
		found = bsearch(&wanted, history->list, history->n,
		    sizeof(*history->list), compare);
	if (found != NULL)
		found->is_told = true;
	else
		verify_add(v, "removed-record", "event %lld, %s: the store "
		    "has no record %s", (long long)record->seq, record->type,
		    wanted.id == NULL ? "" : wanted.id);
	json_free(payload);
}

static int
check_events(struct verifier *v, struct history *history, struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t seq = 1;

	while (n == PAGE) {
		if (ledger_list(v->store, seq, PAGE, &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n; i++)
			check_event(v, history, &records[i]);
		seq = n > 0 ? records[n - 1].seq + 1 : seq;
		ledger_records_free(records, n);
	}
	for (i = 0; i < history->n; i++)
		if (!history->list[i].is_told)
			verify_add(v, "removed-record", "no event tells of "
			    "%s %s", history->list[i].what,
			    history->list[i].id);
	return 0;
}

int
verify_history(struct verifier *v, struct error *err)
{
	struct history history;
	int rc;

	if (check_chain(v, err) != 0 || check_heads(v, err) != 0)
		return -1;
	history_init(&history, v);
	rc = check_events(v, &history, err);
	free(history.list);
	return rc;
}
