/* The mechanisms and key types of DNSSEC's algorithms, and their bytes. */
#ifndef HSM_MECH_H
#define HSM_MECH_H

#include <stddef.h>
#include <stdint.h>

#include "hsm/ckr.h"
#include "kmgr/base/crypto.h"
#include "kmgr/dns/alg.h"

#define MECH_PARAMS_MAX 2
#define MECH_TBS_MAX	64	/* of DigestInfo or digest */

/* One form in which tokens take and give the name of a curve: DER. */
struct mech_params {
	const uint8_t	*der;
	size_t		 len;
};

struct mech {
	enum alg		 alg;
	const char		*name;		/* of sign: "CKM_ECDSA" */
	ck_key_type_t		 key_type;
	ck_mechanism_type_t	 generate;
	ck_mechanism_type_t	 sign;
	size_t			 point_len;	/* raw, as in crypto.h */
	size_t			 n_params;
	struct mech_params	 params[MECH_PARAMS_MAX];
};

/* CKM_AES_KEY_WRAP_PAD of PKCS #11 2.40 has two readings; 3.0 names this. */
#ifndef CKM_AES_KEY_WRAP_KWP
#define CKM_AES_KEY_WRAP_KWP 0x210bUL
#endif

/* One by which keys are wrapped under AES: padded, and its blobs are proof. */
struct mech_wrap {
	ck_mechanism_type_t	 type;
	const char		*name;
};

/**
 * mech_wrap_at(i), mech_wrap_find(type):
 * The rows 0 ... in order, the best first, NULL behind the last; that of
 * ${type}, or NULL.
 */
const struct mech_wrap *mech_wrap_at(size_t i);
const struct mech_wrap *mech_wrap_find(ck_mechanism_type_t type);

/**
 * mech_of_key(kind):
 * The row of public keys of ${kind}.
 */
const struct mech *mech_of_key(enum crypto_kind kind);

/**
 * mech_find(alg), mech_at(i), mech_index(mech):
 * The row of ${alg}, or NULL; the rows 0 ... in order, NULL behind the last;
 * the number of a row.
 */
const struct mech *mech_find(enum alg alg);
const struct mech *mech_at(size_t i);
size_t mech_index(const struct mech *mech);

/**
 * mech_check(alg, bits, err):
 * Whether keys of ${alg} are made and, if of RSA, of ${bits} bits.
 *
 * Errors: ERR_TOKEN.
 */
int mech_check(enum alg alg, unsigned int bits, struct error *err);

/**
 * mech_detect(key_type, params, len):
 * The row of a key in the token with CKA_KEY_TYPE ${key_type} and CKA_EC_PARAMS
 * ${params}, which RSA has not; NULL when it is none of ours.
 */
const struct mech *mech_detect(ck_key_type_t key_type, const uint8_t *params,
    size_t len);

/**
 * mech_point(mech, value, len):
 * Where in the ${len} bytes of CKA_EC_POINT the mech->point_len raw bytes
 * begin, or NULL: tokens give them as they are or in a DER OCTET STRING, and
 * some Ed25519 ones in a BIT STRING.
 */
const uint8_t *mech_point(const struct mech *mech, const uint8_t *value,
    size_t len);

/**
 * mech_tbs(mech, data, len, out):
 * What C_Sign gets for ${data}: a digest (ECDSA), a DigestInfo (RSA) in
 * ${out}, whose length is returned; 0 for EdDSA, which takes ${data} itself.
 *
 * Source: RFC 8017 s9.2, RFC 6605 s4, RFC 8080 s4.
 */
size_t mech_tbs(const struct mech *mech, const void *data, size_t len,
    uint8_t out[static MECH_TBS_MAX]);

#endif
