#include "kmgr/base/int64.h"
#include "kmgr/engine/config_check.h"
#include "kmgr/service/health_limits.h"

/* Nobody should be woken closer to the end than that. */
#define RRSIG_FLOOR_S (12 * 3600)

/* As configured, or by_policy_s where that decides. */
static int64_t
limit(const struct config *config, const char *name, int64_t by_policy_s)
{
	const int64_t s = config_check_s(config, name);

	return s == CONFIG_CHECK_BY_POLICY ? by_policy_s : s;
}

/* What is critical is a warning at least: short policies have small waits. */
static void
order(int64_t *warning_s, int64_t *critical_s)
{

	if (*critical_s > *warning_s)
		*critical_s = *warning_s;
}

void
health_limits(const struct config *config, const struct health_zone *zone,
    struct health_limits *out)
{
	const struct timing *t = &zone->timing;
	const int64_t spread_s = t->dnskey_ttl_s +
	    t->zone_propagation_delay_s;
	const int64_t half_s = t->refresh_s / 2;
	const int64_t end_s = int64_max(spread_s, RRSIG_FLOOR_S);

	*out = (struct health_limits) {
		.coverage_warning_s = limit(config, "coverage-warning",
		    half_s),
		.coverage_critical_s = limit(config, "coverage-critical",
		    end_s),
		.rrsig_warning_s = limit(config, "rrsig-warning", half_s),
		.rrsig_critical_s = limit(config, "rrsig-critical", end_s),
		.ksk_age_warning_s = limit(config, "ksk-age-warning", 0),
		.waiting_warning_s = limit(config, "waiting-warning", 0),
		.waiting_critical_s = limit(config, "waiting-critical", 0),
		.lateness_warning_s = limit(config, "lateness-warning", 0),
		.lateness_critical_s = limit(config, "lateness-critical",
		    t->refresh_s),
		.failure_warning_s = limit(config, "failure-warning", 0),
		.failure_critical_s = limit(config, "failure-critical",
		    half_s),
		.lag_warning_s = limit(config, "lag-warning",
		    t->zone_propagation_delay_s / 2),
		.lag_critical_s = limit(config, "lag-critical",
		    t->zone_propagation_delay_s),
		.skew_warning_s = limit(config, "skew-warning", 0),
		.skew_critical_s = limit(config, "skew-critical",
		    zone->inception_offset_s),
		.token_warning_s = limit(config, "token-warning", 0),
		.token_critical_s = limit(config, "token-critical", 0)
	};
	order(&out->coverage_warning_s, &out->coverage_critical_s);
	order(&out->rrsig_warning_s, &out->rrsig_critical_s);
	/* The other way round: the warning comes at less. */
	order(&out->skew_critical_s, &out->skew_warning_s);
	order(&out->lateness_critical_s, &out->lateness_warning_s);
	order(&out->failure_critical_s, &out->failure_warning_s);
}
