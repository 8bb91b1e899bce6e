#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/rdata.h"
#include "kmgr/dns/rrset.h"

#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 4096
#define TEXT_FIELDS  4

/* Where the RSA numbers stand in a DNSKEY's key data (RFC 3110 s2). */
struct rsa_parts {
	const uint8_t	*e, *n;
	size_t		 e_len, n_len;
};

static int
rsa_split(const struct dnskey *key, struct rsa_parts *out)
{
	const uint8_t *p = key->key;
	size_t head = 1;

	if (key->key_len == 0)
		return -1;
	out->e_len = p[0];
	if (p[0] == 0) {
		head = 3;
		if (key->key_len < head)
			return -1;
		out->e_len = (size_t)p[1] << 8 | p[2];
	}
	if (out->e_len == 0 || key->key_len - head <= out->e_len)
		return -1;
	out->e = p + head;
	out->n = p + head + out->e_len;
	out->n_len = key->key_len - head - out->e_len;
	return 0;
}

static unsigned int
rsa_bits(const struct rsa_parts *rsa)
{
	size_t i;
	unsigned int bits;
	uint8_t top;

	for (i = 0; i < rsa->n_len && rsa->n[i] == 0; i++)
		continue;
	if (i == rsa->n_len)
		return 0;
	bits = (unsigned int)(rsa->n_len - i - 1) * 8;
	for (top = rsa->n[i]; top != 0; top >>= 1)
		bits++;
	return bits;
}

static int
rsa_public(const struct dnskey *key, struct crypto_key **out,
    struct error *err)
{
	struct rsa_parts rsa;
	unsigned int bits;

	*out = NULL;
	if (rsa_split(key, &rsa) != 0)
		return err_set(err, ERR_INPUT,
		    "the key data is no RSA exponent and modulus");
	/* RFC 3110 s2: one form for one key, or tags and DS would differ. */
	if (rsa.e[0] == 0 || rsa.n[0] == 0 ||
	    (key->key[0] == 0 && rsa.e_len <= UINT8_MAX))
		return err_set(err, ERR_INPUT,
		    "the key data has leading zero octets (RFC 3110)");
	bits = rsa_bits(&rsa);
	if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return err_set(err, ERR_INPUT,
		    "RSA of %u bits; %d to %d are possible", bits,
		    RSA_BITS_MIN, RSA_BITS_MAX);
	if ((rsa.n[rsa.n_len - 1] & 1) == 0)
		return err_set(err, ERR_INPUT, "the RSA modulus is even");
	if ((rsa.e[rsa.e_len - 1] & 1) == 0 ||
	    (rsa.e_len == 1 && rsa.e[0] < 3))
		return err_set(err, ERR_INPUT,
		    "the RSA exponent is even or below 3");
	return crypto_key_from_rsa(rsa.e, rsa.e_len, rsa.n, rsa.n_len, out,
	    err);
}

/* RFC 3110 s2 */
static void
rsa_data(const struct crypto_key *public, struct buf *out)
{
	struct buf e = BUF_INIT, n = BUF_INIT;

	crypto_key_rsa(public, &e, &n);
	if (e.len <= UINT8_MAX) {
		buf_add_u8(out, (uint8_t)e.len);
	} else {
		buf_add_u8(out, 0);
		buf_add_u16(out, (uint16_t)e.len);
	}
	buf_add(out, e.data, e.len);
	buf_add(out, n.data, n.len);
	buf_free(&e);
	buf_free(&n);
}

int
dnskey_init(struct dnskey *key, uint16_t flags, uint8_t alg,
    const struct crypto_key *public, struct error *err)
{
	const struct alg_info *info = alg_find(alg);
	struct dnskey made = { .flags = flags, .protocol = 3, .alg = alg };
	struct buf data = BUF_INIT;

	if (info == NULL || info->refusal != NULL ||
	    info->kind != crypto_key_kind(public))
		return err_set(err, ERR_INPUT,
		    "the public key is not one for algorithm %s (%u)",
		    alg_name(alg), alg);
	if (info->kind == CRYPTO_RSA)
		rsa_data(public, &data);
	else
		crypto_key_point(public, &data);
	if (data.len > sizeof(made.key)) {
		buf_free(&data);
		return err_set(err, ERR_INPUT,
		    "RSA of %u bits; at most %d are possible",
		    crypto_key_bits(public), RSA_BITS_MAX);
	}
	memcpy(made.key, data.data, data.len);
	made.key_len = data.len;
	buf_free(&data);

	/* What is made here is what is taken from others. */
	if (dnskey_check(&made, err) != 0)
		return -1;
	*key = made;
	return 0;
}

int
dnskey_from_rdata(const uint8_t *rdata, size_t len, struct dnskey *out,
    struct error *err)
{

	if (len < 5 || len > DNSKEY_RDATA_MAX)
		return err_set(err, ERR_INPUT,
		    "a DNSKEY of %zu octets; 5 to %d are possible", len,
		    DNSKEY_RDATA_MAX);
	memset(out, 0, sizeof(*out));
	out->flags = (uint16_t)(rdata[0] << 8 | rdata[1]);
	out->protocol = rdata[2];
	out->alg = rdata[3];
	out->key_len = len - 4;
	memcpy(out->key, rdata + 4, out->key_len);
	return 0;
}

int
dnskey_from_text(const char *text, struct dnskey *out, struct error *err)
{
	const struct name root = { .len = 1 };
	char *copy = mem_strdup(text), *rest = NULL;
	char *fields[TEXT_FIELDS + 1];
	struct buf rdata = BUF_INIT;
	size_t n = 0;
	int rc = -1;

	for (fields[0] = strtok_r(copy, " ", &rest);
	    fields[n] != NULL && n < TEXT_FIELDS;
	    fields[n] = strtok_r(NULL, " ", &rest))
		n++;
	if (n != TEXT_FIELDS || fields[n] != NULL)
		(void)err_set(err, ERR_INPUT, "a DNSKEY has %d fields",
		    TEXT_FIELDS);
	else if (rdata_read(RRTYPE_DNSKEY, fields, n, &root, &rdata,
	    err) == 0)
		rc = dnskey_from_rdata(rdata.data, rdata.len, out, err);
	buf_free(&rdata);
	free(copy);
	return rc;
}

void
dnskey_rdata(const struct dnskey *key, struct buf *out)
{

	buf_add_u16(out, key->flags);
	buf_add_u8(out, key->protocol);
	buf_add_u8(out, key->alg);
	buf_add(out, key->key, key->key_len);
}

/* Its algorithm, if it may be used, and has keys of this length. */
static const struct alg_info *
find_alg(const struct dnskey *key, struct error *err)
{
	const struct alg_info *info = alg_find(key->alg);

	if (info == NULL)
		(void)err_set(err, ERR_INPUT, "algorithm %u is unknown",
		    key->alg);
	else if (info->refusal != NULL)
		(void)err_set(err, ERR_INPUT, "algorithm %s (%u): %s",
		    info->mnemonic, info->number, info->refusal);
	else if (info->kind != CRYPTO_RSA && key->key_len != info->key_len)
		(void)err_set(err, ERR_INPUT,
		    "a public key of %zu octets where %s has %zu",
		    key->key_len, info->mnemonic, info->key_len);
	else
		return info;
	return NULL;
}

int
dnskey_public(const struct dnskey *key, struct crypto_key **out,
    struct error *err)
{
	const struct alg_info *info = find_alg(key, err);

	*out = NULL;
	if (info == NULL)
		return -1;
	return info->kind == CRYPTO_RSA ? rsa_public(key, out, err) :
	    crypto_key_from_point(info->kind, key->key, key->key_len, out,
	    err);
}

int
dnskey_check(const struct dnskey *key, struct error *err)
{
	const struct alg_info *info = find_alg(key, err);
	struct crypto_key *public;
	int rc;

	if (info == NULL)
		return -1;
	if (info->kind != CRYPTO_RSA)
		return crypto_point_check(info->kind, key->key, key->key_len,
		    err);
	rc = rsa_public(key, &public, err);
	crypto_key_free(public);
	return rc;
}

/* RFC 4034 appendix B: the octets of the RDATA, summed as in a checksum. */
static uint16_t
tag_with(const struct dnskey *key, uint16_t flags)
{
	uint32_t sum = flags;
	size_t i;

	/* Appendix B.1: RSAMD5 takes it from the end of the modulus. */
	if (key->alg == 1 && key->key_len >= 3)
		return (uint16_t)(key->key[key->key_len - 3] << 8 |
		    key->key[key->key_len - 2]);
	sum += (uint32_t)key->protocol << 8 | key->alg;
	for (i = 0; i < key->key_len; i++)
		sum += i % 2 == 0 ? (uint32_t)key->key[i] << 8 : key->key[i];
	sum += sum >> 16;
	return (uint16_t)sum;
}

uint16_t
dnskey_tag(const struct dnskey *key)
{

	return tag_with(key, key->flags);
}

uint16_t
dnskey_revoked_tag(const struct dnskey *key)
{

	return tag_with(key, key->flags | DNSKEY_REVOKE);
}

bool
dnskey_collides(const struct dnskey *key, const uint16_t *tags, size_t n)
{
	const uint16_t tag = dnskey_tag(key);
	const uint16_t revoked = dnskey_revoked_tag(key);
	size_t i;

	for (i = 0; i < n; i++)
		if (tags[i] == tag || tags[i] == revoked)
			return true;
	return false;
}

unsigned int
dnskey_bits(const struct dnskey *key)
{
	struct rsa_parts rsa;

	switch (key->alg) {
	case 1:			/* RFC 3110 has one form for all of RSA */
	case 5:
	case 7:
	case ALG_RSASHA256:
	case 10:
		return rsa_split(key, &rsa) != 0 ? 0 : rsa_bits(&rsa);
	case ALG_ECDSAP256SHA256:
	case ALG_ED25519:
		return 256;
	case ALG_ECDSAP384SHA384:
		return 384;
	default:
		return 0;
	}
}

bool
dnskey_is_same_key(const struct dnskey *a, const struct dnskey *b)
{

	return a->alg == b->alg && a->key_len == b->key_len &&
	    memcmp(a->key, b->key, a->key_len) == 0;
}

void
dnskey_text(const struct dnskey *key, struct buf *out)
{
	char *base64 = crypto_base64(key->key, key->key_len);

	buf_printf(out, "%u %u %u %s", key->flags, key->protocol, key->alg,
	    base64);
	free(base64);
}
