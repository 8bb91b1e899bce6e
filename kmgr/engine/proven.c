#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/proven.h"
#include "kmgr/engine/statement.h"

#define SLOTS_MIN 64
#define SLOTS_MAX (1 << 17)	/* 4 MiB; then it begins anew */
#define EVENTS_MAX 4096		/* noted; then the older half is forgotten */

struct hash {
	uint8_t	bytes[CRYPTO_SHA256_LEN];
};

/* A set of hashes, open addressing; all zeroes is no hash that happens. */
struct proven {
	const struct crypto_key	*public;
	pthread_mutex_t		 mutex;
	struct hash		*slots;
	size_t			 n_slots;	/* a power of two */
	size_t			 n;
	struct proven_event	*events;	/* in their order */
	size_t			 n_events;
};

struct proven *
proven_new(const struct crypto_key *public)
{
	struct proven *proven = mem_new(sizeof(*proven));

	proven->public = public;
	(void)pthread_mutex_init(&proven->mutex, NULL);
	return proven;
}

void
proven_free(struct proven *proven)
{

	if (proven == NULL)
		return;
	(void)pthread_mutex_destroy(&proven->mutex);
	free(proven->slots);
	free(proven->events);
	free(proven);
}

/* Of all that was verified: no text holds a 0, so the parts are told apart. */
static void
hash_all(const char *tag, const char *text, const char *signature,
    struct hash *out)
{
	struct buf all = BUF_INIT;

	buf_add(&all, tag, strlen(tag) + 1);
	buf_add(&all, text, strlen(text) + 1);
	buf_add_text(&all, signature);
	crypto_sha256(all.data, all.len, out->bytes);
	buf_free(&all);
}

/* The slot of hash, or the empty one where it would stand. */
static struct hash *
find(const struct proven *proven, const struct hash *hash)
{
	static const struct hash none = { { 0 } };
	struct hash *slot;
	size_t i;

	memcpy(&i, hash->bytes, sizeof(i));
	for (;; i++) {
		slot = &proven->slots[i & (proven->n_slots - 1)];
		if (memcmp(slot, hash, sizeof(*slot)) == 0 ||
		    memcmp(slot, &none, sizeof(*slot)) == 0)
			return slot;
	}
}

static bool
has(struct proven *proven, const struct hash *hash)
{
	bool is_there;

	(void)pthread_mutex_lock(&proven->mutex);
	is_there = proven->n > 0 && memcmp(find(proven, hash), hash,
	    sizeof(*hash)) == 0;
	(void)pthread_mutex_unlock(&proven->mutex);
	return is_there;
}

/* Twice the slots; where that is too many, none of what was known. */
static void
grow(struct proven *proven)
{
	struct hash *old = proven->slots;
	const size_t n = proven->n_slots;
	static const struct hash none = { { 0 } };
	const bool keeps = 2 * n <= SLOTS_MAX;
	size_t i;

	proven->n_slots = n == 0 ? SLOTS_MIN : keeps ? 2 * n : n;
	proven->slots = mem_new(proven->n_slots * sizeof(*old));
	for (i = 0; keeps && i < n; i++)
		if (memcmp(&old[i], &none, sizeof(none)) != 0)
			*find(proven, &old[i]) = old[i];
	if (!keeps)
		proven->n = 0;
	free(old);
}

static void
add(struct proven *proven, const struct hash *hash)
{
	struct hash *slot;

	(void)pthread_mutex_lock(&proven->mutex);
	if (proven->n_slots <= 2 * proven->n)
		grow(proven);
	slot = find(proven, hash);
	/* Another thread may have been faster. */
	if (memcmp(slot, hash, sizeof(*slot)) != 0) {
		*slot = *hash;
		proven->n++;
	}
	(void)pthread_mutex_unlock(&proven->mutex);
}

int
proven_verify(struct proven *proven, const char *tag, const char *text,
    const char *signature, struct error *err)
{
	struct hash hash;

	if (text == NULL || signature == NULL)
		return statement_verify(tag, text, signature, proven->public,
		    err);
	hash_all(tag, text, signature, &hash);
	if (has(proven, &hash))
		return 0;
	if (statement_verify(tag, text, signature, proven->public, err) != 0)
		return -1;
	add(proven, &hash);
	return 0;
}

void
proven_note(struct proven *proven, const struct proven_event *event)
{
	size_t n;

	(void)pthread_mutex_lock(&proven->mutex);
	n = proven->n_events;
	while (n > 0 && proven->events[n - 1].seq >= event->seq)
		n--;
	if (n == EVENTS_MAX) {
		n -= EVENTS_MAX / 2;
		memmove(proven->events, proven->events + EVENTS_MAX / 2,
		    n * sizeof(*event));
	}
	if (proven->events == NULL)
		proven->events = mem_new(EVENTS_MAX * sizeof(*event));
	proven->events[n++] = *event;
	proven->n_events = n;
	(void)pthread_mutex_unlock(&proven->mutex);
}

static int
compare(const void *a, const void *b)
{
	const int64_t *seq = a;
	const struct proven_event *event = b;

	return *seq < event->seq ? -1 : *seq > event->seq;
}

bool
proven_knows(struct proven *proven, int64_t seq,
    const uint8_t hash[static CRYPTO_SHA256_LEN], struct proven_event *out)
{
	const struct proven_event *event = NULL;
	bool knows;

	(void)pthread_mutex_lock(&proven->mutex);
	if (proven->n_events > 0)
		event = bsearch(&seq, proven->events, proven->n_events,
		    sizeof(*event), compare);
	knows = event != NULL && memcmp(event->hash, hash,
	    sizeof(event->hash)) == 0;
	if (knows)
		*out = *event;
	(void)pthread_mutex_unlock(&proven->mutex);
	return knows;
}
