#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/ksr/cursor.h"
#include "kmgr/ksr/icann.h"
#include "kmgr/ksr/icann_time.h"

static const char *const no_attrs[] = { NULL };
static const char *const id_attrs[] = { "id", NULL };
static const char *const key_id_attrs[] = { "keyIdentifier", NULL };

/* The next child is SignatureAlgorithm { RSA | ECDSA | EdDSA }. */
static int
read_alg(struct cursor *policy, struct ksr_alg *out, struct error *err)
{
	static const char *const alg_attrs[] = { "algorithm", NULL };
	static const char *const rsa_attrs[] = { "size", "exponent", NULL };
	static const char *const size_attrs[] = { "size", NULL };
	struct cursor c, params;
	int64_t alg, bits, exponent = 0;
	const char *name;
	bool is_rsa;

	if (cursor_child(policy, "SignatureAlgorithm", alg_attrs, &c, err) !=
	    0 || cursor_attr_int(&c, "algorithm", 0, UINT8_MAX, &alg, err) !=
	    0)
		return -1;
	if ((name = icann_params((unsigned int)alg)) == NULL)
		return cursor_fail(&c, c.node, err, "the format has no "
		    "parameters for algorithm %d; it has them for 1, 5, 7, 8, "
		    "10 and 13 to 16", (int)alg);
	is_rsa = strcmp(name, "RSA") == 0;
	if (cursor_child(&c, name, is_rsa ? rsa_attrs : size_attrs, &params,
	    err) != 0 ||
	    cursor_attr_int(&params, "size", 1, UINT16_MAX, &bits, err) != 0 ||
	    (is_rsa && cursor_attr_int(&params, "exponent", 1, INT64_MAX,
	    &exponent, err) != 0) ||
	    cursor_end(&params, err) != 0 || cursor_end(&c, err) != 0)
		return -1;
	*out = (struct ksr_alg) { (uint8_t)alg, (unsigned int)bits,
	    (uint64_t)exponent };
	return 0;
}

/* The next child is a policy, called name. */
static int
read_policy(struct cursor *parent, const char *name, struct ksr_policy *out,
    struct error *err)
{
	struct cursor c;
	int64_t *s;
	size_t i;

	if (cursor_child(parent, name, no_attrs, &c, err) != 0)
		return -1;
	for (i = 0; i < ICANN_SPANS_N; i++) {
		s = (int64_t *)(void *)((char *)out + icann_spans[i].at);
		if (cursor_duration(&c, icann_spans[i].name, s, err) != 0)
			return -1;
	}
	do {
		if (out->n_algs == KSR_ALGS_MAX)
			return cursor_fail(&c, c.node, err, "more than %d "
			    "algorithms", KSR_ALGS_MAX);
		if (read_alg(&c, &out->algs[out->n_algs], err) != 0)
			return -1;
		out->n_algs++;
	} while (cursor_sees(&c, "SignatureAlgorithm"));
	return cursor_end(&c, err);
}

static int
read_policies(struct cursor *body, struct ksr *ksr, struct error *err)
{
	struct cursor c;

	if (cursor_child(body, icann_shapes[ksr->kind].policy, no_attrs, &c,
	    err) != 0)
		return -1;
	if (ksr->kind == KSR_RESPONSE &&
	    read_policy(&c, "KSK", &ksr->ksk, err) != 0)
		return -1;
	if (read_policy(&c, "ZSK", &ksr->zsk, err) != 0)
		return -1;
	return cursor_end(&c, err);
}

static int
read_signer(struct cursor *parent, struct ksr_bundle *bundle,
    struct error *err)
{
	struct cursor c;
	char *id;

	if (cursor_child(parent, "Signer", key_id_attrs, &c, err) != 0)
		return -1;
	if (bundle->n_signers == KSR_KEYS_MAX)
		return cursor_fail(&c, c.node, err, "more than %d signers in "
		    "a bundle", KSR_KEYS_MAX);
	if (cursor_end(&c, err) != 0 ||
	    cursor_id(&c, "keyIdentifier", &id, err) != 0)
		return -1;
	*(char **)mem_push(&bundle->signers, bundle->n_signers++,
	    sizeof(id)) = id;
	return 0;
}

static int
read_dnskey(struct cursor *c, struct ksr_key *key, struct error *err)
{
	int64_t ttl, flags, protocol, alg;
	struct buf public = BUF_INIT;
	int rc = -1;

	if (cursor_int(c, "TTL", ICANN_TTL_MAX, &ttl, err) != 0 ||
	    cursor_int(c, "Flags", UINT16_MAX, &flags, err) != 0 ||
	    cursor_int(c, "Protocol", UINT8_MAX, &protocol, err) != 0 ||
	    cursor_int(c, "Algorithm", UINT8_MAX, &alg, err) != 0 ||
	    cursor_bytes(c, "PublicKey", DNSKEY_KEY_MAX, &public, err) != 0 ||
	    cursor_end(c, err) != 0)
		goto out;
	key->ttl = (uint32_t)ttl;
	key->dnskey.flags = (uint16_t)flags;
	key->dnskey.protocol = (uint8_t)protocol;
	key->dnskey.alg = (uint8_t)alg;
	key->dnskey.key_len = public.len;
	memcpy(key->dnskey.key, public.data, public.len);
	rc = 0;
 out:
	buf_free(&public);
	return rc;
}

static int
read_key(struct cursor *parent, const struct ksr *ksr,
    struct ksr_bundle *bundle, struct error *err)
{
	static const char *const attrs[] = { "keyIdentifier", "keyTag", NULL };
	struct ksr_key key = { .owner = ksr->zone };
	struct cursor c;
	int64_t tag;

	if (cursor_child(parent, "Key", attrs, &c, err) != 0)
		return -1;
	if (bundle->n_keys == KSR_KEYS_MAX)
		return cursor_fail(&c, c.node, err, "more than %d keys in a "
		    "bundle", KSR_KEYS_MAX);
	if (cursor_attr_int(&c, "keyTag", 0, UINT16_MAX, &tag, err) != 0 ||
	    read_dnskey(&c, &key, err) != 0 ||
	    cursor_id(&c, "keyIdentifier", &key.id, err) != 0)
		return -1;
	key.stated_tag = (uint16_t)tag;
	key.line = c.node->line;
	ksr_add_key(bundle, &key);
	free(key.id);
	return 0;
}

/* The schema knows signatures over DNSKEY RRsets only. */
static int
read_type(struct cursor *c, struct rrsig *rrsig, struct error *err)
{
	const char *text;

	if (cursor_text(c, "TypeCovered", &text, err) != 0)
		return -1;
	if (strcmp(text, "DNSKEY") != 0)
		return cursor_fail(c, c->node->children[c->i - 1], err,
		    "\"%.40s\"; only DNSKEY is allowed", text);
	rrsig->type_covered = RRTYPE_DNSKEY;
	return 0;
}

static int
read_name(struct cursor *c, const char *name, struct name *out,
    struct error *err)
{
	const struct xml_node *node;
	const char *text;

	if (cursor_text(c, name, &text, err) != 0)
		return -1;
	node = c->node->children[c->i - 1];
	return name_read(text, out, err) == 0 ? 0 : err_wrap(err,
	    "%s:%zu: <%s>", c->what, node->line, name);
}

static int
read_rrsig(struct cursor *c, struct ksr_sig *sig, struct error *err)
{
	int64_t ttl, alg, labels, original_ttl, tag;
	struct rrsig *rrsig = &sig->rrsig;
	struct buf bytes = BUF_INIT;
	int rc = -1;

	if (cursor_int(c, "TTL", ICANN_TTL_MAX, &ttl, err) != 0 ||
	    read_type(c, rrsig, err) != 0 ||
	    cursor_int(c, "Algorithm", UINT8_MAX, &alg, err) != 0 ||
	    cursor_int(c, "Labels", UINT8_MAX, &labels, err) != 0 ||
	    cursor_int(c, "OriginalTTL", ICANN_TTL_MAX, &original_ttl, err) !=
	    0 ||
	    cursor_time(c, "SignatureExpiration", UINT32_MAX,
	    &rrsig->expiration_at, err) != 0 ||
	    cursor_time(c, "SignatureInception", UINT32_MAX,
	    &rrsig->inception_at, err) != 0 ||
	    cursor_int(c, "KeyTag", UINT16_MAX, &tag, err) != 0 ||
	    read_name(c, "SignersName", &rrsig->signer, err) != 0 ||
	    cursor_bytes(c, "SignatureData", CRYPTO_SIG_MAX, &bytes, err) !=
	    0 || cursor_end(c, err) != 0)
		goto out;
	sig->ttl = (uint32_t)ttl;
	rrsig->alg = (uint8_t)alg;
	rrsig->labels = (uint8_t)labels;
	rrsig->original_ttl = (uint32_t)original_ttl;
	rrsig->key_tag = (uint16_t)tag;
	rrsig->sig_len = bytes.len;
	memcpy(rrsig->sig, bytes.data, bytes.len);
	rc = 0;
 out:
	buf_free(&bytes);
	return rc;
}

static int
read_sig(struct cursor *parent, const struct ksr *ksr,
    struct ksr_bundle *bundle, struct error *err)
{
	struct ksr_sig sig = { .owner = ksr->zone };
	struct cursor c;

	if (cursor_child(parent, "Signature", key_id_attrs, &c, err) != 0)
		return -1;
	if (bundle->n_sigs == KSR_SIGS_MAX)
		return cursor_fail(&c, c.node, err, "more than %d signatures "
		    "in a bundle", KSR_SIGS_MAX);
	if (read_rrsig(&c, &sig, err) != 0 ||
	    cursor_id(&c, "keyIdentifier", &sig.key_id, err) != 0)
		return -1;
	sig.line = c.node->line;
	ksr_add_sig(bundle, &sig);
	free(sig.key_id);
	return 0;
}

static int
read_bundle(struct cursor *body, struct ksr *ksr, struct error *err)
{
	int64_t inception_at, expiration_at;
	struct ksr_bundle *bundle;
	struct cursor c;

	if (cursor_child(body, icann_shapes[ksr->kind].bundle, id_attrs, &c,
	    err) != 0)
		return -1;
	if (ksr->n_bundles == KSR_BUNDLES_MAX)
		return cursor_fail(&c, c.node, err, "more than %d bundles",
		    KSR_BUNDLES_MAX);
	if (cursor_time(&c, "Inception", WHEN_MAX, &inception_at, err) != 0 ||
	    cursor_time(&c, "Expiration", WHEN_MAX, &expiration_at, err) != 0)
		return -1;
	bundle = ksr_add_bundle(ksr, inception_at, expiration_at);
	bundle->line = c.node->line;
	if (cursor_id(&c, "id", &bundle->id, err) != 0)
		return -1;
	while (ksr->kind == KSR_REQUEST && cursor_sees(&c, "Signer"))
		if (read_signer(&c, bundle, err) != 0)
			return -1;
	do {
		if (read_key(&c, ksr, bundle, err) != 0)
			return -1;
	} while (cursor_sees(&c, "Key"));
	do {
		if (read_sig(&c, ksr, bundle, err) != 0)
			return -1;
	} while (cursor_sees(&c, "Signature"));
	return cursor_end(&c, err);
}

/* Request or Response, of which root is the KSR. */
static int
read_body(struct cursor *root, struct ksr *ksr, struct error *err)
{
	static const char *const attrs[] = { "?timestamp", NULL };
	struct cursor body;
	const char *text;

	if (cursor_child(root, icann_shapes[ksr->kind].body, attrs, &body,
	    err) != 0)
		return -1;
	text = xml_node_attr(body.node, "timestamp");
	if (text != NULL && icann_time_read(text, &ksr->timestamp_at, err) !=
	    0)
		return err_wrap(err, "%s:%zu: <%s> timestamp", body.what,
		    body.node->line, body.node->name);
	if (read_policies(&body, ksr, err) != 0)
		return -1;
	do {
		if (read_bundle(&body, ksr, err) != 0)
			return -1;
	} while (body.i < body.node->n_children);
	return cursor_end(root, err);
}

static int
read_root(const struct xml_node *node, const char *what, struct ksr *ksr,
    struct error *err)
{
	static const char *const attrs[] = { "id", "serial", "domain",
		"?xmlns", NULL };
	struct cursor root;

	if (cursor_init(&root, what, node, attrs, err) != 0 ||
	    cursor_id(&root, "id", &ksr->id, err) != 0 ||
	    cursor_attr_int(&root, "serial", 0, INT64_MAX, &ksr->serial,
	    err) != 0)
		return -1;
	if (name_read(xml_node_attr(node, "domain"), &ksr->zone, err) != 0)
		return err_wrap(err, "%s:%zu: <KSR> domain", what, node->line);
	if (cursor_sees(&root, icann_shapes[KSR_RESPONSE].body))
		ksr->kind = KSR_RESPONSE;
	return read_body(&root, ksr, err);
}

int
icann_read(const char *text, size_t len, const char *what, struct ksr **out,
    struct error *err)
{
	struct xml_node *node;
	struct ksr *ksr;
	int rc = -1;

	*out = NULL;
	if (xml_node_read(text, len, what, &node, err) != 0)
		return -1;
	ksr = ksr_new(KSR_ICANN, KSR_REQUEST);
	if (strcmp(node->name, "KSR") != 0)
		(void)err_set(err, ERR_INPUT, "%s:%zu: <%s> where <KSR> must "
		    "be", what, node->line, node->name);
	else
		rc = read_root(node, what, ksr, err);
	xml_node_free(node);
	if (rc != 0) {
		ksr_free(ksr);
		return -1;
	}
	*out = ksr;
	return 0;
}
