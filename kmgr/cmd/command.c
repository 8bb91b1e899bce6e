/* How commands are found, and how they tell what they are for. */
#include <stdio.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksr_sign.h"
#include "kmgr/cmd/cmd_sign.h"
#include "kmgr/cmd/command.h"

/* The number of letters that differ between two words (Levenshtein). */
static size_t
distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b), i, k, diagonal, cost;

	if (strlen(a) >= 64 || n >= 64)
		return 64;
	for (k = 0; k <= n; k++)
		row[k] = k;
	for (i = 1; a[i - 1] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i;
		for (k = 1; k <= n; k++) {
			cost = diagonal + (a[i - 1] != b[k - 1]);
			diagonal = row[k];
			if (row[k] + 1 < cost)
				cost = row[k] + 1;
			if (row[k - 1] + 1 < cost)
				cost = row[k - 1] + 1;
			row[k] = cost;
		}
	}
	return row[n];
}

static const char *
nearest_name(const char *name)
{
	const char *nearest = NULL;
	size_t i, d, best = strlen(name) / 3 + 1;

	/* What differs in more than a third of its letters is another word. */
	if (best > 4)
		best = 4;

	for (i = 0; command_at(i) != NULL; i++)
		if ((d = distance(name, command_at(i)->name)) < best) {
			best = d;
			nearest = command_at(i)->name;
		}
	return nearest;
}

const struct command *
command_need(const char *name, struct error *err)
{
	const struct command *command = command_find(name);
	const char *nearest;

	if (command != NULL)
		return command;
	(void)err_set(err, ERR_USAGE, "no command \"%.64s\"", name);
	if ((nearest = nearest_name(name)) != NULL)
		(void)err_hint(err, "did you mean %s?", nearest);
	else
		(void)err_hint(err, "kmgr help lists the commands");
	return NULL;
}

int
command_status(const struct command *command, const struct error *err)
{

	if (command != NULL && command->run == cmd_check)
		return 3;
	return (int)err->class;
}

bool
command_fills_folder(const struct cmd *cmd)
{

	return (cmd->command->run == cmd_sign_ksr &&
	    cmd_ksr_is_many(cmd->args)) ||
	    (cmd->command->run == cmd_sign_zsks && cmd_sign_folder(cmd) !=
	    NULL);
}

static void
print_options(const enum opt *opts, struct buf *out)
{
	char flags[64];

	for (; *opts != OPT_END; opts++) {
		const struct opt_info *info = args_opt(*opts);

		(void)snprintf(flags, sizeof(flags), "%c%c%s--%s%s%s",
		    info->letter != 0 ? '-' : ' ',
		    info->letter != 0 ? info->letter : ' ',
		    info->letter != 0 ? ", " : "  ", info->name,
		    info->arg != NULL ? " " : "",
		    info->arg != NULL ? info->arg : "");
		buf_printf(out, "  %-26s %s\n", flags, info->help);
	}
}

void
command_usage(const struct command *command, struct buf *out)
{

	buf_printf(out, "usage: kmgr %s%s%s\n\n%s\n", command->name,
	    command->words[0] != '\0' ? " " : "", command->words,
	    command->summary);
	if (command->help[0] != '\0') {
		buf_printf(out, "\n");
		cmd_wrap(command->help, out);
	}
	if (command->opts[0] != OPT_END) {
		buf_printf(out, "\noptions:\n");
		print_options(command->opts, out);
	}
	buf_printf(out, "\nfor every command:\n");
	print_options(args_globals(), out);
}

/* Room for the longest name. */
static int
names_width(void)
{
	size_t i, width = 0;

	for (i = 0; command_at(i) != NULL; i++)
		if (strlen(command_at(i)->name) > width)
			width = strlen(command_at(i)->name);
	return (int)width;
}

void
command_overview(struct buf *out)
{
	const struct command *command;
	const char *group = "";
	size_t i;

	buf_printf(out, "usage: kmgr [-c FILE] [--json] [-q] [-v] COMMAND "
	    "[OPTIONS] [ARGS]\n\nkmgr keeps the key-signing keys of DNSSEC "
	    "zones in a PKCS#11 token.\n");
	for (i = 0; (command = command_at(i)) != NULL; i++) {
		if (strcmp(group, command->group) != 0)
			buf_printf(out, "\n%s\n", command->group);
		group = command->group;
		buf_printf(out, "  %-*s %s\n", names_width(), command->name,
		    command->summary);
	}
	buf_printf(out, "\nkmgr help COMMAND says more; so does kmgr(1).\n");
}

int
cmd_time(const struct cmd *cmd, enum opt opt, int64_t preset, int64_t *out,
    struct error *err)
{
	const char *text = args_get(cmd->args, opt);

	*out = preset;
	if (text == NULL || when_read(text, cmd->options.now_at, out,
	    err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "--%s", args_opt(opt)->name);
}
