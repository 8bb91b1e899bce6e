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

/**
 * find_text(attr, out, size):
 * What find_values() read as a string of at most ${size} - 1 characters: cut
 * where longer, "" where unreadable, with "?" for what is not printable.
 */
void find_text(const struct ck_attribute *attr, char *out, size_t size);

/* What is done with each object of a walk. */
typedef int find_fn(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, void *arg, struct error *err);

/* An object that is gone since the search, or so the token says. */
enum find_gone {
	FIND_GONE_FAILS,	/* once: to look again (run.h) */
	FIND_GONE_SKIPPED	/* somebody else destroyed it */
};

/**
 * find_each(module, session, objects, n, gone, each, arg, err):
 * Call each() for the ${n} objects until it fails.
 *
 * Errors: those of each().
 */
int find_each(const struct module *module, ck_session_handle_t session,
    const ck_object_handle_t *objects, size_t n, enum find_gone gone,
    find_fn *each, void *arg, struct error *err);

#endif
