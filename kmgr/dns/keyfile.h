/*
 * Files of public keys as dnssec-keygen names and writes them,
 * Kexample.com.+013+12345.key; the private key beside one is never opened.
 */
#ifndef KMGR_DNS_KEYFILE_H
#define KMGR_DNS_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"

/**
 * keyfile_zone(file, zone):
 * Whether ${file}, without its folder, is the name of such a file, and the
 * zone that it is of.
 */
bool keyfile_zone(const char *file, struct name *zone);

/**
 * keyfile_read(path, zone, out, n_ksks, err):
 * Append what the file ${path}, of ${zone}, says to ${out}; where that is a
 * KSK's DNSKEY, with the SEP flag, count it in *${n_ksks} instead.
 *
 * Errors: ERR_SYSTEM, ERR_INPUT (no regular file; no records).
 */
int keyfile_read(const char *path, const struct name *zone, struct buf *out,
    size_t *n_ksks, struct error *err);

#endif
