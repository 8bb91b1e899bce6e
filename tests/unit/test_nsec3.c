#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/dns/message.h"
#include "kmgr/dns/nsec3.h"
#include "tests/unit/dnshelp.h"

#define SALT "aabbccdd"
#define LINES_MAX 12

/* RFC 5155 appendix A: the zone example., all of it with opt-out. */
static const struct {
	const char	*name;		/* what is hashed */
	const char	*hash, *next, *types;
} zone_rfc5155[] = {
	{ "example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
	    "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
	    "MX DNSKEY NS SOA NSEC3PARAM RRSIG" },
	{ "ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
	    "2vptu5timamqttgl4luu9kg21e0aor3s", "A RRSIG" },
	{ "x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s",
	    "35mthgpgcu1qg68fab165klnsnk3dpvl", "MX RRSIG" },
	{ "a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl",
	    "b4um86eghhds6nea196smvmlo4ors995", "NS DS RRSIG" },
	{ "x.w.example.", "b4um86eghhds6nea196smvmlo4ors995",
	    "gjeqe526plbf1g8mklp59enfd789njgi", "MX RRSIG" },
	{ "ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi",
	    "ji6neoaepv8b5o6k4ev33abha8ht9fgc", "HINFO A AAAA RRSIG" },
	{ "y.w.example.", "ji6neoaepv8b5o6k4ev33abha8ht9fgc",
	    "k8udemvp1j2f7eg6jebps17vp3n8i58h", "" },
	{ "w.example.", "k8udemvp1j2f7eg6jebps17vp3n8i58h",
	    "kohar7mbb8dc2ce8a9qvl8hon4k53uhi", "" },
	{ "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.",
	    "kohar7mbb8dc2ce8a9qvl8hon4k53uhi",
	    "q04jkcevqvmu85r014c7dkba38o0ji5r", "A RRSIG" },
	{ "ns2.example.", "q04jkcevqvmu85r014c7dkba38o0ji5r",
	    "r53bq7cc2uvmubfu5ocmm6pers9tk9en", "A RRSIG" },
	{ "*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
	    "t644ebqk9bibcna874givr6joj62mlhv", "MX RRSIG" },
	{ "xx.example.", "t644ebqk9bibcna874givr6joj62mlhv",
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "HINFO A AAAA RRSIG" },
};

/* The label of a hash. */
static char *
base32hex(const uint8_t hash[static NSEC3_HASH_LEN])
{
	char *text = mem_new(33);
	size_t i, bit;

	for (i = 0; i < 32; i++) {
		unsigned int v = 0;

		for (bit = i * 5; bit < i * 5 + 5; bit++)
			v = v << 1 | (hash[bit / 8] >> (7 - bit % 8) & 1U);
		text[i] = "0123456789abcdefghijklmnopqrstuv"[v];
	}
	return text;
}

static void
hashes_as_rfc5155(void **state)
{
	uint8_t hash[NSEC3_HASH_LEN];
	struct name name;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(zone_rfc5155); i++) {
		name = dnshelp_name(zone_rfc5155[i].name);
		nsec3_hash(&name, (const uint8_t *)"\xaa\xbb\xcc\xdd", 4, 12,
		    hash);
		text = base32hex(hash);
		assert_string_equal(text, zone_rfc5155[i].hash);
		free(text);
	}
	/* The longest of all, and no salt. */
	name = dnshelp_name(".");
	nsec3_hash(&name, NULL, 0, 0, hash);
	assert_memory_equal(hash, "\x5b\xa9\x3c\x9d\xb0\xcf\xf9\x3f\x52\xb5"
	    "\x21\xd7\x42\x0e\x43\xf6\xed\xa2\x78\x4f", NSEC3_HASH_LEN);
}

/* Some records of that zone, each a letter, and what they say of a DS. */
struct word {
	const char	*records;	/* "ac": the first and the third */
	unsigned int	 flags;
	const char	*owner;
	enum nsec3_word	 word;
};

static char *
line_of(char letter, unsigned int flags)
{
	const size_t i = (size_t)(letter - 'a');

	return mem_printf("%s.example. 3600 IN NSEC3 1 %u 12 " SALT " %s %s",
	    zone_rfc5155[i].hash, flags, zone_rfc5155[i].next,
	    zone_rfc5155[i].types);
}

static enum nsec3_word
ask_lines(char *const *lines, size_t n, const char *zone, const char *owner)
{
	const struct name above = dnshelp_name(zone);
	const struct name name = dnshelp_name(owner);
	struct rrset *list[LINES_MAX];
	const char *line;
	enum nsec3_word word;
	size_t i;

	for (i = 0; i < n; i++) {
		line = lines[i];
		dnshelp_rrsets(&line, 1, &list[i]);
	}
	word = nsec3_denies(list, n, &above, &name, RRTYPE_DS);
	dnshelp_rrsets_free(list, n);
	return word;
}

static enum nsec3_word
ask(const struct word *word)
{
	const size_t n = strlen(word->records);
	char *lines[LINES_MAX];
	enum nsec3_word answer;
	size_t i;

	for (i = 0; i < n; i++)
		lines[i] = line_of(word->records[i], word->flags);
	answer = ask_lines(lines, n, "example.", word->owner);
	for (i = 0; i < n; i++)
		free(lines[i]);
	return answer;
}

static void
check(const struct word *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ask(&list[i]) != list[i].word)
			fail_msg("%zu: %s of %s", i, list[i].records,
			    list[i].owner);
}

static void
says_what_rfc5155_says(void **state)
{
	static const struct word list[] = {
		/* B.1: name error */
		{ "aed", 1, "a.c.x.w.example.", NSEC3_DENIES },
		{ "aed", 0, "a.c.x.w.example.", NSEC3_DENIES },
		/* B.2, B.2.1: names that are no delegations */
		{ "b", 1, "ns1.example.", NSEC3_SILENT },
		{ "g", 1, "y.w.example.", NSEC3_SILENT },
		/* B.3: a referral to an opt-out unsigned zone */
		{ "ad", 1, "c.example.", NSEC3_DENIES },
		{ "da", 1, "c.example.", NSEC3_DENIES },
		/* B.5: wildcard, no data */
		{ "hjk", 1, "a.z.w.example.", NSEC3_DENIES },
		{ "hjk", 0, "a.z.w.example.", NSEC3_DENIES },
		/* B.6: the child's own word of its DS */
		{ "a", 1, "example.", NSEC3_SILENT },
		/* a.example. has a DS */
		{ "d", 1, "a.example.", NSEC3_SILENT },
	};

	(void)state;
	check(list, N_OF(list));
}

static void
says_nothing_with_less(void **state)
{
	static const struct word list[] = {
		{ "", 0, "c.example.", NSEC3_SILENT },
		/* Without opt-out the wildcard must be denied. */
		{ "ad", 0, "c.example.", NSEC3_SILENT },
		{ "ae", 0, "a.c.x.w.example.", NSEC3_SILENT },
		{ "hj", 0, "a.z.w.example.", NSEC3_SILENT },
		/* The closest encloser is not proved. */
		{ "d", 1, "c.example.", NSEC3_SILENT },
		{ "d", 0, "c.example.", NSEC3_SILENT },
		{ "jk", 1, "a.z.w.example.", NSEC3_SILENT },
		/* It is one too high: then the next closer name is there. */
		{ "adk", 1, "a.z.w.example.", NSEC3_SILENT },
		/* The next closer name is not covered. */
		{ "a", 1, "c.example.", NSEC3_SILENT },
		{ "hk", 1, "a.z.w.example.", NSEC3_SILENT },
		/* It is a delegation: what is below is another zone's. */
		{ "de", 1, "b.a.example.", NSEC3_SILENT },
		/* More than anybody needs. */
		{ "adbcefghi", 1, "c.example.", NSEC3_SILENT },
		{ "adbcefgh", 1, "c.example.", NSEC3_DENIES },
	};

	(void)state;
	check(list, N_OF(list));
}

/* c.example. again, with a line changed. */
static void
with(const char *first, const char *second, const char *zone,
    const char *owner, enum nsec3_word word)
{
	char *lines[2];

	lines[0] = mem_strdup(first);
	lines[1] = mem_strdup(second);
	if (ask_lines(lines, 2, zone, owner) != word)
		fail_msg("%s\n%s", first, second);
	free(lines[0]);
	free(lines[1]);
}

#define APEX "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
#define APEX_NEXT "2t7b4g4vsa5smi47k61mv5bv1a22bojr"
#define SPAN "35mthgpgcu1qg68fab165klnsnk3dpvl"
#define SPAN_NEXT "b4um86eghhds6nea196smvmlo4ors995"
#define GOOD_APEX APEX ".example. 60 IN NSEC3 1 1 12 " SALT " " APEX_NEXT \
	" NS SOA RRSIG"
#define GOOD_SPAN SPAN ".example. 60 IN NSEC3 1 1 12 " SALT " " SPAN_NEXT \
	" NS RRSIG"

static void
believes_no_other_records(void **state)
{
	static const char *const spans[] = {
		/* salt, none, iterations, flags and hash of their own */
		SPAN ".example. 60 IN NSEC3 1 1 12 aabbccde " SPAN_NEXT
		    " NS RRSIG",
		SPAN ".example. 60 IN NSEC3 1 1 12 - " SPAN_NEXT " NS RRSIG",
		SPAN ".example. 60 IN NSEC3 1 1 13 " SALT " " SPAN_NEXT
		    " NS RRSIG",
		SPAN ".example. 60 IN NSEC3 1 3 12 " SALT " " SPAN_NEXT
		    " NS RRSIG",
		SPAN ".example. 60 IN NSEC3 2 1 12 " SALT " " SPAN_NEXT
		    " NS RRSIG",
		/* of another zone, and of a name deeper down */
		SPAN ".exempla. 60 IN NSEC3 1 1 12 " SALT " " SPAN_NEXT
		    " NS RRSIG",
		SPAN ".test. 60 IN NSEC3 1 1 12 " SALT " " SPAN_NEXT
		    " NS RRSIG",
		SPAN ".b.example. 60 IN NSEC3 1 1 12 " SALT " " SPAN_NEXT
		    " NS RRSIG",
		/* an owner that is no hash */
		"w5mthgpgcu1qg68fab165klnsnk3dpvl.example. 60 IN NSEC3 1 1 12 "
		    SALT " " SPAN_NEXT " NS RRSIG",
		"35mthgpgcu1qg68fab165klnsnk3dpv.example. 60 IN NSEC3 1 1 12 "
		    SALT " " SPAN_NEXT " NS RRSIG",
		/* the span of one that ends before the name */
		SPAN ".example. 60 IN NSEC3 1 1 12 " SALT
		    " 45mthgpgcu1qg68fab165klnsnk3dpvl NS RRSIG",
	};
	size_t i;

	(void)state;
	with(GOOD_APEX, GOOD_SPAN, "example.", "c.example.", NSEC3_DENIES);
	for (i = 0; i < N_OF(spans); i++)
		with(GOOD_APEX, spans[i], "example.", "c.example.",
		    NSEC3_SILENT);
	/* An encloser that is a delegation, or a DNAME. */
	with(APEX ".example. 60 IN NSEC3 1 1 12 " SALT " " APEX_NEXT " NS",
	    GOOD_SPAN, "example.", "c.example.", NSEC3_SILENT);
	with(APEX ".example. 60 IN NSEC3 1 1 12 " SALT " " APEX_NEXT
	    " NS SOA DNAME", GOOD_SPAN, "example.", "c.example.",
	    NSEC3_SILENT);
	/* Asked of what is not below the zone. */
	with(GOOD_APEX, GOOD_SPAN, "example.", "c.test.", NSEC3_SILENT);
	with(GOOD_APEX, GOOD_SPAN, "test.", "c.example.", NSEC3_SILENT);
	with(GOOD_APEX, GOOD_SPAN, ".", "c.example.", NSEC3_SILENT);
}

/* The NSEC3 of the delegation c.example., with these types. */
static enum nsec3_word
delegation(const char *types, unsigned int iterations)
{
	const struct name name = dnshelp_name("c.example.");
	uint8_t hash[NSEC3_HASH_LEN];
	enum nsec3_word word;
	char *text, *line;

	nsec3_hash(&name, (const uint8_t *)"\xaa\xbb\xcc\xdd", 4, iterations,
	    hash);
	text = base32hex(hash);
	line = mem_printf("%s.example. 60 IN NSEC3 1 0 %u " SALT " " SPAN
	    " %s", text, iterations, types);
	word = ask_lines(&line, 1, "example.", "c.example.");
	free(line);
	free(text);
	return word;
}

static void
wants_the_parents_word_of_a_delegation(void **state)
{

	(void)state;
	assert_int_equal(delegation("NS", 12), NSEC3_DENIES);
	assert_int_equal(delegation("NS RRSIG", 12), NSEC3_DENIES);
	assert_int_equal(delegation("NS DS RRSIG", 12), NSEC3_SILENT);
	assert_int_equal(delegation("NS SOA RRSIG", 12), NSEC3_SILENT);
	assert_int_equal(delegation("SOA RRSIG", 12), NSEC3_SILENT);
	assert_int_equal(delegation("", 12), NSEC3_SILENT);
	assert_int_equal(delegation("A RRSIG", 12), NSEC3_SILENT);
	assert_int_equal(delegation("NS CNAME RRSIG", 12), NSEC3_SILENT);
}

/* a.z.w.example., for which the wildcard below w has these types. */
static enum nsec3_word
wildcard(const char *types)
{
	enum nsec3_word word;
	char *lines[3];
	size_t i;

	lines[0] = line_of('h', 0);
	lines[1] = line_of('j', 0);
	lines[2] = mem_printf("%s.example. 60 IN NSEC3 1 0 12 " SALT " %s %s",
	    zone_rfc5155[10].hash, zone_rfc5155[10].next, types);
	word = ask_lines(lines, N_OF(lines), "example.", "a.z.w.example.");
	for (i = 0; i < N_OF(lines); i++)
		free(lines[i]);
	return word;
}

static void
wants_no_wildcard_with_the_type(void **state)
{

	(void)state;
	assert_int_equal(wildcard("MX RRSIG"), NSEC3_DENIES);
	assert_int_equal(wildcard("DS RRSIG"), NSEC3_SILENT);
	assert_int_equal(wildcard("CNAME RRSIG"), NSEC3_SILENT);
}

static void
two_records_of_one_name_say_nothing(void **state)
{
	static const char *const lines[] = { GOOD_SPAN,
		SPAN ".example. 60 IN NSEC3 1 1 12 " SALT " " SPAN_NEXT " NS" };
	static const char *const apex = GOOD_APEX;
	const struct name zone = dnshelp_name("example.");
	const struct name owner = dnshelp_name("c.example.");
	struct rrset *list[2];
	size_t n;

	(void)state;
	for (n = 1; n <= N_OF(lines); n++) {
		list[0] = dnshelp_rrset(&apex, 1);
		list[1] = dnshelp_rrset(lines, n);
		assert_int_equal(list[1]->n_rdata, n);
		assert_int_equal(nsec3_denies(list, 2, &zone, &owner,
		    RRTYPE_DS), n == 1 ? NSEC3_DENIES : NSEC3_SILENT);
		dnshelp_rrsets_free(list, 2);
	}
}

static void
bounds_the_iterations(void **state)
{

	(void)state;
	assert_int_equal(delegation("NS", 0), NSEC3_DENIES);
	assert_int_equal(delegation("NS", NSEC3_ITERATIONS_MAX),
	    NSEC3_DENIES);
	assert_int_equal(delegation("NS", NSEC3_ITERATIONS_MAX + 1),
	    NSEC3_TOO_COSTLY);
	assert_int_equal(delegation("NS", UINT16_MAX), NSEC3_TOO_COSTLY);
	/* Whatever it says. */
	assert_int_equal(delegation("NS DS", UINT16_MAX), NSEC3_TOO_COSTLY);
}

static void
a_single_record_spans_all_but_itself(void **state)
{
	char *line = mem_strdup(APEX ".example. 60 IN NSEC3 1 1 12 " SALT " "
	    APEX " NS SOA RRSIG");

	(void)state;
	assert_int_equal(ask_lines(&line, 1, "example.", "c.example."),
	    NSEC3_DENIES);
	assert_int_equal(ask_lines(&line, 1, "example.", "a.b.c.example."),
	    NSEC3_DENIES);
	free(line);
}

static void
no_octet_of_the_rdata_is_read_wrong(void **state)
{
	static const char *const lines[] = { GOOD_APEX, GOOD_SPAN };
	const struct name zone = dnshelp_name("example.");
	const struct name owner = dnshelp_name("c.example.");
	struct rrset *list[2];
	struct rdata *rdata;
	size_t i, len;

	(void)state;
	for (i = 0; i < N_OF(lines); i++) {
		dnshelp_rrsets(lines, N_OF(lines), list);
		rdata = list[i]->rdata;
		len = rdata->len;
		/* Without the bitmap it is whole, and the apex none. */
		while (rdata->len-- > 0)
			if (nsec3_denies(list, 2, &zone, &owner,
			    RRTYPE_DS) != NSEC3_SILENT)
				assert_int_equal(rdata->len, 30);
		/* A salt, or a hash, that reaches behind the end. */
		rdata->len = len;
		rdata->bytes[4] = 255;
		assert_int_equal(nsec3_denies(list, 2, &zone, &owner,
		    RRTYPE_DS), NSEC3_SILENT);
		rdata->bytes[4] = 4;
		rdata->bytes[9] = 21;
		assert_int_equal(nsec3_denies(list, 2, &zone, &owner,
		    RRTYPE_DS), NSEC3_SILENT);
		rdata->bytes[9] = 20;
		assert_int_equal(nsec3_denies(list, 2, &zone, &owner,
		    RRTYPE_DS), NSEC3_DENIES);
		dnshelp_rrsets_free(list, 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_as_rfc5155),
		cmocka_unit_test(says_what_rfc5155_says),
		cmocka_unit_test(says_nothing_with_less),
		cmocka_unit_test(believes_no_other_records),
		cmocka_unit_test(wants_the_parents_word_of_a_delegation),
		cmocka_unit_test(wants_no_wildcard_with_the_type),
		cmocka_unit_test(two_records_of_one_name_say_nothing),
		cmocka_unit_test(bounds_the_iterations),
		cmocka_unit_test(a_single_record_spans_all_but_itself),
		cmocka_unit_test(no_octet_of_the_rdata_is_read_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
