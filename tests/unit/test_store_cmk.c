/* What every backend answers to questions about CMKs and keys. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"

#define AT 1800000000

static void
keeps_cmks(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row put = storehelp_cmk(2), got = { 0 }, *list = NULL;
	struct key_row seal_key = storehelp_key(102, 2, "seal");
	bool found = false;
	size_t n = 0;

	unit_ok(store_cmk_put(help->store, &put, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &seal_key, &help->err), &help->err);
	storehelp_committed(help);
	unit_ok(store_cmk_find(help->store, "cmk-2", &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_string_equal(got.id, put.id);
	assert_string_equal(got.name, put.name);
	assert_string_equal(got.token, put.token);
	assert_string_equal(got.state, "draft");
	assert_string_equal(got.key_id, put.key_id);
	assert_int_equal(got.created_at, put.created_at);
	assert_string_equal(got.token_identity, put.token_identity);
	assert_string_equal(got.probe, put.probe);
	assert_string_equal(got.policy, put.policy);
	assert_memory_equal(got.policy_hash, put.policy_hash, 32);
	assert_int_equal(got.sealed_at, 0);
	assert_null(got.seal);
	assert_null(got.seal_signature);
	cmk_row_clear(&got);

	unit_ok(store_cmk_find(help->store, put.id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_string_equal(got.name, "cmk-2");
	cmk_row_clear(&got);
	unit_ok(store_cmk_find(help->store, "cmk", &got, &found, &help->err),
	    &help->err);
	assert_false(found);

	unit_ok(store_cmk_list(help->store, &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].name, "cmk-1");
	assert_string_equal(list[1].name, "cmk-2");
	cmk_rows_free(list, n);
	cmk_row_clear(&put);
	key_row_clear(&seal_key);
}

static void
refuses_a_second_cmk_of_a_name(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row cmk = storehelp_cmk(2);

	free(cmk.name);
	cmk.name = mem_strdup("cmk-1");
	unit_fails(store_cmk_put(help->store, &cmk, &help->err), &help->err,
	    ERR_INPUT, "there is a CMK \"cmk-1\" already");
	free(cmk.name);
	cmk.name = mem_strdup("00000000000000000000000000000001");
	unit_fails(store_cmk_put(help->store, &cmk, &help->err), &help->err,
	    ERR_INPUT, "looks like an id");
	cmk_row_clear(&cmk);
}

static void
seals_a_cmk_once(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row cmk = storehelp_cmk(1), got = { 0 };
	bool found = false;

	storehelp_seal(&cmk);
	unit_ok(store_cmk_seal(help->store, &cmk, &help->err), &help->err);
	unit_fails(store_cmk_seal(help->store, &cmk, &help->err), &help->err,
	    ERR_INTEGRITY, "sealed already");
	(void)storehelp_id(9, cmk.id);
	unit_fails(store_cmk_seal(help->store, &cmk, &help->err), &help->err,
	    ERR_INTEGRITY, "or gone");
	storehelp_committed(help);
	unit_ok(store_cmk_find(help->store, "cmk-1", &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_string_equal(got.state, "enabled");
	assert_int_equal(got.sealed_at, AT);
	assert_string_equal(got.seal, cmk.seal);
	assert_string_equal(got.seal_signature, "c2ln");
	cmk_row_clear(&cmk);
	cmk_row_clear(&got);
}

static void
keeps_keys(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct key_row got = { 0 }, *list = NULL;
	char id[STORE_ID_TEXT];
	bool found = false;
	size_t n = 0;

	storehelp_committed(help);
	unit_ok(store_key_find(help->store, storehelp_id(2, id), &got, &found,
	    &help->err), &help->err);
	assert_true(found);
	assert_string_equal(got.id, id);
	assert_string_equal(got.cmk_id, storehelp_id(1, id));
	assert_string_equal(got.role, "ksk");
	assert_string_equal(got.label, "kmgr/ksk/2");
	assert_int_equal(got.alg, 13);
	assert_int_equal(got.bits, 256);
	assert_int_equal(got.spki.len, 3);
	assert_memory_equal(got.spki.data, "\x30\0\xff", 3);
	assert_string_equal(got.attributes, "{}");
	assert_false(got.is_shared);
	assert_int_equal(got.created_at, AT + 2);
	key_row_clear(&got);
	unit_ok(store_key_find(help->store, storehelp_id(9, id), &got, &found,
	    &help->err), &help->err);
	assert_false(found);
	unit_ok(store_key_list(help->store, &list, &n, &help->err),
	    &help->err);
	assert_int_equal(n, 4);
	assert_string_equal(list[3].role, "seal");
	key_rows_free(list, n);
}

static void
finds_the_newest_shared_key(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct key_row key, got = { 0 };
	char id[STORE_ID_TEXT];
	bool found = true;
	unsigned int i;

	(void)storehelp_id(1, id);
	unit_ok(store_key_shared(help->store, id, &got, &found, &help->err),
	    &help->err);
	assert_false(found);
	for (i = 11; i <= 13; i++) {
		key = storehelp_key(i, 1, "ksk");
		key.is_shared = i != 13;
		unit_ok(store_key_put(help->store, &key, &help->err),
		    &help->err);
		key_row_clear(&key);
	}
	storehelp_committed(help);
	unit_ok(store_key_shared(help->store, id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_true(got.is_shared);
	assert_string_equal(got.id, storehelp_id(12, id));
	key_row_clear(&got);
	(void)storehelp_id(2, id);
	unit_ok(store_key_shared(help->store, id, &got, &found, &help->err),
	    &help->err);
	assert_false(found);
}

/* A pair that no zone has any more is not shared with the next one. */
static void
finds_no_shared_key_that_has_ended(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct key_row key = storehelp_key(11, 1, "ksk"), got = { 0 };
	struct ksk_row ksk = storehelp_ksk(11, "a.", 1);
	char id[STORE_ID_TEXT];
	bool found = false;

	key.is_shared = true;
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	(void)storehelp_id(1, id);
	unit_ok(store_key_shared(help->store, id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	key_row_clear(&got);
	storehelp_retire(&ksk);
	unit_ok(store_ksk_retire(help->store, &ksk, &help->err), &help->err);
	unit_ok(store_key_shared(help->store, id, &got, &found, &help->err),
	    &help->err);
	assert_false(found);
	storehelp_committed(help);
	key_row_clear(&key);
	ksk_row_clear(&ksk);
}

/* What there is of the CMK name, or id, in the store. */
static struct cmk_row
cmk_of(struct storehelp *help, const char *name)
{
	struct cmk_row got = { 0 };
	bool found = false;

	unit_ok(store_cmk_find(help->store, name, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	return got;
}

static void
keeps_all_that_a_cmk_has(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row put = storehelp_cmk(2), got;
	struct key_row key = storehelp_key(102, 2, "seal");

	storehelp_seal(&put);
	free(put.state);
	put.state = mem_strdup("pending-deletion");
	put.deletion_at = AT + 7;
	put.identity_key_id = mem_strdup(key.id);
	put.identity = mem_strdup("{\"key\":1}");
	put.identity_signature = mem_strdup("aWQ=");
	put.horizon_at = AT + 8;
	free(put.contact);
	put.contact = mem_strdup("dns@example.net\n");
	free(put.tags);
	put.tags = mem_strdup("{\"a\":\"\303\244\"}");
	unit_ok(store_cmk_put(help->store, &put, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	storehelp_committed(help);
	got = cmk_of(help, "cmk-2");
	assert_string_equal(got.token, "main");
	assert_string_equal(got.seal_token, "vault");
	assert_string_equal(got.state, "pending-deletion");
	assert_int_equal(got.deletion_at, AT + 7);
	assert_string_equal(got.key_id, key.id);
	assert_int_equal(got.sealed_at, AT);
	assert_string_equal(got.seal, put.seal);
	assert_string_equal(got.seal_signature, put.seal_signature);
	assert_string_equal(got.identity_key_id, key.id);
	assert_string_equal(got.identity, put.identity);
	assert_string_equal(got.identity_signature, "aWQ=");
	assert_int_equal(got.horizon_at, AT + 8);
	assert_string_equal(got.contact, "dns@example.net\n");
	assert_string_equal(got.tags, put.tags);
	cmk_row_clear(&put);
	cmk_row_clear(&got);
	key_row_clear(&key);
}

static void
replaces_the_policy_of_a_draft(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row cmk = storehelp_cmk(1), got;

	free(cmk.policy);
	cmk.policy = mem_strdup("{\"version\":2}");
	memset(cmk.policy_hash, 0xcd, sizeof(cmk.policy_hash));
	unit_ok(store_cmk_set_policy(help->store, &cmk, &help->err),
	    &help->err);
	storehelp_committed(help);
	got = cmk_of(help, cmk.id);
	assert_string_equal(got.policy, cmk.policy);
	assert_memory_equal(got.policy_hash, cmk.policy_hash, 32);
	assert_string_equal(got.state, "draft");
	cmk_row_clear(&got);

	unit_ok(store_begin(help->store, &help->err), &help->err);
	storehelp_seal(&cmk);
	unit_ok(store_cmk_seal(help->store, &cmk, &help->err), &help->err);
	cmk.policy[0] = '[';
	unit_fails(store_cmk_set_policy(help->store, &cmk, &help->err),
	    &help->err, ERR_INTEGRITY, "it is sealed or gone");
	(void)storehelp_id(9, cmk.id);
	unit_fails(store_cmk_set_policy(help->store, &cmk, &help->err),
	    &help->err, ERR_INTEGRITY, "it is sealed or gone");
	storehelp_committed(help);
	got = cmk_of(help, "cmk-1");
	assert_string_equal(got.policy, "{\"version\":2}");
	cmk_row_clear(&got);
	cmk_row_clear(&cmk);
}

static void
has_one_identity_key(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row cmk = storehelp_cmk(1), got = cmk_of(help, "cmk-1");
	struct key_row key = storehelp_key(104, 1, "identity");

	assert_null(got.identity_key_id);
	assert_null(got.identity);
	assert_null(got.identity_signature);
	cmk_row_clear(&got);
	cmk.identity_key_id = mem_strdup(key.id);
	cmk.identity = mem_strdup("{\"key\":1}");
	cmk.identity_signature = mem_strdup("aWQ=");
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	unit_ok(store_cmk_set_identity(help->store, &cmk, &help->err),
	    &help->err);
	cmk.identity[8] = '2';
	unit_fails(store_cmk_set_identity(help->store, &cmk, &help->err),
	    &help->err, ERR_INTEGRITY, "has an identity key already");
	storehelp_committed(help);
	got = cmk_of(help, "cmk-1");
	assert_string_equal(got.identity_key_id, key.id);
	assert_string_equal(got.identity, "{\"key\":1}");
	assert_string_equal(got.identity_signature, "aWQ=");
	cmk_row_clear(&got);
	cmk_row_clear(&cmk);
	key_row_clear(&key);
}

static void
set_state(struct storehelp *help, struct cmk_row *cmk, const char *word,
    int64_t deletion_at)
{
	struct cmk_row got;

	free(cmk->state);
	cmk->state = mem_strdup(word);
	cmk->deletion_at = deletion_at;
	unit_ok(store_cmk_set_state(help->store, cmk, &help->err),
	    &help->err);
	got = cmk_of(help, cmk->id);
	assert_string_equal(got.state, word);
	assert_int_equal(got.deletion_at, deletion_at);
	cmk_row_clear(&got);
}

static void
walks_through_the_states_of_a_cmk(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row cmk = storehelp_cmk(1);

	storehelp_seal(&cmk);
	unit_ok(store_cmk_seal(help->store, &cmk, &help->err), &help->err);
	set_state(help, &cmk, "disabled", 0);
	set_state(help, &cmk, "enabled", 0);
	set_state(help, &cmk, "pending-deletion", AT + 7);
	set_state(help, &cmk, "disabled", 0);
	set_state(help, &cmk, "deleted", 0);
	free(cmk.state);
	cmk.state = mem_strdup("enabled");
	unit_fails(store_cmk_set_state(help->store, &cmk, &help->err),
	    &help->err, ERR_STORE, "does not come back");
	(void)storehelp_id(9, cmk.id);
	unit_fails(store_cmk_set_state(help->store, &cmk, &help->err),
	    &help->err, ERR_STORE, "the store has no CMK");
	cmk_row_clear(&cmk);
}

static void
renames_a_cmk(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row cmk = storehelp_cmk(1), other = storehelp_cmk(2), got;
	struct key_row key = storehelp_key(102, 2, "seal");

	unit_ok(store_cmk_put(help->store, &other, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	free(cmk.name);
	cmk.name = mem_strdup("cmk-2");
	unit_fails(store_cmk_set_info(help->store, &cmk, &help->err),
	    &help->err, ERR_INPUT, "there is a CMK \"cmk-2\" already");
	memcpy(cmk.name, "renam", 5);
	free(cmk.contact);
	cmk.contact = mem_strdup("noc");
	free(cmk.tags);
	cmk.tags = mem_strdup("{\"env\":\"test\"}");
	unit_ok(store_cmk_set_info(help->store, &cmk, &help->err), &help->err);
	free(cmk.name);
	cmk.name = mem_strdup(other.id);
	unit_fails(store_cmk_set_info(help->store, &cmk, &help->err),
	    &help->err, ERR_INPUT, "looks like an id");
	storehelp_committed(help);
	got = cmk_of(help, "renam");
	assert_string_equal(got.id, cmk.id);
	assert_string_equal(got.contact, "noc");
	assert_string_equal(got.tags, "{\"env\":\"test\"}");
	cmk_row_clear(&got);
	got = cmk_of(help, "cmk-2");
	assert_string_equal(got.contact, "");
	assert_string_equal(got.tags, "{}");
	cmk_row_clear(&got);
	cmk_row_clear(&cmk);
	cmk_row_clear(&other);
	key_row_clear(&key);
}

static void
says_what_it_cannot_rename(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row gone = storehelp_cmk(9);

	unit_fails(store_cmk_set_info(help->store, &gone, &help->err),
	    &help->err, ERR_STORE, "the store has no CMK");
	unit_fails(store_cmk_raise_horizon(help->store, gone.id, AT,
	    &help->err), &help->err, ERR_STORE, "the store has no CMK");
	cmk_row_clear(&gone);
}

static void
never_lowers_a_horizon(void **state)
{
	static const struct {
		int64_t at, then;
	} steps[] = { { AT, AT }, { AT - 5, AT }, { AT, AT },
		{ AT + 5, AT + 5 }, { 1, AT + 5 } };
	struct storehelp *help = storehelp_begun(state);
	struct cmk_row got = cmk_of(help, "cmk-1");
	char id[STORE_ID_TEXT];
	size_t i;

	(void)storehelp_id(1, id);
	assert_int_equal(got.horizon_at, 0);
	cmk_row_clear(&got);
	for (i = 0; i < N_OF(steps); i++) {
		unit_ok(store_cmk_raise_horizon(help->store, id, steps[i].at,
		    &help->err), &help->err);
		got = cmk_of(help, "cmk-1");
		assert_int_equal(got.horizon_at, steps[i].then);
		cmk_row_clear(&got);
	}
}

static void
keeps_wrapped_keys(void **state)
{
	struct storehelp *help = storehelp_begun(state);
	struct key_row wrap = storehelp_key(11, 1, "wrap"), got = { 0 };
	struct key_row key = storehelp_key(12, 1, "ksk");
	bool found = false;

	wrap.alg = 0;
	buf_free(&wrap.spki);
	key.wrap_key_id = mem_strdup(wrap.id);
	buf_add(&key.blob, "\0wrapped\xff", 9);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &wrap, &help->err), &help->err);
	storehelp_committed(help);
	unit_ok(store_key_find(help->store, key.id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_string_equal(got.wrap_key_id, wrap.id);
	assert_int_equal(got.blob.len, 9);
	assert_memory_equal(got.blob.data, "\0wrapped\xff", 9);
	assert_int_equal(got.created_at, AT + 12);
	key_row_clear(&got);
	unit_ok(store_key_find(help->store, wrap.id, &got, &found, &help->err),
	    &help->err);
	assert_true(found);
	assert_null(got.wrap_key_id);
	assert_int_equal(got.blob.len, 0);
	assert_int_equal(got.spki.len, 0);
	key_row_clear(&got);
	key_row_clear(&key);
	key_row_clear(&wrap);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(keeps_cmks),
		STOREHELP_TEST(refuses_a_second_cmk_of_a_name),
		STOREHELP_TEST(seals_a_cmk_once),
		STOREHELP_TEST(keeps_all_that_a_cmk_has),
		STOREHELP_TEST(replaces_the_policy_of_a_draft),
		STOREHELP_TEST(has_one_identity_key),
		STOREHELP_TEST(walks_through_the_states_of_a_cmk),
		STOREHELP_TEST(renames_a_cmk),
		STOREHELP_TEST(says_what_it_cannot_rename),
		STOREHELP_TEST(never_lowers_a_horizon),
		STOREHELP_TEST(keeps_keys),
		STOREHELP_TEST(keeps_wrapped_keys),
		STOREHELP_TEST(finds_the_newest_shared_key),
		STOREHELP_TEST(finds_no_shared_key_that_has_ended),
	};

	return storehelp_run(tests, N_OF(tests));
}
