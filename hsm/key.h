/*
 * Key pairs in a token: made sealed, read back, found by CKA_ID, used for
 * signatures in RRSIG wire form. A private key never leaves the token.
 */
#ifndef HSM_KEY_H
#define HSM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hsm/token.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/alg.h"

#define HSM_ID_LEN    16	/* CKA_ID: random bytes, chosen before */
#define HSM_LABEL_MAX 40	/* some HSMs allow no more */
#define HSM_SIG_MAX   CRYPTO_SIG_MAX

struct hsm_key;

enum hsm_destroy {
	HSM_DESTROYABLE,	/* seal: governance */
	HSM_UNDESTROYABLE	/* seal: compliance; CKA_DESTROYABLE false */
};

struct hsm_key_spec {
	uint8_t		 id[HSM_ID_LEN];
	char		 label[HSM_LABEL_MAX + 1];
	enum alg	 alg;
	unsigned int	 bits;		/* RSA modulus; else ignored */
	enum hsm_destroy destroy;
};

/* One attribute of one half of a pair: asked for and what the token holds. */
enum hsm_attr_verdict {
	HSM_ATTR_HELD,		/* reads back as asked */
	HSM_ATTR_DIFFERS,	/* reads back otherwise */
	HSM_ATTR_UNREADABLE,	/* the token does not know or tell it */
	HSM_ATTR_LEFT_OUT	/* not asked for in the end: the token refused
				 * it; told by hsm_key_generate() only */
};

struct hsm_attr {
	const char		*half;	/* "private" or "public" */
	const char		*name;	/* "CKA_SENSITIVE" */
	const char		*asked;	/* "true", "false", or a mechanism */
	char			 got[24]; /* same words, "" when unreadable */
	enum hsm_attr_verdict	 verdict;
};

/**
 * hsm_attr_verdict_name(verdict):
 * "held", "differs", "unreadable", "left-out".
 */
const char *hsm_attr_verdict_name(enum hsm_attr_verdict verdict);

/* What it means when an attribute is not as it was asked for. */
enum hsm_attr_need {
	HSM_ATTR_ADVISORY,	/* a token may not know or not enforce it */
	HSM_ATTR_ORIGIN,	/* the private value was outside */
	HSM_ATTR_SECRECY	/* the private value can leave */
};

struct hsm_attr_rule {
	const char		*half;	/* as in struct hsm_attr */
	const char		*name;
	const char		*asked;
	enum hsm_attr_need	 need;
};

#define HSM_ATTR_RULES_MAX 32

/**
 * hsm_attr_rules(alg, destroy, out):
 * What is asked of a pair of ${alg} and what proves where it comes from, the
 * rows that hsm_key_attrs() has. Returns their number.
 */
size_t hsm_attr_rules(enum alg alg, enum hsm_destroy destroy,
    struct hsm_attr_rule out[static HSM_ATTR_RULES_MAX]);

/**
 * hsm_key_generate(token, spec, out, err):
 * Make a key pair as sealed token objects: private half PRIVATE, SENSITIVE,
 * not EXTRACTABLE, not MODIFIABLE, not COPYABLE, SIGN only, one
 * ALLOWED_MECHANISM; public half VERIFY only, sealed alike. Attributes that
 * the token refuses are left out, the fewest that make it accept; all are
 * read back. A trial signature is made and verified in software. Where the
 * private value could leave (not SENSITIVE, EXTRACTABLE, or known outside
 * before) the pair is destroyed and the token refused.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN.
 */
int hsm_key_generate(struct hsm_token *token, const struct hsm_key_spec *spec,
    struct hsm_key **out, struct error *err);

/**
 * hsm_key_prove(key, err):
 * What hsm_key_generate() asks of a pair before it believes in it: that the
 * private value cannot leave, and a trial signature that software verifies.
 * For a pair that was found, whose generation may have been cut short: a
 * token can have written all of it but the private value.
 *
 * Errors: ERR_TOKEN.
 */
int hsm_key_prove(struct hsm_key *key, struct error *err);

/**
 * hsm_key_find(token, id, out, err):
 * Find the pair with CKA_ID ${id}; *${out} is NULL when the token has no
 * object of that id. That is never a reason to make a new key. Attributes
 * are read back as after generation.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN; ERR_INTEGRITY where there is half a pair, or more than
 * one private or public object of that id.
 */
int hsm_key_find(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN],
    struct hsm_key **out, struct error *err);

/**
 * hsm_key_public(key), hsm_key_alg(key), hsm_key_label(key):
 * The public half, read from the token and normalised; its algorithm; the
 * private half's CKA_LABEL. Owner: ${key}.
 */
const struct crypto_key *hsm_key_public(const struct hsm_key *key);
enum alg hsm_key_alg(const struct hsm_key *key);
const char *hsm_key_label(const struct hsm_key *key);

/**
 * hsm_key_attrs(key, n):
 * All *${n} attributes that were asked for or prove where the key comes from
 * (CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE). Owner: ${key}.
 */
const struct hsm_attr *hsm_key_attrs(const struct hsm_key *key, size_t *n);

/**
 * hsm_key_sign(key, tbs, len, sig, siglen, err):
 * Sign the ${len} bytes ${tbs}; write the signature in RRSIG wire form, of
 * *${siglen} bytes: RSA modulus size, ECDSA r || s, EdDSA 64. A session that
 * was lost, a login that was dropped, a token that was away and is back are
 * mended and the call made again, a bounded number of times.
 *
 * Errors: ERR_TOKEN, with the CK_RV in err->code.
 * Source: RFC 5702 s3 (RSA), RFC 6605 s4 (ECDSA), RFC 8080 s4 (EdDSA).
 */
int hsm_key_sign(struct hsm_key *key, const uint8_t *tbs, size_t len,
    uint8_t sig[static HSM_SIG_MAX], size_t *siglen, struct error *err);

/**
 * hsm_key_free(key):
 * Free ${key}; nothing happens to the objects in the token. The session's
 * key of hsm_wrapped_open() ends.
 */
void hsm_key_free(struct hsm_key *key);

#endif
