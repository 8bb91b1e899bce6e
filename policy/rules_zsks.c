/* The subject of these rules is a struct zsk_set. */
#include <inttypes.h>
#include <string.h>

#include "kmgr/dns/rrset.h"
#include "policy/report.h"
#include "policy/zsk_set.h"

#define CLASS_IN 1

static bool
is_signer_alg(uint8_t number)
{
	const struct alg_info *alg = alg_find(number);

	return alg != NULL && alg->refusal == NULL;
}

static void
check_empty(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;

	if (s->zsks->n_records == 0)
		report_fail(report, "no record; at least one DNSKEY is needed");
}

static void
check_type(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zonefile_record *record;
	size_t i;

	for (i = 0; i < s->n; i++) {
		record = s->list[i].record;
		if (record->type != RRTYPE_DNSKEY)
			report_fail(report, "line %zu: a record of type %u "
			    "(%s); only DNSKEY is signed here", record->line,
			    record->type, rrtype_name(record->type));
	}
}

static void
check_class(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zonefile_record *record;
	size_t i;

	for (i = 0; i < s->n; i++) {
		record = s->list[i].record;
		if (record->class != CLASS_IN)
			report_fail(report, "line %zu: class %u; only IN (1) "
			    "is signed", record->line, record->class);
	}
}

/* Whether the zone's name stands twice in owner: a forgotten final dot. */
static bool
is_doubled(const struct name *owner, const struct name *zone)
{
	const size_t n = zone->len - 1;

	return n > 0 && owner->len == 2 * n + 1 &&
	    memcmp(owner->wire, zone->wire, n) == 0 &&
	    memcmp(owner->wire + n, zone->wire, n) == 0;
}

static void
check_owner(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	char owner[NAME_TEXT_MAX], zone[NAME_TEXT_MAX];
	const struct zonefile_record *record;
	size_t i;

	(void)name_text(&s->zsks->zone, zone);
	for (i = 0; i < s->n; i++) {
		record = s->list[i].record;
		if (name_is_same(&record->owner, &s->zsks->zone))
			continue;
		(void)name_text(&record->owner, owner);
		report_fail(report, "line %zu: owner %.100s; the zone is "
		    "%.100s%s", record->line, owner, zone,
		    is_doubled(&record->owner, &s->zsks->zone) ?
		    " (a final dot is missing in the file)" : "");
	}
}

/* What flags other than 256 mean, for the message. */
static const char *
flags_meaning(uint16_t flags)
{

	switch (flags) {
	case DNSKEY_FLAGS_KSK:
		return "a KSK: KSKs are added by this program and never "
		    "taken from a ZSK set";
	case DNSKEY_FLAGS_KSK | DNSKEY_REVOKE:
		return "a revoked KSK: KSKs are never taken from a ZSK set";
	case DNSKEY_FLAGS_ZSK | DNSKEY_REVOKE:
		return "a revoked key";
	default:
		return (flags & DNSKEY_ZONE) == 0 ? "no zone key" :
		    "flags without meaning";
	}
}

static void
check_flags(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zsk *zsk;
	size_t i;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		if (zsk->is_dnskey && zsk->key.flags != DNSKEY_FLAGS_ZSK)
			report_fail(report, "line %zu: flags %u, %s; a ZSK has "
			    "256", zsk->record->line, zsk->key.flags,
			    flags_meaning(zsk->key.flags));
	}
}

static void
check_protocol(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zsk *zsk;
	size_t i;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		if (zsk->is_dnskey && zsk->key.protocol != 3)
			report_fail(report, "line %zu: protocol %u; it must be "
			    "3", zsk->record->line, zsk->key.protocol);
	}
}

static bool
policy_allows_alg(const struct policy *policy, uint8_t number)
{
	size_t i;

	for (i = 0; i < policy->n_zsk_algs; i++)
		if ((unsigned int)policy->zsk_algs[i] == number)
			return true;
	return false;
}

static void
check_algorithm(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct alg_info *alg;
	const struct zsk *zsk;
	size_t i;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		if (!zsk->is_dnskey ||
		    policy_allows_alg(s->policy, zsk->key.alg) ||
		    s->zsks->is_admitted[zsk->key.alg])
			continue;
		alg = alg_find(zsk->key.alg);
		report_fail(report, "line %zu: algorithm %u (%s)%s%s; it is "
		    "not in zsk.algorithms", zsk->record->line, zsk->key.alg,
		    alg_name(zsk->key.alg),
		    alg != NULL && alg->refusal != NULL ? ": " : "",
		    alg != NULL && alg->refusal != NULL ? alg->refusal : "");
	}
}

static void
check_key_data(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	struct error why = ERR_INIT;
	const struct zsk *zsk;
	struct dnskey key;
	size_t i;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		if (zsk->record->type == RRTYPE_DNSKEY && !zsk->is_dnskey) {
			(void)dnskey_from_rdata(zsk->record->rdata,
			    zsk->record->rdata_len, &key, &why);
			report_fail(report, "line %zu: %s", zsk->record->line,
			    why.msg);
		}
		/* Of other algorithms nobody here knows what is right. */
		if (!zsk->is_dnskey || !is_signer_alg(zsk->key.alg))
			continue;
		if (dnskey_check(&zsk->key, &why) != 0)
			report_fail(report, "line %zu: %s", zsk->record->line,
			    why.msg);
	}
}

static void
check_size(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zsk *zsk;
	unsigned int bits;
	size_t i;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		if (!zsk->is_dnskey || zsk->key.alg != ALG_RSASHA256)
			continue;
		bits = dnskey_bits(&zsk->key);
		if ((int64_t)bits < s->policy->zsk_min_rsa_bits)
			report_fail(report, "line %zu: RSA of %u bits; "
			    "zsk.min-rsa-bits is %" PRId64, zsk->record->line,
			    bits, s->policy->zsk_min_rsa_bits);
	}
}

static void
check_ttl(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zonefile_record *record;
	size_t i;

	for (i = 0; i < s->n; i++) {
		record = s->list[i].record;
		if (record->ttl != ZONEFILE_NO_TTL &&
		    (int64_t)record->ttl != s->policy->dnskey_ttl_s)
			report_fail(report, "line %zu: TTL %" PRIu32
			    "; signatures.dnskey-ttl is %" PRId64,
			    record->line, record->ttl,
			    s->policy->dnskey_ttl_s);
	}
}

const struct rule rules_zsks[] = {
	{ { "ZSK-EMPTY",
	    "there is at least one ZSK",
	    "A DNSKEY set without a ZSK leaves the zone's data without a key "
	    "that could verify it. Look whether the file is the right one, and "
	    "complete." },
	    ERR_INPUT, check_empty },
	{ { "ZSK-TYPE",
	    "every record is a DNSKEY",
	    "A KSK signs the DNSKEY set and what is derived from its own "
	    "keys, nothing that somebody else made. Give the ZSKs' DNSKEY "
	    "records and no others." },
	    ERR_INPUT, check_type },
	{ { "ZSK-CLASS",
	    "every record is of class IN",
	    "DNSSEC signatures cover the class, and only IN is served to the "
	    "Internet." },
	    ERR_INPUT, check_class },
	{ { "ZSK-OWNER",
	    "every record belongs to the zone itself",
	    "DNSKEY records stand at the zone's apex (RFC 4034 section 2). "
	    "Another owner is another zone's key, or a name without its final "
	    "dot, to which the zone's name was added once more (RFC 1035 "
	    "section 5.1)." },
	    ERR_INPUT, check_owner },
	{ { "ZSK-FLAGS",
	    "every key has flags 256",
	    "A key with the SEP bit (257, 385) in a ZSK set would become a "
	    "secure entry point that the token never made: whoever holds it "
	    "could sign the zone's keys once its DS is at the parent. KSKs of "
	    "this program are added to the set by itself. Take such lines "
	    "out of the file. Source: RFC 4034 section 2.1.1, RFC 5011 "
	    "section 7." },
	    ERR_INPUT, check_flags },
	{ { "ZSK-PROTOCOL",
	    "every key has protocol 3",
	    "Any other value makes validators ignore the key (RFC 4034 "
	    "section 2.1.2)." },
	    ERR_INPUT, check_protocol },
	{ { "ZSK-ALGORITHM",
	    "every key is of an algorithm that the policy admits",
	    "zsk.algorithms of the sealed policy lists the algorithms of ZSKs "
	    "that are signed; where two CMKs have KSKs of a zone, each policy "
	    "judges its own. Algorithms that must not be used any more are "
	    "never in it (RFC 9904). Let the zone signer make a ZSK of an "
	    "admitted algorithm." },
	    ERR_POLICY, check_algorithm },
	{ { "ZSK-KEY-DATA",
	    "every key is one of its algorithm",
	    "The key data must have the length and form that the algorithm "
	    "demands: a point on the curve for ECDSA (RFC 6605 section 4) and "
	    "EdDSA (RFC 8080 section 3), exponent and modulus without leading "
	    "zeros for RSA (RFC 3110 section 2). Nobody could verify anything "
	    "with other data; the file is damaged or the algorithm number "
	    "wrong." },
	    ERR_INPUT, check_key_data },
	{ { "ZSK-SIZE",
	    "every RSA key is long enough",
	    "zsk.min-rsa-bits of the sealed policy is the shortest modulus of "
	    "a ZSK. Let the zone signer make a longer one." },
	    ERR_POLICY, check_size },
	{ { "ZSK-TTL",
	    "every TTL is the policy's dnskey-ttl",
	    "All records of a set have one TTL (RFC 2181 section 5.2), and "
	    "the waits of a roll count on signatures.dnskey-ttl. A record "
	    "without a TTL takes it. Set the zone signer's DNSKEY TTL to this "
	    "value, or leave the TTL out of the file." },
	    ERR_POLICY, check_ttl },
};
const size_t rules_zsks_n = sizeof(rules_zsks) / sizeof(rules_zsks[0]);

void
rules_check_zsks(const struct policy *policy, const struct rules_zsks *zsks,
    struct findings *findings)
{
	struct zsk_set set;

	zsk_set_init(&set, policy, zsks);
	report_run(rules_zsks, rules_zsks_n, &set, findings);
	report_run(rules_zsk_set, rules_zsk_set_n, &set, findings);
	report_run(rules_window, rules_window_n, &set, findings);
	zsk_set_clear(&set);
}
