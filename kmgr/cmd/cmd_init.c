#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/cmd/command.h"

#define STORE_DEFAULT "sqlite:" LOCALSTATEDIR "/lib/kmgr/kmgr.db"

/* The file's text from the options, in the form that config_parse() reads. */
static int
compose(const struct cmd *cmd, struct buf *out, struct error *err)
{
	const char *store = args_get(cmd->args, OPT_STORE);
	size_t i;

	buf_printf(out, "# kmgr(1): where the state and the tokens are\n"
	    "store: \"%s\"\ntokens:\n", store == NULL ? STORE_DEFAULT : store);
	if (!args_has(cmd->args, OPT_TOKEN)) {
		(void)err_set(err, ERR_USAGE, "init needs --token NAME=URI");
		return err_hint(err, "kmgr list-tokens --module PATH shows "
		    "the tokens of a PKCS#11 module with their URIs");
	}
	for (i = 0; i < cmd->args->n_values[OPT_TOKEN]; i++) {
		const char *value = cmd->args->values[OPT_TOKEN][i];
		const char *equals = strchr(value, '=');

		if (equals == NULL || strpbrk(value, "\"\\\n") != NULL)
			return err_set(err, ERR_USAGE,
			    "--token takes NAME=URI, not \"%.200s\"", value);
		buf_printf(out, "  %.*s: \"%s\"\n", (int)(equals - value),
		    value, equals + 1);
	}
	return 0;
}

/* Write the configuration where there is none. */
static int
write_config(struct cmd *cmd, const char *path, struct error *err)
{
	struct config *config = NULL;
	struct buf text = BUF_INIT;
	int rc = -1;

	if (compose(cmd, &text, err) != 0 || config_parse(buf_text(&text),
	    text.len, path, &config, err) != 0)
		goto out;
	if (args_has(cmd->args, OPT_DRY_RUN))
		buf_printf(&cmd->text, "would write %s:\n%s", path,
		    buf_text(&text));
	else if (file_make_folders(path, err) != 0 ||
	    file_write(path, 0644, text.data, text.len, err) != 0)
		goto out;
	else
		buf_printf(&cmd->text, "wrote %s\n", path);
	rc = 0;
 out:
	config_free(config);
	buf_free(&text);
	return rc;
}

static int
make_store(struct cmd *cmd, const char *path, struct error *err)
{
	struct config *config;
	struct store *store = NULL;
	int rc;

	if (config_read(path, &config, err) != 0)
		return -1;
	rc = store_open(config->store, STORE_CREATE, &store, err);
	if (rc == 0)
		buf_printf(&cmd->text, "store %s is ready\n", config->store);
	json_put_text(cmd->json, "store", config->store);
	store_close(store);
	config_free(config);
	return rc;
}

int
cmd_init(struct cmd *cmd, struct error *err)
{
	const char *path = cmd->options.config_path;
	const bool is_there = access(path, F_OK) == 0;

	json_put_text(cmd->json, "configuration", path);
	json_put_bool(cmd->json, "configuration_written", !is_there &&
	    !args_has(cmd->args, OPT_DRY_RUN));
	if (is_there)
		buf_printf(&cmd->text, "%s is there already and stays as it "
		    "is\n", path);
	else if (write_config(cmd, path, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		buf_printf(&cmd->text, "would make the store where it is not "
		    "there\n");
		return 0;
	}
	return make_store(cmd, path, err);
}
