/* The thresholds of `kmgr check`: their names and defaults. */
#ifndef ENGINE_CONFIG_CHECK_H
#define ENGINE_CONFIG_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/engine/config.h"

/* Not a number of its own: the policy says so, as the row's text tells. */
#define CONFIG_CHECK_BY_POLICY INT64_C(-1)

/* How NAME-warning and NAME-critical stand to each other. */
enum config_check_order {
	CONFIG_CHECK_ALONE,
	CONFIG_CHECK_LEFT,	/* time left: warns at more than is critical */
	CONFIG_CHECK_PASSED	/* time passed: warns at less */
};

struct config_check {
	const char		*name;
	int64_t			 preset_s;
	enum config_check_order	 order;
	const char		*text;	/* what is compared with it */
};

/**
 * config_check_all(n):
 * The table, of *${n} rows.
 */
const struct config_check *config_check_all(size_t *n);

/**
 * config_check_s(config, name):
 * The threshold ${name}, which the table has: as configured, else its default,
 * which may be CONFIG_CHECK_BY_POLICY.
 */
int64_t config_check_s(const struct config *config, const char *name);

#endif
