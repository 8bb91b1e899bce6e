/* All plans at a glance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/ksk.h"

#define HASH_SHOWN 16		/* characters, where a line is short */

/* What stands in a row of the list. */
struct line {
	struct json	*text;		/* the plan's, or NULL */
	struct json	*zones;
	int64_t		 n_needed;
	int64_t		 n_signed;
};

static void
line_clear(struct line *line)
{

	json_free(line->text);
	json_free(line->zones);
}

/* The zones that a plan names, or those of the KSK that it names. */
static int
find_zones(struct store *store, struct line *line, struct error *err)
{
	const struct json *arguments = json_get(line->text, "arguments");
	const char *id = json_get_text(arguments, "ksk_id");
	struct ksk_row row = { 0 };
	bool found = false;

	line->zones = json_get(arguments, "zones") == NULL ?
	    json_new_array() : json_copy_of(json_get(arguments, "zones"));
	if (id == NULL)
		return 0;
	if (store_ksk_find(store, id, &row, &found, err) != 0)
		return -1;
	if (found)
		json_add_text(line->zones, row.zone);
	ksk_row_clear(&row);
	return 0;
}

/* How many have signed: while it waits, those who count now. */
static int
count(struct cmd *cmd, struct store *store, const struct plan_row *row,
    struct line *line, struct error *err)
{
	struct approval_status status;
	struct approval_row *rows;
	struct error wrong = ERR_INIT;
	size_t n;

	if (strcmp(row->state, "waiting") != 0) {
		if (store_approval_list(store, row->hash, &rows, &n, err) != 0)
			return -1;
		line->n_signed = (int64_t)n;
		approval_rows_free(rows, n);
	} else if (approval_find(cmd->session, row->hash, &status,
	    &wrong) == 0) {
		line->n_signed = (int64_t)status.n_valid;
		line->n_needed = (int64_t)status.n_needed;
		if (status.n_valid >= status.n_needed)
			session_note(cmd->session, "enough have signed plan "
			    "%.16s: kmgr apply-plan %.16s does it", row->hash,
			    row->hash);
		approval_status_clear(&status);
	} else {
		session_note(cmd->session, "%s", wrong.msg);
	}
	return 0;
}

static int
line_read(struct cmd *cmd, const struct plan_row *row, struct line *out,
    struct error *err)
{
	struct error ignored = ERR_INIT;
	struct store *store;

	*out = (struct line) { 0 };
	(void)json_read(row->text, strlen(row->text), &out->text, &ignored);
	(void)json_get_int(out->text, "approvers_needed", &out->n_needed);
	if (session_store(cmd->session, &store, err) != 0 ||
	    find_zones(store, out, err) != 0)
		return -1;
	return count(cmd, store, row, out, err);
}

static const char *
text_of(const struct json *json, const char *key)
{
	const char *text = json_get_text(json, key);

	return text == NULL ? "-" : text;
}

static void
put_line(const struct plan_row *row, const struct line *line,
    struct json *json)
{
	const struct json *by = json_get(line->text, "requested_by");
	char text[WHEN_TEXT_LEN];

	json_put_text(json, "hash", row->hash);
	json_put_text(json, "op", row->op);
	json_put_text(json, "cmk", json_get_text(line->text, "cmk"));
	json_put_take(json, "zones", json_copy_of(line->zones));
	json_put_text(json, "state", row->state);
	json_put_int(json, "approvals_valid", line->n_signed);
	json_put_int(json, "approvers_needed", line->n_needed);
	if (by != NULL)
		json_put_take(json, "requested_by", json_copy_of(by));
	json_put_text(json, "created", when_rfc3339(row->created_at, text));
	json_put_text(json, "expires", when_rfc3339(row->expires_at, text));
}

static void
add_line(const struct plan_row *row, const struct line *line,
    struct table *table)
{
	const char *zone = json_len(line->zones) == 0 ? NULL :
	    json_text(json_at(line->zones, 0));
	char text[WHEN_TEXT_LEN], hash[HASH_SHOWN + 1];
	struct buf zones = BUF_INIT;

	memcpy(hash, row->hash, HASH_SHOWN);
	hash[HASH_SHOWN] = '\0';
	table_add(table, hash);
	table_add(table, row->op);
	table_add(table, text_of(line->text, "cmk"));
	buf_printf(&zones, "%s", zone == NULL ? "-" : zone);
	if (json_len(line->zones) > 1)
		buf_printf(&zones, " and %zu more",
		    json_len(line->zones) - 1);
	table_add(table, buf_text(&zones));
	buf_free(&zones);
	table_add(table, row->state);
	(void)snprintf(text, sizeof(text), "%lld of %lld",
	    (long long)line->n_signed, (long long)line->n_needed);
	table_add(table, text);
	table_add(table, text_of(json_get(line->text, "requested_by"),
	    "user"));
	table_add(table, when_rfc3339(row->created_at, text));
	table_add(table, when_rfc3339(row->expires_at, text));
}

int
cmd_list_plans(struct cmd *cmd, struct error *err)
{
	struct json *list = json_put_array(cmd->json, "plans");
	struct plan_row *rows;
	struct store *store;
	struct table table;
	struct line line;
	size_t i, n;
	int rc = 0;

	if (session_store(cmd->session, &store, err) != 0 ||
	    store_plan_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	table_init(&table, 9, "PLAN", "OPERATION", "CMK", "ZONES", "STATE",
	    "SIGNED", "ASKED BY", "ON", "EXPIRES");
	for (i = 0; i < n && rc == 0; i++) {
		if ((rc = line_read(cmd, &rows[i], &line, err)) == 0) {
			put_line(&rows[i], &line, json_add_object(list));
			add_line(&rows[i], &line, &table);
		}
		line_clear(&line);
	}
	table_print(&table, &cmd->text);
	plan_rows_free(rows, n);
	return rc;
}
