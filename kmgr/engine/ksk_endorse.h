/* How a key pair becomes a zone's KSK: tags, endorsement, record. */
#ifndef ENGINE_KSK_ENDORSE_H
#define ENGINE_KSK_ENDORSE_H

#include <stdbool.h>

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

/* A pair that was made, about to become a zone's KSK. */
struct ksk_birth {
	const struct intent_row	*intent;	/* NULL: it is in no token, or
						 * recorded already */
	const char		*ksk_id;
	const struct name	*zone;
	const char		*standby;	/* "ds", "dnskey"; NULL: none */
	const struct key_row	*key;		/* the pair's record */
	const struct crypto_key	*public;	/* its public half */
	bool			 is_taken;	/* told: its key tag is, in
						 * the zone; it is no KSK */
	bool			 is_to_blame;	/* told: for the error */
};

/**
 * ksk_endorse_collides(store, cmk, zone, dnskey, collides, err):
 * Whether the key tag of ${dnskey}, or of its revoked twin, is that of another
 * key of ${zone}; under custody shared ZSKs are not asked.
 *
 * Errors: ERR_STORE; ERR_INPUT (the ZSK set in the store is none).
 */
int ksk_endorse_collides(struct store *store, const struct cmk *cmk,
    const struct name *zone, const struct dnskey *dnskey, bool *collides,
    struct error *err);

/**
 * ksk_endorse_in(session, cmk, seal_key, births, n, err):
 * Inside the caller's transaction: endorse and record the KSKs of ${n}
 * ${births}, each for another zone, by one signature of ${seal_key}, and close
 * their intents. One whose key tag collides in its zone is left out, which is
 * no error, and told in the birth. Where it is one birth that fails, without
 * which the others may do, that one is told to blame.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int ksk_endorse_in(struct session *session, const struct cmk *cmk,
    struct hsm_key *seal_key, struct ksk_birth *births, size_t n,
    struct error *err);

/**
 * ksk_endorse_finish(session, intent, key, err):
 * Endorse and record the KSK whose pair ${key} was made for ${intent}, in one
 * transaction that closes the intent. All that was checked before the pair was
 * made is checked again.
 *
 * Errors: ERR_INPUT, ERR_POLICY (it may not be recorded, now or later; also
 * where its key tag collides in the zone); ERR_TOKEN, ERR_STORE,
 * ERR_INTEGRITY.
 */
int ksk_endorse_finish(struct session *session,
    const struct intent_row *intent, struct hsm_key *key, struct error *err);

#endif
