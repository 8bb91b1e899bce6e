#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/ksk_make.h"

void
makers_init(struct makers *makers, const struct ksk_batch *batch, size_t n)
{

	*makers = (struct makers) { .batch = batch };
	(void)pthread_mutex_init(&makers->lock, NULL);
	pace_init(&makers->pace,
	    session_config(batch->session)->performance.sessions,
	    n < KSK_MAKE_MAX ? n : KSK_MAKE_MAX);
}

void
makers_clear(struct makers *makers)
{

	ksk_like_clear(&makers->like);
	(void)pthread_mutex_destroy(&makers->lock);
}

static int
make_in_token(const struct ksk_batch *batch, struct newborn *item,
    struct error *err)
{
	struct hsm_key_spec spec = { .alg = batch->cmk->policy->alg,
		.bits = (unsigned int)batch->cmk->policy->rsa_bits,
		.destroy = batch->cmk->policy->seal == SEAL_COMPLIANCE ?
		    HSM_UNDESTROYABLE : HSM_DESTROYABLE };

	if (intent_try_key(batch->session, &item->intent, &spec, &item->key,
	    err) != 0)
		return -1;
	key_record_init(batch->cmk->row.id, "ksk", &item->intent, item->key,
	    session_now(batch->session), &item->row);
	item->row.is_shared = batch->cmk->policy->custody == CUSTODY_SHARED;
	return 0;
}

/*
 * Where the DS goes out before anything is signed, nothing else tells whether
 * a wrapped pair can be opened again: each of them is.
 */
static bool
has_ds_first(const struct ksk_batch *batch)
{

	return batch->cmk->policy->roll_type == ROLL_DOUBLE_DS ||
	    (batch->request->standby != NULL &&
	    strcmp(batch->request->standby, "ds") == 0);
}

static int
make_like(const struct ksk_batch *batch, struct newborn *item,
    struct ksk_like *like, struct error *err)
{

	return ksk_wrapped_make(batch->cmk, batch->wrap, item->ksk_id,
	    session_now(batch->session), like, &item->row, &item->public,
	    err);
}

/* The first is opened again, while the others wait to be made like it. */
static int
make_wrapped(struct makers *makers, struct newborn *item, struct error *err)
{
	struct ksk_like like = { NULL, NULL };
	int rc;

	if (has_ds_first(makers->batch)) {
		rc = make_like(makers->batch, item, &like, err);
		ksk_like_clear(&like);
		return rc;
	}
	(void)pthread_mutex_lock(&makers->lock);
	if (makers->like.key == NULL) {
		rc = make_like(makers->batch, item, &makers->like, err);
		(void)pthread_mutex_unlock(&makers->lock);
		return rc;
	}
	(void)pthread_mutex_unlock(&makers->lock);
	/* From here on nobody changes it. */
	return make_like(makers->batch, item, &makers->like, err);
}

/*
 * The next one to be made; NULL: there is none, or one has failed, or there
 * are more threads than the token has use for.
 */
static struct newborn *
item_take(struct brood *brood)
{
	struct makers *makers = brood->makers;
	struct newborn *item = NULL;

	(void)pthread_mutex_lock(&makers->lock);
	if (brood->err.class != ERR_NONE || brood->n_begun == brood->n)
		makers->pace.is_starved = true;
	else if (brood->n_working <= pace_threads(&makers->pace))
		item = &brood->items[brood->n_begun++];
	if (item == NULL)
		brood->n_working--;
	(void)pthread_mutex_unlock(&makers->lock);
	return item;
}

static void *make(void *brood);

/*
 * The lock is held: have as many threads as are wanted, or as can be started.
 * While the token makes one pair, the one before is verified in software.
 */
static int
threads_want(struct brood *brood)
{
	size_t n = pace_threads(&brood->makers->pace);
	int rc = 0;

	if (n > brood->n)
		n = brood->n;
	while (rc == 0 && brood->n_working < n &&
	    brood->n_threads < KSK_MAKE_MAX) {
		rc = pthread_create(&brood->threads[brood->n_threads], NULL,
		    make, brood);
		if (rc != 0)
			break;
		brood->n_threads++;
		brood->n_working++;
	}
	return rc;
}

static void
item_done(struct brood *brood, struct newborn *item, int rc,
    const struct error *why)
{
	struct makers *makers = brood->makers;

	(void)pthread_mutex_lock(&makers->lock);
	item->is_made = rc == 0;
	if (rc != 0 && brood->err.class == ERR_NONE) {
		brood->err = *why;
		brood->failed = (size_t)(item - brood->items);
	}
	if (rc == 0) {
		(void)pace_done(&makers->pace, when_elapsed_us());
		(void)threads_want(brood);
	}
	(void)pthread_mutex_unlock(&makers->lock);
}

static void *
make(void *arg)
{
	struct brood *brood = arg;
	struct makers *makers = brood->makers;
	struct newborn *item;

	while ((item = item_take(brood)) != NULL) {
		struct error err = ERR_INIT;
		int rc = makers->batch->wrap == NULL ?
		    make_in_token(makers->batch, item, &err) :
		    make_wrapped(makers, item, &err);

		item_done(brood, item, rc, &err);
	}
	return NULL;
}

int
brood_make(struct brood *brood, struct error *err)
{
	struct makers *makers = brood->makers;
	int rc;

	brood->n_made = brood->n_begun = 0;
	brood->n_threads = brood->n_working = 0;
	err_clear(&brood->err);
	(void)pthread_mutex_lock(&makers->lock);
	rc = threads_want(brood);
	(void)pthread_mutex_unlock(&makers->lock);
	return brood->n_threads > 0 ? 0 :
	    err_set(err, ERR_SYSTEM, "start a thread (%d)", rc);
}

static size_t
n_threads(struct brood *brood)
{
	size_t n;

	(void)pthread_mutex_lock(&brood->makers->lock);
	n = brood->n_threads;
	(void)pthread_mutex_unlock(&brood->makers->lock);
	return n;
}

void
brood_join(struct brood *brood)
{
	struct newborn sorted[KSK_MAKE_MAX];
	size_t i, n = 0;

	/* Only a maker starts others: none comes after the last has ended. */
	for (i = 0; i < n_threads(brood); i++)
		(void)pthread_join(brood->threads[i], NULL);
	for (i = 0; i < brood->n; i++)
		if (brood->items[i].is_made)
			sorted[n++] = brood->items[i];
	brood->n_made = n;
	if (n == brood->n)
		return;
	sorted[n++] = brood->items[brood->failed];
	for (i = 0; i < brood->n; i++)
		if (!brood->items[i].is_made && i != brood->failed)
			sorted[n++] = brood->items[i];
	memcpy(brood->items, sorted, n * sizeof(sorted[0]));
}
