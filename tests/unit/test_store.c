/* What every backend answers to every question of kmgr/store/store.h. */
#include "tests/unit/storehelp.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/store_intent.h"

#define AT 1800000000

static int
put_ksk(struct storehelp *help, unsigned int n, const char *zone,
    int64_t generation, int tag_shift)
{
	struct ksk_row ksk = storehelp_ksk(n, zone, generation);
	int rc;

	ksk.key_tag = (uint16_t)(ksk.key_tag + tag_shift);
	rc = store_ksk_put(help->store, &ksk, &help->err);
	ksk_row_clear(&ksk);
	return rc;
}

static void
keeps_ksks(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row want = storehelp_ksk(1, "b.example.", 1), got = { 0 };
	bool found = false;

	unit_ok(put_ksk(help, 1, "b.example.", 1, 0), &help->err);
	unit_ok(store_ksk_set_state(help->store, want.id, "published",
	    &help->err), &help->err);
	unit_fails(store_ksk_set_state(help->store, want.key_id, "published",
	    &help->err), &help->err, ERR_STORE, "no KSK");
	storehelp_committed(help);
	unit_ok(store_ksk_find(help->store, want.id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_string_equal(got.id, want.id);
	assert_string_equal(got.cmk_id, want.cmk_id);
	assert_string_equal(got.key_id, want.key_id);
	assert_string_equal(got.zone, "b.example.");
	assert_int_equal(got.generation, 1);
	assert_int_equal(got.alg, 13);
	assert_int_equal(got.key_tag, 1001);
	assert_int_equal(got.revoked_tag, 1129);
	assert_int_equal(got.dnskey.len, 7);
	assert_memory_equal(got.dnskey.data, want.dnskey.data, 7);
	assert_string_equal(got.state, "published");
	assert_int_equal(got.created_at, AT);
	assert_string_equal(got.endorsement, "{}");
	assert_string_equal(got.endorsement_signature, "c2ln");
	ksk_row_clear(&got);
	unit_ok(store_ksk_find(help->store, want.key_id, &got, &found,
	    &help->err), &help->err);
	assert_false(found);
	ksk_row_clear(&want);
}

static struct ksk_row
ksk_of(struct storehelp *help, const char *id)
{
	struct ksk_row got = { 0 };
	bool found = false;

	unit_ok(store_ksk_find(help->store, id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	return got;
}

static void
set_ds(struct storehelp *help, struct ksk_row *ksk, const char *word,
    int64_t seen_at, int64_t gone_at)
{
	struct ksk_row got;

	free(ksk->state);
	ksk->state = mem_strdup(word);
	ksk->ds_seen_at = seen_at;
	ksk->ds_gone_at = gone_at;
	unit_ok(store_ksk_set_life(help->store, ksk, &help->err), &help->err);
	got = ksk_of(help, ksk->id);
	assert_string_equal(got.state, word);
	assert_int_equal(got.ds_seen_at, seen_at);
	assert_int_equal(got.ds_gone_at, gone_at);
	ksk_row_clear(&got);
}

static void
keeps_what_the_parent_showed(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1);
	int rc;

	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	unit_ok(put_ksk(help, 2, "a.", 2, 0), &help->err);
	set_ds(help, &ksk, "active", AT + 1, 0);
	set_ds(help, &ksk, "retired", AT + 1, AT + 2);
	set_ds(help, &ksk, "active", AT + 3, 0);
	set_ds(help, &ksk, "published", 0, 0);
	storehelp_committed(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	(void)storehelp_id(9, ksk.id);
	rc = store_ksk_set_life(help->store, &ksk, &help->err);
	if (rc == 0)
		rc = store_commit(help->store, &help->err);
	unit_fails(rc, &help->err, ERR_STORE, "no KSK");
	store_rollback(help->store);
	ksk_row_clear(&ksk);
	ksk = ksk_of(help, "000000000000000000000000000003ea");
	assert_string_equal(ksk.state, "generated");
	ksk_row_clear(&ksk);
}

/* Of zone a. those that are removed, and of those all. */
static void
check_removed(struct storehelp *help, size_t expected)
{
	struct ksk_row *rows;
	size_t i, n;
	bool has;

	unit_ok(store_ksk_has_removed(help->store, "a.", &has, &help->err),
	    &help->err);
	assert_int_equal(has, expected > 0);
	unit_ok(store_ksk_removed(help->store, "a.", &rows, &n, &help->err),
	    &help->err);
	assert_int_equal(n, expected);
	for (i = 0; i < n; i++) {
		assert_string_equal(rows[i].state, "removed");
		assert_non_null(rows[i].retirement);
		assert_non_null(rows[i].endorsement);
	}
	ksk_rows_free(rows, n);
}

static void
retires_a_ksk_once(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1), got;

	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	unit_ok(put_ksk(help, 2, "a.", 2, 0), &help->err);
	check_removed(help, 0);
	got = ksk_of(help, ksk.id);
	assert_null(got.retirement);
	assert_null(got.retirement_signature);
	ksk_row_clear(&got);
	unit_fails(store_ksk_set_state(help->store, ksk.id, "removed",
	    &help->err), &help->err, ERR_STORE, "retirement IS NOT NULL");
	storehelp_retire(&ksk);
	unit_ok(store_ksk_retire(help->store, &ksk, &help->err), &help->err);
	ksk.retirement[2] = 'x';
	unit_fails(store_ksk_retire(help->store, &ksk, &help->err),
	    &help->err, ERR_INTEGRITY, "removed already or gone");
	storehelp_committed(help);
	check_removed(help, 1);
	got = ksk_of(help, ksk.id);
	assert_string_equal(got.state, "removed");
	assert_string_equal(got.retirement, "{\"why\":\"rolled\"}");
	assert_string_equal(got.retirement_signature, "cmV0");
	ksk_row_clear(&got);
	ksk_row_clear(&ksk);
}

static void
keeps_all_that_a_ksk_has(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1), got;

	storehelp_retire(&ksk);
	ksk.ds_seen_at = AT + 1;
	ksk.ds_gone_at = AT + 2;
	ksk.horizon_at = AT + 3;
	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	storehelp_committed(help);
	got = ksk_of(help, ksk.id);
	assert_string_equal(got.state, "removed");
	assert_int_equal(got.ds_seen_at, AT + 1);
	assert_int_equal(got.ds_gone_at, AT + 2);
	assert_int_equal(got.horizon_at, AT + 3);
	assert_string_equal(got.retirement, ksk.retirement);
	assert_string_equal(got.retirement_signature, "cmV0");
	ksk_row_clear(&got);
	ksk_row_clear(&ksk);
}

/* The KSKs of a zone, a CMK, both or all, as "zone/generation ...". */
static void
lists_as(struct storehelp *help, const char *zone, const char *cmk,
    const char *want)
{
	struct buf text = BUF_INIT;
	struct ksk_row *list = NULL;
	size_t i, n = 0;

	unit_ok(store_ksk_list(help->store, zone, cmk, &list, &n, &help->err),
	    &help->err);
	for (i = 0; i < n; i++)
		buf_printf(&text, "%s%s/%d", i == 0 ? "" : " ", list[i].zone,
		    (int)list[i].generation);
	assert_string_equal(buf_text(&text), want);
	buf_free(&text);
	ksk_rows_free(list, n);
}

static void
lists_ksks_by_zone_and_cmk(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	char one[STORE_ID_TEXT], two[STORE_ID_TEXT];

	(void)storehelp_id(1, one);
	(void)storehelp_id(2, two);
	unit_ok(put_ksk(help, 1, "b.example.", 2, 0), &help->err);
	unit_ok(put_ksk(help, 2, "b.example.", 1, 0), &help->err);
	unit_ok(put_ksk(help, 3, "a.example.", 1, 0), &help->err);
	storehelp_committed(help);
	lists_as(help, NULL, NULL, "a.example./1 b.example./1 b.example./2");
	lists_as(help, "b.example.", NULL, "b.example./1 b.example./2");
	lists_as(help, "c.example.", NULL, "");
	lists_as(help, NULL, one, "a.example./1 b.example./1 b.example./2");
	lists_as(help, NULL, two, "");
	lists_as(help, "a.example.", one, "a.example./1");
	lists_as(help, "a.example.", two, "");
}

static void
finds_the_first_ksk_of_a_key(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row later = storehelp_ksk(1, "a.", 1), got = { 0 };
	bool found = false;

	later.created_at++;
	unit_ok(store_ksk_put(help->store, &later, &help->err), &help->err);
	(void)storehelp_id(1002, later.id);
	free(later.zone);
	later.zone = mem_strdup("b.");
	later.created_at--;
	unit_ok(store_ksk_put(help->store, &later, &help->err), &help->err);
	storehelp_committed(help);
	unit_ok(store_ksk_of_key(help->store, later.key_id, &got, &found,
	    &help->err), &help->err);
	assert_true(found);
	assert_string_equal(got.zone, "b.");
	ksk_row_clear(&got);
	unit_ok(store_ksk_of_key(help->store, later.id, &got, &found,
	    &help->err), &help->err);
	assert_false(found);
	ksk_row_clear(&later);
}

/* The zone of the first KSK that uses the key, "" where there is none. */
static void
uses(struct storehelp *help, const char *key_id, const char *not_id,
    const char *zone)
{
	struct ksk_row got = { 0 };
	bool found = false;

	unit_ok(store_ksk_using(help->store, key_id, not_id, &got, &found,
	    &help->err), &help->err);
	assert_string_equal(found ? got.zone : "", zone);
	ksk_row_clear(&got);
}

static void
finds_who_uses_a_key(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row a = storehelp_ksk(1, "a.", 1);
	struct ksk_row b = storehelp_ksk(1, "b.", 1);

	(void)storehelp_id(1002, b.id);
	b.created_at++;
	unit_ok(store_ksk_put(help->store, &a, &help->err), &help->err);
	unit_ok(store_ksk_put(help->store, &b, &help->err), &help->err);
	uses(help, a.key_id, NULL, "a.");
	uses(help, a.key_id, a.id, "b.");
	uses(help, a.id, NULL, "");
	storehelp_retire(&a);
	unit_ok(store_ksk_retire(help->store, &a, &help->err), &help->err);
	uses(help, a.key_id, NULL, "b.");
	uses(help, a.key_id, b.id, "");
	storehelp_committed(help);
	ksk_row_clear(&a);
	ksk_row_clear(&b);
}

static void
has_one_ksk_per_generation_and_tag(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct ksk_row first = storehelp_ksk(1, "a.", 1);

	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	unit_fails(put_ksk(help, 2, "a.", 1, 0), &help->err, ERR_INPUT,
	    "generation 1");
	unit_fails(put_ksk(help, 2, "a.", 2, -1), &help->err, ERR_INPUT,
	    "key tag 1001");
	/* The twin that a revocation would make of the first. */
	unit_fails(put_ksk(help, 2, "a.", 2, 127), &help->err, ERR_STORE,
	    "revoked twin");
	unit_ok(put_ksk(help, 2, "b.", 1, -1), &help->err);
	/* A removed key's tag is free again, its generation is not. */
	storehelp_retire(&first);
	unit_ok(store_ksk_retire(help->store, &first, &help->err), &help->err);
	unit_fails(put_ksk(help, 3, "a.", 1, -2), &help->err, ERR_INPUT,
	    "generation 1");
	unit_ok(put_ksk(help, 3, "a.", 2, -2), &help->err);
	storehelp_committed(help);
	lists_as(help, "a.", NULL, "a./1 a./2");
	ksk_row_clear(&first);
}

static void
keeps_signatures(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct signature_row row = { .zone = mem_strdup("a.") }, *list = NULL;
	size_t n = 0, i;
	int64_t at = 9;

	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	(void)storehelp_id(1001, row.ksk_id);
	row.type_covered = 48;
	memset(row.tbs_hash, 7, sizeof(row.tbs_hash));
	row.expiration_at = AT + 100;
	row.created_at = AT;
	buf_add(&row.rrsig, "nineteen bytes long", 19);
	for (i = 0; i < 1002; i++) {
		row.inception_at = (int64_t)i;
		row.expiration_at = AT + 100 + (int64_t)(i % 3);
		unit_ok(store_signature_put(help->store, &row, &help->err),
		    &help->err);
	}
	storehelp_committed(help);
	unit_ok(store_signature_list(help->store, "a.", &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 1000);
	assert_int_equal(list[0].inception_at, 1001);
	assert_true(list[0].id > list[1].id);
	assert_string_equal(list[0].ksk_id, row.ksk_id);
	assert_string_equal(list[0].zone, "a.");
	assert_int_equal(list[0].type_covered, 48);
	assert_memory_equal(list[0].tbs_hash, row.tbs_hash, 32);
	assert_int_equal(list[0].expiration_at, AT + 102);
	assert_int_equal(list[0].rrsig.len, 19);
	assert_memory_equal(list[0].rrsig.data, row.rrsig.data, 19);
	assert_int_equal(list[0].created_at, AT);
	unit_ok(store_signature_since(help->store, "a.", list[3].id, &at,
	    &help->err), &help->err);
	assert_int_equal(at, 3);
	unit_ok(store_signature_since(help->store, "b.", 0, &at,
	    &help->err), &help->err);
	assert_int_equal(at, 0);
	signature_rows_free(list, n);
	unit_ok(store_signature_list(help->store, "b.", &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 0);
	signature_rows_free(list, n);
	unit_ok(store_signature_horizon(help->store, "a.", row.ksk_id,
	    &at, &help->err), &help->err);
	assert_int_equal(at, AT + 102);
	(void)storehelp_id(9, row.ksk_id);
	unit_ok(store_signature_horizon(help->store, "a.", row.ksk_id,
	    &at, &help->err), &help->err);
	assert_int_equal(at, 0);
	free(row.zone);
	buf_free(&row.rrsig);
}

static void
keeps_the_last_zsk_set(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct zsk_set_row row = { 0, "a.", { 1 }, "a. DNSKEY ...\n", AT };
	struct zsk_set_row got = { 0 };
	bool found = true, is;

	unit_ok(store_zsk_set_last(help->store, "a.", &got, &found,
	    &help->err), &help->err);
	assert_false(found);
	unit_ok(store_zsk_set_is_last(help->store, "a.", row.hash, &is,
	    &help->err), &help->err);
	assert_false(is);
	unit_ok(store_zsk_set_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_zsk_set_is_last(help->store, "a.", row.hash, &is,
	    &help->err), &help->err);
	assert_true(is);
	unit_ok(store_zsk_set_is_last(help->store, "b.", row.hash, &is,
	    &help->err), &help->err);
	assert_false(is);
	row.hash[0] = 2;
	unit_ok(store_zsk_set_is_last(help->store, "a.", row.hash, &is,
	    &help->err), &help->err);
	assert_false(is);
	unit_ok(store_zsk_set_put(help->store, &row, &help->err), &help->err);
	row.hash[0] = 1;
	unit_ok(store_zsk_set_is_last(help->store, "a.", row.hash, &is,
	    &help->err), &help->err);
	assert_false(is);
	row.admitted_at = AT + 2;
	unit_ok(store_zsk_set_put(help->store, &row, &help->err), &help->err);
	storehelp_committed(help);
	unit_ok(store_zsk_set_last(help->store, "a.", &got, &found,
	    &help->err), &help->err);
	assert_true(found);
	assert_string_equal(got.zone, "a.");
	assert_memory_equal(got.hash, row.hash, 32);
	assert_string_equal(got.text, row.text);
	assert_int_equal(got.admitted_at, AT + 2);
	zsk_set_row_clear(&got);
	unit_ok(store_zsk_set_last(help->store, "b.", &got, &found,
	    &help->err), &help->err);
	assert_false(found);
}

static void
keeps_intents(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct intent_row one = { .kind = "create-ksk", .token = "main",
		.label = "kmgr/ksk/1", .payload = "{}", .created_at = AT };
	struct intent_row two = one, again = one, *list = NULL;
	size_t n = 0;

	(void)storehelp_id(1, one.key_id);
	(void)storehelp_id(1, again.key_id);
	(void)storehelp_id(2, two.key_id);
	unit_ok(store_intent_put(help->store, &one, &help->err), &help->err);
	unit_ok(store_intent_put(help->store, &two, &help->err), &help->err);
	assert_true(one.id > 0 && two.id > one.id);
	unit_fails(store_intent_put(help->store, &again, &help->err),
	    &help->err, ERR_STORE, "write down an intent");
	unit_ok(store_intent_resolve(help->store, one.id, "done", AT + 9,
	    &help->err), &help->err);
	unit_fails(store_intent_resolve(help->store, one.id, "undone", AT + 9,
	    &help->err), &help->err, ERR_INTEGRITY, "not open");
	unit_fails(store_intent_resolve(help->store, 99, "done", AT + 9,
	    &help->err), &help->err, ERR_INTEGRITY, "not open");
	storehelp_committed(help);
	unit_ok(store_intent_list(help->store, NULL, &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].id, one.id);
	assert_string_equal(list[0].state, "done");
	assert_int_equal(list[0].resolved_at, AT + 9);
	intent_rows_free(list, n);
	unit_ok(store_intent_list(help->store, "open", &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].id, two.id);
	assert_string_equal(list[0].kind, "create-ksk");
	assert_string_equal(list[0].token, "main");
	assert_string_equal(list[0].key_id, two.key_id);
	assert_string_equal(list[0].label, "kmgr/ksk/1");
	assert_string_equal(list[0].payload, "{}");
	assert_int_equal(list[0].created_at, AT);
	assert_int_equal(list[0].resolved_at, 0);
	intent_rows_free(list, n);
}

static void
undoes_what_is_not_committed(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct key_row orphan = storehelp_key(9, 7, "ksk");

	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	store_rollback(help->store);
	store_rollback(help->store);
	lists_as(help, NULL, NULL, "");
	/* A key of no CMK: found when it is committed, and all is undone. */
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	unit_ok(store_key_put(help->store, &orphan, &help->err), &help->err);
	unit_fails(store_commit(help->store, &help->err), &help->err,
	    ERR_STORE, "FOREIGN KEY");
	lists_as(help, NULL, NULL, "");
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(put_ksk(help, 1, "a.", 1, 0), &help->err);
	storehelp_committed(help);
	lists_as(help, NULL, NULL, "a./1");
	key_row_clear(&orphan);
}

static int
hang_while_writing(struct store *store, struct error *err)
{
	struct json *nothing = json_new_object();

	if (store_begin(store, err) == 0 &&
	    ledger_append(store, "test", nothing, nothing, AT, err) == 0)
		(void)raise(SIGKILL);
	json_free(nothing);
	return 1;
}

static void
forgets_what_a_killed_process_wrote(void **state)
{
	struct storehelp *help = *state;
	size_t n = 9;

	assert_int_equal(storehelp_wait(storehelp_child(help,
	    hang_while_writing)), -1);
	unit_ok(ledger_verify(help->store, &n, &help->err), &help->err);
	assert_int_equal(n, 0);
	storehelp_append(help, 1);
}

static int
hold_the_lock(struct store *store, struct error *err)
{

	if (store_lock(store, 20, err) != 0)
		return 1;
	(void)raise(SIGSTOP);
	return 0;
}

static void
hands_the_lock_over(void **state)
{
	struct storehelp *help = *state;
	const struct timespec pause = { 0, 20000000 };
	char pid_text[24];
	int tries, rc = 0;
	pid_t pid;

	unit_ok(store_lock(help->store, 0, &help->err), &help->err);
	store_unlock(help->store);
	pid = storehelp_child(help, hold_the_lock);
	(void)snprintf(pid_text, sizeof(pid_text), "process %ld ", (long)pid);
	/* It has the lock a moment before it has written who it is. */
	for (tries = 0; tries < 500; tries++) {
		err_clear(&help->err);
		rc = store_lock(help->store, 0, &help->err);
		if (rc != 0 && strstr(help->err.hint, pid_text) != NULL)
			break;
		if (rc == 0)
			store_unlock(help->store);
		(void)nanosleep(&pause, NULL);
	}
	unit_fails(rc, &help->err, ERR_STORE, "another kmgr is at work");
	/* The holder dies with the lock; whoever waits gets it. */
	(void)kill(pid, SIGKILL);
	unit_ok(store_lock(help->store, 20, &help->err), &help->err);
	assert_int_equal(storehelp_wait(pid), -1);
	store_unlock(help->store);
}

static void
makes_ids_and_names(void **state)
{
	struct storehelp *help = *state;
	char one[STORE_ID_TEXT], two[STORE_ID_TEXT];
	char *path = store_token_lock_path(help->store, "main");

	unit_ok(store_id_new(one, &help->err), &help->err);
	unit_ok(store_id_new(two, &help->err), &help->err);
	assert_int_equal(strspn(one, "0123456789abcdef"), 32);
	assert_string_not_equal(one, two);
	assert_string_equal(path + strlen(path) - 10, ".main.lock");
	assert_int_equal(path[0], '/');
	free(path);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(keeps_ksks),
		STOREHELP_TEST(keeps_all_that_a_ksk_has),
		STOREHELP_TEST(keeps_what_the_parent_showed),
		STOREHELP_TEST(retires_a_ksk_once),
		STOREHELP_TEST(lists_ksks_by_zone_and_cmk),
		STOREHELP_TEST(finds_the_first_ksk_of_a_key),
		STOREHELP_TEST(finds_who_uses_a_key),
		STOREHELP_TEST(has_one_ksk_per_generation_and_tag),
		STOREHELP_TEST(keeps_signatures),
		STOREHELP_TEST(keeps_the_last_zsk_set),
		STOREHELP_TEST(keeps_intents),
		STOREHELP_TEST(undoes_what_is_not_committed),
		STOREHELP_TEST(forgets_what_a_killed_process_wrote),
		STOREHELP_TEST(hands_the_lock_over),
		STOREHELP_TEST(makes_ids_and_names),
	};

	return storehelp_run(tests, N_OF(tests));
}
