/* kmgr/engine/config.c: what is read; what is refused, tests/fixtures says */
#include "tests/unit/unit.h"

#include "kmgr/engine/config.h"

#define BASE "store: sqlite:/k.db\n" \
	"tokens: { main: 'pkcs11:token=t?module-path=/m.so' }\n"
#define HEX_A "00112233445566778899aabbccddeeff" \
	"0123456789abcdef0123456789abcdef"
#define HEX_B "ffffffffffffffffffffffffffffffff" \
	"ffffffffffffffffffffffffffffffff"

static struct config *
parse(const char *text)
{
	struct config *config = NULL;
	struct error err = ERR_INIT;

	unit_ok(config_parse(text, strlen(text), "k.yaml", &config, &err),
	    &err);
	return config;
}

static void
nothing_but_what_must_be(void **state)
{
	struct config *config = parse(BASE);

	(void)state;
	assert_string_equal(config->store, "sqlite:/k.db");
	assert_int_equal(config->n_tokens, 1);
	assert_false(config->witnesses.has_syslog);
	assert_null(config->witnesses.file);
	assert_null(config->witnesses.command);
	assert_int_equal(config->n_pins, 0);
	assert_null(config_pin(config, "prod"));
	config_free(config);
}

static void
witnesses(void **state)
{
	struct config *config = parse(BASE
	    "witnesses:\n  command: [/bin/tell, --to, 'a b', '']\n"
	    "  syslog: true\n  file: /var/log/heads\n");
	char **word = config->witnesses.command;

	(void)state;
	assert_true(config->witnesses.has_syslog);
	assert_string_equal(config->witnesses.file, "/var/log/heads");
	assert_string_equal(word[0], "/bin/tell");
	assert_string_equal(word[1], "--to");
	assert_string_equal(word[2], "a b");
	assert_string_equal(word[3], "");
	assert_null(word[4]);
	config_free(config);
	config = parse(BASE "witnesses: { syslog: false }\n");
	assert_false(config->witnesses.has_syslog);
	config_free(config);
	config_free(parse(BASE "witnesses: {}\npins: {}\n"));
}

static void
pins(void **state)
{
	struct config *config = parse(BASE "pins:\n  prod: " HEX_A
	    "\n  0123456789abcdef0123456789abcdef: " HEX_B "\n");
	const struct config_pin *pin = config_pin(config, "prod");

	(void)state;
	assert_int_equal(config->n_pins, 2);
	assert_non_null(pin);
	assert_string_equal(pin->name, "prod");
	assert_memory_equal(pin->sha256, "\x00\x11\x22\x33\x44\x55\x66\x77"
	    "\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x01\x23\x45\x67\x89\xab\xcd\xef"
	    "\x01\x23\x45\x67\x89\xab\xcd\xef", 32);
	pin = config_pin(config, "0123456789abcdef0123456789abcdef");
	assert_non_null(pin);
	assert_int_equal(pin->sha256[31], 0xff);
	assert_null(config_pin(config, "PROD"));
	assert_null(config_pin(config, "pro"));
	assert_null(config_pin(config, ""));
	config_free(config);
}

/* The hint names the keys of the map that the unknown one stands in. */
static void
unknown_keys(void **state)
{
	struct config *config = NULL;
	struct error err = ERR_INIT;
	const char *text = BASE "witnesses: { sylog: true }\n";

	(void)state;
	assert_int_equal(config_parse(text, strlen(text), "k.yaml", &config,
	    &err), -1);
	assert_string_equal(err.hint, "the keys are: syslog, file, command");
	unit_fails(-1, &err, ERR_CONFIG, "k.yaml:3: witnesses.sylog: unknown key");
	text = BASE "pin: {}\n";
	assert_int_equal(config_parse(text, strlen(text), "k.yaml", &config,
	    &err), -1);
	assert_string_equal(err.hint,
	    "the keys are: store, tokens, witnesses, pins, tsig, zones, "
	    "hooks, resolver, check");
	assert_null(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_what_must_be),
		cmocka_unit_test(witnesses),
		cmocka_unit_test(pins),
		cmocka_unit_test(unknown_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
