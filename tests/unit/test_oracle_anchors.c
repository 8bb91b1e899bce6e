/* Followers of RFC 5011, asked for to the second. */
#include "tests/unit/unit.h"

#include "tests/unit/oraclezone.h"

#define DAY	86400
#define HOLD	(30 * DAY)
#define QUERY	DAY

/* The root's way: 2 is published, signs, and then 1 is revoked. */
static void
follow(struct oraclezone *z, int64_t sign_at, int64_t revoke_at)
{
	static const bool is_revoked[] = { true, false };

	oraclezone_init(z);
	z->world.from_at = 0;
	z->world.until_at = 200 * DAY;
	z->world.anchors = (struct oracle_anchors) { z->all, 1, HOLD, QUERY };
	oraclezone_dnskeys(z, BEGIN, "1");
	oraclezone_dnskeys(z, 0, "12");
	z->dnskeys[1].n_sigs = 1;
	oraclezone_dnskeys(z, sign_at, "12");
	z->dnskeys[2].n_sigs = 1;
	z->sigs[2][0].key = 1;
	oraclezone_dnskeys(z, revoke_at, "12");
	z->dnskeys[3].is_revoked = is_revoked;
	oraclezone_dnskeys(z, revoke_at + 40 * DAY, "2");
	z->dnskeys[4].until_at = 200 * DAY;
}

static void
test_followers(void **state)
{
	/* Set 0 is forgotten, the last looks, waits and looks again. */
	const int64_t sure_at = ZONE_PROPAGATION + DNSKEY_TTL + 1 + QUERY +
	    HOLD + QUERY;
	struct oracle_hole hole;
	struct oraclezone z;
	int64_t end_at;

	(void)state;
	follow(&z, sure_at, sure_at + 5 * DAY);
	oraclezone_sound(&z, "as late as it must be");
	follow(&z, sure_at - 1, sure_at + 5 * DAY);
	/* Who looks in that second cannot validate what it sees, ever. */
	hole = oraclezone_first(&z, "a second early", &end_at);
	assert_int_equal(hole.from_at, sure_at - 1);
	assert_int_equal(end_at, 200 * DAY);
	assert_int_equal(hole.dnskeys, 2);
	assert_int_equal(hole.ds, ORACLE_NONE);
	assert_int_equal(hole.why, ORACLE_NO_ANCHOR);
	/* A revoked key is not trusted again. */
	follow(&z, sure_at, sure_at + 5 * DAY);
	z.keys[4][0] = z.all[0];
	(void)oraclezone_hole(&z, "it signs after all", sure_at + 45 * DAY,
	    200 * DAY);
	/* One that does not sign itself is not revoked (RFC 5011 s2.1). */
	z.sigs[3][0].key = 1;
	z.dnskeys[3].n_sigs = 1;
	oraclezone_sound(&z, "a REVOKE bit that its key does not sign");
}

/* A set without the new key, however short, and the hold-down starts over. */
static void
test_hold_down_starts_over(void **state)
{
	const int64_t again_at = 10 * DAY + ZONE_PROPAGATION + DNSKEY_TTL + 1;
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	z.world.until_at = 90 * DAY;
	z.world.anchors = (struct oracle_anchors) { z.all, 1, HOLD, QUERY };
	oraclezone_dnskeys(&z, 0, "12");
	oraclezone_dnskeys(&z, 9 * DAY, "1");
	oraclezone_dnskeys(&z, 10 * DAY, "12");
	oraclezone_dnskeys(&z, again_at + HOLD + 2 * QUERY - 1, "2");
	z.dnskeys[3].until_at = 90 * DAY;
	(void)oraclezone_hole(&z, "counted from the first time",
	    again_at + HOLD + 2 * QUERY - 1, 90 * DAY);
	z.dnskeys[3].from_at++;
	oraclezone_sound(&z, "counted from the second time");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_followers),
		cmocka_unit_test(test_hold_down_starts_over),
	};

	return cmocka_run_group_tests_name("oracle_anchors", tests, NULL,
	    NULL);
}
