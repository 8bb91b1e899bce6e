/* What a token keeps for a CMK beside keys: data objects by their names. */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include "hsm/data.h"
#include "hsm/token.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"

#define KEPT_PREFIX "kmgr1:"	/* that the names of all of them begin with */

/**
 * kept_application(prefix, cmk_id, out):
 * Write the CKA_APPLICATION of a CMK's objects: ${prefix} and the first 16
 * digits of ${cmk_id}. Returns ${out}.
 */
char *kept_application(const char *prefix, const char *cmk_id,
    char out[static HSM_DATA_NAME_MAX + 1]);

/**
 * kept_put(session, token, application, label, json, err):
 * Store ${json} in canonical form. Where the token does not hold that as it
 * should, a note says why it is tamper-evident only.
 *
 * Errors: ERR_TOKEN.
 */
int kept_put(struct session *session, struct hsm_token *token,
    const char *application, const char *label, const struct json *json,
    struct error *err);

#endif
