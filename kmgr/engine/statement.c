#include <string.h>

#include "kmgr/engine/statement.h"

#define P256_HALF 32

void
statement_tbs(const char *tag, const char *text, struct buf *out)
{

	buf_add(out, tag, strlen(tag) + 1);	/* with its 0 */
	buf_add_text(out, text);
}

char *
statement_encode(const struct crypto_key *public, const uint8_t *sig,
    size_t sig_len)
{
	struct buf der = BUF_INIT;
	char *text;

	if (crypto_key_kind(public) == CRYPTO_RSA)
		return crypto_base64(sig, sig_len);
	crypto_sig_to_der(sig, sig_len, &der);
	text = crypto_base64(der.data, der.len);
	buf_free(&der);
	return text;
}

/* The signature in RRSIG wire form again. */
static int
decode(const char *signature, const struct crypto_key *public,
    uint8_t sig[static CRYPTO_SIG_MAX], size_t *sig_len, struct error *err)
{
	struct buf bytes = BUF_INIT;
	int rc = -1;

	if (crypto_base64_read(signature, &bytes, err) != 0)
		goto out;
	if (crypto_key_kind(public) == CRYPTO_P256) {
		*sig_len = 2 * P256_HALF;
		rc = crypto_sig_from_der(bytes.data, bytes.len, P256_HALF,
		    sig, err);
		goto out;
	}
	if (bytes.len > CRYPTO_SIG_MAX) {
		(void)err_set(err, ERR_INPUT, "%zu bytes of signature",
		    bytes.len);
		goto out;
	}
	memcpy(sig, bytes.data, bytes.len);
	*sig_len = bytes.len;
	rc = 0;
 out:
	buf_free(&bytes);
	return rc;
}

int
statement_verify(const char *tag, const char *text, const char *signature,
    const struct crypto_key *public, struct error *err)
{
	uint8_t sig[CRYPTO_SIG_MAX];
	struct buf tbs = BUF_INIT;
	size_t sig_len = 0;
	int rc = -1;

	if (signature == NULL || text == NULL)
		return err_set(err, ERR_INTEGRITY, "a statement is missing");
	if (decode(signature, public, sig, &sig_len, err) == 0) {
		statement_tbs(tag, text, &tbs);
		rc = crypto_key_verify(public, tbs.data, tbs.len, sig,
		    sig_len, err);
	}
	if (rc != 0)
		err->class = ERR_INTEGRITY;
	buf_free(&tbs);
	return rc;
}
