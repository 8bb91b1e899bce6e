/* What is not kmgr: registrar and parent, zone signer, primary. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/lifehost_inner.h"

#define BIT(i) (UINT64_C(1) << (i))

static uint32_t
alg_bit(uint8_t alg)
{

	return UINT32_C(1) << alg;
}

void
lifehost_ask_parent(struct lifehost *h, enum lifehost_event_kind kind,
    size_t i)
{
	const size_t key = h->keys[i];
	int64_t at = h->at + lifehost_pick(h, h->story->registrar_s);
	size_t k;

	/* Now and then somebody is on holiday. */
	if (lifehost_pick(h, 8) == 0)
		at += lifehost_pick(h, 9 * h->story->registrar_s);
	for (k = 0; k < h->n_events; k++)
		if ((h->events[k].kind == LIFEHOST_DS_ADD ||
		    h->events[k].kind == LIFEHOST_DS_REMOVE) &&
		    h->events[k].n == key && h->events[k].at >= at)
			at = h->events[k].at + 1;
	lifehost_expect(h, at, kind, key);
}

static uint64_t
ds_keys(const struct lifehost *h)
{

	return h->world->n_ds == 0 ? 0 :
	    h->world->ds[h->world->n_ds - 1].keys;
}

static void
delegate(struct lifehost *h, uint64_t keys)
{
	const int64_t at = h->at + h->world->parent_propagation_s;

	lifeworld_delegate(h->world, &(struct lifeworld_ds) { h->at,
	    h->ds_ttl_s, keys });
	/* Somebody looks, once it is there, or before. */
	lifehost_expect(h, h->story->sees_one ? h->at : at, LIFEHOST_RUN, 0);
	lifehost_expect(h, at + lifehost_pick(h, h->story->run_s),
	    LIFEHOST_RUN, 0);
}

/* Since when all the parent's servers, or one, agree on it; or never. */
static int64_t
agreed_at(const struct lifehost *h, size_t key, bool is_in)
{
	const struct lifeworld *world = h->world;
	size_t i;

	if (world->n_ds == 0 || (world->ds[world->n_ds - 1].keys >> key & 1) !=
	    is_in)
		return LIFE_NEVER;
	for (i = world->n_ds - 1; i > 0; i--)
		if ((world->ds[i - 1].keys >> key & 1) != is_in)
			break;
	return h->story->sees_one ? lifeworld_ds_somewhere_at(world, i) :
	    lifeworld_ds_everywhere_at(world, i);
}

/*
 * What was asked for before may still happen: what is there meanwhile is no
 * answer yet.
 */
static bool
is_under_way(const struct lifehost *h, size_t key)
{
	size_t i;

	for (i = 0; i < h->n_events; i++)
		if ((h->events[i].kind == LIFEHOST_DS_ADD ||
		    h->events[i].kind == LIFEHOST_DS_REMOVE) &&
		    h->events[i].n == key)
			return true;
	return false;
}

static int64_t
answered_at(const struct lifehost *h, size_t key, bool is_in)
{

	return is_under_way(h, key) ? LIFE_NEVER : agreed_at(h, key, is_in);
}

void
lifehost_observe(struct lifehost *h)
{
	const int64_t now_at = lifehost_now(h);
	struct life_key *key;
	size_t i;

	for (i = 0; i < h->zone.n_keys; i++) {
		key = &h->zone.keys[i];
		if (key->ds_add_at != 0 && key->ds_seen_at == 0 &&
		    key->ds_remove_at == 0 && (h->fault->sees_at_once ||
		    answered_at(h, h->keys[i], true) <= h->at))
			key->ds_seen_at = now_at;
		if (key->ds_remove_at != 0 && key->ds_gone_at == 0 &&
		    (h->fault->gone_at_once ||
		    answered_at(h, h->keys[i], false) <= h->at))
			key->ds_gone_at = now_at;
	}
}

static bool
is_expected(const struct lifehost *h, uint8_t alg)
{
	size_t i;

	for (i = 0; i < h->n_events; i++)
		if (h->events[i].kind >= LIFEHOST_DATA_ADD &&
		    h->events[i].kind <= LIFEHOST_DATA_DROP &&
		    h->events[i].n == alg)
			return true;
	return false;
}

static struct life_alg *
find_alg(struct lifehost *h, uint8_t alg)
{
	size_t i;

	for (i = 0; i < h->zone.n_algs; i++)
		if (h->zone.algs[i].alg == alg)
			return &h->zone.algs[i];
	return NULL;
}

/*
 * RFC 6781 s4.1.4, conservative: the signatures are first in and last out.
 * For that the signer waits by itself, as long as it must.
 */
void
lifehost_ask_signer(struct lifehost *h, const struct life_step *step)
{
	const struct life_alg *alg = find_alg(h, step->alg);
	const int64_t at = h->at + 1 + lifehost_pick(h, h->story->signer_s);

	if (is_expected(h, step->alg))
		return;
	if (step->kind == LIFE_SIGNER_ADD_ALG)
		lifehost_expect(h, at, alg != NULL && alg->signed_at != 0 ?
		    LIFEHOST_ZSK_ADD : LIFEHOST_DATA_ADD, step->alg);
	else
		lifehost_expect(h, at, alg != NULL && alg->has_zsk ?
		    LIFEHOST_ZSK_DROP : LIFEHOST_DATA_DROP, step->alg);
}

static uint64_t
in_set(const struct lifehost *h, uint64_t *signers, uint64_t *revoked)
{
	const struct life_key *key;
	uint64_t keys = 0;
	size_t i;

	for (i = 0; i < h->zone.n_keys; i++) {
		key = &h->zone.keys[i];
		if (key->dnskey_in_at == 0 || key->dnskey_out_at != 0 ||
		    (key->revoke_at != 0 && h->fault->forgets_revoke))
			continue;
		keys |= BIT(h->keys[i]);
		if (key->is_usable && !key->is_foreign)
			*signers |= BIT(h->keys[i]);
		if (key->revoke_at != 0)
			*revoked |= BIT(h->keys[i]);
	}
	return keys;
}

/* The other provider's set: the same keys, signed by its own. */
static void
publish_theirs(struct lifehost *h, const struct lifeworld_set *ours)
{
	struct lifeworld_set theirs = *ours;

	theirs.keys |= BIT(0);
	theirs.signers = BIT(0);
	theirs.revoked = 0;
	theirs.zsk_algs |= alg_bit(h->world->keys[0].alg);
	theirs.inception_at = -LIFEWORLD_EVER;
	theirs.expiration_at = LIFEWORLD_EVER;
	lifeworld_publish(h->world, 1, &theirs);
}

void
lifehost_publish(struct lifehost *h)
{
	const int64_t now_at = lifehost_now(h);
	struct lifeworld_set set = { .at = h->at, .ttl_s = h->dnskey_ttl_s,
		.inception_at = now_at - h->story->inception_offset_s,
		.expiration_at = now_at + h->story->timing.validity_s };
	size_t i;

	set.keys = in_set(h, &set.signers, &set.revoked);
	for (i = 0; i < h->zone.n_algs && set.signers != 0; i++)
		if (h->zone.algs[i].has_zsk)
			set.zsk_algs |= alg_bit(h->zone.algs[i].alg);
	lifeworld_publish(h->world, 0, &set);
	if (h->story->joins)
		publish_theirs(h, &set);
	if (h->old_ttl_until_at == LIFE_NEVER)
		h->old_ttl_until_at = now_at + h->old_ttl_s +
		    h->world->zone_propagation_s + 2 * h->story->skew_s;
}

static void
change_data(struct lifehost *h, uint32_t add, uint32_t drop)
{
	const uint32_t algs = h->world->data[h->world->n_data - 1].algs;

	lifeworld_sign(h->world, &(struct lifeworld_data) { h->at,
	    (algs | add) & ~drop });
}

/* All data is signed with it, and then the ZSK may be seen. */
static void
add_data(struct lifehost *h, uint8_t alg)
{
	const struct life_step step = { .kind = LIFE_SIGNER_ADD_ALG,
		.key = LIFE_NONE, .alg = alg };

	change_data(h, alg_bit(alg), 0);
	/* It tells when it is sure, and its own clock is right. */
	life_apply(&h->zone, &step, h->at + h->story->skew_s);
	lifehost_expect(h, h->at + 1, LIFEHOST_ZSK_ADD, alg);
}

void
lifehost_admit_zsk(struct lifehost *h, uint8_t alg)
{
	struct life_alg *new = find_alg(h, alg);

	if (new == NULL) {
		new = mem_push(&h->zone.algs, h->zone.n_algs,
		    sizeof(*h->zone.algs));
		h->zone.n_algs++;
	}
	new->alg = alg;
	new->has_zsk = true;
}

static void
drop_data(struct lifehost *h, uint8_t alg)
{
	const struct life_step step = { .kind = LIFE_SIGNER_DROP_ALG,
		.key = LIFE_NONE, .alg = alg };

	change_data(h, 0, alg_bit(alg));
	life_apply(&h->zone, &step, lifehost_now(h));
}

static void
set_zsk(struct lifehost *h, uint8_t alg, bool has_zsk)
{
	struct life_alg *found = find_alg(h, alg);

	if (found == NULL)
		return;
	found->has_zsk = has_zsk;
	h->is_signed_anew = true;	/* another ZSK set */
}

static struct life_key *
find_key(struct lifehost *h, size_t key)
{
	size_t i;

	for (i = 0; i < h->zone.n_keys; i++)
		if (h->keys[i] == key)
			return &h->zone.keys[i];
	return NULL;
}

void
lifehost_happen(struct lifehost *h, const struct lifehost_event *e)
{
	struct life_key *key = find_key(h, e->n);

	switch (e->kind) {
	case LIFEHOST_DS_ADD:
		delegate(h, ds_keys(h) | BIT(e->n));
		return;
	case LIFEHOST_DS_REMOVE:
		delegate(h, ds_keys(h) & ~BIT(e->n));
		return;
	case LIFEHOST_DATA_ADD:
		add_data(h, (uint8_t)e->n);
		break;
	case LIFEHOST_DATA_DROP:
		drop_data(h, (uint8_t)e->n);
		break;
	case LIFEHOST_ZSK_ADD:
	case LIFEHOST_ZSK_DROP:
		set_zsk(h, (uint8_t)e->n, e->kind == LIFEHOST_ZSK_ADD);
		break;
	case LIFEHOST_BACKUP:
		if (key != NULL)
			key->backup_at = lifehost_now(h);
		break;
	case LIFEHOST_LEAVE:
		key->retire_at = lifehost_now(h);
		break;
	default:
		break;
	}
	lifehost_expect(h, h->at + lifehost_pick(h, h->story->run_s),
	    LIFEHOST_RUN, 0);
}
