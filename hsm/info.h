/* What a token says of itself, put into words. */
#ifndef HSM_INFO_H
#define HSM_INFO_H

#include <stdbool.h>

#include "hsm/module.h"
#include "hsm/token.h"

/**
 * info_read(module, slot, out, err), info_read_all(module, slot, out, flags,
 * err):
 * What the token in ${slot} and its library say of themselves; *${flags} are
 * CK_TOKEN_INFO.flags of the same answer.
 *
 * Errors: ERR_TOKEN.
 */
int info_read(const struct module *module, ck_slot_id_t slot,
    struct hsm_token_info *out, struct error *err);
int info_read_all(const struct module *module, ck_slot_id_t slot,
    struct hsm_token_info *out, ck_flags_t *flags, struct error *err);

/**
 * info_slots(module, slots, n, err):
 * The *${n} slots with a token in them.
 *
 * Owner: the caller, free(*${slots}).
 * Errors: ERR_TOKEN.
 */
int info_slots(const struct module *module, ck_slot_id_t **slots, size_t *n,
    struct error *err);

/**
 * info_same_token(a, b):
 * Whether both are of one token: label, serial, manufacturer and model.
 */
bool info_same_token(const struct hsm_token_info *a,
    const struct hsm_token_info *b);

/**
 * info_flags(module, slot, out, err):
 * CK_TOKEN_INFO.flags of the token in ${slot}.
 *
 * Errors: ERR_TOKEN.
 */
int info_flags(const struct module *module, ck_slot_id_t slot,
    ck_flags_t *out, struct error *err);

#endif
