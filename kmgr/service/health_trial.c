#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zsks.h"
#include "kmgr/service/health_trial.h"
#include "kmgr/store/store_zone.h"

/* Under this kind the store remembers since when a token fails. */
#define FAILURE "token-failure"

/* A token that failed in this run, and is not tried for every zone again. */
struct away {
	const char	*token;		/* the CMK cache's */
	struct error	 why;
};

struct health_trials {
	struct zsks_keys	*keys;
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

/* The set, once more. */
static int
sign(struct health_trials *trials, struct session *session,
    struct cmk_cache *cache, const struct zone_life *life, const char *text,
    struct error *err)
{
	const struct zsks_request request = {
		.zone = life->name, .text = text, .len = strlen(text),
		.what = "the admitted ZSK set",
		.inception_at = ZSKS_WINDOW_BY_POLICY,
		.expiration_at = ZSKS_WINDOW_BY_POLICY,
		.validity_s = ZSKS_WINDOW_BY_POLICY
	};
	struct zsks *zsks = NULL;
	int rc = -1;

	if (zsks_prepare(session, cache, &request, &zsks, err) == 0 &&
	    zsks_prove(session, zsks, err) == 0)
		rc = zsks_sign(session, trials->keys, zsks, err);
	zsks_free(zsks);
	return rc;
}

/* What a token of the zone failed with before; NULL: none did. */
static const struct error *
away_of(const struct health_trials *trials, const struct zone_life *life)
{
	size_t i, k;

	for (i = 0; i < life->n_ksks; i++)
		for (k = 0; k < trials->n_away; k++)
			if (strcmp(life->ksks[i].cmk->row.token,
			    trials->away[k].token) == 0)
				return &trials->away[k].why;
	return NULL;
}

/* Only where all KSKs are in one token is it clear which of them failed. */
static void
note_away(struct health_trials *trials, const struct zone_life *life,
    const struct error *why)
{
	const char *token = life->ksks[0].cmk->row.token;
	size_t i;

	for (i = 1; i < life->n_ksks; i++)
		if (strcmp(life->ksks[i].cmk->row.token, token) != 0)
			return;
	*(struct away *)mem_push(&trials->away, trials->n_away++,
	    sizeof(*trials->away)) = (struct away) { token, *why };
}

/*
 * Since when it fails: the store remembers, where whoever checks may write
 * to it. Where not it is as if it had begun now.
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
		return since_at;
	if (n > 0 && rows[0].value != 0 && is_failing)
		since_at = rows[0].first_at;
	row.zone = mem_strdup(life->text);
	/* That all is well is worth a row only where it was not. */
	if ((is_failing || (n > 0 && rows[0].value != 0)) &&
	    store_begin(store, &ignored) == 0 &&
	    (store_observe(store, &row, &ignored) != 0 ||
	    store_commit(store, &ignored) != 0))
		store_rollback(store);
	observation_rows_free(rows, n);
	free(row.zone);
	return since_at;
}

static void
tell(struct health_zone *zone, const struct error *result)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		struct health_key *key = &zone->keys[i];

		if (key->is_foreign || !key->is_in_set)
			continue;
		key->was_tried = true;
		key->trial = *result;
	}
}

void
health_trial(struct health_trials *trials, struct session *session,
    struct cmk_cache *cache, const struct zone_life *life,
    struct health_zone *zone)
{
	struct error result = ERR_INIT;
	struct zsk_set_row set = { 0 };
	const struct error *before;
	struct store *store;
	bool found = false;

	if (life->n_ksks == 0 ||
	    session_store(session, &store, &result) != 0 ||
	    store_zsk_set_last(store, life->text, &set, &found,
	    &result) != 0 || !found) {
		zsk_set_row_clear(&set);
		return;
	}
	if ((before = away_of(trials, life)) != NULL)
		result = *before;
	else if (sign(trials, session, cache, life, set.text, &result) != 0 &&
	    result.class == ERR_TOKEN)
		note_away(trials, life, &result);
	zsk_set_row_clear(&set);
	/* What a rule refuses today says nothing of the token. */
	if (result.class == ERR_POLICY || result.class == ERR_INPUT)
		return;
	zone->token_failing_since_at = failing_since(store, life,
	    zone->now_at, result.class != ERR_NONE);
	tell(zone, &result);
}
