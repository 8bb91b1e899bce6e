/* Checks that ask nobody but the store. */
#include <inttypes.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/service/health_inner.h"

int64_t
health_coverage_s(const struct health_zone *zone)
{

	return zone->signed_until_at == 0 ? HEALTH_UNKNOWN_S :
	    zone->signed_until_at - zone->now_at;
}

HEALTH_CHECK(health_store_coverage)
{
	const int64_t left_s = health_coverage_s(zone);
	char text[WHEN_TEXT_LEN], limit[WHEN_TEXT_LEN];
	enum health_level level;

	if (left_s == HEALTH_UNKNOWN_S) {
		if (health_may_have_ds(zone))
			health_add(report, "signed-coverage", zone,
			    HEALTH_CRITICAL, "a DS is known, and nothing is "
			    "signed; next: kmgr sign-zsks");
		return;
	}
	level = health_below(left_s, limits->coverage_warning_s,
	    limits->coverage_critical_s);
	if (left_s <= 0)
		health_add(report, "signed-coverage", zone, HEALTH_CRITICAL,
		    "the signatures over the DNSKEY RRset are expired since "
		    "%s; next: kmgr run, or kmgr sign-zsks",
		    when_rfc3339(zone->now_at + left_s, text));
	else
		health_add(report, "signed-coverage", zone, level,
		    "the DNSKEY RRset is signed for %s more, allowed are no "
		    "less than %s; next: kmgr run, or kmgr sign-zsks",
		    when_duration(left_s, text), when_duration(
		    level == HEALTH_CRITICAL ? limits->coverage_critical_s :
		    limits->coverage_warning_s, limit));
}

HEALTH_CHECK(health_store_age)
{
	const struct health_key *key;
	char age[WHEN_TEXT_LEN], limit[WHEN_TEXT_LEN];
	int64_t warning_s, age_s;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		/* One that is being rolled away from has its successor. */
		if (key->is_foreign || key->lifetime_s == 0 ||
		    key->is_leaving)
			continue;
		age_s = zone->now_at - key->active_at;
		warning_s = key->lifetime_s - (zone->rolls_by_itself ? 0 :
		    limits->ksk_age_warning_s);
		health_add(report, "ksk-age", zone, health_above(age_s,
		    warning_s, key->lifetime_s), "KSK %s is %s old, its "
		    "lifetime is %s; next: kmgr roll-ksk %s", key->name,
		    when_duration(age_s, age),
		    when_duration(key->lifetime_s, limit), zone->name);
	}
}

HEALTH_CHECK(health_store_operator)
{
	char since[WHEN_TEXT_LEN];

	if (zone->waits_since_at == 0)
		return;
	health_add(report, "operator-wait", zone,
	    health_above(zone->now_at - zone->waits_since_at,
	    limits->waiting_warning_s, limits->waiting_critical_s),
	    "waits since %s for %s; next: kmgr status %s",
	    when_rfc3339(zone->waits_since_at, since), zone->waits_for,
	    zone->name);
}

/* Every tag that key has or can get when it is revoked. */
static bool
collide(const struct dnskey *a, const struct dnskey *b)
{
	const uint16_t tags[] = { dnskey_tag(b), dnskey_revoked_tag(b) };

	return a->alg == b->alg && dnskey_collides(a, tags, 2);
}

HEALTH_CHECK(health_store_tags)
{
	const struct health_key *key;
	size_t i, k;

	(void)limits;
	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		for (k = i + 1; k < zone->n_keys; k++)
			if (collide(&key->dnskey, &zone->keys[k].dnskey))
				health_add(report, "key-tag", zone,
				    HEALTH_CRITICAL, "KSKs %s and %s have a "
				    "tag in common, revoked ones counted; "
				    "next: kmgr roll-ksk %s", key->name,
				    zone->keys[k].name, zone->name);
		for (k = 0; k < zone->n_zsks; k++)
			if (collide(&key->dnskey, &zone->zsks[k]))
				health_add(report, "key-tag", zone,
				    HEALTH_CRITICAL, "KSK %s and a ZSK have "
				    "tag %u in common; next: have the zone "
				    "signer make another ZSK", key->name,
				    dnskey_tag(&zone->zsks[k]));
	}
}

HEALTH_CHECK(health_store_late)
{
	char since[WHEN_TEXT_LEN];

	if (zone->next_at == LIFE_NEVER || zone->next_at > zone->now_at)
		return;
	health_add(report, "run-lateness", zone,
	    health_above(zone->now_at - zone->next_at,
	    limits->lateness_warning_s, limits->lateness_critical_s),
	    "%s %s; next: kmgr plan %s, kmgr run, and see why its timer does "
	    "not", zone->next_at == zone->unpublished_since_at ?
	    "not handed over what was signed at" : "something is due since",
	    when_rfc3339(zone->next_at, since), zone->name);
}

/* With longer waits than the policy was sealed with it may not fit any more. */
static void
judge_timing(const struct health_zone *zone, struct health_report *report)
{
	const int64_t spread_s = zone->timing.dnskey_ttl_s +
	    zone->timing.zone_propagation_delay_s;
	char have[WHEN_TEXT_LEN], need[WHEN_TEXT_LEN];

	if (zone->lifetime_s != 0 && zone->lifetime_s <= zone->roll_s)
		health_add(report, "policy", zone, HEALTH_WARNING,
		    "ksk.lifetime %s is no longer than a whole roll %s, by "
		    "configuration and what was observed; next: shorten the "
		    "waits in zones: %s timing:, or roll to a CMK with "
		    "another policy", when_duration(zone->lifetime_s, have),
		    when_duration(zone->roll_s, need), zone->name);
	if (zone->timing.refresh_s <= spread_s)
		health_add(report, "policy", zone, HEALTH_WARNING,
		    "signatures.refresh %s is no longer than dnskey-ttl + "
		    "zone-propagation-delay %s, by configuration and what was "
		    "observed: signatures may expire in caches",
		    when_duration(zone->timing.refresh_s, have),
		    when_duration(spread_s, need));
}

/* They protect nothing, and who validates has to pay for them. */
static void
judge_nsec3(const struct health_zone *zone, struct health_report *report)
{
	size_t i;

	for (i = 0; i < zone->n_servers; i++)
		if (zone->servers[i].nsec3_iterations > 0)
			health_add(report, "policy", zone, HEALTH_WARNING,
			    "%s: NSEC3 with %u iterations, and RFC 9276 s3.1 "
			    "wants 0; next: have the zone signer sign the "
			    "zone with none", zone->servers[i].name,
			    zone->servers[i].nsec3_iterations);
}

HEALTH_CHECK(health_store_policy)
{
	const struct finding *finding;
	size_t i;

	(void)limits;
	/* Warnings were read when it was sealed, and nobody can act on them. */
	for (i = 0; i < zone->policy.n; i++) {
		finding = &zone->policy.items[i];
		if (finding->verdict == FINDING_FAIL)
			health_add(report, "policy", zone, HEALTH_WARNING,
			    "%s: %s; next: kmgr explain-rule %s",
			    finding->rule, finding->message, finding->rule);
	}
	judge_timing(zone, report);
	judge_nsec3(zone, report);
}

HEALTH_CHECK(health_store_backup)
{
	const struct health_key *key;
	size_t i;

	(void)limits;
	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		if (!key->is_foreign && key->needs_backup &&
		    key->backup_at == 0)
			health_add(report, "backup", zone, HEALTH_WARNING,
			    "KSK %s has no backup, and gets no DS before; "
			    "next: kmgr backup FILE, or kmgr confirm-backup "
			    "%s", key->name, key->name);
	}
}

HEALTH_CHECK(health_store_standby)
{
	size_t i, n_standbys = 0;

	(void)limits;
	for (i = 0; i < zone->n_keys; i++)
		n_standbys += zone->keys[i].is_standby &&
		    !zone->keys[i].is_leaving;
	if (n_standbys < zone->n_standbys_wanted)
		health_add(report, "standby", zone, HEALTH_WARNING,
		    "%zu standby KSK%s there, the policy wants %zu; next: "
		    "kmgr plan %s", n_standbys, n_standbys == 1 ? " is" :
		    "s are", zone->n_standbys_wanted, zone->name);
}

HEALTH_CHECK(health_store_oracle)
{

	(void)limits;
	if (zone->oracle_now != NULL)
		health_add(report, "oracle", zone, HEALTH_CRITICAL,
		    "a resolver may lose the chain of trust: %s; next: kmgr "
		    "plan %s", zone->oracle_now, zone->name);
	if (zone->oracle_next != NULL)
		health_add(report, "oracle", zone, HEALTH_CRITICAL,
		    "the next step would be refused: %s; next: kmgr plan %s",
		    zone->oracle_next, zone->name);
}

/* What was released: its keys, and whether each signs it. */
struct released {
	struct dnskey	*keys;
	bool		*does_sign;
	size_t		 n;
};

/* Only keys with a signature of their tag are tried, each once. */
static void
try_released(const struct health_set *set, struct released *out)
{
	size_t i, k;

	out->keys = mem_new((set->rrset->n_rdata + 1) * sizeof(*out->keys));
	out->does_sign = mem_new((set->rrset->n_rdata + 1) *
	    sizeof(*out->does_sign));
	out->n = 0;
	for (k = 0; k < set->rrset->n_rdata; k++) {
		if (!health_dnskey_at(set, k, &out->keys[out->n]))
			continue;
		for (i = 0; i < set->n_rrsigs; i++)
			if (set->rrsigs[i].key_tag ==
			    dnskey_tag(&out->keys[out->n]))
				break;
		out->does_sign[out->n] = i < set->n_rrsigs &&
		    health_signs(set, &out->keys[out->n]) != NULL;
		out->n++;
	}
}

static bool
is_signed_by_tag(const struct released *released, uint16_t tag)
{
	size_t k;

	for (k = 0; k < released->n; k++)
		if (released->does_sign[k] &&
		    dnskey_tag(&released->keys[k]) == tag)
			return true;
	return false;
}

static bool
is_signed_by(const struct released *released, const struct dnskey *key)
{
	size_t k;

	for (k = 0; k < released->n; k++)
		if (released->does_sign[k] &&
		    released->keys[k].flags == key->flags &&
		    dnskey_is_same_key(&released->keys[k], key))
			return true;
	return false;
}

/*
 * What was released holds each KSK, and the signature of each is right. One
 * that nobody has seen yet is none that anybody relies on; that it is to be
 * published is due.
 */
HEALTH_CHECK(health_store_released)
{
	const struct health_set *set = &zone->signed_set;
	struct released released;
	size_t i;

	(void)limits;
	if (set->rrset == NULL)
		return;
	try_released(set, &released);
	for (i = 0; i < set->n_rrsigs; i++)
		if (!is_signed_by_tag(&released, set->rrsigs[i].key_tag))
			health_add(report, "released-signature", zone,
			    HEALTH_CRITICAL, "the released signature by key "
			    "tag %u does not verify; do not publish it; "
			    "next: kmgr verify", set->rrsigs[i].key_tag);
	for (i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].is_in_set && !zone->keys[i].is_foreign &&
		    zone->keys[i].dnskey_state != LIFE_HIDDEN &&
		    !is_signed_by(&released, &zone->keys[i].dnskey))
			health_add(report, "released-signature", zone,
			    HEALTH_CRITICAL, "KSK %s did not sign what was "
			    "released last; next: kmgr run, or kmgr "
			    "sign-zsks", zone->keys[i].name);
	free(released.keys);
	free(released.does_sign);
}
