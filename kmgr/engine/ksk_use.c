#include "kmgr/engine/ksk_use.h"

bool
ksk_use_is_at_parent(const struct ksk_row *row)
{

	return row->ds_seen_at != 0 && row->ds_gone_at == 0;
}

bool
ksk_use_wants_ds(const struct ksk_row *row)
{

	return row->ds_gone_at == 0;
}

size_t
ksk_use_wanted_first(struct ksk *list, size_t n)
{
	struct ksk wanted;
	size_t i, n_wanted = 0;

	for (i = 0; i < n; i++) {
		if (!ksk_use_wants_ds(&list[i].row))
			continue;
		wanted = list[i];
		list[i] = list[n_wanted];
		list[n_wanted++] = wanted;
	}
	return n_wanted;
}

int64_t
ksk_use_ds_out_at(const struct ksk *ksks, size_t n, size_t i)
{
	int64_t wait_s = 0, s;
	size_t k;

	if (ksks[i].row.ds_gone_at == 0)
		return ksks[i].row.ds_seen_at == 0 ? 0 : KSK_USE_NEVER;
	for (k = 0; k < n; k++)
		if ((s = policy_ds_s(ksks[k].cmk->policy)) > wait_s)
			wait_s = s;
	return ksks[i].row.ds_gone_at + wait_s;
}

/* Whether the ith KSK's DS was at the parent, and no cache has it now. */
static bool
is_out(const struct ksk_use *use, size_t i)
{

	return use->ksks[i].row.ds_gone_at != 0 &&
	    ksk_use_ds_out_at(use->ksks, use->n, i) <= use->now_at;
}

/* Whether the set has ZSKs of the ith KSK's algorithm that need it. */
static bool
is_needed(const struct ksk_use *use, size_t i)
{
	const uint8_t alg = use->ksks[i].row.alg;
	size_t k;

	for (k = 0; k < use->n; k++)
		if (use->ksks[k].row.alg == alg && !is_out(use, k))
			return false;
	for (k = 0; k < use->n_zsk_algs; k++)
		if (use->zsk_algs[k] == alg)
			return true;
	return false;
}

bool
ksk_use_signs(const struct ksk_use *use, size_t i)
{
	size_t k;

	if (!is_out(use, i) || is_needed(use, i))
		return true;
	for (k = 0; k < use->n; k++)
		if (ksk_use_is_at_parent(&use->ksks[k].row))
			return false;
	return true;
}
