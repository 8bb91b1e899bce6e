#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/ksr/codec.h"
#include "tests/unit/fixtures.h"

#define REQUEST	 "tests/fixtures/ksr/icann-request.xml"
#define RESPONSE "tests/fixtures/ksr/icann-response.xml"

static struct ksr *
taken(const char *text)
{
	struct error err = ERR_INIT;
	struct ksr *ksr;

	unit_ok(codec_read(text, strlen(text), "f", &ksr, &err), &err);
	return ksr;
}

/* The text with the first "from" replaced. */
static char *
changed(const struct buf *text, const char *from, const char *to)
{
	const char *at = strstr(buf_text(text), from);

	if (at == NULL)
		fail_msg("\"%s\" is not in the fixture", from);
	return mem_printf("%.*s%s%s", (int)(at - buf_text(text)),
	    buf_text(text), to, at + strlen(from));
}

struct change {
	const char	*from, *to, *why;
};

static void
check_taken(const char *path, const struct change *changes, size_t n)
{
	struct buf text = BUF_INIT;
	struct ksr *plain, *ksr;
	char *other;
	size_t i;

	fixtures_read(path, &text);
	plain = taken(buf_text(&text));
	for (i = 0; i < n; i++) {
		other = changed(&text, changes[i].from, changes[i].to);
		ksr = taken(other);
		if (!ksr_is_same(plain, ksr))
			fail_msg("%s is something else", changes[i].to);
		ksr_free(ksr);
		free(other);
	}
	ksr_free(plain);
	buf_free(&text);
}

static void
forms_that_say_the_same_are_taken(void **state)
{
	static const struct change changes[] = {
		{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", NULL },
		{ "<KSR", "<!-- a <KSR> & -->\r\n<KSR", NULL },
		{ "id=\"request 7\" domain=\"com.\" serial=\"7\"",
		    "serial='7' domain='COM' id='request 7'", NULL },
		{ "serial=\"7\"", "serial=\"7\" xmlns=\"urn:x\"", NULL },
		{ "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00", NULL },
		{ "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00Z", NULL },
		{ "P10D", "P1W3D", NULL },
		{ "P10D", "PT240H", NULL },
		{ "PT0S", "P0D", NULL },
		{ "PT1H1M1S", "PT3661S", NULL },
		{ "<TTL>3600<", "<TTL>\n\t3600\r\n<", NULL },
		{ "+/v7", "\n +/\r\n\tv7\n", NULL },
		{ "<ECDSA size=\"256\"/>", "<ECDSA size=\"256\"></ECDSA>",
		    NULL },
	};

	(void)state;
	check_taken(REQUEST, changes, N_OF(changes));
}

static void
check_refused(const char *path, const struct change *changes, size_t n)
{
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ksr *ksr;
	char *other;
	size_t i;

	fixtures_read(path, &text);
	for (i = 0; i < n; i++) {
		other = changed(&text, changes[i].from, changes[i].to);
		unit_fails(codec_read(other, strlen(other), "f", &ksr, &err),
		    &err, ERR_INPUT, changes[i].why);
		assert_null(ksr);
		free(other);
	}
	buf_free(&text);
}

static void
structure_is_the_schema_s(void **state)
{
	static const struct change changes[] = {
		{ "<KSR", "<!DOCTYPE KSR><KSR", "f:2: a document type" },
		{ "<Flags>", "<!-- 1 --><Flags>", "f:28: a comment inside" },
		{ "<KSR id=\"request 7\"", "<KSR",
		    "f:2: <KSR>: the attribute \"id\" is missing" },
		{ " serial=\"7\"", "",
		    "f:2: <KSR>: the attribute \"serial\" is missing" },
		{ " serial", " x=\"1\" serial",
		    "f:2: <KSR>: no attribute \"x\" belongs here" },
		{ " serial", " id=\"1\" serial", "f:2: not well-formed XML: "
		    "duplicate attribute" },
		{ "<Request>", "<Request x=\"1\">", "f:3: <Request>: no "
		    "attribute \"x\"" },
		{ "<TTL>", "<TTL x=\"1\">", "f:27: <TTL>: no attribute" },
		{ "<TTL>3600</TTL>", "", "f:28: <Flags>: in <Key> the next "
		    "element must be <TTL>" },
		{ "<TTL>3600</TTL>", "<TTL>3600</TTL><TTL>3600</TTL>",
		    "f:27: <TTL>: in <Key> the next element must be <Flags>" },
		{ "<TTL>3600</TTL>", "<TTL>3600</TTL><X/>",
		    "f:27: <X>: in <Key> the next" },
		{ "<TTL>3600</TTL>", "<TTL><X/></TTL>",
		    "f:27: <X>: it does not belong here, in <TTL>" },
		{ "<TTL>3600</TTL>", "<TTL/>", "f:27: <TTL>: it is empty" },
		{ "</Key>", "<X/></Key>",
		    "f:32: <X>: it does not belong here, in <Key>" },
		{ "</Signature>", "</Signature><X/>",
		    "f:44: <X>: it does not belong here, in <RequestBundle>" },
		{ "</Signature>", "</Signature><Key/>", "f:44: <Key>: it does "
		    "not belong here" },
		{ "</Request>", "</Request><Request/>",
		    "f:69: <Request>: it does not belong here, in <KSR>" },
		{ "</Request>", "<X/></Request>", "f:69: <X>: in <Request> "
		    "the next element must be <RequestBundle>" },
		{ "</ZSK>", "<X/></ZSK>", "f:21: <X>: it does not belong" },
		{ "</ZSK>", "</ZSK><X/>", "f:21: <X>: it does not belong" },
		{ "</ZSK>", "</ZSK><ZSK/>", "f:21: <ZSK>: it does not" },
		{ "<ZSK>", "<KSK/><ZSK>", "f:5: <KSK>: in <RequestPolicy> the "
		    "next element must be <ZSK>" },
		{ "<ECDSA size=\"256\"/>", "<ECDSA size=\"256\">1</ECDSA>",
		    "f:13: <ECDSA>: it must be empty" },
		{ "<ECDSA size=\"256\"/>", "<ECDSA size=\"256\"/><RSA/>",
		    "f:13: <RSA>: it does not belong here" },
		{ "<ECDSA size=\"256\"/>", "<RSA size=\"256\"/>",
		    "f:13: <RSA>: in <SignatureAlgorithm> the next element "
		    "must be <ECDSA>" },
		{ "<ECDSA size=\"256\"/>", "<ECDSA/>",
		    "f:13: <ECDSA>: the attribute \"size\"" },
		{ "<ECDSA size=\"256\"/>", "<ECDSA size=\"1\" exponent=\"1\"/>",
		    "f:13: <ECDSA>: no attribute \"exponent\"" },
		{ "<ECDSA size=\"256\"/>", "",
		    "f:12: <SignatureAlgorithm>: <ECDSA> is missing" },
	};

	(void)state;
	check_refused(REQUEST, changes, N_OF(changes));
}

static void
requests_and_responses_do_not_mix(void **state)
{
	static const struct change requests[] = {
		{ "<RequestPolicy>", "<ResponsePolicy>", "not well-formed" },
		{ "<RequestBundle id=\"bundle-2\">",
		    "<ResponseBundle/><RequestBundle id=\"bundle-2\">",
		    "f:46: <ResponseBundle>: in <Request> the next" },
		{ "<Request>", "<Requests/><Request>",
		    "f:3: <Requests>: in <KSR> the next element must be" },
	};
	static const struct change responses[] = {
		{ "<Key ", "<Signer keyIdentifier=\"x\"/><Key ",
		    "<Signer>: in <ResponseBundle> the next element must be "
		    "<Key>" },
		{ "</KSK>", "</KSK><KSK/>", "<KSK>: in <ResponsePolicy> the "
		    "next element must be <ZSK>" },
	};

	(void)state;
	check_refused(REQUEST, requests, N_OF(requests));
	check_refused(RESPONSE, responses, N_OF(responses));
}

static void
values_fit_their_fields(void **state)
{
	static const struct change changes[] = {
		{ "serial=\"7\"", "serial=\"-1\"", "f:2: <KSR> serial: " },
		{ "serial=\"7\"", "serial=\"9223372036854775808\"",
		    "f:2: <KSR> serial: " },
		{ "\"com.\"", "\"a..b\"", "f:2: <KSR> domain: " },
		{ "id=\"request 7\"", "id=\"\"", "f:2: <KSR>: id=\"\" is not "
		    "an identifier" },
		{ "id=\"request 7\"", "id=\" 7\"", "is not an identifier" },
		{ "id=\"request 7\"", "id='a\"b'", "is not an identifier" },
		{ "id=\"request 7\"", "id=\"a>b\"", "is not an identifier" },
		{ "id=\"request 7\"", "id=\"\xc3\xa4\"", "is not an id" },
		{ "id=\"bundle-1\"", "id=\"\"", "f:23: <RequestBundle>: id" },
		{ "keyIdentifier=\"zsk\"", "keyIdentifier=\"\"",
		    "f:26: <Key>: keyIdentifier=\"\"" },
		{ "<Request>", "<Request timestamp=\"now\">",
		    "f:3: <Request> timestamp: \"now\" is not an instant" },
		{ "keyTag=\"", "keyTag=\"9", "f:26: <Key> keyTag: " },
		{ "keyTag=\"", "keyTag=\"-", "f:26: <Key> keyTag: " },
		{ ">3600<", ">2147483648<", "f:27: <TTL>: " },
		{ ">3600<", ">-1<", "f:27: <TTL>: " },
		{ ">3600<", ">0x10<", "f:27: <TTL>: " },
		{ ">3600<", ">3600s<", "f:27: <TTL>: " },
		{ ">256<", ">65536<", "f:28: <Flags>: " },
		{ ">3<", ">256<", "f:29: <Protocol>: " },
		{ "<Algorithm>13", "<Algorithm>256", "f:30: <Algorithm>: " },
		{ "<PublicKey>", "<PublicKey>=", "f:31: <PublicKey>: not "
		    "base64" },
		{ "==</PublicKey>", "=</PublicKey>", "f:31: <PublicKey>: " },
		{ "<TypeCovered>DNSKEY", "<TypeCovered>CDS",
		    "f:35: <TypeCovered>: \"CDS\"; only DNSKEY" },
		{ "<Labels>1", "<Labels>256", "f:37: <Labels>: " },
		{ "<KeyTag>", "<KeyTag>9", "f:41: <KeyTag>: " },
		{ "<SignersName>com.", "<SignersName>@",
		    "f:42: <SignersName>: " },
		{ "+/v7", "+_v7", "f:43: <SignatureData>: not base64" },
		{ "algorithm=\"13\"", "algorithm=\"256\"",
		    "f:12: <SignatureAlgorithm> algorithm: " },
		{ "algorithm=\"13\"", "algorithm=\"3\"",
		    "f:12: <SignatureAlgorithm>: the format has no parameters "
		    "for algorithm 3" },
		{ "size=\"2048\"", "size=\"0\"", "f:16: <RSA> size: " },
		{ "exponent=\"65537\"", "exponent=\"0\"",
		    "f:16: <RSA> exponent: " },
	};

	(void)state;
	check_refused(REQUEST, changes, N_OF(changes));
}

static void
times_are_utc_and_durations_have_a_length(void **state)
{
	static const struct change changes[] = {
		{ "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00+02:00",
		    "f:24: <Inception>: \"2027-01-01T00:00:00+02:00\" is not "
		    "an instant in UTC" },
		{ "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00-00:00",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00.5Z",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "2027-02-29T00:00:00Z",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "2027-01-01T24:00:00Z",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "2027-01-01",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "20270101000000",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "1798761600",
		    "f:24: <Inception>: " },
		{ "2027-01-01T00:00:00+00:00", "1969-12-31T23:59:59Z",
		    "f:24: <Inception>: " },
		{ "<SignatureExpiration>2027", "<SignatureExpiration>2107",
		    "f:39: <SignatureExpiration>: 2107-01-22T00:00:00+00:00 "
		    "is after 2106-02-07T06:28:15Z" },
		{ "P10D", "P1M", "f:6: <PublishSafety>: \"P1M\" is not a "
		    "duration" },
		{ "P10D", "P1Y", "f:6: <PublishSafety>: " },
		{ "P10D", "-P10D", "f:6: <PublishSafety>: " },
		{ "P10D", "P", "f:6: <PublishSafety>: " },
		{ "P10D", "PT", "f:6: <PublishSafety>: " },
		{ "P10D", "P1.5D", "f:6: <PublishSafety>: " },
		{ "P10D", "P10", "f:6: <PublishSafety>: " },
		{ "P10D", "P1DT", "f:6: <PublishSafety>: " },
		{ "P10D", "10d", "f:6: <PublishSafety>: " },
		{ "P10D", "864000", "f:6: <PublishSafety>: " },
		{ "P10D", "P9999999999999D", "f:6: <PublishSafety>: " },
	};

	(void)state;
	check_refused(REQUEST, changes, N_OF(changes));
}

/* --- limits ------------------------------------------------------------- */

static char *
body_of(const struct buf *text, const char *begin, const char *end)
{
	const char *from = strstr(buf_text(text), begin);
	const char *to = strstr(from, end);

	return mem_printf("%.*s", (int)(to - from + (int)strlen(end)), from);
}

/* Without the blanks between elements, so that many fit into a file. */
static char *
without_indent(const char *text)
{
	struct buf out = BUF_INIT;
	size_t n;

	for (; *text != '\0'; text += n + strspn(text + n, " \n")) {
		n = strcspn(text, "\n");
		buf_add(&out, text, n);
	}
	return buf_take(&out);
}

/* The first element that begin and end enclose stands there n times. */
static void
check_count(const char *begin, const char *end, size_t n, const char *why)
{
	struct buf text = BUF_INIT, many = BUF_INIT;
	struct error err = ERR_INIT;
	struct ksr *ksr;
	char *one, *flat, *all;
	size_t i, more;

	fixtures_read(REQUEST, &text);
	one = body_of(&text, begin, end);
	flat = without_indent(one);
	for (more = 0; more < 2; more++) {
		for (i = 0; i < n + more; i++)
			buf_printf(&many, "%s", flat);
		all = changed(&text, one, buf_text(&many));
		if (more == 0) {
			ksr_free(taken(all));
		} else {
			unit_fails(codec_read(all, strlen(all), "f", &ksr,
			    &err), &err, ERR_INPUT, why);
		}
		free(all);
		buf_free(&many);
	}
	free(one);
	free(flat);
	buf_free(&text);
}

static void
numbers_of_elements_have_limits(void **state)
{

	(void)state;
	check_count("<Key ", "</Key>", KSR_KEYS_MAX,
	    "<Key>: more than 64 keys in a bundle");
	check_count("<Signature ", "</Signature>", KSR_SIGS_MAX,
	    "<Signature>: more than 192 signatures in a bundle");
	/* One algorithm is there twice more, one bundle once more. */
	check_count("<SignatureAlgorithm ", "</SignatureAlgorithm>",
	    KSR_ALGS_MAX - 2, "<ZSK>: more than 16 algorithms");
	check_count("<RequestBundle ", "</RequestBundle>",
	    KSR_BUNDLES_MAX - 1, "<RequestBundle>: more than 1000 bundles");
}

static void
long_data_is_refused(void **state)
{
	const struct { const char *from; size_t max; const char *why; }
	cases[] = {
		{ "<PublicKey>", DNSKEY_KEY_MAX, "f:31: <PublicKey>: 1031 "
		    "bytes; it has at most 1030" },
		{ "<SignatureData>", CRYPTO_SIG_MAX, "f:43: <SignatureData>: "
		    "513 bytes; it has at most 512" },
	};
	uint8_t bytes[DNSKEY_KEY_MAX + 1] = { 1 };
	struct buf text = BUF_INIT;
	char *old, *base64, *new;
	size_t i;

	(void)state;
	fixtures_read(REQUEST, &text);
	for (i = 0; i < N_OF(cases); i++) {
		old = body_of(&text, cases[i].from, "</");
		base64 = crypto_base64(bytes, cases[i].max + 1);
		new = mem_printf("%s%s</", cases[i].from, base64);
		check_refused(REQUEST, &(struct change) { old, new,
		    cases[i].why }, 1);
		free(base64);
		free(old);
		free(new);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_that_say_the_same_are_taken),
		cmocka_unit_test(structure_is_the_schema_s),
		cmocka_unit_test(requests_and_responses_do_not_mix),
		cmocka_unit_test(values_fit_their_fields),
		cmocka_unit_test(times_are_utc_and_durations_have_a_length),
		cmocka_unit_test(numbers_of_elements_have_limits),
		cmocka_unit_test(long_data_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
