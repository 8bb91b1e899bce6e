/* What tokens say and do, in the forms that are stored and printed. */
#ifndef ENGINE_TOKENS_H
#define ENGINE_TOKENS_H

#include <stdbool.h>

#include "hsm/probe.h"
#include "hsm/token.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/alg.h"

/**
 * tokens_identity_json(info):
 * Label, manufacturer, model and serial. Owner: the caller, json_free().
 */
struct json *tokens_identity_json(const struct hsm_token_info *info);

/**
 * tokens_probe_json(probe):
 * An array of {"id", "what", "weight", "verdict", "detail"}.
 * Owner: the caller, json_free().
 */
struct json *tokens_probe_json(const struct hsm_probe *probe);

/**
 * tokens_row(probe, alg):
 * What came of making and using a key of ${alg}, or NULL if it was not tried.
 */
const struct hsm_probe_row *tokens_row(const struct hsm_probe *probe,
    enum alg alg);

/**
 * tokens_can(probe, alg):
 * Whether the token made, used and destroyed a key of ${alg}.
 */
bool tokens_can(const struct hsm_probe *probe, enum alg alg);

/**
 * tokens_wrap_row(probe, alg):
 * What came of wrapping and unwrapping a key of ${alg}, or NULL.
 * tokens_unwrap_hole(): the first attack on custody wrapped that the token did
 * not refuse, or NULL. Both of a probe of all.
 */
const struct hsm_probe_row *tokens_wrap_row(const struct hsm_probe *probe,
    enum alg alg);
const struct hsm_probe_row *tokens_unwrap_hole(const struct hsm_probe *probe);

/**
 * tokens_no_wrap(probe, alg):
 * The first row by which the token is not fit for custody wrapped with keys of
 * ${alg}, for which tokens_wrap_row() is there; NULL where it is. Of a probe of
 * all.
 */
const struct hsm_probe_row *tokens_no_wrap(const struct hsm_probe *probe,
    enum alg alg);

/**
 * tokens_weak_record(probe):
 * The first row by which a record in the token could be changed or removed,
 * which makes the token tamper-evident only; NULL where there is none.
 */
const struct hsm_probe_row *tokens_weak_record(const struct hsm_probe *probe);

#endif
