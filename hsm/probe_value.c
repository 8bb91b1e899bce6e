/*
 * Ways by which a private value could leave the token, in clear or under a
 * key of the attacker's: each is walked to its end, as a flag that flips is
 * no leak where the value stays inside.
 */
#include <string.h>

#include "hsm/trial.h"
#include "kmgr/base/secret.h"

/* A pair as kmgr makes it, or one whose value may leave, to compare. */
static bool
make(struct trial *t, struct trial_pair *pair, enum trial_guard guard)
{

	trial_pair_init(t, pair, t->mech);
	if (guard == TRIAL_FREE) {
		trial_set(&pair->private, CKA_SENSITIVE, false);
		trial_set(&pair->private, CKA_EXTRACTABLE, true);
	}
	return trial_pair_make(t, pair);
}

static enum trial_end
read_value(struct trial *t, ck_object_handle_t key)
{
	uint8_t value[1024];
	struct ck_attribute attr = { CKA_VALUE, value, sizeof(value) };

	memset(value, 0, sizeof(value));
	if (t->mech->key_type == CKK_RSA)
		attr.type = CKA_PRIVATE_EXPONENT;
	(void)trial_ok(t, "C_GetAttributeValue", CALL(t->module,
	    C_GetAttributeValue, (t->session, key, &attr, 1)));
	secret_wipe(value, sizeof(value));
	if (t->rv == CKR_ATTRIBUTE_TYPE_INVALID) {
		t->note = "the key has no such attribute "
		    "(CKR_ATTRIBUTE_TYPE_INVALID)";
		return TRIAL_HELD;
	}
	if (t->rv != CKR_OK)
		return TRIAL_REFUSED;
	/* Some say CKR_OK and give nothing. */
	if (attr.value_len == 0 ||
	    attr.value_len == CK_UNAVAILABLE_INFORMATION) {
		t->note = "CKR_OK, but no value";
		return TRIAL_HELD;
	}
	return TRIAL_DONE;
}

static const struct {
	ck_mechanism_type_t	 mechanism;
	bool			 is_rsa;
} wraps[] = {
	{ CKM_AES_KEY_WRAP_KWP, false },
	{ CKM_AES_KEY_WRAP_PAD, false },
	{ CKM_AES_KEY_WRAP, false },
	{ CKM_AES_CBC_PAD, false },
	{ CKM_RSA_PKCS, true },
};

#define N_WRAPS (sizeof(wraps) / sizeof(wraps[0]))

/* An RSA public key that is brought along, as an attacker would his own. */
static const uint8_t brought_modulus[] = {
	0xab, 0xae, 0x29, 0x3d, 0xae, 0x08, 0x85, 0xcd, 0xc1, 0x46, 0x19, 0xe9,
	0x5d, 0x8a, 0xf4, 0xb5, 0x3a, 0x32, 0x3e, 0x9d, 0x47, 0xd2, 0x2e, 0x4c,
	0x8a, 0xa7, 0x67, 0x2c, 0x63, 0x9e, 0xec, 0xbf, 0xd7, 0x10, 0x6a, 0x76,
	0xf1, 0x90, 0x77, 0xd2, 0x2a, 0xb1, 0x14, 0x41, 0xad, 0x37, 0x5c, 0x0f,
	0xe0, 0xfa, 0x3f, 0xc1, 0xe2, 0x5a, 0x14, 0x90, 0x01, 0x6e, 0x29, 0xdd,
	0x21, 0xcb, 0xde, 0x7d, 0xa4, 0xde, 0x85, 0xca, 0x39, 0x1d, 0x10, 0x84,
	0xa3, 0xa8, 0x2f, 0xa7, 0xb0, 0x7a, 0x0d, 0x0a, 0x12, 0xfc, 0x96, 0xf6,
	0x0b, 0x7b, 0xc4, 0x05, 0xea, 0xa4, 0x0d, 0xde, 0x73, 0x99, 0x29, 0xf7,
	0xaf, 0xe7, 0x99, 0x9c, 0x40, 0x9b, 0x06, 0xe4, 0xf6, 0x59, 0x29, 0xcc,
	0xbf, 0xda, 0x5d, 0x5e, 0x53, 0xf2, 0x61, 0x99, 0xac, 0x38, 0xba, 0x8d,
	0x51, 0x40, 0xca, 0xdd, 0x53, 0x70, 0xeb, 0x85, 0x75, 0x35, 0x7a, 0xc2,
	0x38, 0x36, 0xdf, 0x04, 0xcb, 0x22, 0x6f, 0x68, 0xe2, 0x11, 0x77, 0x17,
	0x70, 0x1f, 0x20, 0x78, 0x89, 0xe6, 0x0e, 0x88, 0x16, 0x44, 0x4a, 0xc8,
	0xce, 0x5f, 0x7d, 0x38, 0x22, 0x8b, 0x2f, 0x9d, 0xec, 0x56, 0xbf, 0x4d,
	0x7c, 0xb0, 0x59, 0x37, 0xcc, 0x2c, 0x9a, 0x6a, 0x2a, 0xfd, 0x5d, 0xce,
	0x7e, 0xc3, 0xe9, 0xbe, 0x64, 0x1b, 0x73, 0x19, 0x5c, 0xd8, 0xd9, 0x52,
	0x3e, 0x63, 0x37, 0xfa, 0x2b, 0xef, 0x46, 0x6d, 0x38, 0x3e, 0x1b, 0x1e,
	0x56, 0x35, 0x2e, 0x1c, 0x56, 0xb9, 0xe1, 0xb6, 0xa2, 0x6d, 0x41, 0x33,
	0x14, 0xfb, 0x2e, 0xe3, 0xf6, 0xca, 0xa2, 0x5e, 0x25, 0x87, 0x4a, 0x5c,
	0x82, 0x0f, 0xcd, 0x35, 0x84, 0xf5, 0x45, 0x02, 0x20, 0x9c, 0x44, 0x94,
	0xe7, 0x97, 0xe8, 0x53, 0x28, 0x81, 0xbf, 0xc2, 0x0d, 0x2d, 0x26, 0xf9,
	0x9e, 0xe0, 0x4d, 0x83,
};

/* Into the session only: a pair takes some tokens seconds to make. */
static bool
brought_key(struct trial *t, ck_object_handle_t *out)
{
	struct trial_pair pair;

	if (t->uses_token_objects)
		return false;
	trial_pair_init(t, &pair, mech_find(ALG_RSASHA256));
	trial_drop(&pair.public, CKA_MODULUS_BITS);
	trial_set(&pair.public, CKA_WRAP, true);
	trial_set(&pair.public, CKA_ENCRYPT, true);
	attr_add(&pair.public, CKA_MODULUS, brought_modulus,
	    sizeof(brought_modulus));
	if (!trial_ok(t, "C_CreateObject", CALL(t->module, C_CreateObject,
	    (t->session, pair.public.list, pair.public.n, out))))
		return false;
	trial_keep(t, *out);
	return true;
}

/* A wrapping key of the attacker's: AES, or RSA whose private half he has. */
static bool
own_key(struct trial *t, bool is_rsa, ck_object_handle_t *out)
{
	struct attr_template template;
	struct trial_pair pair;

	if (!is_rsa) {
		trial_aes_init(t, &template);
		return trial_aes_make(t, &template, out);
	}
	trial_pair_init(t, &pair, mech_find(ALG_RSASHA256));
	trial_set(&pair.public, CKA_WRAP, true);
	trial_set(&pair.public, CKA_ENCRYPT, true);
	trial_set(&pair.private, CKA_DECRYPT, true);
	if (!trial_pair_make(t, &pair))
		return false;
	*out = pair.public_key;
	return true;
}

static enum trial_end
wrap_under(struct trial *t, size_t i, ck_object_handle_t own,
    ck_object_handle_t key)
{
	uint8_t blob[TRIAL_BLOB_MAX];
	size_t len;

	if (trial_wrap(t, wraps[i].mechanism, own, key, blob, &len))
		return len > 0 ? TRIAL_DONE : TRIAL_REFUSED;
	/* Without the function or the mechanism nothing was tried. */
	if (t->rv == CKR_FUNCTION_NOT_SUPPORTED ||
	    t->rv == CKR_MECHANISM_INVALID)
		return TRIAL_UNABLE;
	return TRIAL_REFUSED;
}

/* A pair is made only where the token had something against the brought key. */
static enum trial_end
wrap_out(struct trial *t, size_t i, ck_object_handle_t key)
{
	ck_object_handle_t own;
	enum trial_end end;

	if (wraps[i].is_rsa && brought_key(t, &own)) {
		end = wrap_under(t, i, own, key);
		if (end == TRIAL_DONE || t->rv == CKR_KEY_UNEXTRACTABLE)
			return end;
	}
	if (!own_key(t, wraps[i].is_rsa, &own))
		return TRIAL_UNABLE;
	return wrap_under(t, i, own, key);
}

/*
 * Every way at once. When none leads out, the answer to the reading is kept:
 * every token has an opinion on that.
 */
static enum trial_end
get_out(struct trial *t, ck_object_handle_t key)
{
	const enum trial_end end = read_value(t, key);
	const char *call = t->call;
	const ck_rv_t rv = t->rv;
	size_t i;

	if (end == TRIAL_DONE)
		return TRIAL_DONE;
	for (i = 0; i < N_WRAPS; i++)
		if (wrap_out(t, i, key) == TRIAL_DONE)
			return TRIAL_DONE;
	t->call = call;
	t->rv = rv;
	return end;
}

static enum trial_end
try_read(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	struct trial_pair pair;

	(void)row;
	if (!make(t, &pair, guard))
		return TRIAL_UNABLE;
	return read_value(t, pair.private_key);
}

/* Change the flags of a live key, then take the value. */
static enum trial_end
try_flags(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	struct trial_pair pair;
	enum trial_end end;
	struct trial change;
	bool changed;

	if (!make(t, &pair, guard))
		return TRIAL_UNABLE;
	changed = trial_change(t, pair.private_key, row->arg,
	    row->arg == CKA_EXTRACTABLE);
	change = *t;
	if (row->arg == CKA_SENSITIVE)
		(void)trial_change(t, pair.private_key, CKA_EXTRACTABLE, true);
	end = get_out(t, pair.private_key);
	if (end == TRIAL_DONE || changed)
		return end;
	t->call = change.call;
	t->rv = change.rv;
	return TRIAL_REFUSED;
}

static enum trial_end
try_copy(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	struct attr_template template = { .n = 0 };
	struct trial_pair pair;
	ck_object_handle_t copy;

	(void)row;
	if (!make(t, &pair, guard))
		return TRIAL_UNABLE;
	attr_add_bool(&template, CKA_TOKEN, t->uses_token_objects);
	attr_add_bool(&template, CKA_EXTRACTABLE, true);
	if (!trial_copy(t, pair.private_key, &template, &copy))
		return TRIAL_REFUSED;
	return get_out(t, copy);
}

/* The flag alone, wherever the value is. */
static enum trial_end
try_flag(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	struct trial_pair pair;
	bool is_set;

	if (!make(t, &pair, guard))
		return TRIAL_UNABLE;
	if (!trial_change(t, pair.private_key, row->arg,
	    row->arg == CKA_EXTRACTABLE))
		return TRIAL_REFUSED;
	if (trial_reads(t, pair.private_key, row->arg, &is_set) &&
	    is_set != (row->arg == CKA_EXTRACTABLE)) {
		t->note = "CKR_OK, but the flag is as it was";
		return TRIAL_HELD;
	}
	(void)trial_ok(t, "C_SetAttributeValue", CKR_OK);
	return TRIAL_DONE;
}

static enum trial_end
try_wrap(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	struct trial_pair pair;
	size_t i;

	if (!make(t, &pair, guard))
		return TRIAL_UNABLE;
	for (i = 0; i < N_WRAPS - 1 && wraps[i].mechanism != row->arg; i++)
		;
	return wrap_out(t, i, pair.private_key);
}

#define REQUIRED(id, what, fn, arg) \
	{ id, what, HSM_REQUIRED, TRIAL_ATTACK, fn, arg }
#define ALONE(id, what, weight, fn, arg) \
	{ id, what, weight, TRIAL_ATTACK_ALONE, fn, arg }

const struct trial_row probe_value_rows[] = {
	REQUIRED("sensitive-read", "read the value of a sensitive private key",
	    try_read, 0),
	ALONE("sensitive-clear", "set CKA_SENSITIVE false and "
	    "CKA_EXTRACTABLE true, then read or wrap", HSM_REQUIRED,
	    try_flags, CKA_SENSITIVE),
	ALONE("extractable-set", "set CKA_EXTRACTABLE true, then read or wrap",
	    HSM_REQUIRED, try_flags, CKA_EXTRACTABLE),
	REQUIRED("extractable-copy",
	    "copy with CKA_EXTRACTABLE true, then read or wrap", try_copy, 0),
	REQUIRED("wrap-aes-kwp", "wrap under an own AES key by "
	    "CKM_AES_KEY_WRAP_KWP", try_wrap, CKM_AES_KEY_WRAP_KWP),
	REQUIRED("wrap-aes-pad", "wrap under an own AES key by "
	    "CKM_AES_KEY_WRAP_PAD", try_wrap, CKM_AES_KEY_WRAP_PAD),
	REQUIRED("wrap-aes", "wrap under an own AES key by CKM_AES_KEY_WRAP",
	    try_wrap, CKM_AES_KEY_WRAP),
	REQUIRED("wrap-aes-cbc-pad", "wrap under an own AES key by "
	    "CKM_AES_CBC_PAD", try_wrap, CKM_AES_CBC_PAD),
	REQUIRED("wrap-rsa-pkcs", "wrap under an own RSA key by CKM_RSA_PKCS",
	    try_wrap, CKM_RSA_PKCS),
	ALONE("sensitive-flag", "set CKA_SENSITIVE false", HSM_ADVISORY,
	    try_flag, CKA_SENSITIVE),
	ALONE("extractable-flag", "set CKA_EXTRACTABLE true", HSM_ADVISORY,
	    try_flag, CKA_EXTRACTABLE),
	{ NULL, NULL, HSM_ADVISORY, TRIAL_WORK, NULL, 0 },
};
