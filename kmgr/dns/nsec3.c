#include <stdbool.h>
#include <string.h>

#include <ldns/ldns.h>

#include "kmgr/dns/message.h"
#include "kmgr/dns/nsec.h"
#include "kmgr/dns/nsec3.h"

#define SHA1 1			/* RFC 5155 s11 */
#define OPT_OUT 0x01
#define LABEL_LEN 32		/* base32hex of a hash */
#define SALT_MAX 255
#define RECORDS_MAX 8		/* three are enough for any proof */

/* From the hash to next there is no other. */
struct nsec3 {
	uint8_t		 hash[NSEC3_HASH_LEN], next[NSEC3_HASH_LEN];
	uint8_t		 flags, salt_len;
	uint16_t	 iterations;
	const uint8_t	*salt;		/* borrowed */
	struct nsec_types types;
};

/* The records of one zone and one way to hash. */
struct proof {
	const struct name *zone;
	struct nsec3	 list[RECORDS_MAX];
	size_t		 n;
};

void
nsec3_hash(const struct name *name, const uint8_t *salt, size_t salt_len,
    unsigned int iterations, uint8_t out[static NSEC3_HASH_LEN])
{
	uint8_t in[NAME_WIRE_MAX + SALT_MAX];
	size_t len = name->len;
	unsigned int i;

	/* IH(0) = H(x || salt), IH(k) = H(IH(k - 1) || salt) */
	memcpy(in, name->wire, len);
	for (i = 0; i <= iterations; i++) {
		if (salt_len > 0)
			memcpy(in + len, salt, salt_len);
		(void)ldns_sha1(in, (unsigned int)(len + salt_len), out);
		len = NSEC3_HASH_LEN;
		memcpy(in, out, len);
	}
}

/* RFC 4648 s7, without padding; letters are lower case in a struct name. */
static bool
from_base32hex(const uint8_t *text, uint8_t out[static NSEC3_HASH_LEN])
{
	unsigned int bits = 0, n = 0, v;
	size_t i;

	for (i = 0; i < LABEL_LEN; i++) {
		if (text[i] >= '0' && text[i] <= '9')
			v = text[i] - '0';
		else if (text[i] >= 'a' && text[i] <= 'v')
			v = text[i] - 'a' + 10U;
		else
			return false;
		bits = (bits << 5 | v) & 0xfff;
		n += 5;
		if (n >= 8) {
			n -= 8;
			*out++ = (uint8_t)(bits >> n);
		}
	}
	return true;
}

/* The hash that is the label right below the zone. */
static bool
read_owner(const struct name *owner, const struct name *zone,
    uint8_t out[static NSEC3_HASH_LEN])
{

	return owner->len == 1 + LABEL_LEN + zone->len &&
	    owner->wire[0] == LABEL_LEN && name_is_below(owner, zone) &&
	    from_base32hex(owner->wire + 1, out);
}

/* RFC 5155 s3.2: hash, flags, iterations, salt, next hash, types. */
static bool
read_nsec3(const struct rrset *rrset, const struct name *zone,
    struct nsec3 *out)
{
	const uint8_t *p;
	size_t len;

	if (rrset->type != MESSAGE_NSEC3 || rrset->n_rdata != 1 ||
	    !read_owner(&rrset->owner, zone, out->hash))
		return false;
	p = rrset->rdata->bytes;
	len = rrset->rdata->len;
	/* s8.1, s8.2: of others nothing is believed. */
	if (len < 5 || p[0] != SHA1 || (p[1] & ~OPT_OUT) != 0)
		return false;
	out->flags = p[1];
	out->iterations = (uint16_t)(p[2] << 8 | p[3]);
	out->salt_len = p[4];
	out->salt = p + 5;
	p += 5;
	len -= 5;
	if (len < (size_t)out->salt_len + 1 + NSEC3_HASH_LEN ||
	    p[out->salt_len] != NSEC3_HASH_LEN)
		return false;
	p += out->salt_len + 1;
	len -= (size_t)out->salt_len + 1;
	memcpy(out->next, p, NSEC3_HASH_LEN);
	return nsec_types_read(p + NSEC3_HASH_LEN, len - NSEC3_HASH_LEN,
	    &out->types);
}

/* Those that say something; false where they are not of one kind. */
static bool
read_all(struct rrset *const *list, size_t n, struct proof *proof)
{
	struct nsec3 *one;
	size_t i;

	for (i = 0; i < n; i++) {
		if (proof->n == RECORDS_MAX)
			return false;
		one = &proof->list[proof->n];
		if (!read_nsec3(list[i], proof->zone, one))
			continue;
		/* s8.2: in an answer all have the same. */
		if (one->iterations != proof->list[0].iterations ||
		    one->salt_len != proof->list[0].salt_len ||
		    memcmp(one->salt, proof->list[0].salt,
		    one->salt_len) != 0)
			return false;
		proof->n++;
	}
	return true;
}

static void
hash(const struct proof *proof, const struct name *name,
    uint8_t out[static NSEC3_HASH_LEN])
{

	nsec3_hash(name, proof->list[0].salt, proof->list[0].salt_len,
	    proof->list[0].iterations, out);
}

/* The one whose owner it is. */
static const struct nsec3 *
match(const struct proof *proof, const uint8_t h[static NSEC3_HASH_LEN])
{
	size_t i;

	for (i = 0; i < proof->n; i++)
		if (memcmp(proof->list[i].hash, h, NSEC3_HASH_LEN) == 0)
			return &proof->list[i];
	return NULL;
}

/* One in whose gap it is. */
static const struct nsec3 *
cover(const struct proof *proof, const uint8_t h[static NSEC3_HASH_LEN])
{
	const struct nsec3 *one;
	bool is_behind, is_before;
	size_t i;

	for (i = 0; i < proof->n; i++) {
		one = &proof->list[i];
		is_behind = memcmp(h, one->hash, NSEC3_HASH_LEN) > 0;
		is_before = memcmp(h, one->next, NSEC3_HASH_LEN) < 0;
		/* s3.1.7: the last one's next is the first. */
		if (memcmp(one->hash, one->next, NSEC3_HASH_LEN) < 0 ?
		    is_behind && is_before : is_behind || is_before)
			return one;
	}
	return NULL;
}

/*
 * s8.3: the nearest name above that is proved to be there, and the hash of the
 * name below it on the way to name, at first that of name itself.
 */
static const struct nsec3 *
closest_encloser(const struct proof *proof, const struct name *name,
    struct name *out, uint8_t next_closer[static NSEC3_HASH_LEN])
{
	uint8_t h[NSEC3_HASH_LEN];
	const struct nsec3 *found;

	*out = *name;
	while (!name_is_same(out, proof->zone)) {
		*out = name_above(out);
		hash(proof, out, h);
		if ((found = match(proof, h)) != NULL)
			return found;
		memcpy(next_closer, h, NSEC3_HASH_LEN);
	}
	return NULL;
}

/* s8.4, s8.7: no wildcard below encloser has the type. */
static bool
denies_wildcard(const struct proof *proof, const struct name *encloser,
    uint16_t type)
{
	const struct name wildcard = name_wildcard(encloser);
	uint8_t h[NSEC3_HASH_LEN];
	const struct nsec3 *found;

	hash(proof, &wildcard, h);
	if ((found = match(proof, h)) != NULL)
		return !nsec_types_has(&found->types, type) &&
		    !nsec_types_has(&found->types, MESSAGE_CNAME);
	return cover(proof, h) != NULL;
}

static bool
denies(const struct proof *proof, const struct name *owner, uint16_t type)
{
	uint8_t h[NSEC3_HASH_LEN];
	const struct nsec3 *found;
	struct name encloser;

	hash(proof, owner, h);
	if ((found = match(proof, h)) != NULL)
		return nsec_types_delegate_without(&found->types, type);
	found = closest_encloser(proof, owner, &encloser, h);
	if (found == NULL || nsec_types_end_here(&found->types) ||
	    (found = cover(proof, h)) == NULL)
		return false;
	/* s8.6: what has no DS may be left out where there is opt-out. */
	return (found->flags & OPT_OUT) != 0 ||
	    denies_wildcard(proof, &encloser, type);
}

enum nsec3_word
nsec3_denies(struct rrset *const *list, size_t n, const struct name *zone,
    const struct name *owner, uint16_t type)
{
	struct proof proof = { .zone = zone };

	if (!name_is_below(owner, zone) || !read_all(list, n, &proof) ||
	    proof.n == 0)
		return NSEC3_SILENT;
	if (proof.list[0].iterations > NSEC3_ITERATIONS_MAX)
		return NSEC3_TOO_COSTLY;
	return denies(&proof, owner, type) ? NSEC3_DENIES : NSEC3_SILENT;
}
