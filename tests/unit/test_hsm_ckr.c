/* hsm/ckr.c, mech.c, attr.c: tables */
#include "tests/unit/unit.h"

#include "hsm/attr.h"
#include "hsm/ckr.h"
#include "hsm/mech.h"

static void
test_texts(void **state)
{
	struct error err = ERR_INIT;
	char text[CKR_TEXT_LEN];

	(void)state;
	assert_int_equal(ckr_set(&err, "C_Sign", CKR_PIN_LOCKED), -1);
	assert_string_equal(err.msg, "C_Sign: CKR_PIN_LOCKED (0xa4)");
	assert_int_equal(err.class, ERR_TOKEN);
	assert_int_equal(err.code, CKR_PIN_LOCKED);
	assert_non_null(strstr(err.hint, "security officer"));
	(void)ckr_set(&err, "C_Sign", 0x80000123);
	assert_string_equal(err.msg,
	    "C_Sign: return value 0x80000123 (vendor's own)");
	assert_string_equal(ckr_text(0x777, text), "return value 0x777");
	assert_string_equal(ckr_text(CKR_DEVICE_MEMORY, text),
	    "CKR_DEVICE_MEMORY");
	assert_null(ckr_name(0x777));
}

/* What a user meets and can act on says what to do. */
static void
test_hints(void **state)
{
	static const ck_rv_t rvs[] = { CKR_PIN_INCORRECT, CKR_PIN_LOCKED,
		CKR_PIN_LEN_RANGE, CKR_PIN_INVALID, CKR_PIN_EXPIRED,
		CKR_USER_PIN_NOT_INITIALIZED, CKR_TOKEN_NOT_PRESENT,
		CKR_DEVICE_REMOVED, CKR_DEVICE_ERROR, CKR_DEVICE_MEMORY,
		CKR_MECHANISM_INVALID, CKR_SESSION_COUNT,
		CKR_TOKEN_WRITE_PROTECTED, CKR_SESSION_READ_ONLY,
		CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID,
		CKR_TOKEN_NOT_RECOGNIZED, CKR_KEY_SIZE_RANGE };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rvs); i++) {
		struct error err = ERR_INIT;

		(void)ckr_set(&err, "C_X", rvs[i]);
		if (err.hint[0] == '\0')
			fail_msg("no hint for %s", ckr_name(rvs[i]));
	}
}

static void
test_mending(void **state)
{

	(void)state;
	assert_int_equal(ckr_mend(CKR_PIN_INCORRECT), CKR_MEND_NONE);
	assert_int_equal(ckr_mend(CKR_SESSION_CLOSED), CKR_MEND_SESSION);
	assert_int_equal(ckr_mend(CKR_USER_NOT_LOGGED_IN), CKR_MEND_LOGIN);
	assert_int_equal(ckr_mend(CKR_OBJECT_HANDLE_INVALID),
	    CKR_MEND_HANDLE);
	assert_int_equal(ckr_mend(CKR_DEVICE_REMOVED), CKR_MEND_DEVICE);
	assert_int_equal(ckr_mend(CKR_CRYPTOKI_NOT_INITIALIZED),
	    CKR_MEND_START);
	assert_int_equal(ckr_mend(0x80000001), CKR_MEND_NONE);
	assert_true(ckr_refuses_template(CKR_ATTRIBUTE_TYPE_INVALID));
	assert_false(ckr_refuses_template(CKR_DEVICE_MEMORY));
}

/* ${len} bytes: the prefix, then 1, 2, 3, ... */
static const uint8_t *
value(const char *prefix, size_t n_prefix, size_t len)
{
	static uint8_t bytes[256];
	size_t i;

	memcpy(bytes, prefix, n_prefix);
	for (i = n_prefix; i < len; i++)
		bytes[i] = (uint8_t)(i - n_prefix + 1);
	return bytes;
}

static void
test_points(void **state)
{
	static const struct {
		enum alg	alg;
		const char	*prefix;
		size_t		n_prefix;
		size_t		len;
		bool		ok;
	} rows[] = {
		{ ALG_ECDSAP256SHA256, "\x04\x41\x04", 3, 67, true },
		{ ALG_ECDSAP256SHA256, "\x04", 1, 65, true },
		{ ALG_ECDSAP256SHA256, "\x03\x42\x00\x04", 4, 68, true },
		{ ALG_ECDSAP256SHA256, "\x02", 1, 65, false },
		{ ALG_ECDSAP256SHA256, "\x04\x41\x02", 3, 67, false },
		{ ALG_ECDSAP256SHA256, "\x04\x40\x04", 3, 67, false },
		{ ALG_ECDSAP256SHA256, "", 0, 64, false },
		{ ALG_ECDSAP256SHA256, "", 0, 0, false },
		{ ALG_ECDSAP384SHA384, "\x04\x61\x04", 3, 99, true },
		{ ALG_ECDSAP384SHA384, "\x04", 1, 97, true },
		{ ALG_ED25519, "\x04\x20", 2, 34, true },
		{ ALG_ED25519, "\x03\x21\x00", 3, 35, true },
		{ ALG_ED25519, "", 0, 32, true },
		{ ALG_ED25519, "", 0, 33, false },
	};
	const uint8_t *bytes, *point;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++) {
		bytes = value(rows[i].prefix, rows[i].n_prefix, rows[i].len);
		point = mech_point(mech_find(rows[i].alg), bytes, rows[i].len);
		if (!rows[i].ok)
			assert_null(point);
		else
			assert_ptr_equal(point, bytes + rows[i].n_prefix);
	}
}

static void
test_detect(void **state)
{
	static const uint8_t p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3,
		1, 7 };
	static const uint8_t oid[] = { 6, 3, 0x2b, 0x65, 0x70 };
	static const uint8_t name[] = "\x13\x0c" "edwards25519";

	(void)state;
	assert_int_equal(mech_detect(CKK_EC, p256, sizeof(p256))->alg,
	    ALG_ECDSAP256SHA256);
	assert_int_equal(mech_detect(CKK_EC_EDWARDS, oid, sizeof(oid))->alg,
	    ALG_ED25519);
	assert_int_equal(mech_detect(CKK_EC_EDWARDS, name,
	    sizeof(name) - 1)->alg, ALG_ED25519);
	assert_int_equal(mech_detect(CKK_RSA, NULL, 0)->alg, ALG_RSASHA256);
	assert_null(mech_detect(CKK_EC, oid, sizeof(oid)));
	assert_null(mech_detect(CKK_EC, p256, sizeof(p256) - 1));
	assert_null(mech_detect(CKK_DSA, NULL, 0));
}

static void
test_leak(void **state)
{
	struct hsm_attr attrs[] = {
		{ "public", "CKA_LOCAL", "true", "false", HSM_ATTR_DIFFERS },
		{ "private", "CKA_DERIVE", "false", "true",
		    HSM_ATTR_DIFFERS },
		{ "private", "CKA_EXTRACTABLE", "false", "",
		    HSM_ATTR_UNREADABLE },
		{ "private", "CKA_LOCAL", "true", "true", HSM_ATTR_HELD },
	};
	static const char *const names[] = { "CKA_SENSITIVE",
		"CKA_EXTRACTABLE", "CKA_LOCAL", "CKA_ALWAYS_SENSITIVE",
		"CKA_NEVER_EXTRACTABLE" };
	size_t i;

	(void)state;
	assert_null(attr_leak(attrs, N_OF(attrs)));
	attrs[3].verdict = HSM_ATTR_DIFFERS;
	for (i = 0; i < N_OF(names); i++) {
		attrs[3].name = names[i];
		assert_ptr_equal(attr_leak(attrs, N_OF(attrs)), &attrs[3]);
	}
}

/* DigestInfo of SHA-256 (RFC 8017 s9.2 note 1), and what the others sign. */
static void
test_tbs(void **state)
{
	uint8_t out[MECH_TBS_MAX], digest[CRYPTO_SHA256_LEN];

	(void)state;
	crypto_sha256("abc", 3, digest);
	assert_int_equal(mech_tbs(mech_find(ALG_RSASHA256), "abc", 3, out),
	    51);
	assert_memory_equal(out, "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01"
	    "\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19);
	assert_memory_equal(out + 19, digest, sizeof(digest));
	assert_int_equal(mech_tbs(mech_find(ALG_ECDSAP256SHA256), "abc", 3,
	    out), 32);
	assert_memory_equal(out, digest, sizeof(digest));
	assert_int_equal(mech_tbs(mech_find(ALG_ECDSAP384SHA384), "abc", 3,
	    out), 48);
	assert_int_equal(mech_tbs(mech_find(ALG_ED25519), "abc", 3, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_mending),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_detect),
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_tbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
