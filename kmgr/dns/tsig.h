/* Transaction signatures: who speaks DNS to us shares a secret (RFC 8945). */
#ifndef KMGR_DNS_TSIG_H
#define KMGR_DNS_TSIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto_hmac.h"
#include "kmgr/base/err.h"
#include "kmgr/base/secret.h"
#include "kmgr/dns/name.h"

#define TSIG_FUDGE_S 300	/* RFC 8945 s10 */
#define TSIG_UNSIGNED_MAX 99	/* messages between two signed ones, s5.3.1 */

struct tsig_key {
	struct name	 name;
	enum crypto_hmac hmac;
	struct secret	*secret;	/* the bytes; owned */
};

/* A conversation: a request, and what answers it. */
struct tsig {
	const struct tsig_key *key;
	uint8_t		 mac[CRYPTO_HMAC_MAX];	/* of the message before */
	size_t		 mac_len;
	struct buf	 pending;	/* messages since without TSIG */
	unsigned int	 n_pending;
	bool		 has_answer;	/* one was verified */
};

/**
 * tsig_key_init(key, name, algorithm, base64, err):
 * The key called ${name} of ${algorithm} ("hmac-sha256", -384 or -512), whose
 * secret is ${base64}.
 *
 * Owner: the caller, tsig_key_clear().
 * Errors: ERR_CONFIG (another algorithm, no base64, fewer than 16 bytes, of
 * more than SECRET_MAX).
 */
int tsig_key_init(struct tsig_key *key, const char *name,
    const char *algorithm, const char *base64, struct error *err);
void tsig_key_clear(struct tsig_key *key);

/**
 * tsig_sign(tsig, key, wire, now_at):
 * Begin the conversation ${tsig}: append the TSIG of ${key}, which is kept, to
 * the request ${wire}.
 *
 * Owner: the caller, tsig_clear().
 * Source: RFC 8945 s4.2, s4.3.
 */
void tsig_sign(struct tsig *tsig, const struct tsig_key *key,
    struct buf *wire, int64_t now_at);

/**
 * tsig_verify(tsig, wire, len, tsig_at, now_at, err):
 * Verify the next message of the answer, whose TSIG record begins at
 * ${tsig_at} of the ${len} octets ${wire}, 0 where it has none: allowed behind
 * the first, in a stream, and verified by the next one that has.
 *
 * tsig_is_complete(tsig): whether all messages up to now are verified.
 *
 * Errors: ERR_INTEGRITY (none, another key or algorithm, wrong MAC), or
 * ERR_NETWORK where the server says why it does not believe us, or its clock
 * differs by more than five minutes.
 * Source: RFC 8945 s5.3, s5.4.
 */
int tsig_verify(struct tsig *tsig, const uint8_t *wire, size_t len,
    size_t tsig_at, int64_t now_at, struct error *err);
bool tsig_is_complete(const struct tsig *tsig);
void tsig_clear(struct tsig *tsig);

#endif
