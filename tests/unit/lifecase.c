#include "tests/unit/lifecase.h"

#include "kmgr/base/mem.h"
#include "tests/unit/unit.h"

void
lifecase_zone(struct life_zone *zone)
{

	*zone = (struct life_zone){
		.name = "example.com.", .alg = 13,
		.automation = LIFE_AUTO_ALL,
		.timing = { .dnskey_ttl_s = 3600,
		    .zone_propagation_delay_s = 43200,
		    .publish_safety_s = 3600, .retire_safety_s = 3600,
		    .max_zone_ttl_s = 86400, .parent_ds_ttl_s = 86400,
		    .parent_propagation_delay_s = 9999,
		    .validity_s = 14 * 86400, .refresh_s = 3 * 86400 },
		.first_signed_at = LONG_AGO,
		.signed_until_at = T0 + 14 * 86400,
	};
	zone->algs = mem_new(sizeof(*zone->algs));
	zone->n_algs = 1;
	zone->algs[0] = (struct life_alg){ 13, LONG_AGO, true };
}

struct life_key *
lifecase_fresh(struct life_zone *zone, const char *name)
{
	struct life_key *key;

	zone->keys = reallocarray(zone->keys, zone->n_keys + 1,
	    sizeof(*zone->keys));
	assert_non_null(zone->keys);
	key = &zone->keys[zone->n_keys++];
	*key = (struct life_key){ .name = name, .alg = zone->alg,
		.made_at = T0, .is_usable = true };
	return key;
}

struct life_key *
lifecase_key(struct life_zone *zone, const char *name)
{
	struct life_key *key = lifecase_fresh(zone, name);

	key->made_at = LONG_AGO;
	key->dnskey_in_at = LONG_AGO;
	key->ds_add_at = LONG_AGO;
	key->ds_seen_at = LONG_AGO;
	return key;
}

static void
print(const struct life_moment *moments, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct life_moment *m = &moments[i];

		print_message("# %9lld ", (long long)(m->at - T0));
		if (m->is_step)
			print_message("%s %zd\n",
			    life_step_name(m->step.kind),
			    (ssize_t)m->step.key);
		else
			print_message("  %c%zu %s\n", m->record, m->key,
			    life_state_name(m->state));
	}
}

static bool
is_change(const struct life_moment *moment,
    const struct lifecase_change *change)
{

	return !moment->is_step && moment->key == change->key &&
	    moment->record == change->record &&
	    moment->state == change->state &&
	    moment->at == T0 + change->at_s;
}

void
lifecase_run(struct life_zone *zone, int64_t until_s, int64_t registration_s,
    const struct lifecase_change *expected, size_t n_expected)
{
	const struct life_world world = { .registration_s = registration_s };
	struct life_moment *moments;
	size_t i, n, m, n_changes = 0;
	bool is_good = true;

	/* What the keys are at the start is no change. */
	life_simulate(zone, T0, T0 + until_s, &world, &moments, &n);
	for (i = 0; i < n; i++)
		n_changes += !moments[i].is_step && moments[i].at >= T0 &&
		    !(moments[i].at == T0 &&
		    moments[i].state == LIFE_OMNIPRESENT);
	for (i = 0; i < n_expected; i++) {
		for (m = 0; m < n && !is_change(&moments[m], &expected[i]);)
			m++;
		if (m == n)
			print_message("# missing: %c%zu %s at %lld\n",
			    expected[i].record, expected[i].key,
			    life_state_name(expected[i].state),
			    (long long)expected[i].at_s);
		is_good = is_good && m < n;
	}
	if (!is_good || n_changes != n_expected) {
		print(moments, n);
		fail_msg("%zu changes instead of %zu", n_changes, n_expected);
	}
	free(moments);
}

const struct life_step *
lifecase_find(const struct life_plan *plan, enum life_step_kind kind,
    size_t key)
{
	size_t i;

	for (i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind == kind && plan->steps[i].key == key)
			return &plan->steps[i];
	}
	return NULL;
}

/* What is due is the same where nobody asks what the rest waits for. */
static void
check_alone(const struct life_zone *zone, int64_t now_at,
    const struct life_plan *plan)
{
	struct life_plan due;
	size_t i;

	life_due(zone, now_at, &due);
	assert_int_equal(due.n, plan->n_due);
	assert_int_equal(due.n_due, plan->n_due);
	for (i = 0; i < due.n; i++) {
		assert_int_equal(due.steps[i].kind, plan->steps[i].kind);
		assert_int_equal(due.steps[i].key, plan->steps[i].key);
		assert_int_equal(due.steps[i].alg, plan->steps[i].alg);
		assert_int_equal(due.steps[i].at, plan->steps[i].at);
	}
	life_plan_clear(&due);
}

void
lifecase_due(struct life_zone *zone, int64_t at_s, const char *expected)
{
	struct life_plan plan;
	char text[400] = "";
	size_t i, len = 0;

	life_plan(zone, T0 + at_s, &plan);
	check_alone(zone, T0 + at_s, &plan);
	for (i = 0; i < plan.n_due; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    plan.steps[i].key == LIFE_NONE ? "%s%s" : "%s%s %zu",
		    i == 0 ? "" : ", ", life_step_name(plan.steps[i].kind),
		    plan.steps[i].key);
		assert_int_equal(plan.steps[i].wait, LIFE_DUE);
		assert_int_equal(plan.steps[i].at, T0 + at_s);
		life_apply(zone, &plan.steps[i], T0 + at_s);
	}
	assert_string_equal(text, expected);
	life_plan_clear(&plan);
}

void
lifecase_waits(const struct life_zone *zone, int64_t at_s,
    enum life_step_kind kind, size_t key, enum life_wait wait,
    int64_t until_s, const char *words)
{
	struct life_plan plan;
	const struct life_step *step;

	life_plan(zone, T0 + at_s, &plan);
	step = lifecase_find(&plan, kind, key);
	assert_non_null(step);
	if (step->wait != wait)
		fail_msg("waits for %s: %s", life_wait_name(step->wait),
		    step->why);
	assert_true(step->at == (until_s == 0 ? LIFE_NEVER : T0 + until_s));
	if (strstr(step->why, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, step->why);
	life_plan_clear(&plan);
}

void
lifecase_wants_not(const struct life_zone *zone, int64_t at_s,
    enum life_step_kind kind, size_t key)
{
	struct life_plan plan;

	life_plan(zone, T0 + at_s, &plan);
	assert_null(lifecase_find(&plan, kind, key));
	life_plan_clear(&plan);
}

void
lifecase_next_is(const struct life_zone *zone, int64_t at_s, int64_t next_s)
{
	struct life_plan plan;

	life_plan(zone, T0 + at_s, &plan);
	assert_true(plan.next_at == T0 + next_s);
	life_plan_clear(&plan);
}

void
lifecase_begin_roll(struct life_zone *zone)
{

	lifecase_zone(zone);
	lifecase_key(zone, "old")->retire_at = T0;
	lifecase_fresh(zone, "new");
}
