/* The DNSSEC extension of EPP (RFC 5910): how registrars tell registries. */
#ifndef KMGR_DNS_EPP_H
#define KMGR_DNS_EPP_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/name.h"

/**
 * epp_add_ds(zone, ds, n, out), epp_add_keys(zone, keys, n, out):
 * Append the <update> command that adds ${n} DS or keys to the domain
 * ${zone}, through the DS-data or the key-data interface.
 *
 * epp_remove_ds(zone, ds, n, out), epp_remove_keys(zone, keys, n, out):
 * Likewise that removes them.
 *
 * Source: RFC 5910 s4.1, s4.2, s5.2.5.
 */
void epp_add_ds(const struct name *zone, const struct ds *ds, size_t n,
    struct buf *out);
void epp_add_keys(const struct name *zone, const struct dnskey *keys, size_t n,
    struct buf *out);
void epp_remove_ds(const struct name *zone, const struct ds *ds, size_t n,
    struct buf *out);
void epp_remove_keys(const struct name *zone, const struct dnskey *keys,
    size_t n, struct buf *out);

#endif
