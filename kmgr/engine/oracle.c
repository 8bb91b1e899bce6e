#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/oracle_inner.h"

int64_t
oracle_later(int64_t at, int64_t s)
{

	return at > ORACLE_FOR_EVER - s ? ORACLE_FOR_EVER : at + s;
}

void
oracle_border(int64_t at, int64_t border_at, int64_t *next)
{

	if (border_at > at && border_at < *next)
		*next = border_at;
}

struct oracle_span
oracle_both(struct oracle_span a, struct oracle_span b)
{

	return (struct oracle_span) {
		a.from_at > b.from_at ? a.from_at : b.from_at,
		a.until_at < b.until_at ? a.until_at : b.until_at };
}

bool
oracle_is_empty(struct oracle_span span)
{

	return span.until_at < span.from_at;
}

struct oracle_span
oracle_served(const struct oracle_dnskeys *set)
{

	return (struct oracle_span) { set->from_at, set->until_at };
}

struct oracle_span
oracle_sig_span(const struct oracle_sig *sig)
{

	return (struct oracle_span) { sig->inception_at, sig->expiration_at };
}

struct oracle_span
oracle_cached(struct oracle_span served, int64_t ttl_s)
{

	if (!oracle_is_empty(served))
		served.until_at = oracle_later(served.until_at, ttl_s);
	return served;
}

struct oracle_span
oracle_ds_alive(const struct oracle_ds *ds)
{

	return oracle_cached((struct oracle_span) { ds->from_at,
	    ds->until_at }, ds->ttl_s);
}

int64_t
oracle_kept_until(const struct oracle_dnskeys *set,
    const struct oracle_sig *sig, struct oracle_span taken)
{
	int64_t kept_at;

	taken = oracle_both(oracle_both(taken, oracle_served(set)),
	    oracle_sig_span(sig));
	if (oracle_is_empty(taken))
		return INT64_MIN;
	/* RFC 4035 s5.3.3: not beyond the signature. */
	kept_at = oracle_later(taken.until_at, set->ttl_s);
	return kept_at < sig->expiration_at ? kept_at : sig->expiration_at;
}

bool
oracle_is_same_key(const struct oracle_key *a, const struct oracle_key *b)
{

	return a->alg == b->alg && a->key_tag == b->key_tag &&
	    memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

bool
oracle_is_revoked(const struct oracle_dnskeys *set, size_t i)
{

	return set->is_revoked != NULL && set->is_revoked[i];
}

struct place {
	int64_t	at;
	size_t	i;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

size_t *
oracle_order(const int64_t *at, size_t n)
{
	struct place *places = mem_new(n * sizeof(*places));
	size_t *order = mem_new(n * sizeof(*order));
	size_t i;

	for (i = 0; i < n; i++)
		places[i] = (struct place) { at[i], i };
	qsort(places, n, sizeof(*places), compare_places);
	for (i = 0; i < n; i++)
		order[i] = places[i].i;
	free(places);
	return order;
}

static void
add(struct oracle_run *run, const struct oracle_found *found)
{
	struct oracle_found *last = run->n == 0 ? NULL :
	    &run->found[run->n - 1];

	/* What goes on, for another reason perhaps, is one hole. */
	if (last != NULL && last->dnskeys == found->dnskeys &&
	    last->ds == found->ds &&
	    last->span.until_at == found->span.from_at - 1) {
		last->span.until_at = found->span.until_at;
		return;
	}
	last = mem_push(&run->found, run->n, sizeof(*run->found));
	*last = *found;
	run->n++;
}

void
oracle_walk(struct oracle_run *run, const struct oracle_proof *proof,
    struct oracle_span span)
{
	const struct oracle_span asked = { run->world->from_at,
		run->world->until_at };
	struct oracle_found found = { .dnskeys = proof->dnskeys,
		.ds = proof->ds };
	int64_t at, next;

	span = oracle_both(span, asked);
	for (at = span.from_at; at <= span.until_at; at = next) {
		next = oracle_later(span.until_at, 1);
		found.span.from_at = at;
		if (!proof->holds(proof->arg, at, &next, &found)) {
			found.span.until_at = next == ORACLE_FOR_EVER ?
			    span.until_at : next - 1;
			add(run, &found);
		}
		if (next == ORACLE_FOR_EVER)
			break;
	}
}

static int
compare_found(const void *a, const void *b)
{
	const struct oracle_found *x = a, *y = b;

	if (x->span.from_at != y->span.from_at)
		return x->span.from_at < y->span.from_at ? -1 : 1;
	if (x->dnskeys != y->dnskeys)
		return x->dnskeys < y->dnskeys ? -1 : 1;
	return x->ds < y->ds ? -1 : x->ds > y->ds;
}

static const char *
time_text(int64_t at, char out[static WHEN_TEXT_LEN])
{

	if (at == ORACLE_FOR_EVER)
		return "for ever";
	if (at < 0 || at > WHEN_MAX) {
		(void)snprintf(out, WHEN_TEXT_LEN, "%" PRId64, at);
		return out;
	}
	return when_rfc3339(at, out);
}

static void
write_message(const struct oracle_world *world, struct oracle_hole *hole)
{
	const char *keys = hole->dnskeys == ORACLE_NONE ? NULL :
	    world->dnskeys[hole->dnskeys].what;
	const char *ds = hole->ds == ORACLE_NONE ? NULL :
	    world->ds[hole->ds].what;
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN], why[128] = "";

	switch (hole->why) {
	case ORACLE_NO_KEY:
		(void)snprintf(why, sizeof(why), "no key of algorithm %u is "
		    "in both", hole->alg);
		break;
	case ORACLE_NO_SIGNATURE:
		(void)snprintf(why, sizeof(why), "no signature of algorithm "
		    "%u by a key of both is valid", hole->alg);
		break;
	case ORACLE_NO_ANCHOR:
		(void)snprintf(why, sizeof(why), "no key that all followers "
		    "of RFC 5011 trust has a valid signature in it");
		break;
	case ORACLE_NO_DNSKEYS:
		(void)snprintf(why, sizeof(why), "no DNSKEY set is served");
		break;
	case ORACLE_NO_DS:
		(void)snprintf(why, sizeof(why), "nothing is known of the "
		    "parent's DS set");
		break;
	}
	(void)snprintf(hole->message, sizeof(hole->message), "a resolver is "
	    "bogus from %s until %s%s%.60s%s%.60s: %s",
	    time_text(hole->from_at, from), time_text(hole->until_at, until),
	    keys == NULL ? "" : " with cached DNSKEY set ",
	    keys == NULL ? "" : keys,
	    ds == NULL ? "" : " and cached DS set ", ds == NULL ? "" : ds,
	    why);
}

void
oracle_ask(const struct oracle_world *world, struct oracle_hole **out,
    size_t *n)
{
	struct oracle_run run = { world, NULL, 0 };
	const struct oracle_found *found;
	size_t i;

	oracle_ask_pairs(&run);
	oracle_ask_gaps(&run);
	oracle_ask_anchors(&run);
	if (run.n > 0)
		qsort(run.found, run.n, sizeof(*run.found), compare_found);
	*n = run.n < ORACLE_HOLES_MAX ? run.n : ORACLE_HOLES_MAX;
	*out = mem_new(*n * sizeof(**out));
	for (i = 0; i < *n; i++) {
		found = &run.found[i];
		(*out)[i] = (struct oracle_hole) {
			.from_at = found->span.from_at,
			.until_at = found->span.until_at, .why = found->why,
			.alg = found->alg, .dnskeys = found->dnskeys,
			.ds = found->ds };
		write_message(world, &(*out)[i]);
	}
	free(run.found);
}
