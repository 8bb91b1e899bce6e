#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/ksr/make.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/ksrcase.h"

#define DAY  KSRCASE_DAY
#define HOUR INT64_C(3600)

static const char *const names[KEY_N] = { "p256-a", "p256-b", "p256-c",
	"p256-d", "p256-k", "p256-l", "ed25519", "rsa-1024", "rsa-2048",
	"rsa-e3" };

/* So that rules on numbers and on CDS have something to look at. */
static const char plain[] = "ds: { cds-cdnskey-publish: always }\n";
static const char shaped[] = "ksr: { icann: { keys-per-bundle: "
    "[2, 1, 1, 1, 1, 1, 1, 1, 2] } }\n";

/* ICANN's without windows; of text what is off by default. */
#define LOOSE_TEXT "max-bundles: 8, max-cycle: 100d, min-interval: 1d,\n" \
    "    max-interval: 85d, max-validity: 90d, horizon: 200d }\n"
static const char loose[] = "zsk:\n  algorithms: [rsasha256, "
    "ecdsap256sha256, ed25519]\n"
    "ksr:\n"
    "  icann: { match-request-policy: false, min-cycle: 0s, "
    "max-cycle: 0s,\n    min-interval: 0s, max-interval: 0s, "
    "min-overlap: 0s, max-overlap: 0s,\n"
    "    min-validity: 0s, max-validity: 0s, keys-per-bundle: [],\n"
    "    max-keys-per-bundle: 3, max-distinct-keys: 4 }\n"
    "  bind: { " LOOSE_TEXT "  knot: { " LOOSE_TEXT;

void
ksrcase_yaml(enum ksrcase_policy policy, const char *zones, struct buf *out)
{

	buf_printf(out, "version: 1\nzones: [%s]\n%s%s", zones, plain,
	    policy == POLICY_LOOSE ? loose : shaped);
}

static void
read_pair(struct ksrcase_pair *pair, const char *name)
{
	struct name root = { .len = 1 };
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct zonefile *zonefile;
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/fixtures/ksr-keys/%s.key",
	    name);
	fixtures_read(path, &text);
	unit_ok(zonefile_read(buf_text(&text), text.len, name, &root,
	    &zonefile, &err), &err);
	unit_ok(dnskey_from_rdata(zonefile->records[0].rdata,
	    zonefile->records[0].rdata_len, &pair->dnskey, &err), &err);
	zonefile_free(zonefile);
	unit_ok(dnskey_public(&pair->dnskey, &pair->public, &err), &err);
	text.len = 0;
	(void)snprintf(path, sizeof(path),
	    "tests/fixtures/ksr-keys/%s.private", name);
	fixtures_read(path, &text);
	unit_ok(crypto_private_read(buf_text(&text), text.len, name,
	    &pair->private, &err), &err);
	buf_free(&text);
}

struct ksr_key
ksrcase_key(const struct ksrcase *c, enum ksrcase_key key, uint32_t ttl)
{
	union {
		const char	*borrowed;
		char		*id;
	} id = { .borrowed = names[key] };

	return (struct ksr_key) {
		.id = c->request != NULL && c->request->format != KSR_ICANN ?
		    NULL : id.id,
		.owner = c->in.zone,
		.ttl = ttl,
		.dnskey = c->pairs[key].dnskey,
		.stated_tag = dnskey_tag(&c->pairs[key].dnskey),
	};
}

struct ksr_key *
ksrcase_find(const struct ksrcase *c, const struct ksr_bundle *bundle,
    enum ksrcase_key key)
{
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if (dnskey_is_same_key(&bundle->keys[i].dnskey,
		    &c->pairs[key].dnskey))
			return &bundle->keys[i];
	fail_msg("no %s in this bundle", names[key]);
	return NULL;
}

void
ksrcase_replace(struct ksrcase *c, struct ksr_bundle *bundle,
    enum ksrcase_key old, enum ksrcase_key new)
{
	struct ksr_key *place = ksrcase_find(c, bundle, old);
	char *id = place->id;

	*place = ksrcase_key(c, new, place->ttl);
	place->id = id == NULL ? NULL : mem_strdup(names[new]);
	free(id);
}

/* The pair of a record, or NULL where its data is nobody's. */
static const struct ksrcase_pair *
pair_of(const struct ksrcase *c, const struct dnskey *dnskey)
{
	size_t i;

	for (i = 0; i < KEY_N; i++)
		if (dnskey_is_same_key(&c->pairs[i].dnskey, dnskey))
			return &c->pairs[i];
	return NULL;
}

static void
sign(const struct ksrcase *c, const struct rrset *rrset,
    const struct dnskey *dnskey, struct rrsig *rrsig)
{
	const struct ksrcase_pair *pair = pair_of(c, dnskey);
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;

	rrsig->sig_len = 64;
	if (pair == NULL)
		return;		/* anything will do */
	rrsig_tbs(rrsig, rrset, &tbs);
	unit_ok(crypto_private_sign(pair->private, pair->public, tbs.data,
	    tbs.len, rrsig->sig, &rrsig->sig_len, &err), &err);
	buf_free(&tbs);
}

static void
drop_sigs(struct ksr_bundle *bundle)
{
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++)
		free(bundle->sigs[i].key_id);
	free(bundle->sigs);
	bundle->sigs = NULL;
	bundle->n_sigs = 0;
}

static void
prove_bundle(const struct ksrcase *c, const struct ksr *request,
    struct ksr_bundle *bundle)
{
	struct rrset *rrset = ksr_rrset(request, bundle, RRTYPE_DNSKEY);
	struct error err = ERR_INIT;
	size_t i;

	drop_sigs(bundle);
	for (i = 0; rrset != NULL && i < bundle->n_keys; i++) {
		struct ksr_sig sig = { .key_id = bundle->keys[i].id,
			.owner = request->zone, .ttl = rrset->ttl };

		/* Long before the bundle, as in the root zone's requests. */
		unit_ok(rrsig_init(&sig.rrsig, rrset, &bundle->keys[i].dnskey,
		    c->now_at - 30 * DAY, c->now_at, &err), &err);
		sign(c, rrset, &bundle->keys[i].dnskey, &sig.rrsig);
		ksr_add_sig(bundle, &sig);
	}
	rrset_free(rrset);
}

void
ksrcase_prove(const struct ksrcase *c, struct ksr *request)
{
	size_t b;

	for (b = 0; request->format == KSR_ICANN && b < request->n_bundles;
	    b++)
		prove_bundle(c, request, &request->bundles[b]);
}

static void
lay_type(const struct ksr *response, struct ksr_bundle *bundle,
    enum rrtype type, const struct ksr_key *key, int64_t from_at,
    int64_t to_at)
{
	struct rrset *rrset = ksr_rrset(response, bundle, type);
	struct error err = ERR_INIT;
	struct ksr_sig sig = { .key_id = key->id, .owner = response->zone };

	if (rrset == NULL)
		return;
	sig.ttl = rrset->ttl;
	unit_ok(rrsig_init(&sig.rrsig, rrset, &key->dnskey, from_at, to_at,
	    &err), &err);
	ksr_add_sig(bundle, &sig);
	rrset_free(rrset);
}

void
ksrcase_lay(const struct ksrcase *c, const struct ksr *response,
    struct ksr_bundle *bundle)
{
	const bool is_icann = response->format == KSR_ICANN;
	const int64_t at = bundle->inception_at;
	const int64_t from_at = is_icann ? at : at - HOUR;
	const int64_t to_at = is_icann ? bundle->expiration_at :
	    at + c->policy->validity_s;
	size_t i;

	drop_sigs(bundle);
	for (i = 0; i < bundle->n_keys; i++) {
		if ((bundle->keys[i].dnskey.flags & DNSKEY_SEP) == 0)
			continue;
		lay_type(response, bundle, RRTYPE_DNSKEY, &bundle->keys[i],
		    from_at, to_at);
		lay_type(response, bundle, RRTYPE_CDS, &bundle->keys[i],
		    from_at, to_at);
		lay_type(response, bundle, RRTYPE_CDNSKEY, &bundle->keys[i],
		    from_at, to_at);
	}
}

static void
add_children(const struct ksrcase *c, const struct ksr *response,
    struct ksr_bundle *bundle)
{
	const uint32_t ttl = response->format == KSR_KNOT ? 0 : 3600;
	struct buf rdata = BUF_INIT;
	struct ds ds;

	bundle->cds = rrset_new(&response->zone, RRTYPE_CDS, ttl);
	bundle->cdnskey = rrset_new(&response->zone, RRTYPE_CDNSKEY, ttl);
	dnskey_rdata(&c->pairs[KEY_K].dnskey, &rdata);
	rrset_add(bundle->cdnskey, rdata.data, rdata.len);
	rdata.len = 0;
	ds_init(&ds, &response->zone, &c->pairs[KEY_K].dnskey, DIGEST_SHA256);
	ds_rdata(&ds, &rdata);
	rrset_add(bundle->cds, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
answer_bundle(const struct ksrcase *c, struct ksr *response,
    const struct ksr_bundle *asked, int64_t from_at, int64_t to_at)
{
	struct ksr_bundle *bundle = ksr_add_bundle(response, from_at, to_at);
	struct ksr_key ksk = ksrcase_key(c, KEY_K, 3600);
	size_t i;

	bundle->id = mem_strdup(asked->id);
	ksr_add_key(bundle, &ksk);
	for (i = 0; i < asked->n_keys; i++)
		ksr_add_key(bundle, &asked->keys[i]);
	if (response->format != KSR_ICANN)
		add_children(c, response, bundle);
	ksrcase_lay(c, response, bundle);
}

struct ksr *
ksrcase_answer(const struct ksrcase *c, const struct ksr *request,
    int64_t end_at)
{
	struct ksr *response = ksr_new(request->format, KSR_RESPONSE);
	const struct ksr_bundle *asked;
	int64_t at, until_at;
	size_t b;

	response->zone = request->zone;
	response->id = mem_strdup(request->id);
	response->zsk = response->ksk = request->zsk;
	for (b = 0; b < request->n_bundles; b++) {
		asked = &request->bundles[b];
		at = asked->inception_at;
		until_at = rules_ksr_end(c->policy, request, end_at, b);
		if (request->format == KSR_ICANN) {
			answer_bundle(c, response, asked, at, until_at);
			continue;
		}
		for (; at < until_at; at += 9 * DAY)
			answer_bundle(c, response, asked, at, KSR_OPEN);
	}
	for (b = 1; request->format != KSR_ICANN && b < response->n_bundles;
	    b++)
		response->bundles[b - 1].expiration_at =
		    response->bundles[b].inception_at;
	return response;
}

void
ksrcase_sign(const struct ksrcase *c, struct ksr *response)
{
	struct ksr_bundle *bundle;
	const struct ksr_key *key;
	struct rrset *rrset;
	struct rrsig *rrsig;
	size_t b, i;

	for (b = 0; b < response->n_bundles; b++) {
		bundle = &response->bundles[b];
		for (i = 0; i < bundle->n_sigs; i++) {
			rrsig = &bundle->sigs[i].rrsig;
			key = ksr_key_of(bundle, rrsig);
			rrset = ksr_rrset(response, bundle,
			    (enum rrtype)rrsig->type_covered);
			sign(c, rrset, &key->dnskey, rrsig);
			rrset_free(rrset);
		}
	}
}

/* Who is there in a request: the first leaves, the last comes. */
struct line_up {
	const char		*id;
	enum ksrcase_key	 keys[3];
	int64_t			 start_at, leave_at, join_at, end_at;
};

static struct ksr *
make(const struct ksrcase *c, enum ksr_format format,
    const struct line_up *up)
{
	struct make_zsk zsks[3];
	struct make_request request = { .format = format, .zone = c->in.zone,
		.zsks = zsks, .n_zsks = 3, .ttl = 3600,
		.start_at = up->start_at, .end_at = up->end_at, .id = up->id,
		.n_bundles = 9, .interval_s = 10 * DAY,
		.validity_s = 21 * DAY };
	struct error err = ERR_INIT;
	struct ksr *ksr = NULL;
	size_t i;

	for (i = 0; i < 3; i++)
		zsks[i] = (struct make_zsk) {
			.dnskey = c->pairs[up->keys[i]].dnskey,
			.id = names[up->keys[i]], .publish_at = INT64_MIN,
			.remove_at = INT64_MAX,
			.private = c->pairs[up->keys[i]].private };
	zsks[0].remove_at = up->leave_at;
	zsks[2].publish_at = up->join_at;
	unit_ok(make_request(&request, &ksr, &err), &err);
	return ksr;
}

/* Three requests of a quarter each: a ZSK leaves and one comes in each. */
static void
make_requests(struct ksrcase *c, enum ksr_format format)
{
	const int64_t at = c->start_at;

	c->request = make(c, format, &(struct line_up) { "this",
	    { KEY_A, KEY_B, KEY_C }, at, at + 5 * DAY, at + 80 * DAY,
	    at + 90 * DAY });
	c->before = make(c, format, &(struct line_up) { "previous",
	    { KEY_D, KEY_A, KEY_B }, at - 90 * DAY, at - 85 * DAY,
	    at - 10 * DAY, at + DAY });
	c->long_ago = make(c, format, &(struct line_up) { "long-ago",
	    { KEY_C, KEY_D, KEY_A }, at - 180 * DAY, at - 175 * DAY,
	    at - 100 * DAY, at - 89 * DAY });
	c->previous = ksrcase_answer(c, c->before, at + DAY);
	ksrcase_sign(c, c->previous);
}

static void
read_policy(struct ksrcase *c, const struct ksrcase_world *world)
{
	struct error err = ERR_INIT;
	struct buf yaml = BUF_INIT;

	ksrcase_yaml(world->policy, world->zone, &yaml);
	unit_ok(policy_read_yaml(buf_text(&yaml), yaml.len, "test",
	    &c->policy, &err), &err);
	buf_free(&yaml);
	c->params = world->format == KSR_ICANN ? &c->policy->ksr_icann :
	    world->format == KSR_BIND ? &c->policy->ksr_bind :
	    &c->policy->ksr_knot;
	unit_ok(name_read(world->zone, &c->in.zone, &err), &err);
}

void
ksrcase_init_in(struct ksrcase *c, const struct ksrcase_world *world)
{
	static const char *const past_bundles[] = { "long-ago-1",
		"long-ago-2" };
	size_t i;

	memset(c, 0, sizeof(*c));
	c->now_at = world->now_at;
	c->start_at = world->now_at + KSRCASE_START - KSRCASE_NOW;
	for (i = 0; i < KEY_N; i++)
		read_pair(&c->pairs[i], names[i]);
	c->pairs[KEY_K].dnskey.flags = DNSKEY_FLAGS_KSK;
	c->pairs[KEY_L].dnskey.flags = DNSKEY_FLAGS_KSK;
	read_policy(c, world);
	make_requests(c, world->format);
	c->ksks[0] = c->pairs[KEY_K].dnskey;
	c->past[0] = (struct rules_ksr_past) { .id = "long-ago",
		.bundle_ids = past_bundles, .n_bundle_ids = 2,
		.answered_at = c->now_at - 200 * DAY };
	memset(c->past[0].digest, 7, sizeof(c->past[0].digest));
	c->in.request = c->request;
	c->in.now_at = c->now_at;
	/* keymgr's last bundle begins at the end. */
	c->in.end_at = world->format == KSR_BIND ? c->start_at + 90 * DAY :
	    KSR_OPEN;
	c->in.previous = c->previous;
	c->in.knows_past = true;
	c->in.past = c->past;
	c->in.n_past = 1;
	c->in.ksks = c->ksks;
	c->in.n_ksks = 1;
}

void
ksrcase_init(struct ksrcase *c, enum ksr_format format)
{

	ksrcase_init_in(c, &(struct ksrcase_world) { format, POLICY_PLAIN,
	    "example.com", KSRCASE_NOW });
}

void
ksrcase_clear(struct ksrcase *c)
{
	size_t i;

	for (i = 0; i < KEY_N; i++) {
		crypto_key_free(c->pairs[i].public);
		crypto_private_free(c->pairs[i].private);
	}
	ksr_free(c->request);
	ksr_free(c->before);
	ksr_free(c->long_ago);
	ksr_free(c->previous);
	policy_free(c->policy);
	memset(c, 0, sizeof(*c));
}
