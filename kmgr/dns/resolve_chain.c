#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/nsec.h"
#include "kmgr/dns/nsec3.h"
#include "kmgr/dns/resolve_chain.h"
#include "kmgr/dns/rrsig.h"

/* Signatures times keys that are tried: a reply can hold thousands. */
#define VERIFY_MAX 16
#define KEYS_MAX   64
#define DENIALS_MAX 8		/* NSEC or NSEC3; three are enough */

/* Whether any of the n keys verifies rrsig over rrset. */
static bool
is_verified(const struct rrsig *rrsig, struct rrset *rrset,
    const struct dnskey *keys, size_t n, unsigned int *tries)
{
	struct error ignored = ERR_INIT;
	size_t i;

	/* RFC 4034 s3.1.4: a cache counts the TTL down. */
	rrset->ttl = rrsig->original_ttl;
	for (i = 0; i < n; i++) {
		if (keys[i].alg != rrsig->alg ||
		    dnskey_tag(&keys[i]) != rrsig->key_tag)
			continue;
		if (++*tries > VERIFY_MAX)
			return false;
		if (rrsig_verify(rrsig, rrset, &keys[i], &ignored) == 0)
			return true;
		err_clear(&ignored);
	}
	return false;
}

/* Whether the section has the RRset, signed by zone with one of the keys. */
static bool
is_signed(const struct message *message, enum message_section section,
    const struct name *owner, uint16_t type, const struct name *zone,
    const struct dnskey *keys, size_t n, int64_t now_at)
{
	struct rrset *rrset = message_rrset(message, section, owner, type);
	struct rrset *rrsigs = message_rrset(message, section, owner,
	    RRTYPE_RRSIG);
	struct error ignored = ERR_INIT;
	unsigned int tries = 0;
	struct rrsig rrsig;
	bool is_good = false;
	size_t i;

	for (i = 0; rrset != NULL && rrsigs != NULL && i < rrsigs->n_rdata &&
	    !is_good; i++) {
		err_clear(&ignored);
		is_good = rrsig_from_rdata(rrsigs->rdata[i].bytes,
		    rrsigs->rdata[i].len, &rrsig, &ignored) == 0 &&
		    rrsig.type_covered == type &&
		    name_is_same(&rrsig.signer, zone) &&
		    rrsig.inception_at <= now_at &&
		    rrsig.expiration_at >= now_at &&
		    is_verified(&rrsig, rrset, keys, n, &tries);
	}
	rrset_free(rrset);
	rrset_free(rrsigs);
	return is_good;
}

/* The RRsets of a type in the authority section that the zone signed. */
static size_t
signed_sets(const struct resolve_chain *chain, const struct message *message,
    uint16_t type, int64_t now_at, struct rrset *out[static DENIALS_MAX])
{
	const struct message_record *record;
	size_t i, tried = 0, n = 0;

	for (i = 0; i < message->n && tried < DENIALS_MAX; i++) {
		record = &message->records[i];
		/* Each set once: of its records the first. */
		if (record->type != type || record != message_find(message,
		    MESSAGE_AUTHORITY, &record->owner, type))
			continue;
		tried++;
		if (is_signed(message, MESSAGE_AUTHORITY, &record->owner,
		    type, &chain->zone, chain->keys, chain->n, now_at))
			out[n++] = message_rrset(message, MESSAGE_AUTHORITY,
			    &record->owner, type);
	}
	return n;
}

static void
free_sets(struct rrset *const *list, size_t n)
{

	while (n-- > 0)
		rrset_free(list[n]);
}

/* A zone has NSEC or NSEC3, or both while it changes from one to the other. */
static enum resolve_proof
denial(const struct resolve_chain *chain, const struct message *message,
    const struct name *owner, uint16_t type, int64_t now_at)
{
	struct rrset *list[DENIALS_MAX];
	enum nsec3_word word;
	size_t n;
	bool is_denied;

	n = signed_sets(chain, message, MESSAGE_NSEC, now_at, list);
	is_denied = nsec_denies(list, n, &chain->zone, owner, type);
	free_sets(list, n);
	if (is_denied)
		return RESOLVE_PROVED;
	n = signed_sets(chain, message, MESSAGE_NSEC3, now_at, list);
	word = nsec3_denies(list, n, &chain->zone, owner, type);
	free_sets(list, n);
	if (word == NSEC3_TOO_COSTLY)
		return RESOLVE_TOO_COSTLY;
	return word == NSEC3_DENIES ? RESOLVE_PROVED : RESOLVE_UNPROVED;
}

enum resolve_proof
resolve_chain_proof(const struct resolve_chain *chain,
    const struct message *message, const struct name *owner, uint16_t type,
    int64_t now_at)
{

	if (chain->n == 0)
		return RESOLVE_NO_ANCHOR;
	if (message_find(message, MESSAGE_ANSWER, owner, type) == NULL)
		return denial(chain, message, owner, type, now_at);
	return is_signed(message, MESSAGE_ANSWER, owner, type, &chain->zone,
	    chain->keys, chain->n, now_at) ? RESOLVE_PROVED :
	    RESOLVE_UNPROVED;
}

/* Whether key is what the DS or DNSKEY says. */
static bool
is_vouched_for(const struct name *zone, const struct dnskey *key,
    uint16_t type, const uint8_t *rdata, size_t len)
{
	struct error ignored = ERR_INIT;
	struct dnskey anchor;
	struct ds ds, own;

	if ((key->flags & DNSKEY_ZONE) == 0 ||
	    (key->flags & DNSKEY_REVOKE) != 0 || key->protocol != 3)
		return false;
	if (type == RRTYPE_DNSKEY)
		return dnskey_from_rdata(rdata, len, &anchor,
		    &ignored) == 0 && anchor.flags == key->flags &&
		    dnskey_is_same_key(&anchor, key);
	if (ds_from_rdata(rdata, len, &ds, &ignored) != 0 ||
	    (ds.digest_type != DIGEST_SHA256 &&
	    ds.digest_type != DIGEST_SHA384))
		return false;
	ds_init(&own, zone, key, (enum digest)ds.digest_type);
	return ds_is_same(&ds, &own);
}

/* What vouches for a zone's keys: records of one type. */
struct vouchers {
	uint16_t	 type;
	struct rdata	*list;		/* borrowed */
	size_t		 n;
};

static void
push_key(struct dnskey **keys, size_t *n, const struct dnskey *key)
{

	*(struct dnskey *)mem_push(keys, *n, sizeof(*key)) = *key;
	(*n)++;
}

/* The keys of a DNSKEY RRset, and those of them that are vouched for. */
static void
sort_keys(const struct rrset *rrset, const struct vouchers *vouchers,
    struct dnskey **all, size_t *n, struct dnskey **good, size_t *n_good)
{
	struct error ignored = ERR_INIT;
	struct dnskey key;
	size_t i, k;

	for (i = 0; i < rrset->n_rdata && i < KEYS_MAX; i++) {
		if (dnskey_from_rdata(rrset->rdata[i].bytes,
		    rrset->rdata[i].len, &key, &ignored) != 0)
			continue;
		push_key(all, n, &key);
		for (k = 0; k < vouchers->n && k < KEYS_MAX; k++)
			if (is_vouched_for(&rrset->owner, &key,
			    vouchers->type, vouchers->list[k].bytes,
			    vouchers->list[k].len))
				break;
		if (k < vouchers->n && k < KEYS_MAX)
			push_key(good, n_good, &key);
	}
}

/* Make zone's keys those of the chain, if the vouchers vouch for them. */
static int
descend(const struct resolve_config *config, const struct name *zone,
    const struct vouchers *vouchers, int64_t now_at,
    struct resolve_chain *chain, struct error *err)
{
	struct dnskey *all = NULL, *good = NULL;
	size_t n = 0, n_good = 0;
	char text[NAME_TEXT_MAX];
	struct message *message;
	struct rrset *rrset;
	int rc = -1;

	if (resolve_lookup(config, zone, RRTYPE_DNSKEY, MESSAGE_CD |
	    MESSAGE_DO, &message, err) != 0)
		return -1;
	rrset = message_rrset(message, MESSAGE_ANSWER, zone, RRTYPE_DNSKEY);
	if (rrset != NULL)
		sort_keys(rrset, vouchers, &all, &n, &good, &n_good);
	if (n_good > 0 && is_signed(message, MESSAGE_ANSWER, zone,
	    RRTYPE_DNSKEY, zone, good, n_good, now_at)) {
		free(chain->keys);
		chain->keys = all;
		chain->n = n;
		chain->zone = *zone;
		all = NULL;
		rc = 0;
	} else {
		(void)err_set(err, ERR_INTEGRITY, "the DNSKEY RRset of %s is "
		    "not signed by a key that is vouched for",
		    name_text(zone, text));
	}
	rrset_free(rrset);
	message_free(message);
	free(all);
	free(good);
	return rc;
}

/* The next zone cut, where name is one; none and no proof leaves all as is. */
static int
step_down(const struct resolve_config *config, const struct name *name,
    int64_t now_at, struct resolve_chain *chain, struct error *err)
{
	struct vouchers vouchers = { .type = RRTYPE_DS };
	struct message *message;
	struct rrset *ds;
	int rc = 0;

	if (resolve_lookup(config, name, RRTYPE_DS, MESSAGE_CD | MESSAGE_DO,
	    &message, err) != 0)
		return -1;
	ds = message_rrset(message, MESSAGE_ANSWER, name, RRTYPE_DS);
	if (ds != NULL && resolve_chain_proof(chain, message, name,
	    RRTYPE_DS, now_at) == RESOLVE_PROVED) {
		vouchers.list = ds->rdata;
		vouchers.n = ds->n_rdata;
		rc = descend(config, name, &vouchers, now_at, chain, err);
	}
	rrset_free(ds);
	message_free(message);
	return rc;
}

/* The longest owner of an anchor that is zone or above it. */
static const struct name *
nearest(const struct zonefile *anchors, const struct name *zone)
{
	const struct name *best = NULL, *owner;
	size_t i;

	for (i = 0; i < anchors->n_records; i++) {
		owner = &anchors->records[i].owner;
		if (anchors->records[i].type != RRTYPE_DS &&
		    anchors->records[i].type != RRTYPE_DNSKEY)
			continue;
		if ((name_is_same(zone, owner) ||
		    name_is_below(zone, owner)) &&
		    (best == NULL || owner->len > best->len))
			best = owner;
	}
	return best;
}

/* Begin at the zone of the anchors called owner. */
static int
begin(const struct resolve_config *config, const struct zonefile *anchors,
    const struct name *owner, int64_t now_at, struct resolve_chain *chain,
    struct error *err)
{
	static const uint16_t types[] = { RRTYPE_DS, RRTYPE_DNSKEY };
	struct vouchers vouchers;
	struct rdata *one;
	size_t i, k;
	int rc = -1;

	for (i = 0; i < 2 && rc != 0; i++) {
		vouchers = (struct vouchers) { .type = types[i] };
		for (k = 0; k < anchors->n_records; k++) {
			const struct zonefile_record *record =
			    &anchors->records[k];

			if (record->type != types[i] ||
			    !name_is_same(&record->owner, owner))
				continue;
			one = mem_push(&vouchers.list, vouchers.n++,
			    sizeof(*one));
			one->bytes = record->rdata;
			one->len = record->rdata_len;
		}
		err_clear(err);
		rc = descend(config, owner, &vouchers, now_at, chain, err);
		free(vouchers.list);
	}
	return rc;
}

void
resolve_chain_find(const struct resolve_config *config,
    const struct zonefile *anchors, const struct name *zone, int64_t now_at,
    struct resolve_chain *out)
{
	const struct name *owner = nearest(anchors, zone);
	struct error why = ERR_INIT;
	struct name at = *zone;
	size_t starts[NAME_WIRE_MAX], n = 0, skip = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	if (owner == NULL) {
		(void)snprintf(out->why, sizeof(out->why),
		    "no trust anchor is above it");
		return;
	}
	rc = begin(config, anchors, owner, now_at, out, &why);
	/* Every name between the two can be a zone: from the top down. */
	for (; zone->len - skip > owner->len; n++) {
		starts[n] = skip;
		skip += 1 + (size_t)zone->wire[skip];
	}
	while (n-- > 0 && rc == 0) {
		at.len = zone->len - starts[n];
		memcpy(at.wire, zone->wire + starts[n], at.len);
		rc = step_down(config, &at, now_at, out, &why);
	}
	if (rc == 0 && name_is_same(&out->zone, zone))
		return;
	(void)snprintf(out->why, sizeof(out->why), "%.250s", rc != 0 ?
	    why.msg : "a zone above it has no DS that is proved");
	free(out->keys);
	out->keys = NULL;
	out->n = 0;
}

void
resolve_chain_clear(struct resolve_chain *chain)
{

	free(chain->keys);
	memset(chain, 0, sizeof(*chain));
}
