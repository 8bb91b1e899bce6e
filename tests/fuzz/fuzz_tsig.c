#include <stdbool.h>

#include "kmgr/dns/message.h"
#include "kmgr/dns/tsig.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/tsighelp.h"

/*
 * The input is a stream of messages, each behind two octets of length and one
 * that says what becomes of it: it comes as it is, the server signs it, or it
 * does and then one octet is changed, or the server sends it without TSIG.
 * What is verified must be what the server sent. The first failure ends it.
 */
enum { AS_IT_IS, SIGNED, CHANGED, PASSED, KINDS };

#define NOW 1767225600
#define PIECE_HEAD 5		/* length, kind, where to change, mask */

struct world {
	struct tsig	 client;
	struct tsighelp	 server;
	bool		 is_theirs;	/* all up to now is the server's */
	bool		 has_failed;
};

/* Change an octet that the MAC, or the message's reader, guards. */
static bool
spoil(struct buf *wire, size_t tsig_at, size_t at, uint8_t mask)
{

	/* Nobody guards the id but who asked, nor a letter's case in a name
	 * of the TSIG; a type that is none any more is for the next one. */
	at = MESSAGE_HEAD + at % (wire->len - MESSAGE_HEAD);
	if (mask == 0 || at >= tsig_at)
		return false;
	wire->data[at] ^= mask;
	return true;
}

static void
deliver(struct world *world, const struct buf *wire, bool is_theirs)
{
	struct error err = ERR_INIT;
	struct message *message;
	bool is_good;
	int rc;

	world->has_failed = message_read(wire->data, wire->len, &message,
	    &err) != 0;
	if (world->has_failed)
		return;
	world->is_theirs &= is_theirs;
	rc = tsig_verify(&world->client, wire->data, wire->len,
	    message->tsig_at, NOW, &err);
	fuzz_check_error(rc, &err);
	world->has_failed = rc != 0;
	is_good = rc == 0 && tsig_is_complete(&world->client);
	/* The whole point: nobody else makes it complete. */
	assert(!is_good || world->is_theirs);
	/* And what the server signs is believed. */
	if (is_theirs && world->is_theirs && message->tsig_at != 0)
		assert(is_good);
	message_free(message);
}

/* Whether the server could have sent it: no TSIG of somebody else in it. */
static bool
is_for_signing(const struct buf *wire)
{
	struct error ignored = ERR_INIT;
	struct message *message;
	bool is;

	if (wire->len > 2000 || message_read(wire->data, wire->len, &message,
	    &ignored) != 0)
		return false;
	is = message->tsig_at == 0 &&
	    (wire->data[10] != 0xff || wire->data[11] != 0xff);
	message_free(message);
	return is;
}

static void
take_piece(struct world *world, const uint8_t *head, struct buf *wire)
{
	const struct tsighelp_word word = { .at = NOW };
	const size_t tsig_at = wire->len;
	const int kind = head[2] % KINDS;
	bool is_theirs = kind != AS_IT_IS && is_for_signing(wire);

	if (is_theirs && kind == PASSED)
		tsighelp_pass(&world->server, wire);
	else if (is_theirs)
		tsighelp_sign(&world->server, &word, wire);
	if (is_theirs && kind == CHANGED)
		is_theirs = !spoil(wire, tsig_at, head[3], head[4]);
	deliver(world, wire, is_theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct name zone = { "\7example", 9 };
	struct buf request = BUF_INIT, wire = BUF_INIT;
	struct world world = { .is_theirs = true };
	struct error err = ERR_INIT;
	struct tsig_key key;
	size_t n;

	if (tsig_key_init(&key, "k.example", "hmac-sha256",
	    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", &err) != 0)
		abort();
	message_begin(&request, 1, MESSAGE_QUERY, 0, &zone, MESSAGE_AXFR);
	tsig_sign(&world.client, &key, &request, NOW);
	tsighelp_begin(&world.server, &key, &request);
	while (len > PIECE_HEAD && !world.has_failed) {
		n = (size_t)data[0] << 8 | data[1];
		if (n > len - PIECE_HEAD)
			n = len - PIECE_HEAD;
		buf_free(&wire);
		buf_add(&wire, data + PIECE_HEAD, n);
		if (n > 0)
			take_piece(&world, data, &wire);
		data += PIECE_HEAD + n;
		len -= PIECE_HEAD + n;
	}
	tsighelp_end(&world.server);
	tsig_clear(&world.client);
	tsig_key_clear(&key);
	buf_free(&request);
	buf_free(&wire);
	return 0;
}
