/*
 * The module itself: loads the real one and puts a counting function before
 * each of its functions.
 */

#include "tests/fault/p11shim.h"

#include <dlfcn.h>
#include <pthread.h>

/* Parameter lists that recur in p11shim_calls.h. */
#define SESSION   ck_session_handle_t session
#define OBJECT    ck_object_handle_t object
#define MECHANISM struct ck_mechanism *mech
#define TEMPLATE  struct ck_attribute *attrs, unsigned long n
#define IN        unsigned char *in, unsigned long in_len
#define OUT       unsigned char *out, unsigned long *out_len

#define FORWARD(function, parameters, arguments)                               \
	static ck_rv_t shim_##function parameters                              \
	{                                                                      \
		struct shim_call call = { .name = #function };                 \
                                                                               \
		if (faults_enter(&call))                                       \
			call.rv = shim_next()->function arguments;             \
		return faults_leave(&call);                                    \
	}
#include "tests/fault/p11shim_calls.h"
#undef FORWARD

#define FORWARD(function, parameters, arguments) .function = shim_##function,
static struct ck_function_list outer = {
	.version = { 2, 40 },
	.C_GetFunctionList = C_GetFunctionList,
#include "tests/fault/p11shim_calls.h"
};
#undef FORWARD

/*
 * The real functions, and after each layer has replaced its own, what the
 * layer above calls. A layer keeps the list below it, so each has its copy.
 */
static struct ck_function_list lists[6];
static pthread_once_t loaded = PTHREAD_ONCE_INIT;

static void
load(void)
{
	static void (*const install[])(struct ck_function_list *,
	    const struct ck_function_list *) = { far_install, tag_install,
		quirks_install, attr_install, gone_install };
	const char *path = shim_conf()->module;
	struct ck_function_list *real = NULL;
	CK_C_GetFunctionList get;
	void *image;
	size_t i;

	image = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (image == NULL)
		shim_die("KMGR_SHIM_MODULE: %s", dlerror());
	/* POSIX's way to turn the object pointer into a function pointer. */
	*(void **)(&get) = dlsym(image, "C_GetFunctionList");
	if (get == NULL || get(&real) != CKR_OK || real == NULL)
		shim_die("KMGR_SHIM_MODULE: %s has no functions", path);

	lists[0] = *real;
	for (i = 0; i < sizeof(install) / sizeof(install[0]); i++) {
		lists[i + 1] = lists[i];
		install[i](&lists[i + 1], &lists[i]);
	}
}

struct ck_function_list *
shim_next(void)
{

	return &lists[5];
}

__attribute__((visibility("default"))) ck_rv_t
C_GetFunctionList(struct ck_function_list **list)
{
	struct shim_call call = { .name = "C_GetFunctionList" };

	pthread_once(&loaded, load);
	if (list == NULL)
		return CKR_ARGUMENTS_BAD;
	if (faults_enter(&call))
		*list = &outer;
	return faults_leave(&call);
}
