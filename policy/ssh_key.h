/*
 * SSH public keys on one line, as in a .pub file or authorized_keys, but
 * without options: who approves. The line names a person in its comment and
 * stands in sealed policies, so it has one canonical form:
 * "TYPE BASE64" or "TYPE BASE64 COMMENT".
 */
#ifndef POLICY_SSH_KEY_H
#define POLICY_SSH_KEY_H

#include "kmgr/base/err.h"

#define SSH_KEY_FINGERPRINT_LEN 51	/* "SHA256:", 43 characters, NUL */
#define SSH_KEY_COMMENT_MAX	256

/**
 * ssh_key_read(text, line, err):
 * Read the public key ${text}, which may have further blanks around its
 * words, to *${line} in canonical form. The types are those of
 * ssh_key_types(), the key's blob must be one of its type, an RSA key have
 * 2048 to 16384 bits, and the comment be printable ASCII.
 *
 * Owner: the caller, free().
 * Errors: ERR_INPUT.
 * Source: RFC 4253 s6.6, RFC 5656 s3.1, RFC 8709 s4, OpenSSH PROTOCOL.u2f.
 */
int ssh_key_read(const char *text, char **line, struct error *err);

/**
 * ssh_key_fingerprint(line, out):
 * Write the fingerprint of ${line}, which ssh_key_read() wrote, as
 * ssh-keygen -l prints it: "SHA256:" and base64 without padding. Returns
 * ${out}.
 */
char *ssh_key_fingerprint(const char *line,
    char out[static SSH_KEY_FINGERPRINT_LEN]);

/**
 * ssh_key_comment(line):
 * The comment of ${line}, which ssh_key_read() wrote, "" where it has none.
 * Owner: ${line}.
 */
const char *ssh_key_comment(const char *line);

/**
 * ssh_key_compare(a, b):
 * The order of two lines that ssh_key_read() wrote, by type and key alone:
 * 0 for one key with two comments.
 */
int ssh_key_compare(const char *a, const char *b);

/**
 * ssh_key_types():
 * The words of the accepted types, for messages.
 */
const char *ssh_key_types(void);

#endif
