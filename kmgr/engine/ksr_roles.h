/*
 * Which KSK publishes, signs and is revoked in which bundle of a response: by
 * a schema, as kskm has them, or by what the zone's KSKs are there for now.
 * Pure: facts in, a table out.
 */
#ifndef ENGINE_KSR_ROLES_H
#define ENGINE_KSR_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/ksr.h"
#include "kmgr/engine/ksk.h"

enum ksr_role {
	KSR_PUBLISHES = 1,	/* its DNSKEY is in the bundle */
	KSR_SIGNS = 2,
	KSR_IS_REVOKED = 4	/* it is there with REVOKE (RFC 5011 s2.1) */
};

/* A row a bundle of the request, a column a KSK. */
struct ksr_roles {
	size_t		 n_slots;
	size_t		 n_ksks;
	uint8_t		*bits;		/* enum ksr_role, row by row */
};

#define KSR_ROLES_INIT { 0, 0, NULL }

/* The KSKs of a schema, by their index; next is n_ksks where there is none. */
struct ksr_pair {
	size_t	current;
	size_t	next;
};

#define KSR_TAG_BY_GENERATION (-1)

/**
 * ksr_roles_pick(ksks, n, current_tag, next_tag, out, err):
 * The KSKs that a schema means among the ${n} of a zone: those with the key
 * tags ${current_tag} and ${next_tag}, or, where they are
 * KSR_TAG_BY_GENERATION, the oldest and the oldest after the current one.
 *
 * Errors: ERR_INPUT where no KSK has such a tag, or one has both.
 */
int ksr_roles_pick(const struct ksk *ksks, size_t n, int32_t current_tag,
    int32_t next_tag, struct ksr_pair *out, struct error *err);

/**
 * ksr_roles_by_schema(schema, format, n_slots, n_ksks, pair, out, err):
 * The roles that ${schema} ("normal", "pre-publish", "rollover", "revoke",
 * "publish+", "rollover+", "revoke+") gives to ${pair}, one of ${n_ksks}, in
 * ${n_slots} bundles: a first one, middle ones, a last one. In text formats
 * whoever is published signs: named refuses a bundle otherwise.
 *
 * Owner: the caller, ksr_roles_clear().
 * Errors: ERR_USAGE (no such schema), ERR_INPUT (it needs a next KSK, or more
 * bundles than there are to do all that it says).
 */
int ksr_roles_by_schema(const char *schema, enum ksr_format format,
    size_t n_slots, size_t n_ksks, const struct ksr_pair *pair,
    struct ksr_roles *out, struct error *err);

/**
 * ksr_roles_by_state(signs, n_ksks, n_slots, out):
 * Those of the ${n_ksks} KSKs that are in the DNSKEY RRset now, ${signs},
 * publish and sign in every one of ${n_slots} bundles.
 *
 * Owner: the caller, ksr_roles_clear().
 */
void ksr_roles_by_state(const bool *signs, size_t n_ksks, size_t n_slots,
    struct ksr_roles *out);

/**
 * ksr_roles_of(roles, slot, ksk):
 * The roles of one KSK in one bundle, 0 where it has none.
 */
unsigned int ksr_roles_of(const struct ksr_roles *roles, size_t slot,
    size_t ksk);

/**
 * ksr_roles_has(roles, ksk):
 * Whether the KSK is in any bundle.
 */
bool ksr_roles_has(const struct ksr_roles *roles, size_t ksk);

/**
 * ksr_roles_clear(roles):
 * Free what ${roles} holds.
 */
void ksr_roles_clear(struct ksr_roles *roles);

#endif
