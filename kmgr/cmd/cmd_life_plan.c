#include "kmgr/cmd/command.h"

int
cmd_life_plan(struct cmd *cmd, struct error *err)
{
	struct name zone;

	if (cmd->args->n_words == 1 &&
	    cmd_zone(cmd->args->words[0], &zone, err) != 0)
		return -1;
	return err_set(err, ERR_INPUT, "nothing is planned");
}
