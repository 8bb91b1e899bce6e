/* The configuration's word on which key a CMK has. */
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/engine/trust.h"

/* The seal key is the one that stands under the CMK's name in the file. */
static int
check_pin(const struct cmk *cmk, const struct config_pin *pin,
    struct error *err)
{
	char is[2 * CRYPTO_SHA256_LEN + 1], pinned[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf spki = BUF_INIT;

	if (pin == NULL)
		return 0;
	crypto_key_spki(cmk->public, &spki);
	crypto_sha256(spki.data, spki.len, hash);
	buf_free(&spki);
	if (memcmp(hash, pin->sha256, sizeof(hash)) == 0)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "its public key is not the one that "
	    "the configuration pins for %s: the SHA-256 is %s, and was to be "
	    "%s", pin->name, text_hex(hash, sizeof(hash), is),
	    text_hex(pin->sha256, sizeof(pin->sha256), pinned));
	return err_hint(err, "the store is another one, or was changed behind "
	    "kmgr's back; kmgr verify lists every difference");
}

int
trust_check_pins(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	const struct config *config = session_config(session);

	if (check_pin(cmk, config_pin(config, cmk->row.name), err) != 0)
		return -1;
	return check_pin(cmk, config_pin(config, cmk->row.id), err);
}
