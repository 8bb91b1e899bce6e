/*
 * Custody `wrapped`: what a holder of the PIN and of a wrapped key could do,
 * under a wrapping key that is sealed and has an exact CKA_UNWRAP_TEMPLATE.
 */
#include <string.h>

#include "hsm/trial.h"

/* A wrapped pair and the key it is wrapped under. */
struct wrapped {
	struct trial_pair	pair;
	ck_object_handle_t	master;
	ck_mechanism_type_t	mechanism;
	uint8_t			blob[TRIAL_BLOB_MAX];
	size_t			len;
};

/* Which protection of the wrapping key the row is about, when it is free. */
enum lack {
	LACK_NOTHING,
	LACK_TEMPLATE,		/* no CKA_UNWRAP_TEMPLATE */
	LACK_SEAL,		/* CKA_MODIFIABLE and CKA_COPYABLE not false */
	LACK_MECHANISM,		/* no CKA_ALLOWED_MECHANISMS */
	LACK_LIMITS		/* CKA_DECRYPT true, any mechanism */
};

/* All that may be unwrapped, attribute by attribute: a usable KSK. */
static void
good_template(const struct trial *t, struct attr_template *template,
    const struct mech *mech)
{

	memset(template, 0, sizeof(*template));
	attr_add_ulong(template, CKA_CLASS, CKO_PRIVATE_KEY);
	attr_add_ulong(template, CKA_KEY_TYPE, mech->key_type);
	attr_add_bool(template, CKA_TOKEN, t->uses_token_objects);
	attr_add_bool(template, CKA_PRIVATE, true);
	attr_add_bool(template, CKA_SIGN, true);
	attr_add_bool(template, CKA_SENSITIVE, true);
	attr_add_bool(template, CKA_EXTRACTABLE, false);
}

static bool
master_make(struct trial *t, struct wrapped *w, const struct mech *mech,
    enum lack lack)
{
	struct attr_template template, inner;

	trial_aes_init(t, &template);
	trial_set(&template, CKA_EXTRACTABLE, false);
	trial_set(&template, CKA_ENCRYPT, false);
	trial_set(&template, CKA_DECRYPT, lack == LACK_LIMITS);
	if (lack != LACK_SEAL) {
		trial_set(&template, CKA_MODIFIABLE, false);
		trial_set(&template, CKA_COPYABLE, false);
	}
	if (lack != LACK_MECHANISM && lack != LACK_LIMITS)
		attr_add_ulong(&template, CKA_ALLOWED_MECHANISMS,
		    w->mechanism);
	if (lack != LACK_TEMPLATE) {
		good_template(t, &inner, mech);
		attr_add(&template, CKA_UNWRAP_TEMPLATE, inner.list,
		    inner.n * sizeof(inner.list[0]));
	}
	return trial_aes_make(t, &template, &w->master);
}

static enum trial_end
wrap_with(struct trial *t, struct wrapped *w, const struct mech *mech,
    enum lack lack, ck_mechanism_type_t mechanism)
{

	memset(w, 0, sizeof(*w));
	w->mechanism = mechanism;
	if (!master_make(t, w, mech, lack))
		return trial_end_of(t);
	trial_pair_init(t, &w->pair, mech);
	trial_set(&w->pair.private, CKA_EXTRACTABLE, true);
	if (!trial_pair_make(t, &w->pair) ||
	    !trial_wrap(t, mechanism, w->master, w->pair.private_key, w->blob,
	    &w->len))
		return TRIAL_UNABLE;
	return TRIAL_DONE;
}

/* CBC is not among them: tokens take blobs that were tampered with. */
static enum trial_end
wrapped_make(struct trial *t, struct wrapped *w, const struct mech *mech,
    enum lack lack)
{
	enum trial_end end;

	end = wrap_with(t, w, mech, lack, CKM_AES_KEY_WRAP_KWP);
	if (end != TRIAL_UNABLE)
		return end;
	return wrap_with(t, w, mech, lack, CKM_AES_KEY_WRAP_PAD);
}

static enum lack
lack_of(enum trial_guard guard, enum lack lack)
{

	return guard == TRIAL_FREE ? lack : LACK_NOTHING;
}

static enum trial_end
try_round(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	const struct mech *mech = mech_find((enum alg)row->arg);
	struct attr_template template;
	ck_object_handle_t back;
	struct wrapped w;
	enum trial_end end;

	(void)guard;
	if ((end = wrapped_make(t, &w, mech, LACK_NOTHING)) != TRIAL_DONE)
		return end;
	good_template(t, &template, mech);
	if (!trial_unwrap(t, w.mechanism, w.master, w.blob, w.len, &template,
	    &back) || !trial_pair_signs(t, &w.pair, back))
		return TRIAL_REFUSED;
	return TRIAL_DONE;
}

static enum trial_end
try_tampered(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct attr_template template;
	ck_object_handle_t back;
	struct wrapped w;
	enum trial_end end;

	(void)row;
	if ((end = wrapped_make(t, &w, t->mech, LACK_NOTHING)) != TRIAL_DONE)
		return end;
	if (guard == TRIAL_GUARDED)
		w.blob[w.len / 2] ^= 1;
	good_template(t, &template, t->mech);
	return trial_unwrap(t, w.mechanism, w.master, w.blob, w.len,
	    &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
}

/* Unwrap with one attribute that lets the value out: ${arg}. */
static enum trial_end
try_unwrap_open(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct attr_template template;
	ck_object_handle_t back;
	struct wrapped w;
	enum trial_end end;

	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_TEMPLATE));
	if (end != TRIAL_DONE)
		return end;
	good_template(t, &template, t->mech);
	trial_set(&template, row->arg, row->arg == CKA_EXTRACTABLE);
	return trial_unwrap(t, w.mechanism, w.master, w.blob, w.len,
	    &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
}

/* The caller says nothing, so that the module's own defaults are taken. */
static enum trial_end
try_unwrap_silent(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct attr_template template = { .n = 0 };
	ck_object_handle_t back;
	struct wrapped w;
	enum trial_end end;
	bool is_open = false;

	(void)row;
	(void)guard;
	end = wrapped_make(t, &w, t->mech, LACK_NOTHING);
	if (end != TRIAL_DONE)
		return end;
	attr_add_ulong(&template, CKA_CLASS, CKO_PRIVATE_KEY);
	attr_add_ulong(&template, CKA_KEY_TYPE, t->mech->key_type);
	if (!trial_unwrap(t, w.mechanism, w.master, w.blob, w.len, &template,
	    &back)) {
		t->note = t->rv == CKR_TEMPLATE_INCONSISTENT ?
		    "C_UnwrapKey: CKR_TEMPLATE_INCONSISTENT" : NULL;
		return t->note != NULL ? TRIAL_HELD : TRIAL_REFUSED;
	}
	if (!trial_reads(t, back, CKA_EXTRACTABLE, &is_open) || is_open)
		return TRIAL_DONE;
	t->note = "the key is not extractable all the same";
	return TRIAL_HELD;
}

static void
secret_template(struct trial *t, struct attr_template *template,
    unsigned long key_type)
{

	memset(template, 0, sizeof(*template));
	attr_add_ulong(template, CKA_CLASS, CKO_SECRET_KEY);
	attr_add_ulong(template, CKA_KEY_TYPE, key_type);
	attr_add_bool(template, CKA_TOKEN, t->uses_token_objects);
	attr_add_bool(template, CKA_SENSITIVE, key_type == CKK_AES);
	attr_add_bool(template, CKA_EXTRACTABLE, key_type != CKK_AES);
}

/* A private key's PKCS #8 taken for a secret that may be read. */
static enum trial_end
try_unwrap_secret(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct attr_template template;
	ck_object_handle_t back;
	struct wrapped w;
	enum trial_end end;

	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_TEMPLATE));
	if (end != TRIAL_DONE)
		return end;
	secret_template(t, &template, row->arg);
	return trial_unwrap(t, w.mechanism, w.master, w.blob, w.len,
	    &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
}

/* A wrapping key that the attacker knows, brought in as a good one. */
static enum trial_end
try_trojan(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct attr_template template;
	ck_object_handle_t own, back;
	struct wrapped w;
	enum trial_end end;

	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_TEMPLATE));
	if (end != TRIAL_DONE)
		return end;
	trial_aes_init(t, &template);
	trial_set(&template, CKA_EXTRACTABLE, true);
	if (!trial_aes_make(t, &template, &own) ||
	    !trial_wrap(t, w.mechanism, w.master, own, w.blob, &w.len))
		return TRIAL_UNABLE;
	secret_template(t, &template, row->arg);
	attr_add_bool(&template, CKA_UNWRAP, true);
	return trial_unwrap(t, w.mechanism, w.master, w.blob, w.len,
	    &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
}

static enum trial_end
decrypt(struct trial *t, ck_object_handle_t key)
{
	uint8_t iv[16] = { 0 };
	struct ck_mechanism mechanism = { CKM_AES_CBC, iv, sizeof(iv) };

	return trial_ok(t, "C_DecryptInit", CALL(t->module, C_DecryptInit,
	    (t->session, &mechanism, key))) ? TRIAL_DONE : TRIAL_REFUSED;
}

static enum trial_end
try_decrypt(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct wrapped w;
	enum trial_end end;

	(void)row;
	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_LIMITS));
	return end == TRIAL_DONE ? decrypt(t, w.master) : end;
}

static enum trial_end
try_master_change(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct wrapped w;
	enum trial_end end;

	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_SEAL));
	if (end != TRIAL_DONE)
		return end;
	return trial_change(t, w.master, row->arg, true) ? TRIAL_DONE :
	    TRIAL_REFUSED;
}

static enum trial_end
try_master_copy(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct attr_template template = { .n = 0 };
	ck_object_handle_t copy;
	struct wrapped w;
	enum trial_end end;

	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_SEAL));
	if (end != TRIAL_DONE)
		return end;
	attr_add_bool(&template, CKA_TOKEN, t->uses_token_objects);
	attr_add_bool(&template, row->arg, true);
	return trial_copy(t, w.master, &template, &copy) ? TRIAL_DONE :
	    TRIAL_REFUSED;
}

static enum trial_end
try_master_mechanism(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct wrapped w;
	enum trial_end end;

	end = wrapped_make(t, &w, t->mech, lack_of(guard, LACK_MECHANISM));
	if (end != TRIAL_DONE)
		return end;
	return trial_wrap(t, row->arg, w.master, w.pair.private_key, w.blob,
	    &w.len) ? TRIAL_DONE : TRIAL_REFUSED;
}

#define ROUND(id, alg) { id, "wrap, unwrap, sign, verify in software", \
	HSM_WRAPPED_ONLY, TRIAL_WORK, try_round, alg }
#define ROW(id, what, fn, arg) \
	{ id, what, HSM_WRAPPED_ONLY, TRIAL_ATTACK, fn, arg }

const struct trial_row probe_wrapped_rows[] = {
	ROUND("wrapped-ecdsap256sha256", ALG_ECDSAP256SHA256),
	ROUND("wrapped-ecdsap384sha384", ALG_ECDSAP384SHA384),
	ROUND("wrapped-rsasha256-2048", ALG_RSASHA256),
	ROUND("wrapped-ed25519", ALG_ED25519),
	ROW("unwrap-tampered", "unwrap a blob with one bit changed",
	    try_tampered, 0),
	ROW("unwrap-readable", "unwrap with CKA_SENSITIVE false",
	    try_unwrap_open, CKA_SENSITIVE),
	ROW("unwrap-extractable", "unwrap with CKA_EXTRACTABLE true",
	    try_unwrap_open, CKA_EXTRACTABLE),
	{ "unwrap-silent", "unwrap without saying CKA_EXTRACTABLE",
	    HSM_WRAPPED_ONLY, TRIAL_ATTACK_ALONE, try_unwrap_silent, 0 },
	ROW("unwrap-secret", "unwrap a private key as a secret that can be "
	    "read", try_unwrap_secret, CKK_GENERIC_SECRET),
	ROW("unwrap-trojan", "unwrap a known AES key as a wrapping key",
	    try_trojan, CKK_AES),
	ROW("master-decrypt", "decrypt a blob with the wrapping key",
	    try_decrypt, 0),
	ROW("master-change", "let the wrapping key decrypt",
	    try_master_change, CKA_DECRYPT),
	ROW("master-copy", "copy the wrapping key as one that decrypts",
	    try_master_copy, CKA_DECRYPT),
	ROW("master-mechanism", "wrap by another mechanism",
	    try_master_mechanism, CKM_AES_KEY_WRAP),
	{ NULL, NULL, HSM_ADVISORY, TRIAL_WORK, NULL, 0 },
};
