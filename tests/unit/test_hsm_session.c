/* hsm/session.c: on a module that has two sessions and no more */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "hsm/session.h"

#define N_THREADS 8
#define N_ROUNDS  200

/* The fake module's own state; Cryptoki has no place to carry it. */
static struct {
	pthread_mutex_t	lock;
	unsigned long	n_open;
	unsigned long	max;
	unsigned long	n_calls;
	ck_rv_t		refusal;
	ck_flags_t	flags;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static ck_rv_t
fake_open(ck_slot_id_t slot, ck_flags_t flags, void *application,
    ck_notify_t notify, ck_session_handle_t *session)
{
	ck_rv_t rv = CKR_OK;

	(void)slot;
	(void)application;
	(void)notify;
	(void)pthread_mutex_lock(&fake.lock);
	fake.flags = flags;
	fake.n_calls++;
	if (fake.refusal == CKR_TOKEN_WRITE_PROTECTED &&
	    (flags & CKF_RW_SESSION) == 0)
		*session = ++fake.n_open;
	else if (fake.refusal != CKR_OK)
		rv = fake.refusal;
	else if (fake.n_open >= fake.max)
		rv = CKR_SESSION_COUNT;
	else
		*session = ++fake.n_open;
	(void)pthread_mutex_unlock(&fake.lock);
	return rv;
}

static ck_rv_t
fake_close(ck_session_handle_t session)
{

	(void)session;
	(void)pthread_mutex_lock(&fake.lock);
	fake.n_open--;
	(void)pthread_mutex_unlock(&fake.lock);
	return CKR_OK;
}

static struct ck_function_list fake_list = { .C_OpenSession = fake_open,
	.C_CloseSession = fake_close };
static struct module module = { .list = &fake_list };

static int
setup(void **state)
{
	static struct session_pool pool;

	fake.n_open = 0;
	fake.n_calls = 0;
	fake.max = 2;
	fake.refusal = CKR_OK;
	session_pool_init(&pool);
	*state = &pool;
	return 0;
}

static int
teardown(void **state)
{

	session_pool_close(*state, &module);
	assert_int_equal(fake.n_open, 0);
	session_pool_clear(*state);
	return 0;
}

static ck_session_handle_t
take(struct session_pool *pool, bool wants_new)
{
	ck_session_handle_t session = 0;
	struct error err = ERR_INIT;
	bool is_new = false;

	unit_ok(session_take(pool, &module, 1, &session, &is_new, &err), &err);
	assert_int_equal(is_new, wants_new);
	return session;
}

static void
test_reuse(void **state)
{
	ck_session_handle_t first = take(*state, true), second;

	session_put(*state, first);
	second = take(*state, false);
	assert_int_equal(first, second);
	session_put(*state, second);
	assert_int_equal(fake.n_open, 1);
	assert_true((fake.flags & CKF_RW_SESSION) != 0);
}

struct work {
	struct session_pool	*pool;
	int			 n_in_use;
	int			 n_most;
	pthread_mutex_t		 lock;
};

static void *
use_sessions(void *arg)
{
	struct work *work = arg;
	ck_session_handle_t session;
	struct error err = ERR_INIT;
	bool is_new;
	int i;

	for (i = 0; i < N_ROUNDS; i++) {
		if (session_take(work->pool, &module, 1, &session, &is_new,
		    &err) != 0)
			return work;
		(void)pthread_mutex_lock(&work->lock);
		if (++work->n_in_use > work->n_most)
			work->n_most = work->n_in_use;
		(void)pthread_mutex_unlock(&work->lock);
		(void)usleep(20);
		(void)pthread_mutex_lock(&work->lock);
		work->n_in_use--;
		(void)pthread_mutex_unlock(&work->lock);
		session_put(work->pool, session);
	}
	return NULL;
}

/* More threads than sessions: they wait, none fails, none is forgotten. */
static void
test_session_count(void **state)
{
	struct work work = { .pool = *state };
	pthread_t threads[N_THREADS];
	void *failed;
	size_t i;

	(void)pthread_mutex_init(&work.lock, NULL);
	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
		    use_sessions, &work), 0);
	for (i = 0; i < N_THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(work.n_most, 2);
	assert_int_equal(fake.n_open, 2);
	/* Told once, it does not ask for a third again. */
	assert_int_equal(fake.n_calls, 3);
	(void)pthread_mutex_destroy(&work.lock);
}

static void
test_no_session(void **state)
{
	ck_session_handle_t session;
	struct error err = ERR_INIT;
	bool is_new;

	fake.max = 0;
	assert_int_equal(session_take(*state, &module, 1, &session, &is_new,
	    &err), -1);
	assert_int_equal(err.code, CKR_SESSION_COUNT);
	assert_non_null(strstr(err.hint, "stop other programs"));
}

/* No waiting for ever on what is another failure. */
static void
test_other_failure(void **state)
{
	ck_session_handle_t session = take(*state, true), other;
	struct error err = ERR_INIT;
	bool is_new;

	fake.refusal = CKR_DEVICE_REMOVED;
	unit_fails(session_take(*state, &module, 1, &other, &is_new, &err),
	    &err, ERR_TOKEN, "C_OpenSession: CKR_DEVICE_REMOVED (0x32)");
	session_put(*state, session);
}

static void
test_write_protected(void **state)
{

	fake.refusal = CKR_TOKEN_WRITE_PROTECTED;
	session_put(*state, take(*state, true));
	assert_true((fake.flags & CKF_RW_SESSION) == 0);
}

static void
test_drop(void **state)
{
	ck_session_handle_t first = take(*state, true);
	ck_session_handle_t second = take(*state, true);

	session_put(*state, first);
	session_drop(*state, &module, second);
	assert_int_equal(fake.n_open, 0);
	session_put(*state, take(*state, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reuse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_session_count, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_no_session, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_other_failure, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_write_protected, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_drop, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
