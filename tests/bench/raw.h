/*
 * PKCS#11 and OpenSSL with nothing of kmgr around them: what the programs do
 * that kmgr's speed is judged against. Whatever fails ends the program.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <p11-kit/pkcs11.h>

#define RAW_SIG_MAX	512
#define RAW_PUBLIC_MAX	512	/* a point, or a modulus */
#define RAW_BLOB_MAX	4096	/* a wrapped private key */

struct raw_alg {
	const char		*name;
	CK_MECHANISM_TYPE	 mechanism;
	CK_MECHANISM_TYPE	 generate;
	CK_KEY_TYPE		 key_type;
	const char		*hash;	/* NULL: the token takes the message */
	const char		*group;	/* NULL: no ECDSA */
	size_t			 half;	/* bytes of r and of s */
	const uint8_t		*params;	/* CKA_EC_PARAMS */
	size_t			 params_len;
};

/* A session that is logged in. */
struct raw {
	CK_FUNCTION_LIST_PTR	 p11;
	CK_SESSION_HANDLE	 session;
	const struct raw_alg	*alg;
	EVP_MD			*md;
	EVP_PKEY		*curve;		/* without a point */
};

/**
 * raw_die(what, code), raw_must(what, rv), raw_need(what, ok):
 * End the program with a message: always, unless ${rv} is CKR_OK, unless ok.
 */
void raw_die(const char *what, unsigned long code) __attribute__((noreturn));
void raw_must(const char *what, CK_RV rv);
void raw_need(const char *what, bool ok);

/**
 * raw_alg_find(name):
 * p256, p384, ed25519 or rsa; NULL for another.
 */
const struct raw_alg *raw_alg_find(const char *name);

/**
 * raw_open(raw, alg, module, token, pin_file):
 * Load the module and log in to the token of that label, while no other
 * process that does the same is at it: SoftHSM 2.6.1 writes a file anew at a
 * login, and who starts at that moment finds no token.
 */
void raw_open(struct raw *raw, const struct raw_alg *alg, const char *module,
    const char *token, const char *pin_file);
void raw_close(struct raw *raw);

/**
 * raw_find(raw, class, id, id_len):
 * The one object of that class and CKA_ID.
 */
CK_OBJECT_HANDLE raw_find(const struct raw *raw, CK_OBJECT_CLASS class,
    const uint8_t *id, size_t id_len);

/**
 * raw_find_all(raw, class, n):
 * The handles of all *${n} objects of the class, as an array.
 *
 * Owner: the caller, free().
 */
CK_OBJECT_HANDLE *raw_find_all(const struct raw *raw, CK_OBJECT_CLASS class,
    size_t *n);

/**
 * raw_get(raw, object, type, out, room):
 * An attribute; returns its length.
 */
size_t raw_get(const struct raw *raw, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, void *out, size_t room);

/**
 * raw_public_read(raw, object, out):
 * The point (04 x y, or of Ed25519 32 bytes) or the modulus of a public key
 * of the token; returns its length.
 */
size_t raw_public_read(const struct raw *raw, CK_OBJECT_HANDLE object,
    uint8_t out[static RAW_PUBLIC_MAX]);

/**
 * raw_public_make(raw, value, len):
 * The key for OpenSSL, from what raw_public_read() reads; an RSA key has the
 * exponent 65537.
 *
 * Owner: the caller, EVP_PKEY_free().
 */
EVP_PKEY *raw_public_make(const struct raw *raw, const uint8_t *value,
    size_t len);

/**
 * raw_sign(raw, key, pub, message, len):
 * Sign with ${key}, and verify with ${pub}.
 */
void raw_sign(const struct raw *raw, CK_OBJECT_HANDLE key, EVP_PKEY *pub,
    const uint8_t *message, size_t len);

/**
 * raw_wrap_mechanism(raw, wrapping):
 * The one that CKA_ALLOWED_MECHANISMS of the wrapping key names.
 */
CK_MECHANISM_TYPE raw_wrap_mechanism(const struct raw *raw,
    CK_OBJECT_HANDLE wrapping);

/**
 * raw_unwrap(raw, wrapping, type, blob, len):
 * A private key of the session that signs and cannot leave.
 */
CK_OBJECT_HANDLE raw_unwrap(const struct raw *raw, CK_OBJECT_HANDLE wrapping,
    CK_MECHANISM_TYPE type, uint8_t *blob, size_t len);

/* Where a new key pair is. */
enum raw_home {
	RAW_SESSION,		/* and can be wrapped */
	RAW_TOKEN
};

/**
 * raw_generate(raw, home, id, id_len, public, private):
 * Make a key pair.
 */
void raw_generate(const struct raw *raw, enum raw_home home, uint8_t *id,
    size_t id_len, CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private);

/**
 * raw_wrap(raw, wrapping, type, key):
 * Wrap ${key} and throw the blob away.
 */
void raw_wrap(const struct raw *raw, CK_OBJECT_HANDLE wrapping,
    CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key);

void raw_destroy(const struct raw *raw, CK_OBJECT_HANDLE object);

#endif
