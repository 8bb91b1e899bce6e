/* Keys as store and events tell of them. */
#ifndef ENGINE_KEY_RECORD_H
#define ENGINE_KEY_RECORD_H

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/store/store.h"

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
