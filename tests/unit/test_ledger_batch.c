#include "tests/unit/unit.h"

#include "kmgr/engine/ledger_batch.h"

/* Take the record seq, whose proof begins with place. */
static int
take(struct ledger_batch *batch, int64_t seq, const char *place,
    struct error *err)
{
	struct ledger_record record = { .seq = seq };
	char proof[64];

	record.prev[0] = (uint8_t)seq;
	(void)snprintf(proof, sizeof(proof), strchr(place, ' ') == NULL ?
	    "%s AAAA" : "%s", place);
	return ledger_batch_take(batch, &record, proof, err);
}

static void
a_batch_stands_in_one_piece(void **state)
{
	struct ledger_batch batch = { 0 };
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(ledger_batch_end(&batch, &err), &err);
	unit_ok(take(&batch, 5, "0/3", &err), &err);
	assert_int_equal(batch.seq, 4);
	assert_int_equal(batch.head[0], 5);
	unit_ok(take(&batch, 6, "1/3", &err), &err);
	unit_ok(take(&batch, 7, "2/3", &err), &err);
	/* The head of all is the one before the first. */
	assert_int_equal(batch.seq, 4);
	assert_int_equal(batch.head[0], 5);
	unit_ok(take(&batch, 8, "0/1", &err), &err);
	assert_int_equal(batch.seq, 7);
	assert_int_equal(batch.head[0], 8);
	unit_ok(ledger_batch_end(&batch, &err), &err);
}

static void
nothing_is_missing_or_moved(void **state)
{
	static const struct {
		int64_t		 seq;
		const char	*place;
	} wrong[] = {
		{ 6, "2/3" }, { 7, "1/3" }, { 6, "1/2" }, { 6, "1/4" },
		{ 7, "2/3" }, { 6, "3/3" }, { 6, "1/3 AAAB" },
	};
	struct ledger_batch batch = { 0 };
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	unit_fails(take(&batch, 5, "1/3", &err), &err, ERR_INTEGRITY,
	    "it is KSK 2 of 3");
	for (i = 0; i < N_OF(wrong); i++) {
		unit_ok(take(&batch, 5, "0/3", &err), &err);
		unit_fails(take(&batch, wrong[i].seq, wrong[i].place, &err),
		    &err, ERR_INTEGRITY, "");
		unit_fails(ledger_batch_end(&batch, &err), &err,
		    ERR_INTEGRITY, "of the 3 KSKs that were endorsed together "
		    "at event 5 the ledger tells of 1");
		unit_ok(ledger_batch_end(&batch, &err), &err);
	}
	/* Another one begins too early. */
	unit_ok(take(&batch, 5, "0/3", &err), &err);
	unit_ok(take(&batch, 6, "1/3", &err), &err);
	unit_fails(take(&batch, 7, "0/2", &err), &err, ERR_INTEGRITY,
	    "tells of 2");
	/* It is said once. */
	unit_ok(take(&batch, 8, "1/2", &err), &err);
	unit_ok(ledger_batch_end(&batch, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_stands_in_one_piece),
		cmocka_unit_test(nothing_is_missing_or_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
