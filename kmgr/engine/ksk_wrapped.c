#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/engine/key_record.h"
#include "kmgr/engine/ksk_wrapped.h"

void
ksk_wrapped_put(const struct key_row *key, struct json *statement)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t hash[CRYPTO_SHA256_LEN];

	if (key->wrap_key_id == NULL)
		return;
	crypto_sha256(key->blob.data, key->blob.len, hash);
	json_put_text(statement, "wrap_key_id", key->wrap_key_id);
	json_put_text(statement, "wrapped_key_sha256", text_hex(hash,
	    sizeof(hash), hex));
}

int
ksk_wrapped_read(const struct json *statement, struct ksk *ksk,
    struct error *err)
{
	const char *hex = json_get_text(statement, "wrapped_key_sha256");
	const char *id = json_get_text(statement, "wrap_key_id");
	const char *custody = json_get_text(statement, "custody");
	const char *sealed = policy_custody_name(ksk->cmk->policy->custody);
	struct error ignored = ERR_INIT;
	size_t len = 0;

	memset(ksk->blob_hash, 0, sizeof(ksk->blob_hash));
	if (custody == NULL || strcmp(custody, sealed) != 0)
		return err_set(err, ERR_INTEGRITY, "the endorsement says "
		    "custody %.20s, the policy %s", custody == NULL ?
		    "(none)" : custody, sealed);
	if (ksk->cmk->policy->custody != CUSTODY_WRAPPED)
		return 0;
	if (hex == NULL || text_from_hex(hex, ksk->blob_hash,
	    sizeof(ksk->blob_hash), &len, &ignored) != 0 ||
	    len != sizeof(ksk->blob_hash))
		return err_set(err, ERR_INTEGRITY,
		    "the endorsement does not say what was wrapped");
	if (id == NULL || strcmp(id, ksk->cmk->wrap_key_id) != 0)
		return err_set(err, ERR_INTEGRITY, "the endorsement has the "
		    "wrapping key %.32s, the seal %s", id == NULL ? "(none)" :
		    id, ksk->cmk->wrap_key_id);
	return 0;
}

int
ksk_wrapped_check(const struct ksk *ksk, const struct key_row *key,
    struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(key->blob.data, key->blob.len, hash);
	if (key->wrap_key_id == NULL ||
	    memcmp(hash, ksk->blob_hash, sizeof(hash)) != 0)
		return err_set(err, ERR_INTEGRITY, "the wrapped key in the "
		    "store is not the endorsed one");
	if (strcmp(key->wrap_key_id, ksk->cmk->wrap_key_id) != 0)
		return err_set(err, ERR_INTEGRITY, "the store has the wrapping "
		    "key %.32s, the seal %s", key->wrap_key_id,
		    ksk->cmk->wrap_key_id);
	return 0;
}

int
ksk_wrapped_fetch(struct store *store, struct ksk *ksk, struct error *err)
{
	struct key_row key = { 0 };
	bool found = false;
	int rc;

	if (ksk->cmk->policy->custody != CUSTODY_WRAPPED)
		return 0;
	if (store_key_find(store, ksk->row.key_id, &key, &found, err) != 0)
		return -1;
	rc = found ? ksk_wrapped_check(ksk, &key, err) :
	    err_set(err, ERR_INTEGRITY, "the store has lost its wrapped key");
	if (rc == 0) {
		buf_free(&ksk->blob);
		ksk->blob = key.blob;
		key.blob = (struct buf)BUF_INIT;	/* now the KSK's */
	}
	key_row_clear(&key);
	if (rc == 0)
		return 0;
	(void)err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
	return err_wrap(err, "KSK %s/%u", ksk->row.zone, ksk->row.key_tag);
}

bool
ksk_wrapped_outlives(const struct ksk *ksk, const struct ksk_row *row)
{

	return ksk->cmk->policy->custody == CUSTODY_WRAPPED &&
	    strcmp(row->state, "removed") == 0 &&
	    strcmp(ksk->cmk->row.state, "deleted") != 0;
}

int
ksk_wrapped_open(const struct ksk *ksk, struct hsm_wrap_key *wrap,
    struct hsm_key **out, struct error *err)
{
	struct crypto_key *public = NULL;
	uint8_t id[HSM_ID_LEN];
	size_t len;
	int rc = -1;

	*out = NULL;
	if (text_from_hex(ksk->row.key_id, id, sizeof(id), &len, err) == 0 &&
	    dnskey_public(&ksk->dnskey, &public, err) == 0)
		rc = hsm_wrapped_open(wrap, id, public, ksk->blob.data,
		    ksk->blob.len, out, err);
	crypto_key_free(public);
	return rc;
}

/* Open the new pair, and have it sign. */
static int
prove(struct hsm_wrap_key *wrap, const uint8_t id[static HSM_ID_LEN],
    const struct crypto_key *public, const struct buf *blob,
    struct ksk_like *out, struct error *err)
{
	struct hsm_key *key;

	if (hsm_wrapped_open(wrap, id, public, blob->data, blob->len, &key,
	    err) != 0)
		return -1;
	if (hsm_key_prove(key, err) != 0) {
		hsm_key_free(key);
		err->class = ERR_TOKEN;
		return -1;
	}
	out->key = key;
	out->attributes = key_record_attributes(key, wrap);
	return 0;
}

int
ksk_wrapped_make(const struct cmk *cmk, struct hsm_wrap_key *wrap,
    const char *ksk_id, int64_t at, struct ksk_like *like,
    struct key_row *row, struct crypto_key **public, struct error *err)
{
	char label[HSM_LABEL_MAX + 1], hex[2 * CRYPTO_SHA256_LEN + 1];
	char key_id[STORE_ID_TEXT];
	const struct key_record_names names = { cmk->row.id, key_id, label,
		cmk->wrap_key_id, cmk->policy->alg };
	struct buf blob = BUF_INIT;
	uint8_t id[HSM_ID_LEN];
	size_t len;
	int rc = -1;

	(void)snprintf(label, sizeof(label), "kmgr1:ksk:%.16s:%.8s", ksk_id,
	    text_hex(cmk->row.policy_hash, CRYPTO_SHA256_LEN, hex));
	if (store_id_new(key_id, err) == 0 &&
	    text_from_hex(key_id, id, sizeof(id), &len, err) == 0 &&
	    hsm_wrapped_create(wrap, cmk->policy->alg,
	    (unsigned int)cmk->policy->rsa_bits, public, &blob, err) == 0 &&
	    (like->key != NULL || prove(wrap, id, *public, &blob, like,
	    err) == 0)) {
		key_record_wrapped_init(&names, like->attributes, *public,
		    &blob, at, row);
		rc = 0;
	}
	buf_free(&blob);
	return rc;
}

void
ksk_like_clear(struct ksk_like *like)
{

	hsm_key_free(like->key);
	free(like->attributes);
	*like = (struct ksk_like) { NULL, NULL };
}
