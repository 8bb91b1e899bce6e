/* The subject of these rules is a struct zsk_set. */
#include <inttypes.h>

#include "policy/report.h"
#include "policy/requester.h"
#include "policy/zsk_set.h"

static void
check_count(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	size_t i, n = s->zsks->n_records;

	/* Equal records are one, as in every RRset (RFC 2181 s5). */
	for (i = 0; i < s->n; i++)
		n -= s->list[i].same != NULL;
	if ((uint64_t)n > (uint64_t)s->policy->zsk_max_keys)
		report_fail(report, "%zu keys; zsk.max-keys is %" PRId64, n,
		    s->policy->zsk_max_keys);
}

/* A record without a TTL takes the policy's. */
static int64_t
ttl_of(const struct zsk_set *s, const struct zonefile_record *record)
{

	return record->ttl == ZONEFILE_NO_TTL ? s->policy->dnskey_ttl_s :
	    (int64_t)record->ttl;
}

static void
check_duplicate(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zonefile_record *record, *same;
	size_t i;

	for (i = 0; i < s->n; i++) {
		record = s->list[i].record;
		same = s->list[i].same;
		if (same == NULL)
			continue;
		if (ttl_of(s, record) != ttl_of(s, same))
			report_fail(report, "line %zu: the key of line %zu "
			    "again, with another TTL", record->line,
			    same->line);
		else
			report_warn(report, "line %zu: the same as line %zu; "
			    "it counts once", record->line, same->line);
	}
}

/* The tag of zsk against those of the zone's KSKs. */
static void
check_ksk_tags(const struct zsk_set *s, const struct zsk *zsk,
    struct report *report)
{
	const struct dnskey *ksk;
	const char *how;
	size_t i;

	for (i = 0; i < s->zsks->n_ksks; i++) {
		ksk = &s->zsks->ksks[i];
		if (zsk->tag == dnskey_tag(ksk))
			how = "of a KSK";
		else if (zsk->tag == dnskey_revoked_tag(ksk))
			how = "that a KSK gets when it is revoked";
		else
			continue;
		if (s->zsks->is_shared)
			report_warn(report, "line %zu: key tag %u is the tag "
			    "%s", zsk->record->line, zsk->tag, how);
		else
			report_fail(report, "line %zu: key tag %u is the tag "
			    "%s; the zone needs another ZSK",
			    zsk->record->line, zsk->tag, how);
	}
}

static void
check_tag(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zsk *zsk;
	size_t i, j;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		if (!zsk->is_dnskey || zsk->same != NULL)
			continue;
		check_ksk_tags(s, zsk, report);
		for (j = 0; j < i; j++)
			if (s->list[j].is_dnskey && s->list[j].same == NULL &&
			    s->list[j].tag == zsk->tag)
				report_warn(report, "line %zu: key tag %u is "
				    "also that of line %zu",
				    zsk->record->line, zsk->tag,
				    s->list[j].record->line);
	}
}

static void
check_ksk(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	const struct zsk *zsk;
	size_t i, j;

	for (i = 0; i < s->n; i++) {
		zsk = &s->list[i];
		for (j = 0; zsk->is_dnskey && j < s->zsks->n_ksks; j++)
			if (dnskey_is_same_key(&zsk->key, &s->zsks->ksks[j]))
				report_fail(report, "line %zu: the key of KSK "
				    "%u with flags %u", zsk->record->line,
				    dnskey_tag(&s->zsks->ksks[j]),
				    zsk->key.flags);
	}
}

static bool
zsks_have_alg(const struct zsk_set *s, uint8_t number)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->list[i].is_dnskey && s->list[i].key.alg == number)
			return true;
	return false;
}

static bool
ksks_have_alg(const struct rules_zsks *zsks, uint8_t number)
{
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++)
		if (zsks->ksks[i].alg == number)
			return true;
	return false;
}

static void
check_algorithm_set(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;
	unsigned int number;

	if (s->zsks->n_ksks == 0 || s->n == 0) {
		report_off(report, "no KSK or no ZSK to compare");
		return;
	}
	for (number = 0; number <= UINT8_MAX; number++) {
		const bool zsk = zsks_have_alg(s, (uint8_t)number);
		const bool ksk = ksks_have_alg(s->zsks, (uint8_t)number);

		if (zsk && !ksk)
			report_fail(report, "a ZSK of algorithm %u (%s) and no "
			    "KSK of it", number, alg_name(number));
		if (ksk && !zsk)
			report_fail(report, "a KSK of algorithm %u (%s) and no "
			    "ZSK of it", number, alg_name(number));
	}
}

static void
check_admission(const void *subject, struct report *report)
{
	const struct zsk_set *s = subject;

	requester_judge(s->policy, s->zsks->requester, report);
	if (s->policy->admission == ADMISSION_SSH &&
	    s->zsks->unnamed_line != 0)
		report_fail(report, "line %zu: the owner is not the zone's "
		    "name in full, so that the signature would hold for "
		    "another zone too", s->zsks->unnamed_line);
}

const struct rule rules_zsk_set[] = {
	{ { "ZSK-COUNT",
	    "there are no more ZSKs than the policy admits",
	    "zsk.max-keys of the sealed policy limits how many keys can sign "
	    "the zone's data, and how large its DNSKEY answer grows. A roll "
	    "needs two at a time, seldom three. Remove those that are no "
	    "longer needed." },
	    ERR_POLICY, check_count },
	{ { "ZSK-DUPLICATE",
	    "no key stands there twice",
	    "The same record twice is one record (RFC 2181 section 5) and "
	    "only a warning; the same key under two TTLs contradicts itself "
	    "(RFC 2181 section 5.2)." },
	    ERR_INPUT, check_duplicate },
	{ { "ZSK-TAG",
	    "no ZSK has the key tag of a KSK, revoked or not",
	    "Signatures name their key by algorithm and tag. Where two keys "
	    "of a zone share a tag, validators must try both and some give "
	    "up, and name servers that look a signature up by its tag take "
	    "the wrong one. A KSK's tag changes when it is revoked (RFC 5011 "
	    "section 2.1), so that tag counts too. Let the zone signer make "
	    "another ZSK; for KSKs that many zones share, and for two ZSKs, "
	    "this is a warning." },
	    ERR_POLICY, check_tag },
	{ { "ZSK-KSK",
	    "no ZSK is a KSK's key with other flags",
	    "A KSK's private key never leaves its token, so a ZSK of the same "
	    "key is a mistake at best. Let the zone signer make a key of its "
	    "own." },
	    ERR_INPUT, check_ksk },
	{ { "ZSK-ALGORITHM-SET",
	    "KSKs and ZSKs are of the same algorithms",
	    "The zone's data and its DNSKEY set must each be signed with "
	    "every algorithm of the DNSKEY set (RFC 4035 section 2.2). An "
	    "algorithm with only a KSK or only a ZSK makes the zone bogus for "
	    "strict validators." },
	    ERR_POLICY, check_algorithm_set },
	{ { "ZSK-ADMISSION",
	    "who asks is one of those whom the policy lets ask",
	    "Under zsk.admission: ssh a ZSK set counts only with a signature "
	    "over the file's very bytes by a key of zsk.requesters, which is "
	    "sealed: ssh-keygen -Y sign -n kmgr-zsks -f KEY FILE writes "
	    "FILE.sig. The file must name its zone in each record, or it "
	    "could be taken for another zone's. The signature has no end: "
	    "the set can be signed anew with it for as long as the policy "
	    "lives. Certificates do not count. Under zsk.admission: tsig it "
	    "counts only when it came from the source that the configuration "
	    "names for the zone, signed by TSIG, in the run that signs it. "
	    "Under zsk.admission: operator who runs the command vouches, and "
	    "this is off." },
	    ERR_POLICY, check_admission },
};
const size_t rules_zsk_set_n =
    sizeof(rules_zsk_set) / sizeof(rules_zsk_set[0]);
