/* What every backend answers to questions about answered requests. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"

#define AT 1800000000

static void
put(struct storehelp *help, const struct ksr_row *row)
{

	unit_ok(store_ksr_put(help->store, row, &help->err), &help->err);
}

static void
put_one(struct storehelp *help, unsigned int n, const char *zone)
{
	struct ksr_row row = storehelp_ksr(n, zone);

	put(help, &row);
	ksr_row_clear(&row);
}

static struct ksr_row
get(struct storehelp *help, unsigned int n)
{
	char id[STORE_ID_TEXT];
	struct ksr_row row = { 0 };
	bool found = false;

	unit_ok(store_ksr_get(help->store, storehelp_id(n + 2000, id), &row,
	    &found, &help->err), &help->err);
	assert_true(found);
	return row;
}

/* What lists have too. */
static void
is_same(const struct ksr_row *got, const struct ksr_row *want)
{

	assert_string_equal(got->id, want->id);
	assert_string_equal(got->cmk_id, want->cmk_id);
	assert_string_equal(got->zone, want->zone);
	assert_string_equal(got->format, want->format);
	assert_string_equal(got->kind, want->kind);
	assert_memory_equal(got->request_hash, want->request_hash,
	    CRYPTO_SHA256_LEN);
	assert_string_equal(got->bundle_ids, want->bundle_ids);
	assert_memory_equal(got->response_hash, want->response_hash,
	    CRYPTO_SHA256_LEN);
	assert_memory_equal(got->plan_hash, want->plan_hash,
	    CRYPTO_SHA256_LEN);
	assert_string_equal(got->ksk_ids, want->ksk_ids);
	assert_int_equal(got->answered_at, want->answered_at);
	assert_int_equal(got->expires_at, want->expires_at);
	assert_int_equal(got->superseded_at, want->superseded_at);
}

static void
keeps_every_column(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksr_row want = storehelp_ksr(1, "a."), got, *list = NULL;
	size_t n = 0;

	/* No two columns alike. */
	memset(want.plan_hash, 0x77, sizeof(want.plan_hash));
	want.request_id = mem_strdup("request-id");
	free(want.bundle_ids);
	want.bundle_ids = mem_strdup("[\"bundle\"]");
	free(want.ksk_ids);
	want.ksk_ids = mem_strdup("[\"ksk\"]");
	want.superseded_at = AT + 7;
	put(help, &want);
	storehelp_committed(help);
	got = get(help, 1);
	is_same(&got, &want);
	assert_string_equal(got.request_id, "request-id");
	assert_string_equal(got.request, "request 1");
	assert_string_equal(got.response, "response 1");
	ksr_row_clear(&got);

	unit_ok(store_ksr_list(help->store, NULL, &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 1);
	is_same(&list[0], &want);
	assert_string_equal(list[0].request_id, "request-id");
	assert_null(list[0].request);
	assert_null(list[0].response);
	ksr_rows_free(list, n);
	ksr_row_clear(&want);
}

/* As it comes back from a ledger. */
static void
keeps_one_without_texts(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksr_row want = storehelp_ksr(1, "a."), got;

	free(want.request);
	free(want.response);
	want.request = want.response = NULL;
	put(help, &want);
	storehelp_committed(help);
	got = get(help, 1);
	is_same(&got, &want);
	assert_null(got.request_id);
	assert_null(got.request);
	assert_null(got.response);
	ksr_row_clear(&got);
	ksr_row_clear(&want);
}

static void
finds_nothing_that_is_not_there(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksr_row got = { 0 }, *list = NULL;
	char id[STORE_ID_TEXT];
	bool found = true;
	size_t n = 9;

	put_one(help, 1, "a.");
	unit_ok(store_ksr_get(help->store, storehelp_id(1, id), &got, &found,
	    &help->err), &help->err);
	assert_false(found);
	unit_ok(store_ksr_list(help->store, "b.", &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 0);
	ksr_rows_free(list, n);
}

/* The ids in a list, by their numbers. */
static void
lists(struct storehelp *help, const char *zone, const char *want)
{
	struct ksr_row *list = NULL;
	struct buf got = BUF_INIT;
	size_t i, n = 0;

	unit_ok(store_ksr_list(help->store, zone, &list, &n, &help->err),
	    &help->err);
	for (i = 0; i < n; i++)
		buf_printf(&got, "%ld ", strtol(list[i].id, NULL, 16) - 2000);
	assert_string_equal(buf_text(&got), want);
	buf_free(&got);
	ksr_rows_free(list, n);
}

static void
lists_the_oldest_first(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksr_row row;

	put_one(help, 3, "a.");
	put_one(help, 1, "a.");
	put_one(help, 2, "b.");
	/* Of one run, and the one for emergencies comes behind it. */
	row = storehelp_ksr(4, "a.");
	row.answered_at = AT + 3;
	row.expires_at = AT + 3 + 86400;
	free(row.kind);
	row.kind = mem_strdup("emergency");
	put(help, &row);
	ksr_row_clear(&row);
	storehelp_committed(help);
	lists(help, NULL, "1 2 3 4 ");
	lists(help, "a.", "1 3 4 ");
	lists(help, "b.", "2 ");
}

static void
answers_a_request_once_in_each_kind(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksr_row row = storehelp_ksr(1, "a.");

	put(help, &row);
	(void)storehelp_id(2002, row.id);
	unit_fails(store_ksr_put(help->store, &row, &help->err), &help->err,
	    ERR_STORE, "UNIQUE");
	free(row.kind);
	row.kind = mem_strdup("emergency");
	put(help, &row);
	/* Another zone's may have the same bytes. */
	(void)storehelp_id(2003, row.id);
	free(row.zone);
	row.zone = mem_strdup("b.");
	put(help, &row);
	ksr_row_clear(&row);
	lists(help, NULL, "1 2 3 ");
}

static void
supersedes_one_once(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksr_row got;
	char id[STORE_ID_TEXT];

	put_one(help, 1, "a.");
	put_one(help, 2, "a.");
	(void)storehelp_id(2001, id);
	unit_ok(store_ksr_supersede(help->store, id, AT + 5, &help->err),
	    &help->err);
	unit_fails(store_ksr_supersede(help->store, id, AT + 6, &help->err),
	    &help->err, ERR_INTEGRITY, "superseded already or gone");
	(void)storehelp_id(1, id);
	unit_fails(store_ksr_supersede(help->store, id, AT + 6, &help->err),
	    &help->err, ERR_INTEGRITY, "superseded already or gone");
	storehelp_committed(help);
	got = get(help, 1);
	assert_int_equal(got.superseded_at, AT + 5);
	ksr_row_clear(&got);
	got = get(help, 2);
	assert_int_equal(got.superseded_at, 0);
	ksr_row_clear(&got);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(keeps_every_column),
		STOREHELP_TEST(keeps_one_without_texts),
		STOREHELP_TEST(finds_nothing_that_is_not_there),
		STOREHELP_TEST(lists_the_oldest_first),
		STOREHELP_TEST(answers_a_request_once_in_each_kind),
		STOREHELP_TEST(supersedes_one_once),
	};

	return storehelp_run(tests, N_OF(tests));
}
