/* What every backend answers to questions about plans and approvals. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"

#define AT 1800000000

/* Put the plans 1 to n. */
static void
put_plans(struct storehelp *help, unsigned int n)
{
	struct plan_row plan;
	unsigned int i;

	for (i = 1; i <= n; i++) {
		plan = storehelp_plan(i);
		unit_ok(store_plan_put(help->store, &plan, &help->err),
		    &help->err);
		plan_row_clear(&plan);
	}
}

static void
keeps_plans(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct plan_row want = storehelp_plan(1), got = { 0 };
	bool found = false;

	put_plans(help, 1);
	unit_fails(store_plan_put(help->store, &want, &help->err), &help->err,
	    ERR_INPUT, "is there already");
	storehelp_committed(help);
	unit_ok(store_plan_find(help->store, want.hash, &got, &found,
	    &help->err), &help->err);
	assert_true(found);
	assert_string_equal(got.hash, want.hash);
	assert_string_equal(got.cmk_id, want.cmk_id);
	assert_string_equal(got.op, "delete-ksk");
	assert_string_equal(got.text, "{\"n\":1}");
	assert_string_equal(got.state, "waiting");
	assert_int_equal(got.created_at, AT + 1);
	assert_int_equal(got.expires_at, AT + 3601);
	assert_int_equal(got.resolved_at, 0);
	plan_row_clear(&got);
	plan_row_clear(&want);
}

/* Whether a plan is found, and the one of that hash. */
static bool
finds(struct storehelp *help, const char *part, const char *hash)
{
	struct plan_row got = { 0 };
	bool found = true;

	unit_ok(store_plan_find(help->store, part, &got, &found, &help->err),
	    &help->err);
	if (found)
		assert_string_equal(got.hash, hash);
	plan_row_clear(&got);
	return found;
}

static void
finds_plans_by_the_start_of_their_hash(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct plan_row plan = storehelp_plan(1);
	char hash[sizeof(plan.hash) + 1], part[sizeof(hash)];

	/* Two with 63 digits in common, and one with none. */
	(void)memset(hash, 'f', 64);
	hash[64] = '\0';
	memcpy(plan.hash, hash, 65);
	unit_ok(store_plan_put(help->store, &plan, &help->err), &help->err);
	assert_true(finds(help, "f", hash));
	assert_false(finds(help, "", NULL));
	plan.hash[63] = '0';
	unit_ok(store_plan_put(help->store, &plan, &help->err), &help->err);
	(void)memset(plan.hash, '0', 64);
	assert_false(finds(help, "0", NULL));
	unit_ok(store_plan_put(help->store, &plan, &help->err), &help->err);
	storehelp_committed(help);

	assert_true(finds(help, hash, hash));
	assert_true(finds(help, "0", plan.hash));
	assert_true(finds(help, plan.hash, plan.hash));
	(void)snprintf(part, sizeof(part), "%.63s", hash);
	assert_false(finds(help, part, NULL));
	part[62] = 'e';
	assert_false(finds(help, part, NULL));
	assert_false(finds(help, "f", NULL));
	assert_false(finds(help, "", NULL));
	/* What is no start of a hash at all. */
	assert_false(finds(help, "F", NULL));
	assert_false(finds(help, "%", NULL));
	assert_false(finds(help, "0_", NULL));
	(void)snprintf(hash, sizeof(hash), "%s0", plan.hash);
	assert_false(finds(help, hash, NULL));
	plan_row_clear(&plan);
}

static size_t
listed(struct storehelp *help, const char *word, struct plan_row **list)
{
	size_t n = 9;

	unit_ok(store_plan_list(help->store, word, list, &n, &help->err),
	    &help->err);
	return n;
}

static void
resolves_a_plan_once(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct plan_row plan = storehelp_plan(2), *list = NULL;

	put_plans(help, 3);
	unit_ok(store_plan_resolve(help->store, plan.hash, "applied", AT + 9,
	    &help->err), &help->err);
	unit_fails(store_plan_resolve(help->store, plan.hash, "applied",
	    AT + 9, &help->err), &help->err, ERR_INTEGRITY, "waits no more");
	unit_fails(store_plan_resolve(help->store, "ab", "applied", AT + 9,
	    &help->err), &help->err, ERR_INTEGRITY, "waits no more");
	storehelp_committed(help);

	assert_int_equal(listed(help, NULL, &list), 3);
	assert_int_equal(list[0].created_at, AT + 1);
	assert_int_equal(list[1].created_at, AT + 2);
	assert_int_equal(list[2].created_at, AT + 3);
	plan_rows_free(list, 3);
	assert_int_equal(listed(help, "applied", &list), 1);
	assert_string_equal(list[0].hash, plan.hash);
	assert_string_equal(list[0].state, "applied");
	assert_int_equal(list[0].resolved_at, AT + 9);
	plan_rows_free(list, 1);
	assert_int_equal(listed(help, "waiting", &list), 2);
	assert_int_equal(list[1].created_at, AT + 3);
	plan_rows_free(list, 2);
	assert_int_equal(listed(help, "withdrawn", &list), 0);
	plan_rows_free(list, 0);
	plan_row_clear(&plan);
}

static void
keeps_approvals(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct plan_row plan = storehelp_plan(1), other = storehelp_plan(2);
	struct approval_row row = { .fingerprint = "SHA256:b", .who = "bob",
		.signature = "-----BEGIN SSH SIGNATURE-----\n", .at = AT + 2 };
	struct approval_row *list = NULL;
	size_t n = 9;

	put_plans(help, 2);
	memcpy(row.plan_hash, plan.hash, sizeof(row.plan_hash));
	unit_ok(store_approval_put(help->store, &row, &help->err), &help->err);
	row.at = AT + 3;
	unit_fails(store_approval_put(help->store, &row, &help->err),
	    &help->err, ERR_INPUT, "SHA256:b has approved plan");
	row.fingerprint = "SHA256:c";
	row.at = AT + 1;
	unit_ok(store_approval_put(help->store, &row, &help->err), &help->err);
	storehelp_committed(help);

	unit_ok(store_approval_list(help->store, plan.hash, &list, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].fingerprint, "SHA256:c");
	assert_string_equal(list[1].fingerprint, "SHA256:b");
	assert_string_equal(list[1].plan_hash, plan.hash);
	assert_string_equal(list[1].who, "bob");
	assert_string_equal(list[1].signature, row.signature);
	assert_int_equal(list[1].at, AT + 2);
	approval_rows_free(list, n);
	unit_ok(store_approval_list(help->store, other.hash, &list, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 0);
	approval_rows_free(list, n);
	plan_row_clear(&plan);
	plan_row_clear(&other);
}

static void
takes_no_approval_once_resolved(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct plan_row plan = storehelp_plan(1);
	struct approval_row row = { .fingerprint = "SHA256:b", .who = "bob",
		.signature = "x", .at = AT + 2 };

	put_plans(help, 1);
	memcpy(row.plan_hash, plan.hash, sizeof(row.plan_hash));
	unit_ok(store_plan_resolve(help->store, plan.hash, "withdrawn", AT + 9,
	    &help->err), &help->err);
	unit_fails(store_approval_put(help->store, &row, &help->err),
	    &help->err, ERR_STORE, "this plan is resolved");
	plan_row_clear(&plan);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(keeps_plans),
		STOREHELP_TEST(finds_plans_by_the_start_of_their_hash),
		STOREHELP_TEST(resolves_a_plan_once),
		STOREHELP_TEST(keeps_approvals),
		STOREHELP_TEST(takes_no_approval_once_resolved),
	};

	return storehelp_run(tests, N_OF(tests));
}
