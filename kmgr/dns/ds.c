#include <stdlib.h>
#include <string.h>

#include "kmgr/dns/ds.h"

void
ds_init(struct ds *ds, const struct name *zone, const struct dnskey *key,
    enum digest digest)
{
	struct buf data = BUF_INIT;

	memset(ds, 0, sizeof(*ds));
	ds->key_tag = dnskey_tag(key);
	ds->alg = key->alg;
	ds->digest_type = (uint8_t)digest;
	ds->digest_len = digest_len(digest);

	/* RFC 4034 s5.1.4: digest(owner | DNSKEY RDATA) */
	buf_add(&data, zone->wire, zone->len);
	dnskey_rdata(key, &data);
	if (digest == DIGEST_SHA384)
		crypto_sha384(data.data, data.len, ds->digest);
	else
		crypto_sha256(data.data, data.len, ds->digest);
	buf_free(&data);
}

void
ds_rdata(const struct ds *ds, struct buf *out)
{

	buf_add_u16(out, ds->key_tag);
	buf_add_u8(out, ds->alg);
	buf_add_u8(out, ds->digest_type);
	buf_add(out, ds->digest, ds->digest_len);
}

void
ds_text(const struct ds *ds, struct buf *out)
{
	size_t i;

	buf_printf(out, "%u %u %u ", ds->key_tag, ds->alg, ds->digest_type);
	for (i = 0; i < ds->digest_len; i++)
		buf_printf(out, "%02X", ds->digest[i]);
}

/* The only length that a digest of this type has; 0 where any will do. */
static size_t
len_of(uint8_t digest_type)
{

	switch (digest_type) {
	case 0:			/* RFC 8078 s4: the CDS that deletes */
		return 1;
	case 1:			/* RFC 4034 app. A.2 */
		return 20;
	case DIGEST_SHA256:
	case 3:			/* RFC 5933 s5.1 */
		return 32;
	case DIGEST_SHA384:
		return 48;
	default:
		return 0;
	}
}

int
ds_from_rdata(const uint8_t *rdata, size_t len, struct ds *out,
    struct error *err)
{
	size_t expected;

	if (len < 5 || len > 4 + sizeof(out->digest))
		return err_set(err, ERR_INPUT,
		    "a DS of %zu octets; 5 to %zu are possible", len,
		    4 + sizeof(out->digest));
	expected = len_of(rdata[3]);
	if (expected != 0 && len - 4 != expected)
		return err_set(err, ERR_INPUT,
		    "a digest of %zu octets where type %u has %zu", len - 4,
		    rdata[3], expected);
	memset(out, 0, sizeof(*out));
	out->key_tag = (uint16_t)(rdata[0] << 8 | rdata[1]);
	out->alg = rdata[2];
	out->digest_type = rdata[3];
	out->digest_len = len - 4;
	memcpy(out->digest, rdata + 4, out->digest_len);
	return 0;
}

bool
ds_is_same(const struct ds *a, const struct ds *b)
{

	return a->key_tag == b->key_tag && a->alg == b->alg &&
	    a->digest_type == b->digest_type &&
	    a->digest_len == b->digest_len &&
	    memcmp(a->digest, b->digest, a->digest_len) == 0;
}

bool
ds_is_among(const struct ds *ds, const struct ds *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ds_is_same(&list[i], ds))
			return true;
	return false;
}
