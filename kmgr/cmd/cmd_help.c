#include "kmgr/cmd/command.h"

static void
put_options(struct json *list, const enum opt *opts)
{

	for (; *opts != OPT_END; opts++)
		json_add_text(list, args_opt(*opts)->name);
}

int
cmd_help(struct cmd *cmd, struct error *err)
{
	const struct command *command;
	struct json *list, *row;
	size_t i;

	if (cmd->args->n_words == 0) {
		command_overview(&cmd->text);
	} else if ((command = command_need(cmd->args->words[0],
	    err)) == NULL) {
		return -1;
	} else {
		command_usage(command, &cmd->text);
	}
	list = json_put_array(cmd->json, "global_options");
	put_options(list, args_globals());
	list = json_put_array(cmd->json, "commands");
	for (i = 0; (command = command_at(i)) != NULL; i++) {
		row = json_add_object(list);
		json_put_text(row, "name", command->name);
		json_put_text(row, "summary", command->summary);
		json_put_text(row, "usage", command->words);
		put_options(json_put_array(row, "options"), command->opts);
	}
	return 0;
}
