#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_claim.h"
#include "kmgr/service/run_settings.h"
#include "kmgr/store/store_life.h"

#define PAGE 256		/* zones in a transaction */

/* Under this kind, of the root, the store remembers what a machine saw last. */
#define KIND	 "zone-settings-"
#define KIND_LEN (sizeof(KIND) + RUN_MACHINE_TEXT)

static char *
kind_text(char out[static KIND_LEN])
{
	char machine[RUN_MACHINE_TEXT];

	run_machine(machine);
	(void)snprintf(out, KIND_LEN, KIND "%s", machine);
	return out;
}

static void
put_server(const char *what, const struct config_server *server,
    struct buf *out)
{

	if (server != NULL)
		buf_printf(out, "%s %s@%u\n", what, server->address,
		    (unsigned int)server->port);
}

static void
put_source(const struct config_source *source, struct buf *out)
{
	char *const *word;

	put_server("primary", source->primary, out);
	if (source->tsig != NULL)
		buf_printf(out, "tsig %s\n", source->tsig);
	if (source->transfer)
		buf_printf(out, "transfer\n");
	if (source->file != NULL)
		buf_printf(out, "file %s\n", source->file);
	for (word = source->command; word != NULL && *word != NULL; word++)
		buf_printf(out, "command %s\n", *word);
}

/* By what a pass decides when it goes over the zone. */
static void
put_settings(const struct config_zone *zone, struct buf *out)
{
	const struct config_parent *parent = &zone->parent;
	const struct config_timing *timing = &zone->timing;
	size_t i;

	put_source(&zone->source, out);
	for (i = 0; i < parent->n_servers; i++)
		put_server("parent", &parent->servers[i], out);
	buf_printf(out, "of %s %lld %lld\n",
	    parent->zone == NULL ? "" : parent->zone,
	    (long long)parent->check_interval_s, (long long)parent->quorum);
	buf_printf(out, "timing %lld %lld %lld %lld %lld %lld %lld %lld\n",
	    (long long)timing->dnskey_ttl_s,
	    (long long)timing->publish_safety_s,
	    (long long)timing->retire_safety_s,
	    (long long)timing->zone_propagation_delay_s,
	    (long long)timing->max_zone_ttl_s,
	    (long long)timing->parent_ds_ttl_s,
	    (long long)timing->parent_propagation_delay_s,
	    (long long)timing->parent_registration_delay_s);
}

/* They are told, and reminded, of a zone that waits for its parent. */
static void
put_hooks(const struct config_hooks *hooks, struct buf *out)
{

	if (hooks->ds_add != NULL || hooks->ds_remove != NULL)
		buf_printf(out, "hooks %d %d %d %lld\n",
		    hooks->ds_add != NULL, hooks->ds_remove != NULL,
		    hooks->ds_reminder != NULL, (long long)hooks->reminder_s);
}

/* A number that other texts do not have; 0 for none. */
static int64_t
hash_take(struct buf *text_take)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	int64_t value = 0;

	if (text_take->len > 0) {
		crypto_sha256(text_take->data, text_take->len, hash);
		memcpy(&value, hash, sizeof(value));
		value = (value & INT64_MAX) | 1;
	}
	buf_free(text_take);
	return value;
}

int64_t
run_settings_hash(const struct config *config, const struct config_zone *zone)
{
	struct buf text = BUF_INIT;

	if (zone != NULL)
		put_settings(zone, &text);
	put_hooks(&config->hooks, &text);
	return hash_take(&text);
}

/* Of all zones, with the places where they are published. */
static int64_t
hash_all(const struct config *config)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < config->n_zones; i++) {
		buf_printf(&text, "%s\n", config->zones[i].name);
		put_settings(&config->zones[i], &text);
		publish_where(&config->zones[i].publish, &text);
	}
	put_hooks(&config->hooks, &text);
	return hash_take(&text);
}

static int
is_noted(struct store *store, int64_t hash, bool *is, struct error *err)
{
	struct observation_row *rows;
	char kind[KIND_LEN];
	size_t n;

	if (store_observation_list(store, ".", kind_text(kind), 0, &rows, &n,
	    err) != 0)
		return -1;
	*is = hash == (n == 0 ? 0 : rows[0].value);
	observation_rows_free(rows, n);
	return 0;
}

static int
note(struct store *store, int64_t hash, int64_t at, struct error *err)
{
	char root[] = ".", kind[KIND_LEN], empty[] = "";
	const struct observation_row row = { .zone = root,
		.kind = kind_text(kind),
		.value = hash, .text = empty, .first_at = at, .last_at = at };

	return store_observe_now(store, &row, err);
}

/* Zones of a page, in the order of names. */
struct page {
	char		*names[PAGE];
	size_t		 n;
	bool		 is_wanted[PAGE];
	size_t		 n_wanted;
};

static bool
is_elsewhere(const struct config_zone *zone, const struct zone_row *row,
    int64_t now_at)
{

	return publish_is_configured(zone) &&
	    (row->next_at > now_at || row->published_at != 0) &&
	    publish_is_elsewhere(zone, row);
}

static bool
is_set_anew(const struct config *config, const struct config_zone *zone,
    const struct zone_row *row, int64_t now_at)
{

	return (row->next_at > now_at || row->settings != 0) &&
	    run_settings_hash(config, zone) != row->settings;
}

/*
 * One that is due, and was never handed over, or gone over, finds out by
 * itself; on another one that is due somebody may be at work who knows the old
 * configuration only.
 */
static int
look_at(struct session *session, struct store *store, const char *name,
    bool *is, struct error *err)
{
	const struct config *config = session_config(session);
	const int64_t now_at = session_now(session);
	struct config_zone *zone;
	struct zone_row row;
	bool found;

	*is = false;
	if (store_zone_find(store, name, &row, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	zone = config_zone_named(config, name);
	*is = is_elsewhere(zone, &row, now_at) ||
	    is_set_anew(config, zone, &row, now_at);
	config_zone_free(zone);
	zone_row_clear(&row);
	return 0;
}

static int
page_look(struct session *session, struct store *store, struct page *page,
    struct error *err)
{
	size_t i;
	int rc = 0;

	if (store_snapshot(store, err) != 0)
		return -1;
	store_ahead_of(store, (const char *const *)page->names, page->n);
	for (i = 0; i < page->n && rc == 0; i++) {
		rc = look_at(session, store, page->names[i],
		    &page->is_wanted[i], err);
		page->n_wanted += page->is_wanted[i];
	}
	store_release(store);
	return rc;
}

static int
page_hasten(struct store *store, const struct page *page, struct error *err)
{
	size_t i;
	int rc = 0;

	if (page->n_wanted == 0)
		return 0;
	if (store_begin(store, err) != 0)
		return -1;
	for (i = 0; i < page->n && rc == 0; i++)
		if (page->is_wanted[i])
			rc = store_zone_hasten(store, page->names[i], err);
	if (rc == 0 && store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

static int
look_at_page(struct session *session, struct store *store,
    struct page *page, struct error *err)
{

	return page_look(session, store, page, err) != 0 ? -1 :
	    page_hasten(store, page, err);
}

/* Also those that had an entry at the last look, and have none now. */
static int
look_at_all(struct session *session, struct store *store,
    struct error *err)
{
	char after[NAME_TEXT_MAX] = "", **names;
	struct page page;
	int rc = 0;

	do {
		page = (struct page) { .n = 0 };
		if (store_zone_list(store, after, PAGE, &names, &page.n,
		    err) != 0)
			return -1;
		if (page.n > 0) {
			memcpy(page.names, names, page.n * sizeof(*names));
			(void)snprintf(after, sizeof(after), "%s",
			    names[page.n - 1]);
			rc = look_at_page(session, store, &page, err);
		}
		zone_names_free(names, page.n);
	} while (rc == 0 && page.n == PAGE);
	return rc;
}

int
run_settings_look(struct session *session, struct error *err)
{
	const struct config *config = session_config(session);
	const int64_t hash = hash_all(config);
	struct store *store;
	bool is = false;

	if (session_store(session, &store, err) != 0 ||
	    is_noted(store, hash, &is, err) != 0)
		return -1;
	if (is)
		return 0;
	if (look_at_all(session, store, err) != 0)
		return -1;
	/* Last: what ends before it is done is done again. */
	return note(store, hash, session_now(session), err);
}
