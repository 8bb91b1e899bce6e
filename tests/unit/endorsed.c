#include "tests/unit/unit.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "hsm/key.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/statement.h"
#include "tests/unit/endorsed.h"

#define NOW 1795000000	/* 2026-11-18T09:06:40Z */

static EVP_PKEY *
new_key(enum endorsed_kind kind)
{
	EVP_PKEY *pkey = NULL;

	if (kind == ENDORSED_P256)
		pkey = EVP_EC_gen("P-256");
	else if (kind == ENDORSED_P384)
		pkey = EVP_EC_gen("P-384");
	else if (kind == ENDORSED_ED25519)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		pkey = EVP_RSA_gen(kind == ENDORSED_RSA3072 ? 3072U : 2048U);
	assert_non_null(pkey);
	return pkey;
}

static void
spki_of(EVP_PKEY *pkey, struct buf *out)
{
	unsigned char *der = NULL;
	const int len = i2d_PUBKEY(pkey, &der);

	assert_true(len > 0);
	buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
}

static struct crypto_key *
public_of(EVP_PKEY *pkey)
{
	struct error err = ERR_INIT;
	struct crypto_key *key = NULL;
	struct buf spki = BUF_INIT;

	spki_of(pkey, &spki);
	unit_ok(crypto_key_from_spki(spki.data, spki.len, &key, &err), &err);
	buf_free(&spki);
	return key;
}

/* As signer_attest(): base64 of DER, or of what RSA makes. */
static char *
sign(EVP_PKEY *pkey, const char *tag, const char *text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = EVP_PKEY_is_a(pkey, "ED25519") ? NULL :
	    EVP_sha256();
	struct buf tbs = BUF_INIT;
	uint8_t sig[CRYPTO_SIG_MAX];
	size_t len = sizeof(sig);

	statement_tbs(tag, text, &tbs);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, pkey), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &len, tbs.data, tbs.len), 1);
	EVP_MD_CTX_free(ctx);
	buf_free(&tbs);
	return crypto_base64(sig, len);
}

/* As ksk_sign_rows(): a batch of one. */
static char *
sign_batch(EVP_PKEY *pkey, const char *cmk_id, const char *tag,
    const char *text)
{
	struct batch_proof *batch = batch_proof_new(tag, &text, 1);
	char *statement = batch_proof_statement(batch, cmk_id);
	char *signature = sign(pkey, STATEMENT_BATCH, statement);
	char *proof = batch_proof_text(batch, 0, signature);

	batch_proof_free(batch);
	free(statement);
	free(signature);
	return proof;
}

static char *
canonical(const struct json *json)
{
	struct buf text = BUF_INIT;

	json_canonical(json, &text);
	return buf_take(&text);
}

static void
put_wrapping_key(struct json *seal)
{
	struct error err = ERR_INIT;
	struct json *list;

	unit_ok(json_read(ENDORSED_WRAPPING, strlen(ENDORSED_WRAPPING), &list,
	    &err), &err);
	json_put_take(seal, "wrapping_keys", list);
}

static void
fill_cmk(struct endorsed *e, const char *policy)
{
	struct json *seal = json_new_object();
	struct error err = ERR_INIT;
	struct cmk_row *row = &e->cmk.row;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct buf text = BUF_INIT;

	unit_ok(policy_read_yaml(policy, strlen(policy), "policy",
	    &e->cmk.policy, &err), &err);
	policy_canonical(e->cmk.policy, &text);
	policy_hash(e->cmk.policy, row->policy_hash);
	row->policy = buf_take(&text);
	unit_ok(store_id_new(row->id, &err), &err);
	row->name = mem_strdup("prod");
	row->token_identity = mem_strdup("{\"label\":\"test\"}");
	row->sealed_at = NOW;
	json_put_text(seal, "cmk_id", row->id);
	json_put_text(seal, "policy_hash", text_hex(row->policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_int(seal, "ledger_seq", 3);
	json_put_text(seal, "ledger_head", hex);
	json_put_int(seal, "sealed_at", NOW);
	if (e->cmk.policy->custody == CUSTODY_WRAPPED)
		put_wrapping_key(seal);
	row->seal = canonical(seal);
	row->seal_signature = sign(e->pkey, STATEMENT_POLICY, row->seal);
	e->cmk.public = public_of(e->pkey);
	e->cmk.proven = proven_new(e->cmk.public);
	spki_of(e->pkey, &e->cmk.key.spki);
	json_free(seal);
}

/* All attributes as they are asked for. */
static char *
attributes(const struct policy *policy)
{
	struct json *json = json_new_object();
	struct hsm_attr_rule rules[HSM_ATTR_RULES_MAX];
	char *text;
	size_t i, n;

	(void)json_put_object(json, "private");
	(void)json_put_object(json, "public");
	(void)json_put_array(json, "not_held");
	n = hsm_attr_rules(policy->alg, policy->seal == SEAL_COMPLIANCE ?
	    HSM_UNDESTROYABLE : HSM_DESTROYABLE, rules);
	for (i = 0; i < n; i++)
		json_put_text(json_get(json, rules[i].half), rules[i].name,
		    rules[i].asked);
	text = canonical(json);
	json_free(json);
	return text;
}

static EVP_PKEY *
new_ksk(const struct policy *policy)
{

	switch (policy->alg) {
	case ALG_RSASHA256:
		return EVP_RSA_gen((unsigned int)policy->rsa_bits);
	case ALG_ECDSAP384SHA384:
		return new_key(ENDORSED_P384);
	case ALG_ED25519:
		return new_key(ENDORSED_ED25519);
	default:
		return new_key(ENDORSED_P256);
	}
}

static void
fill_ksk(struct endorsed *e, const char *zone)
{
	static const uint8_t head[CRYPTO_SHA256_LEN] = { 1 };
	struct ksk_row *row = &e->ksk.row;
	struct error err = ERR_INIT;
	struct crypto_key *public;
	EVP_PKEY *pkey = new_ksk(e->cmk.policy);

	public = public_of(pkey);
	unit_ok(dnskey_init(&e->ksk.dnskey, DNSKEY_FLAGS_KSK,
	    (uint8_t)e->cmk.policy->alg, public, &err), &err);
	crypto_key_free(public);
	EVP_PKEY_free(pkey);
	unit_ok(store_id_new(row->id, &err), &err);
	unit_ok(store_id_new(row->key_id, &err), &err);
	row->zone = mem_strdup(zone);
	row->generation = 1;
	row->key_tag = dnskey_tag(&e->ksk.dnskey);
	row->revoked_tag = dnskey_revoked_tag(&e->ksk.dnskey);
	dnskey_rdata(&e->ksk.dnskey, &row->dnskey);
	row->created_at = NOW;
	if (e->cmk.policy->custody == CUSTODY_WRAPPED) {
		e->key.wrap_key_id = mem_strdup(ENDORSED_WRAP_KEY);
		buf_add(&e->key.blob, "blob", 4);
		e->key.attributes = mem_strdup("{\"not_held\":[],"
		    ENDORSED_UNWRAPPED "," ENDORSED_SECRET "}");
	} else {
		e->key.attributes = attributes(e->cmk.policy);
	}
	e->ksk.cmk = &e->cmk;
	row->endorsement = ksk_endorsement(&e->cmk, &e->key, row, 7, head);
	row->endorsement_signature = endorsed_endorse(e, row->endorsement);
}

struct endorsed *
endorsed_new(enum endorsed_kind kind, const char *policy, const char *zone)
{
	struct endorsed *e = mem_new(sizeof(*e));
	struct error err = ERR_INIT;

	e->pkey = new_key(kind);
	fill_cmk(e, policy);
	fill_ksk(e, zone);
	if (kind == ENDORSED_P256 || kind == ENDORSED_RSA3072)
		unit_ok(endorsement_export(&e->ksk, &e->file, &err), &err);
	else
		unit_fails(endorsement_export(&e->ksk, &e->file, &err), &err,
		    ERR_INTEGRITY, "export the endorsement");
	return e;
}

struct endorsed *
endorsed_another(const struct endorsed *endorsed, const char *zone)
{
	struct endorsed *e = mem_new(sizeof(*e));
	const struct cmk_row *from = &endorsed->cmk.row;
	struct error err = ERR_INIT;

	(void)EVP_PKEY_up_ref(endorsed->pkey);
	e->pkey = endorsed->pkey;
	e->cmk.row = *from;
	e->cmk.row.name = mem_strdup(from->name);
	e->cmk.row.token_identity = mem_strdup(from->token_identity);
	e->cmk.row.policy = mem_strdup(from->policy);
	e->cmk.row.seal = mem_strdup(from->seal);
	e->cmk.row.seal_signature = mem_strdup(from->seal_signature);
	unit_ok(policy_read_json(from->policy, strlen(from->policy),
	    &e->cmk.policy, &err), &err);
	e->cmk.public = public_of(e->pkey);
	e->cmk.proven = proven_new(e->cmk.public);
	spki_of(e->pkey, &e->cmk.key.spki);
	fill_ksk(e, zone);
	unit_ok(endorsement_export(&e->ksk, &e->file, &err), &err);
	return e;
}

void
endorsed_free(struct endorsed *endorsed)
{

	EVP_PKEY_free(endorsed->pkey);
	cmk_row_clear(&endorsed->cmk.row);
	key_row_clear(&endorsed->cmk.key);
	policy_free(endorsed->cmk.policy);
	proven_free(endorsed->cmk.proven);
	crypto_key_free(endorsed->cmk.public);
	key_row_clear(&endorsed->key);
	ksk_row_clear(&endorsed->ksk.row);
	buf_free(&endorsed->file);
	free(endorsed);
}

char *
endorsed_sign(const struct endorsed *endorsed, const char *tag,
    const char *text)
{

	return sign(endorsed->pkey, tag, text);
}

char *
endorsed_endorse(const struct endorsed *endorsed, const char *text)
{

	return sign_batch(endorsed->pkey, endorsed->cmk.row.id,
	    STATEMENT_ENDORSEMENT, text);
}

struct json *
endorsed_file(const struct endorsed *endorsed)
{
	struct error err = ERR_INIT;
	struct json *file = NULL;

	unit_ok(json_read(buf_text(&endorsed->file), endorsed->file.len,
	    &file, &err), &err);
	return file;
}

void
endorsed_put(const struct endorsed *endorsed, struct json *file,
    const char *part, const struct json *json)
{
	const bool is_seal = strcmp(part, "seal") == 0;
	const char *id = json_get_text(json, "cmk_id");
	char *text = canonical(json), *signature;

	signature = is_seal ? sign(endorsed->pkey, STATEMENT_POLICY, text) :
	    sign_batch(endorsed->pkey, id == NULL ? "" : id,
	    STATEMENT_ENDORSEMENT, text);
	json_put_text(file, part, text);
	json_put_text(file, is_seal ? "seal_signature" :
	    "endorsement_signature", signature);
	free(signature);
	free(text);
}

struct json *
endorsed_statement(const struct json *file, const char *part)
{
	const char *text = json_get_text(file, part);
	struct error err = ERR_INIT;
	struct json *json = NULL;

	assert_non_null(text);
	unit_ok(json_read(text, strlen(text), &json, &err), &err);
	return json;
}

void
endorsed_failed(const struct json *file, const struct crypto_key *pinned,
    char out[static 1024])
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT, ids = BUF_INIT;
	size_t i;

	json_pretty(file, &text);
	unit_ok(endorsement_verify(buf_text(&text), text.len, pinned, &report,
	    &err), &err);
	for (i = 0; i < report.n; i++)
		if (report.checks[i].verdict == ENDORSEMENT_FAIL)
			buf_printf(&ids, "%s%s", ids.len == 0 ? "" : " ",
			    report.checks[i].id);
	(void)snprintf(out, 1024, "%s", buf_text(&ids));
	endorsement_report_clear(&report);
	buf_free(&text);
	buf_free(&ids);
}

const struct endorsement_check *
endorsed_find(const struct endorsement_report *report, const char *id)
{
	const struct endorsement_check *found = NULL;
	size_t i;

	for (i = 0; i < report->n; i++) {
		if (strcmp(report->checks[i].id, id) != 0)
			continue;
		assert_null(found);
		found = &report->checks[i];
	}
	if (found == NULL)
		fail_msg("no check %s", id);
	return found;
}
