/* The subject of these rules is a struct zsk_set: what is signed, and when. */
#include "policy/report.h"
#include "policy/zsk_set.h"

#define DUR  REPORT_DURATION
#define TIME REPORT_TIME

/* So that a signature may begin at midnight. */
#define GRACE_S INT64_C(86400)

static void
check_zone(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	char zone[NAME_TEXT_MAX];

	if (!policy_allows_zone(s->policy, &s->zsks->zone))
		report_fail(report, "%.200s is not among the policy's zones",
		    name_text(&s->zsks->zone, zone));
}

static void
check_ksk(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;

	if (s->zsks->n_ksks == 0)
		report_fail(report, "the zone has no published KSK");
}

static void
check_inception(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const int64_t at = s->zsks->inception_at, now_at = s->zsks->now_at;
	const int64_t back_s = s->policy->inception_offset_s + GRACE_S;

	if (at > now_at)
		report_fail(report, "inception %s is after now, %s", TIME(at),
		    TIME(now_at));
	else if (now_at - at > back_s)
		report_fail(report, "inception %s is %s before now; "
		    "signatures.inception-offset %s + 1d are allowed",
		    TIME(at), DUR(now_at - at),
		    DUR(s->policy->inception_offset_s));
}

static void
check_expiration(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const int64_t at = s->zsks->expiration_at, now_at = s->zsks->now_at;
	const int64_t ttl_s = s->policy->dnskey_ttl_s;
	const int64_t delay_s = s->policy->zone_propagation_delay_s;

	if (at <= now_at)
		report_fail(report, "expiration %s is not after now, %s",
		    TIME(at), TIME(now_at));
	else if (at - now_at < ttl_s + delay_s)
		report_warn(report, "expiration %s is %s after now; caches and "
		    "secondaries may keep the set for signatures.dnskey-ttl "
		    "%s + timing.zone-propagation-delay %s", TIME(at),
		    DUR(at - now_at), DUR(ttl_s), DUR(delay_s));
}

static void
check_validity(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const int64_t length_s = s->zsks->expiration_at -
	    s->zsks->inception_at;
	const int64_t allowed_s = s->policy->validity_s +
	    s->policy->inception_offset_s;

	if (length_s > allowed_s)
		report_fail(report, "from inception to expiration it is %s; "
		    "signatures.validity %s + signatures.inception-offset %s "
		    "= %s are allowed", DUR(length_s),
		    DUR(s->policy->validity_s),
		    DUR(s->policy->inception_offset_s), DUR(allowed_s));
}

static void
check_horizon(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const int64_t ahead_s = s->zsks->expiration_at - s->zsks->now_at;

	if (ahead_s > s->policy->max_horizon_s)
		report_fail(report, "expiration %s is %s after now; "
		    "signatures.max-horizon is %s",
		    TIME(s->zsks->expiration_at), DUR(ahead_s),
		    DUR(s->policy->max_horizon_s));
}

const struct rule rules_window[] = {
	{ { "SIG-ZONE",
	    "the policy covers the zone",
	    "A CMK's KSKs sign only for the zones that its sealed policy "
	    "names." },
	    ERR_POLICY, check_zone },
	{ { "SIG-NO-KSK",
	    "the zone has a published KSK",
	    "Without a KSK in the set nothing can sign it. Make one with "
	    "create-ksk, or wait until it is to be published." },
	    ERR_POLICY, check_ksk },
	{ { "SIG-INCEPTION",
	    "the signature begins about now",
	    "A signature that begins later is bogus until then, and one that "
	    "begins long ago says nothing true about that time. Up to a day "
	    "before now less signatures.inception-offset is allowed, so that "
	    "it may begin at midnight. Look at the clock first." },
	    ERR_POLICY, check_inception },
	{ { "SIG-EXPIRATION",
	    "the signature is still good when the last cache forgets it",
	    "An expired signature makes the zone bogus. One that expires "
	    "sooner than dnskey-ttl + zone-propagation-delay after now is a "
	    "warning: some resolvers will meet it expired (RFC 6781 section "
	    "4.4.2)." },
	    ERR_POLICY, check_expiration },
	{ { "SIG-VALIDITY",
	    "the signature is not longer than the policy says",
	    "Who has a signed set can replay it until it expires, even after "
	    "a ZSK in it was stolen and withdrawn; so signatures.validity of "
	    "the sealed policy limits it. Ask for a shorter time." },
	    ERR_POLICY, check_validity },
	{ { "SIG-HORIZON",
	    "the signature expires before the policy's horizon",
	    "signatures.max-horizon of the sealed policy says for how long "
	    "after now anything that leaves the token can be used, also what "
	    "is signed ahead." },
	    ERR_POLICY, check_horizon },
};
const size_t rules_window_n = sizeof(rules_window) / sizeof(rules_window[0]);
