#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/service/health_inner.h"

#define TEXT_MAX 1024

/* As operators read them: what ends soonest, then what may be wrong. */
static const struct health_check checks[] = {
	{ "signed-coverage", "what was released is signed for long enough",
	    health_store_coverage },
	{ "served-signature", "so is what every server serves",
	    health_child_signature },
	{ "token-signature", "every KSK signs in its token",
	    health_failing_token },
	{ "ksk-age", "no KSK is beyond its lifetime", health_store_age },
	{ "inception", "signatures began when they were made",
	    health_child_inception },
	{ "ds-match", "the parent's DS lead to keys that sign",
	    health_parent_ds },
	{ "served-set", "every server has what was released last",
	    health_child_served },
	{ "operator-wait", "nothing waits for the operator",
	    health_store_operator },
	{ "parent-ds-ttl", "the parent's TTL is the one reckoned with",
	    health_parent_ttl },
	{ "child-ttl", "the zone's TTLs are those reckoned with",
	    health_child_ttl },
	{ "key-tag", "no two keys have one tag", health_store_tags },
	{ "unknown-record", "every DNSKEY, DS and CDS is known",
	    health_child_unknown },
	{ "cds", "CDS and CDNSKEY tell the DS that are wanted",
	    health_child_cds },
	{ "algorithms", "all algorithms of the DS sign the zone",
	    health_child_algorithms },
	{ "validation", "resolvers validate the zone",
	    health_parent_validation },
	{ "run-lateness", "run does what is due", health_store_late },
	{ "run-failure", "and does not fail of it", health_failing_run },
	{ "policy", "the sealed policy makes sense", health_store_policy },
	{ "backup", "every KSK has a backup", health_store_backup },
	{ "standby", "the standby KSKs are there", health_store_standby },
	{ "drift", "the parent has what facts say", health_parent_drift },
	{ "oracle", "every resolver keeps the chain of trust",
	    health_store_oracle },
	{ "released-signature", "what was released verifies",
	    health_store_released },
	{ "store-settings", "the database keeps what was committed",
	    health_database_settings },
	{ "store-clock", "this machine and the database have one time",
	    health_database_clock },
};

const struct health_check *
health_at(size_t i)
{

	return i < sizeof(checks) / sizeof(checks[0]) ? &checks[i] : NULL;
}

const char *
health_level_name(enum health_level level)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL" };

	return names[level];
}

static struct health_finding *
add(struct health_report *report, const char *check, const char *zone,
    enum health_level level, const char *text)
{
	struct health_finding *finding;

	finding = mem_push(&report->findings, report->n++, sizeof(*finding));
	*finding = (struct health_finding) { .check = check,
		.zone = mem_strdup(zone), .level = level,
		.text = mem_strdup(text) };
	report->n_level[level]++;
	return finding;
}

void
health_add(struct health_report *report, const char *check,
    const struct health_zone *zone, enum health_level level, const char *fmt,
    ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (level == HEALTH_OK)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)add(report, check, zone->name, level, text);
}

static bool
is_same_text(const char *a, const char *b)
{

	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether it was told of the zone, which was the last one. */
static bool
has_zone(const struct health_finding *finding, const char *zone)
{

	return strcmp(finding->n_more == 0 ? finding->zone :
	    finding->more[finding->n_more - 1], zone) == 0;
}

/*
 * That of other zones with the same cause; NULL: there is none. What two KSKs
 * of a zone have are two findings.
 */
static struct health_finding *
find_alike(const struct health_report *report,
    const struct health_finding *finding)
{
	struct health_finding *other;
	size_t i;

	for (i = 0; i < report->n_causes; i++) {
		other = &report->findings[report->causes[i]];
		if (strcmp(other->check, finding->check) == 0 &&
		    other->level == finding->level &&
		    strcmp(other->cause, finding->cause) == 0 &&
		    is_same_text(other->cmk, finding->cmk) &&
		    !has_zone(other, finding->zone))
			return other;
	}
	return NULL;
}

static void
clear_finding(struct health_finding *finding)
{
	size_t i;

	free(finding->zone);
	free(finding->text);
	free(finding->cause);
	free(finding->cmk);
	for (i = 0; i < finding->n_more; i++)
		free(finding->more[i]);
	free(finding->more);
}

void
health_add_cause(struct health_report *report, const char *check,
    const struct health_zone *zone, enum health_level level, const char *cmk,
    const char *cause, const char *fmt, ...)
{
	struct health_finding *finding, *other;
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	finding = add(report, check, zone->name, level, text);
	finding->cause = mem_strdup(cause);
	finding->cmk = mem_strdup(cmk);
	other = find_alike(report, finding);
	if (other != NULL) {
		*(char **)mem_push(&other->more, other->n_more++,
		    sizeof(char *)) = finding->zone;
		finding->zone = NULL;
		clear_finding(finding);
		report->n--;
	} else if (report->n_causes < HEALTH_CAUSES) {
		report->causes[report->n_causes++] = report->n - 1;
	}
}

void
health_add_once(struct health_report *report, const char *check,
    enum health_level level, const char *text)
{
	size_t i;

	for (i = 0; i < report->n; i++)
		if (report->findings[i].zone == NULL &&
		    strcmp(report->findings[i].check, check) == 0)
			return;
	(void)add(report, check, NULL, level, text);
}

void
health_not_made(struct health_report *report, const char *check,
    const char *why)
{
	char **line, *text = mem_printf("%s: %s", check, why);
	size_t i;

	for (i = 0; i < report->n_not_made; i++)
		if (strcmp(report->not_made[i], text) == 0) {
			free(text);
			return;
		}
	line = mem_push(&report->not_made, report->n_not_made++,
	    sizeof(*line));
	*line = text;
}

bool
health_is_asked(const struct health_zone *zone, size_t n, const char *check,
    struct health_report *report)
{

	if (n == 0)
		health_not_made(report, check, zone->no_network != NULL ?
		    zone->no_network : "no server was found");
	return n > 0;
}

enum health_level
health_above(int64_t value, int64_t warning, int64_t critical)
{

	if (value > critical)
		return HEALTH_CRITICAL;
	return value > warning ? HEALTH_WARNING : HEALTH_OK;
}

enum health_level
health_below(int64_t value, int64_t warning, int64_t critical)
{

	if (value < critical)
		return HEALTH_CRITICAL;
	return value < warning ? HEALTH_WARNING : HEALTH_OK;
}

/* What the report tells of the worst zone. */
static void
sum_up(const struct health_zone *zone, const struct health_limits *limits,
    struct health_report *report)
{
	const int64_t coverage_s = health_coverage_s(zone);
	const int64_t served_s = health_served_s(zone);
	size_t i;

	report->n_zones++;
	if (served_s != HEALTH_UNKNOWN_S && (report->served_s ==
	    HEALTH_UNKNOWN_S || served_s < report->served_s))
		report->served_s = served_s;
	if (coverage_s != HEALTH_UNKNOWN_S &&
	    (report->coverage_s == HEALTH_UNKNOWN_S ||
	    coverage_s < report->coverage_s)) {
		report->coverage_s = coverage_s;
		free(report->coverage_zone);
		report->coverage_zone = mem_strdup(zone->name);
		report->coverage_warning_s = limits->coverage_warning_s;
		report->coverage_critical_s = limits->coverage_critical_s;
	}
	for (i = 0; i < zone->n_keys; i++)
		if (!zone->keys[i].is_foreign)
			int64_raise(&report->age_s,
			    zone->now_at - zone->keys[i].made_at);
	if (zone->waits_since_at != 0)
		int64_raise(&report->wait_s,
		    zone->now_at - zone->waits_since_at);
	if (zone->next_at != LIFE_NEVER)
		int64_raise(&report->late_s, zone->now_at - zone->next_at);
}

void
health_judge(const struct health_zone *zone,
    const struct health_limits *limits, struct health_report *report)
{
	size_t i;

	if (zone->trouble.class != ERR_NONE) {
		report->n_zones++;
		health_add_cause(report, "store", zone, HEALTH_CRITICAL, NULL,
		    zone->trouble.msg, "%.800s", zone->trouble.msg);
		return;
	}
	for (i = 0; health_at(i) != NULL; i++)
		health_at(i)->run(zone, limits, report);
	sum_up(zone, limits, report);
}

enum health_level
health_worst(const struct health_report *report)
{

	if (report->n_level[HEALTH_CRITICAL] > 0)
		return HEALTH_CRITICAL;
	return report->n_level[HEALTH_WARNING] > 0 ? HEALTH_WARNING :
	    HEALTH_OK;
}

void
health_sort(struct health_report *report)
{
	struct health_finding *sorted;
	size_t i, n = 0;
	int level;

	if (report->n == 0)
		return;
	sorted = mem_new(report->n * sizeof(*sorted));
	for (level = HEALTH_CRITICAL; level >= HEALTH_OK; level--)
		for (i = 0; i < report->n; i++)
			if ((int)report->findings[i].level == level)
				sorted[n++] = report->findings[i];
	free(report->findings);
	report->findings = sorted;
	report->n_causes = 0;		/* which were where they were */
}

void
health_set_clear(struct health_set *set)
{

	rrset_free(set->rrset);
	free(set->rrsigs);
	*set = (struct health_set) { 0 };
}

static void
clear_server(struct health_server *server)
{

	free(server->name);
	health_set_clear(&server->dnskey);
	health_set_clear(&server->cds);
	health_set_clear(&server->cdnskey);
	health_set_clear(&server->ds);
}

void
health_zone_clear(struct health_zone *zone)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		free(zone->keys[i].ds);
	free(zone->keys);
	free(zone->zsks);
	health_set_clear(&zone->signed_set);
	free(zone->waits_for);
	free(zone->failure);
	free(zone->oracle_now);
	free(zone->oracle_next);
	findings_clear(&zone->policy);
	for (i = 0; i < zone->n_servers; i++)
		clear_server(&zone->servers[i]);
	free(zone->servers);
	for (i = 0; i < zone->n_parents; i++)
		clear_server(&zone->parents[i]);
	free(zone->parents);
	for (i = 0; i < zone->n_resolvers; i++)
		free(zone->resolvers[i].name);
	free(zone->resolvers);
	*zone = (struct health_zone) { 0 };
}

void
health_report_clear(struct health_report *report)
{
	size_t i;

	for (i = 0; i < report->n; i++)
		clear_finding(&report->findings[i]);
	free(report->findings);
	for (i = 0; i < report->n_not_made; i++)
		free(report->not_made[i]);
	free(report->not_made);
	free(report->coverage_zone);
	*report = (struct health_report) HEALTH_REPORT_INIT;
}
