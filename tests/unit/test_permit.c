/* Nothing is permitted but the bytes that the request means. */
#include "tests/unit/unit.h"

#include "kmgr/dns/ds.h"
#include "policy/permit.h"
#include "tests/unit/zsks.h"

/* A request that is right, its RRset and the signature to be made. */
struct attempt {
	struct zsks	 zsks;
	struct rrset	*rrset;
	struct rrsig	 rrsig;
};

static void
add_key(struct rrset *rrset, const struct dnskey *key)
{
	struct buf rdata = BUF_INIT;

	dnskey_rdata(key, &rdata);
	rrset_add(rrset, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
add_cds(struct rrset *rrset, const struct name *zone,
    const struct dnskey *key, enum digest digest)
{
	struct buf rdata = BUF_INIT;
	struct ds ds;

	ds_init(&ds, zone, key, digest);
	ds_rdata(&ds, &rdata);
	rrset_add(rrset, rdata.data, rdata.len);
	buf_free(&rdata);
}

static void
attempt_init(struct attempt *a)
{
	const struct rules_zsks *request = &a->zsks.request;
	struct error err = ERR_INIT;
	size_t i;

	zsks_read(&a->zsks, "three-keys");
	a->rrset = rrset_new(&request->zone, RRTYPE_DNSKEY, 3600);
	add_key(a->rrset, &a->zsks.ksks[0]);
	for (i = 0; i < request->n_records; i++)
		rrset_add(a->rrset, request->records[i].rdata,
		    request->records[i].rdata_len);
	unit_ok(rrsig_init(&a->rrsig, a->rrset, &a->zsks.ksks[0],
	    request->inception_at, request->expiration_at, &err), &err);
}

/* The same request, and an empty RRset of another type. */
static void
attempt_init_of(struct attempt *a, enum rrtype type)
{

	attempt_init(a);
	rrset_free(a->rrset);
	a->rrset = rrset_new(&a->zsks.request.zone, type, 3600);
	a->rrsig.type_covered = (uint16_t)type;
}

static void
attempt_clear(struct attempt *a)
{

	rrset_free(a->rrset);
	zsks_clear(&a->zsks);
}

/* Judge the request, and ask for a permit where it passes. */
static int
ask(const struct attempt *a, struct permit **permit, struct error *err)
{
	struct findings findings = FINDINGS_INIT;
	struct judgement *judgement;
	int rc;

	*permit = NULL;
	rc = permit_judge(a->zsks.policy, &a->zsks.request, &findings,
	    &judgement, err);
	if (rc == 0)
		rc = permit_new(judgement, a->rrset, &a->rrsig, permit, err);
	permit_judgement_free(judgement);
	findings_clear(&findings);
	return rc;
}

static void
is_permitted(const struct attempt *a)
{
	struct buf tbs = BUF_INIT;
	struct permit *permit;
	struct error err = ERR_INIT;

	unit_ok(ask(a, &permit, &err), &err);
	rrsig_tbs(&a->rrsig, a->rrset, &tbs);
	assert_true(permit_covers(permit, tbs.data, tbs.len));
	assert_true(dnskey_is_same_key(permit_key(permit),
	    &a->zsks.ksks[0]));
	buf_free(&tbs);
	permit_free(permit);
}

static void
is_refused(const struct attempt *a, enum err_class class, const char *part)
{
	struct permit *permit;
	struct error err = ERR_INIT;

	unit_fails(ask(a, &permit, &err), &err, class, part);
	assert_null(permit);
}

static void
covers_exactly_these_bytes(void **state)
{
	struct attempt a;
	struct buf tbs = BUF_INIT;
	struct permit *permit;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	attempt_init(&a);
	unit_ok(ask(&a, &permit, &err), &err);
	rrsig_tbs(&a.rrsig, a.rrset, &tbs);
	assert_true(permit_covers(permit, tbs.data, tbs.len));
	assert_false(permit_covers(permit, tbs.data, tbs.len - 1));
	assert_false(permit_covers(permit, tbs.data, 0));
	for (i = 0; i < tbs.len; i++) {
		tbs.data[i] ^= 1;
		assert_false(permit_covers(permit, tbs.data, tbs.len));
		tbs.data[i] ^= 1;
	}
	assert_int_equal(dnskey_tag(permit_key(permit)),
	    dnskey_tag(&a.zsks.ksks[0]));
	buf_free(&tbs);
	permit_free(permit);
	permit_free(NULL);
	attempt_clear(&a);
}

static void
the_rules_run_first(void **state)
{
	struct zonefile_record extra[4];
	struct dnskey key;
	struct error err = ERR_INIT;
	struct buf rdata = BUF_INIT;
	struct attempt a;

	(void)state;
	attempt_init(&a);
	a.zsks.policy->zsk_max_keys = 2;
	is_refused(&a, ERR_POLICY, "ZSK-COUNT");
	a.zsks.policy->zsk_max_keys = 4;
	/* A KSK of somebody else, in the request and in the RRset. */
	memcpy(extra, a.zsks.request.records, 3 * sizeof(extra[0]));
	extra[3] = extra[2];
	unit_ok(dnskey_from_rdata(extra[2].rdata, extra[2].rdata_len, &key,
	    &err), &err);
	key.flags = DNSKEY_FLAGS_KSK;
	key.key[5] ^= 1;
	dnskey_rdata(&key, &rdata);
	extra[3].rdata = rdata.data;
	a.zsks.request.records = extra;
	a.zsks.request.n_records = 4;
	add_key(a.rrset, &key);
	is_refused(&a, ERR_INPUT, "ZSK-FLAGS");
	buf_free(&rdata);
	attempt_clear(&a);
}

static void
the_rrset_is_that_of_the_request(void **state)
{
	struct error err = ERR_INIT;
	struct dnskey other;
	struct attempt a;

	(void)state;
	attempt_init(&a);
	is_permitted(&a);
	/* One key more than asked for. */
	other = a.zsks.ksks[0];
	other.key[7] ^= 1;
	add_key(a.rrset, &other);
	is_refused(&a, ERR_INTERNAL, "DNSKEY");
	attempt_clear(&a);
	/* One key less. */
	attempt_init(&a);
	a.zsks.request.n_records--;
	is_refused(&a, ERR_INTERNAL, "DNSKEY");
	attempt_clear(&a);
	/* The KSK is not in the set. */
	attempt_init_of(&a, RRTYPE_DNSKEY);
	rrset_add(a.rrset, a.zsks.request.records[0].rdata,
	    a.zsks.request.records[0].rdata_len);
	is_refused(&a, ERR_INTERNAL, "DNSKEY");
	attempt_clear(&a);
	attempt_init(&a);
	a.rrset->ttl = 3599;
	is_refused(&a, ERR_INTERNAL, "DNSKEY");
	attempt_clear(&a);
	attempt_init(&a);
	unit_ok(name_read("example.org", &a.rrset->owner, &err), &err);
	is_refused(&a, ERR_INTERNAL, "DNSKEY");
	attempt_clear(&a);
	/* Nothing else is ever signed. */
	attempt_init(&a);
	a.rrset->type = RRTYPE_DS;
	is_refused(&a, ERR_INTERNAL, "no RRset of type 43");
	a.rrset->type = 6;
	is_refused(&a, ERR_INTERNAL, "no RRset of type 6");
	attempt_clear(&a);
}

static void
the_signature_is_that_of_the_request(void **state)
{
	struct attempt a;
	struct rrsig good;

	(void)state;
	attempt_init(&a);
	good = a.rrsig;
	a.rrsig.inception_at--;
	is_refused(&a, ERR_INTERNAL, "window");
	a.rrsig = good;
	a.rrsig.expiration_at++;
	is_refused(&a, ERR_INTERNAL, "window");
	a.rrsig = good;
	a.rrsig.original_ttl++;
	is_refused(&a, ERR_INTERNAL, "TTL");
	a.rrsig = good;
	a.rrsig.labels--;
	is_refused(&a, ERR_INTERNAL, "labels");
	a.rrsig = good;
	a.rrsig.type_covered = RRTYPE_CDS;
	is_refused(&a, ERR_INTERNAL, "covered type");
	a.rrsig = good;
	a.rrsig.signer.wire[1] ^= 1;
	is_refused(&a, ERR_INTERNAL, "signer");
	a.rrsig = good;
	a.rrsig.key_tag++;
	is_refused(&a, ERR_INTERNAL, "signing key");
	a.rrsig = good;
	a.rrsig.alg = ALG_ED25519;
	is_refused(&a, ERR_INTERNAL, "signing key");
	a.rrsig = good;
	a.rrsig.sig_len = 64;
	is_refused(&a, ERR_INTERNAL, "signed already");
	a.rrsig = good;
	is_permitted(&a);
	/* A ZSK signs nothing here. */
	{
		struct dnskey zsk;
		struct error err = ERR_INIT;

		unit_ok(dnskey_from_rdata(a.zsks.request.records[0].rdata,
		    a.zsks.request.records[0].rdata_len, &zsk, &err), &err);
		a.rrsig.key_tag = dnskey_tag(&zsk);
	}
	is_refused(&a, ERR_INTERNAL, "signing key");
	attempt_clear(&a);
}

static void
two_ksks_of_one_tag_are_no_answer(void **state)
{
	struct attempt a;

	(void)state;
	attempt_init(&a);
	a.zsks.ksks[1] = a.zsks.ksks[0];
	a.zsks.request.n_ksks = 2;
	is_refused(&a, ERR_INTERNAL, "signing key");
	attempt_clear(&a);
}

static void
cds_and_cdnskey_are_of_the_ksks(void **state)
{
	struct attempt a;
	struct dnskey other;

	(void)state;
	attempt_init_of(&a, RRTYPE_CDNSKEY);
	is_refused(&a, ERR_INTERNAL, "CDNSKEY");
	add_key(a.rrset, &a.zsks.ksks[0]);
	is_permitted(&a);
	a.rrset->ttl = 0;
	a.rrsig.original_ttl = 0;
	is_refused(&a, ERR_INTERNAL, "CDNSKEY");
	a.rrset->ttl = 3600;
	a.rrsig.original_ttl = 3600;
	other = a.zsks.ksks[0];
	other.key[9] ^= 1;
	add_key(a.rrset, &other);
	is_refused(&a, ERR_INTERNAL, "CDNSKEY");
	attempt_clear(&a);

	attempt_init_of(&a, RRTYPE_CDS);
	is_refused(&a, ERR_INTERNAL, "CDS");
	add_cds(a.rrset, &a.zsks.request.zone, &a.zsks.ksks[0],
	    DIGEST_SHA256);
	is_permitted(&a);
	a.rrset->owner.wire[1] ^= 1;
	is_refused(&a, ERR_INTERNAL, "CDS");
	a.rrset->owner.wire[1] ^= 1;
	/* A digest that the policy does not have. */
	add_cds(a.rrset, &a.zsks.request.zone, &a.zsks.ksks[0],
	    DIGEST_SHA384);
	is_refused(&a, ERR_INTERNAL, "CDS");
	attempt_clear(&a);
	/* The request to go insecure (RFC 8078 s4) is none of these. */
	attempt_init_of(&a, RRTYPE_CDS);
	rrset_add(a.rrset, (const uint8_t *)"\0\0\0\0\0", 5);
	is_refused(&a, ERR_INTERNAL, "CDS");
	attempt_clear(&a);
}

static void
a_revoked_ksk_has_no_cds(void **state)
{
	struct attempt a;

	(void)state;
	attempt_init_of(&a, RRTYPE_CDNSKEY);
	a.zsks.ksks[1] = a.zsks.ksks[0];
	a.zsks.ksks[1].key[11] ^= 1;
	a.zsks.ksks[1].flags |= DNSKEY_REVOKE;
	a.zsks.request.n_ksks = 2;
	add_key(a.rrset, &a.zsks.ksks[0]);
	is_permitted(&a);
	add_key(a.rrset, &a.zsks.ksks[1]);
	is_refused(&a, ERR_INTERNAL, "CDNSKEY");
	attempt_clear(&a);
}

/* Bytes, key and a window that nobody can use: all by itself. */
static void
a_trial_is_of_one_key_and_of_no_use(void **state)
{
	struct permit *permit = NULL;
	struct rrset *rrset = NULL;
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;
	struct rrsig rrsig;
	struct attempt a;

	(void)state;
	attempt_init(&a);
	unit_ok(permit_trial(&a.zsks.request.zone, &a.zsks.ksks[0], &rrset,
	    &rrsig, &permit, &err), &err);
	assert_int_equal(rrset->type, RRTYPE_DNSKEY);
	assert_int_equal(rrset->n_rdata, 1);
	assert_int_equal(rrset->ttl, 0);
	assert_true(dnskey_is_same_key(permit_key(permit),
	    &a.zsks.ksks[0]));
	assert_int_equal(rrsig.expiration_at, 1);
	rrsig_tbs(&rrsig, rrset, &tbs);
	assert_true(permit_covers(permit, tbs.data, tbs.len));
	tbs.len = 0;
	rrsig.expiration_at = a.zsks.request.expiration_at;
	rrsig_tbs(&rrsig, rrset, &tbs);
	assert_false(permit_covers(permit, tbs.data, tbs.len));
	tbs.len = 0;
	rrsig_tbs(&a.rrsig, a.rrset, &tbs);
	assert_false(permit_covers(permit, tbs.data, tbs.len));
	buf_free(&tbs);
	rrset_free(rrset);
	permit_free(permit);
	attempt_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers_exactly_these_bytes),
		cmocka_unit_test(the_rules_run_first),
		cmocka_unit_test(the_rrset_is_that_of_the_request),
		cmocka_unit_test(the_signature_is_that_of_the_request),
		cmocka_unit_test(two_ksks_of_one_tag_are_no_answer),
		cmocka_unit_test(cds_and_cdnskey_are_of_the_ksks),
		cmocka_unit_test(a_revoked_ksk_has_no_cds),
		cmocka_unit_test(a_trial_is_of_one_key_and_of_no_use),
	};

	return cmocka_run_group_tests_name("permits", tests, NULL, NULL);
}
