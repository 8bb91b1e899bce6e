/*
 * In which order steps come. Nothing here keeps a resolver from harm: that
 * is life_allowed()'s, which every step must pass too.
 */
#include "kmgr/life/life_core.h"

static bool
has_dnskey(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return life_is_put(life_dnskey_state(zone, i, now_at));
}

static bool
has_ds(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return life_is_put(life_ds_state(zone, i, now_at));
}

/* It is there, or was asked for: not where nobody told of it. */
static bool
knows_ds(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return has_ds(zone, i, now_at) && !life_ds_is_untold(zone, i, now_at);
}

static bool
is_omnipresent(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return life_dnskey_state(zone, i, now_at) == LIFE_OMNIPRESENT &&
	    life_ds_state(zone, i, now_at) == LIFE_OMNIPRESENT;
}

static bool
is_lost(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return !zone->keys[i].is_usable && !zone->keys[i].is_foreign &&
	    has_dnskey(zone, i, now_at);
}

bool
life_is_gone(const struct life_key *key)
{

	return !key->is_usable &&
	    (key->stopped_by == NULL || key->is_compromised);
}

size_t
life_find_lost(const struct life_zone *zone, int64_t now_at)
{
	size_t i, found = LIFE_NONE;

	for (i = 0; i < zone->n_keys; i++) {
		if (!is_lost(zone, i, now_at))
			continue;
		if (life_ds_state(zone, i, now_at) != LIFE_HIDDEN)
			return i;
		found = i;
	}
	return found;
}

size_t
life_find_roll(const struct life_zone *zone, int64_t now_at)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (life_is_out(zone, i, now_at) &&
		    !life_is_hidden(zone, i, now_at))
			return i;
	}
	return LIFE_NONE;
}

/*
 * In which order its DS and DNSKEY come: what the roll type says, unless there
 * is no other key to go on with.
 */
static enum life_roll
order_of(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const size_t lost = life_find_lost(zone, now_at);
	bool has_peer = false, is_urgent = false;
	size_t j;

	if (zone->keys[i].standby == LIFE_STANDBY_DS)
		return LIFE_DOUBLE_DS;
	if (zone->keys[i].is_foreign)
		return LIFE_DOUBLE_SIGNATURE;
	/* Once the set is signed anew the lost one's signature is gone. */
	if (lost != LIFE_NONE && lost != i && knows_ds(zone, lost, now_at) &&
	    life_is_out(zone, lost, now_at))
		return LIFE_DOUBLE_DS;
	for (j = 0; j < zone->n_keys; j++) {
		const struct life_key *key = &zone->keys[j];

		if (j == i || key->is_foreign || key->standby)
			continue;
		is_urgent = is_urgent || (key->is_compromised &&
		    !life_is_hidden(zone, j, now_at));
		has_peer = has_peer || (key->alg == zone->keys[i].alg &&
		    has_dnskey(zone, j, now_at) && knows_ds(zone, j, now_at));
	}
	/*
	 * A DS before its DNSKEY needs one beside it that leads somewhere, by
	 * the same algorithm (RFC 4035 s2.2).
	 */
	if (!has_peer || is_urgent)
		return LIFE_DOUBLE_SIGNATURE;
	return zone->roll;
}

/*
 * A set that is signed anew is signed by the keys that can: is nobody in need
 * of one that cannot?
 */
static bool
can_sign_anew(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{
	struct life_zone after;
	bool can = true;
	size_t i;

	life_zone_copy(zone, &after);
	life_apply(&after, step, now_at);
	/* One after the other, as all of them lose their signatures. */
	for (i = 0; i < zone->n_keys && can; i++) {
		const struct life_step out = { .kind = LIFE_WITHDRAW_DNSKEY,
			.key = i };

		if (i == step->key || !is_lost(zone, i, now_at))
			continue;
		can = life_is_out(zone, i, now_at) &&
		    life_allowed(&after, LIFE_WITHDRAW_DNSKEY, i, now_at);
		life_apply(&after, &out, now_at);
	}
	life_zone_clear(&after);
	return can;
}

/*
 * RFC 4035 s2.2: a new algorithm comes with its ZSK, so that in all caches
 * that have the KSK there is a ZSK, too. Of a zone that is signed for the
 * first time nobody says what its signer will have.
 */
static bool
lacks_zsk(const struct life_zone *zone, uint8_t alg, int64_t now_at)
{
	const struct life_alg *signer = life_alg_find(zone, alg);
	bool is_signed = zone->first_signed_at != 0;
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		is_signed = is_signed ||
		    life_ds_state(zone, i, now_at) != LIFE_HIDDEN;
	return is_signed && (signer == NULL || !signer->has_zsk);
}

static bool
may_publish(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{
	const struct life_key *key = &zone->keys[step->key];

	if ((!key->is_usable && !key->is_foreign) ||
	    lacks_zsk(zone, key->alg, now_at))
		return false;
	if (key->standby == LIFE_NO_STANDBY &&
	    order_of(zone, step->key, now_at) == LIFE_DOUBLE_DS &&
	    life_ds_state(zone, step->key, now_at) != LIFE_OMNIPRESENT)
		return false;
	return can_sign_anew(zone, step, now_at);
}

static bool
may_add_ds(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];

	if ((!key->is_usable && !key->is_foreign) ||
	    (key->needs_backup && !life_has(key->backup_at, now_at)) ||
	    now_at < life_first_ds_at(zone))
		return false;
	switch (order_of(zone, i, now_at)) {
	case LIFE_DOUBLE_DS:
		return true;
	case LIFE_DOUBLE_RRSET:
		return has_dnskey(zone, i, now_at);
	case LIFE_DOUBLE_SIGNATURE:
	default:
		return life_dnskey_state(zone, i, now_at) == LIFE_OMNIPRESENT;
	}
}

/*
 * The DS of ${p} may go for that of a key of the same provider and algorithm;
 * for another one's only once that is everywhere. No key goes while one still
 * comes, unless each second counts.
 */
static bool
may_remove_ds(const struct life_zone *zone, size_t p, int64_t now_at)
{
	const struct life_key *old = &zone->keys[p];
	bool has_heir = false;
	size_t i;

	if (zone->goal == LIFE_INSECURE)
		return true;
	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		if (i == p || life_is_out(zone, i, now_at) || key->standby)
			continue;
		if (!old->is_compromised && life_is_coming(zone, i, now_at))
			return false;
		has_heir = has_heir || is_omnipresent(zone, i, now_at) ||
		    (has_ds(zone, i, now_at) && key->alg == old->alg &&
		    key->is_foreign == old->is_foreign);
	}
	return has_heir;
}

/* RFC 4035 s2.2: a ZSK in the set asks for a KSK of its algorithm. */
static bool
leaves_zsk(const struct life_zone *zone, size_t p, int64_t now_at)
{
	const struct life_alg *signer = life_alg_find(zone,
	    zone->keys[p].alg);
	bool has_others = false;
	size_t i;

	if (zone->keys[p].is_foreign || signer == NULL || !signer->has_zsk)
		return false;
	for (i = 0; i < zone->n_keys; i++) {
		if (i == p || zone->keys[i].is_foreign ||
		    !has_dnskey(zone, i, now_at))
			continue;
		if (zone->keys[i].alg == signer->alg)
			return false;
		has_others = true;
	}
	return has_others;
}

/*
 * Whether another key is in the DNSKEY RRset and stays, each of ours that is
 * to be in use is, and, for who follows RFC 5011, one is trusted.
 */
static bool
has_dnskey_heir(const struct life_zone *zone, size_t p, int64_t now_at)
{
	const struct life_key *old = &zone->keys[p];
	bool has_heir = false;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		const enum life_state state = life_dnskey_state(zone, i,
		    now_at);

		if (life_is_coming(zone, i, now_at) && !old->is_compromised &&
		    !life_is_put(state))
			return false;
		has_heir = has_heir || (i != p &&
		    !life_is_out(zone, i, now_at) && life_is_put(state) &&
		    (!zone->timing.is_rfc5011 || state == LIFE_OMNIPRESENT));
	}
	return has_heir;
}

/*
 * Whether the DNSKEY of ${p} may go before its DS: the roll type says so, or
 * it has no time to wait, and one of its kind is in the set.
 */
static bool
is_swapped(const struct life_zone *zone, size_t p, int64_t now_at)
{
	const struct life_key *old = &zone->keys[p];
	size_t i;

	if (zone->goal == LIFE_INSECURE ||
	    (zone->roll == LIFE_DOUBLE_SIGNATURE && !old->is_compromised &&
	    !life_is_gone(old)))
		return false;
	for (i = 0; i < zone->n_keys; i++) {
		if (i != p && life_is_main(zone, i, now_at) &&
		    zone->keys[i].alg == old->alg && !old->is_foreign &&
		    has_dnskey(zone, i, now_at))
			return true;
	}
	return false;
}

static bool
may_withdraw(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{
	const struct life_key *old = &zone->keys[step->key];

	if (life_has(old->revoke_at, now_at))
		return now_at >= old->revoke_at +
		    timing_revoke_s(&zone->timing);
	return (life_ds_state(zone, step->key, now_at) == LIFE_HIDDEN ||
	    is_swapped(zone, step->key, now_at)) &&
	    !leaves_zsk(zone, step->key, now_at) &&
	    (zone->goal == LIFE_INSECURE ||
	    has_dnskey_heir(zone, step->key, now_at)) &&
	    can_sign_anew(zone, step, now_at);
}

static bool
may_revoke(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{

	return !zone->keys[step->key].lacks_approval &&
	    life_ds_state(zone, step->key, now_at) == LIFE_HIDDEN &&
	    (zone->goal == LIFE_INSECURE ||
	    has_dnskey_heir(zone, step->key, now_at)) &&
	    can_sign_anew(zone, step, now_at);
}

/* A roll begins for want of a key, or as the schedule says. */
static bool
may_begin(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{

	if (step->key == LIFE_NONE || life_is_out(zone, step->key, now_at) ||
	    zone->keys[step->key].standby != LIFE_NO_STANDBY)
		return true;
	return now_at >= life_roll_at(zone, step->key) &&
	    life_find_roll(zone, now_at) == LIFE_NONE;
}

bool
life_policy_allows(const struct life_zone *zone,
    const struct life_step *step, int64_t now_at)
{

	switch (step->kind) {
	case LIFE_MAKE_KSK:
	case LIFE_RETIRE:
		return may_begin(zone, step, now_at);
	case LIFE_PUBLISH_DNSKEY:
		return may_publish(zone, step, now_at);
	case LIFE_WITHDRAW_DNSKEY:
		return may_withdraw(zone, step, now_at);
	case LIFE_REVOKE_DNSKEY:
		return may_revoke(zone, step, now_at);
	case LIFE_ADD_DS:
		return may_add_ds(zone, step->key, now_at);
	case LIFE_REMOVE_DS:
		return may_remove_ds(zone, step->key, now_at);
	case LIFE_SIGN:
		return now_at >= life_refresh_at(zone) &&
		    life_find_lost(zone, now_at) == LIFE_NONE;
	case LIFE_SIGNER_ADD_ALG:
	case LIFE_SIGNER_DROP_ALG:
		return false;	/* the zone signer's to do */
	case LIFE_PROMOTE:
		return may_begin(zone, &(struct life_step){
		    .key = step->other }, now_at);
	case LIFE_MAKE_STANDBY:
	case LIFE_DONE:
	default:
		return true;
	}
}
