/* What keeps a key and its description as they were made: advisory. */
#include <string.h>

#include "hsm/trial.h"

/* A pair; where it is guarded, ${type} of the private half is false. */
static bool
make(struct trial *t, struct trial_pair *pair, ck_attribute_type_t type,
    enum trial_guard guard)
{

	trial_pair_init(t, pair, t->mech);
	if (guard == TRIAL_GUARDED)
		trial_set(&pair->private, type, false);
	return trial_pair_make(t, pair);
}

/* Change the label, and see that it is changed. */
static enum trial_end
relabel(struct trial *t, ck_object_handle_t object)
{
	char label[] = TRIAL_LABEL "changed", got[64] = "";
	struct ck_attribute attr = { CKA_LABEL, label, strlen(label) };

	if (!trial_ok(t, "C_SetAttributeValue", CALL(t->module,
	    C_SetAttributeValue, (t->session, object, &attr, 1))))
		return TRIAL_REFUSED;
	attr.value = got;
	attr.value_len = sizeof(got);
	(void)CALL(t->module, C_GetAttributeValue,
	    (t->session, object, &attr, 1));
	if (attr.value_len == strlen(label) &&
	    memcmp(got, label, strlen(label)) == 0)
		return TRIAL_DONE;
	t->note = "CKR_OK, but the label is as it was";
	return TRIAL_HELD;
}

static enum trial_end
try_relabel(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct trial_pair pair;

	(void)row;
	if (!make(t, &pair, CKA_MODIFIABLE, guard))
		return trial_end_of(t);
	return relabel(t, pair.private_key);
}

static enum trial_end
try_copy(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	struct attr_template template = { .n = 0 };
	struct trial_pair pair;
	ck_object_handle_t copy;

	if (!make(t, &pair, row->arg, guard))
		return trial_end_of(t);
	attr_add_bool(&template, CKA_TOKEN, t->uses_token_objects);
	if (row->arg == CKA_MODIFIABLE)
		attr_add_bool(&template, CKA_MODIFIABLE, true);
	if (!trial_copy(t, pair.private_key, &template, &copy))
		return TRIAL_REFUSED;
	return row->arg == CKA_MODIFIABLE ? relabel(t, copy) : TRIAL_DONE;
}

static enum trial_end
destroy(struct trial *t, ck_object_handle_t object)
{
	bool ignored;

	if (!trial_ok(t, "C_DestroyObject", CALL(t->module, C_DestroyObject,
	    (t->session, object))))
		return TRIAL_REFUSED;
	if (trial_reads(t, object, CKA_TOKEN, &ignored)) {
		t->note = "CKR_OK, but the object is still there";
		return TRIAL_HELD;
	}
	(void)trial_ok(t, "C_DestroyObject", CKR_OK);
	return TRIAL_DONE;
}

static enum trial_end
try_destroy(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct trial_pair pair;

	if (t->uses_token_objects) {
		/* If it is enforced, the object would stay for ever. */
		t->note = "it would stay in the token for ever";
		return TRIAL_UNABLE;
	}
	if (!make(t, &pair, row->arg, guard))
		return trial_end_of(t);
	return destroy(t, pair.private_key);
}

/* The other mechanism of the key's type, as the only one allowed. */
static enum trial_end
try_mechanism(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	const unsigned long other = t->mech->key_type == CKK_RSA ?
	    CKM_SHA256_RSA_PKCS : CKM_ECDSA_SHA1;
	struct trial_pair pair;

	(void)row;
	trial_pair_init(t, &pair, t->mech);
	if (guard == TRIAL_GUARDED)
		attr_add_ulong(&pair.private, CKA_ALLOWED_MECHANISMS, other);
	if (!trial_pair_make(t, &pair))
		return trial_end_of(t);
	return trial_pair_signs(t, &pair, pair.private_key) ? TRIAL_DONE :
	    TRIAL_REFUSED;
}

static enum trial_end
try_mechanism_widen(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	unsigned long both[] = { t->mech->sign, CKM_ECDSA_SHA1 };
	struct ck_attribute attr = { CKA_ALLOWED_MECHANISMS, both,
		sizeof(both) };
	struct trial_pair pair;

	(void)row;
	trial_pair_init(t, &pair, t->mech);
	attr_add_ulong(&pair.private, CKA_ALLOWED_MECHANISMS, t->mech->sign);
	if (guard == TRIAL_GUARDED)
		trial_set(&pair.private, CKA_MODIFIABLE, false);
	if (!trial_pair_make(t, &pair))
		return trial_end_of(t);
	return trial_ok(t, "C_SetAttributeValue", CALL(t->module,
	    C_SetAttributeValue, (t->session, pair.private_key, &attr, 1))) ?
	    TRIAL_DONE : TRIAL_REFUSED;
}

static enum trial_end
decrypt(struct trial *t, const struct trial_pair *pair)
{
	struct ck_mechanism mechanism = { CKM_RSA_PKCS, NULL, 0 };

	return trial_ok(t, "C_DecryptInit", CALL(t->module, C_DecryptInit,
	    (t->session, &mechanism, pair->private_key))) ? TRIAL_DONE :
	    TRIAL_REFUSED;
}

/* An AES key under the pair's public half, taken in by the private one. */
static enum trial_end
unwrap(struct trial *t, const struct trial_pair *pair)
{
	struct attr_template template;
	ck_object_handle_t secret, back;
	uint8_t blob[TRIAL_BLOB_MAX];
	size_t len;

	trial_aes_init(t, &template);
	trial_set(&template, CKA_EXTRACTABLE, true);
	if (!trial_aes_make(t, &template, &secret) || !trial_wrap(t,
	    CKM_RSA_PKCS, pair->public_key, secret, blob, &len))
		return TRIAL_UNABLE;
	memset(&template, 0, sizeof(template));
	attr_add_ulong(&template, CKA_CLASS, CKO_SECRET_KEY);
	attr_add_ulong(&template, CKA_KEY_TYPE, CKK_AES);
	attr_add_bool(&template, CKA_TOKEN, t->uses_token_objects);
	return trial_unwrap(t, CKM_RSA_PKCS, pair->private_key, blob, len,
	    &template, &back) ? TRIAL_DONE : TRIAL_REFUSED;
}

/* ECDH with the public half of the pair itself (PKCS #11 2.40 s2.3.7). */
static enum trial_end
derive(struct trial *t, const struct trial_pair *pair)
{
	uint8_t point[160];
	struct ck_attribute attr = { CKA_EC_POINT, point, sizeof(point) };
	struct {
		unsigned long	kdf;
		unsigned long	shared_len;
		unsigned char	*shared;
		unsigned long	public_len;
		unsigned char	*public;
	} params = { 1 /* CKD_NULL */, 0, NULL, 0, point };
	struct ck_mechanism mechanism = { CKM_ECDH1_DERIVE, &params,
		sizeof(params) };
	struct attr_template template = { .n = 0 };
	ck_object_handle_t secret;

	if (!trial_ok(t, "C_GetAttributeValue", CALL(t->module,
	    C_GetAttributeValue, (t->session, pair->public_key, &attr, 1))))
		return TRIAL_UNABLE;
	params.public_len = attr.value_len;
	attr_add_ulong(&template, CKA_CLASS, CKO_SECRET_KEY);
	attr_add_ulong(&template, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	attr_add_bool(&template, CKA_TOKEN, false);
	attr_add_ulong(&template, CKA_VALUE_LEN, 32);
	if (!trial_ok(t, "C_DeriveKey", CALL(t->module, C_DeriveKey,
	    (t->session, &mechanism, pair->private_key, template.list,
	    template.n, &secret))))
		return TRIAL_REFUSED;
	trial_keep(t, secret);
	return TRIAL_DONE;
}

/* A key for signing used for something else. */
static enum trial_end
try_use(struct trial *t, const struct trial_row *row, enum trial_guard guard)
{
	const bool is_rsa = row->arg != CKA_DERIVE;
	struct trial_pair pair;

	trial_pair_init(t, &pair, mech_find(is_rsa ? ALG_RSASHA256 :
	    ALG_ECDSAP256SHA256));
	trial_set(&pair.private, row->arg, guard == TRIAL_FREE);
	if (row->arg == CKA_UNWRAP)
		trial_set(&pair.public, CKA_WRAP, true);
	if (!trial_pair_make(t, &pair))
		return trial_end_of(t);
	if (row->arg == CKA_UNWRAP)
		return unwrap(t, &pair);
	return is_rsa ? decrypt(t, &pair) : derive(t, &pair);
}

bool
trial_needs_rsa(const struct trial_row *row)
{

	return row->attempt == try_use && row->arg != CKA_DERIVE;
}

/* True of a sealed pair, false of one that was made open. */
static enum trial_end
try_origin(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct trial_pair sealed, open;
	bool of_sealed, of_open = false;

	(void)guard;
	trial_pair_init(t, &sealed, t->mech);
	if (!trial_pair_make(t, &sealed))
		return TRIAL_UNABLE;
	if (!trial_reads(t, sealed.private_key, row->arg, &of_sealed))
		return TRIAL_UNKNOWN;
	if (!of_sealed)
		return TRIAL_DONE;
	trial_pair_init(t, &open, t->mech);
	trial_set(&open.private, CKA_SENSITIVE, false);
	trial_set(&open.private, CKA_EXTRACTABLE, true);
	if (!trial_pair_make(t, &open) ||
	    !trial_reads(t, open.private_key, row->arg, &of_open))
		return TRIAL_UNABLE;
	if (of_open)
		return TRIAL_DONE;
	t->note = "true of a sealed key, false of an open one";
	return TRIAL_HELD;
}

static bool
make_data(struct trial *t, ck_attribute_type_t type, enum trial_guard guard,
    ck_object_handle_t *out)
{
	struct attr_template template = { .n = 0 };

	attr_add_ulong(&template, CKA_CLASS, CKO_DATA);
	attr_add_bool(&template, CKA_TOKEN, t->uses_token_objects);
	attr_add_bool(&template, CKA_PRIVATE, true);
	attr_add(&template, CKA_LABEL, TRIAL_LABEL, strlen(TRIAL_LABEL));
	attr_add(&template, CKA_VALUE, "before", 6);
	if (guard == TRIAL_GUARDED)
		attr_add_bool(&template, type, false);
	if (!trial_ok(t, "C_CreateObject", CALL(t->module, C_CreateObject,
	    (t->session, template.list, template.n, out))))
		return false;
	trial_keep(t, *out);
	return true;
}

static enum trial_end
try_data_change(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	char value[] = "behind";
	struct ck_attribute attr = { CKA_VALUE, value, 6 };
	ck_object_handle_t data;

	if (!make_data(t, row->arg, guard, &data))
		return trial_end_of(t);
	if (!trial_ok(t, "C_SetAttributeValue", CALL(t->module,
	    C_SetAttributeValue, (t->session, data, &attr, 1))))
		return TRIAL_REFUSED;
	memset(value, 0, sizeof(value));
	(void)CALL(t->module, C_GetAttributeValue,
	    (t->session, data, &attr, 1));
	if (memcmp(value, "behind", 6) == 0)
		return TRIAL_DONE;
	t->note = "CKR_OK, but the value is as it was";
	return TRIAL_HELD;
}

static enum trial_end
try_data_destroy(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	ck_object_handle_t data;

	if (t->uses_token_objects) {
		t->note = "it would stay in the token for ever";
		return TRIAL_UNABLE;
	}
	if (!make_data(t, row->arg, guard, &data))
		return trial_end_of(t);
	return destroy(t, data);
}

#define ROW(id, what, fn, arg) \
	{ id, what, HSM_ADVISORY, TRIAL_ATTACK, fn, arg }
#define ORIGIN(id, type) \
	{ id, #type " tells a sealed key from an open one", HSM_ADVISORY, \
	TRIAL_ATTACK_ALONE, try_origin, type }

const struct trial_row probe_seal_rows[] = {
	ORIGIN("never-extractable", CKA_NEVER_EXTRACTABLE),
	ORIGIN("always-sensitive", CKA_ALWAYS_SENSITIVE),
	ROW("modifiable-change", "relabel a key of CKA_MODIFIABLE false",
	    try_relabel, CKA_MODIFIABLE),
	ROW("modifiable-copy", "relabel a copy of such a key", try_copy,
	    CKA_MODIFIABLE),
	ROW("copyable", "copy a key of CKA_COPYABLE false", try_copy,
	    CKA_COPYABLE),
	ROW("destroyable", "destroy a key of CKA_DESTROYABLE false",
	    try_destroy, CKA_DESTROYABLE),
	ROW("allowed-mechanisms", "sign with a mechanism that is not in "
	    "CKA_ALLOWED_MECHANISMS", try_mechanism, 0),
	ROW("allowed-mechanisms-widen", "add to CKA_ALLOWED_MECHANISMS of a "
	    "key of CKA_MODIFIABLE false", try_mechanism_widen, 0),
	ROW("usage-derive", "derive with a key of CKA_DERIVE false", try_use,
	    CKA_DERIVE),
	ROW("usage-decrypt", "decrypt with a key of CKA_DECRYPT false",
	    try_use, CKA_DECRYPT),
	ROW("usage-unwrap", "unwrap with a key of CKA_UNWRAP false", try_use,
	    CKA_UNWRAP),
	ROW("data-object-change", "change a data object of CKA_MODIFIABLE "
	    "false", try_data_change, CKA_MODIFIABLE),
	ROW("data-object-destroy", "destroy a data object of CKA_DESTROYABLE "
	    "false", try_data_destroy, CKA_DESTROYABLE),
	{ NULL, NULL, HSM_ADVISORY, TRIAL_WORK, NULL, 0 },
};
