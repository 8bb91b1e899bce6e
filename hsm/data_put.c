#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/attr.h"
#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/record.h"
#include "hsm/run.h"

struct put_arg {
	const char		*application;
	const char		*label;
	const void		*value;
	size_t			 len;
	bool			 may_be_there;	/* C_CreateObject was called */
	bool			 was_destroyed;	/* in spite of its seal */
	enum hsm_data_seal	 seal;
	char			*reason;
};

static bool
is_same(const struct put_arg *put, const struct hsm_data *data)
{

	return data->is_private && data->value.len == put->len &&
	    strcmp(data->application, put->application) == 0 &&
	    strcmp(data->label, put->label) == 0 &&
	    (put->len == 0 ||
	    memcmp(data->value.data, put->value, put->len) == 0);
}

/* The object of an earlier call that failed; *out stays when there is none. */
static int
find_same(const struct module *module, ck_session_handle_t session,
    const struct put_arg *put, ck_object_handle_t *out, bool *found,
    struct error *err)
{
	struct attr_template t = { .n = 0 };
	ck_object_handle_t *objects = NULL;
	struct record record;
	size_t i, n = 0;
	int rc;

	*found = false;
	attr_add_ulong(&t, CKA_CLASS, CKO_DATA);
	attr_add_bool(&t, CKA_TOKEN, true);
	attr_add(&t, CKA_APPLICATION, put->application,
	    strlen(put->application));
	rc = find_objects(module, session, t.list, t.n, &objects, &n, err);
	for (i = 0; rc == 0 && !*found && i < n; i++) {
		rc = record_read(module, session, objects[i], RECORD_WHOLE,
		    &record, err);
		*found = rc == 0 && is_same(put, &record.data);
		*out = objects[i];
		buf_free(&record.data.value);
	}
	free(objects);
	return rc;
}

static ck_rv_t
try_create(const struct module *module, ck_session_handle_t session,
    const struct put_arg *put, unsigned int left_out, ck_object_handle_t *out)
{
	struct attr_template t = { .n = 0 };
	size_t i;

	attr_add_ulong(&t, CKA_CLASS, CKO_DATA);
	attr_add(&t, CKA_APPLICATION, put->application,
	    strlen(put->application));
	attr_add(&t, CKA_LABEL, put->label, strlen(put->label));
	for (i = 0; i < RECORD_N_FLAGS; i++)
		if ((left_out & 1U << i) == 0)
			attr_add_bool(&t, record_flags[i].type,
			    record_flags[i].asked);
	/* Cryptoki takes the value without const, and it is no small one. */
	t.list[t.n++] = (struct ck_attribute) { CKA_VALUE,
		(void *)(uintptr_t)put->value, put->len };
	return CALL(module, C_CreateObject, (session, t.list, t.n, out));
}

/* The fewest left out; which ones, the token tells when it is read back. */
static ck_rv_t
create(const struct module *module, ck_session_handle_t session,
    const struct put_arg *put, ck_object_handle_t *out)
{
	unsigned int mask;
	int n_out;
	ck_rv_t rv = CKR_OK;

	for (n_out = 0; n_out <= RECORD_N_FLAGS; n_out++)
		for (mask = 0; mask < 1U << RECORD_N_FLAGS; mask++) {
			if (__builtin_popcount(mask) != n_out ||
			    (mask & RECORD_NEEDED) != 0)
				continue;
			rv = try_create(module, session, put, mask, out);
			if (!ckr_refuses_template(rv))
				return rv;
		}
	return rv;
}

static int
set_absent(struct put_arg *put, const char *what, ck_rv_t rv)
{
	char text[CKR_TEXT_LEN];

	put->seal = HSM_DATA_ABSENT;
	(void)snprintf(put->reason, HSM_DATA_REASON_LEN, "%s%s", what,
	    rv == CKR_OK ? "" : ckr_text(rv, text));
	return 0;
}

/* What a token says that has no such objects, and not of the moment. */
static bool
is_absence(ck_rv_t rv)
{

	return ckr_refuses_template(rv) || rv == CKR_FUNCTION_NOT_SUPPORTED ||
	    rv == CKR_FUNCTION_REJECTED || rv == CKR_ACTION_PROHIBITED;
}

/* A failure of the moment, which is no refusal. */
static bool
is_passing(ck_rv_t rv)
{
	const enum ckr_mend mend = ckr_mend(rv);

	return rv != CKR_GENERAL_ERROR && mend != CKR_MEND_NONE &&
	    mend != CKR_MEND_HANDLE;
}

/*
 * The TPM module reads back whatever it was given and holds none of it, so
 * what a module says of itself is tried: nothing changes where it is true.
 */
static int
attack(const struct module *module, ck_session_handle_t session,
    struct put_arg *put, ck_object_handle_t object, unsigned int *held,
    struct error *err)
{
	struct ck_attribute label = { CKA_LABEL,
		(void *)(uintptr_t)put->label, strlen(put->label) };
	ck_rv_t rv;

	rv = CALL(module, C_SetAttributeValue, (session, object, &label, 1));
	if (is_passing(rv))
		return ckr_set(err, "C_SetAttributeValue", rv);
	if (rv == CKR_OK)
		*held &= ~(unsigned int)RECORD_MODIFIABLE;
	if (put->was_destroyed)
		*held &= ~(unsigned int)RECORD_DESTROYABLE;
	if ((*held & RECORD_DESTROYABLE) == 0)
		return 0;
	rv = CALL(module, C_DestroyObject, (session, object));
	if (is_passing(rv))
		return ckr_set(err, "C_DestroyObject", rv);
	put->was_destroyed = rv == CKR_OK;
	return 0;
}

static void
set_seal(struct put_arg *put, unsigned int held)
{
	size_t i, at = 0;

	put->seal = HSM_DATA_SEALED;
	put->reason[0] = '\0';
	for (i = 0; i < RECORD_N_FLAGS; i++) {
		if ((held & 1U << i) != 0)
			continue;
		at += (size_t)snprintf(put->reason + at,
		    HSM_DATA_REASON_LEN - at, "%s%s",
		    at == 0 ? "the token does not hold " : ", ",
		    record_flags[i].name);
		put->seal = HSM_DATA_WEAK;
	}
}

/* What the object is worth, as it was read. */
static int
judge(const struct module *module, ck_session_handle_t session,
    struct put_arg *put, ck_object_handle_t object, struct record *record,
    struct error *err)
{

	if ((record->held & RECORD_NEEDED) == RECORD_NEEDED &&
	    is_same(put, &record->data)) {
		if (attack(module, session, put, object, &record->held,
		    err) != 0)
			return -1;
		set_seal(put, record->held);
		return 0;
	}
	(void)CALL(module, C_DestroyObject, (session, object));
	return set_absent(put, "what was stored reads back otherwise, or not "
	    "as a private object of the token", CKR_OK);
}

static int
store(const struct module *module, ck_session_handle_t session,
    struct put_arg *put, struct error *err)
{
	ck_object_handle_t object = 0;
	struct record record;
	bool found = false;
	ck_rv_t rv;
	int rc;

	if (put->may_be_there &&
	    find_same(module, session, put, &object, &found, err) != 0)
		return -1;
	if (!found) {
		put->may_be_there = true;
		rv = create(module, session, put, &object);
		if (is_absence(rv))
			return set_absent(put, "C_CreateObject: ", rv);
		if (rv != CKR_OK)
			return ckr_set(err, "C_CreateObject", rv);
	}
	if (record_read(module, session, object, RECORD_WHOLE, &record,
	    err) != 0)
		return -1;
	rc = judge(module, session, put, object, &record, err);
	buf_free(&record.data.value);
	return rc;
}

static int
put_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct put_arg *put = arg;
	bool was_destroyed;
	int rc;

	if (login_check(token, session, err) != 0)
		return -1;
	do {
		was_destroyed = put->was_destroyed;
		rc = store(&token->module, session, put, err);
	} while (rc == 0 && put->was_destroyed != was_destroyed);
	return rc;
}

static void
put_forget(void *arg)
{

	(void)arg;		/* put_work() looks for the object anyway */
}

int
hsm_data_put(struct hsm_token *token, const char *application,
    const char *label, const void *value, size_t len,
    enum hsm_data_seal *seal, char reason[static HSM_DATA_REASON_LEN],
    struct error *err)
{
	struct put_arg put = { .application = application, .label = label,
		.value = value, .len = len, .reason = reason };
	/* Again, after any failure: then what is there is looked for. */
	const struct run run = { put_work, put_forget, &put, RUN_AGAIN };
	int rc;

	assert(strlen(application) <= HSM_DATA_NAME_MAX &&
	    strlen(label) <= HSM_DATA_NAME_MAX);
	*seal = HSM_DATA_ABSENT;
	reason[0] = '\0';
	if (len > HSM_DATA_MAX)
		rc = err_set(err, ERR_TOKEN, "%zu bytes are more than the %d "
		    "of a data object", len, HSM_DATA_MAX);
	else
		rc = run_do(token, &run, err);
	if (rc != 0)
		return err_wrap(err, "store %s \"%s\" in token %s",
		    application, label, hsm_token_name(token));
	*seal = put.seal;
	return 0;
}
