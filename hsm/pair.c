#include <stdlib.h>
#include <string.h>

#include "hsm/attr_read.h"
#include "hsm/index.h"
#include "hsm/login.h"
#include "hsm/pair.h"
#include "hsm/pubkey.h"
#include "hsm/wrapping.h"
#include "kmgr/base/mem.h"

struct hsm_key *
pair_new(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN])
{
	struct hsm_key *key = mem_new(sizeof(*key));

	key->token = token;
	memcpy(key->id, id, HSM_ID_LEN);
	(void)pthread_mutex_init(&key->lock, NULL);
	return key;
}

int
pair_locate(struct hsm_key *key, ck_session_handle_t session, bool *found,
    struct error *err)
{
	struct halves halves;

	*found = false;
	if (index_find(&key->token->index, &key->token->module, session,
	    key->id, &halves, err) != 0 ||
	    (halves.n_private == 0 &&
	    login_check(key->token, session, err) != 0))
		return -1;
	if (halves.n_private == 0 && halves.n_public == 0)
		return 0;
	if (halves.n_private != 1 || halves.n_public != 1) {
		(void)err_set(err, ERR_INTEGRITY, "the token holds %zu private "
		    "and %zu public keys of this CKA_ID instead of one each",
		    halves.n_private, halves.n_public);
		return err_hint(err, "kmgr verify compares the store with the "
		    "token; somebody has changed the token behind kmgr, or a "
		    "key generation was cut short");
	}
	key->private = halves.private;
	key->public = halves.public;
	key->epoch = key->token->epoch;
	*found = true;
	return 0;
}

/* Not by the table of attributes: it is text. Longer ones are cut. */
static void
label_take(struct hsm_key *key, const struct ck_attribute *attr)
{
	size_t len = attr->value_len == CK_UNAVAILABLE_INFORMATION ? 0 :
	    attr->value_len;

	if (len > HSM_LABEL_MAX)
		len = HSM_LABEL_MAX;
	memcpy(key->label, attr->value, len);
	key->label[len] = '\0';
}

/* One call for each of the two objects, where the type was known before. */
int
pair_read(struct hsm_key *key, ck_session_handle_t session, struct error *err)
{
	const struct module *module = &key->token->module;
	struct attr_read private, public;
	char text[256];
	const struct ck_attribute label = { CKA_LABEL, text, sizeof(text) };
	size_t at;

	crypto_key_free(key->pub);
	key->pub = NULL;
	key->n_attrs = 0;
	attr_read_init(&private);
	attr_read_half(&private, ATTR_PRIVATE);
	at = attr_read_add(&private, &label);
	attr_read_init(&public);
	attr_read_half(&public, ATTR_PUBLIC);
	if (attr_read_do(&private, module, session, key->private, err) != 0 ||
	    pubkey_read(module, session, key->public, &public,
	    &key->want.mech, &key->pub, err) != 0)
		return -1;
	label_take(key, &private.list[at]);
	attr_judge(&private, &key->want, key->attrs, &key->n_attrs);
	attr_judge(&public, &key->want, key->attrs, &key->n_attrs);
	return 0;
}

static int
find_again(struct hsm_key *key, ck_session_handle_t session,
    struct error *err)
{
	const struct mech *mech = key->want.mech;
	struct crypto_key *pub = NULL;
	bool found = false;
	int rc = 0;

	if (key->wrapped != NULL)
		return wrapped_unwrap(key, session, err);
	if (pair_locate(key, session, &found, err) != 0)
		return -1;
	if (!found)
		return ckr_set(err, "the key is no longer in the token",
		    CKR_KEY_HANDLE_INVALID);
	if (pubkey_read(&key->token->module, session, key->public, NULL,
	    &mech, &pub, err) != 0) {
		key->epoch = 0;
		return -1;
	}
	if (!pubkey_same(pub, key->pub)) {
		key->epoch = 0;
		rc = err_set(err, ERR_INTEGRITY, "another key has taken the "
		    "place of this one in the token");
	}
	crypto_key_free(pub);
	return rc;
}

int
pair_private(struct hsm_key *key, ck_session_handle_t session,
    ck_object_handle_t *out, struct error *err)
{
	int rc = 0;

	(void)pthread_mutex_lock(&key->lock);
	if (key->epoch != key->token->epoch)
		rc = find_again(key, session, err);
	*out = key->private;
	(void)pthread_mutex_unlock(&key->lock);
	return rc;
}

void
pair_forget(void *arg)
{
	struct hsm_key *key = arg;

	(void)pthread_mutex_lock(&key->lock);
	key->epoch = 0;
	(void)pthread_mutex_unlock(&key->lock);
	if (key->wrapped != NULL)
		wrapping_forget(key->wrapped->wrap);
}
