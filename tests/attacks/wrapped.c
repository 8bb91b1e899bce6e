/*
 * wrapped URI make ID BLOB PUB	make a wrapping key with CKA_ID ${ID} (hex),
 *				and a P-256 pair under it: the blob, and the
 *				public half in DER
 * wrapped URI open ID BLOB PUB	use that pair: sign, and verify
 *
 * What kmgr does with the keys of custody wrapped, for those who attack it.
 */

#include <stdio.h>
#include <string.h>

#include "hsm/wrap.h"
#include "kmgr/base/file.h"
#include "kmgr/base/text.h"

#define FILE_MAX 65536

static int
make(struct hsm_token *token, const struct hsm_key_spec *spec, char **argv,
    struct error *err)
{
	struct hsm_wrap_key *wrap = NULL;
	struct crypto_key *pub = NULL;
	struct buf blob = BUF_INIT, der = BUF_INIT;
	int rc = -1;

	if (hsm_wrap_generate(token, spec, &wrap, err) != 0 ||
	    hsm_wrapped_create(wrap, spec->alg, 0, &pub, &blob, err) != 0)
		goto out;
	crypto_key_spki(pub, &der);
	if (file_write(argv[4], 0600, blob.data, blob.len, err) == 0)
		rc = file_write(argv[5], 0600, der.data, der.len, err);
 out:
	crypto_key_free(pub);
	hsm_wrap_free(wrap);
	buf_free(&blob);
	buf_free(&der);
	return rc;
}

static int
sign(struct hsm_wrap_key *wrap, const struct hsm_key_spec *spec,
    const struct buf *blob, const struct buf *der, struct error *err)
{
	static const uint8_t tbs[] = "what a KSK signs";
	struct crypto_key *pub = NULL;
	struct hsm_key *key = NULL;
	uint8_t sig[HSM_SIG_MAX];
	size_t siglen = 0;
	int rc = -1;

	if (crypto_key_from_spki(der->data, der->len, &pub, err) == 0 &&
	    hsm_wrapped_open(wrap, spec->id, pub, blob->data, blob->len, &key,
	    err) == 0 &&
	    hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, err) == 0)
		rc = crypto_key_verify(pub, tbs, sizeof(tbs), sig, siglen,
		    err);
	hsm_key_free(key);
	crypto_key_free(pub);
	return rc;
}

static int
open_pair(struct hsm_token *token, const struct hsm_key_spec *spec,
    char **argv, struct error *err)
{
	struct hsm_wrap_key *wrap = NULL;
	struct buf blob = BUF_INIT, der = BUF_INIT;
	int rc = -1;

	if (hsm_wrap_find(token, spec->id, spec->alg, &wrap, err) == 0 &&
	    file_read(argv[4], FILE_MAX, &blob, err) == 0 &&
	    file_read(argv[5], FILE_MAX, &der, err) == 0)
		rc = wrap != NULL ? sign(wrap, spec, &blob, &der, err) :
		    err_set(err, ERR_INPUT, "no such wrapping key");
	hsm_wrap_free(wrap);
	buf_free(&blob);
	buf_free(&der);
	return rc;
}

int
main(int argc, char **argv)
{
	struct hsm_key_spec spec = { .alg = ALG_ECDSAP256SHA256,
		.label = "kmgr1:wrap:attacked" };
	struct hsm_token *token = NULL;
	struct hsm_config config = { .name = "main" };
	struct error err = ERR_INIT;
	size_t id_len = 0;
	int rc = -1;

	if (argc != 6 || text_from_hex(argv[3], spec.id, HSM_ID_LEN, &id_len,
	    &err) != 0 || id_len != HSM_ID_LEN) {
		fputs("usage: wrapped URI make|open ID BLOB PUB\n", stderr);
		return 2;
	}
	config.uri = argv[1];
	if (hsm_token_open(&config, &token, &err) == 0 &&
	    hsm_token_login(token, &err) == 0)
		rc = strcmp(argv[2], "make") == 0 ?
		    make(token, &spec, argv, &err) :
		    open_pair(token, &spec, argv, &err);
	hsm_token_close(token);
	if (rc != 0)
		fprintf(stderr, "wrapped: %s\n", err.msg);
	return rc == 0 ? 0 : (int)err.class;
}
