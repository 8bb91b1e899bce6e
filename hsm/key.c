#include <stdlib.h>

#include "hsm/wrapping.h"
#include "kmgr/base/text.h"

struct find_arg {
	struct hsm_key	*key;
	bool		 found;
};

static int
find_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct find_arg *find = arg;

	(void)token;
	if (pair_locate(find->key, session, &find->found, err) != 0)
		return -1;
	return find->found ? pair_read(find->key, session, err) : 0;
}

static void
find_forget(void *arg)
{

	(void)arg;		/* work() finds from the beginning anyway */
}

int
hsm_key_find(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN],
    struct hsm_key **out, struct error *err)
{
	struct find_arg find = { pair_new(token, id), false };
	const struct run run = { find_work, find_forget, &find, RUN_AGAIN };
	char hex[2 * HSM_ID_LEN + 1];

	*out = NULL;
	if (run_do(token, &run, err) != 0) {
		hsm_key_free(find.key);
		return err_wrap(err, "find key %s in token %s",
		    text_hex(id, HSM_ID_LEN, hex), hsm_token_name(token));
	}
	if (find.found)
		*out = find.key;
	else
		hsm_key_free(find.key);
	return 0;
}

const struct crypto_key *
hsm_key_public(const struct hsm_key *key)
{

	return key->pub;
}

enum alg
hsm_key_alg(const struct hsm_key *key)
{

	return key->want.mech->alg;
}

const char *
hsm_key_label(const struct hsm_key *key)
{

	return key->label;
}

const struct hsm_attr *
hsm_key_attrs(const struct hsm_key *key, size_t *n)
{

	*n = key->n_attrs;
	return key->attrs;
}

void
hsm_key_free(struct hsm_key *key)
{

	if (key == NULL)
		return;
	if (key->wrapped != NULL)
		wrapped_close(key);
	crypto_key_free(key->pub);
	(void)pthread_mutex_destroy(&key->lock);
	free(key);
}
