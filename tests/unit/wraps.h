/* Wrapping keys and wrapped pairs, each as a test would make it. */
#ifndef TESTS_UNIT_WRAPS_H
#define TESTS_UNIT_WRAPS_H

#include "hsm/wrap.h"
#include "tests/unit/softhsm.h"

/* What messages call the wrapped keys of a test. */
extern const uint8_t wraps_id[HSM_ID_LEN];

/**
 * wraps_spec(alg):
 * A wrapping key for keys of ${alg}'s type, with an id of its own.
 */
struct hsm_key_spec wraps_spec(enum alg alg);

/**
 * wraps_generate(f, alg), wraps_find(f, alg):
 * hsm_wrap_generate() and hsm_wrap_find(), which must succeed.
 */
struct hsm_wrap_key *wraps_generate(struct softhsm_fixture *f,
    enum alg alg);
struct hsm_wrap_key *wraps_find(struct softhsm_fixture *f, enum alg alg);

/**
 * wraps_create(wrap, alg, blob), wraps_open(wrap, pub, blob),
 * wraps_signs(key, pub):
 * A wrapped pair; the same as a key; that it signs for ${pub}.
 */
struct crypto_key *wraps_create(struct hsm_wrap_key *wrap, enum alg alg,
    struct buf *blob);
struct hsm_key *wraps_open(struct hsm_wrap_key *wrap,
    const struct crypto_key *pub, const struct buf *blob);
void wraps_signs(struct hsm_key *key, const struct crypto_key *pub);

/**
 * wraps_count():
 * How many objects of any kind another program's session sees.
 */
size_t wraps_count(void);

/**
 * wraps_held(attrs, n, wanted):
 * All ${wanted} attributes are held.
 */
void wraps_held(const struct hsm_attr *attrs, size_t n, size_t wanted);

/**
 * wraps_bool(type, v):
 * An attribute for a template of the test's own.
 */
struct ck_attribute wraps_bool(ck_attribute_type_t type, bool v);

#endif
