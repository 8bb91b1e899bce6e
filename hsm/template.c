#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/template.h"

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
    const struct template_arg *arg, size_t params)
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
    const struct template_arg *arg, struct template_memo *memo)
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
 * The TPM module says CKR_GENERAL_ERROR to an attribute that it does not
 * like. It is taken for a refusal only when it comes again after a restart,
 * one group may be at fault, and no object was made.
 */
static bool
is_vague_refusal(const struct module *module, ck_session_handle_t session,
    const struct template_arg *arg, ck_rv_t rv, int n_out)
{
	struct error ignored = ERR_INIT;
	ck_object_handle_t *found = NULL;
	size_t n = 0;
	bool is_none;

	if (rv != CKR_GENERAL_ERROR || !arg->takes_vague || n_out > 1)
		return false;
	is_none = find_by_id(module, session, arg->key->id, &found, &n,
	    &ignored) == 0 && n == 0;
	free(found);
	return is_none;
}

/*
 * The full template first, then with one group left out, then with two, ...:
 * what the token refuses, and no more, is missing in the end.
 */
static ck_rv_t
try_templates(const struct module *module, ck_session_handle_t session,
    const struct template_arg *arg, struct template_memo *memo)
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
			want->left_out = (mask | arg->left_out) & all;
			rv = try_params(module, session, arg, memo);
			if (!ckr_refuses_template(rv) &&
			    !refuses_params(rv) && !is_vague_refusal(module,
			    session, arg, rv, n_out))
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

int
template_generate(struct hsm_token *token, ck_session_handle_t session,
    void *arg, struct error *err)
{
	struct template_arg *generate = arg;
	struct attr_want *want = &generate->key->want;
	struct template_memo memo = memo_get(token, want->mech);
	ck_rv_t rv = CKR_ATTRIBUTE_TYPE_INVALID;

	want->left_out = (memo.left_out | generate->left_out) &
	    attr_groups(want);
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

void
template_forget(struct hsm_token *token, const struct mech *mech)
{
	const struct template_memo none = { false, 0, 0 };

	memo_put(token, mech, &none);
}
