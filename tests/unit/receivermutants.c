#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/dnshelp.h"
#include "tests/unit/receivermutants.h"

#define DAY 86400

static void
flip_signature(struct receiver *r)
{

	r->response->bundles[1].sigs[0].rrsig.sig[9] ^= 4;
	r->in.n_ds = 0;
}

/* The flags of the KSK in the second bundle. */
static void
set_flags(struct receiver *r, uint16_t flags)
{

	r->response->bundles[1].keys[0].dnskey.flags = flags;
	receiver_sign(r, 1);
}

static void
sign_by_zsk(struct receiver *r)
{

	set_flags(r, DNSKEY_FLAGS_ZSK);
	r->in.request = NULL;
	r->in.n_ds = 0;
}

static void
sign_by_revoked(struct receiver *r)
{

	set_flags(r, DNSKEY_FLAGS_KSK | DNSKEY_REVOKE);
	r->in.n_ds = 0;
}

/* An empty bundle in the place of the second. */
static void
empty_bundle(struct receiver *r)
{
	struct ksr *old = r->response, *new = ksr_new(old->format, old->kind);

	(void)ksr_add_bundle(new, old->bundles[1].inception_at,
	    old->bundles[1].expiration_at);
	receiver_drop_bundle(old, 1);
	mem_push(&old->bundles, old->n_bundles, sizeof(*old->bundles));
	memmove(&old->bundles[2], &old->bundles[1],
	    (old->n_bundles - 1) * sizeof(*old->bundles));
	old->n_bundles++;
	old->bundles[1] = new->bundles[0];
	new->n_bundles = 0;
	ksr_free(new);
	r->in.request = NULL;
	r->in.n_ds = 0;
}

static void
drop_all(struct receiver *r)
{

	while (r->response->n_bundles > 0)
		receiver_drop_bundle(r->response, 0);
	r->in.request = NULL;
}

static void
add_ed25519(struct receiver *r)
{
	const struct name zone = r->response->zone;
	struct ksr_key key = { .owner = zone, .ttl = RECEIVER_TTL,
		.dnskey = { .flags = DNSKEY_FLAGS_ZSK, .protocol = 3,
		.alg = ALG_ED25519, .key_len = 32 } };

	ksr_add_key(&r->response->bundles[1], &key);
	receiver_sign(r, 1);
	r->in.request = NULL;
}

static void
swap_bundles(struct receiver *r)
{
	struct ksr_bundle *bundles = r->response->bundles;
	const struct ksr_bundle second = bundles[1];

	bundles[1] = bundles[2];
	bundles[2] = second;
}

static void
repeat_time(struct receiver *r)
{
	struct ksr_bundle *bundles = r->response->bundles;

	bundles[1].inception_at = bundles[0].inception_at;
	receiver_sign_all(r, 1, RECEIVER_START, RECEIVER_START + 30 * DAY);
	r->in.request = NULL;
}

static void
delay_bundle(struct receiver *r)
{
	struct ksr_bundle *bundle = &r->response->bundles[1];

	bundle->inception_at = r->response->bundles[0].expiration_at + 60;
	/* The third is earlier, and takes its place. */
	receiver_sign(r, 1);
	receiver_drop_bundle(r->response, 2);
	r->in.request = NULL;
}

static void
begin_late(struct receiver *r)
{
	const int64_t at = r->response->bundles[1].inception_at;

	receiver_sign_all(r, 1, at + 1, at + 14 * DAY);
}

static void
end_early(struct receiver *r)
{
	const int64_t at = r->response->bundles[1].inception_at;

	receiver_sign_all(r, 1, at - 1, at + 10 * DAY - 1);
}

static void
mix_ttls(struct receiver *r)
{

	r->response->bundles[1].keys[1].ttl = 60;
}

static void
change_ttl(struct receiver *r)
{

	r->response->bundles[1].sigs[0].ttl = 60;
}

static void
ask_for_another_zone(struct receiver *r)
{

	r->request->zone = dnshelp_name("example.net.");
}

static void
answer_too_few(struct receiver *r)
{

	receiver_drop_bundle(r->response, 3);
}

static void
begin_before(struct receiver *r)
{

	receiver_drop_bundle(r->request, 0);
}

static void
ask_for_more(struct receiver *r)
{

	receiver_add(r, r->request, 1, RECEIVER_TWIN, DNSKEY_FLAGS_ZSK);
}

static void
smuggle_zsk(struct receiver *r)
{

	receiver_add(r, r->response, 1, RECEIVER_TWIN, DNSKEY_FLAGS_ZSK);
	receiver_sign(r, 1);
}

/* Its signatures reach, and so nothing else is wrong. */
static void
lose_bundle(struct receiver *r)
{

	receiver_drop_bundle(r->response, 1);
	r->response->bundles[0].expiration_at =
	    r->response->bundles[1].inception_at;
	receiver_sign_all(r, 0, RECEIVER_START, RECEIVER_START + 30 * DAY);
}

static void
shorten(struct receiver *r)
{

	r->response->bundles[1].expiration_at -= DAY;
	receiver_sign(r, 1);
}

static void
have_other_ds(struct receiver *r)
{

	ds_init(&r->ds[0], &r->response->zone, &r->keys[RECEIVER_TWIN],
	    DIGEST_SHA256);
}

/* A KSK of the DS is shown, and another one of the same tag signs. */
static void
forge(struct receiver *r)
{
	struct ksr_bundle *bundle = &r->response->bundles[1];
	size_t i;

	receiver_add(r, r->response, 1, RECEIVER_TWIN, DNSKEY_FLAGS_KSK);
	receiver_sign(r, 1);
	/* KSK, NEXT and TWIN, for each of three types. */
	assert_int_equal(bundle->n_sigs, 9);
	for (i = 9; i > 0; i -= 3)
		receiver_drop_sig(bundle, i - 3);
}

/* A second algorithm in the DS set that leads nowhere. */
static void
have_two_ds(struct receiver *r)
{

	ds_init(&r->ds[1], &r->response->zone, &r->keys[RECEIVER_RSA],
	    DIGEST_SHA256);
	r->in.n_ds = 2;
}

static void
have_revoked_ds(struct receiver *r)
{
	size_t b;

	for (b = 0; b < r->response->n_bundles; b++) {
		r->response->bundles[b].keys[0].dnskey.flags |= DNSKEY_REVOKE;
		receiver_sign(r, b);
	}
	ds_init(&r->ds[0], &r->response->zone,
	    &r->response->bundles[0].keys[0].dnskey, DIGEST_SHA256);
}

static void
let_end(struct receiver *r)
{

	r->in.now_at = RECEIVER_START + 44 * DAY;
}

static void
not_cosign(struct receiver *r)
{
	struct ksr_bundle *bundle = &r->response->bundles[1];
	size_t i;

	for (i = bundle->n_sigs; i-- > 0;)
		if (bundle->sigs[i].rrsig.type_covered == RRTYPE_CDNSKEY &&
		    bundle->sigs[i].rrsig.key_tag ==
		    dnskey_tag(&r->keys[RECEIVER_NEXT]))
			receiver_drop_sig(bundle, i);
}

static void
add_twin(struct receiver *r)
{

	receiver_add(r, r->response, 1, RECEIVER_TWIN, DNSKEY_FLAGS_KSK);
	receiver_sign(r, 1);
}

static void
shorten_cds(struct receiver *r)
{

	r->response->bundles[1].cds->ttl = 0;
	receiver_sign(r, 1);
}

static void
leave_one(struct receiver *r)
{

	while (r->response->n_bundles > 1)
		receiver_drop_bundle(r->response, 1);
	r->in.request = NULL;
}

static void
grow(struct receiver *r)
{

	r->in.len = (1 << 20) + 1;
}

static void
lose_id(struct receiver *r)
{

	r->response->bundles[1].sigs[0].key_id[0] = '\0';
}

const struct receivermutant receivermutants[] = {
	{ KSR_BIND, flip_signature, "RESPONSE-SIGNED", "bundle 2: the RRSIG of "
	    "key 23540 over DNSKEY does not verify with a key in the bundle",
	    NULL },
	{ KSR_ICANN, sign_by_zsk, "RESPONSE-SIGNED",
	    "bundle 2: no KSK in it signed its DNSKEY RRset", NULL },
	{ KSR_ICANN, sign_by_revoked, "RESPONSE-SIGNED",
	    "bundle 2: no KSK in it signed its DNSKEY RRset", NULL },
	{ KSR_ICANN, empty_bundle, "RESPONSE-SIGNED",
	    "bundle 2 holds no DNSKEY", NULL },
	{ KSR_BIND, drop_all, "RESPONSE-SIGNED", "it holds no bundle", NULL },
	{ KSR_BIND, add_ed25519, "RESPONSE-ALGORITHMS", "bundle 2: key 1039 is "
	    "of algorithm ED25519, and no signature over the DNSKEY RRset is",
	    NULL },
	{ KSR_ICANN, swap_bundles, "RESPONSE-ORDER",
	    "bundle 3 begins at 2027-01-11T00:00:00Z, and bundle 2 before it "
	    "at 2027-01-21T00:00:00Z", NULL },
	{ KSR_ICANN, repeat_time, "RESPONSE-ORDER",
	    "bundle 2 begins at 2027-01-01T00:00:00Z, and bundle 1 before it "
	    "at 2027-01-01T00:00:00Z", "RESPONSE-WINDOWS" },
	{ KSR_ICANN, delay_bundle, "RESPONSE-GAPS",
	    "nothing is signed from 2027-01-22T00:00:00Z, where bundle 1 ends, "
	    "to 2027-01-22T00:01:00Z, where bundle 2 begins", NULL },
	{ KSR_BIND, begin_late, "RESPONSE-WINDOWS", "bundle 2: the RRSIG of "
	    "key 23540 begins at 2027-01-11T00:00:01Z, and the bundle at "
	    "2027-01-11T00:00:00Z", NULL },
	{ KSR_BIND, end_early, "RESPONSE-WINDOWS", "bundle 2: the RRSIG of key "
	    "23540 ends at 2027-01-20T23:59:59Z, and the bundle is served "
	    "until 2027-01-21T00:00:00Z", NULL },
	{ KSR_BIND, mix_ttls, "RESPONSE-TTL",
	    "bundle 2: its DNSKEYs have TTLs 3600 and 60", NULL },
	{ KSR_ICANN, change_ttl, "RESPONSE-TTL",
	    "bundle 2: an RRSIG has TTL 60 and original TTL 3600", NULL },
	{ KSR_BIND, ask_for_another_zone, "RESPONSE-REQUEST",
	    "the request is of another zone", NULL },
	{ KSR_ICANN, answer_too_few, "RESPONSE-REQUEST",
	    "3 bundles answer the 4 of the request", NULL },
	{ KSR_BIND, begin_before, "RESPONSE-REQUEST", "bundle 1 begins at "
	    "2027-01-01T00:00:00Z, before the request does", NULL },
	{ KSR_BIND, ask_for_more, "RESPONSE-REQUEST",
	    "bundle 2: ZSK 23539 of the request is not there", NULL },
	{ KSR_BIND, smuggle_zsk, "RESPONSE-REQUEST",
	    "bundle 2: ZSK 23539 is not in the request", NULL },
	{ KSR_BIND, lose_bundle, "RESPONSE-REQUEST", "no bundle begins at "
	    "2027-01-11T00:00:00Z, as bundle 2 of the request does", NULL },
	{ KSR_ICANN, shorten, "RESPONSE-REQUEST", "bundle 2 ends at "
	    "2027-01-31T00:00:00Z, and that of the request at "
	    "2027-02-01T00:00:00Z", NULL },
	{ KSR_BIND, have_other_ds, "RESPONSE-DS", "bundle 1: no KSK of "
	    "algorithm ECDSAP256SHA256 that the DS set names signs it", NULL },
	{ KSR_KNOT, forge, "RESPONSE-DS", "bundle 2: no KSK of algorithm "
	    "ECDSAP256SHA256 that the DS set names signs it", NULL },
	{ KSR_KNOT, have_two_ds, "RESPONSE-DS", "bundle 4: no KSK of algorithm "
	    "RSASHA256 that the DS set names signs it", NULL },
	{ KSR_KNOT, have_revoked_ds, "RESPONSE-DS", "bundle 1: no KSK of "
	    "algorithm ECDSAP256SHA256 that the DS set names signs it", NULL },
	{ KSR_KNOT, let_end, "RESPONSE-CURRENT",
	    "it ended at 2027-02-14T00:00:00Z", NULL },
	{ KSR_BIND, not_cosign, "PEER-NAMED", "named 9.20 refuses: KSK 9135 "
	    "is published but does not sign the CDNSKEY RRset of bundle 2",
	    NULL },
	{ KSR_BIND, add_twin, "PEER-NAMED", "named 9.20 cannot tell two KSKs "
	    "of bundle 2 apart: both have tag 23540", NULL },
	{ KSR_BIND, shorten_cds, "PEER-NAMED", "named 9.20 refuses (\"not "
	    "exact\"): bundle 2 has DNSKEYs of TTL 3600 and an RRSIG of TTL 0",
	    NULL },
	{ KSR_KNOT, begin_late, "PEER-KNOT", "Knot refuses: at "
	    "2027-01-11T00:00:00Z no KSK's signature over the CDS RRset of "
	    "bundle 2 is valid", "RESPONSE-WINDOWS" },
	{ KSR_KNOT, end_early, "PEER-KNOT", "Knot 3.4 refuses (\"oncoming "
	    "RRSIG expiration\"): no signature over the DNSKEY RRset of "
	    "bundle 2 reaches the next bundle at 2027-01-21T00:00:00Z",
	    "RESPONSE-WINDOWS" },
	{ KSR_KNOT, flip_signature, "PEER-KNOT",
	    "Knot refuses: bundle 2 has a wrong signature of key 23540",
	    "RESPONSE-SIGNED" },
	{ KSR_KNOT, repeat_time, "PEER-KNOT", "Knot stores nothing from "
	    "bundle 2 on, which is not later than the one before",
	    "RESPONSE-ORDER" },
	{ KSR_ICANN, leave_one, "PEER-KSKM",
	    "kskm cannot load a response of one bundle", NULL },
	{ KSR_ICANN, grow, "PEER-KSKM",
	    "kskm reads no more than 1048576 bytes", NULL },
	{ KSR_ICANN, lose_id, "PEER-KSKM",
	    "kskm refuses: a signature in bundle 2 names no key", NULL },
	{ 0 },
};
