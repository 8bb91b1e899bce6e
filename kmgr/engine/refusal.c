#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/refusal.h"
#include "kmgr/store/ledger.h"

#define ZONES_MAX 100		/* that one event names */

/* The CMK that was meant, by name or id. */
static void
put_cmk(struct json *event, struct store *store, const char *name)
{
	struct error ignored = ERR_INIT;
	struct cmk_row row = { 0 };
	bool found = false;

	if (name != NULL && store_cmk_find(store, name, &row, &found,
	    &ignored) == 0 && found)
		json_put_text(event, "cmk_id", row.id);
	cmk_row_clear(&row);
}

/* The zone that was meant: "ZONE" or "ZONE/KEYTAG". */
static void
put_zone(struct json *event, const char *word)
{
	struct error ignored = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct name name;
	char *copy;

	if (strchr(word, '.') == NULL)
		return;
	copy = mem_strdup(word);
	if (strrchr(copy, '/') != NULL)
		*strrchr(copy, '/') = '\0';
	if (name_read(copy, &name, &ignored) == 0)
		json_put_text(event, "zone", name_text(&name, text));
	free(copy);
}

/* The first of many zones, and how many there were. */
static void
put_zones(struct json *event, const struct json *zones)
{
	const size_t n = zones == NULL ? 0 : json_len(zones);
	struct json *list;
	size_t i;

	if (n == 0)
		return;
	json_put_int(event, "n_zones", (int64_t)n);
	list = json_put_array(event, "zones");
	for (i = 0; i < n && i < ZONES_MAX; i++)
		json_add_take(list, json_copy_of(json_at(zones, i)));
}

static struct json *
event_of(struct store *store, const struct refusal *refusal,
    const struct error *why)
{
	struct json *event = json_new_object();
	struct json *words = json_put_array(event, "arguments");
	size_t i;

	json_put_text(event, "command", refusal->command);
	for (i = 0; i < refusal->n_words; i++)
		json_add_text(words, refusal->words[i]);
	json_put_text(event, "message", why->msg);
	put_cmk(event, store, refusal->cmk != NULL ? refusal->cmk :
	    refusal->n_words > 0 ? refusal->words[0] : NULL);
	if (refusal->zone != NULL)
		json_put_text(event, "zone", refusal->zone);
	else if (refusal->n_words == 1 ||
	    (refusal->n_words > 1 && refusal->cmk == NULL))
		put_zone(event, refusal->words[0]);
	put_zones(event, refusal->zones);
	return event;
}

/* Whether the ledger ends with this very refusal. */
static bool
is_repeated(struct store *store, const struct json *event)
{
	struct ledger_record *records = NULL;
	struct error ignored = ERR_INIT;
	uint8_t head[CRYPTO_SHA256_LEN];
	struct buf text = BUF_INIT;
	int64_t seq = 0;
	size_t n = 0;
	bool is_same;

	if (ledger_head(store, &seq, head, &ignored) != 0 || seq == 0 ||
	    ledger_list(store, seq, 1, &records, &n, &ignored) != 0)
		return false;
	json_canonical(event, &text);
	is_same = n == 1 && strcmp(records[0].type, "refusal") == 0 &&
	    strcmp(records[0].payload, buf_text(&text)) == 0;
	ledger_records_free(records, n);
	buf_free(&text);
	return is_same;
}

static int
append(struct session *session, struct store *store, const struct json *event,
    struct error *err)
{

	if (store_begin(store, err) != 0)
		return -1;
	if (is_repeated(store, event)) {
		store_rollback(store);
		return 0;
	}
	if (event_append(session, "refusal", event, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

/*
 * An event in what is to be replaced would part it from the backup or ledger
 * that comes next.
 */
static bool
replaces_store(const char *command)
{

	return strcmp(command, "recover") == 0 ||
	    strcmp(command, "restore") == 0;
}

void
refusal_record(struct session *session, const struct refusal *refusal,
    const struct error *why)
{
	struct error err = ERR_INIT;
	struct store *store;
	struct json *event;

	if (why->class != ERR_POLICY || replaces_store(refusal->command) ||
	    session_store(session, &store, &err) != 0)
		return;
	event = event_of(store, refusal, why);
	if (append(session, store, event, &err) != 0)
		session_note(session, "the refusal is not in the ledger: %s",
		    err.msg);
	json_free(event);
}
