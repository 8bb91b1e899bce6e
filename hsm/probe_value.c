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
wrap_out(struct trial *t, size_t i, ck_object_handle_t key)
{
	uint8_t blob[TRIAL_BLOB_MAX];
	ck_object_handle_t own;
	size_t len;

	if (!own_key(t, wraps[i].is_rsa, &own))
		return TRIAL_UNABLE;
	if (trial_wrap(t, wraps[i].mechanism, own, key, blob, &len))
		return len > 0 ? TRIAL_DONE : TRIAL_REFUSED;
	/* Without the function or the mechanism nothing was tried. */
	if (t->rv == CKR_FUNCTION_NOT_SUPPORTED ||
	    t->rv == CKR_MECHANISM_INVALID)
		return TRIAL_UNABLE;
	return TRIAL_REFUSED;
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
