#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zsks.h"
#include "kmgr/service/health_trial.h"
#include "kmgr/store/store_zone.h"

/* Under this kind the store remembers since when a token fails. */
#define FAILURE "token-failure"

/* A CMK whose token failed in this run, and is not tried for every zone. */
struct away {
	const struct cmk	*cmk;		/* the cache's */
	struct error		 why;
};

/* A pair that signed in this run: where zones share it, it did so for all. */
struct good {
	char			 id[STORE_ID_TEXT];	/* "": none */
	struct dnskey		 dnskey;
};

#define N_GOOD 8		/* more are in the zones of no roll */

struct health_trials {
	struct zsks_keys	*keys;
	struct good		 good[N_GOOD];
	size_t			 next_good;
	struct away		*away;
	size_t			 n_away;
};

struct health_trials *
health_trials_new(void)
{
	struct health_trials *trials = mem_new(sizeof(*trials));

	trials->keys = zsks_keys_new();
	return trials;
}

void
health_trials_free(struct health_trials *trials)
{

	if (trials == NULL)
		return;
	zsks_keys_free(trials->keys);
	free(trials->away);
	free(trials);
}

static const struct error *
why_away(const struct health_trials *trials, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < trials->n_away; i++)
		if (trials->away[i].cmk == cmk)
			return &trials->away[i].why;
	return NULL;
}

static int
note_away(struct health_trials *trials, const struct cmk *cmk,
    const struct error *why)
{

	*(struct away *)mem_push(&trials->away, trials->n_away++,
	    sizeof(*trials->away)) = (struct away) { cmk, *why };
	return -1;
}

/* The master key answers, and what the store says of it is so. */
static int
prove(struct health_trials *trials, struct session *session,
    const struct cmk *cmk, struct error *err)
{
	const struct error *before = why_away(trials, cmk);

	if (before != NULL) {
		*err = *before;
		return -1;
	}
	return trust_prove(session, cmk, err) == 0 ? 0 :
	    note_away(trials, cmk, err);
}

/* One key that fails, or all of its token since a moment ago. */
static bool
is_alone(struct session *session, const struct cmk *cmk)
{
	struct error ignored = ERR_INIT;
	struct hsm_key *key;

	if (cmk_open_attestor(session, cmk, &key, &ignored) != 0)
		return false;
	hsm_key_free(key);
	return true;
}

static bool
has_signed(const struct health_trials *trials, const struct ksk *ksk)
{
	const struct good *good;

	for (good = trials->good; good < trials->good + N_GOOD; good++)
		if (strcmp(good->id, ksk->row.key_id) == 0 &&
		    dnskey_is_same_key(&good->dnskey, &ksk->dnskey))
			return true;
	return false;
}

static void
note_good(struct health_trials *trials, const struct ksk *ksk)
{
	struct good *good = &trials->good[trials->next_good++ % N_GOOD];

	memcpy(good->id, ksk->row.key_id, sizeof(good->id));
	good->dnskey = ksk->dnskey;
}

static int
try_one(struct health_trials *trials, struct session *session,
    const struct ksk *ksk, struct error *err)
{

	if (prove(trials, session, ksk->cmk, err) != 0)
		return -1;
	if (has_signed(trials, ksk))
		return 0;
	if (zsks_try(session, trials->keys, ksk, err) == 0) {
		note_good(trials, ksk);
		return 0;
	}
	return err->class != ERR_TOKEN || is_alone(session, ksk->cmk) ? -1 :
	    note_away(trials, ksk->cmk, err);
}

/*
 * Since when it fails: the store remembers, where whoever checks may write
 * to it. Else nobody knows, 0.
 */
static int64_t
failing_since(struct store *store, const struct zone_life *life,
    int64_t now_at, bool is_failing)
{
	char kind[] = FAILURE, empty[] = "";
	struct observation_row *rows, row = { .kind = kind, .text = empty,
		.value = is_failing, .first_at = now_at, .last_at = now_at };
	struct error ignored = ERR_INIT;
	int64_t since_at = is_failing ? now_at : 0;
	size_t n;

	if (store_observation_list(store, life->text, FAILURE, 0, &rows, &n,
	    &ignored) != 0)
		return 0;
	if (n > 0 && rows[0].value != 0 && is_failing)
		since_at = rows[0].first_at;
	row.zone = mem_strdup(life->text);
	/* That all is well is worth a row only where it was not. */
	if ((is_failing || (n > 0 && rows[0].value != 0)) &&
	    store_observe_now(store, &row, &ignored) != 0 &&
	    (n == 0 || rows[0].value == 0))
		since_at = 0;
	observation_rows_free(rows, n);
	free(row.zone);
	return since_at;
}

/*
 * Every one that signs, or may have to. One that has left for good, and one
 * whose token is known to be lost, is nobody's concern.
 */
static bool
is_needed(const struct zone_life *life, const struct health_key *key,
    size_t i)
{

	if (!life->life.keys[i].is_usable &&
	    life->life.keys[i].stopped_by == NULL)
		return false;
	return !key->is_leaving || key->is_in_set ||
	    key->dnskey_state != LIFE_HIDDEN || key->ds_state != LIFE_HIDDEN;
}

void
health_trial(struct health_trials *trials, struct session *session,
    const struct zone_life *life, struct health_zone *zone)
{
	struct error ignored = ERR_INIT;
	struct health_key *key;
	struct store *store;
	bool is_failing = false;
	size_t i;

	for (i = 0; i < life->n_ksks; i++) {
		key = &zone->keys[i];
		if (!is_needed(life, key, i))
			continue;
		key->was_tried = true;
		is_failing = try_one(trials, session, &life->ksks[i],
		    &key->trial) != 0 || is_failing;
	}
	if (session_store(session, &store, &ignored) == 0)
		zone->token_failing_since_at = failing_since(store, life,
		    zone->now_at, is_failing);
}
