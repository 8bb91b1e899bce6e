/*
 * What is read ahead for a page of zones is what each question would have been
 * answered, and costs as many questions as for one zone.
 */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"
#include "kmgr/store/store_inner.h"

#define AT	INT64_C(1700000000)
#define N_ZONES	9
#define WHEN	(AT + 40)		/* between what was signed when */

static char *
zone_of(unsigned int n)
{

	return mem_printf("z%u.example.", n);
}

static void
put_ksks(struct storehelp *help, unsigned int n, const char *zone)
{
	struct ksk_row row;
	unsigned int i;

	for (i = 0; i < n % 3 + 1; i++) {
		row = storehelp_ksk(i + 1, zone, (int64_t)i + 1);
		(void)storehelp_id(0x4000 + 10 * n + i, row.id);
		row.key_tag = (uint16_t)(100 * n + i);
		row.revoked_tag = (uint16_t)(100 * n + i + 128);
		unit_ok(store_ksk_put(help->store, &row, &help->err),
		    &help->err);
		row.ds_seen_at = i == 0 ? 0 : AT + n;
		unit_ok(store_ksk_set_life(help->store, &row, &help->err),
		    &help->err);
		storehelp_retire(&row);
		if (n % 3 == 2 && i == 1)
			unit_ok(store_ksk_retire(help->store, &row,
			    &help->err), &help->err);
		ksk_row_clear(&row);
	}
}

/* Ever more of it, and of two types; what answered a request is among it. */
static void
put_signatures(struct storehelp *help, unsigned int n, char *zone)
{
	struct signature_row row = { .zone = zone, .inception_at = AT };
	unsigned int i;

	buf_add(&row.rrsig, "what an RRSIG is like", 21);
	(void)storehelp_id(0x4000 + 10 * n, row.ksk_id);
	for (i = 0; i < 3 * (n % 5); i++) {
		row.type_covered = i % 4 == 3 ? 59 : 48;
		row.created_at = AT + 10 * (i / 2);
		row.expiration_at = AT + 20 * (i + 1);
		row.tbs_hash[0] = (uint8_t)i;
		unit_ok(store_signature_put(help->store, &row, &help->err),
		    &help->err);
	}
	buf_free(&row.rrsig);
}

static void
put_others(struct storehelp *help, unsigned int n, char *zone)
{
	char kind[] = "ds-ttl", other[] = "serial", empty[] = "";
	struct observation_row seen = { zone, kind, n, empty, AT, AT };
	struct zone_alg_row alg = { zone, 13, AT + n };
	struct zsk_set_row set = { .zone = zone, .admitted_at = AT };
	struct foreign_key_row *foreign = mem_new(sizeof(*foreign));
	struct ksr_row ksr = storehelp_ksr(10 * n, zone);
	struct error *err = &help->err;

	unit_ok(store_zone_alg_put(help->store, &alg, err), err);
	alg.alg = 8;
	if (n % 2 == 0)
		unit_ok(store_zone_alg_put(help->store, &alg, err), err);
	unit_ok(store_observe(help->store, &seen, err), err);
	seen.value++;
	seen.last_at = WHEN + n;
	unit_ok(store_observe(help->store, &seen, err), err);
	seen.kind = other;
	unit_ok(store_observe(help->store, &seen, err), err);
	set.text = zone;
	unit_ok(store_zsk_set_put(help->store, &set, err), err);
	set.hash[0] = 1;
	set.text = kind;
	if (n % 2 == 0)
		unit_ok(store_zsk_set_put(help->store, &set, err), err);
	*foreign = storehelp_foreign(10 * n, zone);
	if (n % 4 == 1)
		unit_ok(store_foreign_put(help->store, foreign, err), err);
	foreign_key_rows_free(foreign, 1);
	ksr.answered_at = AT + 20;
	if (n % 4 == 3)
		unit_ok(store_ksr_put(help->store, &ksr, err), err);
	ksr_row_clear(&ksr);
}

static void
put_events(struct storehelp *help, unsigned int n, const char *zone)
{
	static const char *const types[] = { "create-ksk", "ksk-step" };
	char *payload = mem_printf("{\"cmk_id\":\"c\",\"zone\":\"%s\"}",
	    zone);
	unsigned int i;

	for (i = 0; i < n % 4; i++)
		storehelp_event(help, types[i % 2], payload, "{}", AT + i);
	free(payload);
}

static void
fill(struct storehelp *help)
{
	unsigned int n;
	char *zone;

	storehelp_fill(help);
	for (n = 0; n < N_ZONES; n++) {
		zone = zone_of(n);
		unit_ok(store_begin(help->store, &help->err), &help->err);
		put_ksks(help, n, zone);
		put_signatures(help, n, zone);
		put_others(help, n, zone);
		unit_ok(store_commit(help->store, &help->err), &help->err);
		put_events(help, n, zone);
		free(zone);
	}
}

/* --- all that can be asked about a zone, as text ------------------------- */

static void
tell_ksks(const char *what, struct ksk_row *rows, size_t n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(out, "%s %s %s %s %lld %u %u %zu %s %lld [%s] [%s] "
		    "%lld %s %s\n", what, rows[i].id, rows[i].key_id,
		    rows[i].zone, (long long)rows[i].generation,
		    rows[i].key_tag, rows[i].revoked_tag, rows[i].dnskey.len,
		    rows[i].state, (long long)rows[i].created_at,
		    rows[i].endorsement, rows[i].endorsement_signature,
		    (long long)rows[i].ds_seen_at, rows[i].standby,
		    rows[i].retirement == NULL ? "NULL" : rows[i].retirement);
	ksk_rows_free(rows, n);
}

static void
tell_signatures(const char *what, struct signature_row *rows, size_t n,
    struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(out, "%s %lld %s %s %u %u %lld %lld %zu\n", what,
		    (long long)rows[i].id, rows[i].ksk_id, rows[i].zone,
		    rows[i].type_covered, rows[i].tbs_hash[0],
		    (long long)rows[i].expiration_at,
		    (long long)rows[i].created_at, rows[i].rrsig.len);
	signature_rows_free(rows, n);
}

static void
ask_keys(struct storehelp *help, const char *zone, struct buf *out)
{
	struct store *store = help->store;
	struct error *err = &help->err;
	struct foreign_key_row *foreign;
	struct key_age *ages;
	struct ksk_row *ksks;
	struct zone_row row = { .zone = NULL };
	bool found;
	size_t i, n;

	unit_ok(store_ksk_list(store, zone, NULL, &ksks, &n, err), err);
	tell_ksks("ksk", ksks, n, out);
	unit_ok(store_ksk_facts(store, zone, &ksks, &n, err), err);
	tell_ksks("facts", ksks, n, out);
	unit_ok(store_key_ages(store, zone, &ages, &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "age %s %lld\n", ages[i].ksk_id,
		    (long long)ages[i].made_at);
	free(ages);
	unit_ok(store_foreign_list(store, zone, &foreign, &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "foreign %s %s %u\n", foreign[i].id,
		    foreign[i].zone, foreign[i].key_tag);
	foreign_key_rows_free(foreign, n);
	unit_ok(store_zone_find(store, zone, &row, &found, err), err);
	if (found)
		buf_printf(out, "zone %s %s %lld %s\n", row.zone, row.goal,
		    (long long)row.next_at, row.waits_for);
	zone_row_clear(&row);
}

static void
ask_signed(struct storehelp *help, const char *zone, struct buf *out)
{
	struct store *store = help->store;
	struct error *err = &help->err;
	struct zsk_set_row set = { .zone = NULL };
	struct signature_row *rows;
	int64_t end_at, made_at;
	int64_t changes, last;
	bool found;
	size_t n;

	unit_ok(store_signature_times(store, zone, &made_at, &end_at, err),
	    err);
	unit_ok(store_signature_last(store, zone, &last, err), err);
	unit_ok(store_zone_changes(store, zone, &changes, err), err);
	buf_printf(out, "signed %lld %lld, last %lld, changed %lld\n",
	    (long long)end_at, (long long)made_at, (long long)last,
	    (long long)changes);
	unit_ok(store_signature_sets(store, zone, WHEN, &rows, &n, err), err);
	tell_signatures("set", rows, n, out);
	unit_ok(store_signature_few(store, zone, &rows, &n, err), err);
	tell_signatures("few", rows, n, out);
	unit_ok(store_signature_newest(store, zone, &rows, &n, err), err);
	tell_signatures("newest", rows, n, out);
	unit_ok(store_zsk_set_last(store, zone, &set, &found, err), err);
	if (found)
		buf_printf(out, "zsks %lld %s %u %s\n", (long long)set.id,
		    set.zone, set.hash[0], set.text);
	zsk_set_row_clear(&set);
}

static void
ask_seen(struct storehelp *help, const char *zone, struct buf *out)
{
	struct store *store = help->store;
	struct error *err = &help->err;
	struct observation_row *seen;
	struct zone_alg_row *algs;
	struct ksr_row *ksrs;
	size_t i, n;

	unit_ok(store_zone_alg_list(store, zone, &algs, &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "alg %s %u %lld\n", algs[i].zone, algs[i].alg,
		    (long long)algs[i].signed_at);
	zone_alg_rows_free(algs, n);
	unit_ok(store_observation_list(store, zone, "ds-ttl", WHEN + 3, &seen,
	    &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "seen %s %s %lld\n", seen[i].zone,
		    seen[i].kind, (long long)seen[i].value);
	observation_rows_free(seen, n);
	unit_ok(store_ksr_list(store, zone, &ksrs, &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "ksr %s %s %s\n", ksrs[i].id, ksrs[i].zone,
		    ksrs[i].request == NULL ? "NULL" : ksrs[i].request);
	ksr_rows_free(ksrs, n);
}

static void
ask_events(struct storehelp *help, const char *zone, const char *type,
    struct buf *out)
{
	struct store *store = help->store;
	struct error *err = &help->err;
	struct ledger_row row = { .cmk_id = NULL }, *rows;
	int64_t seq, n_events;
	bool found;
	size_t i, n;

	unit_ok(ledger_seq_of_zone(store, zone, type, &seq, err), err);
	unit_ok(ledger_count_of_zone(store, zone, type, &n_events, err), err);
	buf_printf(out, "%s: %lld of %lld\n", type, (long long)seq,
	    (long long)n_events);
	unit_ok(ledger_before(store, zone, type, INT64_MAX, &row, &found,
	    err), err);
	if (found)
		buf_printf(out, "last %lld %s\n", (long long)row.record.seq,
		    row.record.payload);
	ledger_row_clear(&row);
	unit_ok(ledger_all_of_zone(store, zone, type, &rows, &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "event %lld %s %s %s\n",
		    (long long)rows[i].record.seq, rows[i].record.type,
		    rows[i].zone, rows[i].cmk_id);
	ledger_row_list_free(rows, n);
	unit_ok(ledger_last_few(store, zone, type, &rows, &n, err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "few %lld %s\n",
		    (long long)rows[i].record.seq, rows[i].record.type);
	ledger_row_list_free(rows, n);
	unit_ok(ledger_since(store, zone, type, "create-ksk", &rows, &n,
	    err), err);
	for (i = 0; i < n; i++)
		buf_printf(out, "since %lld %s\n",
		    (long long)rows[i].record.seq, rows[i].record.type);
	ledger_row_list_free(rows, n);
}

/* What the store says of a zone, whose name is freed. */
static char *
ask_all(struct storehelp *help, char *zone_take)
{
	struct buf out = BUF_INIT;

	buf_printf(&out, "%s\n", zone_take);
	ask_keys(help, zone_take, &out);
	ask_signed(help, zone_take, &out);
	ask_seen(help, zone_take, &out);
	ask_events(help, zone_take, "create-ksk", &out);
	ask_events(help, zone_take, "ksk-step", &out);
	ask_events(help, zone_take, "zone-goal", &out);
	free(zone_take);
	return buf_take(&out);
}

/* --- tests --------------------------------------------------------------- */

static void
begin_page(struct storehelp *help, unsigned int after, unsigned int last)
{
	char *a = zone_of(after), *b = zone_of(last);

	unit_ok(store_snapshot(help->store, &help->err), &help->err);
	store_ahead(help->store, a, b);
	free(a);
	free(b);
}

/* Zones before, in and behind the page, known and unknown ones. */
static void
each_answer_is_what_was_asked_for(void **state)
{
	struct storehelp *help = *state;
	char *plain[N_ZONES + 2], *ahead;
	unsigned int n;

	fill(help);
	for (n = 0; n < N_OF(plain); n++)
		plain[n] = ask_all(help, zone_of(n));
	begin_page(help, 1, 7);
	/* Not in their order either. */
	for (n = N_OF(plain); n-- > 0;) {
		ahead = ask_all(help, zone_of(n));
		assert_string_equal(ahead, plain[n]);
		free(ahead);
	}
	ahead = ask_all(help, mem_strdup("z3x.example."));
	assert_null(strstr(ahead, "zone z"));
	free(ahead);
	store_release(help->store);
	for (n = 0; n < N_OF(plain); n++)
		free(plain[n]);
}

static void
only_the_first_zone_of_a_page_asks(void **state)
{
	struct storehelp *help = *state;
	size_t n_first, n_alone;
	unsigned int n;

	fill(help);
	storehelp_count(help);
	free(ask_all(help, zone_of(3)));
	n_alone = help->n_asked;
	begin_page(help, 0, N_ZONES - 1);
	help->n_asked = 0;
	free(ask_all(help, zone_of(1)));
	n_first = help->n_asked;
	for (n = 2; n < N_ZONES; n++)
		free(ask_all(help, zone_of(n)));
	assert_int_equal(help->n_asked, n_first);
	assert_int_equal(n_first, n_alone);
	/* Not of the page. */
	free(ask_all(help, zone_of(0)));
	assert_int_equal(help->n_asked, 2 * n_first);
	store_release(help->store);
	storehelp_count_end(help);
}

/* How many questions it takes to know all of the zones of a list. */
static size_t
n_asked_of(struct storehelp *help, const unsigned int *list, size_t n)
{
	const char *names[4];
	size_t i;

	for (i = 0; i < n; i++)
		names[i] = zone_of(list[i]);
	unit_ok(store_snapshot(help->store, &help->err), &help->err);
	store_ahead_of(help->store, names, n);
	help->n_asked = 0;
	for (i = 0; i < n; i++)
		free(ask_all(help, (char *)(uintptr_t)names[i]));
	store_release(help->store);
	return help->n_asked;
}

static void
a_list_is_a_page_where_its_zones_stand_together(void **state)
{
	static const unsigned int some[] = { 5, 2, 3 }, first[] = { 1, 0 },
	    far[] = { 0, N_ZONES - 1 };
	struct storehelp *help = *state;
	size_t n_alone;

	fill(help);
	storehelp_count(help);
	free(ask_all(help, zone_of(3)));
	n_alone = help->n_asked;
	assert_int_equal(n_asked_of(help, some, N_OF(some)), n_alone);
	assert_int_equal(n_asked_of(help, first, N_OF(first)), n_alone);
	assert_int_equal(n_asked_of(help, far, N_OF(far)), 2 * n_alone);
	storehelp_count_end(help);
}

static void
a_release_forgets_what_was_read(void **state)
{
	struct storehelp *help = *state;
	char *before, *after;
	struct zone_row row = { .next_at = 4242 };

	fill(help);
	begin_page(help, 0, 5);
	before = ask_all(help, zone_of(4));
	store_release(help->store);
	row.zone = zone_of(4);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	free(row.zone);
	begin_page(help, 0, 5);
	after = ask_all(help, zone_of(4));
	assert_string_not_equal(before, after);
	assert_non_null(strstr(after, " 4242 "));
	/* A page after the other, in one snapshot. */
	store_ahead(help->store, "z5.example.", "z9.example.");
	free(before);
	before = ask_all(help, zone_of(4));
	assert_string_equal(before, after);
	store_release(help->store);
	free(before);
	free(after);
}

/* What was read ahead is so only as long as nothing is written. */
static void
a_change_forgets_what_was_read(void **state)
{
	struct storehelp *help = *state;
	char *zone = zone_of(4), *other = zone_of(5);
	int64_t was, is;

	fill(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	store_ahead(help->store, "", "z9.example.");
	storehelp_count(help);
	unit_ok(store_zone_changes(help->store, zone, &was, &help->err),
	    &help->err);
	unit_ok(store_zone_changes(help->store, other, &is, &help->err),
	    &help->err);
	assert_int_equal(help->n_asked, 1);
	storehelp_count_end(help);
	unit_ok(store_zone_touch(help->store, zone, &help->err), &help->err);
	unit_ok(store_zone_changes(help->store, zone, &is, &help->err),
	    &help->err);
	assert_int_equal(is, was + 1);
	/* And nothing of it is left in the next transaction. */
	store_ahead(help->store, "", "z9.example.");
	unit_ok(store_zone_changes(help->store, zone, &is, &help->err),
	    &help->err);
	store_rollback(help->store);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_zone_changes(help->store, zone, &is, &help->err),
	    &help->err);
	assert_int_equal(is, was);
	store_rollback(help->store);
	free(zone);
	free(other);
}

/* Who asks for ever other things gets them, and they are not all kept. */
static void
very_many_ways_to_ask_are_not_read_ahead(void **state)
{
	struct storehelp *help = *state;
	size_t n, n_ahead[60], i;
	struct signature_row *rows;
	char *zone = zone_of(4);

	fill(help);
	begin_page(help, 0, 5);
	for (i = 0; i < N_OF(n_ahead); i++) {
		unit_ok(store_signature_sets(help->store, zone,
		    AT + 5 * (int64_t)i, &rows, &n_ahead[i], &help->err),
		    &help->err);
		signature_rows_free(rows, n_ahead[i]);
	}
	store_release(help->store);
	assert_true(n_ahead[0] > n_ahead[N_OF(n_ahead) - 1]);
	for (i = 0; i < N_OF(n_ahead); i++) {
		unit_ok(store_signature_sets(help->store, zone,
		    AT + 5 * (int64_t)i, &rows, &n, &help->err), &help->err);
		signature_rows_free(rows, n);
		assert_int_equal(n, n_ahead[i]);
	}
	free(zone);
}

static void
the_newest_set_is_the_first_of_all_sets(void **state)
{
	struct storehelp *help = *state;
	struct signature_row *all, *newest;
	size_t i, n_all, n, most = 0;
	unsigned int z;
	char *zone;

	fill(help);
	for (z = 0; z < N_ZONES; z++) {
		zone = zone_of(z);
		unit_ok(store_signature_sets(help->store, zone, 0, &all,
		    &n_all, &help->err), &help->err);
		unit_ok(store_signature_newest(help->store, zone, &newest, &n,
		    &help->err), &help->err);
		for (i = 0; i < n; i++)
			assert_int_equal(newest[i].id, all[i].id);
		assert_true(i == n_all ||
		    all[i].created_at != all[0].created_at);
		most = n > most ? n : most;
		signature_rows_free(all, n_all);
		signature_rows_free(newest, n);
		free(zone);
	}
	assert_int_equal(most, 2);
}

static const struct CMUnitTest tests[] = {
	STOREHELP_TEST(the_newest_set_is_the_first_of_all_sets),
	STOREHELP_TEST(each_answer_is_what_was_asked_for),
	STOREHELP_TEST(only_the_first_zone_of_a_page_asks),
	STOREHELP_TEST(a_list_is_a_page_where_its_zones_stand_together),
	STOREHELP_TEST(a_release_forgets_what_was_read),
	STOREHELP_TEST(a_change_forgets_what_was_read),
	STOREHELP_TEST(very_many_ways_to_ask_are_not_read_ahead),
};

int
main(void)
{

	return storehelp_run(tests, N_OF(tests));
}
