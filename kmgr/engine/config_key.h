/*
 * Maps of keys in kmgr.yaml: tables of what may stand in them, and messages
 * that say where something stands: "kmgr.yaml:9: example.com: source.tsig".
 */
#ifndef ENGINE_CONFIG_KEY_H
#define ENGINE_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/yaml.h"
#include "kmgr/engine/config.h"

/* A value, and the way to it. All borrowed. */
struct config_at {
	const struct config	*config;	/* as far as it is read */
	const struct config_at	*above;		/* NULL: this is the root */
	const struct yaml_node	*node;
	const char		*key;
	bool			 is_name;	/* the user has chosen key */
};

/* What may stand in a map; a later feature adds its row. */
struct config_key {
	const char	*name;
	int		(*read)(const struct config_at *at,
			    const struct config_key *key, void *into,
			    struct error *err);
	size_t		 offset;	/* of what is read, in its struct */
	enum { CONFIG_MAY_BE, CONFIG_MUST_BE } presence;
	int64_t		 min, max;	/* of a number */
};

/**
 * config_key_read(at, keys, n, base, err):
 * Read the map ${at} by its ${n} rows ${keys}, in their order, into the struct
 * ${base}.
 *
 * Errors: ERR_CONFIG.
 */
int config_key_read(const struct config_at *at, const struct config_key *keys,
    size_t n, void *base, struct error *err);

/**
 * config_key_named(at, i):
 * The ${i}th member of the map ${at}, whose key the user has chosen.
 */
struct config_at config_key_named(const struct config_at *at, size_t i);

/**
 * config_key_refuse(err, at, fmt, ...):
 * Say what is wrong with ${at}. Always returns -1.
 */
int config_key_refuse(struct error *err, const struct config_at *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * config_key_blame(at, err):
 * Put the place of ${at} in front of what ${err} says. Always returns -1.
 */
int config_key_blame(const struct config_at *at, struct error *err);

#endif
