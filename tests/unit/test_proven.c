#include "tests/unit/unit.h"

#include <pthread.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/proven.h"
#include "kmgr/engine/statement.h"
#include "tests/unit/endorsed.h"

#define N_STATEMENTS 300	/* beyond the first few sizes of the set */
#define N_THREADS    4

static struct endorsed *by;

static int
set_up(void **state)
{

	(void)state;
	by = endorsed_new(ENDORSED_P256, ENDORSED_ZONES, "example.com.");
	return 0;
}

static int
tear_down(void **state)
{

	(void)state;
	endorsed_free(by);
	return 0;
}

static void
only_what_was_verified_is_proven(void **state)
{
	struct proven *proven = proven_new(by->cmk.public);
	struct error err = ERR_INIT;
	char *signature, *other;
	int round;

	(void)state;
	signature = endorsed_sign(by, STATEMENT_BATCH, "text");
	other = endorsed_sign(by, STATEMENT_BATCH, "other");
	/* The second time all are asked of one that knows the statement. */
	for (round = 0; round < 2; round++) {
		unit_fails(proven_verify(proven, STATEMENT_BATCH, "other",
		    signature, &err), &err, ERR_INTEGRITY, "not verify");
		unit_fails(proven_verify(proven, STATEMENT_BATCH, "text",
		    other, &err), &err, ERR_INTEGRITY, "not verify");
		unit_fails(proven_verify(proven, STATEMENT_CHECKPOINT, "text",
		    signature, &err), &err, ERR_INTEGRITY, "not verify");
		unit_fails(proven_verify(proven, STATEMENT_BATCH, "text",
		    "AAAA", &err), &err, ERR_INTEGRITY, "");
		unit_fails(proven_verify(proven, STATEMENT_BATCH, "text",
		    NULL, &err), &err, ERR_INTEGRITY, "missing");
		unit_fails(proven_verify(proven, STATEMENT_BATCH, NULL,
		    signature, &err), &err, ERR_INTEGRITY, "missing");
		unit_ok(proven_verify(proven, STATEMENT_BATCH, "text",
		    signature, &err), &err);
	}
	free(signature);
	free(other);
	proven_free(proven);
}

/* What one key has signed another has not. */
static void
each_key_proves_for_itself(void **state)
{
	struct endorsed *other = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct proven *first = proven_new(by->cmk.public);
	struct proven *second = proven_new(other->cmk.public);
	char *signature = endorsed_sign(by, STATEMENT_BATCH, "text");
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(proven_verify(first, STATEMENT_BATCH, "text", signature,
	    &err), &err);
	unit_fails(proven_verify(second, STATEMENT_BATCH, "text", signature,
	    &err), &err, ERR_INTEGRITY, "not verify");
	proven_free(first);
	proven_free(second);
	free(signature);
	endorsed_free(other);
}

struct work {
	struct proven	*proven;
	char		*texts[N_STATEMENTS];
	char		*signatures[N_STATEMENTS];
};

static void *
verify_all(void *arg)
{
	const struct work *work = arg;
	struct error err = ERR_INIT;
	size_t i, n = 0;

	for (i = 0; i < N_STATEMENTS; i++) {
		n += proven_verify(work->proven, STATEMENT_BATCH,
		    work->texts[i], work->signatures[i], &err) == 0;
		n += proven_verify(work->proven, STATEMENT_BATCH,
		    work->texts[i], work->signatures[(i + 1) % N_STATEMENTS],
		    &err) != 0;
	}
	return n == 2 * N_STATEMENTS ? arg : NULL;
}

static void
threads_share_what_is_proven(void **state)
{
	struct work work = { .proven = proven_new(by->cmk.public) };
	pthread_t threads[N_THREADS];
	void *told;
	size_t i;

	(void)state;
	for (i = 0; i < N_STATEMENTS; i++) {
		work.texts[i] = mem_printf("statement %zu", i);
		work.signatures[i] = endorsed_sign(by, STATEMENT_BATCH,
		    work.texts[i]);
	}
	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, verify_all,
		    &work), 0);
	for (i = 0; i < N_THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &told), 0);
		assert_ptr_equal(told, &work);
	}
	for (i = 0; i < N_STATEMENTS; i++) {
		free(work.texts[i]);
		free(work.signatures[i]);
	}
	proven_free(work.proven);
}

/* The event of a number, which hashes to as many of a byte. */
static struct proven_event
event_of(int64_t seq, uint8_t byte)
{
	struct proven_event event = { .seq = seq, .index = (size_t)seq % 64,
		.n = 64 };

	memset(event.hash, byte, sizeof(event.hash));
	return event;
}

static bool
knows(struct proven *proven, int64_t seq, uint8_t byte)
{
	struct proven_event event = event_of(seq, byte), out = { 0 };
	const bool is_known = proven_knows(proven, seq, event.hash, &out);

	assert_int_equal(out.seq, is_known ? seq : 0);
	assert_int_equal(out.index, is_known ? event.index : 0);
	return is_known;
}

static void
note(struct proven *proven, int64_t seq, uint8_t byte)
{
	const struct proven_event event = event_of(seq, byte);

	proven_note(proven, &event);
}

static void
only_events_that_were_noted_are_known(void **state)
{
	struct proven *proven = proven_new(by->cmk.public);
	int64_t seq;

	(void)state;
	assert_false(knows(proven, 1, 1));
	for (seq = 10; seq < 20; seq++)
		note(proven, seq, 1);
	assert_true(knows(proven, 10, 1));
	assert_true(knows(proven, 19, 1));
	assert_false(knows(proven, 19, 2));
	assert_false(knows(proven, 20, 1));
	assert_false(knows(proven, 9, 1));
	/* What came to nothing is not what stands there now. */
	note(proven, 15, 2);
	assert_true(knows(proven, 15, 2));
	assert_false(knows(proven, 15, 1));
	assert_false(knows(proven, 16, 1));
	assert_true(knows(proven, 14, 1));
	/* Old ones are forgotten, and never the last ones. */
	for (seq = 20; seq < 20000; seq++)
		note(proven, seq, 3);
	assert_false(knows(proven, 10, 1));
	for (seq = 19000; seq < 20000; seq++)
		assert_true(knows(proven, seq, 3));
	proven_free(proven);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_events_that_were_noted_are_known),
		cmocka_unit_test(only_what_was_verified_is_proven),
		cmocka_unit_test(each_key_proves_for_itself),
		cmocka_unit_test(threads_share_what_is_proven),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
