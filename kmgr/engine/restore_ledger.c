#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ledger_check.h"
#include "kmgr/engine/ledger_file.h"
#include "kmgr/engine/replay.h"
#include "kmgr/engine/restore_ledger.h"

/* Until when a KSK signed in events that came with the file. */
struct horizon {
	char	ksk_id[STORE_ID_TEXT];
	char	cmk_id[STORE_ID_TEXT];
	int64_t	at;
};

struct restore_ledger {
	struct session	*session;
	struct store	*store;
	struct replay	*replay;
	char		*path;
	int64_t		 base;		/* last event before */
	int64_t		 seq;		/* last event now */
	struct horizon	*horizons;
	size_t		 n_horizons;
	size_t		 n_signed;
};

static void
note_horizon(struct restore_ledger *x, const struct ksk_row *ksk, int64_t at)
{
	struct horizon *h;
	size_t i;

	for (i = 0; i < x->n_horizons; i++) {
		h = &x->horizons[i];
		if (strcmp(h->ksk_id, ksk->id) != 0)
			continue;
		if (h->at < at)
			h->at = at;
		return;
	}
	h = mem_push(&x->horizons, x->n_horizons++, sizeof(*h));
	memcpy(h->ksk_id, ksk->id, sizeof(h->ksk_id));
	memcpy(h->cmk_id, ksk->cmk_id, sizeof(h->cmk_id));
	h->at = at;
}

static void
note_zone(struct restore_ledger *x, const struct json *entry)
{
	const struct json *tags = json_get(entry, "key_tags");
	const char *zone = json_get_text(entry, "zone");
	const struct ksk_row *ksk;
	int64_t at, tag;
	size_t i;

	if (zone == NULL || !json_get_int(entry, "expiration", &at))
		return;
	for (i = 0; i < json_len(tags); i++)
		if (json_int(json_at(tags, i), &tag) && (ksk =
		    replay_ksk_of(x->replay, zone, tag)) != NULL)
			note_horizon(x, ksk, at);
}

/* Who signed a response, and until when. */
static void
note_response(struct restore_ledger *x, const struct json *payload)
{
	const struct json *ksks = json_get(payload, "ksks"), *entry;
	const struct ksk_row *ksk;
	const char *id;
	int64_t at;
	size_t i;

	for (i = 0; i < json_len(ksks); i++) {
		entry = json_at(ksks, i);
		if ((id = json_get_text(entry, "ksk_id")) != NULL &&
		    (ksk = replay_ksk(x->replay, id)) != NULL &&
		    json_get_int(entry, "expiration", &at))
			note_horizon(x, ksk, at);
	}
}

/* The signatures that an event tells of do not come with it. */
static void
note_signatures(struct restore_ledger *x, const struct ledger_record *record)
{
	struct error ignored = ERR_INIT;
	struct json *payload, *zones;
	size_t i;

	if ((strcmp(record->type, "sign-zsks") != 0 &&
	    strcmp(record->type, "sign-ksr") != 0) ||
	    json_read(record->payload, strlen(record->payload), &payload,
	    &ignored) != 0)
		return;
	zones = json_get(payload, "zones");
	for (i = 0; i < json_len(zones); i++)
		note_zone(x, json_at(zones, i));
	note_response(x, payload);
	x->n_signed++;
	json_free(payload);
}

/* A record that the store has must be the same there. */
static int
compare(struct restore_ledger *x, const struct ledger_record *record,
    struct error *err)
{
	struct ledger_record *own;
	bool is_same;
	size_t n;

	if (ledger_list(x->store, record->seq, 1, &own, &n, err) != 0)
		return -1;
	is_same = n == 1 && memcmp(own->hash, record->hash,
	    sizeof(own->hash)) == 0;
	ledger_records_free(own, n);
	if (is_same)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "its event %lld is not the one that "
	    "the store has: they are of two histories",
	    (long long)record->seq);
	return err_hint(err, "kmgr verify-ledger with --anchor tells which "
	    "of them the witnesses know");
}

static int
take(struct restore_ledger *x, const struct ledger_record *record,
    struct error *err)
{

	if (record->seq <= x->base) {
		if (compare(x, record, err) != 0)
			return -1;
	} else if (ledger_append_record(x->store, record, err) != 0) {
		return -1;
	}
	if (replay_event(x->replay, record, err) != 0)
		return -1;
	if (record->seq > x->base)
		note_signatures(x, record);
	if (x->seq < record->seq)
		x->seq = record->seq;
	return 0;
}

static int
take_all(struct restore_ledger *x, FILE *stream, struct error *err)
{
	struct ledger_file *file;
	struct ledger_record record;
	bool found = true;
	int rc = 0;

	if (ledger_file_open(stream, &file, err) != 0)
		return -1;
	while (rc == 0 && found) {
		rc = ledger_file_next(file, &record, &found, err);
		if (rc == 0 && found)
			rc = take(x, &record, err);
		ledger_record_clear(&record);
	}
	ledger_file_close(file);
	if (rc != 0 || x->seq > x->base)
		return rc;
	return err_set(err, ERR_INPUT, "it has no event that the store lacks");
}

static struct json *
event_of(const struct restore_ledger *x, const char *cmk_id)
{
	struct json *event = json_new_object(), *list, *entry;
	size_t i;

	json_put_text(event, "cmk_id", cmk_id);
	json_put_text(event, "source", "ledger");
	json_put_text(event, "file", x->path);
	json_put_int(event, "from", x->base + 1);
	json_put_int(event, "to", x->seq);
	list = json_put_array(event, "horizons");
	for (i = 0; i < x->n_horizons; i++) {
		if (strcmp(x->horizons[i].cmk_id, cmk_id) != 0)
			continue;
		entry = json_add_object(list);
		json_put_text(entry, "ksk_id", x->horizons[i].ksk_id);
		json_put_int(entry, "horizon_at", x->horizons[i].at);
	}
	return event;
}

int
restore_ledger_tell(struct restore_ledger *x, struct error *err)
{
	struct ledger_record *records;
	struct cmk_row *const *cmks;
	struct json *event;
	size_t i, n;
	int rc = 0;

	cmks = replay_cmks(x->replay, &n);
	for (i = 0; i < n && rc == 0; i++) {
		event = event_of(x, cmks[i]->id);
		rc = event_append(x->session, "restore", event, err);
		json_free(event);
	}
	if (rc != 0 || ledger_list(x->store, x->seq + 1, n, &records, &n,
	    err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = replay_event(x->replay, &records[i], err);
	ledger_records_free(records, n);
	return rc != 0 ? -1 : replay_write(x->replay, x->store, err);
}

static int
extend(struct restore_ledger *x, FILE *stream, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];

	if (store_begin(x->store, err) != 0)
		return -1;
	if (ledger_head(x->store, &x->base, head, err) == 0 &&
	    take_all(x, stream, err) == 0 &&
	    replay_write(x->replay, x->store, err) == 0 &&
	    store_commit(x->store, err) == 0)
		return 0;
	store_rollback(x->store);
	return -1;
}

/* All of the file is judged before any of it is taken. */
static int
judge(FILE *stream, struct error *err)
{
	struct ledger_check_report report = LEDGER_CHECK_REPORT_INIT;
	const struct ledger_check_known known = { 0 };
	int rc;

	rc = ledger_check_run(stream, &known, &report, err);
	if (rc == 0 && report.n_findings > 0)
		rc = err_set(err, ERR_INTEGRITY, "%s", report.findings[0]);
	ledger_check_report_clear(&report);
	rewind(stream);
	return rc;
}

void
restore_ledger_free(struct restore_ledger *x)
{

	if (x == NULL)
		return;
	replay_free(x->replay);
	free(x->horizons);
	free(x->path);
	free(x);
}

int
restore_ledger_extend(struct session *session, const char *path,
    struct restore_ledger **out, struct restore_gain *gain,
    struct error *err)
{
	struct restore_ledger *x;
	struct store *store;
	FILE *stream;
	int rc = -1;

	*out = NULL;
	*gain = (struct restore_gain) { 0 };
	if (session_store(session, &store, err) != 0 ||
	    file_check_regular(path, err) != 0)
		return -1;
	if ((stream = fopen(path, "re")) == NULL)
		return err_set_errno(err, "open %s", path);
	x = mem_new(sizeof(*x));
	*x = (struct restore_ledger) { .session = session, .store = store,
		.path = mem_strdup(path), .replay = replay_new() };
	if (judge(stream, err) == 0)
		rc = extend(x, stream, err);
	(void)fclose(stream);
	if (rc != 0) {
		restore_ledger_free(x);
		return err_wrap(err, "%s", path);
	}
	*gain = (struct restore_gain) { x->base + 1, x->seq, x->n_signed };
	*out = x;
	return 0;
}
