#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/service/health_headline.h"

#define DAY_S 86400

static const struct {
	const char	*check;
	const char	*fault;
} faults[] = {
	{ "store", "records that cannot be believed; next: kmgr verify" },
	{ "signed-coverage", "signed for too short a time; next: kmgr run, or "
	    "kmgr sign-zsks" },
	{ "served-signature", "served signatures end too soon; next: publish "
	    "what kmgr run wrote last" },
	{ "token-signature", "KSKs cannot sign; next: kmgr list-tokens, kmgr "
	    "verify" },
	{ "ksk-age", "KSKs at the end of their lifetime; next: kmgr roll-ksk "
	    "ZONE" },
	{ "inception", "signatures that begin in the future; next: compare "
	    "the clocks" },
	{ "ds-match", "DS that lead to no KSK that signs, or a parent that "
	    "does not answer; next: kmgr check-parent ZONE" },
	{ "served-set", "servers without what was released last; next: "
	    "publish it" },
	{ "operator-wait", "somebody is waited for; next: kmgr status" },
	{ "parent-ds-ttl", "DS of another TTL than is reckoned with; next: "
	    "parent-ds-ttl: in the configuration" },
	{ "child-ttl", "TTLs longer than those reckoned with; next: timing: "
	    "in the configuration" },
	{ "key-tag", "keys that have a tag in common; next: kmgr roll-ksk "
	    "ZONE" },
	{ "unknown-record", "records that nobody here knows; next: kmgr "
	    "check-parent ZONE" },
	{ "cds", "CDS or CDNSKEY that are not those wanted; next: publish "
	    "what kmgr run wrote last" },
	{ "algorithms", "not signed with all algorithms of the DS; next: have "
	    "the zone signer sign with them" },
	{ "validation", "resolvers do not validate them; next: kmgr status" },
	{ "run-lateness", "something is due; next: kmgr run, and see why its "
	    "timer does not" },
	{ "run-failure", "run fails; next: kmgr run" },
	{ "policy", "a policy that does not fit; next: kmgr check ZONE" },
	{ "backup", "no backup; next: kmgr backup FILE" },
	{ "standby", "no standby KSK; next: kmgr plan ZONE" },
	{ "drift", "the parent has not the DS that it was told to have; "
	    "next: kmgr check-parent ZONE" },
	{ "oracle", "resolvers may lose the chain of trust; next: kmgr plan "
	    "ZONE" },
	{ "released-signature", "what was released does not verify; next: "
	    "kmgr verify" },
	{ "store-settings", "the database may lose what was committed; next: "
	    "its settings" },
	{ "store-clock", "this machine and the database have other times; "
	    "next: compare the clocks" },
};

#define N_FAULTS (sizeof(faults) / sizeof(faults[0]))

const char *
health_fault(const char *check)
{
	size_t i;

	for (i = 0; i < N_FAULTS; i++)
		if (strcmp(faults[i].check, check) == 0)
			return faults[i].fault;
	return NULL;
}

/* What a check found that is as bad as anything. */
struct found {
	const struct health_finding	*first, *last;
	size_t				 n_zones;
};

static struct found *
found_by(struct found *list, size_t *n, const struct health_finding *finding)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp(list[i].first->check, finding->check) == 0)
			return &list[i];
	list[*n] = (struct found) { .first = finding };
	return &list[(*n)++];
}

static bool
is_same_zone(const struct health_finding *last,
    const struct health_finding *finding)
{

	return last != NULL && last->zone != NULL && finding->zone != NULL &&
	    strcmp(last->zone, finding->zone) == 0;
}

/* Findings that are as bad as level, by their checks; zones stand together. */
static void
count(const struct health_report *report, enum health_level level,
    struct found *list, size_t *n)
{
	const struct health_finding *finding;
	struct found *found;
	size_t i;

	for (i = 0; i < report->n; i++) {
		finding = &report->findings[i];
		if (finding->level != level)
			continue;
		found = found_by(list, n, finding);
		found->n_zones += finding->n_more;
		if (!is_same_zone(found->last, finding))
			found->n_zones++;
		found->last = finding;
	}
}

/* Of a zone checks were made in their order; NULL: nothing is wrong. */
static const struct found *
commonest(const struct found *list, size_t n)
{
	const struct found *most = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (most == NULL || list[i].n_zones > most->n_zones)
			most = &list[i];
	return most;
}

static void
put_coverage(const struct health_report *report, struct buf *out)
{

	if (report->coverage_s == HEALTH_UNKNOWN_S)
		buf_printf(out, "nothing is signed");
	else if (report->coverage_s <= 0)
		buf_printf(out, "signatures are expired (%s)",
		    report->coverage_zone);
	else
		buf_printf(out, "%.1f days of signed coverage left (%s)",
		    (double)report->coverage_s / DAY_S,
		    report->coverage_zone);
}

void
health_headline(const struct health_report *report, struct buf *out)
{
	struct found *list = mem_new((report->n + 1) * sizeof(*list));
	const struct found *found;
	size_t n = 0;

	count(report, health_worst(report), list, &n);
	found = commonest(list, n);
	if (found == NULL || (report->coverage_s != HEALTH_UNKNOWN_S &&
	    strcmp(found->first->check, "signed-coverage") == 0))
		put_coverage(report, out);
	else if (found->n_zones == 1)
		buf_printf(out, "%s%s%s", found->first->zone == NULL ? "" :
		    found->first->zone, found->first->zone == NULL ? "" :
		    ": ", found->first->text);
	else
		buf_printf(out, "%zu zones: %s", found->n_zones,
		    health_fault(found->first->check));
	free(list);
}
