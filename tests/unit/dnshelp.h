/* Records for tests, read from their zone-file lines. */
#ifndef TESTS_UNIT_DNSHELP_H
#define TESTS_UNIT_DNSHELP_H

#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/dns/zonefile.h"
#include "tests/unit/vectors.h"

/**
 * dnshelp_name(text):
 * The name ${text}.
 */
struct name dnshelp_name(const char *text);

/**
 * dnshelp_zonefile(text):
 * The records in ${text}, origin the root. Owner: the caller.
 */
struct zonefile *dnshelp_zonefile(const char *text);

/**
 * dnshelp_rrset(lines, n):
 * The RRset of the ${n} zone-file ${lines}. Owner: the caller.
 */
struct rrset *dnshelp_rrset(const char *const *lines, size_t n);

/**
 * dnshelp_rrsets(lines, n, out):
 * Each of the ${n} zone-file ${lines} as an RRset of its own in ${out}.
 *
 * dnshelp_rrsets_free(list, n):
 * Free them.
 */
void dnshelp_rrsets(const char *const *lines, size_t n, struct rrset **out);
void dnshelp_rrsets_free(struct rrset *const *list, size_t n);

/**
 * dnshelp_key(line), dnshelp_rrsig(line):
 * The DNSKEY or RRSIG that the zone-file ${line} holds.
 */
struct dnskey dnshelp_key(const char *line);
struct rrsig dnshelp_rrsig(const char *line);

#endif
