#include "tests/unit/unit.h"

#include "tests/unit/dnshelp.h"

static struct rrset *
new_rrset(enum rrtype type)
{
	const struct name owner = dnshelp_name("Example.");

	return rrset_new(&owner, type, 3600);
}

static void
add(struct rrset *rrset, const char *bytes, size_t len)
{

	rrset_add(rrset, (const uint8_t *)bytes, len);
}

static void
order_is_canonical(void **state)
{
	/* RFC 4034 s6.3: octets without sign, the shorter one first. */
	static const struct { const char *bytes; size_t len; } sorted[] = {
		{ "", 0 }, { "\0", 1 }, { "\0\0", 2 }, { "\0\1", 2 },
		{ "\1", 1 }, { "\1\0\0\0\0", 5 }, { "\1\1", 2 },
		{ "\177", 1 }, { "\200", 1 }, { "\200\377", 2 },
		{ "\377", 1 }, { "\377\0", 2 },
	};
	struct rrset *rrset;
	size_t i, j, step;

	(void)state;
	/* 12 is prime to 1, 5, 7 and 11: each step visits all once. */
	for (step = 1; step < N_OF(sorted); step++) {
		if (step % 2 == 0 || step % 3 == 0)
			continue;
		rrset = new_rrset(RRTYPE_DNSKEY);
		for (i = 0, j = 0; i < N_OF(sorted); i++) {
			add(rrset, sorted[j].bytes, sorted[j].len);
			j = (j + step) % N_OF(sorted);
		}
		assert_int_equal(rrset->n_rdata, N_OF(sorted));
		for (i = 0; i < N_OF(sorted); i++) {
			assert_int_equal(rrset->rdata[i].len, sorted[i].len);
			assert_memory_equal(rrset->rdata[i].bytes,
			    sorted[i].bytes, sorted[i].len);
		}
		rrset_free(rrset);
	}
}

static void
duplicates_stand_once(void **state)
{
	struct rrset *rrset = new_rrset(RRTYPE_DNSKEY);

	(void)state;
	add(rrset, "b", 1);
	add(rrset, "b", 1);
	assert_int_equal(rrset->n_rdata, 1);
	add(rrset, "a", 1);
	add(rrset, "c", 1);
	add(rrset, "a", 1);
	add(rrset, "b", 1);
	add(rrset, "c", 1);
	assert_int_equal(rrset->n_rdata, 3);
	add(rrset, "ab", 2);
	assert_int_equal(rrset->n_rdata, 4);
	rrset_free(rrset);
}

static void
copies_what_is_added(void **state)
{
	struct rrset *rrset = new_rrset(RRTYPE_DS);
	uint8_t bytes[] = { 1, 2, 3 };

	(void)state;
	rrset_add(rrset, bytes, sizeof(bytes));
	bytes[0] = 9;
	assert_int_equal(rrset->rdata[0].bytes[0], 1);
	rrset_free(rrset);
	rrset_free(NULL);
}

static void
wire_is_canonical(void **state)
{
	static const char expected[] =
	    "\7example\0\0\60\0\1\0\0\16\20\0\1a"
	    "\7example\0\0\60\0\1\0\0\16\20\0\2b\0";
	struct rrset *rrset = new_rrset(RRTYPE_DNSKEY);
	struct buf wire = BUF_INIT;

	(void)state;
	rrset_wire(rrset, &wire);
	assert_int_equal(wire.len, 0);
	add(rrset, "b\0", 2);
	add(rrset, "a", 1);
	rrset_wire(rrset, &wire);
	assert_int_equal(wire.len, sizeof(expected) - 1);
	assert_memory_equal(wire.data, expected, wire.len);
	buf_free(&wire);
	rrset_free(rrset);
}

/* What rrset_text() writes of one RDATA. */
static void
check_text(enum rrtype type, const char *bytes, size_t len,
    const char *expected)
{
	struct rrset *rrset = new_rrset(type);
	struct buf text = BUF_INIT;

	add(rrset, bytes, len);
	rrset_text(rrset, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_free(&text);
	rrset_free(rrset);
}

static void
text_is_a_zone_file(void **state)
{

	(void)state;
	check_text(RRTYPE_DNSKEY, "\1\1\3\10AB", 6,
	    "example. 3600 IN DNSKEY 257 3 8 QUI=\n");
	check_text(RRTYPE_CDNSKEY, "\0\0\3\0\0", 5,
	    "example. 3600 IN CDNSKEY 0 3 0 AA==\n");
	check_text(RRTYPE_CDS, "\0\0\0\0\0", 5,
	    "example. 3600 IN CDS 0 0 0 00\n");
	check_text(RRTYPE_DS, "\377\377\17\5\253\315", 6,
	    "example. 3600 IN DS 65535 15 5 ABCD\n");
	check_text(RRTYPE_RRSIG, "\0\60\15\2\0\0\16\20\0\0\0\2\0\0\0\1\1\0\0A",
	    20, "example. 3600 IN RRSIG DNSKEY 13 2 3600 19700101000002 "
	    "19700101000001 256 . QQ==\n");
}

static void
what_has_no_form_is_generic(void **state)
{

	(void)state;
	check_text(RRTYPE_DNSKEY, "", 0,
	    "example. 3600 IN DNSKEY \\# 0\n");
	check_text(RRTYPE_DNSKEY, "\1\1\3\10", 4,
	    "example. 3600 IN DNSKEY \\# 4 01010308\n");
	check_text(RRTYPE_DS, "\1\1\10\2\1", 5,
	    "example. 3600 IN DS \\# 5 0101080201\n");
	check_text(RRTYPE_RRSIG, "\1", 1,
	    "example. 3600 IN RRSIG \\# 1 01\n");
	check_text((enum rrtype)65280, "\377", 1,
	    "example. 3600 IN TYPE65280 \\# 1 FF\n");
}

static void
types_have_names(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	assert_string_equal(rrtype_name(RRTYPE_DS), "DS");
	assert_string_equal(rrtype_name(RRTYPE_RRSIG), "RRSIG");
	assert_string_equal(rrtype_name(RRTYPE_DNSKEY), "DNSKEY");
	assert_string_equal(rrtype_name(RRTYPE_CDS), "CDS");
	assert_string_equal(rrtype_name(RRTYPE_CDNSKEY), "CDNSKEY");
	assert_string_equal(rrtype_name(1), "TYPE?");
	rrtype_text(RRTYPE_CDS, &text);
	rrtype_text(1, &text);
	assert_string_equal(buf_text(&text), "CDSTYPE1");
	buf_free(&text);
}

/* The text of every known RRset is, for our own reader, the same wire. */
static void
text_is_read_back(void **state)
{
	struct zonefile *zonefile;
	struct rrset *rrset, *again;
	struct buf text = BUF_INIT, wire = BUF_INIT, wire_again = BUF_INIT;
	size_t i, j;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		const char *lines[] = { dnskey_sets[i].ksk,
			dnskey_sets[i].zsk };

		rrset = dnshelp_rrset(lines, N_OF(lines));
		rrset_text(rrset, &text);
		zonefile = dnshelp_zonefile(buf_text(&text));
		assert_int_equal(zonefile->n_records, 2);
		again = rrset_new(&zonefile->records[0].owner,
		    RRTYPE_DNSKEY, zonefile->records[0].ttl);
		for (j = 0; j < 2; j++)
			rrset_add(again, zonefile->records[j].rdata,
			    zonefile->records[j].rdata_len);
		rrset_wire(rrset, &wire);
		rrset_wire(again, &wire_again);
		assert_int_equal(wire.len, wire_again.len);
		assert_memory_equal(wire.data, wire_again.data, wire.len);
		buf_free(&text);
		buf_free(&wire);
		buf_free(&wire_again);
		rrset_free(rrset);
		rrset_free(again);
		zonefile_free(zonefile);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_canonical),
		cmocka_unit_test(duplicates_stand_once),
		cmocka_unit_test(copies_what_is_added),
		cmocka_unit_test(wire_is_canonical),
		cmocka_unit_test(text_is_a_zone_file),
		cmocka_unit_test(what_has_no_form_is_generic),
		cmocka_unit_test(types_have_names),
		cmocka_unit_test(text_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
