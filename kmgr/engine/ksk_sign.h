/* The seal key's signature under the endorsements of KSKs. */
#ifndef ENGINE_KSK_SIGN_H
#define ENGINE_KSK_SIGN_H

#include <stddef.h>

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/store/store.h"

/**
 * ksk_sign_rows(cmk, seal_key, rows, n, err):
 * Have ${seal_key} of ${cmk} sign the endorsements of ${n} ${rows}, at most
 * MERKLE_LEAVES_MAX, at once, and put into each its proof.
 *
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int ksk_sign_rows(const struct cmk *cmk, struct hsm_key *seal_key,
    struct ksk_row *rows, size_t n, struct error *err);

#endif
