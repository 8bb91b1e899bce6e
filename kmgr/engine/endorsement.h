/*
 * Endorsements that travel: one JSON file with all that proves that a DNSKEY
 * was made under a CMK, with which policy and which attributes. It is judged
 * without store, token or configuration.
 */
#ifndef ENGINE_ENDORSEMENT_H
#define ENGINE_ENDORSEMENT_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/ksk.h"

#define ENDORSEMENT_FORMAT   "kmgr-endorsement"
#define ENDORSEMENT_SCHEMA   1
#define ENDORSEMENT_MAX_LEN  (1 << 18)	/* bytes of a file */
#define ENDORSEMENT_HEX_TEXT (2 * CRYPTO_SHA256_LEN + 1)

enum endorsement_verdict {
	ENDORSEMENT_PASS,
	ENDORSEMENT_FAIL,
	ENDORSEMENT_NOT_PINNED,	/* the file vouches for its own key */
	ENDORSEMENT_NOT_TOLD,	/* the token told nothing; advisory */
	ENDORSEMENT_NOT_HELD	/* not as it was asked for; advisory */
};

struct endorsement_check {
	char			*id;	/* stable: "policy-hash", ... */
	enum endorsement_verdict verdict;
	char			*detail; /* what was found, and expected */
};

struct endorsement_report {
	struct endorsement_check *checks;
	size_t			 n;
	size_t			 n_failed;
	char			*title;	/* of which KSK, on one line */
	struct json		*statement; /* what was endorsed, or NULL */
	/* SHA-256 of the CMK's SubjectPublicKeyInfo in hex; "" where the file
	 * has no key. */
	char			 fingerprint[ENDORSEMENT_HEX_TEXT];
};

#define ENDORSEMENT_REPORT_INIT { NULL, 0, 0, NULL, NULL, "" }

/**
 * endorsement_verdict_name(verdict):
 * "pass", "fail", "not-pinned", "not-told", "not-held".
 */
const char *endorsement_verdict_name(enum endorsement_verdict verdict);

/**
 * endorsement_fingerprint(key, out):
 * SHA-256 of the SubjectPublicKeyInfo of ${key}, in hex. Returns ${out}.
 */
char *endorsement_fingerprint(const struct crypto_key *key,
    char out[static ENDORSEMENT_HEX_TEXT]);

/**
 * endorsement_export(ksk, out, err):
 * Append the file of ${ksk}, which ksk_find() or ksk_load() proved, to
 * ${out}. What endorsement_verify() would not let pass is not exported.
 *
 * Errors: ERR_INTEGRITY.
 */
int endorsement_export(const struct ksk *ksk, struct buf *out,
    struct error *err);

/**
 * endorsement_verify(text, len, pinned, report, err):
 * Judge the ${len} bytes ${text} of such a file by all checks and put what
 * each found into ${report}. The CMK's key must be ${pinned} unless that is
 * NULL. That a check fails is no error of this function.
 *
 * Owner: the caller, endorsement_report_clear().
 * Errors: ERR_INPUT: no file of this kind.
 */
int endorsement_verify(const char *text, size_t len,
    const struct crypto_key *pinned, struct endorsement_report *report,
    struct error *err);

/**
 * endorsement_report_clear(report):
 * Free what ${report} holds.
 */
void endorsement_report_clear(struct endorsement_report *report);

#endif
