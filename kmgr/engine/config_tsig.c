#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/config_inner.h"

#define NAMES_SHOWN 10		/* of TSIG keys in a hint */

static int
compare(const void *a, const void *b)
{
	const struct config_tsig *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
read_algorithm(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const char *const names[] = { "hmac-sha256", "hmac-sha384",
		"hmac-sha512" };
	const struct yaml_node *node = at->node;

	(void)key;
	if (node->kind != YAML_NODE_SCALAR || text_is_one_of(node->text, names,
	    sizeof(names) / sizeof(names[0])) < 0) {
		(void)config_key_refuse(err, at, "is no algorithm of TSIG "
		    "that kmgr signs with");
		return err_hint(err, "allowed are hmac-sha256, hmac-sha384 "
		    "and hmac-sha512 (RFC 8945 section 6)");
	}
	*(char **)into = mem_strdup(node->text);
	return 0;
}

static int
read_one(struct config *config, const struct config_at *at,
    struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "algorithm", .read = read_algorithm,
		    .offset = offsetof(struct config_tsig, algorithm),
		    .presence = CONFIG_MUST_BE },
		{ .name = "secret-file", .read = config_value_path,
		    .offset = offsetof(struct config_tsig, secret_file),
		    .presence = CONFIG_MUST_BE },
	};
	struct config_tsig *tsig = mem_push(&config->tsigs, config->n_tsigs++,
	    sizeof(*tsig));
	char text[NAME_TEXT_MAX];
	struct name name;

	if (name_read(at->key, &name, err) != 0)
		return config_key_blame(at, err);
	tsig->name = mem_strdup(name_text(&name, text));
	return config_key_read(at, keys, sizeof(keys) / sizeof(keys[0]), tsig,
	    err);
}

int
config_tsig_read(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config *config = into;
	size_t i;

	(void)key;
	if (at->node->kind != YAML_NODE_MAP)
		return config_key_refuse(err, at, "must be a map of NAME: "
		    "{ algorithm: .., secret-file: .. }");
	for (i = 0; i < at->node->n_items; i++) {
		const struct config_at child = config_key_named(at, i);

		if (read_one(config, &child, err) != 0)
			return -1;
	}
	if (config->n_tsigs > 0)
		qsort(config->tsigs, config->n_tsigs, sizeof(*config->tsigs),
		    compare);
	for (i = 1; i < config->n_tsigs; i++)
		if (compare(&config->tsigs[i - 1], &config->tsigs[i]) == 0)
			return config_key_refuse(err, at, "the key %s stands "
			    "here twice", config->tsigs[i].name);
	return 0;
}

const struct config_tsig *
config_tsig(const struct config *config, const char *name)
{
	struct error err = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct config_tsig wanted = { .name = text };
	struct name dns;

	if (config->n_tsigs == 0 || name_read(name, &dns, &err) != 0)
		return NULL;
	(void)name_text(&dns, text);
	return bsearch(&wanted, config->tsigs, config->n_tsigs,
	    sizeof(*config->tsigs), compare);
}

int
config_tsig_name(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	const struct config *config = at->config;
	const struct config_tsig *tsig;
	struct buf names = BUF_INIT;
	size_t i;

	(void)key;
	if (at->node->kind != YAML_NODE_SCALAR)
		return config_key_refuse(err, at,
		    "must be the name of a TSIG key");
	if ((tsig = config_tsig(config, at->node->text)) != NULL) {
		*(char **)into = mem_strdup(tsig->name);
		return 0;
	}
	(void)config_key_refuse(err, at, "no TSIG key is called \"%.64s\"",
	    at->node->text);
	for (i = 0; i < config->n_tsigs && i < NAMES_SHOWN; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "",
		    config->tsigs[i].name);
	(void)err_hint(err, "%s%s", config->n_tsigs == 0 ?
	    "name it in the section tsig: { NAME: { algorithm: hmac-sha256, "
	    "secret-file: /PATH } }" : "the section tsig has: ",
	    buf_text(&names));
	buf_free(&names);
	return -1;
}

void
config_tsig_clear(struct config *config)
{
	size_t i;

	for (i = 0; i < config->n_tsigs; i++) {
		free(config->tsigs[i].name);
		free(config->tsigs[i].algorithm);
		free(config->tsigs[i].secret_file);
	}
	free(config->tsigs);
}
