#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/trust_tail.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/store/ledger.h"

#define PAGE 100		/* events that are read at a time */

/* Whether the event makes the CMK disabled, and nothing else of it. */
static bool
is_stop(const struct ledger_record *record)
{
	struct error ignored = ERR_INIT;
	struct json *event = NULL;
	const char *to;
	bool is;

	if (strcmp(record->type, "cmk-state") != 0 || json_read(
	    record->payload, strlen(record->payload), &event, &ignored) != 0)
		return false;
	to = json_get_text(event, "to");
	is = to != NULL && strcmp(to, "disabled") == 0;
	json_free(event);
	return is;
}

static int
judge_one(struct store *store, const struct cmk *cmk, struct cmk *voucher,
    const struct ledger_record *record, struct ledger_batch *batch,
    bool *stops, struct error *err)
{
	struct error ignored = ERR_INIT;
	bool vouched;
	char *by;

	if (is_stop(record)) {
		*stops = true;
		return 0;
	}
	if (voucher != NULL && vouch_check(store, voucher, record,
	    &ignored) == 0)
		return 0;
	if ((by = vouch_by(record)) != NULL) {
		free(by);
		return err_set(err, ERR_INTEGRITY, "event %lld (%s) tells that "
		    "the token of CMK %s is lost, and the token is there, or "
		    "not the CMK that vouched for it",
		    (long long)record->seq, record->type, cmk->row.name);
	}
	if (ledger_signed_judge(cmk, record, batch, &vouched, err) != 0)
		return -1;
	return vouched ? 0 : err_set(err, ERR_INTEGRITY, "event %lld (%s) of "
	    "CMK %s is one that no key of the CMK has signed",
	    (long long)record->seq, record->type, cmk->row.name);
}

static int
judge_type(struct store *store, const struct cmk *cmk,
    struct cmk *voucher, const char *type, const struct trust_tail *tail,
    bool *stops, struct error *err)
{
	int64_t from = tail->after + 1;
	struct ledger_batch batch = { 0 };
	struct ledger_record *records;
	size_t i, n = PAGE;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		if (ledger_of_cmk(store, cmk->row.id, type, from, PAGE,
		    &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n && rc == 0 && (tail->before == 0 ||
		    records[i].seq < tail->before); i++)
			rc = judge_one(store, cmk, voucher, &records[i],
			    &batch, stops, err);
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return rc != 0 ? rc : ledger_batch_end(&batch, err);
}

int
trust_tail_judge(struct store *store, const struct cmk *cmk,
    const struct trust_tail *tail, bool *stops, struct error *err)
{
	const struct event_type *type;
	struct cmk *by = NULL;
	size_t i;
	int rc = 0;

	*stops = false;
	if (tail->voucher != NULL &&
	    cmk_load(store, tail->voucher, &by, err) != 0)
		return -1;
	for (i = 0; rc == 0 && (type = event_type_at(i)) != NULL; i++)
		if (type->class == EVENT_LIFE_CYCLE)
			rc = judge_type(store, cmk, by, type->type, tail,
			    stops, err);
	cmk_free(by);
	if (rc == 0 || err->class != ERR_INTEGRITY)
		return rc;
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}
