#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/zone_life.h"

void
cmd_ksk_put(struct json *json, const struct ksk *ksk)
{
	char text[NAME_TEXT_MAX];
	struct buf record = BUF_INIT;

	json_put_text(json, "id", ksk->row.id);
	json_put_text(json, "zone", ksk->row.zone);
	json_put_int(json, "key_tag", ksk->row.key_tag);
	json_put_text(json, "algorithm", alg_name(ksk->row.alg));
	json_put_int(json, "bits", dnskey_bits(&ksk->dnskey));
	json_put_text(json, "state", ksk->row.state);
	json_put_int(json, "generation", ksk->row.generation);
	json_put_text(json, "cmk", ksk->cmk->row.name);
	json_put_text(json, "custody",
	    policy_custody_name(ksk->cmk->policy->custody));
	json_put_text(json, "created", when_rfc3339(ksk->row.created_at,
	    text));
	json_put_text(json, "ds_seen", ksk->row.ds_seen_at == 0 ? NULL :
	    when_rfc3339(ksk->row.ds_seen_at, text));
	json_put_text(json, "ds_gone", ksk->row.ds_gone_at == 0 ? NULL :
	    when_rfc3339(ksk->row.ds_gone_at, text));
	dnskey_text(&ksk->dnskey, &record);
	json_put_text(json, "dnskey", buf_text(&record));
	buf_free(&record);
}

void
cmd_ksk_put_foreign(struct json *json, const struct zone_life *zone, size_t i,
    int64_t now_at)
{
	const struct foreign_key_row *row = &zone->foreign[i - zone->n_ksks];
	struct buf record = BUF_INIT;
	char text[WHEN_TEXT_LEN];

	json_put_text(json, "id", row->id);
	json_put_text(json, "zone", zone->text);
	json_put_int(json, "key_tag", row->key_tag);
	json_put_text(json, "algorithm", alg_name(row->alg));
	json_put_bool(json, "foreign", true);
	json_put_text(json, "state", life_word(&zone->life, i, now_at));
	json_put_text(json, "dnskey_state", life_state_name(
	    life_dnskey_state(&zone->life, i, now_at)));
	json_put_text(json, "ds", life_state_name(
	    life_ds_state(&zone->life, i, now_at)));
	json_put_text(json, "added", when_rfc3339(row->added_at, text));
	dnskey_text(zone_life_dnskey(zone, i), &record);
	json_put_text(json, "dnskey", buf_text(&record));
	buf_free(&record);
}

/* They have no CMK. */
static void
add_foreign_rows(const struct json *list, struct table *table)
{
	const struct json *row;
	int64_t key_tag = 0;
	char tag[24];
	size_t i;

	for (i = 0; list != NULL && i < json_len(list); i++) {
		row = json_at(list, i);
		(void)json_get_int(row, "key_tag", &key_tag);
		(void)snprintf(tag, sizeof(tag), "%lld", (long long)key_tag);
		table_add(table, json_get_text(row, "zone"));
		table_add(table, tag);
		table_add(table, json_get_text(row, "algorithm"));
		table_add(table, json_get_text(row, "state"));
		table_add(table, "-");
		table_add(table, json_get_text(row, "added"));
	}
}

void
cmd_ksk_list(const struct ksk *list, size_t n, struct cmd *cmd)
{
	struct json *json = json_put_array(cmd->json, "ksks");
	char text[WHEN_TEXT_LEN], tag[16];
	struct table table;
	size_t i;

	table_init(&table, 6, "ZONE", "KEYTAG", "ALGORITHM", "STATE", "CMK",
	    "CREATED");
	for (i = 0; i < n; i++) {
		(void)snprintf(tag, sizeof(tag), "%u", list[i].row.key_tag);
		table_add(&table, list[i].row.zone);
		table_add(&table, tag);
		table_add(&table, alg_name(list[i].row.alg));
		table_add(&table, list[i].row.state);
		table_add(&table, list[i].cmk->row.name);
		table_add(&table, when_rfc3339(list[i].row.created_at, text));
		cmd_ksk_put(json_add_object(json), &list[i]);
	}
	add_foreign_rows(json_get(cmd->json, "foreign_keys"), &table);
	table_print(&table, &cmd->text);
}

void
cmd_ksk_note_next(const struct ksk *list, size_t n, struct cmd *cmd)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(list[i].row.state, "generated") != 0)
			continue;
		session_note(cmd->session, "next: kmgr sign-zsks %s FILE, "
		    "with the zone signer's ZSKs; then kmgr get-ds %s, for "
		    "the parent", list[i].row.zone, list[i].row.zone);
		return;
	}
}

int
cmd_ksk_check_pins(struct cmd *cmd, const struct ksk *list, size_t n,
    struct error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = cmd_cmk_check_pins(cmd, list[i].cmk, err);
	return rc;
}

int
cmd_ksk_load(struct cmd *cmd, struct cmk_cache *cache, const char *text,
    struct name *zone, struct ksk **out, size_t *n, struct error *err)
{
	char name[NAME_TEXT_MAX];
	struct store *store;

	if (session_store(cmd->session, &store, err) != 0)
		return -1;
	if (strchr(text, '/') != NULL) {
		if (ksk_find(store, cache, text, out, err) != 0)
			return -1;
		*n = 1;
		*zone = (*out)->zone;
	} else if (cmd_zone(text, zone, err) != 0 ||
	    ksk_load(store, cache, zone, NULL, out, n, err) != 0)
		return -1;
	if (*n == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK",
		    name_text(zone, name));
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes one",
		    name);
	}
	return cmd_ksk_check_pins(cmd, *out, *n, err);
}

/* Other providers' keys of a zone, behind its KSKs. */
static void
list_foreign(struct cmd *cmd, const struct zone_life *zone, struct json *json)
{
	const int64_t now_at = session_now(cmd->session);
	struct json *row;
	size_t i;

	for (i = zone->n_ksks; i < zone->life.n_keys; i++) {
		row = json_add_object(json);
		cmd_ksk_put_foreign(row, zone, i, now_at);
	}
}

/* The words of the life cycle for the states that the store has. */
static int
put_words(struct cmd *cmd, struct cmk_cache *cache, struct ksk *list,
    size_t n, struct json *foreign, struct error *err)
{
	struct zone_life *zone = NULL;
	size_t i, k;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		if (zone == NULL || strcmp(zone->text, list[i].row.zone) != 0) {
			zone_life_free(zone);
			zone = NULL;
			rc = zone_life_load(cmd->session, cache,
			    &list[i].zone, &zone, err);
			if (rc == 0)
				list_foreign(cmd, zone, foreign);
		}
		k = rc == 0 ? zone_life_find(zone, list[i].row.id) :
		    LIFE_NONE;
		if (k == LIFE_NONE)
			continue;
		free(list[i].row.state);
		list[i].row.state = mem_strdup(life_word(&zone->life, k,
		    session_now(cmd->session)));
	}
	zone_life_free(zone);
	return rc;
}

int
cmd_list_ksks(struct cmd *cmd, struct error *err)
{
	const char *cmk_name = args_get(cmd->args, OPT_CMK);
	struct cmk_cache cache = { 0 };
	struct json *foreign = json_put_array(cmd->json, "foreign_keys");
	struct cmk *cmk = NULL;
	struct ksk *list = NULL;
	struct store *store;
	struct name zone;
	size_t n = 0;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0 ||
	    (cmd->args->n_words == 1 &&
	    cmd_zone(cmd->args->words[0], &zone, err) != 0) ||
	    (cmk_name != NULL && cmk_load(store, cmk_name, &cmk, err) != 0))
		return -1;
	if (ksk_load(store, &cache, cmd->args->n_words == 1 ? &zone : NULL,
	    cmk == NULL ? NULL : cmk->row.id, &list, &n, err) == 0 &&
	    put_words(cmd, &cache, list, n, foreign, err) == 0) {
		cmd_ksk_list(list, n, cmd);
		/* It is shown all the same: how else to see what is wrong. */
		cmd->is_partial = true;
		rc = cmd_ksk_check_pins(cmd, list, n, err) != 0 ? -1 :
		    pins_note_unmatched(cmd->session, err);
	}
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	cmk_free(cmk);
	return rc;
}
