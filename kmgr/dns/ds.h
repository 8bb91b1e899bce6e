/* DS records (RFC 4034 section 5), CDS and CDNSKEY (RFC 7344, RFC 8078). */
#ifndef KMGR_DNS_DS_H
#define KMGR_DNS_DS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"

/* A value: copied by assignment, owns nothing. */
struct ds {
	uint16_t	key_tag;
	uint8_t		alg;
	uint8_t		digest_type;
	size_t		digest_len;
	uint8_t		digest[48];
};

/**
 * ds_init(ds, zone, key, digest):
 * The DS of ${key} at ${zone}: ${digest} over owner name and DNSKEY RDATA.
 *
 * Source: RFC 4034 s5.1.4, RFC 4509 s2.1 (SHA-256), RFC 6605 s2 (SHA-384).
 */
void ds_init(struct ds *ds, const struct name *zone, const struct dnskey *key,
    enum digest digest);

/**
 * ds_rdata(ds, out), ds_text(ds, out):
 * Append the RDATA, also that of a CDS, in wire or presentation form (digest
 * in upper-case hex, as registrars' forms show it).
 */
void ds_rdata(const struct ds *ds, struct buf *out);
void ds_text(const struct ds *ds, struct buf *out);

/**
 * ds_from_rdata(rdata, len, out, err):
 * Take RDATA apart.
 *
 * Errors: ERR_INPUT (too short, digest of the wrong length for its type).
 */
int ds_from_rdata(const uint8_t *rdata, size_t len, struct ds *out,
    struct error *err);

/**
 * ds_is_same(a, b), ds_is_among(ds, list, n):
 * Whether tag, algorithm, digest type and digest are equal; whether ${ds} is
 * the same as one of the ${n} of ${list}.
 */
bool ds_is_same(const struct ds *a, const struct ds *b);
bool ds_is_among(const struct ds *ds, const struct ds *list, size_t n);

#endif
