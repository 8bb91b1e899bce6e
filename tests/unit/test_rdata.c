#include "tests/unit/unit.h"

#include "kmgr/base/text.h"
#include "kmgr/dns/rdata.h"
#include "kmgr/dns/rrset.h"
#include "tests/unit/dnshelp.h"

#define FIELDS_MAX 16

/* rdata_read() of text, whose fields are parted by single blanks. */
static int
read_text(const char *type, const char *text, struct buf *out,
    struct error *err)
{
	const struct name origin = dnshelp_name("origin.");
	char copy[1024], *fields[FIELDS_MAX], *p = copy;
	uint16_t number;
	size_t n = 0;

	assert_true(strlen(text) < sizeof(copy));
	(void)strcpy(copy, text);
	while (*p != '\0') {
		assert_true(n < FIELDS_MAX);
		fields[n++] = p;
		p += strcspn(p, " ");
		if (*p != '\0')
			*p++ = '\0';
	}
	return rdata_type_read(type, &number, err) != 0 ? -1 :
	    rdata_read(number, fields, n, &origin, out, err);
}

static void
reads_types(void **state)
{
	static const struct { const char *text; uint16_t type; } good[] = {
		{ "DNSKEY", 48 }, { "dnskey", 48 }, { "CDNSKEY", 60 },
		{ "DS", 43 }, { "cds", 59 }, { "RRSIG", 46 },
		{ "TYPE48", 48 }, { "type48", 48 }, { "A", 1 }, { "soa", 6 },
		{ "TYPE65535", 65535 }, { "TYPE1", 1 }, { "NSEC3PARAM", 51 },
		{ "TYPE127", 127 }, { "TYPE256", 256 },
	};
	static const char *const bad[] = { "", "NOSUCH", "TYPE", "TYPE0",
		"TYPE65536", "TYPE65584", "TYPE048", "TYPE-1", "TYPE48x",
		"TYPE 48", "48", "ANY", "AXFR", "IXFR", "MAILB", "OPT",
		"TYPE41", "TYPE128", "TYPE255", "TSIG", "DNSKEYX", "DNSKE",
		"$INCLUDE" };
	struct error err = ERR_INIT;
	uint16_t type = 7;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(rdata_type_read(good[i].text, &type, &err), &err);
		assert_int_equal(type, good[i].type);
	}
	type = 7;
	for (i = 0; i < N_OF(bad); i++)
		unit_fails(rdata_type_read(bad[i], &type, &err), &err,
		    ERR_INPUT, "not a type");
	assert_int_equal(type, 7);
}

static void
reads_rdata(void **state)
{
	static const struct { const char *type, *text, *hex; } good[] = {
		{ "DNSKEY", "257 3 8 QUI=", "010103084142" },
		{ "DNSKEY", "257 3 RSASHA256 QUI=", "010103084142" },
		{ "DNSKEY", "65535 255 ed25519 Q U I =", "ffffff0f4142" },
		{ "DNSKEY", "0 0 255 QUI=", "000000ff4142" },
		{ "DNSKEY", "0 0 9 QUI=", "000000094142" },
		{ "TYPE48", "257 3 8 QUI=", "010103084142" },
		{ "CDNSKEY", "0 3 0 AA==", "0000030000" },
		{ "DS", "20326 8 2 e0 6D 44b8", "4f660802e06d44b8" },
		{ "DS", "1 ECDSAP256SHA256 2 00", "00010d0200" },
		{ "CDS", "0 0 0 00", "0000000000" },
		{ "CDS", "0 DELETE 0 00", "0000000000" },
		{ "RRSIG", "DNSKEY 8 2 3600 20300101000000 20000101000000 "
		    "1 example.com. QUI=", "0030080200000e1070dbd880386d4380"
		    "0001076578616d706c6503636f6d004142" },
		{ "RRSIG", "A 8 2 4294967295 4294967295 0 1 X QUI=",
		    "00010802ffffffffffffffff000000000001"
		    "0178066f726967696e004142" },
		{ "RRSIG", "TYPE65280 8 0 0 1 0 1 @ Q UI=",
		    "ff00080000000000000000010000000000"
		    "01066f726967696e004142" },
		{ "RRSIG", "A 8 0 0 1 0 1 . QUI=",
		    "0001080000000000000000010000000000" "01004142" },
		{ "DNSKEY", "\\# 6 01 01 03 08 4142", "010103084142" },
		{ "DNSKEY", "\\# 0", "" },
		{ "TYPE65280", "\\# 2 aBcD", "abcd" },
		{ "A", "\\# 4 c0000201", "c0000201" },
		{ "A", "192.0.2.1", "c0000201" },
		{ "NS", "ns", "026e73066f726967696e00" },
		{ "MX", "10 mail.example.",
		    "000a046d61696c076578616d706c6500" },
		{ "TXT", "\"a;b\" c", "03613b620163" },
	};
	struct buf out = BUF_INIT;
	struct error err = ERR_INIT;
	char hex[256];
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(read_text(good[i].type, good[i].text, &out, &err),
		    &err);
		assert_string_equal(text_hex(out.data == NULL ?
		    (const uint8_t *)"" : out.data, out.len, hex),
		    good[i].hex);
		buf_free(&out);
	}
}

static void
refuses_rdata(void **state)
{
	static const struct { const char *type, *text, *why; } bad[] = {
		{ "DNSKEY", "", "without RDATA" },
		{ "DNSKEY", "257", "1 fields" },
		{ "DNSKEY", "257 3 8", "3 fields of RDATA where DNSKEY has 4" },
		{ "DNSKEY", "65536 3 8 QUI=", "field 1 of the RDATA: 65536" },
		{ "DNSKEY", "-1 3 8 QUI=", "field 1" },
		{ "DNSKEY", "+257 3 8 QUI=", "field 1" },
		{ "DNSKEY", "0257 3 8 QUI=", "field 1" },
		{ "DNSKEY", "0x101 3 8 QUI=", "field 1" },
		{ "DNSKEY", "257x 3 8 QUI=", "field 1" },
		{ "DNSKEY", "\"257\" 3 8 QUI=", "field 1" },
		{ "DNSKEY", "99999999999999999999 3 8 QUI=", "field 1" },
		{ "DNSKEY", "257 256 8 QUI=", "field 2" },
		{ "DNSKEY", "257 DNSSEC 8 QUI=", "field 2" },
		{ "DNSKEY", "257 3 256 QUI=", "field 3" },
		{ "DNSKEY", "257 3 -243 QUI=", "field 3" },
		{ "DNSKEY", "257 3 NOSUCH QUI=", "not a DNSSEC algorithm" },
		{ "DNSKEY", "257 3 8 QUI", "field 4 of the RDATA: not base64" },
		{ "DNSKEY", "257 3 8 QUJ=", "not base64" },
		{ "DNSKEY", "257 3 8 QUI= QUI=", "not base64" },
		{ "DNSKEY", "257 3 8 Q=UI", "not base64" },
		{ "DNSKEY", "257 3 8 QUI_", "not base64" },
		{ "DNSKEY", "257 3 8 =", "not base64" },
		{ "DS", "1 8 2", "3 fields" },
		{ "DS", "1 8 SHA-256 00", "field 3" },
		{ "DS", "1 8 2 0", "hex digits" },
		{ "DS", "1 8 2 0g", "hex digit" },
		{ "DS", "1 8 2 0x00", "hex digit" },
		{ "RRSIG", "DNSKEY 8 2 3600 20300101000000 20000101000000 1 a.",
		    "8 fields" },
		{ "RRSIG", "NOSUCH 8 2 1 2 1 1 a. QUI=", "field 1" },
		{ "RRSIG", "ANY 8 2 1 2 1 1 a. QUI=", "field 1" },
		{ "RRSIG", "A 8 2 1 20300431000000 1 1 a. QUI=", "field 5" },
		{ "RRSIG", "A 8 2 1 21060207062816 1 1 a. QUI=", "2106" },
		{ "RRSIG", "A 8 2 1 19691231235959 1 1 a. QUI=", "field 5" },
		{ "RRSIG", "A 8 2 1 4294967296 1 1 a. QUI=", "field 5" },
		{ "RRSIG", "A 8 2 1 2 now 1 a. QUI=", "field 6" },
		{ "RRSIG", "A 8 2 1 +0000000000001 1 1 a. QUI=", "field 5" },
		{ "RRSIG", "A 8 2 1 2 1 1 a..b QUI=", "empty label" },
	};
	struct buf out = BUF_INIT;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(read_text(bad[i].type, bad[i].text, &out, &err),
		    &err, ERR_INPUT, bad[i].why);
		buf_free(&out);
	}
}

static void
refuses_generic_and_foreign_rdata(void **state)
{
	static const struct { const char *type, *text, *why; } bad[] = {
		{ "DNSKEY", "\\#", "without a length" },
		{ "DNSKEY", "\\# x 00", "length after" },
		{ "DNSKEY", "\\# 65536 00", "length after" },
		{ "DNSKEY", "\\# -1", "length after" },
		{ "DNSKEY", "\\# 2 00", "1 octets where \\# says 2" },
		{ "DNSKEY", "\\# 1 0000", "2 octets where \\# says 1" },
		{ "DNSKEY", "\\# 1 0", "hex digits" },
		{ "TYPE65280", "abcd", "RFC 3597" },
		{ "IPSECKEY", "10 1 2 192.0.2.38 AQ==", "RFC 3597" },
		{ "A", "192.0.2.256", "TYPE1" },
		{ "A", "192.0.2.1 192.0.2.2", "TYPE1" },
		{ "MX", "10", "TYPE15" },
		{ "SOA", "a b 1 2 3", "TYPE6" },
	};
	struct buf out = BUF_INIT;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(read_text(bad[i].type, bad[i].text, &out, &err),
		    &err, ERR_INPUT, bad[i].why);
		buf_free(&out);
	}
}

static void
foreign_rdata_has_a_limit(void **state)
{
	const struct name root = dnshelp_name(".");
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT, text = BUF_INIT;
	char *field;

	(void)state;
	while (text.len < 40000)
		buf_printf(&text, "aaaaaaaa");
	field = buf_take(&text);
	unit_fails(rdata_read(16, &field, 1, &root, &out, &err), &err,
	    ERR_INPUT, "too long");
	buf_free(&out);
	free(field);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_types),
		cmocka_unit_test(reads_rdata),
		cmocka_unit_test(refuses_rdata),
		cmocka_unit_test(refuses_generic_and_foreign_rdata),
		cmocka_unit_test(foreign_rdata_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
