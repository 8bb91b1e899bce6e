/*
 * The store: the questions that the engine asks, in rows that own their
 * strings; those about signatures are in store_zone.h, about plans in
 * store_plan.h, intents in store_intent.h, the life cycle in store_life.h.
 * SQL stands in this folder only; db.h is what a database has to do for it.
 *
 * Every change runs between store_begin() and store_commit(). The store is
 * never the proof: what it says of keys and policies is signed by the seal
 * key and checked again by whoever reads it.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"

#define STORE_ID_LEN  16	/* random bytes of an id */
#define STORE_ID_TEXT 33	/* as 32 lower-case hex digits and a 0 */

struct store;

enum store_mode {
	STORE_OPEN,		/* it must be there */
	STORE_CREATE		/* made where it is missing, kept where not */
};

/**
 * store_open(url, mode, out, err):
 * Open the store ${url}, "sqlite:/absolute/path" or "postgresql://...". An
 * older schema is brought up to date in one transaction, a newer one refused.
 *
 * Owner: the caller, store_close().
 * Errors: ERR_STORE, ERR_CONFIG (URL).
 */
int store_open(const char *url, enum store_mode mode, struct store **out,
    struct error *err);
void store_close(struct store *store);

/**
 * store_url_check(url, err):
 * Whether ${url} is one that store_open() understands.
 *
 * Errors: ERR_CONFIG.
 */
int store_url_check(const char *url, struct error *err);

/**
 * store_token_lock_path(store, token):
 * The file that serialises logins to the token named ${token}.
 * Owner: the caller, free().
 */
char *store_token_lock_path(const struct store *store, const char *token);

/**
 * store_check(store, each, arg, err):
 * Look at every page, row and index of the database, and give what it says is
 * wrong with them (a value that a column does not allow, an index that misses
 * a row), at most 100 lines, to ${each}. That is no error.
 *
 * Errors: ERR_STORE.
 */
int store_check(struct store *store,
    void (*each)(void *arg, const char *line), void *arg, struct error *err);

/**
 * store_snapshot(store, err), store_release(store):
 * Let all questions up to store_release() see one state of the store, and
 * cost it one lock. No write comes in between.
 *
 * Errors: ERR_STORE.
 */
int store_snapshot(struct store *store, struct error *err);
void store_release(struct store *store);

/**
 * store_ahead(store, after, last):
 * Inside a snapshot, or a transaction up to its first change: who asks now
 * about one zone of those behind ${after} up to ${last} is about to ask the
 * same of all, as one does who goes through them a page at a time. So it is
 * read for all of them at once.
 */
void store_ahead(struct store *store, const char *after, const char *last);

/**
 * store_is_steady(store):
 * Whether what is asked now sees one state: inside a snapshot, or a
 * transaction.
 */
bool store_is_steady(const struct store *store);

/**
 * store_begin(store, err), store_commit(store, err), store_rollback(store):
 * One transaction that writes; a second writer waits (30 s at most).
 *
 * store_commit_anyway(store, err): what tidies up after a run that has lost
 * its claim (store_claim_guard()), which would keep it from store_commit().
 *
 * Errors: ERR_STORE.
 */
int store_begin(struct store *store, struct error *err);
int store_commit(struct store *store, struct error *err);
int store_commit_anyway(struct store *store, struct error *err);
void store_rollback(struct store *store);

/**
 * store_lock(store, wait_s, err), store_unlock(store):
 * The one operator at a time who may change tokens: held over a whole create
 * or recovery, so that whoever holds it knows that every open intent is of a
 * process that died. Given up by the kernel when the process ends.
 *
 * Errors: ERR_STORE where another process holds it after ${wait_s} seconds.
 */
int store_lock(struct store *store, int64_t wait_s, struct error *err);
void store_unlock(struct store *store);

/* A customer master key. A draft has no seal. */
struct cmk_row {
	char	 id[STORE_ID_TEXT];
	char	*name;
	char	*token;			/* of its KSKs, as configured */
	char	*seal_token;		/* of its seal key; often the same */
	char	*state;			/* "draft", "enabled", "disabled",
					 * "pending-deletion", "deleted" */
	int64_t	 deletion_at;		/* 0 unless it is pending */
	char	*key_id;		/* the seal key's, in table key */
	int64_t	 created_at;
	char	*token_identity;	/* JSON: label, manufacturer, ... */
	char	*probe;			/* JSON: the probe's rows at creation */
	char	*policy;		/* canonical JSON, draft or sealed */
	uint8_t	 policy_hash[CRYPTO_SHA256_LEN];
	int64_t	 sealed_at;		/* 0: draft */
	char	*seal;			/* statement, JSON; NULL: draft */
	char	*seal_signature;	/* base64; NULL: draft */
	char	*identity_key_id;	/* NULL: the seal key answers */
	char	*identity;		/* certificate, JSON, or NULL */
	char	*identity_signature;	/* base64, or NULL */
	int64_t	 horizon_at;		/* latest expiration signed, or 0 */
	char	*contact;		/* free text; "" */
	char	*tags;			/* JSON object of texts; "{}" */
};

/* A key in a token, or wrapped by one there. */
struct key_row {
	char	 id[STORE_ID_TEXT];	/* CKA_ID in hex */
	char	 cmk_id[STORE_ID_TEXT];
	char	*role;			/* "seal", "identity", "ksk", "wrap" */
	char	*label;			/* CKA_LABEL */
	uint8_t	 alg;
	unsigned int bits;
	struct buf spki;		/* public key, DER */
	char	*attributes;		/* JSON: asked, got, verdict */
	bool	 is_shared;		/* serves a group of zones */
	struct buf blob;		/* wrapped private half, or empty */
	char	*wrap_key_id;		/* what wrapped it, or NULL */
	int64_t	 created_at;
};

/* A zone's KSK: one zone, one key pair, one endorsement. */
struct ksk_row {
	char	 id[STORE_ID_TEXT];
	char	 cmk_id[STORE_ID_TEXT];
	char	 key_id[STORE_ID_TEXT];
	char	*zone;			/* lower case, final dot */
	int64_t	 generation;		/* 1, 2, ... in the zone */
	uint8_t	 alg;
	uint16_t key_tag;
	uint16_t revoked_tag;
	struct buf dnskey;		/* RDATA */
	char	*state;			/* "generated", "published", ... */
	int64_t	 created_at;
	char	*endorsement;		/* signed statement, canonical JSON */
	char	*endorsement_signature;	/* base64 */
	int64_t	 ds_seen_at;		/* its DS was at the parent, or 0 */
	int64_t	 ds_gone_at;		/* and is there no more, or 0 */
	char	*standby;		/* "none", "ds", "dnskey" */
	int64_t	 dnskey_in_at;		/* in the signed RRset since, or 0 */
	int64_t	 dnskey_out_at;		/* and not any more since, or 0 */
	int64_t	 ds_add_at;		/* the parent was asked to add, or 0 */
	int64_t	 ds_remove_at;		/* and to remove its DS, or 0 */
	int64_t	 retire_at;		/* it is to go since, or 0 */
	int64_t	 revoke_at;		/* published revoked since, or 0 */
	int64_t	 compromised_at;	/* or lost, or 0 */
	int64_t	 backup_at;		/* a backup covers it since, or 0 */
	int64_t	 horizon_at;		/* before a loss it may have signed
					 * until then, or 0 */
	char	*retirement;		/* signed statement; NULL: in use */
	char	*retirement_signature;	/* base64, or NULL */
};

/**
 * cmk_row_clear(row), key_row_clear(row), ksk_row_clear(row):
 * Free what ${row} holds. ksk_rows_free(rows, n) and its like free arrays.
 */
void cmk_row_clear(struct cmk_row *row);
void key_row_clear(struct key_row *row);
void ksk_row_clear(struct ksk_row *row);
void cmk_rows_free(struct cmk_row *rows, size_t n);
void key_rows_free(struct key_row *rows, size_t n);
void ksk_rows_free(struct ksk_row *rows, size_t n);

/**
 * store_id_new(out, err):
 * A fresh random id as text.
 *
 * Errors: ERR_INTERNAL.
 */
int store_id_new(char out[static STORE_ID_TEXT], struct error *err);

/**
 * store_cmk_put(store, cmk, err):
 * Add a CMK.
 *
 * Errors: ERR_STORE; ERR_INPUT where the name is taken.
 */
int store_cmk_put(struct store *store, const struct cmk_row *cmk,
    struct error *err);

/**
 * store_cmk_seal(store, cmk, err):
 * Write seal, seal_signature, sealed_at and state of the draft ${cmk}->id.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where it is sealed already.
 */
int store_cmk_seal(struct store *store, const struct cmk_row *cmk,
    struct error *err);

/**
 * store_cmk_set_policy(store, cmk, err):
 * Replace policy and policy_hash of the draft ${cmk}->id.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where it is sealed.
 */
int store_cmk_set_policy(struct store *store, const struct cmk_row *cmk,
    struct error *err);

/**
 * store_cmk_set_identity(store, cmk, err):
 * Write identity_key_id, identity and identity_signature, once.
 */
int store_cmk_set_identity(struct store *store, const struct cmk_row *cmk,
    struct error *err);

/**
 * store_cmk_set_state(store, cmk, err):
 * Write state and deletion_at.
 */
int store_cmk_set_state(struct store *store, const struct cmk_row *cmk,
    struct error *err);

/**
 * store_cmk_set_info(store, cmk, err):
 * Write what stays mutable: name, contact, tags.
 *
 * Errors: ERR_STORE; ERR_INPUT where the name is taken.
 */
int store_cmk_set_info(struct store *store, const struct cmk_row *cmk,
    struct error *err);

/**
 * store_cmk_raise_horizon(store, id, at, err):
 * Something of the CMK was signed until ${at}: horizon_at is that at least.
 */
int store_cmk_raise_horizon(struct store *store, const char *id, int64_t at,
    struct error *err);

struct cmk_id {
	char	id[STORE_ID_TEXT];
};

/**
 * store_cmk_settle(store, id, seq, err):
 * The CMK's token has the checkpoint that is event ${seq}. Only a note.
 *
 * store_cmk_unsettled(store, out, n, err): the CMKs with newer checkpoints,
 * which their tokens may lack. Owner: the caller, free().
 */
int store_cmk_settle(struct store *store, const char *id, int64_t seq,
    struct error *err);
int store_cmk_unsettled(struct store *store, struct cmk_id **out, size_t *n,
    struct error *err);

/**
 * store_cmk_find(store, name, out, found, err):
 * The CMK whose name or id is ${name}; *${found} says whether there is one.
 *
 * Owner: the caller, cmk_row_clear().
 * Errors: ERR_STORE.
 */
int store_cmk_find(struct store *store, const char *name, struct cmk_row *out,
    bool *found, struct error *err);

/**
 * store_cmk_list(store, out, n, err):
 * All CMKs by name. Owner: the caller, cmk_rows_free().
 */
int store_cmk_list(struct store *store, struct cmk_row **out, size_t *n,
    struct error *err);

/**
 * store_key_put(store, key, err), store_key_find(store, id, out, found, err),
 * store_key_list(store, out, n, err):
 * Add a key pair; the one with CKA_ID ${id}; all.
 */
int store_key_put(struct store *store, const struct key_row *key,
    struct error *err);
int store_key_find(struct store *store, const char *id, struct key_row *out,
    bool *found, struct error *err);
int store_key_list(struct store *store, struct key_row **out, size_t *n,
    struct error *err);

/**
 * store_key_shared(store, cmk_id, out, found, err):
 * The newest shared key pair of a CMK, other than those whose KSKs are all
 * removed and those of which one is compromised.
 */
int store_key_shared(struct store *store, const char *cmk_id,
    struct key_row *out, bool *found, struct error *err);

/**
 * store_ksk_put(store, ksk, err):
 * Add a KSK; one per (zone, generation) by constraint.
 *
 * Errors: ERR_STORE; ERR_INPUT where that place is taken.
 */
int store_ksk_put(struct store *store, const struct ksk_row *ksk,
    struct error *err);

/**
 * store_ksk_list(store, zone, cmk_id, out, n, err):
 * KSKs ordered by zone and generation; of one zone or one CMK where ${zone}
 * or ${cmk_id} is not NULL. Owner: the caller, ksk_rows_free().
 */
int store_ksk_list(struct store *store, const char *zone, const char *cmk_id,
    struct ksk_row **out, size_t *n, struct error *err);

/**
 * store_ksk_find(store, id, out, found, err):
 * The KSK with ${id}.
 */
int store_ksk_find(struct store *store, const char *id, struct ksk_row *out,
    bool *found, struct error *err);

/**
 * store_ksk_of_key(store, key_id, out, found, err):
 * The first KSK that was endorsed for the key pair with CKA_ID ${key_id}.
 */
int store_ksk_of_key(struct store *store, const char *key_id,
    struct ksk_row *out, bool *found, struct error *err);

/**
 * store_ksk_using(store, key_id, not_id, out, found, err):
 * The first KSK that is not removed, and not ${not_id} unless that is NULL, of
 * the key pair with CKA_ID ${key_id}.
 */
int store_ksk_using(struct store *store, const char *key_id,
    const char *not_id, struct ksk_row *out, bool *found, struct error *err);

/**
 * store_ksk_set_state(store, id, state, err):
 * Write the state of a KSK.
 */
int store_ksk_set_state(struct store *store, const char *id,
    const char *state, struct error *err);

/**
 * store_ksk_raise_horizon(store, id, at, err):
 * What the KSK signed before a loss may live until ${at}: horizon_at is that
 * at least.
 */
int store_ksk_raise_horizon(struct store *store, const char *id, int64_t at,
    struct error *err);

/**
 * store_ksk_retire(store, ksk, err):
 * Write retirement and retirement_signature of ${ksk}->id, whose state is
 * "removed" from then on.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where it is removed already.
 */
int store_ksk_retire(struct store *store, const struct ksk_row *ksk,
    struct error *err);

/**
 * store_backup(store, path, err), store_backup_check(path, err):
 * Write a copy of the store as it is now to the new file ${path}, whole or
 * not at all, readable by its owner only: inside a transaction with what that
 * has changed, row by row. Look whether it could be written.
 *
 * Errors: ERR_STORE; ERR_SYSTEM (the file is there, or cannot be written).
 */
int store_backup(struct store *store, const char *path, struct error *err);
int store_backup_check(const char *path, struct error *err);

#endif
