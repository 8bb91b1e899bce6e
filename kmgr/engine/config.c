#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/uri.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/yaml.h"
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

/* What stands at the top of the file; a later feature adds its row. */
static const struct {
	const char	*key;
	int		(*read)(struct config *, const struct yaml_node *,
			    struct error *);
} sections[] = {
	{ "store", read_store },
	{ "tokens", read_tokens },
};
#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

static int
read_root(struct config *config, const struct yaml_node *root,
    struct error *err)
{
	size_t i, k;

	if (root->kind != YAML_NODE_MAP)
		return err_set(err, ERR_CONFIG,
		    "%s: must be a map of keys", config->path);
	for (i = 0; i < root->n_items; i++) {
		for (k = 0; k < N_SECTIONS; k++)
			if (strcmp(root->keys[i], sections[k].key) == 0)
				break;
		if (k == N_SECTIONS) {
			(void)err_set(err, ERR_CONFIG, "unknown key");
			(void)err_hint(err, "the keys are: store, tokens");
			return wrap_line(config, root->items[i],
			    root->keys[i], err);
		}
		if (sections[k].read(config, root->items[i], err) != 0)
			return -1;
	}
	for (k = 0; k < N_SECTIONS; k++)
		if (yaml_node_find(root, sections[k].key) == NULL)
			return err_set(err, ERR_CONFIG,
			    "%s: the key \"%s\" is missing", config->path,
			    sections[k].key);
	return 0;
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
	free(config->tokens);
	free(config->store);
	free(config->path);
	free(config);
}
