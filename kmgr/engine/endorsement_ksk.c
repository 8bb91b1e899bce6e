/* What a KSK is: its zone, DNSKEY, tags, DS and custody. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/dns/ds.h"
#include "kmgr/engine/endorsement_internal.h"

#define DS_MAX 16

/* What the endorsement says under key must be what where has. */
static void
check_int(const struct outcome *o, const struct subject *s, const char *key,
    const char *where, int64_t expected)
{
	int64_t found = -1;

	if (!json_get_int(s->statement, key, &found))
		outcome_fail(o, "the endorsement has (none), %s %lld", where,
		    (long long)expected);
	else if (found != expected)
		outcome_fail(o, "the endorsement has %lld, %s %lld",
		    (long long)found, where, (long long)expected);
	else
		outcome_pass(o, "%lld", (long long)found);
}

static void
check_zone(const struct subject *s, const struct outcome *o)
{
	const char *said = json_get_text(s->statement, "zone");
	char zone[NAME_TEXT_MAX];

	(void)name_text(&s->zone, zone);
	if (strcmp(said, zone) != 0)
		outcome_fail(o, "the endorsement has %.300s, in canonical "
		    "form %.300s", said, zone);
	else if (!policy_allows_zone(s->policy, &s->zone))
		outcome_fail(o, "the policy's zones do not hold %.300s", zone);
	else
		outcome_pass(o, "%.300s", zone);
}

static void
check_dnskey_form(const struct subject *s, const struct outcome *o)
{
	const char *said = json_get_text(s->statement, "dnskey");
	struct crypto_key *public = NULL;
	struct error why = ERR_INIT;
	struct buf text = BUF_INIT;

	dnskey_text(&s->dnskey, &text);
	if (strcmp(buf_text(&text), said) != 0)
		outcome_fail(o, "the endorsement has %.300s, in canonical "
		    "form %.300s", said, buf_text(&text));
	else if (dnskey_public(&s->dnskey, &public, &why) != 0)
		outcome_fail(o, "%s", why.msg);
	else
		outcome_pass(o, "%.300s", said);
	crypto_key_free(public);
	buf_free(&text);
}

static void
check_algorithm(const struct subject *s, const struct outcome *o)
{
	const enum alg alg = s->policy->alg;
	const unsigned int bits = dnskey_bits(&s->dnskey);

	if (s->dnskey.alg != alg)
		outcome_fail(o, "the DNSKEY has %s (%u), the policy %s (%u)",
		    alg_name(s->dnskey.alg), s->dnskey.alg, alg_name(alg),
		    alg);
	else if (alg == ALG_RSASHA256 && bits != s->policy->rsa_bits)
		outcome_fail(o, "the DNSKEY has %u bits, the policy %lld", bits,
		    (long long)s->policy->rsa_bits);
	else
		outcome_pass(o, "%s (%u), %u bits", alg_name(alg), alg, bits);
}

static void
check_flags(const struct subject *s, const struct outcome *o)
{

	if (s->dnskey.flags != DNSKEY_FLAGS_KSK)
		outcome_fail(o, "the DNSKEY has %u, a KSK %d", s->dnskey.flags,
		    DNSKEY_FLAGS_KSK);
	else
		outcome_pass(o, "%u", s->dnskey.flags);
}

/* RFC 4034 s2.1.2 */
static void
check_protocol(const struct subject *s, const struct outcome *o)
{

	if (s->dnskey.protocol != 3)
		outcome_fail(o, "the DNSKEY has %u, RFC 4034 asks for 3",
		    s->dnskey.protocol);
	else
		outcome_pass(o, "3");
}

static void
check_key_tag(const struct subject *s, const struct outcome *o)
{

	check_int(o, s, "key_tag", "the DNSKEY", dnskey_tag(&s->dnskey));
}

static void
check_revoked_tag(const struct subject *s, const struct outcome *o)
{

	check_int(o, s, "revoked_key_tag", "the revoked DNSKEY",
	    dnskey_revoked_tag(&s->dnskey));
}

static const enum digest digests[] = { DIGEST_SHA256, DIGEST_SHA384 };
#define N_DIGESTS (sizeof(digests) / sizeof(digests[0]))

/* The DS that the DNSKEY has. Owner: the caller, free(). */
static char *
compute_ds(const struct subject *s, enum digest digest)
{
	struct buf text = BUF_INIT;
	struct ds ds;

	ds_init(&ds, &s->zone, &s->dnskey, digest);
	ds_text(&ds, &text);
	return buf_take(&text);
}

/* Whether the text is a DS of the DNSKEY, of any digest type. */
static bool
is_ds(const struct subject *s, const char *text)
{
	bool is_same = false;
	char *ds;
	size_t i;

	for (i = 0; i < N_DIGESTS && !is_same; i++) {
		ds = compute_ds(s, digests[i]);
		is_same = strcmp(ds, text) == 0;
		free(ds);
	}
	return is_same;
}

/* All that is listed is a DS of the DNSKEY. */
static bool
has_no_other(const struct subject *s, const struct json *list,
    const struct outcome *o)
{
	const char *text;
	char *expected;
	size_t i;

	for (i = 0; i < json_len(list); i++) {
		text = json_text(json_at(list, i));
		if (text != NULL && is_ds(s, text))
			continue;
		expected = compute_ds(s, s->policy->digests[0]);
		outcome_fail(o, "the endorsement has %.200s, the DNSKEY "
		    "%.120s", text == NULL ? "(no text)" : text, expected);
		free(expected);
		return false;
	}
	return true;
}

/* All that the policy asks for is listed. */
static bool
has_all(const struct subject *s, const struct json *list,
    const struct outcome *o)
{
	const char *text;
	char *expected;
	bool is_there;
	size_t i, k;

	for (i = 0; i < s->policy->n_digests; i++) {
		expected = compute_ds(s, s->policy->digests[i]);
		is_there = false;
		for (k = 0; k < json_len(list) && !is_there; k++)
			is_there = (text = json_text(json_at(list, k))) !=
			    NULL && strcmp(text, expected) == 0;
		if (!is_there)
			outcome_fail(o, "the endorsement has no %s, the "
			    "policy asks for it: %.120s",
			    digest_name(s->policy->digests[i]), expected);
		free(expected);
		if (!is_there)
			return false;
	}
	return true;
}

static void
check_ds(const struct subject *s, const struct outcome *o)
{
	const struct json *list = json_get(s->statement, "ds");

	if (!json_holds_array(list) || json_len(list) > DS_MAX)
		outcome_fail(o, "the endorsement has no list of at most %d DS",
		    DS_MAX);
	else if (has_no_other(s, list, o) && has_all(s, list, o))
		outcome_pass(o, "%zu, recomputed", json_len(list));
}

static void
check_custody(const struct subject *s, const struct outcome *o)
{

	outcome_same(o, "the endorsement", json_get_text(s->statement,
	    "custody"), "the policy",
	    policy_custody_name(s->policy->custody));
}

void
endorsement_judge_ksk(const struct subject *subject,
    struct endorsement_report *report)
{
	static const struct check checks[] = {
		{ "zone", NEED_ZONE | NEED_POLICY, check_zone },
		{ "dnskey-form", NEED_DNSKEY, check_dnskey_form },
		{ "dnskey-algorithm", NEED_DNSKEY | NEED_POLICY,
		    check_algorithm },
		{ "dnskey-flags", NEED_DNSKEY, check_flags },
		{ "dnskey-protocol", NEED_DNSKEY, check_protocol },
		{ "key-tag", NEED_DNSKEY, check_key_tag },
		{ "revoked-key-tag", NEED_DNSKEY, check_revoked_tag },
		{ "ds", NEED_ZONE | NEED_DNSKEY | NEED_POLICY, check_ds },
		{ "custody", NEED_STATEMENT | NEED_POLICY, check_custody },
	};

	endorsement_run(checks, sizeof(checks) / sizeof(checks[0]), subject,
	    report);
}
