/* Responses of text, and what the oracle says of them; its own in each test. */
#ifndef TESTS_UNIT_HISTORYHELP_H
#define TESTS_UNIT_HISTORYHELP_H

#include "tests/unit/unit.h"

#include "kmgr/engine/zone_history.h"

#define HOUR	INT64_C(3600)
#define DAY	(24 * HOUR)
#define NOW	INT64_C(1800000000)
#define TTL	HOUR
#define PROPAGATION 7200
/* A DS is forgotten that long after it is gone. */
#define SERVED	(2 * HOUR + HOUR)
#define OUT	(DAY + SERVED)

static const struct policy lab = { .zone_propagation_delay_s = PROPAGATION,
	.parent_ds_ttl_s = DAY, .parent_propagation_delay_s = 2 * HOUR,
	.retire_safety_s = HOUR, .dnskey_ttl_s = 2 * DAY,
	.validity_s = 21 * DAY };

/* The nth key of a zone; 1 to 4 are KSKs. The tag of 4 is that of 1. */
static struct dnskey
dnskey(char n)
{
	struct dnskey key = { .flags = n < '5' ? 257 : 256, .protocol = 3,
		.alg = 13, .key_len = 64 };

	memset(key.key, n == '4' ? '1' : n, key.key_len);
	if (n == '4') {
		key.key[0]++;
		key.key[2]--;
	}
	return key;
}

/* What a KSK does in a bundle: published, signing, revoked and signing. */
static void
put_ksk(struct ksr_bundle *bundle, char n, char role, int64_t from_at,
    int64_t until_at)
{
	struct ksr_key key = { .ttl = TTL, .dnskey = dnskey(n) };
	struct ksr_sig sig = { .rrsig = { .type_covered = RRTYPE_DNSKEY,
		.alg = 13, .inception_at = from_at,
		.expiration_at = until_at } };

	if (role == 'R')
		key.dnskey.flags |= DNSKEY_REVOKE;
	ksr_add_key(bundle, &key);
	if (role == 'P')
		return;
	sig.rrsig.key_tag = dnskey_tag(&key.dnskey);
	ksr_add_sig(bundle, &sig);
}

/* "1S2P": KSK 1 signs, KSK 2 is published. */
static void
put_bundle(struct ksr *ksr, int64_t at, int64_t end_at, const char *roles,
    int64_t from_at, int64_t until_at)
{
	struct ksr_bundle *bundle = ksr_add_bundle(ksr, at, end_at);
	struct ksr_key zsk = { .ttl = TTL, .dnskey = dnskey('8') };

	ksr_add_key(bundle, &zsk);
	for (; *roles != '\0'; roles += 2)
		put_ksk(bundle, roles[0], roles[1], from_at, until_at);
}

/* A week each, signed for two, the last one open. */
static struct ksr *
text_response(int64_t at, const char *const *roles, size_t n)
{
	struct ksr *ksr = ksr_new(KSR_KNOT, KSR_RESPONSE);
	size_t i;

	for (i = 0; i < n; i++, at += 7 * DAY)
		put_bundle(ksr, at, i + 1 < n ? at + 7 * DAY : KSR_OPEN,
		    roles[i], at - HOUR, at + 14 * DAY);
	return ksr;
}

static struct zone_history *
begin(bool rfc5011)
{
	struct policy policy = lab;
	const struct policy *policies[] = { &policy };
	struct zone_history_timing timing;

	policy.rfc5011 = rfc5011;
	zone_history_timing(policies, 1, &timing);
	return zone_history_new(&timing);
}

static void
add_ksk(struct zone_history *h, char n, int64_t seen_at, int64_t gone_at)
{
	const char id[] = { n, '\0' };
	const struct dnskey key = dnskey(n);

	zone_history_add_ksk(h, id, &key, &(struct zone_history_facts) {
	    .seen_at = seen_at, .gone_at = gone_at });
}

/* Judge and end; part is in the message of the first finding. */
static void
expect(struct zone_history *h, int64_t from_at, int64_t until_at,
    enum finding_verdict verdict, const char *part)
{
	struct findings findings = FINDINGS_INIT;

	zone_history_judge(h, from_at, until_at, &findings);
	assert_true(findings.n > 0);
	assert_string_equal(findings.items[0].rule, "SKR-DS-CHAIN");
	if (findings.items[0].verdict != verdict ||
	    strstr(findings.items[0].message, part) == NULL)
		fail_msg("%s: %s; not %s: %s",
		    finding_verdict_name(findings.items[0].verdict),
		    findings.items[0].message, finding_verdict_name(verdict),
		    part);
	findings_clear(&findings);
	zone_history_free(h);
}

static void
add(struct zone_history *h, struct ksr *response)
{

	zone_history_add_response(h, response, KSR_OPEN);
	ksr_free(response);
}

#endif
