/* Return values of Cryptoki: names, what to do about each, error texts. */
#ifndef HSM_CKR_H
#define HSM_CKR_H

#include <stdbool.h>

#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>

#include "kmgr/base/err.h"

/* How run.c mends what a return value tells of. */
enum ckr_mend {
	CKR_MEND_NONE,		/* a true answer: nothing to mend */
	CKR_MEND_SESSION,	/* open another session */
	CKR_MEND_LOGIN,		/* log in again */
	CKR_MEND_HANDLE,	/* find the object again */
	CKR_MEND_START,		/* start the module: nothing was done */
	CKR_MEND_DEVICE		/* the same, but the call may have been made */
};

/**
 * ckr_name(rv):
 * "CKR_PIN_LOCKED", or NULL when Cryptoki has no name for ${rv}.
 */
const char *ckr_name(ck_rv_t rv);

/**
 * ckr_text(rv, out):
 * As ckr_name(), a number where there is no name. Returns ${out}.
 */
#define CKR_TEXT_LEN 48
char *ckr_text(ck_rv_t rv, char out[static CKR_TEXT_LEN]);

/**
 * ckr_mend(rv):
 * What mends ${rv}.
 */
enum ckr_mend ckr_mend(ck_rv_t rv);

/**
 * ckr_refuses_template(rv):
 * Whether ${rv} is how modules say that they do not take an attribute.
 */
bool ckr_refuses_template(ck_rv_t rv);

/**
 * ckr_set(err, call, rv):
 * Describe that ${call} ("C_Sign") returned ${rv}: "C_Sign: CKR_PIN_LOCKED
 * (0xa4)", code ${rv}, and what to do next where the user can do something.
 * Always returns -1.
 *
 * Errors: ERR_TOKEN.
 */
int ckr_set(struct error *err, const char *call, ck_rv_t rv);

#endif
