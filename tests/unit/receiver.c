#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/dnshelp.h"
#include "tests/unit/receiver.h"

#define N_BUNDLES 4
#define HOUR	  3600
#define DAY	  86400

/* Keys of no zone, made for this. */
static const struct {
	const char *rdata;	/* behind the flags */
	const char *private;
} sources[RECEIVER_KEYS] = {
	[RECEIVER_KSK] = { "3 13 IOE5cYBXD8x2cuQ5VwIgDd/K/AGktHM8K96p74RDD4YSq"
	    "tBJcCwk25+XLQ3pMIvabvqrHWQjTevDgN/1mEF81A==",
	    "Algorithm: 13 (ECDSAP256SHA256)\n"
	    "PrivateKey: iGY/WYWgWWqPRXrGJkCT7mBnwBP0MHe1RJSUDMSlDhQ=\n" },
	[RECEIVER_NEXT] = { "3 13 RSRdkM0FhyE3zlKoAAC8ejnoz24L+D2iYOUq7lUYqBqQ"
	    "roPfIBz0fAohMJfruYkUv7ouLd6srjA0LL0DdUxL7A==",
	    "Algorithm: 13 (ECDSAP256SHA256)\n"
	    "PrivateKey: ON66yHlKyWnhQT+JVs/riyn1Hk3HGLlyoBM4hwj2EVQ=\n" },
	[RECEIVER_TWIN] = { "3 13 9aQdd+Ue+UM2i13pk91duVwqn3MNyIK+15z9trt3CS+4"
	    "q7dEe9uw3+oQxjOnulUt3Mg0hbHJVhh+uYEK3IZ66Q==",
	    "Algorithm: 13 (ECDSAP256SHA256)\n"
	    "PrivateKey: xuB2Gg++SoQZZ0XDV4W84ZrH2N/aMdhS5qvzjn6g/8c=\n" },
	[RECEIVER_ZSK] = { "3 13 ie3MJAHv+GK44FBn8jvLl7XPDkVtGM/1Zjq9xFBeST+3"
	    "xLD5kOmiGzYOiAHuxgoJJqtGx95weE5AvWN/Mm6Qeg==",
	    "Algorithm: 13 (ECDSAP256SHA256)\n"
	    "PrivateKey: h67/Es3a9aD0Zqx/7k/CxxkQnNdNoo/PBxKhATsIFGQ=\n" },
	[RECEIVER_RSA] = { "3 8 AwEAAanUdrq3klyFmQT+EQXIADLKh/wSpM8qUqL+TFWbLT"
	    "GAVlL2Z6HpGAbRQjc5bBN0VdAxbxSUoYQXReCElT1tPr9Rpfboq4ULgs+Ko/9zg5L"
	    "xuxvojbXS4Y23PTC/fsS4efOQ03zbdNgX3kEk9vQ6+SCSFMFNxm15piU/O/K2p7fL",
	    "Algorithm: 8 (RSASHA256)\n"
	    "Modulus: qdR2ureSXIWZBP4RBcgAMsqH/BKkzypSov5MVZstMYBWUvZnoekYBtFCN"
	    "zlsE3RV0DFvFJShhBdF4ISVPW0+v1Gl9uirhQuCz4qj/3ODkvG7G+iNtdLhjbc9ML"
	    "9+xLh585DTfNt02BfeQST29Dr5IJIUwU3GbXmmJT878rant8s=\n"
	    "PublicExponent: AQAB\n"
	    "PrivateExponent: IUKV+h1nka0sebjUVqCDwW6+0RRJqLTuODO7eWyJnk83GMpfI"
	    "2uGJBepcy1QyEKZZ8u2qH4vX7I7Iix1GfGiPv4uvt+7FOlhP2P0D7GUDxbvk2FSUb"
	    "JppuAechX4NOtUn8vTfgW+JftOJ5yOR8Yy2Go7iL7H3hSumQoPcKUtK9k=\n"
	    "Prime1: 0lvI74tWDE/aabN0CsiE9aCZFL59eLu7NMInP9oY3N6xBMO3zglojJ1cqs"
	    "PG5bz+sxcVXcAj5N01X7kpc7vqlw==\n"
	    "Prime2: zq2L93OAvn4oELwiiwWY8eXtsnyQ1ecCH8OdU3pouwtuQjKjLiqtpSPVZ4"
	    "NfBwlMjYPD8hYvzPpJom2mXVAG7Q==\n"
	    "Exponent1: N40rnC7ks22nFUDhxTM9AYy+wF6pzedtwboAGXmkFTft8X8qHAwaAwB"
	    "Ph30aGnN1o5/V8aMbF4ZfYP8J9llK0w==\n"
	    "Exponent2: M1wRMjbzwWLcVfxKoT2M2mAHB5nI7D7x2i7kQ8Bhkkmu5qhqwKg+apF"
	    "TENwmmzsGWQxrfxdgXZG9Bq40729ZqQ==\n"
	    "Coefficient: cm6fElzzwzu4axz6dnXL8xRx4HUpIdkMLJIRJef8AXkW00QynJMyV"
	    "iZqOB7efCVnvuJ72ghdWw6zwt21POESuA==\n" },
};

static void
read_keys(struct receiver *r)
{
	struct error err = ERR_INIT;
	char *text;
	size_t i;

	for (i = 0; i < RECEIVER_KEYS; i++) {
		text = mem_printf("257 %s", sources[i].rdata);
		unit_ok(dnskey_from_text(text, &r->keys[i], &err), &err);
		free(text);
		unit_ok(dnskey_public(&r->keys[i], &r->publics[i], &err),
		    &err);
		text = mem_printf("Private-key-format: v1.3\n%s",
		    sources[i].private);
		unit_ok(crypto_private_read(text, strlen(text), "private",
		    &r->privates[i], &err), &err);
		free(text);
	}
	assert_int_equal(dnskey_tag(&r->keys[RECEIVER_KSK]),
	    dnskey_tag(&r->keys[RECEIVER_TWIN]));
}

void
receiver_add(const struct receiver *r, struct ksr *ksr, size_t b,
    enum receiver_key which, uint16_t flags)
{
	struct ksr_key key = { .owner = ksr->zone, .ttl = RECEIVER_TTL,
		.dnskey = r->keys[which] };
	char *id = NULL;

	key.dnskey.flags = flags;
	if (ksr->format == KSR_ICANN)
		key.id = id = mem_printf("key-%d-%u", (int)which, flags);
	key.stated_tag = dnskey_tag(&key.dnskey);
	ksr_add_key(&ksr->bundles[b], &key);
	free(id);
}

/* Which of ours the key is. */
static size_t
find_key(const struct receiver *r, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < RECEIVER_KEYS; i++)
		if (dnskey_is_same_key(&r->keys[i], key))
			return i;
	return RECEIVER_KEYS;
}

static void
sign_one(struct receiver *r, size_t b, enum rrtype type, size_t k,
    int64_t inception_at, int64_t expiration_at)
{
	struct ksr_bundle *bundle = &r->response->bundles[b];
	const struct ksr_key *key = &bundle->keys[k];
	struct rrset *rrset = ksr_rrset(r->response, bundle, type);
	const size_t which = find_key(r, &key->dnskey);
	struct ksr_sig sig = { .owner = r->response->zone, .key_id = key->id };
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;

	if (rrset == NULL || which == RECEIVER_KEYS)
		goto out;
	sig.ttl = rrset->ttl;
	unit_ok(rrsig_init(&sig.rrsig, rrset, &key->dnskey, inception_at,
	    expiration_at, &err), &err);
	rrsig_tbs(&sig.rrsig, rrset, &tbs);
	unit_ok(crypto_private_sign(r->privates[which], r->publics[which],
	    tbs.data, tbs.len, sig.rrsig.sig, &sig.rrsig.sig_len, &err), &err);
	ksr_add_sig(bundle, &sig);
 out:
	rrset_free(rrset);
	buf_free(&tbs);
}

void
receiver_drop_sig(struct ksr_bundle *bundle, size_t i)
{

	free(bundle->sigs[i].key_id);
	bundle->n_sigs--;
	memmove(&bundle->sigs[i], &bundle->sigs[i + 1],
	    (bundle->n_sigs - i) * sizeof(bundle->sigs[0]));
}

void
receiver_sign_all(struct receiver *r, size_t b, int64_t inception_at,
    int64_t expiration_at)
{
	static const enum rrtype types[] = { RRTYPE_DNSKEY, RRTYPE_CDS,
		RRTYPE_CDNSKEY };
	struct ksr_bundle *bundle = &r->response->bundles[b];
	size_t t, k;

	while (bundle->n_sigs > 0)
		receiver_drop_sig(bundle, 0);
	for (t = 0; t < N_OF(types); t++)
		for (k = 0; k < bundle->n_keys; k++)
			if ((bundle->keys[k].dnskey.flags & DNSKEY_SEP) != 0 ||
			    find_key(r, &bundle->keys[k].dnskey) ==
			    RECEIVER_RSA)
				sign_one(r, b, types[t], k, inception_at,
				    expiration_at);
}

void
receiver_sign(struct receiver *r, size_t b)
{
	const struct ksr_bundle *bundle = &r->response->bundles[b];
	const int64_t at = bundle->inception_at;

	if (r->response->format == KSR_ICANN)
		receiver_sign_all(r, b, at, bundle->expiration_at);
	else
		receiver_sign_all(r, b, at - HOUR, at + 14 * DAY);
}

void
receiver_drop_bundle(struct ksr *ksr, size_t b)
{
	struct ksr *dropped = ksr_new(ksr->format, ksr->kind);
	struct ksr_bundle *bundle = ksr_add_bundle(dropped, 0, 1);

	*bundle = ksr->bundles[b];
	ksr_free(dropped);
	ksr->n_bundles--;
	memmove(&ksr->bundles[b], &ksr->bundles[b + 1],
	    (ksr->n_bundles - b) * sizeof(ksr->bundles[0]));
}

/* The CDS and CDNSKEY sets of both KSKs. */
static void
add_children(const struct receiver *r, size_t b)
{
	static const enum receiver_key both[] = { RECEIVER_KSK, RECEIVER_NEXT };
	struct ksr_bundle *bundle = &r->response->bundles[b];
	const uint32_t ttl = r->response->format == KSR_KNOT ? 0 :
	    RECEIVER_TTL;
	struct buf rdata = BUF_INIT;
	struct ds ds;
	size_t i;

	bundle->cds = rrset_new(&r->response->zone, RRTYPE_CDS, ttl);
	bundle->cdnskey = rrset_new(&r->response->zone, RRTYPE_CDNSKEY, ttl);
	for (i = 0; i < N_OF(both); i++) {
		ds_init(&ds, &r->response->zone, &r->keys[both[i]],
		    DIGEST_SHA256);
		rdata.len = 0;
		ds_rdata(&ds, &rdata);
		rrset_add(bundle->cds, rdata.data, rdata.len);
		rdata.len = 0;
		dnskey_rdata(&r->keys[both[i]], &rdata);
		rrset_add(bundle->cdnskey, rdata.data, rdata.len);
	}
	buf_free(&rdata);
}

static void
add_bundle(struct receiver *r, enum ksr_format format, size_t b)
{
	const int64_t at = RECEIVER_START + (int64_t)b * RECEIVER_STEP_S;
	const int64_t end_at = format == KSR_ICANN ? at + 21 * DAY :
	    b + 1 == N_BUNDLES ? KSR_OPEN : at + RECEIVER_STEP_S;

	(void)ksr_add_bundle(r->request, at, end_at);
	(void)ksr_add_bundle(r->response, at, end_at);
	receiver_add(r, r->request, b, RECEIVER_ZSK, DNSKEY_FLAGS_ZSK);
	if (format == KSR_ICANN) {
		receiver_add(r, r->response, b, RECEIVER_RSA, DNSKEY_FLAGS_KSK);
	} else {
		receiver_add(r, r->response, b, RECEIVER_KSK, DNSKEY_FLAGS_KSK);
		receiver_add(r, r->response, b, RECEIVER_NEXT,
		    DNSKEY_FLAGS_KSK);
		add_children(r, b);
	}
	receiver_add(r, r->response, b, RECEIVER_ZSK, DNSKEY_FLAGS_ZSK);
	receiver_sign(r, b);
}

void
receiver_init(struct receiver *r, enum ksr_format format)
{
	const char *zone = format == KSR_ICANN ? "." : "example.com.";
	size_t b;

	memset(r, 0, sizeof(*r));
	read_keys(r);
	if (format == KSR_ICANN) {
		/* A ZSK that is RSA, too, and signs nothing. */
		r->keys[RECEIVER_ZSK] = r->keys[RECEIVER_RSA];
		r->keys[RECEIVER_ZSK].key[20] ^= 1;
	}
	r->request = ksr_new(format, KSR_REQUEST);
	r->response = ksr_new(format, KSR_RESPONSE);
	r->request->zone = r->response->zone = dnshelp_name(zone);
	for (b = 0; b < N_BUNDLES; b++)
		add_bundle(r, format, b);
	ds_init(&r->ds[0], &r->response->zone, &r->keys[format == KSR_ICANN ?
	    RECEIVER_RSA : RECEIVER_KSK], DIGEST_SHA256);
	r->in = (struct rules_receiver){ .response = r->response, .len = 1000,
		.request = r->request, .ds = r->ds, .n_ds = 1,
		.now_at = RECEIVER_START + DAY };
}

void
receiver_clear(struct receiver *r)
{
	size_t i;

	for (i = 0; i < RECEIVER_KEYS; i++) {
		crypto_private_free(r->privates[i]);
		crypto_key_free(r->publics[i]);
	}
	ksr_free(r->response);
	ksr_free(r->request);
}
