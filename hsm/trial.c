#include <stdio.h>
#include <string.h>

#include "hsm/pubkey.h"
#include "hsm/trial.h"

bool
trial_ok(struct trial *t, const char *call, ck_rv_t rv)
{

	t->call = call;
	t->rv = rv;
	return rv == CKR_OK;
}

enum trial_end
trial_end_of(const struct trial *t)
{

	return ckr_refuses_template(t->rv) ? TRIAL_UNKNOWN : TRIAL_UNABLE;
}

void
trial_keep(struct trial *t, ck_object_handle_t object)
{

	if (t->n_made < TRIAL_MADE_MAX)
		t->made[t->n_made++] = object;
}

void
trial_clear(struct trial *t)
{

	while (t->n_made > 0)
		(void)CALL(t->module, C_DestroyObject,
		    (t->session, t->made[--t->n_made]));
}

void
trial_set(struct attr_template *template, ck_attribute_type_t type, bool v)
{
	size_t i;

	for (i = 0; i < template->n; i++)
		if (template->list[i].type == type) {
			*(unsigned char *)template->list[i].value = v ? 1 : 0;
			return;
		}
	attr_add_bool(template, type, v);
}

void
trial_drop(struct attr_template *template, ck_attribute_type_t type)
{
	size_t i, n = 0;

	for (i = 0; i < template->n; i++)
		if (template->list[i].type != type)
			template->list[n++] = template->list[i];
	template->n = n;
}

static void
head(const struct trial *t, struct attr_template *template,
    unsigned long class, unsigned long key_type)
{

	memset(template, 0, sizeof(*template));
	attr_add_ulong(template, CKA_CLASS, class);
	attr_add_ulong(template, CKA_KEY_TYPE, key_type);
	attr_add(template, CKA_LABEL, TRIAL_LABEL, strlen(TRIAL_LABEL));
	attr_add_bool(template, CKA_TOKEN, t->uses_token_objects);
}

void
trial_pair_init(const struct trial *t, struct trial_pair *pair,
    const struct mech *mech)
{
	static const uint8_t exponent[] = { 1, 0, 1 };

	memset(pair, 0, sizeof(*pair));
	pair->mech = mech;
	head(t, &pair->private, CKO_PRIVATE_KEY, mech->key_type);
	attr_add_bool(&pair->private, CKA_PRIVATE, true);
	attr_add_bool(&pair->private, CKA_SENSITIVE, true);
	attr_add_bool(&pair->private, CKA_EXTRACTABLE, false);
	attr_add_bool(&pair->private, CKA_SIGN, true);
	head(t, &pair->public, CKO_PUBLIC_KEY, mech->key_type);
	attr_add_bool(&pair->public, CKA_VERIFY, true);
	if (mech->key_type == CKK_RSA) {
		attr_add_ulong(&pair->public, CKA_MODULUS_BITS, 2048);
		attr_add(&pair->public, CKA_PUBLIC_EXPONENT, exponent,
		    sizeof(exponent));
	} else {
		attr_add(&pair->public, CKA_EC_PARAMS, mech->params[0].der,
		    mech->params[0].len);
	}
}

/* Put another name of the curve into the template. */
static void
use_params(struct trial_pair *pair, const struct mech_params *params)
{
	struct ck_attribute *last =
	    &pair->public.list[pair->public.n - 1];

	/* trial_pair_init() put the longest there; the room is enough. */
	if (last->type == CKA_EC_PARAMS) {
		memcpy(last->value, params->der, params->len);
		last->value_len = params->len;
	}
}

bool
trial_pair_make(struct trial *t, struct trial_pair *pair)
{
	struct ck_mechanism mechanism = { pair->mech->generate, NULL, 0 };
	size_t i = 0;
	bool ok;

	do {
		if (i > 0)
			use_params(pair, &pair->mech->params[i]);
		ok = trial_ok(t, "C_GenerateKeyPair", CALL(t->module,
		    C_GenerateKeyPair, (t->session, &mechanism,
		    pair->public.list, pair->public.n, pair->private.list,
		    pair->private.n, &pair->public_key, &pair->private_key)));
	} while (!ok && ++i < pair->mech->n_params);
	if (ok) {
		trial_keep(t, pair->public_key);
		trial_keep(t, pair->private_key);
	}
	return ok;
}

bool
trial_sign(struct trial *t, const struct mech *mech,
    ck_object_handle_t private_key, uint8_t *tbs, size_t len,
    uint8_t sig[static HSM_SIG_MAX], unsigned long *sig_len)
{
	struct ck_mechanism mechanism = { mech->sign, NULL, 0 };
	uint8_t digest[MECH_TBS_MAX];
	const size_t digest_len = mech_tbs(mech, tbs, len, digest);

	*sig_len = HSM_SIG_MAX;
	return trial_ok(t, "C_SignInit", CALL(t->module, C_SignInit,
	    (t->session, &mechanism, private_key))) &&
	    trial_ok(t, "C_Sign", CALL(t->module, C_Sign, (t->session,
	    digest_len == 0 ? tbs : digest,
	    digest_len == 0 ? len : digest_len, sig, sig_len)));
}

bool
trial_pair_signs(struct trial *t, const struct trial_pair *pair,
    ck_object_handle_t private_key)
{
	uint8_t tbs[] = "kmgr/probe/v1", sig[HSM_SIG_MAX];
	struct error err = ERR_INIT;
	struct crypto_key *pub = NULL;
	const struct mech *mech = pair->mech;
	unsigned long sig_len;
	bool ok = false;

	if (!trial_sign(t, pair->mech, private_key, tbs, sizeof(tbs), sig,
	    &sig_len))
		return false;
	if (pubkey_read(t->module, t->session, pair->public_key, NULL, &mech,
	    &pub, &err) != 0)
		(void)trial_ok(t, err.code != 0 ? "C_GetAttributeValue" :
		    "reading the public key", err.code != 0 ? err.code :
		    CKR_PUBLIC_KEY_INVALID);
	else if (crypto_key_verify(pub, tbs, sizeof(tbs), sig, sig_len,
	    &err) != 0)
		(void)trial_ok(t, "verifying in software",
		    CKR_SIGNATURE_INVALID);
	else
		ok = true;
	crypto_key_free(pub);
	return ok;
}

void
trial_aes_init(const struct trial *t, struct attr_template *template)
{

	head(t, template, CKO_SECRET_KEY, CKK_AES);
	attr_add_bool(template, CKA_PRIVATE, true);
	attr_add_bool(template, CKA_SENSITIVE, true);
	attr_add_bool(template, CKA_WRAP, true);
	attr_add_bool(template, CKA_UNWRAP, true);
	attr_add_bool(template, CKA_ENCRYPT, true);
	attr_add_bool(template, CKA_DECRYPT, true);
	attr_add_ulong(template, CKA_VALUE_LEN, 32);
}

void
trial_wrapping_init(const struct trial *t, struct attr_template *template,
    const struct mech *mech, const struct mech_wrap *wrap)
{
	const struct attr_want want = { .mech = mech, .wrap = wrap };

	head(t, template, CKO_SECRET_KEY, CKK_AES);
	trial_drop(template, CKA_TOKEN);
	attr_fill(template, ATTR_WRAPPING, &want);
	trial_set(template, CKA_TOKEN, t->uses_token_objects);
}

bool
trial_aes_make(struct trial *t, struct attr_template *template,
    ck_object_handle_t *out)
{
	struct ck_mechanism mechanism = { CKM_AES_KEY_GEN, NULL, 0 };

	if (!trial_ok(t, "C_GenerateKey", CALL(t->module, C_GenerateKey,
	    (t->session, &mechanism, template->list, template->n, out))))
		return false;
	trial_keep(t, *out);
	return true;
}

bool
trial_copy(struct trial *t, ck_object_handle_t object,
    struct attr_template *template, ck_object_handle_t *out)
{

	if (!trial_ok(t, "C_CopyObject", CALL(t->module, C_CopyObject,
	    (t->session, object, template->list, template->n, out))))
		return false;
	trial_keep(t, *out);
	return true;
}

bool
trial_change(struct trial *t, ck_object_handle_t object,
    ck_attribute_type_t type, bool v)
{
	unsigned char byte = v ? 1 : 0;
	struct ck_attribute attr = { type, &byte, sizeof(byte) };

	return trial_ok(t, "C_SetAttributeValue", CALL(t->module,
	    C_SetAttributeValue, (t->session, object, &attr, 1)));
}

bool
trial_reads(struct trial *t, ck_object_handle_t object,
    ck_attribute_type_t type, bool *out)
{
	unsigned char byte = 0;
	struct ck_attribute attr = { type, &byte, sizeof(byte) };

	*out = false;
	if (!trial_ok(t, "C_GetAttributeValue", CALL(t->module,
	    C_GetAttributeValue, (t->session, object, &attr, 1))) ||
	    attr.value_len != sizeof(byte))
		return false;
	*out = byte != 0;
	return true;
}

bool
trial_wrap(struct trial *t, ck_mechanism_type_t mechanism,
    ck_object_handle_t wrapping, ck_object_handle_t key,
    uint8_t blob[static TRIAL_BLOB_MAX], size_t *len)
{
	uint8_t iv[16] = { 0 };
	const bool is_cbc = mechanism == CKM_AES_CBC_PAD;
	struct ck_mechanism m = { mechanism, is_cbc ? iv : NULL,
		is_cbc ? sizeof(iv) : 0 };
	unsigned long n = TRIAL_BLOB_MAX;

	*len = 0;
	if (!trial_ok(t, "C_WrapKey", CALL(t->module, C_WrapKey,
	    (t->session, &m, wrapping, key, blob, &n))))
		return false;
	*len = n;
	return true;
}

bool
trial_unwrap(struct trial *t, ck_mechanism_type_t mechanism,
    ck_object_handle_t unwrapping, uint8_t *blob, size_t len,
    struct attr_template *template, ck_object_handle_t *out)
{
	struct ck_mechanism m = { mechanism, NULL, 0 };

	if (!trial_ok(t, "C_UnwrapKey", CALL(t->module, C_UnwrapKey,
	    (t->session, &m, unwrapping, blob, len, template->list,
	    template->n, out))))
		return false;
	trial_keep(t, *out);
	return true;
}

/* An RSA pair has 2048 bits unless it is said. */
static void
set_bits(struct trial_pair *pair, unsigned int bits)
{
	const unsigned long value = bits;
	size_t i;

	for (i = 0; i < pair->public.n; i++)
		if (pair->public.list[i].type == CKA_MODULUS_BITS)
			memcpy(pair->public.list[i].value, &value,
			    sizeof(value));
}

bool
trial_blob_make(struct trial *t, struct trial_blob *blob,
    const struct mech *mech, unsigned int bits, const struct mech_wrap *wrap,
    ck_object_handle_t wrapping)
{

	memset(blob, 0, sizeof(*blob));
	trial_pair_init(t, &blob->pair, mech);
	set_bits(&blob->pair, bits);
	trial_set(&blob->pair.private, CKA_EXTRACTABLE, true);
	return trial_pair_make(t, &blob->pair) && trial_wrap(t, wrap->type,
	    wrapping, blob->pair.private_key, blob->bytes, &blob->len);
}

bool
trial_blob_signs(struct trial *t, struct trial_blob *blob,
    const struct mech_wrap *wrap, ck_object_handle_t unwrapping)
{
	struct attr_template template;
	ck_object_handle_t back;

	attr_unwrap(&template, blob->pair.mech);
	return trial_unwrap(t, wrap->type, unwrapping, blob->bytes, blob->len,
	    &template, &back) && trial_pair_signs(t, &blob->pair, back);
}
