#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/engine/ksk_end_check.h"
#include "kmgr/engine/ksk_use.h"

/* Nobody can know it: it was never in a DNSKEY RRset, and has no DS. */
static bool
was_never_used(const struct ksk_row *row, int64_t horizon_at)
{

	return row->ds_seen_at == 0 && horizon_at == 0 &&
	    strcmp(row->state, "generated") == 0;
}

/* Whether the parent has the DS of another KSK of the zone. */
static bool
has_successor(const struct ksk *ksks, size_t n, size_t i)
{
	size_t k;

	for (k = 0; k < n; k++)
		if (k != i && ksk_use_is_at_parent(&ksks[k].row))
			return true;
	return false;
}

static int
refuse_ds(const struct ksk *ksks, size_t n, size_t i, struct error *err)
{
	const struct ksk_row *row = &ksks[i].row;
	char text[WHEN_TEXT_LEN];

	if (row->ds_seen_at == 0)
		(void)err_set(err, ERR_POLICY, "it has signed, or may have "
		    "before a loss of the store, and nobody has told that the "
		    "parent has no DS of it");
	else if (has_successor(ksks, n, i))
		(void)err_set(err, ERR_POLICY, "its DS is at the parent since "
		    "%s", when_rfc3339(row->ds_seen_at, text));
	else
		(void)err_set(err, ERR_POLICY, "it is the last KSK of the "
		    "zone whose DS is at the parent, since %s: without it "
		    "the zone would be bogus", when_rfc3339(row->ds_seen_at,
		    text));
	return err_hint(err, "once the parent has no DS of it, kmgr ds-gone "
	    "%s/%u starts the wait", row->zone, row->key_tag);
}

int64_t
ksk_end_at(const struct ksk *ksks, size_t n, size_t i, int64_t horizon_at)
{
	const struct ksk_row *row = &ksks[i].row;
	int64_t out_at;

	if (was_never_used(row, horizon_at))
		return 0;
	if (row->ds_gone_at == 0)
		return KSK_USE_NEVER;
	out_at = ksk_use_ds_out_at(ksks, n, i);
	return out_at > horizon_at ? out_at : horizon_at;
}

int
ksk_end_check(const struct ksk *ksks, size_t n, size_t i, int64_t horizon_at,
    int64_t now_at, struct error *err)
{
	const int64_t end_at = ksk_end_at(ksks, n, i, horizon_at);
	const struct ksk_row *row = &ksks[i].row;
	char end[WHEN_TEXT_LEN], gone[WHEN_TEXT_LEN];

	if (end_at == KSK_USE_NEVER)
		return refuse_ds(ksks, n, i, err);
	if (end_at <= now_at)
		return 0;
	(void)when_rfc3339(end_at, end);
	if (end_at == horizon_at)
		return err_set(err, ERR_NOT_YET, "a signature by it is valid "
		    "until %s", end);
	return err_set(err, ERR_NOT_YET, "caches may have its DS until %s "
	    "(gone at %s, then parent-ds-ttl + parent-propagation-delay + "
	    "retire-safety)", end, when_rfc3339(row->ds_gone_at, gone));
}
