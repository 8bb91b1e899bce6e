#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/engine/config_key.h"

#define KEY_TEXT_MAX 100	/* bytes of one key in a message */

/* The way to a value begins at the last name that the user has chosen. */
static void
write_way(const struct config_at *at, struct buf *out)
{
	const struct config_at *above = at->above;

	if (above == NULL)
		return;
	if (!at->is_name && above->above != NULL) {
		write_way(above, out);
		buf_printf(out, "%s", above->is_name ? ": " : ".");
	}
	buf_printf(out, "%.*s", KEY_TEXT_MAX, at->key);
}

int
config_key_blame(const struct config_at *at, struct error *err)
{
	struct buf way = BUF_INIT;

	err->class = ERR_CONFIG;
	write_way(at, &way);
	if (way.len > 0)
		(void)err_wrap(err, "%s", buf_text(&way));
	buf_free(&way);
	return err_wrap(err, "%s:%zu", at->config->path, at->node->line);
}

int
config_key_refuse(struct error *err, const struct config_at *at,
    const char *fmt, ...)
{
	char why[ERR_MSG_LEN];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	(void)err_set(err, ERR_CONFIG, "%s", why);
	return config_key_blame(at, err);
}

struct config_at
config_key_named(const struct config_at *at, size_t i)
{

	return (struct config_at){ at->config, at, at->node->items[i],
	    at->node->keys[i], true };
}

static int
refuse_unknown(const struct config_at *at, const struct config_key *keys,
    size_t n, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t k;

	for (k = 0; k < n; k++)
		buf_printf(&names, "%s%s", k > 0 ? ", " : "", keys[k].name);
	(void)config_key_refuse(err, at, "unknown key");
	(void)err_hint(err, "the keys are: %s", buf_text(&names));
	buf_free(&names);
	return -1;
}

static int
check_known(const struct config_at *at, const struct config_key *keys,
    size_t n, struct error *err)
{
	size_t i, k;

	for (i = 0; i < at->node->n_items; i++) {
		const struct config_at child = { at->config, at,
		    at->node->items[i], at->node->keys[i], false };

		for (k = 0; k < n; k++)
			if (strcmp(child.key, keys[k].name) == 0)
				break;
		if (k == n)
			return refuse_unknown(&child, keys, n, err);
	}
	return 0;
}

int
config_key_read(const struct config_at *at, const struct config_key *keys,
    size_t n, void *base, struct error *err)
{
	size_t k;

	if (at->node->kind != YAML_NODE_MAP)
		return config_key_refuse(err, at, "must be a map of keys");
	if (check_known(at, keys, n, err) != 0)
		return -1;
	for (k = 0; k < n; k++) {
		const struct config_at child = { at->config, at,
		    yaml_node_find(at->node, keys[k].name), keys[k].name,
		    false };

		if (child.node == NULL && keys[k].presence == CONFIG_MUST_BE)
			return config_key_refuse(err, at,
			    "the key \"%s\" is missing", keys[k].name);
		if (child.node != NULL && keys[k].read(&child, &keys[k],
		    (char *)base + keys[k].offset, err) != 0)
			return -1;
	}
	return 0;
}
