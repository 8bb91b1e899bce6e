/* CMKs of the test's own, whose keys are in memory, and what they endorse. */
#ifndef TESTS_UNIT_ENDORSED_H
#define TESTS_UNIT_ENDORSED_H

#include <openssl/evp.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/endorsement.h"

#define ENDORSED_ZONES "version: 1\nzones: [example.com, \"*.example\"]\n"

/* Under custody wrapped: a wrapping key, and a pair that it wrapped. */
#define ENDORSED_WRAP_KEY "00112233445566778899aabbccddeeff"
#define ENDORSED_SECRET "\"secret\":{\"CKA_COPYABLE\":\"false\"," \
	"\"CKA_DECRYPT\":\"false\",\"CKA_EXTRACTABLE\":\"false\"," \
	"\"CKA_MODIFIABLE\":\"false\",\"CKA_SENSITIVE\":\"true\"," \
	"\"CKA_UNWRAP_TEMPLATE\":\"exact\"}"
#define ENDORSED_WRAPPING "[{\"key_id\":\"" ENDORSED_WRAP_KEY "\"," \
	"\"attributes\":{\"not_held\":[]," ENDORSED_SECRET "}}]"
#define ENDORSED_UNWRAPPED "\"private\":{\"CKA_EXTRACTABLE\":\"false\"," \
	"\"CKA_SENSITIVE\":\"true\"}"

struct endorsed {
	EVP_PKEY	*pkey;		/* the CMK's */
	struct cmk	 cmk;
	struct key_row	 key;
	struct ksk	 ksk;
	struct buf	 file;		/* as endorsement_export() made it */
};

/* The kinds of CMK keys, those that are refused too. */
enum endorsed_kind { ENDORSED_P256, ENDORSED_RSA3072, ENDORSED_RSA2048,
	ENDORSED_P384, ENDORSED_ED25519 };

/**
 * endorsed_new(kind, policy, zone):
 * A CMK with a key of ${kind}, the YAML ${policy} and a new KSK for ${zone}.
 * Where ${kind} is none that a CMK has, the file is empty: no such one is
 * exported. Owner: the caller, endorsed_free().
 */
struct endorsed *endorsed_new(enum endorsed_kind kind, const char *policy,
    const char *zone);
void endorsed_free(struct endorsed *endorsed);

/**
 * endorsed_another(endorsed, zone):
 * A new KSK of the same CMK. Owner: the caller, endorsed_free().
 */
struct endorsed *endorsed_another(const struct endorsed *endorsed,
    const char *zone);

/**
 * endorsed_sign(endorsed, tag, text):
 * The CMK's signature of the statement ${text}, as signer_attest() makes it.
 * Owner: the caller, free().
 */
char *endorsed_sign(const struct endorsed *endorsed, const char *tag,
    const char *text);

/**
 * endorsed_endorse(endorsed, text):
 * The CMK's proof of the endorsement ${text}, in a batch of one, as
 * ksk_sign_rows() makes it. Owner: the caller, free().
 */
char *endorsed_endorse(const struct endorsed *endorsed, const char *text);

/**
 * endorsed_file(endorsed):
 * The file as JSON, not judged. Owner: the caller, json_free().
 */
struct json *endorsed_file(const struct endorsed *endorsed);

/**
 * endorsed_put(endorsed, file, part, json):
 * Put ${json} in canonical form into ${file} as its "endorsement" or "seal"
 * and sign it by the CMK.
 */
void endorsed_put(const struct endorsed *endorsed, struct json *file,
    const char *part, const struct json *json);

/**
 * endorsed_statement(file, part):
 * The JSON in the member ${part} of ${file}. Owner: the caller, json_free().
 */
struct json *endorsed_statement(const struct json *file, const char *part);

/**
 * endorsed_failed(file, pinned, out):
 * The ids of the checks that fail, parted by blanks.
 */
void endorsed_failed(const struct json *file, const struct crypto_key *pinned,
    char out[static 1024]);

/**
 * endorsed_find(report, id):
 * The check ${id}; the test fails where there is not exactly one.
 */
const struct endorsement_check *endorsed_find(
    const struct endorsement_report *report, const char *id);

#endif
