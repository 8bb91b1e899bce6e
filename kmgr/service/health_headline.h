/* What is wrong, in one line, for who reads no second one. */
#ifndef SERVICE_HEALTH_HEADLINE_H
#define SERVICE_HEALTH_HEADLINE_H

#include "kmgr/base/buf.h"
#include "kmgr/service/health.h"

/**
 * health_headline(report, out):
 * Append the worst finding; of several that are as bad what most zones have,
 * and of those what was found first: "example.com.: KSK ...; next: ...", or,
 * where it is of more than one zone, "300 zones: no backup; next: ...". Where
 * there is none, or it is the coverage, the coverage of the worst zone.
 *
 * health_fault(check): what zones have where the check with that id finds
 * something, and what to do; NULL: there is no such check.
 */
void health_headline(const struct health_report *report, struct buf *out);
const char *health_fault(const char *check);

#endif
