#include "kmgr/base/crypto_hmac.h"
#include "kmgr/dns/message.h"
#include "tests/unit/tsighelp.h"

/* Behind the MAC of a request: original id, error, other length. */
#define BEHIND_MAC 6

static const char *
algorithm_of(const struct tsig_key *key)
{
	static const char *const names[] = { "hmac-sha256", "hmac-sha384",
		"hmac-sha512" };

	return names[key->hmac];
}

static void
add_mac(struct buf *out, const uint8_t *mac, size_t len)
{

	buf_add_u16(out, (uint16_t)len);
	buf_add(out, mac, len);
}

static void
add_name(struct buf *out, const char *text)
{
	struct error ignored = ERR_INIT;
	struct name name = { .len = 1 };

	(void)name_read(text, &name, &ignored);
	buf_add(out, name.wire, name.len);
}

static void
add_time(struct buf *out, const struct tsighelp_word *word)
{

	buf_add_u16(out, (uint16_t)(word->at >> 32));
	buf_add_u32(out, (uint32_t)word->at);
	buf_add_u16(out, word->fudge_s == 0 ? 300 : word->fudge_s);
}

static void
add_rest(struct buf *out, const struct tsighelp_word *word)
{

	buf_add_u16(out, word->error);
	buf_add_u16(out, word->other_len);
	buf_add(out, word->other_len == 0 ? "" : word->other,
	    word->other_len);
}

void
tsighelp_begin(struct tsighelp *server, const struct tsig_key *key,
    const struct buf *request)
{
	const size_t len = crypto_hmac_len(key->hmac);

	*server = (struct tsighelp) { .key = key };
	add_mac(&server->digest, request->data + request->len - BEHIND_MAC -
	    len, len);
}

void
tsighelp_end(struct tsighelp *server)
{

	buf_free(&server->digest);
}

void
tsighelp_pass(struct tsighelp *server, const struct buf *wire)
{

	buf_add(&server->digest, wire->data, wire->len);
}

/* RFC 8945 s4.3: what is digested behind the messages. */
static void
digest_variables(struct tsighelp *server, const struct tsighelp_word *word)
{
	struct buf *digest = &server->digest;

	/* s5.3.1: of those behind the first, the timers alone. */
	if (server->has_signed) {
		add_time(digest, word);
		return;
	}
	buf_add(digest, server->key->name.wire, server->key->name.len);
	buf_add(digest, "\0\377\0\0\0\0", 6);
	add_name(digest, algorithm_of(server->key));
	add_time(digest, word);
	add_rest(digest, word);
}

void
tsighelp_sign(struct tsighelp *server, const struct tsighelp_word *word,
    struct buf *wire)
{
	const size_t len = crypto_hmac_len(server->key->hmac);
	uint8_t mac[2 * CRYPTO_HMAC_MAX] = { 0 };	/* and too much */
	struct buf rdata = BUF_INIT;
	struct name owner = server->key->name;
	struct error ignored = ERR_INIT;
	size_t mac_len = word->mac_len == 0 ? len : word->mac_len;

	tsighelp_pass(server, wire);
	digest_variables(server, word);
	crypto_hmac(server->key->hmac, secret_bytes(server->key->secret),
	    secret_len(server->key->secret), server->digest.data,
	    server->digest.len, mac);
	buf_free(&server->digest);
	add_mac(&server->digest, mac, len);
	server->has_signed = true;

	if (word->has_no_mac)
		mac_len = 0;
	add_name(&rdata, word->algorithm != NULL ? word->algorithm :
	    algorithm_of(server->key));
	add_time(&rdata, word);
	add_mac(&rdata, mac, mac_len);
	buf_add(&rdata, wire->data, 2);
	add_rest(&rdata, word);
	if (word->name != NULL)
		(void)name_read(word->name, &owner, &ignored);
	message_add(wire, MESSAGE_ADDITIONAL, &owner, MESSAGE_TSIG,
	    MESSAGE_CLASS_ANY, 0, rdata.data, rdata.len);
	buf_free(&rdata);
}
