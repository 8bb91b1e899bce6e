/* Nothing is permitted but the signatures of the response that was judged. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "policy/permit_inner.h"

#define NOW 1795000000

/* A response of one bundle, one KSK and one ZSK, as a judgement has it. */
struct attempt {
	struct judgement	 judgement;
	struct rrset		*rrset;
	struct rrsig		 rrsig;
	struct dnskey		 ksk;
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
begin(struct attempt *a)
{
	struct dnskey zsk = { 256, 3, 13, 64, { 7 } };
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;
	struct permit_sig *sig;

	*a = (struct attempt) { .ksk = { 257, 3, 13, 64, { 9 } } };
	unit_ok(name_read("example.com.", &a->judgement.zone, &err), &err);
	a->rrset = rrset_new(&a->judgement.zone, RRTYPE_DNSKEY, 3600);
	add_key(a->rrset, &a->ksk);
	add_key(a->rrset, &zsk);
	unit_ok(rrsig_init(&a->rrsig, a->rrset, &a->ksk, NOW, NOW + 9,
	    &err), &err);
	a->judgement.is_skr = true;
	a->judgement.ksks = &a->ksk;
	a->judgement.n_ksks = 1;
	a->judgement.sigs = sig = calloc(1, sizeof(*sig));
	a->judgement.n_sigs = 1;
	rrsig_tbs(&a->rrsig, a->rrset, &tbs);
	crypto_sha256(tbs.data, tbs.len, sig->tbs_hash);
	buf_free(&tbs);
}

static void
is_refused(const struct attempt *a)
{
	struct error err = ERR_INIT;
	struct permit *permit = NULL;

	unit_fails(permit_new(&a->judgement, a->rrset, &a->rrsig, &permit,
	    &err), &err, ERR_INTERNAL, "");
	assert_null(permit);
}

static void
just_this_one(void **state)
{
	struct dnskey other = { 256, 3, 13, 64, { 8 } };
	struct error err = ERR_INIT;
	struct permit *permit;
	struct attempt a;

	(void)state;
	begin(&a);
	unit_ok(permit_new(&a.judgement, a.rrset, &a.rrsig, &permit, &err),
	    &err);
	assert_int_equal(dnskey_tag(permit_key(permit)), dnskey_tag(&a.ksk));
	permit_free(permit);
	a.rrsig.expiration_at++;
	is_refused(&a);
	a.rrsig.expiration_at--;
	a.rrsig.inception_at--;
	is_refused(&a);
	a.rrsig.inception_at++;
	a.rrsig.key_tag++;
	is_refused(&a);
	a.rrsig.key_tag--;
	a.rrsig.original_ttl++;
	is_refused(&a);
	a.rrsig.original_ttl--;
	a.rrsig.sig_len = 64;
	is_refused(&a);
	a.rrsig.sig_len = 0;
	add_key(a.rrset, &other);
	is_refused(&a);
	a.judgement.n_sigs = 0;
	is_refused(&a);
	rrset_free(a.rrset);
	free(a.judgement.sigs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(just_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
