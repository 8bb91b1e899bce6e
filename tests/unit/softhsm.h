/* A SoftHSM of the test's own, with tokens, in a folder that goes away. */
#ifndef TESTS_UNIT_SOFTHSM_H
#define TESTS_UNIT_SOFTHSM_H

#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>

#include "hsm/token.h"

#define SOFTHSM_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define SOFTHSM_PIN    "12345678"
#define SOFTHSM_SO_PIN "87654321"

struct softhsm {
	char			 dir[64];
	struct hsm_config	 config;	/* for token "kmgr" */
	char			 uri[512];
	char			 lock_path[128];
	/* What config.trace saw. */
	_Atomic unsigned int	 n_calls;
	_Atomic unsigned int	 n_logins;
	_Atomic unsigned int	 n_starts;
	_Atomic unsigned int	 n_generated;
	_Atomic unsigned int	 n_searches;
};

/**
 * softhsm_new():
 * A folder with a configuration that SOFTHSM2_CONF names and the token "kmgr".
 * Owner: the caller, softhsm_free().
 */
struct softhsm *softhsm_new(void);
void softhsm_free(struct softhsm *soft);

/**
 * softhsm_add_token(label):
 * Make another token with the same PINs.
 */
void softhsm_add_token(const char *label);

/**
 * softhsm_write(soft, name, mode, text):
 * Write a file into the folder; its path, which the next call overwrites.
 */
const char *softhsm_write(struct softhsm *soft, const char *name,
    unsigned int mode, const char *text);

/**
 * softhsm_uri(soft, out, size, label, pin_source):
 * The URI of a token. Returns ${out}.
 */
char *softhsm_uri(const struct softhsm *soft, char *out, size_t size,
    const char *label, const char *pin_source);

/**
 * softhsm_open(soft):
 * The token "kmgr", open and logged in. Owner: the caller.
 */
struct hsm_token *softhsm_open(struct softhsm *soft);

/**
 * softhsm_raw():
 * The functions of the module that is loaded in this process, for a test that
 * does behind our back what others may do.
 */
struct ck_function_list *softhsm_raw(void);

/**
 * softhsm_raw_session(label):
 * A session of the test's own with the token ${label}.
 */
ck_session_handle_t softhsm_raw_session(const char *label);

/* A SoftHSM and its token, open and logged in. */
struct softhsm_fixture {
	struct softhsm		*soft;
	struct hsm_token	*token;
};

/**
 * softhsm_fixture_new(), softhsm_fixture_free(f):
 * Owner: the caller.
 */
struct softhsm_fixture *softhsm_fixture_new(void);
void softhsm_fixture_free(struct softhsm_fixture *f);

/**
 * softhsm_bend(f, bent):
 * Until the token is opened anew it calls the functions ${bent}, which are
 * the module's own at first; those are returned.
 */
struct ck_function_list *softhsm_bend(struct softhsm_fixture *f,
    struct ck_function_list *bent);

#endif
