/* What operators do to a zone. */
#include "tests/unit/unit.h"

#include <inttypes.h>

#include "tests/unit/lifehost_inner.h"

#define DAY INT64_C(86400)

/* The KSK of ours that is in use, or on its way to it; LIFE_NONE. */
static size_t
find_active(const struct lifehost *h)
{
	const struct life_key *key;
	size_t i;

	for (i = 0; i < h->zone.n_keys; i++) {
		key = &h->zone.keys[i];
		if (!key->is_foreign && key->standby == LIFE_NO_STANDBY &&
		    key->retire_at == 0 && !key->is_compromised)
			return i;
	}
	return LIFE_NONE;
}

static size_t
find_foreign(const struct lifehost *h)
{
	size_t i;

	for (i = 0; i < h->zone.n_keys; i++)
		if (h->zone.keys[i].is_foreign)
			return i;
	return LIFE_NONE;
}

static void
retire(struct lifehost *h, size_t i)
{
	const struct life_step step = { .kind = LIFE_RETIRE, .key = i };

	life_apply(&h->zone, &step, lifehost_now(h));
}

/* roll-ksk; whether it was not refused. */
static bool
roll(struct lifehost *h, uint8_t alg)
{
	const size_t i = find_active(h);
	char why[LIFE_WHY_LEN] = "";

	if (i == LIFE_NONE || h->zone.goal == LIFE_INSECURE)
		return false;
	if (!life_may_roll(&h->zone, lifehost_now(h), why)) {
		assert_true(why[0] != '\0');
		h->end->n_refused++;
		return false;
	}
	h->zone.alg = alg;
	/* Beside another's key ours would only leave. */
	if (find_foreign(h) != LIFE_NONE)
		lifehost_do(h, &(struct life_step) { .kind = LIFE_MAKE_KSK,
		    .key = i, .alg = alg });
	retire(h, i);
	return true;
}

static void
lose(struct lifehost *h, bool is_usable)
{
	const size_t i = find_active(h);

	if (i == LIFE_NONE || h->zone.goal == LIFE_INSECURE)
		return;
	h->zone.keys[i].is_compromised = true;
	h->zone.keys[i].is_usable = is_usable;
	retire(h, i);
}

static void
change_ttl(struct lifehost *h, int64_t ttl_s)
{

	/* The old one counts until it has been replaced, and its TTL over. */
	if (h->old_ttl_s < h->dnskey_ttl_s ||
	    h->old_ttl_until_at < lifehost_now(h))
		h->old_ttl_s = h->dnskey_ttl_s;
	h->old_ttl_until_at = LIFE_NEVER;
	h->dnskey_ttl_s = ttl_s;
	h->is_signed_anew = true;
}

static void
change_ds_ttl(struct lifehost *h, int64_t ttl_s)
{
	const uint64_t keys = h->world->ds[h->world->n_ds - 1].keys;

	if (h->old_ds_ttl_s < h->ds_ttl_s ||
	    h->old_ds_ttl_until_at < lifehost_now(h))
		h->old_ds_ttl_s = h->ds_ttl_s;
	h->old_ds_ttl_until_at = h->at + h->old_ds_ttl_s +
	    h->world->parent_propagation_s + 2 * h->story->skew_s;
	h->ds_ttl_s = ttl_s;
	lifeworld_delegate(h->world, &(struct lifeworld_ds) { h->at, ttl_s,
	    keys });
}

/*
 * RFC 8901 s2.1.2: our servers are asked once our DS is everywhere, the others
 * no more once no NS set names them; their key may go when no cache has what
 * it signed.
 */
static void
take_over(struct lifehost *h, size_t n)
{
	const int64_t now_at = lifehost_now(h);
	const size_t theirs = find_foreign(h), ours = find_active(h);
	const int64_t leave_at = h->at + h->world->data_ttl_s +
	    h->world->zone_propagation_s;

	if (theirs == LIFE_NONE)
		return;
	if (ours == LIFE_NONE || life_ds_state(&h->zone, ours, now_at) !=
	    LIFE_OMNIPRESENT || life_dnskey_state(&h->zone, ours, now_at) !=
	    LIFE_OMNIPRESENT) {
		lifehost_expect(h, h->at + DAY, LIFEHOST_ACT, n);
		return;
	}
	h->world->providers[0].from_at = h->at;
	if (h->story->actions[n].what == LIFEHOST_SHARE)
		return;
	h->world->providers[1].until_at = leave_at;
	lifehost_expect(h, leave_at + 1 + h->dnskey_ttl_s +
	    (h->old_ttl_s > h->dnskey_ttl_s ? h->old_ttl_s : 0),
	    LIFEHOST_LEAVE, h->keys[theirs]);
}

/* The zone signer is told, too, and has a ZSK for all that it signs. */
static void
go_secure(struct lifehost *h)
{
	size_t i, n = 0;

	for (i = 0; i < h->n_events; i++)
		if (h->events[i].kind != LIFEHOST_ZSK_DROP &&
		    h->events[i].kind != LIFEHOST_DATA_DROP)
			h->events[n++] = h->events[i];
	h->n_events = n;
	for (i = 0; i < h->zone.n_algs; i++)
		h->zone.algs[i].has_zsk = true;
}

static void
set_goal(struct lifehost *h, enum life_goal goal)
{

	h->zone.goal = goal;
	h->zone.goal_at = lifehost_now(h);
}

void
lifehost_act(struct lifehost *h, size_t n)
{
	const struct lifehost_action *action = &h->story->actions[n];

	switch (action->what) {
	case LIFEHOST_ROLL:
		(void)roll(h, h->zone.alg);
		break;
	case LIFEHOST_ROLL_ALG:
		/* Refused, it is tried again. */
		if (!roll(h, h->story->other_alg))
			lifehost_expect(h, h->at + DAY, LIFEHOST_ACT, n);
		break;
	case LIFEHOST_COMPROMISE:
		lose(h, true);
		break;
	case LIFEHOST_LOSE:
		lose(h, false);
		break;
	case LIFEHOST_GO_SECURE:
		go_secure(h);
		set_goal(h, LIFE_SECURE);
		break;
	case LIFEHOST_GO_INSECURE:
		set_goal(h, LIFE_INSECURE);
		break;
	case LIFEHOST_TTL:
		change_ttl(h, action->n);
		break;
	case LIFEHOST_DS_TTL:
		change_ds_ttl(h, action->n);
		break;
	case LIFEHOST_TAKE_OVER:
	case LIFEHOST_SHARE:
		take_over(h, n);
		break;
	default:
		break;
	}
	lifehost_expect(h, h->at, LIFEHOST_RUN, 0);
}

static const char *
what_name(enum lifehost_what what)
{
	static const char *const names[] = { "nothing", "roll", "compromise",
		"lose", "roll-alg", "insecure", "secure", "ttl", "ds-ttl",
		"take-over", "share" };

	return names[what];
}

void
lifehost_print(const struct lifehost_story *s, char *text, size_t len)
{
	const struct timing *t = &s->timing;
	FILE *f = fmemopen(text, len, "w");
	size_t i;

	assert_non_null(f);
	(void)fprintf(f, "seed %" PRIu64 ": ttl %" PRId64 " zone-propagation "
	    "%" PRId64 " publish-safety %" PRId64 " retire-safety %" PRId64
	    " max-zone-ttl %" PRId64 " ds-ttl %" PRId64 " (served %" PRId64
	    ") parent-propagation %" PRId64 " validity %" PRId64 " refresh %"
	    PRId64 " roll %d standby %d automation %u lifetime %" PRId64
	    " algorithms %u %u backup %d joins %d sees-one %d skew %" PRId64
	    " run %" PRId64 " outage %" PRId64 " registrar %" PRId64
	    " signer %" PRId64 " length %" PRId64 ";", s->seed,
	    t->dnskey_ttl_s, t->zone_propagation_delay_s, t->publish_safety_s,
	    t->retire_safety_s, t->max_zone_ttl_s, t->parent_ds_ttl_s,
	    s->ds_ttl_s, t->parent_propagation_delay_s, t->validity_s,
	    t->refresh_s, (int)s->roll, (int)s->standby, s->automation,
	    s->lifetime_s, s->alg, s->other_alg, s->needs_backup, s->joins,
	    s->sees_one, s->skew_s, s->run_s, s->outage_s, s->registrar_s,
	    s->signer_s, s->length_s);
	for (i = 0; i < s->n_actions; i++)
		(void)fprintf(f, " %s(%" PRId64 ")@%" PRId64,
		    what_name(s->actions[i].what), s->actions[i].n,
		    s->actions[i].at);
	(void)fclose(f);
}
