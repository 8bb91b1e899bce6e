#include <string.h>

#include "hsm/object.h"
#include "hsm/template.h"

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
is_kind(const struct hsm_key *key, const struct hsm_key_spec *spec,
    struct error *err)
{

	if (key->want.mech->alg != spec->alg ||
	    (spec->alg == ALG_RSASHA256 &&
	    crypto_key_bits(key->pub) != spec->bits))
		return err_set(err, ERR_TOKEN, "the token made another kind "
		    "of key, %s of %u bits", alg_name(key->want.mech->alg),
		    crypto_key_bits(key->pub));
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

int
hsm_key_prove(struct hsm_key *key, struct error *err)
{
	const struct hsm_attr *leak = attr_leak(key->attrs, key->n_attrs);

	if (leak != NULL) {
		(void)err_set(err, ERR_TOKEN, "%s of the private key reads "
		    "%s: its value could leave the token", leak->name,
		    leak->got);
		return err_hint(err, "this token cannot keep a key; kmgr "
		    "probe-token shows what it enforces");
	}
	return trial(key, err);
}

/* Whether a failed C_GenerateKeyPair may have made the key all the same. */
static bool
may_have_made(const struct error *err)
{

	return err->class == ERR_TOKEN &&
	    ckr_mend(err->code) == CKR_MEND_DEVICE;
}

/*
 * After a failure of the device the key may be there, and so it is not made
 * again. Only CKR_GENERAL_ERROR, which says nothing, is given a second try,
 * with the module started anew and nothing left of the first.
 */
static int
make(struct hsm_key *key, const struct hsm_key_spec *spec,
    unsigned int left_out, struct error *err)
{
	struct template_arg arg = { spec, key, left_out, false };
	const struct run run = { template_generate, NULL, &arg, RUN_ONCE };
	struct error first = ERR_INIT;
	char left[HSM_OBJECT_LEFT_LEN];

	if (run_do(key->token, &run, &first) == 0)
		return 0;
	if (first.code == CKR_GENERAL_ERROR &&
	    hsm_object_undo(key->token, key->id, left) &&
	    run_restart(key->token, err) == 0) {
		arg.takes_vague = true;
		if (run_do(key->token, &run, err) == 0)
			return 0;
		first = *err;
	}
	*err = first;
	return may_have_made(err) ?
	    hsm_object_undo_say(key->token, key->id, err) : -1;
}

static int
make_and_check(struct hsm_key *key, const struct hsm_key_spec *spec,
    unsigned int left_out, struct error *err)
{
	const struct run read = { read_work, pair_forget, key, RUN_AGAIN };

	if (make(key, spec, left_out, err) != 0)
		return -1;
	if (run_do(key->token, &read, err) != 0 ||
	    is_kind(key, spec, err) != 0)
		return hsm_object_undo_say(key->token, key->id, err);
	return 0;
}

/* How a token refuses to use a key that it has just made. */
static bool
is_unusable(const struct error *err)
{

	return err->class == ERR_TOKEN && (err->code == CKR_MECHANISM_INVALID ||
	    err->code == CKR_GENERAL_ERROR ||
	    err->code == CKR_FUNCTION_FAILED ||
	    err->code == CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/*
 * The TPM module makes an RSA key with any attributes, but signs only with
 * one that may decrypt and use raw RSA as well. So what limits the use is left
 * out when a key cannot be used, after it was tried twice in full.
 */
static int
generate(struct hsm_key *key, const struct hsm_key_spec *spec,
    struct error *err)
{
	static const unsigned int left_out[] = { 0, 0, ATTR_MECHANISMS,
		ATTR_MECHANISMS | ATTR_CRYPT };
	const size_t n = sizeof(left_out) / sizeof(left_out[0]);
	struct error failed = ERR_INIT;
	char left[HSM_OBJECT_LEFT_LEN];
	size_t i;

	for (i = 0; i < n; i++) {
		err_clear(&failed);
		if (make_and_check(key, spec, left_out[i], &failed) != 0)
			break;
		if (hsm_key_prove(key, &failed) == 0)
			return 0;
		if (!is_unusable(&failed) || i + 1 == n) {
			(void)hsm_object_undo_say(key->token, key->id, &failed);
			break;
		}
		if (!hsm_object_undo(key->token, key->id, left)) {
			(void)err_wrap(&failed, "in vain, and %s in the token",
			    left);
			break;
		}
	}
	template_forget(key->token, key->want.mech);
	*err = failed;
	return -1;
}

int
hsm_key_generate(struct hsm_token *token, const struct hsm_key_spec *spec,
    struct hsm_key **out, struct error *err)
{
	struct hsm_key *key = pair_new(token, spec->id);

	*out = NULL;
	key->want.mech = mech_find(spec->alg);
	key->want.destroy = spec->destroy;
	if (mech_check(spec->alg, spec->bits, err) != 0 ||
	    generate(key, spec, err) != 0) {
		hsm_key_free(key);
		return err_wrap(err, "make %s key in token %s",
		    alg_name(spec->alg), hsm_token_name(token));
	}
	*out = key;
	return 0;
}
