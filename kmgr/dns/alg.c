#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kmgr/base/text.h"
#include "kmgr/dns/alg.h"

#define MUST_NOT(rfc) "it must not be used (" rfc ")"
#define NOT_HERE      "this program does not sign with it"
#define NO_SIGNER     "it is no algorithm that signs zones"

/* IANA, DNS Security Algorithm Numbers, with the guidance of RFC 9904. */
static const struct alg_info algs[] = {
	{ 0, "DELETE", "delete", NO_SIGNER, 0, 0, 0 },
	{ 1, "RSAMD5", "rsamd5", MUST_NOT("RFC 9904"), 0, 0, 0 },
	{ 2, "DH", "dh", NO_SIGNER, 0, 0, 0 },
	{ 3, "DSA", "dsa", MUST_NOT("RFC 9904"), 0, 0, 0 },
	{ 5, "RSASHA1", "rsasha1", MUST_NOT("RFC 9905"), 0, 0, 0 },
	{ 6, "DSA-NSEC3-SHA1", "dsa-nsec3-sha1", MUST_NOT("RFC 9904"),
	    0, 0, 0 },
	{ 7, "RSASHA1-NSEC3-SHA1", "rsasha1-nsec3-sha1",
	    MUST_NOT("RFC 9905"), 0, 0, 0 },
	{ ALG_RSASHA256, "RSASHA256", "rsasha256", NULL, CRYPTO_RSA, 0, 0 },
	{ 10, "RSASHA512", "rsasha512",
	    "it is not recommended for signing (RFC 9904)", 0, 0, 0 },
	{ 12, "ECC-GOST", "ecc-gost", MUST_NOT("RFC 9906"), 0, 0, 0 },
	{ ALG_ECDSAP256SHA256, "ECDSAP256SHA256", "ecdsap256sha256", NULL,
	    CRYPTO_P256, 64, 64 },
	{ ALG_ECDSAP384SHA384, "ECDSAP384SHA384", "ecdsap384sha384", NULL,
	    CRYPTO_P384, 96, 96 },
	{ ALG_ED25519, "ED25519", "ed25519", NULL, CRYPTO_ED25519, 32, 64 },
	{ 16, "ED448", "ed448", NOT_HERE, 0, 0, 0 },
	{ 17, "SM2SM3", "sm2sm3", NOT_HERE, 0, 0, 0 },
	{ 23, "ECC-GOST12", "ecc-gost12", NOT_HERE, 0, 0, 0 },
	{ 252, "INDIRECT", "indirect", NO_SIGNER, 0, 0, 0 },
	{ 253, "PRIVATEDNS", "privatedns", NOT_HERE, 0, 0, 0 },
	{ 254, "PRIVATEOID", "privateoid", NOT_HERE, 0, 0, 0 },
};
#define N_ALGS (sizeof(algs) / sizeof(algs[0]))

/* IANA, Digest Algorithms (of DS records). */
static const struct digest_info {
	uint8_t		 number;
	const char	*word;
	const char	*refusal;
} digests[] = {
	{ 1, "SHA-1", MUST_NOT("RFC 9905") },
	{ DIGEST_SHA256, "SHA-256", NULL },
	{ 3, "GOST", MUST_NOT("RFC 9906") },
	{ DIGEST_SHA384, "SHA-384", NULL },
};
#define N_DIGESTS (sizeof(digests) / sizeof(digests[0]))

const struct alg_info *
alg_find(unsigned int number)
{
	size_t i;

	for (i = 0; i < N_ALGS; i++)
		if (algs[i].number == number)
			return &algs[i];
	return NULL;
}

const struct alg_info *
alg_find_name(const char *text)
{
	struct error ignored = ERR_INIT;
	int64_t number;
	size_t i;

	if (text_to_int(text, 0, UINT8_MAX, &number, &ignored) == 0)
		return alg_find((unsigned int)number);
	for (i = 0; i < N_ALGS; i++)
		if (strcasecmp(text, algs[i].mnemonic) == 0)
			return &algs[i];
	return NULL;
}

int
alg_read(const char *text, enum alg *out, struct error *err)
{
	const struct alg_info *alg = alg_find_name(text);

	if (alg == NULL)
		(void)err_set(err, ERR_INPUT,
		    "\"%.64s\" is not a DNSSEC algorithm", text);
	else if (alg->refusal != NULL)
		(void)err_set(err, ERR_INPUT, "algorithm %s (%u): %s",
		    alg->mnemonic, alg->number, alg->refusal);
	if (alg == NULL || alg->refusal != NULL)
		return err_hint(err, "use ecdsap256sha256, ecdsap384sha384, "
		    "ed25519 or rsasha256");
	*out = (enum alg)alg->number;
	return 0;
}

const char *
alg_name(unsigned int number)
{
	const struct alg_info *alg = alg_find(number);

	return alg == NULL ? "unknown" : alg->mnemonic;
}

/* Whether text is the number or the word of digest, dash or not. */
static bool
is_digest(const char *text, const struct digest_info *digest)
{
	char number[4], undashed[16];
	const char *dash = strchr(digest->word, '-');

	(void)snprintf(number, sizeof(number), "%u", digest->number);
	(void)snprintf(undashed, sizeof(undashed), "%.*s%s",
	    dash == NULL ? 0 : (int)(dash - digest->word), digest->word,
	    dash == NULL ? digest->word : dash + 1);
	return strcmp(text, number) == 0 ||
	    strcasecmp(text, digest->word) == 0 ||
	    strcasecmp(text, undashed) == 0;
}

int
digest_read(const char *text, enum digest *out, struct error *err)
{
	size_t i;

	for (i = 0; i < N_DIGESTS; i++)
		if (is_digest(text, &digests[i]))
			break;
	if (i < N_DIGESTS && digests[i].refusal == NULL) {
		*out = (enum digest)digests[i].number;
		return 0;
	}
	if (i == N_DIGESTS)
		(void)err_set(err, ERR_INPUT,
		    "\"%.64s\" is not a digest type of DS records", text);
	else
		(void)err_set(err, ERR_INPUT, "digest type %s (%u): %s",
		    digests[i].word, digests[i].number, digests[i].refusal);
	return err_hint(err, "use sha-256 or sha-384");
}

const char *
digest_name(enum digest digest)
{

	return digest == DIGEST_SHA384 ? "SHA-384" : "SHA-256";
}

size_t
digest_len(enum digest digest)
{

	return digest == DIGEST_SHA384 ? CRYPTO_SHA384_LEN :
	    CRYPTO_SHA256_LEN;
}
