#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/ksr_told.h"
#include "kmgr/store/ledger.h"

#define PAGE 100

struct told_event {
	int64_t		 seq, at;
	const char	*type;
	struct json	*payload;
};

struct told {
	const char		*zone;
	struct told_event	*events;
	size_t			 n_events;
	struct ksr_row		*rows;
	size_t			 n_rows;
};

static int
take_record(struct told *told, const struct ledger_record *record,
    const char *type, struct error *err)
{
	struct told_event *event;
	struct json *payload;

	if (json_read(record->payload, strlen(record->payload), &payload,
	    err) != 0) {
		err->class = ERR_INTEGRITY;
		return err_wrap(err, "event %lld", (long long)record->seq);
	}
	event = mem_push(&told->events, told->n_events++, sizeof(*event));
	*event = (struct told_event) { record->seq, record->at, type,
		payload };
	return 0;
}

static int
take_type(struct store *store, struct told *told, const char *type,
    struct error *err)
{
	struct ledger_record *records;
	int64_t from = 1;
	size_t i, n = PAGE;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		if (ledger_of_zone(store, told->zone, type, from, PAGE,
		    &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n && rc == 0; i++)
			rc = take_record(told, &records[i], type, err);
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return rc;
}

static int
compare_events(const void *a, const void *b)
{
	const struct told_event *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int
add_responses(struct told *told, const struct told_event *event,
    struct error *err)
{
	const struct json *list = json_get(event->payload, "responses");
	const char *cmk_id = json_get_text(event->payload, "cmk_id");
	struct ksr_row row;
	size_t i;

	for (i = 0; i < json_len(list); i++) {
		if (ksr_record_read(json_at(list, i), told->zone,
		    cmk_id == NULL ? "" : cmk_id, event->at, &row, err) != 0)
			return err_wrap(err, "event %lld",
			    (long long)event->seq);
		*(struct ksr_row *)mem_push(&told->rows, told->n_rows++,
		    sizeof(row)) = row;
	}
	return 0;
}

static enum ksr_fact
fact_of(const struct told_event *event)
{
	int64_t gone_at = 0;

	if (strcmp(event->type, "delete-ksk") == 0)
		return KSR_DELETED;
	(void)json_get_int(event->payload, "ds_gone_at", &gone_at);
	return gone_at == 0 ? KSR_DS_SEEN : KSR_DS_GONE;
}

static void
supersede(struct told *told, const struct told_event *event)
{
	const char *ksk_id = json_get_text(event->payload, "ksk_id");
	const enum ksr_fact fact = fact_of(event);
	size_t i;

	for (i = 0; ksk_id != NULL && i < told->n_rows; i++)
		if (ksr_record_ends(&told->rows[i], told->zone, ksk_id, fact,
		    event->at))
			told->rows[i].superseded_at = event->at;
}

/* The rows as they are after all that happened. */
static int
replay(struct store *store, struct told *told, struct error *err)
{
	static const char *const types[] = { "sign-ksr", "ds-seen", "ds-gone",
		"delete-ksk" };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (take_type(store, told, types[i], err) != 0)
			return -1;
	if (told->n_events > 0)
		qsort(told->events, told->n_events, sizeof(*told->events),
		    compare_events);
	for (i = 0; i < told->n_events; i++)
		if (strcmp(told->events[i].type, "sign-ksr") != 0)
			supersede(told, &told->events[i]);
		else if (add_responses(told, &told->events[i], err) != 0)
			return -1;
	return 0;
}

static bool
is_same(const struct ksr_row *a, const struct ksr_row *b)
{
	struct json *left, *right;
	bool same;

	if (strcmp(a->cmk_id, b->cmk_id) != 0 ||
	    a->answered_at != b->answered_at ||
	    a->superseded_at != b->superseded_at)
		return false;
	left = ksr_record_json(a);
	right = ksr_record_json(b);
	same = json_same(left, right);
	json_free(left);
	json_free(right);
	return same;
}

static const struct ksr_row *
find(const struct ksr_row *rows, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(rows[i].id, id) == 0)
			return &rows[i];
	return NULL;
}

static int
refuse(const char *zone, const char *id, const char *what, struct error *err)
{

	(void)err_set(err, ERR_INTEGRITY, "zone %s: %s response %s", zone,
	    what, id);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

static int
compare(const struct told *told, const struct ksr_row *rows, size_t n,
    struct error *err)
{
	const struct ksr_row *row;
	size_t i;

	for (i = 0; i < told->n_rows; i++) {
		row = find(rows, n, told->rows[i].id);
		if (row == NULL)
			return refuse(told->zone, told->rows[i].id,
			    "the store has lost", err);
		if (!is_same(row, &told->rows[i]))
			return refuse(told->zone, row->id, "the store tells "
			    "otherwise than the ledger of", err);
	}
	for (i = 0; i < n; i++)
		if (find(told->rows, told->n_rows, rows[i].id) == NULL)
			return refuse(told->zone, rows[i].id, "no event tells "
			    "of", err);
	return 0;
}

int
ksr_told_check(struct store *store, const char *zone,
    const struct ksr_row *rows, size_t n, struct error *err)
{
	struct told told = { .zone = zone };
	size_t i;
	int rc;

	rc = replay(store, &told, err);
	if (rc == 0)
		rc = compare(&told, rows, n, err);
	for (i = 0; i < told.n_events; i++)
		json_free(told.events[i].payload);
	free(told.events);
	for (i = 0; i < told.n_rows; i++)
		ksr_row_clear(&told.rows[i]);
	free(told.rows);
	return rc;
}
