#include <stdlib.h>
#include <string.h>

#include "hsm/attr.h"
#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/record.h"
#include "hsm/run.h"
#include "kmgr/base/mem.h"

struct list_arg {
	const char	*application;	/* or NULL: the prefix decides */
	const char	*prefix;
	struct hsm_data	*list;
	size_t		 n;
	enum find_gone	 gone;
};

static bool
is_wanted(const struct list_arg *list, const struct hsm_data *data)
{

	if (list->application != NULL)
		return data->is_private &&
		    strcmp(data->application, list->application) == 0;
	return strncmp(data->application, list->prefix,
	    strlen(list->prefix)) == 0;
}

static int
list_push(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, void *arg, struct error *err)
{
	struct list_arg *list = arg;
	struct record record;
	struct hsm_data *place;

	if (record_read(module, session, object, RECORD_WHOLE, &record,
	    err) != 0)
		return -1;
	if (!is_wanted(list, &record.data)) {
		buf_free(&record.data.value);
		return 0;
	}
	place = mem_push(&list->list, list->n, sizeof(*list->list));
	*place = record.data;
	list->n++;
	return 0;
}

static int
list_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct list_arg *list = arg;
	const struct module *module = &token->module;
	struct attr_template t = { .n = 0 };
	ck_object_handle_t *objects = NULL;
	size_t n = 0;
	int rc;

	hsm_data_list_free(list->list, list->n);
	list->list = NULL;
	list->n = 0;
	attr_add_ulong(&t, CKA_CLASS, CKO_DATA);
	attr_add_bool(&t, CKA_TOKEN, true);
	if (list->application != NULL)
		attr_add(&t, CKA_APPLICATION, list->application,
		    strlen(list->application));
	if (login_check(token, session, err) != 0 || find_objects(module,
	    session, t.list, t.n, &objects, &n, err) != 0)
		return -1;
	rc = find_each(module, session, objects, n, list->gone, list_push,
	    list, err);
	free(objects);
	return rc;
}

static void
list_forget(void *arg)
{
	struct list_arg *list = arg;

	list->gone = FIND_GONE_SKIPPED;
}

static int
list_all(struct hsm_token *token, struct list_arg *list,
    struct hsm_data **out, size_t *n, struct error *err)
{
	const struct run run = { list_work, list_forget, list, RUN_AGAIN };

	*out = NULL;
	*n = 0;
	if (run_do(token, &run, err) != 0) {
		hsm_data_list_free(list->list, list->n);
		return err_wrap(err, "list data objects of token %s",
		    hsm_token_name(token));
	}
	*out = list->list;
	*n = list->n;
	return 0;
}

int
hsm_data_list(struct hsm_token *token, const char *application,
    struct hsm_data **out, size_t *n, struct error *err)
{
	struct list_arg list = { .application = application };

	return list_all(token, &list, out, n, err);
}

int
hsm_data_list_prefix(struct hsm_token *token, const char *prefix,
    struct hsm_data **out, size_t *n, struct error *err)
{
	struct list_arg list = { .prefix = prefix };

	return list_all(token, &list, out, n, err);
}

void
hsm_data_list_free(struct hsm_data *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_free(&list[i].value);
	free(list);
}

