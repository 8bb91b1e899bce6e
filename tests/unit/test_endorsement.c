/* Endorsement files: each lie in one is found by the check that is for it. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/endorsed.h"

#define ZERO_HASH \
	"0000000000000000000000000000000000000000000000000000000000000000"

static struct json *
value_of(const char *text)
{
	struct error err = ERR_INIT;
	struct json *array = NULL, *value;
	char *wrapped = mem_printf("[%s]", text);

	unit_ok(json_read(wrapped, strlen(wrapped), &array, &err), &err);
	value = json_copy_of(json_at(array, 0));
	json_free(array);
	free(wrapped);
	return value;
}

/* A copy of the object with the member set to the JSON text, or without it. */
static struct json *
with(const struct json *object, const char *key, const char *text)
{
	struct json *copy = json_new_object();
	const char *name = NULL;

	while ((name = json_next_key(object, name)) != NULL)
		if (strcmp(name, key) != 0)
			json_put_take(copy, name,
			    json_copy_of(json_get(object, name)));
	if (text != NULL)
		json_put_take(copy, key, value_of(text));
	return copy;
}

static void
assert_failed(const struct json *file, const struct crypto_key *pinned,
    const char *expected, const char *what)
{
	char failed[1024];

	endorsed_failed(file, pinned, failed);
	if (strcmp(failed, expected) != 0)
		fail_msg("%s: failed \"%s\", expected \"%s\"", what, failed,
		    expected);
}

/* One member of a statement, signed again by the CMK itself. */
static void
resigned(const struct endorsed *e, const char *part, const char *key,
    const char *value, const char *expected)
{
	struct json *file = endorsed_file(e), *statement, *changed;

	statement = endorsed_statement(file, part);
	changed = with(statement, key, value);
	endorsed_put(e, file, part, changed);
	assert_failed(file, e->cmk.public, expected, key);
	json_free(changed);
	json_free(statement);
	json_free(file);
}

/* --- what is exported passes ---------------------------------------------- */

static void
what_is_exported_passes(void **state)
{
	static const char *const policies[] = {
		ENDORSED_ZONES,
		ENDORSED_ZONES "custody: shared\n",
		ENDORSED_ZONES "seal: compliance\n",
		ENDORSED_ZONES "ksk: { algorithm: ed25519 }\n",
		ENDORSED_ZONES "ksk: { algorithm: ecdsap384sha384 }\n",
		ENDORSED_ZONES "ksk: { algorithm: rsasha256 }\n",
		ENDORSED_ZONES "ds: { digest-types: [sha-384] }\n",
		ENDORSED_ZONES "ds: { digest-types: [sha-256, sha-384] }\n",
		"version: 1\nzones: [\".\"]\n",
	};
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	struct error err = ERR_INIT;
	struct endorsed *e;
	size_t i, k;

	(void)state;
	for (i = 0; i < N_OF(policies); i++) {
		e = endorsed_new(i == 1 ? ENDORSED_RSA3072 : ENDORSED_P256,
		    policies[i], "a.example.");
		unit_ok(endorsement_verify(buf_text(&e->file), e->file.len,
		    e->cmk.public, &report, &err), &err);
		for (k = 0; k < report.n; k++)
			if (report.checks[k].verdict != ENDORSEMENT_PASS)
				fail_msg("%zu: %s: %s", i, report.checks[k].id,
				    report.checks[k].detail);
		assert_true(report.n >= 27);
		assert_non_null(strstr(report.title, "KSK a.example./"));
		assert_string_equal(json_get_text(report.statement, "zone"),
		    "a.example.");
		endorsement_report_clear(&report);
		endorsed_free(e);
	}
}

static void
without_a_pin_the_file_vouches_for_itself(void **state)
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	const struct endorsement_check *check;
	char fingerprint[ENDORSEMENT_HEX_TEXT];
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(endorsement_verify(buf_text(&e->file), e->file.len, NULL,
	    &report, &err), &err);
	assert_int_equal(report.n_failed, 0);
	check = endorsed_find(&report, "cmk-public-key");
	assert_int_equal(check->verdict, ENDORSEMENT_NOT_PINNED);
	(void)endorsement_fingerprint(e->cmk.public, fingerprint);
	assert_non_null(strstr(check->detail, fingerprint));
	assert_string_equal(report.fingerprint, fingerprint);
	endorsement_report_clear(&report);
	endorsed_free(e);
}

static void
only_keys_that_a_cmk_has_are_taken(void **state)
{
	static const struct {
		enum endorsed_kind kind;
		const char *failed;
	} rows[] = {
		{ ENDORSED_RSA2048, "cmk-key-kind" },
		{ ENDORSED_ED25519, "cmk-key-kind" },
		{ ENDORSED_P384, "endorsement-signature cmk-key-kind "
		    "seal-signature" },
	};
	struct json *file;
	struct endorsed *e, *good;
	struct buf pem = BUF_INIT;
	size_t i;

	(void)state;
	good = endorsed_new(ENDORSED_P256, ENDORSED_ZONES, "example.com.");
	for (i = 0; i < N_OF(rows); i++) {
		e = endorsed_new(rows[i].kind, ENDORSED_ZONES, "example.com.");
		/* Nothing was exported: the file is put together by hand. */
		assert_int_equal(e->file.len, 0);
		file = endorsed_file(good);
		crypto_key_pem(e->cmk.public, &pem);
		json_put_text(file, "endorsement", e->ksk.row.endorsement);
		json_put_text(file, "endorsement_signature",
		    e->ksk.row.endorsement_signature);
		json_put_text(file, "seal", e->cmk.row.seal);
		json_put_text(file, "seal_signature",
		    e->cmk.row.seal_signature);
		json_put_text(file, "cmk_public_key", buf_text(&pem));
		assert_failed(file, e->cmk.public, rows[i].failed, "kind");
		json_free(file);
		buf_free(&pem);
		endorsed_free(e);
	}
	endorsed_free(good);
}

/* --- what the CMK itself would have signed wrongly ------------------------ */

static void
each_member_has_its_check(void **state)
{
	static const struct {
		const char *part, *key, *value, *failed;
	} rows[] = {
		{ "endorsement", "zone", "\"example.org.\"", "zone ds" },
		{ "endorsement", "zone", "\"example.\"", "zone ds" },
		{ "endorsement", "zone", "\"EXAMPLE.com.\"", "zone" },
		{ "endorsement", "zone", "\"b.example.\"", "ds" },
		{ "endorsement", "zone", "\"a..example.\"", "zone ds" },
		{ "endorsement", "zone", "1", "zone ds" },
		{ "endorsement", "zone", NULL, "endorsement-form zone ds" },
		{ "endorsement", "key_tag", "1", "key-tag" },
		{ "endorsement", "key_tag", "\"1\"", "key-tag" },
		{ "endorsement", "revoked_key_tag", "1", "revoked-key-tag" },
		{ "endorsement", "custody", "\"shared\"", "custody" },
		{ "endorsement", "policy_hash", "\"" ZERO_HASH "\"",
		    "policy-hash seal-policy" },
		{ "endorsement", "cmk_id", "\"0\"", "seal-cmk" },
		{ "endorsement", "cmk_public_key", "\"MFkw\"",
		    "embedded-key" },
		{ "endorsement", "ledger_seq", "2", "seal-order" },
		{ "endorsement", "ledger_seq", "3", "seal-order" },
		{ "endorsement", "ledger_seq", "4", "" },
		{ "endorsement", "ledger_seq", "\"4\"", "seal-order" },
		{ "endorsement", "token", NULL, "endorsement-form" },
		{ "endorsement", "created_at", NULL, "endorsement-form" },
		{ "endorsement", "more", "1", "" },
		{ "endorsement", "ds", "[]", "ds" },
		{ "endorsement", "ds", "\"x\"", "ds" },
		{ "endorsement", "ds", "[1]", "ds" },
		{ "endorsement", "dnskey", "\"257 3 13 AAAA\"",
		    "dnskey-form key-tag revoked-key-tag ds" },
		{ "endorsement", "dnskey", "\"257 3 13\"", "dnskey-form "
		    "dnskey-algorithm dnskey-flags dnskey-protocol key-tag "
		    "revoked-key-tag ds" },
		{ "seal", "cmk_id", "\"0\"", "seal-cmk" },
		{ "seal", "policy_hash", "\"" ZERO_HASH "\"", "seal-policy" },
		{ "seal", "ledger_seq", "8", "seal-order" },
		{ "seal", "ledger_seq", "7", "seal-order" },
		{ "seal", "sealed_at", NULL, "seal-form" },
	};
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++)
		resigned(e, rows[i].part, rows[i].key, rows[i].value,
		    rows[i].failed);
	endorsed_free(e);
}

/* The DNSKEY with another first part: flags, protocol, algorithm. */
static void
each_field_of_the_dnskey_has_its_check(void **state)
{
	static const struct {
		const char *head, *failed;
	} rows[] = {
		{ "256 3 13", "dnskey-flags key-tag revoked-key-tag ds" },
		/* Revoked: the revoked tag is the one it has anyway. */
		{ "385 3 13", "dnskey-flags key-tag ds" },
		{ "257 2 13", "dnskey-protocol key-tag revoked-key-tag ds" },
		{ "257 3 15", "dnskey-form dnskey-algorithm key-tag "
		    "revoked-key-tag ds" },
		{ "257 3 5", "dnskey-form dnskey-algorithm key-tag "
		    "revoked-key-tag ds" },
		{ "257 3 ECDSAP256SHA256", "dnskey-form" },
		{ "257  3 13", "dnskey-form" },
	};
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct buf text = BUF_INIT;
	char *value;
	size_t i;

	(void)state;
	dnskey_text(&e->ksk.dnskey, &text);
	for (i = 0; i < N_OF(rows); i++) {
		value = mem_printf("\"%s%s\"", rows[i].head,
		    buf_text(&text) + strlen("257 3 13"));
		resigned(e, "endorsement", "dnskey", value, rows[i].failed);
		free(value);
	}
	buf_free(&text);
	endorsed_free(e);
}

static void
rsa_keys_have_the_size_that_the_policy_says(void **state)
{
	struct endorsed *small = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "ksk: { algorithm: rsasha256 }\n", "example.com.");
	struct endorsed *large = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "ksk: { algorithm: rsasha256, rsa-bits: 3072 }\n", "example.com.");
	struct json *statement, *file = endorsed_file(small);
	struct json *theirs = endorsed_file(large), *changed;

	(void)state;
	statement = endorsed_statement(theirs, "endorsement");
	changed = with(statement, "policy_hash", "\"" ZERO_HASH "\"");
	endorsed_put(small, file, "endorsement", changed);
	assert_failed(file, small->cmk.public, "embedded-key policy-hash "
	    "seal-cmk seal-policy dnskey-algorithm", "rsa-bits");
	json_free(changed);
	json_free(statement);
	json_free(theirs);
	json_free(file);
	endorsed_free(small);
	endorsed_free(large);
}

static void
all_ds_are_recomputed_and_none_may_miss(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "ds: { digest-types: [sha-256, sha-384] }\n", "example.com.");
	struct json *file = endorsed_file(e), *list, *statement;
	const char *ds[2];
	char *value;
	size_t i;

	(void)state;
	statement = endorsed_statement(file, "endorsement");
	list = json_get(statement, "ds");
	assert_int_equal(json_len(list), 2);
	for (i = 0; i < 2; i++)
		ds[i] = json_text(json_at(list, i));
	/* Any order, where the CMK signed it. */
	value = mem_printf("[\"%s\", \"%s\"]", ds[1], ds[0]);
	resigned(e, "endorsement", "ds", value, "");
	free(value);
	for (i = 0; i < 2; i++) {
		value = mem_printf("[\"%s\"]", ds[i]);
		resigned(e, "endorsement", "ds", value, "ds");
		free(value);
		value = mem_printf("[\"%s\", \"%s\", \"%s0\"]", ds[0], ds[1],
		    ds[i]);
		resigned(e, "endorsement", "ds", value, "ds");
		free(value);
	}
	json_free(statement);
	json_free(file);
	endorsed_free(e);
}

/* --- attributes ----------------------------------------------------------- */

/* One attribute changed, and not_held set, in a statement signed again. */
static void
attribute(const struct endorsed *e, const char *name, const char *value,
    const char *not_held, enum endorsement_verdict verdict)
{
	struct json *file = endorsed_file(e), *statement, *attributes, *all;
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	const struct endorsement_check *check;
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	char *id = mem_printf("private-%s", name), *list;

	statement = endorsed_statement(file, "endorsement");
	attributes = json_get(statement, "attributes");
	all = with(json_get(attributes, "private"), name, value);
	json_put_take(attributes, "private", all);
	list = not_held == NULL ? mem_strdup("[]") :
	    mem_printf("[{\"half\":\"private\",\"name\":\"%s\",\"asked\":\"x\","
	    "\"verdict\":\"%s\"}]", name, not_held);
	json_put_take(attributes, "not_held", value_of(list));
	endorsed_put(e, file, "endorsement", statement);
	json_pretty(file, &text);
	unit_ok(endorsement_verify(buf_text(&text), text.len, e->cmk.public,
	    &report, &err), &err);
	check = endorsed_find(&report, id);
	if (check->verdict != verdict)
		fail_msg("%s %s, not_held %s: %s: %s", name, value, not_held,
		    endorsement_verdict_name(check->verdict), check->detail);
	assert_int_equal(report.n_failed, verdict == ENDORSEMENT_FAIL);
	endorsement_report_clear(&report);
	buf_free(&text);
	json_free(statement);
	json_free(file);
	free(list);
	free(id);
}

#define TRUE  "\"true\""
#define FALSE "\"false\""

static void
attributes_are_judged_by_what_secrecy_needs(void **state)
{
	static const struct {
		const char *name, *value, *not_held;
		enum endorsement_verdict verdict;
	} rows[] = {
		/* Without these the value can leave: they must be told. */
		{ "CKA_SENSITIVE", TRUE, NULL, ENDORSEMENT_PASS },
		{ "CKA_SENSITIVE", FALSE, NULL, ENDORSEMENT_FAIL },
		{ "CKA_SENSITIVE", FALSE, "differs", ENDORSEMENT_FAIL },
		{ "CKA_SENSITIVE", NULL, "unreadable", ENDORSEMENT_FAIL },
		{ "CKA_SENSITIVE", NULL, NULL, ENDORSEMENT_FAIL },
		{ "CKA_SENSITIVE", "true", NULL, ENDORSEMENT_FAIL },
		{ "CKA_SENSITIVE", TRUE, "differs", ENDORSEMENT_FAIL },
		{ "CKA_EXTRACTABLE", TRUE, "differs", ENDORSEMENT_FAIL },
		{ "CKA_EXTRACTABLE", NULL, "unreadable", ENDORSEMENT_FAIL },
		{ "CKA_EXTRACTABLE", NULL, NULL, ENDORSEMENT_FAIL },
		/* With these otherwise the value was outside. */
		{ "CKA_LOCAL", FALSE, "differs", ENDORSEMENT_FAIL },
		{ "CKA_LOCAL", NULL, "unreadable", ENDORSEMENT_NOT_TOLD },
		{ "CKA_LOCAL", NULL, NULL, ENDORSEMENT_FAIL },
		{ "CKA_ALWAYS_SENSITIVE", FALSE, "differs", ENDORSEMENT_FAIL },
		{ "CKA_ALWAYS_SENSITIVE", NULL, "unreadable",
		    ENDORSEMENT_NOT_TOLD },
		{ "CKA_NEVER_EXTRACTABLE", FALSE, NULL, ENDORSEMENT_FAIL },
		{ "CKA_NEVER_EXTRACTABLE", NULL, "unreadable",
		    ENDORSEMENT_NOT_TOLD },
		{ "CKA_NEVER_EXTRACTABLE", NULL, NULL, ENDORSEMENT_FAIL },
		/* All else is advice, but no lie. */
		{ "CKA_MODIFIABLE", TRUE, "differs", ENDORSEMENT_NOT_HELD },
		{ "CKA_MODIFIABLE", TRUE, "left-out", ENDORSEMENT_NOT_HELD },
		{ "CKA_MODIFIABLE", TRUE, NULL, ENDORSEMENT_FAIL },
		{ "CKA_MODIFIABLE", FALSE, "differs", ENDORSEMENT_FAIL },
		{ "CKA_COPYABLE", NULL, "unreadable", ENDORSEMENT_NOT_TOLD },
		{ "CKA_COPYABLE", NULL, NULL, ENDORSEMENT_NOT_TOLD },
		{ "CKA_ALLOWED_MECHANISMS", "\"any\"", "left-out",
		    ENDORSEMENT_NOT_HELD },
		{ "CKA_ALLOWED_MECHANISMS", "\"CKM_RSA_PKCS\"", NULL,
		    ENDORSEMENT_FAIL },
		/* What another version asked for is shown. */
		{ "CKA_NEW", TRUE, "differs", ENDORSEMENT_NOT_HELD },
	};
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++)
		attribute(e, rows[i].name, rows[i].value, rows[i].not_held,
		    rows[i].verdict);
	endorsed_free(e);
}

static void
attributes_must_be_there(void **state)
{
	static const char *const guards = "private-CKA_SENSITIVE "
	    "private-CKA_EXTRACTABLE private-CKA_LOCAL "
	    "private-CKA_ALWAYS_SENSITIVE private-CKA_NEVER_EXTRACTABLE "
	    "attributes";
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct buf many = BUF_INIT;
	char *expected;
	size_t i;

	(void)state;
	expected = mem_printf("endorsement-form %s", guards);
	resigned(e, "endorsement", "attributes", NULL, expected);
	free(expected);
	resigned(e, "endorsement", "attributes", "{}", guards);
	resigned(e, "endorsement", "attributes", "[]", guards);
	resigned(e, "endorsement", "attributes", "{\"private\": [], "
	    "\"not_held\": {}}", guards);
	for (i = 0; i < 65; i++)
		buf_printf(&many, "%s1", i == 0 ? "{\"not_held\": [" : ",");
	buf_printf(&many, "]}");
	resigned(e, "endorsement", "attributes", buf_text(&many), guards);
	buf_free(&many);
	endorsed_free(e);
}

static void
a_wrapped_key_is_never_local(void **state)
{
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "custody: wrapped\n", "example.com.");

	(void)state;
	resigned(e, "endorsement", "more", "1", "");
	resigned(e, "endorsement", "attributes", "{\"private\": "
	    "{\"CKA_SENSITIVE\": \"true\", \"CKA_EXTRACTABLE\": \"true\"}, "
	    "\"not_held\": []," ENDORSED_SECRET "}",
	    "private-CKA_EXTRACTABLE");
	resigned(e, "endorsement", "attributes", "{\"not_held\":[],"
	    ENDORSED_UNWRAPPED "}", "wrapping-key");
	endorsed_free(e);
}

/* Which blob, and which key opens it, is signed by CMK and seal alike. */
static void
a_wrapped_key_is_bound(void **state)
{
	static const char other[] = "[{\"key_id\":\""
	    "ffeeddccbbaa99887766554433221100\",\"attributes\":"
	    "{\"not_held\":[]," ENDORSED_SECRET "}}]";
	static const char open[] = "[{\"key_id\":\"" ENDORSED_WRAP_KEY "\","
	    "\"attributes\":{\"not_held\":[],\"secret\":{}}}]";
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES
	    "custody: wrapped\n", "example.com.");
	struct endorsed *token = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");

	(void)state;
	resigned(e, "endorsement", "wrapped_key_sha256", NULL, "wrapped-key");
	resigned(e, "endorsement", "wrapped_key_sha256", "\"00\"",
	    "wrapped-key");
	resigned(e, "endorsement", "wrap_key_id", NULL, "wrapped-key");
	resigned(e, "endorsement", "wrap_key_id",
	    "\"ffeeddccbbaa99887766554433221100\"", "wrapped-key");
	resigned(e, "seal", "wrapping_keys", NULL,
	    "wrapped-key wrapping-key");
	resigned(e, "seal", "wrapping_keys", other, "wrapped-key");
	resigned(e, "seal", "wrapping_keys", open, "wrapping-key");
	resigned(token, "endorsement", "wrap_key_id",
	    "\"" ENDORSED_WRAP_KEY "\"", "wrapped-key");
	resigned(token, "seal", "wrapping_keys", ENDORSED_WRAPPING,
	    "wrapped-key");
	endorsed_free(token);
	endorsed_free(e);
}

/* A terminal is not to obey what stands in a file. */
static void
nothing_in_a_file_reaches_the_terminal(void **state)
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	struct endorsed *e = endorsed_new(ENDORSED_P256, ENDORSED_ZONES,
	    "example.com.");
	struct json *file = endorsed_file(e), *statement;
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	statement = endorsed_statement(file, "endorsement");
	json_put_text(statement, "zone", "\x1b[31m\n\xc2\x9b.example.");
	json_put_text(statement, "custody", "\x1b]0;x\x07");
	json_put_take(json_get(statement, "attributes"), "not_held",
	    value_of("[{\"half\": \"\\u001b\", \"name\": \"\\u009b\"}]"));
	endorsed_put(e, file, "endorsement", statement);
	json_pretty(file, &text);
	unit_ok(endorsement_verify(buf_text(&text), text.len, NULL, &report,
	    &err), &err);
	assert_null(strpbrk(report.title, "\x1b\n\x07"));
	for (i = 0; i < report.n; i++) {
		assert_null(strpbrk(report.checks[i].id, "\x1b\n\x07"));
		assert_null(strpbrk(report.checks[i].detail, "\x1b\n\x07"));
		assert_null(strstr(report.checks[i].detail, "\xc2\x9b"));
	}
	endorsement_report_clear(&report);
	buf_free(&text);
	json_free(statement);
	json_free(file);
	endorsed_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_exported_passes),
		cmocka_unit_test(without_a_pin_the_file_vouches_for_itself),
		cmocka_unit_test(only_keys_that_a_cmk_has_are_taken),
		cmocka_unit_test(each_member_has_its_check),
		cmocka_unit_test(each_field_of_the_dnskey_has_its_check),
		cmocka_unit_test(rsa_keys_have_the_size_that_the_policy_says),
		cmocka_unit_test(all_ds_are_recomputed_and_none_may_miss),
		cmocka_unit_test(attributes_are_judged_by_what_secrecy_needs),
		cmocka_unit_test(attributes_must_be_there),
		cmocka_unit_test(a_wrapped_key_is_never_local),
		cmocka_unit_test(a_wrapped_key_is_bound),
		cmocka_unit_test(nothing_in_a_file_reaches_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
