/* What a KSK is: its zone, DNSKEY, tags, DS and custody. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/dns/ds.h"
#include "kmgr/engine/endorsement_internal.h"
#include "kmgr/engine/wrapkey.h"

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

static bool
has_all_parts(const struct subject *s)
{
	const unsigned int parts = NEED_STATEMENT | NEED_SEAL | NEED_POLICY;

	return (s->has & parts) == parts;
}

static bool
is_hex(const char *text, size_t len)
{

	return text != NULL && strlen(text) == len &&
	    strspn(text, "0123456789abcdef") == len;
}

/* The wrapped key is bound, and to the wrapping key that the seal names. */
static void
check_wrapped(const struct subject *s, const struct outcome *o)
{
	const char *hash = json_get_text(s->statement, "wrapped_key_sha256");
	const char *id = json_get_text(s->statement, "wrap_key_id");
	const struct json *wrapkey = wrapkey_of(s->seal);

	if (!has_all_parts(s))
		return;
	if (s->policy->custody != CUSTODY_WRAPPED) {
		if (hash != NULL || id != NULL ||
		    json_get(s->seal, "wrapping_keys") != NULL)
			outcome_fail(o, "the custody is %s, and a wrapped key "
			    "is spoken of", policy_custody_name(
			    s->policy->custody));
		return;
	}
	if (!is_hex(hash, 2 * CRYPTO_SHA256_LEN) || id == NULL)
		outcome_fail(o, "the endorsement does not say what was "
		    "wrapped by which key");
	else if (wrapkey == NULL)
		outcome_fail(o, "the seal names no wrapping key");
	else
		outcome_same(o, "the endorsement", id, "the seal",
		    json_get_text(wrapkey, "key_id"));
}

/* What keeps in the token what a wrapping key unwraps. */
static const struct {
	const char	*name;
	const char	*value;
} guards[] = {
	{ "CKA_SENSITIVE", "true" },
	{ "CKA_EXTRACTABLE", "false" },
	{ "CKA_MODIFIABLE", "false" },
	{ "CKA_COPYABLE", "false" },
	{ "CKA_DECRYPT", "false" },
	{ "CKA_UNWRAP_TEMPLATE", "exact" },
};

/* The attribute that is not as it must be, or NULL. */
static const char *
find_fault(const struct json *attributes)
{
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
		value = json_get_text(attributes, guards[i].name);
		if (value == NULL || strcmp(value, guards[i].value) != 0)
			return guards[i].name;
	}
	return NULL;
}

/* What the wrapping key was when it was sealed, it was at the endorsement. */
static void
check_wrapping(const struct subject *s, const struct outcome *o)
{
	const struct json *sealed = json_get(json_get(wrapkey_of(s->seal),
	    "attributes"), "secret");
	const struct json *said = json_get(json_get(s->statement,
	    "attributes"), "secret");

	if (!has_all_parts(s) || s->policy->custody != CUSTODY_WRAPPED)
		return;
	if (sealed == NULL || said == NULL || !json_same(sealed, said))
		outcome_fail(o, "the attributes of the wrapping key are not "
		    "those that were sealed");
	else if (find_fault(sealed) != NULL)
		outcome_fail(o, "%s of the wrapping key is not what keeps in "
		    "the token what it unwraps", find_fault(sealed));
	else
		outcome_pass(o, "%zu attributes, as sealed", json_len(said));
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
		/* Without one of the three others have failed. */
		{ "wrapped-key", 0, check_wrapped },
		{ "wrapping-key", 0, check_wrapping },
	};

	endorsement_run(checks, sizeof(checks) / sizeof(checks[0]), subject,
	    report);
}
