/* What the files of health share. */
#ifndef SERVICE_HEALTH_INNER_H
#define SERVICE_HEALTH_INNER_H

#include "kmgr/service/health.h"

#define HEALTH_CHECK(name) void name(const struct health_zone *zone, \
    const struct health_limits *limits, struct health_report *report)

/**
 * health_add(report, check, zone, level, fmt, ...):
 * Add a finding; at HEALTH_OK there is none.
 */
void health_add(struct health_report *report, const char *check,
    const struct health_zone *zone, enum health_level level,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/**
 * health_add_cause(report, check, zone, level, cmk, cause, fmt, ...):
 * Likewise, of what other zones may have for the same ${cause}, under the CMK
 * called ${cmk} where that is known: they are one finding. At HEALTH_OK there
 * is one, too: of what is wrong, and not for so long that it matters.
 */
void health_add_cause(struct health_report *report, const char *check,
    const struct health_zone *zone, enum health_level level, const char *cmk,
    const char *cause, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));

/**
 * health_add_once(report, check, level, text):
 * Add a finding of no zone; once, for however many zones.
 */
void health_add_once(struct health_report *report, const char *check,
    enum health_level level, const char *text);

/**
 * health_not_made(report, check, why):
 * Say that ${check} was not made; once, for however many zones.
 */
void health_not_made(struct health_report *report, const char *check,
    const char *why);

/**
 * health_is_asked(zone, n, check, report):
 * Whether any of the ${n} servers that ${check} is about was asked; else it
 * is not made.
 */
bool health_is_asked(const struct health_zone *zone, size_t n,
    const char *check, struct health_report *report);

/**
 * health_above(value, warning, critical):
 * Its level where a value above ${warning}, or above ${critical}, is bad.
 * health_below(): where one below is.
 */
enum health_level health_above(int64_t value, int64_t warning,
    int64_t critical);
enum health_level health_below(int64_t value, int64_t warning,
    int64_t critical);

/**
 * health_key_of(zone, key), health_key_of_ds(zone, ds):
 * The key that is, or has the DS; NULL where none does.
 */
const struct health_key *health_key_of(const struct health_zone *zone,
    const struct dnskey *key);
const struct health_key *health_key_of_ds(const struct health_zone *zone,
    const struct ds *ds);

/**
 * health_has_zsk(zone, key):
 * Whether ${key} is one of the ZSKs that were admitted.
 */
bool health_has_zsk(const struct health_zone *zone, const struct dnskey *key);

/**
 * health_signs(set, key):
 * The signature by ${key} over ${set} that verifies, whatever its window; of
 * several the one that is valid longest. NULL: none.
 */
const struct rrsig *health_signs(const struct health_set *set,
    const struct dnskey *key);

/**
 * health_may_have_ds(zone):
 * Whether a cache may have a DS of a key: then what it leads to has to sign.
 */
bool health_may_have_ds(const struct health_zone *zone);

/**
 * health_dnskey_at(set, i, out), health_ds_at(set, i, out):
 * The ${i}th record; false where it cannot be read.
 */
bool health_dnskey_at(const struct health_set *set, size_t i,
    struct dnskey *out);
bool health_ds_at(const struct health_set *set, size_t i, struct ds *out);

/* The checks, by where their facts come from. */
HEALTH_CHECK(health_store_coverage);
HEALTH_CHECK(health_store_age);
HEALTH_CHECK(health_store_operator);
HEALTH_CHECK(health_store_tags);
HEALTH_CHECK(health_store_late);
HEALTH_CHECK(health_store_policy);
HEALTH_CHECK(health_store_backup);
HEALTH_CHECK(health_store_standby);
HEALTH_CHECK(health_store_oracle);
HEALTH_CHECK(health_store_released);
HEALTH_CHECK(health_failing_token);
HEALTH_CHECK(health_failing_run);
HEALTH_CHECK(health_database_settings);
HEALTH_CHECK(health_database_clock);
HEALTH_CHECK(health_child_signature);
HEALTH_CHECK(health_child_inception);
HEALTH_CHECK(health_child_served);
HEALTH_CHECK(health_child_ttl);
HEALTH_CHECK(health_child_unknown);
HEALTH_CHECK(health_child_cds);
HEALTH_CHECK(health_child_algorithms);
HEALTH_CHECK(health_parent_ds);
HEALTH_CHECK(health_parent_ttl);
HEALTH_CHECK(health_parent_drift);
HEALTH_CHECK(health_parent_validation);

#endif
