#include <string.h>

#include "kmgr/life/life_core.h"

const char *
life_state_name(enum life_state state)
{
	static const char *const names[] = { "hidden", "rumoured",
		"omnipresent", "unretentive" };

	return names[state];
}

const char *
life_step_name(enum life_step_kind kind)
{
	static const char *const names[] = {
		[LIFE_MAKE_KSK] = "make-ksk",
		[LIFE_MAKE_STANDBY] = "make-standby",
		[LIFE_RETIRE] = "retire",
		[LIFE_PROMOTE] = "promote",
		[LIFE_PUBLISH_DNSKEY] = "publish-dnskey",
		[LIFE_WITHDRAW_DNSKEY] = "withdraw-dnskey",
		[LIFE_REVOKE_DNSKEY] = "revoke-dnskey",
		[LIFE_ADD_DS] = "add-ds",
		[LIFE_REMOVE_DS] = "remove-ds",
		[LIFE_SIGN] = "sign",
		[LIFE_SIGNER_ADD_ALG] = "signer-add-algorithm",
		[LIFE_SIGNER_DROP_ALG] = "signer-drop-algorithm",
		[LIFE_DONE] = "done"
	};

	return names[kind];
}

const char *
life_wait_name(enum life_wait wait)
{
	static const char *const names[] = {
		[LIFE_DUE] = "due",
		[LIFE_WAITS_TIME] = "time",
		[LIFE_WAITS_DS_SEEN] = "ds-seen",
		[LIFE_WAITS_DS_GONE] = "ds-gone",
		[LIFE_WAITS_SIGNER] = "signer",
		[LIFE_WAITS_BACKUP] = "backup",
		[LIFE_WAITS_ROLL] = "roll",
		[LIFE_WAITS_OPERATOR] = "operator",
		[LIFE_WAITS_APPROVAL] = "approval"
	};

	return names[wait];
}

bool
life_wait_find(const char *name, enum life_wait *out)
{
	int wait;

	for (wait = LIFE_DUE; wait <= LIFE_WAITS_APPROVAL; wait++) {
		*out = (enum life_wait)wait;
		if (strcmp(life_wait_name(*out), name) == 0)
			return true;
	}
	return false;
}

const char *
life_wait_text(enum life_wait wait)
{
	static const char *const texts[] = {
		[LIFE_DUE] = "the operator",
		[LIFE_WAITS_TIME] = "time",
		[LIFE_WAITS_DS_SEEN] = "the parent to have the DS",
		[LIFE_WAITS_DS_GONE] = "the parent to have no DS",
		[LIFE_WAITS_SIGNER] = "the zone signer",
		[LIFE_WAITS_BACKUP] = "a backup",
		[LIFE_WAITS_ROLL] = "other steps",
		[LIFE_WAITS_OPERATOR] = "the operator",
		[LIFE_WAITS_APPROVAL] = "the approvers"
	};

	return texts[wait];
}

const char *
life_word(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];
	const enum life_state dnskey = life_dnskey_state(zone, i, now_at);
	const bool has_ds = life_is_put(life_ds_state(zone, i, now_at)) ||
	    !life_has_parent(zone);

	if (key->is_foreign)
		return "foreign";
	if (life_is_hidden(zone, i, now_at))
		return key->retire_at != 0 || key->dnskey_out_at != 0 ||
		    key->ds_gone_at != 0 ? "dead" :
		    key->standby != LIFE_NO_STANDBY ? "standby" : "generated";
	if (life_has(key->revoke_at, now_at))
		return "revoked";
	if (life_is_out(zone, i, now_at))
		return "retired";
	if (key->standby != LIFE_NO_STANDBY)
		return "standby";
	if (life_is_put(dnskey) && has_ds)
		return "active";
	return dnskey == LIFE_OMNIPRESENT ||
	    life_ds_state(zone, i, now_at) == LIFE_OMNIPRESENT ?
	    "ready" : "published";
}
