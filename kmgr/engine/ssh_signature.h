/*
 * Approvals and requests are signed by people with OpenSSH:
 *
 *	ssh-keygen -Y sign -n NAMESPACE -f KEY FILE
 *
 * ssh-keygen(1) signs and verifies; kmgr asks it who has signed.
 */
#ifndef ENGINE_SSH_SIGNATURE_H
#define ENGINE_SSH_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"

#define SSH_TEXT_MAX ((size_t)8 << 20)	/* bytes that are signed */

/* What a certificate must name as one of its principals. */
#define SSH_PRINCIPAL "kmgr-approver"

/* A requester signs with the key itself, never with a certificate. */
enum ssh_role { SSH_APPROVER, SSH_REQUESTER };

/* Whose signatures count: lines that policy/ssh_key.h reads. */
struct ssh_signers {
	const char *const	*keys;
	size_t			 n_keys;
	const char *const	*authorities;	/* keys that certify others */
	size_t			 n_authorities;
	int64_t			 at;	/* when certificates must be valid */
	enum ssh_role		 role;	/* what they are called */
};

/* Who made a signature. Zeroes are nobody. */
struct ssh_signer {
	char	*who;		/* for people */
	char	*fingerprint;	/* of the key that made it, "SHA256:..." */
	char	*certified;	/* key id of its certificate, or NULL */
};
void ssh_signer_clear(struct ssh_signer *signer);

/**
 * ssh_signer_is_same(a, b):
 * Whether ${a} and ${b} are one voice: one key, with certificate and without,
 * or two keys that were certified for one person, whom the key id names.
 */
bool ssh_signer_is_same(const struct ssh_signer *a,
    const struct ssh_signer *b);

/**
 * ssh_signature_verify(namespace, text, len, signature, signers, out, err):
 * Verify that ${signature}, as ssh-keygen writes it, was made in ${namespace}
 * over the ${len} bytes ${text} by one of ${signers}: with one of the keys,
 * or with a user certificate for SSH_PRINCIPAL by an authority, which names a
 * person in its key id. out->who is the comment behind the key or that key id,
 * the fingerprint where there is none.
 *
 * Owner: the caller, ssh_signer_clear().
 * Errors: ERR_INPUT (no such signature, or of another text), ERR_POLICY (by
 * nobody who is listed, or a line of ${signers} that is no key), ERR_SYSTEM.
 */
int ssh_signature_verify(const char *namespace, const void *text, size_t len,
    const char *signature, const struct ssh_signers *signers,
    struct ssh_signer *out, struct error *err);

#endif
