/*
 * kmgr.yaml: where the store and the tokens are, who is told of the ledger's
 * heads, and which CMKs are pinned. It can loosen no policy.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

#define CONFIG_MAX_LEN (1 << 20)	/* bytes */

struct config_token {
	char	*name;
	char	*uri;
};

/* Who is told of each head of the ledger that the seal key has signed. */
struct config_witnesses {
	bool	 has_syslog;
	char	*file;		/* from the root, or NULL */
	char	**command;	/* its words, NULL at the end; NULL: none */
};

/* The seal key that a CMK must have, whatever the store says. */
struct config_pin {
	char	*name;		/* of the CMK, or its id */
	uint8_t	 sha256[CRYPTO_SHA256_LEN];	/* of its SPKI in DER */
};

struct config {
	char			*path;
	char			*store;		/* URL */
	struct config_token	*tokens;
	size_t			 n_tokens;
	struct config_witnesses	 witnesses;
	struct config_pin	*pins;
	size_t			 n_pins;
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
 * config_pin(config, name):
 * The pin that stands under ${name}, a CMK's name or id as it is written in
 * the file, or NULL where there is none. Owner: ${config}.
 */
const struct config_pin *config_pin(const struct config *config,
    const char *name);

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
