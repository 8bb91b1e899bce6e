/*
 * Who may approve for a CMK: the approvers of its sealed policy, with those
 * replaced that were lost since, each replacement signed by as many as any
 * plan takes.
 */
#ifndef ENGINE_APPROVERS_H
#define ENGINE_APPROVERS_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ssh_signature.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_plan.h"

#define APPROVERS_NAMESPACE "kmgr-plan"	/* of ssh-keygen -Y sign -n */
#define APPROVERS_REPLACE   "replace-approver"

/* SSH public keys, a line each. */
struct approvers {
	char	**keys;
	size_t	  n;
	char	**authorities;	/* borrowed from the policy */
	size_t	  n_authorities;
};

/**
 * approvers_load(store, cmk, out, err):
 * The approvers of ${cmk} now. The chain of the ledger is verified, and each
 * replacement in it is proved by the plan that was signed for it.
 *
 * Owner: the caller, approvers_clear(); before ${cmk} is freed.
 * Errors: ERR_INTEGRITY, ERR_STORE, ERR_SYSTEM.
 */
int approvers_load(struct store *store, const struct cmk *cmk,
    struct approvers *out, struct error *err);
void approvers_clear(struct approvers *approvers);

/* Those who have signed something, no person twice. Zeroes are nobody. */
struct approvers_voices {
	struct ssh_signer	*list;
	size_t			 n;
};
void approvers_voices_clear(struct approvers_voices *voices);

/**
 * approvers_told(store, cmk, out, err):
 * approvers_load() of a ledger that is taken at its word, for people and for
 * what is compared with a signed hash.
 *
 * Owner: the caller, approvers_clear(); before ${cmk} is freed.
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int approvers_told(struct store *store, const struct cmk *cmk,
    struct approvers *out, struct error *err);

/**
 * approvers_read(text, out, err):
 * Read the keys of ${text}, an SSH public key a line; empty lines, and those
 * that begin with "#", are skipped. There are no authorities.
 *
 * Owner: the caller, approvers_clear().
 * Errors: ERR_INPUT.
 */
int approvers_read(const char *text, struct approvers *out,
    struct error *err);

/**
 * approvers_digest(approvers, out):
 * The SHA-256 of all ${approvers}, for a statement: of the canonical JSON of
 * {"approvers": [...], "authorities": [...]}, the lines of each list sorted by
 * their bytes.
 */
void approvers_digest(const struct approvers *approvers,
    uint8_t out[static CRYPTO_SHA256_LEN]);

/**
 * approvers_hash(store, cmk, out, err):
 * approvers_digest() of approvers_told(): the hash is compared with a signed
 * one, or is to be signed of what has just been compared, with a replacement
 * that was proved.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int approvers_hash(struct store *store, const struct cmk *cmk,
    uint8_t out[static CRYPTO_SHA256_LEN], struct error *err);

/**
 * approvers_voices_has(voices, signer):
 * Whether the person ${signer} is among them, with whatever key.
 * approvers_voices_add(voices, signer_take): append ${signer_take}, and leave
 * it empty, unless that is so.
 */
bool approvers_voices_has(const struct approvers_voices *voices,
    const struct ssh_signer *signer);
void approvers_voices_add(struct approvers_voices *voices,
    struct ssh_signer *signer_take);

/**
 * approvers_count(store, approvers, plan, out, err):
 * Those of ${approvers} who have signed ${plan} while it waited; a signature
 * that does not verify, or of somebody who is none of them any more, does not
 * count.
 *
 * Owner: the caller, approvers_voices_clear().
 * Errors: ERR_STORE, ERR_SYSTEM.
 */
int approvers_count(struct store *store, const struct approvers *approvers,
    const struct plan_row *plan, struct approvers_voices *out,
    struct error *err);

/**
 * approvers_verify(approvers, text, signature, at, out, err):
 * Which of ${approvers} made ${signature} under the plan ${text}, at ${at}.
 *
 * Owner: the caller, ssh_signer_clear().
 * Errors: ERR_INPUT, ERR_POLICY (none of them), ERR_SYSTEM.
 */
int approvers_verify(const struct approvers *approvers, const char *text,
    const char *signature, int64_t at, struct ssh_signer *out,
    struct error *err);

/**
 * approvers_replace(approvers, gone, new, err):
 * Put the key line ${new} in the place of the key whose fingerprint is
 * ${gone}.
 *
 * Errors: ERR_INPUT (no such approver, no key, or one that is there already).
 */
int approvers_replace(struct approvers *approvers, const char *gone,
    const char *new, struct error *err);

/**
 * approvers_needed(policy, op):
 * How many approvers a plan of ${op} takes, 0 for none. To replace an
 * approver takes as many as any plan does.
 */
size_t approvers_needed(const struct policy *policy, const char *op);

#endif
