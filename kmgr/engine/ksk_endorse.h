/* How a key pair becomes a zone's KSK: tags, endorsement, record. */
#ifndef ENGINE_KSK_ENDORSE_H
#define ENGINE_KSK_ENDORSE_H

#include <stdbool.h>

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

/* A pair that was made, about to become a zone's KSK. */
struct ksk_birth {
	const struct intent_row	*intent;	/* NULL: it is in no token */
	const char		*ksk_id;
	const struct name	*zone;
	struct hsm_key		*key;		/* NULL: likewise */
	const char		*standby;	/* "ds", "dnskey"; NULL: none */
};

/**
 * ksk_endorse_new(session, cmk, seal_key, birth, made, err):
 * Endorse and record the KSK of ${birth} in one transaction that closes its
 * intent. Where its key tag collides in the zone nothing is done and *${made}
 * is false, which is no error.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int ksk_endorse_new(struct session *session, const struct cmk *cmk,
    struct hsm_key *seal_key, const struct ksk_birth *birth, bool *made,
    struct error *err);

/**
 * ksk_endorse_row(session, cmk, seal_key, birth, key, public, made, err):
 * As ksk_endorse_new(), of a pair with the record ${key} and the public half
 * ${public}.
 */
int ksk_endorse_row(struct session *session, const struct cmk *cmk,
    struct hsm_key *seal_key, const struct ksk_birth *birth,
    const struct key_row *key, const struct crypto_key *public, bool *made,
    struct error *err);

/**
 * ksk_endorse_shared(session, cmk, seal_key, zone, err):
 * Make the shared key pair of ${cmk} a KSK of one more zone: a statement and
 * a row, nothing new in the token, which must hold the pair that was endorsed
 * for its first zone.
 *
 * Errors: ERR_POLICY (its key tag collides in the zone), ERR_TOKEN,
 * ERR_STORE, ERR_INTEGRITY.
 */
int ksk_endorse_shared(struct session *session, struct cmk *cmk,
    struct hsm_key *seal_key, const struct name *zone, struct error *err);

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
