#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/event_list.h"

#define PAGE	   256
#define OF_MANY	   "sign-zsks"	/* the one event that tells of many zones */

/* The records of one type, or all, in their order, a page at a time. */
struct stream {
	const char		*type;	/* NULL: all */
	struct ledger_record	*page;
	size_t			 i, n;
	int64_t			 next;	/* where the next page begins */
	bool			 is_last;
};

struct listing {
	struct store		*store;
	const struct event_query *query;
	struct stream		*streams;
	size_t			 n_streams;
	struct ksk_row		*ksks;	/* of the CMK, by zone */
	size_t			 n_ksks;
	struct ledger_record	*ring;	/* the newest so far */
	size_t			 n_ring;
	void			(*each)(void *, const struct ledger_record *);
	void			*arg;
};

static int
ask(const struct listing *l, struct stream *s, struct error *err)
{
	const struct event_query *q = l->query;

	if (s->type == NULL)
		return ledger_list(l->store, s->next, PAGE, &s->page, &s->n,
		    err);
	if (strcmp(s->type, OF_MANY) == 0 ||
	    (q->cmk_id == NULL && q->zone == NULL))
		return ledger_of_type(l->store, s->type, s->next, PAGE,
		    &s->page, &s->n, err);
	if (q->zone != NULL)
		return ledger_of_zone(l->store, q->zone, s->type, s->next,
		    PAGE, &s->page, &s->n, err);
	return ledger_of_cmk(l->store, q->cmk_id, s->type, s->next, PAGE,
	    &s->page, &s->n, err);
}

/* The record that s is at, NULL behind the last. */
static int
peek(const struct listing *l, struct stream *s, struct ledger_record **out,
    struct error *err)
{

	*out = NULL;
	if (s->i == s->n && !s->is_last) {
		ledger_records_free(s->page, s->n);
		s->page = NULL;
		s->i = s->n = 0;
		if (ask(l, s, err) != 0)
			return -1;
		s->is_last = s->n < PAGE;
		if (s->n > 0)
			s->next = s->page[s->n - 1].seq + 1;
	}
	if (s->i < s->n)
		*out = &s->page[s->i];
	return 0;
}

/* The stream whose next record is the oldest; NULL where all have ended. */
static int
oldest(const struct listing *l, struct stream **out,
    struct ledger_record **record, struct error *err)
{
	struct ledger_record *next;
	size_t i;

	*out = NULL;
	*record = NULL;
	for (i = 0; i < l->n_streams; i++) {
		if (peek(l, &l->streams[i], &next, err) != 0)
			return -1;
		if (next == NULL ||
		    (*record != NULL && (*record)->seq < next->seq))
			continue;
		*out = &l->streams[i];
		*record = next;
	}
	return 0;
}

static int
compare_zones(const void *a, const void *b)
{
	const struct ksk_row *row = b;

	return strcmp(a, row->zone);
}

/* Whether one of the CMK's KSKs is among those with tags in the zone. */
static bool
is_signed_by(const struct listing *l, const char *zone,
    const struct json *tags)
{
	const struct ksk_row *row, *end = l->ksks + l->n_ksks;
	int64_t tag;
	size_t i;

	row = l->n_ksks == 0 ? NULL : bsearch(zone, l->ksks, l->n_ksks,
	    sizeof(*l->ksks), compare_zones);
	if (row == NULL)
		return false;
	while (row > l->ksks && strcmp(row[-1].zone, zone) == 0)
		row--;
	for (; row < end && strcmp(row->zone, zone) == 0; row++)
		for (i = 0; i < json_len(tags); i++)
			if (json_int(json_at(tags, i), &tag) &&
			    tag == row->key_tag)
				return true;
	return false;
}

/* Whether the signatures of many zones are of the zone and CMK wanted. */
static bool
tells_of(const struct listing *l, const struct ledger_record *record)
{
	const struct event_query *q = l->query;
	struct error ignored = ERR_INIT;
	struct json *payload, *zones, *entry;
	bool found = false;
	const char *zone;
	size_t i;

	if (json_read(record->payload, strlen(record->payload), &payload,
	    &ignored) != 0)
		return false;
	zones = json_get(payload, "zones");
	for (i = 0; !found && i < json_len(zones); i++) {
		entry = json_at(zones, i);
		zone = json_get_text(entry, "zone");
		found = zone != NULL &&
		    (q->zone == NULL || strcmp(zone, q->zone) == 0) &&
		    (q->cmk_id == NULL || is_signed_by(l, zone,
		    json_get(entry, "key_tags")));
	}
	json_free(payload);
	return found;
}

/* What an index was not asked for. */
static bool
is_of_cmk(const struct ledger_record *record, const char *cmk_id)
{
	struct error ignored = ERR_INIT;
	struct json *payload;
	const char *id;
	bool is_same;

	if (json_read(record->payload, strlen(record->payload), &payload,
	    &ignored) != 0)
		return false;
	id = json_get_text(payload, "cmk_id");
	is_same = id != NULL && strcmp(id, cmk_id) == 0;
	json_free(payload);
	return is_same;
}

static bool
is_wanted(const struct listing *l, const struct ledger_record *record)
{
	const struct event_query *q = l->query;

	if (record->at < q->since_at || record->at > q->until_at)
		return false;
	if (q->cmk_id == NULL && q->zone == NULL)
		return true;
	if (strcmp(record->type, OF_MANY) == 0)
		return tells_of(l, record);
	return q->cmk_id == NULL || q->zone == NULL ||
	    is_of_cmk(record, q->cmk_id);
}

/* Give record away, now or as one of the newest. */
static void
take(struct listing *l, struct ledger_record *record)
{
	struct ledger_record *place;

	if (l->query->last == 0) {
		l->each(l->arg, record);
		return;
	}
	if (l->n_ring < l->query->last)
		place = mem_push(&l->ring, l->n_ring, sizeof(*l->ring));
	else
		place = &l->ring[l->n_ring % l->query->last];
	ledger_record_clear(place);
	*place = *record;
	*record = (struct ledger_record) { .seq = record->seq };
	l->n_ring++;
}

static void
flush(struct listing *l)
{
	const size_t held = l->n_ring < l->query->last ? l->n_ring :
	    l->query->last;
	size_t i;

	for (i = l->n_ring - held; i < l->n_ring; i++)
		l->each(l->arg, &l->ring[i % l->query->last]);
}

static void
add_stream(struct listing *l, const char *type, int64_t from)
{
	struct stream *s = mem_push(&l->streams, l->n_streams++, sizeof(*s));

	s->type = type;
	s->next = from;
}

/* An index has the type first behind CMK or zone, hence a stream a type. */
static int
listing_open(struct listing *l, struct error *err)
{
	const struct event_query *q = l->query;
	uint8_t hash[CRYPTO_SHA256_LEN];
	int64_t seq, from = 1;
	size_t i;

	if (q->cmk_id != NULL && store_ksk_list(l->store, NULL, q->cmk_id,
	    &l->ksks, &l->n_ksks, err) != 0)
		return -1;
	if (q->type != NULL) {
		add_stream(l, q->type, from);
		return 0;
	}
	for (i = 0; (q->cmk_id != NULL || q->zone != NULL) &&
	    event_type_at(i) != NULL; i++)
		add_stream(l, event_type_at(i)->type, from);
	if (l->n_streams > 0)
		return 0;
	if (ledger_head(l->store, &seq, hash, err) != 0)
		return -1;
	if (q->last > 0 && q->last < (size_t)seq &&
	    q->since_at == INT64_MIN && q->until_at == INT64_MAX)
		from = seq - (int64_t)q->last + 1;
	add_stream(l, NULL, from);
	return 0;
}

int
event_list(struct store *store, const struct event_query *query,
    void (*each)(void *arg, const struct ledger_record *record), void *arg,
    struct error *err)
{
	struct listing l = { .store = store, .query = query, .each = each,
		.arg = arg };
	struct ledger_record *record;
	struct stream *stream;
	size_t i;
	int rc;

	rc = listing_open(&l, err);
	while (rc == 0) {
		if ((rc = oldest(&l, &stream, &record, err)) != 0 ||
		    stream == NULL)
			break;
		if (is_wanted(&l, record))
			take(&l, record);
		stream->i++;
	}
	if (rc == 0)
		flush(&l);
	for (i = 0; i < l.n_streams; i++)
		ledger_records_free(l.streams[i].page, l.streams[i].n);
	free(l.streams);
	ledger_records_free(l.ring, l.n_ring < query->last ? l.n_ring :
	    query->last);
	ksk_rows_free(l.ksks, l.n_ksks);
	return rc;
}
