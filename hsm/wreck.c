#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/run.h"
#include "hsm/wreck.h"
#include "kmgr/base/mem.h"

/* Another program's key is nameless too, but for milliseconds. */
#define SECOND_LOOK_MS 100

static void
pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

/* What cannot be read, or not into this buffer, is not known to be empty. */
static bool
is_wreck(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object)
{
	unsigned char id[64], label[64], params[64], modulus[64];
	struct ck_attribute attrs[] = {
		{ CKA_ID, id, sizeof(id) },
		{ CKA_LABEL, label, sizeof(label) },
		{ CKA_EC_PARAMS, params, sizeof(params) },
		{ CKA_MODULUS, modulus, sizeof(modulus) },
	};
	struct error ignored = ERR_INIT;

	return find_values(module, session, object, attrs, 4, &ignored) == 0 &&
	    attrs[0].value_len == 0 && attrs[1].value_len == 0 &&
	    (attrs[2].value_len == 0 || attrs[3].value_len == 0);
}

/* Keep of the n handles those of wrecks. */
static size_t
keep_wrecks(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t *handles, size_t n)
{
	size_t i, n_kept = 0;

	for (i = 0; i < n; i++)
		if (is_wreck(module, session, handles[i]))
			handles[n_kept++] = handles[i];
	return n_kept;
}

/* Append the wrecks of a class; they may not say yet whether they stay. */
static int
find_wrecks(const struct module *module, ck_session_handle_t session,
    unsigned long class, ck_object_handle_t **out, size_t *n,
    struct error *err)
{
	struct ck_attribute attr = { CKA_CLASS, &class, sizeof(class) };
	ck_object_handle_t *found = NULL, *place;
	size_t i, n_found;

	if (find_objects(module, session, &attr, 1, &found, &n_found,
	    err) != 0)
		return -1;
	n_found = keep_wrecks(module, session, found, n_found);
	for (i = 0; i < n_found; i++) {
		place = mem_push(out, *n, sizeof(**out));
		*place = found[i];
		(*n)++;
	}
	free(found);
	return 0;
}

static int
destroy_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	const struct module *module = &token->module;
	struct hsm_wrecks *out = arg;
	ck_object_handle_t *wrecks = NULL;
	size_t i, n = 0;
	int rc = -1;

	*out = (struct hsm_wrecks) { 0 };
	if (login_check(token, session, err) != 0 || find_wrecks(module,
	    session, CKO_PRIVATE_KEY, &wrecks, &n, err) != 0 || find_wrecks(
	    module, session, CKO_PUBLIC_KEY, &wrecks, &n, err) != 0)
		goto out;
	if (n > 0) {
		pause_ms(SECOND_LOOK_MS);
		n = keep_wrecks(module, session, wrecks, n);
	}
	for (i = 0; i < n; i++)
		if (CALL(module, C_DestroyObject,
		    (session, wrecks[i])) == CKR_OK)
			out->n_destroyed++;
		else
			out->n_left++;
	rc = 0;
 out:
	free(wrecks);
	return rc;
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
