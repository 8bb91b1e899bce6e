/*
 * What an OpenSSH signature says of itself. Nothing of it is proved here;
 * ssh-keygen(1) verifies signatures and certificates.
 */
#ifndef ENGINE_SSH_ARMOR_H
#define ENGINE_SSH_ARMOR_H

#include "kmgr/base/err.h"

#define SSH_ARMOR_MAX 16384	/* bytes of a signature's text */

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

#endif
