/* A request to sign ZSKs, for tests: policy, KSKs, records and a window. */
#ifndef TESTS_UNIT_ZSKS_H
#define TESTS_UNIT_ZSKS_H

#include "kmgr/base/buf.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/zonefile.h"
#include "policy/policy.h"
#include "policy/rules.h"

#define ZSKS_NOW 1795000000	/* 2026-11-18T09:06:40Z */

struct zsks {
	struct policy		*policy;
	struct zonefile		*zonefile;
	struct dnskey		 ksks[4];
	struct rules_zsks	 request;
};

/**
 * zsks_init(zsks, text):
 * Make a request for example.com of the zone-file ${text}: "; policy: YAML"
 * lines in it are added to the two-line policy, "; ksks: 13 15" names the
 * algorithms of the KSKs (default 13) in tests/fixtures/ksks.zone. Its window
 * is what the policy makes of ZSKS_NOW.
 */
void zsks_init(struct zsks *zsks, const struct buf *text);

/**
 * zsks_read(zsks, name):
 * As zsks_init() of tests/fixtures/good-zsks/${name}.zone.
 */
void zsks_read(struct zsks *zsks, const char *name);

/**
 * zsks_clear(zsks):
 * Free what ${zsks} holds.
 */
void zsks_clear(struct zsks *zsks);

/**
 * zsks_badness(verdict):
 * 2 of a failure, 1 of a warning, else 0.
 */
int zsks_badness(enum finding_verdict verdict);

/**
 * zsks_verdict(findings, rule):
 * The worst verdict of ${rule}; the test fails if it left no finding.
 */
enum finding_verdict zsks_verdict(const struct findings *findings,
    const char *rule);

#endif
