/*
 * Zones in a store, with KSKs that CMKs of the test's own endorsed and events
 * that tell of their facts: what the engine loads, and no token.
 */
#ifndef TESTS_UNIT_ZONESTORE_H
#define TESTS_UNIT_ZONESTORE_H

#include "kmgr/engine/zone_life.h"
#include "tests/unit/endorsed.h"
#include "tests/unit/storehelp.h"

#define ZONESTORE_NOW	INT64_C(1800000000)	/* the instant of the run */
#define ZONESTORE_ZONE	"example.com."
#define ZONESTORE_MAX	8			/* CMKs, and KSKs */

struct zonestore {
	struct storehelp *help;			/* borrowed */
	struct session	 *session;		/* with the store of help */
	struct cmk_cache  cache;
	struct zone_life *zone;			/* from zonestore_load() */
	struct endorsed	 *cmks[ZONESTORE_MAX];
	size_t		  n_cmks;
	struct endorsed	 *ksks[ZONESTORE_MAX];	/* rows as they are told of */
	size_t		  n_ksks;
};

/**
 * zonestore_open(zs, help, config), zonestore_close(zs):
 * Begin a run at ZONESTORE_NOW on the empty store of ${help}, with the YAML
 * ${config} behind store and token, which is not there.
 */
void zonestore_open(struct zonestore *zs, struct storehelp *help,
    const char *config);
void zonestore_close(struct zonestore *zs);

/**
 * zonestore_cmk(zs, policy):
 * One more sealed CMK, with the YAML lines ${policy} behind version and zones.
 * Returns its index.
 */
size_t zonestore_cmk(struct zonestore *zs, const char *policy);

/**
 * zonestore_ksk(zs, cmk, facts):
 * One more KSK of the zone, with the standby and the instants of ${facts},
 * which may be NULL, under the CMK with the index ${cmk}, and its event.
 * Returns its index, and position among the zone's keys.
 */
size_t zonestore_ksk(struct zonestore *zs, size_t cmk,
    const struct life_key *facts);

/**
 * zonestore_change(zs, i, facts):
 * The KSK with the index ${i} has other facts from now on; its event says so.
 */
void zonestore_change(struct zonestore *zs, size_t i,
    const struct life_key *facts);

/**
 * zonestore_foreign(zs, n, facts):
 * A KSK of another provider that ${n} makes, likewise, told of under the first
 * CMK. Owner of what is returned: the caller, foreign_facts_clear().
 */
struct foreign_key_row zonestore_foreign(struct zonestore *zs,
    unsigned int n, const struct life_key *facts);

/**
 * zonestore_tell(zs, type, payload_take):
 * Append an event.
 */
void zonestore_tell(struct zonestore *zs, const char *type,
    struct json *payload_take);

/**
 * zonestore_load(zs):
 * zone_life_load() of the zone as it is now; 0 or -1, and the error in
 * zs->help->err.
 */
int zonestore_load(struct zonestore *zs);

#endif
