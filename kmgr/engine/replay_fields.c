/* The members of rows that are compared, and how people call a row. */
#include "kmgr/base/mem.h"
#include "kmgr/engine/replay_internal.h"

static const struct replay_field cmk_fields[] = {
	{ "name", REPLAY_TEXT, offsetof(struct cmk_row, name) },
	{ "token", REPLAY_TEXT, offsetof(struct cmk_row, token) },
	{ "seal token", REPLAY_TEXT, offsetof(struct cmk_row, seal_token) },
	{ "state", REPLAY_TEXT, offsetof(struct cmk_row, state) },
	{ "end of the wait", REPLAY_INT, offsetof(struct cmk_row,
	    deletion_at) },
	{ "seal key", REPLAY_TEXT, offsetof(struct cmk_row, key_id) },
	{ "birth", REPLAY_INT, offsetof(struct cmk_row, created_at) },
	{ "token's identity", REPLAY_TEXT, offsetof(struct cmk_row,
	    token_identity) },
	{ "probe", REPLAY_TEXT, offsetof(struct cmk_row, probe) },
	{ "policy", REPLAY_TEXT, offsetof(struct cmk_row, policy) },
	{ "policy hash", REPLAY_HASH, offsetof(struct cmk_row, policy_hash) },
	{ "instant of its seal", REPLAY_INT, offsetof(struct cmk_row,
	    sealed_at) },
	{ "seal", REPLAY_TEXT, offsetof(struct cmk_row, seal) },
	{ "seal's signature", REPLAY_TEXT, offsetof(struct cmk_row,
	    seal_signature) },
	{ "identity key", REPLAY_TEXT, offsetof(struct cmk_row,
	    identity_key_id) },
	{ "identity key's certificate", REPLAY_TEXT, offsetof(struct cmk_row,
	    identity) },
	{ "certificate's signature", REPLAY_TEXT, offsetof(struct cmk_row,
	    identity_signature) },
	{ "horizon", REPLAY_INT, offsetof(struct cmk_row, horizon_at) },
	{ "contact", REPLAY_TEXT, offsetof(struct cmk_row, contact) },
	{ "tags", REPLAY_TEXT, offsetof(struct cmk_row, tags) },
};
static const struct replay_field key_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct key_row, cmk_id) },
	{ "role", REPLAY_TEXT, offsetof(struct key_row, role) },
	{ "label", REPLAY_TEXT, offsetof(struct key_row, label) },
	{ "algorithm", REPLAY_U8, offsetof(struct key_row, alg) },
	{ "size", REPLAY_UINT, offsetof(struct key_row, bits) },
	{ "public key", REPLAY_BYTES, offsetof(struct key_row, spki) },
	{ "attributes", REPLAY_TEXT, offsetof(struct key_row, attributes) },
	{ "being shared", REPLAY_BOOL, offsetof(struct key_row, is_shared) },
	{ "wrapped half", REPLAY_BYTES, offsetof(struct key_row, blob) },
	{ "wrapping key", REPLAY_TEXT, offsetof(struct key_row, wrap_key_id) },
	{ "birth", REPLAY_INT, offsetof(struct key_row, created_at) },
};
static const struct replay_field ksk_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct ksk_row, cmk_id) },
	{ "key pair", REPLAY_ID, offsetof(struct ksk_row, key_id) },
	{ "zone", REPLAY_TEXT, offsetof(struct ksk_row, zone) },
	{ "generation", REPLAY_INT, offsetof(struct ksk_row, generation) },
	{ "algorithm", REPLAY_U8, offsetof(struct ksk_row, alg) },
	{ "key tag", REPLAY_U16, offsetof(struct ksk_row, key_tag) },
	{ "revoked key tag", REPLAY_U16, offsetof(struct ksk_row,
	    revoked_tag) },
	{ "DNSKEY", REPLAY_BYTES, offsetof(struct ksk_row, dnskey) },
	{ "state", REPLAY_TEXT, offsetof(struct ksk_row, state) },
	{ "birth", REPLAY_INT, offsetof(struct ksk_row, created_at) },
	{ "endorsement", REPLAY_TEXT, offsetof(struct ksk_row, endorsement) },
	{ "endorsement's signature", REPLAY_TEXT, offsetof(struct ksk_row,
	    endorsement_signature) },
	{ "first sight of its DS", REPLAY_INT, offsetof(struct ksk_row,
	    ds_seen_at) },
	{ "end of its DS", REPLAY_INT, offsetof(struct ksk_row, ds_gone_at) },
	{ "standby", REPLAY_TEXT, offsetof(struct ksk_row, standby) },
	{ "DNSKEY's birth", REPLAY_INT, offsetof(struct ksk_row,
	    dnskey_in_at) },
	{ "DNSKEY's end", REPLAY_INT, offsetof(struct ksk_row,
	    dnskey_out_at) },
	{ "request for a DS", REPLAY_INT, offsetof(struct ksk_row,
	    ds_add_at) },
	{ "request to remove the DS", REPLAY_INT, offsetof(struct ksk_row,
	    ds_remove_at) },
	{ "instant of its retirement", REPLAY_INT, offsetof(struct ksk_row,
	    retire_at) },
	{ "revocation", REPLAY_INT, offsetof(struct ksk_row, revoke_at) },
	{ "compromise", REPLAY_INT, offsetof(struct ksk_row,
	    compromised_at) },
	{ "backup", REPLAY_INT, offsetof(struct ksk_row, backup_at) },
	{ "horizon", REPLAY_INT, offsetof(struct ksk_row, horizon_at) },
	{ "retirement", REPLAY_TEXT, offsetof(struct ksk_row, retirement) },
	{ "retirement's signature", REPLAY_TEXT, offsetof(struct ksk_row,
	    retirement_signature) },
};
static const struct replay_field plan_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct plan_row, cmk_id) },
	{ "operation", REPLAY_TEXT, offsetof(struct plan_row, op) },
	{ "text", REPLAY_TEXT, offsetof(struct plan_row, text) },
	{ "state", REPLAY_TEXT, offsetof(struct plan_row, state) },
	{ "birth", REPLAY_INT, offsetof(struct plan_row, created_at) },
	{ "expiry", REPLAY_INT, offsetof(struct plan_row, expires_at) },
	{ "end", REPLAY_INT, offsetof(struct plan_row, resolved_at) },
};
static const struct replay_field ksr_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct ksr_row, cmk_id) },
	{ "zone", REPLAY_TEXT, offsetof(struct ksr_row, zone) },
	{ "format", REPLAY_TEXT, offsetof(struct ksr_row, format) },
	{ "kind", REPLAY_TEXT, offsetof(struct ksr_row, kind) },
	{ "request's hash", REPLAY_HASH, offsetof(struct ksr_row,
	    request_hash) },
	{ "request's id", REPLAY_TEXT, offsetof(struct ksr_row, request_id) },
	{ "bundles' ids", REPLAY_TEXT, offsetof(struct ksr_row, bundle_ids) },
	{ "hash", REPLAY_HASH, offsetof(struct ksr_row, response_hash) },
	{ "plan", REPLAY_HASH, offsetof(struct ksr_row, plan_hash) },
	{ "KSKs", REPLAY_TEXT, offsetof(struct ksr_row, ksk_ids) },
	{ "birth", REPLAY_INT, offsetof(struct ksr_row, answered_at) },
	{ "expiry", REPLAY_INT, offsetof(struct ksr_row, expires_at) },
	{ "end", REPLAY_INT, offsetof(struct ksr_row, superseded_at) },
};
static const struct replay_field foreign_fields[] = {
	{ "zone", REPLAY_TEXT, offsetof(struct foreign_key_row, zone) },
	{ "algorithm", REPLAY_U8, offsetof(struct foreign_key_row, alg) },
	{ "key tag", REPLAY_U16, offsetof(struct foreign_key_row, key_tag) },
	{ "DNSKEY", REPLAY_BYTES, offsetof(struct foreign_key_row, dnskey) },
	{ "birth", REPLAY_INT, offsetof(struct foreign_key_row, added_at) },
	{ "DNSKEY's birth", REPLAY_INT, offsetof(struct foreign_key_row,
	    dnskey_in_at) },
	{ "DNSKEY's end", REPLAY_INT, offsetof(struct foreign_key_row,
	    dnskey_out_at) },
	{ "request for a DS", REPLAY_INT, offsetof(struct foreign_key_row,
	    ds_add_at) },
	{ "first sight of its DS", REPLAY_INT,
	    offsetof(struct foreign_key_row, ds_seen_at) },
	{ "request to remove the DS", REPLAY_INT,
	    offsetof(struct foreign_key_row, ds_remove_at) },
	{ "end of its DS", REPLAY_INT, offsetof(struct foreign_key_row,
	    ds_gone_at) },
	{ "instant of its retirement", REPLAY_INT,
	    offsetof(struct foreign_key_row, retire_at) },
	{ "removal", REPLAY_INT, offsetof(struct foreign_key_row,
	    removed_at) },
};
#define N(array) (sizeof(array) / sizeof((array)[0]))

static char *
name_by_id(const void *row)
{

	return mem_strdup(row);
}

static char *
name_cmk(const void *row)
{

	return mem_strdup(((const struct cmk_row *)row)->name);
}

static char *
name_key(const void *row)
{
	const struct key_row *key = row;

	return mem_printf("\"%s\" (%s)", key->label, key->id);
}

static char *
name_ksk(const void *row)
{
	const struct ksk_row *ksk = row;

	return mem_printf("%s/%u (%s)", ksk->zone, ksk->key_tag, ksk->id);
}

static char *
name_foreign(const void *row)
{
	const struct foreign_key_row *key = row;

	return mem_printf("%s/%u (%s)", key->zone, key->key_tag, key->id);
}

const struct replay_table replay_cmk_table = { "CMK", cmk_fields,
	N(cmk_fields), name_cmk };
const struct replay_table replay_key_table = { "key pair", key_fields,
	N(key_fields), name_key };
const struct replay_table replay_ksk_table = { "KSK", ksk_fields,
	N(ksk_fields), name_ksk };
const struct replay_table replay_foreign_table = { "foreign key",
	foreign_fields, N(foreign_fields), name_foreign };
const struct replay_table replay_plan_table = { "plan", plan_fields,
	N(plan_fields), name_by_id };
const struct replay_table replay_ksr_table = { "response", ksr_fields,
	N(ksr_fields), name_by_id };
