/*
 * Custody `wrapped`: what a holder of the PIN and of a wrapped key could do,
 * under a wrapping key that is sealed and has an exact CKA_UNWRAP_TEMPLATE.
 */
#include <string.h>

#include "hsm/trial.h"

/* A wrapped pair and the key it is wrapped under. */
struct wrapped {
	struct trial_blob	 blob;
	ck_object_handle_t	 master;
	const struct mech_wrap	*wrap;
};

/* Which protection of the wrapping key the row is about, when it is free. */
enum lack {
	LACK_NOTHING,
	LACK_TEMPLATE,		/* no CKA_UNWRAP_TEMPLATE */
	LACK_SEAL,		/* CKA_MODIFIABLE and CKA_COPYABLE not false */
	LACK_MECHANISM,		/* no CKA_ALLOWED_MECHANISMS */
	LACK_LIMITS		/* CKA_DECRYPT true, any mechanism */
};

static bool
master_make(struct trial *t, struct wrapped *w, const struct mech *mech,
    enum lack lack)
{
	struct attr_template template;

	trial_wrapping_init(t, &template, mech, w->wrap);
	if (lack == LACK_SEAL) {
		trial_set(&template, CKA_MODIFIABLE, true);
		trial_set(&template, CKA_COPYABLE, true);
	}
	if (lack == LACK_LIMITS)
		trial_set(&template, CKA_DECRYPT, true);
	if (lack == LACK_MECHANISM || lack == LACK_LIMITS)
		trial_drop(&template, CKA_ALLOWED_MECHANISMS);
	if (lack == LACK_TEMPLATE)
		trial_drop(&template, CKA_UNWRAP_TEMPLATE);
	return trial_aes_make(t, &template, &w->master);
}

static enum trial_end
wrapped_make(struct trial *t, struct wrapped *w, const struct mech *mech,
    enum lack lack)
{
	enum trial_end end = TRIAL_UNABLE;
	size_t i;

	memset(w, 0, sizeof(*w));
	for (i = 0; end != TRIAL_DONE && mech_wrap_at(i) != NULL; i++) {
		w->wrap = mech_wrap_at(i);
		if (!master_make(t, w, mech, lack))
			end = trial_end_of(t);
		else
			end = trial_blob_make(t, &w->blob, mech, 2048,
			    w->wrap, w->master) ? TRIAL_DONE : TRIAL_UNABLE;
	}
	return end;
}

static enum lack
lack_of(enum trial_guard guard, enum lack lack)
{

	return guard == TRIAL_FREE ? lack : LACK_NOTHING;
}

static bool
unwrap(struct trial *t, struct wrapped *w, struct attr_template *template,
    ck_object_handle_t *out)
{

	return trial_unwrap(t, w->wrap->type, w->master, w->blob.bytes,
	    w->blob.len, template, out);
}

static enum trial_end
try_round(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	const struct mech *mech = mech_find((enum alg)row->arg);
	struct wrapped w;
	enum trial_end end;

	(void)guard;
	if ((end = wrapped_make(t, &w, mech, LACK_NOTHING)) != TRIAL_DONE)
		return end;
	return trial_blob_signs(t, &w.blob, w.wrap, w.master) ? TRIAL_DONE :
	    TRIAL_REFUSED;
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
		w.blob.bytes[w.blob.len / 2] ^= 1;
	attr_unwrap(&template, t->mech);
	return unwrap(t, &w, &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
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
	attr_unwrap(&template, t->mech);
	trial_set(&template, row->arg, row->arg == CKA_EXTRACTABLE);
	return unwrap(t, &w, &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
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
	if (!unwrap(t, &w, &template, &back)) {
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
	return unwrap(t, &w, &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
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
	    !trial_wrap(t, w.wrap->type, w.master, own, w.blob.bytes,
	    &w.blob.len))
		return TRIAL_UNABLE;
	secret_template(t, &template, row->arg);
	attr_add_bool(&template, CKA_UNWRAP, true);
	return unwrap(t, &w, &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
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
	return trial_wrap(t, row->arg, w.master, w.blob.pair.private_key,
	    w.blob.bytes, &w.blob.len) ? TRIAL_DONE : TRIAL_REFUSED;
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
	{ "birth-window", "use a pair from another process before it is "
	    "wrapped", HSM_WRAPPED_ONLY, TRIAL_ATTACK_ALONE, probe_birth, 0 },
	{ NULL, NULL, HSM_ADVISORY, TRIAL_WORK, NULL, 0 },
};
