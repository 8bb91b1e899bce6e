/* The keys that are open in a run: those that were used last. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/engine/zsks_internal.h"

/*
 * Handles cost a token memory, and a zone of its own KSK needs it once: more
 * than these are not kept. A token may have room for fewer.
 */
#define OPEN_MAX 64

struct opened {
	char			 id[STORE_ID_TEXT];
	struct signer_key	*key;
	uint64_t		 used_at;	/* by zsks_keys.clock */
};

struct wrapping {
	char			 cmk_id[STORE_ID_TEXT];
	struct hsm_wrap_key	*key;
};

struct zsks_keys {
	struct opened	 opened[OPEN_MAX];
	size_t		 n;
	uint64_t	 clock;		/* counts calls */
	struct wrapping	*wrapping;	/* one a CMK */
	size_t		 n_wrapping;
};

struct zsks_keys *
zsks_keys_new(void)
{

	return mem_new(sizeof(struct zsks_keys));
}

void
zsks_keys_free(struct zsks_keys *keys)
{
	size_t i;

	if (keys == NULL)
		return;
	for (i = 0; i < keys->n; i++)
		signer_key_free(keys->opened[i].key);
	for (i = 0; i < keys->n_wrapping; i++)
		hsm_wrap_free(keys->wrapping[i].key);
	free(keys->wrapping);
	free(keys);
}

/* The wrapping key of the CMK; NULL where its custody has none. */
static int
wrapping_of(struct session *session, struct zsks_keys *keys,
    const struct cmk *cmk, struct hsm_wrap_key **out, struct error *err)
{
	struct wrapping *wrapping;
	size_t i;

	*out = NULL;
	if (cmk->policy->custody != CUSTODY_WRAPPED)
		return 0;
	for (i = 0; i < keys->n_wrapping; i++)
		if (strcmp(keys->wrapping[i].cmk_id, cmk->row.id) == 0) {
			*out = keys->wrapping[i].key;
			return 0;
		}
	if (wrapkey_open(session, cmk, out, err) != 0)
		return -1;
	wrapping = mem_push(&keys->wrapping, keys->n_wrapping++,
	    sizeof(*wrapping));
	memcpy(wrapping->cmk_id, cmk->row.id, sizeof(wrapping->cmk_id));
	wrapping->key = *out;
	return 0;
}

/* Close the key that was used least recently. */
static void
close_one(struct zsks_keys *keys)
{
	size_t i, oldest = 0;

	for (i = 1; i < keys->n; i++)
		if (keys->opened[i].used_at < keys->opened[oldest].used_at)
			oldest = i;
	signer_key_free(keys->opened[oldest].key);
	keys->opened[oldest] = keys->opened[--keys->n];
}

/* Open ksk; a token that has no room for it gets others out of its way. */
static int
open_ksk(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct hsm_wrap_key *wrap,
    struct signer_key **out, struct error *err)
{
	struct error failed = ERR_INIT;

	while (ksk_open(session, ksk, wrap, out, &failed) != 0) {
		if (keys->n == 0 || !hsm_wrapped_is_crowded(&failed)) {
			*err = failed;
			return -1;
		}
		close_one(keys);
		err_clear(&failed);
	}
	return 0;
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
	if (wrapping_of(session, keys, ksk->cmk, &wrap, err) != 0)
		return -1;
	if (keys->n == OPEN_MAX)
		close_one(keys);
	if (open_ksk(session, keys, ksk, wrap, out, err) != 0)
		return -1;
	opened = &keys->opened[keys->n++];
	memcpy(opened->id, ksk->row.key_id, sizeof(opened->id));
	opened->key = *out;
	opened->used_at = keys->clock;
	return 0;
}
