#include "kmgr/base/when.h"
#include "kmgr/engine/ds_fact_gone.h"

static bool
was_seen(const struct life_key *key)
{

	return key->ds_seen_at != 0 && key->ds_seen_at >= key->ds_add_at;
}

int64_t
ds_fact_gone_from(const struct zone_life *zone, size_t i)
{
	const struct life_key *key = &zone->life.keys[i];
	const struct timing *timing = &zone->life.timing;

	if (key->ds_add_at == 0 || key->ds_remove_at == 0 || was_seen(key))
		return key->ds_remove_at;
	return key->ds_remove_at + timing->parent_registration_delay_s +
	    timing_ds_s(timing);
}

int
ds_fact_gone_check(const struct zone_life *zone, size_t i, int64_t at,
    struct error *err)
{
	const struct life_key *key = &zone->life.keys[i];
	const int64_t from_at = ds_fact_gone_from(zone, i);
	char text[WHEN_TEXT_LEN];

	if (key->ds_add_at != 0 && key->ds_remove_at == 0 && !was_seen(key)) {
		(void)err_set(err, ERR_NOT_YET, "its DS was never seen: that "
		    "the parent was asked to add it may still take effect, "
		    "and nobody has asked to remove it");
		return err_hint(err, "kmgr ds-remove %s first, where it is "
		    "due; --force records it all the same, where the parent "
		    "is known to have dropped it", key->name);
	}
	if (at >= from_at)
		return 0;
	(void)err_set(err, ERR_NOT_YET, "its DS was never seen: that the "
	    "parent was asked to add it may still take effect, and it counts "
	    "as gone from %s on", when_rfc3339(from_at, text));
	return err_hint(err, "--force records it all the same, where the "
	    "parent is known to have dropped it");
}

void
ds_fact_gone_note(struct session *session, const struct zone_life *zone,
    const struct life_zone *after)
{
	const struct life_key *key, *asked = NULL;
	size_t i;

	for (i = 0; i < after->n_keys; i++) {
		key = &after->keys[i];
		if (key->ds_seen_at != 0 && key->ds_gone_at == 0)
			return;
		if (key->ds_add_at != 0 && key->ds_seen_at == 0 &&
		    key->ds_remove_at == 0)
			asked = key;
	}
	if (asked == NULL)
		session_note(session, "no KSK of zone %s has its DS at the "
		    "parent now: resolvers will not validate it", zone->text);
	else
		session_note(session, "no KSK of zone %s is known to have its "
		    "DS at the parent: that of %s is asked for, and was not "
		    "seen there yet", zone->text, asked->name);
}

/* What stays has its DS at the parent, or gets it. */
bool
ds_fact_gone_comes(const struct zone_life *zone, size_t i)
{
	const struct life_key *key = &zone->life.keys[i];

	return zone->life.goal == LIFE_INSECURE || key->retire_at != 0 ||
	    key->revoke_at != 0 || key->is_compromised;
}

int
ds_fact_gone_hint(const struct zone_life *zone, size_t i, struct error *err)
{
	const char *name = zone->life.keys[i].name;

	if (ds_fact_gone_comes(zone, i))
		return err_hint(err, "once the parent has no DS of it, also "
		    "where it never had one, kmgr ds-gone %s starts the wait",
		    name);
	return err_hint(err, "kmgr go-insecure %s lets all KSKs of the zone "
	    "go, kmgr roll-ksk %s this one; then, once the parent has no DS "
	    "of it, also where it never had one, kmgr ds-gone %s starts the "
	    "wait", zone->text, name, name);
}
