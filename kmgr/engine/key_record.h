/* Keys as store and events tell of them. */
#ifndef ENGINE_KEY_RECORD_H
#define ENGINE_KEY_RECORD_H

#include "hsm/key.h"
#include "hsm/wrap.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

/**
 * key_record_init(cmk_id, role, intent, key, at, out):
 * Describe for the store the key pair ${key} that was made for ${intent}.
 *
 * Owner: the caller, key_row_clear().
 */
void key_record_init(const char *cmk_id, const char *role,
    const struct intent_row *intent, const struct hsm_key *key, int64_t at,
    struct key_row *out);

/**
 * key_record_wrap_init(cmk_id, intent, wrap, alg, at, out):
 * Describe the wrapping key ${wrap}, for keys of the type of ${alg}, that was
 * made for ${intent}. It has no public key.
 *
 * Owner: the caller, key_row_clear().
 */
void key_record_wrap_init(const char *cmk_id, const struct intent_row *intent,
    const struct hsm_wrap_key *wrap, enum alg alg, int64_t at,
    struct key_row *out);

/**
 * key_record_sealed_init(cmk_id, intent, attributes, alg, at, out):
 * The same of a wrapping key whose ${attributes} a seal tells.
 *
 * Owner: the caller, key_row_clear().
 */
void key_record_sealed_init(const char *cmk_id,
    const struct intent_row *intent, const struct json *attributes,
    enum alg alg, int64_t at, struct key_row *out);

/* What a wrapped key is called; none of it is in a token. */
struct key_record_names {
	const char	*cmk_id;
	const char	*id;
	const char	*label;
	const char	*wrap_key_id;
	enum alg	 alg;
};

/**
 * key_record_attributes(key, wrap):
 * The attributes that the token holds of ${key} and of ${wrap}, either of
 * which may be NULL, for store and endorsement: {"private": {name: value},
 * "public": {name: value}}, of a wrapping key {"secret": ...}, of a wrapped
 * key "private" and the wrapping key's "secret"; and "not_held" for those that
 * are not as they were asked for. Canonical JSON.
 *
 * Owner: the caller, free().
 */
char *key_record_attributes(const struct hsm_key *key,
    const struct hsm_wrap_key *wrap);

/**
 * key_record_wrapped_init(names, attributes, public, blob, at, out):
 * Describe a KSK's pair, with the public half ${public}, that was wrapped as
 * ${blob}. ${attributes} are those of it or of another of its kind, as it came
 * out of its blob when its wrapping key opened it, and of that key.
 *
 * Owner: the caller, key_row_clear().
 */
void key_record_wrapped_init(const struct key_record_names *names,
    const char *attributes, const struct crypto_key *public,
    const struct buf *blob, int64_t at, struct key_row *out);

/**
 * key_record_json(key), key_record_read(json, out, err):
 * ${key} as events tell of it, and read again from there: {"id", "cmk_id",
 * "role", "label", "alg", "bits", "spki" (base64), "attributes",
 * "is_shared", "created_at"}, and where it is wrapped "blob" (base64) and
 * "wrap_key_id".
 *
 * Owner: the caller, json_free(); key_row_clear().
 * Errors: ERR_INTEGRITY.
 */
struct json *key_record_json(const struct key_row *key);
int key_record_read(const struct json *json, struct key_row *out,
    struct error *err);

#endif
