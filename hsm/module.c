#include <dlfcn.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libp11.h>

#include "hsm/fellows.h"
#include "hsm/info.h"
#include "hsm/module.h"
#include "kmgr/base/mem.h"

void
module_called(const struct module *module, const char *call, ck_rv_t rv,
    int64_t at_us)
{
	const struct hsm_config *config = module->config;

	if (config != NULL && config->trace != NULL)
		config->trace(config->trace_arg, call, rv,
		    when_elapsed_us() - at_us);
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

/* libp11 leaves Cryptoki's return value in OpenSSL's queue of errors. */
static int
libp11_error(struct error *err, const char *call, const char *otherwise)
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
functions_get(const char *path, int mode, struct ck_function_list **out,
    struct error *err)
{
	CK_C_GetFunctionList get = NULL;
	ck_rv_t rv = CKR_OK;
	void *image, *symbol;

	*out = NULL;
	image = dlopen(path, RTLD_NOW | RTLD_NODELETE | mode);
	if (image == NULL)
		return 0;
	if ((symbol = dlsym(image, "C_GetFunctionList")) != NULL) {
		/* ISO C has no cast from an object to a function. */
		memcpy(&get, &symbol, sizeof(get));
		rv = get(out);
	}
	(void)dlclose(image);
	if (rv == CKR_OK)
		return 0;
	*out = NULL;
	return ckr_set(err, "C_GetFunctionList", rv);
}

/* As above where no answer is answer enough. */
static struct ck_function_list *
functions_of(const char *path)
{
	struct error ignored = ERR_INIT;
	struct ck_function_list *list;

	(void)functions_get(path, RTLD_NOLOAD, &list, &ignored);
	return list;
}

static bool
is_initialized(struct ck_function_list *list)
{
	struct ck_info info;

	return list != NULL && list->C_GetInfo(&info) == CKR_OK;
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

	if (functions_get(path, RTLD_NOLOAD, &module->list, err) != 0)
		return -1;
	if (module->list == NULL)
		return err_set(err, ERR_TOKEN,
		    "%s gives no list of functions", path);
	if (is_initialized(module->list))
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
ctx_load(PKCS11_CTX *ctx, const char *path, struct error *err)
{
	struct error failed = ERR_INIT;
	struct ck_function_list *list;
	int i;

	for (i = 0; i < 2; i++) {
		if (PKCS11_CTX_load(ctx, path) == 0)
			return 0;
		(void)libp11_error(&failed, "C_Initialize or C_GetInfo",
		    "the module failed to start");
		if (failed.code != CKR_OK ||
		    functions_get(path, 0, &list, &failed) != 0)
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
	void *image;
	int64_t at_us;
	int rc;

	if ((image = image_open(path, err)) == NULL)
		return -1;
	module->ctx = PKCS11_CTX_new();
	at_us = when_elapsed_us();
	rc = ctx_load(module->ctx, path, err);
	(void)dlclose(image);
	if (rc != 0) {
		module_called(module, "C_Initialize", err->code, at_us);
		PKCS11_CTX_free(module->ctx);
		module->ctx = NULL;
		return -1;
	}
	module_called(module, "C_Initialize", CKR_OK, at_us);
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

	if (path_check(path, err) != 0)
		return -1;
	module->is_stale = false;
	list = functions_of(path);
	if (is_initialized(list))
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
	int64_t at_us;

	if (module->is_instance)
		(void)CALL(module, C_Finalize, (NULL));
	at_us = when_elapsed_us();
	if (module->slots != NULL)
		PKCS11_release_all_slots(module->ctx, module->slots,
		    module->n_slots);
	if (module->ctx != NULL) {
		PKCS11_CTX_unload(module->ctx);
		module_called(module, "C_Finalize", CKR_OK, at_us);
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
	fellows_take(module, path);
	finish(module);
	if (is_initialized(functions_of(path))) {
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
}

static bool
word_matches(const char *wanted, const char *got)
{

	return wanted[0] == '\0' || (got != NULL && strcmp(wanted, got) == 0);
}

static bool
slot_matches(const struct hsm_uri *uri, const PKCS11_TOKEN *token)
{

	return token != NULL && word_matches(uri->token, token->label) &&
	    word_matches(uri->serial, token->serialnr) &&
	    word_matches(uri->manufacturer, token->manufacturer) &&
	    word_matches(uri->model, token->model);
}

/*
 * libp11 closes all sessions with a token when its slot is released, those of
 * other users in this process too. So the slots are kept until the module is
 * unloaded, when all sessions end anyway.
 */
static int
find_by_libp11(struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, size_t *n_found, struct error *err)
{
	const int64_t at_us = when_elapsed_us();
	unsigned int i;

	if (module->slots == NULL && PKCS11_enumerate_slots(module->ctx,
	    &module->slots, &module->n_slots) != 0) {
		module->slots = NULL;
		(void)libp11_error(err, "C_GetSlotList, C_GetSlotInfo or "
		    "C_GetTokenInfo", "the module lists no slots");
		module_called(module, "C_GetSlotList", err->code, at_us);
		return -1;
	}
	module_called(module, "C_GetSlotList", CKR_OK, at_us);
	for (i = 0; i < module->n_slots; i++) {
		if (!slot_matches(uri, module->slots[i].token))
			continue;
		*slot = PKCS11_get_slotid_from_slot(&module->slots[i]);
		(*n_found)++;
	}
	return 0;
}

/*
 * Without libp11: in a module that another token has loaded it would disturb
 * that one, and in another instance it has other slots.
 */
static int
find_beside(const struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, size_t *n_found, struct error *err)
{
	struct hsm_token_info info;
	ck_slot_id_t *slots;
	size_t i, n;
	int rc = 0;

	if (info_slots(module, &slots, &n, err) != 0)
		return -1;
	for (i = 0; rc == 0 && i < n; i++) {
		rc = info_read(module, slots[i], &info, err);
		if (rc != 0 || !word_matches(uri->token, info.label) ||
		    !word_matches(uri->serial, info.serial) ||
		    !word_matches(uri->manufacturer, info.manufacturer) ||
		    !word_matches(uri->model, info.model))
			continue;
		*slot = slots[i];
		(*n_found)++;
	}
	free(slots);
	return rc;
}

int
module_find(struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, struct error *err)
{
	size_t n_found = 0;
	int rc;

	if (module->ctx != NULL && !module->is_instance)
		rc = find_by_libp11(module, uri, slot, &n_found, err);
	else
		rc = find_beside(module, uri, slot, &n_found, err);
	if (rc != 0 || n_found == 1)
		return rc;
	if (n_found > 1) {
		(void)err_set(err, ERR_TOKEN, "%zu tokens match the URI",
		    n_found);
		return err_hint(err, "add serial= to the URI; kmgr "
		    "list-tokens --module %s shows it", uri->module_path);
	}
	(void)err_set(err, ERR_TOKEN, "no token %s%s%s in %s", uri->token,
	    uri->serial[0] != '\0' ? " of serial " : "", uri->serial,
	    uri->module_path);
	err->code = CKR_TOKEN_NOT_PRESENT;
	return err_hint(err, "kmgr list-tokens --module %s shows the tokens "
	    "that it has; is the right one plugged in?", uri->module_path);
}
