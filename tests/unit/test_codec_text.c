/*
 * The texts of BIND and Knot. A good text of each kind, and for each trap the
 * one change of it that must be refused, or must not be.
 */
#include "tests/unit/unit.h"

#include <glob.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/ksr/codec.h"
#include "tests/unit/dnshelp.h"
#include "tests/unit/ksrhelp.h"

/* As dnssec-ksr request writes it; its ctime() is not UTC. */
#define BIND_KSR \
	";; KeySigningRequest 1.0 20270101000000 (Thu Dec 31 19:00:00 2026)\n" \
	"example.com.\t\t3600\tIN\tDNSKEY\t256 3 13 AQID BAUG\n" \
	";; KeySigningRequest 1.0 20270201000000 (Sun Jan 31 19:00:00 2027)\n" \
	"example.com.\t\t3600\tIN\tDNSKEY\t256 3 13 AQIDBAUG\n" \
	"example.com.\t\t3600\tIN\tDNSKEY\t256 3 13 BwgJ\n" \
	";; KeySigningRequest 1.0 generated at Thu Dec 31 19:00:00 2026 by 9\n"

#define DIGEST \
	"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define BIND_SIGS " 13 2 3600 20270115000000 20261231230000 4711 example.com. "

/* As we and dnssec-ksr sign order it. */
#define BIND_SKR \
	";; SignedKeyResponse 1.0 20270101000000 (2027-01-01T00:00:00Z)\n" \
	"example.com. 3600 IN DNSKEY 257 3 13 AQID\n" \
	"example.com. 3600 IN DNSKEY 256 3 13 BAUG\n" \
	"example.com. 3600 IN RRSIG DNSKEY" BIND_SIGS "AQID\n" \
	"example.com. 3600 IN CDNSKEY 257 3 13 AQID\n" \
	"example.com. 3600 IN RRSIG CDNSKEY" BIND_SIGS "BAUG\n" \
	"example.com. 3600 IN CDS 4711 13 2 " DIGEST "\n" \
	"example.com. 3600 IN RRSIG CDS" BIND_SIGS "BwgJ\n" \
	";; SignedKeyResponse 1.0 20270110000000 (2027-01-10T00:00:00Z)\n" \
	"example.com. 3600 IN DNSKEY 256 3 13 BAUG\n" \
	";; SignedKeyResponse 1.0 generated at 2027-01-01T10:00:00Z by kmgr\n"

/* As keymgr generate-ksr writes it. */
#define KNOT_KSR \
	";; KeySigningRequest 1.0 1798761600 (2027-01-01T00:00:00Z) ========" \
	"=\n" \
	"example.com.        \t3600 DNSKEY 256 3 13 (\n" \
	"\t\t\t\tAQID\n" \
	"\t\t\t\tBAUG\n" \
	"\t\t\t\t) ; ZSK, ECDSAP256SHA256 (256b), id = 8017\n" \
	";; KeySigningRequest 1.0 1799539200 (2027-01-10T00:00:00Z) ========" \
	"=\n" \
	"example.com.        \t3600 DNSKEY 256 3 13 ( BwgJ )\n" \
	";; KeySigningRequest 1.0 generated at 2027-01-01T10:00:00Z by Knot " \
	"DNS 3.4.6\n"

#define KNOT_SIGS " 20270115000000 20261231223000 4711 example.com. "

/* As we write what keymgr sign-ksr answers. */
#define KNOT_SKR \
	";; SignedKeyResponse 1.0 1798761600 (2027-01-01T00:00:00Z) ========" \
	"=\n" \
	"example.com. 3600 IN DNSKEY 256 3 13 BAUG\n" \
	"example.com. 3600 IN DNSKEY 257 3 13 AQID\n" \
	"example.com. 0 IN CDNSKEY 257 3 13 AQID\n" \
	"example.com. 0 IN CDS 4711 13 2 " DIGEST "\n" \
	"example.com. 3600 IN RRSIG DNSKEY 13 2 3600" KNOT_SIGS "AQID\n" \
	"example.com. 0 IN RRSIG CDS 13 2 0" KNOT_SIGS "BAUG\n" \
	"example.com. 0 IN RRSIG CDNSKEY 13 2 0" KNOT_SIGS "BwgJ\n" \
	";; SignedKeyResponse 1.0 generated at 2027-01-01T10:00:00Z by kmgr\n"

/* text with the first old in it replaced. Owner: the caller. */
static char *
replace(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	if (at == NULL)
		fail_msg("\"%s\" is not in the text", old);
	return mem_printf("%.*s%s%s", (int)(at - text), text, new,
	    at + strlen(old));
}

static void
check_form(const struct ksr *ksr, enum ksr_format format, enum ksr_kind kind,
    size_t n_bundles)
{
	const struct name zone = dnshelp_name("example.com.");

	assert_int_equal(ksr->format, format);
	assert_int_equal(ksr->kind, kind);
	assert_int_equal(ksr->n_bundles, n_bundles);
	assert_true(name_is_same(&ksr->zone, &zone));
}

static void
test_bind_request(void **state)
{
	struct ksr *ksr = ksrhelp_read(BIND_KSR);

	(void)state;
	check_form(ksr, KSR_BIND, KSR_REQUEST, 2);
	/* The number counts, not the local time behind it. */
	assert_int_equal(ksr->bundles[0].inception_at, 1798761600);
	assert_int_equal(ksr->bundles[0].expiration_at, 1801440000);
	assert_int_equal(ksr->bundles[1].inception_at, 1801440000);
	assert_true(ksr->bundles[1].expiration_at == KSR_OPEN);
	assert_int_equal(ksr->bundles[0].line, 1);
	assert_int_equal(ksr->bundles[1].line, 3);
	assert_int_equal(ksr->bundles[0].n_keys, 1);
	assert_int_equal(ksr->bundles[1].n_keys, 2);
	assert_int_equal(ksr->bundles[1].keys[1].line, 5);
	assert_int_equal(ksr->bundles[1].keys[1].ttl, 3600);
	assert_int_equal(ksr->bundles[1].keys[1].dnskey.flags, 256);
	assert_int_equal(ksr->bundles[0].keys[0].dnskey.key_len, 6);
	assert_memory_equal(ksr->bundles[1].keys[1].dnskey.key, "\7\10\11", 3);
	assert_null(ksr->bundles[0].keys[0].id);
	assert_int_equal(ksr->bundles[0].n_sigs, 0);
	ksr_free(ksr);
}

static void
test_knot_request(void **state)
{
	struct ksr *ksr = ksrhelp_read(KNOT_KSR);

	(void)state;
	check_form(ksr, KSR_KNOT, KSR_REQUEST, 2);
	assert_int_equal(ksr->bundles[0].inception_at, 1798761600);
	assert_int_equal(ksr->bundles[0].expiration_at, 1799539200);
	assert_int_equal(ksr->bundles[1].line, 6);
	assert_int_equal(ksr->bundles[0].keys[0].line, 2);
	assert_int_equal(ksr->bundles[0].keys[0].dnskey.key_len, 6);
	assert_int_equal(ksr->bundles[1].keys[0].line, 7);
	ksr_free(ksr);
}

static void
check_response(const struct ksr *ksr, uint32_t child_ttl)
{
	const struct ksr_bundle *bundle = &ksr->bundles[0];

	assert_int_equal(bundle->n_keys, 2);
	assert_int_equal(bundle->n_sigs, 3);
	assert_int_equal(bundle->sigs[0].rrsig.type_covered, RRTYPE_DNSKEY);
	assert_int_equal(bundle->sigs[0].rrsig.key_tag, 4711);
	assert_int_equal(bundle->sigs[0].ttl, 3600);
	assert_int_equal(bundle->cds->ttl, child_ttl);
	assert_int_equal(bundle->cds->n_rdata, 1);
	assert_int_equal(bundle->cdnskey->ttl, child_ttl);
}

/* What stands in the peers' own order is written as it was read. */
static void
test_responses(void **state)
{
	struct ksr *ksr = ksrhelp_read(BIND_SKR);
	char *out = ksrhelp_written(ksr);

	(void)state;
	check_form(ksr, KSR_BIND, KSR_RESPONSE, 2);
	check_response(ksr, 3600);
	assert_null(ksr->bundles[1].cds);
	assert_string_equal(out, BIND_SKR);
	free(out);
	ksr_free(ksr);

	ksr = ksrhelp_read(KNOT_SKR);
	out = ksrhelp_written(ksr);
	check_form(ksr, KSR_KNOT, KSR_RESPONSE, 1);
	check_response(ksr, 0);
	assert_string_equal(out, KNOT_SKR);
	free(out);
	ksr_free(ksr);
}

/* Whatever the order of the file, BIND's writer has KSKs first. */
static void
test_bind_order(void **state)
{
	char *text = replace(BIND_SKR,
	    "example.com. 3600 IN DNSKEY 257 3 13 AQID\n", "");
	char *other = replace(text, "example.com. 3600 IN RRSIG CDNSKEY",
	    "example.com. 3600 IN DNSKEY 257 3 13 AQID\n"
	    "example.com. 3600 IN RRSIG CDNSKEY");
	struct ksr *ksr = ksrhelp_read(other);
	char *out = ksrhelp_written(ksr);

	(void)state;
	assert_string_equal(out, BIND_SKR);
	free(text);
	free(other);
	free(out);
	ksr_free(ksr);
}

/* The root's records, and records without TTL. */
static void
test_other_records(void **state)
{
	struct ksr *ksr = ksrhelp_read(
	    ";; KeySigningRequest 1.0 20270101000000\n"
	    ". IN DNSKEY 257 4 99 AQID\n"
	    ". IN DNSKEY 257 4 99 AQID\n");
	char *out = ksrhelp_written(ksr);

	(void)state;
	assert_int_equal(ksr->zone.len, 1);
	assert_int_equal(ksr->bundles[0].keys[0].ttl, ZONEFILE_NO_TTL);
	/* Twice in the file is twice here; rules judge it, and the flags. */
	assert_int_equal(ksr->bundles[0].n_keys, 2);
	assert_non_null(strstr(out, "\n. IN DNSKEY 257 4 99 AQID\n. IN"));
	ksrhelp_goes_round(out);
	free(out);
	ksr_free(ksr);
}

/* One change of a good text. */
struct mutant {
	const char	*text, *old, *new;
	const char	*why;	/* NULL: it is as good */
	const char	*hint;
};

static const struct mutant mutants[] = {
	/* Times: each unit in its own format, and no other form. */
	{ BIND_KSR, "20270201000000", "1801440000",
	    "f:3: \"1801440000\" is no time of 14 digits",
	    "a Unix time, as Knot's format has it" },
	{ BIND_KSR, "20270101000000", "1798761600",
	    "f:1: \"1798761600\" is no time of 14 digits",
	    "a Unix time, as Knot's format has it" },
	{ KNOT_KSR, "1799539200", "20270110000000",
	    "f:6: \"20270110000000\" is no Unix time of ten digits",
	    "a time as BIND's format has it" },
	{ KNOT_KSR, "1798761600", "20270101000000",
	    "f:1: \"20270101000000\" is no Unix time of ten digits",
	    "a time as BIND's format has it" },
	{ BIND_KSR, "20270101000000", "20270101", "no time of 14 digits",
	    "nothing else" },
	{ BIND_KSR, "20270101000000", "now", "no time of 14 digits", NULL },
	{ BIND_KSR, "20270101000000", "+30d", "no time of 14 digits", NULL },
	{ BIND_KSR, "20270101000000", "20271301000000", "not an instant",
	    NULL },
	{ BIND_KSR, "20270101000000", "19260101000000", "not an instant",
	    NULL },
	{ BIND_KSR, "20270101000000", "21070101000000", "lies behind 2106",
	    NULL },
	{ KNOT_KSR, "1798761600", "179876160", "no Unix time", NULL },
	{ KNOT_KSR, "1798761600", "4294967296", "4294967295", NULL },
	{ KNOT_KSR, "1798761600", "0798761600", "0798761600", NULL },
	{ KNOT_KSR, "1798761600", "-798761600", "no Unix time", NULL },
	{ KNOT_KSR, "1798761600", "1798761600.5", "no Unix time", NULL },
	{ BIND_KSR, " (Thu Dec 31 19:00:00 2026)", "", NULL, NULL },
	{ KNOT_KSR, " (2027-01-01T00:00:00Z) =========", "", NULL, NULL },
	/* Versions */
	{ BIND_KSR, "1.0", "1.1", "f:1: version \"1.1\"", NULL },
	{ BIND_SKR, "1.0 20270110", "1.00 20270110", "f:9: version \"1.00\"",
	    NULL },
	{ KNOT_KSR, "1.0 1799539200", "1 1799539200", "f:6: version \"1\"",
	    NULL },
	/* Headers, and what a peer would take for a comment. */
	{ KNOT_KSR, ";; KeySigningRequest 1.0 1799",
	    "; KeySigningRequest 1.0 1799", "f:6: this looks like a header",
	    NULL },
	{ KNOT_KSR, ";; KeySigningRequest 1.0 1799",
	    ";;; KeySigningRequest 1.0 1799", "f:6: this looks like a header",
	    NULL },
	{ KNOT_KSR, ";; KeySigningRequest 1.0 1799",
	    ";;KeySigningRequest 1.0 1799", "f:6: this looks like a header",
	    NULL },
	{ KNOT_KSR, ";; KeySigningRequest 1.0 1799",
	    ";; keysigningrequest 1.0 1799", "f:6: this looks like a header",
	    NULL },
	{ KNOT_KSR, ";; KeySigningRequest 1.0 1799",
	    " ;; KeySigningRequest 1.0 1799", "f:6: this looks like a header",
	    NULL },
	{ KNOT_KSR, "; ZSK,", ";; KeySigningRequest 1.0 1799000000",
	    "f:5: this looks like a header", NULL },
	{ KNOT_KSR, ") ; ZSK,", "; ZSK,", "parenthesis is never closed",
	    NULL },
	{ BIND_KSR, ";; KeySigningRequest 1.0 20270201",
	    ";; SignedKeyResponse 1.0 20270201",
	    "f:3: a header of a response in a request", NULL },
	{ KNOT_SKR, ";; SignedKeyResponse 1.0 generated",
	    ";; KeySigningRequest 1.0 generated",
	    "f:9: a header of a request in a response", NULL },
	{ BIND_KSR, ";; Key", "; comment\n;; Key", "is no key signing request",
	    "it begins with" },
	{ BIND_KSR, ";; Key", "; Key", "is no key signing request", NULL },
	{ KNOT_KSR, ";; Key", "\xef\xbb\xbf;; Key", "byte order mark", NULL },
	/* Footers */
	{ BIND_KSR, ";; KeySigningRequest 1.0 generated at Thu Dec 31 "
	    "19:00:00 2026 by 9\n", "", NULL, NULL },
	{ KNOT_KSR, ";; KeySigningRequest 1.0 generated at 2027-01-01T10:00:"
	    "00Z by Knot DNS 3.4.6\n", "", "f ends without the footer",
	    "drops the last bundle" },
	{ BIND_KSR, "by 9\n", "by 9\n" BIND_KSR,
	    "f:7: a header behind the footer", "two files in one" },
	{ KNOT_KSR, "3.4.6\n", "3.4.6\n" KNOT_KSR,
	    "f:9: a header behind the footer", "two files in one" },
	{ KNOT_KSR, "3.4.6\n", "3.4.6\n;; KeySigningRequest 1.0 generated\n",
	    "f:9: a header behind the footer", NULL },
	{ KNOT_SKR, "by kmgr\n", "by kmgr\nexample.com. DNSKEY 256 3 13 "
	    "AQID\n", "f:10: a record behind the footer", NULL },
	{ KNOT_SKR, "by kmgr\n", "by kmgr\n\n; end\n", NULL, NULL },
	{ BIND_SKR, "by kmgr\n", "by kmgr", "the last line has no end",
	    "cut off" },
	/* Lines that are neither header nor record. */
	{ BIND_KSR, "\n;; KeySigningRequest 1.0 20270201",
	    "\n\n;; KeySigningRequest 1.0 20270201",
	    "f:3: a blank line, which BIND refuses in a request", NULL },
	{ BIND_KSR, "by 9\n", "by 9\n \t\n", "f:7: a blank line", NULL },
	{ BIND_SKR, "\n;; SignedKeyResponse 1.0 20270110",
	    "\n\n;; SignedKeyResponse 1.0 20270110", NULL, NULL },
	{ BIND_KSR, "\nexample.com.", "\n; a comment\nexample.com.",
	    "f:2: a line with a comment only, which BIND refuses in a request",
	    NULL },
	{ BIND_SKR, "\nexample.com.", "\n; a comment\nexample.com.",
	    "f:2: a line with a comment only, which BIND refuses in a respon",
	    NULL },
	{ KNOT_KSR, "\nexample.com.", "\n\n ; a comment\n\nexample.com.", NULL,
	    NULL },
	{ BIND_KSR, "\nexample.com.", "\n$TTL 60\nexample.com.",
	    "f:2: \"$\" has no meaning", NULL },
	{ KNOT_KSR, "\nexample.com.", "\n$ORIGIN net.\nexample.com.",
	    "f:2: \"$\" has no meaning", NULL },
	{ BIND_SKR, "\nexample.com.", "\n@", "f:2: \"@\" has no meaning",
	    NULL },
	/* Records in the forms that a peer takes. */
	{ BIND_KSR, "256 3 13 AQID BAUG", "256 3 13 (\n AQID\n BAUG ) ; ZSK",
	    NULL, NULL },
	{ BIND_SKR, "example.com. 3600 IN DNSKEY", "EXAMPLE.com 3600 DNSKEY",
	    NULL, NULL },
	{ KNOT_KSR, "3600 DNSKEY", "DNSKEY", NULL, NULL },
	{ BIND_KSR, "3600", "1h", NULL, NULL },
	/* Records that are wrong. */
	{ BIND_KSR, "IN", "CH", "f:2: class 3 where IN is expected", NULL },
	{ BIND_SKR, "example.com. 3600 IN CDS", "example.net. 3600 IN CDS",
	    "f:7: a record of example.net. among those of example.com.", NULL },
	{ BIND_KSR, "2027)\nexample.com.", "2027)\nexample.net.",
	    "f:4: a record of example.net. among those of example.com.", NULL },
	{ KNOT_KSR, "3600 DNSKEY 256 3 13 (", "3600 CDNSKEY 257 3 13 (",
	    "f:2: CDNSKEY: a request holds DNSKEY records only", NULL },
	{ BIND_KSR, "\nexample.com.", "\nexample.com. 3600 IN RRSIG DNSKEY"
	    BIND_SIGS "AQID\nexample.com.",
	    "f:2: RRSIG: a request holds DNSKEY records only", NULL },
	{ BIND_SKR, "RRSIG CDS", "RRSIG SOA",
	    "f:8: RRSIG over another type: a response holds", NULL },
	{ KNOT_SKR, "RRSIG CDS", "RRSIG SOA",
	    "f:7: RRSIG over another type: a response holds", NULL },
	{ KNOT_SKR, "0 IN CDNSKEY 257 3 13 AQID", "0 IN NS a.",
	    "f:4: TYPE2: a response holds", NULL },
	{ KNOT_SKR, "\nexample.com. 0 IN CDS",
	    "\nexample.com. 9 IN CDNSKEY 257 3 13 BAUG\nexample.com. 0 IN CDS",
	    "f:5: the CDNSKEY records of a bundle have different TTLs", NULL },
	{ BIND_KSR, "256 3 13 AQID", "65536 3 13 AQID", "f:2: field 1", NULL },
	{ BIND_KSR, "256 3 13 AQID", "256 256 13 AQID", "f:2: field 2", NULL },
	{ BIND_KSR, "256 3 13 AQID", "256 3 13 AQI*", "f:2: field 4", NULL },
	{ BIND_SKR, DIGEST, "00010203", "f:7: a digest of 4 octets", NULL },
	{ BIND_SKR, "20270115000000", "20271301000000", "f:4: field 5", NULL },
	{ BIND_SKR, "20270115000000", "21070101000000", "f:4: field 5", NULL },
	{ BIND_SKR, ";; SignedKeyResponse 1.0 20270110",
	    ";; SignedKeyResponse 1.0 20270105000000\n"
	    ";; SignedKeyResponse 1.0 20270110",
	    "f:9: a bundle without DNSKEY records", NULL },
	{ BIND_SKR, "Z)\nexample.com. 3600 IN DNSKEY 256 3 13 BAUG\n", "Z)\n",
	    "f:9: a bundle without DNSKEY records", NULL },
	/* Bytes */
	{ KNOT_KSR, "ZSK,", "\xff", "f:5: not UTF-8", NULL },
	{ KNOT_KSR, "(2027", "(\x1b[2J", "f:1: a control character", NULL },
};

static void
check_mutant(size_t i)
{
	const struct mutant *m = &mutants[i];
	char *text = replace(m->text, m->old, m->new);

	if (m->why == NULL)
		ksrhelp_goes_round(text);
	else
		ksrhelp_refused(text, strlen(text), m->why, m->hint);
	free(text);
}

static void
test_mutants(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(mutants); i++)
		check_mutant(i);
}

/* text with CR LF. Owner: the caller. */
static char *
with_crlf(const char *text)
{
	struct buf out = BUF_INIT;

	for (; *text != '\0'; text++)
		buf_printf(&out, "%s%c", *text == '\n' ? "\r" : "", *text);
	return buf_take(&out);
}

static void
test_crlf(void **state)
{
	char *bind = with_crlf(BIND_KSR), *response = with_crlf(BIND_SKR);
	char *knot = with_crlf(KNOT_KSR);

	(void)state;
	ksrhelp_goes_round(bind);
	ksrhelp_goes_round(response);
	ksrhelp_refused(knot, strlen(knot),
	    "f:1: CR before the line's end, which Knot refuses", "Convert");
	free(bind);
	free(response);
	free(knot);
}

static void
test_bytes(void **state)
{
	char text[] = BIND_KSR;

	(void)state;
	ksrhelp_refused("", 0, "f is no key signing request", "it begins with");
	ksrhelp_refused("\0\1\2", 3, "f is no key signing request", NULL);
	ksrhelp_refused("\n" BIND_KSR, sizeof("\n" BIND_KSR) - 1,
	    "f is no key signing request", NULL);
	text[100] = '\0';
	ksrhelp_refused(text, sizeof(text) - 1,
	    "f:2: a control character (0x00)", NULL);
	ksrhelp_refused(";; KeySigningRequest 1.0 generated\n", 35,
	    "f has no bundle", NULL);
	ksrhelp_refused(";; KeySigningRequest 1.0\n", 25,
	    "f:1: \"\" is no time", NULL);
}

/* Whatever a file is cut to, it is never read as what it was. */
static void
test_truncated(void **state)
{
	struct ksr *whole = ksrhelp_read(KNOT_SKR), *ksr;
	const size_t len = strlen(KNOT_SKR);
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < len; i++) {
		assert_int_equal(codec_read(KNOT_SKR, i, "f", &ksr, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_null(ksr);
		err_clear(&err);
	}
	ksr_free(whole);
}

static void
check_folder(const char *folder, const char *format)
{
	char *pattern = mem_printf("%s/%s/*.txt", folder, format);
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	glob_t files;
	size_t i;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (i = 0; i < files.gl_pathc; i++) {
		text.len = 0;
		unit_ok(file_read(files.gl_pathv[i], KSR_MAX_LEN, &text,
		    &err), &err);
		ksrhelp_goes_round(buf_text(&text));
	}
	globfree(&files);
	buf_free(&text);
	free(pattern);
}

/* Ours, and the files of real tools where $KMGR_SAMPLES names a folder. */
static void
test_round(void **state)
{
	const char *const texts[] = { BIND_KSR, BIND_SKR, KNOT_KSR, KNOT_SKR };
	const char *folder = getenv("KMGR_SAMPLES");
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(texts); i++)
		ksrhelp_goes_round(texts[i]);
	if (folder != NULL) {
		check_folder(folder, "bind");
		check_folder(folder, "knot");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bind_request),
		cmocka_unit_test(test_knot_request),
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_bind_order),
		cmocka_unit_test(test_other_records),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_mutants),
		cmocka_unit_test(test_crlf),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
