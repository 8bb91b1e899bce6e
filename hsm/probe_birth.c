/*
 * Until a pair is wrapped it can leave the token. Whether another process of
 * somebody with the PIN gets hold of it meanwhile depends on whom a token
 * shows the objects of a session.
 */
#include <stdio.h>
#include <string.h>

#include "hsm/onlooker.h"
#include "hsm/trial.h"

/* Which of the two keys. */
enum { CONTROL, BORN };

/* A pair that could leave; its private half is known by key. */
static bool
pair_make(struct trial *t, struct trial_pair *pair, struct onlooker_key *key)
{
	struct error ignored = ERR_INIT;

	if (crypto_random(key->id, sizeof(key->id), &ignored) != 0)
		return false;
	trial_set(&pair->private, CKA_EXTRACTABLE, true);
	attr_add(&pair->private, CKA_ID, key->id, sizeof(key->id));
	return trial_pair_make(t, pair);
}

/*
 * Besides the one that is to be wrapped there is one that all processes are
 * shown: who does not see that one has not looked.
 */
static bool
pairs_make(struct trial *t, struct onlooker_key keys[static 2])
{
	struct trial_pair control, born;

	trial_pair_init(t, &born, t->mech);
	trial_pair_init(t, &control, t->mech);
	trial_set(&control.private, CKA_TOKEN, true);
	trial_set(&control.public, CKA_TOKEN, true);
	return pair_make(t, &control, &keys[CONTROL]) &&
	    pair_make(t, &born, &keys[BORN]);
}

static const char *
success(unsigned int uses)
{

	switch (uses & (ONLOOKER_SIGNS | ONLOOKER_WRAPS)) {
	case ONLOOKER_SIGNS | ONLOOKER_WRAPS:
		return "another process finds it, signs by it and wraps it";
	case ONLOOKER_WRAPS:
		return "another process finds it and wraps it";
	case ONLOOKER_SIGNS:
		return "another process finds it and signs by it";
	default:
		return "another process finds it";
	}
}

static enum trial_end
unable(struct trial *t, const struct error *err)
{

	(void)snprintf(t->said, sizeof(t->said), "%.*s",
	    (int)sizeof(t->said) - 1, err->msg);
	t->note = t->said;
	return TRIAL_UNABLE;
}

enum trial_end
probe_birth(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct onlooker_key keys[2] = { { .uses = 0 } };
	struct error err = ERR_INIT;

	(void)row;
	(void)guard;
	if (t->uses_token_objects) {
		t->note = "this token has no session keys";
		return TRIAL_UNABLE;
	}
	if (!pairs_make(t, keys))
		return trial_end_of(t);
	if (onlooker_ask(t->token, t->mech, keys, &err) != 0)
		return unable(t, &err);
	if (keys[CONTROL].uses == 0) {
		t->note = "another process does not even find a token key";
		return TRIAL_UNABLE;
	}
	t->note = keys[BORN].uses != 0 ? success(keys[BORN].uses) :
	    "another process finds the token's keys, and not this one";
	return keys[BORN].uses != 0 ? TRIAL_DONE : TRIAL_HELD;
}
