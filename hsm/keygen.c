#include <stdio.h>
#include <string.h>

#include "hsm/object.h"
#include "hsm/pair.h"
#include "kmgr/base/text.h"

struct generate_arg {
	const struct hsm_key_spec	*spec;
	struct hsm_key			*key;
};

/* The two templates of one try. */
struct templates {
	struct attr_template	private;
	struct attr_template	public;
};

static void
template_head(struct attr_template *t, unsigned long class,
    const struct mech *mech, const struct hsm_key_spec *spec)
{

	attr_add_ulong(t, CKA_CLASS, class);
	attr_add_ulong(t, CKA_KEY_TYPE, mech->key_type);
	attr_add(t, CKA_ID, spec->id, sizeof(spec->id));
	attr_add(t, CKA_LABEL, spec->label, strlen(spec->label));
}

static void
templates_fill(struct templates *t, const struct hsm_key_spec *spec,
    const struct attr_want *want, size_t params)
{
	static const uint8_t exponent[] = { 1, 0, 1 };
	const struct mech *mech = want->mech;

	memset(t, 0, sizeof(*t));
	template_head(&t->private, CKO_PRIVATE_KEY, mech, spec);
	template_head(&t->public, CKO_PUBLIC_KEY, mech, spec);
	attr_fill(&t->private, ATTR_PRIVATE, want);
	attr_fill(&t->public, ATTR_PUBLIC, want);
	if (mech->key_type == CKK_RSA) {
		attr_add_ulong(&t->public, CKA_MODULUS_BITS, spec->bits);
		attr_add(&t->public, CKA_PUBLIC_EXPONENT, exponent,
		    sizeof(exponent));
	} else {
		attr_add(&t->public, CKA_EC_PARAMS, mech->params[params].der,
		    mech->params[params].len);
	}
}

static ck_rv_t
try_once(const struct module *module, ck_session_handle_t session,
    const struct generate_arg *arg, size_t params)
{
	const struct attr_want *want = &arg->key->want;
	struct ck_mechanism mechanism = { want->mech->generate, NULL, 0 };
	struct templates t;

	templates_fill(&t, arg->spec, want, params);
	return CALL(module, C_GenerateKeyPair, (session, &mechanism,
	    t.public.list, t.public.n, t.private.list, t.private.n,
	    &arg->key->public, &arg->key->private));
}

static bool
refuses_params(ck_rv_t rv)
{

	return rv == CKR_DOMAIN_PARAMS_INVALID ||
	    rv == CKR_CURVE_NOT_SUPPORTED || rv == CKR_MECHANISM_PARAM_INVALID;
}

/* All forms of the curve's name, or the one that is known to be taken. */
static ck_rv_t
try_params(const struct module *module, ck_session_handle_t session,
    const struct generate_arg *arg, struct template_memo *memo)
{
	const struct mech *mech = arg->key->want.mech;
	size_t i = memo->is_known ? memo->params : 0;
	ck_rv_t rv;

	do {
		rv = try_once(module, session, arg, i);
		if (rv == CKR_OK)
			memo->params = i;
		else if (!ckr_refuses_template(rv) && !refuses_params(rv))
			break;
	} while (rv != CKR_OK && !memo->is_known && ++i < mech->n_params);
	return rv;
}

/*
 * The full template first, then with one group left out, then with two, ...:
 * what the token refuses, and no more, is missing in the end.
 */
static ck_rv_t
try_templates(const struct module *module, ck_session_handle_t session,
    const struct generate_arg *arg, struct template_memo *memo)
{
	struct attr_want *want = &arg->key->want;
	const unsigned int all = attr_groups(want);
	unsigned int mask;
	int n_out;
	ck_rv_t rv = CKR_OK;

	for (n_out = 0; n_out <= ATTR_GROUPS; n_out++)
		for (mask = 0; mask < 1U << ATTR_GROUPS; mask++) {
			if (__builtin_popcount(mask) != n_out ||
			    (mask & ~all) != 0)
				continue;
			want->left_out = mask;
			rv = try_params(module, session, arg, memo);
			if (!ckr_refuses_template(rv) && !refuses_params(rv))
				return rv;
		}
	return rv;
}

static struct template_memo
memo_get(struct hsm_token *token, const struct mech *mech)
{
	struct template_memo memo;

	(void)pthread_mutex_lock(&token->memo_lock);
	memo = token->memos[mech_index(mech)];
	(void)pthread_mutex_unlock(&token->memo_lock);
	return memo;
}

static void
memo_put(struct hsm_token *token, const struct mech *mech,
    const struct template_memo *memo)
{

	(void)pthread_mutex_lock(&token->memo_lock);
	token->memos[mech_index(mech)] = *memo;
	(void)pthread_mutex_unlock(&token->memo_lock);
}

static int
generate_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct generate_arg *generate = arg;
	struct attr_want *want = &generate->key->want;
	struct template_memo memo = memo_get(token, want->mech);
	ck_rv_t rv = CKR_ATTRIBUTE_TYPE_INVALID;

	want->left_out = memo.left_out & attr_groups(want);
	if (memo.is_known)
		rv = try_params(&token->module, session, generate, &memo);
	/* Not known yet, or no longer true. */
	if (ckr_refuses_template(rv)) {
		memset(&memo, 0, sizeof(memo));
		rv = try_templates(&token->module, session, generate, &memo);
	}
	if (rv != CKR_OK)
		return ckr_set(err, "C_GenerateKeyPair", rv);
	memo.is_known = true;
	memo.left_out = want->left_out;
	memo_put(token, want->mech, &memo);
	generate->key->epoch = token->epoch;
	return 0;
}

static int
read_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct hsm_key *key = arg;
	bool found = true;

	if (key->epoch != token->epoch &&
	    pair_locate(key, session, &found, err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_TOKEN, "the new key has vanished");
	return pair_read(key, session, err);
}

static int
is_what_was_asked(const struct hsm_key *key, const struct hsm_key_spec *spec,
    struct error *err)
{
	const struct hsm_attr *leak = attr_leak(key->attrs, key->n_attrs);

	if (key->want.mech->alg != spec->alg ||
	    (spec->alg == ALG_RSASHA256 &&
	    crypto_key_bits(key->pub) != spec->bits))
		return err_set(err, ERR_TOKEN, "the token made another kind "
		    "of key, %s of %u bits", alg_name(key->want.mech->alg),
		    crypto_key_bits(key->pub));
	if (leak != NULL) {
		(void)err_set(err, ERR_TOKEN, "%s of the private key reads "
		    "%s: its value could leave the token", leak->name,
		    leak->got);
		return err_hint(err, "this token cannot keep a key; kmgr "
		    "probe-token shows what it enforces");
	}
	return 0;
}

/* A signature that nobody has a use for, as proof that the key can make one. */
static int
trial(struct hsm_key *key, struct error *err)
{
	static const char tag[] = "kmgr/trial/v1";
	uint8_t tbs[sizeof(tag) + HSM_ID_LEN], sig[HSM_SIG_MAX];
	size_t sig_len;

	memcpy(tbs, tag, sizeof(tag));
	memcpy(tbs + sizeof(tag), key->id, HSM_ID_LEN);
	if (hsm_key_sign(key, tbs, sizeof(tbs), sig, &sig_len, err) != 0 ||
	    crypto_key_verify(key->pub, tbs, sizeof(tbs), sig, sig_len,
	    err) != 0) {
		err->class = ERR_TOKEN;
		return err_wrap(err, "trial signature");
	}
	return 0;
}

/* Undo as far as the token lets us, and add to ${err} what is left. */
static void
undo(const struct hsm_key *key, struct error *err)
{
	struct error ignored = ERR_INIT;
	char hex[2 * HSM_ID_LEN + 1], left_text[96];
	size_t left = 0;

	(void)text_hex(key->id, HSM_ID_LEN, hex);
	if (hsm_object_destroy(key->token, key->id, &left, &ignored) != 0)
		(void)snprintf(left_text, sizeof(left_text),
		    "objects with CKA_ID %s may be left", hex);
	else if (left > 0)
		(void)snprintf(left_text, sizeof(left_text),
		    "%zu objects with CKA_ID %s are left", left, hex);
	else
		(void)snprintf(left_text, sizeof(left_text),
		    "nothing of it is left");
	(void)err_wrap(err, "in vain, and %s in the token", left_text);
}

static int
spec_check(const struct hsm_key_spec *spec, struct error *err)
{

	if (mech_find(spec->alg) == NULL)
		return err_set(err, ERR_TOKEN, "keys of algorithm %d are not "
		    "made", (int)spec->alg);
	if (spec->alg == ALG_RSASHA256 &&
	    (spec->bits < 2048 || spec->bits > 4096))
		return err_set(err, ERR_TOKEN,
		    "RSA keys of %u bits are not made", spec->bits);
	return 0;
}

/* Whether a failed C_GenerateKeyPair may have made the key all the same. */
static bool
may_have_made(const struct error *err)
{

	return err->class == ERR_TOKEN &&
	    ckr_mend(err->code) == CKR_MEND_DEVICE;
}

static int
generate(struct hsm_key *key, const struct hsm_key_spec *spec,
    struct error *err)
{
	struct generate_arg arg = { spec, key };
	const struct run make = { generate_work, NULL, &arg, RUN_ONCE };
	const struct run read = { read_work, pair_forget, key, RUN_AGAIN };

	if (run_do(key->token, &make, err) != 0) {
		if (may_have_made(err))
			undo(key, err);
		return -1;
	}
	if (run_do(key->token, &read, err) != 0 ||
	    is_what_was_asked(key, spec, err) != 0 ||
	    trial(key, err) != 0) {
		undo(key, err);
		return -1;
	}
	return 0;
}

int
hsm_key_generate(struct hsm_token *token, const struct hsm_key_spec *spec,
    struct hsm_key **out, struct error *err)
{
	struct hsm_key *key = pair_new(token, spec->id);

	*out = NULL;
	key->want.mech = mech_find(spec->alg);
	key->want.destroy = spec->destroy;
	if (spec_check(spec, err) != 0 || generate(key, spec, err) != 0) {
		hsm_key_free(key);
		return err_wrap(err, "make %s key in token %s",
		    alg_name(spec->alg), hsm_token_name(token));
	}
	*out = key;
	return 0;
}
