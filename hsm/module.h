/*
 * A PKCS#11 module: libp11 loads it and says which tokens there are, and from
 * then on its functions are called here, each through CALL().
 *
 * libp11 0.4.12 fails on a token with an Ed25519 key when it lists keys, waits
 * for ever when C_OpenSession fails, and remembers a login that is gone: so
 * it is asked for nothing else.
 */
#ifndef HSM_MODULE_H
#define HSM_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hsm/ckr.h"
#include "hsm/token.h"
#include "hsm/uri.h"
#include "kmgr/base/err.h"
#include "kmgr/base/when.h"

struct PKCS11_ctx_st;
struct PKCS11_slot_st;
struct watchdog_call;

struct module {
	struct ck_function_list	*list;	/* NULL: not loaded */
	struct PKCS11_ctx_st	*ctx;	/* NULL: another token initialised it */
	struct PKCS11_slot_st	*slots;	/* libp11's, kept: see module_find() */
	unsigned int		 n_slots;
	bool			 is_instance; /* list is apart from libp11's */
	bool			 is_stale; /* a fellow has finalized it since */
	dev_t			 dev;	/* its file, and who else has it: */
	ino_t			 ino;	/* fellows.h */
	struct module		*next;
	bool			 is_watched; /* watchdog_begin() */
	const struct hsm_config	*config; /* whose trace() is called, and whose
					  * limit is kept, or NULL */
};

/* A call that is out. */
struct module_call {
	const struct module	*module;
	const char		*name;
	int64_t			 at_us;
	struct watchdog_call	*watched;
};

/**
 * CALL(module, C_Name, (arguments)):
 * The one way to call Cryptoki: the call is timed and traced, and the process
 * ends where it never returns (watchdog.h). The value is the function's.
 *
 * CALL_PERSON(): likewise one in which the token waits for a person, who may
 * take as long as he likes.
 */
#define CALL(module, name, args)					\
	CALL_AS(module_call((module), #name), module, name, args)
#define CALL_PERSON(module, name, args)					\
	CALL_AS(module_call_person((module), #name), module, name, args)
#define CALL_AS(begin, module, name, args) __extension__ ({		\
	const struct module_call call_out = begin;			\
	const ck_rv_t call_rv = (module)->list->name args;		\
	module_called(&call_out, call_rv);				\
	call_rv;							\
})

/**
 * module_call(module, name), module_call_person(module, name):
 * The function ${name} is called; for a person.
 *
 * module_called(call, rv): it has returned ${rv}.
 */
struct module_call module_call(const struct module *module,
    const char *name);
struct module_call module_call_person(const struct module *module,
    const char *name);
void module_called(const struct module_call *call, ck_rv_t rv);

/**
 * module_error(err, call, otherwise):
 * Describe in ${err} what libp11 failed of in ${call}, whose return value it
 * leaves in OpenSSL's queue of errors; ${otherwise} where there is none. Always
 * returns -1.
 */
int module_error(struct error *err, const char *call, const char *otherwise);

/**
 * module_load(module, path, err):
 * Load and initialise ${path}, which not everybody may be able to write. One
 * that another token of this process has initialised is used as it is.
 * ${module} is zeroed but for config. Also on failure module_unload() follows.
 *
 * Errors: ERR_CONFIG (path), ERR_TOKEN, ERR_SYSTEM.
 */
int module_load(struct module *module, const char *path, struct error *err);

/**
 * module_reload(module, path, err):
 * Finalize, whoever initialised it, and begin anew. All sessions that this
 * process has with the module end, and other tokens of it are stale. One that
 * is stale itself is not finalized once more: another token has just done so.
 * On failure nothing is loaded.
 *
 * Errors: as module_load().
 */
int module_reload(struct module *module, const char *path,
    struct error *err);

/**
 * module_unload(module):
 * Finalize and unload, if module_load() initialised it and no other token of
 * this process uses it.
 */
void module_unload(struct module *module);

/**
 * module_find(module, uri, slot, err):
 * The slot of the one token that ${uri} names. err->code is
 * CKR_TOKEN_NOT_PRESENT where there is none.
 *
 * Errors: ERR_TOKEN.
 */
int module_find(struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, struct error *err);

#endif
