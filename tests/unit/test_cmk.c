/* A CMK that is loaded again is what the store says now, checked as before. */
#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/statement.h"

static int
load_again(struct zonestore *zs, const struct cmk *known)
{
	struct cmk *again;
	int rc;

	rc = cmk_load_again(zs->help->store, known, &again, &zs->help->err);
	if (rc == 0) {
		assert_true(again->shares_proven);
		assert_string_equal(again->row.seal, known->row.seal);
		cmk_free(again);
	}
	return rc;
}

static void
set(struct storehelp *help, const char *column, const char *value)
{
	char *sql = mem_printf("UPDATE cmk SET %s = '%s'", column, value);

	unit_ok(storehelp_sql(help, sql), &help->err);
	free(sql);
}

/* Each byte of a seal counts, though the one before was verified in here. */
static void
what_was_changed_meanwhile_is_found(void **state)
{
	struct storehelp *help = *state;
	struct zonestore zs;
	struct cmk *known;
	char *other, *seal;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	storehelp_unguard_all(help);
	unit_ok(cmk_load(help->store, zs.cmks[0]->cmk.row.id, &known,
	    &help->err), &help->err);
	assert_false(known->shares_proven);
	unit_ok(load_again(&zs, known), &help->err);
	other = endorsed_sign(zs.cmks[0], STATEMENT_POLICY, "other");
	set(help, "seal_signature", other);
	unit_fails(load_again(&zs, known), &help->err, ERR_INTEGRITY,
	    "the seal");
	set(help, "seal_signature", known->row.seal_signature);
	unit_ok(load_again(&zs, known), &help->err);
	seal = mem_printf("%s ", known->row.seal);
	set(help, "seal", seal);
	unit_fails(load_again(&zs, known), &help->err, ERR_INTEGRITY,
	    "the seal");
	set(help, "seal", known->row.seal);
	set(help, "policy", "{}");
	unit_fails(load_again(&zs, known), &help->err, ERR_INTEGRITY,
	    "does not hash");
	free(other);
	free(seal);
	cmk_free(known);
	zonestore_close(&zs);
}

/* One that has another key now has what its own key signed verified. */
static void
another_key_shares_nothing(void **state)
{
	struct storehelp *help = *state;
	struct cmk *known, *again;
	struct zonestore zs;
	struct cmk stranger;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_cmk(&zs, "");
	unit_ok(cmk_load(help->store, zs.cmks[0]->cmk.row.id, &known,
	    &help->err), &help->err);
	stranger = *known;
	stranger.public = zs.cmks[1]->cmk.public;
	unit_ok(cmk_load_again(help->store, &stranger, &again, &help->err),
	    &help->err);
	assert_false(again->shares_proven);
	assert_true(again->proven != known->proven);
	cmk_free(again);
	cmk_free(known);
	zonestore_close(&zs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_SQLITE_TEST(what_was_changed_meanwhile_is_found),
		STOREHELP_SQLITE_TEST(another_key_shares_nothing),
	};

	return storehelp_run(tests, N_OF(tests));
}
