/* One KSK, with all that there is to know of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/ksk_end_check.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_ksr.h"
#include "kmgr/store/store_zone.h"

/* Whether its goal is to be hidden, or it never was anything else. */
static bool
is_ended(const struct zone_life *zone, size_t i, int64_t now_at)
{

	return zone->life.keys[i].retire_at != 0 ||
	    zone->life.goal == LIFE_INSECURE ||
	    zone->life.keys[i].is_compromised ||
	    strcmp(life_word(&zone->life, i, now_at), "dead") == 0;
}

char *
cmd_ksk_wait(const struct cmd *cmd, const struct zone_life *zone, size_t i)
{
	const int64_t now_at = session_now(cmd->session);
	const struct life_step *step;
	char *out = NULL;
	struct life_plan plan;
	size_t s;

	life_plan(&zone->life, now_at, &plan);
	for (s = 0; s < plan.n && out == NULL; s++) {
		step = &plan.steps[s];
		if (step->key != i || step->kind == LIFE_DONE)
			continue;
		if (s < plan.n_due)
			out = mem_printf("%s, which is due",
			    life_step_name(step->kind));
		else if (step->wait == LIFE_WAITS_TIME)
			out = mem_printf("%s %s",
			    life_step_name(step->kind), step->why);
		else
			out = mem_printf("%s%s%s, for %s",
			    cmd->wants_json ? life_wait_name(step->wait) :
			    life_wait_text(step->wait),
			    step->why[0] != '\0' ? " " : "", step->why,
			    life_step_name(step->kind));
	}
	life_plan_clear(&plan);
	return out;
}

/* What the plan says of the ith key first. */
static char *
wait_of(const struct cmd *cmd, const struct zone_life *zone, size_t i,
    int64_t horizon_at)
{
	const int64_t now_at = session_now(cmd->session);
	const int64_t end_at = ksk_end_at(zone, i, horizon_at);
	char text[WHEN_TEXT_LEN], *out = cmd_ksk_wait(cmd, zone, i);

	if (out != NULL)
		return out;
	if (!is_ended(zone, i, now_at))
		return mem_strdup("nothing: the zone depends on it");
	if (end_at != LIFE_NEVER && now_at < end_at)
		return mem_printf("%s: until then a cache may have something "
		    "of it, or a signature by it is valid",
		    when_rfc3339(end_at, text));
	return mem_strdup("delete-ksk");
}

static int
find_wait(struct cmd *cmd, struct store *store, struct cmk_cache *cache,
    const struct ksk *ksk, char **out, const char **word, struct error *err)
{
	const int64_t now_at = session_now(cmd->session);
	struct zone_life *zone = NULL;
	int64_t horizon_at;
	size_t i;

	if (ksk_end_horizon(store, ksk, &horizon_at, err) != 0 ||
	    zone_life_load(cmd->session, cache, &ksk->zone, &zone, err) != 0)
		return -1;
	i = zone_life_find(zone, ksk->row.id);
	if (i < zone->n_ksks) {
		*out = wait_of(cmd, zone, i, horizon_at);
		*word = life_word(&zone->life, i, now_at);
	}
	zone_life_free(zone);
	return 0;
}

static void
print_ksk(const struct ksk *ksk, const char *state, const char *waits_for,
    struct buf *out)
{
	char text[WHEN_TEXT_LEN];
	struct ds ds;
	size_t i;

	buf_printf(out, "KSK %s/%u\n  id          %s\n  state       %s\n"
	    "  algorithm   %s (%u), %u bits\n  CMK         %s, custody %s\n"
	    "  generation  %lld\n  created     %s\n  revoked tag %u\n",
	    ksk->row.zone, ksk->row.key_tag, ksk->row.id, state,
	    alg_name(ksk->row.alg), ksk->row.alg, dnskey_bits(&ksk->dnskey),
	    ksk->cmk->row.name,
	    policy_custody_name(ksk->cmk->policy->custody),
	    (long long)ksk->row.generation,
	    when_rfc3339(ksk->row.created_at, text), ksk->row.revoked_tag);
	if (ksk->row.ds_seen_at != 0)
		buf_printf(out, "  DS seen     %s\n",
		    when_rfc3339(ksk->row.ds_seen_at, text));
	if (ksk->row.ds_gone_at != 0)
		buf_printf(out, "  DS gone     %s\n",
		    when_rfc3339(ksk->row.ds_gone_at, text));
	buf_printf(out, "  waits for   %s\n\n%s IN DNSKEY ", waits_for,
	    ksk->row.zone);
	dnskey_text(&ksk->dnskey, out);
	for (i = 0; i < ksk->cmk->policy->n_digests; i++) {
		ds_init(&ds, &ksk->zone, &ksk->dnskey,
		    ksk->cmk->policy->digests[i]);
		buf_printf(out, "\n%s IN DS ", ksk->row.zone);
		ds_text(&ds, out);
	}
	buf_printf(out, "\n");
}

/* The exception that not_held has for an attribute, or NULL. */
static const struct json *
find_exception(const struct json *not_held, const char *half,
    const char *name)
{
	size_t i;

	for (i = 0; i < json_len(not_held); i++) {
		const struct json *row = json_at(not_held, i);

		if (strcmp(json_get_text(row, "half"), half) == 0 &&
		    strcmp(json_get_text(row, "name"), name) == 0)
			return row;
	}
	return NULL;
}

static void
add_half(const struct json *attributes, const char *half, struct table *table)
{
	const struct json *held = json_get(attributes, half), *exception;
	const char *name = NULL;

	while ((name = json_next_key(held, name)) != NULL) {
		exception = find_exception(json_get(attributes, "not_held"),
		    half, name);
		table_add(table, half);
		table_add(table, name);
		table_add(table, json_get_text(held, name));
		table_add(table, exception == NULL ? "held" :
		    json_get_text(exception, "verdict"));
	}
}

/* What the token holds, then what it was asked for and does not tell. */
static void
print_attributes(const struct json *attributes, struct buf *out)
{
	const struct json *not_held = json_get(attributes, "not_held");
	struct table table;
	size_t i;

	buf_printf(out, "\n");
	table_init(&table, 4, "HALF", "ATTRIBUTE", "TOKEN HOLDS", "VERDICT");
	add_half(attributes, "private", &table);
	add_half(attributes, "public", &table);
	add_half(attributes, "secret", &table);
	for (i = 0; i < json_len(not_held); i++) {
		const struct json *row = json_at(not_held, i);
		const char *half = json_get_text(row, "half");
		const char *name = json_get_text(row, "name");

		if (json_get(json_get(attributes, half), name) != NULL)
			continue;
		table_add(&table, half);
		table_add(&table, name);
		table_add(&table, "-");
		table_add(&table, json_get_text(row, "verdict"));
	}
	table_print(&table, out);
}

static void
print_signatures(const struct ksk *ksk, const struct signature_row *rows,
    size_t n, struct cmd *cmd, struct json *json)
{
	struct json *list = json_put_array(json, "signatures");
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN];
	struct json *row;
	size_t i;

	buf_printf(&cmd->text, "\n");
	for (i = 0; i < n; i++) {
		if (strcmp(rows[i].ksk_id, ksk->row.id) != 0)
			continue;
		(void)when_rfc3339(rows[i].inception_at, from);
		(void)when_rfc3339(rows[i].expiration_at, until);
		buf_printf(&cmd->text, "signed %s from %s to %s\n",
		    rrtype_name(rows[i].type_covered), from, until);
		row = json_add_object(list);
		json_put_text(row, "type_covered",
		    rrtype_name(rows[i].type_covered));
		json_put_text(row, "inception", from);
		json_put_text(row, "expiration", until);
	}
}

/* Responses in which the KSK is, and what has become of them. */
static int
print_responses(struct cmd *cmd, struct store *store, const struct ksk *ksk,
    struct json *json, struct error *err)
{
	struct json *list = json_put_array(json, "responses"), *entry;
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN], at[WHEN_TEXT_LEN];
	struct ksr_row *rows;
	size_t i, n;

	if (store_ksr_list(store, ksk->row.zone, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (strstr(rows[i].ksk_ids, ksk->row.id) == NULL)
			continue;
		(void)when_rfc3339(rows[i].answered_at, from);
		(void)when_rfc3339(rows[i].expires_at, until);
		buf_printf(&cmd->text, "%s response of %s, until %s%s%s\n",
		    rows[i].kind, from, until, rows[i].superseded_at == 0 ?
		    "" : ", superseded since ", rows[i].superseded_at == 0 ?
		    "" : when_rfc3339(rows[i].superseded_at, at));
		entry = json_add_object(list);
		json_put_text(entry, "kind", rows[i].kind);
		json_put_text(entry, "format", rows[i].format);
		json_put_text(entry, "answered", from);
		json_put_text(entry, "expiration", until);
		json_put_text(entry, "superseded",
		    rows[i].superseded_at == 0 ? NULL : at);
	}
	ksr_rows_free(rows, n);
	return 0;
}

/* What is left of a KSK that was deleted. */
static int
describe_removed(struct cmd *cmd, struct store *store,
    struct cmk_cache *cache, const struct ksk_row *row, struct error *err)
{
	struct json *json = json_put_object(cmd->json, "ksk");
	char at[WHEN_TEXT_LEN];
	struct cmk *cmk;
	bool outlives;
	char *lost;

	if (cmk_cache_get(cache, store, row->cmk_id, &cmk, err) != 0 ||
	    ending_check_ksk(store, cmk, row, err) != 0)
		return -1;
	lost = ending_lost_token(row);
	outlives = ksk_wrapped_outlives(&(struct ksk) { .cmk = cmk }, row);
	buf_printf(&cmd->text, "KSK %s/%u\n  id          %s\n  state       "
	    "removed\n  CMK         %s, custody %s\n  created     %s\n",
	    row->zone, row->key_tag, row->id, cmk->row.name,
	    policy_custody_name(cmk->policy->custody),
	    when_rfc3339(row->created_at, at));
	if (lost != NULL)
		buf_printf(&cmd->text, "  note        " ENDING_LOST "\n",
		    lost);
	if (outlives)
		buf_printf(&cmd->text, "  note        that it has ended is "
		    "not provable until its wrapping key is destroyed\n");
	json_put_text(json, "id", row->id);
	json_put_text(json, "zone", row->zone);
	json_put_int(json, "key_tag", row->key_tag);
	json_put_text(json, "state", row->state);
	json_put_text(json, "cmk", cmk->row.name);
	json_put_text(json, "custody",
	    policy_custody_name(cmk->policy->custody));
	json_put_text(json, "created", at);
	json_put_bool(json, "provable", !outlives);
	json_put_text(json, "lost_token", lost);
	free(lost);
	json_put_text(json, "retirement", row->retirement);
	json_put_text(json, "retirement_signature",
	    row->retirement_signature);
	return 0;
}

/* One that is no more, where err is that there is none. */
static int
find_removed(struct cmd *cmd, struct store *store, struct cmk_cache *cache,
    struct error *err)
{
	struct error none = *err;
	struct ksk_row row;
	bool found = false;
	int rc;

	if (err->class != ERR_INPUT)
		return -1;
	err_clear(err);
	if (cmd_ksk_foreign(cmd, cache, cmd->args->words[0], &found,
	    err) != 0)
		return -1;
	if (found)
		return 0;
	if (ksk_find_removed(store, cmd->args->words[0], &row, &found,
	    err) != 0)
		return -1;
	if (!found) {
		*err = none;
		return -1;
	}
	rc = describe_removed(cmd, store, cache, &row, err);
	ksk_row_clear(&row);
	return rc;
}

int
cmd_describe_ksk(struct cmd *cmd, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct signature_row *rows = NULL;
	struct json *json, *statement = NULL;
	struct ksk *ksk = NULL;
	const char *word = NULL;
	char *waits_for = NULL;
	struct store *store;
	size_t n = 0;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0)
		goto out;
	if (ksk_find(store, &cache, cmd->args->words[0], &ksk, err) != 0) {
		rc = find_removed(cmd, store, &cache, err);
		goto out;
	}
	if (find_wait(cmd, store, &cache, ksk, &waits_for, &word, err) != 0 ||
	    store_signature_list(store, ksk->row.zone, &rows, &n, err) != 0 ||
	    json_read(ksk->row.endorsement, strlen(ksk->row.endorsement),
	    &statement, err) != 0)
		goto out;
	json = json_put_object(cmd->json, "ksk");
	cmd_ksk_put(json, ksk);
	json_put_text(json, "state", word);
	print_ksk(ksk, word, waits_for, &cmd->text);
	json_put_text(json, "waits_for", waits_for);
	print_attributes(json_get(statement, "attributes"), &cmd->text);
	print_signatures(ksk, rows, n, cmd, json);
	if (print_responses(cmd, store, ksk, json, err) != 0)
		goto out;
	json_put_take(json, "endorsement", statement);
	json_put_text(json, "endorsement_signature",
	    ksk->row.endorsement_signature);
	/* It is shown all the same: how else to see what is wrong. */
	cmd->is_partial = true;
	rc = cmd_ksk_check_pins(cmd, ksk, 1, err) != 0 ? -1 :
	    pins_note_unmatched(cmd->session, err);
 out:
	free(waits_for);
	signature_rows_free(rows, n);
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}
