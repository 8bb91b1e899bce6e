/*
 * SubjectPublicKeyInfo of keys on curves: a fixed head and the point, which
 * OpenSSL's general decoder takes a thousand times longer to see. RSA keys
 * are the decoder's.
 */
#ifndef KMGR_BASE_SPKI_H
#define KMGR_BASE_SPKI_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"

/**
 * spki_find_point(der, len, kind, point_len):
 * The *${point_len} bytes of the point in the ${len} bytes ${der}, whose
 * curve goes to *${kind}; NULL where ${der} is not exactly such a key.
 *
 * Source: RFC 5480 s2 (P-256, P-384, uncompressed), RFC 8410 s4 (Ed25519).
 */
const uint8_t *spki_find_point(const uint8_t *der, size_t len,
    enum crypto_kind *kind, size_t *point_len);

/**
 * spki_add_point(kind, point, out):
 * Append the SubjectPublicKeyInfo of the ${point}, of the length that its
 * curve ${kind} has.
 */
void spki_add_point(enum crypto_kind kind, const uint8_t *point,
    struct buf *out);

#endif
