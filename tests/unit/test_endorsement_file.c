/*
 * Endorsement files as bytes: what is none is refused, what was exchanged or
 * changed anywhere is found. KMGR_SOAK=1 flips every bit.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/endorsed.h"

static int
verify(const char *text, size_t len, const struct crypto_key *pinned,
    size_t *n_failed, struct error *err)
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	int rc;

	rc = endorsement_verify(text, len, pinned, &report, err);
	*n_failed = report.n_failed;
	if (rc != 0)
		assert_int_equal(report.n, 0);
	endorsement_report_clear(&report);
	return rc;
}

/* --- what is no such file ------------------------------------------------- */

static void
what_is_no_such_file_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "JSON, line 1" },
		{ "x", "JSON, line 1, column 1" },
		{ "\xef\xbb\xbf{}", "JSON, line 1" },
		{ "{\n\"a\": 1,\n\"a\": 2 }", "line 3, column 3: duplicate" },
		{ "{ \"a\": 1.5 }", "fraction" },
		{ "[]", "no object" },
		{ "{}", "member \"format\" is no text; it must be "
		    "\"kmgr-endorsement\"" },
		{ "{ \"format\": \"kmgr-ledger\" }",
		    "member \"format\" is \"kmgr-ledger\"" },
		{ "{ \"format\": \"kmgr-endorsement\" }",
		    "member \"schema\" is no number; it must be 1" },
		{ "{ \"format\": \"kmgr-endorsement\", \"schema\": \"1\" }",
		    "member \"schema\" is no number" },
		{ "{ \"format\": \"kmgr-endorsement\", \"schema\": 2 }",
		    "member \"schema\" is 2; this version reads 1" },
		{ "{ \"format\": \"kmgr-endorsement\", \"schema\": 1 }",
		    "member \"endorsement\" is missing" },
		{ "{ \"format\": \"kmgr-endorsement\", \"schema\": 1, "
		    "\"endorsement\": {} }", "member \"endorsement\" is none; "
		    "it must be a text" },
		{ "{ \"format\": \"kmgr-endorsement\", \"schema\": 1, "
		    "\"identity\": {} }", "member \"identity\" is unknown" },
		{ "{ \"format\": \"kmgr-endorsement\\u0000\" }", "JSON" },
	};
	struct error err = ERR_INIT;
	size_t i, n_failed;
	int rc;

	(void)state;
	for (i = 0; i < N_OF(rows); i++) {
		rc = verify(rows[i].text, strlen(rows[i].text), NULL,
		    &n_failed, &err);
		assert_int_equal(strncmp(err.msg, "no endorsement file: ",
		    21), 0);
		unit_fails(rc, &err, ERR_INPUT, rows[i].message);
	}
}

static void
each_member_must_be_there_once_and_no_other(void **state)
{
	static const char *const members[] = { "schema", "format",
	    "endorsement", "endorsement_signature", "policy", "seal",
	    "seal_signature", "cmk_public_key" };
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct json *file = endorsed_file(e), *copy;
	struct error err = ERR_INIT;
	const char *name = NULL;
	struct buf text = BUF_INIT;
	size_t i, n_failed;

	(void)state;
	assert_int_equal(json_len(file), N_OF(members));
	for (i = 0; i < N_OF(members); i++) {
		copy = json_new_object();
		while ((name = json_next_key(file, name)) != NULL)
			if (strcmp(name, members[i]) != 0)
				json_put_take(copy, name,
				    json_copy_of(json_get(file, name)));
		json_pretty(copy, &text);
		unit_fails(verify(buf_text(&text), text.len, NULL, &n_failed,
		    &err), &err, ERR_INPUT, members[i]);
		buf_free(&text);
		json_free(copy);
	}
	json_put_text(file, "more", "");
	json_pretty(file, &text);
	unit_fails(verify(buf_text(&text), text.len, NULL, &n_failed, &err),
	    &err, ERR_INPUT, "member \"more\" is unknown");
	buf_free(&text);
	json_free(file);
	endorsed_free(e);
}

static void
a_file_has_a_size_limit(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	char *blank = mem_new(ENDORSEMENT_MAX_LEN + 1);
	struct error err = ERR_INIT;
	size_t n_failed;

	(void)state;
	memset(blank, ' ', ENDORSEMENT_MAX_LEN + 1);
	memcpy(blank, e->file.data, e->file.len);
	unit_ok(verify(blank, ENDORSEMENT_MAX_LEN, e->cmk.public, &n_failed,
	    &err), &err);
	assert_int_equal(n_failed, 0);
	unit_fails(verify(blank, ENDORSEMENT_MAX_LEN + 1, NULL, &n_failed,
	    &err), &err, ERR_INPUT, "262145 bytes; at most 262144");
	free(blank);
	endorsed_free(e);
}

/* --- what was exchanged --------------------------------------------------- */

/* Members of theirs, named in ${parts}, in mine; what fails then. */
static void
exchange(const struct endorsed *mine, const struct endorsed *theirs,
    const char *parts, const char *expected)
{
	struct json *file = endorsed_file(mine), *other;
	char *copy = mem_strdup(parts), *rest = NULL, *part;
	char failed[1024];

	other = endorsed_file(theirs);
	for (part = strtok_r(copy, " ", &rest); part != NULL;
	    part = strtok_r(NULL, " ", &rest))
		json_put_text(file, part, json_get_text(other, part));
	endorsed_failed(file, mine->cmk.public, failed);
	if (strcmp(failed, expected) != 0)
		fail_msg("%s: failed \"%s\", expected \"%s\"", parts, failed,
		    expected);
	json_free(other);
	json_free(file);
	free(copy);
}

static void
parts_of_two_ksks_do_not_mix(void **state)
{
	struct endorsed *a = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct endorsed *b = endorsed_another(a, "b.example.");

	(void)state;
	exchange(a, b, "endorsement", "endorsement-signature");
	exchange(a, b, "endorsement_signature", "endorsement-signature");
	/* With both it is the other KSK's file. */
	exchange(a, b, "endorsement endorsement_signature", "");
	exchange(a, b, "policy seal seal_signature cmk_public_key", "");
	endorsed_free(b);
	endorsed_free(a);
}

static void
parts_of_two_cmks_do_not_mix(void **state)
{
	static const struct {
		const char *parts, *failed;
	} rows[] = {
		{ "endorsement", "endorsement-signature embedded-key "
		    "policy-hash seal-cmk seal-policy" },
		{ "endorsement_signature", "endorsement-signature" },
		{ "endorsement endorsement_signature", "endorsement-signature "
		    "embedded-key policy-hash seal-cmk seal-policy" },
		{ "policy", "policy-hash" },
		{ "seal", "seal-signature seal-cmk seal-policy" },
		{ "seal_signature", "seal-signature" },
		{ "seal seal_signature", "seal-signature seal-cmk "
		    "seal-policy" },
		{ "policy seal seal_signature", "policy-hash seal-signature "
		    "seal-cmk seal-policy" },
		{ "cmk_public_key", "endorsement-signature cmk-public-key "
		    "embedded-key seal-signature" },
		{ "policy seal seal_signature cmk_public_key",
		    "endorsement-signature cmk-public-key embedded-key "
		    "policy-hash seal-cmk seal-policy" },
		{ "endorsement endorsement_signature cmk_public_key",
		    "cmk-public-key policy-hash seal-signature seal-cmk "
		    "seal-policy" },
		{ "endorsement endorsement_signature policy seal "
		    "seal_signature cmk_public_key", "cmk-public-key" },
	};
	struct endorsed *a = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct endorsed *b = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "signatures: { validity: 15d }\n", "example.com.");
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++)
		exchange(a, b, rows[i].parts, rows[i].failed);
	endorsed_free(b);
	endorsed_free(a);
}

/* Another policy, sealed for this CMK's id by somebody else's key. */
static void
a_policy_sealed_by_another_key_is_found(void **state)
{
	struct endorsed *a = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct endorsed *b = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "signatures: { validity: 15d }\n", "example.com.");
	struct json *file = endorsed_file(a), *seal, *statement;
	struct json *theirs = endorsed_file(b);
	char failed[1024];

	(void)state;
	seal = endorsed_statement(theirs, "seal");
	json_put_text(seal, "cmk_id", a->cmk.row.id);
	json_put_text(file, "policy", b->cmk.row.policy);
	endorsed_put(b, file, "seal", seal);
	endorsed_failed(file, a->cmk.public, failed);
	assert_string_equal(failed, "policy-hash seal-signature seal-policy");
	/* And the endorsement as well, with the real CMK's key in it. */
	statement = endorsed_statement(file, "endorsement");
	json_put_text(statement, "policy_hash", json_get_text(seal,
	    "policy_hash"));
	endorsed_put(b, file, "endorsement", statement);
	endorsed_failed(file, NULL, failed);
	assert_string_equal(failed, "endorsement-signature seal-signature");
	json_free(statement);
	json_free(seal);
	json_free(theirs);
	json_free(file);
	endorsed_free(b);
	endorsed_free(a);
}

/* --- what was changed ----------------------------------------------------- */

static void
what_is_cut_off_is_missed(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct error err = ERR_INIT;
	size_t len, n_failed;

	(void)state;
	/* The newline at the end says nothing. */
	for (len = 0; len < e->file.len - 1; len++)
		unit_fails(verify(buf_text(&e->file), len, e->cmk.public,
		    &n_failed, &err), &err, ERR_INPUT, "JSON, line");
	endorsed_free(e);
}

/* Whether the changed text still says the same as JSON. */
static bool
says_the_same(const struct json *file, const char *text, size_t len)
{
	struct error ignored = ERR_INIT;
	struct json *changed = NULL;
	bool is_same;

	is_same = json_read(text, len, &changed, &ignored) == 0 &&
	    json_same(file, changed);
	json_free(changed);
	return is_same;
}

static void
flip(const struct endorsed *e, const struct json *file, char *text, size_t at,
    unsigned int bits)
{
	const size_t len = e->file.len;
	struct error err = ERR_INIT;
	size_t n_failed = 0;
	int rc;

	text[at] = (char)(e->file.data[at] ^ bits);
	rc = verify(text, len, e->cmk.public, &n_failed, &err);
	if (rc != 0)
		assert_int_equal(err.class, ERR_INPUT);
	else if (n_failed == 0 && !says_the_same(file, text, len))
		fail_msg("byte %zu, 0x%02x to 0x%02x: not found", at,
		    e->file.data[at], (uint8_t)text[at]);
	text[at] = (char)e->file.data[at];
}

static void
every_byte_counts(void **state)
{
	const char *soak = getenv("KMGR_SOAK");
	const bool is_soak = soak != NULL && strcmp(soak, "1") == 0;
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct json *file = endorsed_file(e);
	char *text = mem_dup(e->file.data, e->file.len + 1);
	unsigned int bit;
	size_t at;

	(void)state;
	for (at = 0; at < e->file.len; at++)
		for (bit = 0; bit < 8; bit++)
			/* A letter's case, and one of all bits in turn. */
			if (is_soak || bit == 5 || bit == at % 8)
				flip(e, file, text, at, 1U << bit);
	free(text);
	json_free(file);
	endorsed_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_such_file_is_refused),
		cmocka_unit_test(each_member_must_be_there_once_and_no_other),
		cmocka_unit_test(a_file_has_a_size_limit),
		cmocka_unit_test(parts_of_two_ksks_do_not_mix),
		cmocka_unit_test(parts_of_two_cmks_do_not_mix),
		cmocka_unit_test(a_policy_sealed_by_another_key_is_found),
		cmocka_unit_test(what_is_cut_off_is_missed),
		cmocka_unit_test(every_byte_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
