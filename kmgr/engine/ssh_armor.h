/*
 * What an OpenSSH signature says of itself. Nothing of it is proved here;
 * ssh-keygen(1) verifies signatures and certificates.
 */
#ifndef ENGINE_SSH_ARMOR_H
#define ENGINE_SSH_ARMOR_H

#include <stdbool.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

#define SSH_ARMOR_MAX  16384	/* bytes of a signature's text */
#define SSH_KEY_MAX    8192	/* bytes of a public key's line */

struct ssh_armor {
	char	*namespace;
	char	*text;		/* the signature, armoured afresh */
	char	*key_id;	/* of the certificate, or NULL: a bare key */
};

/**
 * ssh_armor_read(text, out, err):
 * Read the signature ${text} as ssh-keygen -Y sign writes it. Line ends may
 * be CRLF, and blanks may surround it. out->key_id is "" where a certificate
 * has none that can be shown.
 *
 * Owner: the caller, ssh_armor_clear(), also on failure.
 * Errors: ERR_INPUT.
 * Source: OpenSSH's PROTOCOL.sshsig and PROTOCOL.certkeys, RFC 4251 s5.
 */
int ssh_armor_read(const char *text, struct ssh_armor *out,
    struct error *err);
void ssh_armor_clear(struct ssh_armor *armor);

/**
 * ssh_armor_key(line, key, comment, err):
 * Read the ${line} of a public key as it stands in a .pub file. ${key} gets
 * "type base64" and *${comment} what follows, "" where nothing does.
 *
 * Owner: *${comment} is a part of ${line}.
 * Errors: ERR_INPUT, also for a certificate and for options before the key.
 */
int ssh_armor_key(const char *line, struct buf *key, const char **comment,
    struct error *err);

#endif
