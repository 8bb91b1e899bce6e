#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_life_inner.h"

/* The standby words of the store and of policies. */
static enum life_standby
standby_of(const char *word)
{

	if (word != NULL && strcmp(word, "ds") == 0)
		return LIFE_STANDBY_DS;
	return word != NULL && strcmp(word, "dnskey") == 0 ?
	    LIFE_STANDBY_DNSKEY : LIFE_NO_STANDBY;
}

void
zone_life_key(const struct ksk *from, const char *name, struct life_key *key)
{
	const struct ksk_row *row = &from->row;

	*key = (struct life_key) { .name = name, .alg = row->alg,
		.key_tag = row->key_tag,
		.standby = standby_of(row->standby),
		.lifetime_s = from->cmk->policy->lifetime_s,
		.needs_backup = from->cmk->policy->require_backup,
		.backup_at = row->backup_at, .made_at = row->created_at,
		.dnskey_in_at = row->dnskey_in_at,
		.dnskey_out_at = row->dnskey_out_at,
		.ds_add_at = row->ds_add_at, .ds_seen_at = row->ds_seen_at,
		.ds_remove_at = row->ds_remove_at,
		.ds_gone_at = row->ds_gone_at, .retire_at = row->retire_at,
		.revoke_at = row->revoke_at,
		.is_compromised = row->compromised_at != 0 };
	key->is_usable = strcmp(from->cmk->row.state, "enabled") == 0;
	if (!key->is_usable)
		key->stopped_by = from->cmk->row.name;
}

static void
foreign_key(const struct foreign_key_row *row, const char *name,
    struct life_key *key)
{

	*key = (struct life_key) { .name = name, .alg = row->alg,
		.key_tag = row->key_tag, .is_foreign = true,
		.made_at = row->added_at, .dnskey_in_at = row->dnskey_in_at,
		.dnskey_out_at = row->dnskey_out_at,
		.ds_add_at = row->ds_add_at, .ds_seen_at = row->ds_seen_at,
		.ds_remove_at = row->ds_remove_at,
		.ds_gone_at = row->ds_gone_at, .retire_at = row->retire_at,
		.is_usable = true };
}

static void
fill_keys(struct zone_life *zone)
{
	const size_t n = zone->n_ksks + zone->n_foreign;
	struct life_zone *life = &zone->life;
	size_t i;

	zone->names = mem_new((n + 1) * sizeof(*zone->names));
	life->keys = mem_new((n + 1) * sizeof(*life->keys));
	life->n_keys = n;
	for (i = 0; i < zone->n_ksks; i++) {
		zone->names[i] = mem_printf("%s/%u", zone->text,
		    zone->ksks[i].row.key_tag);
		zone_life_key(&zone->ksks[i], zone->names[i], &life->keys[i]);
	}
	for (; i < n; i++) {
		const struct foreign_key_row *row =
		    &zone->foreign[i - zone->n_ksks];

		zone->names[i] = mem_printf("%s/%u", zone->text,
		    row->key_tag);
		foreign_key(row, zone->names[i], &life->keys[i]);
	}
}

static enum life_roll
roll_of(const struct policy *policy)
{

	switch (policy->roll_type) {
	case ROLL_DOUBLE_DS:
		return LIFE_DOUBLE_DS;
	case ROLL_DOUBLE_RRSET:
		return LIFE_DOUBLE_RRSET;
	case ROLL_DOUBLE_SIGNATURE:
	default:
		return LIFE_DOUBLE_SIGNATURE;
	}
}

static unsigned int
automation_of(const struct policy *policy)
{
	static const struct {
		enum policy_automation word;
		enum life_automation bit;
	} map[] = { { AUTOMATION_START, LIFE_AUTO_START },
		{ AUTOMATION_REPORT, LIFE_AUTO_REPORT },
		{ AUTOMATION_EXPIRE, LIFE_AUTO_EXPIRE },
		{ AUTOMATION_DONE, LIFE_AUTO_DONE } };
	unsigned int bits = 0;
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (policy_automates(policy, map[i].word))
			bits |= map[i].bit;
	return bits;
}

/* The policy that new KSKs come from; NULL where none is ours. */
static const struct policy *
newest_policy(const struct zone_life *zone)
{
	size_t i;

	for (i = zone->n_ksks; i-- > 0; )
		if (zone->life.keys[i].standby == LIFE_NO_STANDBY)
			return zone->ksks[i].cmk->policy;
	return zone->n_ksks == 0 ? NULL :
	    zone->ksks[zone->n_ksks - 1].cmk->policy;
}

static void
fill_policy(struct zone_life *zone)
{
	const struct policy *policy = newest_policy(zone);
	struct life_zone *life = &zone->life;

	if (policy == NULL) {
		life->automation = LIFE_AUTO_ALL;
		return;
	}
	life->roll = roll_of(policy);
	life->standby = policy->standby == STANDBY_DS ? LIFE_STANDBY_DS :
	    policy->standby == STANDBY_DNSKEY ? LIFE_STANDBY_DNSKEY :
	    LIFE_NO_STANDBY;
	life->alg = (uint8_t)policy->alg;
	life->lifetime_s = policy->lifetime_s;
	life->needs_backup = policy->require_backup;
	life->automation = automation_of(policy);
}

void
zone_life_fill(struct zone_life *zone)
{

	fill_keys(zone);
	fill_policy(zone);
}

void
zone_life_free(struct zone_life *zone)
{
	size_t i;

	if (zone == NULL)
		return;
	for (i = 0; zone->names != NULL && i < zone->life.n_keys; i++)
		free(zone->names[i]);
	free(zone->names);
	life_zone_clear(&zone->life);
	zone_row_clear(&zone->row);
	ksk_list_free(zone->ksks, zone->n_ksks);
	foreign_key_rows_free(zone->foreign, zone->n_foreign_rows);
	free(zone->foreign_dnskeys);
	free(zone);
}

const struct dnskey *
zone_life_dnskey(const struct zone_life *zone, size_t i)
{

	return i < zone->n_ksks ? &zone->ksks[i].dnskey :
	    &zone->foreign_dnskeys[i - zone->n_ksks];
}

size_t
zone_life_find(const struct zone_life *zone, const char *id)
{
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		if (strcmp(zone->ksks[i].row.id, id) == 0)
			return i;
	for (i = 0; i < zone->n_foreign; i++)
		if (strcmp(zone->foreign[i].id, id) == 0)
			return zone->n_ksks + i;
	return LIFE_NONE;
}
