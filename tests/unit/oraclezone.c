#include "tests/unit/unit.h"

#include "tests/unit/oraclezone.h"

void
oraclezone_init(struct oraclezone *z)
{
	size_t i;

	memset(z, 0, sizeof(*z));
	for (i = 0; i < N_OF(z->all); i++)
		z->all[i] = (struct oracle_key) { .alg = i < 4 ? 13 : 8,
			.key_tag = (uint16_t)(1000 + i),
			.id = { (uint8_t)(i + 1) } };
	z->world = (struct oracle_world) { .dnskeys = z->dnskeys,
		.ds = z->ds, .from_at = BEGIN, .until_at = LONG };
}

/* The keys that the digits of a text name. */
static size_t
named(const struct oraclezone *z, const char *digits, struct oracle_key *out)
{
	size_t n;

	for (n = 0; digits[n] != '\0'; n++)
		out[n] = z->all[digits[n] - '1'];
	return n;
}

void
oraclezone_dnskeys(struct oraclezone *z, int64_t at, const char *digits)
{
	const size_t n = z->world.n_dnskeys++;
	struct oracle_dnskeys *set = &z->dnskeys[n];
	size_t i;

	assert_true(n < SETS);
	if (n > 0)
		set[-1].until_at = at + ZONE_PROPAGATION;
	set->from_at = at;
	set->until_at = LONG;
	set->ttl_s = DNSKEY_TTL;
	set->n_keys = set->n_sigs = named(z, digits, z->keys[n]);
	set->keys = z->keys[n];
	set->sigs = z->sigs[n];
	set->what = digits;
	for (i = 0; i < set->n_keys; i++)
		z->sigs[n][i] = (struct oracle_sig) { i, BEGIN,
			ORACLE_FOR_EVER };
}

void
oraclezone_ds(struct oraclezone *z, int64_t at, const char *digits)
{
	const size_t n = z->world.n_ds++;
	struct oracle_ds *set = &z->ds[n];

	assert_true(n < SETS);
	if (n > 0)
		set[-1].until_at = at + PARENT_PROPAGATION;
	set->from_at = at;
	set->until_at = LONG;
	set->ttl_s = DS_TTL;
	set->n_keys = named(z, digits, z->ds_keys[n]);
	set->keys = z->ds_keys[n];
	set->what = digits;
}

void
oraclezone_sound(struct oraclezone *z, const char *what)
{
	struct oracle_hole *holes;
	size_t n;

	oracle_ask(&z->world, &holes, &n);
	if (n > 0)
		fail_msg("%s: %s", what, holes[0].message);
	free(holes);
}

struct oracle_hole
oraclezone_first(struct oraclezone *z, const char *what, int64_t *end_at)
{
	struct oracle_hole *holes, first;
	size_t i, n;

	oracle_ask(&z->world, &holes, &n);
	if (n == 0)
		fail_msg("%s: no hole", what);
	first = holes[0];
	for (i = 0, *end_at = BEGIN; i < n; i++)
		if (holes[i].until_at > *end_at)
			*end_at = holes[i].until_at;
	free(holes);
	return first;
}

struct oracle_hole
oraclezone_hole(struct oraclezone *z, const char *what, int64_t from_at,
    int64_t until_at)
{
	struct oracle_hole first;
	int64_t end_at;

	first = oraclezone_first(z, what, &end_at);
	if (end_at != until_at)
		fail_msg("%s: the last until %lld", what, (long long)end_at);
	if (first.from_at != from_at || first.until_at != until_at)
		fail_msg("%s: from %lld until %lld", what,
		    (long long)first.from_at, (long long)first.until_at);
	return first;
}
