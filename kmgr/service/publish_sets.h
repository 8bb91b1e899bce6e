/* Signed RRsets at a zone's name, read from their zone-file form. */
#ifndef SERVICE_PUBLISH_SETS_H
#define SERVICE_PUBLISH_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/resolve_primary.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"

/* DNSKEY, CDS and CDNSKEY; without records: it is to go. */
#define PUBLISH_SETS_N 3

struct publish_sets {
	struct name	 zone;
	struct rrset	*rrsets[PUBLISH_SETS_N];
	struct rrsig	*rrsigs[PUBLISH_SETS_N];
	size_t		 n_rrsigs[PUBLISH_SETS_N];
	int64_t		 until_at;	/* end of the first signature */
};

/**
 * publish_sets_init(sets, zone, records, err):
 * Read ${records} of ${zone} as zsks_text() writes them, or none.
 *
 * Owner: the caller, publish_sets_clear(), also after a failure.
 * Errors: ERR_INPUT (others than these records, a set without signature, no
 * DNSKEY RRset).
 */
int publish_sets_init(struct publish_sets *sets, const char *zone,
    const struct buf *records, struct error *err);
void publish_sets_clear(struct publish_sets *sets);

/**
 * publish_sets_view(sets, out):
 * All of ${sets} as an update takes them, borrowed.
 */
void publish_sets_view(const struct publish_sets *sets,
    struct resolve_set out[static PUBLISH_SETS_N]);

#endif
