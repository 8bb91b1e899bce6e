/* Changes that nobody waits for: made, or failing with all that is beside. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"

#define AT	1800000000
#define N_MANY	600		/* more than go over at once */

static int
put_ksk(struct storehelp *help)
{
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1);
	int rc;

	rc = store_ksk_put(help->store, &ksk, &help->err);
	ksk_row_clear(&ksk);
	return rc;
}

static size_t
n_ksks(struct storehelp *help)
{
	struct ksk_row *rows = NULL;
	size_t n = 0;

	unit_ok(store_ksk_list(help->store, NULL, NULL, &rows, &n,
	    &help->err), &help->err);
	ksk_rows_free(rows, n);
	return n;
}

/* By KSK 1, which put_ksk() makes, or one that nobody knows. */
static int
put_signature(struct storehelp *help, unsigned int ksk, int64_t at)
{
	struct signature_row row = { .zone = mem_strdup("a."),
		.type_covered = 48, .created_at = AT, .expiration_at = at };
	int rc;

	(void)storehelp_id(ksk, row.ksk_id);
	buf_add(&row.rrsig, "nineteen bytes long", 19);
	rc = store_signature_put(help->store, &row, &help->err);
	buf_free(&row.rrsig);
	free(row.zone);
	return rc;
}

static void
begin_again(struct storehelp *help)
{

	store_rollback(help->store);
	assert_int_equal(n_ksks(help), 0);
	unit_ok(store_begin(help->store, &help->err), &help->err);
}

static void
what_fails_is_named_by_who_comes_next(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	int64_t n;
	int rc;

	unit_ok(put_ksk(help), &help->err);
	rc = put_signature(help, 4711, AT);
	if (rc == 0)
		rc = store_zone_changes(help->store, "a.", &n, &help->err);
	unit_fails(rc, &help->err, ERR_STORE, "record a signature");
	begin_again(help);
	/* What is put next was not taken, and does not say so. */
	rc = put_signature(help, 4711, AT);
	if (rc == 0)
		rc = put_ksk(help);
	unit_fails(rc, &help->err, ERR_STORE, "record a signature");
	begin_again(help);
	unit_ok(put_ksk(help), &help->err);
	rc = put_signature(help, 4711, AT);
	if (rc == 0)
		rc = store_commit(help->store, &help->err);
	unit_fails(rc, &help->err, ERR_STORE, "record a signature");
	begin_again(help);
	unit_ok(put_ksk(help), &help->err);
	storehelp_committed(help);
	assert_int_equal(n_ksks(help), 1);
}

static void
many_are_made_and_the_last_one_counts(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct signature_row *rows = NULL;
	unsigned int i;
	size_t n = 0;
	int rc = 0;

	unit_ok(put_ksk(help), &help->err);
	for (i = 1; i <= N_MANY; i++)
		unit_ok(put_signature(help, 1001, AT + i), &help->err);
	storehelp_committed(help);
	unit_ok(store_signature_list(help->store, "a.", &rows, &n,
	    &help->err), &help->err);
	assert_int_equal(n, N_MANY);
	assert_int_equal(rows[0].expiration_at, AT + N_MANY);
	signature_rows_free(rows, n);
	/* One of them is enough, wherever it stands. */
	unit_ok(store_begin(help->store, &help->err), &help->err);
	for (i = 0; i < N_MANY && rc == 0; i++)
		rc = put_signature(help, i == 7 ? 4711 : 1001, AT + i);
	unit_fails(rc, &help->err, ERR_STORE, "record a signature");
	store_rollback(help->store);
	unit_ok(store_signature_list(help->store, "a.", &rows, &n,
	    &help->err), &help->err);
	assert_int_equal(n, N_MANY);
	signature_rows_free(rows, n);
}

/* KSK ${n} becomes what the word says. */
static int
set_state(struct storehelp *help, unsigned int n, const char *word)
{
	struct ksk_row ksk = storehelp_ksk(n, "a.", 1);
	int rc;

	free(ksk.state);
	ksk.state = mem_strdup(word);
	rc = store_ksk_set_life(help->store, &ksk, &help->err);
	ksk_row_clear(&ksk);
	return rc;
}

static void
check_state(struct storehelp *help, const char *word)
{
	struct ksk_row *rows = NULL;
	size_t n = 0;

	unit_ok(store_ksk_list(help->store, "a.", NULL, &rows, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].state, word);
	ksk_rows_free(rows, n);
}

/* Who changes one row that is not there has all beside it undone. */
static void
what_is_to_be_there_is_missed(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	int64_t n;
	int rc;

	unit_ok(put_ksk(help), &help->err);
	unit_ok(set_state(help, 1, "published"), &help->err);
	storehelp_committed(help);
	check_state(help, "published");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(set_state(help, 1, "active"), &help->err);
	rc = set_state(help, 4711, "active");
	if (rc == 0)
		rc = set_state(help, 1, "retired");
	if (rc == 0)
		rc = store_commit(help->store, &help->err);
	unit_fails(rc, &help->err, ERR_STORE, "the life cycle of a KSK: the "
	    "store has no KSK of this id");
	store_rollback(help->store);
	check_state(help, "published");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(set_state(help, 1, "active"), &help->err);
	rc = set_state(help, 4711, "active");
	if (rc == 0) {
		rc = store_zone_changes(help->store, "a.", &n, &help->err);
		unit_fails(rc, &help->err, ERR_STORE, "no KSK of this id");
		/* Whoever goes on all the same comes to nothing. */
		rc = store_zone_changes(help->store, "a.", &n, &help->err);
		unit_fails(rc, &help->err, ERR_STORE, "before it failed");
		rc = set_state(help, 1, "retired");
		if (rc == 0)
			rc = store_commit(help->store, &help->err);
	}
	assert_int_equal(rc, -1);
	err_clear(&help->err);
	store_rollback(help->store);
	check_state(help, "published");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(set_state(help, 1, "active"), &help->err);
	storehelp_committed(help);
	check_state(help, "active");
}

static const struct CMUnitTest tests[] = {
	STOREHELP_TEST(what_fails_is_named_by_who_comes_next),
	STOREHELP_TEST(many_are_made_and_the_last_one_counts),
	STOREHELP_TEST(what_is_to_be_there_is_missed),
};

int
main(void)
{

	return storehelp_run(tests, sizeof(tests) / sizeof(tests[0]));
}
