#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/zone_history_inner.h"
#include "policy/rules_oracle.h"

#define NOBODY_TOLD "nobody has told of a DS at the parent, and so to every " \
	"resolver the zone is insecure"

struct failures {
	char	**items;
	size_t	 n;
};

static void
add_failure(struct failures *failures, char *text)
{
	char **item = mem_push(&failures->items, failures->n, sizeof(*item));

	*item = text;
	failures->n++;
}

enum presence { ABSENT, PRESENT, REVOKED };

static enum presence
presence_of(const struct history_set *set, const struct oracle_key *key)
{
	enum presence presence = ABSENT;
	size_t i;

	for (i = 0; i < set->n_keys; i++)
		if (zone_history_same(&set->keys[i], key)) {
			if (set->is_revoked[i])
				return REVOKED;
			presence = PRESENT;
		}
	return presence;
}

static bool
was_there(const struct zone_history *history, const struct oracle_key *key,
    int64_t before_at)
{
	const struct history_set *set;
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (set->until_at >= set->from_at && set->from_at < before_at &&
		    presence_of(set, key) != ABSENT)
			return true;
	}
	return false;
}

/* The first bundle that takes away what the parent's DS names. */
static void
check_ksk(const struct zone_history *history, const struct history_ksk *ksk,
    struct failures *failures)
{
	const int64_t out_at = zone_history_ds_out_at(history, ksk);
	const struct history_set *set;
	enum presence presence;
	char text[WHEN_TEXT_LEN];
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (set->response != history->n_responses ||
		    set->response == 0 || set->from_at >= out_at)
			continue;
		presence = presence_of(set, &ksk->key);
		if (presence == PRESENT || (presence == ABSENT &&
		    !was_there(history, &ksk->key, set->from_at)))
			continue;
		if (out_at == ORACLE_FOR_EVER)
			(void)snprintf(text, sizeof(text), "at the parent");
		else
			when_rfc3339(out_at, text);
		add_failure(failures, mem_printf("%s %s KSK %u, whose DS is "
		    "%s%s; %s", set->what,
		    presence == REVOKED ? "revokes" : "withdraws",
		    ksk->key.key_tag, out_at == ORACLE_FOR_EVER ? "" :
		    "in caches until ", text, out_at == ORACLE_FOR_EVER ?
		    "remove the DS first, and confirm it with kmgr ds-gone" :
		    "keep the KSK until then"));
		return;
	}
}

/* That the parent is to remove it tells nothing. */
static bool
was_told(const struct history_ksk *ksk)
{

	return ksk->ds.add_at != 0 || ksk->ds.seen_at != 0 ||
	    ksk->ds.gone_at != 0;
}

/* Whether set has it no more, as what leads on from a DS. */
static bool
takes_away(const struct history_set *set, const struct history_ksk *ksk)
{

	return set->until_at >= set->from_at &&
	    presence_of(set, &ksk->key) != PRESENT;
}

/* When it was in a set before before_at for the last time; INT64_MIN: never. */
static int64_t
last_in_at(const struct zone_history *history, const struct history_ksk *ksk,
    int64_t before_at)
{
	const struct history_set *set;
	int64_t at = INT64_MIN;
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (set->until_at >= set->from_at &&
		    set->from_at < before_at &&
		    presence_of(set, &ksk->key) == PRESENT)
			int64_raise(&at, set->from_at);
	}
	return at;
}

/*
 * Whether caches have the DNSKEY yet, which another set has taken away after
 * in_at, at at; while none has it is there, however old it is.
 */
static bool
is_cached(const struct zone_history *history, const struct history_ksk *ksk,
    int64_t in_at, int64_t at)
{
	const struct zone_history_timing *t = &history->timing;
	const struct history_set *set;
	int64_t out_at = at, ttl_s = t->dnskey_ttl_s;
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (set->from_at > in_at && takes_away(set, ksk))
			int64_lower(&out_at, set->from_at);
		if (presence_of(set, &ksk->key) == PRESENT)
			int64_raise(&ttl_s, set->ttl_s);
	}
	return at < out_at + t->zone_propagation_delay_s + ttl_s +
	    t->retire_safety_s;
}

/*
 * As the life cycle has it (life_ds_is_untold()): that nobody told of a DS is
 * no proof that there is none, whatever was told of those of others. What was
 * published could have been given to the parent, and stays until that is told
 * or no cache has it. Another provider's goes: a DS of it never led on by our
 * sets, which it does not sign (RFC 8901 s2.1.2).
 */
static void
check_untold(const struct zone_history *history,
    const struct history_ksk *ksk, struct failures *failures)
{
	const struct history_set *set;
	int64_t in_at;
	size_t i;

	if (ksk->is_foreign)
		return;
	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (set->response == 0 ||
		    set->response != history->n_responses ||
		    !takes_away(set, ksk))
			continue;
		in_at = last_in_at(history, ksk, set->from_at);
		if (in_at == INT64_MIN ||
		    !is_cached(history, ksk, in_at, set->from_at))
			continue;
		add_failure(failures, mem_printf("%s %s KSK %u; nobody told "
		    "of its DS, which may be at the parent: it stays until "
		    "kmgr ds-gone is told of it, and no cache has its DS",
		    set->what, presence_of(set, &ksk->key) == REVOKED ?
		    "revokes" : "withdraws", ksk->key.key_tag));
		return;
	}
}

static void
check_ksks(const struct zone_history *history, struct failures *failures)
{
	const struct history_ksk *ksk;
	size_t i;

	if (history->timing.is_rfc5011)
		return;
	for (i = 0; i < history->n_ksks; i++) {
		ksk = &history->ksks[i];
		if (was_told(ksk))
			check_ksk(history, ksk, failures);
		else
			check_untold(history, ksk, failures);
	}
}

static void
ask(const struct history_asked *asked, struct failures *failures)
{
	struct oracle_hole *holes = NULL;
	size_t i, n = 0;

	oracle_ask(&asked->world, &holes, &n);
	for (i = 0; i < n; i++)
		add_failure(failures, zone_history_hole(&asked->world,
		    &holes[i]));
	free(holes);
}

/* Report what was found, and forget it. */
static void
report(struct failures *failures, const char *why_off,
    struct findings *findings)
{
	const struct rules_oracle answer = {
		(const char *const *)failures->items, failures->n, why_off };
	size_t i;

	rules_check_oracle(&answer, findings);
	for (i = 0; i < failures->n; i++)
		free(failures->items[i]);
	free(failures->items);
}

void
zone_history_judge(const struct zone_history *history, int64_t from_at,
    int64_t until_at, struct findings *findings)
{
	const struct history_set *first = zone_history_first(history);
	const char *why_off = "nothing was ever signed";
	struct failures failures = { NULL, 0 };
	struct history_asked asked = { .n_anchors = 0 };

	if (first != NULL) {
		zone_history_fill(history, from_at, until_at, &asked);
		ask(&asked, &failures);
		if (history->timing.is_rfc5011 && asked.n_anchors == 0)
			add_failure(&failures, mem_printf("no KSK signs %s, "
			    "the first set known: followers of RFC 5011 have "
			    "no trust anchor", first->what));
		check_ksks(history, &failures);
		why_off = history->timing.is_rfc5011 ||
		    zone_history_knows_ds(&asked) || failures.n > 0 ? NULL :
		    NOBODY_TOLD;
	}
	report(&failures, why_off, findings);
	zone_history_asked_clear(&asked);
}

static bool
is_same_ds(const struct oracle_ds *a, const struct oracle_ds *b)
{
	size_t i, k;

	if (a->n_keys != b->n_keys)
		return false;
	for (i = 0; i < a->n_keys; i++) {
		for (k = 0; k < b->n_keys; k++)
			if (zone_history_same(&a->keys[i], &b->keys[k]))
				break;
		if (k == b->n_keys)
			return false;
	}
	return true;
}

/* Whether the same two sets meet in the other world as badly. */
static bool
is_old(const struct oracle_world *world, const struct oracle_hole *hole,
    const struct oracle_world *other, const struct oracle_hole *holes,
    size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (holes[i].dnskeys != hole->dnskeys ||
		    (holes[i].ds == ORACLE_NONE) != (hole->ds == ORACLE_NONE))
			continue;
		if (hole->ds == ORACLE_NONE || is_same_ds(
		    &world->ds[hole->ds], &other->ds[holes[i].ds]))
			return true;
	}
	return false;
}

void
zone_history_compare(const struct zone_history *before,
    const struct zone_history *after, int64_t from_at, int64_t until_at,
    struct findings *findings)
{
	struct history_asked was = { .n_anchors = 0 }, is = { .n_anchors = 0 };
	struct oracle_hole *old = NULL, *holes = NULL;
	struct failures failures = { NULL, 0 };
	size_t i, n_old = 0, n = 0;
	bool knows;

	if (before != NULL && zone_history_first(before) != NULL) {
		zone_history_fill(before, from_at, until_at, &was);
		oracle_ask(&was.world, &old, &n_old);
	}
	if (zone_history_first(after) != NULL) {
		zone_history_fill(after, from_at, until_at, &is);
		oracle_ask(&is.world, &holes, &n);
	}
	for (i = 0; i < n; i++)
		if (!is_old(&is.world, &holes[i], &was.world, old, n_old))
			add_failure(&failures, zone_history_hole(&is.world,
			    &holes[i]));
	knows = after->timing.is_rfc5011 || zone_history_knows_ds(&is);
	report(&failures, knows || failures.n > 0 ? NULL : NOBODY_TOLD,
	    findings);
	free(old);
	free(holes);
	zone_history_asked_clear(&was);
	zone_history_asked_clear(&is);
}
