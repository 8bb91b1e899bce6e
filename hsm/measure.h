/*
 * Where a token's signatures are made: by this process, in a module whose
 * calls it may do one at a time, or elsewhere, while this process waits.
 */
#ifndef HSM_MEASURE_H
#define HSM_MEASURE_H

#include <stdbool.h>

#include "hsm/token.h"
#include "kmgr/base/err.h"

/**
 * hsm_token_computes(token, computes, err):
 * Whether this process computes what ${token}, which is logged in, signs: then
 * as many processes as there are processors are faster than one, and else more
 * sessions are. A few signatures are made with a session's own key, and it is
 * counted how often the thread waited; no clock is read, so that what else
 * the machine does makes no difference. A token that makes no such key is
 * taken for one elsewhere.
 *
 * Errors: ERR_TOKEN.
 */
int hsm_token_computes(struct hsm_token *token, bool *computes,
    struct error *err);

#endif
