/*
 * Followers of RFC 5011. Which keys one of them trusts depends on when it
 * looked; what is computed is from when on, and until when, none of them can
 * be without a key.
 */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/oracle_inner.h"

/* A key, and when every follower trusts it: not any more at lost_at. */
struct trust {
	const struct oracle_key	*key;
	int64_t			 sure_at;
	int64_t			 lost_at;
};

struct followers {
	const struct oracle_world	*world;
	struct oracle_span		*alive;	/* of each set, with caches */
	size_t				*order;	/* of sets, by from_at */
	struct trust			*trusts;
	size_t				 n_trusts;
};

struct question {
	const struct followers		*followers;
	const struct oracle_dnskeys	*set;
};

static const struct trust *
find_trust(const struct followers *f, const struct oracle_key *key)
{
	size_t i;

	for (i = 0; i < f->n_trusts; i++)
		if (oracle_is_same_key(f->trusts[i].key, key))
			return &f->trusts[i];
	return NULL;
}

static void
add_key(struct followers *f, const struct oracle_key *key, int64_t sure_at)
{
	struct trust *trust;

	if (find_trust(f, key) != NULL)
		return;
	trust = mem_push(&f->trusts, f->n_trusts, sizeof(*trust));
	*trust = (struct trust) { key, sure_at, ORACLE_FOR_EVER };
	f->n_trusts++;
}

static struct oracle_span
set_alive(const struct oracle_dnskeys *set)
{
	struct oracle_span span = oracle_served(set);
	int64_t at;
	size_t i;

	for (i = 0; i < set->n_sigs && !oracle_is_empty(span); i++) {
		at = oracle_kept_until(set, &set->sigs[i], oracle_served(set));
		if (at > span.until_at)
			span.until_at = at;
	}
	return span;
}

enum presence { ABSENT, PRESENT, REVOKED };

static enum presence
presence_of(const struct oracle_dnskeys *set, const struct oracle_key *key)
{
	size_t i;

	for (i = 0; i < set->n_keys; i++)
		if (oracle_is_same_key(&set->keys[i], key))
			return oracle_is_revoked(set, i) ? REVOKED : PRESENT;
	return ABSENT;
}

/* RFC 5011 s2.1: revoked where the set is signed by the revoked key. */
static void
lose(struct followers *f, size_t set, struct trust *trust)
{
	const struct oracle_dnskeys *dnskeys = &f->world->dnskeys[set];
	const struct oracle_sig *sig;
	struct oracle_span seen;
	size_t i;

	for (i = 0; i < dnskeys->n_sigs; i++) {
		sig = &dnskeys->sigs[i];
		if (sig->key >= dnskeys->n_keys ||
		    !oracle_is_revoked(dnskeys, sig->key) ||
		    !oracle_is_same_key(&dnskeys->keys[sig->key], trust->key))
			continue;
		seen = oracle_both(oracle_sig_span(sig), f->alive[set]);
		if (!oracle_is_empty(seen) && seen.from_at < trust->lost_at)
			trust->lost_at = seen.from_at;
	}
}

static int64_t
later_of(int64_t a, int64_t b)
{

	return a > b ? a : b;
}

/* RFC 5011 s2.4.1: the hold-down is no shorter than the TTL. */
static int64_t
hold_down_s(const struct followers *f, const struct oracle_key *key)
{
	int64_t hold_s = f->world->anchors.add_hold_down_s;
	size_t i;

	for (i = 0; i < f->world->n_dnskeys; i++)
		if (presence_of(&f->world->dnskeys[i], key) == PRESENT)
			hold_s = later_of(hold_s,
			    f->world->dnskeys[i].ttl_s);
	return hold_s;
}

static bool
is_trusted(const void *arg, int64_t at, int64_t *next,
    struct oracle_found *found)
{
	const struct question *q = arg;
	const struct oracle_sig *sig;
	const struct trust *trust;
	bool holds = false;
	size_t i;

	found->why = ORACLE_NO_ANCHOR;
	for (i = 0; i < q->set->n_sigs; i++) {
		sig = &q->set->sigs[i];
		if (sig->key >= q->set->n_keys ||
		    oracle_is_revoked(q->set, sig->key))
			continue;
		trust = find_trust(q->followers, &q->set->keys[sig->key]);
		oracle_border(at, sig->inception_at, next);
		oracle_border(at, oracle_later(sig->expiration_at, 1), next);
		oracle_border(at, trust->sure_at, next);
		oracle_border(at, trust->lost_at, next);
		if (sig->inception_at <= at && at <= sig->expiration_at &&
		    trust->sure_at <= at && at < trust->lost_at)
			holds = true;
	}
	return holds;
}

/* Times at which a look at the zone does not show a key, or nothing. */
struct blanks {
	struct oracle_span	*items;
	size_t			 n;
};

static void
add_blank(struct blanks *blanks, int64_t from_at, int64_t until_at)
{
	struct oracle_span *span;

	span = mem_push(&blanks->items, blanks->n, sizeof(*span));
	*span = (struct oracle_span) { from_at, until_at };
	blanks->n++;
}

/* A set with the key counts while followers are sure to validate it. */
static void
add_unproved(const struct followers *f, size_t set, struct blanks *blanks)
{
	const struct question question = { f, &f->world->dnskeys[set] };
	const struct oracle_span alive = f->alive[set];
	struct oracle_found found;
	int64_t at, next;

	for (at = alive.from_at; at <= alive.until_at; at = next) {
		next = oracle_later(alive.until_at, 1);
		if (!is_trusted(&question, at, &next, &found))
			add_blank(blanks, at, next == ORACLE_FOR_EVER ? next :
			    next - 1);
		if (next == ORACLE_FOR_EVER)
			break;
	}
}

static void
find_blanks(const struct followers *f, const struct oracle_key *key,
    struct blanks *blanks)
{
	int64_t covered_at = INT64_MIN;
	size_t i, set;

	for (i = 0; i < f->world->n_dnskeys; i++) {
		set = f->order[i];
		if (oracle_is_empty(f->alive[set]))
			continue;
		if (f->alive[set].from_at > covered_at)
			add_blank(blanks, covered_at,
			    f->alive[set].from_at - 1);
		if (presence_of(&f->world->dnskeys[set], key) != PRESENT)
			add_blank(blanks, f->alive[set].from_at,
			    f->alive[set].until_at);
		else
			add_unproved(f, set, blanks);
		covered_at = later_of(covered_at,
		    oracle_later(f->alive[set].until_at, 1));
	}
}

/*
 * When the last follower trusts a key that is no anchor yet: it looked right
 * before the key was everywhere, once more a query interval later, and, when
 * the hold-down was nearly over, a last time before the one that counts. A
 * set without the key, seen in between, starts it all over (RFC 5011 s2.3).
 */
static bool
learn(const struct followers *f, struct trust *trust)
{
	const int64_t query_s = f->world->anchors.query_interval_s;
	const int64_t wait_s = oracle_later(hold_down_s(f, trust->key),
	    oracle_later(query_s, query_s));
	const int64_t before_at = trust->sure_at;
	struct blanks blanks = { NULL, 0 };
	int64_t since_at = INT64_MIN;
	int64_t *from_at;
	size_t *order;
	size_t i;

	find_blanks(f, trust->key, &blanks);
	from_at = mem_new(blanks.n * sizeof(*from_at));
	for (i = 0; i < blanks.n; i++)
		from_at[i] = blanks.items[i].from_at;
	order = oracle_order(from_at, blanks.n);
	for (i = 0; i < blanks.n; i++) {
		const struct oracle_span *blank = &blanks.items[order[i]];

		if (i > 0 && blank->from_at >= oracle_later(since_at, wait_s))
			break;
		since_at = later_of(since_at,
		    oracle_later(blank->until_at, 1));
	}
	trust->sure_at = oracle_later(since_at, wait_s);
	free(order);
	free(from_at);
	free(blanks.items);
	return trust->sure_at < before_at;
}

static void
follow(struct followers *f)
{
	const struct oracle_world *world = f->world;
	int64_t *from_at = mem_new(world->n_dnskeys * sizeof(*from_at));
	bool is_new = true;
	size_t i, k;

	f->alive = mem_new(world->n_dnskeys * sizeof(*f->alive));
	for (i = 0; i < world->n_dnskeys; i++) {
		f->alive[i] = set_alive(&world->dnskeys[i]);
		from_at[i] = world->dnskeys[i].from_at;
	}
	f->order = oracle_order(from_at, world->n_dnskeys);
	for (k = 0; k < world->anchors.n_keys; k++)
		add_key(f, &world->anchors.keys[k], INT64_MIN);
	for (i = 0; i < world->n_dnskeys; i++)
		for (k = 0; k < world->dnskeys[i].n_keys; k++)
			add_key(f, &world->dnskeys[i].keys[k],
			    ORACLE_FOR_EVER);
	for (k = 0; k < f->n_trusts; k++)
		for (i = 0; i < world->n_dnskeys; i++)
			lose(f, i, &f->trusts[k]);
	/* A key is learnt from sets that keys known before have signed. */
	while (is_new) {
		is_new = false;
		for (k = 0; k < f->n_trusts; k++)
			if (f->trusts[k].sure_at != INT64_MIN &&
			    learn(f, &f->trusts[k]))
				is_new = true;
	}
	free(from_at);
}

void
oracle_ask_anchors(struct oracle_run *run)
{
	struct followers f = { .world = run->world };
	struct question question = { .followers = &f };
	struct oracle_proof proof = { is_trusted, &question, 0, ORACLE_NONE };
	size_t i;

	if (run->world->anchors.n_keys == 0)
		return;
	follow(&f);
	for (i = 0; i < run->world->n_dnskeys; i++) {
		question.set = &run->world->dnskeys[i];
		proof.dnskeys = i;
		oracle_walk(run, &proof, f.alive[i]);
	}
	free(f.trusts);
	free(f.order);
	free(f.alive);
}
