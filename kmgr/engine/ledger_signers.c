#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/ledger_signers.h"

/* The keys of a CMK, read once. */
struct keys {
	char			 cmk_id[STORE_ID_TEXT];
	struct buf		 spki;
	struct crypto_key	*seal;
	struct proven		*proven;	/* what that has signed */
	char			*certificate;	/* of the identity key */
	char			*certificate_signature;
	struct crypto_key	*identity;	/* NULL without one */
};

struct ledger_signers {
	const struct replay	*replay;
	struct keys		*keys;
	size_t			 n_keys;
};

struct ledger_signers *
ledger_signers_new(const struct replay *replay)
{
	struct ledger_signers *s = mem_new(sizeof(*s));

	s->replay = replay;
	return s;
}

static void
keys_clear(struct keys *keys)
{

	buf_free(&keys->spki);
	proven_free(keys->proven);
	crypto_key_free(keys->seal);
	free(keys->certificate);
	free(keys->certificate_signature);
	crypto_key_free(keys->identity);
}

void
ledger_signers_free(struct ledger_signers *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n_keys; i++)
		keys_clear(&s->keys[i]);
	free(s->keys);
	free(s);
}

/* Those of a CMK, empty where they were not asked for before. */
static struct keys *
find_keys(struct ledger_signers *s, const char *cmk_id)
{
	struct keys *keys;
	size_t i;

	for (i = 0; i < s->n_keys; i++)
		if (strcmp(s->keys[i].cmk_id, cmk_id) == 0)
			return &s->keys[i];
	keys = mem_push(&s->keys, s->n_keys++, sizeof(*keys));
	memcpy(keys->cmk_id, cmk_id, sizeof(keys->cmk_id));
	return keys;
}

/* As the ledger tells now; what was read before is not read again. */
static int
read_seal(const struct replay *replay, struct keys *keys, struct error *err)
{
	const struct cmk_row *cmk = replay_cmk(replay, keys->cmk_id);
	const struct key_row *key = replay_key(replay, cmk->key_id);

	if (keys->seal != NULL && key != NULL &&
	    keys->spki.len == key->spki.len && memcmp(keys->spki.data,
	    key->spki.data, key->spki.len) == 0)
		return 0;
	keys_clear(keys);
	*keys = (struct keys) { .spki = BUF_INIT };
	memcpy(keys->cmk_id, cmk->id, sizeof(keys->cmk_id));
	if (ledger_signed_key(replay, cmk->id, &keys->seal, err) != 0)
		return -1;
	buf_add(&keys->spki, key->spki.data, key->spki.len);
	keys->proven = proven_new(keys->seal);
	return 0;
}

static bool
is_same(const char *a, const char *b)
{

	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int
read_identity(const struct cmk_row *cmk, struct keys *keys, struct error *err)
{

	if (is_same(keys->certificate, cmk->identity) &&
	    is_same(keys->certificate_signature, cmk->identity_signature))
		return 0;
	crypto_key_free(keys->identity);
	keys->identity = NULL;
	free(keys->certificate);
	free(keys->certificate_signature);
	keys->certificate = keys->certificate_signature = NULL;
	if (cmk->identity == NULL)
		return 0;
	if (identity_read(cmk->id, cmk->identity, cmk->identity_signature,
	    keys->seal, &keys->identity, err) != 0)
		return -1;
	keys->certificate = mem_strdup(cmk->identity);
	keys->certificate_signature = mem_strdup(cmk->identity_signature);
	return 0;
}

int
ledger_signers_find(struct ledger_signers *s, const struct json *payload,
    struct ledger_signer *out, struct error *err)
{
	const char *id = json_get_text(payload, "cmk_id");
	const struct cmk_row *cmk = id == NULL ? NULL :
	    replay_cmk(s->replay, id);
	struct keys *keys;

	if (cmk == NULL)
		return err_set(err, ERR_INTEGRITY,
		    "it is of no CMK that the ledger tells of");
	keys = find_keys(s, cmk->id);
	if (read_seal(s->replay, keys, err) != 0 ||
	    read_identity(cmk, keys, err) != 0)
		return -1;
	*out = (struct ledger_signer) { cmk, keys->seal, keys->proven,
		keys->identity };
	return 0;
}
