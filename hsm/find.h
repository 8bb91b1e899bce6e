/* Objects in a token: handles by template, values by handle. */
#ifndef HSM_FIND_H
#define HSM_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "hsm/key.h"
#include "hsm/module.h"

/**
 * find_objects(module, session, attrs, n_attrs, out, n, err):
 * The handles of all objects that have the ${n_attrs} attributes ${attrs}.
 *
 * Owner: the caller, free(*${out}).
 * Errors: ERR_TOKEN.
 */
int find_objects(const struct module *module, ck_session_handle_t session,
    struct ck_attribute *attrs, size_t n_attrs, ck_object_handle_t **out,
    size_t *n, struct error *err);

/**
 * find_by_id(module, session, id, out, n, err):
 * The handles of all token objects of any class with CKA_ID ${id}.
 *
 * Owner: the caller, free(*${out}).
 * Errors: ERR_TOKEN.
 */
int find_by_id(const struct module *module, ck_session_handle_t session,
    const uint8_t id[static HSM_ID_LEN], ck_object_handle_t **out, size_t *n,
    struct error *err);

/**
 * find_values(module, session, object, attrs, n, err):
 * Read the ${n} attributes ${attrs} of ${object} into their buffers. The
 * value_len of one that the token does not know, tell or fit into its buffer
 * is CK_UNAVAILABLE_INFORMATION afterwards, which is no error.
 *
 * Errors: ERR_TOKEN.
 */
int find_values(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct ck_attribute *attrs, size_t n,
    struct error *err);

#endif
