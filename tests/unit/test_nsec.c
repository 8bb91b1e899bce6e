#include "tests/unit/unit.h"

#include "kmgr/dns/message.h"
#include "kmgr/dns/nsec.h"
#include "tests/unit/dnshelp.h"

#define LINES_MAX 3

/* Of the zone example., which has the NSEC records lines: is the DS of owner
 * denied? */
struct denial {
	const char	*lines[LINES_MAX];
	const char	*owner;
	bool		 is_denied;
};

static bool
is_denied(const struct denial *denial, const char *zone)
{
	const struct name owner = dnshelp_name(denial->owner);
	const struct name above = dnshelp_name(zone);
	struct rrset *list[LINES_MAX];
	size_t n = 0;
	bool is;

	while (n < LINES_MAX && denial->lines[n] != NULL)
		n++;
	dnshelp_rrsets(denial->lines, n, list);
	is = nsec_denies(list, n, &above, &owner, RRTYPE_DS);
	dnshelp_rrsets_free(list, n);
	return is;
}

static void
check(const struct denial *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_denied(&list[i], "example.") != list[i].is_denied)
			fail_msg("%zu: the DS of %s", i, list[i].owner);
}

#define N(owner, next, types) owner " 300 IN NSEC " next " " types

static void
a_name_that_is_there(void **state)
{
	static const struct denial list[] = {
		{ { N("b.example.", "c.example.", "NS RRSIG NSEC") },
		    "b.example.", true },
		{ { N("b.example.", "c.example.", "NS DS RRSIG NSEC") },
		    "b.example.", false },
		/* The child's own word. */
		{ { N("b.example.", "a.b.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", false },
		/* No delegation. */
		{ { N("b.example.", "c.example.", "A RRSIG NSEC") },
		    "b.example.", false },
		{ { N("b.example.", "c.example.", "CNAME RRSIG NSEC") },
		    "b.example.", false },
		{ { N("b.example.", "c.example.", "NS CNAME RRSIG NSEC") },
		    "b.example.", false },
		/* Of another name. */
		{ { N("b.example.", "c.example.", "NS RRSIG NSEC") },
		    "c.example.", false },
		/* The last of the zone. */
		{ { N("b.example.", "example.", "NS RRSIG NSEC") },
		    "b.example.", true },
		{ { NULL }, "b.example.", false },
	};

	(void)state;
	check(list, N_OF(list));
}

static void
a_name_that_is_not_there(void **state)
{
	static const struct denial list[] = {
		/* The first covers the wildcard *.example., too. */
		{ { N("example.", "z.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", true },
		{ { N("a.example.", "c.example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", true },
		/* That there is no wildcard is not said. */
		{ { N("a.example.", "c.example.", "A RRSIG NSEC") },
		    "b.example.", false },
		/* There is one, with and without DS. */
		{ { N("a.example.", "c.example.", "A RRSIG NSEC"),
		    N("*.example.", "a.example.", "TXT RRSIG NSEC") },
		    "b.example.", true },
		{ { N("a.example.", "c.example.", "A RRSIG NSEC"),
		    N("*.example.", "a.example.", "DS RRSIG NSEC") },
		    "b.example.", false },
		{ { N("a.example.", "c.example.", "A RRSIG NSEC"),
		    N("*.example.", "a.example.", "CNAME RRSIG NSEC") },
		    "b.example.", false },
		/* The nearest name above is x.example., not example. */
		{ { N("a.x.example.", "c.x.example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "b.x.example.", false },
		{ { N("a.x.example.", "c.x.example.", "A RRSIG NSEC"),
		    N("x.example.", "a.x.example.", "A RRSIG NSEC") },
		    "b.x.example.", true },
		/* Its end, too, says what is above: b.x. is below x. */
		{ { N("example.", "c.x.example.", "NS SOA RRSIG NSEC") },
		    "b.x.example.", true },
		/* Of two ends the nearer one tells what is above. */
		{ { N("a.example.", "c.x.example.", "A RRSIG NSEC") },
		    "b.x.example.", true },
		{ { N("a.x.example.", "z.example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "b.x.example.", false },
		/* The last of the zone. */
		{ { N("a.example.", "example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", true },
		/* Outside of the gap. */
		{ { N("c.example.", "z.example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", false },
		{ { N("c.example.", "b.example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "d.example.", false },
		/* It is there, and has names below it. */
		{ { N("a.example.", "c.b.example.", "A RRSIG NSEC"),
		    N("example.", "a.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", false },
	};

	(void)state;
	check(list, N_OF(list));
}

static void
words_that_do_not_count(void **state)
{
	static const struct denial list[] = {
		/* RFC 6840 s4.1: nothing is denied below a delegation. */
		{ { N("b.example.", "c.example.", "NS RRSIG NSEC"),
		    N("example.", "b.example.", "NS SOA RRSIG NSEC") },
		    "a.b.example.", false },
		{ { N("b.example.", "c.example.", "DNAME RRSIG NSEC"),
		    N("example.", "b.example.", "NS SOA RRSIG NSEC") },
		    "a.b.example.", false },
		/* Another zone's, or one that leads there. */
		{ { N("b.test.", "c.test.", "NS RRSIG NSEC") },
		    "b.example.", false },
		{ { N("b.example.", "c.test.", "NS RRSIG NSEC") },
		    "b.example.", false },
		{ { N(".", "z.example.", "NS SOA RRSIG NSEC") },
		    "b.example.", false },
		{ { N(".", "test.", "NS SOA RRSIG NSEC") },
		    "b.example.", false },
		/* The zone itself is no delegation of its own. */
		{ { N("example.", "b.example.", "NS RRSIG NSEC") },
		    "example.", false },
		{ { N("b.test.", "c.test.", "NS RRSIG NSEC") },
		    "b.test.", false },
	};

	(void)state;
	check(list, N_OF(list));
	/* The root has everything below it. */
	assert_true(is_denied(&(struct denial) { { N(".", "com.",
	    "NS SOA RRSIG NSEC") }, "a.", true }, "."));
}

static void
two_records_of_one_name_say_nothing(void **state)
{
	static const char *const lines[] = {
		N("b.example.", "c.example.", "NS RRSIG NSEC"),
		N("b.example.", "d.example.", "NS RRSIG NSEC") };
	const struct name zone = dnshelp_name("example.");
	const struct name owner = dnshelp_name("b.example.");
	struct rrset *rrset = dnshelp_rrset(lines, 1);

	(void)state;
	assert_true(nsec_denies(&rrset, 1, &zone, &owner, RRTYPE_DS));
	rrset_free(rrset);
	rrset = dnshelp_rrset(lines, N_OF(lines));
	assert_int_equal(rrset->n_rdata, 2);
	assert_false(nsec_denies(&rrset, 1, &zone, &owner, RRTYPE_DS));
	rrset_free(rrset);
}

#define WIRE(text) (const uint8_t *)(text), sizeof(text) - 1

static void
reads_bitmaps(void **state)
{
	static const struct { const char *wire; size_t len; bool is; } t[] = {
		{ "", 0, true },
		{ "\0\1\x40", 3, true },
		{ "\0\1\x40\1\1\x40", 6, true },
		{ "\0\1\x40\0\1\x40", 6, false },	/* twice */
		{ "\1\1\x40\0\1\x40", 6, false },	/* descending */
		{ "\0\0", 2, false },			/* empty */
		{ "\0", 1, false },
		{ "\0\2\x40", 3, false },		/* cut off */
		{ "\0\1\x40\1", 4, false },
		{ "\0\x21" "0123456789abcdef0123456789abcdefX", 35, false },
		{ "\0\x20" "0123456789abcdef0123456789abcdef", 34, true },
	};
	struct nsec_types types;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++)
		if (nsec_types_read((const uint8_t *)t[i].wire, t[i].len,
		    &types) != t[i].is)
			fail_msg("bitmap %zu", i);
	/* RFC 4034 s4.3: A MX RRSIG NSEC TYPE1234 */
	assert_true(nsec_types_read(WIRE("\0\6\x40\1\0\0\0\3\4\x1b"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20"),
	    &types));
	for (i = 0; i <= UINT16_MAX; i++)
		assert_int_equal(nsec_types_has(&types, (uint16_t)i),
		    i == 1 || i == 15 || i == 46 || i == 47 || i == 1234);
}

static void
no_octet_of_the_rdata_is_read_wrong(void **state)
{
	static const char *const line = N("b.example.", "c.example.",
	    "NS RRSIG NSEC");
	const struct name zone = dnshelp_name("example.");
	const struct name owner = dnshelp_name("b.example.");
	struct rrset *rrset = dnshelp_rrset(&line, 1);
	const size_t len = rrset->rdata->len;

	(void)state;
	/* Cut off anywhere, it has no types, or less of them, or no sense. */
	while (rrset->rdata->len-- > 0)
		assert_false(nsec_denies(&rrset, 1, &zone, &owner,
		    RRTYPE_DS));
	rrset->rdata->len = len;
	assert_true(nsec_denies(&rrset, 1, &zone, &owner, RRTYPE_DS));
	/* A label that is a pointer. */
	rrset->rdata->bytes[0] = 0xc0;
	assert_false(nsec_denies(&rrset, 1, &zone, &owner, RRTYPE_DS));
	rrset_free(rrset);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_is_there),
		cmocka_unit_test(a_name_that_is_not_there),
		cmocka_unit_test(words_that_do_not_count),
		cmocka_unit_test(two_records_of_one_name_say_nothing),
		cmocka_unit_test(reads_bitmaps),
		cmocka_unit_test(no_octet_of_the_rdata_is_read_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
