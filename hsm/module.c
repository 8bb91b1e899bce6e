#include <dlfcn.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libp11.h>

#include "hsm/fellows.h"
#include "hsm/module.h"
#include "hsm/watchdog.h"
#include "kmgr/base/mem.h"

#define SECOND_US 1000000

struct module_call
module_call_person(const struct module *module, const char *name)
{

	return (struct module_call) { module, name, when_elapsed_us(), NULL };
}

struct module_call
module_call(const struct module *module, const char *name)
{
	const struct hsm_config *config = module->config;
	struct module_call call = module_call_person(module, name);

	if (config != NULL)
		call.watched = watchdog_enter(config->name, name,
		    config->call_limit_s * SECOND_US, call.at_us);
	return call;
}

void
module_called(const struct module_call *call, ck_rv_t rv)
{
	const struct hsm_config *config = call->module->config;

	watchdog_leave(call->watched);
	if (config != NULL && config->trace != NULL)
		config->trace(config->trace_arg, call->name, rv,
		    when_elapsed_us() - call->at_us);
}

static int
watch(struct module *module, struct error *err)
{
	const struct hsm_config *config = module->config;

	if (module->is_watched || config == NULL || config->call_limit_s == 0)
		return 0;
	if (watchdog_begin(config->call_limit_s * SECOND_US, err) != 0)
		return -1;
	module->is_watched = true;
	return 0;
}

/* Whoever can write the module, or swap it, gets the PIN. */
static int
path_check(const char *path, struct error *err)
{
	struct stat st;
	char *copy;
	const char *folder;
	int rc = 0;

	if (stat(path, &st) != 0) {
		(void)err_set_errno(err, "%s", path);
		err->class = ERR_CONFIG;
		return err_hint(err, "is the module installed, and "
		    "module-path right?");
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is not a file", path);
	if ((st.st_mode & S_IWOTH) != 0)
		return err_set(err, ERR_CONFIG,
		    "anybody can write %s, so it is not loaded", path);
	copy = mem_strdup(path);
	folder = dirname(copy);
	/* With the sticky bit others can add files but swap none. */
	if (stat(folder, &st) == 0 && (st.st_mode & S_IWOTH) != 0 &&
	    (st.st_mode & S_ISVTX) == 0)
		rc = err_set(err, ERR_CONFIG,
		    "anybody can write %s, so nothing is loaded from there",
		    folder);
	free(copy);
	return rc;
}

int
module_error(struct error *err, const char *call, const char *otherwise)
{
	const unsigned long code = ERR_peek_last_error();
	const bool is_ckr = ERR_GET_LIB(code) == ERR_get_CKR_code();

	ERR_clear_error();
	if (is_ckr)
		return ckr_set(err, call, (ck_rv_t)ERR_GET_REASON(code));
	return err_set(err, ERR_TOKEN, "%s", otherwise);
}

/*
 * libp11 prints the loader's complaint; ours goes into the error. Whoever has
 * the image open until libp11 has it has it loaded once. Owner: the caller,
 * dlclose().
 */
static void *
image_open(const char *path, struct error *err)
{
	void *image = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const char *why;

	if (image == NULL) {
		why = dlerror();
		(void)err_set(err, ERR_TOKEN, "load module: %s",
		    why == NULL ? path : why);
		(void)err_hint(err, "is module-path a PKCS#11 module for "
		    "this machine?");
		return NULL;
	}
	if (dlsym(image, "C_GetFunctionList") != NULL)
		return image;
	(void)dlclose(image);
	(void)err_set(err, ERR_TOKEN, "%s is not a PKCS#11 module "
	    "(it has no C_GetFunctionList)", path);
	return NULL;
}

/*
 * The functions of an image; *out is NULL where mode has RTLD_NOLOAD and it is
 * not in memory yet. It is never unmapped afterwards: few modules survive that.
 */
static int
functions_get(const struct module *module, const char *path, int mode,
    struct ck_function_list **out, struct error *err)
{
	CK_C_GetFunctionList get = NULL;
	struct module_call call;
	ck_rv_t rv = CKR_OK;
	void *image, *symbol;

	*out = NULL;
	image = dlopen(path, RTLD_NOW | RTLD_NODELETE | mode);
	if (image == NULL)
		return 0;
	if ((symbol = dlsym(image, "C_GetFunctionList")) != NULL) {
		/* ISO C has no cast from an object to a function. */
		memcpy(&get, &symbol, sizeof(get));
		call = module_call(module, "C_GetFunctionList");
		rv = get(out);
		watchdog_leave(call.watched);
	}
	(void)dlclose(image);
	if (rv == CKR_OK)
		return 0;
	*out = NULL;
	return ckr_set(err, "C_GetFunctionList", rv);
}

/* As above where no answer is answer enough. */
static struct ck_function_list *
functions_of(const struct module *module, const char *path)
{
	struct error ignored = ERR_INIT;
	struct ck_function_list *list;

	(void)functions_get(module, path, RTLD_NOLOAD, &list, &ignored);
	return list;
}

static bool
is_initialized(const struct module *module, struct ck_function_list *list)
{
	struct module_call call;
	struct ck_info info;
	bool is;

	if (list == NULL)
		return false;
	call = module_call(module, "C_GetInfo");
	is = list->C_GetInfo(&info) == CKR_OK;
	watchdog_leave(call.watched);
	return is;
}

/*
 * p11-kit's proxy hands out another instance of itself with every list of
 * functions, which is to be initialised by whoever asked for it.
 */
static int
list_init(struct module *module, const char *path, struct error *err)
{
	struct ck_c_initialize_args args = { .flags = CKF_OS_LOCKING_OK };
	ck_rv_t rv;

	if (functions_get(module, path, RTLD_NOLOAD, &module->list, err) != 0)
		return -1;
	if (module->list == NULL)
		return err_set(err, ERR_TOKEN,
		    "%s gives no list of functions", path);
	if (is_initialized(module, module->list))
		return 0;
	rv = CALL(module, C_Initialize, (&args));
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return ckr_set(err, "C_Initialize", rv);
	module->is_instance = rv == CKR_OK;
	return 0;
}

/*
 * libp11 calls C_GetFunctionList, whose answer it keeps to itself, then
 * C_Initialize and C_GetInfo.
 */
static int
ctx_load(const struct module *module, const char *path, struct error *err)
{
	struct error failed = ERR_INIT;
	struct ck_function_list *list;
	int i;

	for (i = 0; i < 2; i++) {
		if (PKCS11_CTX_load(module->ctx, path) == 0)
			return 0;
		(void)module_error(&failed, "C_Initialize or C_GetInfo",
		    "the module failed to start");
		if (failed.code != CKR_OK ||
		    functions_get(module, path, 0, &list, &failed) != 0)
			break;
		/* It answers now; so does it to libp11, perhaps. */
	}
	*err = failed;
	return err_hint(err, "see the module's own configuration and log");
}

/* Have libp11 load and initialise the module, initialised already or not. */
static int
own_load(struct module *module, const char *path, struct error *err)
{
	struct module_call call;
	void *image;
	int rc;

	if ((image = image_open(path, err)) == NULL)
		return -1;
	module->ctx = PKCS11_CTX_new();
	call = module_call(module, "C_Initialize");
	rc = ctx_load(module, path, err);
	(void)dlclose(image);
	module_called(&call, rc == 0 ? CKR_OK : err->code);
	if (rc != 0) {
		PKCS11_CTX_free(module->ctx);
		module->ctx = NULL;
		return -1;
	}
	if (list_init(module, path, err) != 0) {
		module_unload(module);
		return -1;
	}
	return 0;
}

int
module_load(struct module *module, const char *path, struct error *err)
{
	struct ck_function_list *list;

	if (path_check(path, err) != 0 || watch(module, err) != 0)
		return -1;
	module->is_stale = false;
	list = functions_of(module, path);
	if (is_initialized(module, list))
		module->list = list;
	else if (own_load(module, path, err) != 0)
		return -1;
	fellows_join(module, path);
	return 0;
}

/* All that module_load() has made; sessions of everybody end. */
static void
finish(struct module *module)
{
	struct module_call call;

	if (module->is_instance)
		(void)CALL(module, C_Finalize, (NULL));
	if (module->ctx != NULL) {
		call = module_call(module, "C_Finalize");
		if (module->slots != NULL)
			PKCS11_release_all_slots(module->ctx, module->slots,
			    module->n_slots);
		PKCS11_CTX_unload(module->ctx);
		module_called(&call, CKR_OK);
		PKCS11_CTX_free(module->ctx);
	}
	ERR_clear_error();
	module->slots = NULL;
	module->n_slots = 0;
	module->ctx = NULL;
	module->list = NULL;
	module->is_instance = false;
}

int
module_reload(struct module *module, const char *path, struct error *err)
{

	if (module->is_stale)
		return module_load(module, path, err);
	if (watch(module, err) != 0)
		return -1;
	fellows_take(module, path);
	finish(module);
	if (is_initialized(module, functions_of(module, path))) {
		if (own_load(module, path, err) != 0)
			return -1;
		finish(module);
	}
	return module_load(module, path, err);
}

void
module_unload(struct module *module)
{

	fellows_leave(module);
	fellows_give(module);
	finish(module);
	module->is_stale = false;
	if (module->is_watched)
		watchdog_end();
	module->is_watched = false;
}
