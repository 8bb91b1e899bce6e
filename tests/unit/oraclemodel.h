/*
 * What the oracle must find, by trying: every resolver, every second at which
 * it could have taken each set, every way to have validated it.
 */
#ifndef TESTS_UNIT_ORACLEMODEL_H
#define TESTS_UNIT_ORACLEMODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/engine/oracle.h"

/**
 * oraclemodel_is_bogus(world, dnskeys, ds, at):
 * Whether a resolver may have both sets in its caches at ${at} and no chain.
 */
bool oraclemodel_is_bogus(const struct oracle_world *world, size_t dnskeys,
    size_t ds, int64_t at);

/**
 * oraclemodel_is_unserved(world, ds, at):
 * Whether no DNSKEY set is to be had at ${at}, and somebody who has ${ds}
 * would need one.
 */
bool oraclemodel_is_unserved(const struct oracle_world *world, size_t ds,
    int64_t at);

/* Every second of this many from the world's start, for each set. */
#define ORACLEMODEL_SECONDS 64
#define ORACLEMODEL_SETS    8

struct oraclemodel_followers {
	bool	is_bogus[ORACLEMODEL_SETS][ORACLEMODEL_SECONDS];
};

/**
 * oraclemodel_follow(world, from_at, out):
 * Every life that a follower of RFC 5011 with the anchors of ${world} can
 * lead from ${from_at} on, looking when it likes but often enough: at which
 * seconds with which set one of them is without a chain. At most four keys.
 */
void oraclemodel_follow(const struct oracle_world *world, int64_t from_at,
    struct oraclemodel_followers *out);

#endif
