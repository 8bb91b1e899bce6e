#include <stdio.h>
#include <string.h>

#include "kmgr/dns/alg.h"
#include "kmgr/life/life_todo.h"

/* What comes behind a command's name. */
enum words { WORDS_ZONE, WORDS_KEY, WORDS_ALG, WORDS_FILE, WORDS_NONE };

struct by_hand {
	const char	*command;
	enum words	 words;
	const char	*rest;
};

static const struct by_hand by_hand[] = {
	[LIFE_MAKE_KSK] = { "roll-ksk", WORDS_ZONE, "" },
	[LIFE_MAKE_STANDBY] = { "create-ksk", WORDS_ZONE,
	    " --standby --cmk NAME" },
	[LIFE_RETIRE] = { "roll-ksk", WORDS_KEY, "" },
	[LIFE_PROMOTE] = { "roll-ksk", WORDS_ZONE, "" },
	[LIFE_PUBLISH_DNSKEY] = { "sign-zsks", WORDS_FILE, "" },
	[LIFE_WITHDRAW_DNSKEY] = { "sign-zsks", WORDS_FILE, "" },
	[LIFE_REVOKE_DNSKEY] = { "sign-zsks", WORDS_FILE, "" },
	[LIFE_ADD_DS] = { "ds-add", WORDS_KEY, "" },
	[LIFE_REMOVE_DS] = { "ds-remove", WORDS_KEY, "" },
	[LIFE_SIGN] = { "sign-zsks", WORDS_FILE, "" },
	[LIFE_SIGNER_ADD_ALG] = { "zone-signed", WORDS_ALG, "" },
	[LIFE_SIGNER_DROP_ALG] = { "zone-unsigned", WORDS_ALG, "" },
};

static const char *
key_name(const struct life_zone *zone, size_t i)
{

	return i < zone->n_keys && zone->keys[i].name != NULL ?
	    zone->keys[i].name : zone->name;
}

/* What does it by hand. */
static void
tell_command(const struct life_zone *zone, const struct life_step *step,
    char out[static LIFE_TODO_LEN])
{
	const struct by_hand *hand = &by_hand[step->kind];
	const bool is_first = step->kind == LIFE_MAKE_KSK &&
	    step->key == LIFE_NONE;

	if (is_first)
		(void)snprintf(out, LIFE_TODO_LEN, "kmgr create-ksk %s --cmk "
		    "NAME", zone->name);
	else if (hand->words == WORDS_KEY)
		(void)snprintf(out, LIFE_TODO_LEN, "kmgr %s %s%s",
		    hand->command, key_name(zone, step->key), hand->rest);
	else if (hand->words == WORDS_ALG)
		(void)snprintf(out, LIFE_TODO_LEN, "kmgr %s %s --alg %s",
		    hand->command, zone->name, alg_name(step->alg));
	else if (hand->words == WORDS_FILE && zone->has_response)
		(void)snprintf(out, LIFE_TODO_LEN, "kmgr sign-ksr FILE");
	else
		(void)snprintf(out, LIFE_TODO_LEN, "kmgr %s %s%s%s",
		    hand->command, zone->name,
		    hand->words == WORDS_FILE ? " FILE" : "", hand->rest);
}

/* The CMK that has to be enabled before step can be done; NULL: none. */
static const char *
stopped_by(const struct life_zone *zone, const struct life_step *step)
{
	const size_t i = step->kind == LIFE_SIGN ? step->other : step->key;

	return i < zone->n_keys && !zone->keys[i].is_usable ?
	    zone->keys[i].stopped_by : NULL;
}

/*
 * A set that has a key of a CMK which is not enabled cannot be signed, and
 * nobody is to find that out when the last signature ends. One that is rolled
 * away in an emergency is left out of it.
 */
static bool
take_stopped(const struct life_zone *zone, struct life_todo *out)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		if (key->stopped_by == NULL || key->dnskey_in_at == 0 ||
		    key->dnskey_out_at != 0 || (key->is_compromised &&
		    key->retire_at != 0))
			continue;
		out->wait = LIFE_WAITS_OPERATOR;
		out->key = i;
		out->until_at = LIFE_NEVER;
		(void)snprintf(out->why, sizeof(out->why), "until CMK %s is "
		    "enabled, or kmgr roll-ksk --reason compromise rolls it "
		    "away: nothing is signed with it", key->stopped_by);
		(void)snprintf(out->command, sizeof(out->command),
		    "kmgr enable-cmk %s", key->stopped_by);
		return true;
	}
	return false;
}

static void
take_step(const struct life_zone *zone, const struct life_step *step,
    struct life_todo *out)
{
	struct life_step wanted = *step;
	const char *by;

	out->wait = step->wait;
	out->key = step->key;
	out->since_at = step->wait == LIFE_DUE ?
	    life_due_since(zone, step) : step->since_at;
	out->until_at = step->at;
	(void)strcpy(out->why, step->why);
	if (step->wait == LIFE_WAITS_SIGNER &&
	    step->kind != LIFE_SIGNER_DROP_ALG &&
	    step->kind != LIFE_WITHDRAW_DNSKEY)
		wanted.kind = LIFE_SIGNER_ADD_ALG;
	if (wanted.alg == 0 && step->key < zone->n_keys)
		wanted.alg = zone->keys[step->key].alg;
	if (step->wait == LIFE_WAITS_OPERATOR &&
	    (by = stopped_by(zone, step)) != NULL)
		(void)snprintf(out->command, sizeof(out->command),
		    "kmgr enable-cmk %s", by);
	else if (step->wait == LIFE_WAITS_BACKUP)
		(void)snprintf(out->command, sizeof(out->command),
		    "kmgr backup FILE");
	else if (step->wait == LIFE_WAITS_APPROVAL)
		(void)snprintf(out->command, sizeof(out->command),
		    "kmgr revoke-ksk %s", key_name(zone, step->key));
	else if (step->wait != LIFE_WAITS_TIME &&
	    step->wait != LIFE_WAITS_ROLL)
		tell_command(zone, &wanted, out->command);
}

static bool
is_coming(const struct life_key *key)
{

	return key->ds_add_at != 0 && key->ds_seen_at == 0 &&
	    key->ds_remove_at == 0;
}

static bool
is_going(const struct life_key *key)
{

	return key->ds_remove_at != 0 && key->ds_gone_at == 0;
}

static bool
take_asked(const struct life_zone *zone, enum life_wait wait,
    bool (*is_it)(const struct life_key *key), struct life_todo *out)
{
	const bool is_gone = wait == LIFE_WAITS_DS_GONE;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		if (!is_it(key))
			continue;
		out->wait = wait;
		out->key = i;
		out->since_at = is_gone ? key->ds_remove_at : key->ds_add_at;
		out->until_at = LIFE_NEVER;
		(void)snprintf(out->why, sizeof(out->why), "the parent was "
		    "asked to %s", is_gone ? "remove it" : "add it");
		(void)snprintf(out->command, sizeof(out->command),
		    "kmgr %s %s", is_gone ? "ds-gone" : "ds-seen",
		    key_name(zone, i));
		return true;
	}
	return false;
}

/*
 * What the parent was asked for is told by ds-seen and ds-gone: first what
 * comes, without which nothing is to go.
 */
static bool
take_parent(const struct life_zone *zone, struct life_todo *out)
{

	return take_asked(zone, LIFE_WAITS_DS_SEEN, is_coming, out) ||
	    take_asked(zone, LIFE_WAITS_DS_GONE, is_going, out);
}

/*
 * Of one that goes nobody told whether the parent has its DS, and all the rest
 * of its way waits for that.
 */
static bool
take_untold(const struct life_zone *zone, int64_t now_at,
    struct life_todo *out)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (!life_ds_is_untold(zone, i, now_at))
			continue;
		out->wait = LIFE_WAITS_DS_GONE;
		out->key = i;
		out->since_at = zone->keys[i].retire_at != 0 ?
		    zone->keys[i].retire_at : zone->goal_at;
		out->until_at = LIFE_NEVER;
		(void)snprintf(out->why, sizeof(out->why), "nobody has told "
		    "whether the parent has it: ds-gone where it has not, "
		    "ds-seen where it has");
		(void)snprintf(out->command, sizeof(out->command),
		    "kmgr ds-gone %s", key_name(zone, i));
		return true;
	}
	return false;
}

/* A KSK that stays for the sake of a ZSK; that comes at the very end. */
static bool
is_held_by_zsk(const struct life_step *step)
{

	return step->wait == LIFE_WAITS_SIGNER &&
	    step->kind == LIFE_WITHDRAW_DNSKEY;
}

/* Steps for which somebody has to do something. */
static bool
is_for_somebody(const struct life_step *step)
{

	return (step->wait == LIFE_WAITS_SIGNER && !is_held_by_zsk(step)) ||
	    step->wait == LIFE_WAITS_BACKUP ||
	    step->wait == LIFE_WAITS_OPERATOR ||
	    step->wait == LIFE_WAITS_APPROVAL;
}

static const struct life_step *
find_step(const struct life_plan *plan, bool (*is_it)(const struct life_step *))
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (is_it(&plan->steps[i]))
			return &plan->steps[i];
	return NULL;
}

/* Records that come or go once caches are ready for it. */
static bool
is_under_way(const struct life_step *step)
{

	return step->wait == LIFE_WAITS_TIME &&
	    step->kind >= LIFE_PUBLISH_DNSKEY && step->kind <= LIFE_REMOVE_DS;
}

/* That what is hidden can be ended is nothing that has to be done. */
static bool
is_due(const struct life_step *step)
{

	return step->wait == LIFE_DUE && step->kind != LIFE_DONE;
}

static const struct life_step *
first_in_time(const struct life_plan *plan)
{
	const struct life_step *first = NULL;
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].kind != LIFE_DONE &&
		    (first == NULL || plan->steps[i].at < first->at))
			first = &plan->steps[i];
	return first;
}

void
life_todo(const struct life_zone *zone, const struct life_plan *plan,
    int64_t now_at, struct life_todo *out)
{
	const struct life_step *step;

	*out = (struct life_todo) { .key = LIFE_NONE,
		.until_at = LIFE_NEVER };
	if (take_stopped(zone, out) ||
	    ((step = find_step(plan, is_due)) == NULL &&
	    (take_parent(zone, out) || take_untold(zone, now_at, out))))
		return;
	if (step == NULL && (step = find_step(plan, is_for_somebody)) == NULL &&
	    (step = find_step(plan, is_under_way)) == NULL &&
	    (step = find_step(plan, is_held_by_zsk)) == NULL)
		step = first_in_time(plan);
	out->is_idle = step == NULL;
	if (step != NULL)
		take_step(zone, step, out);
}
