/* kmgr/engine/config_template.c and config_zone.c: wildcards, and {zone} */
#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/engine/config.h"

#define BASE "store: sqlite:/k.db\n" \
	"tokens: { main: 'pkcs11:token=t?module-path=/m.so' }\n"

static struct config *
parse(const char *text)
{
	struct config *config = NULL;
	struct error err = ERR_INIT;

	unit_ok(config_parse(text, strlen(text), "k.yaml", &config, &err),
	    &err);
	return config;
}

#define NESTED BASE "zones:\n" \
	"  '*': { source: { file: /all } }\n" \
	"  '*.example': { source: { file: /example } }\n" \
	"  '*.hosting.example': { source: { file: /hosting } }\n" \
	"  own.hosting.example: { source: { file: /own } }\n" \
	"  below.own.hosting.example: {}\n" \
	"  'a\\.b.test': { source: { file: /dot } }\n" \
	"  '*.b.test': { source: { file: /b } }\n"

static void
the_nearest_wildcard_counts_and_an_entry_before_all(void **state)
{
	static const struct {
		const char	*zone, *file;
	} rows[] = {
		{ "com.", "/all" },
		{ "a.b.c.d.com.", "/all" },
		{ "example.", "/all" },
		{ "a.example.", "/example" },
		{ "hosting.example.", "/example" },
		{ "x.ample.", "/all" },
		{ "a.hosting.example.", "/hosting" },
		{ "c.b.a.hosting.example.", "/hosting" },
		{ "nothosting.example.", "/example" },
		{ "own.hosting.example.", "/own" },
		{ "under.own.hosting.example.", "/hosting" },
		/* Nothing is merged. */
		{ "below.own.hosting.example.", NULL },
		/* The dot is in a label. */
		{ "a\\.b.test.", "/dot" },
		{ "c\\.b.test.", "/all" },
		{ "x\\\\.b.test.", "/b" },
		{ "x\\046.b.test.", "/b" },
		{ "a.b.test.", "/b" },
		{ "*.b.test.", "/b" },
	};
	struct config *config = parse(NESTED);
	const struct config_zone *zone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		zone = config_zone(config, rows[i].zone);
		assert_non_null(zone);
		if (rows[i].file == NULL)
			assert_null(zone->source.file);
		else
			assert_string_equal(zone->source.file, rows[i].file);
	}
	/* It is below nothing. */
	assert_null(config_zone(config, "."));
	assert_null(config_zone_named(config, "."));
	config_free(config);
}

static void
names_beside_a_wildcard_are_not_known(void **state)
{
	struct config *config = parse(BASE
	    "zones: { '*.example': {}, '.': {} }\n");

	(void)state;
	assert_non_null(config_zone(config, "a.example."));
	assert_non_null(config_zone(config, "."));
	assert_null(config_zone(config, "example."));
	assert_null(config_zone(config, "a.test."));
	assert_null(config_zone_named(config, "a.test."));
	config_free(config);
}

static void
a_name_is_one_component_of_a_path(void **state)
{
	static const struct {
		const char	*zone, *text;
	} rows[] = {
		{ "example.com.", "example.com" },
		{ "_x.a-b.example.", "_x.a-b.example" },
		{ "0/25.2.0.192.in-addr.arpa.",
		    "0\\04725.2.0.192.in-addr.arpa" },
		{ "a\\.b.example.", "a\\046b.example" },
		{ "\\..example.", "\\046.example" },
		{ "-rf.-a.example.", "\\045rf.-a.example" },
		{ "*.example.", "\\042.example" },
		{ "a\\;b\\$\\(c\\)`d`.'e'.\\\"f\\\".g|h&i.",
		    "a\\059b\\036\\040c\\041\\096d\\096.\\039e\\039."
		    "\\034f\\034.g\\124h\\038i" },
		{ "a\\032b\\010c\\000d\\255.", "a\\032b\\010c\\000d\\255" },
		{ "a\\\\b.{zone}.", "a\\092b.\\123zone\\125" },
	};
	struct config *config = parse(BASE "zones:\n  '*':\n"
	    "    source: { file: '/{zone}' }\n");
	struct config_zone *zone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		zone = config_zone_named(config, rows[i].zone);
		assert_non_null(zone);
		assert_string_equal(zone->name, rows[i].zone);
		assert_false(zone->is_wildcard);
		assert_int_equal(zone->source.file[0], '/');
		assert_string_equal(zone->source.file + 1, rows[i].text);
		config_zone_free(zone);
	}
	config_free(config);
}

static void
placeholders_stand_in_paths_and_words(void **state)
{
	struct config *config = parse(BASE "zones:\n  '*.example':\n"
	    "    source: { command: [/get, '{zone}', 'z={zone}/{zone}.',\n"
	    "      '{} { x} ${#} {{a} {{{zone}} {', ''] }\n"
	    "    publish: { directory: '/out/{zone}/kmgr',\n"
	    "      command: ['/opt/{zone}/put'] }\n"
	    "    parent: { servers: ['::1'], check-interval: 5s }\n"
	    "    timing: { dnskey-ttl: 7s }\n");
	const struct config_zone *entry = config_zone(config, "a.example.");
	struct config_zone *zone = config_zone_named(config, "a.example.");

	(void)state;
	assert_true(entry->is_wildcard);
	assert_string_equal(entry->publish.directory, "/out/{zone}/kmgr");
	assert_string_equal(zone->source.command[0], "/get");
	assert_string_equal(zone->source.command[1], "a.example");
	assert_string_equal(zone->source.command[2],
	    "z=a.example/a.example.");
	assert_string_equal(zone->source.command[3],
	    "{} { x} ${#} {a} {a.example} {");
	assert_string_equal(zone->source.command[4], "");
	assert_null(zone->source.command[5]);
	assert_string_equal(zone->publish.directory, "/out/a.example/kmgr");
	assert_string_equal(zone->publish.command[0], "/opt/a.example/put");
	assert_string_equal(zone->parent.servers[0].address, "::1");
	assert_int_equal(zone->parent.check_interval_s, 5);
	assert_int_equal(zone->timing.dnskey_ttl_s, 7);
	config_zone_free(zone);
	config_free(config);
}

/* With a name of its own it is written, and braces are what they are. */
static void
an_entry_is_as_it_stands(void **state)
{
	struct config *config = parse(BASE "zones:\n  a.example:\n"
	    "    source: { command: [/awk, '{print} {{ {x}'] }\n"
	    "    publish: { directory: '/{x}', command: [/b] }\n");
	struct config_zone *zone = config_zone_named(config, "a.example.");

	(void)state;
	assert_string_equal(zone->source.command[1], "{print} {{ {x}");
	assert_null(zone->source.file);
	assert_string_equal(zone->publish.directory, "/{x}");
	assert_string_equal(zone->publish.command[0], "/b");
	config_zone_free(zone);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_nearest_wildcard_counts_and_an_entry_before_all),
		cmocka_unit_test(names_beside_a_wildcard_are_not_known),
		cmocka_unit_test(a_name_is_one_component_of_a_path),
		cmocka_unit_test(placeholders_stand_in_paths_and_words),
		cmocka_unit_test(an_entry_is_as_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
