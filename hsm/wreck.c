#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/run.h"
#include "hsm/wreck.h"

/* Another program's object is nameless too, but for milliseconds. */
#define SECOND_LOOK_MS 100

static void
pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

/*
 * What is empty in one that was cut short: all of its names, and one of the
 * parts without which it is of use to nobody.
 */
static const struct kind {
	unsigned long		class;
	ck_attribute_type_t	names[3];
	size_t			n_names;
	ck_attribute_type_t	parts[2];
	size_t			n_parts;
} kinds[] = {
	{ CKO_PRIVATE_KEY, { CKA_ID, CKA_LABEL }, 2,
	    { CKA_EC_PARAMS, CKA_MODULUS }, 2 },
	{ CKO_PUBLIC_KEY, { CKA_ID, CKA_LABEL }, 2,
	    { CKA_EC_PARAMS, CKA_MODULUS }, 2 },
	{ CKO_SECRET_KEY, { CKA_ID, CKA_LABEL }, 2, { CKA_VALUE_LEN }, 1 },
	{ CKO_DATA, { CKA_APPLICATION, CKA_LABEL }, 2, { CKA_VALUE }, 1 },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The value of a secret key may not be read; its length of 0 says as much. */
static bool
is_empty(const struct ck_attribute *attr)
{

	return attr->value_len == 0 || (attr->type == CKA_VALUE_LEN &&
	    attr->value_len == sizeof(unsigned long) &&
	    *(const unsigned long *)attr->value == 0);
}

/*
 * How many are empty. What cannot be read, or not into this buffer, is not
 * known to be.
 */
static size_t
count_empty(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, const ck_attribute_type_t *types, size_t n)
{
	unsigned long values[3][8];
	struct ck_attribute attrs[3];
	struct error ignored = ERR_INIT;
	size_t i, n_empty = 0;

	for (i = 0; i < n; i++)
		attrs[i] = (struct ck_attribute) { types[i], values[i],
			sizeof(values[i]) };
	if (find_values(module, session, object, attrs, n, &ignored) != 0)
		return 0;
	for (i = 0; i < n; i++)
		n_empty += is_empty(&attrs[i]);
	return n_empty;
}

static bool
is_wreck(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, const struct kind *kind)
{

	return count_empty(module, session, object, kind->names,
	    kind->n_names) == kind->n_names &&
	    count_empty(module, session, object, kind->parts,
	    kind->n_parts) > 0;
}

/* Keep of the n handles those of wrecks. */
static size_t
keep_wrecks(const struct module *module, ck_session_handle_t session,
    const struct kind *kind, ck_object_handle_t *handles, size_t n)
{
	size_t i, n_kept = 0;

	for (i = 0; i < n; i++)
		if (is_wreck(module, session, handles[i], kind))
			handles[n_kept++] = handles[i];
	return n_kept;
}

/* They may not say yet whether they stay, so all of the class are seen. */
static int
destroy_kind(const struct module *module, ck_session_handle_t session,
    const struct kind *kind, struct hsm_wrecks *out, struct error *err)
{
	unsigned long class = kind->class;
	struct ck_attribute attr = { CKA_CLASS, &class, sizeof(class) };
	ck_object_handle_t *wrecks = NULL;
	size_t i, n;

	if (find_objects(module, session, &attr, 1, &wrecks, &n, err) != 0)
		return -1;
	n = keep_wrecks(module, session, kind, wrecks, n);
	if (n > 0) {
		pause_ms(SECOND_LOOK_MS);
		n = keep_wrecks(module, session, kind, wrecks, n);
	}
	for (i = 0; i < n; i++)
		if (CALL(module, C_DestroyObject,
		    (session, wrecks[i])) == CKR_OK)
			out->n_destroyed++;
		else
			out->n_left++;
	free(wrecks);
	return 0;
}

static int
destroy_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct hsm_wrecks *out = arg;
	size_t i;

	*out = (struct hsm_wrecks) { 0 };
	if (login_check(token, session, err) != 0)
		return -1;
	for (i = 0; i < N_KINDS; i++)
		if (destroy_kind(&token->module, session, &kinds[i], out,
		    err) != 0)
			return -1;
	return 0;
}

int
hsm_wreck_destroy(struct hsm_token *token, struct hsm_wrecks *out,
    struct error *err)
{
	const struct run run = { destroy_work, NULL, out, RUN_AGAIN };

	*out = (struct hsm_wrecks) { 0 };
	if (run_do(token, &run, err) != 0)
		return err_wrap(err, "look for remains in token %s",
		    hsm_token_name(token));
	return 0;
}
