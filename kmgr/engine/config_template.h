/*
 * What stands under a wildcard, for many zones: "{zone}" in it is the name of
 * each, and "{{" is "{". A name is written so that it is one component of a
 * path, no option and, quoted, nothing to a shell: letters, digits, "_", "-"
 * behind the first character, and the dots between its labels; other octets as
 * \DDD.
 */
#ifndef ENGINE_CONFIG_TEMPLATE_H
#define ENGINE_CONFIG_TEMPLATE_H

#include <stdbool.h>

#include "kmgr/engine/config_key.h"

/**
 * config_template_check(at, text, err):
 * Whether all that looks like a placeholder in ${text} at ${at} is one.
 *
 * config_template_refuse(at, text, err):
 * Whether ${text} at ${at}, of one zone, has none.
 *
 * Errors: ERR_CONFIG.
 */
int config_template_check(const struct config_at *at, const char *text,
    struct error *err);
int config_template_refuse(const struct config_at *at, const char *text,
    struct error *err);

/**
 * config_template_has_name(text):
 * Whether ${text} is another one for each zone.
 */
bool config_template_has_name(const char *text);

/**
 * config_template_fill(zone):
 * Let ${zone}, which has a zone's name and borrows all else from its entry,
 * have texts of its own where that may have placeholders, with the name in
 * them where it is a wildcard's. Then it is none any more.
 *
 * config_template_clear(zone): free these texts.
 */
void config_template_fill(struct config_zone *zone);
void config_template_clear(struct config_zone *zone);

#endif
