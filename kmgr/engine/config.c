#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/uri.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/yaml.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/config.h"
#include "kmgr/store/store.h"

#define TOKEN_NAME_MAX 32

const char *
config_path(const char *option)
{
	const char *env = getenv("KMGR_CONFIG");

	if (option != NULL)
		return option;
	return env != NULL && env[0] != '\0' ? env :
	    SYSCONFDIR "/kmgr/kmgr.yaml";
}

/* Put "file:line: " in front of what is wrong with node. */
static int
wrap_line(const struct config *config, const struct yaml_node *node,
    const char *key, struct error *err)
{

	err->class = ERR_CONFIG;
	return err_wrap(err, "%s:%zu: %s", config->path, node->line, key);
}

static int
read_tokens(struct config *config, const struct yaml_node *map,
    struct error *err)
{
	struct config_token *token;
	struct hsm_uri uri;
	size_t i;

	if (map->kind != YAML_NODE_MAP || map->n_items == 0) {
		(void)err_set(err, ERR_CONFIG, "must be a map of NAME: URI");
		return wrap_line(config, map, "tokens", err);
	}
	for (i = 0; i < map->n_items; i++) {
		const struct yaml_node *value = map->items[i];
		const char *name = map->keys[i];

		if (!text_is_label(name, TOKEN_NAME_MAX)) {
			(void)err_set(err, ERR_CONFIG, "a token's name is 1 to "
			    "%d letters, digits and . _ -", TOKEN_NAME_MAX);
			return wrap_line(config, value, name, err);
		}
		if (value->kind != YAML_NODE_SCALAR) {
			(void)err_set(err, ERR_CONFIG, "must be a URI");
			return wrap_line(config, value, name, err);
		}
		if (hsm_uri_read(value->text, &uri, err) != 0)
			return wrap_line(config, value, name, err);
		token = mem_push(&config->tokens, config->n_tokens++,
		    sizeof(*token));
		token->name = mem_strdup(name);
		token->uri = mem_strdup(value->text);
	}
	return 0;
}

static int
read_store(struct config *config, const struct yaml_node *node,
    struct error *err)
{

	if (node->kind != YAML_NODE_SCALAR)
		(void)err_set(err, ERR_CONFIG, "store: must be a URL");
	if (node->kind != YAML_NODE_SCALAR ||
	    store_url_check(node->text, err) != 0)
		return err_wrap(err, "%s:%zu", config->path, node->line);
	config->store = mem_strdup(node->text);
	return 0;
}

static int
read_syslog(struct config *config, const struct yaml_node *node,
    struct error *err)
{
	const bool is_true = node->kind == YAML_NODE_SCALAR &&
	    strcmp(node->text, "true") == 0;

	if (!is_true && (node->kind != YAML_NODE_SCALAR ||
	    strcmp(node->text, "false") != 0)) {
		(void)err_set(err, ERR_CONFIG, "must be true or false");
		return wrap_line(config, node, "witnesses.syslog", err);
	}
	config->witnesses.has_syslog = is_true;
	return 0;
}

static int
read_file(struct config *config, const struct yaml_node *node,
    struct error *err)
{

	if (node->kind != YAML_NODE_SCALAR || node->text[0] != '/') {
		(void)err_set(err, ERR_CONFIG, "must be a path from the root");
		return wrap_line(config, node, "witnesses.file", err);
	}
	config->witnesses.file = mem_strdup(node->text);
	return 0;
}

static bool
is_command(const struct yaml_node *list)
{
	size_t i;

	if (list->kind != YAML_NODE_LIST || list->n_items == 0)
		return false;
	for (i = 0; i < list->n_items; i++)
		if (list->items[i]->kind != YAML_NODE_SCALAR)
			return false;
	return list->items[0]->text[0] == '/';
}

static int
read_command(struct config *config, const struct yaml_node *list,
    struct error *err)
{
	char **words;
	size_t i;

	if (!is_command(list)) {
		(void)err_set(err, ERR_CONFIG, "must be a list [PATH, "
		    "ARGUMENT, ...] with a path from the root");
		return wrap_line(config, list, "witnesses.command", err);
	}
	words = mem_new((list->n_items + 1) * sizeof(*words));
	for (i = 0; i < list->n_items; i++)
		words[i] = mem_strdup(list->items[i]->text);
	config->witnesses.command = words;
	return 0;
}

static int
read_pin(struct config *config, const char *name,
    const struct yaml_node *value, struct error *err)
{
	struct config_pin *pin;
	struct error why = ERR_INIT;
	size_t len = 0;

	if (!text_is_label(name, CMK_NAME_MAX))
		return err_set(err, ERR_CONFIG, "is no name or id of a CMK");
	pin = mem_push(&config->pins, config->n_pins++, sizeof(*pin));
	pin->name = mem_strdup(name);
	if (value->kind != YAML_NODE_SCALAR ||
	    strspn(value->text, "0123456789abcdef") != strlen(value->text) ||
	    text_from_hex(value->text, pin->sha256, sizeof(pin->sha256), &len,
	    &why) != 0 || len != sizeof(pin->sha256))
		return err_set(err, ERR_CONFIG, "must be a SHA-256: %zu hex "
		    "digits, lower-case", 2 * sizeof(pin->sha256));
	return 0;
}

static int
read_pins(struct config *config, const struct yaml_node *map,
    struct error *err)
{
	size_t i;

	if (map->kind != YAML_NODE_MAP) {
		(void)err_set(err, ERR_CONFIG, "must be a map of CMK: SHA256");
		return wrap_line(config, map, "pins", err);
	}
	for (i = 0; i < map->n_items; i++)
		if (read_pin(config, map->keys[i], map->items[i], err) != 0)
			return wrap_line(config, map->items[i], map->keys[i],
			    err);
	return 0;
}

/* What may stand in a map of the file; a later feature adds its row. */
struct key {
	const char	*name;
	int		(*read)(struct config *, const struct yaml_node *,
			    struct error *);
	enum { MUST_BE, MAY_BE } presence;
};

static int
read_keys(struct config *config, const struct yaml_node *map,
    const struct key *keys, size_t n_keys, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t i, k;

	for (i = 0; i < map->n_items; i++) {
		for (k = 0; k < n_keys; k++)
			if (strcmp(map->keys[i], keys[k].name) == 0)
				break;
		if (k == n_keys) {
			(void)err_set(err, ERR_CONFIG, "unknown key");
			for (k = 0; k < n_keys; k++)
				buf_printf(&names, "%s%s", k > 0 ? ", " : "",
				    keys[k].name);
			(void)err_hint(err, "the keys are: %s",
			    buf_text(&names));
			buf_free(&names);
			return wrap_line(config, map->items[i], map->keys[i],
			    err);
		}
		if (keys[k].read(config, map->items[i], err) != 0)
			return -1;
	}
	for (k = 0; k < n_keys; k++)
		if (keys[k].presence == MUST_BE &&
		    yaml_node_find(map, keys[k].name) == NULL)
			return err_set(err, ERR_CONFIG,
			    "%s: the key \"%s\" is missing", config->path,
			    keys[k].name);
	return 0;
}

static int
read_witnesses(struct config *config, const struct yaml_node *map,
    struct error *err)
{
	static const struct key keys[] = {
		{ "syslog", read_syslog, MAY_BE },
		{ "file", read_file, MAY_BE },
		{ "command", read_command, MAY_BE },
	};

	if (map->kind != YAML_NODE_MAP) {
		(void)err_set(err, ERR_CONFIG, "must be a map of keys");
		return wrap_line(config, map, "witnesses", err);
	}
	return read_keys(config, map, keys, sizeof(keys) / sizeof(keys[0]),
	    err);
}

static int
read_root(struct config *config, const struct yaml_node *root,
    struct error *err)
{
	static const struct key keys[] = {
		{ "store", read_store, MUST_BE },
		{ "tokens", read_tokens, MUST_BE },
		{ "witnesses", read_witnesses, MAY_BE },
		{ "pins", read_pins, MAY_BE },
	};

	if (root->kind != YAML_NODE_MAP)
		return err_set(err, ERR_CONFIG,
		    "%s: must be a map of keys", config->path);
	return read_keys(config, root, keys, sizeof(keys) / sizeof(keys[0]),
	    err);
}

int
config_parse(const char *text, size_t len, const char *path,
    struct config **out, struct error *err)
{
	struct config *config = mem_new(sizeof(*config));
	struct yaml_node *root = NULL;
	int rc = -1;

	*out = NULL;
	config->path = mem_strdup(path);
	if (yaml_node_read(text, len, path, &root, err) != 0 ||
	    read_root(config, root, err) != 0)
		goto out;
	*out = config;
	config = NULL;
	rc = 0;
 out:
	yaml_node_free(root);
	config_free(config);
	return rc;
}

int
config_read(const char *path, struct config **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	*out = NULL;
	if (file_read(path, CONFIG_MAX_LEN, &text, err) != 0) {
		if (err->code == ENOENT)
			(void)err_hint(err, "make one with: kmgr -c %s init "
			    "--token NAME=URI", path);
		err->class = ERR_CONFIG;
		return err_wrap(err, "configuration");
	}
	rc = config_parse(buf_text(&text), text.len, path, out, err);
	buf_free(&text);
	return rc;
}

const struct config_token *
config_token(const struct config *config, const char *name, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < config->n_tokens; i++)
		if (strcmp(config->tokens[i].name, name) == 0)
			return &config->tokens[i];
	for (i = 0; i < config->n_tokens; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "",
		    config->tokens[i].name);
	(void)err_set(err, ERR_CONFIG, "%s: no token named \"%.64s\"",
	    config->path, name);
	(void)err_hint(err, "configured are: %s", buf_text(&names));
	buf_free(&names);
	return NULL;
}

const struct config_pin *
config_pin(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->n_pins; i++)
		if (strcmp(config->pins[i].name, name) == 0)
			return &config->pins[i];
	return NULL;
}

static void
witnesses_clear(struct config_witnesses *witnesses)
{
	char **word = witnesses->command;

	for (; word != NULL && *word != NULL; word++)
		free(*word);
	free(witnesses->command);
	free(witnesses->file);
}

void
config_free(struct config *config)
{
	size_t i;

	if (config == NULL)
		return;
	for (i = 0; i < config->n_tokens; i++) {
		free(config->tokens[i].name);
		free(config->tokens[i].uri);
	}
	for (i = 0; i < config->n_pins; i++)
		free(config->pins[i].name);
	free(config->tokens);
	free(config->pins);
	witnesses_clear(&config->witnesses);
	free(config->store);
	free(config->path);
	free(config);
}
