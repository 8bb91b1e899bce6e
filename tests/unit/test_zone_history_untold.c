/* KSKs of whose DS nobody told, and that the parent may have all the same. */
#include "tests/unit/historyhelp.h"

/* Without a word of any DS nobody knows that there is none. */
static void
test_untold(void **state)
{
	const char *const first[] = { "1S" }, *const both[] = { "1S2S" };
	const char *const drops[] = { "1S2S", "2S" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', 0, 0);
	add_ksk(h, '2', 0, 0);
	add(h, text_response(NOW, first, 1));
	add(h, text_response(NOW + 7 * DAY, both, 1));
	expect(h, NOW, NOW + 14 * DAY, FINDING_OFF, "nobody has told of a DS");
	h = begin(false);
	add_ksk(h, '1', 0, 0);
	add_ksk(h, '2', 0, 0);
	add(h, text_response(NOW, first, 1));
	add(h, text_response(NOW + 7 * DAY, drops, 2));
	expect(h, NOW, NOW + 21 * DAY, FINDING_FAIL, "bundle 2 withdraws KSK");
}

/* A week each; the second KSK is in the first, and not in the last. */
static void
expect_drop(int64_t seen_at, const struct zone_history_facts *second,
    int64_t from_at, const char *part)
{
	const char *const both[] = { "1S2S" }, *const one[] = { "1S" };
	const struct dnskey key = dnskey('2');
	struct zone_history *h = begin(false);

	add_ksk(h, '1', seen_at, 0);
	zone_history_add_ksk(h, "2", &key, second);
	add(h, text_response(NOW, both, 1));
	add(h, text_response(from_at, one, 1));
	expect(h, from_at, from_at + 7 * DAY, part == NULL ? FINDING_PASS :
	    FINDING_FAIL, part == NULL ? "" : part);
}

/* What was told of the DS of another KSK says nothing of its own. */
static void
test_untold_beside_a_ds(void **state)
{
	const int64_t old_at = NOW - 90 * DAY, at = NOW + 7 * DAY;
	const struct zone_history_facts untold = { 0 },
	    added = { .add_at = NOW }, removed = { .remove_at = NOW },
	    gone = { .seen_at = NOW, .gone_at = at - OUT },
	    late = { .seen_at = NOW, .gone_at = at - OUT + 1 };

	(void)state;
	expect_drop(old_at, &untold, at, "bundle 1 withdraws KSK");
	expect_drop(old_at, &untold, at, "nobody told of its DS, which may be "
	    "at the parent: it stays until kmgr ds-gone");
	expect_drop(0, &untold, at, "nobody told of its DS");
	expect_drop(old_at, &removed, at, "nobody told of its DS");
	expect_drop(old_at, &added, at, "whose DS is at the parent");
	expect_drop(old_at, &late, at, "whose DS is in caches until");
	expect_drop(old_at, &gone, at, NULL);
	/* Late is the response, and not the KSK. */
	expect_drop(old_at, &untold, at + 5 * DAY, "nobody told of its DS");
}

static void
test_untold_revoked(void **state)
{
	const char *const roles[] = { "1S2S", "1S2R" };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	add_ksk(h, '2', 0, 0);
	add(h, text_response(NOW, roles, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_FAIL, "bundle 2 revokes KSK");
}

/* One that left long ago, and that no cache has, is asked of by nobody. */
static void
test_untold_long_ago(void **state)
{
	const char *const both[] = { "1S2S" }, *const one[] = { "1S", "1S" };
	const int64_t left_at = NOW + 7 * DAY,
	    hidden_at = left_at + PROPAGATION + TTL + HOUR;
	struct zone_history *h;
	int64_t early_s;

	(void)state;
	for (early_s = 0; early_s < 2; early_s++) {
		h = begin(false);
		add_ksk(h, '1', NOW - 90 * DAY, 0);
		add_ksk(h, '2', 0, 0);
		add(h, text_response(NOW, both, 1));
		add(h, text_response(left_at, one, 2));
		add(h, text_response(hidden_at - early_s, one, 1));
		expect(h, hidden_at, hidden_at + 7 * DAY, early_s == 0 ?
		    FINDING_PASS : FINDING_FAIL, early_s == 0 ? "" :
		    "nobody told of its DS");
	}
}

/* What another provider's DS leads to is signed by that provider. */
static void
test_untold_foreign(void **state)
{
	const char *const roles[] = { "1S2P", "1S" };
	const struct dnskey key = dnskey('2');
	struct zone_history_facts ds = { 0 };
	struct zone_history *h = begin(false);

	(void)state;
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	zone_history_add_foreign(h, &key, &ds, NOW, 0);
	add(h, text_response(NOW, roles, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_PASS, "");
	/* But what was told of it counts. */
	ds.seen_at = NOW;
	h = begin(false);
	add_ksk(h, '1', NOW - 90 * DAY, 0);
	zone_history_add_foreign(h, &key, &ds, NOW, 0);
	add(h, text_response(NOW, roles, 2));
	expect(h, NOW, NOW + 14 * DAY, FINDING_FAIL, "bundle 2 withdraws");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untold),
		cmocka_unit_test(test_untold_beside_a_ds),
		cmocka_unit_test(test_untold_revoked),
		cmocka_unit_test(test_untold_long_ago),
		cmocka_unit_test(test_untold_foreign),
	};

	return cmocka_run_group_tests_name("zone_history_untold", tests, NULL,
	    NULL);
}
