#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/dns/message.h"
#include "tests/unit/dnshelp.h"

#define HEAD(flags, qd, an, ns, ar) \
	"\x12\x34" flags "\0" qd "\0" an "\0" ns "\0" ar
#define QUESTION "\7example\0" "\0\2" "\0\1"	/* 12..24: NS */
#define FIXED(type, len) "\0" type "\0\1" "\0\0\x0e\x10" "\0" len

/* A string literal as wire form. */
#define WIRE(text) (const uint8_t *)(text), sizeof(text) - 1

static struct message *
read_good(const uint8_t *wire, size_t len)
{
	struct error err = ERR_INIT;
	struct message *message;

	unit_ok(message_read(wire, len, &message, &err), &err);
	return message;
}

static void
reads_what_it_writes(void **state)
{
	const struct name name = dnshelp_name("Example.");
	const uint8_t address[4] = { 192, 0, 2, 1 };
	const struct message_record *record;
	struct buf out = BUF_INIT;
	struct message *message;

	(void)state;
	message_begin(&out, 0x1234, MESSAGE_NOTIFY, MESSAGE_AA, &name,
	    RRTYPE_CDS);
	message_add(&out, MESSAGE_ANSWER, &name, MESSAGE_A, MESSAGE_IN, 60,
	    address, sizeof(address));
	message_add(&out, MESSAGE_AUTHORITY, &name, MESSAGE_A, MESSAGE_NONE,
	    0, NULL, 0);
	message = read_good(out.data, out.len);
	assert_int_equal(message->id, 0x1234);
	assert_int_equal(message->opcode, MESSAGE_NOTIFY);
	assert_true(message->is_authoritative);
	assert_false(message->is_response);
	assert_int_equal(message->question_type, RRTYPE_CDS);
	assert_true(name_is_same(&message->question, &name));
	assert_int_equal(message->n, 2);
	record = message_find(message, MESSAGE_ANSWER, NULL, MESSAGE_A);
	assert_int_equal(record->ttl, 60);
	assert_memory_equal(record->rdata, address, 4);
	/* Of class NONE: no record of the zone. */
	assert_null(message_find(message, MESSAGE_AUTHORITY, NULL,
	    MESSAGE_A));
	message_free(message);
	buf_free(&out);
}

static void
asks_for_signatures(void **state)
{
	static const uint8_t expected[] = HEAD("\1\x10", "\1", "\0", "\0",
	    "\1") QUESTION "\0" "\0\x29" "\4\xd0" "\0\0\x80\0" "\0";
	const struct name name = dnshelp_name("example.");
	struct buf out = BUF_INIT;
	struct message *message;

	(void)state;
	message_begin(&out, 0x1234, MESSAGE_QUERY, MESSAGE_RD | MESSAGE_CD |
	    MESSAGE_DO, &name, MESSAGE_NS);
	/* The string's own 0 is the last octet. */
	assert_int_equal(out.len, sizeof(expected));
	assert_memory_equal(out.data, expected, out.len);
	message = read_good(out.data, out.len);
	assert_int_equal(message->n, 0);
	message_free(message);
	buf_free(&out);
}

static void
expands_names(void **state)
{
	static const char text[] = HEAD("\x84\0", "\1", "\2", "\1", "\0")
	    QUESTION
	    "\xc0\x0c" FIXED("\2", "\5") "\2NS\xc0\x0c"		/* 25 */
	    "\xc0\x25" FIXED("\1", "\4") "\x7f\0\0\1"
	    "\xc0\x0c" FIXED("\6", "\x1a") "\xc0\x25" "\1h\xc0\x0c"
	    "\0\0\0\7" "\0\0\0\1" "\0\0\0\1" "\0\0\0\1" "\0\0\0\1";
	const struct name name = dnshelp_name("example.");
	const struct name ns = dnshelp_name("ns.example.");
	struct message *message = read_good(WIRE(text));
	const struct message_record *record;
	uint32_t serial = 0;

	(void)state;
	assert_true(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	record = message_find(message, MESSAGE_ANSWER, &name, MESSAGE_NS);
	assert_int_equal(record->rdata_len, ns.len);
	assert_memory_equal(record->rdata, ns.wire, ns.len);
	assert_non_null(message_find(message, MESSAGE_ANSWER, &ns,
	    MESSAGE_A));
	record = message_find(message, MESSAGE_AUTHORITY, &name, MESSAGE_SOA);
	assert_true(message_soa_serial(record, &serial));
	assert_int_equal(serial, 7);
	assert_int_equal(record->rdata_len, ns.len + 11 + 20);
	message_free(message);
}

static void
collects_sets(void **state)
{
	static const char text[] = HEAD("\x80\0", "\0", "\3", "\0", "\0")
	    "\1a\0" FIXED("\1", "\4") "\1\1\1\2"
	    "\1a\0" "\0\1" "\0\1" "\0\0\0\x9" "\0\4" "\1\1\1\1"
	    "\1b\0" FIXED("\1", "\4") "\1\1\1\3";
	const struct name name = dnshelp_name("a.");
	struct message *message = read_good(WIRE(text));
	struct rrset *rrset;

	(void)state;
	rrset = message_rrset(message, MESSAGE_ANSWER, &name, MESSAGE_A);
	assert_int_equal(rrset->n_rdata, 2);
	assert_int_equal(rrset->ttl, 9);
	assert_memory_equal(rrset->rdata[0].bytes, "\1\1\1\1", 4);
	rrset_free(rrset);
	assert_null(message_rrset(message, MESSAGE_AUTHORITY, &name,
	    MESSAGE_A));
	message_free(message);
}

/* RFC 5452 s9.1: each of these makes it somebody else's answer. */
static void
knows_its_answer(void **state)
{
	const struct name name = dnshelp_name("example.");
	const struct name other = dnshelp_name("other.");
	struct message *message = read_good(WIRE(HEAD("\x80\0", "\1", "\0",
	    "\0", "\0") QUESTION));

	(void)state;
	assert_true(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	assert_false(message_answers(message, 0x1235, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	assert_false(message_answers(message, 0x1234, MESSAGE_NOTIFY, &name,
	    MESSAGE_NS));
	assert_false(message_answers(message, 0x1234, MESSAGE_QUERY, &other,
	    MESSAGE_NS));
	assert_false(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_A));
	message->question_class = 3;
	assert_false(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	message->question_class = MESSAGE_IN;
	message->is_response = false;
	assert_false(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	message->is_response = true;
	message->has_question = false;
	assert_false(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	message->rcode = MESSAGE_FORMERR;
	assert_true(message_answers(message, 0x1234, MESSAGE_QUERY, &name,
	    MESSAGE_NS));
	message_free(message);
}

static void
joins_the_rcode(void **state)
{
	struct message *message = read_good(WIRE(HEAD("\x80\0", "\0", "\0",
	    "\0", "\1") "\0" "\0\x29" "\4\xd0" "\1\0\0\0" "\0\0"));

	(void)state;
	assert_int_equal(message->rcode, 16);	/* BADVERS */
	assert_int_equal(message->tsig_at, 0);
	message_free(message);
	message = read_good(WIRE(HEAD("\x80\5", "\0", "\0", "\0", "\1")
	    "\1k\0" "\0\xfa" "\0\xff" "\0\0\0\0" "\0\1" "x"));
	assert_int_equal(message->rcode, MESSAGE_REFUSED);
	assert_int_equal(message->tsig_at, MESSAGE_HEAD);
	assert_int_equal(message->n, 0);
	message_free(message);
}

#define BAD(text, why) { why, text, sizeof(text) - 1 }

static const struct {
	const char	*why;
	const char	*text;
	size_t		 len;
} bad[] = {
	BAD("", "cut off"), BAD("\x12\x34\x80", "cut off"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0"), "cut off"),
	BAD(HEAD("\x80\0", "\2", "\0", "\0", "\0") QUESTION QUESTION,
	    "2 questions"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\7exampl", "cut off"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") QUESTION "x",
	    "1 octets behind its end"),
	/* pointers: to itself, forward, into the head, half of one */
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\xc0\x0c\0\1\0\1",
	    "does not point back"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\xc0\x12\0\1\0\1\0",
	    "does not point back"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\xc0\x04\0\1\0\1",
	    "does not point back"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\xc0", "neither text"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\x40\0\0\1\0\1",
	    "neither text"),
	BAD(HEAD("\x80\0", "\1", "\0", "\0", "\0") "\x80\0\0\1\0\1",
	    "neither text"),
	/* two pointers at each other */
	BAD(HEAD("\x80\0", "\1", "\1", "\0", "\0") "\1a\xc0\x15\0\1\0\1"
	    "\1a\xc0\x0c" FIXED("\1", "\4") "\1\1\1\1",
	    "does not point back"),
	/* RDATA */
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\1", "\4")
	    "\1\1\1", "cut off"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\1", "\5")
	    "\1\1\1\1\1", "wrong length"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\x1c", "\4")
	    "\1\1\1\1", "wrong length"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\2", "\2")
	    "\1a\0", "cut off"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\2", "\4")
	    "\1a\0\0", "wrong length"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\6", "\x15")
	    "\0\0\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", "wrong length"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\x42", "\5")
	    "\0\x3b\1\0\x35", "wrong length"),
	BAD(HEAD("\x80\0", "\0", "\2", "\0", "\0") "\0" FIXED("\1", "\4")
	    "\1\1\1\1", "record 2 of section 1"),
	/* OPT and TSIG where they may not be */
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\x29", "\0"),
	    "an OPT"),
	BAD(HEAD("\x80\0", "\0", "\0", "\0", "\1") "\1a\0"
	    FIXED("\x29", "\0"), "an OPT"),
	BAD(HEAD("\x80\0", "\0", "\0", "\0", "\2") "\0" FIXED("\x29", "\0")
	    "\0" FIXED("\x29", "\0"), "an OPT"),
	BAD(HEAD("\x80\0", "\0", "\0", "\0", "\2") "\0" FIXED("\xfa", "\0")
	    "\0" FIXED("\1", "\4") "\1\1\1\1", "not the last"),
	BAD(HEAD("\x80\0", "\0", "\1", "\0", "\0") "\0" FIXED("\xfa", "\0"),
	    "not the last"),
};

static void
refuses(void **state)
{
	struct error err = ERR_INIT;
	struct message *message;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		/* A copy of its own, for those who watch its end. */
		uint8_t *wire = malloc(bad[i].len + 1);

		memcpy(wire, bad[i].text, bad[i].len);
		wire = realloc(wire, bad[i].len > 0 ? bad[i].len : 1);
		unit_fails(message_read(wire, bad[i].len, &message, &err),
		    &err, ERR_INPUT, bad[i].why);
		assert_null(message);
		free(wire);
	}
}

/* A chain of pointers, each to the one before, is bounded by the name. */
static void
bounds_names(void **state)
{
	struct error err = ERR_INIT;
	struct buf wire = BUF_INIT;
	struct message *message;
	unsigned int i;
	size_t last;

	(void)state;
	/* An unknown type's RDATA holds "a", "a" + pointer, ... */
	buf_add(&wire, HEAD("\x80\0", "\0", "\2", "\0", "\0"), 12);
	buf_add(&wire, "\0" "\xff\0" "\0\1" "\0\0\0\0" "\2\3", 11);
	buf_add(&wire, "\1a\0", 3);
	last = 23;
	for (i = 0; i < 128; i++) {
		buf_add(&wire, "\1a", 2);
		buf_add_u16(&wire, (uint16_t)(0xc000 | last));
		last = wire.len - 4;
	}
	assert_int_equal(wire.len - 23, 0x203);
	buf_add_u16(&wire, (uint16_t)(0xc000 | last));
	buf_add(&wire, FIXED("\1", "\4") "\1\1\1\1", 14);
	unit_fails(message_read(wire.data, wire.len, &message, &err), &err,
	    ERR_INPUT, "more than 255 octets");
	buf_free(&wire);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(asks_for_signatures),
		cmocka_unit_test(expands_names),
		cmocka_unit_test(collects_sets),
		cmocka_unit_test(knows_its_answer),
		cmocka_unit_test(joins_the_rcode),
		cmocka_unit_test(refuses),
		cmocka_unit_test(bounds_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
