#include <string.h>

#include "hsm/pair.h"
#include "kmgr/base/text.h"

struct sign_arg {
	struct hsm_key	*key;
	uint8_t		*tbs;
	size_t		 tbs_len;
	uint8_t		 sig[HSM_SIG_MAX];
	size_t		 sig_len;	/* wanted */
};

/*
 * RSA: a module that takes a number for what is a string may leave out its
 * leading zeros (RFC 8017 s8.2.1: as long as the modulus).
 */
static int
sig_fit(struct sign_arg *sign, size_t got, struct error *err)
{
	const size_t lack = sign->sig_len - got;

	if (got == sign->sig_len)
		return 0;
	if (got == 0 || got > sign->sig_len ||
	    sign->key->want.mech->key_type != CKK_RSA)
		return err_set(err, ERR_TOKEN, "C_Sign gave a signature of "
		    "%zu bytes instead of %zu", got, sign->sig_len);
	memmove(sign->sig + lack, sign->sig, got);
	memset(sign->sig, 0, lack);
	return 0;
}

static int
sign_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct sign_arg *sign = arg;
	struct ck_mechanism mechanism = { sign->key->want.mech->sign, NULL,
		0 };
	unsigned long got = sizeof(sign->sig);
	ck_object_handle_t handle;
	ck_rv_t rv;

	if (pair_private(sign->key, session, &handle, err) != 0)
		return -1;
	rv = CALL(&token->module, C_SignInit, (session, &mechanism, handle));
	if (rv != CKR_OK)
		return ckr_set(err, "C_SignInit", rv);
	rv = CALL(&token->module, C_Sign, (session, sign->tbs, sign->tbs_len,
	    sign->sig, &got));
	if (rv != CKR_OK)
		return ckr_set(err, "C_Sign", rv);
	return sig_fit(sign, got, err);
}

static void
sign_forget(void *arg)
{
	struct sign_arg *sign = arg;

	pair_forget(sign->key);
}

static size_t
sig_len(const struct hsm_key *key)
{
	const struct mech *mech = key->want.mech;

	if (mech->key_type == CKK_RSA)
		return (crypto_key_bits(key->pub) + 7) / 8;
	return alg_find(mech->alg)->sig_len;
}

int
hsm_key_sign(struct hsm_key *key, const uint8_t *tbs, size_t len,
    uint8_t sig[static HSM_SIG_MAX], size_t *siglen, struct error *err)
{
	uint8_t digest[MECH_TBS_MAX];
	struct sign_arg sign = { .key = key };
	const struct run run = { sign_work, sign_forget, &sign, RUN_VERIFIED };
	char hex[2 * HSM_ID_LEN + 1];

	*siglen = 0;
	sign.sig_len = sig_len(key);
	sign.tbs = digest;
	sign.tbs_len = mech_tbs(key->want.mech, tbs, len, digest);
	if (sign.tbs_len == 0) {
		/* Cryptoki takes the message without const. */
		sign.tbs = (uint8_t *)(uintptr_t)tbs;
		sign.tbs_len = len;
	}
	if (sign.sig_len > HSM_SIG_MAX)
		return err_set(err, ERR_TOKEN, "an RSA key of %u bits",
		    crypto_key_bits(key->pub));
	if (run_do(key->token, &run, err) != 0)
		return err_wrap(err, "sign with key %s in token %s",
		    text_hex(key->id, HSM_ID_LEN, hex),
		    hsm_token_name(key->token));
	memcpy(sig, sign.sig, sign.sig_len);
	*siglen = sign.sig_len;
	return 0;
}
