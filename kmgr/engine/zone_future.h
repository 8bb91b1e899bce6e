/*
 * What the oracle says of a zone's future as it was simulated: facts of the
 * keys in, holes out. It looks at the instants at which records come and go,
 * not at states, and so knows nothing of what decides by them.
 */
#ifndef ENGINE_ZONE_FUTURE_H
#define ENGINE_ZONE_FUTURE_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/engine/oracle.h"
#include "kmgr/engine/zone_gap.h"
#include "kmgr/life/life.h"

struct zone_future_answer {
	struct oracle_hole	*holes;
	size_t			 n_holes;
	int64_t			 until_at;	/* so far was asked */
	struct zone_gap		 gap;
};

/**
 * zone_future_ask(zone, from_at, until_at, out):
 * The holes between ${from_at} and ${until_at}, and the gap, if the facts of
 * the keys of ${zone}, also those that are to come, are what happens. A DS may
 * be there from when the parent was asked for it, and is there for sure once it
 * was seen; likewise when it goes; all that may be in between is looked at. A
 * key in the DNSKEY RRset signs it without end; another provider's key is in it
 * since it was added.
 *
 * Owner: the caller, zone_future_answer_clear().
 */
void zone_future_ask(const struct life_zone *zone, int64_t from_at,
    int64_t until_at, struct zone_future_answer *out);
void zone_future_answer_clear(struct zone_future_answer *answer);

/**
 * zone_future_verdict(answer, out):
 * Append what to say of it: one line without its end.
 */
void zone_future_verdict(const struct zone_future_answer *answer,
    struct buf *out);

#endif
