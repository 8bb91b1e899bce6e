/* What commands have in common. */
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/cmd/command.h"

#define WIDTH	    78
#define PEM_MAX_LEN (1 << 16)

int
cmd_zone(const char *text, struct name *zone, struct error *err)
{

	if (name_read(text, zone, err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "zone \"%.80s\"", text);
}

int
cmd_option(const struct cmd *cmd, enum opt opt, const char **out,
    struct error *err)
{

	if ((*out = args_get(cmd->args, opt)) != NULL)
		return 0;
	(void)err_set(err, ERR_USAGE, "%s needs --%s %s", cmd->command->name,
	    args_opt(opt)->name, args_opt(opt)->arg);
	return err_hint(err, "usage: kmgr %s %s", cmd->command->name,
	    cmd->command->words);
}

void
cmd_progress(struct cmd *cmd, size_t done, size_t all)
{

	cmd->tells_progress = true;
	if (cmd->progress != NULL)
		progress_show(cmd->progress, done, all);
}

const char *
cmd_output(const struct cmd *cmd)
{
	const char *path = args_get(cmd->args, OPT_OUTPUT);

	return path == NULL || strcmp(path, "-") == 0 ? NULL : path;
}

int
cmd_no_folder(const char *path, struct error *err)
{

	(void)err_set(err, ERR_USAGE, "there is no folder %s for -o", path);
	return err_hint(err, "mkdir -p %s makes it; then run the command "
	    "again", path);
}

int
cmd_check_input(const char *path, struct error *err)
{

	if (strcmp(path, "-") == 0 || file_check_regular(path, err) == 0)
		return 0;
	return err_hint(err, "name a file that can be read, or - for standard "
	    "input");
}

int
cmd_public_key(const char *path, struct crypto_key **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	*out = NULL;
	if (file_read(path, PEM_MAX_LEN, &text, err) == 0 &&
	    (rc = crypto_key_from_pem(buf_text(&text), text.len, out,
	    err)) != 0)
		(void)err_wrap(err, "%s", path);
	buf_free(&text);
	return rc;
}

void
cmd_wrap(const char *text, struct buf *out)
{
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, "\n");
		if (len > WIDTH)
			for (len = WIDTH; len > 1 && text[len] != ' '; len--)
				;
		buf_printf(out, "%.*s\n", (int)len, text);
		text += len;
		text += *text == '\n' ? 1 : strspn(text, " ");
	}
}

void
cmd_plan(struct cmd *cmd, const struct plan *plan)
{

	plan_text(plan, &cmd->text);
	json_put_bool(cmd->json, "dry_run", true);
	json_put_take(cmd->json, "plan", plan_json(plan));
}
