/* RDATA of DNSKEY, DS and RRSIG: taken apart and put together again. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/dns/alg.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/rrsig.h"

static void
same_bytes(const struct buf *got, const uint8_t *data, size_t len)
{

	assert(got->len == len);
	assert(memcmp(got->data, data, len) == 0);
}

/* An accepted public key makes the very DNSKEY it came from. */
static void
check_public(const struct dnskey *key)
{
	struct crypto_key *public;
	struct error err = ERR_INIT;
	struct dnskey again;
	int rc;

	rc = dnskey_public(key, &public, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (public != NULL));
	if (rc != 0)
		return;
	assert(alg_find(key->alg)->refusal == NULL);
	assert(dnskey_bits(key) == crypto_key_bits(public));
	assert(dnskey_init(&again, key->flags, key->alg, public, &err) == 0);
	assert(dnskey_is_same_key(key, &again));
	crypto_key_free(public);
}

static void
check_dnskey(const uint8_t *data, size_t len)
{
	const struct name zone = { "\1z", 3 };
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct dnskey key;
	uint16_t tag;
	struct ds ds;
	int rc;

	rc = dnskey_from_rdata(data, len, &key, &err);
	fuzz_check_error(rc, &err);
	if (rc != 0)
		return;
	dnskey_rdata(&key, &out);
	same_bytes(&out, data, len);
	dnskey_text(&key, &out);
	buf_free(&out);
	tag = dnskey_tag(&key);
	assert(dnskey_collides(&key, &tag, 1));
	tag = dnskey_revoked_tag(&key);
	assert(dnskey_collides(&key, &tag, 1));
	ds_init(&ds, &zone, &key, DIGEST_SHA256);
	ds_rdata(&ds, &out);
	assert(ds_from_rdata(out.data, out.len, &ds, &err) == 0);
	buf_free(&out);
	check_public(&key);
}

static void
check_ds(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct ds ds;
	int rc;

	rc = ds_from_rdata(data, len, &ds, &err);
	fuzz_check_error(rc, &err);
	if (rc != 0)
		return;
	ds_rdata(&ds, &out);
	same_bytes(&out, data, len);
	buf_free(&out);
}

static void
check_rrsig(const uint8_t *data, size_t len)
{
	const struct name root = { "", 1 };
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct rrsig rrsig;
	int rc;

	rc = rrsig_from_rdata(data, len, &rrsig, &err);
	fuzz_check_error(rc, &err);
	if (rc != 0)
		return;
	rrsig_rdata(&rrsig, &out);
	assert(out.len == len);		/* its signer is lower case now */
	assert(rrsig_from_rdata(out.data, out.len, &rrsig, &err) == 0);
	rrsig_text(&rrsig, &root, &out);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{

	check_dnskey(data, len);
	check_ds(data, len);
	check_rrsig(data, len);
	return 0;
}
