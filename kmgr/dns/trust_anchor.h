/* Trust anchors as the file that validators read (RFC 9718, RFC 7958). */
#ifndef KMGR_DNS_TRUST_ANCHOR_H
#define KMGR_DNS_TRUST_ANCHOR_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"

struct trust_anchor {
	struct dnskey	 key;
	enum digest	 digest;
	const char	*id;		/* of the key, unique in the file */
	int64_t		 valid_from_at;
	int64_t		 valid_until_at; /* 0: no end is known */
};

/**
 * trust_anchor_write(zone, source, anchors, n, out):
 * Append the XML file of the ${n} ${anchors} of ${zone}, each with its public
 * key and flags, by validity's beginning. ${source} is the URL where the file
 * is to be found. The file's id is made of its keys: the same keys, the same
 * id.
 *
 * Source: RFC 9718 s2.1; s2.3 for the elements that RFC 7958 had not.
 */
void trust_anchor_write(const struct name *zone, const char *source,
    const struct trust_anchor *anchors, size_t n, struct buf *out);

#endif
