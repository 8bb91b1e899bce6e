/*
 * Signed statements that end a KSK or a CMK. What the store says of an end is
 * no proof: a KSK that seems removed would leave the signed set, and a key
 * that seems ended would be destroyed.
 */
#ifndef ENGINE_ENDING_H
#define ENGINE_ENDING_H

#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/store/store.h"

/* What is said of a key pair, everywhere; the token's name is put in. */
#define ENDING_LOST \
	"its private key was lost with token %s, not destroyed by kmgr"

/* A token that is gone for good, and the CMK that answers for the one in it. */
struct ending_loss {
	const char	*token;
	const char	*voucher;	/* its id */
};

/**
 * ending_of_ksk(row, loss, seq, head, at):
 * The text of the statement that the KSK ${row} is removed at ${at}, when the
 * ledger's head was ${head} at ${seq}: {"cmk_id", "ksk_id", "key_id", "zone",
 * "key_tag", "ledger_seq", "ledger_head", "retired_at"}.
 * With ${loss}, if not NULL, {"key_pair", "lost_token", "voucher"} too.
 * Owner: the caller, free().
 */
char *ending_of_ksk(const struct ksk_row *row, const struct ending_loss *loss,
    int64_t seq, const uint8_t head[static CRYPTO_SHA256_LEN], int64_t at);

/**
 * ending_lost_token(row):
 * The token with which the key pair of ${row} was lost, by the retirement that
 * ending_check_ksk() has checked; NULL where it was not. Owner: the caller,
 * free().
 */
char *ending_lost_token(const struct ksk_row *row);

/**
 * ending_check_ksk(store, cmk, row, err):
 * Whether the retirement of ${row} is of this KSK and was signed by the seal
 * key of ${cmk}; or, where it says with which token the key pair was lost, by
 * that of the CMK in ${store} which it names and which has a KSK in the zone.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ending_check_ksk(struct store *store, const struct cmk *cmk,
    const struct ksk_row *row, struct error *err);

/**
 * ending_of_cmk(cmk, seq, head, at):
 * The text of the statement that ${cmk} is deleted at ${at}: {"cmk_id",
 * "key_id", "ledger_seq", "ledger_head", "deleted_at"}.
 * Owner: the caller, free().
 */
char *ending_of_cmk(const struct cmk *cmk, int64_t seq,
    const uint8_t head[static CRYPTO_SHA256_LEN], int64_t at);

/**
 * ending_record(session, cmk, by, write, arg, err):
 * Prove ${cmk}, and in one transaction check the whole store against its ledger
 * and let ${write}, given the seal key of ${by} and ${arg}, record an end.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY, and those of ${write}.
 */
int ending_record(struct session *session, const struct cmk *cmk,
    const struct cmk *by,
    int (*write)(struct session *, struct hsm_key *, void *, struct error *),
    void *arg, struct error *err);

/**
 * ending_check_cmk(cmk, text, signature, err):
 * Whether ${text} was signed by the seal key of ${cmk} and says that it is
 * deleted.
 *
 * Errors: ERR_INTEGRITY.
 */
int ending_check_cmk(const struct cmk *cmk, const char *text,
    const char *signature, struct error *err);

#endif
