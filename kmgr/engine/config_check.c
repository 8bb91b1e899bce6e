#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/config_check.h"
#include "kmgr/engine/config_inner.h"

#define MINUTE	60
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)
#define YEAR	(365 * DAY)

#define BY_POLICY CONFIG_CHECK_BY_POLICY

static const struct config_check checks[] = {
	{ "coverage-warning", BY_POLICY, CONFIG_CHECK_LEFT,
	    "time left that signatures are there for; by policy half of "
	    "signatures.refresh" },
	{ "coverage-critical", BY_POLICY, CONFIG_CHECK_LEFT,
	    "likewise; by policy dnskey-ttl + zone-propagation-delay, at "
	    "least 12h" },
	{ "rrsig-warning", BY_POLICY, CONFIG_CHECK_LEFT,
	    "time left of a served DNSKEY signature; by policy half of "
	    "signatures.refresh" },
	{ "rrsig-critical", BY_POLICY, CONFIG_CHECK_LEFT,
	    "likewise; by policy dnskey-ttl + zone-propagation-delay, at "
	    "least 12h" },
	{ "ksk-age-warning", 30 * DAY, CONFIG_CHECK_ALONE,
	    "time left of a KSK's lifetime" },
	{ "waiting-warning", DAY, CONFIG_CHECK_PASSED,
	    "how long the operator has been waited for" },
	{ "waiting-critical", 7 * DAY, CONFIG_CHECK_PASSED, "likewise" },
	{ "lateness-warning", HOUR, CONFIG_CHECK_PASSED,
	    "how long a due run is late" },
	{ "lateness-critical", BY_POLICY, CONFIG_CHECK_PASSED,
	    "likewise; by policy signatures.refresh" },
	{ "failure-warning", 5 * MINUTE, CONFIG_CHECK_PASSED,
	    "how long runs over a zone have failed" },
	{ "failure-critical", BY_POLICY, CONFIG_CHECK_PASSED,
	    "likewise; by policy half of signatures.refresh" },
	{ "lag-warning", BY_POLICY, CONFIG_CHECK_PASSED,
	    "how long a server serves something else; by policy half of "
	    "zone-propagation-delay" },
	{ "lag-critical", BY_POLICY, CONFIG_CHECK_PASSED,
	    "likewise; by policy zone-propagation-delay" },
	{ "skew-warning", MINUTE, CONFIG_CHECK_PASSED,
	    "how far a served signature begins in the future" },
	{ "skew-critical", BY_POLICY, CONFIG_CHECK_PASSED,
	    "likewise; by policy signatures.inception-offset" },
	{ "token-warning", 5 * MINUTE, CONFIG_CHECK_ALONE,
	    "how long a KSK has not been able to sign" },
	{ "token-critical", DAY, CONFIG_CHECK_ALONE,
	    "what signatures must have left beyond as long again" },
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))

const struct config_check *
config_check_all(size_t *n)
{

	*n = N_CHECKS;
	return checks;
}

static const struct config_check *
find(const char *name)
{
	size_t i;

	for (i = 0; i < N_CHECKS; i++)
		if (strcmp(checks[i].name, name) == 0)
			return &checks[i];
	return NULL;
}

int64_t
config_check_s(const struct config *config, const char *name)
{
	const struct config_check *check = find(name);
	size_t i;

	assert(check != NULL);
	for (i = 0; i < config->n_thresholds; i++)
		if (strcmp(config->thresholds[i].name, name) == 0)
			return config->thresholds[i].value_s;
	return check->preset_s;
}

static int
refuse_unknown(const struct config_at *at, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < N_CHECKS; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", checks[i].name);
	(void)config_key_refuse(err, at, "unknown threshold");
	(void)err_hint(err, "the thresholds are: %s", buf_text(&names));
	buf_free(&names);
	return -1;
}

static int
read_threshold(struct config *config, const struct config_at *at,
    struct error *err)
{
	const struct config_key range = { .min = 0, .max = 10 * (int64_t)YEAR };
	struct config_threshold *threshold;
	int64_t v = 0;

	if (find(at->key) == NULL)
		return refuse_unknown(at, err);
	if (config_value_duration(at, &range, &v, err) != 0)
		return -1;
	threshold = mem_push(&config->thresholds, config->n_thresholds++,
	    sizeof(*threshold));
	threshold->name = mem_strdup(at->key);
	threshold->value_s = v;
	return 0;
}

/* A warning that comes after the alarm is none. Rows of a pair are adjacent. */
static int
check_order(const struct config *config, const struct config_at *at,
    const struct config_check *pair, struct error *err)
{
	const int64_t warning_s = config_check_s(config, pair[0].name);
	const int64_t critical_s = config_check_s(config, pair[1].name);
	const bool is_left = pair->order == CONFIG_CHECK_LEFT;
	char w[WHEN_TEXT_LEN], c[WHEN_TEXT_LEN];

	if (warning_s == BY_POLICY || critical_s == BY_POLICY ||
	    (is_left ? warning_s >= critical_s : warning_s <= critical_s))
		return 0;
	return config_key_refuse(err, at, "%s (%s) must be %s %s (%s)",
	    pair[0].name, when_duration(warning_s, w),
	    is_left ? "at least" : "at most", pair[1].name,
	    when_duration(critical_s, c));
}

int
config_check_read(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config *config = into;
	size_t i;

	(void)key;
	if (at->node->kind != YAML_NODE_MAP)
		return config_key_refuse(err, at, "must be a map of "
		    "THRESHOLD: DURATION");
	for (i = 0; i < at->node->n_items; i++) {
		struct config_at child = config_key_named(at, i);

		child.is_name = false;
		if (read_threshold(config, &child, err) != 0)
			return -1;
	}
	for (i = 0; i < N_CHECKS; i++) {
		if (checks[i].order == CONFIG_CHECK_ALONE)
			continue;
		if (check_order(config, at, &checks[i], err) != 0)
			return -1;
		i++;
	}
	return 0;
}
