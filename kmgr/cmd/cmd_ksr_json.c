#include <stdlib.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksr_show.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/zonefile.h"

static void
put_time(struct json *json, const char *key, int64_t at)
{
	char text[WHEN_TEXT_LEN];

	json_put_text(json, key, at == KSR_OPEN ? NULL :
	    when_rfc3339(at, text));
}

static void
put_ttl(struct json *json, uint32_t ttl)
{

	if (ttl == ZONEFILE_NO_TTL)
		json_put_text(json, "ttl", NULL);
	else
		json_put_int(json, "ttl", ttl);
}

static void
put_base64(struct json *json, const char *key, const uint8_t *bytes,
    size_t len)
{
	char *base64 = crypto_base64(bytes, len);

	json_put_text(json, key, base64);
	free(base64);
}

static void
put_key(const struct ksr *ksr, const struct ksr_bundle *bundle,
    const struct ksr_key *key, struct json *json)
{
	const struct dnskey *dnskey = &key->dnskey;
	char owner[NAME_TEXT_MAX];

	json_put_text(json, "id", key->id);
	json_put_int(json, "key_tag", dnskey_tag(dnskey));
	if (ksr->format == KSR_ICANN)
		json_put_int(json, "stated_key_tag", key->stated_tag);
	json_put_text(json, "owner", name_text(&key->owner, owner));
	put_ttl(json, key->ttl);
	json_put_int(json, "flags", dnskey->flags);
	json_put_int(json, "protocol", dnskey->protocol);
	json_put_int(json, "algorithm", dnskey->alg);
	json_put_text(json, "algorithm_name", alg_name(dnskey->alg));
	json_put_int(json, "bits", dnskey_bits(dnskey));
	json_put_bool(json, "is_signing", cmd_ksr_signs(bundle, dnskey));
	json_put_bool(json, "is_revoked",
	    (dnskey->flags & DNSKEY_REVOKE) != 0);
	put_base64(json, "public_key", dnskey->key, dnskey->key_len);
}

static void
put_sig(const struct ksr_sig *sig, struct json *json)
{
	const struct rrsig *rrsig = &sig->rrsig;
	struct buf type = BUF_INIT;
	char name[NAME_TEXT_MAX];

	rrtype_text(rrsig->type_covered, &type);
	json_put_text(json, "key_id", sig->key_id);
	json_put_int(json, "key_tag", rrsig->key_tag);
	json_put_text(json, "owner", name_text(&sig->owner, name));
	put_ttl(json, sig->ttl);
	json_put_text(json, "type_covered", buf_text(&type));
	json_put_int(json, "algorithm", rrsig->alg);
	json_put_int(json, "labels", rrsig->labels);
	json_put_int(json, "original_ttl", rrsig->original_ttl);
	put_time(json, "inception", rrsig->inception_at);
	put_time(json, "expiration", rrsig->expiration_at);
	json_put_text(json, "signer", name_text(&rrsig->signer, name));
	put_base64(json, "signature", rrsig->sig, rrsig->sig_len);
	buf_free(&type);
}

/* The records as zone-file lines. */
static void
put_rrset(const struct rrset *rrset, const char *key, struct json *json)
{
	struct json *list = json_put_array(json, key);
	struct buf line = BUF_INIT;
	struct rrset one;
	size_t i;

	for (i = 0; rrset != NULL && i < rrset->n_rdata; i++) {
		one = *rrset;
		one.rdata = &rrset->rdata[i];
		one.n_rdata = 1;
		line.len = 0;
		rrset_text(&one, &line);
		line.data[--line.len] = '\0';	/* the newline */
		json_add_text(list, buf_text(&line));
	}
	buf_free(&line);
}

static void
put_bundle(const struct ksr *ksr, const struct ksr_bundle *bundle,
    struct json *json)
{
	struct json *list;
	size_t i;

	json_put_text(json, "id", bundle->id);
	put_time(json, "inception", bundle->inception_at);
	put_time(json, "expiration", bundle->expiration_at);
	put_time(json, "signatures_expire", cmd_ksr_expiration(bundle));
	list = json_put_array(json, "signers");
	for (i = 0; i < bundle->n_signers; i++)
		json_add_text(list, bundle->signers[i]);
	list = json_put_array(json, "keys");
	for (i = 0; i < bundle->n_keys; i++)
		put_key(ksr, bundle, &bundle->keys[i], json_add_object(list));
	list = json_put_array(json, "signatures");
	for (i = 0; i < bundle->n_sigs; i++)
		put_sig(&bundle->sigs[i], json_add_object(list));
	put_rrset(bundle->cds, "cds", json);
	put_rrset(bundle->cdnskey, "cdnskey", json);
}

static void
put_policy(const struct ksr_policy *policy, struct json *json)
{
	const struct ksr_alg *alg;
	struct json *list, *row;
	size_t i;

	json_put_int(json, "publish_safety_s", policy->publish_safety_s);
	json_put_int(json, "retire_safety_s", policy->retire_safety_s);
	json_put_int(json, "min_validity_s", policy->min_validity_s);
	json_put_int(json, "max_validity_s", policy->max_validity_s);
	json_put_int(json, "min_overlap_s", policy->min_overlap_s);
	json_put_int(json, "max_overlap_s", policy->max_overlap_s);
	list = json_put_array(json, "algorithms");
	for (i = 0; i < policy->n_algs; i++) {
		alg = &policy->algs[i];
		row = json_add_object(list);
		json_put_int(row, "algorithm", alg->alg);
		json_put_text(row, "algorithm_name", alg_name(alg->alg));
		json_put_int(row, "bits", alg->bits);
		if (alg->exponent != 0)
			json_put_int(row, "exponent", (int64_t)alg->exponent);
	}
}

void
cmd_ksr_put(const struct ksr *ksr, struct json *json)
{
	char zone[NAME_TEXT_MAX];
	struct json *list;
	size_t i;

	json_put_text(json, "format", ksr_format_name(ksr->format));
	json_put_text(json, "kind", ksr_kind_name(ksr->kind));
	json_put_text(json, "zone", name_text(&ksr->zone, zone));
	if (ksr->format == KSR_ICANN) {
		json_put_text(json, "id", ksr->id);
		json_put_int(json, "serial", ksr->serial);
		put_time(json, "timestamp", ksr->timestamp_at == 0 ?
		    KSR_OPEN : ksr->timestamp_at);
		put_policy(&ksr->zsk, json_put_object(json, "zsk_policy"));
		if (ksr->kind == KSR_RESPONSE)
			put_policy(&ksr->ksk,
			    json_put_object(json, "ksk_policy"));
	}
	list = json_put_array(json, "bundles");
	for (i = 0; i < ksr->n_bundles; i++)
		put_bundle(ksr, &ksr->bundles[i], json_add_object(list));
}
