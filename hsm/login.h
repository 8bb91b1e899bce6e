/* Logging in as the token's user. */
#ifndef HSM_LOGIN_H
#define HSM_LOGIN_H

#include "hsm/run.h"

/**
 * login_prepare(token, err):
 * Have the PIN at hand, if the token needs one from us, before anything is
 * locked: a person may have to type it.
 *
 * Errors: ERR_CONFIG, ERR_SYSTEM.
 */
int login_prepare(struct hsm_token *token, struct error *err);

/**
 * login_session(token, session, err):
 * Log in unless ${session} is logged in already. A PIN that was refused once
 * is not tried again, nor any when the token says that one try is left or
 * none.
 *
 * Errors: ERR_TOKEN, ERR_SYSTEM.
 */
int login_session(struct hsm_token *token, ck_session_handle_t session,
    struct error *err);

/**
 * login_check(token, session, err):
 * Fail with CKR_USER_NOT_LOGGED_IN unless ${session} is logged in, where the
 * token needs that: a search without login finds no private object and says
 * nothing of it, so whoever finds none asks here before he believes it.
 *
 * Errors: ERR_TOKEN.
 */
int login_check(struct hsm_token *token, ck_session_handle_t session,
    struct error *err);

#endif
