/* Where the PIN comes from. */
#ifndef HSM_PIN_H
#define HSM_PIN_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/base/secret.h"

#define PIN_COMMAND_LIMIT_S 30

/**
 * pin_read(name, pin_source, out, err):
 * The PIN of the token that the configuration calls ${name}: from
 * ${pin_source} ("file:PATH", "PATH" or "|COMMAND"; "" for none), else from
 * $CREDENTIALS_DIRECTORY/${name}.pin. *${out} is NULL when neither is there.
 *
 * Owner: the caller, secret_free().
 * Errors: ERR_CONFIG, ERR_SYSTEM.
 * Source: RFC 7512 s2.4.
 */
int pin_read(const char *name, const char *pin_source, struct secret **out,
    struct error *err);

/**
 * pin_is_unattended(name, pin_source):
 * Whether pin_read() has a file to read the PIN from: nobody is asked for it,
 * however often it is read.
 */
bool pin_is_unattended(const char *name, const char *pin_source);

/**
 * pin_ask(name, out, err):
 * Ask for the PIN on the terminal, without echo. A signal that ends the
 * program finds the terminal as it was.
 *
 * Owner: the caller, secret_free().
 * Errors: ERR_CONFIG (no terminal, nothing entered), ERR_SYSTEM.
 */
int pin_ask(const char *name, struct secret **out, struct error *err);

#endif
