#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/store/store_zone.h"

#define ZONES_MAX_LEN (64 << 20)

static void
put_ksk(struct json *json, const struct ksk *ksk)
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
	dnskey_text(&ksk->dnskey, &record);
	json_put_text(json, "dnskey", buf_text(&record));
	buf_free(&record);
}

static void
print_list(const struct ksk *list, size_t n, struct cmd *cmd)
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
		put_ksk(json_add_object(json), &list[i]);
	}
	table_print(&table, &cmd->text);
}

static int
add_zone(const char *text, struct name **zones, size_t *n, struct error *err)
{
	struct name zone;

	if (cmd_zone(text, &zone, err) != 0)
		return -1;
	*(struct name *)mem_push(zones, (*n)++, sizeof(zone)) = zone;
	return 0;
}

/* One zone a line; # begins a comment. */
static int
zones_from_file(const char *path, struct name **zones, size_t *n,
    struct error *err)
{
	struct buf text = BUF_INIT;
	char *line, *next, *end;
	size_t number = 0;
	int rc = 0;

	if (file_read(path, ZONES_MAX_LEN, &text, err) != 0)
		return -1;
	if (text.len != strlen(buf_text(&text)))
		rc = err_set(err, ERR_INPUT, "%s: a byte 0 in it", path);
	for (line = (char *)text.data; line != NULL && rc == 0; line = next) {
		number++;
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		line += strspn(line, " \t\r");
		end = line + strcspn(line, "# \t\r");
		if (end[strspn(end, " \t\r")] != '\0' &&
		    end[strspn(end, " \t\r")] != '#')
			rc = err_set(err, ERR_INPUT, "more than one word");
		*end = '\0';
		if (rc == 0 && *line != '\0')
			rc = add_zone(line, zones, n, err);
		if (rc != 0) {
			err->class = ERR_INPUT;
			(void)err_wrap(err, "%s:%zu", path, number);
		}
	}
	buf_free(&text);
	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	const struct name *const *left = a, *const *right = b;

	if ((*left)->len != (*right)->len)
		return (*left)->len < (*right)->len ? -1 : 1;
	return memcmp((*left)->wire, (*right)->wire, (*left)->len);
}

/* Twice the same zone would get two KSKs. */
static int
check_once(const struct name *zones, size_t n, struct error *err)
{
	const struct name **sorted = mem_new(n * sizeof(*sorted));
	char text[NAME_TEXT_MAX];
	size_t i;
	int rc = 0;

	for (i = 0; i < n; i++)
		sorted[i] = &zones[i];
	qsort(sorted, n, sizeof(*sorted), compare_names);
	for (i = 1; i < n && rc == 0; i++)
		if (name_is_same(sorted[i - 1], sorted[i]))
			rc = err_set(err, ERR_USAGE, "zone %s is named twice",
			    name_text(sorted[i], text));
	free(sorted);
	return rc;
}

static int
read_zones(struct cmd *cmd, struct name **zones, size_t *n, struct error *err)
{
	size_t i;

	for (i = 0; i < cmd->args->n_words; i++)
		if (add_zone(cmd->args->words[i], zones, n, err) != 0)
			return -1;
	if (args_has(cmd->args, OPT_ZONES_FROM) && zones_from_file(
	    args_get(cmd->args, OPT_ZONES_FROM), zones, n, err) != 0)
		return -1;
	if (*n == 0) {
		(void)err_set(err, ERR_USAGE, "no zone is named");
		return err_hint(err, "usage: kmgr create-ksk %s",
		    cmd->command->words);
	}
	return check_once(*zones, *n, err);
}

/* What the operator does with a KSK that nobody has seen yet. */
static void
note_next_step(struct cmd *cmd, const struct ksk *list, size_t n)
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
cmd_create_ksk(struct cmd *cmd, struct error *err)
{
	struct ksk_request request = { .wish =
	    args_has(cmd->args, OPT_ANOTHER) ? KSK_ANOTHER : KSK_IF_MISSING };
	struct cmk_cache cache = { 0 };
	struct plan plan = PLAN_INIT;
	struct ksk *list = NULL;
	struct name *zones = NULL;
	size_t n = 0;
	int rc = -1;

	if (cmd_option(cmd, OPT_CMK, &request.cmk, err) != 0 ||
	    read_zones(cmd, &zones, &request.n_zones, err) != 0)
		goto out;
	request.zones = zones;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		rc = ksk_create_plan(cmd->session, &request, &plan, err);
		if (rc == 0)
			cmd_plan(cmd, &plan);
		goto out;
	}
	if (ksk_create_apply(cmd->session, &request, &cache, &list, &n,
	    err) != 0)
		goto out;
	print_list(list, n, cmd);
	note_next_step(cmd, list, n);
	rc = 0;
 out:
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	plan_clear(&plan);
	free(zones);
	return rc;
}

int
cmd_list_ksks(struct cmd *cmd, struct error *err)
{
	const char *cmk_name = args_get(cmd->args, OPT_CMK);
	struct cmk_cache cache = { 0 };
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
	    cmk == NULL ? NULL : cmk->row.id, &list, &n, err) == 0) {
		print_list(list, n, cmd);
		rc = 0;
	}
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	cmk_free(cmk);
	return rc;
}

static void
print_ksk(const struct ksk *ksk, struct buf *out)
{
	char text[WHEN_TEXT_LEN];
	struct ds ds;
	size_t i;

	buf_printf(out, "KSK %s/%u\n  id          %s\n  state       %s\n"
	    "  algorithm   %s (%u), %u bits\n  CMK         %s, custody %s\n"
	    "  generation  %lld\n  created     %s\n  revoked tag %u\n\n",
	    ksk->row.zone, ksk->row.key_tag, ksk->row.id, ksk->row.state,
	    alg_name(ksk->row.alg), ksk->row.alg, dnskey_bits(&ksk->dnskey),
	    ksk->cmk->row.name,
	    policy_custody_name(ksk->cmk->policy->custody),
	    (long long)ksk->row.generation,
	    when_rfc3339(ksk->row.created_at, text), ksk->row.revoked_tag);
	buf_printf(out, "%s IN DNSKEY ", ksk->row.zone);
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

int
cmd_describe_ksk(struct cmd *cmd, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct signature_row *rows = NULL;
	struct json *json, *statement = NULL;
	struct ksk *ksk = NULL;
	struct store *store;
	size_t n = 0;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0 ||
	    ksk_find(store, &cache, cmd->args->words[0], &ksk, err) != 0 ||
	    store_signature_list(store, ksk->row.zone, &rows, &n, err) != 0 ||
	    json_read(ksk->row.endorsement, strlen(ksk->row.endorsement),
	    &statement, err) != 0)
		goto out;
	json = json_put_object(cmd->json, "ksk");
	put_ksk(json, ksk);
	print_ksk(ksk, &cmd->text);
	print_attributes(json_get(statement, "attributes"), &cmd->text);
	print_signatures(ksk, rows, n, cmd, json);
	json_put_take(json, "endorsement", statement);
	json_put_text(json, "endorsement_signature",
	    ksk->row.endorsement_signature);
	rc = 0;
 out:
	signature_rows_free(rows, n);
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}
