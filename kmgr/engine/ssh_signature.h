/*
 * Approvals are signatures that people make with OpenSSH:
 *
 *	ssh-keygen -Y sign -n NAMESPACE -f KEY FILE
 *
 * ssh-keygen(1) signs and verifies; kmgr asks it who has signed.
 */
#ifndef ENGINE_SSH_SIGNATURE_H
#define ENGINE_SSH_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"

#define SSH_TEXT_MAX ((size_t)1 << 20)	/* bytes that are signed */

/* What a certificate must name as one of its principals. */
#define SSH_PRINCIPAL "kmgr-approver"

/* Whose signatures count: lines that policy/ssh_key.h reads. */
struct ssh_signers {
	const char *const	*approvers;	/* their keys */
	size_t			 n_approvers;
	const char *const	*authorities;	/* keys that certify others */
	size_t			 n_authorities;
	int64_t			 at;	/* when certificates must be valid */
};

/**
 * ssh_signature_verify(namespace, text, len, signature, signers, who,
 * fingerprint, err):
 * Verify that ${signature}, as ssh-keygen writes it, was made in ${namespace}
 * over the ${len} bytes ${text} by one of ${signers}: with an approver's key,
 * or with a user certificate for SSH_PRINCIPAL by an authority. *${who} is
 * the comment behind the key or the key id of the certificate, the
 * fingerprint where that is empty. *${fingerprint} is "SHA256:..." of the key
 * that made the signature, with certificate or without: count by it.
 *
 * Owner: the caller, free() of both.
 * Errors: ERR_INPUT (no such signature, or of another text), ERR_POLICY (by
 * nobody who is listed, or a line of ${signers} that is no key), ERR_SYSTEM.
 */
int ssh_signature_verify(const char *namespace, const void *text, size_t len,
    const char *signature, const struct ssh_signers *signers, char **who,
    char **fingerprint, struct error *err);

#endif
