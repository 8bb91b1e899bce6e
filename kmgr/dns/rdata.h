/* RDATA as people write it. */
#ifndef KMGR_DNS_RDATA_H
#define KMGR_DNS_RDATA_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"

/**
 * rdata_type_read(text, out, err):
 * Read a record type by its name, in either case, or as TYPE<number>. Types
 * that no record has (0, OPT, ANY, AXFR and the like) are refused.
 *
 * Errors: ERR_INPUT.
 * Source: RFC 3597 s5, RFC 6895 s3.1.
 */
int rdata_type_read(const char *text, uint16_t *out, struct error *err);

/**
 * rdata_read(type, fields, n, origin, out, err):
 * Append the RDATA of ${type} that the ${n} ${fields} of a zone file mean;
 * names are relative to ${origin}. DNSKEY, CDNSKEY, DS, CDS and RRSIG are
 * read strictly (numbers decimal and in range, base64 and hex exact), the
 * common other types as ldns reads them, any type in the form "\# length
 * hex".
 *
 * Errors: ERR_INPUT.
 * Source: RFC 4034 s2.2, s3.2, s5.3; RFC 3597 s5.
 */
int rdata_read(uint16_t type, char *const *fields, size_t n,
    const struct name *origin, struct buf *out, struct error *err);

#endif
