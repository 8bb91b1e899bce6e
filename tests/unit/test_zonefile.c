#include "tests/unit/unit.h"

#include "tests/unit/dnshelp.h"

#define ZSK "gcc5VQj0861VV1jU+kr2IxOWGdIEDFaPJrh4Z0ZUCKdjK56CnjA6vQF+" \
	"KVNNFpr8XISKs8Z6Je/d86HlDEJALw=="
#define ZSK_HALVES "gcc5VQj0861VV1jU+kr2IxOWGdIEDFaPJrh4Z0ZUCKdjK56CnjA6vQF+" \
	" KVNNFpr8XISKs8Z6Je/d86HlDEJALw=="

static int
read_from(const char *text, size_t len, const char *origin,
    struct zonefile **out, struct error *err)
{
	const struct name name = dnshelp_name(origin);

	return zonefile_read(text, len, "f", &name, out, err);
}

static struct zonefile *
read_com(const char *text)
{
	struct error err = ERR_INIT;
	struct zonefile *zonefile;

	unit_ok(read_from(text, strlen(text), "example.com.", &zonefile,
	    &err), &err);
	return zonefile;
}

/* The records of text as "line owner ttl class type len", parted by "/". */
static void
check(const char *text, const char *expected)
{
	struct zonefile *zonefile = read_com(text);
	char got[1024] = "", owner[NAME_TEXT_MAX], ttl[16];
	const struct zonefile_record *r;
	size_t i, n = 0;

	for (i = 0; i < zonefile->n_records; i++) {
		r = &zonefile->records[i];
		(void)snprintf(ttl, sizeof(ttl), "%u", r->ttl);
		n += (size_t)snprintf(got + n, sizeof(got) - n,
		    "%s%zu %s %s %u %u %zu", i == 0 ? "" : "/", r->line,
		    name_text(&r->owner, owner),
		    r->ttl == ZONEFILE_NO_TTL ? "-" : ttl, r->class, r->type,
		    r->rdata_len);
	}
	zonefile_free(zonefile);
	assert_string_equal(got, expected);
}

static void
refused(const char *text, const char *why)
{
	struct error err = ERR_INIT;
	struct zonefile *zonefile = NULL;

	unit_fails(read_from(text, strlen(text), "example.com.", &zonefile,
	    &err), &err, ERR_INPUT, why);
	assert_null(zonefile);
}

/* text, however a tool printed it, holds the one ZSK of owner. */
static void
check_zsk(const char *text, const char *owner, uint32_t ttl, size_t line)
{
	const struct name name = dnshelp_name(owner);
	struct zonefile *zonefile = read_com(text);
	const struct dnskey expected = dnshelp_key(
	    "example.com. DNSKEY 256 3 13 " ZSK);
	struct error err = ERR_INIT;
	struct dnskey key;

	assert_int_equal(zonefile->n_records, 1);
	assert_true(name_is_same(&zonefile->records[0].owner, &name));
	assert_int_equal(zonefile->records[0].ttl, ttl);
	assert_int_equal(zonefile->records[0].class, 1);
	assert_int_equal(zonefile->records[0].type, RRTYPE_DNSKEY);
	assert_int_equal(zonefile->records[0].line, line);
	unit_ok(dnskey_from_rdata(zonefile->records[0].rdata,
	    zonefile->records[0].rdata_len, &key, &err), &err);
	assert_memory_equal(&key, &expected, sizeof(key));
	zonefile_free(zonefile);
}

static void
reads_what_signers_print(void **state)
{

	(void)state;
	/* dnssec-keygen, without and with -L 3600 */
	check_zsk("; This is a zone-signing key, keyid 24049, for "
	    "example.com.\n; Created: 20261122135025 (Sun Nov 22 13:50:25 "
	    "2026)\nexample.com. IN DNSKEY 256 3 13 " ZSK_HALVES "\n",
	    "example.com.", ZONEFILE_NO_TTL, 3);
	check_zsk("example.com. 3600 IN DNSKEY 256 3 13 " ZSK_HALVES "\n",
	    "example.com.", 3600, 1);
	/* dig */
	check_zsk("\n; <<>> DiG 9.18 <<>> example.com DNSKEY\n"
	    ";; global options: +cmd\n;; QUESTION SECTION:\n"
	    ";example.com.\t\t\tIN\tDNSKEY\n\n;; ANSWER SECTION:\n"
	    "example.com.\t\t3600\tIN\tDNSKEY\t256 3 13 " ZSK_HALVES "\n\n"
	    ";; Query time: 0 msec\n\n", "example.com.", 3600, 8);
	/* dig +multi */
	check_zsk("\nexample.com.\t\t3600 IN\tDNSKEY 256 3 13 (\n"
	    "\t\t\t\tgcc5VQj0861VV1jU+kr2IxOWGdIEDFaPJrh4Z0ZUCKdj\n"
	    "\t\t\t\tK56CnjA6vQF+KVNNFpr8XISKs8Z6Je/d86HlDEJALw==\n"
	    "\t\t\t\t) ; ZSK; alg = ECDSAP256SHA256 ; key id = 24049\n",
	    "example.com.", 3600, 2);
	/* named-compilezone */
	check_zsk("$ORIGIN .\n$TTL 3600\t; 1 hour\nexample.com\t\t\tDNSKEY\t"
	    "256 3 13 (\n\t\t\t\tgcc5VQj0861VV1jU+kr2IxOWGdIEDFaPJrh4Z0ZUCKdj"
	    "\n\t\t\t\tK56CnjA6vQF+KVNNFpr8XISKs8Z6Je/d86HlDEJALw==\n"
	    "\t\t\t\t) ; ZSK\n", "example.com.", 3600, 3);
	/* keymgr ... dnskey */
	check_zsk("example.com. DNSKEY 256 3 13 " ZSK "\n", "example.com.",
	    ZONEFILE_NO_TTL, 1);
	/* ldns-keygen */
	check_zsk("example.com.\tIN\tDNSKEY\t256 3 13 " ZSK
	    " ;{id = 24049 (zsk), size = 256b}\n", "example.com.",
	    ZONEFILE_NO_TTL, 1);
	/* nsd-control, or whoever writes class before TTL */
	check_zsk("EXAMPLE.com.\tIN\t3600\tDNSKEY\t256 3 13 " ZSK "\n",
	    "example.com.", 3600, 1);
	/* pdnsutil export-zone-dnskey: a relative name, as it stands there */
	check_zsk("example.com IN DNSKEY 256 3 13 " ZSK
	    " ; ( ECDSAP256SHA256 )\n", "example.com.example.com.",
	    ZONEFILE_NO_TTL, 1);
	/* mnemonics, RFC 3597, an editor on another system */
	check_zsk("@ 1H in dnskey 256 3 ecdsap256sha256 " ZSK "\r\n",
	    "example.com.", 3600, 1);
	check_zsk("@ CLASS1 TYPE48 256 3 13 " ZSK "\n", "example.com.",
	    ZONEFILE_NO_TTL, 1);
}

static void
owners_follow_the_origin(void **state)
{

	(void)state;
	check("@ A 1.1.1.1\n A 1.1.1.1\nb A 1.1.1.1\n\tA 1.1.1.1\n"
	    "c. A 1.1.1.1\n",
	    "1 example.com. - 1 1 4/2 example.com. - 1 1 4/"
	    "3 b.example.com. - 1 1 4/4 b.example.com. - 1 1 4/5 c. - 1 1 4");
	check("$ORIGIN b\n@ A 1.1.1.1\n$origin C.D.\nx A 1.1.1.1\n"
	    "$ORIGIN .\nx A 1.1.1.1\n A 1.1.1.1\n",
	    "2 b.example.com. - 1 1 4/4 x.c.d. - 1 1 4/6 x. - 1 1 4/"
	    "7 x. - 1 1 4");
	/* The blank owner is the last one, whatever $ORIGIN came since. */
	check("b A 1.1.1.1\n$ORIGIN c.\n A 1.1.1.1\n",
	    "1 b.example.com. - 1 1 4/3 b.example.com. - 1 1 4");
	check("\\@ A 1.1.1.1\nx\\.y A 1.1.1.1\n",
	    "1 \\@.example.com. - 1 1 4/2 x\\.y.example.com. - 1 1 4");
	/* Names that look like a type, a class or a TTL. */
	check("DNSKEY A 1.1.1.1\nIN IN A 1.1.1.1\n60 60 A 1.1.1.1\n",
	    "1 dnskey.example.com. - 1 1 4/2 in.example.com. - 1 1 4/"
	    "3 60.example.com. 60 1 1 4");
	check("(\n@ A 1.1.1.1 )\n", "1 example.com. - 1 1 4");
}

static void
names_in_rdata_follow_the_origin(void **state)
{
	struct zonefile *zonefile = read_com("@ NS a\n$ORIGIN b.\n@ NS a\n"
	    "@ NS @\n@ NS a.\n");

	(void)state;
	assert_int_equal(zonefile->n_records, 4);
	assert_memory_equal(zonefile->records[0].rdata,
	    "\1a\7example\3com", 15);
	assert_memory_equal(zonefile->records[1].rdata, "\1a\1b", 5);
	assert_memory_equal(zonefile->records[2].rdata, "\1b", 3);
	assert_memory_equal(zonefile->records[3].rdata, "\1a", 3);
	zonefile_free(zonefile);
}

static void
ttls_are_stated_or_not(void **state)
{

	(void)state;
	check("@ 60 A 1.1.1.1\n", "1 example.com. 60 1 1 4");
	check("@ IN 60 A 1.1.1.1\n", "1 example.com. 60 1 1 4");
	check("@ 60 IN A 1.1.1.1\n", "1 example.com. 60 1 1 4");
	check("@ 0 A 1.1.1.1\n", "1 example.com. 0 1 1 4");
	check("@ 2147483647 A 1.1.1.1\n", "1 example.com. 2147483647 1 1 4");
	check("@ 1W2d3H4m5s A 1.1.1.1\n", "1 example.com. 788645 1 1 4");
	/* Not the TTL of the record before. */
	check("@ 60 A 1.1.1.1\n@ A 1.1.1.2\n",
	    "1 example.com. 60 1 1 4/2 example.com. - 1 1 4");
	/* But that of $TTL, from there on, and without a say for others. */
	check("@ A 1.1.1.1\n$TTL 1h\n@ A 1.1.1.1\n@ 60 A 1.1.1.1\n"
	    "@ A 1.1.1.1\n$ttl 5\n@ A 1.1.1.1\n",
	    "1 example.com. - 1 1 4/3 example.com. 3600 1 1 4/"
	    "4 example.com. 60 1 1 4/5 example.com. 3600 1 1 4/"
	    "7 example.com. 5 1 1 4");
}

static void
classes_and_types_are_shown(void **state)
{

	(void)state;
	check("@ CH A 1.1.1.1\n@ A 1.1.1.1\n@ HS 1 A 1.1.1.1\n"
	    "@ CLASS254 TYPE65280 \\# 1 00\n",
	    "1 example.com. - 3 1 4/2 example.com. - 1 1 4/"
	    "3 example.com. 1 4 1 4/4 example.com. - 254 65280 1");
	check("", "");
	check("; nothing\n\n", "");
	check("$TTL 1\n", "");
}

static void
lines_are_the_first_of_a_record(void **state)
{

	(void)state;
	check("; one\n\n@ A ( ; two\n1.1.1.1\n)\n\n@\tA (1.1.1.1)\n",
	    "3 example.com. - 1 1 4/7 example.com. - 1 1 4");
}

static void
refuses_bad_records(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "@ A 1.1.1.1\n\n@ A 1.1.1\n", "f:3: the RDATA of TYPE1" },
		{ "@ A (\n1.1.1\n)\n", "f:1: the RDATA of TYPE1" },
		{ "\n A 1.1.1.1\n", "f:2: a blank owner" },
		{ "@\n", "f:1: a record without type" },
		{ "@ 60\n", "without type" },
		{ "@ IN\n", "without type" },
		{ "@ 60 IN\n", "without type" },
		{ "@ A\n", "without RDATA" },
		{ "@ NOSUCH x\n", "\"NOSUCH\" is not a type" },
		{ "@ TYPE65584 256 3 13 AAAA\n", "\"TYPE65584\" is not a" },
		{ "@ ANY x\n", "not a type" },
		{ "@ IN IN A 1.1.1.1\n", "\"IN\" is not a type" },
		{ "@ IN CH A 1.1.1.1\n", "\"CH\" is not a type" },
		{ "@ 60 60 A 1.1.1.1\n", "\"60\" is not a type" },
		{ "@ 60 IN 60 A 1.1.1.1\n", "\"60\" is not a type" },
		{ "@ CLASS0 A 1.1.1.1\n", "not a type" },
		{ "@ CLASS65537 A 1.1.1.1\n", "not a type" },
		{ "@ 2147483648 A 1.1.1.1\n", "not a TTL" },
		{ "@ 4294967295 A 1.1.1.1\n", "not a TTL" },
		{ "@ 99999999999999999999 A 1.1.1.1\n", "not a TTL" },
		{ "@ 1h30 A 1.1.1.1\n", "not a TTL" },
		{ "@ 60x A 1.1.1.1\n", "not a TTL" },
		{ "@ 1.5 A 1.1.1.1\n", "not a TTL" },
		{ "@ 3551w A 1.1.1.1\n", "not a TTL" },
		{ "@ 0000000001w0000000001d00000001hx A 1.1.1.1\n",
		    "not a TTL" },
		{ "@ 111111111111111111111111111111111111111s A 1.1.1.1\n",
		    "not a TTL" },
		{ "a..b A 1.1.1.1\n", "f:1: \"a..b.example.com.\"" },
		{ "\"a\" A 1.1.1.1\n", "must be escaped" },
		{ "\xc3\xbc A 1.1.1.1\n", "outside ASCII" },
		{ "@ DNSKEY 256 3 13 " ZSK "x\n", "not base64" },
		{ "@ DNSKEY 256 3 13 " ZSK " extra\n", "not base64" },
		{ "@ DNSKEY 65792 3 13 " ZSK "\n", "65792" },
		{ "@ DNSKEY 256 3 269 " ZSK "\n", "269" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++)
		refused(bad[i].text, bad[i].why);
}

static void
refuses_bad_directives(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "$INCLUDE /etc/passwd\n", "f:1: $INCLUDE is not allowed" },
		{ "$include x\n", "$include is not allowed" },
		{ "$GENERATE 1-9999999 a$ A 1.1.1.1\n", "$GENERATE is not" },
		{ "$DATE\n", "$DATE is not allowed" },
		{ "$\n", "$ is not allowed" },
		{ "$ORIGIN\n", "one argument" },
		{ "$ORIGIN a. b.\n", "one argument" },
		{ "$ORIGIN a..\n", "empty label" },
		{ "$TTL\n", "one argument" },
		{ "$TTL 1 2\n", "$TTL has one argument" },
		{ "$TTL x\n", "not a TTL" },
		{ "$TTL 2147483648\n", "not a TTL" },
		{ "$TTL P1D\n", "not a TTL" },
		{ " $TTL 1\n", "blank owner" },
		{ "@ A 1.1.1.1\n $INCLUDE x\n", "\"$INCLUDE\" is not a type" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++)
		refused(bad[i].text, bad[i].why);
}

static void
refuses_broken_files(void **state)
{

	(void)state;
	refused("@ A 1.1.1.1\n@ DNSKEY 256 3 13 ( AAAA\n", "f:2: a paren");
	refused("@ DNSKEY 256 3 13 AAAA )\n", "f:1: a paren");
	refused("@ TXT \"a\n", "f:1: an open quote");
	refused("@ A 1.1.1.1", "f:1: the last line has no end");
	refused("@ A 1.1.1.1\n@ A 1.1", "f:2: the last line has no end");
	refused("\xef\xbb\xbf@ A 1.1.1.1\n", "f:1: a byte order mark");
	refused("@ A 1.1.1.1\n; \xff\n", "f:2: not UTF-8");
	refused("@ A 1.1.1.1\n\x01\n", "f:2: a control character");
}

/* A record is whole or refused, wherever the file was cut off. */
static void
no_cut_is_a_shorter_key(void **state)
{
	const char *const text = "@ DNSKEY 256 3 13 ( gcc5VQj0861VV1jU+kr2Ix\n"
	    "OWGdIEDFaPJrh4Z0ZUCKdjK56CnjA6vQF+\n"
	    "KVNNFpr8XISKs8Z6Je/d86HlDEJALw== )\n";
	struct error err = ERR_INIT;
	struct zonefile *zonefile;
	size_t len;

	(void)state;
	for (len = 1; len < strlen(text); len++) {
		assert_int_equal(read_from(text, len, ".", &zonefile, &err),
		    -1);
		err_clear(&err);
	}
	unit_ok(read_from(text, len, ".", &zonefile, &err), &err);
	assert_int_equal(zonefile->n_records, 1);
	zonefile_free(zonefile);
}

static void
keeps_limits(void **state)
{
	struct error err = ERR_INIT;
	struct zonefile *zonefile;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ZONEFILE_MAX_RECORDS; i++)
		buf_printf(&text, "@ TYPE65280 \\# 0\n");
	unit_ok(read_from(buf_text(&text), text.len, ".", &zonefile, &err),
	    &err);
	assert_int_equal(zonefile->n_records, ZONEFILE_MAX_RECORDS);
	zonefile_free(zonefile);
	buf_printf(&text, "@ TYPE65280 \\# 0\n");
	unit_fails(read_from(buf_text(&text), text.len, ".", &zonefile, &err),
	    &err, ERR_INPUT, "f:10001: more than 10000 records");
	buf_free(&text);

	buf_printf(&text, "@ TYPE65280 \\# %d ", ZONEFILE_RDATA_MAX);
	for (i = 0; i < ZONEFILE_RDATA_MAX; i++)
		buf_printf(&text, "00");
	buf_printf(&text, "\n");
	unit_ok(read_from(buf_text(&text), text.len, ".", &zonefile, &err),
	    &err);
	assert_int_equal(zonefile->records[0].rdata_len, ZONEFILE_RDATA_MAX);
	zonefile_free(zonefile);
	buf_free(&text);
	buf_printf(&text, "@ TYPE65280 \\# %d ", ZONEFILE_RDATA_MAX + 1);
	for (i = 0; i <= ZONEFILE_RDATA_MAX; i++)
		buf_printf(&text, "00");
	buf_printf(&text, "\n");
	unit_fails(read_from(buf_text(&text), text.len, ".", &zonefile, &err),
	    &err, ERR_INPUT, "f:1: RDATA of more than 8192 octets");
	buf_free(&text);

	while (text.len < ZONEFILE_MAX_LEN)
		buf_add(&text, ";23456789abcdef\n", 16);
	unit_ok(read_from(buf_text(&text), text.len, ".", &zonefile, &err),
	    &err);
	zonefile_free(zonefile);
	buf_add(&text, "\n", 1);
	unit_fails(read_from(buf_text(&text), text.len, ".", &zonefile, &err),
	    &err, ERR_INPUT, "longer than");
	buf_free(&text);
}

/* What rrset_text() writes, and nothing else that a zone file may say. */
static void
peeks_at_algorithms(void **state)
{
	static const char *const others[] = { "", "\n", "a", "a.",
		"; 1 IN DNSKEY 256 3 13 AAAA\n",
		";a. 1 IN DNSKEY 256 3 13 AAAA\n",
		"a 1 IN DNSKEY 256 3 13 AAAA\n",
		"a. 3600 IN DNSKEY 256 3 13 AAAA",
		"a. 3600 IN DNSKEY 256 3 13 \n",
		"a. 3600 IN DNSKEY 256 3 13\n",
		"a. 3600 IN DNSKEY 256 3 256 AAAA\n",
		"a. 3600 IN DNSKEY 256 256 13 AAAA\n",
		"a. 3600 IN DNSKEY 65536 3 13 AAAA\n",
		"a. 4294967296 IN DNSKEY 256 3 13 AAAA\n",
		"a. 3600 IN DNSKEY 256 3 ECDSAP256SHA256 AAAA\n",
		"a. 3600 IN  DNSKEY 256 3 13 AAAA\n",
		"a. IN DNSKEY 256 3 13 AAAA\n",
		"a. 3600 IN CDNSKEY 256 3 13 AAAA\n",
		" 3600 IN DNSKEY 256 3 13 AAAA\n" };
	const char *p = "a. 3600 IN DNSKEY 256 3 8 AwEAAQ==\n"
	    "b.\\032c. 0 IN DNSKEY 65535 255 255 A\n";
	const char *begin = p;
	uint8_t alg = 0;
	size_t i;

	(void)state;
	assert_true(zonefile_peek_alg(&p, &alg) && alg == 8);
	assert_ptr_equal(p, strchr(begin, '\n') + 1);
	assert_true(zonefile_peek_alg(&p, &alg) && alg == 255);
	assert_string_equal(p, "");
	for (i = 0; i < N_OF(others); i++) {
		p = others[i];
		alg = 1;
		assert_false(zonefile_peek_alg(&p, &alg));
		assert_true(p == others[i] && alg == 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_signers_print),
		cmocka_unit_test(owners_follow_the_origin),
		cmocka_unit_test(names_in_rdata_follow_the_origin),
		cmocka_unit_test(ttls_are_stated_or_not),
		cmocka_unit_test(classes_and_types_are_shown),
		cmocka_unit_test(lines_are_the_first_of_a_record),
		cmocka_unit_test(refuses_bad_records),
		cmocka_unit_test(refuses_bad_directives),
		cmocka_unit_test(refuses_broken_files),
		cmocka_unit_test(no_cut_is_a_shorter_key),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(peeks_at_algorithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
