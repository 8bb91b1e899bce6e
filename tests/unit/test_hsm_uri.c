/* hsm/uri.c */
#include "tests/unit/unit.h"

#include "hsm/uri.h"

#define MODULE "module-path=/usr/lib/m.so"

static void
test_taken(void **state)
{
	struct error err = ERR_INIT;
	struct hsm_uri uri;

	(void)state;
	unit_ok(hsm_uri_read("pkcs11:token=My%20token;serial=a1%3b;"
	    "manufacturer=Acme;model=X?" MODULE "&pin-source=file:/etc/p%26n",
	    &uri, &err), &err);
	assert_string_equal(uri.token, "My token");
	assert_string_equal(uri.serial, "a1;");
	assert_string_equal(uri.manufacturer, "Acme");
	assert_string_equal(uri.model, "X");
	assert_string_equal(uri.module_path, "/usr/lib/m.so");
	assert_string_equal(uri.pin_source, "file:/etc/p&n");
	unit_ok(hsm_uri_read("pkcs11:serial=1?" MODULE
	    "&pin-source=%7Ccat%20/run/pin", &uri, &err), &err);
	assert_string_equal(uri.token, "");
	assert_string_equal(uri.pin_source, "|cat /run/pin");
	/* all 32 bytes that Cryptoki has */
	unit_ok(hsm_uri_read("pkcs11:token=12345678901234567890123456789012?"
	    MODULE, &uri, &err), &err);
	assert_int_equal(strlen(uri.token), 32);
}

/* Each is refused with this in the message. */
static const struct {
	const char	*text;
	const char	*part;
} refused[] = {
	{ "", "pkcs11:" },
	{ "kmgr", "pkcs11:" },
	{ "file:/etc/pin", "pkcs11:" },
	{ "pkcs11:", "no token named" },
	{ "pkcs11:?" MODULE, "no token named" },
	{ "pkcs11:token=?" MODULE, "no token named" },
	{ "pkcs11:token=%20?" MODULE, "no token named" },
	{ "pkcs11:model=X?" MODULE, "no token named" },
	{ "pkcs11:token=a", "module-path" },
	{ "pkcs11:token=a?pin-source=/p", "module-path" },
	{ "pkcs11:token=a?module-path=", "module-path" },
	{ "pkcs11:token=a?module-path=m.so", "not absolute" },
	{ "pkcs11:token=a?module-path=../m.so", "not absolute" },
	{ "pkcs11:token=a?module-name=m&" MODULE, "\"module-name\"" },
	{ "pkcs11:token=a?pin-value=1234&" MODULE, "pin-source=file:" },
	{ "pkcs11:token=a?pinfile=/p&" MODULE, "pin-source" },
	{ "pkcs11:token=a;slot-id=1?" MODULE, "slot numbers move" },
	{ "pkcs11:slot-id=1?" MODULE, "slot numbers move" },
	{ "pkcs11:token=a;slot-description=b?" MODULE, "not its slot" },
	{ "pkcs11:token=a;slot-manufacturer=b?" MODULE, "not its slot" },
	{ "pkcs11:token=a;object=k?" MODULE, "names an object" },
	{ "pkcs11:token=a;id=%01?" MODULE, "names an object" },
	{ "pkcs11:token=a;type=private?" MODULE, "names an object" },
	{ "pkcs11:token=a;library-version=1.0?" MODULE, "module-path=" },
	{ "pkcs11:token=a;token=b?" MODULE, "stands twice" },
	{ "pkcs11:token=a;serial=1;serial=1?" MODULE, "stands twice" },
	{ "pkcs11:token=a?" MODULE "&" MODULE, "stands twice" },
	{ "pkcs11:token=a?" MODULE "&pin-source=/a&pin-source=/b",
	    "stands twice" },
	{ "pkcs11:token=a;tokens=b?" MODULE, "unknown attribute \"tokens\"" },
	{ "pkcs11:Token=a?" MODULE, "unknown attribute \"Token\"" },
	{ "pkcs11:token=a?" MODULE "&x-vendor=1", "unknown attribute" },
	{ "pkcs11:token=a;?" MODULE "&=1", "unknown attribute \"\"" },
	{ "pkcs11:token?" MODULE, "NAME=VALUE" },
	{ "pkcs11:token=a b?" MODULE, "%20" },
	{ "pkcs11:token=a?" MODULE "\n", "blank or control" },
	{ "pkcs11:token=a\t?" MODULE, "blank or control" },
	{ "pkcs11:token=a%00b?" MODULE, "%00" },
	{ "pkcs11:token=a?module-path=/m.so%00x", "%00" },
	{ "pkcs11:token=%zz?" MODULE, "token URI: " },
	{ "pkcs11:token=a%2?" MODULE, "token URI: " },
	{ "pkcs11:token=123456789012345678901234567890123?" MODULE,
	    "longer than" },
	{ "pkcs11:serial=12345678901234567?" MODULE, "longer than" },
};

static void
test_refused(void **state)
{
	struct error err = ERR_INIT;
	struct hsm_uri uri;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(refused); i++) {
		memset(&uri, 0x55, sizeof(uri));
		unit_fails(hsm_uri_read(refused[i].text, &uri, &err), &err,
		    ERR_CONFIG, refused[i].part);
		assert_string_equal(uri.token, "");
		assert_string_equal(uri.module_path, "");
	}
}

/* A PIN in its wrong place is not shown to the next one who looks. */
static void
test_no_pin_in_message(void **state)
{
	static const char *const texts[] = {
		"pkcs11:token=a?pin-value=271828&" MODULE,
		"pkcs11:token=a;pin-value=271828?" MODULE,
		"pkcs11:token=a?" MODULE "&271828",
		"pkcs11:token=a?" MODULE "&pin-source=|echo 271828",
	};
	struct error err = ERR_INIT;
	struct hsm_uri uri;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(texts); i++) {
		assert_int_equal(hsm_uri_read(texts[i], &uri, &err), -1);
		assert_null(strstr(err.msg, "271828"));
		assert_null(strstr(err.hint, "271828"));
		err_clear(&err);
	}
}

static void
test_long(void **state)
{
	char text[2048] = "pkcs11:token=a?module-path=/";
	struct error err = ERR_INIT;
	struct hsm_uri uri;

	(void)state;
	memset(text + strlen(text), 'x', 600);
	unit_fails(hsm_uri_read(text, &uri, &err), &err, ERR_CONFIG,
	    "module-path is longer than 511");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_pin_in_message),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
