#include <assert.h>
#include <stdlib.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/life/life_core.h"

#define OF_KEY	13		/* turns at most */
#define OF_ZONE 3

struct turns {
	struct life_turn *list;
	size_t		  n, room;
	int64_t		  now_at;
};

static void
add(struct turns *turns, enum life_turn_kind kind, size_t key, int64_t at,
    int64_t since_at)
{
	struct life_turn *turn;

	if (at <= turns->now_at || at == LIFE_NEVER)
		return;
	assert(turns->n < turns->room);
	turn = &turns->list[turns->n++];
	turn->kind = kind;
	turn->key = key;
	turn->at = at;
	turn->since_at = since_at;
}

static void
add_facts(struct turns *turns, const struct life_key *key, size_t i)
{
	const int64_t facts[] = { key->backup_at, key->dnskey_in_at,
		key->dnskey_out_at, key->ds_add_at, key->ds_seen_at,
		key->ds_remove_at, key->ds_gone_at, key->retire_at,
		key->revoke_at };
	size_t f;

	for (f = 0; f < sizeof(facts) / sizeof(facts[0]); f++)
		add(turns, LIFE_TURN_FACT, i, facts[f], turns->now_at);
}

static void
add_key(struct turns *turns, const struct life_zone *zone, size_t i)
{
	const struct life_key *key = &zone->keys[i];
	const int64_t now_at = turns->now_at;
	const bool is_in = life_dnskey_state(zone, i, now_at) ==
	    LIFE_RUMOURED;
	const bool is_added = life_ds_state(zone, i, now_at) == LIFE_RUMOURED;

	add(turns, is_in ? LIFE_TURN_DNSKEY_IN : LIFE_TURN_DNSKEY_OUT, i,
	    life_dnskey_until(zone, i, now_at),
	    is_in ? key->dnskey_in_at : key->dnskey_out_at);
	add(turns, is_added ? LIFE_TURN_DS_IN : LIFE_TURN_DS_OUT, i,
	    life_ds_until(zone, i, now_at),
	    is_added ? key->ds_seen_at : key->ds_gone_at);
	if (key->revoke_at != 0 && key->dnskey_out_at == 0)
		add(turns, LIFE_TURN_REVOKED, i, key->revoke_at +
		    timing_revoke_s(&zone->timing), key->revoke_at);
	if (life_is_main(zone, i, now_at))
		add(turns, LIFE_TURN_ROLL, i, life_roll_at(zone, i),
		    key->dnskey_in_at);
	add_facts(turns, key, i);
}

void
life_turns(const struct life_zone *zone, int64_t now_at,
    struct life_turn **out, size_t *n)
{
	struct turns turns = { .now_at = now_at,
		.room = OF_KEY * zone->n_keys + zone->n_algs + OF_ZONE };
	size_t i;

	turns.list = mem_new(turns.room * sizeof(*turns.list));
	for (i = 0; i < zone->n_keys; i++)
		add_key(&turns, zone, i);
	add(&turns, LIFE_TURN_FIRST, LIFE_NONE, life_first_ds_at(zone),
	    zone->first_signed_at);
	for (i = 0; i < zone->n_algs; i++) {
		const struct life_alg *signer = &zone->algs[i];
		const size_t n_before = turns.n;

		add(&turns, LIFE_TURN_DATA, LIFE_NONE,
		    life_data_at(zone, signer->alg), signer->signed_at);
		if (turns.n > n_before)
			turns.list[n_before].alg = signer->alg;
	}
	if (!zone->has_response)
		add(&turns, LIFE_TURN_REFRESH, LIFE_NONE,
		    life_refresh_at(zone), 0);
	add(&turns, LIFE_TURN_FORCED, life_find_lost(zone, now_at),
	    life_forced_at(zone, now_at), 0);
	*out = turns.list;
	*n = turns.n;
}

int64_t
life_next(const struct life_zone *zone, int64_t now_at)
{
	struct life_turn *turns;
	int64_t at = LIFE_NEVER;
	size_t i, n;

	life_turns(zone, now_at, &turns, &n);
	for (i = 0; i < n; i++) {
		if (turns[i].at < at)
			at = turns[i].at;
	}
	free(turns);
	return at;
}

/* When something was done last, be it of one key or of all. */
static int64_t
last_fact(const struct life_zone *zone, int64_t now_at)
{
	int64_t at = life_has(zone->goal_at, now_at) ? zone->goal_at : 0;
	size_t i, f;

	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];
		const int64_t facts[] = { key->made_at, key->backup_at,
			key->dnskey_in_at, key->dnskey_out_at, key->ds_add_at,
			key->ds_seen_at, key->ds_remove_at, key->ds_gone_at,
			key->retire_at, key->revoke_at };

		for (f = 0; f < sizeof(facts) / sizeof(facts[0]); f++)
			if (facts[f] <= now_at)
				int64_raise(&at, facts[f]);
	}
	for (i = 0; i < zone->n_algs; i++)
		if (zone->algs[i].signed_at <= now_at)
			int64_raise(&at, zone->algs[i].signed_at);
	return at;
}

static bool
is_due_at(const struct life_zone *zone, const struct life_step *step,
    int64_t at)
{
	struct life_plan plan;
	bool is = false;
	size_t i;

	life_due(zone, at, &plan);
	for (i = 0; i < plan.n && !is; i++)
		is = plan.steps[i].kind == step->kind &&
		    plan.steps[i].key == step->key;
	life_plan_clear(&plan);
	return is;
}

int64_t
life_due_since(const struct life_zone *zone, const struct life_step *step)
{
	const int64_t now_at = step->at;
	int64_t at = life_refresh_at(zone);

	if (step->kind == LIFE_SIGN && at > 0 && at < now_at)
		return at;
	at = last_fact(zone, now_at);
	while (at < now_at && !is_due_at(zone, step, at))
		at = life_next(zone, at);
	return at < now_at ? at : now_at;
}
