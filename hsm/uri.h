/* How a token is named: RFC 7512 URIs, parsed by p11-kit. */
#ifndef HSM_URI_H
#define HSM_URI_H

#include "kmgr/base/err.h"

/* Strings are "" where the URI says nothing; %xx is decoded. */
struct hsm_uri {
	char	module_path[512];
	char	token[33];		/* CKA label, 32 bytes in Cryptoki */
	char	manufacturer[33];
	char	model[17];
	char	serial[17];
	char	pin_source[512];	/* "file:PATH", "PATH" or "|COMMAND" */
};

/**
 * hsm_uri_read(text, out, err):
 * Read the URI of a token. It must name the token (token= or serial=) and
 * hold an absolute module-path; slot numbers, object attributes, unknown or
 * repeated attributes are refused, and pin-value is refused because a
 * configuration file is no place for a PIN.
 *
 * Errors: ERR_CONFIG.
 * Source: RFC 7512 s2.3, s2.4.
 */
int hsm_uri_read(const char *text, struct hsm_uri *out, struct error *err);

#endif
