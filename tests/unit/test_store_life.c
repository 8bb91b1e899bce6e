/* What every backend answers about the life cycle: store_life.h. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"

#define AT 1800000000

static void
put_ksk(struct storehelp *help, unsigned int n, const char *zone)
{
	struct ksk_row ksk = storehelp_ksk(n, zone, 1);

	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	ksk_row_clear(&ksk);
}

static struct zone_row
zone_of(struct storehelp *help, const char *name)
{
	struct zone_row row = { .zone = NULL };
	bool found = false;

	unit_ok(store_zone_find(help->store, name, &row, &found, &help->err),
	    &help->err);
	assert_true(found);
	return row;
}

static void
keeps_a_zone(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	char zone[] = "a.", goal[] = "insecure", waits[] = "ds-gone";
	struct zone_row want = { .zone = zone, .goal = goal, .goal_at = AT,
		.next_at = AT + 1, .waiting_since_at = AT + 2,
		.waits_for = waits, .published_hash = { 7 },
		.published_at = AT + 3, .published_signature = 4,
		.published_changes = 5 }, got = { .zone = NULL };
	bool found = true;

	unit_ok(store_zone_find(help->store, "a.", &got, &found, &help->err),
	    &help->err);
	assert_false(found);
	unit_ok(store_zone_put(help->store, &want, &help->err), &help->err);
	want.next_at++;
	unit_ok(store_zone_put(help->store, &want, &help->err), &help->err);
	got = zone_of(help, "a.");
	assert_int_equal(got.published_at, 0);
	zone_row_clear(&got);
	unit_ok(store_zone_publish(help->store, &want, &help->err),
	    &help->err);
	/* Whoever writes something else leaves it alone. */
	unit_ok(store_zone_put(help->store, &want, &help->err), &help->err);
	unit_ok(store_zone_schedule(help->store, &want, &help->err),
	    &help->err);
	storehelp_committed(help);
	got = zone_of(help, "a.");
	assert_string_equal(got.zone, "a.");
	assert_string_equal(got.goal, "insecure");
	assert_int_equal(got.goal_at, AT);
	assert_int_equal(got.next_at, AT + 2);
	assert_int_equal(got.waiting_since_at, AT + 2);
	assert_string_equal(got.waits_for, "ds-gone");
	assert_memory_equal(got.published_hash, want.published_hash, 32);
	assert_int_equal(got.published_at, AT + 3);
	assert_int_equal(got.published_signature, 4);
	assert_int_equal(got.published_changes, 5);
	zone_row_clear(&got);
}

/* What is found, as "zone zone ...". */
static void
are(char **names, size_t n, const char *want)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : " ", names[i]);
	assert_string_equal(buf_text(&text), want);
	buf_free(&text);
	zone_names_free(names, n);
}

static void
due(struct storehelp *help, int64_t at, const char *after, size_t max,
    const char *want)
{
	char **names;
	size_t n;

	unit_ok(store_zone_due(help->store, at, after, max, &names, &n,
	    &help->err), &help->err);
	are(names, n, want);
}

static void
list(struct storehelp *help, const char *after, size_t max, const char *want)
{
	char **names;
	size_t n;

	unit_ok(store_zone_list(help->store, after, max, &names, &n,
	    &help->err), &help->err);
	are(names, n, want);
}

static void
next_is(struct storehelp *help, int64_t want)
{
	int64_t at = -1;

	unit_ok(store_zone_next(help->store, &at, &help->err), &help->err);
	assert_int_equal(at, want);
}

static void
set_next(struct storehelp *help, const char *name, int64_t at)
{
	struct zone_row row = zone_of(help, name);

	row.next_at = at;
	unit_ok(store_zone_put(help->store, &row, &help->err), &help->err);
	zone_row_clear(&row);
}

static void
finds_zones_that_are_due(void **state)
{
	struct storehelp *help = storehelp_begun(state);

	next_is(help, INT64_MAX);
	put_ksk(help, 3, "c.");
	put_ksk(help, 1, "a.");
	put_ksk(help, 2, "b.");
	/* New ones are. */
	next_is(help, 0);
	due(help, AT, "", 9, "a. b. c.");
	set_next(help, "a.", AT + 1);
	set_next(help, "b.", AT);
	set_next(help, "c.", AT - 1);
	next_is(help, AT - 1);
	due(help, AT - 2, "", 9, "");
	due(help, AT - 1, "", 9, "c.");
	due(help, AT, "", 9, "b. c.");
	due(help, AT, "b.", 9, "c.");
	due(help, AT + 1, "", 2, "a. b.");
	due(help, AT + 1, "b.", 2, "c.");
	list(help, "", 2, "a. b.");
	list(help, "b.", 2, "c.");
	/* One without keys is not asked for. */
	set_next(help, "a.", INT64_MAX);
	set_next(help, "b.", INT64_MAX);
	set_next(help, "c.", INT64_MAX);
	next_is(help, INT64_MAX);
}

static void
is_next(struct storehelp *help, const char *name, int64_t want)
{
	struct zone_row row = zone_of(help, name);

	assert_int_equal(row.next_at, want);
	zone_row_clear(&row);
}

/* Whatever changes a fact makes the zone due; the last key that goes, not. */
static void
what_changes_is_due(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1);
	struct foreign_key_row *foreign = mem_new(sizeof(*foreign));
	char zone[] = "a.";
	const struct zone_alg_row alg = { zone, 13, AT };

	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	put_ksk(help, 2, "b.");
	set_next(help, "a.", AT);
	set_next(help, "b.", AT);
	unit_ok(store_ksk_set_life(help->store, &ksk, &help->err),
	    &help->err);
	is_next(help, "a.", 0);
	set_next(help, "a.", AT);
	unit_ok(store_zone_alg_put(help->store, &alg, &help->err),
	    &help->err);
	is_next(help, "a.", 0);
	set_next(help, "a.", AT);
	unit_ok(store_zone_alg_drop(help->store, "a.", 13, &help->err),
	    &help->err);
	is_next(help, "a.", 0);
	set_next(help, "a.", AT);
	*foreign = storehelp_foreign(1, "a.");
	unit_ok(store_foreign_put(help->store, foreign, &help->err),
	    &help->err);
	is_next(help, "a.", 0);
	set_next(help, "a.", AT);
	foreign->retire_at = AT;
	unit_ok(store_foreign_set(help->store, foreign, &help->err),
	    &help->err);
	is_next(help, "a.", 0);
	set_next(help, "a.", AT);
	/* There is the other key still. */
	storehelp_retire(&ksk);
	unit_ok(store_ksk_retire(help->store, &ksk, &help->err), &help->err);
	is_next(help, "a.", 0);
	list(help, "", 9, "a. b.");
	foreign->removed_at = AT;
	unit_ok(store_foreign_set(help->store, foreign, &help->err),
	    &help->err);
	is_next(help, "a.", INT64_MAX);
	list(help, "", 9, "b.");
	set_next(help, "a.", 0);
	due(help, AT, "", 9, "b.");
	/* Nothing else was due by it. */
	is_next(help, "b.", AT);
	foreign_key_rows_free(foreign, 1);
	ksk_row_clear(&ksk);
}

static void
put_signature(struct storehelp *help, unsigned int ksk, char *zone)
{
	struct signature_row row = { .zone = zone, .type_covered = 48,
		.inception_at = AT, .expiration_at = AT + 1,
		.created_at = AT };

	(void)storehelp_id(1000 + ksk, row.ksk_id);
	buf_add(&row.rrsig, "nineteen bytes long", 19);
	unit_ok(store_signature_put(help->store, &row, &help->err),
	    &help->err);
	buf_free(&row.rrsig);
}

static void
makes_due_what_is_signed(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	char a[] = "a.", b[] = "b.", c[] = "c.";
	int64_t before, after;

	put_ksk(help, 1, a);
	put_ksk(help, 2, b);
	put_ksk(help, 3, c);
	set_next(help, a, AT);
	set_next(help, b, AT);
	set_next(help, c, AT);
	put_signature(help, 3, c);
	put_signature(help, 1, a);
	put_signature(help, 2, b);
	put_signature(help, 2, b);
	unit_ok(store_zone_changes(help->store, a, &before, &help->err),
	    &help->err);
	unit_ok(store_zone_signed(help->store, 3, &help->err), &help->err);
	is_next(help, a, 0);
	is_next(help, b, 0);
	is_next(help, c, AT);
	unit_ok(store_zone_changes(help->store, a, &after, &help->err),
	    &help->err);
	assert_int_equal(after, before);
}

/* Who is at work on it meanwhile finds that it is not as it was. */
static void
hastens_a_zone(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	int64_t before, after;

	put_ksk(help, 1, "a.");
	put_ksk(help, 2, "b.");
	set_next(help, "a.", AT);
	set_next(help, "b.", AT);
	unit_ok(store_zone_changes(help->store, "a.", &before, &help->err),
	    &help->err);
	unit_ok(store_zone_hasten(help->store, "a.", &help->err), &help->err);
	unit_ok(store_zone_changes(help->store, "a.", &after, &help->err),
	    &help->err);
	assert_true(after > before);
	is_next(help, "a.", 0);
	is_next(help, "b.", AT);
}

static void
keeps_the_life_of_a_ksk(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row want = storehelp_ksk(1, "a.", 1), got = { .zone = NULL };
	bool found = false;
	int rc;

	unit_ok(store_ksk_put(help->store, &want, &help->err), &help->err);
	put_ksk(help, 2, "b.");
	free(want.state);
	want.state = mem_strdup("active");
	want.standby = mem_strdup("dnskey");
	want.dnskey_in_at = AT + 1;
	want.dnskey_out_at = AT + 2;
	want.ds_add_at = AT + 3;
	want.ds_seen_at = AT + 4;
	want.ds_remove_at = AT + 5;
	want.ds_gone_at = AT + 6;
	want.retire_at = AT + 7;
	want.revoke_at = AT + 8;
	want.compromised_at = AT + 9;
	want.backup_at = AT + 10;
	unit_ok(store_ksk_set_life(help->store, &want, &help->err),
	    &help->err);
	storehelp_committed(help);
	unit_ok(store_ksk_find(help->store, want.id, &got, &found,
	    &help->err), &help->err);
	assert_true(found);
	assert_string_equal(got.state, "active");
	assert_string_equal(got.standby, "dnskey");
	assert_int_equal(got.dnskey_in_at, AT + 1);
	assert_int_equal(got.dnskey_out_at, AT + 2);
	assert_int_equal(got.ds_add_at, AT + 3);
	assert_int_equal(got.ds_seen_at, AT + 4);
	assert_int_equal(got.ds_remove_at, AT + 5);
	assert_int_equal(got.ds_gone_at, AT + 6);
	assert_int_equal(got.retire_at, AT + 7);
	assert_int_equal(got.revoke_at, AT + 8);
	assert_int_equal(got.compromised_at, AT + 9);
	assert_int_equal(got.backup_at, AT + 10);
	ksk_row_clear(&got);
	(void)storehelp_id(1002, want.id);
	unit_ok(store_ksk_find(help->store, want.id, &got, &found,
	    &help->err), &help->err);
	assert_string_equal(got.standby, "none");
	assert_int_equal(got.dnskey_in_at, 0);
	assert_int_equal(got.backup_at, 0);
	ksk_row_clear(&got);
	(void)storehelp_id(9, want.id);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	rc = store_ksk_set_life(help->store, &want, &help->err);
	if (rc == 0)
		rc = store_commit(help->store, &help->err);
	unit_fails(rc, &help->err, ERR_STORE, "no KSK");
	ksk_row_clear(&want);
}

/* A KSK that is recorded with its life, as a replay does it. */
static void
puts_a_ksk_with_its_life(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row want = storehelp_ksk(1, "a.", 1), got = { .zone = NULL };
	bool found = false;

	want.standby = mem_strdup("ds");
	want.dnskey_in_at = AT + 1;
	want.dnskey_out_at = AT + 2;
	want.ds_add_at = AT + 3;
	want.ds_remove_at = AT + 5;
	want.retire_at = AT + 7;
	want.revoke_at = AT + 8;
	want.compromised_at = AT + 9;
	want.backup_at = AT + 10;
	unit_ok(store_ksk_put(help->store, &want, &help->err), &help->err);
	unit_ok(store_ksk_find(help->store, want.id, &got, &found,
	    &help->err), &help->err);
	assert_string_equal(got.standby, "ds");
	assert_int_equal(got.dnskey_in_at, AT + 1);
	assert_int_equal(got.dnskey_out_at, AT + 2);
	assert_int_equal(got.ds_add_at, AT + 3);
	assert_int_equal(got.ds_remove_at, AT + 5);
	assert_int_equal(got.retire_at, AT + 7);
	assert_int_equal(got.revoke_at, AT + 8);
	assert_int_equal(got.compromised_at, AT + 9);
	assert_int_equal(got.backup_at, AT + 10);
	ksk_row_clear(&got);
	ksk_row_clear(&want);
}

static void
keeps_algorithms(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	char a[] = "a.", b[] = "b.";
	const struct zone_alg_row rows[] = { { b, 8, AT }, { a, 13, AT },
		{ a, 8, AT + 1 }, { a, 13, AT + 2 } };
	struct zone_alg_row *got = NULL;
	size_t i, n = 0;

	for (i = 0; i < N_OF(rows); i++)
		unit_ok(store_zone_alg_put(help->store, &rows[i],
		    &help->err), &help->err);
	storehelp_committed(help);
	unit_ok(store_zone_alg_list(help->store, "a.", &got, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	assert_string_equal(got[0].zone, "a.");
	assert_int_equal(got[0].alg, 8);
	assert_int_equal(got[0].signed_at, AT + 1);
	assert_int_equal(got[1].alg, 13);
	assert_int_equal(got[1].signed_at, AT + 2);
	zone_alg_rows_free(got, n);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_alg_drop(help->store, "a.", 8, &help->err),
	    &help->err);
	unit_ok(store_zone_alg_drop(help->store, "a.", 9, &help->err),
	    &help->err);
	unit_ok(store_zone_alg_list(help->store, NULL, &got, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].alg, 13);
	assert_string_equal(got[1].zone, "b.");
	zone_alg_rows_free(got, n);
}

static void
keeps_foreign_keys(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct foreign_key_row *rows = mem_new(2 * sizeof(*rows)), *got;
	size_t n = 0;

	rows[0] = storehelp_foreign(2, "a.");
	rows[1] = storehelp_foreign(1, "a.");
	unit_ok(store_foreign_put(help->store, &rows[0], &help->err),
	    &help->err);
	unit_ok(store_foreign_put(help->store, &rows[1], &help->err),
	    &help->err);
	rows[0].dnskey_in_at = AT + 1;
	rows[0].dnskey_out_at = AT + 2;
	rows[0].ds_add_at = AT + 3;
	rows[0].ds_seen_at = AT + 4;
	rows[0].ds_remove_at = AT + 5;
	rows[0].ds_gone_at = AT + 6;
	rows[0].retire_at = AT + 7;
	rows[0].removed_at = AT + 8;
	unit_ok(store_foreign_set(help->store, &rows[0], &help->err),
	    &help->err);
	storehelp_committed(help);
	unit_ok(store_foreign_list(help->store, "a.", &got, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	assert_string_equal(got[0].id, rows[1].id);
	assert_int_equal(got[0].removed_at, 0);
	assert_string_equal(got[1].id, rows[0].id);
	assert_string_equal(got[1].zone, "a.");
	assert_int_equal(got[1].alg, 13);
	assert_int_equal(got[1].key_tag, 2002);
	assert_int_equal(got[1].dnskey.len, 9);
	assert_memory_equal(got[1].dnskey.data, rows[0].dnskey.data, 9);
	assert_int_equal(got[1].added_at, AT + 2);
	assert_int_equal(got[1].dnskey_in_at, AT + 1);
	assert_int_equal(got[1].dnskey_out_at, AT + 2);
	assert_int_equal(got[1].ds_add_at, AT + 3);
	assert_int_equal(got[1].ds_seen_at, AT + 4);
	assert_int_equal(got[1].ds_remove_at, AT + 5);
	assert_int_equal(got[1].ds_gone_at, AT + 6);
	assert_int_equal(got[1].retire_at, AT + 7);
	assert_int_equal(got[1].removed_at, AT + 8);
	foreign_key_rows_free(got, n);
	unit_ok(store_foreign_list(help->store, "b.", &got, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 0);
	foreign_key_rows_free(rows, 2);
}

static void
refuses_a_foreign_key_twice(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct foreign_key_row *row = mem_new(sizeof(*row));

	*row = storehelp_foreign(1, "a.");
	unit_ok(store_foreign_put(help->store, row, &help->err), &help->err);
	(void)storehelp_id(9, row->id);
	unit_fails(store_foreign_set(help->store, row, &help->err),
	    &help->err, ERR_STORE, "none of this id");
	unit_fails(store_foreign_put(help->store, row, &help->err),
	    &help->err, ERR_INPUT, "key tag 2001 already");
	/* Removed, it may come again. */
	(void)storehelp_id(3001, row->id);
	row->removed_at = AT;
	unit_ok(store_foreign_set(help->store, row, &help->err), &help->err);
	(void)storehelp_id(9, row->id);
	row->removed_at = 0;
	unit_ok(store_foreign_put(help->store, row, &help->err), &help->err);
	foreign_key_rows_free(row, 1);
}

static void
see(struct storehelp *help, const char *kind, int64_t value, int64_t at)
{
	char zone[] = "a.", text[] = "";
	struct observation_row row = { zone, mem_strdup(kind), value, text,
		at, at };

	unit_ok(store_observe(help->store, &row, &help->err), &help->err);
	free(row.kind);
}

/* The values seen of a kind, newest first, as "value:first-last ...". */
static void
seen(struct storehelp *help, const char *kind, int64_t since_at,
    const char *want)
{
	struct observation_row *rows = NULL;
	struct buf text = BUF_INIT;
	size_t i, n = 0;

	unit_ok(store_observation_list(help->store, "a.", kind, since_at,
	    &rows, &n, &help->err), &help->err);
	for (i = 0; i < n; i++)
		buf_printf(&text, "%s%d:%d-%d", i == 0 ? "" : " ",
		    (int)rows[i].value, (int)(rows[i].first_at - AT),
		    (int)(rows[i].last_at - AT));
	assert_string_equal(buf_text(&text), want);
	buf_free(&text);
	observation_rows_free(rows, n);
}

static void
keeps_observations(void **state)
{
	struct storehelp *help = storehelp_begun(state);

	see(help, "ds-ttl", 60, AT + 1);
	see(help, "ds-ttl", 60, AT + 5);
	see(help, "dnskey-ttl", 60, AT + 6);
	see(help, "ds-ttl", 90, AT + 7);
	see(help, "ds-ttl", 60, AT + 9);
	/* A clock that went back takes nothing away. */
	see(help, "ds-ttl", 60, AT + 8);
	storehelp_committed(help);
	seen(help, "ds-ttl", 0, "60:9-9 90:7-7 60:1-5");
	seen(help, "ds-ttl", AT + 6, "60:9-9 90:7-7");
	seen(help, "dnskey-ttl", 0, "60:6-6");
	seen(help, "serial", 0, "");
}

static void
forgets_what_no_list_reaches(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct observation_row *rows = NULL;
	size_t n = 0;
	int i;

	see(help, "other", 1, AT);
	for (i = 0; i < 1005; i++)
		see(help, "serial", i, AT + i);
	unit_ok(store_observation_list(help->store, "a.", "serial", 0, &rows,
	    &n, &help->err), &help->err);
	assert_int_equal(n, 1000);
	assert_int_equal(rows[0].value, 1004);
	assert_int_equal(rows[999].value, 5);
	observation_rows_free(rows, n);
	seen(help, "other", 0, "1:0-0");
	/* They are gone, not hidden. */
	unit_fails(storehelp_sql(help, "INSERT INTO zone (zone, goal, "
	    "goal_at, next_at, waits_for) SELECT 'x.', 'none', 1, 0, '' "
	    "WHERE (SELECT count(*) FROM observation) = 1001"), &help->err,
	    ERR_STORE, "goal IN");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(keeps_a_zone),
		STOREHELP_TEST(finds_zones_that_are_due),
		STOREHELP_TEST(what_changes_is_due),
		STOREHELP_TEST(makes_due_what_is_signed),
		STOREHELP_TEST(hastens_a_zone),
		STOREHELP_TEST(keeps_the_life_of_a_ksk),
		STOREHELP_TEST(puts_a_ksk_with_its_life),
		STOREHELP_TEST(keeps_algorithms),
		STOREHELP_TEST(keeps_foreign_keys),
		STOREHELP_TEST(refuses_a_foreign_key_twice),
		STOREHELP_TEST(keeps_observations),
		STOREHELP_TEST(forgets_what_no_list_reaches),
	};

	return storehelp_run(tests, N_OF(tests));
}
