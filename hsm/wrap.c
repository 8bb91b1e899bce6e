#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/object.h"
#include "hsm/trial.h"
#include "hsm/wrapping.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"

#define HINT_CUSTODY "custody: token works with every token; kmgr " \
	"probe-token shows what custody: wrapped needs of this one"

/* Of throw-away keys; a wrapping key is for RSA keys of any size. */
#define RSA_BITS 2048

static struct hsm_wrap_key *
wrap_new(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN],
    const struct mech *mech)
{
	struct hsm_wrap_key *wrap = mem_new(sizeof(*wrap));

	wrap->token = token;
	memcpy(wrap->id, id, HSM_ID_LEN);
	wrap->want.mech = mech;
	(void)pthread_mutex_init(&wrap->lock, NULL);
	return wrap;
}

/* Exactly one object, of any class, has the id; *found is whether any has. */
static int
locate(struct hsm_wrap_key *wrap, ck_session_handle_t session,
    ck_object_handle_t *out, bool *found, struct error *err)
{
	ck_object_handle_t *objects = NULL;
	size_t n = 0;

	*found = false;
	if (find_by_id(&wrap->token->module, session, wrap->id, &objects, &n,
	    err) != 0)
		return -1;
	if (n == 1)
		*out = objects[0];
	free(objects);
	*found = n == 1;
	if (n > 1)
		return err_set(err, ERR_INTEGRITY, "the token holds %zu "
		    "objects of this CKA_ID instead of one wrapping key", n);
	return n == 0 ? login_check(wrap->token, session, err) : 0;
}

/* What it is and by which mechanism it wraps; other kinds are no such key. */
static int
kind_read(struct hsm_wrap_key *wrap, ck_session_handle_t session,
    ck_object_handle_t object, struct error *err)
{
	unsigned long class = CK_UNAVAILABLE_INFORMATION;
	unsigned long type = CK_UNAVAILABLE_INFORMATION;
	unsigned long mechs[32];
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_ALLOWED_MECHANISMS, mechs, sizeof(mechs) },
	};
	const struct mech_wrap *found = NULL;

	if (find_values(&wrap->token->module, session, object, attrs, 3,
	    err) != 0)
		return -1;
	if (class != CKO_SECRET_KEY || type != CKK_AES)
		return err_set(err, ERR_INTEGRITY, "the object is no AES key");
	if (attrs[2].value_len == sizeof(mechs[0]))
		found = mech_wrap_find(mechs[0]);
	if (found == NULL ||
	    (wrap->want.wrap != NULL && found != wrap->want.wrap))
		return err_set(err, ERR_INTEGRITY, "CKA_ALLOWED_MECHANISMS of "
		    "the wrapping key is not the one mechanism that it had");
	wrap->want.wrap = found;
	return 0;
}

/* Read it all into attrs; each must hold. */
static int
check(struct hsm_wrap_key *wrap, ck_session_handle_t session,
    ck_object_handle_t object, struct hsm_attr *attrs, size_t *n,
    struct error *err)
{
	const struct module *module = &wrap->token->module;
	const struct hsm_attr *fault;

	*n = 0;
	if (kind_read(wrap, session, object, err) != 0 ||
	    attr_report(module, session, object, ATTR_WRAPPING, &wrap->want,
	    attrs, n, err) != 0)
		return -1;
	if ((fault = attr_fault(attrs, *n)) == NULL)
		return 0;
	return err_set(err, ERR_INTEGRITY, "%s of the wrapping key is %s "
	    "instead of %s", fault->name, fault->got[0] == '\0' ?
	    "unreadable" : fault->got, fault->asked);
}

static int
find_again(struct hsm_wrap_key *wrap, ck_session_handle_t session,
    struct error *err)
{
	struct hsm_attr attrs[ATTR_REPORT_MAX];
	ck_object_handle_t object = 0;
	bool found;
	size_t n;

	if (locate(wrap, session, &object, &found, err) != 0)
		return -1;
	if (!found)
		return ckr_set(err, "the wrapping key is no longer in the "
		    "token", CKR_KEY_HANDLE_INVALID);
	if (check(wrap, session, object, attrs, &n, err) != 0)
		return -1;
	wrap->object = object;
	wrap->epoch = wrap->token->epoch;
	return 0;
}

int
wrapping_object(struct hsm_wrap_key *wrap, ck_session_handle_t session,
    ck_object_handle_t *out, struct error *err)
{
	int rc = 0;

	(void)pthread_mutex_lock(&wrap->lock);
	if (wrap->epoch != wrap->token->epoch)
		rc = find_again(wrap, session, err);
	*out = wrap->object;
	(void)pthread_mutex_unlock(&wrap->lock);
	return rc;
}

void
wrapping_forget(struct hsm_wrap_key *wrap)
{

	(void)pthread_mutex_lock(&wrap->lock);
	wrap->epoch = 0;
	(void)pthread_mutex_unlock(&wrap->lock);
}

struct find_arg {
	struct hsm_wrap_key	*wrap;
	bool			 found;
};

static int
find_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct find_arg *find = arg;
	struct hsm_wrap_key *wrap = find->wrap;

	if (locate(wrap, session, &wrap->object, &find->found, err) != 0)
		return -1;
	if (!find->found)
		return 0;
	wrap->epoch = token->epoch;
	return check(wrap, session, wrap->object, wrap->attrs,
	    &wrap->n_attrs, err);
}

static void
find_forget(void *arg)
{

	(void)arg;		/* find_work() begins with the search anyway */
}

int
hsm_wrap_find(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN],
    enum alg alg, struct hsm_wrap_key **out, struct error *err)
{
	struct find_arg find = { NULL, false };
	const struct run run = { find_work, find_forget, &find, RUN_AGAIN };
	char hex[2 * HSM_ID_LEN + 1];

	*out = NULL;
	if (mech_check(alg, RSA_BITS, err) != 0)
		return -1;
	find.wrap = wrap_new(token, id, mech_find(alg));
	if (run_do(token, &run, err) != 0) {
		hsm_wrap_free(find.wrap);
		return err_wrap(err, "find wrapping key %s in token %s",
		    text_hex(id, HSM_ID_LEN, hex), hsm_token_name(token));
	}
	if (find.found)
		*out = find.wrap;
	else
		hsm_wrap_free(find.wrap);
	return 0;
}

/* All that a wrapping key is there for, once, with keys of the session. */
static bool
is_round(struct trial *t, const struct mech *mech,
    const struct mech_wrap *wrap)
{
	struct attr_template template;
	ck_object_handle_t wrapping;
	struct trial_blob blob;

	trial_wrapping_init(t, &template, mech, wrap);
	return trial_aes_make(t, &template, &wrapping) &&
	    trial_blob_make(t, &blob, mech, RSA_BITS, wrap, wrapping) &&
	    trial_blob_signs(t, &blob, wrap, wrapping);
}

/* The best mechanism with which a round can be made. */
static int
choose_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct hsm_wrap_key *wrap = arg;
	struct trial t = { .module = &token->module, .session = session };
	size_t i;
	bool ok = false;

	if (login_check(token, session, err) != 0)
		return -1;
	for (i = 0; !ok && mech_wrap_at(i) != NULL; i++) {
		wrap->want.wrap = mech_wrap_at(i);
		ok = is_round(&t, wrap->want.mech, wrap->want.wrap);
		trial_clear(&t);
	}
	return ok ? 0 : ckr_set(err, t.call, t.rv);
}

struct make_arg {
	struct hsm_wrap_key		*wrap;
	const struct hsm_key_spec	*spec;
};

static int
make_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	const struct make_arg *make = arg;
	struct ck_mechanism mechanism = { CKM_AES_KEY_GEN, NULL, 0 };
	struct attr_template t = { .n = 0 };
	ck_rv_t rv;

	attr_add_ulong(&t, CKA_CLASS, CKO_SECRET_KEY);
	attr_add_ulong(&t, CKA_KEY_TYPE, CKK_AES);
	attr_add(&t, CKA_ID, make->spec->id, HSM_ID_LEN);
	attr_add(&t, CKA_LABEL, make->spec->label, strlen(make->spec->label));
	attr_fill(&t, ATTR_WRAPPING, &make->wrap->want);
	rv = CALL(&token->module, C_GenerateKey, (session, &mechanism, t.list,
	    t.n, &make->wrap->object));
	return rv == CKR_OK ? 0 : ckr_set(err, "C_GenerateKey", rv);
}

static int
generate(struct hsm_wrap_key *wrap, const struct hsm_key_spec *spec,
    struct error *err)
{
	struct make_arg make_arg = { wrap, spec };
	struct find_arg find_arg = { wrap, false };
	const struct run choose = { choose_work, NULL, wrap, RUN_AGAIN };
	const struct run make = { make_work, NULL, &make_arg, RUN_ONCE };
	const struct run read = { find_work, find_forget, &find_arg,
		RUN_AGAIN };

	if (run_do(wrap->token, &choose, err) != 0)
		return err_wrap(err, "trial");
	if (run_do(wrap->token, &make, err) != 0)
		return ckr_mend(err->code) == CKR_MEND_DEVICE ?
		    hsm_object_undo_say(wrap->token, wrap->id, err) : -1;
	if (run_do(wrap->token, &read, err) == 0 && find_arg.found)
		return 0;
	if (err->class == ERR_NONE)
		(void)err_set(err, ERR_TOKEN, "the new key has vanished");
	/* That it is not what was asked is this token's way, not an attack. */
	err->class = ERR_TOKEN;
	return hsm_object_undo_say(wrap->token, wrap->id, err);
}

int
hsm_wrap_generate(struct hsm_token *token, const struct hsm_key_spec *spec,
    struct hsm_wrap_key **out, struct error *err)
{
	struct hsm_wrap_key *wrap;

	*out = NULL;
	if (mech_check(spec->alg, RSA_BITS, err) != 0)
		return -1;
	wrap = wrap_new(token, spec->id, mech_find(spec->alg));
	wrap->want.destroy = spec->destroy;
	if (generate(wrap, spec, err) != 0) {
		hsm_wrap_free(wrap);
		(void)err_hint(err, HINT_CUSTODY);
		return err_wrap(err, "make wrapping key for %s keys in token "
		    "%s", alg_name(spec->alg), hsm_token_name(token));
	}
	*out = wrap;
	return 0;
}

const struct hsm_attr *
hsm_wrap_attrs(const struct hsm_wrap_key *wrap, size_t *n)
{

	*n = wrap->n_attrs;
	return wrap->attrs;
}

const char *
hsm_wrap_mechanism(const struct hsm_wrap_key *wrap)
{

	return wrap->want.wrap->name;
}

void
hsm_wrap_free(struct hsm_wrap_key *wrap)
{

	if (wrap == NULL)
		return;
	(void)pthread_mutex_destroy(&wrap->lock);
	free(wrap);
}
