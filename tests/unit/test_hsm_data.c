/*
 * hsm/data.c, data_put.c, record.c, wreck.c: on SoftHSM, attacked through the
 * module itself, and bent to be as other modules are
 */
#include "tests/unit/unit.h"

#include "hsm/data.h"
#include "hsm/object.h"
#include "hsm/run.h"
#include "hsm/wreck.h"
#include "tests/unit/softhsm.h"

#define APP   "kmgr1:ledger"
#define LABEL "kmgr1:ratchet:17"

/* The functions bent here, and how; a module has no place to carry it. */
static struct ck_function_list *real, bent;
static struct {
	ck_attribute_type_t	refused[4];
	size_t			n_refused;
	ck_rv_t			refusal;
	ck_attribute_type_t	dropped[4];	/* taken and forgotten ... */
	size_t			n_dropped;
	bool			is_denied;	/* ... and said to be false */
	ck_rv_t			fail_rv;
	bool			fails_after;	/* the object was made */
	unsigned int		n_creates;
} how;

static int
setup(void **state)
{
	struct softhsm_fixture *f = softhsm_fixture_new();

	memset(&how, 0, sizeof(how));
	how.refusal = CKR_ATTRIBUTE_TYPE_INVALID;
	real = softhsm_bend(f, &bent);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{

	softhsm_fixture_free(*state);
	return 0;
}

static bool
is_in(ck_attribute_type_t type, const ck_attribute_type_t *types, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (types[i] == type)
			return true;
	return false;
}

static ck_rv_t
bent_create(ck_session_handle_t session, struct ck_attribute *attrs,
    unsigned long n, ck_object_handle_t *out)
{
	struct ck_attribute kept[16];
	unsigned long i, n_kept = 0;
	ck_rv_t rv;

	how.n_creates++;
	for (i = 0; i < n; i++) {
		if (is_in(attrs[i].type, how.refused, how.n_refused))
			return how.refusal;
		if (!is_in(attrs[i].type, how.dropped, how.n_dropped))
			kept[n_kept++] = attrs[i];
	}
	if (how.fail_rv == CKR_OK)
		return real->C_CreateObject(session, kept, n_kept, out);
	rv = how.fail_rv;
	how.fail_rv = CKR_OK;
	if (how.fails_after)
		assert_int_equal(real->C_CreateObject(session, kept, n_kept,
		    out), CKR_OK);
	return rv;
}

/* The TPM module: what was dropped reads as it was given. */
static ck_rv_t
bent_values(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *attrs, unsigned long n)
{
	const ck_rv_t rv = real->C_GetAttributeValue(session, object, attrs,
	    n);
	unsigned long i;

	for (i = 0; i < n; i++)
		if (is_in(attrs[i].type, how.dropped, how.n_dropped))
			*(unsigned char *)attrs[i].value = 0;
	return rv;
}

static void
refuse(ck_attribute_type_t type)
{

	bent.C_CreateObject = bent_create;
	how.refused[how.n_refused++] = type;
}

static void
drop(ck_attribute_type_t type)
{

	bent.C_CreateObject = bent_create;
	how.dropped[how.n_dropped++] = type;
}

static enum hsm_data_seal
put(struct softhsm_fixture *f, const char *label, const void *value, size_t len,
    char reason[static HSM_DATA_REASON_LEN])
{
	enum hsm_data_seal seal = HSM_DATA_ABSENT;
	struct error err = ERR_INIT;

	unit_ok(hsm_data_put(f->token, APP, label, value, len, &seal, reason,
	    &err), &err);
	return seal;
}

/* The ${wanted} private objects of our application; the first, if any. */
static struct hsm_data *
list(struct softhsm_fixture *f, size_t wanted)
{
	struct hsm_data *found = NULL;
	struct error err = ERR_INIT;
	size_t n = 99;

	unit_ok(hsm_data_list(f->token, APP, &found, &n, &err), &err);
	assert_int_equal(n, wanted);
	return found;
}

static void
is_value(const struct hsm_data *data, const void *value, size_t len)
{

	assert_string_equal(data->application, APP);
	assert_int_equal(data->value.len, len);
	assert_memory_equal(data->value.data, value, len);
}

static ck_object_handle_t
raw_create(ck_session_handle_t session, unsigned char is_private,
    const char *application, const char *label, const char *value)
{
	unsigned long class = CKO_DATA;
	unsigned char yes = 1;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_PRIVATE, &is_private, sizeof(is_private) },
		{ CKA_APPLICATION, (void *)(uintptr_t)application,
		    strlen(application) },
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_VALUE, (void *)(uintptr_t)value, strlen(value) },
	};
	ck_object_handle_t object = 0;

	assert_int_equal(real->C_CreateObject(session, attrs, 6, &object),
	    CKR_OK);
	return object;
}

static ck_object_handle_t
raw_find(ck_session_handle_t session)
{
	struct ck_attribute attr = { CKA_LABEL, (void *)(uintptr_t)LABEL,
		strlen(LABEL) };
	ck_object_handle_t object = 0;
	unsigned long n = 0;

	assert_int_equal(real->C_FindObjectsInit(session, &attr, 1), CKR_OK);
	assert_int_equal(real->C_FindObjects(session, &object, 1, &n),
	    CKR_OK);
	assert_int_equal(real->C_FindObjectsFinal(session), CKR_OK);
	assert_int_equal(n, 1);
	return object;
}

static void
set_is_refused(ck_session_handle_t session, ck_object_handle_t object,
    ck_attribute_type_t type, const void *value, size_t len)
{
	struct ck_attribute attr = { type, (void *)(uintptr_t)value, len };

	assert_int_not_equal(real->C_SetAttributeValue(session, object, &attr,
	    1), CKR_OK);
}

/* What somebody with the PIN and another program can do to it: nothing. */
static void
attack(void)
{
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	ck_object_handle_t object = raw_find(session), copy;
	const unsigned char yes = 1, no = 0;
	struct ck_attribute open[] = {
		{ CKA_MODIFIABLE, (void *)(uintptr_t)&yes, 1 },
		{ CKA_DESTROYABLE, (void *)(uintptr_t)&yes, 1 },
	};

	set_is_refused(session, object, CKA_VALUE, "rolled back", 11);
	set_is_refused(session, object, CKA_LABEL, "another", 7);
	set_is_refused(session, object, CKA_APPLICATION, "another", 7);
	set_is_refused(session, object, CKA_MODIFIABLE, &yes, 1);
	set_is_refused(session, object, CKA_DESTROYABLE, &yes, 1);
	set_is_refused(session, object, CKA_COPYABLE, &yes, 1);
	set_is_refused(session, object, CKA_PRIVATE, &no, 1);
	set_is_refused(session, object, CKA_TOKEN, &no, 1);
	assert_int_not_equal(real->C_CopyObject(session, object, open, 2,
	    &copy), CKR_OK);
	assert_int_not_equal(real->C_CopyObject(session, object, NULL, 0,
	    &copy), CKR_OK);
	assert_int_not_equal(real->C_DestroyObject(session, object), CKR_OK);
	assert_int_equal(real->C_CloseSession(session), CKR_OK);
}

static void
test_sealed(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_data *found;
	char reason[HSM_DATA_REASON_LEN] = "untouched";
	int i;

	assert_int_equal(put(f, LABEL, "head 17", 7, reason), HSM_DATA_SEALED);
	assert_string_equal(reason, "");
	for (i = 0; i < 2; i++) {
		attack();
		found = list(f, 1);
		is_value(&found[0], "head 17", 7);
		assert_string_equal(found[0].label, LABEL);
		assert_true(found[0].is_private);
		assert_true(found[0].is_sealed);
		hsm_data_list_free(found, 1);
		/* ... and in the next process. */
		hsm_token_close(f->token);
		f->token = softhsm_open(f->soft);
	}
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = { 1, 255, 4096, 8192, HSM_DATA_MAX };
	static uint8_t value[HSM_DATA_MAX + 1];
	struct softhsm_fixture *f = *state;
	enum hsm_data_seal seal;
	struct hsm_data *found;
	struct error err = ERR_INIT;
	char reason[HSM_DATA_REASON_LEN], label[16];
	size_t i, k;

	for (i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i * 7 + i / 256);
	for (i = 0; i < N_OF(sizes); i++) {
		(void)snprintf(label, sizeof(label), "%zu", sizes[i]);
		assert_int_equal(put(f, label, value, sizes[i], reason),
		    HSM_DATA_SEALED);
	}
	found = list(f, N_OF(sizes));
	for (i = 0; i < N_OF(sizes); i++) {
		k = strtoul(found[i].label, NULL, 10);
		is_value(&found[i], value, k);
	}
	hsm_data_list_free(found, N_OF(sizes));
	unit_fails(hsm_data_put(f->token, APP, LABEL, value, sizeof(value),
	    &seal, reason, &err), &err, ERR_TOKEN, "65537 bytes");
}

/* Anybody can plant public objects, and name theirs as we name ours. */
static void
test_look_alikes(void **state)
{
	struct softhsm_fixture *f = *state;
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	struct hsm_data *found = NULL;
	struct error err = ERR_INIT;
	char reason[HSM_DATA_REASON_LEN];
	size_t i, n = 0, n_public = 0;

	assert_int_equal(real->C_Logout(session), CKR_OK);
	(void)raw_create(session, 0, APP, LABEL, "head 99");
	assert_int_equal(put(f, LABEL, "head 17", 7, reason),
	    HSM_DATA_SEALED);
	(void)raw_create(session, 1, APP, LABEL, "head 18");
	(void)raw_create(session, 1, APP ":2", LABEL, "head 19");
	(void)raw_create(session, 1, "other", LABEL, "head 20");
	found = list(f, 2);
	for (i = 0; i < 2; i++)
		is_value(&found[i], found[i].is_sealed ? "head 17" :
		    "head 18", 7);
	assert_int_not_equal(found[0].is_sealed, found[1].is_sealed);
	hsm_data_list_free(found, 2);

	unit_ok(hsm_data_list_prefix(f->token, "kmgr1:", &found, &n, &err),
	    &err);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		assert_int_equal(found[i].value.len, 7);
		assert_string_equal(found[i].label, LABEL);
		n_public += !found[i].is_private;
	}
	assert_int_equal(n_public, 1);
	hsm_data_list_free(found, n);
}

/* Without a login all is hidden, which is not "none". */
static void
test_needs_login(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_token *token = NULL;
	enum hsm_data_seal seal;
	struct hsm_data *found;
	struct error err = ERR_INIT;
	char reason[HSM_DATA_REASON_LEN];
	size_t n;

	hsm_token_close(f->token);
	f->token = NULL;
	unit_ok(hsm_token_open(&f->soft->config, &token, &err), &err);
	unit_fails(hsm_data_list(token, APP, &found, &n, &err), &err,
	    ERR_TOKEN, "CKR_USER_NOT_LOGGED_IN");
	unit_fails(hsm_data_list_prefix(token, "", &found, &n, &err), &err,
	    ERR_TOKEN, "CKR_USER_NOT_LOGGED_IN");
	unit_fails(hsm_data_put(token, APP, LABEL, "x", 1, &seal, reason,
	    &err), &err, ERR_TOKEN, "CKR_USER_NOT_LOGGED_IN");
	hsm_token_close(token);
}

static void
test_fewest_left_out(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_data *found;
	char reason[HSM_DATA_REASON_LEN];

	refuse(CKA_COPYABLE);
	refuse(CKA_DESTROYABLE);
	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_WEAK);
	assert_string_equal(reason,
	    "the token does not hold CKA_COPYABLE, CKA_DESTROYABLE");
	found = list(f, 1);
	assert_true(found[0].is_private);
	assert_false(found[0].is_sealed);
	hsm_data_list_free(found, 1);
}

/* What is read back is not believed where an attempt shows otherwise. */
static void
test_not_enforced(void **state)
{
	struct softhsm_fixture *f = *state;
	char reason[HSM_DATA_REASON_LEN];

	drop(CKA_DESTROYABLE);
	bent.C_GetAttributeValue = bent_values;
	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_WEAK);
	assert_string_equal(reason, "the token does not hold CKA_DESTROYABLE");
	hsm_data_list_free(list(f, 1), 1);
	drop(CKA_MODIFIABLE);
	assert_int_equal(put(f, "two", "y", 1, reason), HSM_DATA_WEAK);
	assert_string_equal(reason, "the token does not hold "
	    "CKA_DESTROYABLE, CKA_MODIFIABLE");
	hsm_data_list_free(list(f, 2), 2);
	drop(CKA_COPYABLE);
	assert_int_equal(put(f, "three", "z", 1, reason), HSM_DATA_WEAK);
	hsm_data_list_free(list(f, 3), 3);
}

static void
test_absent(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	char reason[HSM_DATA_REASON_LEN];
	size_t n = 99;

	refuse(CKA_CLASS);
	how.refusal = CKR_ATTRIBUTE_VALUE_INVALID;
	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_ABSENT);
	assert_string_equal(reason,
	    "C_CreateObject: CKR_ATTRIBUTE_VALUE_INVALID");
	how.refusal = CKR_FUNCTION_NOT_SUPPORTED;
	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_ABSENT);
	/* Never as a public one, refused or forgotten. */
	how.refusal = CKR_TEMPLATE_INCONSISTENT;
	how.refused[0] = CKA_PRIVATE;
	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_ABSENT);
	how.n_refused = 0;
	drop(CKA_PRIVATE);
	drop(CKA_DESTROYABLE);
	bent.C_GetAttributeValue = bent_values;
	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_ABSENT);
	assert_non_null(strstr(reason, "reads back otherwise"));
	unit_ok(hsm_object_list(f->token, &objects, &n, &err), &err);
	assert_int_equal(n, 0);
	free(objects);
}

/* Made or not before the device failed: in the end there is one. */
static void
test_device_error(void **state)
{
	static const ck_rv_t rvs[] = { CKR_DEVICE_ERROR, CKR_GENERAL_ERROR,
		CKR_SESSION_CLOSED, CKR_TOKEN_NOT_PRESENT };
	struct softhsm_fixture *f = *state;
	char reason[HSM_DATA_REASON_LEN], label[16];
	size_t i;

	for (i = 0; i < 2 * N_OF(rvs); i++) {
		f->token->module.list = &bent;
		bent.C_CreateObject = bent_create;
		how.fails_after = i % 2 == 1;
		how.fail_rv = rvs[i / 2];
		(void)snprintf(label, sizeof(label), "%zu", i);
		assert_int_equal(put(f, label, "x", 1, reason),
		    HSM_DATA_SEALED);
		hsm_data_list_free(list(f, i + 1), i + 1);
	}
}

static void
test_token_full(void **state)
{
	struct softhsm_fixture *f = *state;
	enum hsm_data_seal seal;
	struct error err = ERR_INIT;
	char reason[HSM_DATA_REASON_LEN];

	bent.C_CreateObject = bent_create;
	how.fail_rv = CKR_DEVICE_MEMORY;
	assert_int_equal(hsm_data_put(f->token, APP, LABEL, "x", 1, &seal,
	    reason, &err), -1);
	assert_int_equal(err.code, CKR_DEVICE_MEMORY);
	assert_non_null(strstr(err.hint, "full"));
	assert_int_equal(how.n_creates, 1);
}

/* Data objects are told apart by their application. */
static void
test_object_list(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	char reason[HSM_DATA_REASON_LEN];
	size_t n = 0;

	assert_int_equal(put(f, LABEL, "x", 1, reason), HSM_DATA_SEALED);
	unit_ok(hsm_object_list(f->token, &objects, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(objects[0].class, HSM_CLASS_DATA);
	assert_string_equal(objects[0].label, LABEL);
	assert_string_equal(objects[0].application, APP);
	free(objects);
}

static void
raw_secret(ck_session_handle_t session, const char *label, const char *value)
{
	unsigned long class = CKO_SECRET_KEY, type = CKK_GENERIC_SECRET;
	unsigned char yes = 1;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_VALUE, (void *)(uintptr_t)value, strlen(value) },
	};
	ck_object_handle_t object;

	assert_int_equal(real->C_CreateObject(session, attrs, 5, &object),
	    CKR_OK);
}

/* Nameless and empty is a wreck; with a value it is somebody's. */
static void
test_wreck(void **state)
{
	struct softhsm_fixture *f = *state;
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	struct hsm_wrecks wrecks;
	struct error err = ERR_INIT;
	struct hsm_object *objects = NULL;
	size_t n = 0;

	(void)raw_create(session, 1, "", "", "");
	(void)raw_create(session, 0, "", "", "");
	(void)raw_create(session, 1, "", "", "value");
	(void)raw_create(session, 1, "", "label", "");
	(void)raw_create(session, 1, "application", "", "");
	raw_secret(session, "", "");
	raw_secret(session, "label", "");
	raw_secret(session, "", "value");
	unit_ok(hsm_wreck_destroy(f->token, &wrecks, &err), &err);
	assert_int_equal(wrecks.n_destroyed, 3);
	assert_int_equal(wrecks.n_left, 0);
	unit_ok(hsm_object_list(f->token, &objects, &n, &err), &err);
	assert_int_equal(n, 5);
	free(objects);
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_sealed),
		TEST(test_sizes),
		TEST(test_look_alikes),
		TEST(test_needs_login),
		TEST(test_fewest_left_out),
		TEST(test_not_enforced),
		TEST(test_absent),
		TEST(test_device_error),
		TEST(test_token_full),
		TEST(test_object_list),
		TEST(test_wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
