/* What the files of config.h share: the readers of its sections. */
#ifndef ENGINE_CONFIG_INNER_H
#define ENGINE_CONFIG_INNER_H

#include "kmgr/engine/config.h"
#include "kmgr/engine/config_key.h"
#include "kmgr/engine/config_value.h"

/**
 * config_tsig_read(), config_zone_read(), config_check_read(at, key, into,
 * err):
 * Read the section ${at} into the struct config ${into}. Zones come after the
 * TSIG keys that they name.
 *
 * Errors: ERR_CONFIG.
 */
int config_tsig_read(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err);
int config_zone_read(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err);
int config_check_read(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err);

/**
 * config_entry_read(at, zone, err):
 * Read what stands at ${at} into ${zone}, the last one of the configuration,
 * which is told already whether it is a wildcard.
 *
 * Errors: ERR_CONFIG.
 */
int config_entry_read(const struct config_at *at, struct config_zone *zone,
    struct error *err);

/**
 * config_tsig_name(at, key, into, err):
 * Read the name of a TSIG key that there is (char *, a copy).
 *
 * Errors: ERR_CONFIG, with those that there are.
 */
int config_tsig_name(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err);

/**
 * config_tsig_clear(config), config_zone_clear(config):
 * Free what was read of these sections.
 */
void config_tsig_clear(struct config *config);
void config_zone_clear(struct config *config);

#endif
