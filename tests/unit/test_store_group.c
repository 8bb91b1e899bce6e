/* What every backend answers to questions about the KSKs of a CMK. */
#include "tests/unit/storehelp.h"

#include "kmgr/store/store_group.h"

/* The KSK n of the zone has the shared pair n; its clock is n. */
static void
put_shared(struct storehelp *help, unsigned int n, const char *zone,
    int64_t compromised_at)
{
	struct key_row key = storehelp_key(n, 1, "ksk");
	struct ksk_row ksk = storehelp_ksk(n, zone, n);

	key.is_shared = true;
	key.created_at += n;
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	ksk.compromised_at = compromised_at;
	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	key_row_clear(&key);
	ksk_row_clear(&ksk);
}

/* Nobody who joins gets a pair of which one KSK is compromised. */
static void
finds_no_shared_key_that_is_compromised(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct key_row got = { 0 };
	char id[STORE_ID_TEXT];
	bool found = false;

	put_shared(help, 11, "a.", 0);
	put_shared(help, 12, "a.", 1);
	storehelp_committed(help);
	unit_ok(store_key_shared(help->store, storehelp_id(1, id), &got,
	    &found, &help->err), &help->err);
	assert_true(found);
	assert_string_equal(got.id, storehelp_id(11, id));
	key_row_clear(&got);
}

/* The zones of CMK 1 behind the one that is named, two at most. */
static size_t
lists_zones(struct storehelp *help, const char *after, const char *first)
{
	char id[STORE_ID_TEXT], **zones;
	size_t n;

	unit_ok(store_group_zones(help->store, storehelp_id(1, id), after, 2,
	    &zones, &n, &help->err), &help->err);
	if (n > 0)
		assert_string_equal(zones[0], first);
	store_group_zones_free(zones, n);
	return n;
}

static void
knows_the_zones_of_a_group(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row ksk = storehelp_ksk(13, "c.", 13), first = { 0 };
	char id[STORE_ID_TEXT], key[STORE_ID_TEXT];
	bool found = false, behind = true;
	int64_t n = 0;

	put_shared(help, 11, "a.", 0);
	put_shared(help, 12, "b.", 0);
	put_shared(help, 13, "c.", 0);
	storehelp_committed(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	(void)storehelp_id(1, id);
	unit_ok(store_group_first(help->store, id, &first, &found,
	    &help->err), &help->err);
	assert_true(found);
	assert_string_equal(first.zone, "a.");
	ksk_row_clear(&first);
	assert_int_equal(lists_zones(help, "", "a."), 2);
	assert_int_equal(lists_zones(help, "a.", "b."), 2);
	assert_int_equal(lists_zones(help, "b.", "c."), 1);
	/* One that is retired counts no more. */
	ksk.retire_at = 1;
	unit_ok(store_ksk_set_life(help->store, &ksk, &help->err),
	    &help->err);
	assert_int_equal(lists_zones(help, "b.", ""), 0);
	unit_ok(store_group_count(help->store, id, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	unit_ok(store_group_pairs(help->store, id, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 3);
	unit_ok(store_group_is_behind(help->store, id, storehelp_id(12, key),
	    &behind, &help->err), &help->err);
	assert_true(behind);
	ksk_row_clear(&ksk);
	ksk = storehelp_ksk(11, "a.", 11);
	ksk.retire_at = 1;
	unit_ok(store_ksk_set_life(help->store, &ksk, &help->err),
	    &help->err);
	unit_ok(store_group_is_behind(help->store, id, key, &behind,
	    &help->err), &help->err);
	assert_false(behind);
	ksk_row_clear(&ksk);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(finds_no_shared_key_that_is_compromised),
		STOREHELP_TEST(knows_the_zones_of_a_group),
	};

	return storehelp_run(tests, N_OF(tests));
}
