/* What fails now, and is no reason to get up before it does for long. */
#include <stdio.h>

#include "kmgr/base/when.h"
#include "kmgr/service/health_inner.h"

#define GRACE_LEN 80

/* When it becomes one. */
static const char *
tell_grace(enum health_level level, int64_t warning_s,
    char out[static GRACE_LEN])
{
	char limit[WHEN_TEXT_LEN];

	out[0] = '\0';
	if (level == HEALTH_OK)
		(void)snprintf(out, GRACE_LEN, "; a warning if it lasts "
		    "longer than %s", when_duration(warning_s, limit));
	return out;
}

/*
 * A token that is away for a moment is no reason to get up. It becomes one
 * when it is away for longer than the signatures have left, less a margin.
 */
static enum health_level
token_level(const struct health_zone *zone,
    const struct health_limits *limits)
{
	const int64_t failing_s = zone->now_at -
	    zone->token_failing_since_at;
	const int64_t left_s = health_coverage_s(zone);

	/* The next check will not know either. */
	if (zone->token_failing_since_at == 0)
		return HEALTH_WARNING;
	if (left_s == HEALTH_UNKNOWN_S)
		return health_above(failing_s, limits->token_warning_s,
		    INT64_MAX);
	return health_above(failing_s, limits->token_warning_s,
	    left_s - limits->token_critical_s);
}

/* A wrong key is no outage, and no wait mends it; a spare one waits. */
static enum health_level
trial_level(const struct health_key *key, enum health_level level)
{

	if (key->trial.class == ERR_INTEGRITY)
		return HEALTH_CRITICAL;
	return !key->is_in_set && level == HEALTH_CRITICAL ? HEALTH_WARNING :
	    level;
}

HEALTH_CHECK(health_failing_token)
{
	const enum health_level level = token_level(zone, limits);
	const struct health_key *key;
	char grace[GRACE_LEN];
	size_t i;

	if (zone->no_token != NULL) {
		health_not_made(report, "token-signature", zone->no_token);
		return;
	}
	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		if (!key->was_tried || key->trial.class == ERR_NONE)
			continue;
		health_add_cause(report, "token-signature", zone,
		    trial_level(key, level), key->cmk, key->trial.msg,
		    "%sKSK %s cannot sign: %.300s%s; next: kmgr list-tokens, "
		    "kmgr verify", key->is_standby ? "standby " : "",
		    key->name, key->trial.msg, tell_grace(trial_level(key,
		    level), limits->token_warning_s, grace));
	}
}

HEALTH_CHECK(health_failing_run)
{
	const enum health_level level = health_above(zone->now_at -
	    zone->failing_since_at, limits->failure_warning_s,
	    limits->failure_critical_s);
	char since[WHEN_TEXT_LEN], grace[GRACE_LEN];

	if (zone->failure == NULL)
		return;
	health_add_cause(report, "run-failure", zone, level, NULL,
	    zone->failure, "run fails since %s: %.600s%s; next: kmgr run %s",
	    when_rfc3339(zone->failing_since_at, since), zone->failure,
	    tell_grace(level, limits->failure_warning_s, grace), zone->name);
}
