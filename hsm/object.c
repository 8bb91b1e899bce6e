#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/object.h"
#include "hsm/run.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"

/* A search and what came of it. */
struct list_arg {
	const uint8_t		*id;	/* or NULL: all */
	struct hsm_object	*objects;
	size_t			 n;
	enum find_gone		 gone;
};

const char *
hsm_class_name(enum hsm_class class)
{
	static const char *const names[] = { "private key", "public key",
		"secret key", "data", "other" };

	if ((size_t)class >= sizeof(names) / sizeof(names[0]))
		return "other";
	return names[class];
}

static enum hsm_class
class_of(unsigned long class)
{

	switch (class) {
	case CKO_PRIVATE_KEY:
		return HSM_CLASS_PRIVATE;
	case CKO_PUBLIC_KEY:
		return HSM_CLASS_PUBLIC;
	case CKO_SECRET_KEY:
		return HSM_CLASS_SECRET;
	case CKO_DATA:
		return HSM_CLASS_DATA;
	default:
		return HSM_CLASS_OTHER;
	}
}

static size_t
cut(unsigned long len, size_t room)
{

	if (len == CK_UNAVAILABLE_INFORMATION)
		return 0;
	return len > room ? room : len;
}

/* Only data objects have it; asked of a key, it costs four calls more. */
static int
application_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t handle, struct hsm_object *object, struct error *err)
{
	unsigned char application[1024];
	struct ck_attribute attr = { CKA_APPLICATION, application,
		sizeof(application) };

	if (find_values(module, session, handle, &attr, 1, err) != 0)
		return -1;
	find_text(&attr, object->application, sizeof(object->application));
	return 0;
}

static int
object_push(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t handle, void *arg, struct error *err)
{
	unsigned long class = CK_UNAVAILABLE_INFORMATION;
	unsigned char id[1024], label[1024];
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, id, sizeof(id) },
		{ CKA_LABEL, label, sizeof(label) },
	};
	struct list_arg *list = arg;
	struct hsm_object *object = &list->objects[list->n];

	if (find_values(module, session, handle, attrs, 3, err) != 0)
		return -1;
	object->class = class_of(class);
	object->id_len = cut(attrs[1].value_len, sizeof(object->id));
	memcpy(object->id, id, object->id_len);
	find_text(&attrs[2], object->label, sizeof(object->label));
	if (object->class == HSM_CLASS_DATA &&
	    application_read(module, session, handle, object, err) != 0)
		return -1;
	list->n++;
	return 0;
}

static int
handles_of(const struct module *module, ck_session_handle_t session,
    const uint8_t *id, ck_object_handle_t **out, size_t *n, struct error *err)
{
	unsigned char yes = 1;
	struct ck_attribute all = { CKA_TOKEN, &yes, sizeof(yes) };

	if (id != NULL)
		return find_by_id(module, session, id, out, n, err);
	return find_objects(module, session, &all, 1, out, n, err);
}

static int
list_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct list_arg *list = arg;
	const struct module *module = &token->module;
	ck_object_handle_t *handles = NULL;
	size_t n = 0;
	int rc;

	free(list->objects);
	list->objects = NULL;
	list->n = 0;
	if (login_check(token, session, err) != 0 ||
	    handles_of(module, session, list->id, &handles, &n, err) != 0)
		return -1;
	list->objects = mem_new(n * sizeof(*list->objects));
	rc = find_each(module, session, handles, n, list->gone, object_push,
	    list, err);
	free(handles);
	return rc;
}

/* What is gone is believed to be when it is so for the second time. */
static void
list_forget(void *arg)
{
	struct list_arg *list = arg;

	list->gone = FIND_GONE_SKIPPED;
}

static int
list(struct hsm_token *token, const uint8_t *id, struct hsm_object **out,
    size_t *n, struct error *err)
{
	struct list_arg found = { id, NULL, 0, FIND_GONE_FAILS };
	const struct run run = { list_work, list_forget, &found, RUN_AGAIN };

	*out = NULL;
	*n = 0;
	if (run_do(token, &run, err) != 0) {
		free(found.objects);
		return err_wrap(err, "list objects of token %s",
		    hsm_token_name(token));
	}
	*out = found.objects;
	*n = found.n;
	return 0;
}

int
hsm_object_list(struct hsm_token *token, struct hsm_object **out, size_t *n,
    struct error *err)
{

	return list(token, NULL, out, n, err);
}

int
hsm_object_find(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN], struct hsm_object **out, size_t *n,
    struct error *err)
{

	return list(token, id, out, n, err);
}

struct destroy_arg {
	const uint8_t	*id;
	size_t		 left;
};

/*
 * Refused is what the module will not do to this object; everything else is
 * a failure. Destroying one half may take the other along (NSS).
 */
static bool
is_refused(ck_rv_t rv)
{

	return rv == CKR_ACTION_PROHIBITED ||
	    rv == CKR_FUNCTION_NOT_SUPPORTED ||
	    rv == CKR_FUNCTION_REJECTED || rv == CKR_ATTRIBUTE_READ_ONLY;
}

static ck_rv_t
destroy_all(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t *handles, size_t n)
{
	ck_rv_t rv = CKR_OK;
	size_t i;

	for (i = 0; i < n && rv == CKR_OK; i++) {
		rv = CALL(module, C_DestroyObject, (session, handles[i]));
		if (is_refused(rv) || rv == CKR_OBJECT_HANDLE_INVALID ||
		    rv == CKR_KEY_HANDLE_INVALID)
			rv = CKR_OK;
	}
	return rv;
}

static int
destroy_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct destroy_arg *destroy = arg;
	const struct module *module = &token->module;
	ck_object_handle_t *handles = NULL;
	size_t n = 0;
	ck_rv_t rv;

	if (login_check(token, session, err) != 0 ||
	    find_by_id(module, session, destroy->id, &handles, &n, err) != 0)
		return -1;
	rv = destroy_all(module, session, handles, n);
	free(handles);
	handles = NULL;
	if (rv != CKR_OK)
		return ckr_set(err, "C_DestroyObject", rv);
	/* What the token still has counts, not what it said. */
	if (n > 0 && find_by_id(module, session, destroy->id, &handles,
	    &destroy->left, err) != 0)
		return -1;
	free(handles);
	return 0;
}

int
hsm_object_destroy(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN], size_t *left, struct error *err)
{
	struct destroy_arg destroy = { id, 0 };
	const struct run run = { destroy_work, NULL, &destroy, RUN_AGAIN };
	char hex[2 * HSM_ID_LEN + 1];

	*left = 0;
	if (run_do(token, &run, err) != 0)
		return err_wrap(err, "destroy objects with CKA_ID %s in token "
		    "%s", text_hex(id, HSM_ID_LEN, hex),
		    hsm_token_name(token));
	*left = destroy.left;
	return 0;
}

bool
hsm_object_undo(struct hsm_token *token, const uint8_t id[static HSM_ID_LEN],
    char left[static HSM_OBJECT_LEFT_LEN])
{
	struct error ignored = ERR_INIT;
	char hex[2 * HSM_ID_LEN + 1];
	size_t n = 0;

	(void)text_hex(id, HSM_ID_LEN, hex);
	if (hsm_object_destroy(token, id, &n, &ignored) != 0)
		(void)snprintf(left, HSM_OBJECT_LEFT_LEN,
		    "objects with CKA_ID %s may be left", hex);
	else if (n > 0)
		(void)snprintf(left, HSM_OBJECT_LEFT_LEN,
		    "%zu object%s with CKA_ID %s %s left", n,
		    n == 1 ? "" : "s", hex, n == 1 ? "is" : "are");
	else
		(void)snprintf(left, HSM_OBJECT_LEFT_LEN,
		    "nothing of it is left");
	return ignored.class == ERR_NONE && n == 0;
}

int
hsm_object_undo_say(struct hsm_token *token,
    const uint8_t id[static HSM_ID_LEN], struct error *err)
{
	char left[HSM_OBJECT_LEFT_LEN];

	(void)hsm_object_undo(token, id, left);
	return err_wrap(err, "in vain, and %s in the token", left);
}
