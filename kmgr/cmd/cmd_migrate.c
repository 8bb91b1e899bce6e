#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/cmd/command.h"
#include "kmgr/store/store_migrate.h"

static void
print_tables(const struct store_content *content, struct cmd *cmd)
{
	struct json *tables = json_put_object(cmd->json, "rows");
	size_t i;

	for (i = 0; i < content->n_tables; i++) {
		json_put_int(tables, content->tables[i].table,
		    content->tables[i].rows);
		if (content->tables[i].rows > 0)
			buf_printf(&cmd->text, "  %-12s %lld\n",
			    content->tables[i].table,
			    (long long)content->tables[i].rows);
	}
}

static void
print_head(const struct store_content *content, struct cmd *cmd)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	(void)text_hex(content->head, sizeof(content->head), hex);
	json_put_int(cmd->json, "seq", content->seq);
	json_put_text(cmd->json, "head", hex);
	buf_printf(&cmd->text, "  head         event %lld, %s\n",
	    (long long)content->seq, hex);
}

static bool
has_cmks(const struct store_content *content)
{
	size_t i;

	for (i = 0; i < content->n_tables; i++)
		if (strcmp(content->tables[i].table, "cmk") == 0)
			return content->tables[i].rows > 0;
	return false;
}

/*
 * Where the store is no token knows: which of two that are the same is meant
 * it learns from the first change that only one of them has.
 */
static void
note_next(const struct store_content *content, struct cmd *cmd)
{

	buf_printf(&cmd->notes, "next: name the new store in store: of the "
	    "configuration of each machine, then kmgr verify; the old one is "
	    "shut, and says where it has moved to\n");
	if (has_cmks(content))
		buf_printf(&cmd->notes, "let nobody use a copy of the old "
		    "one: the token of each CMK refuses that only from the "
		    "next change of its keys in the new one on\n");
}

int
cmd_migrate_store(struct cmd *cmd, struct error *err)
{
	const bool is_dry = args_has(cmd->args, OPT_DRY_RUN);
	const char *from = cmd->args->words[0], *to = cmd->args->words[1];
	struct store_content content;

	if ((is_dry ? store_migrate_look(from, to, &content, err) :
	    store_migrate(from, to, &content, err)) != 0)
		return -1;
	json_put_text(cmd->json, "from", from);
	json_put_text(cmd->json, "to", to);
	buf_printf(&cmd->text, is_dry ? "would copy %s to %s:\n" :
	    "copied %s to %s:\n", from, to);
	print_tables(&content, cmd);
	print_head(&content, cmd);
	if (!is_dry)
		note_next(&content, cmd);
	return 0;
}
