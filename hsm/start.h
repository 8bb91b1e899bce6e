/* Loading the module and finding the token, one process at a time. */
#ifndef HSM_START_H
#define HSM_START_H

#include "hsm/run.h"

/**
 * start_lock(token, fd, err), start_unlock(fd):
 * Hold config.lock_path, if there is one, in *${fd}. SoftHSM 2.6.1 empties
 * the token's file for an instant at every login; another process that
 * initialises just then sees no token, or one without a PIN.
 *
 * Errors: ERR_SYSTEM.
 */
int start_lock(const struct hsm_token *token, int *fd, struct error *err);
void start_unlock(int fd);

/**
 * start_enter(token), start_leave(token):
 * Between them calls may be made: no thread starts ${token}, or another one,
 * anew. Not again by who is in already.
 */
void start_enter(struct hsm_token *token);
void start_leave(struct hsm_token *token);

/**
 * start_lose(token), start_end(token):
 * Close the sessions of ${token}, of which none is in use; and unload its
 * module. Sessions of others stay.
 */
void start_lose(struct hsm_token *token);
void start_end(struct hsm_token *token);

/**
 * start_first(token, err):
 * Load the module, find the token, note what it says of itself. An absent
 * token is looked for again within half a second.
 *
 * Errors: ERR_CONFIG, ERR_TOKEN, ERR_SYSTEM.
 */
int start_first(struct hsm_token *token, struct error *err);

/**
 * start_again(token, err):
 * The same after the module or the token failed, within about two seconds;
 * the token must be the one of start_first(). All sessions are gone. Where
 * another token of the same module has started it since, it is only found
 * again.
 *
 * Errors: as start_first(), ERR_INTEGRITY where it is another token.
 */
int start_again(struct hsm_token *token, struct error *err);

#endif
