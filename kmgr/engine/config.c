#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/uri.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/config_inner.h"
#include "kmgr/store/store.h"

#define TOKEN_NAME_MAX	32

#define MINUTE	60
#define DAY	(24 * 60 * MINUTE)
#define YEAR	(365 * (int64_t)DAY)

#define HOOK_TIMEOUT_S		60
#define RESOLVER_TIMEOUT_S	5
#define RESOLVER_PORT		53

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *
config_path(const char *option)
{
	const char *env = getenv("KMGR_CONFIG");

	if (option != NULL)
		return option;
	return env != NULL && env[0] != '\0' ? env :
	    SYSCONFDIR "/kmgr/kmgr.yaml";
}

static int
read_token(struct config *config, const struct config_at *at,
    struct error *err)
{
	struct config_token *token;
	struct hsm_uri uri;

	if (!text_is_label(at->key, TOKEN_NAME_MAX))
		return config_key_refuse(err, at, "a token's name is 1 to %d "
		    "letters, digits and . _ -", TOKEN_NAME_MAX);
	if (at->node->kind != YAML_NODE_SCALAR)
		return config_key_refuse(err, at, "must be a URI");
	if (hsm_uri_read(at->node->text, &uri, err) != 0)
		return config_key_blame(at, err);
	token = mem_push(&config->tokens, config->n_tokens++, sizeof(*token));
	token->name = mem_strdup(at->key);
	token->uri = mem_strdup(at->node->text);
	return 0;
}

static int
read_tokens(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	size_t i;

	(void)key;
	if (at->node->kind != YAML_NODE_MAP || at->node->n_items == 0)
		return config_key_refuse(err, at, "must be a map of "
		    "NAME: URI");
	for (i = 0; i < at->node->n_items; i++) {
		const struct config_at child = config_key_named(at, i);

		if (read_token(into, &child, err) != 0)
			return -1;
	}
	return 0;
}

static int
read_store(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config *config = into;

	(void)key;
	if (at->node->kind != YAML_NODE_SCALAR)
		return config_key_refuse(err, at, "must be a URL");
	if (store_url_check(at->node->text, err) != 0)
		return err_wrap(err, "%s:%zu", config->path, at->node->line);
	config->store = mem_strdup(at->node->text);
	return 0;
}

static int
read_pin(struct config *config, const struct config_at *at,
    struct error *err)
{
	const struct yaml_node *value = at->node;
	struct config_pin *pin;
	struct error why = ERR_INIT;
	size_t len = 0;

	if (!text_is_label(at->key, CMK_NAME_MAX))
		return config_key_refuse(err, at, "is no name or id of a CMK");
	pin = mem_push(&config->pins, config->n_pins++, sizeof(*pin));
	pin->name = mem_strdup(at->key);
	if (value->kind != YAML_NODE_SCALAR ||
	    strspn(value->text, "0123456789abcdef") != strlen(value->text) ||
	    text_from_hex(value->text, pin->sha256, sizeof(pin->sha256), &len,
	    &why) != 0 || len != sizeof(pin->sha256))
		return config_key_refuse(err, at, "must be a SHA-256: %zu hex "
		    "digits, lower-case", 2 * sizeof(pin->sha256));
	return 0;
}

static int
read_pins(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	size_t i;

	(void)key;
	if (at->node->kind != YAML_NODE_MAP)
		return config_key_refuse(err, at, "must be a map of "
		    "CMK: SHA256");
	for (i = 0; i < at->node->n_items; i++) {
		const struct config_at child = config_key_named(at, i);

		if (read_pin(into, &child, err) != 0)
			return -1;
	}
	return 0;
}

static int
read_witnesses(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "syslog", .read = config_value_bool,
		    .offset = offsetof(struct config_witnesses, has_syslog) },
		{ .name = "file", .read = config_value_path,
		    .offset = offsetof(struct config_witnesses, file) },
		{ .name = "command", .read = config_value_command,
		    .offset = offsetof(struct config_witnesses, command) },
	};

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
}

static int
read_hooks(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
#define HOOK(k, m) { .name = k, .read = config_value_command, \
	.offset = offsetof(struct config_hooks, m) }
	static const struct config_key keys[] = {
		HOOK("ds-add", ds_add),
		HOOK("ds-remove", ds_remove),
		HOOK("ds-reminder", ds_reminder),
		HOOK("zone-publish", zone_publish),
		{ .name = "timeout", .read = config_value_duration,
		    .offset = offsetof(struct config_hooks, timeout_s),
		    .min = 1, .max = DAY },
		{ .name = "reminder-interval", .read = config_value_duration,
		    .offset = offsetof(struct config_hooks, reminder_s),
		    .min = 1, .max = YEAR },
	};
#undef HOOK

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
}

static int
read_resolver_servers(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err)
{
	struct config_resolver *resolver = into;

	(void)key;
	return config_value_servers(at, &resolver->servers,
	    &resolver->n_servers, err);
}

static int
read_resolver(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "servers", .read = read_resolver_servers },
		{ .name = "trust-anchor", .read = config_value_path,
		    .offset = offsetof(struct config_resolver,
		    trust_anchor) },
		{ .name = "port", .read = config_value_port,
		    .offset = offsetof(struct config_resolver, port) },
		{ .name = "timeout", .read = config_value_duration,
		    .offset = offsetof(struct config_resolver, timeout_s),
		    .min = 1, .max = 5 * MINUTE },
	};

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
}

static int
read_performance(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "sessions", .read = config_value_auto,
		    .offset = offsetof(struct config_performance, sessions),
		    .min = 1, .max = CONFIG_SESSIONS_MAX },
		{ .name = "workers", .read = config_value_auto,
		    .offset = offsetof(struct config_performance, workers),
		    .min = 1, .max = CONFIG_WORKERS_MAX },
		{ .name = "call-timeout", .read = config_value_duration,
		    .offset = offsetof(struct config_performance,
		    call_timeout_s), .min = 1, .max = DAY },
	};

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
}

static int
read_root(struct config *config, const struct yaml_node *root,
    struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "store", .read = read_store,
		    .presence = CONFIG_MUST_BE },
		{ .name = "tokens", .read = read_tokens,
		    .presence = CONFIG_MUST_BE },
		{ .name = "witnesses", .read = read_witnesses,
		    .offset = offsetof(struct config, witnesses) },
		{ .name = "pins", .read = read_pins },
		/* Before the zones, which name its keys. */
		{ .name = "tsig", .read = config_tsig_read },
		{ .name = "zones", .read = config_zone_read },
		{ .name = "hooks", .read = read_hooks,
		    .offset = offsetof(struct config, hooks) },
		{ .name = "resolver", .read = read_resolver,
		    .offset = offsetof(struct config, resolver) },
		{ .name = "check", .read = config_check_read },
		{ .name = "performance", .read = read_performance,
		    .offset = offsetof(struct config, performance) },
	};
	const struct config_at at = { .config = config, .node = root };

	config->hooks.timeout_s = HOOK_TIMEOUT_S;
	config->hooks.reminder_s = DAY;
	config->resolver.port = RESOLVER_PORT;
	config->resolver.timeout_s = RESOLVER_TIMEOUT_S;
	config->performance.call_timeout_s = CONFIG_CALL_TIMEOUT_S;
	return config_key_read(&at, keys, N_OF(keys), config, err);
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
clear_hooks(struct config_hooks *hooks)
{

	config_value_words_free(hooks->ds_add);
	config_value_words_free(hooks->ds_remove);
	config_value_words_free(hooks->ds_reminder);
	config_value_words_free(hooks->zone_publish);
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
	for (i = 0; i < config->n_thresholds; i++)
		free(config->thresholds[i].name);
	free(config->tokens);
	free(config->pins);
	free(config->thresholds);
	free(config->witnesses.file);
	config_value_words_free(config->witnesses.command);
	config_tsig_clear(config);
	config_zone_clear(config);
	clear_hooks(&config->hooks);
	config_value_servers_free(config->resolver.servers,
	    config->resolver.n_servers);
	free(config->resolver.trust_anchor);
	free(config->store);
	free(config->path);
	free(config);
}
