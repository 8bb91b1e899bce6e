/* hsm/index.c: on a module of a few objects that change places */
#include "tests/unit/unit.h"

#include "hsm/index.h"

#define N_OBJECTS 24

/* The fake module's objects; the handle is the place plus one. */
static struct {
	unsigned long	class;
	uint8_t		id[HSM_ID_LEN];
	bool		is_there;
} objects[N_OBJECTS];

static struct {
	const uint8_t	*id;		/* searched for, or NULL */
	size_t		 at;
	unsigned int	 n_searches;
} fake;

static ck_rv_t
find_init(ck_session_handle_t session, struct ck_attribute *attrs,
    unsigned long n)
{
	static uint8_t id[HSM_ID_LEN];
	unsigned long i;

	(void)session;
	fake.id = NULL;
	fake.at = 0;
	fake.n_searches++;
	for (i = 0; i < n; i++)
		if (attrs[i].type == CKA_ID) {
			memcpy(id, attrs[i].value, sizeof(id));
			fake.id = id;
		}
	return CKR_OK;
}

static ck_rv_t
find_next(ck_session_handle_t session, ck_object_handle_t *out,
    unsigned long max, unsigned long *n)
{

	(void)session;
	for (*n = 0; *n < max && fake.at < N_OBJECTS; fake.at++)
		if (objects[fake.at].is_there && (fake.id == NULL ||
		    memcmp(fake.id, objects[fake.at].id, HSM_ID_LEN) == 0))
			out[(*n)++] = fake.at + 1;
	return CKR_OK;
}

static ck_rv_t
find_final(ck_session_handle_t session)
{

	(void)session;
	return CKR_OK;
}

static ck_rv_t
get_values(ck_session_handle_t session, ck_object_handle_t handle,
    struct ck_attribute *attrs, unsigned long n)
{
	unsigned long i;

	(void)session;
	if (handle == 0 || handle > N_OBJECTS || !objects[handle - 1].is_there)
		return CKR_OBJECT_HANDLE_INVALID;
	for (i = 0; i < n; i++)
		if (attrs[i].type == CKA_ID)
			memcpy(attrs[i].value, objects[handle - 1].id,
			    HSM_ID_LEN);
		else
			memcpy(attrs[i].value, &objects[handle - 1].class,
			    sizeof(unsigned long));
	return CKR_OK;
}

static struct ck_function_list list = { .C_FindObjectsInit = find_init,
	.C_FindObjects = find_next, .C_FindObjectsFinal = find_final,
	.C_GetAttributeValue = get_values };
static const struct module module = { .list = &list };

/* Pairs 0, 1, 2, ...: private at 2n, public at 2n + 1. */
static void
place(size_t at, unsigned long class, uint8_t id)
{

	objects[at].is_there = true;
	objects[at].class = class;
	memset(objects[at].id, id, HSM_ID_LEN);
}

static int
setup(void **state)
{
	static struct index index;
	size_t i;

	for (i = 0; i < N_OBJECTS; i++)
		place(i, i % 2 == 0 ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY,
		    (uint8_t)(i / 2));
	fake.n_searches = 0;
	index_init(&index);
	*state = &index;
	return 0;
}

static int
teardown(void **state)
{

	index_clear(*state);
	return 0;
}

static struct halves
ask(struct index *index, uint8_t n)
{
	struct error err = ERR_INIT;
	struct halves halves;
	uint8_t id[HSM_ID_LEN];

	memset(id, n, sizeof(id));
	unit_ok(index_find(index, &module, 1, id, &halves, &err), &err);
	return halves;
}

static void
is_pair(struct halves halves, ck_object_handle_t private,
    ck_object_handle_t public)
{

	assert_int_equal(halves.n_private, 1);
	assert_int_equal(halves.n_public, 1);
	assert_int_equal(halves.private, private);
	assert_int_equal(halves.public, public);
}

/* Ask for all pairs, so that the index is there. */
static void
ask_all(struct index *index)
{
	uint8_t n;

	for (n = 0; n < N_OBJECTS / 2; n++)
		is_pair(ask(index, n), 2U * n + 1, 2U * n + 2);
}

static void
test_one_walk(void **state)
{

	ask_all(*state);
	assert_int_equal(fake.n_searches, 5);
	ask_all(*state);
	assert_int_equal(fake.n_searches, 5);
}

/* Handles that now are another key's. */
static void
test_moved(void **state)
{

	ask_all(*state);
	place(2, CKO_PRIVATE_KEY, 7);
	place(3, CKO_PUBLIC_KEY, 7);
	place(14, CKO_PRIVATE_KEY, 1);
	place(15, CKO_PUBLIC_KEY, 1);
	is_pair(ask(*state, 1), 15, 16);
	is_pair(ask(*state, 7), 3, 4);
}

/* The same CKA_ID, but no longer the same kind of object. */
static void
test_swapped(void **state)
{

	ask_all(*state);
	place(2, CKO_PUBLIC_KEY, 1);
	place(3, CKO_PRIVATE_KEY, 1);
	is_pair(ask(*state, 1), 4, 3);
}

static void
test_gone(void **state)
{
	struct halves halves;

	ask_all(*state);
	objects[4].is_there = objects[5].is_there = false;
	halves = ask(*state, 2);
	assert_int_equal(halves.n_private + halves.n_public, 0);
	objects[7].is_there = false;
	halves = ask(*state, 3);
	assert_int_equal(halves.n_private, 1);
	assert_int_equal(halves.n_public, 0);
}

/* Doubles are told, before the walk and after it. */
static void
test_doubled(void **state)
{
	struct halves halves;
	int i;

	place(22, CKO_PRIVATE_KEY, 0);
	place(23, CKO_PUBLIC_KEY, 0);
	for (i = 0; i < 9; i++) {
		halves = ask(*state, 0);
		assert_int_equal(halves.n_private, 2);
		assert_int_equal(halves.n_public, 2);
	}
}

/* Certificates and data of the same CKA_ID are no keys. */
static void
test_other_objects(void **state)
{

	place(23, CKO_CERTIFICATE, 0);
	place(22, CKO_DATA, 0);
	is_pair(ask(*state, 0), 1, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_walk, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_swapped, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_doubled, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_other_objects, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
