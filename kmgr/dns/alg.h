/*
 * DNSSEC algorithms and digest types: the IANA registries as far as this
 * program acts on them. A future RFC is a change of these tables.
 */
#ifndef KMGR_DNS_ALG_H
#define KMGR_DNS_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

enum alg {
	ALG_NONE = 0,
	ALG_RSASHA256 = 8,
	ALG_ECDSAP256SHA256 = 13,
	ALG_ECDSAP384SHA384 = 14,
	ALG_ED25519 = 15
};

struct alg_info {
	uint8_t		 number;
	const char	*mnemonic; /* "ECDSAP256SHA256" (RFC 4034 app. A.1) */
	const char	*word;	   /* of policies: "ecdsap256sha256" */
	const char	*refusal;  /* why it does not sign here, or NULL */
	/* The rest only where refusal is NULL. */
	enum crypto_kind kind;
	size_t		 key_len;  /* public key in DNSKEY; 0 for RSA */
	size_t		 sig_len;  /* in RRSIG; 0 for RSA */
};

/**
 * alg_find(number):
 * The row of algorithm ${number}, or NULL if the registry has none.
 */
const struct alg_info *alg_find(unsigned int number);

/**
 * alg_find_name(text):
 * The row of the mnemonic, in either case, or number ${text}, or NULL.
 */
const struct alg_info *alg_find_name(const char *text);

/**
 * alg_read(text, out, err):
 * Read a mnemonic in either case or a number; an algorithm that must not be
 * used is refused with the RFC that says so.
 *
 * Errors: ERR_INPUT.
 * Source: RFC 9904, RFC 9905, RFC 9906.
 */
int alg_read(const char *text, enum alg *out, struct error *err);

/**
 * alg_name(number):
 * The mnemonic, or "unknown" where the registry has none.
 */
const char *alg_name(unsigned int number);

enum digest {
	DIGEST_SHA256 = 2,
	DIGEST_SHA384 = 4
};

/**
 * digest_read(text, out, err):
 * Read a DS digest type, "sha-256", "sha256", "SHA-256" or "2"; SHA-1 and
 * GOST are refused with the RFC that says so.
 *
 * Errors: ERR_INPUT.
 */
int digest_read(const char *text, enum digest *out, struct error *err);

/**
 * digest_name(digest), digest_len(digest):
 * "SHA-256" and 32, "SHA-384" and 48.
 */
const char *digest_name(enum digest digest);
size_t digest_len(enum digest digest);

#endif
