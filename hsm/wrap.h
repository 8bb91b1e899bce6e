/*
 * Custody wrapped: key pairs that live outside the token, as blobs which one
 * key of the token can turn into a key again, for a session and for signing.
 */
#ifndef HSM_WRAP_H
#define HSM_WRAP_H

#include "hsm/key.h"
#include "kmgr/base/buf.h"

struct hsm_wrap_key;

/**
 * hsm_wrap_generate(token, spec, out, err):
 * Make a wrapping key, AES-256, for key pairs of the type of spec->alg (P-256
 * and P-384 are one type). It is a sealed token object that may wrap and
 * unwrap and nothing else, by CKM_AES_KEY_WRAP_KWP or, where the token has
 * not that, CKM_AES_KEY_WRAP_PAD; what it unwraps is always a private key of
 * the session that signs, SENSITIVE and not EXTRACTABLE (CKA_UNWRAP_TEMPLATE).
 * Before, a round is made with throw-away keys. Every attribute is read back,
 * and none may be missing: a token that refuses or forgets one cannot have
 * custody wrapped, and the key is destroyed.
 *
 * Owner: the caller, hsm_wrap_free().
 * Errors: ERR_TOKEN, also where the token cannot wrap keys of this type.
 * Source: RFC 5649 (both mechanisms), PKCS #11 3.0 s4.10 (the template).
 */
int hsm_wrap_generate(struct hsm_token *token, const struct hsm_key_spec *spec,
    struct hsm_wrap_key **out, struct error *err);

/**
 * hsm_wrap_find(token, id, alg, out, err):
 * Find the wrapping key with CKA_ID ${id} for keys of ${alg}'s type;
 * *${out} is NULL when the token has no object of that id, which is never a
 * reason to make one: what it wrapped is lost then.
 *
 * Owner: the caller, hsm_wrap_free().
 * Errors: ERR_TOKEN; ERR_INTEGRITY where an attribute is not as
 * hsm_wrap_generate() made it, or more than one object has that id.
 */
int hsm_wrap_find(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN],
    enum alg alg, struct hsm_wrap_key **out, struct error *err);

/**
 * hsm_wrap_attrs(wrap, n), hsm_wrap_mechanism(wrap):
 * All *${n} attributes as they were read back, each HSM_ATTR_HELD, their half
 * "secret"; "CKM_AES_KEY_WRAP_PAD", which the store keeps with each blob.
 * Owner: ${wrap}.
 */
const struct hsm_attr *hsm_wrap_attrs(const struct hsm_wrap_key *wrap,
    size_t *n);
const char *hsm_wrap_mechanism(const struct hsm_wrap_key *wrap);

/**
 * hsm_wrap_free(wrap):
 * Free ${wrap}; nothing happens in the token. Keys that were opened with it
 * are freed before.
 */
void hsm_wrap_free(struct hsm_wrap_key *wrap);

/**
 * hsm_wrapped_create(wrap, alg, bits, pub, blob, err):
 * Make a key pair in the token, for a session, wrap it and destroy it: its
 * public half and what was wrapped, appended to ${blob}. RSA keys have ${bits}
 * bits. Nothing of it stays in the token. That it can be opened, and signs, is
 * for hsm_wrapped_open() and hsm_key_prove() to show.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_TOKEN.
 */
int hsm_wrapped_create(struct hsm_wrap_key *wrap, enum alg alg,
    unsigned int bits, struct crypto_key **pub, struct buf *blob,
    struct error *err);

/**
 * hsm_wrapped_open(wrap, id, pub, blob, len, out, err):
 * Unwrap the ${len} bytes ${blob}, of the key whose public half is ${pub},
 * for hsm_key_sign(). It is unwrapped again by itself when the session, the
 * login or the token was lost. ${id} is what messages call it. That blob and
 * public half belong together is the caller's to know (an endorsement, or
 * hsm_key_prove()); a signature that does not verify tells that they do not.
 *
 * Owner: the caller, hsm_key_free(), which ends the session's key.
 * Errors: ERR_TOKEN; ERR_INTEGRITY for a blob that the token refuses while it
 * takes others, and for a key that could leave the token.
 */
int hsm_wrapped_open(struct hsm_wrap_key *wrap,
    const uint8_t id[static HSM_ID_LEN], const struct crypto_key *pub,
    const void *blob, size_t len, struct hsm_key **out, struct error *err);

/**
 * hsm_wrapped_is_crowded(err):
 * Whether ${err} is of a token that has no room for one more key or session:
 * it may have when another key that was opened is freed.
 */
bool hsm_wrapped_is_crowded(const struct error *err);

#endif
