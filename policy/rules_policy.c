/* The subject of these rules is a struct policy. */
#include <inttypes.h>

#include "policy/report.h"

#define DUR REPORT_DURATION

static void
check_zones(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	size_t i;

	for (i = 0; i < p->n_zones; i++)
		if (p->zones[i].scope == SCOPE_ANY && p->n_zones > 1)
			report_warn(report, "zones has \".\", any zone, and "
			    "%zu more that it covers", p->n_zones - 1);
}

static void
check_algorithm(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	size_t i;

	for (i = 0; i < p->n_zsk_algs; i++)
		if (p->zsk_algs[i] == p->alg)
			return;
	report_fail(report, "zsk.algorithms lacks %s, which is "
	    "ksk.algorithm", alg_name((unsigned int)p->alg));
}

static void
check_rsa_bits(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->alg != ALG_RSASHA256) {
		report_off(report, "ksk.algorithm is %s",
		    alg_name((unsigned int)p->alg));
		return;
	}
	if (p->rsa_bits % 8 != 0)
		report_fail(report, "ksk.rsa-bits %" PRId64 " is no multiple "
		    "of 8", p->rsa_bits);
	if (p->rsa_bits < p->zsk_min_rsa_bits)
		report_fail(report, "ksk.rsa-bits %" PRId64 " is less than "
		    "zsk.min-rsa-bits %" PRId64, p->rsa_bits,
		    p->zsk_min_rsa_bits);
}

static void
check_custody(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->custody == CUSTODY_WRAPPED && !p->require_backup)
		report_warn(report, "custody is wrapped and ksk.require-backup "
		    "is false: a KSK may get its DS while the store alone "
		    "holds it");
}

static void
check_lifetime(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	const int64_t roll_s = policy_roll_s(p);
	const int64_t need_s = roll_s + p->parent_registration_delay_s;
	struct timing t;

	policy_timing(p, &t);
	if (p->lifetime_s == 0)
		report_off(report, "ksk.lifetime is unlimited");
	else if (p->lifetime_s <= need_s)
		report_fail(report, "ksk.lifetime %s must be longer than a "
		    "whole roll %s (DNSKEY in %s, DS %s, DNSKEY out %s, "
		    "by ksk.roll-type) + timing.parent-registration-delay %s "
		    "= %s", DUR(p->lifetime_s), DUR(roll_s),
		    DUR(timing_publish_s(&t)), DUR(timing_ds_s(&t)),
		    DUR(timing_leave_s(&t)),
		    DUR(p->parent_registration_delay_s), DUR(need_s));
}

static void
check_max_per_zone(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	const int64_t spare = p->standby == STANDBY_NONE ? 0 : 1;

	if (p->max_per_zone < 2 + spare)
		report_fail(report, "ksk.max-per-zone %" PRId64 " must be at "
		    "least 2 for a roll + %" PRId64 " for ksk.standby = %"
		    PRId64, p->max_per_zone, spare, 2 + spare);
}

static void
check_standby(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->standby == STANDBY_NONE && p->standby_cmk != NULL)
		report_fail(report, "ksk.standby.cmk is \"%s\" and "
		    "ksk.standby.kind is none", p->standby_cmk);
}

static void
check_rfc5011(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (!p->rfc5011) {
		report_off(report, "ksk.rfc5011 is false");
		return;
	}
	/* RFC 5011 s2.4.1: a new trust anchor is learnt from the DNSKEYs. */
	if (p->roll_type != ROLL_DOUBLE_SIGNATURE)
		report_fail(report, "ksk.rfc5011 is true and ksk.roll-type is "
		    "not double-signature");
	if (p->custody == CUSTODY_SHARED)
		report_fail(report, "ksk.rfc5011 is true and custody is "
		    "shared: to revoke the KSK would revoke it in every zone");
}

static void
check_ttl(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->dnskey_ttl_s > p->max_zone_ttl_s)
		report_fail(report, "signatures.dnskey-ttl %s is more than "
		    "timing.max-zone-ttl %s", DUR(p->dnskey_ttl_s),
		    DUR(p->max_zone_ttl_s));
}

static void
check_refresh(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	const int64_t need_s = p->dnskey_ttl_s + p->zone_propagation_delay_s;

	if (p->refresh_s <= need_s)
		report_fail(report, "signatures.refresh %s must be longer than "
		    "signatures.dnskey-ttl %s + "
		    "timing.zone-propagation-delay %s = %s",
		    DUR(p->refresh_s), DUR(p->dnskey_ttl_s),
		    DUR(p->zone_propagation_delay_s), DUR(need_s));
}

static void
check_validity(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->validity_s <= p->refresh_s)
		report_fail(report, "signatures.validity %s must be longer "
		    "than signatures.refresh %s", DUR(p->validity_s),
		    DUR(p->refresh_s));
}

static void
check_inception(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->inception_offset_s >= p->validity_s)
		report_fail(report, "signatures.inception-offset %s must be "
		    "shorter than signatures.validity %s",
		    DUR(p->inception_offset_s), DUR(p->validity_s));
}

static void
check_horizon(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->max_horizon_s < p->validity_s)
		report_fail(report, "signatures.max-horizon %s must be at "
		    "least signatures.validity %s", DUR(p->max_horizon_s),
		    DUR(p->validity_s));
}

static void
check_digest(const void *subject, struct report *report)
{

	if (!policy_has_digest(subject, DIGEST_SHA256))
		report_warn(report, "ds.digest-types lacks sha-256, the only "
		    "one that every validator and registry must know");
}

static void
check_window(const void *subject, struct report *report)
{
	const struct policy *p = subject;
	const int64_t quiet_s = p->validity_s - p->refresh_s;

	if (p->pending_window_s < quiet_s)
		report_fail(report, "deletion.pending-window %s must be at "
		    "least signatures.validity %s - signatures.refresh %s = "
		    "%s", DUR(p->pending_window_s), DUR(p->validity_s),
		    DUR(p->refresh_s), DUR(quiet_s));
}

static void
check_clock(const void *subject, struct report *report)
{
	const struct policy *p = subject;

	if (p->clock_max_jump_s < p->validity_s)
		report_fail(report, "clock.max-jump %s must be at least "
		    "signatures.validity %s", DUR(p->clock_max_jump_s),
		    DUR(p->validity_s));
}

const struct rule rules_policy[] = {
	{ { "POLICY-ZONES",
	    "no zone pattern is covered by another",
	    "The pattern \".\" lets keys be made for any zone, so further "
	    "patterns beside it limit nothing, though they look as if they "
	    "did. Leave \".\" out to limit the policy to the others." },
	    ERR_POLICY, check_zones },
	{ { "POLICY-ALGORITHM",
	    "ZSKs of the KSK's algorithm are allowed",
	    "Every algorithm in the DNSKEY set must sign the zone and the "
	    "DNSKEY set (RFC 4035 section 2.2), so a KSK needs ZSKs of its "
	    "own algorithm. Add ksk.algorithm to zsk.algorithms, or leave "
	    "zsk.algorithms out: then it is the KSK's." },
	    ERR_POLICY, check_algorithm },
	{ { "POLICY-RSA-BITS",
	    "an RSA KSK is at least as long as its ZSKs and of whole octets",
	    "A KSK that is weaker than the keys that it vouches for makes "
	    "their length worthless, and a modulus that is no multiple of 8 "
	    "bits is read differently by different programs. Raise "
	    "ksk.rsa-bits or lower zsk.min-rsa-bits." },
	    ERR_POLICY, check_rsa_bits },
	{ { "POLICY-CUSTODY",
	    "KSKs that live outside the token are backed up before use",
	    "With custody wrapped a KSK exists only as ciphertext in the "
	    "store. If it has a DS at the parent before a backup has it, the "
	    "loss of the store makes the zone bogus until the DS is changed. "
	    "Leave ksk.require-backup out: it is true for custody wrapped." },
	    ERR_POLICY, check_custody },
	{ { "POLICY-LIFETIME",
	    "a KSK lives longer than its roll takes",
	    "A roll that takes longer than the key lives would begin before "
	    "the one before it has ended. A roll by double-signature takes "
	    "dnskey-ttl + zone-propagation-delay + publish-safety, then "
	    "parent-registration-delay + parent-ds-ttl + "
	    "parent-propagation-delay + retire-safety, then dnskey-ttl + "
	    "zone-propagation-delay + retire-safety; by double-ds the middle "
	    "part counts twice and the longer of the others once; by "
	    "double-rrset two of the longer part count. ksk.rfc5011 adds its "
	    "hold-down times of 30 days. Raise ksk.lifetime. Source: RFC 7583 "
	    "section 3.3, RFC 5011 section 2.4." },
	    ERR_POLICY, check_lifetime },
	{ { "POLICY-MAX-PER-ZONE",
	    "a roll fits beside the standby key",
	    "During a roll the old and the new KSK exist at once, and a "
	    "standby KSK stays beside them. With a smaller ksk.max-per-zone "
	    "the KSK could never be replaced, not even after a compromise." },
	    ERR_POLICY, check_max_per_zone },
	{ { "POLICY-STANDBY",
	    "a CMK for the standby key is named only where there is one",
	    "ksk.standby.cmk has no effect while ksk.standby.kind is none, "
	    "so one of the two is a mistake. Set the kind to ds or dnskey, "
	    "or leave cmk out." },
	    ERR_POLICY, check_standby },
	{ { "POLICY-RFC5011",
	    "a trust anchor is rolled so that resolvers can follow",
	    "Resolvers that hold the KSK as trust anchor learn the next one "
	    "from the DNSKEY set, where it must stand signed by the old one "
	    "for 30 days, and drop the old one when it is published with the "
	    "REVOKE bit (RFC 5011 sections 2.1 and 2.4). That is a roll by "
	    "double-signature, of a key that no other zone uses. Set "
	    "ksk.rfc5011 to false unless resolvers really are configured "
	    "with this key." },
	    ERR_POLICY, check_rfc5011 },
	{ { "POLICY-TTL",
	    "the DNSKEY TTL is within the zone's highest TTL",
	    "timing.max-zone-ttl is the highest TTL in the zone and the waits "
	    "of a roll count on it; the DNSKEY set is part of the zone. Raise "
	    "timing.max-zone-ttl or lower signatures.dnskey-ttl." },
	    ERR_POLICY, check_ttl },
	{ { "POLICY-REFRESH",
	    "a new signature is everywhere before the old one expires",
	    "After a new signature is made, the zone's servers need "
	    "zone-propagation-delay to have it and caches may keep the old one "
	    "for dnskey-ttl. With a shorter refresh resolvers would meet an "
	    "expired signature (RFC 6781 section 4.4.2). Raise "
	    "signatures.refresh." },
	    ERR_POLICY, check_refresh },
	{ { "POLICY-VALIDITY",
	    "a signature is not due for renewal when it is made",
	    "A signature is made anew when less than refresh of its validity "
	    "is left. If validity is not longer than refresh, each is due at "
	    "once. Raise signatures.validity." },
	    ERR_POLICY, check_validity },
	{ { "POLICY-INCEPTION",
	    "the inception offset is a small part of the validity",
	    "A signature begins inception-offset before it is made, so that "
	    "resolvers whose clock is behind accept it. An offset as long as "
	    "the validity is a mistake of units." },
	    ERR_POLICY, check_inception },
	{ { "POLICY-HORIZON",
	    "the usual signature fits the horizon",
	    "Nothing is signed that expires later than max-horizon after now, "
	    "so that a policy says for how long what leaves the token can be "
	    "used. If it is shorter than validity, nothing can be signed." },
	    ERR_POLICY, check_horizon },
	{ { "POLICY-DIGEST",
	    "the DS set has a digest that everybody knows",
	    "Every validator must know SHA-256; SHA-384 is only recommended "
	    "(RFC 9904). A zone whose DS set nobody understands is insecure "
	    "for those who do not." },
	    ERR_POLICY, check_digest },
	{ { "POLICY-WINDOW",
	    "a scheduled deletion is noticed before it happens",
	    "A CMK that waits for its deletion signs nothing. The first sign "
	    "of trouble is a signature that is not made anew, which may be as "
	    "late as validity - refresh after the last one. A pending-window "
	    "of at least that leaves time to cancel." },
	    ERR_POLICY, check_window },
	{ { "POLICY-CLOCK",
	    "a zone that is signed in time never looks like a clock that ran "
	    "ahead",
	    "Nothing need happen between two signatures, so the last event "
	    "may be as old as validity - refresh when the next one is due, "
	    "and as old as validity before it is too late. A shorter "
	    "clock.max-jump would refuse a good clock just then. Where key "
	    "signing requests are all that is signed, it should be longer "
	    "than the time from one ceremony to the next." },
	    ERR_POLICY, check_clock },
};
const size_t rules_policy_n = sizeof(rules_policy) / sizeof(rules_policy[0]);

void
rules_check_policy(const struct policy *policy, struct findings *findings)
{

	report_run(rules_policy, rules_policy_n, policy, findings);
	report_run(rules_policy_approvals, rules_policy_approvals_n, policy,
	    findings);
	report_run(rules_policy_ksr, rules_policy_ksr_n, policy, findings);
}
