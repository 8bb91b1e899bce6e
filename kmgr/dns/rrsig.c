#include <stdlib.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/rrsig.h"

#define RDATA_FIXED 18		/* octets before the signer's name */

int
rrsig_init(struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key, int64_t inception_at, int64_t expiration_at,
    struct error *err)
{
	char from[WHEN_TEXT_LEN], to[WHEN_TEXT_LEN];

	(void)when_rfc3339(inception_at, from);
	(void)when_rfc3339(expiration_at, to);
	if (rrset->n_rdata == 0)
		return err_set(err, ERR_INPUT, "an empty RRset");
	if (inception_at < 0 || expiration_at > UINT32_MAX)
		return err_set(err, ERR_INPUT, "a signature from %s to %s "
		    "does not lie between 1970 and 2106", from, to);
	if (inception_at >= expiration_at)
		return err_set(err, ERR_INPUT, "a signature from %s to %s is "
		    "valid at no time", from, to);
	/* RFC 4034 s3.1.5, RFC 1982: beyond, "later" would mean "earlier". */
	if (expiration_at - inception_at > INT32_MAX)
		return err_set(err, ERR_INPUT, "a signature from %s to %s is "
		    "valid for more than 2^31 - 1 seconds", from, to);
	memset(rrsig, 0, sizeof(*rrsig));
	rrsig->type_covered = rrset->type;
	rrsig->alg = key->alg;
	rrsig->labels = name_labels(&rrset->owner);
	rrsig->original_ttl = rrset->ttl;
	rrsig->expiration_at = expiration_at;
	rrsig->inception_at = inception_at;
	rrsig->key_tag = dnskey_tag(key);
	rrsig->signer = rrset->owner;
	return 0;
}

/* RFC 4034 s3.1: all but the signature. */
static void
add_head(const struct rrsig *rrsig, struct buf *out)
{

	buf_add_u16(out, rrsig->type_covered);
	buf_add_u8(out, rrsig->alg);
	buf_add_u8(out, rrsig->labels);
	buf_add_u32(out, rrsig->original_ttl);
	buf_add_u32(out, (uint32_t)rrsig->expiration_at);
	buf_add_u32(out, (uint32_t)rrsig->inception_at);
	buf_add_u16(out, rrsig->key_tag);
	buf_add(out, rrsig->signer.wire, rrsig->signer.len);
}

void
rrsig_tbs(const struct rrsig *rrsig, const struct rrset *rrset,
    struct buf *out)
{
	struct rrset original = *rrset;

	/* RFC 4034 s3.1.8.1: RRSIG_RDATA | RR(1) | RR(2)... */
	original.ttl = rrsig->original_ttl;
	add_head(rrsig, out);
	rrset_wire(&original, out);
}

/* The first of RFC 4035 s5.3.1's demands that does not hold, or NULL. */
static const char *
mismatch(const struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key)
{

	if (rrset->n_rdata == 0)
		return "there are no records";
	if (rrsig->type_covered != rrset->type)
		return "it covers another type";
	if (!name_is_same(&rrset->owner, &rrsig->signer) &&
	    !name_is_below(&rrset->owner, &rrsig->signer))
		return "its signer is not the owner's zone";
	if (rrsig->labels != name_labels(&rrset->owner))
		return "it has another number of labels";
	if (rrsig->original_ttl != rrset->ttl)
		return "it has another TTL";
	if (rrsig->inception_at >= rrsig->expiration_at ||
	    rrsig->expiration_at - rrsig->inception_at > INT32_MAX)
		return "it is valid at no time";
	if (rrsig->alg != key->alg)
		return "it is of another algorithm than the key";
	if (rrsig->key_tag != dnskey_tag(key))
		return "it is by a key with another tag";
	if ((key->flags & DNSKEY_ZONE) == 0 || key->protocol != 3)
		return "the key is no zone key";
	return NULL;
}

int
rrsig_verify_by(const struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key, const struct crypto_key *public,
    struct error *err)
{
	const char *why = mismatch(rrsig, rrset, key);
	struct buf tbs = BUF_INIT;
	int rc;

	if (why != NULL) {
		rc = err_set(err, ERR_INTEGRITY, "%s", why);
	} else {
		rrsig_tbs(rrsig, rrset, &tbs);
		rc = crypto_key_verify(public, tbs.data, tbs.len, rrsig->sig,
		    rrsig->sig_len, err);
	}
	if (rc != 0)
		(void)err_wrap(err, "RRSIG %s by key %u (%s)",
		    rrtype_name(rrset->type), rrsig->key_tag,
		    alg_name(rrsig->alg));
	buf_free(&tbs);
	return rc;
}

int
rrsig_verify(const struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key, struct error *err)
{
	struct crypto_key *public = NULL;
	int rc;

	if (dnskey_public(key, &public, err) != 0) {
		err->class = ERR_INTEGRITY;
		return err_wrap(err, "RRSIG %s by key %u (%s)",
		    rrtype_name(rrset->type), rrsig->key_tag,
		    alg_name(rrsig->alg));
	}
	rc = rrsig_verify_by(rrsig, rrset, key, public, err);
	crypto_key_free(public);
	return rc;
}

void
rrsig_rdata(const struct rrsig *rrsig, struct buf *out)
{

	add_head(rrsig, out);
	buf_add(out, rrsig->sig, rrsig->sig_len);
}

static uint32_t
u32_at(const uint8_t *p)
{

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* The length of the name that begins at p, 0 where it does not end. */
static size_t
name_len_at(const uint8_t *p, size_t len)
{
	size_t at;

	for (at = 0; at < len && p[at] != 0; at += 1 + (size_t)p[at])
		continue;
	return at < len ? at + 1 : 0;
}

int
rrsig_from_rdata(const uint8_t *rdata, size_t len, struct rrsig *out,
    struct error *err)
{
	struct name signer;
	size_t name_len, sig_len;

	name_len = len < RDATA_FIXED ? 0 :
	    name_len_at(rdata + RDATA_FIXED, len - RDATA_FIXED);
	if (name_len == 0)
		return err_set(err, ERR_INPUT, "an RRSIG that is cut off");
	if (name_from_wire(rdata + RDATA_FIXED, name_len, &signer, err) != 0)
		return err_wrap(err, "the signer of an RRSIG");
	sig_len = len - RDATA_FIXED - name_len;
	if (sig_len == 0 || sig_len > sizeof(out->sig))
		return err_set(err, ERR_INPUT,
		    "a signature of %zu octets; 1 to %zu are possible",
		    sig_len, sizeof(out->sig));
	memset(out, 0, sizeof(*out));
	out->type_covered = (uint16_t)(rdata[0] << 8 | rdata[1]);
	out->alg = rdata[2];
	out->labels = rdata[3];
	out->original_ttl = u32_at(rdata + 4);
	out->expiration_at = u32_at(rdata + 8);
	out->inception_at = u32_at(rdata + 12);
	out->key_tag = (uint16_t)(rdata[16] << 8 | rdata[17]);
	out->signer = signer;
	out->sig_len = sig_len;
	memcpy(out->sig, rdata + RDATA_FIXED + name_len, sig_len);
	return 0;
}

void
rrsig_rdata_text(const struct rrsig *rrsig, struct buf *out)
{
	char from[WHEN_TEXT_LEN], to[WHEN_TEXT_LEN];
	char signer[NAME_TEXT_MAX];
	char *base64 = crypto_base64(rrsig->sig, rrsig->sig_len);

	rrtype_text(rrsig->type_covered, out);
	buf_printf(out, " %u %u %u %s %s %u %s %s", rrsig->alg,
	    rrsig->labels, rrsig->original_ttl,
	    when_dns(rrsig->expiration_at, to),
	    when_dns(rrsig->inception_at, from), rrsig->key_tag,
	    name_text(&rrsig->signer, signer), base64);
	free(base64);
}

void
rrsig_text(const struct rrsig *rrsig, const struct name *owner,
    struct buf *out)
{
	char text[NAME_TEXT_MAX];

	buf_printf(out, "%s %u IN RRSIG ", name_text(owner, text),
	    rrsig->original_ttl);
	rrsig_rdata_text(rrsig, out);
	buf_add(out, "\n", 1);
}
