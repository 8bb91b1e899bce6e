#include <stdio.h>
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/event_list.h"
#include "kmgr/engine/event_text.h"

/* What is asked for, and what the texts in it live in. */
struct wish {
	struct event_query query;
	struct cmk_row	 cmk;
	char		 zone[NAME_TEXT_MAX];
};

struct printing {
	struct table	 table;		/* for people */
	struct json	*list;		/* for machines, or NULL */
	struct cmk_row	*cmks;
	size_t		 n_cmks;
};

static void
put_parsed(struct json *json, const char *key, const char *text)
{
	struct error ignored = ERR_INIT;
	struct json *value;

	if (json_read(text, strlen(text), &value, &ignored) == 0)
		json_put_take(json, key, value);
	else
		json_put_text(json, key, text);
}

static void
put_event(struct json *json, const struct ledger_record *record)
{
	char text[2 * CRYPTO_SHA256_LEN + 1];

	json_put_int(json, "seq", record->seq);
	json_put_text(json, "at", when_rfc3339(record->at, text));
	json_put_text(json, "type", record->type);
	put_parsed(json, "actor", record->actor);
	put_parsed(json, "payload", record->payload);
	json_put_text(json, "prev", text_hex(record->prev,
	    sizeof(record->prev), text));
	json_put_text(json, "hash", text_hex(record->hash,
	    sizeof(record->hash), text));
}

static void
print_event(void *arg, const struct ledger_record *record)
{
	struct printing *printing = arg;
	char seq[24], at[WHEN_TEXT_LEN];
	struct buf text = BUF_INIT;

	if (printing->list != NULL) {
		put_event(json_add_object(printing->list), record);
		return;
	}
	(void)snprintf(seq, sizeof(seq), "%lld", (long long)record->seq);
	table_add(&printing->table, seq);
	table_add(&printing->table, when_rfc3339(record->at, at));
	table_add(&printing->table, record->type);
	event_actor(record, &text);
	table_add(&printing->table, buf_text(&text));
	buf_free(&text);
	event_text(record, printing->cmks, printing->n_cmks, &text);
	table_add(&printing->table, buf_text(&text));
	buf_free(&text);
}

/* The word for a type; one that nothing has is a slip of the pen. */
static int
check_type(const char *type, struct error *err)
{
	struct buf types = BUF_INIT;
	size_t i;

	if (event_type_find(type) != NULL)
		return 0;
	for (i = 0; event_type_at(i) != NULL; i++)
		buf_printf(&types, " %s", event_type_at(i)->type);
	(void)err_set(err, ERR_USAGE, "no event has the type \"%.64s\"", type);
	(void)err_hint(err, "types are%s", buf_text(&types));
	buf_free(&types);
	return -1;
}

static int
read_time(const struct cmd *cmd, enum opt opt, int64_t *out,
    struct error *err)
{
	const char *text = args_get(cmd->args, opt);

	if (text == NULL)
		return 0;
	if (when_read(text, cmd->options.now_at, out, err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "--%s", args_opt(opt)->name);
}

static int
read_last(const struct cmd *cmd, size_t *out, struct error *err)
{
	const char *text = args_get(cmd->args, OPT_LAST);
	int64_t n;

	if (text == NULL)
		return 0;
	if (text_to_int(text, 1, INT32_MAX, &n, err) != 0) {
		err->class = ERR_USAGE;
		return err_wrap(err, "--last");
	}
	*out = (size_t)n;
	return 0;
}

static int
read_wish(struct cmd *cmd, struct store *store, struct wish *wish,
    struct error *err)
{
	const char *cmk = args_get(cmd->args, OPT_CMK);
	const char *zone = args_get(cmd->args, OPT_ZONE);
	struct name name;
	bool found = false;

	*wish = (struct wish) { .query = EVENT_QUERY_INIT };
	wish->query.type = args_get(cmd->args, OPT_TYPE);
	if ((wish->query.type != NULL &&
	    check_type(wish->query.type, err) != 0) ||
	    read_time(cmd, OPT_SINCE, &wish->query.since_at, err) != 0 ||
	    read_time(cmd, OPT_UNTIL, &wish->query.until_at, err) != 0 ||
	    read_last(cmd, &wish->query.last, err) != 0)
		return -1;
	if (zone != NULL) {
		if (cmd_zone(zone, &name, err) != 0)
			return -1;
		wish->query.zone = name_text(&name, wish->zone);
	}
	if (cmk == NULL)
		return 0;
	/* Not proved: also what tells of a CMK that was tampered with. */
	if (store_cmk_find(store, cmk, &wish->cmk, &found, err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_INPUT, "no CMK named \"%.64s\"", cmk);
	wish->query.cmk_id = wish->cmk.id;
	return 0;
}

int
cmd_list_events(struct cmd *cmd, struct error *err)
{
	struct printing printing = { 0 };
	struct wish wish = { 0 };
	struct store *store;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0 ||
	    read_wish(cmd, store, &wish, err) != 0)
		goto out;
	if (store_cmk_list(store, &printing.cmks, &printing.n_cmks,
	    err) != 0)
		goto out;
	if (cmd->wants_json)
		printing.list = json_put_array(cmd->json, "events");
	table_init(&printing.table, 5, "SEQ", "TIME", "TYPE", "WHO", "WHAT");
	rc = event_list(store, &wish.query, print_event, &printing, err);
	table_print(&printing.table, &cmd->text);
 out:
	cmk_rows_free(printing.cmks, printing.n_cmks);
	cmk_row_clear(&wish.cmk);
	return rc;
}
