/* KSKs as a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/cmd_next.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_life.h"

#define PAGE 250		/* zones that are in memory at once */

struct listing {
	struct cmd	*cmd;
	struct cmk_cache cache;
	const struct cmk *cmk;		/* whose KSKs; NULL: any */
	struct table	 table;
	struct table	 foreign;	/* behind all others: without a CMK */
	struct json	*ksks;		/* owned by cmd->json */
	struct json	*foreign_keys;
	struct error	 unpinned;	/* of a CMK that is not as pinned */
};

static void
init_heads(struct table *table)
{

	table_init(table, 6, "ZONE", "KEYTAG", "ALGORITHM", "STATE", "CMK",
	    "CREATED");
}

static void
init_tables(struct listing *listing)
{

	init_heads(&listing->table);
	listing->foreign = (struct table) { .n_columns = 6 };
}

static void
add_cells(struct table *table, const char *zone, unsigned int key_tag,
    uint8_t alg, const char *state, const char *cmk, int64_t at)
{
	char text[WHEN_TEXT_LEN], tag[16];

	(void)snprintf(tag, sizeof(tag), "%u", key_tag);
	table_add(table, zone);
	table_add(table, tag);
	table_add(table, alg_name(alg));
	table_add(table, state);
	table_add(table, cmk);
	table_add(table, when_rfc3339(at, text));
}

/* As cmd_ksk_put(), of one that was asked for: whether it is new. */
static void
put_asked_for(struct json *json, const struct ksk *ksk)
{

	cmd_ksk_put(json, ksk);
	json_put_bool(json, "made", ksk->is_made);
}

/* For people, and where ksks is not NULL for machines. */
static void
add_ksk(struct table *table, struct json *ksks, const struct ksk *ksk)
{

	add_cells(table, ksk->row.zone, ksk->row.key_tag, ksk->row.alg,
	    ksk->row.state, ksk->cmk->row.name, ksk->row.created_at);
	if (ksks != NULL)
		cmd_ksk_put(json_add_object(ksks), ksk);
}

static void
print(struct listing *listing)
{

	table_append(&listing->table, &listing->foreign);
	table_print(&listing->table, &listing->cmd->text);
}

void
cmd_ksk_parts_begin(struct cmd_ksk_parts *parts, struct cmd *cmd,
    struct stream *stream)
{

	*parts = (struct cmd_ksk_parts) { .cmd = cmd, .stream = stream };
	if (stream == NULL)
		parts->ksks = json_put_array(cmd->json, "ksks");
	init_heads(&parts->table);
}

void
cmd_ksk_parts_widen(struct cmd_ksk_parts *parts, size_t zone_len)
{

	table_widen(&parts->table, 0, zone_len);
	table_widen(&parts->table, 3, strlen("generated"));
}

void
cmd_ksk_parts_add(struct cmd_ksk_parts *parts, const struct ksk *list,
    size_t n)
{
	const bool is_streamed = parts->cmd->wants_json &&
	    parts->stream != NULL;
	struct json *row;
	size_t i;

	for (i = 0; i < n && is_streamed; i++) {
		row = json_new_object();
		put_asked_for(row, &list[i]);
		stream_row(parts->stream, "ksks", row);
	}
	for (i = 0; i < n && !is_streamed; i++) {
		add_ksk(&parts->table, NULL, &list[i]);
		if (parts->cmd->wants_json)
			put_asked_for(json_add_object(parts->ksks), &list[i]);
	}
	if (!is_streamed)
		table_print(&parts->table, &parts->cmd->text);
}

void
cmd_ksk_list(const struct ksk *list, size_t n, struct cmd *cmd)
{
	struct cmd_ksk_parts parts;

	cmd_ksk_parts_begin(&parts, cmd, NULL);
	cmd_ksk_parts_add(&parts, list, n);
}

static void
add_foreign(struct listing *listing, const struct zone_life *zone, size_t i)
{
	const int64_t now_at = session_now(listing->cmd->session);
	const struct foreign_key_row *row = &zone->foreign[i - zone->n_ksks];

	add_cells(&listing->foreign, zone->text, row->key_tag, row->alg,
	    life_word(&zone->life, i, now_at), "-", row->added_at);
	if (listing->cmd->wants_json)
		cmd_ksk_put_foreign(json_add_object(listing->foreign_keys),
		    zone, i, now_at);
}

static bool
is_asked_for(const struct listing *listing, const struct ksk *ksk)
{

	return listing->cmk == NULL ||
	    strcmp(ksk->row.cmk_id, listing->cmk->row.id) == 0;
}

/* The words of the life cycle for the states that the store has. */
static void
add_zone(struct listing *listing, struct zone_life *zone)
{
	struct error *unpinned = &listing->unpinned;
	size_t i, n = 0;

	for (i = 0; i < zone->n_ksks; i++) {
		struct ksk *ksk = &zone->ksks[i];

		if (!is_asked_for(listing, ksk))
			continue;
		free(ksk->row.state);
		ksk->row.state = mem_strdup(life_word(&zone->life, i,
		    session_now(listing->cmd->session)));
		add_ksk(&listing->table, listing->cmd->wants_json ?
		    listing->ksks : NULL, ksk);
		if (unpinned->class == ERR_NONE)
			(void)cmd_ksk_check_pins(listing->cmd, ksk, 1,
			    unpinned);
		n++;
	}
	for (; n > 0 && i < zone->life.n_keys; i++)
		add_foreign(listing, zone, i);
}

/* A zone whose KSKs are all removed, provably, is none. */
static int
list_zone(struct listing *listing, const struct name *name,
    struct error *err)
{
	struct error why = ERR_INIT;
	struct zone_life *zone;

	if (zone_life_load(listing->cmd->session, &listing->cache, name,
	    &zone, &why) == 0) {
		add_zone(listing, zone);
		zone_life_free(zone);
		return 0;
	}
	if (why.class == ERR_INPUT)
		return 0;
	*err = why;
	return -1;
}

/* Read at once, as of one instant. */
static int
list_page(struct listing *listing, struct store *store, const char *after,
    char *const *names, size_t n, struct error *err)
{
	struct name name;
	size_t i;
	int rc = 0;

	if (store_snapshot(store, err) != 0)
		return -1;
	store_ahead(store, after, names[n - 1]);
	for (i = 0; i < n && rc == 0; i++)
		rc = name_read(names[i], &name, err) != 0 ? -1 :
		    list_zone(listing, &name, err);
	store_release(store);
	return rc;
}

static int
list_all(struct listing *listing, struct store *store, struct error *err)
{
	char after[NAME_TEXT_MAX] = "";
	size_t n = PAGE;
	char **names;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		if (store_zone_of_cmk(store, listing->cmk == NULL ? NULL :
		    listing->cmk->row.id, after, PAGE, &names, &n, err) != 0)
			return -1;
		if (n > 0) {
			rc = list_page(listing, store, after, names, n, err);
			(void)snprintf(after, sizeof(after), "%s",
			    names[n - 1]);
		}
		zone_names_free(names, n);
	}
	return rc;
}

static int
list_asked(struct listing *listing, struct store *store, struct error *err)
{
	const struct args *args = listing->cmd->args;
	struct name name;

	if (args->n_words == 0)
		return list_all(listing, store, err);
	return cmd_zone(args->words[0], &name, err) != 0 ? -1 :
	    list_zone(listing, &name, err);
}

int
cmd_list_ksks(struct cmd *cmd, struct error *err)
{
	const char *cmk_name = args_get(cmd->args, OPT_CMK);
	struct listing listing = { .cmd = cmd, .unpinned = ERR_INIT,
		.foreign_keys = json_put_array(cmd->json, "foreign_keys"),
		.ksks = json_put_array(cmd->json, "ksks") };
	struct cmk *cmk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0 ||
	    (cmk_name != NULL && cmk_load(store, cmk_name, &cmk, err) != 0))
		return -1;
	listing.cmk = cmk;
	init_tables(&listing);
	if (list_asked(&listing, store, err) == 0) {
		print(&listing);
		/* It is shown all the same: how else to see what is wrong. */
		cmd->is_partial = true;
		if (listing.unpinned.class != ERR_NONE)
			*err = listing.unpinned;
		else
			rc = pins_note_unmatched(cmd->session, err);
		if (rc == 0 && cmd->args->n_words == 0 && cmk_name == NULL)
			rc = cmd_next_note(cmd, err);
	}
	table_clear(&listing.table);
	table_clear(&listing.foreign);
	cmk_cache_clear(&listing.cache);
	cmk_free(cmk);
	return rc;
}
