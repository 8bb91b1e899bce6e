/* The keys that are open in a run: those that were used last. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/engine/zsks_internal.h"

/*
 * Handles cost a token memory, and a zone of its own KSK needs it once: more
 * than these are not kept. A token may have room for fewer.
 */
#define OPEN_MAX  64		/* for all sets together */
#define SHARE_MIN 4		/* a zone that rolls needs as many at once */

struct opened {
	char			 id[STORE_ID_TEXT];
	struct signer_key	*key;
	uint64_t		 used_at;	/* by zsks_keys.clock */
	bool			 is_unwrapped;	/* takes room in the token */
};

struct wrapping {
	char			 cmk_id[STORE_ID_TEXT];
	struct hsm_wrap_key	*key;
};

/*
 * What the sets of several threads share. A token that has no room for one
 * more key has when somebody closes one: who is refused and has none to close
 * waits for the others, and they close all they have before they open more.
 */
struct room {
	pthread_mutex_t	 lock;		/* over all that follows */
	pthread_cond_t	 freed;
	size_t		 n_sets;
	size_t		 n_unwrapped;	/* keys, in all sets */
	size_t		 n_waiting;	/* threads */
	uint64_t	 n_closed;	/* so far */
	struct wrapping	*wrapping;	/* one a CMK */
	size_t		 n_wrapping;
};

struct zsks_keys {
	struct opened	 opened[OPEN_MAX];
	size_t		 n;
	uint64_t	 clock;		/* counts calls */
	struct room	*room;
	bool		 is_beside;	/* the room is another set's */
};

struct zsks_keys *
zsks_keys_new(void)
{
	struct zsks_keys *keys = mem_new(sizeof(*keys));

	keys->room = mem_new(sizeof(*keys->room));
	keys->room->n_sets = 1;
	(void)pthread_mutex_init(&keys->room->lock, NULL);
	(void)pthread_cond_init(&keys->room->freed, NULL);
	return keys;
}

struct zsks_keys *
zsks_keys_beside(struct zsks_keys *first)
{
	struct zsks_keys *keys = mem_new(sizeof(*keys));

	keys->room = first->room;
	keys->is_beside = true;
	(void)pthread_mutex_lock(&keys->room->lock);
	keys->room->n_sets++;
	(void)pthread_mutex_unlock(&keys->room->lock);
	return keys;
}

static void
room_free(struct room *room)
{
	size_t i;

	for (i = 0; i < room->n_wrapping; i++)
		hsm_wrap_free(room->wrapping[i].key);
	free(room->wrapping);
	(void)pthread_cond_destroy(&room->freed);
	(void)pthread_mutex_destroy(&room->lock);
	free(room);
}

static void
close_at(struct zsks_keys *keys, size_t i)
{
	struct room *room = keys->room;
	const bool is_unwrapped = keys->opened[i].is_unwrapped;

	signer_key_free(keys->opened[i].key);
	keys->opened[i] = keys->opened[--keys->n];
	if (!is_unwrapped)
		return;
	(void)pthread_mutex_lock(&room->lock);
	room->n_unwrapped--;
	room->n_closed++;
	(void)pthread_cond_broadcast(&room->freed);
	(void)pthread_mutex_unlock(&room->lock);
}

void
zsks_keys_rest(struct zsks_keys *keys)
{
	size_t i = 0;

	while (i < keys->n)
		if (keys->opened[i].is_unwrapped)
			close_at(keys, i);
		else
			i++;
}

void
zsks_keys_free(struct zsks_keys *keys)
{

	if (keys == NULL)
		return;
	while (keys->n > 0)
		close_at(keys, keys->n - 1);
	if (!keys->is_beside)
		room_free(keys->room);
	free(keys);
}

/* The wrapping key of the CMK, found once; the lock is held. */
static int
find_wrapping(struct session *session, struct room *room,
    const struct cmk *cmk, struct hsm_wrap_key **out, struct error *err)
{
	struct wrapping *wrapping;
	size_t i;

	for (i = 0; i < room->n_wrapping; i++)
		if (strcmp(room->wrapping[i].cmk_id, cmk->row.id) == 0) {
			*out = room->wrapping[i].key;
			return 0;
		}
	if (wrapkey_open(session, cmk, out, err) != 0)
		return -1;
	wrapping = mem_push(&room->wrapping, room->n_wrapping++,
	    sizeof(*wrapping));
	memcpy(wrapping->cmk_id, cmk->row.id, sizeof(wrapping->cmk_id));
	wrapping->key = *out;
	return 0;
}

/* NULL where its custody has none. */
static int
wrapping_of(struct session *session, struct room *room,
    const struct cmk *cmk, struct hsm_wrap_key **out, struct error *err)
{
	int rc;

	*out = NULL;
	if (cmk->policy->custody != CUSTODY_WRAPPED)
		return 0;
	(void)pthread_mutex_lock(&room->lock);
	rc = find_wrapping(session, room, cmk, out, err);
	(void)pthread_mutex_unlock(&room->lock);
	return rc;
}

/* Close the key that was used least recently. */
static void
close_one(struct zsks_keys *keys)
{
	size_t i, oldest = 0;

	for (i = 1; i < keys->n; i++)
		if (keys->opened[i].used_at < keys->opened[oldest].used_at)
			oldest = i;
	close_at(keys, oldest);
}

/* How many have been closed so far. */
static uint64_t
room_closed(struct room *room)
{
	uint64_t n;

	(void)pthread_mutex_lock(&room->lock);
	n = room->n_closed;
	(void)pthread_mutex_unlock(&room->lock);
	return n;
}

/* Count a key before it is there, or somebody may think that there is none. */
static void
room_enter(struct room *room, bool is_unwrapped)
{

	if (!is_unwrapped)
		return;
	(void)pthread_mutex_lock(&room->lock);
	room->n_unwrapped++;
	(void)pthread_mutex_unlock(&room->lock);
}

static void
room_leave(struct room *room, bool is_unwrapped)
{

	if (!is_unwrapped)
		return;
	(void)pthread_mutex_lock(&room->lock);
	room->n_unwrapped--;
	(void)pthread_cond_broadcast(&room->freed);
	(void)pthread_mutex_unlock(&room->lock);
}

/* Wait until more than n were closed; false: nobody has one to close. */
static bool
room_wait(struct room *room, uint64_t n)
{
	bool has_more;

	(void)pthread_mutex_lock(&room->lock);
	room->n_waiting++;
	while (room->n_closed == n && room->n_unwrapped > 0)
		(void)pthread_cond_wait(&room->freed, &room->lock);
	room->n_waiting--;
	has_more = room->n_closed != n;
	(void)pthread_mutex_unlock(&room->lock);
	return has_more;
}

/* How many a set may have open when it opens one more. */
static size_t
room_share(struct room *room)
{
	size_t share;

	(void)pthread_mutex_lock(&room->lock);
	share = OPEN_MAX / room->n_sets;
	if (share < SHARE_MIN)
		share = SHARE_MIN;
	if (room->n_waiting > 0)
		share = 1;
	(void)pthread_mutex_unlock(&room->lock);
	return share - 1;
}

/* Open ksk; a token that has no room for it gets others out of its way. */
static int
open_ksk(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct hsm_wrap_key *wrap,
    struct signer_key **out, struct error *err)
{
	struct room *room = keys->room;
	struct error failed = ERR_INIT;
	uint64_t n_closed;

	for (;;) {
		n_closed = room_closed(room);
		room_enter(room, wrap != NULL);
		if (ksk_open(session, ksk, wrap, out, &failed) == 0)
			return 0;
		room_leave(room, wrap != NULL);
		if (!hsm_wrapped_is_crowded(&failed) ||
		    (keys->n == 0 && !room_wait(room, n_closed)))
			break;
		if (keys->n > 0)
			close_one(keys);
		err_clear(&failed);
	}
	*err = failed;
	return -1;
}

int
zsks_keys_get(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct signer_key **out, struct error *err)
{
	struct hsm_wrap_key *wrap;
	struct opened *opened;
	size_t i;

	keys->clock++;
	for (i = 0; i < keys->n; i++) {
		if (strcmp(keys->opened[i].id, ksk->row.key_id) != 0)
			continue;
		keys->opened[i].used_at = keys->clock;
		*out = keys->opened[i].key;
		return 0;
	}
	if (wrapping_of(session, keys->room, ksk->cmk, &wrap, err) != 0)
		return -1;
	for (i = room_share(keys->room); keys->n > i; )
		close_one(keys);
	if (open_ksk(session, keys, ksk, wrap, out, err) != 0)
		return -1;
	opened = &keys->opened[keys->n++];
	memcpy(opened->id, ksk->row.key_id, sizeof(opened->id));
	opened->key = *out;
	opened->used_at = keys->clock;
	opened->is_unwrapped = wrap != NULL;
	return 0;
}
