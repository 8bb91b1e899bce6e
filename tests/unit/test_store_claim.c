/* Who works on which zone: store_claim.h. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/store/store_claim.h"
#include "kmgr/store/store_claim_holder.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_migrate.h"

#define AT 1800000000

static const struct store_holder one = { "one", 100 }, two = { "two", 100 };

static void
put_ksk(struct storehelp *help, unsigned int n, const char *zone, int64_t at)
{
	struct ksk_row ksk = storehelp_ksk(n, zone, 1);
	struct zone_row row = { .zone = NULL };
	bool found = false;

	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	unit_ok(store_zone_find(help->store, zone, &row, &found, &help->err),
	    &help->err);
	row.next_at = at;
	unit_ok(store_zone_schedule(help->store, &row, &help->err),
	    &help->err);
	zone_row_clear(&row);
	ksk_row_clear(&ksk);
}

/* Three zones, due one after the other: b., c., a. */
static struct storehelp *
three(void **state)
{
	struct storehelp *help = storehelp_begun(state);

	put_ksk(help, 1, "a.", AT + 3);
	put_ksk(help, 2, "b.", AT + 1);
	put_ksk(help, 3, "c.", AT + 2);
	storehelp_committed(help);
	return help;
}

static int
by_name(const void *a, const void *b)
{

	return strcmp(((const struct store_claim *)a)->zone,
	    ((const struct store_claim *)b)->zone);
}

/* What is claimed, as "zone epoch zone epoch", by name. */
static void
are(struct store_claim *claims, size_t n, const char *want)
{
	struct buf text = BUF_INIT;
	size_t i;

	if (n > 0)
		qsort(claims, n, sizeof(*claims), by_name);
	for (i = 0; i < n; i++)
		buf_printf(&text, "%s%s %lld", i == 0 ? "" : " ",
		    claims[i].zone, (long long)claims[i].epoch);
	assert_string_equal(buf_text(&text), want);
	buf_free(&text);
	store_claims_free(claims, n);
}

static void
takes(struct storehelp *help, const struct store_holder *holder, int64_t at,
    size_t max, const char *want)
{
	struct store_claim *claims;
	size_t n;

	unit_ok(store_claim_due(help->store, holder, at, max, &claims, &n,
	    &help->err), &help->err);
	are(claims, n, want);
}

/* One claim, kept. */
static struct store_claim *
take_one(struct storehelp *help, const struct store_holder *holder)
{
	struct store_claim *claims;
	size_t n;

	unit_ok(store_claim_due(help->store, holder, AT + 1, 1, &claims, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 1);
	return claims;
}

static void
expire(struct storehelp *help)
{

	unit_ok(storehelp_sql(help, "UPDATE claim SET until_at = 1"),
	    &help->err);
}

static void
claims_what_is_due_longest(void **state)
{
	struct storehelp *help = three(state);

	takes(help, &one, AT, 9, "");
	takes(help, &one, AT + 9, 2, "b. 1 c. 1");
	takes(help, &two, AT + 2, 9, "");
	takes(help, &two, AT + 9, 9, "a. 1");
	takes(help, &two, AT + 9, 9, "");
}

/* Whatever order the database has changed them in. */
static void
gives_first_what_is_due_longest(void **state)
{
	static const char *const want[] = { "c.", "a.", "b." };
	struct storehelp *help = three(state);
	struct store_claim *claims;
	size_t i, n;

	unit_ok(storehelp_sql(help, "UPDATE zone SET next_at = 1800000003 "
	    "WHERE zone = 'b.'"), &help->err);
	unit_ok(store_claim_due(help->store, &one, AT + 9, 9, &claims, &n,
	    &help->err), &help->err);
	assert_int_equal(n, N_OF(want));
	for (i = 0; i < n; i++)
		assert_string_equal(claims[i].zone, want[i]);
	store_claims_free(claims, n);
}

/* A turn of one zone: it is due again at once. */
static void
serve_one(struct storehelp *help, int64_t now_at, char served[static 2])
{
	const struct store_holder holder = { when_rfc3339(now_at,
	    (char[WHEN_TEXT_LEN]) { 0 }), 100 };
	struct zone_row row = { .zone = NULL };
	struct store_claim *claims;
	bool found = false;
	size_t n;

	unit_ok(store_claim_due(help->store, &holder, now_at, 1, &claims, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 1);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_find(help->store, claims[0].zone, &row, &found,
	    &help->err), &help->err);
	row.next_at = now_at;
	unit_ok(store_zone_schedule(help->store, &row, &help->err),
	    &help->err);
	storehelp_committed(help);
	unit_ok(store_claim_release(help->store, holder.name, &help->err),
	    &help->err);
	memcpy(served, row.zone, 2);
	zone_row_clear(&row);
	store_claims_free(claims, n);
}

/* Three are due all the time, and each run gets to one of them. */
static void
starves_no_zone(void **state)
{
	struct storehelp *help = three(state);
	char served[2];
	int64_t i;

	for (i = 0; i < 9; i++) {
		serve_one(help, AT + 10 + i, served);
		assert_int_equal(served[0], "bca"[i % 3]);
	}
}

static void
claims_nothing_twice_in_a_pass(void **state)
{
	struct storehelp *help = three(state);

	takes(help, &one, AT + 9, 2, "b. 1 c. 1");
	unit_ok(store_claim_release(help->store, "one", &help->err),
	    &help->err);
	takes(help, &one, AT + 9, 9, "a. 1");
	takes(help, &two, AT + 9, 9, "b. 2 c. 2");
}

static void
leaves_what_has_no_key(void **state)
{
	struct storehelp *help = storehelp_begun(state);

	unit_ok(storehelp_sql(help, "INSERT INTO zone (zone, goal, next_at, "
	    "waits_for) VALUES ('x.', 'secure', 0, '')"), &help->err);
	storehelp_committed(help);
	takes(help, &one, AT, 9, "");
}

static void
takes_over_when_the_lease_is_over(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claim = take_one(help, &one);

	unit_ok(store_claim_renew(help->store, &one, claim, 1, &help->err),
	    &help->err);
	assert_false(claim->is_lost);
	takes(help, &two, AT + 1, 9, "");
	expire(help);
	/* Late, but nobody was faster. */
	unit_ok(store_claim_renew(help->store, &one, claim, 1, &help->err),
	    &help->err);
	assert_false(claim->is_lost);
	takes(help, &two, AT + 1, 9, "");
	expire(help);
	takes(help, &two, AT + 1, 9, "b. 2");
	unit_ok(store_claim_renew(help->store, &one, claim, 1, &help->err),
	    &help->err);
	assert_true(claim->is_lost);
	unit_ok(store_claim_release(help->store, "one", &help->err),
	    &help->err);
	takes(help, &one, AT + 1, 9, "");
	store_claims_free(claim, 1);
}

/* Who has freed it may be another process. */
static void
renews_nothing_that_was_released(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claim = take_one(help, &one);

	unit_ok(store_claim_release(help->store, "one", &help->err),
	    &help->err);
	unit_ok(store_claim_renew(help->store, &one, claim, 1, &help->err),
	    &help->err);
	assert_true(claim->is_lost);
	takes(help, &two, AT + 1, 9, "b. 2");
	store_claims_free(claim, 1);
}

static int64_t now_at;
static struct db_driver frozen;

static int
tell_now(struct db *db, int64_t *out, struct error *err)
{

	(void)db;
	(void)err;
	*out = now_at;
	return 0;
}

static void
leases_end_to_the_second(void **state)
{
	struct storehelp *help = three(state);

	frozen = *help->store->db->driver;
	frozen.clock = tell_now;
	help->store->db->driver = &frozen;
	now_at = AT;
	takes(help, &one, AT + 1, 9, "b. 1");
	now_at = AT + one.lease_s - 1;
	takes(help, &two, AT + 1, 9, "");
	now_at = AT + one.lease_s;
	takes(help, &two, AT + 1, 9, "b. 2");
	/* And none is longer than the longest. */
	now_at += two.lease_s - STORE_CLAIM_LEASE_MAX_S;
	takes(help, &one, AT + 1, 9, "");
	now_at--;
	takes(help, &one, AT + 1, 9, "b. 3");
}

/* Of a clock that was turned back since. */
static void
believes_no_lease_that_is_longer_than_any(void **state)
{
	struct storehelp *help = three(state);

	takes(help, &one, AT + 1, 9, "b. 1");
	unit_ok(storehelp_sql(help, "UPDATE claim SET until_at = 99999999999"),
	    &help->err);
	takes(help, &two, AT + 1, 9, "b. 2");
}

/* Write something as whoever holds the claim. */
static int
write_it(struct storehelp *help, const char *goal)
{
	struct zone_row row = { .zone = mem_strdup("b."),
		.goal = mem_strdup(goal), .goal_at = AT };
	int rc;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_put(help->store, &row, &help->err), &help->err);
	rc = store_commit(help->store, &help->err);
	store_rollback(help->store);
	zone_row_clear(&row);
	return rc;
}

static void
goal_is(struct storehelp *help, const char *want)
{
	struct zone_row row = { .zone = NULL };
	bool found;

	unit_ok(store_zone_find(help->store, "b.", &row, &found, &help->err),
	    &help->err);
	assert_string_equal(row.goal, want);
	zone_row_clear(&row);
}

static void
commits_nothing_of_who_was_overtaken(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claim = take_one(help, &one);

	store_claim_guard(help->store, &one, claim, 1);
	unit_ok(write_it(help, "insecure"), &help->err);
	goal_is(help, "insecure");
	expire(help);
	/* Nobody took it over. */
	unit_ok(write_it(help, "secure"), &help->err);
	takes(help, &two, AT + 9, 9, "a. 1 b. 2 c. 1");
	assert_int_equal(write_it(help, "insecure"), -1);
	assert_int_equal(help->err.code, STORE_CLAIM_LOST);
	unit_fails(-1, &help->err, ERR_STORE, "another run has taken it over");
	assert_true(claim->is_lost);
	goal_is(help, "secure");
	/* Nor of who gets the same name. */
	claim->epoch++;
	assert_int_equal(write_it(help, "insecure"), -1);
	err_clear(&help->err);
	store_claim_guard(help->store, &one, NULL, 0);
	unit_ok(write_it(help, "insecure"), &help->err);
	store_claims_free(claim, 1);
}

/* Its own claim is another one once somebody had the zone in between. */
static void
commits_nothing_under_an_older_claim(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claim = take_one(help, &one), *again;
	char *other;
	size_t n;

	expire(help);
	takes(help, &two, AT + 1, 9, "b. 2");
	expire(help);
	unit_ok(store_claim_zone(help->store, &one, "b.", &again, &n, &other,
	    &help->err), &help->err);
	assert_int_equal(n, 1);
	assert_int_equal(again->epoch, 3);
	store_claim_guard(help->store, &one, claim, 1);
	assert_int_equal(write_it(help, "insecure"), -1);
	unit_fails(-1, &help->err, ERR_STORE, "another run has taken it over");
	store_claim_guard(help->store, &one, again, 1);
	unit_ok(write_it(help, "insecure"), &help->err);
	store_claim_guard(help->store, &one, NULL, 0);
	store_claims_free(again, n);
	store_claims_free(claim, 1);
}

static void
commits_nothing_where_one_of_many_is_lost(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claims;
	size_t i, n;

	unit_ok(store_claim_due(help->store, &one, AT + 9, 9, &claims, &n,
	    &help->err), &help->err);
	assert_int_equal(n, 3);
	store_claim_guard(help->store, &one, claims, n);
	for (i = 0; i < n; i++) {
		claims[i].epoch++;
		assert_int_equal(write_it(help, "insecure"), -1);
		unit_fails(-1, &help->err, ERR_STORE, claims[i].zone);
		assert_true(claims[i].is_lost);
		claims[i].epoch--;
	}
	unit_ok(write_it(help, "insecure"), &help->err);
	store_claim_guard(help->store, &one, NULL, 0);
	store_claims_free(claims, n);
}

static void
tidies_up_without_its_claim(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claim = take_one(help, &one);
	struct zone_row row = { .zone = NULL };
	bool found;

	unit_ok(storehelp_sql(help, "UPDATE zone SET next_at = 7, "
	    "published_at = 7, published_hash = zeroblob(32), "
	    "published_signature = 7, published_changes = 7 "
	    "WHERE zone = 'b.'"), &help->err);
	expire(help);
	takes(help, &two, AT + 1, 9, "b. 2");
	store_claim_guard(help->store, &one, claim, 1);
	unit_ok(store_zone_unpublish(help->store, "b.", &help->err),
	    &help->err);
	store_claim_guard(help->store, &one, NULL, 0);
	unit_ok(store_zone_find(help->store, "b.", &row, &found, &help->err),
	    &help->err);
	assert_int_equal(row.next_at, 0);
	assert_int_equal(row.published_at, 0);
	zone_row_clear(&row);
	store_claims_free(claim, 1);
}

static void
claims_one_by_name(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim *claims;
	char *other;
	size_t n;

	unit_ok(store_claim_zone(help->store, &one, "a.", &claims, &n, &other,
	    &help->err), &help->err);
	assert_null(other);
	are(claims, n, "a. 1");
	unit_ok(store_claim_zone(help->store, &two, "a.", &claims, &n, &other,
	    &help->err), &help->err);
	assert_int_equal(n, 0);
	assert_string_equal(other, "one");
	free(other);
	/* Who has it gets it anew. */
	unit_ok(store_claim_zone(help->store, &one, "a.", &claims, &n, &other,
	    &help->err), &help->err);
	are(claims, n, "a. 2");
	unit_ok(store_claim_release(help->store, "one", &help->err),
	    &help->err);
	unit_ok(store_claim_zone(help->store, &two, "a.", &claims, &n, &other,
	    &help->err), &help->err);
	are(claims, n, "a. 3");
}

static void
next_is(struct storehelp *help, int64_t want)
{
	int64_t at = 0;

	unit_ok(store_claim_next(help->store, &at, &help->err), &help->err);
	assert_int_equal(at, want);
}

static void
waits_for_no_zone_that_others_have(void **state)
{
	struct storehelp *help = three(state);

	next_is(help, AT + 1);
	takes(help, &one, AT + 2, 9, "b. 1 c. 1");
	next_is(help, AT + 3);
	takes(help, &one, AT + 3, 9, "a. 1");
	next_is(help, INT64_MAX);
	expire(help);
	next_is(help, AT + 1);
}

static void
due_are(struct storehelp *help, int64_t due_at, size_t want)
{
	size_t n = 99;

	unit_ok(store_claim_n_due(help->store, due_at, &n, &help->err),
	    &help->err);
	assert_int_equal(n, want);
}

static void
counts_what_is_due_whoever_has_it(void **state)
{
	struct storehelp *help = three(state);

	due_are(help, AT, 0);
	due_are(help, AT + 2, 2);
	takes(help, &one, AT + 2, 9, "b. 1 c. 1");
	due_are(help, AT + 2, 2);
	due_are(help, AT + 3, 3);
}

static void
knows_who_works(void **state)
{
	struct storehelp *help = three(state);
	struct store_claim_holder holder;
	char **names;
	size_t n;

	takes(help, &one, AT + 9, 9, "a. 1 b. 1 c. 1");
	unit_ok(store_claim_holder_of(help->store, "b.", &holder, &help->err),
	    &help->err);
	assert_string_equal(holder.name, "one");
	store_claim_holder_clear(&holder);
	unit_ok(store_claim_holder_list(help->store, &names, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], "one");
	zone_names_free(names, n);
	unit_ok(store_claim_release(help->store, "one", &help->err),
	    &help->err);
	unit_ok(store_claim_holder_list(help->store, &names, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 0);
	zone_names_free(names, n);
	unit_ok(store_claim_holder_of(help->store, "b.", &holder, &help->err),
	    &help->err);
	assert_null(holder.name);
}

static void
epoch_never_goes_back(void **state)
{
	struct storehelp *help = three(state);

	takes(help, &one, AT + 1, 9, "b. 1");
	unit_fails(storehelp_sql(help, "UPDATE claim SET epoch = 0"),
	    &help->err, ERR_STORE, "an epoch never goes back");
}

/* Another store is worked on by others. */
static void
stays_where_it_is(void **state)
{
	struct storehelp *help = three(state);
	char *url = storehelp_other_url(help, "copy");
	struct store_content content;

	takes(help, &one, AT + 9, 9, "a. 1 b. 1 c. 1");
	unit_ok(store_migrate(help->url, url, &content, &help->err),
	    &help->err);
	store_close(help->store);
	help->store = NULL;
	unit_ok(store_open(url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
	takes(help, &two, AT + 9, 9, "a. 1 b. 1 c. 1");
	free(url);
}

/* What was decided by facts is recorded only if they are still the same. */
static void
counts_what_changes(void **state)
{
	struct storehelp *help = three(state);
	struct ksk_row ksk = storehelp_ksk(2, "b.", 1);
	int64_t was, is;

	unit_ok(store_zone_changes(help->store, "b.", &was, &help->err),
	    &help->err);
	takes(help, &one, AT + 9, 9, "a. 1 b. 1 c. 1");
	unit_ok(store_zone_changes(help->store, "b.", &is, &help->err),
	    &help->err);
	assert_int_equal(is, was);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_ksk_set_life(help->store, &ksk, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	unit_ok(store_zone_changes(help->store, "b.", &is, &help->err),
	    &help->err);
	assert_int_equal(is, was + 1);
	ksk_row_clear(&ksk);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(claims_what_is_due_longest),
		STOREHELP_TEST(gives_first_what_is_due_longest),
		STOREHELP_TEST(starves_no_zone),
		STOREHELP_TEST(claims_nothing_twice_in_a_pass),
		STOREHELP_TEST(leaves_what_has_no_key),
		STOREHELP_TEST(takes_over_when_the_lease_is_over),
		STOREHELP_TEST(renews_nothing_that_was_released),
		STOREHELP_TEST(leases_end_to_the_second),
		STOREHELP_TEST(believes_no_lease_that_is_longer_than_any),
		STOREHELP_TEST(commits_nothing_of_who_was_overtaken),
		STOREHELP_TEST(commits_nothing_under_an_older_claim),
		STOREHELP_TEST(commits_nothing_where_one_of_many_is_lost),
		STOREHELP_TEST(tidies_up_without_its_claim),
		STOREHELP_TEST(claims_one_by_name),
		STOREHELP_TEST(waits_for_no_zone_that_others_have),
		STOREHELP_TEST(counts_what_is_due_whoever_has_it),
		STOREHELP_TEST(knows_who_works),
		STOREHELP_TEST(epoch_never_goes_back),
		STOREHELP_TEST(stays_where_it_is),
		STOREHELP_TEST(counts_what_changes),
	};

	return storehelp_run(tests, N_OF(tests));
}
