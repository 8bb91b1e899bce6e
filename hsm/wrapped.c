#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/pubkey.h"
#include "hsm/trial.h"
#include "hsm/wrapping.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"

/*
 * Only what says that it is of a session: a handle that went stale unseen may
 * by now be that of a key in the token.
 */
static void
destroy_session_object(const struct module *module,
    ck_session_handle_t session, ck_object_handle_t object)
{
	unsigned char is_token = 1;
	struct ck_attribute attr = { CKA_TOKEN, &is_token, sizeof(is_token) };
	struct error ignored = ERR_INIT;

	if (find_values(module, session, object, &attr, 1, &ignored) == 0 &&
	    attr.value_len == sizeof(is_token) && is_token == 0)
		(void)CALL(module, C_DestroyObject, (session, object));
}

static bool
is_crowded(unsigned long rv)
{

	return rv == CKR_DEVICE_MEMORY || rv == CKR_SESSION_COUNT;
}

/* What may be the blob's fault, and not the moment's. */
static bool
is_about_blob(ck_rv_t rv)
{

	return rv == CKR_GENERAL_ERROR ||
	    (ckr_mend(rv) == CKR_MEND_NONE && !is_crowded(rv));
}

/*
 * SoftHSM says CKR_GENERAL_ERROR to a blob that was changed. Whether it is the
 * token that fails, or this blob, a blob of the same wrapping key shows.
 */
static int
refused(struct hsm_key *key, ck_session_handle_t session,
    ck_object_handle_t wrapping, ck_rv_t rv, struct error *err)
{
	const struct mech_wrap *wrap = key->wrapped->wrap->want.wrap;
	struct trial t = { .module = &key->token->module,
		.session = session };
	struct trial_blob other;
	char text[CKR_TEXT_LEN];
	bool is_blob;

	is_blob = is_about_blob(rv) && trial_blob_make(&t, &other,
	    key->want.mech, 2048, wrap, wrapping) &&
	    trial_blob_signs(&t, &other, wrap, wrapping);
	trial_clear(&t);
	if (!is_blob)
		return ckr_set(err, "C_UnwrapKey", rv);
	return err_set(err, ERR_INTEGRITY, "C_UnwrapKey: %s: the token "
	    "unwraps others, so this key was changed outside the token, or "
	    "wrapped by another wrapping key", ckr_text(rv, text));
}

/* However the token came to it: the value must not be able to leave again. */
static int
guard(struct hsm_key *key, ck_session_handle_t session,
    ck_object_handle_t object, struct error *err)
{
	struct hsm_attr attrs[ATTR_REPORT_MAX];
	const struct hsm_attr *fault;
	size_t n = 0;

	if (attr_report(&key->token->module, session, object, ATTR_UNWRAPPED,
	    &key->want, attrs, &n, err) != 0)
		return -1;
	if ((fault = attr_fault(attrs, n)) != NULL)
		return err_set(err, ERR_INTEGRITY, "%s of the unwrapped key "
		    "is %s instead of %s", fault->name,
		    fault->got[0] == '\0' ? "unreadable" : fault->got,
		    fault->asked);
	if (key->n_attrs == 0) {
		memcpy(key->attrs, attrs, sizeof(attrs));
		key->n_attrs = n;
	}
	return 0;
}

int
wrapped_unwrap(struct hsm_key *key, ck_session_handle_t session,
    struct error *err)
{
	struct wrapped *wrapped = key->wrapped;
	const struct module *module = &key->token->module;
	struct ck_mechanism mechanism = { 0, NULL, 0 };
	struct attr_template t;
	ck_object_handle_t wrapping, object = 0;
	ck_rv_t rv;

	if (wrapping_object(wrapped->wrap, session, &wrapping, err) != 0)
		return -1;
	mechanism.mechanism = wrapped->wrap->want.wrap->type;
	attr_unwrap(&t, key->want.mech);
	rv = CALL(module, C_UnwrapKey, (session, &mechanism, wrapping,
	    wrapped->blob.data, wrapped->blob.len, t.list, t.n, &object));
	if (rv != CKR_OK)
		return refused(key, session, wrapping, rv, err);
	if (guard(key, session, object, err) != 0) {
		destroy_session_object(module, session, object);
		return -1;
	}
	key->private = object;
	key->epoch = key->token->epoch;
	return 0;
}

static int
close_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	const struct hsm_key *key = arg;

	(void)err;
	if (key->epoch == token->epoch)
		destroy_session_object(&token->module, session, key->private);
	return 0;
}

void
wrapped_close(struct hsm_key *key)
{
	const struct run run = { close_work, NULL, key, RUN_ONCE };
	struct error ignored = ERR_INIT;
	bool is_open;

	(void)pthread_rwlock_rdlock(&key->token->lock);
	is_open = key->token->module.list != NULL;
	(void)pthread_rwlock_unlock(&key->token->lock);
	/* A token that is away is not waited for: the object went with it. */
	if (key->epoch != 0 && is_open)
		(void)run_do(key->token, &run, &ignored);
	buf_free(&key->wrapped->blob);
	free(key->wrapped);
	key->wrapped = NULL;
}

static int
open_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	ck_object_handle_t ignored;

	(void)token;
	return pair_private(arg, session, &ignored, err);
}

static int
type_check(const struct hsm_wrap_key *wrap, const struct mech *mech,
    struct error *err)
{

	if (mech->key_type == wrap->want.mech->key_type)
		return 0;
	return err_set(err, ERR_INTEGRITY, "the wrapping key is not for %s "
	    "keys, but of the type of %s", alg_name(mech->alg),
	    alg_name(wrap->want.mech->alg));
}

int
hsm_wrapped_open(struct hsm_wrap_key *wrap,
    const uint8_t id[static HSM_ID_LEN], const struct crypto_key *pub,
    const void *blob, size_t len, struct hsm_key **out, struct error *err)
{
	struct hsm_key *key = pair_new(wrap->token, id);
	const struct run run = { open_work, pair_forget, key, RUN_AGAIN };
	char hex[2 * HSM_ID_LEN + 1];
	int rc = -1;

	*out = NULL;
	key->wrapped = mem_new(sizeof(*key->wrapped));
	key->wrapped->wrap = wrap;
	buf_add(&key->wrapped->blob, blob, len);
	key->want.mech = mech_of_key(crypto_key_kind(pub));
	key->pub = crypto_key_copy(pub);
	if (type_check(wrap, key->want.mech, err) != 0 ||
	    run_do(wrap->token, &run, err) != 0)
		goto out;
	*out = key;
	key = NULL;
	rc = 0;
 out:
	if (rc != 0)
		(void)err_wrap(err, "unwrap key %s in token %s",
		    text_hex(id, HSM_ID_LEN, hex),
		    hsm_token_name(wrap->token));
	hsm_key_free(key);
	return rc;
}

struct create_arg {
	struct hsm_wrap_key	*wrap;
	const struct mech	*mech;
	unsigned int		 bits;
	struct crypto_key	*pub;
	struct trial_blob	 blob;
};

static int
pub_read(struct trial *t, struct create_arg *create, struct error *err)
{
	const struct mech *mech = create->mech;

	crypto_key_free(create->pub);
	create->pub = NULL;
	if (pubkey_read(t->module, t->session, create->blob.pair.public_key,
	    NULL, &mech, &create->pub, err) != 0)
		return -1;
	if (mech != create->mech || (mech->key_type == CKK_RSA &&
	    crypto_key_bits(create->pub) != create->bits))
		return err_set(err, ERR_TOKEN, "the token made another kind "
		    "of key, %s of %u bits", alg_name(mech->alg),
		    crypto_key_bits(create->pub));
	return 0;
}

/* Until it is destroyed the key is one that could leave the token. */
static int
create_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct create_arg *create = arg;
	struct trial t = { .module = &token->module, .session = session };
	const ck_object_handle_t *private = &create->blob.pair.private_key;
	ck_object_handle_t wrapping;
	bool ignored;
	int rc;

	if (wrapping_object(create->wrap, session, &wrapping, err) != 0)
		return -1;
	if (trial_blob_make(&t, &create->blob, create->mech, create->bits,
	    create->wrap->want.wrap, wrapping))
		rc = pub_read(&t, create, err);
	else
		rc = ckr_set(err, t.call, t.rv);
	trial_clear(&t);
	if (rc == 0 && trial_reads(&t, *private, CKA_TOKEN, &ignored))
		rc = err_set(err, ERR_TOKEN, "the session's key was wrapped, "
		    "and the token does not destroy it");
	return rc;
}

static void
create_forget(void *arg)
{
	struct create_arg *create = arg;

	wrapping_forget(create->wrap);
}

int
hsm_wrapped_create(struct hsm_wrap_key *wrap, enum alg alg,
    unsigned int bits, struct crypto_key **pub, struct buf *blob,
    struct error *err)
{
	struct create_arg create = { .wrap = wrap, .bits = bits };
	const struct run run = { create_work, create_forget, &create,
		RUN_AGAIN };

	*pub = NULL;
	if (mech_check(alg, bits, err) != 0)
		return -1;
	create.mech = mech_find(alg);
	if (type_check(wrap, create.mech, err) != 0 ||
	    run_do(wrap->token, &run, err) != 0) {
		crypto_key_free(create.pub);
		return err_wrap(err, "make wrapped %s key in token %s",
		    alg_name(alg), hsm_token_name(wrap->token));
	}
	*pub = create.pub;
	buf_add(blob, create.blob.bytes, create.blob.len);
	return 0;
}

bool
hsm_wrapped_is_crowded(const struct error *err)
{

	return err->class == ERR_TOKEN && is_crowded(err->code);
}
