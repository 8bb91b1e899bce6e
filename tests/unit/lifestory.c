#include "tests/unit/unit.h"

#include "kmgr/base/int64.h"
#include "tests/unit/lifestory.h"

#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY  (24 * HOUR)
#define ANCHORED_EACH 8

/* Each order of magnitude is as likely. */
static int64_t
pick_scale(uint64_t *x, int64_t least, int64_t most)
{
	int64_t top = least;

	do
		top *= 3;
	while (top < most && lifeworld_pick(x, 5) != 0);
	return int64_min(least + lifeworld_pick(x, top - least), most);
}

static bool
flip(uint64_t *x)
{

	return lifeworld_pick(x, 2) == 0;
}

static void
make_timing(uint64_t *x, struct lifehost_story *s)
{
	struct timing *t = &s->timing;

	t->dnskey_ttl_s = pick_scale(x, 30, 2 * DAY);
	t->zone_propagation_delay_s = pick_scale(x, 1, 12 * HOUR) - 1;
	t->publish_safety_s = pick_scale(x, 1, DAY) - 1;
	t->retire_safety_s = pick_scale(x, 1, DAY) - 1;
	t->max_zone_ttl_s = int64_max(t->dnskey_ttl_s, pick_scale(x, 30,
	    3 * DAY));
	t->parent_ds_ttl_s = pick_scale(x, 30, 3 * DAY);
	t->parent_propagation_delay_s = pick_scale(x, 1, 6 * HOUR) - 1;
	s->ds_ttl_s = t->parent_ds_ttl_s;
	if (lifeworld_pick(x, 3) == 0)
		s->ds_ttl_s = pick_scale(x, 30, 3 * DAY);
	s->inception_offset_s = HOUR;
	s->skew_s = lifeworld_pick(x, 1 + int64_min(HOUR,
	    int64_min(t->publish_safety_s, t->retire_safety_s)));
}

/* One zone in so many has KSKs that are trust anchors. */
static bool
is_anchored(uint64_t seed)
{
	uint64_t x = seed * 5011;

	return lifeworld_pick(&x, ANCHORED_EACH) == 0;
}

static void
make_people(uint64_t *x, struct lifehost_story *s)
{

	s->run_s = pick_scale(x, 10, 6 * HOUR);
	s->outage_s = pick_scale(x, HOUR, 4 * DAY);
	s->registrar_s = pick_scale(x, 10, 3 * DAY);
	s->signer_s = pick_scale(x, 10, 2 * DAY);
	s->sees_one = flip(x);
	s->automation = LIFE_AUTO_ALL;
	if (lifeworld_pick(x, 4) == 0)
		s->automation = (unsigned int)lifeworld_pick(x,
		    LIFE_AUTO_ALL + 1);
	s->timing.parent_registration_delay_s = flip(x) ? s->registrar_s : 0;
}

static void
act(struct lifehost_story *s, int64_t at, enum lifehost_what what, int64_t n)
{

	if (s->n_actions < LIFEHOST_ACTIONS)
		s->actions[s->n_actions++] = (struct lifehost_action) { at,
			what, n };
}

static int64_t
other_ttl(uint64_t *x, int64_t ttl_s)
{

	return flip(x) ? ttl_s / (2 + lifeworld_pick(x, 8)) + 1 :
	    int64_min(ttl_s * (2 + lifeworld_pick(x, 8)), 6 * DAY);
}

static void
act_once(uint64_t *x, struct lifehost_story *s, enum lifehost_what what)
{
	const int64_t at = lifeworld_pick(x, s->length_s * 3 / 4);
	const int64_t more = lifeworld_pick(x, s->length_s / 4);

	switch (what) {
	case LIFEHOST_ROLL:
		act(s, at, what, 0);
		if (flip(x))	/* during the first */
			act(s, at + more / 4, what, 0);
		break;
	case LIFEHOST_GO_INSECURE:
		act(s, at, what, 0);
		act(s, at + more, LIFEHOST_GO_SECURE, 0);
		break;
	case LIFEHOST_TTL:
		/* Followers look by a TTL for long after it was served. */
		act(s, at, s->timing.is_rfc5011 ? LIFEHOST_ROLL : what,
		    other_ttl(x, s->timing.dnskey_ttl_s));
		break;
	case LIFEHOST_DS_TTL:
		act(s, at, what, other_ttl(x, s->ds_ttl_s));
		break;
	default:
		act(s, at, what, 0);
		break;
	}
}

/*
 * What may come together in one story. Who follows a trust anchor that is
 * lost, or knows none of another provider, has no way on: RFC 5011 s6.
 */
static void
make_script(uint64_t *x, struct lifehost_story *s)
{
	static const enum lifehost_what any[] = { LIFEHOST_ROLL,
		LIFEHOST_ROLL, LIFEHOST_COMPROMISE, LIFEHOST_ROLL_ALG,
		LIFEHOST_GO_INSECURE, LIFEHOST_TTL, LIFEHOST_DS_TTL };
	static const enum lifehost_what lost[] = { LIFEHOST_ROLL,
		LIFEHOST_LOSE, LIFEHOST_LOSE, LIFEHOST_DS_TTL };
	const bool loses = lifeworld_pick(x, 4) == 0 &&
	    !s->timing.is_rfc5011;
	int64_t n = lifeworld_pick(x, 4);

	if (!loses && lifeworld_pick(x, 6) == 0 && !s->timing.is_rfc5011) {
		s->joins = true;
		act(s, lifeworld_pick(x, s->length_s / 2), flip(x) ?
		    LIFEHOST_TAKE_OVER : LIFEHOST_SHARE, 0);
	}
	while (n-- > 0)
		act_once(x, s, loses ? lost[lifeworld_pick(x, N_OF(lost))] :
		    any[lifeworld_pick(x, s->joins ? 2 : N_OF(any))]);
}

/*
 * A signature outlives every silence: outages, and where its key is lost the
 * way of the next key into the parent.
 */
static void
make_validity(uint64_t *x, struct lifehost_story *s)
{
	struct timing *t = &s->timing;
	int64_t ttl_s = t->dnskey_ttl_s, ds_ttl_s = s->ds_ttl_s, silence_s;
	bool loses = false;
	size_t i;

	for (i = 0; i < s->n_actions; i++) {
		loses = loses || s->actions[i].what == LIFEHOST_LOSE;
		if (s->actions[i].what == LIFEHOST_TTL)
			ttl_s = int64_max(ttl_s, s->actions[i].n);
		if (s->actions[i].what == LIFEHOST_DS_TTL)
			ds_ttl_s = int64_max(ds_ttl_s, s->actions[i].n);
	}
	silence_s = s->run_s + s->outage_s + 2 * s->skew_s;
	if (loses)
		silence_s = 8 * silence_s + 20 * s->registrar_s +
		    2 * life_roll_s(t, s->roll) + 2 * ds_ttl_s;
	/* Years of stories are signed now and then, not every minute. */
	if (t->is_rfc5011)
		silence_s += 5 * DAY;
	t->refresh_s = ttl_s + t->zone_propagation_delay_s + silence_s + 1 +
	    pick_scale(x, MINUTE, 5 * DAY);
	t->validity_s = t->refresh_s + s->outage_s + pick_scale(x,
	    t->is_rfc5011 ? 7 * DAY : HOUR, 60 * DAY);
}

void
lifestory_make(uint64_t seed, struct lifehost_story *s)
{
	uint64_t x = seed * 1000003;
	int64_t roll_s;

	memset(s, 0, sizeof(*s));
	s->seed = seed;
	make_timing(&x, s);
	make_people(&x, s);
	s->roll = (enum life_roll)lifeworld_pick(&x, 3);
	s->timing.is_rfc5011 = is_anchored(seed);
	if (s->timing.is_rfc5011)
		s->roll = LIFE_DOUBLE_SIGNATURE; /* what policies ask for */
	if (lifeworld_pick(&x, 3) == 0)
		s->standby = (enum life_standby)lifeworld_pick(&x, 3);
	s->needs_backup = lifeworld_pick(&x, 4) == 0;
	s->alg = flip(&x) ? 13 : 8;
	s->other_alg = s->alg == 13 ? 15 : 13;
	s->timing.query_interval_s = timing_query_s(s->timing.dnskey_ttl_s,
	    60 * DAY);
	roll_s = life_roll_s(&s->timing, s->roll) + 4 * s->registrar_s +
	    s->signer_s + 4 * s->run_s;
	/* Only what is longer than a whole roll is accepted. */
	if (lifeworld_pick(&x, 4) != 0)
		s->lifetime_s = roll_s + pick_scale(&x, HOUR, 2 * roll_s);
	s->length_s = (3 + lifeworld_pick(&x, 3)) *
	    int64_max(s->lifetime_s, roll_s);
	s->length_s += (s->timing.is_rfc5011 ? 2 : 5) * roll_s;
	make_script(&x, s);
	make_validity(&x, s);
}

bool
lifestory_judge(const struct lifehost_story *story,
    const struct lifehost_fault *fault, struct lifestory_verdict *v)
{
	char script[1000], hole[400] = "", resolver[600] = "";
	struct lifeworld_bogus bogus;
	struct lifehost_end end;

	memset(v, 0, sizeof(*v));
	lifehost_tell(story, fault, &end);
	v->n_rolled = end.n_rolled;
	v->n_refused = end.n_refused;
	v->by_facts = end.is_abandoned || end.is_restless;
	v->by_oracle = lifeworld_oracle(&end.world, hole, sizeof(hole)) > 0;
	v->by_population = !lifeworld_is_sound(&end.world, &bogus);
	if (v->by_population)
		lifeworld_describe(&end.world, &bogus, resolver,
		    sizeof(resolver));
	lifehost_print(story, script, sizeof(script));
	(void)snprintf(v->text, sizeof(v->text), "%s\n# %s\n# %s\n# %s",
	    script, resolver, hole, end.text);
	lifeworld_clear(&end.world);
	return !v->by_population && !v->by_oracle && !v->by_facts;
}
