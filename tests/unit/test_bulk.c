/*
 * kmgr/engine/bulk.c: batches in a ring, that are used again while signers are
 * behind. What a zone is, what proves it and what signs it is made up here.
 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/bulk.h"
#include "tests/unit/bulkhelp.h"

#define ZONES	  180
#define RING	  4		/* places, with one signer */
#define BEHIND_US 500
#define ROOM_TRIES 20000	/* milliseconds, and more */
#define WHOLE	  4		/* batches: 16, 64, 64 and what is left */

/* In the place of what the engine has under these names. */
struct zsks_keys {
	char none;
};

struct zsks {
	size_t zone;
	bool   has_failed;
};

/* What became of a zone. */
struct zone {
	atomic_int	 n_proved, n_signed, n_recorded;
};

static struct zone zones[ZONES];

/* Linked with --wrap: signers are slow to come back for the next zone. */
static _Thread_local bool is_behind;
static bool are_behind;
int __real_pthread_mutex_lock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);

int
__wrap_pthread_mutex_lock(pthread_mutex_t *lock)
{
	const struct timespec pause = { 0, BEHIND_US * 1000L };

	if (is_behind)
		(void)nanosleep(&pause, NULL);
	return __real_pthread_mutex_lock(lock);
}

/*
 * Likewise: which condition waits by a clock that nobody turns, and until when
 * the caller's thread waits.
 */
static const pthread_cond_t *steady;
static size_t n_timed;
int __real_pthread_cond_init(pthread_cond_t *cond,
    const pthread_condattr_t *attr);
int __wrap_pthread_cond_init(pthread_cond_t *cond,
    const pthread_condattr_t *attr);
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
    const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
    const struct timespec *until);

int
__wrap_pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
	clockid_t clock = CLOCK_REALTIME;

	if (attr != NULL)
		(void)pthread_condattr_getclock(attr, &clock);
	if (clock == CLOCK_MONOTONIC)
		steady = cond;
	return __real_pthread_cond_init(cond, attr);
}

int
__wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
    const struct timespec *until)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	assert_ptr_equal(cond, steady);
	assert_in_range(until->tv_sec, 0, now.tv_sec + 2);
	n_timed++;
	return __real_pthread_cond_timedwait(cond, lock, until);
}

struct zsks_keys *
zsks_keys_new(void)
{

	return mem_new(sizeof(struct zsks_keys));
}

struct zsks_keys *
zsks_keys_beside(struct zsks_keys *keys)
{
	struct zsks_keys *own = zsks_keys_new();

	(void)keys;
	is_behind = are_behind;
	return own;
}

/* Of the first zone's signer, who has no room before another one rests. */
static bool is_crowded;
static atomic_int n_rests;

void
zsks_keys_rest(struct zsks_keys *keys)
{

	(void)keys;
	atomic_fetch_add(&n_rests, 1);
}

static bool
gets_room(void)
{
	const struct timespec pause = { 0, 1000000L };
	int i;

	for (i = 0; i < ROOM_TRIES && atomic_load(&n_rests) == 0; i++)
		(void)nanosleep(&pause, NULL);
	return atomic_load(&n_rests) > 0;
}

void
zsks_keys_free(struct zsks_keys *keys)
{

	free(keys);
}

/* The text that was loaded for a zone is its number. */
int
zsks_prepare(struct session *session, struct cmk_cache *cache,
    const struct zsks_request *request, struct zsks **out, struct error *err)
{

	(void)session;
	(void)cache;
	(void)err;
	*out = mem_new(sizeof(**out));
	(*out)->zone = strtoul(request->text, NULL, 10);
	return 0;
}

void
zsks_free(struct zsks *zsks)
{

	free(zsks);
}

/* Even zones have one CMK and odd ones the other, which fails them: never, when
 * it is to be proved, or when it signs from a zone on. */
static const char *const cmks[] = { "even", "odd" };
static struct error odd_fails = ERR_INIT;
static size_t odd_until;

const char *
zsks_failed(const struct zsks *zsks)
{

	return zsks->has_failed ? cmks[zsks->zone % 2] : NULL;
}

bool
zsks_signs_with(const struct zsks *zsks, const char *cmk_id)
{

	return strcmp(cmks[zsks->zone % 2], cmk_id) == 0;
}

static int
fail_odd(struct zsks *zsks, struct error *err)
{

	if (odd_fails.class == ERR_NONE || zsks->zone % 2 == 0 ||
	    zsks->zone < odd_until)
		return 0;
	zsks->has_failed = true;
	*err = odd_fails;
	return -1;
}

int
zsks_prove(struct session *session, struct zsks *zsks, struct error *err)
{

	(void)session;
	atomic_fetch_add(&zones[zsks->zone].n_proved, 1);
	return odd_until == 0 ? fail_odd(zsks, err) : 0;
}

/* What it is not called for is told as what stops everything. */
int
zsks_sign(struct session *session, struct zsks_keys *keys, struct zsks *zsks,
    struct error *err)
{
	struct zone *zone = &zones[zsks->zone];

	(void)session;
	(void)keys;
	if (atomic_load(&zone->n_proved) != 1)
		return err_set(err, ERR_INTERNAL, "zone %zu is not proved",
		    zsks->zone);
	if (is_crowded && zsks->zone == 0 && !gets_room())
		return err_set(err, ERR_INTERNAL, "nobody makes room");
	atomic_fetch_add(&zone->n_signed, 1);
	return fail_odd(zsks, err);
}

int
zsks_record(struct session *session, struct zsks *const *zsks, size_t n,
    struct trust_owed *owed, struct error *err)
{
	size_t i;

	(void)session;
	(void)err;
	owed->n += n;
	for (i = 0; i < n; i++)
		atomic_fetch_add(&zones[zsks[i]->zone].n_recorded, 1);
	return 0;
}

/* The tokens hear of so many zones at the end, or while it goes on. */
static struct {
	bool	is_soon;	/* they were told just now */
	bool	keeps_odd;	/* that of every other zone cannot be told */
	size_t	n_some, n_all;
} told;
static const struct error untold = { ERR_INTEGRITY, 0, "untold", "" };

int
trust_owed_tell_some(struct session *session, struct trust_owed *owed,
    struct error *err)
{

	(void)session;
	if (told.is_soon)
		return 0;
	told.n_some += owed->n;
	owed->n = 0;
	if (!told.keeps_odd)
		return 0;
	*err = untold;
	return -1;
}

const struct error *
zsks_untold(const struct zsks *zsks, const struct trust_owed *owed)
{

	(void)owed;
	return told.keeps_odd && zsks->zone % 2 == 1 ? &untold : NULL;
}

int64_t
trust_owed_wait_ms(const struct trust_owed *owed)
{

	return owed->n == 0 ? INT64_MAX : 1000;
}

int
trust_owed_end(struct session *session, struct trust_owed *owed, int rc,
    struct error *err)
{

	(void)session;
	(void)err;
	told.n_all += owed->n;
	owed->n = 0;
	return rc;
}

bool
zsks_is_overtaken(const struct error *err)
{

	(void)err;
	return false;
}

/* How a test shares out zones, and what it is told. */
struct work {
	size_t	(*size)(size_t batch);
	size_t	 n_batches;
	size_t	 n_shared;
	size_t	 n_told;
	size_t	 n_refused;
	bool	 is_out_of_order;
	bool	 is_early;	/* before tokens heard of it */
};

static bool
next_share(void *arg, size_t *first, size_t *n)
{
	struct work *work = arg;

	if (work->n_shared == ZONES)
		return false;
	*first = work->n_shared;
	*n = work->size(work->n_batches++);
	if (*n > ZONES - *first)
		*n = ZONES - *first;
	work->n_shared += *n;
	return true;
}

static int
load(void *arg, size_t i, struct zsks_request *request, struct buf *text,
    struct error *err)
{

	(void)arg;
	*request = (struct zsks_request) { .what = "a zone" };
	buf_printf(text, "%zu", i);
	return name_read("a.example", &request->zone, err);
}

static void
signed_one(void *arg, size_t i, const struct zsks *zsks)
{
	struct work *work = arg;

	work->is_out_of_order |= zsks->zone != i || i != work->n_told;
	work->n_told++;
	work->is_early |= !told.is_soon && told.n_some < work->n_told;
}

static void
refused(void *arg, size_t i, const struct error *err)
{

	struct work *work = arg;

	if (!told.keeps_odd || i % 2 == 0 || i != work->n_told)
		fail_msg("zone %zu: %s", i, err->msg);
	work->n_told++;
	work->n_refused++;
}

/* Zones of the odd CMK are refused from one on, and others go on. */
static void
refused_odd(void *arg, size_t i, const struct error *err)
{
	struct work *work = arg;

	if (i % 2 == 0 || i < odd_until || i != work->n_told ||
	    err->class != odd_fails.class)
		fail_msg("zone %zu: %s", i, err->msg);
	work->n_told++;
	work->n_refused++;
}

/* How many times the odd CMK was tried. */
static size_t
one_cmk_fails(int64_t sessions, size_t n_cmks, int expected)
{
	struct session session = { .config = { .performance = {
		.sessions = sessions } } };
	struct work work = { 0 };
	const struct bulk bulk = { .n = ZONES, .arg = &work,
		.n_cmks = n_cmks, .load = load, .signed_one = signed_one,
		.refused = refused_odd };
	struct error err = ERR_INIT;
	size_t i, n = 0;

	memset(zones, 0, sizeof(zones));
	assert_int_equal(bulk_sign(&session, &bulk, &err), expected);
	assert_int_equal(err.class, expected == 0 ? ERR_NONE :
	    odd_fails.class);
	assert_int_equal(work.n_told == ZONES, expected == 0);
	assert_int_equal(work.n_refused, expected == 0 ?
	    (ZONES - odd_until) / 2 : 0);
	assert_false(work.is_out_of_order);
	for (i = odd_until | 1; i < ZONES; i += 2)
		n += (size_t)(odd_until == 0 ?
		    atomic_load(&zones[i].n_proved) :
		    atomic_load(&zones[i].n_signed));
	return n;
}

static void
all_are_signed_once(int64_t sessions, size_t (*size)(size_t batch),
    struct trust_owed *owed)
{
	struct session session = { .config = { .performance = {
		.sessions = sessions } } };
	struct work work = { .size = size };
	const struct bulk bulk = { .n = ZONES, .arg = &work,
		.owed = owed, .next = size == NULL ? NULL : next_share,
		.load = load, .signed_one = signed_one, .refused = refused };
	struct error err = ERR_INIT;
	size_t i;

	told.n_some = told.n_all = 0;
	memset(zones, 0, sizeof(zones));
	unit_ok(bulk_sign(&session, &bulk, &err), &err);
	assert_int_equal(work.n_told, ZONES);
	assert_int_equal(work.n_refused, told.keeps_odd ? ZONES / 2 : 0);
	assert_false(work.is_out_of_order);
	assert_false(work.is_early);
	for (i = 0; i < ZONES; i++) {
		assert_int_equal(atomic_load(&zones[i].n_proved), 1);
		assert_int_equal(atomic_load(&zones[i].n_signed), 1);
		assert_int_equal(atomic_load(&zones[i].n_recorded), 1);
	}
	assert_int_equal(session.n_progress, size == NULL ? WHOLE :
	    work.n_batches);
}

/* In the place of one with many zones comes one with few, and so on. */
static size_t
many_and_few(size_t batch)
{

	return batch / RING % 2 == 0 ? 8 : 1;
}

static size_t
one(size_t batch)
{

	(void)batch;
	return 1;
}

/*
 * Who takes the last zone of a batch has not gone on to the next one when the
 * batch is recorded, and another one is in its place.
 */
static void
a_signer_may_be_behind(void **state)
{

	(void)state;
	are_behind = true;
	all_are_signed_once(1, many_and_few, NULL);
	are_behind = false;
}

/* While tokens are owed something it waits until they are to be told. */
static void
who_turns_the_clock_holds_up_no_token(void **state)
{

	(void)state;
	told.is_soon = are_behind = true;
	n_timed = 0;
	all_are_signed_once(1, one, NULL);
	assert_true(n_timed > 0);
	told.is_soon = are_behind = false;
}

static void
many_signers_share_small_batches(void **state)
{

	(void)state;
	all_are_signed_once(8, one, NULL);
	all_are_signed_once(8, many_and_few, NULL);
}

/* Who has nothing to do has the token's room for keys, and gives it up. */
static void
a_signer_that_waits_makes_room(void **state)
{

	(void)state;
	is_crowded = true;
	atomic_store(&n_rests, 0);
	all_are_signed_once(8, one, NULL);
	is_crowded = false;
}

/* Then signers have something to do soon. */
static void
the_first_of_many_batches_is_small(void **state)
{

	(void)state;
	all_are_signed_once(1, NULL, NULL);
	all_are_signed_once(8, NULL, NULL);
}

static void
tokens_hear_of_it_before_it_is_released(void **state)
{

	(void)state;
	all_are_signed_once(1, many_and_few, NULL);
	assert_int_equal(told.n_some, ZONES);
	assert_int_equal(told.n_all, 0);
}

static void
what_a_token_cannot_be_told_waits_alone(void **state)
{

	(void)state;
	told.keeps_odd = true;
	all_are_signed_once(1, many_and_few, NULL);
	told.keeps_odd = false;
}

static void
what_tokens_are_owed_then_is_told_at_the_end(void **state)
{
	struct trust_owed owed = { NULL, 0, 0 };

	(void)state;
	told.is_soon = true;
	all_are_signed_once(1, many_and_few, NULL);
	assert_int_equal(told.n_all, ZONES);
	/* Or by who calls, who has more to tell. */
	all_are_signed_once(1, many_and_few, &owed);
	assert_int_equal(told.n_all, 0);
	assert_int_equal(owed.n, ZONES);
	told.is_soon = false;
}

static void
a_cmk_that_cannot_be_proved_is_tried_once(void **state)
{

	(void)state;
	(void)err_set(&odd_fails, ERR_TOKEN, "no such token");
	odd_fails.code = 0xe0;
	assert_int_equal(one_cmk_fails(1, 2, 0), 1);
	assert_int_equal(one_cmk_fails(8, 2, 0), 1);
	/* Where it is the only one all of it ends, once it has failed. */
	assert_int_equal(one_cmk_fails(1, 1, -1), 1);
	assert_int_equal(one_cmk_fails(1, 0, -1), 1);
	/* What is not of a token ends nothing, however few there are. */
	(void)err_set(&odd_fails, ERR_CONFIG, "no PIN file");
	odd_fails.code = 0;
	assert_int_equal(one_cmk_fails(1, 1, 0), 1);
	/* What is no CMK's ends all. */
	(void)err_set(&odd_fails, ERR_STORE, "disk full");
	assert_int_equal(one_cmk_fails(1, 2, -1), 1);
	err_clear(&odd_fails);
}

static void
a_cmk_that_fails_while_it_signs_is_not_asked_again(void **state)
{

	(void)state;
	(void)err_set(&odd_fails, ERR_TOKEN, "pulled out");
	odd_fails.code = 0x32;
	odd_until = 50;
	assert_int_equal(one_cmk_fails(1, 2, 0), 1);
	/* Those that were in the hands of others at that moment. */
	assert_in_range(one_cmk_fails(8, 2, 0), 1, 8);
	err_clear(&odd_fails);
	odd_until = 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cmk_that_cannot_be_proved_is_tried_once),
		cmocka_unit_test(
		    a_cmk_that_fails_while_it_signs_is_not_asked_again),
		cmocka_unit_test(a_signer_may_be_behind),
		cmocka_unit_test(who_turns_the_clock_holds_up_no_token),
		cmocka_unit_test(many_signers_share_small_batches),
		cmocka_unit_test(a_signer_that_waits_makes_room),
		cmocka_unit_test(the_first_of_many_batches_is_small),
		cmocka_unit_test(tokens_hear_of_it_before_it_is_released),
		cmocka_unit_test(what_a_token_cannot_be_told_waits_alone),
		cmocka_unit_test(what_tokens_are_owed_then_is_told_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
