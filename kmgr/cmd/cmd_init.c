#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_next.h"

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

/* What the options ask for, as text and as it will be read. */
static int
wanted(struct cmd *cmd, struct buf *text, struct config **config,
    struct error *err)
{

	*config = NULL;
	if (compose(cmd, text, err) != 0)
		return -1;
	return config_parse(buf_text(text), text->len, "the new configuration",
	    config, err);
}

static int
make_store(struct cmd *cmd, const struct config *config, struct error *err)
{
	struct store *store = NULL;
	int rc;

	json_put_text(cmd->json, "store", config->store);
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		buf_printf(&cmd->text, "would make store %s where it is not "
		    "there\n", config->store);
		return 0;
	}
	if (store_open(config->store, STORE_CREATE, &store, err) != 0)
		return -1;
	rc = cmd_next(store, config, &cmd->notes, err);
	store_close(store);
	if (rc == 0)
		buf_printf(&cmd->text, "store %s is ready\n", config->store);
	return rc;
}

/* The store first: a configuration that names none would be in the way. */
static int
init_new(struct cmd *cmd, const char *path, struct error *err)
{
	const bool is_dry = args_has(cmd->args, OPT_DRY_RUN);
	struct config *config = NULL;
	struct buf text = BUF_INIT;
	int rc = -1;

	if (wanted(cmd, &text, &config, err) != 0 ||
	    make_store(cmd, config, err) != 0)
		goto out;
	if (!is_dry && (file_make_folders(path, err) != 0 ||
	    file_write(path, 0644, text.data, text.len, err) != 0))
		goto out;
	buf_printf(&cmd->text, is_dry ? "would write %s:\n%s" : "wrote %s\n",
	    path, buf_text(&text));
	rc = 0;
 out:
	config_free(config);
	buf_free(&text);
	return rc;
}

/* What is there stays; options that want something else are refused. */
static int
init_again(struct cmd *cmd, const char *path, struct error *err)
{
	const char *store = args_get(cmd->args, OPT_STORE);
	const struct config_token *token;
	struct config *config;
	const char *value;
	bool differs;
	size_t i;
	int rc;

	if (config_read(path, &config, err) != 0)
		return -1;
	differs = store != NULL && strcmp(store, config->store) != 0;
	for (i = 0; i < cmd->args->n_values[OPT_TOKEN]; i++) {
		value = cmd->args->values[OPT_TOKEN][i];
		differs = true;
		for (token = config->tokens;
		    token < config->tokens + config->n_tokens; token++)
			if (strncmp(value, token->name,
			    strlen(token->name)) == 0 &&
			    value[strlen(token->name)] == '=' &&
			    strcmp(value + strlen(token->name) + 1,
			    token->uri) == 0)
				differs = false;
		if (differs)
			break;
	}
	if (differs) {
		(void)err_set(err, ERR_USAGE, "%s is there already and says "
		    "otherwise", path);
		rc = err_hint(err, "edit the file, or name another one with "
		    "-c");
	} else {
		buf_printf(&cmd->text, "%s is there already and stays as it "
		    "is\n", path);
		rc = make_store(cmd, config, err);
	}
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
	json_put_bool(cmd->json, "dry_run", args_has(cmd->args, OPT_DRY_RUN));
	return is_there ? init_again(cmd, path, err) :
	    init_new(cmd, path, err);
}
