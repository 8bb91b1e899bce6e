/* kmgr/engine/config.c: what is read; what is refused, tests/fixtures says */
#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/engine/config.h"
#include "kmgr/engine/config_check.h"

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
	unit_fails(-1, &err, ERR_CONFIG,
	    "k.yaml:3: witnesses.sylog: unknown key");
	text = BASE "pin: {}\n";
	assert_int_equal(config_parse(text, strlen(text), "k.yaml", &config,
	    &err), -1);
	assert_string_equal(err.hint,
	    "the keys are: store, tokens, witnesses, pins, tsig, zones, "
	    "hooks, resolver, check, performance");
	assert_null(config);
}

#define ZONE_ALL BASE \
	"zones:\n" \
	"  Example.COM:\n" \
	"    source: { primary: '192.0.2.1:5300', tsig: Zsk,\n" \
	"      transfer: true }\n" \
	"    publish:\n" \
	"      directory: /out\n" \
	"      update: { primary: '2001:DB8::0:1@5301', tsig: zsk. }\n" \
	"      command: [/bin/put, '', b c]\n" \
	"    parent: { servers: ['[::1]:54', 192.0.2.9], zone: COM,\n" \
	"      check-interval: 5s, quorum: 2 }\n" \
	"    timing: { dnskey-ttl: 1, publish-safety: 2s,\n" \
	"      retire-safety: PT3S, zone-propagation-delay: 4,\n" \
	"      max-zone-ttl: 1d5s, parent-ds-ttl: 6,\n" \
	"      parent-propagation-delay: 7,\n" \
	"      parent-registration-delay: 1w }\n" \
	"    servers: ['[2001:db8::2]']\n" \
	"tsig: { zsk: { algorithm: hmac-sha384, secret-file: /k } }\n"

static void
server_is(const struct config_server *server, const char *address,
    unsigned int port)
{

	assert_non_null(server);
	assert_string_equal(server->address, address);
	assert_int_equal(server->port, port);
}

/* The section tsig may stand behind the zones that name its keys. */
static void
zone_with_all_keys(void **state)
{
	struct config *config = parse(ZONE_ALL);
	const struct config_zone *zone = config_zone(config, "example.com.");

	(void)state;
	assert_non_null(zone);
	assert_string_equal(zone->name, "example.com.");
	assert_int_equal(zone->line, 5);
	server_is(zone->source.primary, "192.0.2.1", 5300);
	assert_string_equal(zone->source.tsig, "zsk.");
	assert_true(zone->source.transfer);
	assert_null(zone->source.file);
	assert_null(zone->source.command);
	assert_string_equal(zone->publish.directory, "/out");
	server_is(zone->publish.update, "2001:db8::1", 5301);
	assert_string_equal(zone->publish.tsig, "zsk.");
	assert_string_equal(zone->publish.command[0], "/bin/put");
	assert_string_equal(zone->publish.command[1], "");
	assert_string_equal(zone->publish.command[2], "b c");
	assert_null(zone->publish.command[3]);
	assert_int_equal(zone->parent.n_servers, 2);
	server_is(&zone->parent.servers[0], "::1", 54);
	server_is(&zone->parent.servers[1], "192.0.2.9", 53);
	assert_string_equal(zone->parent.zone, "com.");
	assert_int_equal(zone->parent.check_interval_s, 5);
	assert_int_equal(zone->parent.quorum, 2);
	assert_int_equal(zone->n_servers, 1);
	server_is(&zone->servers[0], "2001:db8::2", 53);
	config_free(config);
}

static void
each_wait_has_its_key(void **state)
{
	struct config *config = parse(ZONE_ALL);
	const struct config_timing *timing =
	    &config_zone(config, "example.com.")->timing;

	(void)state;
	assert_int_equal(timing->dnskey_ttl_s, 1);
	assert_int_equal(timing->publish_safety_s, 2);
	assert_int_equal(timing->retire_safety_s, 3);
	assert_int_equal(timing->zone_propagation_delay_s, 4);
	assert_int_equal(timing->max_zone_ttl_s, 86405);
	assert_int_equal(timing->parent_ds_ttl_s, 6);
	assert_int_equal(timing->parent_propagation_delay_s, 7);
	assert_int_equal(timing->parent_registration_delay_s, 604800);
	config_free(config);
}

static void
tsig_keys(void **state)
{
	struct config *config = parse(BASE "tsig:\n"
	    "  b: { algorithm: hmac-sha512, secret-file: /b }\n"
	    "  c.example: { algorithm: hmac-sha256, secret-file: /c }\n"
	    "  A: { algorithm: hmac-sha384, secret-file: /a }\n");
	const struct config_tsig *tsig = config_tsig(config, "a");

	(void)state;
	assert_non_null(tsig);
	assert_string_equal(tsig->name, "a.");
	assert_string_equal(tsig->algorithm, "hmac-sha384");
	assert_string_equal(tsig->secret_file, "/a");
	assert_string_equal(config_tsig(config, "B.")->secret_file, "/b");
	assert_string_equal(config_tsig(config, "c.Example")->secret_file,
	    "/c");
	assert_null(config_tsig(config, "c"));
	assert_null(config_tsig(config, "no name"));
	config_free(config);
}

static void
hooks_and_resolver(void **state)
{
	struct config *config = parse(BASE
	    "hooks: { ds-add: [/a], ds-remove: [/r], ds-reminder: [/m, x],\n"
	    "  zone-publish: [/p], timeout: 5s, reminder-interval: 1h }\n"
	    "resolver: { servers: ['127.0.0.1@5353'], trust-anchor: /ta,\n"
	    "  port: 5354, timeout: 2s }\n");

	(void)state;
	assert_string_equal(config->hooks.ds_add[0], "/a");
	assert_string_equal(config->hooks.ds_remove[0], "/r");
	assert_string_equal(config->hooks.ds_reminder[1], "x");
	assert_string_equal(config->hooks.zone_publish[0], "/p");
	assert_int_equal(config->hooks.timeout_s, 5);
	assert_int_equal(config->hooks.reminder_s, 3600);
	assert_int_equal(config->resolver.n_servers, 1);
	server_is(&config->resolver.servers[0], "127.0.0.1", 5353);
	assert_string_equal(config->resolver.trust_anchor, "/ta");
	assert_int_equal(config->resolver.port, 5354);
	assert_int_equal(config->resolver.timeout_s, 2);
	config_free(config);
}

static void
performance(void **state)
{
	struct config *config = parse(BASE
	    "performance: { sessions: 256, workers: 64, call-timeout: 1s }\n");

	(void)state;
	assert_int_equal(config->performance.sessions, 256);
	assert_int_equal(config->performance.workers, 64);
	assert_int_equal(config->performance.call_timeout_s, 1);
	config_free(config);
	config = parse(BASE "performance: { call-timeout: 1d }\n");
	assert_int_equal(config->performance.call_timeout_s, 86400);
	config_free(config);
	config = parse(BASE "performance: { sessions: auto, workers: 1 }\n");
	assert_int_equal(config->performance.sessions, 0);
	assert_int_equal(config->performance.workers, 1);
	config_free(config);
}

static void
defaults(void **state)
{
	struct config *config = parse(BASE "zones: { a: {} }\n");

	(void)state;
	assert_null(config->hooks.ds_add);
	assert_int_equal(config->hooks.timeout_s, 60);
	assert_int_equal(config->hooks.reminder_s, 86400);
	assert_int_equal(config->resolver.n_servers, 0);
	assert_int_equal(config->resolver.port, 53);
	assert_int_equal(config->resolver.timeout_s, 5);
	assert_int_equal(config->zones[0].parent.check_interval_s, 60);
	assert_int_equal(config->zones[0].parent.quorum, 0);
	assert_int_equal(config->performance.sessions, 0);
	assert_int_equal(config->performance.workers, 0);
	assert_int_equal(config->performance.call_timeout_s, 600);
	assert_null(config_zone(config, "b."));
	assert_null(config_tsig(config, "b."));
	config_free(config);
	config = parse(BASE);
	assert_null(config_zone(config, "a."));
	config_free(config);
}

static void
thresholds(void **state)
{
	struct config *config = parse(BASE "check: { coverage-warning: 6d,\n"
	    "  waiting-critical: 1d, lateness-critical: 2h }\n");

	(void)state;
	assert_int_equal(config->n_thresholds, 3);
	assert_int_equal(config_check_s(config, "coverage-warning"),
	    6 * 86400);
	assert_int_equal(config_check_s(config, "coverage-critical"),
	    CONFIG_CHECK_BY_POLICY);
	assert_int_equal(config_check_s(config, "waiting-critical"), 86400);
	assert_int_equal(config_check_s(config, "waiting-warning"), 86400);
	assert_int_equal(config_check_s(config, "ksk-age-warning"),
	    30 * 86400);
	assert_int_equal(config_check_s(config, "lateness-critical"), 7200);
	assert_int_equal(config_check_s(config, "skew-warning"), 60);
	assert_int_equal(config_check_s(config, "skew-critical"),
	    CONFIG_CHECK_BY_POLICY);
	config_free(config);
}

/* Each pair stands together, or its order would not be checked. */
static void
threshold_pairs(void **state)
{
	const struct config_check *checks;
	size_t i, n, len;

	(void)state;
	checks = config_check_all(&n);
	for (i = 0; i < n; i++) {
		if (checks[i].order == CONFIG_CHECK_ALONE)
			continue;
		len = strlen(checks[i].name) - strlen("-warning");
		assert_true(i + 1 < n);
		assert_string_equal(checks[i].name + len, "-warning");
		assert_memory_equal(checks[i].name, checks[i + 1].name, len);
		assert_string_equal(checks[i + 1].name + len, "-critical");
		assert_int_equal(checks[i].order, checks[i + 1].order);
		i++;
	}
}

/* All of them are found, whatever their order in the file. */
static void
many_zones(void **state)
{
	enum { N = 100000, STEP = 7919 };
	struct buf text = BUF_INIT;
	struct config *config;
	char name[32];
	unsigned int i;

	(void)state;
	buf_printf(&text, BASE "zones:\n");
	for (i = 0; i < N; i++)
		buf_printf(&text, "  z%u.example: { source: { file: /%u } }\n",
		    i * STEP % N, i * STEP % N);
	config = parse(buf_text(&text));
	assert_int_equal(config->n_zones, N);
	for (i = 0; i < N; i++) {
		(void)snprintf(name, sizeof(name), "z%u.example.", i);
		assert_non_null(config_zone(config, name));
		assert_int_equal(strtoul(config_zone(config, name)->
		    source.file + 1, NULL, 10), i);
	}
	config_free(config);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_what_must_be),
		cmocka_unit_test(witnesses),
		cmocka_unit_test(pins),
		cmocka_unit_test(unknown_keys),
		cmocka_unit_test(zone_with_all_keys),
		cmocka_unit_test(each_wait_has_its_key),
		cmocka_unit_test(tsig_keys),
		cmocka_unit_test(hooks_and_resolver),
		cmocka_unit_test(performance),
		cmocka_unit_test(defaults),
		cmocka_unit_test(thresholds),
		cmocka_unit_test(threshold_pairs),
		cmocka_unit_test(many_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
