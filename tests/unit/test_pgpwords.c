/* kmgr/base/pgpwords.c */
#include "tests/unit/unit.h"

#include <string.h>
#include <strings.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/pgpwords.h"

static void
assert_words(const uint8_t *bytes, size_t len, const char *words)
{
	struct buf out = BUF_INIT;

	pgpwords(bytes, len, &out);
	assert_string_equal(buf_text(&out), words);
	buf_free(&out);
}

/* The list's published example: a 160-bit fingerprint. */
static void
test_example(void **state)
{
	static const uint8_t bytes[] = { 0xe5, 0x82, 0x94, 0xf2, 0xe9, 0xa2,
		0x27, 0x48, 0x6e, 0x8b, 0x06, 0x1b, 0x31, 0xcc, 0x52, 0x8f,
		0xd7, 0xfa, 0x3f, 0x19 };

	(void)state;
	assert_words(bytes, sizeof(bytes), "topmost Istanbul Pluto vagabond "
	    "treadmill Pacific brackish dictator goldfish Medusa afflict "
	    "bravado chatter revolver Dupont midsummer stopwatch whimsical "
	    "cowbell bottomless");
	assert_words(bytes, 0, "");
}

/* As kskm shows the SHA-256 of nothing. */
static void
test_digest(void **state)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	(void)state;
	crypto_sha256((const uint8_t *)"", 0, hash);
	assert_words(hash, sizeof(hash), "tissue phonetic snowslide December "
	    "printer Wilmington befriend belowground pupil Wichita upshot "
	    "retrieval prowler hemisphere sentence Capricorn brackish "
	    "performance cranky tradition flytrap Norwegian playhouse "
	    "disbelief regain Montana prowler bravado island enrollment "
	    "select equipment");
}

/* Both lists are in alphabetical order, but for one word; none stands twice. */
static void
assert_order(size_t place, size_t n_falls)
{
	char last[64] = "";
	size_t i, falls = 0;

	for (i = 0; i < 256; i++) {
		const uint8_t bytes[] = { (uint8_t)i, (uint8_t)i };
		struct buf out = BUF_INIT;
		char words[64], *word;

		pgpwords(bytes, sizeof(bytes), &out);
		(void)snprintf(words, sizeof(words), "%s", buf_text(&out));
		buf_free(&out);
		word = strchr(words, ' ');
		assert_non_null(word);
		*word++ = '\0';
		if (place == 0)
			word = words;
		assert_null(strchr(word, ' '));
		assert_int_not_equal(strcasecmp(last, word), 0);
		falls += strcasecmp(last, word) > 0;
		(void)snprintf(last, sizeof(last), "%s", word);
	}
	assert_int_equal(falls, n_falls);
}

static void
test_order(void **state)
{

	(void)state;
	assert_order(0, 0);
	assert_order(1, 1);	/* applicant, Apollo */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
