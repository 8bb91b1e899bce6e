/*
 * Many plans, approvals, responses, and keys that were left behind: each is
 * found among the others, and what a store has is not written twice.
 */
#include "tests/unit/storehelp.h"

#include <stdio.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/replay.h"
#include "kmgr/store/store_intent.h"
#include "kmgr/store/store_ksr.h"
#include "kmgr/store/store_plan.h"
#include "tests/unit/ledgerhelp.h"

#define N     50
#define CMK   "de73606ebf6ad99f3f009e07ea9149b0"
#define HEX64 "000000000000000000000000000000000000000000000000000000000000"
#define AT    1795413600

/* An event of that payload, which is freed. */
static void
happen(struct storehelp *help, struct replay *replay, const char *type,
    char *payload_take)
{
	char *name = mem_strdup(type);
	const struct ledger_record record = { .seq = 100, .type = name,
		.payload = payload_take, .at = AT };

	unit_ok(replay_event(replay, &record, &help->err), &help->err);
	free(name);
	free(payload_take);
}

static void
plan(struct storehelp *help, struct replay *replay, unsigned int i)
{

	happen(help, replay, "plan", mem_printf("{\"plan_hash\":\"" HEX64
	    "%04x\",\"cmk_id\":\"" CMK "\",\"op\":\"roll\",\"plan\":"
	    "\"{\\\"created_at\\\":%d,\\\"expires_at\\\":%d}\"}", i, AT,
	    AT + 1));
}

static void
approve(struct storehelp *help, struct replay *replay, unsigned int i,
    const char *who)
{

	happen(help, replay, "approval", mem_printf("{\"plan_hash\":\"" HEX64
	    "%04x\",\"who\":\"%s\",\"fingerprint\":\"of %s\","
	    "\"signature\":\"%s signs %u\"}", i, who, who, who, i));
}

static void
abandon(struct storehelp *help, struct replay *replay, unsigned int i)
{

	happen(help, replay, "abandoned", mem_printf("{\"intent\":"
	    "\"create-ksk\",\"token\":\"main\",\"key_id\":\"%032x\","
	    "\"label\":\"left %u\"}", i, i));
}

static void
answer(struct storehelp *help, struct replay *replay, unsigned int i,
    const char *zone)
{

	happen(help, replay, "sign-ksr", mem_printf("{\"zone\":\"%s\","
	    "\"cmk_id\":\"" CMK "\",\"responses\":[{\"id\":\"%032x\","
	    "\"kind\":\"regular\",\"format\":\"bind\","
	    "\"request_hash\":\"" HEX64 "%04x\",\"response_hash\":\"" HEX64
	    "%04x\",\"plan_hash\":\"" HEX64 "%04x\",\"bundle_ids\":[],"
	    "\"ksk_ids\":[],\"expires_at\":%lld}],\"ksks\":[]}", zone, i, i, i,
	    i, 4000000000LL));
}

/* A past of one CMK, with responses before what ends some of them. */
static struct replay *
past(struct storehelp *help)
{
	struct replay *replay = replay_new();
	struct ledger_record *records;
	unsigned int k;
	size_t i, n;
	bool is_over = false;

	records = ledgerhelp_read(LEDGERHELP_PAST, &n);
	for (i = 0; i < n; i++) {
		for (k = 0; !is_over && k < N && strcmp(records[i].type,
		    "ds-seen") == 0; k++)
			answer(help, replay, k, k % 3 == 0 ? "example.com." :
			    k % 3 == 1 ? "example.net." : "example.org.");
		is_over = is_over || strcmp(records[i].type, "ds-seen") == 0;
		unit_ok(replay_event(replay, &records[i], &help->err),
		    &help->err);
	}
	ledger_records_free(records, n);
	return replay;
}

static void
write_twice(struct storehelp *help, const struct replay *replay)
{
	int i;

	for (i = 0; i < 2; i++) {
		unit_ok(store_begin(help->store, &help->err), &help->err);
		unit_ok(replay_write(replay, help->store, &help->err),
		    &help->err);
		unit_ok(store_commit(help->store, &help->err), &help->err);
	}
}

static void
each_plan_has_its_approvals(void **state)
{
	struct storehelp *help = *state;
	struct replay *replay = past(help);
	char hash[2 * CRYPTO_SHA256_LEN + 1], text[64];
	struct approval_row *rows;
	unsigned int i;
	size_t n;

	for (i = 0; i < N; i++)
		plan(help, replay, i);
	for (i = N; i-- > 0;)
		approve(help, replay, i, "ann");
	for (i = 0; i < N; i += 2)
		approve(help, replay, i, "bob");
	write_twice(help, replay);
	for (i = 0; i < N; i++) {
		(void)snprintf(hash, sizeof(hash), HEX64 "%04x", i);
		(void)snprintf(text, sizeof(text), "ann signs %u", i);
		unit_ok(store_approval_list(help->store, hash, &rows, &n,
		    &help->err), &help->err);
		assert_int_equal(n, i % 2 == 0 ? 2 : 1);
		assert_true(strcmp(rows[0].signature, text) == 0 ||
		    strcmp(rows[n - 1].signature, text) == 0);
		approval_rows_free(rows, n);
	}
	replay_free(replay);
}

/* However often it is told of. */
static void
what_is_left_behind_is_there_once(void **state)
{
	struct storehelp *help = *state;
	struct replay *replay = past(help);
	struct intent_row *rows;
	unsigned int i;
	size_t n;

	for (i = 0; i < 2 * N; i++)
		abandon(help, replay, (7 * i) % N);
	write_twice(help, replay);
	unit_ok(store_intent_list(help->store, "abandoned", &rows, &n,
	    &help->err), &help->err);
	assert_int_equal(n, N);
	for (i = 0; i < N; i++)
		assert_true(replay_is_abandoned(replay, rows[i].key_id));
	assert_false(replay_is_abandoned(replay, CMK));
	intent_rows_free(rows, n);
	replay_free(replay);
}

/* All of its zone, and none of another. */
static void
a_fact_ends_the_responses_of_its_zone(void **state)
{
	struct storehelp *help = *state;
	struct replay *replay = past(help);
	struct ksr_row *rows;
	size_t i, n, n_ended = 0;

	write_twice(help, replay);
	unit_ok(store_ksr_list(help->store, NULL, &rows, &n, &help->err),
	    &help->err);
	assert_int_equal(n, N);
	for (i = 0; i < n; i++) {
		if (strcmp(rows[i].zone, "example.org.") == 0)
			assert_true(rows[i].superseded_at == 0);
		if (strcmp(rows[i].zone, "example.com.") == 0)
			n_ended += rows[i].superseded_at != 0;
	}
	assert_int_equal(n_ended, (N + 2) / 3);
	ksr_rows_free(rows, n);
	replay_free(replay);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(each_plan_has_its_approvals),
		STOREHELP_TEST(what_is_left_behind_is_there_once),
		STOREHELP_TEST(a_fact_ends_the_responses_of_its_zone),
	};

	return storehelp_run_sqlite(tests, N_OF(tests));
}
