/* kmgr.yaml: where the store and the tokens are. It can loosen no policy. */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include <stddef.h>

#include "kmgr/base/err.h"

#define CONFIG_MAX_LEN (1 << 20)	/* bytes */

struct config_token {
	char	*name;
	char	*uri;
};

struct config {
	char			*path;
	char			*store;		/* URL */
	struct config_token	*tokens;
	size_t			 n_tokens;
};

/**
 * config_read(path, out, err):
 * Read the configuration file ${path}. Unknown keys and URIs that cannot be
 * used are refused.
 *
 * Owner: the caller, config_free().
 * Errors: ERR_CONFIG, with file and line.
 */
int config_read(const char *path, struct config **out, struct error *err);

/**
 * config_parse(text, len, path, out, err):
 * As config_read(), of ${len} bytes that came from ${path}.
 */
int config_parse(const char *text, size_t len, const char *path,
    struct config **out, struct error *err);

/**
 * config_token(config, name, err):
 * The token named ${name}, or NULL. Owner: ${config}.
 *
 * Errors: ERR_CONFIG, with the names that there are.
 */
const struct config_token *config_token(const struct config *config,
    const char *name, struct error *err);

/**
 * config_path(option):
 * The file to read: ${option} where it is not NULL, $KMGR_CONFIG where it is
 * set, the installed default otherwise.
 */
const char *config_path(const char *option);

/**
 * config_free(config):
 * Free ${config}.
 */
void config_free(struct config *config);

#endif
