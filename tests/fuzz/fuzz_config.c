/*
 * kmgr.yaml: what is read has a store, tokens that can be asked for, witnesses
 * that could be told, and pins, zones, TSIG keys and thresholds that are found.
 */
#include "tests/fuzz/fuzz.h"

#include "hsm/uri.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/config.h"
#include "kmgr/engine/config_check.h"
#include "kmgr/store/store.h"

static void
check_witnesses(const struct config_witnesses *witnesses)
{

	assert(witnesses->file == NULL || witnesses->file[0] == '/');
	assert(witnesses->command == NULL ||
	    (witnesses->command[0] != NULL &&
	    witnesses->command[0][0] == '/'));
}

static void
check_server(const struct config_server *server)
{

	assert(server->address[0] != '\0' && server->port > 0);
}

/* A wildcard is below itself; then it has a name like any other zone. */
static void
check_named(const struct config *config, const struct config_zone *zone)
{
	struct config_zone *own = config_zone_named(config, zone->name);

	assert(own != NULL && !own->is_wildcard);
	assert((own->source.file == NULL) == (zone->source.file == NULL));
	assert(own->source.file == NULL || own->source.file[0] == '/');
	assert(!zone->is_wildcard || own->publish.directory == NULL ||
	    strcmp(own->publish.directory, zone->publish.directory) != 0);
	config_zone_free(own);
}

static void
check_zones(const struct config *config)
{
	size_t i, k;

	for (i = 0; i < config->n_zones; i++) {
		const struct config_zone *zone = &config->zones[i];

		assert(config_zone(config, zone->name) == zone);
		check_named(config, zone);
		assert(zone->source.tsig == NULL ||
		    config_tsig(config, zone->source.tsig) != NULL);
		assert(zone->publish.tsig == NULL ||
		    config_tsig(config, zone->publish.tsig) != NULL);
		assert(zone->publish.directory == NULL ||
		    zone->publish.directory[0] == '/');
		assert(zone->parent.check_interval_s > 0);
		for (k = 0; k < zone->parent.n_servers; k++)
			check_server(&zone->parent.servers[k]);
		if (zone->source.primary != NULL)
			check_server(zone->source.primary);
	}
	for (i = 0; i < config->n_tsigs; i++)
		assert(config_tsig(config, config->tsigs[i].name) ==
		    &config->tsigs[i]);
}

static void
check_thresholds(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->n_thresholds; i++)
		assert(config_check_s(config, config->thresholds[i].name) ==
		    config->thresholds[i].value_s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct config *config;
	struct hsm_uri uri;
	size_t i;
	int rc;

	rc = config_parse((const char *)data, len, "input", &config, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (config != NULL));
	if (rc != 0)
		return 0;
	assert(store_url_check(config->store, &err) == 0);
	assert(config->n_tokens > 0);
	for (i = 0; i < config->n_tokens; i++) {
		assert(config_token(config, config->tokens[i].name, &err) ==
		    &config->tokens[i]);
		assert(hsm_uri_read(config->tokens[i].uri, &uri, &err) == 0);
	}
	check_witnesses(&config->witnesses);
	check_zones(config);
	check_thresholds(config);
	assert(config->hooks.timeout_s > 0 && config->resolver.port > 0);
	for (i = 0; i < config->n_pins; i++) {
		assert(text_is_label(config->pins[i].name, CMK_NAME_MAX));
		assert(config_pin(config, config->pins[i].name) ==
		    &config->pins[i]);
	}
	config_free(config);
	return 0;
}
