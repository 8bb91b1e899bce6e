/* What is signed by whom: endorsement, policy and seal. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/endorsement_internal.h"
#include "kmgr/engine/statement.h"

#define RSA_CMK_BITS 3072	/* cmk_create.c makes no shorter one */

/* The text is the canonical form of json, which has all of these members. */
static void
check_form(const struct outcome *o, const struct json *json, const char *text,
    const char *const *members, size_t n)
{
	struct buf canonical = BUF_INIT;
	size_t i;

	for (i = 0; i < n && json_get(json, members[i]) != NULL; i++)
		;
	json_canonical(json, &canonical);
	if (strcmp(buf_text(&canonical), text) != 0)
		outcome_fail(o, "not in canonical form: members sorted, "
		    "no white space");
	else if (i < n)
		outcome_fail(o, "it has no member %s", members[i]);
	else
		outcome_pass(o, "canonical, all of its %zu members are there",
		    n);
	buf_free(&canonical);
}

static void
check_endorsement_form(const struct subject *s, const struct outcome *o)
{
	static const char *const members[] = { "attributes", "cmk_id",
	    "cmk_public_key", "created_at", "custody", "dnskey", "ds",
	    "generation", "key_id", "key_tag", "ksk_id", "ledger_head",
	    "ledger_seq", "policy_hash", "revoked_key_tag", "token", "zone" };

	check_form(o, s->statement, s->parts[PART_ENDORSEMENT], members,
	    sizeof(members) / sizeof(members[0]));
}

static void
say_signer(const struct subject *s, const struct outcome *o,
    const struct error *why)
{

	if (why->class == ERR_NONE)
		outcome_pass(o, "by the key %s", s->fingerprint);
	else
		outcome_fail(o, "%s: not by the file's key %s", why->msg,
		    s->fingerprint);
}

static void
check_endorsement_signature(const struct subject *s, const struct outcome *o)
{
	const char *cmk_id = json_get_text(s->statement, "cmk_id");
	struct proven *proven = proven_new(s->key);
	struct error why = ERR_INIT;

	(void)batch_proof_verify(s->parts[PART_ENDORSEMENT_SIGNATURE],
	    STATEMENT_ENDORSEMENT, s->parts[PART_ENDORSEMENT],
	    cmk_id == NULL ? "" : cmk_id, proven, &why);
	say_signer(s, o, &why);
	proven_free(proven);
}

static void
check_pin(const struct subject *s, const struct outcome *o)
{
	char given[ENDORSEMENT_HEX_TEXT];

	if (s->pinned == NULL) {
		outcome_say(o, ENDORSEMENT_NOT_PINNED, "the file vouches for "
		    "its own key, SHA-256 %s: compare it with what the CMK's "
		    "owner says", s->fingerprint);
		return;
	}
	outcome_same(o, "the file", s->fingerprint, "--cmk-public-key",
	    endorsement_fingerprint(s->pinned, given));
}

static void
check_kind(const struct subject *s, const struct outcome *o)
{
	const enum crypto_kind kind = crypto_key_kind(s->key);
	const unsigned int bits = crypto_key_bits(s->key);

	if (kind == CRYPTO_P256 || (kind == CRYPTO_RSA &&
	    bits >= RSA_CMK_BITS))
		outcome_pass(o, "%s, %u bits",
		    kind == CRYPTO_RSA ? "RSA" : "ECDSA", bits);
	else
		outcome_fail(o, "a key of %u bits; a CMK's is ECDSA P-256, "
		    "or RSA of at least %d bits", bits, RSA_CMK_BITS);
}

/* One key, in one form each: PEM here, base64 in the statement. */
static void
check_embedded(const struct subject *s, const struct outcome *o)
{
	struct buf spki = BUF_INIT, pem = BUF_INIT;
	char *base64;

	crypto_key_spki(s->key, &spki);
	crypto_key_pem(s->key, &pem);
	base64 = crypto_base64(spki.data, spki.len);
	if (strcmp(s->parts[PART_CMK_PUBLIC_KEY], buf_text(&pem)) != 0)
		outcome_fail(o, "the PEM has another form than openssl writes");
	else
		outcome_same(o, "the endorsement", json_get_text(s->statement,
		    "cmk_public_key"), "the file", base64);
	free(base64);
	buf_free(&spki);
	buf_free(&pem);
}

static void
check_policy_form(const struct subject *s, const struct outcome *o)
{
	const char *text = s->parts[PART_POLICY];
	struct policy *policy = NULL;
	struct error why = ERR_INIT;

	if (policy_read_json(text, strlen(text), &policy, &why) != 0)
		outcome_fail(o, "%s", why.msg);
	else
		outcome_pass(o, "canonical, %zu bytes", strlen(text));
	policy_free(policy);
}

static void
check_policy_hash(const struct subject *s, const struct outcome *o)
{
	const char *policy = s->parts[PART_POLICY];
	char hex[ENDORSEMENT_HEX_TEXT];
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(policy, strlen(policy), hash);
	outcome_same(o, "the endorsement", json_get_text(s->statement,
	    "policy_hash"), "the policy", text_hex(hash, sizeof(hash), hex));
}

static void
check_seal_form(const struct subject *s, const struct outcome *o)
{
	static const char *const members[] = { "cmk_id", "ledger_head",
	    "ledger_seq", "policy_hash", "sealed_at" };

	check_form(o, s->seal, s->parts[PART_SEAL], members,
	    sizeof(members) / sizeof(members[0]));
}

static void
check_seal_signature(const struct subject *s, const struct outcome *o)
{
	struct error why = ERR_INIT;

	(void)statement_verify(STATEMENT_POLICY, s->parts[PART_SEAL],
	    s->parts[PART_SEAL_SIGNATURE], s->key, &why);
	say_signer(s, o, &why);
}

static void
check_seal_cmk(const struct subject *s, const struct outcome *o)
{

	outcome_same(o, "the seal", json_get_text(s->seal, "cmk_id"),
	    "the endorsement", json_get_text(s->statement, "cmk_id"));
}

static void
check_seal_policy(const struct subject *s, const struct outcome *o)
{

	outcome_same(o, "the seal", json_get_text(s->seal, "policy_hash"),
	    "the endorsement", json_get_text(s->statement, "policy_hash"));
}

static void
check_seal_order(const struct subject *s, const struct outcome *o)
{
	const char *seal_head = json_get_text(s->seal, "ledger_head");
	const char *head = json_get_text(s->statement, "ledger_head");
	int64_t sealed = 0, seq = 0, epoch = 0;

	(void)json_get_int(s->statement, "epoch", &epoch);
	if (!json_get_int(s->seal, "ledger_seq", &sealed) ||
	    !json_get_int(s->statement, "ledger_seq", &seq))
		outcome_fail(o, "seal or endorsement has no number ledger_seq");
	else if (epoch > 0)
		/* The ledger began anew after a loss that was accepted. */
		outcome_pass(o, "sealed at ledger_seq %lld, endorsed at %lld "
		    "of epoch %lld", (long long)sealed, (long long)seq,
		    (long long)epoch);
	else if (sealed > seq)
		outcome_fail(o, "the seal is of ledger_seq %lld, the "
		    "endorsement of %lld: before it", (long long)sealed,
		    (long long)seq);
	else if (sealed == seq && (seal_head == NULL || head == NULL ||
	    strcmp(seal_head, head) != 0))
		outcome_fail(o, "both are of ledger_seq %lld, with the "
		    "ledger_head %.64s and %.64s", (long long)seq,
		    seal_head == NULL ? "(none)" : seal_head,
		    head == NULL ? "(none)" : head);
	else
		outcome_pass(o, "sealed at ledger_seq %lld, endorsed at %lld",
		    (long long)sealed, (long long)seq);
}

/* What of needs could not be read, in words; NULL where all could. */
static const char *
missing(unsigned int needs, unsigned int has)
{
	static const struct {
		enum need	 need;
		const char	*words;
	} words[] = {
		{ NEED_STATEMENT, "the endorsement is no JSON object" },
		{ NEED_SEAL, "the seal is no JSON object" },
		{ NEED_POLICY, "the policy is none in canonical form" },
		{ NEED_KEY, "cmk_public_key is no PEM of a public key" },
		{ NEED_ZONE, "the endorsement has no zone's name" },
		{ NEED_DNSKEY, "the endorsement has no DNSKEY" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((words[i].need & needs & ~has) != 0)
			return words[i].words;
	return NULL;
}

void
endorsement_run(const struct check *checks, size_t n,
    const struct subject *subject, struct endorsement_report *report)
{
	const char *why;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct outcome outcome = { checks[i].id, report };

		why = missing(checks[i].needs, subject->has);
		if (why == NULL)
			checks[i].run(subject, &outcome);
		else
			outcome_fail(&outcome, "%s", why);
	}
}

void
endorsement_judge_statements(const struct subject *subject,
    struct endorsement_report *report)
{
	static const struct check checks[] = {
		{ "endorsement-form", NEED_STATEMENT, check_endorsement_form },
		{ "endorsement-signature", NEED_KEY,
		    check_endorsement_signature },
		{ "cmk-public-key", NEED_KEY, check_pin },
		{ "cmk-key-kind", NEED_KEY, check_kind },
		{ "embedded-key", NEED_KEY | NEED_STATEMENT, check_embedded },
		{ "policy-form", 0, check_policy_form },
		{ "policy-hash", NEED_STATEMENT, check_policy_hash },
		{ "seal-form", NEED_SEAL, check_seal_form },
		{ "seal-signature", NEED_KEY, check_seal_signature },
		{ "seal-cmk", NEED_SEAL | NEED_STATEMENT, check_seal_cmk },
		{ "seal-policy", NEED_SEAL | NEED_STATEMENT,
		    check_seal_policy },
		{ "seal-order", NEED_SEAL | NEED_STATEMENT, check_seal_order },
	};

	endorsement_run(checks, sizeof(checks) / sizeof(checks[0]), subject,
	    report);
}
