#include <string.h>

#include "kmgr/cmd/commands.h"

const struct command *
command_at(size_t i)
{

	if (i < commands_keys_n)
		return &commands_keys[i];
	i -= commands_keys_n;
	if (i < commands_ksr_n)
		return &commands_ksr[i];
	i -= commands_ksr_n;
	if (i < commands_life_n)
		return &commands_life[i];
	i -= commands_life_n;
	return i < commands_trust_n ? &commands_trust[i] : NULL;
}

const struct command *
command_find(const char *name)
{
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)) != NULL; i++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}
