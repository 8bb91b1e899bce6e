#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/ksr/icann.h"
#include "kmgr/ksr/icann_time.h"

/* What is written needs no escapes: kskm, which reads it, knows none. */
static const char *
id_of(const char *id)
{

	assert(id != NULL && icann_is_id(id));
	return id;
}

/* Names are free of markup too: \DDD where a label has such a character. */
static void
write_name(const struct name *name, struct buf *out)
{
	char text[NAME_TEXT_MAX];
	const char *p = name_text(name, text);

	for (; *p != '\0'; p++) {
		if (*p == '\\' && strchr("<>&\"'", p[1]) != NULL)
			p++;
		if (strchr("<>&\"'", *p) != NULL)
			buf_printf(out, "\\%03d", *p);
		else
			buf_add(out, p, 1);
	}
}

static void
write_algs(const struct ksr_policy *policy, struct buf *out)
{
	const struct ksr_alg *alg;
	const char *params;
	size_t i;

	for (i = 0; i < policy->n_algs; i++) {
		alg = &policy->algs[i];
		params = icann_params(alg->alg);
		assert(params != NULL);
		buf_printf(out, "                <SignatureAlgorithm "
		    "algorithm=\"%u\">\n                    <%s size=\"%u\"",
		    alg->alg, params, alg->bits);
		if (alg->exponent != 0)
			buf_printf(out, " exponent=\"%" PRIu64 "\"",
			    alg->exponent);
		buf_printf(out, "/>\n                "
		    "</SignatureAlgorithm>\n");
	}
}

static void
write_policy(const struct ksr_policy *policy, const char *name,
    struct buf *out)
{
	const struct icann_span *d;
	char text[WHEN_TEXT_LEN];
	int64_t s;
	size_t i;

	buf_printf(out, "            <%s>\n", name);
	for (i = 0; i < ICANN_SPANS_N; i++) {
		d = &icann_spans[i];
		s = *(const int64_t *)(const void *)
		    ((const char *)policy + d->at);
		buf_printf(out, "                <%s>%s</%s>\n", d->name,
		    icann_duration(s, text), d->name);
	}
	write_algs(policy, out);
	buf_printf(out, "            </%s>\n", name);
}

/* Chains compare the text: on one line. */
static void
write_base64(const char *name, const uint8_t *bytes, size_t len,
    struct buf *out)
{
	char *base64 = crypto_base64(bytes, len);

	buf_printf(out, "                <%s>%s</%s>\n", name, base64, name);
	free(base64);
}

static void
write_int(const char *name, unsigned int v, struct buf *out)
{

	buf_printf(out, "                <%s>%u</%s>\n", name, v, name);
}

static void
write_key(const struct ksr_key *key, struct buf *out)
{
	const struct dnskey *dnskey = &key->dnskey;

	buf_printf(out, "            <Key keyIdentifier=\"%s\" "
	    "keyTag=\"%u\">\n", id_of(key->id), key->stated_tag);
	write_int("TTL", key->ttl, out);
	write_int("Flags", dnskey->flags, out);
	write_int("Protocol", dnskey->protocol, out);
	write_int("Algorithm", dnskey->alg, out);
	write_base64("PublicKey", dnskey->key, dnskey->key_len, out);
	buf_printf(out, "            </Key>\n");
}

static void
write_sig(const struct ksr_sig *sig, struct buf *out)
{
	char time[WHEN_TEXT_LEN];
	const struct rrsig *rrsig = &sig->rrsig;

	assert(rrsig->type_covered == RRTYPE_DNSKEY);
	buf_printf(out, "            <Signature keyIdentifier=\"%s\">\n",
	    id_of(sig->key_id));
	write_int("TTL", sig->ttl, out);
	buf_printf(out, "                <TypeCovered>DNSKEY</TypeCovered>\n");
	write_int("Algorithm", rrsig->alg, out);
	write_int("Labels", rrsig->labels, out);
	write_int("OriginalTTL", rrsig->original_ttl, out);
	buf_printf(out, "                <SignatureExpiration>%s"
	    "</SignatureExpiration>\n", icann_time(rrsig->expiration_at,
	    time));
	buf_printf(out, "                <SignatureInception>%s"
	    "</SignatureInception>\n", icann_time(rrsig->inception_at, time));
	write_int("KeyTag", rrsig->key_tag, out);
	buf_printf(out, "                <SignersName>");
	write_name(&rrsig->signer, out);
	buf_printf(out, "</SignersName>\n");
	write_base64("SignatureData", rrsig->sig, rrsig->sig_len, out);
	buf_printf(out, "            </Signature>\n");
}

static void
write_bundle(const struct ksr_bundle *bundle, const char *name,
    struct buf *out)
{
	char inception[WHEN_TEXT_LEN], expiration[WHEN_TEXT_LEN];
	size_t i;

	buf_printf(out, "        <%s id=\"%s\">\n", name, id_of(bundle->id));
	buf_printf(out, "            <Inception>%s</Inception>\n"
	    "            <Expiration>%s</Expiration>\n",
	    icann_time(bundle->inception_at, inception),
	    icann_time(bundle->expiration_at, expiration));
	for (i = 0; i < bundle->n_signers; i++)
		buf_printf(out, "            <Signer keyIdentifier=\"%s\"/>\n",
		    id_of(bundle->signers[i]));
	for (i = 0; i < bundle->n_keys; i++)
		write_key(&bundle->keys[i], out);
	for (i = 0; i < bundle->n_sigs; i++)
		write_sig(&bundle->sigs[i], out);
	buf_printf(out, "        </%s>\n", name);
}

void
icann_write(const struct ksr *ksr, int64_t generated_at, struct buf *out)
{
	const struct icann_shape *shape = &icann_shapes[ksr->kind];
	char time[WHEN_TEXT_LEN];
	size_t i;

	(void)generated_at;		/* nothing that a reader looks at */
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_printf(out, "<KSR id=\"%s\" domain=\"", id_of(ksr->id));
	write_name(&ksr->zone, out);
	buf_printf(out, "\" serial=\"%" PRId64 "\">\n    <%s", ksr->serial,
	    shape->body);
	if (ksr->timestamp_at != 0)
		buf_printf(out, " timestamp=\"%s\"",
		    icann_time(ksr->timestamp_at, time));
	buf_printf(out, ">\n        <%s>\n", shape->policy);
	if (ksr->kind == KSR_RESPONSE)
		write_policy(&ksr->ksk, "KSK", out);
	write_policy(&ksr->zsk, "ZSK", out);
	buf_printf(out, "        </%s>\n", shape->policy);
	for (i = 0; i < ksr->n_bundles; i++)
		write_bundle(&ksr->bundles[i], shape->bundle, out);
	buf_printf(out, "    </%s>\n</KSR>\n", shape->body);
}
