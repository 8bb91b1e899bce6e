/* What stands behind a key of kmgr.yaml, each a reader for config_key.h. */
#ifndef ENGINE_CONFIG_VALUE_H
#define ENGINE_CONFIG_VALUE_H

#include "kmgr/engine/config_key.h"

#define CONFIG_SERVERS_MAX 256

/**
 * config_value_path(), config_value_command(), config_value_duration(),
 * config_value_bool(), config_value_number(), config_value_auto(),
 * config_value_port(), config_value_zone(), config_value_server(at, key, into,
 * err):
 * Read a path from the root or a domain name (char *, a copy; a name in
 * canonical form with its final dot), the words of a command (char **), a
 * duration in seconds or a number in ${key}->min to max (int64_t), such a
 * number or "auto", which is 0 (int64_t), true or false (bool), a port
 * (uint16_t), a name server (struct config_server *).
 *
 * Errors: ERR_CONFIG.
 */
int config_value_path(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_command(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_duration(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_bool(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_number(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_auto(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_port(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_zone(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);
int config_value_server(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);

/**
 * config_value_servers(at, out, n, err):
 * Read a list of name servers.
 *
 * Owner: the caller, config_value_servers_free().
 * Errors: ERR_CONFIG; what was read is the caller's nevertheless.
 */
int config_value_servers(const struct config_at *at,
    struct config_server **out, size_t *n, struct error *err);
void config_value_servers_free(struct config_server *servers, size_t n);

/**
 * config_value_words_free(words):
 * Free a command.
 */
void config_value_words_free(char **words);

#endif
