#include "tests/unit/unit.h"

#include "kmgr/dns/message.h"
#include "kmgr/dns/tsig.h"
#include "tests/unit/dnshelp.h"
#include "tests/unit/tsighelp.h"

#define NOW 1767225600
#define SECRET "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

static const char *const algorithms[] = { "hmac-sha256", "hmac-sha384",
	"hmac-sha512" };

/* Both ends of a conversation. */
struct world {
	struct tsig_key	 key;
	struct tsig	 client;
	struct tsighelp	 server;
};

static void
world_init(struct world *world, const char *algorithm)
{
	const struct name zone = dnshelp_name("example.");
	struct buf request = BUF_INIT;
	struct error err = ERR_INIT;

	unit_ok(tsig_key_init(&world->key, "Transfer.Example.", algorithm,
	    SECRET, &err), &err);
	message_begin(&request, 0x1234, MESSAGE_QUERY, 0, &zone,
	    MESSAGE_AXFR);
	tsig_sign(&world->client, &world->key, &request, NOW);
	tsighelp_begin(&world->server, &world->key, &request);
	buf_free(&request);
}

static void
world_clear(struct world *world)
{

	tsig_clear(&world->client);
	tsighelp_end(&world->server);
	tsig_key_clear(&world->key);
}

/* The ith message of an answer, not signed yet. */
static struct buf
answer(unsigned int i)
{
	const struct name zone = dnshelp_name("example.");
	const uint8_t address[] = { 192, 0, 2, (uint8_t)i };
	struct buf wire = BUF_INIT;

	message_begin(&wire, 0x1234, MESSAGE_QUERY, 0, &zone, MESSAGE_AXFR);
	wire.data[2] |= 0x80;
	message_add(&wire, MESSAGE_ANSWER, &zone, MESSAGE_A, MESSAGE_IN, 60,
	    address, sizeof(address));
	return wire;
}

/* As the client gets it: read, and then verified. */
static int
receive(struct tsig *tsig, const struct buf *wire, int64_t now_at,
    struct error *err)
{
	struct message *message;
	int rc;

	if (message_read(wire->data, wire->len, &message, err) != 0)
		return -1;
	rc = message->id != 0x1234 ? err_set(err, ERR_NETWORK, "the id") :
	    tsig_verify(tsig, wire->data, wire->len, message->tsig_at,
	    now_at, err);
	message_free(message);
	return rc;
}

/* One signed answer that says word. */
static int
answer_with(const struct tsighelp_word *word, int64_t now_at,
    struct error *err)
{
	struct buf wire = answer(1);
	struct world world;
	int rc;

	world_init(&world, "hmac-sha256");
	tsighelp_sign(&world.server, word, &wire);
	rc = receive(&world.client, &wire, now_at, err);
	assert_int_equal(tsig_is_complete(&world.client), rc == 0);
	world_clear(&world);
	buf_free(&wire);
	return rc;
}

static void
takes_what_the_secret_signed(void **state)
{
	struct error err = ERR_INIT;
	struct world world;
	struct buf wire;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(algorithms); i++) {
		world_init(&world, algorithms[i]);
		wire = answer(1);
		tsighelp_sign(&world.server, &(struct tsighelp_word) {
		    .at = NOW }, &wire);
		unit_ok(receive(&world.client, &wire, NOW, &err), &err);
		assert_true(tsig_is_complete(&world.client));
		/* Once: the next one has to follow it. */
		unit_fails(receive(&world.client, &wire, NOW, &err), &err,
		    ERR_INTEGRITY, "the TSIG is wrong");
		buf_free(&wire);
		world_clear(&world);
	}
}

static void
is_for_this_request(void **state)
{
	struct error err = ERR_INIT;
	struct world mine, other;
	struct buf wire = answer(1);

	(void)state;
	world_init(&mine, "hmac-sha256");
	world_init(&other, "hmac-sha256");
	other.server.digest.data[5] ^= 1;	/* another request's MAC */
	tsighelp_sign(&other.server, &(struct tsighelp_word) { .at = NOW },
	    &wire);
	unit_fails(receive(&mine.client, &wire, NOW, &err), &err,
	    ERR_INTEGRITY, "the TSIG is wrong");
	buf_free(&wire);
	world_clear(&other);
	world_clear(&mine);
}

static void
wants_the_key_it_asked_with(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .name = "other.example." }, NOW, &err), &err, ERR_INTEGRITY,
	    "another key or algorithm");
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .algorithm = "hmac-sha512" }, NOW, &err), &err, ERR_INTEGRITY,
	    "another key or algorithm");
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .algorithm = "hmac-md5.sig-alg.reg.int" }, NOW, &err), &err,
	    ERR_INTEGRITY, "another key or algorithm");
	/* A letter's case makes no other name. */
	unit_ok(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .name = "tRANSFER.eXAMPLE.", .algorithm = "HMAC-sha256" }, NOW,
	    &err), &err);
}

static void
wants_the_whole_mac(void **state)
{
	/* RFC 8945 s5.2.2.1: below half, or below ten, half, all but one. */
	static const size_t lens[] = { 1, 9, 10, 15, 16, 31, 33, 64 };
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(lens); i++)
		unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
		    .mac_len = lens[i] }, NOW, &err), &err, ERR_INTEGRITY,
		    "all 32 are needed");
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .has_no_mac = true }, NOW, &err), &err, ERR_INTEGRITY,
	    "MAC has 0 octets");
	unit_ok(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .mac_len = 32 }, NOW, &err), &err);
}

static void
wants_its_time(void **state)
{
	static const struct { int64_t off_s; uint16_t fudge_s; bool is; }
	t[] = {
		{ 0, 300, true }, { 300, 300, true }, { -300, 300, true },
		{ 301, 300, false }, { -301, 300, false },
		{ 10, 10, true }, { 11, 10, false }, { -11, 10, false },
		{ 3600, 3600, true }, { INT32_MAX, 300, false },
		/* 48 bits. */
		{ ((int64_t)1 << 40), 300, false },
		{ -NOW, UINT16_MAX, false },
	};
	struct error err = ERR_INIT;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		rc = answer_with(&(struct tsighelp_word) {
		    .at = NOW + t[i].off_s, .fudge_s = t[i].fudge_s }, NOW,
		    &err);
		if (t[i].is)
			unit_ok(rc, &err);
		else
			unit_fails(rc, &err, ERR_NETWORK, "time differs");
	}
}

static void
says_why_the_server_refuses(void **state)
{
	static const struct { uint16_t error; const char *text; } bare[] = {
		{ 16, "BADSIG" }, { 17, "BADKEY" },
	}, all[] = {
		{ 16, "BADSIG" }, { 17, "BADKEY" }, { 18, "BADTIME" },
		{ 22, "BADTRUNC" }, { 1, "an unknown error" },
	};
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bare); i++)
		unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
		    .error = bare[i].error, .has_no_mac = true }, NOW, &err),
		    &err, ERR_NETWORK, bare[i].text);
	for (i = 0; i < N_OF(all); i++)
		unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
		    .error = all[i].error }, NOW, &err), &err, ERR_NETWORK,
		    all[i].text);
	/* RFC 8945 s5.2.3: with the server's own time. */
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .error = 18, .other = "\0\0\x70\0\0\0", .other_len = 6 }, NOW,
	    &err), &err, ERR_NETWORK, "BADTIME");
	/* These come with a MAC, or from anybody. */
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .error = 18, .has_no_mac = true }, NOW, &err), &err,
	    ERR_INTEGRITY, "MAC has 0 octets");
	unit_fails(answer_with(&(struct tsighelp_word) { .at = NOW,
	    .other = "text", .other_len = 4 }, NOW, &err), &err,
	    ERR_INTEGRITY, "wrong length");
}

static void
wants_one_at_the_end(void **state)
{
	const struct name zone = dnshelp_name("example.");
	const struct tsighelp_word word = { .at = NOW };
	struct error err = ERR_INIT;
	struct world world;
	struct buf wire;

	(void)state;
	world_init(&world, "hmac-sha256");
	wire = answer(1);
	unit_fails(receive(&world.client, &wire, NOW, &err), &err,
	    ERR_INTEGRITY, "without TSIG");
	assert_false(tsig_is_complete(&world.client));
	tsighelp_sign(&world.server, &word, &wire);
	/* A record behind it. */
	message_add(&wire, MESSAGE_ADDITIONAL, &zone, MESSAGE_A, MESSAGE_IN,
	    60, (const uint8_t *)"\300\0\2\1", 4);
	unit_fails(receive(&world.client, &wire, NOW, &err), &err, ERR_INPUT,
	    "not the last record");
	buf_free(&wire);
	/* Two of them, each right where it stands. */
	wire = answer(1);
	tsighelp_sign(&world.server, &word, &wire);
	tsighelp_sign(&world.server, &word, &wire);
	unit_fails(receive(&world.client, &wire, NOW, &err), &err, ERR_INPUT,
	    "not the last record");
	buf_free(&wire);
	world_clear(&world);
}

static bool
is_letter(uint8_t c)
{

	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Change each octet of the nth message to each of some others. */
static void
change(unsigned int nth, const uint8_t mask)
{
	struct error err = ERR_INIT;
	struct world world;
	struct buf wire;
	size_t at, len = 1;
	unsigned int i;

	for (at = 0; at < len; at++) {
		world_init(&world, "hmac-sha256");
		for (i = 0; i <= nth; i++) {
			wire = answer(i);
			tsighelp_sign(&world.server,
			    &(struct tsighelp_word) { .at = NOW }, &wire);
			len = wire.len;
			if (i == nth)
				wire.data[at] ^= mask;
			else
				unit_ok(receive(&world.client, &wire, NOW,
				    &err), &err);
			if (i < nth)
				buf_free(&wire);
		}
		/*
		 * A letter's case in the TSIG's own names is no change; and
		 * in a stream what is no TSIG any more waits for the next.
		 */
		if (receive(&world.client, &wire, NOW, &err) == 0 &&
		    tsig_is_complete(&world.client) &&
		    !(mask == 0x20 && is_letter(wire.data[at])))
			fail_msg("octet %zu with %u", at, mask);
		err_clear(&err);
		buf_free(&wire);
		world_clear(&world);
	}
}

static void
no_octet_is_free(void **state)
{

	(void)state;
	change(0, 0x01);
	change(0, 0x20);
	change(0, 0x80);
	change(0, 0xff);
	change(1, 0x01);
	change(1, 0x80);
}

/* A stream whose message i is signed where signs[i] is 's'. */
static int
stream(const char *signs, bool *is_complete, struct error *err)
{
	struct world world;
	struct buf wire;
	unsigned int i;
	int rc = 0;

	world_init(&world, "hmac-sha256");
	for (i = 0; signs[i] != '\0' && rc == 0; i++) {
		wire = answer(i);
		if (signs[i] == 's')
			tsighelp_sign(&world.server, &(struct tsighelp_word) {
			    .at = NOW + i }, &wire);
		else if (signs[i] == '-')
			tsighelp_pass(&world.server, &wire);
		/* Anything else: it is not the server's. */
		rc = receive(&world.client, &wire, NOW + i, err);
		buf_free(&wire);
	}
	*is_complete = tsig_is_complete(&world.client);
	world_clear(&world);
	return rc;
}

static void
follows_a_stream(void **state)
{
	static const struct { const char *signs; bool is_complete; } good[] = {
		{ "s", true }, { "ss", true }, { "sss", true },
		{ "s-s", true }, { "s--ss---s", true },
		{ "s-", false }, { "ss--", false },
	};
	struct error err = ERR_INIT;
	bool is_complete;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(stream(good[i].signs, &is_complete, &err), &err);
		assert_int_equal(is_complete, good[i].is_complete);
	}
	/* The first has one. */
	unit_fails(stream("-s", &is_complete, &err), &err, ERR_INTEGRITY,
	    "without TSIG");
	/* One that came from elsewhere, between those of the server. */
	unit_fails(stream("sxs", &is_complete, &err), &err, ERR_INTEGRITY,
	    "the TSIG is wrong");
	unit_fails(stream("s-x-s", &is_complete, &err), &err, ERR_INTEGRITY,
	    "the TSIG is wrong");
}

static void
bounds_what_is_not_signed(void **state)
{
	char signs[TSIG_UNSIGNED_MAX + 4];
	struct error err = ERR_INIT;
	bool is_complete;

	(void)state;
	/* RFC 8945 s5.3.1: at least every hundredth is signed. */
	memset(signs, '-', sizeof(signs));
	signs[0] = signs[TSIG_UNSIGNED_MAX + 1] = 's';
	signs[TSIG_UNSIGNED_MAX + 2] = '\0';
	unit_ok(stream(signs, &is_complete, &err), &err);
	assert_true(is_complete);
	/* Two such gaps are no longer one. */
	signs[TSIG_UNSIGNED_MAX + 2] = '-';
	signs[TSIG_UNSIGNED_MAX + 3] = '\0';
	unit_ok(stream(signs, &is_complete, &err), &err);
	assert_false(is_complete);
	memset(signs, '-', sizeof(signs));
	signs[0] = signs[TSIG_UNSIGNED_MAX + 2] = 's';
	signs[TSIG_UNSIGNED_MAX + 3] = '\0';
	unit_fails(stream(signs, &is_complete, &err), &err, ERR_INTEGRITY,
	    "more than 99");
}

static void
none_of_a_stream_is_left_out(void **state)
{
	const struct tsighelp_word word = { .at = NOW };
	struct error err = ERR_INIT;
	struct world world;
	struct buf first, second, third;

	(void)state;
	world_init(&world, "hmac-sha256");
	first = answer(1);
	second = answer(2);
	third = answer(3);
	tsighelp_sign(&world.server, &word, &first);
	tsighelp_sign(&world.server, &word, &second);
	tsighelp_sign(&world.server, &word, &third);
	unit_ok(receive(&world.client, &first, NOW, &err), &err);
	unit_fails(receive(&world.client, &third, NOW, &err), &err,
	    ERR_INTEGRITY, "the TSIG is wrong");
	buf_free(&first);
	buf_free(&second);
	buf_free(&third);
	world_clear(&world);
}

static void
refuses_keys_that_are_none(void **state)
{
	static const struct { const char *name, *algorithm, *secret, *why; }
	bad[] = {
		{ "k.", "hmac-md5", SECRET, "none of hmac-sha256" },
		{ "k.", "hmac-sha1", SECRET, "none of hmac-sha256" },
		{ "k.", "", SECRET, "none of hmac-sha256" },
		{ "k..", "hmac-sha256", SECRET, "TSIG key k.." },
		{ "k.", "hmac-sha256", "MDEyMzQ1Njc4OWFiY2Rl", "15 bytes" },
		{ "k.", "hmac-sha256", "", "0 bytes" },
		{ "k.", "hmac-sha256", "!", "the secret" },
	};
	struct error err = ERR_INIT;
	struct tsig_key key;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(tsig_key_init(&key, bad[i].name, bad[i].algorithm,
		    bad[i].secret, &err), &err, ERR_CONFIG, bad[i].why);
		tsig_key_clear(&key);
	}
	unit_ok(tsig_key_init(&key, "k", "HMAC-SHA384",
	    "MDEyMzQ1Njc4OWFiY2RlZg==", &err), &err);
	assert_int_equal(key.hmac, CRYPTO_HMAC_SHA384);
	tsig_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_secret_signed),
		cmocka_unit_test(is_for_this_request),
		cmocka_unit_test(wants_the_key_it_asked_with),
		cmocka_unit_test(wants_the_whole_mac),
		cmocka_unit_test(wants_its_time),
		cmocka_unit_test(says_why_the_server_refuses),
		cmocka_unit_test(wants_one_at_the_end),
		cmocka_unit_test(no_octet_is_free),
		cmocka_unit_test(follows_a_stream),
		cmocka_unit_test(bounds_what_is_not_signed),
		cmocka_unit_test(none_of_a_stream_is_left_out),
		cmocka_unit_test(refuses_keys_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
