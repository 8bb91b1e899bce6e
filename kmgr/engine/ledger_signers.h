/* Whose keys sign what stands in a ledger, as its events tell. */
#ifndef ENGINE_LEDGER_SIGNERS_H
#define ENGINE_LEDGER_SIGNERS_H

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/proven.h"
#include "kmgr/engine/replay.h"

/* A CMK's row and public keys. */
struct ledger_signer {
	const struct cmk_row	*cmk;
	const struct crypto_key	*seal;
	struct proven		*proven;	/* what that has signed */
	const struct crypto_key	*identity;	/* NULL without one */
};

struct ledger_signers;		/* the keys that were read so far */

/**
 * ledger_signers_new(replay):
 * None yet, of the CMKs of ${replay}, which is borrowed.
 * Owner: the caller, ledger_signers_free().
 */
struct ledger_signers *ledger_signers_new(const struct replay *replay);
void ledger_signers_free(struct ledger_signers *signers);

/**
 * ledger_signers_find(signers, payload, out, err):
 * The keys of the CMK that an event with ${payload} tells of, as the ledger
 * tells up to it. Owner: ${signers}, until the next one is found.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_signers_find(struct ledger_signers *signers,
    const struct json *payload, struct ledger_signer *out, struct error *err);

#endif
